"""The few calls of Mastodon's API that we make, on one instance, with one account's token."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.desk.case import Remark
from bot.network.links import Place, recognise
from bot.network.mastodon import instance as rules
from bot.network.mastodon.instance import Instance
from bot.network.mastodon.status import Author, Status, Text
from bot.network.mastodon.trouble import MOVED, SUSPENDED, kind_of, reason, said_of
from bot.network.reach import may_be_public
from bot.network.wire import Trouble, Wire, WireError

#: Seconds for which the account is known to be ours and well.
FRESH = 30.0
#: Seconds after which an instance's rules are read again; sooner where they could not be read.
RULES, RULES_UNREAD = 3600.0, 60.0
#: Entries of a list in one answer: what every server gives.
PAGE = 40
#: Pages of our own posts that are read back, at most; a page may be smaller than asked, but not smaller than that.
PAGES, SMALLEST = 10, 20
#: Ids of posts elsewhere that are remembered: asking for one makes the instance fetch it.
KNOWN = 2_000

_STATUSES = TypeAdapter(list[Status])


@dataclass(frozen=True, slots=True)
class Me:
    """The account that the token belongs to."""

    id: str
    handle: str
    problem: Remark | None = None


class Moved(BaseModel):
    """Where an account has gone."""

    acct: Text = ""


class _Own(Author):
    moved: Moved | None = None
    suspended: bool = False


class Server:
    """Reads may be repeated once where a connection was cut; what changes something is called once."""

    def __init__(self, base: str, account: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self.wire = Wire(base, account, headers=headers, reason=reason, kind_of=kind_of)
        self.host = urlsplit(base).netloc.lower()
        self.rules = Instance(self.host)
        self._rules_until = 0.0
        self._me: Me | None = None
        self._me_until = 0.0
        self._ids: OrderedDict[str, str] = OrderedDict()

    def forget(self) -> None:
        """Whatever was remembered for a while is asked for again."""
        self._rules_until = self._me_until = 0.0

    # Who and where

    async def me(self) -> Me:
        """Our account, and the instance's rules beside it. Raises ``WireError``."""
        if self._me is None or time.monotonic() >= self._me_until:
            own = await self._own()
            await self._read_rules()
            self._me = Me(own.id, own.handle(self.rules.domain), _wrong_with(own, self.host))
            self._me_until = time.monotonic() + FRESH
        return self._me

    async def _own(self) -> _Own:
        try:
            return _Own.model_validate(await self.read("/api/v1/accounts/verify_credentials"))
        except ValidationError as error:
            raise nonsense(error) from error
        except WireError as error:
            if error.kind is not Trouble.REFUSED:
                raise
            # snac says 422 of a token that it does not know, without a word; a token may lack the right to read
            refused = WireError(Trouble.ACCESS, error.says, status=error.status)
            self.wire.standing.note(refused, self.wire.account)
            raise refused from error

    async def _read_rules(self) -> None:
        if time.monotonic() < self._rules_until:
            return
        try:
            self.rules = rules.read(await self._told_rules(), self.host)
            self._rules_until = time.monotonic() + RULES
        except WireError:  # Mastodon's own rules, or the last known ones, will do
            self._rules_until = time.monotonic() + RULES_UNREAD

    async def _told_rules(self) -> Any:
        try:
            return await self.read("/api/v2/instance")
        except WireError as error:
            if error.kind not in {Trouble.MISSING, Trouble.REFUSED}:
                raise
            return await self.read("/api/v1/instance")

    # Posts

    async def behind(self, link: str) -> Status | None:
        """The post behind a link, on this instance or as this instance sees it; None where there is none for us."""
        place = recognise(link)
        if post_id := self.id_of(place):
            return await self.status(post_id)
        if not may_be_public(urlsplit(place.link).hostname or ""):
            return None
        found = await self._searched(place)
        if found:
            self._keep(place.link, found.id)
        return found

    def id_of(self, place: Place) -> str:
        """The post's id on this instance, as far as the link or our memory tells; else empty."""
        own = urlsplit(place.link).netloc.lower() in {self.host, self.rules.domain}
        if own and place.network == "mastodon" and place.post:
            return place.post
        return self._ids.get(place.link, "")

    async def status(self, post_id: str) -> Status | None:
        """A post by its id here; None where it is not there, or not for us."""
        try:
            told = await self.read(f"/api/v1/statuses/{quote(post_id, safe='')}")
            return Status.model_validate(told)
        except ValidationError as error:
            raise nonsense(error) from error
        except WireError as error:
            if error.kind is Trouble.MISSING:
                return None
            raise

    async def _searched(self, place: Place) -> Status | None:
        """Let the instance fetch a post of another server: nobody but the instance is called."""
        wanted = {"q": place.link, "type": "statuses", "resolve": "true", "limit": "5"}
        told = await self.read("/api/v2/search", **wanted)
        found = statuses(told.get("statuses") if isinstance(told, dict) else None)
        return next((each for each in found if _is_behind(each, place)), None)

    def _keep(self, link: str, post_id: str) -> None:
        self._ids[link] = post_id
        self._ids.move_to_end(link)
        while len(self._ids) > KNOWN:
            self._ids.popitem(last=False)

    async def answers(self, post_id: str, me: Me) -> tuple[Status, ...]:
        """Our own answers to a post, oldest first. Raises ``WireError``."""
        told = await self.read(f"/api/v1/statuses/{quote(post_id, safe='')}/context")
        below = statuses(told.get("descendants") if isinstance(told, dict) else None)
        ours = (each for each in below if each.account.id == me.id and each.in_reply_to_id == post_id)
        return tuple(sorted(ours, key=by_age))

    async def own_posts(self, me: Me, since: datetime) -> AsyncIterator[Status]:
        """What our account posted since then, newest first; ends with ``TooMany`` where the list was not read to it.

        Raises:
            WireError: it could not be read.
        """
        path, last, known = f"/api/v1/accounts/{quote(me.id, safe='')}/statuses", "", set[str]()
        for _ in range(PAGES):
            told = await self.read(path, limit=str(PAGE), exclude_reblogs="true", **({"max_id": last} if last else {}))
            page = statuses(told)
            new = [each for each in page if each.id not in known]
            for each in new:
                yield each
            known.update(each.id for each in new)
            if not page or any(each.created_at and each.created_at < since for each in page):
                return
            if not new:  # a server that does not page: it has told all that it has only where that was little
                break
            last = page[-1].id
        if len(known) >= SMALLEST:
            raise TooMany

    async def post(self, said: dict[str, Any], key: str) -> Any:
        """Post once; ``key`` makes a second call harmless where a server knows such keys. Raises ``WireError``."""
        told = await self.wire.ask("POST", "/api/v1/statuses", json=said, headers={"Idempotency-Key": key})
        return told.body

    async def delete(self, post_id: str) -> None:
        """Delete a post of ours; one that is not there is deleted. Raises ``WireError``."""
        for again in (True, False):
            try:
                await self.wire.ask("DELETE", f"/api/v1/statuses/{quote(post_id, safe='')}")
            except WireError as error:
                if error.kind is Trouble.MISSING:
                    return
                if not (again and _was_cut(error)):
                    raise
            else:
                return

    async def read(self, path: str, **asked: Any) -> Any:
        """A call that changes nothing. Raises ``WireError``."""
        try:
            return (await self.wire.ask("GET", path, params=asked)).body
        except WireError as error:
            if not _was_cut(error):
                raise
        return (await self.wire.ask("GET", path, params=asked)).body


