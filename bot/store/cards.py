"""The cards of the chats: which message shows which draft of which case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    RowMapping,
    Select,
    and_,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.desk.card import Card
from bot.desk.case import Status
from bot.store.database import Database
from bot.store.tables import cards, cases

#: Ids in memory at a time.
PAGE = 500
_OPEN = [status.value for status in (Status.AWAITING, Status.APPROVED, Status.SENDING, Status.REFUSED, Status.UNKNOWN)]


class Cards:
    """The chats' ``Cards`` on the same database as the cases. Every call may raise ``StoreError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, card: Card) -> bool:
        """Note that a card is about to be posted; False when somebody has already begun with it."""
        dialect = sqlite if self._database.is_sqlite else postgresql
        return await self._database.write(dialect.insert(cards).values(_row(card)).on_conflict_do_nothing()) == 1

    async def reclaim(self, card: Card, worker: str, at: datetime) -> bool:
        """Take over a card whose poster has ended before the message was known; False: somebody else did."""
        mine = _this(update(cards), card).where(cards.c.message == "", cards.c.worker == card.worker)
        return await self._database.write(mine.values(worker=worker, claimed_at=at)) == 1

    async def posted(self, card: Card, message: str) -> Card:
        """Note the message that shows the card."""
        await self._database.write(_this(update(cards), card).values(message=message))
        return replace(card, message=message)

    async def drop(self, card: Card) -> None:
        """Forget a claim: surely nothing was posted."""
        await self._database.write(
            _this(delete(cards), card).where(cards.c.message == "", cards.c.worker == card.worker)
        )

    async def drawn(self, card: Card, revision: int, *, live: bool) -> None:
        """Note what the message shows now; a later revision that another process has drawn stays noted."""
        await self._database.write(
            _this(update(cards), card).where(cards.c.shown <= revision).values(shown=revision, live=live)
        )

    async def doubt(self, card: Card) -> None:
        """Nobody knows what the message shows: it has to be drawn again."""
        await self._database.write(_this(update(cards), card).values(shown=0, live=True))

    async def of(self, case_id: str, chat: str) -> list[Card]:
        """The cards of a case in a chat, first draft first."""
        mine = select(cards).where(cards.c.case_id == case_id, cards.c.chat == chat).order_by(cards.c.draft)
        return [_card(row) for row in await self._database.read(mine)]

    async def at(self, place: str, message: str) -> Card | None:
        """The card that this message is."""
        if not message:
            return None
        rows = await self._database.read(select(cards).where(cards.c.message == message, cards.c.place == place))
        return _card(rows[0]) if rows else None

    async def behind(self, chat: str) -> AsyncIterator[str]:
        """The ids of the cases whose card is missing in this chat, or shows less than the case has become."""
        last = ""
        while rows := await self._database.read(_behind(chat, last)):
            for row in rows:
                last = row["id"]
                yield last


def _this(statement: Any, card: Card) -> Any:
    return statement.where(cards.c.case_id == card.case_id, cards.c.draft == card.draft, cards.c.chat == card.chat)


def _behind(chat: str, last: str) -> Select[Any]:
    """Open cases without a card of their draft, and cards that still follow a case which has moved on.

    Both are few: what is decided and drawn is neither open nor live.
    """
    own = and_(cards.c.case_id == cases.c.id, cards.c.chat == chat, cards.c.draft == cases.c.draft)
    missing = (
        select(cases.c.id)
        .outerjoin(cards, own)
        .where(cases.c.status.in_(_OPEN), or_(cards.c.case_id.is_(None), cards.c.shown < cases.c.revision))
    )
    stale = (
        select(cases.c.id)
        .join(cards, cards.c.case_id == cases.c.id)
        .where(cards.c.live, cards.c.chat == chat, cards.c.shown < cases.c.revision)
    )
    both = missing.where(cases.c.id > last).union(stale.where(cases.c.id > last)).subquery()
    return select(both.c.id).order_by(both.c.id).limit(PAGE)


def _row(card: Card) -> dict[str, Any]:
    return {
        "case_id": card.case_id,
        "draft": card.draft,
        "chat": card.chat,
        "place": card.place,
        "message": card.message,
        "shown": card.shown,
        "live": card.live,
        "worker": card.worker,
        "claimed_at": card.claimed_at,
    }


def _card(row: RowMapping) -> Card:
    return Card(**row)
