"""A brand's account on Reddit."""

from __future__ import annotations

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Length, NotSent, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.account import Capabilities, Heard, Post, PostGone, Spec, Unread, changed_since
from bot.network.reddit import hearing, readback
from bot.network.reddit.markdown import escaped
from bot.network.reddit.server import Me, Server
from bot.network.reddit.thing import Thing, Where, post, where
from bot.network.reddit.trouble import GONE, NOWHERE, REDDIT, SUSPENDED, in_words, while_posting, while_reading
from bot.network.wire import MENDED, Trouble, WireError

#: Characters of Markdown in a comment.
LIMIT = 10_000

_TOO_LONG = Remark("The text is too long for {network}; please shorten it, then approve again.", {"network": REDDIT})
_STRANGER = Remark("The access token on {network} belongs to {real}, and brand.yaml names {told}.")
_ASTRAY = Remark("Reddit put the reply in another place, and it was deleted again.")
_STILL_ASTRAY = Remark("Reddit put the reply in another place: {link}")


class RedditAccount:
    """Use ``build``."""

    name = "reddit"
    by_hand = False
    settles = 60.0  # lists of comments are drawn up behind the scenes
    can = Capabilities()

    def __init__(self, spec: Spec, server: Server) -> None:
        self.spec = spec
        self._server = server
        self._stranger: Remark | None = None

    @property
    def problem(self) -> Remark | None:
        """Secrets that are refused, or belong to another account."""
        return in_words(self._server.refused) if self._server.refused else self._stranger

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length of the Markdown that shows the text."""
        return Length(len(escaped(text)), LIMIT)

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why this account could not answer the complaint now; None when it can. No link: whether it may at all."""
        try:
            me = await self._server.me()
            if wrong := self._wrong_with(me):
                return wrong
            if self._server.silence:
                return in_words(WireError(Trouble.BUSY, wait=self._server.silence))
            if not complaint.link:
                return None
            opened = await self._opened(complaint.link)
        except WireError as error:
            return in_words(error)
        return opened if isinstance(opened, Remark) else post(*opened[1:], ()).closed

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Read the post again, answer it once, and look at what stands there then."""
        try:
            me = await self._server.me()
            if wrong := self._wrong_with(me):
                return NotSent(wrong, wait=MENDED)
            opened = await self._opened(complaint.link)
            if isinstance(opened, Remark):
                return Refused(opened)
            at, thing, submission = opened
            ours = await readback.answers(self._server, at)
        except WireError as error:
            return while_reading(error)
        if twins := readback.alike(ours, reply):
            return await readback.only_first(self._server, twins, reply)
        if refused := changed_since(post(thing, submission, ours), reply):
            return refused
        if not self.measure(complaint, reply.text).fits:
            return Refused(_TOO_LONG)
        return await self._send(at, reply)

    async def _send(self, at: Where, reply: Reply) -> Outcome:
        try:
            posted = await self._server.comment(at.name, escaped(reply.text))
        except WireError as error:
            return while_posting(error)
        if posted.parent_id != at.name:
            return await self._withdrawn(posted)
        try:
            ours = await readback.answers(self._server, at)
        except WireError as error:
            return Unclear(in_words(error))
        return await readback.only_first(self._server, readback.alike([posted, *ours], reply) or [posted], reply)

    async def _withdrawn(self, posted: Thing) -> Outcome:
        try:
            await self._server.delete(posted.name)
        except WireError:
            return Unclear(Remark(_STILL_ASTRAY.says, {"link": posted.link}))
        return Refused(_ASTRAY)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Read back the discussion and our own comments."""
        at = where(complaint.link)
        if at is None:
            return Unclear(NOWHERE)
        try:
            return await readback.find(self._server, at, reply)
        except WireError as error:
            return Unclear(in_words(error))

    async def whoami(self) -> str:
        """The account's name. Raises ``Unread``."""
        try:
            return f"u/{(await self._server.me()).name}"
        except WireError as error:
            raise Unread(in_words(error)) from error

    async def resolve(self, link: str) -> Post:
        """The submission or comment behind a link. Raises ``PostGone`` and ``Unread``."""
        try:
            opened = await self._opened(link)
            if opened is GONE:
                raise PostGone
            if isinstance(opened, Remark):
                raise Unread(opened)
            at, thing, submission = opened
            return post(thing, submission, await readback.answers(self._server, at))
        except WireError as error:
            raise Unread(in_words(error)) from error

    async def mentions(self, cursor: str) -> Heard:
        """What was addressed to the account behind this cursor; empty: from now on. Raises ``Unread``."""
        try:
            return await hearing.mentions(self._server, cursor)
        except WireError as error:
            raise Unread(in_words(error)) from error

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Delete our reply; one that is gone already is deleted."""
        ref = reply.ref
        if not ref:
            match await self.find(complaint, reply):
                case Posted(ref=found):
                    ref = found
                case Unclear() as unclear:
                    return unclear
        try:
            if ref:
                await self._server.delete(ref)
        except WireError as error:
            return while_posting(error)
        return Posted(link=reply.link, ref=ref)

    async def close(self) -> None:
        """Close the connections."""
        await self._server.close()

    async def _opened(self, link: str) -> tuple[Where, Thing, Thing] | Remark:
        """Where the complaint stands, with its submission, or why it cannot be answered. Raises ``WireError``."""
        at = where(link)
        if at is None:
            return NOWHERE
        found = await self._server.behind(at)
        return (at, *found) if found else GONE

    def _wrong_with(self, me: Me) -> Remark | None:
        told = self.spec.handle.removeprefix("/").removeprefix("u/")
        strange = bool(told) and told.casefold() != me.name.casefold()
        facts = {"network": REDDIT, "real": f"u/{me.name}", "told": self.spec.handle}
        self._stranger = Remark(_STRANGER.says, facts) if strange else None
        return SUSPENDED if me.suspended else self._stranger
