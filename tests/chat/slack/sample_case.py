"""A case to draw, with whatever a test wants to be different."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.chat.around import Around
from bot.desk.case import Alternative, Approval, Case, Complaint, Draft, Origin, Reply, Severity, Status
from bot.locale import Sentences

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NASTY = "<!channel> <@U1> *gras* _x_ `y` ~z~ {{ 7*7 }} &amp; :tada: <https://evil.example|ici>"
LINK = "https://x.com/zoe_ptt/status/1790000000000000001"
CARD = "https://acme.slack.com/archives/C042/p1718000000000100"


def a_case(*, complaint=None, draft=None, **changes) -> Case:
    """Waiting for a decision on draft 2; ``complaint`` and ``draft`` hold what differs."""
    wrote = Complaint(
        id="x:1790000000000000001", brand="main", text="Toujours rien reçu !", received_at=NOW, network="x",
        written_at=NOW - timedelta(minutes=12), author="@zoe_ptt", author_name="Zoé Petit", link=LINK,
    )  # fmt: skip
    text = Draft(
        number=2, text="Bonjour Zoé, écrivez-nous.", origin=Origin.TEMPLATE, written_at=NOW, lang="fr",
        template="late-delivery.fr", version="4c1f09e12345", alternatives=(Alternative("refund.fr", "refund", 0.4),),
    )  # fmt: skip
    held = Case(
        complaint=replace(wrote, **(complaint or {})), updated_at=NOW, status=Status.AWAITING, lang="fr",
        kind="complaint", topic="late-delivery", severity=Severity.HIGH, draft=replace(text, **(draft or {})),
    )  # fmt: skip
    return replace(held, **changes)


def a_reply(**changes) -> Reply:
    """The approved text, signed."""
    said = Reply(
        text="Bonjour Zoé, écrivez-nous. ^CD", draft=2, approved_by=(Approval("slack:U1", "Camille"),), approved_at=NOW
    )
    return replace(said, **changes)


def around(lang="fr", **changes) -> Around:
    """What stands around it."""
    return replace(Around(say=Sentences(lang), now=NOW, signature="^CD"), **changes)


def pressed(view) -> dict[str, dict]:
    """Every element of a message or view that has an action_id, by it; the last one of a name."""
    found = {}
    for block in view["blocks"]:
        for element in [*block.get("elements", []), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and "action_id" in element:
                found[element["action_id"]] = element | {"block_id": block.get("block_id", "")}
    return found
