"""What a model is told of a period's edits, and what of its proposals is offered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServerStandIn

from bot.network.measure import measure
from bot.report.suggest import asked
from bot.report.suggest.copy import Copy
from bot.report.suggest.diff import Suggestions
from bot.report.suggest.edits import Period
from bot.voice.house import House
from bot.voice.library import Library
from bot.writer.server import Access, ModelServer
from tests.report.past_cases import past
from tests.report.test_report_suggest import approve, read

WISH = {
    "file": "voice.md",
    "passage": "",
    "instead": "- Pas de « navrés » : désolés suffit.",
    "why": "Deux fois remplacé.",
    "edits": ["E1", "E2"],
}


@pytest.fixture
async def period(tmp_path: Path, prompts: Path) -> Period:
    async with past(tmp_path, prompts) as desk:
        for word in ("confus", "navrés"):
            change = f"{word}, écrivez à aide@lune.example ou Zoé"
            await approve(desk, lambda text, word=word: text.replace("désolés", word), author_name="Zoé Petit")
        assert change
        return await read(desk, prompts)


@pytest.fixture
def house(prompts: Path) -> House:
    return Library.load(prompts).house("main")


def objection(house: House, period: Period, **wish: Any) -> str:
    told = asked.told(house, period, lambda name: "")
    wishes = asked.Wishes(proposals=[asked.Wished(**(WISH | wish))])
    ((_, reason),) = asked.proposals(told, wishes, house, [edit.after for edit in period.edits])
    return reason


async def test_the_model_reads_the_edits_masked(house: House, period: Period) -> None:
    """Numbered, with the files that they are about; no name, and nothing that the customer wrote."""
    told = asked.told(house, period, lambda name: f"content of {name}")
    assert "E2 (late-delivery, fr, late-delivery.fr)\n- Bonjour [NAME], nous sommes désolés" in told.prompt.case
    assert "content of templates/late-delivery.fr.md" in told.prompt.fixed
    assert "Zoé" not in told.prompt.case
    assert "Commande passée" not in told.prompt.case


async def test_only_the_latest_edits_are_told(house: House, period: Period) -> None:
    """A year's edits are no prompt."""
    many = Period(edits=period.edits * 50)
    assert len(asked.told(house, many, lambda name: "").edits) == asked.MOST_EDITS


async def test_a_good_proposal_has_no_objection(house: House, period: Period) -> None:
    """With its evidence: the cases, before and after."""
    told = asked.told(house, period, lambda name: "")
    ((proposal, reason),) = asked.proposals(told, asked.Wishes(proposals=[asked.Wished(**WISH)]), house, [])
    assert (reason, proposal.path, proposal.instead) == ("", "voice.md", WISH["instead"])
    assert [one.case_id for one in proposal.evidence] == ["x:1", "x:2"]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"edits": ["E1"]}, "fewer than two edits"),
        ({"edits": ["E1", "E99", "x"]}, "fewer than two edits"),
        ({"instead": "Écrivez à [EMAIL_1]."}, "personal data"),
        ({"instead": "Bonjour [NAME]."}, "personal data"),
        ({"instead": "a" * 2_000}, "too long"),
        ({"file": "never.md", "passage": "cher client", "instead": "a"}, "by a person only"),
        ({"file": "never.md", "instead": "un\n- deux"}, "no single phrase"),
        ({"file": "never.md", "instead": "numéro de commande"}, "approved replies hold it"),
    ],
)
async def test_what_the_edits_do_not_show_is_left_out(
    house: House, period: Period, wish: dict[str, Any], reason: str
) -> None:
    """A model may dream; the person who reads the diff should not have to."""
    assert reason in objection(house, period, **wish)


async def test_the_model_s_proposals_stand_the_same_trial(
    prompts: Path, house: House, period: Period, server: ModelServerStandIn
) -> None:
    """Over the wire: the good one is in the diff, the one for an unknown file and the broken template are not."""
    wishes = [
        WISH,
        WISH | {"file": "brand.yaml", "passage": "Lune", "instead": "Soleil"},
        WISH | {"file": "templates/late-delivery.fr.md", "passage": "sommes désolés", "instead": "{{ nobody }}"},
        WISH | {"file": "never.md", "instead": "pas de souci"},
    ]
    server.reply = lambda messages: {"proposals": wishes}
    suggestions = await offered(prompts, house, period, server)
    assert list(suggestions.taken) == ["voice.md", "never.md"]
    assert [reason for _, reason in suggestions.left] == [
        "there is no such file.",
        "unknown variable “nobody”; it knows brand, contact, first_name, handle, network",
    ]
    assert "- pas de souci — Deux fois remplacé." in suggestions.taken["never.md"][0].instead


async def offered(prompts: Path, house: House, period: Period, server: ModelServerStandIn) -> Suggestions:
    with Copy(Library.load(prompts), "main", lambda complaint, text: measure(complaint.network, text)) as copy:
        suggestions = Suggestions(copy)
        async with ModelServer(Access(model="m", base_url=server.url)) as asks:
            told = asked.told(house, period, copy.text)
            wishes, usage = await asked.ask(asks, house, told)
        for proposal, reason in asked.proposals(told, wishes, house, [edit.after for edit in period.edits]):
            suggestions.offer(proposal, reason)
        assert usage.calls == 1
        assert "+- Pas de « navrés » : désolés suffit." in suggestions.written([])
    return suggestions
