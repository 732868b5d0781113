"""The promises of a lane: batches that nobody outside notices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.store.lane import Lane


class Ferry:
    """Doubles numbers, slowly; remembers its batches. What is negative raises; -100 is nobody's own fault."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.under_way = 0
        self.most = 0

    async def carry(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.001)
        self.under_way -= 1
        if -100 in items:
            raise ConnectionError("the sea is closed")
        if min(items) < 0:
            raise ValueError("negative")
        return [item * 2 for item in items]


@pytest.fixture
def ferry() -> Ferry:
    return Ferry()


@pytest.fixture
async def lane(ferry: Ferry):
    lane = Lane(ferry.carry, limit=10, shared=(ConnectionError,))
    yield lane
    await lane.close()


async def test_a_lone_call_does_not_wait_for_company(lane: Lane, ferry: Ferry) -> None:
    """Batching costs nothing when the desk is quiet."""
    assert await lane(1) == 2
    assert ferry.batches == [[1]]


async def test_calls_made_meanwhile_travel_together(lane: Lane, ferry: Ferry) -> None:
    """While one batch is written, the next one gathers: that is where the speed comes from."""
    first = asyncio.create_task(lane(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await asyncio.gather(first, *(lane(n) for n in range(1, 6))) == [0, 2, 4, 6, 8, 10]
    assert ferry.batches == [[0], [1, 2, 3, 4, 5]]


async def test_batches_are_bounded_and_never_overlap(lane: Lane, ferry: Ferry) -> None:
    """No batch grows without end, and two batches never hold two transactions."""
    assert await asyncio.gather(*(lane(n) for n in range(35))) == [n * 2 for n in range(35)]
    assert [len(batch) for batch in ferry.batches] == [10, 10, 10, 5]
    assert ferry.most == 1


async def test_a_bad_item_spoils_only_itself(lane: Lane) -> None:
    """One row that the database refuses must not cost its neighbours their write."""
    results = await asyncio.gather(*(lane(n) for n in (1, -1, 3)), return_exceptions=True)
    assert results[0] == 2
    assert isinstance(results[1], ValueError)
    assert results[2] == 6


async def test_an_error_of_all_is_not_tried_item_by_item(lane: Lane, ferry: Ferry) -> None:
    """A database that is gone is asked once, not once per waiting caller."""
    results = await asyncio.gather(*(lane(n) for n in (1, -100, 3)), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionError] * 3
    assert len(ferry.batches) == 1
    assert await lane(4) == 8


async def test_too_few_results_are_an_error_and_not_a_mix_up(ferry: Ferry) -> None:
    """No caller ever gets another's answer."""

    async def short(items: Sequence[int]) -> list[int]:
        return [] if len(items) == 1 else [1]

    lane = Lane(short)
    results = await asyncio.gather(lane(1), lane(2), return_exceptions=True)
    assert [type(result) for result in results] == [ValueError, ValueError]
    await lane.close()


async def test_a_cancelled_caller_leaves_its_neighbours_alone(lane: Lane) -> None:
    """A person who gives up waiting does not undo what others asked for."""
    calls = [asyncio.create_task(lane(n)) for n in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    calls[1].cancel()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert (results[0], type(results[1]), results[2]) == (0, asyncio.CancelledError, 4)


async def test_who_gives_up_before_boarding_is_not_carried(lane: Lane, ferry: Ferry) -> None:
    """A call that was cancelled while it waited is not written later."""
    first = asyncio.create_task(lane(1))
    await asyncio.sleep(0)
    late = asyncio.create_task(lane(2))
    await asyncio.sleep(0)
    late.cancel()
    assert await first == 2
    assert await lane(3) == 6
    assert ferry.batches == [[1], [3]]


async def test_closing_answers_every_call_and_leaves_no_task(lane: Lane) -> None:
    """Shutting down writes what was accepted, refuses the rest, and leaves nothing running."""
    calls = [asyncio.create_task(lane(n)) for n in range(25)]
    await asyncio.sleep(0)
    await lane.close()
    assert await asyncio.gather(*calls) == [n * 2 for n in range(25)]
    assert asyncio.all_tasks() == {asyncio.current_task()}
    with pytest.raises(RuntimeError, match="closed"):
        await lane(1)


def test_a_loop_that_ends_leaves_no_caller_waiting(ferry: Ferry) -> None:
    """Ctrl-C in the middle of a batch ends the program instead of hanging it."""

    async def interrupted() -> asyncio.Task[int]:
        lane = Lane(ferry.carry)
        call = asyncio.create_task(lane(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return call

    assert asyncio.run(interrupted()).cancelled()
