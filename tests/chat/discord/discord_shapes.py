"""How Discord writes its things as JSON: people, roles, channels, servers, messages."""

import copy
from typing import Any

from discord_things import DM, EPOCH, FORUM, Channel, Guild, Member, Message, Role, User, Webhook, stamp
from discord_words import mentions, walk
from discord_world import World

HIDDEN = {"content": "", "embeds": [], "attachments": [], "components": []}


def made_at(snowflake: int) -> str:
    """When something with this id was made."""
    return stamp(((snowflake >> 22) + EPOCH) / 1000)


class Shapes(World):
    """The state as payloads; ids become strings."""

    # --- people ------------------------------------------------------------------------------------------------------

    def user_json(self, user: int) -> dict[str, Any]:
        one: User = self.users[user]
        extras = {"avatar_decoration_data": None, "collectibles": None, "clan": None, "primary_guild": None}
        return (
            extras
            | {
                "id": str(one.id),
                "username": one.name,
                "global_name": None if one.bot else one.display_name,
                "discriminator": "0",
                "avatar": None,
                "public_flags": 0,
                "display_name_styles": None,
            }
            | ({"bot": True} if one.bot else {})
        )

    def member_json(self, member: Member, *, user: bool = True) -> dict[str, Any]:
        return {
            "roles": [str(role) for role in member.roles],
            "nick": member.nick,
            "avatar": None,
            "banner": None,
            "joined_at": member.joined_at,
            "premium_since": None,
            "pending": False,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "communication_disabled_until": None,
        } | ({"user": self.user_json(member.user)} if user else {})

    def role_json(self, role: Role) -> dict[str, Any]:
        colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
        return {
            "id": str(role.id),
            "name": role.name,
            "description": None,
            "permissions": str(role.permissions),
            "position": role.position,
            "color": 0,
            "colors": colors,
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "managed": role.managed,
            "mentionable": role.mentionable,
            "flags": 0,
        } | ({"tags": {"bot_id": str(self.bot_user)}} if role.managed else {})

    # --- places ------------------------------------------------------------------------------------------------------

    def channel_json(self, channel: int) -> dict[str, Any]:
        room = self.channels[channel]
        base = {"id": str(room.id), "type": room.kind, "flags": 0, "last_message_id": self._last(room)}
        if room.kind == DM:
            return base | {"recipients": [self.user_json(user) for user in room.people]}
        base |= {"guild_id": str(room.guild), "name": room.name, "rate_limit_per_user": 0}
        return base | (self._thread(room) if room.is_thread else self._room(room))

    def _last(self, room: Channel) -> str | None:
        mine = [m.id for m in self.messages.values() if m.channel == room.id and m.only_for is None]
        return str(max(mine)) if mine else None

    def _room(self, room: Channel) -> dict[str, Any]:
        overwrites = [
            {"id": str(whom), "type": 0 if whom in self.guilds[room.guild or 0].roles else 1} | allow_deny(*rights)
            for whom, rights in room.overwrites.items()
        ]
        place = {"position": room.position, "topic": None, "nsfw": False, "permission_overwrites": overwrites}
        place["parent_id"] = str(room.parent) if room.parent else None
        if room.kind == FORUM:
            layout = {"default_forum_layout": 0, "default_sort_order": None, "default_reaction_emoji": None}
            place |= layout | {"available_tags": [], "default_thread_rate_limit_per_user": 0}
        return place

    def _thread(self, room: Channel) -> dict[str, Any]:
        metadata = {"archived": room.archived, "locked": room.locked, "auto_archive_duration": 1440}
        metadata |= {"archive_timestamp": room.made_at, "create_timestamp": room.made_at}
        count = len(self.messages_in(room.id))
        return {
            "parent_id": str(room.parent),
            "owner_id": str(room.owner),
            "thread_metadata": metadata,
            "message_count": count,
            "total_message_sent": count,
            "member_count": 1,
        }

    def guild_json(self, guild: Guild) -> dict[str, Any]:
        """A server as GET /guilds shows it."""
        return {
            "id": str(guild.id),
            "name": guild.name,
            "owner_id": str(guild.owner),
            "icon": None,
            "roles": [self.role_json(role) for role in guild.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "preferred_locale": guild.locale,
            "verification_level": 1,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "afk_timeout": 300,
            "system_channel_flags": 0,
            "system_channel_id": None,
            "afk_channel_id": None,
            "description": None,
        }

    def guild_created(self, guild: Guild) -> dict[str, Any]:
        """A server as GUILD_CREATE shows it: with the channels that the bot may know of, and the bot itself."""
        rooms = [c for c in self.channels.values() if c.guild == guild.id and not c.deleted]
        threads = [
            c.id for c in rooms if c.is_thread and not c.archived and self.may(self.bot_user, c.id, "view_channel")
        ]
        return self.guild_json(guild) | {
            "joined_at": guild.members[self.bot_user].joined_at,
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [self.member_json(guild.members[self.bot_user])],
            "channels": [self.channel_json(c.id) for c in rooms if not c.is_thread],
            "threads": [self.channel_json(thread) for thread in threads],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def webhook_json(self, hook: Webhook) -> dict[str, Any]:
        """A webhook; the token is shown only to the app that owns it."""
        return (
            {
                "id": str(hook.id),
                "type": 1,
                "name": hook.name,
                "avatar": None,
                "channel_id": str(hook.channel),
                "guild_id": str(hook.guild),
                "application_id": str(hook.application) if hook.application else None,
            }
            | ({"user": self.user_json(hook.user)} if hook.user else {})
            | self._token(hook)
        )

    def _token(self, hook: Webhook) -> dict[str, str]:
        shown = hook.application in (None, self.app)
        return {"token": hook.token, "url": f"https://discord.com/api/webhooks/{hook.id}/{hook.token}"} if shown else {}

    # --- messages ----------------------------------------------------------------------------------------------------

    def message_json(self, message: Message, *, nested: bool = False) -> dict[str, Any]:
        """A message as the API shows it, with its reactions and the message that it answers."""
        body = copy.deepcopy(message.body)
        if message.reactions:
            body["reactions"] = [self._reaction(emoji, who) for emoji, who in message.reactions.items()]
        reference = body.get("message_reference") or {}
        if body["type"] in (19, 21) and not nested:
            answered = self.messages.get(int(reference.get("message_id") or 0))
            gone = answered is None or answered.deleted
            body["referenced_message"] = None if gone else self.message_json(answered, nested=True)
        if message.id in self.channels and self.channels[message.id].is_thread:
            body["thread"] = self.channel_json(message.id)
        return body

    def _reaction(self, emoji: str, who: list[int]) -> dict[str, Any]:
        counts = {"count": len(who), "count_details": {"burst": 0, "normal": len(who)}, "burst_colors": []}
        return counts | {"me": self.bot_user in who, "me_burst": False, "burst_count": 0} | {"emoji": emoji_json(emoji)}

    def message_event(self, message: Message) -> dict[str, Any]:
        """A message as the gateway tells of it."""
        body, room = self.message_json(message), self.channels[message.channel]
        body["channel_type"] = room.kind
        if room.guild is None:
            return body
        members = self.guilds[room.guild].members
        body["guild_id"] = str(room.guild)
        if message.author in members and "webhook_id" not in body:
            body["member"] = self.member_json(members[message.author], user=False)
        for one in body["mentions"]:
            if int(one["id"]) in members:
                one["member"] = self.member_json(members[int(one["id"])], user=False)
        return body

    def readable(self, body: dict[str, Any], *, allowed: bool) -> dict[str, Any]:
        """A message as an app sees it that has (`allowed`) or has not the message content intent."""
        if allowed or self._open(body):
            shown = body
        else:
            shown = body | copy.deepcopy({key: HIDDEN[key] for key in HIDDEN.keys() & body.keys()})
            snapshots = [
                {"message": one["message"] | copy.deepcopy(HIDDEN)} for one in body.get("message_snapshots", [])
            ]
            shown |= {"message_snapshots": snapshots} if snapshots else {}
        if shown.get("referenced_message"):
            answered = shown["referenced_message"]
            shown = shown | {"referenced_message": self.readable(answered, allowed=allowed)}
        return shown

    def _open(self, body: dict[str, Any]) -> bool:
        """Direct messages, the bot's own, and what names the bot are shown to it in any case."""
        private = self.channels[int(body["channel_id"])].guild is None
        own = body["author"]["id"] == str(self.bot_user) or body.get("application_id") == str(self.app)
        return private or own or str(self.bot_user) in [one["id"] for one in body["mentions"]]

    def pinged_by(self, body: dict[str, Any], channel: int, author: int, allowed: dict[str, Any] | None) -> set[int]:
        """Whom a new message pings, by what is allowed and by what its author may."""
        allowed = {"parse": ["users", "roles", "everyone"], "replied_user": True} if allowed is None else allowed
        parse, room = set(allowed.get("parse") or []), self.channels[channel]
        users, roles, everyone = mentions(body)
        whom = {u for u in users if "users" in parse or str(u) in map(str, allowed.get("users") or [])}
        reference = body.get("message_reference") or {}
        if reference.get("type", 1) == 0 and allowed.get("replied_user") and "message_id" in reference:
            whom.add(self.messages[int(reference["message_id"])].author)
        if room.guild is None:
            return whom & {*room.people, self.bot_user}
        guild = self.guilds[room.guild]
        loud = author not in guild.members or self.may(author, channel, "mention_everyone")
        for role in roles & guild.roles.keys():
            if (guild.roles[role].mentionable or loud) and ("roles" in parse or listed(role, allowed)):
                whom |= {m.user for m in guild.members.values() if role in m.roles}
        if everyone and loud and "everyone" in parse:
            whom |= guild.members.keys()
        return {u for u in whom & guild.members.keys() if u != author}

    def mentioned(self, body: dict[str, Any], channel: int, allowed: dict[str, Any] | None) -> dict[str, Any]:
        """The fields of a message that list who is named in it."""
        users, roles, everyone = mentions(body)
        guild = self.channels[channel].guild
        known = sorted(users & self.users.keys())
        real = sorted(roles & self.guilds[guild].roles.keys()) if guild else []
        whole = everyone and (allowed is None or "everyone" in (allowed.get("parse") or []))
        named = {"mentions": [self.user_json(user) for user in known], "mention_roles": [str(role) for role in real]}
        return named | {"mention_everyone": whole}

    def blank(self, author: dict[str, Any], channel: int, ident: int = 0) -> dict[str, Any]:
        """A message that says nothing yet."""
        ident = ident or self.fresh()
        return {
            "id": str(ident),
            "type": 0,
            "channel_id": str(channel),
            "author": author,
            "content": "",
            "timestamp": made_at(ident),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
        }


def listed(role: int, allowed: dict[str, Any]) -> bool:
    return str(role) in map(str, allowed.get("roles") or [])


def allow_deny(allow: int, deny: int) -> dict[str, str]:
    return {"allow": str(allow), "deny": str(deny)}


def emoji_json(emoji: str) -> dict[str, Any]:
    """An emoji as events carry it; `name:id` is one of a server's own."""
    name, _, ident = emoji.partition(":")
    return {"id": ident or None, "name": name} | ({"animated": False} if ident else {})


def numbered(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components as Discord completes them: each with an id, the missing ones counted up."""
    parts = copy.deepcopy(components)
    taken = {one["id"] for one in walk(parts) if one.get("id")}
    number = 0
    for one in walk(parts):
        while not one.get("id"):
            number += 1
            if number not in taken:
                one["id"] = number
    return parts
