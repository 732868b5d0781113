"""Where a Discord message came in, and what it is: ours, an app's, a notice, a forward, words to the bot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.chat.discord.sources import body, is_unfurled, number, preview
from bot.chat.discord.text import links, writing
from bot.chat.payload import Part, inner, maps, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where a payload came in, and for whom.

    ``bot_user``, ``bot_role`` (the bot's own role, which people mention as well), ``app_id`` and ``webhooks`` are
    our own. ``guild`` is 0 for direct messages; a message that names its guild knows better.
    """

    brand: str
    received_at: datetime  # aware, UTC
    guild: str = "0"
    bot_user: str = ""
    bot_role: str = ""
    app_id: str = ""
    webhooks: frozenset[str] = frozenset()


#: Types: an ordinary message, a reply, an app's answers to a command and to a menu. All others are notices.
_ORDINARY, REPLY, _ANSWERED, STARTER = 0, 19, frozenset({20, 23}), 21
#: Flags: from a followed channel; for one person's eyes; an app that still thinks.
_CROSSPOST, _EPHEMERAL, _LOADING = 1 << 1, 1 << 6, 1 << 7
_FORWARD = 1  # a type of message_reference


def is_ours(message: object, arrival: Arrival) -> bool:
    """Whether the bot wrote it, by itself or under a brand's name: we never answer ourselves."""
    author, webhook = words(inner(message, "author"), "id"), words(message, "webhook_id")
    app = words(message, "application_id")
    mine = (author and author == arrival.bot_user) or (app and app == arrival.app_id)
    return bool(mine) or webhook in arrival.webhooks


def is_notice(message: object) -> bool:
    """Whether Discord only tells that something happened: who joined, a pin, a thread; or one person alone sees it."""
    hidden = whole(message, "flags") & (_EPHEMERAL | _LOADING)
    return bool(hidden) or whole(message, "type") not in {_ORDINARY, REPLY, *_ANSWERED}


def is_app(message: object) -> bool:
    """Whether a webhook or a bot posted it, not a person."""
    return bool(words(message, "webhook_id")) or inner(message, "author").get("bot") is True


def is_forward(message: object) -> bool:
    """Whether it shows another message. Without the message-content intent nothing stands in it."""
    snapshots = maps(message.get("message_snapshots")) if isinstance(message, Mapping) else []
    return bool(snapshots) or whole(inner(message, "message_reference"), "type") == _FORWARD


def is_chatter(message: Part) -> bool:
    """Whether an app talks for its own sake: it answers a command, passes news on, or says a bot's plain words."""
    if not is_app(message):
        return False
    if whole(message, "type") in _ANSWERED or whole(message, "flags") & _CROSSPOST:
        return True
    embeds, raw = maps(message.get("embeds")), words(message, "content")
    shown = any(not is_unfurled(embed, raw) or preview(embed, writing()) for embed in embeds)
    brings = shown or is_forward(message) or any(map(writing().post, links(raw)))
    return not words(message, "webhook_id") and not brings


def speaks_to_us(message: object, arrival: Arrival) -> bool:
    """Whether somebody wrote the bot's name or its role's; a reply that only pings us does not count."""
    return bool(_NAME.search(words(message, "content"))) and raw_words(message, arrival) != words(message, "content")


_NAME = re.compile(r"<@[!&]?[0-9]{1,20}>")


def raw_words(message: object, arrival: Arrival) -> str:
    """A message's words as Discord writes them, without the bot's name."""
    raw = body(message) if isinstance(message, Mapping) else ""
    user = rf"@!?{re.escape(arrival.bot_user)}" if arrival.bot_user else ""
    role = rf"@&{re.escape(arrival.bot_role)}" if arrival.bot_role else ""
    ours = "|".join(filter(None, (user, role)))
    return re.sub(rf" ?<(?:{ours})>:?", "", raw) if ours else raw


def says_something(raw: str) -> bool:
    """Whether there is more than names of people."""
    return bool(_NAME.sub("", raw).strip())


def guild_of(message: object, arrival: Arrival) -> str:
    """The guild's id; 0 for direct messages."""
    return number(words(message, "guild_id")) or arrival.guild


def whole(held: object, name: str) -> int:
    """A number under a name, else 0."""
    value = held.get(name) if isinstance(held, Mapping) else None
    return value if isinstance(value, int) else 0
