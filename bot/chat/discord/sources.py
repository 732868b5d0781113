"""The parts of a Discord message that may be a complaint: a forward, a link with its preview, an embed, a photo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.chat.discord.text import links, plain, writing
from bot.chat.identity import Source, key
from bot.chat.payload import Part, inner, maps, words
from bot.chat.posts import Panel, carded, posted, with_note
from bot.chat.previews import Preview, by, linked
from bot.chat.texts import clean
from bot.chat.writing import Writing
from bot.network.links import Place, recognise

#: Begins the ``custom_id`` of every button of ours.
OURS = "pv:"
_DEEPEST = 6  # components within components; Discord nests three deep


# Words


def writing_of(*messages: Part) -> Writing:
    """How Discord writes, with the names of those whom these messages mention."""
    return writing({at: name for message in messages for at, name in _named(message) if name})


def _named(message: Part) -> Iterator[tuple[str, str]]:
    for user in maps(message.get("mentions")):
        yield f"@{words(user, 'id')}", _name(words(inner(user, "member"), "nick") or words(user, *_CALLED))
    for channel in maps(message.get("mention_channels")):
        yield f"#{words(channel, 'id')}", _name(words(channel, "name"))
    for kind, sign in (("users", "@"), ("roles", "&"), ("channels", "#")):
        for number, each in inner(inner(message, "resolved"), kind).items():
            yield f"{sign}{number}", _name(words(each, *_CALLED, "name"))


_CALLED = ("global_name", "username")


def _name(text: str) -> str:
    return clean(text)[:200]


def body(message: Part) -> str:
    """A message's words as Discord writes them, wherever they stand: content, text displays, a poll's question."""
    shown = "\n".join(_displays(message, 0))
    return words(message, "content") or shown or words(inner(inner(message, "poll"), "question"), "text")


def _displays(held: Part, depth: int) -> Iterator[str]:
    for part in maps(held.get("components")) if depth < _DEEPEST else []:
        if part.get("type") == _TEXT_DISPLAY and (said := words(part, "content")):
            yield said
        yield from _displays(part, depth + 1)


_TEXT_DISPLAY = 10


def has_our_buttons(message: Part, depth: int = 0) -> bool:
    """Whether it is a card of ours, shown by a forward."""
    parts = maps(message.get("components")) if depth < _DEEPEST else []
    return any(words(part, "custom_id").startswith(OURS) or has_our_buttons(part, depth + 1) for part in parts)


def filenames(message: Part) -> tuple[str, ...]:
    """What the photos and files are called."""
    names = (clean(words(file, "filename", "title"))[:200] for file in maps(message.get("attachments")))
    return tuple(filter(None, (name.removeprefix("SPOILER_") for name in names)))


# Who, when, where


def person(message: Part) -> tuple[str, str]:
    """Handle and name of who wrote it; bots, webhooks and old accounts (``Mason#9999``) have no handle."""
    author = inner(message, "author")
    human = author.get("bot") is not True and words(author, "discriminator") in {"", "0"}
    handle = _name(words(author, "username")) if human and not words(message, "webhook_id") else ""
    name = words(inner(message, "member"), "nick") or words(author, *_CALLED)
    return f"@{handle}" if handle else "", _name(name)


def sent_at(message: Part) -> datetime | None:
    """When it was written: as it says, else as its id says (discord.com/developers/docs/reference#snowflakes)."""
    return instant(words(message, "timestamp")) or _born(number(words(message, "id")))


def instant(text: str) -> datetime | None:
    """A time like ``2026-04-16T01:36:56.515000+00:00``; none for what is no time of this age."""
    try:
        found = datetime.fromisoformat(text[:40])
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 2000 <= found.year < 2200 else None


def _born(snowflake: str) -> datetime | None:
    since = min(int(snowflake or 0) >> 22, _CENTURY)  # milliseconds since 2015
    return datetime(2015, 1, 1, tzinfo=UTC) + timedelta(milliseconds=since) if since else None


_CENTURY = 100 * 365 * 86_400_000


def number(text: str) -> str:
    """An id of Discord's, or nothing."""
    return text if re.fullmatch(r"[0-9]{1,20}", text, re.ASCII) else ""


def permalink(guild: str, channel: str, message: str) -> str:
    """The link of a message, ``https://discord.com/channels/1/2/3``; ``@me`` for guild 0; empty when unknown."""
    if not (number(guild) and number(channel) and number(message)):
        return ""
    return f"https://discord.com/channels/{'@me' if guild == '0' else guild}/{channel}/{message}"


def message_of(link: str) -> tuple[str, str, str] | None:
    """Guild (0 for none), channel and message that a permalink names; none for any other link."""
    place = recognise(link)
    found = re.search(r"/channels/([0-9]+|@me)/([0-9]+)/([0-9]+)", place.link) if place.network == "discord" else None
    return (found[1].replace("@me", "0"), found[2], found[3]) if found else None


# Embeds


def preview(embed: Part, writing: Writing) -> Preview | None:
    """What an embed shows of a link; none where no network is recognised."""
    place = recognise(words(embed, "url"))
    if not place.link or place.network in {"web", "slack", writing.network}:
        return None
    author, name = who(embed)
    return Preview(
        place=place,
        title=writing.plain(words(embed, "title")),
        text=writing.plain(words(embed, "description")),
        author=author,
        author_name=name,
        written_at=instant(words(embed, "timestamp")),
        links=frozenset({words(embed, "url")}),
    )


def previews(embeds: Iterable[Part], writing: Writing) -> list[Preview]:
    """The previews among embeds."""
    return [found for embed in embeds if (found := preview(embed, writing))]


def who(embed: Part) -> tuple[str, str]:
    """Handle and name of whom an embed shows: ``Zoé (@zoe)`` on X, in the title elsewhere."""
    author = inner(embed, "author")
    name = plain(words(author, "name"))[:200]
    handle, called = by(name)
    titled, other = by(plain(words(embed, "title")))
    if name.startswith("@") and " " not in name:
        handle, called, name = name, "", ""
    return handle or titled or recognise(words(author, "url")).author, called or name or other


def is_unfurled(embed: Part, raw: str) -> bool:
    """Whether Discord drew it for a link in the words, rather than a tool that posted it."""
    kind, url = words(embed, "type"), words(embed, "url")
    drawn = kind not in {"", "rich"} or bool(inner(embed, "provider"))
    return drawn or (bool(url) and key(recognise(url)) in {key(recognise(link)) for link in links(raw)})


def panel(embed: Part) -> Panel:
    """An embed as tools build it; the footer names the tool."""
    author, name = who(embed)
    link = words(embed, "url")
    return Panel(
        text=words(embed, "description"),
        title=words(embed, "title"),
        fields=tuple((words(field, "name"), words(field, "value")) for field in maps(embed.get("fields"))),
        links=(link,) if link else (),
        author=author,
        author_name=name,
        written_at=instant(words(embed, "timestamp")),
    )


def tools(raw: str, embeds: Sequence[Part], writing: Writing) -> list[Source]:
    """What another tool posted: one complaint for each embed that says something, else one of its words."""
    drawn = [embed for embed in embeds if is_unfurled(embed, raw)]
    built = [panel(embed) for embed in embeds if not is_unfurled(embed, raw)]
    cards = [card for each in built if (card := carded(each, writing)).text or card.place.link]
    if len(cards) > 1:
        return [with_note(card, writing.plain(raw)) for card in cards]
    return posted(raw, previews(drawn, writing), built, writing)


# Forwards


def forwards(message: Part, guild: str) -> list[Source]:
    """What a message forwards: about the post it links, or what a tool posted, else about itself. Nobody's yet."""
    about = inner(message, "message_reference")
    shots = [inner(shot, "message") for shot in maps(message.get("message_snapshots"))]
    origin = (number(words(about, "channel_id")), number(words(about, "message_id")))
    link = permalink(words(about, "guild_id") or guild, *origin)
    place = Place("discord", origin[1], "", link)
    found = [source for shot in shots if not has_our_buttons(shot) for source in _forward(shot, message, place)]
    return placed(found, origin)


def placed(found: Sequence[Source], origin: tuple[str, str]) -> list[Source]:
    """The first of what stands in one message has its id; the others are numbered."""
    return [*(replace(source, origin=origin) for source in found[:1]), *found[1:]]


def _forward(shot: Part, message: Part, place: Place) -> list[Source]:
    writes, raw, embeds = writing_of(message, shot), body(shot), maps(shot.get("embeds"))
    names = filenames(shot)
    drawn = [embed for embed in embeds if is_unfurled(embed, raw)]
    if about := linked(raw, previews(drawn, writes), writes, whole=True):
        return [replace(source, files=names) for source in about]
    if len(drawn) < len(embeds) and (about := tools(raw, embeds, writes)):
        return [replace(source, files=names) for source in about]
    source = Source(text=writes.plain(raw), place=place, written_at=sent_at(shot), files=names)
    return [source] if source.text or names else []
