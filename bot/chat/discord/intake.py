"""What arrives in Discord -> complaints. Pure; nothing here raises, whatever a payload holds.

A message is a dict as the gateway and REST give it; ``bot.chat.discord.message.as_payload`` makes one of a
``discord.Message``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.chat.discord.arrival import (
    REPLY,
    STARTER,
    Arrival,
    guild_of,
    is_app,
    is_chatter,
    is_forward,
    is_notice,
    is_ours,
    raw_words,
    says_something,
    speaks_to_us,
    whole,
)
from bot.chat.discord.sources import (
    filenames,
    forwards,
    has_our_buttons,
    message_of,
    number,
    permalink,
    person,
    placed,
    previews,
    sent_at,
    tools,
    writing_of,
)
from bot.chat.discord.text import links, plain, without, writing
from bot.chat.identity import Bringing, Source, made, short
from bot.chat.payload import Part, inner, maps, words
from bot.chat.previews import linked
from bot.chat.texts import kept
from bot.chat.typed import commanded, filled
from bot.desk.case import Complaint
from bot.network.links import Place, recognise

_THREADS = frozenset({10, 11, 12})  # types of channels
#: What is older is not edited because its preview came: that takes seconds.
_FRESH = timedelta(minutes=10)


def complaints(message: object, arrival: Arrival, *, everything: bool = False, asked: bool = False) -> list[Complaint]:
    """The complaints in a message; none in plain talk unless ``everything`` counts.

    Args:
        message: of any type; what ``preview_came`` gives; with ``asked`` the target of a message command or the
            message that ``referenced`` gives.
        arrival: where it came in.
        everything: the channel is one where customers write.
        asked: a person pointed at this very message: as ``everything``, and a bot's plain words count as well.
    """
    if asked and whole(message, "type") == STARTER:
        message = referenced(message, arrival)
    if not isinstance(message, Mapping) or is_notice(message) or is_ours(message, arrival):
        return []
    everything = everything or asked
    bare = is_chatter(message) and not (asked and message.get("embeds"))
    sources = [] if bare else _carried(message, arrival, everything=everything)
    if is_app(message):
        speaks = asked or (everything and not bare and words(message, "webhook_id"))
        sources = _own(message, arrival) if speaks and _is_plain(message, sources) else sources
    elif not sources and (everything or _shows(message)):
        sources = _own(message, arrival)
    return made(sources, _bringing(arrival, message))


def _is_plain(message: Part, sources: list[Source]) -> bool:
    """Whether an app's words name neither person nor place: where customers write, a bridge may speak for one."""
    told = any(each.author or each.author_name or each.place.link or each.notes for each in sources)
    return not (told or message.get("embeds") or is_forward(message))


def preview_came(event: object, arrival: Arrival, before: object = None) -> dict[str, Any] | None:
    """The message of a MESSAGE_UPDATE that has got an embed since; none after a mere edit or of an old message.

    Args:
        event: the message now, or as much of it as Discord tells.
        arrival: where and when it came in.
        before: the message as we knew it, where we still do.
    """
    if not isinstance(event, Mapping):
        return None
    known = before if isinstance(before, Mapping) else {}
    message = {**known, **event}
    old = {_face(embed) for embed in maps(known.get("embeds"))}
    written = sent_at({**message, "timestamp": words(message, "edited_timestamp", "timestamp")})
    stale = written is None or arrival.received_at - written > _FRESH
    new = [embed for embed in maps(message.get("embeds")) if _face(embed) not in old]
    return message if new and not stale and inner(message, "author") else None


def _face(embed: Part) -> tuple[str, ...]:
    """What makes an embed the same as before."""
    return tuple(words(embed, name) for name in ("url", "title", "description"))


# Mentions and replies


def mention(message: object, arrival: Arrival) -> str:
    """The words of a mention, without the bot's own name."""
    return kept(writing_of(message).plain(raw_words(message, arrival))) if isinstance(message, Mapping) else ""


def asks_for_reference(message: object, arrival: Arrival) -> bool:
    """Whether a reply that mentions the bot is about the message it replies to: it brings no post and no file.

    Then that message is the complaint, ``complaints(referenced(message, arrival), ..., asked=True)``, and the words a
    note: ``bot.chat.identity.noted(complaint, mention(message, arrival))``. A reply to ourselves never is.
    """
    if not isinstance(message, Mapping) or whole(message, "type") != REPLY or not speaks_to_us(message, arrival):
        return False
    about = inner(message, "message_reference")
    if not number(words(about, "message_id")) or is_ours(inner(message, "referenced_message"), arrival):
        return False
    brings = filenames(message) or previews(maps(message.get("embeds")), writing())
    return not brings and not any(map(writing().post, links(raw_words(message, arrival))))


def referenced(message: object, arrival: Arrival) -> dict[str, Any]:
    """The message that a reply is about, as Discord sent it along; empty when it is gone or was not sent."""
    found = inner(message, "referenced_message")
    return {"guild_id": guild_of(message, arrival), **found} if found else {}


def pointed_at(message: object, arrival: Arrival) -> tuple[str, str, str] | None:
    """Guild, channel and message that a message hardly says anything but the permalink of, so that it can be read."""
    if not isinstance(message, Mapping):
        return None
    raw = raw_words(message, arrival)
    found = links(raw)
    remark = writing().is_remark(plain(without(raw, found)), asked=speaks_to_us(message, arrival))
    return message_of(found[0]) if len(found) == 1 and remark else None


