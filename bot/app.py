"""The only wiring: the desk and all that it needs, built from the settings."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.desk.desk import Desk
from bot.desk.ports import Network, Review
from bot.network.everywhere import Everywhere
from bot.settings import Settings
from bot.store.store import Store
from bot.voice.library import Library
from bot.work import Work
from bot.writer.templated import TemplatedWriter


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """What the commands use."""

    desk: Desk
    store: Store
    library: Library


@asynccontextmanager
async def running(settings: Settings, library: Library, review: Review, network: Network) -> AsyncIterator[App]:
    """A desk at work: the database migrated, what the last run left resumed, jobs running until the block is left.

    Raises:
        StoreError: the database cannot be used.
    """
    library.warm()
    async with Store.open(settings.database_url) as store:
        desk = Desk(
            voice=library,
            writer=TemplatedWriter(library),
            review=review,
            networks=Everywhere(network),
            store=store,
            work=(work := Work()),
            clock=SystemClock(),
        )
        async with at_work(desk, work, desk.resume):
            yield App(desk, store, library)


@asynccontextmanager
async def at_work(desk: Desk, work: Work, every_minute: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Jobs run until the block is left; what the last run left is asked for first."""
    async with work.running({"draft": desk.draft, "publish": desk.publish}, every_minute):
        await desk.resume(starting=True)
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it again and again took a third of every case
        yield
