"""A reply that is public is taken away again: by a manager, with a reason, off the network first."""

from __future__ import annotations

import pytest

from bot.desk.case import Status
from bot.desk.decision import Approve, Delete, Undo
from bot.errors import NotDeleted, NotManager, NotNow
from tests.fakes import ALEX, CAMILLE, COMPLAINT, Does, Room


@pytest.fixture
def room() -> Room:
    return Room()


async def posted(room: Room) -> None:
    await room.receive()
    await room.decide(Approve(1))
    await room.run()
    assert room.case.status is Status.POSTED


async def test_a_manager_takes_a_reply_away(room: Room) -> None:
    """Nobody reads it any more, the case says why, and another reply may follow."""
    await posted(room)
    after = await room.desk.decide(COMPLAINT.id, Delete("the wrong customer"), CAMILLE)
    assert room.network.held == []
    assert (after.status, str(after.reason)) == (Status.REJECTED, "Deleted again: the wrong customer")
    assert (await room.desk.decide(COMPLAINT.id, Undo(), CAMILLE)).status is Status.AWAITING


async def test_only_managers_may_and_only_what_is_public(room: Room) -> None:
    """Nothing is asked of the network."""
    await room.receive()
    with pytest.raises(NotNow):
        await room.desk.decide(COMPLAINT.id, Delete("no"), CAMILLE)
    await room.desk.decide(COMPLAINT.id, Approve(1), CAMILLE)
    await room.run()
    with pytest.raises(NotManager):
        await room.desk.decide(COMPLAINT.id, Delete("no"), ALEX)
    assert len(room.network.held) == 1


@pytest.mark.parametrize("does", [Does.REFUSE, Does.NOT_SEND, Does.LOSE, Does.BREAK])
async def test_what_is_not_surely_gone_is_not_recorded_as_gone(room: Room, does: Does) -> None:
    """The reason is told, and the case stays posted."""
    await posted(room)
    room.network.plan.append(does)
    with pytest.raises(NotDeleted):
        await room.desk.decide(COMPLAINT.id, Delete("a typo"), CAMILLE)
    assert room.case.status is Status.POSTED


async def test_a_network_that_deletes_nothing_says_so(room: Room) -> None:
    """Then a person does it there."""
    await posted(room)
    room.network.deletes = False
    with pytest.raises(NotDeleted, match="do it there"):
        await room.desk.decide(COMPLAINT.id, Delete("a typo"), CAMILLE)
