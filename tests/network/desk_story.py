"""The real desk and a real store before one account, one process after another; time is moved by hand.

For accounts that cannot always tell what became of a reply: in the end it is posted, refused, or a person's to see.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.desk.case import Case, Complaint
from bot.desk.decision import Approve
from bot.desk.desk import Desk
from bot.network.account import Account
from bot.network.accounts import Connected
from bot.network.everywhere import Everywhere
from bot.store import Store
from tests.fakes import CAMILLE, FakeClock, FakeReview, FakeVoice, FakeWork, FakeWriter, Steps


class Story:
    """``begun`` opens the account as a new process does; ``passes`` is called whenever the bot only waits."""

    def __init__(self, store: Store, chance: random.Random, begun: Callable[[], Any]) -> None:
        self.store, self.chance, self._begun = store, chance, begun
        self.clock, self._steps = FakeClock(), Steps()
        self._writer = FakeWriter(self._steps)
        self.met: Counter[str] = Counter()
        self._starts = 0
        self._at_work: list[asyncio.Task[None]] = []
        self._start(set())

    def _start(self, dead: set[str]) -> None:
        self._starts += 1
        self.account: Any = self._begun()
        self._work = FakeWork(self._steps, f"worker-{self._starts}")
        self._work.dead = dead
        self.desk = Desk(
            voice=FakeVoice(),
            writer=self._writer,
            review=FakeReview(self._steps),
            networks=Everywhere(Connected(self.account)),
            store=self.store,
            work=self._work,
            clock=self.clock,
        )

    async def approve(self, complaint: Complaint) -> None:
        """Received, drafted, and a manager's yes; nothing is sent yet."""
        await self.desk.receive(complaint)
        await self._run()
        await self.desk.decide(complaint.id, Approve(1), CAMILLE)

    async def until_over(self, case_id: str, passes: Callable[[], Awaitable[None]]) -> Case:
        """Go on until the bot has nothing left to do: over, or a person's."""
        for _ in range(60):
            await self._run()
            case = await self.store.get(case_id)
            assert case
            if case.due is None:
                return case
            await passes()
            self.clock.time = max(self.clock.now(), case.due)
            await self.desk.resume()
        raise AssertionError(f"never over: {case}")

    def kill(self) -> None:
        """This process ends here."""
        self.met["killed"] += 1
        for task in self._at_work:
            task.cancel()

    async def _run(self) -> None:
        while job := self._work.due(self.clock.now()):
            times = 2 if self.chance.random() < 0.2 else 1  # the queue may deliver a job twice
            work = getattr(self.desk, job.verb)
            self._at_work = [asyncio.create_task(work(job.case_id)) for _ in range(times)]
            ended = await asyncio.gather(*self._at_work, return_exceptions=True)
            if any(isinstance(each, asyncio.CancelledError) for each in ended):
                await self.account.close()
                self._start({*self._work.dead, self._work.worker})
                await self.desk.resume(starting=True)
            assert not [each for each in ended if isinstance(each, Exception)], ended


@asynccontextmanager
async def a_story(folder: Path, seed: int, begun: Callable[[], Account]) -> AsyncIterator[Story]:
    """With a store of its own."""
    async with Store.open(f"sqlite:///{folder / 'cases.db'}") as store:
        story = Story(store, random.Random(seed), begun)
        yield story
        await story.account.close()
