"""A brand's account on an instance."""

from __future__ import annotations

import hashlib

from pydantic import ValidationError

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Length, NotSent, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.account import Capabilities, Heard, Post, PostGone, Spec, Unread, changed_since
from bot.network.links import recognise
from bot.network.mastodon import hearing, readback
from bot.network.mastodon.server import Me, Server, by_age
from bot.network.mastodon.status import DIRECT, Status, addressed, post, visibility
from bot.network.mastodon.trouble import GONE, NOWHERE, UNUSABLE, in_words, said_of, while_posting, while_reading
from bot.network.wire import MENDED, Trouble, WireError

#: What brand.yaml may choose; the first one where it does not.
VISIBILITIES = ("public", "unlisted")

_TOO_LONG = Remark("The text is too long for {network}: {used} of {limit} characters, with the customer's name.")
_STRANGER = Remark("The access token on {network} belongs to {real}, and brand.yaml names {told}.")
_ALONE = Remark("The customer's post is gone; {network} posted the reply all by itself, and it was deleted again.")
_STILL_ALONE = Remark("The customer's post is gone; {network} posted the reply all by itself: {link}")
_EXPOSED = Remark("The customer wrote in private, and {network} posted the reply in public; it was deleted again.")
_STILL_EXPOSED = Remark("The customer wrote in private, and {network} posted the reply in public: {link}")


