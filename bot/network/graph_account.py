"""A brand's account on Facebook or Instagram: answers comments in their threads, or their authors in private."""

from __future__ import annotations

import time
from collections import OrderedDict

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, NotSent, Outcome, Posted, Refused, Sighting, Unclear
from bot.network import graph_trouble as trouble
from bot.network.account import Capabilities, Heard, Post, Spec, Unread, changed_since
from bot.network.graph_calls import Graph, TooMany
from bot.network.graph_comments import Comment, Comments, Me, addressed, answers, post_of, the_one
from bot.network.graph_private import ASIDE, Whisper
from bot.network.graph_thread import Threads
from bot.network.graph_trouble import GONE, said
from bot.network.measure import measure
from bot.network.wire import MENDED, Trouble, WireError

#: Seconds for which the account is known to be ours and well.
FRESH = 30.0
#: Comments that are remembered, so that one that is gone can still be told from one that never was.
KNOWN = 2_000

_NOWHERE = Remark("The link leads to no comment on {network}. Post the reply by hand, then mark it as posted.")
_WHICH = Remark(
    "The link leads to a whole post on {network}. Please give the comment's own link: it is behind its time."
)
_OWN = Remark("That comment is the brand's own.")
_LONG = Remark("The thread on {network} is too long to be read. Post the reply by hand, then mark it as posted.")
_TOO_LONG = Remark("The text is too long for {network}: {used} of {limit} characters, with the customer's name.")
_SHORTEN = Remark("The text is too long for {network}; please shorten it, then approve again.")
_NOT_OURS = Remark("That comment is not the brand's: it is not deleted.")
_FOR_GOOD = Remark("{network} lets nobody take a private message back.")
_BY_WEBHOOK = Remark("{network} tells of new comments by webhook only.")


