"""Comments on a business account's media: developers.facebook.com/docs/instagram-platform/reference.

Links name a media by its shortcode, which the API does not take: it is looked up among the account's own.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.desk.case import Remark
from bot.network.graph_calls import Graph, nonsense, part
from bot.network.graph_comments import Comment, Me, Sent, Spot, held, moment, text_of
from bot.network.graph_trouble import said
from bot.network.instagram import mentioned, trouble
from bot.network.links import recognise
from bot.network.wire import Trouble, WireError

#: Pages of the account's own media that are searched for a shortcode.
MEDIA_BACK = 5
#: Comments in one answer: no more are given.
PAGE = "50"
_IN_THREAD = "id,text,timestamp,username,from{id,username},parent_id,hidden"
_ALL = f"{_IN_THREAD},media{{id,shortcode,permalink,is_comment_enabled}}"
_LINK = re.compile(r"/(?:[\w.]+/)?(?:p|reels?|tv)/(?P<post>[\w-]+)(?:/c/(?P<top>[0-9]+)(?:/r/(?P<reply>[0-9]+))?)?/?")
_NAMED = re.compile(r"@[\w.]+")


class InstagramComments:
    """What ``graph_comments.Comments`` asks for, on a business account."""

    network = trouble.NAME
    rights = trouble.RIGHTS
    platform = "instagram"

    def __init__(self, graph: Graph, account: str, handle: str) -> None:
        self._graph = graph
        self._account = account
        self._told = handle.removeprefix("@").casefold()
        self._handle = self._told
        self._media: dict[str, str] = {}

    def spot(self, link: str) -> Spot | None:
        """Where a link leads; None where that is no post on Instagram."""
        place = recognise(link)
        found = _LINK.fullmatch(unquote(urlsplit(place.link).path)) if place.network == "instagram" else None
        if not found:
            return None
        top = found["top"] or ""
        return Spot(found["post"], found["reply"] or top, top)

    def mention(self, comment: Comment) -> str:
        """``@name``: it tells them."""
        return comment.handle

    async def me(self) -> Me:
        """The account of brand.yaml, as far as the token may see it."""
        try:
            told = await self._graph.read(part(self._account), fields="id,username")
        except WireError as error:
            if error.kind is not Trouble.MISSING:
                raise
            return Me("", "", said(trouble.UNKNOWN, self.network, told=self._account))
        name = text_of(told.get("username"))
        self._handle = name.casefold() or self._handle
        if self._told in {"", self._handle}:
            return Me(self._account, f"@{name}")
        stranger = said(trouble.STRANGER, self.network, real=f"@{name}", told=f"@{self._told}")
        return Me(self._account, f"@{name}", stranger)

    async def behind(self, spot: Spot) -> Comment | Remark:
        """The comment that a link leads to; where it is not to be read, whether its post is one of ours at all."""
        try:
            return await self.comment(spot.comment)
        except WireError as error:
            if error.kind is not Trouble.MISSING or await self._media_of(spot.post):
                raise
        return trouble.ELSEWHERE

    async def comment(self, ref: str) -> Comment:
        """A comment by its id, or a mention of the account under somebody else's post."""
        if mentioned.is_one(ref):
            return await mentioned.read(self._graph, self._account, ref)
        return self._read(await self._graph.read(part(ref), fields=_ALL), {})

    async def below(self, spot: Spot) -> AsyncIterator[Comment]:
        """The comments under one of the account's media, answers to comments included."""
        if not (media := await self._media_of(spot.post)):
            return
        fields = f"{_ALL},replies{{{_IN_THREAD}}}"
        async for each in self._graph.listed(f"{part(media)}/comments", {"fields": fields, "limit": PAGE}):
            yield self._read(each, {})
            for reply in held(each.get("replies")).get("data") or []:
                yield self._read(held(reply), held(each.get("media")))

    async def _media_of(self, shortcode: str) -> str:
        """The id of one of the account's own media; empty where it is none of the latest."""
        if known := self._media.get(shortcode):
            return known
        media, asked = f"{part(self._account)}/media", {"fields": "id,shortcode,permalink"}
        async for each in self._graph.listed(media, asked, most=MEDIA_BACK, whole=False):
            own = text_of(each.get("shortcode")) or recognise(text_of(each.get("permalink"))).post
            if own == shortcode:
                self._media[shortcode] = text_of(each.get("id"))
                return self._media[shortcode]
        return ""

    async def replies(self, top: str) -> AsyncIterator[Comment]:
        """Everything in a thread, below its top."""
        fields = f"{_IN_THREAD},media{{shortcode,permalink}}"
        async for each in self._graph.listed(f"{part(top)}/replies", {"fields": fields, "limit": PAGE}):
            yield self._read({"parent_id": top, **each}, {})

    async def post(self, comment: Comment, text: str) -> Sent:
        """Answer the comment at the top, or the mention."""
        if comment.blind:
            return Sent(await mentioned.answer(self._graph, self._account, comment.id, text))
        told = await self._graph.ask("POST", f"{part(comment.top)}/replies", data={"message": text})
        if not (posted := text_of(told.get("id"))):
            raise nonsense()
        return Sent(posted)

    def _read(self, told: Mapping[str, Any], media: Mapping[str, Any]) -> Comment:
        if not (comment_id := text_of(told.get("id"))):
            raise nonsense()
        author, media = held(told.get("from")), held(told.get("media")) or media
        name = text_of(author.get("username")) or text_of(told.get("username"))
        text = text_of(told.get("text"))
        top = text_of(told.get("parent_id")) or comment_id
        named = _NAMED.match(text)
        return Comment(
            id=comment_id,
            top=top,
            text=text,
            sent=text,
            named=named[0] if named else "",
            by=text_of(author.get("id")),
            handle=f"@{name}" if name else "",
            at=moment(told.get("timestamp")),
            link=_link(text_of(media.get("permalink")), comment_id, top),
            ours=text_of(author.get("id")) == self._account or (bool(name) and name.casefold() == self._handle),
            closed=_closed(told, media),
        )


def _link(permalink: str, comment: str, top: str) -> str:
    if not permalink:
        return ""
    whole = f"{permalink.partition('?')[0].rstrip('/')}/c/{top}/"
    return whole if comment == top else f"{whole}r/{comment}/"


def _closed(told: Mapping[str, Any], media: Mapping[str, Any]) -> Remark | None:
    if told.get("hidden") is True:
        return trouble.HIDDEN
    return trouble.SHUT if media.get("is_comment_enabled") is False else None
