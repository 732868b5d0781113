"""Decides for a whole file without asking: every draft that no check blocks is approved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from bot.chat.console.review import ConsoleReview
from bot.chat.console.tally import Tally
from bot.desk.brand import Person
from bot.desk.case import Case, Complaint, Status
from bot.desk.decision import Approve, Decision, Reject
from bot.desk.desk import Desk
from bot.errors import Blocked, NetworkNotReady, NewerDraft, NotNow

#: Cases under way at once: enough to keep the database busy, few enough to hold in memory.
AT_ONCE = 128


class Batch:
    """Brings complaints from received to posted, many at a time.

    ``answers`` says whether the protocol answers such a case at all; ``done`` is called once per complaint.
    """

    def __init__(
        self,
        desk: Desk,
        review: ConsoleReview,
        person: Person,
        answers: Callable[[Case], bool],
        done: Callable[[], None],
    ) -> None:
        self.desk = desk
        self.review = review
        self.person = person
        self.answers = answers
        self.done = done
        self.tally = Tally(answers)
        self._seen: set[str] = set()

    async def run(self, complaints: AsyncIterator[Complaint]) -> None:
        """Take complaints until they end; raises the first refusal that would meet every one of them."""
        room = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            async for complaint in complaints:
                if complaint.id in self._seen:
                    self.tally.count_repeated()
                    self.done()
                    continue
                self._seen.add(complaint.id)
                await room.acquire()
                task = tasks.create_task(self._one(complaint))
                task.add_done_callback(lambda _: room.release())

    async def _one(self, complaint: Complaint) -> None:
        with self.review.following(complaint.id):
            case, _ = await self.desk.receive(complaint)
            case = await self.review.settled(case, self.desk.store.get)
            if case.status is Status.AWAITING and (decision := self._decision(case)):
                case = await self.review.settled(await self._decided(case, decision), self.desk.store.get)
        self.tally.count(case)
        self.done()

    async def _decided(self, case: Case, decision: Decision) -> Case:
        try:
            return await self.desk.decide(case.id, decision, self.person)
        except (Blocked, NetworkNotReady, NotNow, NewerDraft):  # held back, or another process was first
            return await self.desk.store.get(case.id) or case

    def _decision(self, case: Case) -> Decision | None:
        """Yes to a text, no to what the protocol leaves unanswered; what lacks a draft waits for a person."""
        number = case.draft.number if case.draft else 0
        if case.draft and case.draft.text:
            return Approve(number)
        return Reject(number, str(case.draft.reason or "")) if case.draft and not self.answers(case) else None
