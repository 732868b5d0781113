"""The table of Discord's REST routes, what every one of them gets (a Call), and what they check alike."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from discord_refusals import Refused
from discord_things import V2, Channel, Guild, Message

if TYPE_CHECKING:
    from discord_standin import Discord

# of a message that the bot sends: components V2, no previews, silent
KEPT_FLAGS = V2 | 1 << 2 | 1 << 12


@dataclass
class Call:
    """One call of the bot: what it asked for, when (Discord's clock), and what it was told."""

    method: str
    path: str
    args: dict[str, Any]
    query: dict[str, str]
    at: float
    token: str = ""
    files: list[str] = field(default_factory=list)
    status: int = 200
    answer: Any = None

    @property
    def name(self) -> str:
        """As patterns see it: `POST /channels/1/messages`."""
        return f"{self.method} {self.path}"

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> int:
        """Discord's error code; 0 where there is none."""
        return self.answer.get("code", 0) if isinstance(self.answer, dict) else 0

    def number(self, name: str, default: int, most: int) -> int:
        """A page size; refused where it is out of range."""
        given = int(self.query.get(name) or default)
        if not 1 <= given <= most:
            words = f"int value should be between 1 and {most}."
            raise Refused(50035, errors={name: {"_errors": [{"code": "NUMBER_TYPE_MAX", "message": words}]}})
        return given


Run = Callable[..., Any]


@dataclass
class Route:
    """How a route runs; `auth`: it needs the token of the bot (webhooks and interactions carry their own)."""

    method: str
    pattern: re.Pattern[str]
    run: Run
    auth: bool


ROUTES: list[Route] = []


def route(method: str, path: str, *, auth: bool = True) -> Callable[[Run], Run]:
    """Put a function into the table; `{name}` in the path becomes an argument, a number where it is one."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def put(run: Run) -> Run:
        ROUTES.append(Route(method, pattern, run, auth))
        return run

    return put


def find(method: str, path: str) -> tuple[Route, dict[str, Any]] | None:
    """The route of a call and the arguments in its path."""
    for one in ROUTES:
        if one.method == method and (match := one.pattern.fullmatch(path)):
            return one, {key: int(value) if value.isdigit() else value for key, value in match.groupdict().items()}
    return None


def matches(pattern: str, name: str) -> bool:
    """Does `POST /channels/*/messages` mean this call? `*` is one part of the path, alone it is any call."""
    return pattern == "*" or bool(re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]+"), name))


# --- what routes check alike -----------------------------------------------------------------------------------------


def room_of(discord: "Discord", channel: int, *needed: str) -> Channel:
    """A channel that the bot sees and where it may do this; Refused otherwise."""
    room = discord.channels.get(channel)
    if room is None or room.deleted or (room.guild is not None and not discord.guilds[room.guild].bot_in):
        raise Refused(10003 if room is None or room.deleted else 50001)
    if not discord.may(discord.bot_user, channel, "view_channel"):
        raise Refused(50001)
    if not discord.may(discord.bot_user, channel, *needed):
        raise Refused(50013)
    return room


def guild_of(discord: "Discord", guild: int) -> Guild:
    """A server that the bot is in; Refused otherwise."""
    found = discord.guilds.get(guild)
    if found is None:
        raise Refused(10004)
    if not found.bot_in:
        raise Refused(50001)
    return found


def message_of(discord: "Discord", channel: int, message: int) -> Message:
    """A message that everybody in a channel sees; Refused otherwise (ephemeral ones are not found)."""
    found = discord.messages.get(message)
    if found is None or found.deleted or found.channel != channel or found.only_for is not None:
        raise Refused(10008)
    return found


def shown(discord: "Discord", message: Message) -> dict[str, Any]:
    """A message as the API shows it to this app."""
    return discord.readable(discord.message_json(message), allowed="message_content" in discord.privileged)
