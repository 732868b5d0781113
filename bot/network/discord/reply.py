"""Answering a customer's message in Discord."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import discord

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, NotSent, Original, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.account import Post, seen
from bot.network.discord.connection import Connection
from bot.network.discord.trouble import CALL_ERRORS, Trouble, trouble, wait_asked, words
from bot.network.face import Face
from bot.network.measure import measure

#: Seconds until a Discord that could not be reached is tried again.
AGAIN = 20.0
#: Messages behind the customer's in which our answer is looked for.
MOST = 200
#: Under this name our webhook is known again in a channel.
WEBHOOK = "Portevoix"
#: For so long what was told of a message is not looked up: a rush of complaints would wait for each other.
FRESH = timedelta(minutes=5)
#: What a message says and who wrote it, as our chat reads it.
Read = Callable[[discord.Message], Original | None]
_MESSAGE = re.compile(r"/channels/(\d+)/(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Spot:
    """A message in Discord."""

    guild: int
    channel: int
    message: int

    def link(self, message: int) -> str:
        """Where people open a message beside it."""
        return f"https://discord.com/channels/{self.guild}/{self.channel}/{message}"


def spot(link: str) -> Spot | None:
    """Where a link leads; None when it leads to no message."""
    found = _MESSAGE.search(link)
    return Spot(*map(int, found.groups())) if found else None


class DiscordReplies:
    """The network ``discord``: a message in a channel that our bot reads.

    A brand's own name needs a webhook of ours, which cannot reply: there the customer's mention stands before the
    text. Without the right to manage webhooks the bot itself replies.
    """

    name = "discord"
    by_hand = False
    deletes = True
    settles = 25.0

    def __init__(self, connection: Connection, face: Callable[[str], Face], read: Read | None = None) -> None:
        """Without ``read`` nothing is read behind a link."""
        self._connection = connection
        self._face = face
        self._read = read

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length of a text as Discord counts it, with room for the mention."""
        told = measure("discord", text)
        return Length(told.used, None if told.limit is None else told.limit - len("<@> ") - 20, told.unit)

    def speaks_as(self, complaint: Complaint) -> str:
        """Nobody's in particular: empty."""
        return ""

    async def original(self, complaint: Complaint) -> Original | None:
        """The customer's message as it stands, where we may read it; None elsewhere, and for one of our own.

        None as well for one that somebody has just brought in whole.
        """
        there = spot(complaint.link)
        if there is None or self._read is None or _just_heard(complaint):
            return None
        try:
            message = await self._readable(there).fetch_message(there.message)
        except CALL_ERRORS as error:
            return _GONE if self._connection.note(error) is Trouble.NO_MESSAGE else None
        told = self._read(message)
        if told is None or message.edited_at is None:  # a forward may say it otherwise without any edit
            return told
        return replace(told, remarks=seen(Post(ref=str(message.id), link=complaint.link, text=told.text), complaint))

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why the message cannot be answered now; None when it can."""
        there = spot(complaint.link)
        if there is None:
            return _NOWHERE
        try:
            await self._channel(there).fetch_message(there.message)
            channel = await self._real_channel(there)
        except CALL_ERRORS as error:
            self._connection.note(error)
            return _obstacle(error)
        may = channel.permissions_for(channel.guild.me)
        sends = may.send_messages_in_threads if isinstance(channel, discord.Thread) else may.send_messages
        return None if sends or may.manage_webhooks else _NOT_ALLOWED

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Answer once: through the brand's webhook where we may have one, else as a reply of the bot's."""
        there = spot(complaint.link)
        if there is None:
            return Refused(_NOWHERE)
        try:
            original = await self._channel(there).fetch_message(there.message)
            webhook = await self._webhook(there)
        except CALL_ERRORS as error:
            return _before_sending(error, self._connection.note(error, there.channel))
        try:
            posted = await self._post(there, original, webhook, complaint, reply)
        except CALL_ERRORS as error:
            return _outcome(error, self._connection.note(error, there.channel))
        return Posted(link=there.link(posted.id), ref=str(posted.id))

    async def _post(
        self,
        there: Spot,
        original: discord.Message,
        webhook: discord.Webhook | None,
        complaint: Complaint,
        reply: Reply,
    ) -> discord.Message:
        if webhook is None:
            return await original.reply(
                reply.text,
                nonce=key_of(complaint.id),
                allowed_mentions=discord.AllowedMentions(everyone=False, users=False, roles=False, replied_user=True),
                suppress_embeds=True,
            )
        face = self._face(complaint.brand)
        return await webhook.send(
            _addressed(original, reply.text),
            username=face.name[:80],
            avatar_url=face.picture or discord.utils.MISSING,
            allowed_mentions=discord.AllowedMentions(everyone=False, roles=False, users=[original.author]),
            thread=_thread(there, webhook),
            suppress_embeds=True,
            wait=True,
        )

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Take our message away again; one that is not there any more is gone as well."""
        there = spot(complaint.link)
        if there is None or not reply.ref.isdecimal():
            return Refused(Remark("It deletes nothing for us; please do it there."))
        try:
            await self._remove(there, int(reply.ref))
        except CALL_ERRORS as error:
            kind = self._connection.note(error)
            if kind is not Trouble.NO_MESSAGE:
                return _not_deleted(error, kind)
        return Posted(ref=reply.ref)

    async def _remove(self, there: Spot, number: int) -> None:
        """What a webhook of ours wrote goes through it; anything else is the bot's own."""
        message = await self._channel(there).fetch_message(number)
        ours = await self._webhooks(there) if message.webhook_id else []
        webhook = next((one for one in ours if one.id == message.webhook_id), None)
        if webhook:
            await webhook.delete_message(number, thread=_thread(there, webhook))
        else:
            await message.delete()

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Read the channel back: a reply of ours to the message, or our webhook's words behind it."""
        there = spot(complaint.link)
        if there is None:
            return Absent()
        seen = 0
        try:
            opening, webhook = await self._opening(there), await self._webhook(there, create=False)
            behind = discord.Object(there.message)
            async for message in self._channel(there).history(after=behind, limit=MOST, oldest_first=True):
                seen += 1
                if self._is_ours(message, there, webhook, opening, reply.text):
                    return Posted(link=there.link(message.id), ref=str(message.id))
        except CALL_ERRORS as error:
            self._connection.note(error)
            return Unclear(Remark("Discord does not show the channel ({code}).", {"code": words(error)}))
        return Absent() if seen < MOST else Unclear(Remark("The channel is too long to be read back."))

    async def _opening(self, there: Spot) -> str:
        """How our words to the customer begin; only so far as that is known where their message is gone."""
        try:
            original = await self._channel(there).fetch_message(there.message)
        except discord.NotFound:
            return "<@"
        return _addressed(original, "")

    def _is_ours(
        self, message: discord.Message, there: Spot, webhook: discord.Webhook | None, opening: str, text: str
    ) -> bool:
        """Whether it is the reply: ours have words, and not the components of what else we say."""
        client = self._connection.client
        if client.user and message.author.id == client.user.id:
            answers = message.reference is not None and message.reference.message_id == there.message
            return answers and bool(message.content)
        app = message.application_id is not None and message.application_id == client.application_id
        own = app or (webhook is not None and message.webhook_id == webhook.id)
        return own and message.content.startswith(opening) and message.content.endswith(text)

    def _channel(self, there: Spot) -> discord.PartialMessageable:
        return self._connection.client.get_partial_messageable(there.channel, guild_id=there.guild)

    def _readable(self, there: Spot) -> discord.abc.Messageable:
        """The channel as the server told of it, with its name: in a forum that is a part of the first message."""
        known = self._connection.client.get_channel(there.channel)
        return known if isinstance(known, discord.abc.Messageable) else self._channel(there)

    async def _real_channel(self, there: Spot) -> discord.abc.GuildChannel | discord.Thread:
        client = self._connection.client
        channel = client.get_channel(there.channel) or await client.fetch_channel(there.channel)
        if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
            raise discord.InvalidData("no channel of a server")
        return channel

    async def _webhook(self, there: Spot, *, create: bool = True) -> discord.Webhook | None:
        """Our webhook in the channel, or in the one that the thread belongs to; None where we may have none."""
        own = await self._webhooks(there, create=create)
        return own[0] if own else None

    async def _webhooks(self, there: Spot, *, create: bool = False) -> list[discord.Webhook]:
        channel = await self._real_channel(there)
        home = channel.parent if isinstance(channel, discord.Thread) else channel
        if not isinstance(home, discord.TextChannel | discord.ForumChannel):
            return []
        if not home.permissions_for(home.guild.me).manage_webhooks:
            return []
        me = self._connection.client.user
        own = [w for w in await home.webhooks() if w.token and w.user and me and w.user.id == me.id]
        if not own and create:
            own = [await home.create_webhook(name=WEBHOOK, reason="replies in the brand's name")]
        self._connection.webhooks.update(str(webhook.id) for webhook in own)
        return own


