"""What a person types behind a command or into a form -> a part of a complaint."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.chat.identity import Source, of_post
from bot.chat.writing import Writing
from bot.network.links import Place, recognise


def commanded(raw: str, writing: Writing) -> Source:
    """``/reply TEXT OR LINK``: the words, and the place that their best link names; empty behind a bare command."""
    found = writing.links(raw)
    place = _best(found) or _typed_link(raw)
    bare = writing.plain(writing.without(raw, [link for link in found if recognise(link).link == place.link]))
    said = writing.plain(raw) if bare and place.network == "web" else bare if found or not place.link else ""
    return Source(text=said, place=place, author=place.author, told=said)


def filled(*, text: str, author: str, link: str, note: str, writing: Writing) -> Source:
    """A form's fields. An author is a handle when it looks like one (``@zoe``, ``u/zoe``), else a name."""
    place = _best(writing.links(link)) or _typed_link(link)
    author, said = writing.plain(author), writing.plain(text)
    is_handle = author.startswith(("@", "u/", "/u/")) and " " not in author
    return Source(
        text=said,
        place=place,
        author=author if is_handle else place.author,
        author_name="" if is_handle else author,
        notes=(writing.plain(note), "" if place.link else writing.plain(link)),
        told=said,
    )


def _best(found: Sequence[str]) -> Place | None:
    """Of several links the first that is a post's, else the first of a known network, else the first."""
    places = [place for link in found if (place := recognise(link)).link]
    known = (place for place in places if place.network != "web")
    return next(filter(None, map(of_post, found)), None) or next(known, None) or next(iter(places), None)


def _typed_link(text: str) -> Place:
    """A link that a person typed without its https://."""
    text = text.strip()
    typed = re.fullmatch(r"(?:[\w-]{1,60}\.){1,4}[a-z]{2,12}/\S{1,2000}", text)
    return recognise(f"https://{text}") if typed else Place()
