"""What other apps post (Zapier, a review tool, a form): whose words, from where, by the labels they write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain

from bot.chat.identity import Source, key
from bot.chat.slack.payload import maps, moment, words
from bot.chat.slack.sources import Part, beside, is_share, linked, previewed, who
from bot.chat.slack.text import links, marked, plain, unescape
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
_LINE = re.compile(r"[ \t>*_•-]{0,8}([^\W\d_]{2,20})[ \xa0\u202f*_]{0,4}[:：][ \xa0\u202f*_]*(.*)")
#: A field of Block Kit: ``*Auteur*``, and the value below it.
_ALONE = re.compile(r"[ \t]{0,8}\*([^\W\d_]{2,20})\*[ \t]{0,8}")
_NETWORKS = frozenset(
    {"x", "facebook", "instagram", "bluesky", "mastodon", "reddit", "google", "trustpilot", "tiktok", "youtube"}
    | {"linkedin", "discord", "email", "appstore", "play"}
)
_ALIASES = {"twitter": "x", "app store": "appstore", "google play": "play", "play store": "play", "e-mail": "email"}


def posted(raw: str, parts: Sequence[Part]) -> list[Source]:
    """The complaints in an app's message: one for each card or link when there are several, else one in all.

    Args:
        raw: the message's words, as Slack writes them.
        parts: its attachments.
    """
    previews = [part for part in parts if previewed(part)]
    shown = [part for part in parts if not (is_share(part) or previewed(part))]
    built = [part for part in shown if not words(part, "from_url", "original_url")]  # not unfurled from the words
    cards = [card for part in (built if raw else shown) if (card := _card(part)).text or card.place.link]
    if len(cards) > 1 and all(card.place.network != "web" for card in cards):
        return [_noted(card, plain(raw)) for card in cards]
    about = linked(raw, previews, whole=True)
    if len(about) > 1 and not cards:
        return about
    whole = _merged(_card({"text": raw}), cards)
    preview = next((source for source in about if key(source.place) == key(whole.place)), Source())
    found = _previewed(whole, preview)
    text = found.text or next(filter(None, (plain(words(part, "fallback")) for part in shown)), "")
    return [replace(found, text=text)] if text or found.place.link else []


def _card(part: Part) -> Source:
    """One attachment, as apps have built them since before there were blocks."""
    told = _told(words(part, "text") or marked(part.get("blocks")), maps(part.get("fields")))
    title = words(part, "title")
    place = _place(told, [words(part, "from_url"), words(part, "title_link"), *links(title)])
    author, name = who(part, place)
    labelled, named = _person(told.by.get(Label.AUTHOR, ""))
    labelled_text = told.by.get(Label.TEXT, "")
    said = [*(beside(each) or plain(each) for each in (labelled_text, told.text)), plain(told.fields), plain(title)]
    text = next(filter(None, said), "")
    others = [words(part, "pretext"), title, told.text if labelled_text else "", told.fields]
    return Source(
        text=text,
        place=place,
        author=place.author or author or labelled,
        author_name=name or named,
        written_at=moment(part.get("ts")),
        notes=tuple(each for each in dict.fromkeys(map(plain, others)) if each not in {"", text}),
        told=text,
    )


@dataclass(slots=True)
class _Told:
    """What labels tell and what has none, as Slack writes it."""

    by: dict[Label, str]
    text: str
    fields: str


def _told(raw: str, fields: Sequence[Part]) -> _Told:
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
    others = []
    for each in fields:
        title, value = words(each, "title"), words(each, "value")
        if found := _LABELS.get(plain(title).rstrip(" \xa0:").casefold()):
            by.setdefault(found, value)
        else:
            others.append(f"{title}: {value}" if title else value)
    return _Told(by, "\n".join(rest).strip(), "\n".join(others))


def _place(told: _Told, candidates: Sequence[str]) -> Place:
    """The link that is labelled, else of the card, else the first of a post, else the first of all."""
    labelled = [recognise(link) for link in links(told.by.get(Label.LINK, ""))]
    others = [*map(unescape, candidates), *links(told.text), *links(told.by.get(Label.TEXT, ""))]
    found = [*labelled, *(place for place in map(recognise, others) if place.network != "slack")]
    known = next((place for place in found if place.network not in {"web", "slack"}), None)
    place = known or next((place for place in found if place.link), Place())
    named = plain(told.by.get(Label.NETWORK, "")).casefold()
    named = _ALIASES.get(named, named)
    return replace(place, network=named) if named in _NETWORKS and not known else place


_HANDLE = re.compile(r"(?:^|[\s(])(@[\w.@-]{1,100})")


def _person(author: str) -> tuple[str, str]:
    """Handle and name of ``Marie Dupont (@marie)``."""
    said = plain(author)[:400]
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
    return _noted(replace(found, text=shown.text), whole.text)


def _noted(source: Source, note: str) -> Source:
    return replace(source, notes=tuple(dict.fromkeys(filter(None, (*source.notes, note)))))