class MastodonAccount:
    """Use ``build``. In sentences it goes by the instance's host, which people know it by."""

    name = "mastodon"
    by_hand = False
    settles = 25.0
    can = Capabilities()

    def __init__(self, spec: Spec, base: str, token: str) -> None:
        self.spec = spec
        self._server = Server(base, spec.handle or spec.name or base, token)
        self._visibility = spec.options.get("visibility", VISIBILITIES[0])
        self._stranger: Remark | None = None

    @property
    def problem(self) -> Remark | None:
        """A token that is refused, or belongs to another account."""
        return self._server.wire.standing.problem or self._stranger

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length as the instance counts it, the customer's name in front included."""
        handle = complaint.author if "@" in complaint.author[1:] else recognise(complaint.link).author
        return self._server.rules.measure(addressed(handle, self._server.rules.domain, text))

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why this account could not answer the complaint now; None when it can."""
        try:
            opened = await self._opened(complaint)
        except WireError as error:
            return in_words(error, self._server.host)
        if isinstance(opened, Remark):
            return opened
        me, original = opened
        return post(original, self._server.rules, (), me.id).closed

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Read the post again, answer it once, and look at what stands there then."""
        try:
            opened = await self._opened(complaint)
            if isinstance(opened, Remark):
                return NotSent(opened, wait=MENDED) if opened is self._stranger else Refused(opened)
            me, original = opened
            ours = await self._answers(original.id, me)
        except WireError as error:
            return while_reading(error, self._server.host)
        if twins := [each for each in ours if each.reads_like(reply.text)]:
            return await readback.only_first(self._server, twins, reply)
        if refused := changed_since(post(original, self._server.rules, ours, me.id), reply):
            return refused
        return await self._send(complaint, reply, me, original)

    async def _send(self, complaint: Complaint, reply: Reply, me: Me, original: Status) -> Outcome:
        said = self._said(complaint, reply, original)
        length = self._server.rules.measure(said["status"], original.spoiler_text)
        if not length.fits:
            return Refused(said_of(self._server.host, _TOO_LONG, used=length.used, limit=length.limit))
        try:
            told = await self._server.post(said, key_of(complaint, reply))
        except WireError as error:
            return await self._after(error, reply, me, original)
        try:
            posted = Status.model_validate(told)
        except ValidationError:
            return Unclear(said_of(self._server.host, UNUSABLE))
        return await self._looked_at(posted, said, reply, me)

    def _said(self, complaint: Complaint, reply: Reply, original: Status) -> dict[str, str]:
        domain = self._server.rules.domain
        said = {
            "status": addressed(original.account.handle(domain), domain, reply.text),
            "in_reply_to_id": original.id,
            "visibility": visibility(original, self._visibility),
            "content_type": "text/plain",  # GoToSocial's and Pleroma's: else the account's own choice, maybe Markdown
            "language": complaint.lang or original.language,
            "spoiler_text": original.spoiler_text,
        }
        return {name: value for name, value in said.items() if value}

    async def _after(self, error: WireError, reply: Reply, me: Me, original: Status) -> Outcome:
        """What a failed call means; one that broke may have come true, and often that can be seen at once."""
        if error.kind is Trouble.BROKEN and "Timeout" not in error.says:
            try:
                ours = await self._server.answers(original.id, me)
            except WireError:
                ours = ()
            if twins := [each for each in ours if each.reads_like(reply.text)]:
                return await readback.only_first(self._server, twins, reply)
        return while_posting(error, self._server.host)

    async def _looked_at(self, posted: Status, said: dict[str, str], reply: Reply, me: Me) -> Outcome:
        """Whether what the server has posted is our reply to the customer, for them only where that was meant, once."""
        if posted.in_reply_to_id != said["in_reply_to_id"]:
            return await self._withdrawn(posted, _ALONE, _STILL_ALONE)
        if said["visibility"] == DIRECT != posted.visibility:
            return await self._withdrawn(posted, _EXPOSED, _STILL_EXPOSED)
        try:
            ours = await self._answers(posted.in_reply_to_id, me)
        except WireError as error:
            return Unclear(in_words(error, self._server.host))
        twins = {each.id: each for each in (posted, *ours) if each.id == posted.id or each.reads_like(reply.text)}
        return await readback.only_first(self._server, sorted(twins.values(), key=by_age), reply)

    async def _withdrawn(self, posted: Status, done: Remark, failed: Remark) -> Outcome:
        try:
            await self._server.delete(posted.id)
        except WireError:
            return Unclear(said_of(self._server.host, failed, link=posted.link))
        return Refused(said_of(self._server.host, done))

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Read back the thread and our own posts."""
        try:
            await self._server.me()
            original = await self._server.behind(complaint.link)
            return await readback.find(self._server, recognise(complaint.link), original, reply)
        except WireError as error:
            return Unclear(in_words(error, self._server.host))

    async def whoami(self) -> str:
        """The account's name with its server. Raises ``Unread``."""
        try:
            return (await self._server.me()).handle
        except WireError as error:
            raise self._unread(error) from error

    async def resolve(self, link: str) -> Post:
        """The post behind a link to any server, as our instance sees it. Raises ``PostGone`` and ``Unread``."""
        try:
            me = await self._server.me()
            original = await self._server.behind(link)
            if original is None:
                raise PostGone
            return post(original, self._server.rules, await self._answers(original.id, me), me.id)
        except WireError as error:
            raise self._unread(error) from error

    async def mentions(self, cursor: str) -> Heard:
        """What was addressed to the account behind this cursor; empty: from now on. Raises ``Unread``."""
        try:
            return await hearing.mentions(self._server, cursor)
        except WireError as error:
            raise self._unread(error) from error

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
            return while_posting(error, self._server.host)
        return Posted(link=reply.link, ref=ref)

    async def close(self) -> None:
        """Close the connections."""
        await self._server.wire.close()

    async def _opened(self, complaint: Complaint) -> tuple[Me, Status] | Remark:
        """Our account and the complaint, or why that cannot be answered. Raises ``WireError``."""
        me = await self._server.me()
        self._stranger = _stranger(self.spec, me, self._server.host)
        if wrong := me.problem or self._stranger:
            return wrong
        if not complaint.link:
            return NOWHERE
        original = await self._server.behind(complaint.link)
        return (me, original) if original else GONE

    async def _answers(self, post_id: str, me: Me) -> tuple[Status, ...]:
        """Our answers below a post; none where a server shows no threads at all."""
        try:
            return await self._server.answers(post_id, me)
        except WireError as error:
            if error.kind in {Trouble.MISSING, Trouble.REFUSED}:
                return ()
            raise

    def _unread(self, error: WireError) -> Unread:
        return Unread(in_words(error, self._server.host))


def key_of(complaint: Complaint, reply: Reply) -> str:
    """One key for each yes: what was deleted again and approved anew is another reply."""
    parts = (complaint.id, str(reply.draft), reply.approved_at.isoformat(), reply.text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _stranger(spec: Spec, me: Me, network: str) -> Remark | None:
    """Whether the token belongs to somebody else than the handle in brand.yaml: nothing is posted as the wrong one."""
    told, real = (handle.lstrip("@").casefold() for handle in (spec.handle, me.handle))
    if not told or told in {real, real.partition("@")[0]}:
        return None
    return said_of(network, _STRANGER, real=me.handle, told=spec.handle)
