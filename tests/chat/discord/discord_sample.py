"""A case to draw in Discord, and what Discord would make of what we send."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from discord_components import check_message, check_modal
from discord_words import CODE, mentions, seen, texts, walk

from bot.chat.around import Around
from bot.desk.case import Alternative, Approval, Case, Complaint, Draft, Origin, Reply, Severity, Status
from bot.locale import Sentences

V2 = 1 << 15
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOSTILE = (
    "@everyone <@123456789012345678> [ici](https://evil.example) {{ 7*7 }} **gras** _x_ ~~y~~ ||z|| `c` <#99> <t:1>\n"
    "# titre\n> cité\n- liste\n1. un\n-# petit https://evil.example <a:b:123456789012345678> ```fin``` \\ \u202e\x07"
)
LINK = "https://x.com/zoe_ptt/status/1790000000000000001"
CARD = "https://discord.com/channels/1/2/3"


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
        text="Bonjour Zoé, écrivez-nous. ^CD", draft=2, approved_by=(Approval("discord:1", "Camille"),), approved_at=NOW
    )
    return replace(said, **changes)


def around(lang="fr", **changes) -> Around:
    """What stands around it."""
    return replace(Around(say=Sentences(lang), now=NOW, signature="^CD"), **changes)


def sent(view) -> dict:
    """The body that Discord gets; refused where it would refuse it, or where a text of ours pings."""
    body = {"flags": V2, "components": view.to_components(), "allowed_mentions": {"parse": []}}
    check_message(body)
    assert mentions(body) == (set(), set(), False)
    "".join(texts(body)).encode()  # no half characters
    return body


def opened(modal) -> dict:
    """The modal that Discord gets."""
    body = modal.to_dict()
    check_modal(body)
    assert mentions(body) == (set(), set(), False)
    return body


def said(payload) -> str:
    """What a person reads, the backslashes of escaped signs taken away."""
    return unescaped(seen(payload))


def unescaped(text: str) -> str:
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


def pressed(body) -> dict[str, dict]:
    """Every button and menu by its custom_id or, for links, its label."""
    return {one.get("custom_id") or one["label"]: one for one in walk(body["components"]) if one["type"] in (2, 3)}


def fields(modal) -> dict[str, dict]:
    """The fields of a modal by their names."""
    return {one["component"]["custom_id"]: one["component"] for one in modal["components"] if one["type"] == 18}


def submitted(modal, **entered) -> dict:
    """The ``data`` of an interaction by which this modal is sent, with what was entered by field."""
    parts = []
    for one in modal["components"]:
        if one["type"] != 18:
            parts.append({"type": one["type"], "id": len(parts)})
            continue
        held = one["component"]
        default = next((option["value"] for option in held.get("options", []) if option.get("default")), None)
        value = entered.get(held["custom_id"], held.get("value") or default)
        answer = {"values": [value] if value else []} if held["type"] == 3 else {"value": value}
        parts.append({"type": 18, "component": {"type": held["type"], "custom_id": held["custom_id"], **answer}})
    return {"custom_id": modal["custom_id"], "components": parts}


__all__ = ["CARD", "CODE", "HOSTILE", "LINK", "NOW", "V2", "a_case", "a_reply", "around", "fields", "opened",
           "pressed", "said", "sent", "submitted", "texts", "walk"]  # fmt: skip
