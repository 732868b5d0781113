"""What the brand says in its customers' threads: said once, read back, taken away again.

Neither network has a key that would make a second call harmless. So what stands there is what counts: a reply that
was delivered twice stays once, and one that was never told of is found.
"""

from __future__ import annotations

import logging

from bot.desk.case import Remark, Reply
from bot.desk.ports import Absent, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.graph_calls import Graph, TooMany, part
from bot.network.graph_comments import Comment, Comments, Sent, by_age, even, same, twins, unnamed
from bot.network.graph_trouble import said, words
from bot.network.wire import Trouble, WireError

log = logging.getLogger(__name__)

_BROKE = Remark("The connection to {network} broke while posting.")
_BLIND = Remark("{network} does not show us what stands below this mention. Please look.")
_NAMELESS = Remark("A reply with this text stands in the thread on {network}, but names nobody. Please look.")
_ALONE = Remark("{network} has posted the reply as a comment of its own; it is deleted again. Please try anew.")
_STILL_ALONE = Remark("{network} has posted the reply as a comment of its own. Please delete it by hand: {link}")


class Threads:
    """The threads in which one account answers. What it cannot read raises ``WireError`` or ``TooMany``."""

    def __init__(self, graph: Graph, comments: Comments) -> None:
        self._graph = graph
        self._comments = comments
        self._network = comments.network

    async def own(self, comment: Comment) -> list[Comment]:
        """What the brand says in the comment's thread."""
        return [] if comment.blind else await self._below(comment.top)

    async def _below(self, top: str) -> list[Comment]:
        return [each async for each in self._comments.replies(top) if each.ours]

    async def there(self, comment: Comment, own: list[Comment], reply: Reply) -> Sighting:
        """Whether this reply is among what the brand says in the thread."""
        alike = twins(self._comments, comment, own, reply)
        return await self._only_first(alike, reply) if alike else Absent()

    async def say(self, comment: Comment, text: str, reply: Reply) -> Outcome:
        """Post once, and see whether it stands in the customer's thread then, once."""
        sent = await self._comments.post(comment, text)
        if comment.blind:
            return Posted(ref=sent.id)
        try:
            return await self._seen(sent, comment, reply)
        except (WireError, TooMany):
            return Unclear(said(_BROKE, self._network))

    async def _seen(self, sent: Sent, comment: Comment, reply: Reply) -> Outcome:
        own = await self._below(comment.top)
        listed = next((each for each in own if same(each.id, sent.id)), None)
        posted = listed or await self._comments.comment(sent.id)
        if not (same(posted.top, comment.top) and same(sent.top or posted.top, comment.top)):
            return await self._withdrawn(posted)
        every = {each.id: each for each in (posted, *twins(self._comments, comment, own, reply))}
        return await self._only_first(sorted(every.values(), key=by_age), reply)

    async def _withdrawn(self, stray: Comment) -> Outcome:
        try:
            await self.take_away(stray.id)
        except WireError:
            return Unclear(said(_STILL_ALONE, self._network, link=stray.link))
        return Refused(said(_ALONE, self._network))

    async def _only_first(self, alike: list[Comment], reply: Reply) -> Posted | Unclear:
        """Of the same reply, posted several times over, the first one stays."""
        first, *others = alike
        for each in others:
            if not each.since(reply):
                continue  # a person posted it, long before: not ours to delete
            try:
                await self.take_away(each.id)
            except WireError as error:
                return Unclear(words(error, self._network, self._comments.rights))
            log.warning("the same reply stood there twice; one is deleted", extra={"network": self._network})
        return Posted(link=first.link, ref=first.id)

    async def find(self, comment: Comment, reply: Reply) -> Sighting:
        """Read the thread back, to its end."""
        if comment.blind:
            return Unclear(said(_BLIND, self._network))
        own = await self._below(comment.top)
        found = await self.there(comment, own, reply)
        if isinstance(found, Absent) and comment.nested and _nameless(own, reply):
            return Unclear(said(_NAMELESS, self._network))
        return found

    async def find_below(self, top: str, reply: Reply) -> Sighting:
        """The same where the customer's comment is gone: with the one at the top every reply is gone too."""
        try:
            alike = unnamed(await self._below(top), reply)
        except WireError as error:
            if error.kind is Trouble.MISSING:
                return Absent()
            raise
        return Posted(link=alike[0].link, ref=alike[0].id) if alike else Absent()

    async def take_away(self, ref: str) -> None:
        """Delete a comment of ours; one that is not there is deleted."""
        for again in (True, False):
            try:
                await self._graph.ask("DELETE", part(ref))
            except WireError as error:
                if error.kind is Trouble.MISSING:
                    return
                if error.kind is not Trouble.BROKEN or not again:
                    raise
            else:
                return


def _nameless(own: list[Comment], reply: Reply) -> bool:
    """Whether the reply stands there without the name that was sent with it: the network may have dropped that."""
    return any(even(each.text) == even(reply.text) for each in unnamed(own, reply))