# Commands and forms


def command_complaint(text: object, arrival: Arrival, channel: str, interaction_id: str) -> Complaint | None:
    """The complaint behind ``/reply text:``, words or a link; none behind a bare ``/reply``.

    Args:
        text: what was typed.
        arrival: where it came in.
        channel: the id of the channel that it was typed in.
        interaction_id: the interaction's.
    """
    return _typed(commanded(words({"text": text}, "text"), writing()), arrival, channel, interaction_id)


def form_complaint(
    *,
    text: str = "",
    author: str = "",
    link: str = "",
    note: str = "",
    arrival: Arrival,
    channel: str,
    interaction_id: str,
) -> Complaint | None:
    """The complaint that a person filled into a form; none when it holds neither text nor link.

    An author is a handle when it looks like one (``@zoe``, ``u/zoe``), else a name.
    """
    source = filled(text=text, author=author, link=link, note=note, writing=writing())
    return _typed(source, arrival, channel, interaction_id)


def _typed(source: Source, arrival: Arrival, channel: str, interaction_id: str) -> Complaint | None:
    here = f"discord:{arrival.guild}:{channel}"
    by = Bringing(
        message=f"{here}:{interaction_id}", brand=arrival.brand, received_at=arrival.received_at, named=_by_message
    )
    found = made([source], by)
    return replace(found[0], source=here) if found else None


# Messages


def _bringing(arrival: Arrival, message: Part) -> Bringing:
    channel = number(words(message, "channel_id")) or "0"
    here = f"discord:{guild_of(message, arrival)}:{channel}:{_id(message)}"
    return Bringing(message=here, brand=arrival.brand, received_at=arrival.received_at, named=_by_message)


def _by_message(_channel: str, message: str) -> str:
    return f"discord:{message}"


def _carried(message: Part, arrival: Arrival, *, everything: bool) -> list[Source]:
    """What a message brings from elsewhere: forwards, a tool's embeds, links with or without their previews."""
    raw, embeds, writes = _titled(message, arrival), maps(message.get("embeds")), writing_of(message)
    said = writes.beside(raw, {words(embed, "url") for embed in embeds}) if says_something(raw) else ""
    to_us = speaks_to_us(message, arrival)
    if is_forward(message):
        found = forwards(message, guild_of(message, arrival))
        found = [replace(each, notes=(*each.notes, said)) for each in found]
    elif is_app(message):
        found = placed([] if has_our_buttons(message) else tools(raw, embeds, writes), _origin(message))
    elif everything and not to_us and not writes.is_remark(said, asked=False):
        return []  # a customer who links something still speaks
    else:
        found = linked(raw, previews(embeds, writes), writes, asked=to_us)
    return [replace(each, files=(*each.files, *filenames(message))) for each in found]


def _shows(message: Part) -> bool:
    """Whether a person shows a photo or a file, and not in the talk of a thread."""
    talk = whole(message, "type") == REPLY or (_channel_type(message) in _THREADS and not _begins_post(message))
    return bool(filenames(message)) and not talk


def _own(message: Part, arrival: Arrival) -> list[Source]:
    """What a person wrote or showed in the channel itself."""
    raw, embeds, writes = _titled(message, arrival), maps(message.get("embeds")), writing_of(message)
    if is_forward(message) or has_our_buttons(message):
        return []
    if about := _about(raw, embeds, speaks_to_us(message, arrival)):
        return [replace(about, files=filenames(message))]
    author, name = person(message)
    link = permalink(guild_of(message, arrival), words(message, "channel_id"), words(message, "id"))
    source = Source(
        text=writes.plain(raw),
        place=Place("discord", number(words(message, "id")), "", link),
        author=author,
        author_name=name,
        written_at=sent_at(message),
        files=filenames(message),
        origin=_origin(message),
    )
    return [source] if says_something(raw) or source.files else []


def _about(raw: str, embeds: list[Part], to_us: bool) -> Source | None:
    """What a message is about that hardly says anything but one link: a message of Discord's, or any page."""
    found = links(raw)
    if len(found) != 1:
        return None
    place, said = recognise(found[0]), plain(without(raw, found))
    if place.network == "discord" and place.post and writing().is_remark(said, asked=to_us):
        return Source(place=place, notes=(said,))
    shown = next((plain(words(embed, "description", "title")) for embed in embeds), "")
    return None if said else Source(text=shown, place=place)


def _titled(message: Part, arrival: Arrival) -> str:
    """A message's words; the first of a forum post says its title too, unless it repeats it."""
    raw = raw_words(message, arrival)
    title = words(inner(message, "channel"), "name") or words(inner(message, "thread"), "name")
    return raw if not _begins_post(message) or title.casefold() in raw.casefold() else f"{title}\n{raw}".strip()


def _begins_post(message: Part) -> bool:
    """Whether it is the first message of a forum post: the two have one id."""
    return words(message, "id") == words(message, "channel_id") != ""


def _channel_type(message: Part) -> int:
    return whole(message, "channel_type") or whole(inner(message, "channel"), "type")


def _origin(message: Part) -> tuple[str, str]:
    return number(words(message, "channel_id")) or "0", number(words(message, "id"))


def _id(message: Part) -> str:
    return number(words(message, "id")) or short(words(inner(message, "author"), "id") + words(message, "content"))
