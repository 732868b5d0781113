"""What Meta tells by itself: the webhook of Facebook Pages and Instagram accounts. Pure functions.

developers.facebook.com: /docs/graph-api/webhooks/getting-started, /docs/graph-api/webhooks/reference/page ("feed") and
/instagram ("comments", "live_comments", "mentions"), /docs/instagram-platform/webhooks/examples.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.network.account import Post
from bot.network.graph_comments import held, moment, text_of

_SIGNATURE = "sha256="
_VERBS = frozenset({"add", "edit", "edited"})
_ON_INSTAGRAM = frozenset({"comments", "live_comments"})


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """What a GET of the webhook's address is answered with, when Meta asks whether it is ours; None: with 403."""
    ours = verify_token.strip().encode()
    asked = query.get("hub.mode") == "subscribe" and bool(ours)
    if not (asked and hmac.compare_digest(query.get("hub.verify_token", "").encode(), ours)):
        return None
    return query.get("hub.challenge", "")


def signed(body: bytes, header: str, app_secret: str) -> bool:
    """Whether ``X-Hub-Signature-256`` is that of the raw body: HMAC-SHA256, keyed by the app's secret."""
    secret = app_secret.strip().encode()
    if not (secret and header.startswith(_SIGNATURE)):
        return False
    ours = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(header.removeprefix(_SIGNATURE).encode(), ours.encode())


def posts(payload: Any, ids: Collection[str]) -> list[tuple[str, Post]]:
    """What customers wrote, each with the id of the Page or account that it was written to: one of ``ids``.

    The brand's own comments are left out, and whatever is no comment. An edited comment has the id that it had.
    On Instagram the link is not told, nor the text of a mention: the room's ``completed`` reads them.
    """
    told = held(payload)
    reads = {"page": _on_facebook, "instagram": _on_instagram}.get(text_of(told.get("object")))
    found = [
        (account, post)
        for entry in _listed(told.get("entry"))
        if reads and (account := text_of(entry.get("id"))) in ids
        for change in _listed(entry.get("changes"))
        for post in reads(text_of(change.get("field")), held(change.get("value")), account, moment(entry.get("time")))
        if text_of(held(held(change.get("value")).get("from")).get("id")) not in ids
    ]
    return list({(account, post.ref): (account, post) for account, post in found}.values())


def _on_facebook(field: str, value: Mapping[str, Any], page: str, at: datetime | None) -> Iterator[Post]:
    """A change of a Page's feed, where it is a comment: ``item`` and ``verb`` say what happened to what."""
    author, comment = held(value.get("from")), text_of(value.get("comment_id"))
    told = (field, value.get("item")) == ("feed", "comment") and value.get("verb") in _VERBS
    if not told or not comment:
        return
    parent = text_of(value.get("parent_id"))
    top = parent if parent and parent != text_of(value.get("post_id")) else ""
    yield Post(
        ref=comment,
        link=_comment_link(page, comment, top or comment),
        text=text_of(value.get("message")),
        author_name=text_of(author.get("name")),
        written_at=moment(value.get("created_time")) or at,
        answers=top,
        attachments=tuple(name for name in ("photo", "video") if value.get(name)),
    )


def _on_instagram(field: str, value: Mapping[str, Any], account: str, at: datetime | None) -> Iterator[Post]:
    author = held(value.get("from"))
    if field == "mentions" and (media := text_of(value.get("media_id"))):
        yield Post(ref=f"{media}_{text_of(value.get('comment_id')) or 'caption'}", link="", text="", written_at=at)
    own = author.get("self_ig_scoped_id")  # told of the account's own comments only
    if field not in _ON_INSTAGRAM or own or not (comment := text_of(value.get("id"))):
        return
    name = text_of(author.get("username"))
    yield Post(
        ref=comment,
        link="",
        text=text_of(value.get("text")),
        author=f"@{name}" if name else "",
        written_at=at,
        answers=text_of(value.get("parent_id")),
    )


def _comment_link(page: str, comment: str, top: str) -> str:
    post = comment.partition("_")[0]
    link = f"https://www.facebook.com/{page}/posts/{post}?comment_id={top.rpartition('_')[2]}"
    return link if comment == top else f"{link}&reply_comment_id={comment.rpartition('_')[2]}"


def _listed(told: Any) -> list[Mapping[str, Any]]:
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
