"""The store: cases, drafts and decisions, kept for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Select

from bot.desk.case import Case, Draft, Status
from bot.desk.decision import Record
from bot.errors import StoreError
from bot.store import queries
from bot.store.board import Board
from bot.store.cards import Cards
from bot.store.database import DEFAULT_URL, Database, explained, open_database
from bot.store.edits import Edits
from bot.store.heard import Heard
from bot.store.inbox import Inbox, open_inbox
from bot.store.lane import Lane
from bot.store.ledger import Ledger
from bot.store.moves import Move, write
from bot.store.queries import EVERYTHING, Filters
from bot.store.rows import case_of, draft_of, record_of
from bot.store.stories import Stories
from bot.store.words import clean

#: Cases in memory at a time while many are walked through.
PAGE = 200

Cases = list[Case]
History = tuple[list[Draft], list[Record]]


class Store:
    """The desk's ``Store`` on SQLite or PostgreSQL. Any number of processes may open one database.

    Calls that come at the same time share a transaction: see ``Lane``. Every call may raise ``StoreError``: the
    database cannot be reached or written. A naive time raises SQLAlchemy's ``StatementError``.
    """

    def __init__(self, database: Database) -> None:
        """Use ``Store.open``."""
        self._database = database
        self.cards = Cards(database)
        self.board = Board(database)
        self.edits = Edits(database)
        self.heard = Heard(database)
        self.ledger = Ledger(database)
        self.stories = Stories(database)
        self.inbox: Inbox | None = None
        self._get = Lane(self._get_all, shared=(StoreError,))
        self._move = Lane(self._move_all, shared=(StoreError,))

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str = DEFAULT_URL) -> AsyncIterator[Store]:
        """Open the database, create or upgrade its tables, and close it at the end.

        ``url`` is ``sqlite:///file.db`` or ``postgresql://user:password@host/name``.

        Raises:
            StoreError: it cannot be opened, or a newer Portevoix has written it.
        """
        async with open_database(url) as database:
            store = cls(database)
            with open_inbox(database.url) as store.inbox:
                try:
                    yield store
                finally:
                    await store._get.close()
                    await store._move.close()

    async def add(self, case: Case) -> tuple[Case, bool]:
        """Store a new case; returns what is stored under its id, and whether it is new."""
        if await self._move(Move(clean(case.id), None, case)):
            return case, True
        stored = await self.get(case.id)
        assert stored is not None  # noqa: S101  # cases are never deleted
        return stored, False

    async def get(self, case_id: str) -> Case | None:
        """The case as it stands, with its current draft."""
        return await self._get(clean(case_id))

    async def change(self, before: Case, after: Case, record: Record | None = None) -> bool:
        """Compare and set: write ``after``, its new draft and the record if the case is at ``before.revision``.

        False: somebody was first, and nothing is written.
        """
        return await self._move(Move(clean(after.id), before, after, record))

    async def due(self, before: datetime | None = None) -> AsyncIterator[Case]:
        """Every case that waits for the bot, earliest first: those due by then, or all. Holds one page at a time."""
        async for case in self._walk(lambda last: queries.due(before, PAGE, last)):
            yield case

    async def export(self, filters: Filters = EVERYTHING) -> AsyncIterator[Case]:
        """Every case that the filters let through, oldest first. Holds one page at a time."""
        async for case in self._walk(lambda last: queries.oldest_first(filters, PAGE, last)):
            yield case

    async def history(self, case_id: str) -> History:
        """All drafts of a case by number, and all decisions in their order; both empty for an unknown case."""
        key = {"case_id": case_id}
        drafts = await self._database.read(queries.DRAFTS, key)
        decisions = await self._database.read(queries.DECISIONS, key)
        return [draft_of(row) for row in drafts], [record_of(row) for row in decisions]

    async def examples(self, brand: str, topic: str, lang: str, limit: int) -> Cases:
        """Cases of this topic and language whose reply was posted, newest first."""
        return [case_of(row) for row in await self._database.read(queries.examples(brand, topic, lang, limit))]

    async def count_by_status(self, brand: str | None = None) -> dict[Status, int]:
        """How many cases have which status, those of one brand or all; every status is there."""
        found = {row["status"]: row["count"] for row in await self._database.read(queries.counts(brand))}
        return {status: found.get(status.value, 0) for status in Status}

    async def list(self, filters: Filters = EVERYTHING, limit: int = 50, *, newest_first: bool = True) -> Cases:
        """At most ``limit`` cases that the filters let through, in the order of their receipt or against it."""
        query = queries.newest_first if newest_first else queries.oldest_first
        rows = await self._database.read(query(filters, limit))
        return [case_of(row) for row in rows]

    async def _walk(self, page: Callable[[Case | None], Select[Any]]) -> AsyncIterator[Case]:
        last: Case | None = None
        while rows := await self._database.read(page(last)):
            for row in rows:
                last = case_of(row)
                yield last

    async def _get_all(self, ids: Sequence[str]) -> Sequence[Case | None]:
        rows = await self._database.read(queries.CASES_BY_ID, {"ids": tuple(set(ids))})
        found = {row["id"]: case_of(row) for row in rows}
        return [found.get(case_id) for case_id in ids]

    async def _move_all(self, moves: Sequence[Move]) -> Sequence[bool]:
        with explained(self._database.url):
            async with self._database.writes.begin() as connection:
                return await connection.run_sync(write, moves)
