"""New and changed reviews of the place, from where we stopped."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from bot.network.account import Heard
from bot.network.google.location import PAGE, PAGES, Location
from bot.network.google.review import Review, post

log = logging.getLogger(__name__)

_NEVER = datetime.fromtimestamp(0, UTC)


async def mentions(location: Location, cursor: str) -> Heard:
    """Reviews written or changed behind the cursor, oldest first. Raises ``WireError``.

    A cursor is ``<ISO time> <review> …``: when the last change was, and whose. Empty: from now on.
    """
    at, known = _read(cursor)
    found: list[Review] = []
    async for review in location.latest(PAGES if cursor else 1):
        if cursor and _at(review) < at:
            break
        found.append(review)
    if cursor and len(found) >= PAGE * PAGES:
        log.warning("more new reviews than are read at once", extra={"network": "google"})
    newest = max([at, *map(_at, found)])
    lately = {each.id for each in found if _at(each) == newest} | (known if newest == at else frozenset())
    new = [each for each in found if not (_at(each) == at and each.id in known)] if cursor else []
    heard = {each.id: post(each) for each in sorted(new, key=_at)}
    return Heard(tuple(heard.values()), " ".join([newest.isoformat(), *sorted(lately)]))


def _at(review: Review) -> datetime:
    return review.updateTime or review.createTime or _NEVER


def _read(cursor: str) -> tuple[datetime, frozenset[str]]:
    at, *known = cursor.split() or [_NEVER.isoformat()]
    return datetime.fromisoformat(at), frozenset(known)
