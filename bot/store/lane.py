"""A lane: single calls outside, batches inside."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Call(NamedTuple, Generic[Item, Result]):
    item: Item
    answer: asyncio.Future[Result]


class Lane(Generic[Item, Result]):
    """Calls that come while a batch is under way travel together in the next one.

    A lone call leaves at once. There is never more than one batch under way, and none is larger than ``limit``.
    """

    def __init__(
        self,
        carry: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        limit: int = 200,
        shared: tuple[type[Exception], ...] = (),
    ) -> None:
        """``carry`` takes items and gives as many results, in their order.

        A batch that raises is tried again one item at a time, so that each caller gets only its own error; errors
        of the ``shared`` types are nobody's own and go to the whole batch.
        """
        self._carry = carry
        self._limit = limit
        self._shared = shared
        self._waiting: deque[_Call[Item, Result]] = deque()
        self._journey: asyncio.Task[None] | None = None
        self._closed = False

    async def __call__(self, item: Item) -> Result:
        """The item's result, or what carrying it raised. Cancelling the caller leaves its neighbours alone."""
        if self._closed:
            raise RuntimeError("this lane is closed")
        call: _Call[Item, Result] = _Call(item, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if self._journey is None or self._journey.done():
            self._journey = asyncio.create_task(self._travel())
        return await call.answer

    async def close(self) -> None:
        """Take no more calls, and return when those already made have their answers."""
        self._closed = True
        if self._journey is not None:
            await asyncio.gather(self._journey, return_exceptions=True)

    async def _travel(self) -> None:
        while calls := self._board():
            await self._serve(calls)

    def _board(self) -> list[_Call[Item, Result]]:
        calls: list[_Call[Item, Result]] = []
        while self._waiting and len(calls) < self._limit:
            call = self._waiting.popleft()
            if not call.answer.done():  # cancelled while it waited
                calls.append(call)
        return calls

    async def _serve(self, calls: Sequence[_Call[Item, Result]]) -> None:
        try:
            results = await self._carry([call.item for call in calls])
            answers = list(zip(calls, results, strict=True))
        except Exception as error:  # noqa: BLE001  # it goes to the callers
            if len(calls) == 1 or isinstance(error, self._shared):
                _fail(calls, error)
                return
            for call in calls:
                await self._serve([call])
        else:
            for call, result in answers:
                if not call.answer.done():
                    call.answer.set_result(result)


def _fail(calls: Sequence[_Call[Item, Result]], error: Exception) -> None:
    for call in calls:
        if not call.answer.done():
            call.answer.set_exception(error)
