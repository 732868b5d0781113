"""What links to comments tell of their ids.

The API's id of a comment is ``{post}_{comment}``. Links name both (``/acme/posts/12?comment_id=34``), or only the
comment beside a post whose name tells nothing (``pfbid…``), or the whole id in base64 (``comment:12_34``).
"""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qsl, urlsplit

from bot.network.graph_comments import Spot
from bot.network.links import recognise

_WHOLE = re.compile(r"(?:comment:)?([0-9]{1,30}_[0-9]{1,30})")
_BARE = re.compile(r"[0-9]{1,30}")
_COMMENTS = frozenset({"comment_id", "reply_comment_id"})


def spot(link: str) -> Spot | None:
    """The post and comment that a link leads to; None where it leads to none on Facebook."""
    place = recognise(link)
    if place.network != "facebook":
        return None
    parts = urlsplit(place.link)
    asked = dict(parse_qsl(parts.query))
    rest = "&".join(pair for pair in parts.query.split("&") if pair.partition("=")[0] not in _COMMENTS)
    post = recognise(parts._replace(query=rest).geturl()).post
    top = _id(asked.get("comment_id", ""), post)
    comment = _id(asked.get("reply_comment_id", ""), post) or top
    return Spot(post, comment, top if "_" in top else "") if post or comment else None


def page_post(page: str, post: str) -> str:
    """The API's id of a post of a Page's."""
    return post if "_" in post else f"{page}_{post}"


def tail(ref: str) -> str:
    """The last part of an id: a post's or comment's own number."""
    return ref.rpartition("_")[2]


def whole(page: str, comment: str, top: str) -> str:
    """The link of a comment, from its id and that of the one at the top of its thread."""
    post = comment.partition("_")[0]
    link = f"https://www.facebook.com/{page}/posts/{post}?comment_id={tail(top)}"
    return link if comment == top else f"{link}&reply_comment_id={tail(comment)}"


def _id(told: str, post: str) -> str:
    """A comment's id as a link has it: whole where that can be made out, else its last number; empty where none."""
    if found := _WHOLE.fullmatch(told) or _WHOLE.fullmatch(_decoded(told)):
        return found[1]
    if not _BARE.fullmatch(told):
        return ""
    return f"{post}_{told}" if post.isdecimal() else told


def _decoded(told: str) -> str:
    try:
        return base64.b64decode(told + "=" * (-len(told) % 4), validate=True).decode("ascii")
    except ValueError:
        return ""
