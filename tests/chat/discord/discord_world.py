"""The state of the Discord stand-in: time, ids, who is where, who may what. No network here."""

import time
from collections.abc import Iterable
from typing import Any

from discord_things import (
    BOT_MAY,
    DM,
    EPOCH,
    EVERYONE_MAY,
    EVERYTHING,
    FORUM,
    PERMISSIONS,
    TEXT,
    Channel,
    Guild,
    Member,
    Message,
    Role,
    User,
    Webhook,
    bits,
    handle,
    stamp,
)


class World:
    """All state of the stand-in, and the words to set it up. Ids are plain ints, in JSON they become strings.

    `privileged` names the privileged intents switched on for the app: message_content, members, presences.
    """

    def __init__(self) -> None:
        self.privileged = {"message_content"}
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.commands: dict[int | None, list[dict[str, Any]]] = {}
        self._ahead = 0.0
        self._latest = 0
        self.app = self.fresh()
        self.app_name = "Portevoix"
        self.bot_user = self.add_user("Portevoix", bot=True)
        self.bot_token = f"bot-token-of-{self.app}"
        self.owner = self.add_user("Owner")
        self.guild = self.add_guild("Atelier Dupont")

    # --- time and names ----------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970, by Discord's clock."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass for Discord: interactions expire, nonces are forgotten, limits recover."""
        self._ahead += seconds

    def fresh(self) -> int:
        """A snowflake later than all before it."""
        self._latest = max(self._latest + 1, (int(self.now() * 1000) - EPOCH) << 22)
        return self._latest

    # --- setting up --------------------------------------------------------------------------------------------------

    def add_user(self, display_name: str, *, guild: int | None = None, **more: Any) -> int:
        """Somebody, at once in the first server (`guild`: another one, 0: none); returns the user id.

        More: name, bot, locale, dms_closed.
        """
        name = more.pop("name", handle(display_name))
        user = User(self.fresh(), name, display_name, **more)
        self.users[user.id] = user
        home = getattr(self, "guild", 0) if guild is None else guild
        if home:
            self.enrol(user.id, home)
        return user.id

    def enrol(self, user: int, guild: int, *roles: int, nick: str | None = None) -> None:
        """Put somebody into a server."""
        self.guilds[guild].members[user] = Member(user, list(roles), stamp(self.now()), nick)

    def add_guild(self, name: str, *, owner: int = 0, bot: bool = True, locale: str = "fr") -> int:
        """A server, the bot in it with its own role unless `bot=False`; returns the server id."""
        guild = Guild(self.fresh(), name, owner or self.owner, locale=locale, bot_in=False)
        self.guilds[guild.id] = guild
        guild.roles[guild.id] = Role(guild.id, guild.id, "@everyone", bits(EVERYONE_MAY), position=0)
        self.enrol(guild.owner, guild.id)
        if bot:
            self.install(guild.id)
        return guild.id

    def install(self, guild: int) -> None:
        """Put the bot into a server, with a role of its own."""
        home = self.guilds[guild]
        own = self.add_role(self.app_name, *BOT_MAY, guild=guild)
        home.roles[own].managed = True
        self.enrol(self.bot_user, guild, own)
        home.bot_in = True

    def add_role(
        self, name: str, *permissions: str, guild: int = 0, mentionable: bool = False, people: Iterable[int] = ()
    ) -> int:
        """A role with these permissions, given to these people; returns its id."""
        home = self.guilds[guild or self.guild]
        role = Role(self.fresh(), home.id, name, bits(permissions), mentionable, position=len(home.roles))
        home.roles[role.id] = role
        for user in people:
            home.members[user].roles.append(role.id)
        return role.id

    def add_channel(
        self, name: str, *, guild: int = 0, forum: bool = False, private: Iterable[int] | None = None
    ) -> int:
        """A text channel or a forum; `private`: only these people or roles see it (the bot only if named)."""
        home = guild or self.guild
        channel = Channel(self.fresh(), home, name, FORUM if forum else TEXT, position=len(self.channels))
        self.channels[channel.id] = channel
        if private is not None:
            channel.overwrites[home] = (0, PERMISSIONS["view_channel"])
            channel.overwrites |= dict.fromkeys(private, (PERMISSIONS["view_channel"], 0))
        return channel.id

    def permit(self, channel: int, whom: int, *names: str) -> None:
        """Allow a role or a member something in one channel."""
        self.overwrite(channel, whom, bits(names), 0)

    def forbid(self, channel: int, whom: int, *names: str) -> None:
        """Deny a role or a member something in one channel."""
        self.overwrite(channel, whom, 0, bits(names))

    def overwrite(self, channel: int, whom: int, allow: int, deny: int) -> None:
        old = self.channels[channel].overwrites.get(whom, (0, 0))
        self.channels[channel].overwrites[whom] = (old[0] & ~deny | allow, old[1] & ~allow | deny)

    def add_webhook(self, channel: int, name: str, *, own: bool = False) -> Webhook:
        """A webhook in a channel: of another app, or (`own`) as if the bot had made it."""
        ident, guild = self.fresh(), self.channels[channel].guild or 0
        by = (self.app, self.bot_user) if own else (None, self.owner)
        hook = Webhook(ident, channel, guild, name, f"hook-token-{ident}", *by)
        self.webhooks[ident] = hook
        return hook

    def dm(self, user: int) -> int:
        """The direct messages of this person with the bot; returns the channel id."""
        known = next((c.id for c in self.channels.values() if c.kind == DM and c.people == [user]), None)
        if known:
            return known
        channel = Channel(self.fresh(), None, "", DM, people=[user])
        self.channels[channel.id] = channel
        return channel.id

    # --- who may what ------------------------------------------------------------------------------------------------

    def permissions(self, user: int, channel: int) -> int:
        """What somebody may do in a channel, as Discord computes it."""
        room = self.channels[channel]
        if room.guild is None:
            return EVERYTHING & ~PERMISSIONS["administrator"] if user in (*room.people, self.bot_user) else 0
        room = self.channels[room.parent] if room.is_thread and room.parent else room
        return self._overwritten(self.base_permissions(user, room.guild or 0), user, room)

    def base_permissions(self, user: int, guild: int) -> int:
        """What the roles of somebody allow in the whole server."""
        home = self.guilds[guild]
        member = home.members.get(user)
        if member is None:
            return 0
        base = home.roles[home.id].permissions
        for role in member.roles:
            base |= home.roles[role].permissions if role in home.roles else 0
        whole = user == home.owner or base & PERMISSIONS["administrator"]
        return EVERYTHING if whole else base

    def _overwritten(self, base: int, user: int, room: Channel) -> int:
        if base == EVERYTHING or not base:
            return base
        guild = self.guilds[room.guild or 0]
        everyone, own = room.overwrites.get(guild.id, (0, 0)), room.overwrites.get(user, (0, 0))
        of_roles = [room.overwrites[role] for role in guild.members[user].roles if role in room.overwrites]
        base = base & ~everyone[1] | everyone[0]
        for _, denied in of_roles:
            base &= ~denied
        for allowed, _ in of_roles:
            base |= allowed
        base = base & ~own[1] | own[0]
        return base if base & PERMISSIONS["view_channel"] else 0

    def may(self, user: int, channel: int, *names: str) -> bool:
        """May somebody do all of this in a channel?"""
        wanted = bits(names)
        return self.permissions(user, channel) & wanted == wanted

    # --- looking -----------------------------------------------------------------------------------------------------

    def message(self, message: int | Message) -> Message:
        """This message; LookupError where there is none."""
        if isinstance(message, Message):
            return message
        found = self.messages.get(int(message))
        if found is None or found.deleted:
            raise LookupError(f"no message {message}")
        return found

    def messages_in(self, channel: int, *, by_bot: bool = False) -> list[Message]:
        """Messages that everybody in a channel sees, oldest first; `by_bot`: of our bot only."""
        return [
            message
            for message in sorted(self.messages.values(), key=lambda one: one.id)
            if message.channel == channel and not message.deleted and message.only_for is None
            if not by_bot or message.author == self.bot_user
        ]

    def cards(self, channel: int) -> list[Message]:
        """Messages by the bot in a channel, oldest first."""
        return self.messages_in(channel, by_bot=True)

    def ephemerals_for(self, user: int) -> list[Message]:
        """What only this person sees, oldest first."""
        mine = [m for m in self.messages.values() if m.only_for == user and not m.deleted]
        return sorted(mine, key=lambda one: one.id)

    def threads_of(self, channel: int) -> list[Channel]:
        """The threads of a channel or the posts of a forum, oldest first."""
        return [c for c in self.channels.values() if c.parent == channel and c.is_thread and not c.deleted]

    def webhooks_in(self, channel: int) -> list[Webhook]:
        """The webhooks of a channel, oldest first."""
        return [hook for hook in self.webhooks.values() if hook.channel == channel and not hook.deleted]

    def pings(self, message: int | Message) -> set[int]:
        """Whom a message pinged when it appeared (roles and @everyone as the people in them)."""
        return self.message(message).pinged

    def link(self, message: int | Message) -> str:
        """The address of a message."""
        one = self.message(message)
        guild = self.channels[one.channel].guild or "@me"
        return f"https://discord.com/channels/{guild}/{one.channel}/{one.id}"
