"""A brand's account on Bluesky: reads through the AppView, writes into its own repo under keys that we choose."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.account import Answer, Capabilities, Heard, Post, PostGone, Spec, Unread, changed_since
from bot.network.bluesky import reading, trouble
from bot.network.bluesky.facets import facets, handles
from bot.network.bluesky.hearing import REASONS, hear
from bot.network.bluesky.key import created_at, key_at, key_of
from bot.network.bluesky.reading import POSTS
from bot.network.bluesky.session import Session
from bot.network.measure import measure
from bot.network.wire import Trouble, Wire, WireError

T = TypeVar("T")

#: Seconds for which the answer of ``check`` is remembered, and of how many posts.
REMEMBERED = 30.0
_MOST_REMEMBERED = 500
#: Our own posts are read back this far, in pages of 100: an answer given since the approval is among the newest.
PAGES = 5
#: A customer's clock, and a key made by another app, may be wrong by this much.
_CLOCKS = timedelta(hours=1)
#: Only an account that may write succeeds in these; others' posts can be read even by one that is shut.
_OF_OUR_OWN = frozenset(f"com.atproto.{name}" for name in ("server.getSession", "repo.listRecords", "repo.putRecord"))
_NOBODY = frozenset({Trouble.REFUSED, Trouble.MISSING})


class BlueskyAccount:
    """The network ``bluesky`` for one account. ``base`` is the address of its PDS, or of the entryway before it."""

    name = trouble.NAME
    by_hand = False
    settles = 5.0  # a call that arrives late writes the very same record under the same key
    can = Capabilities()

    def __init__(self, spec: Spec, base: str, password: str) -> None:
        self.spec = spec
        handle = spec.handle.removeprefix("@")
        self._wire = Wire(base, handle, reason=trouble.reason, kind_of=trouble.kind_of)
        self._session = Session(self._wire, handle, password)
        self._appview = {"atproto-proxy": spec.options["appview"]} if spec.options.get("appview") else {}
        self._checked: dict[str, tuple[float, Remark | None]] = {}
        self._problem: Remark | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    @property
    def problem(self) -> Remark | None:
        """Why Bluesky refuses our access; None while all is well."""
        return self._problem

    def measure(self, complaint: Complaint, text: str) -> Length:
        """300 graphemes and 3,000 bytes; the nearer limit counts."""
        return measure(self.name, text)

    async def whoami(self) -> str:
        """The account's handle. Raises ``Unread``."""
        try:
            return f"@{(await self._standing()).get('handle', '')}"
        except WireError as error:
            raise Unread(trouble.words(error)) from error

    async def _standing(self) -> dict[str, Any]:
        """Our account as its server sees it. Raises ``WireError`` also where it may not post."""
        told = await self._ask("GET", "com.atproto.server.getSession")
        if told.get("active") is False:
            error = trouble.inactive(str(told.get("status")))
            self._problem = trouble.words(error)
            raise error
        return told

    async def _ask(self, method: str, name: str, **sent: Any) -> dict[str, Any]:
        told = await self._heeding(self._session.ask(method, name, **sent))
        if name in _OF_OUR_OWN:
            self._problem = None
        return told

    async def _did(self) -> str:
        return (await self._heeding(self._session.tokens())).did

    async def _heeding(self, call: Awaitable[T]) -> T:
        """What a call tells, and what its failure tells of our access."""
        try:
            return await call
        except WireError as error:
            if error.kind is Trouble.ACCESS:
                self._problem = trouble.words(error)
            raise

    # Read

    async def resolve(self, link: str) -> Post:
        """The post behind a bsky.app link or an at:// address. Raises ``PostGone`` and ``Unread``."""
        if not (uri := reading.uri_in(link)):
            raise Unread(trouble.NO_LINK)
        try:
            return (await self._read(uri))[1]
        except WireError as error:
            raise trouble.unread(error) from error

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why no reply could be posted now; None when it can."""
        if self._wire.standing.pause:
            return Remark("{network} asks us to wait.", {"network": self.name})
        uri = reading.uri_in(complaint.link)
        asked, known = self._checked.get(uri, (0.0, None))
        if self.problem is None and asked and time.monotonic() - asked < REMEMBERED:
            return known
        if not uri:
            return trouble.NO_LINK
        return await self._checked_now(uri)

    async def _checked_now(self, uri: str) -> Remark | None:
        try:
            await self._standing()
            found = reading.post_of(await self._view(uri)).closed
        except PostGone:
            found = trouble.GONE
        except WireError as error:
            return trouble.GONE if error.kind is Trouble.MISSING else trouble.words(error)
        if len(self._checked) >= _MOST_REMEMBERED:
            self._checked.clear()
        self._checked[uri] = time.monotonic(), found
        return found

    async def _read(self, uri: str) -> tuple[Mapping[str, Any], Post]:
        """The post as the AppView shows it, and as ours with our answers below it."""
        view = await self._view(uri)
        if view.get("blocked"):
            return view, reading.post_of(view)
        ours = [answer async for answer in self._answers(str(view["uri"]), reading.oldest(view))]
        return view, reading.post_of(view, tuple(reversed(ours)))

    async def _view(self, uri: str) -> Mapping[str, Any]:
        asked = {"uri": uri, "depth": "0", "parentHeight": "0"}
        return reading.thread_post(
            await self._ask("GET", "app.bsky.feed.getPostThread", params=asked, headers=self._appview)
        )

    async def _answers(self, uri: str, since: datetime) -> AsyncIterator[Answer]:
        """Our own replies to a post, newest first, out of our own repo: the AppView may lag behind."""
        asked = {"repo": await self._did(), "collection": POSTS, "limit": "100"}
        floor = key_at(since - _CLOCKS)
        for _ in range(PAGES):
            told = await self._ask("GET", "com.atproto.repo.listRecords", params=asked)
            listed = told.get("records") or []
            for record in listed:
                if reading.parent_of(record.get("value")) == uri:
                    yield reading.answer_of(record)
            if not told.get("cursor") or not listed or reading.split(listed[-1]["uri"])[1] < floor:
                return
            asked["cursor"] = told["cursor"]

    async def mentions(self, cursor: str) -> Heard:
        """Mentions and replies behind this cursor, oldest first. Raises ``Unread``."""
        try:
            if self.problem:
                await self._standing()
            return await hear(cursor, self._notifications, await self._did())
        except WireError as error:
            raise Unread(trouble.words(error)) from error

    async def _notifications(self, cursor: str) -> Mapping[str, Any]:
        asked: dict[str, Any] = {"limit": "100", "reasons": list(REASONS), "priority": "false"}
        asked |= {"cursor": cursor} if cursor else {}
        name = "app.bsky.notification.listNotifications"
        return await self._ask("GET", name, params=asked, headers=self._appview)

    # Write

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Read the post again, then put the record where nothing stands yet: a second put changes nothing."""
        if not (uri := reading.uri_in(complaint.link)):
            return Refused(trouble.NO_LINK)
        key = key_of(complaint, reply)
        try:
            view, post = await self._read(uri)
            if there := _already(post.ours, key, reply.text):
                return Posted(link=there.link, ref=there.ref)
            if stop := changed_since(post, reply):
                return stop
            record = await self._record(view, complaint, reply)
            did = await self._did()
        except PostGone:
            return Refused(trouble.GONE)
        except WireError as error:
            return trouble.unsent(error)
        return await self._put(did, key, record, complaint, reply)

    async def _record(self, view: Mapping[str, Any], complaint: Complaint, reply: Reply) -> dict[str, Any]:
        record: dict[str, Any] = {
            "$type": POSTS,
            "text": reply.text,
            "createdAt": created_at(reply),
            "reply": reading.threaded(view),
        }
        if found := facets(reply.text, await self._dids(handles(reply.text))):
            record["facets"] = found
        if complaint.lang:
            record["langs"] = [complaint.lang]
        return record

    async def _dids(self, mentioned: list[str]) -> dict[str, str]:
        dids: dict[str, str] = {}
        for handle in mentioned:
            try:
                told = await self._ask("GET", "com.atproto.identity.resolveHandle", params={"handle": handle})
            except WireError as error:
                if error.kind not in _NOBODY:
                    raise
                continue
            dids[handle] = str(told["did"])
        return dids

    async def _put(self, did: str, key: str, record: dict[str, Any], complaint: Complaint, reply: Reply) -> Outcome:
        put = {"repo": did, "collection": POSTS, "rkey": key, "record": record, "swapRecord": None}
        try:
            told = await self._ask("POST", "com.atproto.repo.putRecord", json=put)
        except WireError as error:
            if trouble.code(error.body) == "InvalidSwap":  # another record stands there: ours, or by a rare chance not
                found = await self.find(complaint, reply)
                return Refused(_TAKEN) if isinstance(found, Absent) else found
            return trouble.sent(error)
        uri = f"at://{did}/{POSTS}/{key}"
        if told.get("uri") != uri:
            return Unclear(Remark("{network} does not answer properly at the moment.", {"network": self.name}))
        return Posted(link=reading.web_link(uri), ref=uri)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Read the record back under its key, from our own repo."""
        try:
            asked = {"repo": await self._did(), "collection": POSTS, "rkey": key_of(complaint, reply)}
            told = await self._ask("GET", "com.atproto.repo.getRecord", params=asked)
        except WireError as error:
            return Absent() if trouble.code(error.body) == "RecordNotFound" else trouble.unsure(error)
        there = reading.answer_of(told)
        return Posted(link=there.link, ref=there.ref) if there.text == reply.text else Absent()

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Take the reply's record out of our repo: what is not there is gone as well."""
        try:
            did = await self._did()
            owner, key = reading.split(reply.ref) if reply.ref else (did, key_of(complaint, reply))
            if owner != did:
                return Refused(_NOT_OURS)
            gone = {"repo": did, "collection": POSTS, "rkey": key}
            await self._ask("POST", "com.atproto.repo.deleteRecord", json=gone)
        except WireError as error:
            return trouble.unsure(error) if error.kind is Trouble.BROKEN else trouble.unsent(error)
        return Posted()


def _already(ours: tuple[Answer, ...], key: str, text: str) -> Answer | None:
    """The answer that stands there under our key or in our words."""
    even = " ".join(text.split())
    return next((a for a in ours if reading.split(a.ref)[1] == key or " ".join(a.text.split()) == even), None)


_TAKEN = Remark("Another reply of the brand's stands in this one's place already; please approve again.")
_NOT_OURS = Remark("That reply is another account's: it can only be deleted from there.")