class CommentsAccount:
    """What both rooms do alike; ``comments`` is what each does in its own way."""

    name: str
    by_hand = False
    settles = 25.0

    def __init__(self, spec: Spec, graph: Graph, comments: Comments) -> None:
        self.spec = spec
        self._graph = graph
        self._comments = comments
        self._network = comments.network
        self._threads = Threads(graph, comments)
        self._whisper = Whisper(graph, spec.id, comments.network, comments.platform)
        self._private = spec.options.get("private") == "true"
        self.can = Capabilities(mentions=False, delete=not self._private)
        self._me: Me | None = None
        self._me_until = 0.0
        self._known: OrderedDict[str, Comment] = OrderedDict()

    async def close(self) -> None:
        """Close the connections."""
        await self._graph.wire.close()

    @property
    def problem(self) -> Remark | None:
        """A token that is refused, or belongs to another account."""
        if refused := self._graph.refused:
            return self._words(refused)
        return self._me.stranger if self._me else None

    @property
    def aside(self) -> Remark | None:
        """What an approver must know of the way a reply goes: in private, or None for in public."""
        return said(ASIDE, self._network) if self._private else None

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length as the network counts it."""
        return self._whisper.measure(text) if self._private else measure(self.name, text)

    async def whoami(self) -> str:
        """The account's name. Raises ``Unread``."""
        try:
            me = await self._ready()
        except WireError as error:
            raise Unread(self._words(error)) from error
        if me.stranger:
            raise Unread(me.stranger)
        return me.handle

    # Read

    async def resolve(self, link: str) -> Post:
        """The comment behind a link. Raises ``PostGone`` and ``Unread``."""
        try:
            await self._ready()
            comment = await self._linked(link)
            if isinstance(comment, Remark):
                raise Unread(comment)
            own = await self._threads.own(comment)
        except TooMany:
            raise Unread(said(_LONG, self._network)) from None
        except WireError as error:
            raise trouble.unread(error, self._network, self._comments.rights) from error
        return self._post(comment, link, own)

    async def completed(self, post: Post) -> Post | None:
        """What a webhook told, with what it leaves out: the link, a mention's text. None where there is nothing to do.

        Raises:
            Unread: it told no text, and neither does the network, this time.
        """
        try:
            await self._ready()
            comment = await self._comments.comment(post.ref)
        except WireError as error:
            if post.text:
                return post
            if error.kind is Trouble.MISSING:
                return None
            raise Unread(self._words(error)) from error
        return None if comment.ours else post_of(comment, post.link, None, [])

    async def mentions(self, cursor: str) -> Heard:
        """Comments come by webhook: ``graph.posts``. Raises ``Unread``."""
        raise Unread(said(_BY_WEBHOOK, self._network))

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why this account could not answer the complaint now; None when it can. Without a link: of the account."""
        if self._graph.wire.standing.pause:
            return said(Remark("{network} asks us to wait."), self._network)
        try:
            if not (complaint.link or _heard(complaint)):
                return (await self._ready()).stranger
            comment = await self._opened(complaint)
        except TooMany:
            return said(_LONG, self._network)
        except WireError as error:
            return self._words(error)
        return comment if isinstance(comment, Remark) else self._closed(comment)

    def _post(self, comment: Comment, link: str, own: list[Comment]) -> Post:
        return post_of(comment, link, self._closed(comment), answers(self._comments, comment, own))

    def _closed(self, comment: Comment) -> Remark | None:
        if comment.ours:
            return _OWN
        return self._whisper.closed(comment) if self._private else comment.closed

    async def _ready(self) -> Me:
        """Our account. Raises ``WireError``."""
        if self._me is None or time.monotonic() >= self._me_until:
            self._me = await self._comments.me()
            self._me_until = time.monotonic() + FRESH
        return self._me

    async def _opened(self, complaint: Complaint) -> Comment | Remark:
        """The complaint as it stands now, or why it cannot be answered. Raises ``WireError`` and ``TooMany``."""
        me = await self._ready()
        if me.stranger:
            return me.stranger
        return await self._behind(complaint)

    async def _behind(self, complaint: Complaint) -> Comment | Remark:
        if ref := _heard(complaint):
            return self._kept(complaint, await self._comments.comment(ref))
        comment = await self._linked(complaint.link, complaint)
        return comment if isinstance(comment, Remark) else self._kept(complaint, comment)

    async def _linked(self, link: str, complaint: Complaint | None = None) -> Comment | Remark:
        spot = self._comments.spot(link)
        if spot is None:
            return said(_NOWHERE, self._network)
        if spot.comment:
            return await self._comments.behind(spot)
        found = [each async for each in self._comments.below(spot)] if complaint and complaint.text else []
        one = the_one(found, complaint) if complaint else None
        return one or said(_WHICH, self._network)

    def _kept(self, complaint: Complaint, comment: Comment) -> Comment:
        self._known[complaint.id] = comment
        self._known.move_to_end(complaint.id)
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return comment

    # Write

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Read the comment again, answer it once, and look at what stands there then."""
        try:
            comment = await self._opened(complaint)
            if isinstance(comment, Remark):
                stranger = self._me and self._me.stranger
                return NotSent(comment, wait=MENDED) if comment is stranger else Refused(comment)
            own = await self._threads.own(comment)
            there = await self._there(comment, own, reply)
        except TooMany:
            return Refused(said(_LONG, self._network))
        except WireError as error:
            return trouble.unsent(error, self._network, self._comments.rights)
        if not isinstance(there, Absent):
            return there
        if stop := changed_since(self._post(comment, complaint.link, own), reply):
            return stop
        return await self._send(complaint, comment, reply)

    async def _there(self, comment: Comment, own: list[Comment], reply: Reply) -> Sighting:
        if not self._private:
            return await self._threads.there(comment, own, reply)
        found = await self._whisper.find(comment, reply)
        return found if isinstance(found, Posted) else Absent()  # a second message to a comment is refused anyway

    async def _send(self, complaint: Complaint, comment: Comment, reply: Reply) -> Outcome:
        text = reply.text if self._private else addressed(self._comments, comment, reply.text)
        length = self.measure(complaint, text)
        if not length.fits:
            too_long = _SHORTEN if self._private else _TOO_LONG
            return Refused(said(too_long, self._network, used=length.used, limit=length.limit))
        try:
            if self._private:
                return Posted(link=comment.link, ref=await self._whisper.send(comment, text))
            return await self._threads.say(comment, text, reply)
        except WireError as error:
            return await self._failed(error, complaint, reply)

    async def _failed(self, error: WireError, complaint: Complaint, reply: Reply) -> Outcome:
        """What a failed call means; one that was refused as a second one may tell that the first came true."""
        if trouble.is_duplicate(error) and isinstance(found := await self.find(complaint, reply), Posted | Unclear):
            return found
        return trouble.sent(error, self._network, self._comments.rights)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Read the thread, or our private messages, back."""
        try:
            await self._ready()
            return await self._found(complaint, reply)
        except TooMany:
            return Unclear(said(_LONG, self._network))
        except WireError as error:
            return Unclear(self._words(error))

    async def _found(self, complaint: Complaint, reply: Reply) -> Sighting:
        try:
            comment = await self._behind(complaint)
        except WireError as error:
            if error.kind is not Trouble.MISSING:
                raise
            return await self._found_without(complaint, reply)
        if isinstance(comment, Remark):
            return Unclear(comment)
        return await (self._whisper if self._private else self._threads).find(comment, reply)

    async def _found_without(self, complaint: Complaint, reply: Reply) -> Sighting:
        """The customer's comment is gone, as far as we may see."""
        known, spot = self._known.get(complaint.id), self._comments.spot(complaint.link)
        if self._private:
            return await self._whisper.find(known, reply) if known else Unclear(GONE)
        top = known.top if known else spot.top if spot else ""
        return await self._threads.find_below(top, reply) if top else Unclear(GONE)

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Delete our reply; one that is gone already is deleted."""
        if self._private:
            return Refused(said(_FOR_GOOD, self._network))
        ref = reply.ref
        if not ref:
            match await self.find(complaint, reply):
                case Posted(ref=found):
                    ref = found
                case Unclear() as unclear:
                    return unclear
        try:
            await self._ready()
            if not ref:
                return Posted(link=reply.link)
            if not (await self._comments.comment(ref)).ours:  # a Page may delete its customers' comments
                return Refused(_NOT_OURS)
            await self._threads.take_away(ref)
        except WireError as error:
            if error.kind is not Trouble.MISSING:
                return trouble.sent(error, self._network, self._comments.rights)
        return Posted(link=reply.link, ref=ref)

    def _words(self, error: WireError) -> Remark:
        return trouble.words(error, self._network, self._comments.rights)


def _heard(complaint: Complaint) -> str:
    """The comment's own id, where a webhook told of it: it is in the complaint's source."""
    told = complaint.source.split(":", 3)
    return told[3] if len(told) == 4 and told[:2] == ["account", complaint.network] else ""
