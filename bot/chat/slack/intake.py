"""What arrives in Slack -> complaints. Pure; nothing here raises, whatever a payload holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from bot.chat.identity import Bringing, Source, key, made, short
from bot.chat.payload import Part, inner, maps, moment, words
from bot.chat.previews import linked
from bot.chat.slack.posts import posted
from bot.chat.slack.sources import (
    filenames,
    is_mail,
    is_share,
    mail,
    permalink,
    previewed,
    previews,
    share,
    shown_links,
    slack_message,
)
from bot.chat.slack.text import WRITING, links, marked, plain, unescape, without
from bot.chat.texts import kept
from bot.chat.typed import commanded, filled
from bot.desk.case import Complaint
from bot.network.links import Place, recognise


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where a payload came in, and for whom. ``bot_user``, ``bot_id`` and ``app_id`` are our own."""

    team: str
    brand: str
    received_at: datetime  # aware, UTC
    workspace_url: str = ""  # https://acme.slack.com/
    bot_user: str = ""
    bot_id: str = ""
    app_id: str = ""


def _bringing(arrival: Arrival, channel: str, ts: str) -> Bringing:
    def named(channel: str, ts: str) -> str:
        return f"slack:{arrival.team}:{channel}:{ts}"

    return Bringing(message=named(channel, ts), brand=arrival.brand, received_at=arrival.received_at, named=named)


def complaints(message: object, channel: str, arrival: Arrival, *, everything: bool = False) -> list[Complaint]:
    """The complaints in a message; none in plain talk unless ``everything`` counts.

    Args:
        message: the event itself, of any subtype; the message that ``preview_came`` gives; the one of a message
            shortcut or the root of a thread, with ``everything``.
        channel: the id of the channel that it stands in.
        arrival: where it came in.
        everything: a person asked for it, or the channel is one where customers write.
    """
    if not isinstance(message, Mapping) or is_notice(message) or is_ours(message, arrival):
        return []
    sources = _carried(message, arrival, everything=everything)
    if not sources and (everything or _shows(message)):
        sources = _own(message, channel, arrival)
    return made(sources, _bringing(arrival, channel, words(message, "ts") or _stand_in(message)))


def is_ours(message: object, arrival: Arrival) -> bool:
    """Whether the bot wrote it: we never answer ourselves."""
    app = words(message, "app_id") or words(inner(message, "bot_profile"), "app_id")
    by = {"user": words(message, "user"), "bot": words(message, "bot_id"), "app": app}
    ours = {"user": arrival.bot_user, "bot": arrival.bot_id, "app": arrival.app_id}
    return any(name and name == ours[kind] for kind, name in by.items())


def is_notice(message: object) -> bool:
    """Whether Slack only tells that something happened: an edit, a deletion, who joined, a new topic."""
    hidden = isinstance(message, Mapping) and message.get("hidden") is True
    return hidden or words(message, "subtype") not in _SPOKEN or words(message, "type") not in {"", *_TYPES}


_TYPES = frozenset({"message", "app_mention"})
_SPOKEN = frozenset({"", "bot_message", "file_share", "me_message", "thread_broadcast"})


def preview_came(event: object) -> dict[str, Any] | None:
    """The message of a ``message_changed`` that has got a preview or a share since; none after a mere edit."""
    if words(event, "subtype") != "message_changed":
        return None
    message, before = inner(event, "message"), inner(event, "previous_message")
    old = {_face(part) for part in maps(before.get("attachments"))}
    if all(_face(part) in old for part in maps(message.get("attachments"))):
        return None
    return {**message, "ts": words(message, "ts") or words(before, "ts")}


def _face(part: Part) -> tuple[str, ...]:
    """What makes an attachment the same as before."""
    where = words(part, "from_url", "original_url")
    return (where,) if where else tuple(words(part, name) for name in ("title_link", "title", "text", "fallback", "ts"))


def mention(message: object, arrival: Arrival) -> str:
    """The words of a mention, without the bot's own name."""
    return kept(plain(_raw(message, arrival)))


def asks_for_thread(message: object, arrival: Arrival) -> bool:
    """Whether a mention in a thread is about the thread's root: it brings no share, no link, no file and few words.

    Then the root is the complaint, ``complaints(root, ..., everything=True)``, and the words a note:
    ``bot.chat.identity.noted``.
    """
    root = words(message, "thread_ts")
    if not root or root == words(message, "ts") or not isinstance(message, Mapping):
        return False
    raw = _raw(message, arrival)
    brings = maps(message.get("files")) or any(is_share(part) or previewed(part) for part in _parts(message))
    linking = any(recognise(link).network != "web" for link in links(raw))
    return not brings and not linking and WRITING.is_remark(plain(raw), asked=False)


def command_complaint(text: object, arrival: Arrival, channel: str, trigger: str) -> Complaint | None:
    """The complaint behind ``/reply TEXT OR LINK``, with or without ``<https://…|…>``; none behind a bare ``/reply``.

    Args:
        text: what was typed.
        arrival: where it came in.
        channel: the id of the channel that it was typed in.
        trigger: Slack's ``trigger_id``, the same when Slack asks again.
    """
    return _typed(commanded(words({"text": text}, "text"), WRITING), arrival, channel, trigger)


def form_complaint(
    *,
    text: str = "",
    author: str = "",
    link: str = "",
    note: str = "",
    arrival: Arrival,
    channel: str,
    trigger: str,
) -> Complaint | None:
    """The complaint that a person filled into a form; none when it holds neither text nor link.

    ``trigger`` is the view's id. An author is a handle when it looks like one (``@zoe``, ``u/zoe``), else a name.
    """
    source = filled(text=text, author=author, link=link, note=note, writing=WRITING)
    return _typed(source, arrival, channel, trigger)


