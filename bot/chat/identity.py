"""Sources -> complaints, with ids that are the same when the same complaint comes again, from whichever chat."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat.texts import kept
from bot.desk.case import Complaint
from bot.desk.decision import Amend
from bot.network.links import Place, recognise

#: Networks whose links name exactly one customer's words. Elsewhere many reviews share one link (a shop, an app, a
#: place), or a link to a comment may be cut to its post: there the words are part of the id too.
PRECISE = frozenset({"x", "bluesky", "mastodon", "reddit", "trustpilot", "discord"})
#: Characters of an id; the store's column and Slack's block_id set the limit.
LONGEST_ID = 200
_MAIN = "main"
#: Networks where a link without a post is a profile or a home page.
_WITH_POST = frozenset({"x", "bluesky", "youtube", "linkedin", "discord", "appstore", "play"})
#: Profiles, pages and home pages elsewhere; ``vm.`` and ``vt.tiktok.com`` are short links of posts.
_PROFILE = re.compile(
    r"https?://(?!v[mt]\.)(?:[\w-]+\.)*(?:facebook|instagram|tiktok|reddit|trustpilot)\.com"
    r"(?:/(?:(?:r|u|user)/[\w-]+|@?[\w.-]+)?)?/?(?:\?.*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one part of a message tells of a complaint.

    ``origin`` is channel and id of the message that the customer's words stand in, where they were written in the
    chat. ``told`` are the words that tell two complaints apart whose link does not: those a person gave, never a
    preview's, which come later.
    """

    text: str = ""
    place: Place = Place()  # noqa: RUF009  # frozen
    author: str = ""
    author_name: str = ""
    written_at: datetime | None = None
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    told: str = ""
    origin: tuple[str, str] = ("", "")


def of_post(link: str) -> Place | None:
    """The place of a link that names a customer's post, or hides it behind a short link; a Slack message is none."""
    place = recognise(link)
    named = place.post or (place.network not in _WITH_POST and not _PROFILE.fullmatch(place.link))
    return place if named and place.network not in {"web", "slack"} else None


def key(place: Place) -> tuple[str, str]:
    """The same for every way to write one link."""
    return place.network, place.post or place.link


def amends(stored: Complaint, found: Complaint) -> Amend | None:
    """What a later preview adds to a stored complaint of the same id; none when nothing is new.

    Its text replaces none, or the words that stood beside the link and are a note from now on.
    """
    lacks = {
        name: getattr(found, name)
        for name in ("author", "author_name", "link")
        if getattr(found, name) and not getattr(stored, name)
    }
    if stored.network == "web" != found.network:
        lacks["network"] = found.network
    if found.text and found.text != stored.text and (not stored.text or stored.text in found.notes):
        lacks["text"] = found.text
    if not lacks:
        return None
    notes = tuple(dict.fromkeys((*stored.notes, *found.notes)))
    return Amend(**lacks, notes=notes if notes != stored.notes else ())


def noted(complaint: Complaint, note: str) -> Complaint:
    """The complaint with what a colleague said about it elsewhere."""
    note = kept(note.strip())
    return replace(complaint, notes=(*complaint.notes, note)) if note and note not in complaint.notes else complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class Bringing:
    """The message that brings complaints: its own id (``slack:T1:C042:1718.0001``), for which brand, and when.

    ``named`` makes the id of a complaint that was written in the chat, from the channel and the message there.
    """

    message: str
    brand: str
    received_at: datetime  # aware, UTC
    named: Callable[[str, str], str]


def made(sources: Iterable[Source], by: Bringing) -> list[Complaint]:
    """One complaint for each source that says anything; those of one post are joined."""
    found: dict[str, Complaint] = {}
    count = 0
    for source in sources:
        if not (source.text or source.place.link or source.files):
            continue
        stem = _stem(source, by)
        if not stem:
            count += 1
            stem = by.message + (f"#{count}" if count > 1 else "")
        new = _complaint(source, _limited(stem, by.brand), by)
        known = found.get(new.id)
        found[new.id] = _joined(known, new) if known else new
    return list(found.values())


def _joined(first: Complaint, second: Complaint) -> Complaint:
    """One complaint of two parts of a message that are about the same post."""
    added = amends(first, second) or Amend()
    return replace(
        first,
        text=added.text or first.text,
        author=added.author or first.author,
        author_name=added.author_name or first.author_name,
        link=added.link or first.link,
        attachments=tuple(dict.fromkeys((*first.attachments, *second.attachments))),
        notes=tuple(dict.fromkeys((*first.notes, *second.notes))),
    )


def _complaint(source: Source, case_id: str, by: Bringing) -> Complaint:
    text = kept(source.text)
    notes = (kept(note) for note in source.notes)
    return Complaint(
        id=case_id,
        brand=by.brand,
        text=text,
        received_at=by.received_at,
        network=source.place.network,
        author=kept(source.author, 200),
        author_name=kept(source.author_name, 200),
        link=source.place.link,
        written_at=source.written_at,
        source=kept(by.message, LONGEST_ID),
        notes=tuple(note for note in dict.fromkeys(notes) if note and note != text),
        attachments=source.files,
    )


def _stem(source: Source, by: Bringing) -> str:
    """What the id is made of: the post, the link and the words, or the message in the chat; empty for none of them."""
    place = source.place
    if place.network in PRECISE and place.post and place.link:
        host = f"{place.link.split('/')[2]}:" if place.network == "mastodon" else ""  # ids are each server's own
        return f"{place.network}:{host}{place.post}"
    if place.link and place.network not in {"web", "slack", "email"}:
        told = short(" ".join(source.told.casefold().split()), 8)
        return f"{place.network}:{place.post or short(place.link)}:{told}"
    return by.named(*source.origin) if all(source.origin) else ""


def _limited(stem: str, brand: str) -> str:
    whole = stem if brand == _MAIN else f"{stem}@{brand}"
    whole = re.sub(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]", "", whole)
    return whole if len(whole) <= LONGEST_ID else f"{whole[:140]}~{short(whole, 40)}"


def short(text: str, length: int = 16) -> str:
    """The first hexadecimal digits of a text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:length]
