"""Rooms and rights in the Discord stand-in: what appears, changes and goes while the bot runs, and is told to it."""

import asyncio
import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from discord_gateway import Gateway
from discord_things import HAS_THREAD, PUBLIC_THREAD, Channel, Message, bits, stamp

if TYPE_CHECKING:
    from discord_interactions import Interaction, Modal


class NotSent(Exception):
    """Discord's own client would not send this: no right to, or a form that is not filled in properly."""


@dataclass
class Delivery:
    """What the bot was told of a deed, and (of an interaction) how it answered in time.

    `sent` is false where no session of the bot was to hear of it (a session that is away counts: it may come back and
    resume). `also` holds other events for the same deed.
    """

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    sent: bool = False
    message: Message | None = None
    interaction: "Interaction | None" = None
    seconds: float = 0.0
    also: list["Delivery"] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Of the message that it is about."""
        if self.message is None:
            raise LookupError("no message")
        return self.message.id

    @property
    def ok(self) -> bool:
        """Told; and answered in time where an answer was due."""
        return self.sent and (self.interaction is None or self.interaction.type is not None)

    @property
    def type(self) -> int | None:
        """The type of the first answer: 4 message, 5 and 6 deferred, 7 update, 8 choices, 9 modal."""
        return self.interaction.type if self.interaction else None

    @property
    def data(self) -> dict[str, Any]:
        """What the first answer carried."""
        return self.interaction.data if self.interaction else {}

    @property
    def reply(self) -> Message | None:
        """The message that answers, also where it came after a defer."""
        return self.interaction.original if self.interaction else None

    @property
    def followups(self) -> list[Message]:
        return self.interaction.followups if self.interaction else []

    @property
    def modal(self) -> "Modal | None":
        return self.interaction.modal if self.interaction else None


class Rooms(Gateway):
    """What is kept and who is where; the bot is told of every change."""

    # --- setting up while the bot runs -------------------------------------------------------------------------------

    def enrol(self, user: int, guild: int, *roles: int, nick: str | None = None) -> None:
        super().enrol(user, guild, *roles, nick=nick)
        if user != self.bot_user:
            self._tell_member("GUILD_MEMBER_ADD", self.member_json(self.guilds[guild].members[user]), guild)

    def add_guild(self, name: str, *, owner: int = 0, bot: bool = True, locale: str = "fr") -> int:
        guild = super().add_guild(name, owner=owner, bot=bot, locale=locale)
        if bot:
            self.tell("GUILD_CREATE", self.guild_created(self.guilds[guild]), guild=guild)
        return guild

    def add_role(
        self, name: str, *permissions: str, guild: int = 0, mentionable: bool = False, people: Iterable[int] = ()
    ) -> int:
        home, people = guild or self.guild, list(people)
        role = super().add_role(name, *permissions, guild=home, mentionable=mentionable, people=people)
        self._tell_member("GUILD_ROLE_CREATE", {"role": self.role_json(self.guilds[home].roles[role])}, home)
        for user in people:
            self._tell_member("GUILD_MEMBER_UPDATE", self.member_json(self.guilds[home].members[user]), home)
        return role

    def add_channel(
        self, name: str, *, guild: int = 0, forum: bool = False, private: Iterable[int] | None = None
    ) -> int:
        channel = super().add_channel(name, guild=guild, forum=forum, private=private)
        self.tell("CHANNEL_CREATE", self.channel_json(channel), guild=guild or self.guild)
        return channel

    def overwrite(self, channel: int, whom: int, allow: int, deny: int) -> None:
        super().overwrite(channel, whom, allow, deny)
        self.tell("CHANNEL_UPDATE", self.channel_json(channel), guild=self.channels[channel].guild)

    # --- coming, going, rights ---------------------------------------------------------------------------------------

    async def join(self, user: int, guild: int, *roles: int) -> Delivery:
        """Somebody comes into a server."""
        super().enrol(user, guild, *roles)
        return self._tell_member("GUILD_MEMBER_ADD", self.member_json(self.guilds[guild].members[user]), guild)

    async def leave(self, user: int, guild: int) -> Delivery:
        """Somebody leaves a server."""
        del self.guilds[guild].members[user]
        return self._tell_member("GUILD_MEMBER_REMOVE", {"user": self.user_json(user)}, guild)

    async def grant(self, user: int, role: int) -> Delivery:
        """Somebody gets a role."""
        guild = self._guild_of(role)
        self.guilds[guild].members[user].roles.append(role)
        return self._tell_member("GUILD_MEMBER_UPDATE", self.member_json(self.guilds[guild].members[user]), guild)

    async def revoke(self, user: int, role: int) -> Delivery:
        """Somebody loses a role."""
        guild = self._guild_of(role)
        self.guilds[guild].members[user].roles.remove(role)
        return self._tell_member("GUILD_MEMBER_UPDATE", self.member_json(self.guilds[guild].members[user]), guild)

    async def change_role(self, role: int, **more: Any) -> Delivery:
        """A role changes: name, permissions (names), mentionable."""
        guild = self._guild_of(role)
        one = self.guilds[guild].roles[role]
        if "permissions" in more:
            more["permissions"] = bits(more["permissions"])
        for key, value in more.items():
            setattr(one, key, value)
        return self._tell_member("GUILD_ROLE_UPDATE", {"role": self.role_json(one)}, guild)

    async def remove_role(self, role: int) -> Delivery:
        """A role is deleted; nobody has it any longer."""
        guild = self._guild_of(role)
        del self.guilds[guild].roles[role]
        for member in self.guilds[guild].members.values():
            member.roles = [one for one in member.roles if one != role]
        return self._tell_member("GUILD_ROLE_DELETE", {"role_id": str(role)}, guild)

    async def change_channel(self, channel: int, **more: Any) -> Delivery:
        """A channel changes: name, archived, locked."""
        room = self.channels[channel]
        for key, value in more.items():
            setattr(room, key, value)
        kind = "THREAD_UPDATE" if room.is_thread else "CHANNEL_UPDATE"
        body = self.channel_json(channel)
        return Delivery(kind, body, self.tell(kind, body, guild=room.guild))

    async def delete_channel(self, channel: int) -> Delivery:
        """A channel is deleted with everything in it."""
        room = self.channels[channel]
        kind = "THREAD_DELETE" if room.is_thread else "CHANNEL_DELETE"
        body = self.channel_json(channel)
        room.deleted = True
        for message in self.messages_in(channel):
            message.deleted = True
        for hook in self.webhooks_in(channel):
            hook.deleted = True
        return Delivery(kind, body, self.tell(kind, body, guild=room.guild))

    async def invite_bot(self, guild: int) -> Delivery:
        """The bot is added to a server."""
        home = self.guilds[guild]
        self.install(guild)
        body = self.guild_created(home)
        return Delivery("GUILD_CREATE", body, self.tell("GUILD_CREATE", body, guild=guild))

    async def kick_bot(self, guild: int) -> Delivery:
        """The bot is thrown out of a server."""
        body = {"id": str(guild)}
        sent = self.tell("GUILD_DELETE", body, guild=guild)
        self.guilds[guild].bot_in = False
        self.guilds[guild].members.pop(self.bot_user, None)
        return Delivery("GUILD_DELETE", body, sent)

    def _guild_of(self, role: int) -> int:
        return next(guild.id for guild in self.guilds.values() if role in guild.roles)

    def _tell_member(self, kind: str, body: dict[str, Any], guild: int) -> Delivery:
        body = body | {"guild_id": str(guild)}
        return Delivery(kind, body, self.tell(kind, body, guild=guild))

    # --- keeping and telling -----------------------------------------------------------------------------------------

    def place(self, channel: int) -> dict[str, Any]:
        return {"guild": self.channels[channel].guild, "channel": channel}

    def keep(
        self,
        body: dict[str, Any],
        author: int,
        *,
        allowed: dict[str, Any] | None = None,
        only_for: int | None = None,
    ) -> Message:
        """Store a new message and find out whom it pings and names."""
        channel = int(body["channel_id"])
        body |= self.mentioned(body, channel, allowed)
        pinged = self.pinged_by(body, channel, author, allowed)
        answered = int((body.get("message_reference") or {}).get("message_id") or 0)
        if body["type"] == 19 and answered in self.messages and self.messages[answered].author in pinged:
            names = {one["id"] for one in body["mentions"]}
            extra = self.messages[answered].body["author"]
            body["mentions"] += [] if extra["id"] in names or "webhook_id" in self.messages[answered].body else [extra]
        message = Message(body, channel, author, only_for=only_for)
        message.pinged = pinged if only_for is None else pinged & {only_for}
        self.messages[message.id] = message
        return message

    def change(self, message: Message, fields: dict[str, Any]) -> Delivery:
        """Change a message and tell of it."""
        message.before.append(copy.deepcopy(message.body))
        message.body = message.body | fields
        body = self.message_event(message)
        return Delivery(
            "MESSAGE_UPDATE", body, self.tell("MESSAGE_UPDATE", body, **self.place(message.channel)), message
        )

    def remove(self, message: Message) -> Delivery:
        """Take a message away and tell of it."""
        message.deleted = True
        guild = self.channels[message.channel].guild
        body = {"id": str(message.id), "channel_id": str(message.channel)}
        body |= {"guild_id": str(guild)} if guild else {}
        return Delivery(
            "MESSAGE_DELETE", body, self.tell("MESSAGE_DELETE", body, **self.place(message.channel)), message
        )

    def new_thread(self, parent: Channel, name: str, owner: int, root: Message | None = None) -> Channel:
        """A public thread; at a message it has the id of the message."""
        ident = root.id if root else self.fresh()
        thread = Channel(ident, parent.guild, name, PUBLIC_THREAD, parent=parent.id, owner=owner, people=[owner])
        thread.made_at = stamp(self.now())
        self.channels[ident] = thread
        if root:
            root.body["flags"] |= HAS_THREAD
        return thread

    def tell_thread(self, thread: Channel) -> None:
        body = self.channel_json(thread.id) | {"newly_created": True}
        self.tell("THREAD_CREATE", body, **self.place(thread.id))

    # --- parts of messages -------------------------------------------------------------------------------------------

    def reference(self, message: Message, *, kind: int) -> dict[str, Any]:
        """The link from an answer (0) or a forward (1) to its message."""
        guild = self.channels[message.channel].guild
        link = {"type": kind, "message_id": str(message.id), "channel_id": str(message.channel)}
        return {"message_reference": link | ({"guild_id": str(guild)} if guild else {})}

    def file_json(self, channel: int, given: dict[str, Any]) -> dict[str, Any]:
        """An attachment as Discord shows it."""
        ident, name = self.fresh(), given.get("filename", "photo.jpg")
        url = f"https://cdn.discordapp.com/attachments/{channel}/{ident}/{name}?ex=1&is=1&hm=1&"
        base = {"id": str(ident), "filename": name, "size": 1024, "url": url, "proxy_url": url}
        image = {"content_type": "image/jpeg", "width": 80, "height": 80} if name.endswith((".jpg", ".png")) else {}
        return base | image | given

    async def settle(self) -> None:
        """Give the bot a moment to hear of what was just sent."""
        await self.until(lambda: all(socket.queue.empty() for socket in self.sockets))
        await asyncio.sleep(0.02)