class TooMany(Exception):
    """A list is longer than what we read of it."""


def statuses(told: Any) -> list[Status]:
    """A list of posts. Raises ``WireError`` where it is none."""
    try:
        return _STATUSES.validate_python(told)
    except ValidationError as error:
        raise nonsense(error) from error


def nonsense(error: ValidationError) -> WireError:
    """An answer that is none of this API's; not what it says: that may be private."""
    return WireError(Trouble.BROKEN, f"no answer of this API: {error.error_count()} faults", status=200)


def by_age(status: Status) -> tuple[float, int, str]:
    """Sorts posts, oldest first: ids grow with time where two were posted at once."""
    at = status.created_at.timestamp() if status.created_at else 0.0
    return at, len(status.id), status.id


def _wrong_with(own: _Own, network: str) -> Remark | None:
    if own.suspended:
        return said_of(network, SUSPENDED)
    return said_of(network, MOVED) if own.moved else None


def _was_cut(error: WireError) -> bool:
    """Whether a call ended at once and without an answer: an idle connection that the server had closed."""
    return error.kind is Trouble.BROKEN and not error.status and "Timeout" not in error.says


def _is_behind(status: Status, place: Place) -> bool:
    """Whether a post that a search found is the one that was linked, and no other with the link in its text."""
    if _bare(place.link) in {_bare(status.url), _bare(status.uri)}:
        return True
    author = place.author.lstrip("@").partition("@")[0].casefold()
    return bool(author) and author == status.account.acct.partition("@")[0].casefold()


def _bare(link: str) -> str:
    return link.partition("://")[2].partition("#")[0].rstrip("/").casefold()
