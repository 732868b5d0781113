"""What other apps post (Zapier, a review tool, a form): whose words, from where, by the labels they write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from itertools import chain

from bot.chat.identity import Source, key
from bot.chat.previews import Preview, linked
from bot.chat.writing import Writing
from bot.network.links import Place, recognise


class Label(Enum):
    """What a line or field of a post is."""

    AUTHOR = "author"
    LINK = "link"
    TEXT = "text"
    NETWORK = "network"


_WORDS: Mapping[Label, str] = {
    Label.AUTHOR: "author auteur autrice from de par by user username utilisateur utilisatrice client cliente customer"
    " name nom handle pseudo reviewer sender expéditeur expéditrice",
    Label.LINK: "link lien url permalink permalien",
    Label.TEXT: "text texte message comment commentaire review avis content contenu body complaint réclamation plainte"
    " tweet verbatim",
    Label.NETWORK: "network réseau platform plateforme source canal",
}
_LABELS = {word: label for label, told in _WORDS.items() for word in told.split()}
_LINE = re.compile(r"[ \t>*_•-]{0,8}([^\W\d_]{2,20})[ \xa0\u202f*_]{0,4}[:：](?!//)[ \xa0\u202f*_]*(.*)")
#: A label in bold, and the value below it.
_ALONE = re.compile(r"[ \t]{0,8}\*{1,2}([^\W\d_]{2,20})\*{1,2}[ \t]{0,8}")
_NETWORKS = frozenset(
    {"x", "facebook", "instagram", "bluesky", "mastodon", "reddit", "google", "trustpilot", "tiktok", "youtube"}
    | {"linkedin", "discord", "email", "appstore", "play"}
)
_ALIASES = {"twitter": "x", "app store": "appstore", "google play": "play", "play store": "play", "e-mail": "email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One framed part of an app's message: an attachment, an embed.

    ``text``, ``title``, ``above``, and the names and values of ``fields`` stand as the chat writes them; ``author``,
    ``author_name`` and ``fallback`` as a person reads them. ``links`` are those of the frame itself. ``unfurled``:
    the chat drew it for a link in the words.
    """

    text: str = ""
    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    author: str = ""
    author_name: str = ""
    written_at: datetime | None = None
    above: str = ""
    fallback: str = ""
    unfurled: bool = False


def posted(raw: str, previews: Sequence[Preview], panels: Sequence[Panel], writing: Writing) -> list[Source]:
    """The complaints in an app's message: one for each card or link when there are several, else one in all.

    Args:
        raw: the message's words, as the chat writes them.
        previews: what the chat shows of posts that the words link.
        panels: its other parts.
        writing: how the chat writes.
    """
    built = [panel for panel in panels if not panel.unfurled]
    cards = [card for panel in (built if raw else panels) if (card := carded(panel, writing)).text or card.place.link]
    if len(cards) > 1 and all(card.place.network != "web" for card in cards):
        return [with_note(card, writing.plain(raw)) for card in cards]
    about = linked(raw, previews, writing, whole=True)
    if len(about) > 1 and not cards:
        return about
    whole = _merged(carded(Panel(text=raw), writing), cards)
    preview = next((source for source in about if key(source.place) == key(whole.place)), Source())
    found = _previewed(whole, preview)
    text = found.text or next(filter(None, (panel.fallback for panel in panels)), "")
    return [replace(found, text=text)] if text or found.place.link else []


def carded(panel: Panel, writing: Writing) -> Source:
    """One part, as apps have built them since before there were blocks."""
    told = _told(panel, writing)
    place = _place(told, [*panel.links, *writing.links(panel.title)], writing)
    labelled, named = _person(writing.plain(told.by.get(Label.AUTHOR, "")))
    labelled_text = told.by.get(Label.TEXT, "")
    said = [writing.beside(each) or writing.plain(each) for each in (labelled_text, told.text)]
    text = next(filter(None, [*said, writing.plain(told.fields), writing.plain(panel.title)]), "")
    others = [panel.above, panel.title, told.text if labelled_text else "", told.fields]
    return Source(
        text=text,
        place=place,
        author=place.author or panel.author or labelled,
        author_name=panel.author_name or named,
        written_at=panel.written_at,
        notes=tuple(each for each in dict.fromkeys(map(writing.plain, others)) if each not in {"", text}),
        told=text,
    )


