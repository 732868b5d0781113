"""What a link says: which network, which post, whose; and the link that opens a composer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from bot.network.shapes import ANYWHERE, LONGEST, Shape, shape_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where a complaint stands.

    ``network`` is ``web`` when no network is recognised. ``post`` is the most precise id that the link tells: of
    the comment or review, else of the post, else (in an app store) of the app; empty for short links, which hide it.
    ``author`` is a handle as the network writes it, empty when the link does not tell or names a comment by
    somebody else. ``link`` is http(s) without tracking, or empty when there was no link.
    """

    network: str = "web"
    post: str = ""
    author: str = ""
    link: str = ""


def recognise(link: str) -> Place:
    """Read a link, however mangled. Never raises; what is no link is ``Place()``, the empty place on the web."""
    parts = _split(link)
    if parts is None:
        return Place()
    host, path = (parts.hostname or "").rstrip("."), unquote(parts.path)
    shape = _shape(host, path)
    told = _told(shape, path, parts.query)
    return Place(
        network=shape.network,
        post=_post(shape.network, told),
        author="" if "comment" in told else _author(shape, told, host),
        link=_clean(parts, shape.noise).geturl(),
    )


def find_link(text: str) -> str:
    """The first http(s) link in a free text, without the punctuation that follows it; empty when there is none."""
    found = _IN_TEXT.search(text)
    return _trimmed(found[0]) if found else ""


def composer(place: Place, text: str) -> str:
    """The link that opens the network's composer with this text in it; empty where there is none."""
    pattern = _COMPOSERS.get(place.network, "")
    host = urlsplit(place.link).netloc
    if ("{post}" in pattern and not place.post) or ("{host}" in pattern and not host):
        return ""
    return pattern.format(post=quote(place.post, safe=""), host=host, text=quote(text, safe="", errors="replace"))


_COMPOSERS: Mapping[str, str] = {
    "x": "https://x.com/intent/post?in_reply_to={post}&text={text}",
    "bluesky": "https://bsky.app/intent/compose?text={text}",  # docs.bsky.app, "Action Intent Links"
    "mastodon": "https://{host}/share?text={text}",
}

_WEB = Shape(network="web")
_INVISIBLE = r"\x00-\x20\x7f\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
_UNSAFE = re.compile(rf"""[{_INVISIBLE}<>"\\^`{{|}}]""")
_HOST = re.compile(r"""(?:[^.:@%'\[\]][^:@%'\[\]]*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?""")
_AT_URI = re.compile(r"at://([^/?#]+)(?:/app\.bsky\.feed\.post/([^/?#]+))?[^?#]*", re.IGNORECASE)
_ID = re.compile(r"[\w.:,()=+/~-]{1,300}")
_TRACKING = re.compile(
    r"utm_\w+|(?:fb|g|d|ms|tw|tt|y)clid|[gw]braid|igsh(?:id)?|mc_[ce]id|_hs(?:enc|mi)|mkt_tok"
    r"|ref_(?:src|url)|mibextid|__(?:cft__|tn__|xts__).*",
    re.IGNORECASE,
)


def _split(link: str) -> SplitResult | None:
    link = link.strip().strip("<>")
    if len(link) > LONGEST:
        return None
    try:
        parts = urlsplit(_UNSAFE.sub(_quoted, _from_at_uri(link)))
    except ValueError:
        return None
    netloc = parts.netloc.rpartition("@")[2].lower()
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(netloc):
        return None
    return parts._replace(netloc=netloc)


def _quoted(unsafe: re.Match[str]) -> str:
    return quote(unsafe[0], errors="replace")


def _from_at_uri(link: str) -> str:
    if not (found := _AT_URI.match(link)):
        return link
    who, post = found.groups()
    return f"https://bsky.app/profile/{who}" + (f"/post/{post}" if post else "")


def _shape(host: str, path: str) -> Shape:
    if shape := shape_of(host):
        return shape if shape.holds(path) else _WEB
    return next((shape for shape in ANYWHERE if shape.read(path)), _WEB)


def _told(shape: Shape, path: str, query: str) -> dict[str, str]:
    told = shape.read(path)
    said = {key: value for key, value in reversed(parse_qsl(query)) if _ID.fullmatch(value)}
    for name, keys in (("post", shape.posts), ("comment", shape.comments)):
        told |= next(({name: said[key]} for key in keys if key in said), {})
    return told


def _post(network: str, told: Mapping[str, str]) -> str:
    post = told.get("comment") or told.get("post", "")
    if network == "slack" and post:  # p1718000000000100 in a link is the message's ts 1718000000.000100
        return f"{post[:-6]}.{post[-6:]}"
    return post


def _author(shape: Shape, told: Mapping[str, str], host: str) -> str:
    return shape.handle.format(author=told["author"], host=host) if "author" in told else ""


def _clean(parts: SplitResult, noise: frozenset[str]) -> SplitResult:
    pairs = (pair for pair in parts.query.split("&") if not _tracks(unquote(pair.partition("=")[0]), noise))
    return parts._replace(query="&".join(pairs))


def _tracks(key: str, noise: frozenset[str]) -> bool:
    return key in noise or _TRACKING.fullmatch(key) is not None


_IN_TEXT = re.compile(rf"""https?://[\w\[][^{_INVISIBLE}<>"\\^`{{|}}«»“”]{{0,{LONGEST}}}""", re.IGNORECASE)
_TRAILING = frozenset(".,;:!?…'’*~。、，")
_OPENING = {")": "(", "]": "["}


def _trimmed(link: str) -> str:
    while link[-1] in _TRAILING or link.count(link[-1]) > link.count(_OPENING.get(link[-1], link[-1])):
        link = link[:-1]
    return link