_NOWHERE = Remark("The link leads to no message in Discord. Post the reply by hand, then mark it as posted.")
_NOT_ALLOWED = Remark("The bot may not write in that channel. Give it the right to, then approve again.")
_DELETED = Remark("The message has been deleted.")
_GONE = Original(remarks=(Remark("The original is gone: the customer, or the network, has deleted it."),))


def key_of(case_id: str) -> str:
    """What Discord knows a message again by for some minutes: at most 25 characters, always the same for a case."""
    return hashlib.sha256(f"reply {case_id}".encode("utf-8", "replace")).hexdigest()[:24]


def _addressed(original: discord.Message, text: str) -> str:
    return f"<@{original.author.id}> {text}"


def _thread(there: Spot, webhook: discord.Webhook) -> discord.abc.Snowflake:
    """The thread of the webhook's channel that this is; MISSING, as discord.py wants it, for the channel itself."""
    missing: discord.abc.Snowflake = discord.utils.MISSING
    return discord.Object(there.channel) if there.channel != webhook.channel_id else missing


def _just_heard(complaint: Complaint) -> bool:
    is_whole = complaint.text and (complaint.author or complaint.author_name)
    return bool(is_whole) and datetime.now(UTC) - complaint.received_at < FRESH


def _obstacle(error: BaseException) -> Remark:
    match trouble(error):
        case Trouble.NO_MESSAGE:
            return _DELETED
        case Trouble.GONE:
            return _NOT_ALLOWED
        case Trouble.NOT_SENT | Trouble.UNSURE:
            return Remark("Discord cannot be reached.")
        case _:
            return Remark("Discord says: {code}.", {"code": words(error)})


def _before_sending(error: BaseException, kind: Trouble) -> Outcome:
    """Nothing has been sent yet, whatever it was."""
    if kind in {Trouble.NO_MESSAGE, Trouble.GONE, Trouble.REFUSED, Trouble.SIGNED_OUT}:
        return Refused(_obstacle(error))
    return NotSent(_obstacle(error), wait=wait_asked(error) if kind is Trouble.BUSY else AGAIN)


def _outcome(error: BaseException, kind: Trouble) -> Outcome:
    if kind is Trouble.UNSURE:
        return Unclear(Remark("Discord broke off while posting ({code}).", {"code": words(error)}))
    return _before_sending(error, kind)


def _not_deleted(error: BaseException, kind: Trouble) -> Outcome:
    match kind:
        case Trouble.BUSY | Trouble.NOT_SENT:
            return _before_sending(error, kind)
        case Trouble.UNSURE:
            return Unclear(Remark("It does not say whether the reply is gone. Please look there, then try again."))
        case _:
            says = "Discord does not let the bot delete this message ({code}). Please do it there."
            return Refused(Remark(says, {"code": words(error)}))