@dataclass(slots=True)
class _Told:
    """What labels tell and what has none, as the chat writes it."""

    by: dict[Label, str]
    text: str
    fields: str


def _told(panel: Panel, writing: Writing) -> _Told:
    by, text = _in_lines(panel.text)
    others = []
    for name, value in panel.fields:
        if found := _LABELS.get(writing.plain(name).strip(" \xa0:*_").casefold()):
            by.setdefault(found, value)
        else:
            others.append(f"{name}: {value}" if name else value)
    return _Told(by, text, "\n".join(others))


def _in_lines(raw: str) -> tuple[dict[Label, str], str]:
    """What the labels in a text's lines tell, and the lines that have none."""
    by: dict[Label, str] = {}
    rest: list[str] = []
    label: Label | None = None  # whose value goes on in the next line
    for line in raw.splitlines():
        named = _LINE.fullmatch(line) or _ALONE.fullmatch(line)
        if named and (label := _LABELS.get(named[1].casefold())):
            value = named[2] if named.re is _LINE else ""
            by.setdefault(label, value)
            label = label if label is Label.TEXT or not value else None
        elif label:
            by[label] = f"{by[label]}\n{line}".lstrip()
            label = label if label is Label.TEXT else None
        else:
            rest.append(line)
    return by, "\n".join(rest).strip()


def _place(told: _Told, candidates: Sequence[str], writing: Writing) -> Place:
    """The link that is labelled, else of the card, else the first of a post, else the first of all."""
    here = {writing.network, "slack"}
    labelled = [recognise(link) for link in writing.links(told.by.get(Label.LINK, ""))]
    others = [*candidates, *writing.links(told.text), *writing.links(told.by.get(Label.TEXT, ""))]
    found = [*labelled, *(place for place in map(recognise, others) if place.network not in here)]
    known = next((place for place in found if place.network not in {"web", *here}), None)
    place = known or next((place for place in found if place.link), Place())
    named = writing.plain(told.by.get(Label.NETWORK, "")).casefold()
    named = _ALIASES.get(named, named)
    return replace(place, network=named) if named in _NETWORKS and not known else place


_HANDLE = re.compile(r"(?:^|[\s(])(@[\w.@-]{1,100})")


def _person(author: str) -> tuple[str, str]:
    """Handle and name of ``Marie Dupont (@marie)``."""
    said = author[:400]
    if "@" in said and " " not in said:
        return said[:200], ""
    handle = _HANDLE.search(said)
    name = said[: handle.start()] if handle else said
    return handle[1] if handle else "", name.strip(" (")[:200]


def _merged(head: Source, cards: Sequence[Source]) -> Source:
    """The cards' words are the complaint; what stands above them announces it."""
    text = "\n\n".join(card.text for card in cards if card.text)
    every = [*cards, head]
    places = [source.place for source in every]
    place = next((place for place in places if place.network != "web"), None)
    notes = [head.text if text else "", *chain.from_iterable(source.notes for source in every)]
    return Source(
        text=text or head.text,
        place=place or next((place for place in places if place.link), Place()),
        author=next(filter(None, (source.author for source in every)), ""),
        author_name=next(filter(None, (source.author_name for source in every)), ""),
        written_at=next(filter(None, (source.written_at for source in every)), None),
        notes=tuple(dict.fromkeys(filter(None, notes))),
        told=text or head.text,
    )


def _previewed(whole: Source, shown: Source) -> Source:
    """The post itself, where its preview has come, rather than what the app says of it."""
    found = replace(
        whole,
        author=whole.author or shown.author,
        author_name=whole.author_name or shown.author_name,
        written_at=whole.written_at or shown.written_at,
    )
    if not shown.text or shown.text == shown.told:
        return found
    return with_note(replace(found, text=shown.text), whole.text)


def with_note(source: Source, note: str) -> Source:
    """The source with one note more, unless it has it."""
    return replace(source, notes=tuple(dict.fromkeys(filter(None, (*source.notes, note)))))
