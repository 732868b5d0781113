"""What is asked of the tables: every case comes with its current draft, in one select."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal_column, select, tuple_

from bot.desk.case import Case, Status
from bot.store.tables import cases, decisions, drafts

_draft_columns = [column.label(f"draft_{column.name}") for column in drafts.c]

CASES = select(*cases.c, *_draft_columns).select_from(
    cases.outerjoin(drafts, and_(drafts.c.case_id == cases.c.id, drafts.c.number == cases.c.draft))
)
CASES_BY_ID = CASES.where(cases.c.id.in_(bindparam("ids", expanding=True)))
DRAFTS = select(*_draft_columns).where(drafts.c.case_id == bindparam("case_id")).order_by(drafts.c.number)
DECISIONS = select(decisions).where(decisions.c.case_id == bindparam("case_id")).order_by(decisions.c.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which cases: all that is given must hold. ``since`` is when the complaint was received, that instant included."""

    status: Status | None = None
    brand: str | None = None
    network: str | None = None
    since: datetime | None = None


EVERYTHING = Filters()


def due(before: datetime | None, size: int, after: Case | None = None) -> Select[Any]:
    """The next cases that wait for the bot, earliest first: those due by ``before``, behind the case ``after``."""
    page = CASES.where(cases.c.due.is_not(None)).order_by(cases.c.due, cases.c.id).limit(size)
    if before is not None:
        page = page.where(cases.c.due <= before)
    if after is not None:
        page = page.where(tuple_(cases.c.due, cases.c.id) > (after.due, after.id))
    return page


def oldest_first(filters: Filters, size: int, after: Case | None = None) -> Select[Any]:
    """The next cases that the filters let through, in the order of their receipt, behind the case ``after``."""
    page = CASES.where(*_conditions(filters)).order_by(cases.c.received_at, cases.c.id).limit(size)
    if after is None:
        return page
    return page.where(tuple_(cases.c.received_at, cases.c.id) > (after.complaint.received_at, after.id))


def newest_first(filters: Filters, size: int) -> Select[Any]:
    """The latest cases that the filters let through."""
    order = cases.c.received_at.desc(), cases.c.id.desc()
    return CASES.where(*_conditions(filters)).order_by(*order).limit(size)


def examples(brand: str, topic: str, lang: str, size: int) -> Select[Any]:
    """The latest cases of a topic and language whose reply was posted."""
    # the status stands in the query as it does in the index, or the index is not used
    posted = cases.c.status == literal_column(f"'{Status.POSTED.value}'")
    chosen = posted, cases.c.brand == brand, cases.c.topic == topic, cases.c.lang == lang
    return CASES.where(*chosen).order_by(cases.c.received_at.desc()).limit(size)


def counts(brand: str | None) -> Select[tuple[str, int]]:
    """How many cases have which status, those of one brand or all."""
    return (
        select(cases.c.status, func.count().label("count"))
        .where(*_conditions(Filters(brand=brand)))
        .group_by(cases.c.status)
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = []
    if filters.status is not None:
        conditions.append(cases.c.status == filters.status.value)
    if filters.brand is not None:
        conditions.append(cases.c.brand == filters.brand)
    if filters.network is not None:
        conditions.append(cases.c.network == filters.network)
    if filters.since is not None:
        conditions.append(cases.c.received_at >= filters.since)
    return conditions