def _slack_origin(place: Place) -> tuple[str, str]:
    return slack_message(place.link) if place.network == "slack" else ("", "")


def _typed(source: Source, arrival: Arrival, channel: str, trigger: str) -> Complaint | None:
    source = replace(source, origin=_slack_origin(source.place))
    found = made([source], _bringing(arrival, channel, short(trigger)))
    return replace(found[0], source=f"slack:{arrival.team}:{channel}") if found else None


def _carried(message: Part, arrival: Arrival, *, everything: bool) -> list[Source]:
    """What a message brings from elsewhere: mails, shares, links with or without their previews."""
    raw, parts = _raw(message, arrival), _parts(message)
    asked, files = _asked(message, arrival), filenames(message)
    said = WRITING.beside(raw, _shown(parts)) if _speaks(raw) else ""
    speaks = everything and not WRITING.is_remark(said, asked=asked)
    shown = previews(parts)
    found = [mail(file) for file in maps(message.get("files")) if is_mail(file)]
    for part in parts:
        quoted = speaks and unescape(words(part, "from_url")) in links(raw)  # they write about it
        if is_share(part) and not quoted and not _is_our_post(part, arrival):
            found += share(part, [each for each in parts if previewed(each)], arrival.workspace_url)
    if found:
        taken = {key(source.place) for source in found}
        found += [replace(each, notes=()) for each in linked(raw, shown, WRITING) if key(each.place) not in taken]
        found = [replace(each, notes=(*each.notes, said)) for each in found]
    else:
        found = posted(raw, parts) if is_app(message) else linked(raw, shown, WRITING, asked=asked)
    return [replace(each, files=(*each.files, *files)) for each in found]


def _shown(parts: Sequence[Part]) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(shown_links, parts)))


def _shows(message: Part) -> bool:
    """Whether a person shows a photo or a file, and not in the talk of a thread."""
    return bool(filenames(message)) and words(message, "thread_ts") in {"", words(message, "ts")}


def _own(message: Part, channel: str, arrival: Arrival) -> list[Source]:
    """What a person wrote or showed in the channel itself."""
    raw, parts, ts = _raw(message, arrival), _parts(message), words(message, "ts")
    if words(message, "user") == "USLACKBOT" or any(_is_our_post(part, arrival) for part in parts):
        return []
    if about := _pointed_at(raw, parts, asked=_asked(message, arrival)):
        return [replace(about, files=filenames(message))]
    profile = inner(message, "user_profile")
    source = Source(
        text=plain(raw),
        place=Place("slack", ts, "", permalink(arrival.workspace_url, channel, ts, words(message, "thread_ts"))),
        author=words(message, "user"),
        author_name=plain(words(profile, "display_name", "real_name", "name") or words(message, "username")),
        written_at=moment(message.get("ts")),
        files=filenames(message),
    )
    return [source] if _speaks(raw) or source.files else []


def _pointed_at(raw: str, parts: Sequence[Part], *, asked: bool) -> Source | None:
    """What a message is about that hardly says anything but one link: a message of Slack's, or any page."""
    found = links(raw)
    if len(found) != 1:
        return None
    place, said = recognise(found[0]), plain(without(raw, found))
    if place.network == "slack" and WRITING.is_remark(said, asked=asked):
        return Source(place=place, origin=_slack_origin(place), notes=(said,))
    shown = next((plain(words(part, "text", "title")) for part in parts if not is_share(part)), "")
    return None if said else Source(text=shown, place=place)


def pasted(message: object, channel: str, arrival: Arrival) -> list[Complaint]:
    """The message of another channel that somebody posts hardly more than the permalink of; its words are yet unread.

    None in the talk of a thread.
    """
    if not isinstance(message, Mapping) or is_app(message) or words(message, "thread_ts"):
        return []
    about = _pointed_at(_raw(message, arrival), _parts(message), asked=False)
    elsewhere = about is not None and about.place.network == "slack" and about.origin[0] not in {"", channel}
    return complaints(message, channel, arrival, everything=True) if elsewhere else []


def is_app(message: object) -> bool:
    """Whether an app posted it, not a person."""
    return words(message, "subtype") == "bot_message" or bool(words(message, "bot_id") or inner(message, "bot_profile"))


def _is_our_post(part: Part, arrival: Arrival) -> bool:
    return is_ours({**part, "user": words(part, "author_id")}, arrival)


def _parts(message: object) -> list[Part]:
    return maps(message.get("attachments")) if isinstance(message, Mapping) else []


def _speaks(raw: str) -> bool:
    """Whether there is more than names of people."""
    return bool(re.sub(r"<@[^<>]*>", "", raw).strip())


def _asked(message: Part, arrival: Arrival) -> bool:
    """Whether they speak to the bot: then the words beside a link are for the bot, unless they quote."""
    return bool(arrival.bot_user) and f"<@{arrival.bot_user}" in words(message, "text")


def _raw(message: object, arrival: Arrival) -> str:
    """A message's words as Slack writes them, without the bot's name."""
    blocks = marked(message.get("blocks")) if isinstance(message, Mapping) else ""
    raw = (blocks if is_app(message) else "") or words(message, "text") or blocks
    return re.sub(rf" ?<@{re.escape(arrival.bot_user)}(?:\|[^<>]*)?>:?", "", raw) if arrival.bot_user else raw


def _stand_in(message: Part) -> str:
    """For a message without a ts, which Slack hardly sends."""
    return short(words(message, "client_msg_id") + words(message, "user") + words(message, "text"))
