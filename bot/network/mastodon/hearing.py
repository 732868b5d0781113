"""What was addressed to the brand: the notifications of its account, from where we stopped."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.network.account import Heard
from bot.network.mastodon.server import Me, Server, nonsense
from bot.network.mastodon.status import Author, Status, post

#: Calls for one look at what is new: a twentieth of what Mastodon allows in five minutes.
CALLS = 15
PAGE = 40
#: The cursor of an account that had no notification at all: whatever comes is new.
ALL = "all"


class _Notice(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    type: str
    account: Author | None = None
    status: Status | None = None

    @property
    def age(self) -> tuple[int, str]:
        """Sorts by id: numbers and ULIDs grow with time."""
        return _age(self.id)


_NOTICES = TypeAdapter(list[_Notice])


async def mentions(server: Server, cursor: str) -> Heard:
    """What was addressed to the account behind the cursor, oldest first. Raises ``WireError``."""
    me = await server.me()
    if not cursor:
        newest = await _page(server, limit="1")
        return Heard((), newest[0].id if newest else ALL)
    found, calls = list[_Notice](), CALLS
    while calls > 0:
        page, asked = await _next(server, cursor, calls)
        calls -= asked
        if not page:
            break
        found += page
        cursor = page[-1].id
    return Heard(tuple(post(each, server.rules, (), me.id) for each in _for_us(found, me)), cursor)


async def _next(server: Server, cursor: str, calls: int) -> tuple[list[_Notice], int]:
    """What follows the cursor, oldest first, and how many calls that took.

    Asked for what follows an id, Mastodon tells what follows at once, some servers (snac) the newest of all: so what
    lies between is asked for as well.
    """
    known: dict[str, _Notice] = {}
    before: dict[str, str] = {}
    asked = 0
    while asked < calls:
        page = await _page(server, limit=str(PAGE), **_behind(cursor), **before)
        asked += 1
        new = [each for each in page if each.id not in known and _follows(each, cursor)]
        if not new:
            break
        known.update((each.id, each) for each in new)
        before = {"max_id": min(new, key=lambda each: each.age).id}
    return sorted(known.values(), key=lambda each: each.age), asked


def _behind(cursor: str) -> dict[str, str]:
    return {} if cursor == ALL else {"min_id": cursor}


def _follows(notice: _Notice, cursor: str) -> bool:
    return cursor == ALL or notice.age > _age(cursor)


def _age(notice_id: str) -> tuple[int, str]:
    return len(notice_id), notice_id


def _for_us(found: list[_Notice], me: Me) -> list[Status]:
    """The posts, once each; not what we wrote ourselves, nor what is no mention where a server does not choose."""
    posts = (each.status for each in found if each.type == "mention" and each.status)
    return list({each.id: each for each in posts if each.account.id != me.id}.values())


async def _page(server: Server, **asked: Any) -> list[_Notice]:
    told = await server.read("/api/v1/notifications", **{"types[]": "mention"}, **asked)
    try:
        return _NOTICES.validate_python(told)
    except ValidationError as error:
        raise nonsense(error) from error
