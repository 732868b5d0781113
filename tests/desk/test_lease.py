import asyncio
from datetime import timedelta

import pytest

from bot.desk import desk as rules
from bot.desk.case import Status
from bot.desk.decision import Approve, MarkPosted, TryAgain, Undo
from bot.desk.desk import LEASE
from bot.errors import NotNow
from tests.fakes import COMPLAINT, NOON, ON_ITS_WAY, Crash, Does, FakeWork, Room, Sees, approved

AWAITING, APPROVED, SENDING, POSTED, REJECTED, REFUSED, UNKNOWN = list(Status)[1:]
TEXT = "Bonjour, réponse 1."


@pytest.fixture
async def room() -> Room:
    """A case that a manager has just approved."""
    return await approved()


async def dead_worker(room: Room) -> None:
    """worker-1 has taken the case, sent the reply, and never wrote the outcome."""
    room.steps.crash_after(8)
    with pytest.raises(Crash):
        await room.run()
    room.steps.crash_after(None)
    assert (room.case.status, room.case.lease.worker, room.public) == (SENDING, "worker-1", [TEXT])


async def test_a_dead_worker_is_not_waited_for(room):
    """When it can be seen that it has ended, its case is looked after at once."""
    await dead_worker(room)
    await room.restart(gone=True)
    assert (room.clock.now(), room.case.status, room.public) == (NOON, POSTED, [TEXT])


async def test_a_worker_that_may_live_is_waited_for(room):
    """Until its lease ends: then it is unknown, looked for and found."""
    await dead_worker(room)
    await room.restart(gone=False)
    assert (room.case.status, room.network.looks) == (SENDING, 0)
    assert await room.rest() == [LEASE.total_seconds()]
    assert (room.case.status, room.public, UNKNOWN in room.statuses) == (POSTED, [TEXT], True)


async def test_a_dead_worker_on_a_network_that_cannot_be_read(room):
    """A person must look; the bot never sends on a guess."""
    await dead_worker(room)
    room.network.sees = Sees.NOTHING
    await room.restart(gone=True)
    await room.rest()
    assert (room.case.status, room.case.due, len(room.network.calls)) == (UNKNOWN, None, 1)


async def test_nobody_decides_while_it_is_being_sent(room):
    """Not even a manager."""
    await dead_worker(room)
    for decision in (Approve(1), Undo(), MarkPosted(), TryAgain()):
        with pytest.raises(NotNow, match="sending"):
            await room.decide(decision)


async def another_worker(room: Room) -> None:
    """Two minutes pass, in which another process looks after the case."""
    other = FakeWork(room.steps, "worker-2")
    desk, room.clock.time = room.another_desk(other), room.clock.now() + timedelta(minutes=2)
    await desk.resume()
    while job := other.due(room.clock.now()):
        await desk.publish(job.case_id)


@pytest.mark.parametrize("attempts", [0, 1])
async def test_a_frozen_worker_does_not_post_when_it_wakes(attempts):
    """Wherever it froze, the customer reads one reply; only what has left already cannot be called back."""
    for step in range(1, 100):
        room = await approved(*[Does.NOT_SEND] * attempts)
        if attempts:
            await room.run()
            room.clock.move(minutes=1)
        room.steps.freeze_after(step, lambda room=room: another_worker(room))
        await room.run()
        if room.steps.count < step:
            return
        if room.steps.frozen_in != ON_ITS_WAY:
            assert (step, room.public, room.case.status) == (step, [TEXT], POSTED)


async def test_a_worker_that_froze_before_the_call_stops_there(room):
    """Its lease ended while it read that the case was still its own."""
    room.steps.freeze_after(5, lambda: asyncio.sleep(0, room.clock.move(minutes=2)))
    await room.desk.publish(COMPLAINT.id)
    assert (room.case.status, room.network.calls) == (SENDING, [])


async def test_a_call_that_hangs_is_cut(room, monkeypatch):
    """Before the lease ends, so that nobody sends beside it; then it is looked for."""
    monkeypatch.setattr(rules, "PATIENCE", timedelta(milliseconds=5))
    room.network.plan.append(Does.HANG)
    await room.run()
    assert (room.case.status, room.public) == (UNKNOWN, [])
    room.network.released.set()
    await room.rest()
    assert (room.case.status, room.public) == (POSTED, [TEXT])


async def test_a_look_that_hangs_is_cut(room, monkeypatch):
    """And is no answer."""
    monkeypatch.setattr(rules, "PATIENCE", timedelta(milliseconds=5))
    room.network.plan.append(Does.LOSE)
    room.network.find = lambda complaint, reply: asyncio.sleep(3600)
    await room.rest()
    assert (room.case.status, room.case.due, len(room.network.calls)) == (UNKNOWN, None, 1)


def test_a_look_and_a_call_end_before_the_lease():
    """Else another worker could send while this one still does."""
    assert 2 * rules.PATIENCE < LEASE


async def test_a_call_that_was_cut_off_settles_first(room):
    """What a dead worker sent last may be public only in a moment: a look at once would not see it."""
    await dead_worker(room)
    room.network.settles = 25.0
    await room.restart(gone=True)
    assert (room.case.status, room.network.looks) == (SENDING, 0)
    room.clock.move(seconds=25)
    await room.run()
    assert (room.case.status, room.public) == (POSTED, [TEXT])
