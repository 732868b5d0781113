"""The real desk with a real store, in front of a Bluesky account; who writes and who looks on are fakes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.desk.case import Case, Complaint
from bot.desk.decision import Approve
from bot.desk.desk import Desk
from bot.network.account import Account
from bot.network.accounts import Connected
from bot.network.everywhere import Everywhere
from bot.store.store import Store
from tests.fakes import CAMILLE, FakeClock, FakeReview, FakeVoice, FakeWork, FakeWriter, Steps, brand_with


async def nothing_else() -> None:
    pass


class ReplyDesk:
    """Portevoix as far as a complaint on Bluesky needs it; time passes when it has nothing to do but wait."""

    def __init__(self, store: Store, account: Account) -> None:
        steps = Steps()
        self.store = store
        self.clock = FakeClock(datetime.now(UTC))
        self.work = FakeWork(steps)
        self.review = FakeReview(steps)
        self.desk = Desk(
            voice=FakeVoice(brand_with(id="acme")),
            writer=FakeWriter(steps),
            review=self.review,
            networks=Everywhere(Connected(account)),
            store=store,
            work=self.work,
            clock=self.clock,
        )

    async def approve(self, complaint: Complaint) -> Case:
        """Received, drafted, shown, and a manager's yes; nothing is sent yet."""
        await self.desk.receive(complaint)
        await self.desk.draft(complaint.id)
        await self.desk.decide(complaint.id, Approve(1), CAMILLE)
        return await self.case(complaint.id)

    async def rest(self, case_id: str, passes: Callable[[], Awaitable[None]] = nothing_else) -> Case:
        """Go from one due time to the next until the bot has nothing left to do; ``passes`` is the world's time."""
        while (case := await self.case(case_id)).due is not None:
            self.clock.time = max(self.clock.time, case.due)
            await self.desk.publish(case_id)
            await passes()
        return case

    async def case(self, case_id: str) -> Case:
        case = await self.store.get(case_id)
        assert case is not None
        return case


@asynccontextmanager
async def reply_desk(folder: Path, account: Account) -> AsyncIterator[ReplyDesk]:
    async with Store.open(f"sqlite:///{folder / 'desk.db'}") as store:
        yield ReplyDesk(store, account)
