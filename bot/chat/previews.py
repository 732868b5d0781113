"""Links of customers' posts, with the previews that a chat shows of them -> the parts of a complaint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from bot.chat.identity import Source, key
from bot.chat.writing import Writing
from bot.network.links import Place

#: Networks whose previews show the shop, the app or the place: never the review itself.
_PAGES = frozenset({"appstore", "play", "google"})
#: Whoever links a comment gets a preview of the post above it, by somebody else.
_COMMENT = re.compile(r"[?&](?:lc|(?:reply_)?comment_id|(?:dashC|c)ommentUrn|(?:userR|r)eviewId)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a chat shows of a link; all words as a person reads them. ``links`` are the ones it may stand for."""

    place: Place
    title: str = ""
    text: str = ""
    author: str = ""
    author_name: str = ""
    written_at: datetime | None = None
    links: frozenset[str] = frozenset()


def linked(
    raw: str, previews: Sequence[Preview], writing: Writing, *, whole: bool = False, asked: bool = False
) -> list[Source]:
    """One source for each post that a text links or a preview shows.

    Args:
        raw: the words around the links, as the chat writes them.
        previews: what the chat shows of them.
        writing: how the chat writes.
        whole: the words are a customer's however short, as in a forwarded message.
        asked: the words speak to the bot.
    """
    places = {key(place): place for place in map(writing.post, writing.links(raw)) if place}
    shown: dict[tuple[str, str], list[Preview]] = {}
    for preview in previews:
        places.setdefault(key(preview.place), preview.place)
        shown.setdefault(key(preview.place), []).append(preview)
    said = writing.beside(raw, frozenset(chain.from_iterable(preview.links for preview in previews)))
    own = said if said and len(places) == 1 and (whole or not writing.is_remark(said, asked=asked)) else ""
    return [_linked(place, shown.get(at, []), said, own) for at, place in places.items()]


def _linked(place: Place, previews: Sequence[Preview], said: str, own: str) -> Source:
    if _COMMENT.search(place.link):
        previews = ()
    page = place.network in _PAGES or not place.post
    text = own if page and own else _first(map(_shown, previews)) or own
    return Source(
        text=text,
        place=place,
        author=place.author or _first(preview.author for preview in previews),
        author_name=_first(preview.author_name for preview in previews),
        written_at=next(filter(None, (preview.written_at for preview in previews)), None),
        notes=(said,) if said and said != text else (),
        told=own,
    )


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


_MEDIA = re.compile(r"https?://t\.co/\w+|(?:https?://)?pic\.(?:twitter|x)\.com/\w+")
_BY = re.compile(r"(?P<name>.{1,200}?) \((?P<handle>@[\w.@-]{1,100})\)(?: (?:on|sur) .{1,40}| [/|•·–-] .{1,100})?")
_SUBREDDIT = re.compile(r"From the \w+ community on Reddit: ?|Explore this post and more from the \w+ community")


def _shown(preview: Preview) -> str:
    """What the customer wrote, as far as the preview shows it."""
    text, title = preview.text, preview.title
    if preview.place.network == "reddit":  # the title is the poster's, the text may be Reddit's own
        said = [_SUBREDDIT.sub("", line).strip() for line in (title, text)]
        return "\n".join(dict.fromkeys(filter(None, said)))
    while (last := text.rsplit(maxsplit=1)[-1:]) and _MEDIA.fullmatch(last[0]):
        text = text[: -len(last[0])].rstrip()
    return text or ("" if by(title)[0] else title)


def by(title: str) -> tuple[str, str]:
    """Handle and name in ``Zoé (@zoe)`` or ``Zoé (@zoe) on X``; empty where a text says something else."""
    told = _BY.fullmatch(title[:400])
    return (told["handle"], told["name"]) if told else ("", "")
