"""What there is in Discord: people, roles, servers, channels, messages, webhooks; and the names of rights."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from discord_words import seen

EPOCH = 1_420_070_400_000
TEXT, DM, PUBLIC_THREAD, FORUM = 0, 1, 11, 15
THREADS = {PUBLIC_THREAD}
EPHEMERAL, LOADING, HAS_THREAD, V2 = 1 << 6, 1 << 7, 1 << 5, 1 << 15

PERMISSIONS = {
    "administrator": 1 << 3,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "add_reactions": 1 << 6,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "manage_roles": 1 << 28,
    "manage_webhooks": 1 << 29,
    "use_application_commands": 1 << 31,
    "manage_threads": 1 << 34,
    "create_public_threads": 1 << 35,
    "send_messages_in_threads": 1 << 38,
}
EVERYTHING = sum(PERMISSIONS.values())
EVERYONE_MAY = (
    *("add_reactions", "view_channel", "send_messages", "embed_links", "attach_files", "read_message_history"),
    *("use_application_commands", "create_public_threads", "send_messages_in_threads"),
)
BOT_MAY = ("manage_webhooks",)


def bits(names: Iterable[str]) -> int:
    """Permissions by name, as Discord's number."""
    return sum(PERMISSIONS[name] for name in set(names))


def stamp(seconds: float) -> str:
    """A moment as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def handle(display_name: str) -> str:
    """A user name as Discord allows them: small letters of ASCII, digits, dots."""
    plain = unicodedata.normalize("NFKD", display_name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".") or "someone"


@dataclass
class User:
    """Somebody with an account; `locale` is the language of their client (`fr`, `en-US`)."""

    id: int
    name: str
    display_name: str = ""
    bot: bool = False
    locale: str = "fr"
    dms_closed: bool = False


@dataclass
class Role:
    """A role of a server; the one named @everyone has the id of the server."""

    id: int
    guild: int
    name: str
    permissions: int = 0
    mentionable: bool = False
    managed: bool = False
    position: int = 1


@dataclass
class Member:
    """Somebody in a server."""

    user: int
    roles: list[int]
    joined_at: str
    nick: str | None = None


@dataclass
class Guild:
    """A server."""

    id: int
    name: str
    owner: int
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    locale: str = "fr"
    bot_in: bool = True


@dataclass
class Channel:
    """A channel, a forum, a thread or direct messages; `overwrites` by role or member: (allowed, denied)."""

    id: int
    guild: int | None
    name: str
    kind: int = TEXT
    overwrites: dict[int, tuple[int, int]] = field(default_factory=dict)
    parent: int | None = None
    owner: int = 0
    people: list[int] = field(default_factory=list)
    archived: bool = False
    locked: bool = False
    position: int = 0
    made_at: str = ""
    webhooks_made: int = 0
    deleted: bool = False

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS


@dataclass(eq=False, repr=False)
class Message:
    """A message: `body` as the API shows it, `before` what it was before each change, `reactions` by emoji.

    `only_for` is the one person who sees an ephemeral message; `pinged` whom it pinged when it appeared.
    """

    body: dict[str, Any]
    channel: int
    author: int
    reactions: dict[str, list[int]] = field(default_factory=dict)
    before: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False
    only_for: int | None = None
    pinged: set[int] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"<Message {self.id} {self.seen!r}>"

    @property
    def id(self) -> int:
        return int(self.body["id"])

    @property
    def content(self) -> str:
        return self.body["content"]

    @property
    def components(self) -> list[dict[str, Any]]:
        return self.body["components"]

    @property
    def embeds(self) -> list[dict[str, Any]]:
        return self.body["embeds"]

    @property
    def flags(self) -> int:
        return self.body["flags"]

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & V2)

    @property
    def is_loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def seen(self) -> str:
        return seen(self.body)


@dataclass
class Webhook:
    """A webhook of a channel; `application` where an app made it."""

    id: int
    channel: int
    guild: int
    name: str
    token: str
    application: int | None = None
    user: int | None = None
    deleted: bool = False
