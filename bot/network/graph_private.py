"""A private reply to a comment: a message to its author, once for each comment, within seven days.

developers.facebook.com: /docs/messenger-platform/discovery/private-replies, /docs/instagram-platform/private-replies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.desk.case import Remark, Reply
from bot.desk.ports import Absent, Length, Posted, Sighting, Unclear
from bot.network.graph_calls import Graph, part
from bot.network.graph_comments import CLOCKS, Comment, even, held, moment, text_of
from bot.network.graph_trouble import said

#: After this a comment can no longer be answered in private.
WINDOW = timedelta(days=7)
#: Messages of a conversation that are read back.
PAGE = 50

ASIDE = Remark("Only the author will see the reply: on {network} it goes to them as a private message.")
_LATE = Remark("{network} lets us answer a comment in private for seven days only; please post the reply by hand.")
_SHUT = Remark("{network} does not let us write to the author of this comment in private; please post by hand.")
_UNKNOWN = Remark("{network} does not show what was written to the author of this comment.")


class Whisper:
    """Private replies of one account; ``account`` is its id, ``platform`` what the API calls its network."""

    def __init__(self, graph: Graph, account: str, network: str, platform: str) -> None:
        self._graph = graph
        self._account = account
        self._network = network
        self._platform = platform

    def measure(self, text: str) -> Length:
        """2,000 characters on Messenger, 1,000 bytes of UTF-8 on Instagram: the send APIs' references."""
        if self._platform == "instagram":
            return Length(len(text.encode("utf-8", "surrogatepass")), 1_000, "bytes")
        return Length(len(text), 2_000)

    def closed(self, comment: Comment) -> Remark | None:
        """Why nobody may write to the author; None when we may."""
        if comment.at and datetime.now(UTC) - comment.at > WINDOW:
            return said(_LATE, self._network)
        return said(_SHUT, self._network) if comment.private is False or comment.blind else None

    async def send(self, comment: Comment, text: str) -> str:
        """Send once; the message's id. Raises ``WireError``."""
        message = {"recipient": {"comment_id": comment.id}, "message": {"text": text}}
        told = await self._graph.ask("POST", f"{part(self._account)}/messages", json=message)
        return text_of(told.get("message_id"))

    async def find(self, comment: Comment, reply: Reply) -> Sighting:
        """Read our messages to the author back. Raises ``WireError``."""
        if not comment.by:
            return Unclear(said(_UNKNOWN, self._network))
        messages, since = await self._messages(comment.by), reply.approved_at - CLOCKS
        for each in messages:
            if _written_at(each, since) >= since and _is_it(each, comment, reply):
                return Posted(link=comment.link, ref=text_of(each.get("id")))
        whole = len(messages) < PAGE or min(_written_at(each, since) for each in messages) < since
        return Absent() if whole else Unclear(said(_UNKNOWN, self._network))

    async def _messages(self, person: str) -> list[Mapping[str, Any]]:
        fields = f"messages.limit({PAGE}){{id,message,from,created_time}}"
        asked = {"platform": self._platform, "user_id": person, "fields": fields}
        talks = [each async for each in self._graph.listed("me/conversations", asked)]
        return [held(each) for talk in talks for each in held(talk.get("messages")).get("data") or []]


def _written_at(message: Mapping[str, Any], otherwise: datetime) -> datetime:
    return moment(message.get("created_time")) or otherwise


def _is_it(message: Mapping[str, Any], comment: Comment, reply: Reply) -> bool:
    ours = text_of(held(message.get("from")).get("id")) != comment.by
    return ours and even(text_of(message.get("message"))) == even(reply.text)
