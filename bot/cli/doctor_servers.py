"""What Discord knows of the rooms and managers that the brands name, for ``portevoix doctor``: asked by REST alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import discord

from bot.chat.discord.invite import OPTIONAL, PERMISSIONS
from bot.cli import doctor_rules
from bot.cli.doctor_rules import Chat, managers
from bot.network.discord.trouble import CALL_ERRORS, words
from bot.voice.protocol import BrandFile

T = TypeVar("T")

DISCORD = Chat(
    "Discord", "discord:", "discord-role:", "discord:… (right-click a person → Copy User ID) or discord-role:…"
)
#: As Discord's own settings call them; https://docs.discord.com/developers/topics/permissions
_CALLED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
    "add_reactions": "Add Reactions",
    "manage_webhooks": "Manage Webhooks",
}
NEEDED = discord.Permissions(PERMISSIONS.value & ~OPTIONAL.value)
_NEW_POSTS = discord.Permissions(send_messages=True)  # in a forum, this is to begin posts
_NOT_THERE = {400, 403, 404}  # no id at all, not for us, unknown


class Asking(doctor_rules.Asking):
    """Asks Discord."""

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call returns. Raises one of ``CALL_ERRORS``; ``TimeoutError`` when the time is up."""
        try:
            return await super().__call__(call)
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # discord.py stumbles over what is no JSON
            raise discord.InvalidData("not Discord") from error


@dataclass(frozen=True, slots=True)
class Server:
    """A server that we are in, by Discord's name a guild; its channels by id, with those that we may not see."""

    guild: discord.Guild
    me: discord.Member
    channels: Mapping[str, discord.abc.GuildChannel]

    def visible(self) -> list[Room]:
        """The text channels that we see."""
        rooms = [Room(self, one) for one in self.channels.values() if isinstance(one, discord.TextChannel)]
        return [room for room in rooms if not room.lacks(discord.Permissions(view_channel=True))]


@dataclass(frozen=True, slots=True)
class Room:
    """A channel that a brand names, or (``thread``) a thread or forum post in that channel."""

    server: Server
    channel: discord.abc.GuildChannel
    thread: discord.Thread | None = None

    @property
    def name(self) -> str:
        """As people call it."""
        return f"#{(self.thread or self.channel).name}"

    @property
    def is_forum(self) -> bool:
        """Whether it holds posts, and no messages of its own."""
        return isinstance(self.channel, discord.ForumChannel) and self.thread is None

    @property
    def is_category(self) -> bool:
        """Whether it holds no messages and no posts, only channels."""
        return not isinstance(self.channel, discord.abc.Messageable | discord.ForumChannel)

    def needed(self) -> discord.Permissions:
        """What we must be allowed here."""
        inside = self.thread or self.is_forum
        return discord.Permissions(NEEDED.value & ~_NEW_POSTS.value) if inside else NEEDED

    def lacks(self, wanted: discord.Permissions) -> list[str]:
        """What of this we may not do here, in the words of Discord's settings."""
        return named(discord.Permissions(wanted.value & ~self.channel.permissions_for(self.server.me).value))

    def is_public(self) -> bool:
        """Whether everybody in the server sees it."""
        return self.channel.permissions_for(self.server.guild.default_role).view_channel


def named(permissions: discord.Permissions) -> list[str]:
    """These permissions in the words of Discord's settings."""
    return [called for flag, called in _CALLED.items() if getattr(permissions, flag)]


@dataclass(slots=True)
class Seen:
    """What Discord told. None: nothing of this id is there for us; ids for which there was no answer are missing."""

    servers: dict[int, Server] = field(default_factory=dict)
    complete: bool = False  # whether these are all of our servers
    rooms: dict[str, Room | None] = field(default_factory=dict)
    members: dict[tuple[int, str], discord.Member | None] = field(default_factory=dict)  # by server and person
    unanswered: Counter[str] = field(default_factory=Counter)  # by Discord's words for why

    def servers_of(self, rules: BrandFile) -> list[Server]:
        """The servers in which the brand names rooms; where it names none, all."""
        rooms = [self.rooms.get(one) for one in DISCORD.ids((*rules.channels, *rules.review))]
        homes = {room.server.guild.id for room in rooms if room}
        return [server for ident, server in self.servers.items() if not homes or ident in homes]


async def see(brands: Sequence[BrandFile], client: discord.Client, ask: Asking) -> Seen:
    """Look up our servers and all that the brands name."""
    seen = Seen()
    await _Eye(seen, client, ask).look(brands)
    return seen


@dataclass(frozen=True, slots=True)
class _Eye:
    """Goes through the servers; a room that is in none of their lists is asked for by itself."""

    seen: Seen
    client: discord.Client
    ask: Asking

    async def look(self, brands: Sequence[BrandFile]) -> None:
        await self._servers()
        named = [one for rules in brands for one in (*rules.channels, *rules.review)]
        await asyncio.gather(*map(self._room, DISCORD.ids(named)))
        people = {
            (server.guild.id, one)
            for rules in brands
            for server in self.seen.servers_of(rules)
            for one in DISCORD.ids(managers(rules))
        }
        await asyncio.gather(*(self._member(server, one) for server, one in sorted(people)))

    async def _servers(self) -> None:
        try:
            ours = await self.ask(self._ours)
        except CALL_ERRORS as error:
            self._missed(error)
            return
        self.seen.complete = True
        await asyncio.gather(*map(self._server, ours))

    async def _ours(self) -> list[int]:
        return [guild.id async for guild in self.client.fetch_guilds(limit=None, with_counts=False)]

    async def _server(self, ident: int) -> None:
        me = self.client.user
        try:
            guild = await self.ask(partial(self.client.fetch_guild, ident, with_counts=False))
            own = await self.ask(partial(guild.fetch_member, me.id if me else 0))
            channels = await self.ask(guild.fetch_channels)
        except CALL_ERRORS as error:
            self._missed(error)
            self.seen.complete = False
            return
        self.seen.servers[ident] = Server(guild, own, {str(one.id): one for one in channels})

    def _missed(self, error: BaseException) -> None:
        self.seen.unanswered[words(error)] += 1

    async def _room(self, ident: str) -> None:
        for server in self.seen.servers.values():
            if channel := server.channels.get(ident):
                self.seen.rooms[ident] = Room(server, channel)
                return
        try:
            found = await self._known(partial(self.client.fetch_channel, int(ident)))
        except CALL_ERRORS as error:
            self._missed(error)
            return
        if not isinstance(found, discord.Thread):
            known = isinstance(found, discord.abc.GuildChannel)  # in a server that could not be looked at
            self.seen.rooms |= {} if known else {ident: None}
        elif home := self.seen.servers.get(found.guild.id):
            parent = home.channels.get(str(found.parent_id))
            self.seen.rooms[ident] = Room(home, parent, found) if parent else None

    async def _member(self, server: int, ident: str) -> None:
        guild = self.seen.servers[server].guild
        try:
            self.seen.members[server, ident] = await self._known(partial(guild.fetch_member, int(ident)))
        except CALL_ERRORS as error:
            self._missed(error)

    async def _known(self, question: Callable[[], Awaitable[T]]) -> T | None:
        """The answer; None where Discord knows no such thing, or not for us."""
        try:
            return await self.ask(question)
        except discord.HTTPException as error:
            if error.status not in _NOT_THERE:
                raise
            return None
