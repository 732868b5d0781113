"""A process that dies at any step, and the one that starts after it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.desk.case import Status
from bot.desk.decision import Approve
from bot.errors import NotNow
from tests.fakes import COMPLAINT, Crash, Does, Room, Sees, approved, brand_with

TEXT = "Bonjour, réponse 1."
SETTLED = {Status.POSTED, Status.UNKNOWN}

Act = Callable[[Room], Awaitable[object]]


async def dies(room: Room, act: Act, step: int) -> bool:
    """Whether the process died in the act, at that step of it."""
    room.steps.crash_after(step)
    try:
        await act(room)
    except Crash:
        return True
    finally:
        room.steps.crash_after(None)
    return False


async def deaths(prepare: Callable[[], Awaitable[Room]], act: Act) -> AsyncIterator[tuple[int, Room]]:
    """One room for each step of the act, in which the process has died at that step."""
    for step in range(1, 500):
        room = await prepare()
        if not await dies(room, act, step):
            return
        yield step, room


@pytest.mark.parametrize("gone", [True, False])
@pytest.mark.parametrize("plan", [[], [Does.POST_UNCLEARLY], [Does.POST_THEN_BREAK], [Does.LOSE], [Does.NOT_SEND]])
async def test_a_crash_while_posting(plan, gone):
    """At every step, whether the death can be seen or not: the customer reads the reply once, and it is known."""
    async for step, room in deaths(lambda: approved(*plan), Room.rest):
        await room.restart(gone=gone)
        await room.wait(minutes=20)
        assert (step, room.public, room.case.status) == (step, [TEXT], Status.POSTED)
        assert (step, room.case.lease, room.case.due) == (step, None, None)
    assert step >= 11


@pytest.mark.parametrize("gone", [True, False])
@pytest.mark.parametrize("sees", [Sees.NOTHING, Sees.ERROR])
async def test_a_crash_on_a_network_that_cannot_be_read(sees, gone):
    """Never twice: it is known to be posted, or a person must look."""
    async for step, room in deaths(lambda: approved(sees=sees), Room.rest):
        await room.restart(gone=gone)
        await room.wait(minutes=30)
        assert len(room.public) <= 1
        assert room.case.status in SETTLED, step
        assert room.case.due is None
        assert room.public or room.case.status is Status.UNKNOWN, step


async def test_a_crash_after_a_crash():
    """The one that starts dies too, at every step of its own: still one reply."""
    async for first, _ in deaths(approved, Room.rest):

        async def died(first=first) -> Room:
            room = await approved()
            await dies(room, Room.rest, first)
            return room

        async for second, room in deaths(died, Room.restart):
            await room.restart()
            await room.wait(minutes=20)
            assert (first, second, room.public, room.case.status) == (first, second, [TEXT], Status.POSTED)


async def test_a_crash_in_the_queue_never_loses_the_reply():
    """Even when no start ever looks around: the minute's round does."""
    async for step, room in deaths(approved, Room.rest):
        room.work.waiting.clear()
        await room.wait(minutes=20)
        assert (step, room.public, room.case.status) == (step, [TEXT], Status.POSTED)


async def nothing() -> Room:
    return Room()


async def test_a_crash_while_receiving():
    """The platform was not told "ok" and delivers again: one case, and its draft is written."""
    async for _, room in deaths(nothing, lambda room: room.desk.receive(COMPLAINT)):
        await room.restart()
        await room.desk.receive(COMPLAINT)
        await room.wait(minutes=5)
        assert (room.case.status, room.case.draft.number) == (Status.AWAITING, 1)
        assert room.statuses == [Status.RECEIVED, Status.AWAITING]


async def received() -> Room:
    room = Room()
    await room.desk.receive(COMPLAINT)
    return room


async def test_a_crash_while_drafting():
    """The draft is written by the next process, once."""
    async for _, room in deaths(received, Room.run):
        await room.restart()
        await room.wait(minutes=5)
        assert (room.case.status, room.case.draft.number) == (Status.AWAITING, 1)


async def awaiting() -> Room:
    room = Room(brand_with(undo_seconds=30))
    await room.receive()
    return room


async def test_a_crash_while_deciding():
    """The yes is stored or it is not; a second click is harmless, and there is one reply and one record of the yes."""
    async for step, room in deaths(awaiting, lambda room: room.decide(Approve(1))):
        stored = room.case.status is Status.APPROVED
        await room.restart()
        if stored:
            with pytest.raises(NotNow):
                await room.decide(Approve(1))
        else:
            await room.decide(Approve(1))
        await room.wait(minutes=5)
        assert (step, room.public, len(room.store.records)) == (step, [TEXT], 1)
