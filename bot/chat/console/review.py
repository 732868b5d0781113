"""Shows cases on the terminal: every move of a case arrives here, for whoever follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from bot.desk.case import Case, Status

#: Seconds without a move after which the store is asked.
LOOK_AGAIN = 2


class ConsoleReview:
    """Hands the moves of a case to the one who follows it; nobody else at a terminal has to see them."""

    def __init__(self) -> None:
        self._followed: dict[str, asyncio.Queue[Case]] = {}

    async def show(self, case: Case) -> None:
        """Note that the case stands so now."""
        if moves := self._followed.get(case.id):
            moves.put_nowait(case)

    @contextmanager
    def following(self, case_id: str) -> Iterator[None]:
        """Follow a case within the block; begin before it is received, or a move may be missed."""
        self._followed[case_id] = asyncio.Queue()
        try:
            yield
        finally:
            del self._followed[case_id]

    async def settled(self, case: Case, look: Callable[[str], Awaitable[Case | None]]) -> Case:
        """The case once the bot has done with it what it can for now. It must be followed.

        ``look`` reads it from the store: what another process does to it is shown there, not here.
        """
        moves = self._followed[case.id]
        while _at_work(case):
            try:
                async with asyncio.timeout(LOOK_AGAIN):
                    moved = await moves.get()
            except TimeoutError:
                moved = await look(case.id) or case
            if moved.revision > case.revision:
                case = moved
                if case.status in {Status.APPROVED, Status.UNKNOWN} and case.reason:
                    break
        return case


def _at_work(case: Case) -> bool:
    """Whether the bot, not a person, has the next step."""
    return case.due is not None
