"""One account on X: what the desk asks of it."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, NotSent, Outcome, Refused, Sighting, Unclear
from bot.network.account import Capabilities, Heard, Post, PostGone, Spec, Unread, changed_since
from bot.network.links import recognise
from bot.network.measure import measure
from bot.network.wire import MENDED, WireError
from bot.network.x import reading, trouble
from bot.network.x.access import Access
from bot.network.x.posting import Posting
from bot.network.x.readback import Readback, Shown
from bot.network.x.session import Session

#: Seconds for which a post that was read is known as it stood then.
FRESH = 30.0
#: Posts of which it is remembered how they stood.
REMEMBERED = 2_000
#: Pages of 100 mentions; X shows the last 800.
PAGES = 8


class XAccount:
    """The account's own posts, and the answers to others'."""

    name = "x"
    by_hand = False
    settles = 25.0
    can = Capabilities()

    def __init__(self, spec: Spec, base: str, access: Access) -> None:
        self.spec = spec
        self._session = Session(base, f"X {spec.handle or spec.name}".strip(), access)
        self._readback = Readback(self._session, spec)
        self._posting = Posting(self._session, self._readback)
        self._limit = int(limit) if (limit := str(spec.options.get("limit", ""))).isdecimal() else None
        self._seen: OrderedDict[str, tuple[float, Remark | None]] = OrderedDict()
        self._by_hand: dict[str, Remark] = {}

    def __repr__(self) -> str:
        return f"XAccount({self.spec!r})"

    @property
    def problem(self) -> Remark | None:
        """Why nothing can be posted until a person mends it."""
        return self._session.problem or self._readback.mistaken

    def measure(self, complaint: Complaint, text: str) -> Length:
        """In X's weighted characters."""
        told = measure("x", text)
        return replace(told, limit=self._limit) if self._limit else told

    def by_hand_for(self, complaint: Complaint) -> Remark | None:
        """Why only a person may answer this complaint, with the link to the composer; None as long as nobody knows.

        It is known once ``resolve``, ``check`` or ``publish`` has read the post.
        """
        return self._by_hand.get(post_of(complaint.link))

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    # Before the yes

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why this account could not post a reply now; None when it can."""
        if self._session.pause:
            return trouble.BUSY
        if not (ref := post_of(complaint.link)):
            return trouble.NO_LINK
        read_at, closed = self._seen.get(ref, _NEVER)
        if not self.problem and time.monotonic() - read_at < FRESH:
            return closed
        try:
            return (await self._read(ref)).closed or self.problem
        except PostGone:
            return trouble.GONE
        except Unread as error:
            return error.remark
        except WireError as error:
            return trouble.in_words(error)

    async def resolve(self, link: str) -> Post:
        """The post behind a link, and the brand's own answers to it."""
        if not (ref := post_of(link)):
            raise Unread(trouble.NO_LINK)
        try:
            shown = await self._read(ref)
            ours, _ = await self._readback.answers(shown.versions, shown.versions[0])
            return shown.post(ours)
        except WireError as error:
            raise trouble.unread(error) from error

    async def whoami(self) -> str:
        """The account's handle."""
        try:
            return f"@{(await self._readback.me(anew=True)).username}"
        except WireError as error:
            raise Unread(trouble.in_words(error)) from error

    # After the yes

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Read the post again, look for the reply, and send it once."""
        if not (ref := post_of(complaint.link)):
            return Refused(trouble.NO_LINK)
        try:
            shown = await self._read(ref)
            ours, _ = await self._readback.answers(shown.versions, shown.versions[0])
        except PostGone:
            return Refused(trouble.GONE)
        except Unread as error:
            return NotSent(error.remark, wait=MENDED) if self._readback.mistaken else Refused(error.remark)
        except WireError as error:
            return trouble.unsent(error)
        if there := shown.holds(ours, reply.text):
            return there
        if changed := changed_since(shown.post(ours), reply):
            return changed
        outcome = await self._posting.send(shown, reply.text)
        if isinstance(outcome, Refused):
            self._remember(ref, outcome.reason if reading.is_by_hand(outcome.reason) else None)
        return outcome

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Look through the brand's own posts, down to those from before the yes."""
        if not (ref := post_of(complaint.link)):
            return Absent()
        try:
            return await self._readback.find(ref, reply)
        except Unread as error:
            return Unclear(error.remark)
        except WireError as error:
            return trouble.unsure(error)

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Take a reply away; one that is not there any more is gone."""
        if not reply.ref:
            return Refused(Remark("Nobody knows the reply's id on X; please delete it there by hand."))
        return await self._posting.delete(reply.ref)

    # Hearing

    async def mentions(self, cursor: str) -> Heard:
        """The posts that name the brand, behind this id. An edited one comes again, under the same ``ref``."""
        try:
            me = await self._readback.me()
            if not cursor:
                return Heard((), await self._newest(me.id))
            posts: dict[str, Post] = {}
            newest = cursor
            async for page in self._pages(me.id, cursor):
                newest = max(newest, page.meta.newest_id, *(each.id for each in page.data), key=_number)
                posts |= {
                    each.id: reading.post(page, each, (), None)
                    for each in page.data
                    if each.author_id != me.id and not each.refers("retweeted")
                }
        except WireError as error:
            raise Unread(trouble.in_words(error)) from error
        return Heard(tuple(posts[ref] for ref in sorted(posts, key=_number)), newest)

    async def _newest(self, me: str) -> str:
        page = await self._mentions(me, max_results=5)
        return page.meta.newest_id or str(reading.id_at(datetime.now(UTC) - timedelta(seconds=1)))

    async def _pages(self, me: str, cursor: str) -> Any:
        token: dict[str, str] = {}
        for _ in range(PAGES):
            page = await self._mentions(me, max_results=100, since_id=cursor, **token)
            yield page
            if not page.meta.next_token:
                return
            token = {"pagination_token": page.meta.next_token}

    async def _mentions(self, me: str, **asked: Any) -> reading.Page:
        told = await self._session.ask("GET", f"/2/users/{me}/mentions", aside=True, params={**reading.FIELDS, **asked})
        return reading.page(told.body)

    # Shared

    async def _read(self, ref: str) -> Shown:
        shown = await self._readback.shown(ref)
        self._remember(ref, shown.closed)
        return shown

    def _remember(self, ref: str, closed: Remark | None) -> None:
        self._seen[ref] = time.monotonic(), closed
        self._seen.move_to_end(ref)
        if closed and reading.is_by_hand(closed):
            self._by_hand[ref] = closed
        else:
            self._by_hand.pop(ref, None)
        while len(self._seen) > REMEMBERED:
            self._by_hand.pop(self._seen.popitem(last=False)[0], None)


def post_of(link: str) -> str:
    """The id of the post to which a link leads; empty where it leads to none on X."""
    place = recognise(link)
    return place.post if place.network == "x" and len(place.post) < _LONGEST else ""


_NEVER: tuple[float, Remark | None] = (-math.inf, None)
#: Digits that an id never has: it is a number of 64 bits.
_LONGEST = 20


def _number(ref: str) -> int:
    return int(ref) if ref.isdecimal() else 0
