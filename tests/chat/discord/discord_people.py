"""What people do in Discord, part one: they write, forward, edit, delete, react."""

import copy
import re
from typing import Any

from discord_rooms import Delivery, NotSent, Rooms
from discord_shapes import emoji_json
from discord_things import FORUM, Message, Webhook, stamp

FORWARDED = 1 << 14


class People(Rooms):
    """Each deed changes the state and tells the bot as Discord would."""

    # --- writing -----------------------------------------------------------------------------------------------------

    async def post(
        self,
        user: int,
        channel: int,
        text: str = "",
        *,
        attachments: list[dict[str, Any]] | None = None,
        embeds: list[dict[str, Any]] | None = None,
        reply_to: int | Message | None = None,
        **more: Any,
    ) -> Delivery:
        """Somebody writes into a channel, a thread or the direct messages; NotSent where they must not.

        An attachment is what you want to say of it (`filename`, `content_type`, …), the rest is filled in. `more` are
        raw fields of the message (`type=7`, `sticker_items=[…]`, `flags=…`).
        """
        self._writes(user, channel)
        body = self.blank(self.user_json(user), channel) | {"content": text, "embeds": embeds or []}
        body["attachments"] = [self.file_json(channel, one) for one in attachments or []]
        if reply_to is not None:
            body |= {"type": 19} | self.reference(self.message(reply_to), kind=0)
        return self._written(self.keep(body | more, user))

    async def forward(
        self, user: int, channel: int, what: int | Message | dict[str, Any], comment: str = ""
    ) -> Delivery:
        """Somebody forwards a message (or a snapshot of yours); a comment follows as a message of its own (`also`)."""
        self._writes(user, channel)
        if isinstance(what, dict):
            reference = {"message_reference": {"type": 1, "message_id": str(self.fresh()), "channel_id": str(channel)}}
            shot = {"message": what}
        else:
            original = self.message(what)
            reference, shot = self.reference(original, kind=1), {"message": snapshot(original.body)}
        body = self.blank(self.user_json(user), channel) | reference | {"message_snapshots": [shot], "flags": FORWARDED}
        delivery = self._written(self.keep(body, user))
        if comment:
            delivery.also.append(await self.post(user, channel, comment))
        return delivery

    async def webhook_post(
        self,
        name: str,
        channel: int,
        text: str = "",
        *,
        embeds: list[dict[str, Any]] | None = None,
        attachments: list[dict[str, Any]] | None = None,
        hook: Webhook | None = None,
        **more: Any,
    ) -> Delivery:
        """Another service writes through a webhook, under this name."""
        known = [one for one in self.webhooks_in(channel) if one.application is None]
        hook = hook or next(iter(known), None) or self.add_webhook(channel, name)
        body = self.blank(webhook_author(hook, name), channel) | {"content": text, "embeds": embeds or []}
        body["attachments"] = [self.file_json(channel, one) for one in attachments or []]
        return self._written(self.keep(body | {"webhook_id": str(hook.id)} | more, hook.id))

    async def forum_post(self, user: int, forum: int, title: str, text: str, **more: Any) -> Delivery:
        """Somebody opens a post in a forum: a thread whose first message has the id of the thread."""
        thread = self.new_thread(self.channels[forum], title, user)
        body = self.blank(self.user_json(user), thread.id, thread.id) | {"content": text} | more
        self.tell_thread(thread)
        return self._written(self.keep(body, user))

    async def open_thread(self, user: int, message: int | Message, name: str) -> int:
        """Somebody opens a thread at a message; returns its id (that of the message)."""
        root = self.message(message)
        thread = self.new_thread(self.channels[root.channel], name, user, root)
        self.tell_thread(thread)
        return thread.id

    def _writes(self, user: int, channel: int) -> None:
        room = self.channels[channel]
        if room.kind == FORUM or room.deleted:
            raise NotSent(f"nobody can write into {room.name}")
        if not self.may(
            user, channel, "view_channel", "send_messages_in_threads" if room.is_thread else "send_messages"
        ):
            raise NotSent(f"{self.users[user].display_name} may not write into {room.name}")

    def _written(self, message: Message) -> Delivery:
        sent = self.tell("MESSAGE_CREATE", self.message_event(message), **self.place(message.channel))
        return Delivery("MESSAGE_CREATE", self.message_event(message), sent, message)

    # --- changing ----------------------------------------------------------------------------------------------------

    async def edit(self, user: int, message: int | Message, text: str) -> Delivery:
        """Somebody rewrites their message."""
        one = self.message(message)
        if one.author != user:
            raise NotSent("only one's own messages")
        named = self.mentioned({"content": text}, one.channel, None)
        return self.change(one, {"content": text, "edited_timestamp": stamp(self.now())} | named)

    async def unfurl(self, message: int | Message, embed: dict[str, Any]) -> Delivery:
        """The preview of a link appears under a message: an update without `edited_timestamp`."""
        one = self.message(message)
        return self.change(one, {"embeds": [*one.embeds, embed]})

    async def delete(self, message: int | Message) -> Delivery:
        """Somebody deletes a message."""
        return self.remove(self.message(message))

    # --- reacting ----------------------------------------------------------------------------------------------------

    async def react(self, user: int, channel: int, message: int | Message, emoji: str) -> Delivery:
        """Somebody adds a reaction: an emoji (`👍🏽` too), or `name:id` for one of the server's own."""
        one = self.message(message)
        self._right_channel(one, channel)
        people = one.reactions.setdefault(emoji, [])
        if user in people:
            raise LookupError(f"{user} has reacted with {emoji} before")
        if len(people) == 0 and not self.may(user, channel, "add_reactions"):
            raise NotSent("may not add reactions")
        people.append(user)
        return self.tell_reaction("MESSAGE_REACTION_ADD", user, one, emoji)

    async def unreact(self, user: int, channel: int, message: int | Message, emoji: str) -> Delivery:
        """Somebody takes a reaction back."""
        one = self.message(message)
        self._right_channel(one, channel)
        take_back(one, user, emoji)
        return self.tell_reaction("MESSAGE_REACTION_REMOVE", user, one, emoji)

    def _right_channel(self, message: Message, channel: int) -> None:
        if message.channel != channel:
            raise LookupError(f"message {message.id} is not in channel {channel}")

    def tell_reaction(self, kind: str, user: int, message: Message, emoji: str) -> Delivery:
        room = self.channels[message.channel]
        body = {
            "user_id": str(user),
            "type": 0,
            "message_id": str(message.id),
            "channel_id": str(message.channel),
            "emoji": emoji_json(emoji),
            "burst": False,
        }
        if kind.endswith("ADD"):
            body["message_author_id"] = str(message.author)
        if room.guild is not None:
            body["guild_id"] = str(room.guild)
            members = self.guilds[room.guild].members
            if kind.endswith("ADD") and user in members:
                body["member"] = self.member_json(members[user])
        return Delivery(kind, body, self.tell(kind, body, **self.place(room.id)), message)


def snapshot(body: dict[str, Any]) -> dict[str, Any]:
    """What a forward carries of a message: no author, no place, no roles."""
    keys = ("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "mentions", "components")
    return {key: copy.deepcopy(body[key]) for key in keys} | {"flags": 0}


def webhook_author(hook: Webhook, name: str = "") -> dict[str, Any]:
    """Who a webhook's message seems to come from."""
    own = {"id": str(hook.id), "username": name or hook.name, "discriminator": "0000", "global_name": None}
    return own | {"avatar": None, "bot": True, "public_flags": 0}


def take_back(message: Message, user: int, emoji: str) -> None:
    """Remove one person's reaction; LookupError where there is none."""
    if user not in message.reactions.get(emoji, []):
        raise LookupError(f"{user} has not reacted with {emoji}")
    message.reactions[emoji].remove(user)
    if not message.reactions[emoji]:
        del message.reactions[emoji]


def is_emoji(text: str) -> bool:
    """Could Discord know this emoji? A sign outside ASCII, or name:id."""
    return bool(re.fullmatch(r"\w{2,32}:\d+", text)) or bool(
        text and not re.search(r"[A-Za-z :]", text) and ord(max(text)) > 127
    )
