"""Before a draft is written the complaint is read where it stands: what it lacks is filled in, what changed is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import desk as module
from bot.desk.case import Complaint, Remark, Status
from bot.desk.ports import Original
from tests.fakes import COMPLAINT, Room

LINK = replace(COMPLAINT, text="", author="", author_name="")
FOUND = Original(text="Toujours rien reçu !", author="@lea_m", author_name="Léa Moreau")


@pytest.fixture
def room() -> Room:
    return Room()


async def test_a_bare_link_gets_the_words_behind_it(room: Room) -> None:
    """And keeps them: the next draft needs no second look."""
    room.network.stands = FOUND
    case = await room.receive(LINK)
    assert (case.complaint.text, case.complaint.author, case.complaint.author_name) == (
        "Toujours rien reçu !", "@lea_m", "Léa Moreau",
    )  # fmt: skip
    assert case.status is Status.AWAITING


async def test_what_a_person_gave_is_never_replaced(room: Room) -> None:
    """The network's words may be others by now: that is a remark, not a change."""
    remark = Remark("The original reads differently now: “{text}”", {"text": "Merci !"})
    room.network.stands = Original(text="Merci !", author="@other", remarks=(remark,))
    case = await room.receive()
    assert (case.complaint.text, case.complaint.author) == (COMPLAINT.text, COMPLAINT.author)
    assert case.draft
    assert case.draft.remarks == (remark,)


@pytest.mark.parametrize("trouble", [ConnectionError("away"), TimeoutError(), ValueError("nonsense")])
async def test_a_network_that_is_away_costs_the_look_and_not_the_draft(room: Room, trouble: Exception) -> None:
    """Never the reason that nothing happens."""
    room.network.stands = trouble
    case = await room.receive()
    assert (case.status, bool(case.draft and case.draft.text)) == (Status.AWAITING, True)


async def test_a_network_that_hangs_is_not_waited_for(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few seconds, then the draft is written without."""

    async def hangs(_: Complaint) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "READING", timedelta(seconds=0.05))
    room.network.original = hangs  # type: ignore[method-assign, assignment]
    assert (await room.receive()).status is Status.AWAITING
