"""Cases with all that happened to them, page by page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, Select, bindparam, func, select

from bot.desk.case import Case, Draft
from bot.desk.decision import Record
from bot.store import queries
from bot.store.database import Database
from bot.store.queries import Filters
from bot.store.rows import case_of, draft_of, record_of
from bot.store.tables import cases, decisions, drafts

#: Stories in memory at a time.
PAGE = 100

#: A case, its drafts by number, its decisions in their order.
Story: TypeAlias = tuple[Case, list[Draft], list[Record]]

_OF: BindParameter[Any] = bindparam("ids", expanding=True)
_DRAFTS = select(*(column.label(f"draft_{column.name}") for column in drafts.c)).where(drafts.c.case_id.in_(_OF))
_DECISIONS = select(decisions).where(decisions.c.case_id.in_(_OF))


class Stories:
    """Reads only. Every call may raise ``StoreError``; ``until`` is when the complaint was received, excluded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, filters: Filters, until: datetime | None = None, limit: int | None = None) -> int:
        """How many cases ``walk`` would bring, at most ``limit``."""
        wanted = _page(filters, until, limit, None).order_by(None).subquery()
        rows = await self._database.read(select(func.count().label("count")).select_from(wanted))
        return int(rows[0]["count"])

    async def walk(self, filters: Filters, until: datetime | None = None) -> AsyncGenerator[Story, None]:
        """Every case that the filters let through, oldest first."""
        last: Case | None = None
        while rows := await self._database.read(_page(filters, until, PAGE, last)):
            found = [case_of(row) for row in rows]
            last = found[-1]
            for story in await self._told(found):
                yield story

    async def _told(self, found: Sequence[Case]) -> list[Story]:
        ids = {"ids": [case.id for case in found]}
        written: dict[str, list[Draft]] = defaultdict(list)
        for row in await self._database.read(_DRAFTS.order_by(drafts.c.number), ids):
            written[row["draft_case_id"]].append(draft_of(row))
        decided: dict[str, list[Record]] = defaultdict(list)
        for row in await self._database.read(_DECISIONS.order_by(decisions.c.revision), ids):
            decided[row["case_id"]].append(record_of(row))
        return [(case, written[case.id], decided[case.id]) for case in found]


def _page(filters: Filters, until: datetime | None, size: int | None, after: Case | None) -> Select[Any]:
    page = queries.oldest_first(filters, 0, after).limit(size)
    return page if until is None else page.where(cases.c.received_at < until)
