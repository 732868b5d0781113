"""What a team's board shows: what is open, how the week went, the last complaint of a topic."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from statistics import median

from sqlalchemy import RowMapping, func, select

from bot.desk.board import Week
from bot.desk.case import Case, Status
from bot.store.database import Database
from bot.store.queries import CASES
from bot.store.rows import case_of
from bot.store.tables import cases

#: What waits for a person.
WAITING = (Status.AWAITING, Status.REFUSED, Status.UNKNOWN, Status.APPROVED)
#: How far back the last complaint of a topic is looked for, in complaints of the brand.
RECENT = 2_000
#: From how many answers the usual time to a reply is told: the latest ones.
ANSWERS = 2_000


class Board:
    """Reads only. Every call may raise ``StoreError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, brands: Collection[str], limit: int = 200) -> list[Case]:
        """The brands' cases that wait for a person, oldest first."""
        chosen = cases.c.status.in_([status.value for status in WAITING]), cases.c.brand.in_(brands)
        order = cases.c.received_at, cases.c.id
        return [case_of(row) for row in await self._database.read(CASES.where(*chosen).order_by(*order).limit(limit))]

    async def counts(self, brands: Collection[str]) -> dict[Status, int]:
        """How many cases of these brands wait for a person, by status."""
        counted = (
            select(cases.c.status, func.count().label("count"))
            .where(cases.c.status.in_([status.value for status in WAITING]), cases.c.brand.in_(brands))
            .group_by(cases.c.status)
        )
        found = {row["status"]: row["count"] for row in await self._database.read(counted)}
        return {status: found.get(status.value, 0) for status in WAITING}

    async def since(self, brands: Collection[str], since: datetime) -> Week:
        """The figures of these brands' complaints received since then."""
        recent = cases.c.brand.in_(brands), cases.c.received_at >= since
        counted = select(cases.c.status, func.count().label("count")).where(*recent).group_by(cases.c.status)
        found = {row["status"]: row["count"] for row in await self._database.read(counted)}
        answered = (
            select(cases.c.received_at, cases.c.reply)
            .where(*recent, cases.c.status == Status.POSTED.value)
            .order_by(cases.c.received_at.desc())
            .limit(ANSWERS)
        )
        minutes = [_minutes(row) for row in await self._database.read(answered) if row["reply"]["posted_at"]]
        return Week(
            received=sum(found.values()),
            posted=found.get(Status.POSTED.value, 0),
            rejected=found.get(Status.REJECTED.value, 0),
            median_minutes=median(minutes) if minutes else None,
        )

    async def latest(self, brand: str, topic: str, lang: str) -> Case | None:
        """The brand's last complaint of this topic in this language, among its recent ones."""
        recent = (
            select(cases.c.id).where(cases.c.brand == brand).order_by(cases.c.received_at.desc()).limit(RECENT)
        ).subquery()
        wanted = CASES.join(recent, recent.c.id == cases.c.id).where(cases.c.topic == topic, cases.c.lang == lang)
        rows = await self._database.read(wanted.order_by(cases.c.received_at.desc()).limit(1))
        return case_of(rows[0]) if rows else None


def _minutes(row: RowMapping) -> float:
    posted_at = datetime.fromisoformat(row["reply"]["posted_at"])
    received_at: datetime = row["received_at"]
    return (posted_at - received_at).total_seconds() / 60
