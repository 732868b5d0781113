"""Comments on a Page's posts: developers.facebook.com/docs/graph-api/reference/comment and /object/comments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.desk.case import Remark
from bot.network.facebook import trouble
from bot.network.facebook.places import page_post, spot, tail, whole
from bot.network.graph_calls import Graph, nonsense, part
from bot.network.graph_comments import Comment, Me, Sent, Spot, held, moment, text_of
from bot.network.graph_trouble import said
from bot.network.links import recognise
from bot.network.wire import Trouble, WireError

#: Pages of the Page's own feed that are searched for a post whose link does not tell its number.
POSTS_BACK = 5
_IN_THREAD = "id,message,message_tags,from{id,name},created_time,permalink_url,parent{id},attachment{type,title}"
_ALL = f"{_IN_THREAD},can_comment,can_reply_privately,is_hidden"


class FacebookComments:
    """What ``graph_comments.Comments`` asks for, on a Page."""

    network = trouble.NAME
    rights = trouble.RIGHTS
    platform = "messenger"

    def __init__(self, graph: Graph, page: str) -> None:
        self._graph = graph
        self._page = page

    def spot(self, link: str) -> Spot | None:
        """Where a link leads; None where that is no post on Facebook."""
        return spot(link)

    def mention(self, comment: Comment) -> str:
        """``@[id]``: developers.facebook.com/docs/pages-api/comments-mentions."""
        return f"@[{comment.by}]" if comment.by else ""

    async def me(self) -> Me:
        """The Page that the token is of; a person's token would answer in that person's name."""
        told = await self._graph.read("me", fields="id,name")
        found, name = text_of(told.get("id")), text_of(told.get("name"))
        if found == self._page:
            return Me(found, name)
        return Me(found, name, said(trouble.STRANGER, self.network, real=name or found, told=self._page))

    async def behind(self, spot: Spot) -> Comment | Remark:
        """The comment that a link leads to, by whichever of its ids the API knows."""
        for name in dict.fromkeys((spot.comment, tail(spot.comment))):
            try:
                comment = await self.comment(name)
            except WireError as error:
                if error.kind is not Trouble.MISSING:
                    raise
                continue
            if tail(comment.id) == tail(name):
                return comment
        if "_" in spot.comment:
            raise WireError(Trouble.MISSING)
        post = await self._post_named(spot.post)
        return await self.comment(f"{tail(post)}_{spot.comment}") if post else trouble.OPAQUE

    async def _post_named(self, token: str) -> str:
        """A post of the Page's own by what its link calls it; empty where it is none of the latest."""
        feed, asked = f"{part(self._page)}/feed", {"fields": "id,permalink_url"}
        async for each in self._graph.listed(feed, asked, most=POSTS_BACK, whole=False):
            if recognise(text_of(each.get("permalink_url"))).post == token:
                return text_of(each.get("id"))
        return ""

    async def comment(self, ref: str) -> Comment:
        """A comment by its id."""
        return self._read(await self._graph.read(part(ref), fields=_ALL))

    async def below(self, spot: Spot) -> AsyncIterator[Comment]:
        """The comments under one of the Page's posts, answers to comments included."""
        post = page_post(self._page, spot.post) if spot.post.isdecimal() else await self._post_named(spot.post)
        if not post:
            return
        async for each in self._stream(post):
            yield each

    async def replies(self, top: str) -> AsyncIterator[Comment]:
        """Everything in a thread, below its top."""
        async for each in self._stream(top):
            yield each

    async def _stream(self, ref: str) -> AsyncIterator[Comment]:
        asked = {"filter": "stream", "order": "chronological", "fields": _IN_THREAD}
        async for each in self._graph.listed(f"{part(ref)}/comments", asked):
            yield self._read(each)

    async def post(self, comment: Comment, text: str) -> Sent:
        """Comment on the comment at the top, and ask at once where that stands."""
        sent = {"message": text, "fields": "id,parent{id}"}
        told = await self._graph.ask("POST", f"{part(comment.top)}/comments", data=sent)
        if not (posted := text_of(told.get("id"))):
            raise nonsense()
        parent = text_of(held(told.get("parent")).get("id"))
        return Sent(posted, parent or None)

    def _read(self, told: Mapping[str, Any]) -> Comment:
        if not (comment_id := text_of(told.get("id"))):
            raise nonsense()
        author = held(told.get("from"))
        text = text_of(told.get("message"))
        named, sent = _as_sent(text, told.get("message_tags"))
        top = text_of(held(told.get("parent")).get("id")) or comment_id
        return Comment(
            id=comment_id,
            top=top,
            text=text,
            sent=sent,
            named=named,
            by=text_of(author.get("id")),
            name=text_of(author.get("name")),
            at=moment(told.get("created_time")),
            link=text_of(told.get("permalink_url")) or whole(self._page, comment_id, top),
            ours=text_of(author.get("id")) == self._page,
            closed=_closed(told),
            private=None if (may := told.get("can_reply_privately")) is None else bool(may),
            attachments=tuple(_attached(held(told.get("attachment")))),
        )


def _closed(told: Mapping[str, Any]) -> Remark | None:
    if told.get("is_hidden") is True:
        return trouble.HIDDEN
    return trouble.SHUT if told.get("can_comment") is False else None


def _as_sent(text: str, tags: Any) -> tuple[str, str]:
    """The mention that a text begins with, and the text with its mentions as they are sent: ``@[id]``."""
    named, sent = "", text
    listed = [tag for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
    for tag in sorted(listed, key=lambda tag: _place(tag, "offset"), reverse=True):
        start, length, who = _place(tag, "offset"), _place(tag, "length"), text_of(tag.get("id"))
        if who and 0 <= start < len(sent) and length > 0:
            sent = f"{sent[:start]}@[{who}]{sent[start + length :]}"
            named = f"@[{who}]" if start == 0 else named
    return named, sent


def _place(tag: Mapping[str, Any], name: str) -> int:
    told = tag.get(name)
    return told if isinstance(told, int) else -1


def _attached(attachment: Mapping[str, Any]) -> list[str]:
    told = text_of(attachment.get("title")) or text_of(attachment.get("type"))
    return [told[:200]] if told else []
