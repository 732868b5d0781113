"""What was addressed to the brand: answers to it and mentions of it in its inbox, from where we stopped.

Reddit's own ``before`` is not asked for: once the thing that it names is deleted, Reddit tells of nothing new at all.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.network.account import Heard
from bot.network.reddit.server import PAGES, Server
from bot.network.reddit.thing import Thing, by_age, post

#: What shows up late, because a filter let it through, may be older by this than what was heard already.
LATE = timedelta(minutes=10)
_NEVER = datetime.fromtimestamp(0, UTC)


async def mentions(server: Server, cursor: str) -> Heard:
    """What stands in the inbox behind the cursor, oldest first. Raises ``WireError``.

    A cursor is ``<epoch seconds> <name> …``: when the newest was written, and what was heard of the minutes before.
    """
    me = await server.me()
    at, known = _read(cursor)
    since = at - LATE if at > _NEVER else None
    told, _ = await server.listed("/message/inbox", since, pages=PAGES if cursor else 1)
    found = {each.name: each for each in told if each.name.startswith("t1_")}.values()
    new = (each for each in found if _at(each) >= at - LATE and each.name not in known) if cursor else ()
    ours = me.name.casefold()
    heard = sorted((each for each in new if each.author.casefold() != ours and not each.gone), key=by_age)
    newest = max([at, *map(_at, found)])
    lately = sorted(each.name for each in found if _at(each) >= newest - LATE)
    return Heard(tuple(post(each, each, ()) for each in heard), " ".join([f"{newest.timestamp():.0f}", *lately]))


def _at(thing: Thing) -> datetime:
    return thing.created_utc or _NEVER


def _read(cursor: str) -> tuple[datetime, frozenset[str]]:
    at, *known = cursor.split() or ["0"]
    return max(datetime.fromtimestamp(float(at), UTC), _NEVER), frozenset(known)
