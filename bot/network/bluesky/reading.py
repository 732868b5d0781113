"""What the AppView and a repo tell of posts, read into ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.desk.case import Remark
from bot.network.account import Answer, Post, PostGone
from bot.network.links import recognise
from bot.network.wire import Trouble, WireError

POSTS = "app.bsky.feed.post"
_IN_LINK = re.compile(r"/profile/@?(did:[a-z]+:[\w.:%-]{1,250}|[\w-]+(?:\.[\w-]+)+)/post/([\w.~:-]{1,512})/?", re.ASCII)
_URI = re.compile(rf"at://([^/]+)/{re.escape(POSTS)}/([^/?#]+)")

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_BLOCKED_US = Remark("The author has blocked the brand's account on Bluesky: nothing can be answered there.")
_WE_BLOCK = Remark("The brand's account blocks the author on Bluesky: unblock them first, then approve again.")
_GATED = Remark("Only some people may answer there, and the brand's account is not among them.")


def uri_in(link: str) -> str:
    """The at:// address of the post behind a link, by handle or DID; empty where it leads to none."""
    place = recognise(link)
    found = _IN_LINK.fullmatch(unquote(urlsplit(place.link).path)) if place.network == "bluesky" else None
    if not found:
        return ""
    who, key = found.groups()
    return f"at://{who if who.startswith('did:') else who.lower()}/{POSTS}/{key}"


def web_link(uri: str) -> str:
    """The post on the web. By DID: handles change."""
    found = _URI.fullmatch(uri)
    return f"https://bsky.app/profile/{found[1]}/post/{found[2]}" if found else ""


def split(uri: str) -> tuple[str, str]:
    """Whose repo, and which record key; both empty where it is no post's address."""
    found = _URI.fullmatch(uri)
    return (found[1], found[2]) if found else ("", "")


def thread_post(body: Any) -> Mapping[str, Any]:
    """The post in an answer of ``getPostThread``: as shown, or as blocked. Raises ``PostGone`` and ``WireError``."""
    thread = _dict(_dict(body).get("thread"))
    if thread.get("notFound"):
        raise PostGone
    post = thread if thread.get("blocked") else _dict(thread.get("post"))
    if "uri" not in post:
        raise WireError(Trouble.BROKEN, "no post in the answer")
    return post


def post_of(view: Mapping[str, Any], ours: tuple[Answer, ...] = ()) -> Post:
    """A post as the AppView shows it: in a thread, in a notification, or blocked."""
    record, author = _dict(view.get("record")), _dict(view.get("author"))
    uri, handle = str(view.get("uri", "")), str(author.get("handle", ""))
    return Post(
        ref=uri,
        link=web_link(uri),
        text=str(record.get("text", "")),
        author=f"@{handle}" if handle else "",
        author_name=str(author.get("displayName") or ""),
        written_at=moment(record.get("createdAt")) or moment(view.get("indexedAt")),
        lang=_lang(record),
        answers=parent_of(record),
        closed=_closed(view, author),
        ours=ours,
        attachments=tuple(_attached(_dict(record.get("embed")))),
    )


def parent_of(record: Any) -> str:
    """What a post answers; empty where nothing."""
    return str(_dict(_dict(_dict(record).get("reply")).get("parent")).get("uri", ""))


def threaded(view: Mapping[str, Any]) -> dict[str, Any]:
    """Root and parent for a reply to this post."""
    parent = {"uri": view["uri"], "cid": view["cid"]}
    root = _dict(_dict(_dict(view.get("record")).get("reply")).get("root"))
    known = {"uri": root["uri"], "cid": root["cid"]} if {"uri", "cid"} <= root.keys() else parent
    return {"root": known, "parent": parent}


def answer_of(listed: Mapping[str, Any]) -> Answer:
    """A record of our own repo as an answer of ours."""
    record, uri = _dict(listed.get("value")), str(listed.get("uri", ""))
    return Answer(ref=uri, link=web_link(uri), text=str(record.get("text", "")), at=moment(record.get("createdAt")))


def oldest(view: Mapping[str, Any]) -> datetime:
    """The earliest time that a post may be of; its author's clock alone is not to be trusted."""
    times = (moment(_dict(view.get("record")).get("createdAt")), moment(view.get("indexedAt")))
    return min((at for at in times if at), default=_LONG_AGO)


def moment(told: Any) -> datetime | None:
    """A time as records tell it, aware; None where it is none."""
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _closed(view: Mapping[str, Any], author: Mapping[str, Any]) -> Remark | None:
    seen_by_us = _dict(author.get("viewer"))
    if seen_by_us.get("blockedBy"):
        return _BLOCKED_US
    if view.get("blocked") or seen_by_us.get("blocking"):
        return _WE_BLOCK
    return _GATED if _dict(view.get("viewer")).get("replyDisabled") else None


def _lang(record: Mapping[str, Any]) -> str:
    langs = record.get("langs")
    return str(langs[0])[:2].lower() if isinstance(langs, list) and langs else ""


def _attached(embed: Mapping[str, Any]) -> Iterator[str]:
    """What hangs on a post: pictures by their descriptions, a video, a link's or a quoted post's address."""
    media = _dict(embed.get("media")) or embed
    for image in media.get("images") or ():
        yield str(_dict(image).get("alt") or _dict(_dict(image).get("image")).get("mimeType") or "image")
    if "video" in media:
        yield str(media.get("alt") or _dict(media["video"]).get("mimeType") or "video")
    if uri := _dict(media.get("external")).get("uri"):
        yield str(uri)
    quoted = _dict(embed.get("record"))
    if uri := quoted.get("uri") or _dict(quoted.get("record")).get("uri"):
        yield web_link(str(uri)) or str(uri)


def _dict(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}
