"""What happens in Discord's channels -> calls on the desk: messages, late previews, reactions, and what we missed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.chat import grammar
from bot.chat.discord import intake
from bot.chat.discord.arrival import Arrival, is_ours, speaks_to_us
from bot.chat.discord.hearing import PASSING, Hearing, is_newer
from bot.chat.discord.message import as_payload
from bot.chat.discord.team import DiscordTeam
from bot.chat.identity import amends, noted
from bot.desk.brand import Person
from bot.desk.card import Card
from bot.desk.case import Case, Complaint, Status, Wish
from bot.desk.decision import Approve, Decision, Redraft, Reject, Undo
from bot.errors import Refusal
from bot.network.discord.trouble import CALL_ERRORS, words

log = logging.getLogger(__name__)

#: How long a bare link waits for its preview: Discord tells it in an update, a second or two later.
PREVIEW = timedelta(seconds=6)
#: A draft this young may be the answer to the same wish.
JUST_NOW = timedelta(seconds=5)
#: Seconds until a room is read on in which something could not be worked through.
AGAIN = 30.0
#: In these a note for another draft makes sense; later talk below a card is just talk.
_OPEN = frozenset({Status.RECEIVED, Status.AWAITING, Status.REFUSED})


class Events:
    """One method an event."""

    def __init__(self, team: DiscordTeam) -> None:
        self.team = team
        self._hearing = Hearing(team.heard, lambda: not team.connection.down)
        self._reading = asyncio.Lock()
        self._again: asyncio.TimerHandle | None = None

    # Messages

    async def message(self, message: discord.Message) -> None:
        """A message in a channel: a complaint, a note below a card, a call for us, or none of our business."""
        guild, channel = message.guild.id if message.guild else None, message.channel
        self.team.connection.alive(channel.id)
        brand, room = self.team.home(channel)
        meant = brand or self.team.brand_for(str(channel.id))
        payload = as_payload(message)
        if is_ours(payload, self.team.arrival(meant, guild)) or not meant:
            return
        if not brand:
            await self._read(message, payload, meant, "")
            return
        try:
            where = self.team.place(guild, self._outermost(channel))
            async with self._hearing.working(self.team.place(guild, channel.id), message.id, where):
                await self._read(message, payload, brand, room)
        except PASSING:
            self._read_on_later()
            raise

    async def _read(self, message: discord.Message, payload: dict[str, Any], brand: str, room: str) -> None:
        """What a message means for us; ``room`` is where complaints come in, empty where none do."""
        arrival = self.team.arrival(brand, message.guild.id if message.guild else None)
        if card := await self._card_above(message):
            await self._note(message, payload, card)
        elif speaks_to_us(payload, arrival):
            await self._called(message, payload, brand)
        elif room:
            everything = await self._counts(message, brand, room)
            found = intake.complaints(payload, arrival, everything=everything)
            for complaint in found or ([] if everything else await self._pasted(message, payload, arrival)):
                await self._receive(complaint, message)

    async def _pasted(self, message: discord.Message, payload: dict[str, Any], arrival: Arrival) -> list[Complaint]:
        """A permalink and hardly a word: the message behind it, of another channel, is the complaint. Not in talk."""
        about = intake.pointed_at(payload, arrival)
        talk = message.type is discord.MessageType.reply or isinstance(message.channel, discord.Thread)
        if about is None or talk or message.author.bot or about[1] == str(message.channel.id):
            return []
        behind = [await self.team.behind(bare) for bare in intake.complaints(payload, arrival, asked=True)]
        return [complaint for complaint in behind if complaint]

    async def _counts(self, message: discord.Message, brand: str, room: str) -> bool:
        """Whether plain words count here: where customers write, unless it is one of the team who does."""
        if not self.team.takes_everything(brand, room):
            return False
        person = await self._author(message)
        return self.team.managers(brand).isdisjoint({person.id, *person.groups})

    async def _author(self, message: discord.Message) -> Person:
        """Who wrote it, with their roles; what is looked up later comes without."""
        author, guild = message.author, message.guild
        told = isinstance(author, discord.Member) or author.bot or message.webhook_id or guild is None
        return self.team.person(author) if told or guild is None else await self.team.member(guild.id, author.id)

    async def _receive(self, complaint: Complaint, message: discord.Message) -> None:
        """Store a complaint that this message brings; whoever brings what is known gets the card."""
        case, new = await self.team.desk.receive(complaint, wait=PREVIEW if _bare(complaint, message) else timedelta())
        if not new and case.complaint.source != complaint.source:
            self.team.later.start(self._point_to(case, message))

    async def _point_to(self, case: Case, message: discord.Message) -> None:
        await self.team.told(message, await self.team.known(case), case.id)

    async def _called(self, message: discord.Message, payload: dict[str, Any], brand: str) -> None:
        """Somebody called us by name: what they brought is the complaint, or the message that they reply to."""
        arrival = self.team.arrival(brand, message.guild.id if message.guild else None)
        found = intake.complaints(payload, arrival)
        if not found and intake.asks_for_reference(payload, arrival):
            about = intake.complaints(intake.referenced(payload, arrival), arrival, asked=True)
            found = [noted(complaint, intake.mention(payload, arrival)) for complaint in about]
        if not found and intake.mention(payload, arrival):
            found = intake.complaints(payload, arrival, everything=True)
        for complaint in found:
            await self._receive(complaint, message)
        if not found:
            how = self.team.say(brand)("Forward me the complaint, or write its text or link behind my name.")
            self.team.later.start(self.team.told(message, how, "how"))

    async def edited(self, payload: dict[str, Any], before: discord.Message | None) -> None:
        """A link's preview has come: it tells what the complaint lacked."""
        channel_id = int(payload.get("channel_id") or 0)
        client = self.team.connection.client
        channel = client.get_channel(channel_id)
        brand, room = self.team.home(channel or discord.Object(channel_id))
        if not brand:
            return
        everything = self.team.takes_everything(brand, room) and not self._is_team(payload, brand)
        arrival = self.team.arrival(brand, int(payload.get("guild_id") or 0))
        changed = intake.preview_came(payload, arrival, as_payload(before) if before else None)
        for found in intake.complaints(changed, arrival, everything=everything) if changed else []:
            stored = await self.team.case(found.id)
            if stored is None:
                await self.team.desk.receive(found)
            elif (lacked := amends(stored.complaint, found)) and stored.status in _OPEN:
                await self.team.decide(stored, lacked, Person("discord", "Discord"))

    def _is_team(self, payload: dict[str, Any], brand: str) -> bool:
        """Whether a manager wrote it; the update tells the roles as well."""
        author, member = payload.get("author") or {}, payload.get("member") or {}
        groups = {f"discord-role:{role}" for role in member.get("roles") or []}
        return not self.team.managers(brand).isdisjoint({f"discord:{author.get('id')}", *groups})

    # Notes

    async def _card_above(self, message: discord.Message) -> Card | None:
        """The card that a message replies to, or in whose thread it stands."""
        guild = message.guild.id if message.guild else None
        reference = message.reference
        if reference and reference.message_id and message.type is discord.MessageType.reply:
            place = self.team.place(guild, message.channel.id)
            return await self.team.card_at(place, str(reference.message_id), ours=self._may_be_ours(reference))
        if isinstance(message.channel, discord.Thread) and message.channel.parent_id:
            return await self.team.cards.at(self.team.place(guild, message.channel.parent_id), str(message.channel.id))
        return None

    def _may_be_ours(self, reference: discord.MessageReference) -> bool:
        me, about = self.team.connection.client.user, reference.resolved
        return me is not None and isinstance(about, discord.Message) and about.author.id == me.id

    async def _note(self, message: discord.Message, payload: dict[str, Any], card: Card) -> None:
        """A person's words below a card are a note for another draft, never a text to publish."""
        case = await self.team.case(card.case_id)
        if case is None or message.author.bot or case.status not in _OPEN:
            return
        told = intake.mention(payload, self.team.arrival(case.brand, message.guild.id if message.guild else None))
        if told:
            await self._decide(case, Redraft(card.draft, told), self.team.person(message.author), message)

    # Reactions

    async def reacted(self, event: discord.RawReactionActionEvent) -> None:
        """A reaction under a card decides on exactly the draft that stands there."""
        found = await self._reacted_on(event)
        if found is None:
            return
        card, case = found
        if meant := grammar.reaction(event.emoji.name, self.team.house(case).rules.reactions, card.draft):
            by = (
                self.team.person(event.member)
                if event.member
                else await self.team.member(event.guild_id, event.user_id)
            )
            await self._decide(case, meant, by, self._message(event))

    async def unreacted(self, event: discord.RawReactionActionEvent) -> None:
        """Taking back one's own yes while it can be taken back."""
        found = await self._reacted_on(event)
        if found is None:
            return
        card, case = found
        meant = grammar.reaction(event.emoji.name, self.team.house(case).rules.reactions, card.draft)
        own = any(approval.by == f"discord:{event.user_id}" for approval in case.approvals)
        current = case.draft is not None and case.draft.number == card.draft
        if own and current and isinstance(meant, Approve) and case.status in {Status.APPROVED, Status.AWAITING}:
            await self._decide(
                case, Undo(), await self.team.member(event.guild_id, event.user_id), self._message(event)
            )

    async def _reacted_on(self, event: discord.RawReactionActionEvent) -> tuple[Card, Case] | None:
        me = self.team.connection.client.user
        if me is None or event.user_id == me.id:
            return None
        ours = event.message_author_id in {None, me.id}
        card = await self.team.card_at(
            self.team.place(event.guild_id, event.channel_id), str(event.message_id), ours=ours
        )
        case = await self.team.case(card.case_id) if card else None
        return (card, case) if card and case else None

    def _message(self, event: discord.RawReactionActionEvent) -> discord.PartialMessage:
        channel = self.team.connection.client.get_partial_messageable(event.channel_id, guild_id=event.guild_id)
        return channel.get_partial_message(event.message_id)

    async def _decide(
        self, case: Case, decision: Decision, by: Person, below: discord.PartialMessage | discord.Message
    ) -> None:
        """Decide; a refusal is told to the person alone, by direct message where that is possible.

        Every process of ours hears everything: whoever comes second with the same finds that it is done.
        """
        try:
            await self.team.decide(case, decision, by)
        except Refusal as refusal:
            stands = await self.team.case(case.id)
            if stands is None or not _is_done(stands, decision, by, self.team.now()):
                self.team.later.start(self._refuse(case, refusal, by, below, f"{below.id} {decision}"))

    async def _refuse(
        self,
        case: Case,
        refusal: Refusal,
        by: Person,
        below: discord.PartialMessage | discord.Message,
        about: str,
    ) -> None:
        said, link = self.team.sorry(refusal, case.brand), await self.team.card_link(case)
        if not await self.team.told_alone(by, f"{said} {link}".strip(), about):
            await self.team.told(below, f"{by.name}: {said}", f"{by.id} {about}")

    # What we missed

    async def catch_up(self) -> None:
        """The connection stands again: what was written meanwhile is worked through once, cards that lag are drawn."""
        await self._read_on(self._hearing.anew())
        await self.team.review.catch_up()

    def _read_on_later(self) -> None:
        """Something could not be worked through, and nobody will tell of it again."""
        if self._again is None:
            self._again = asyncio.get_running_loop().call_later(AGAIN, self._read_on_now)

    def _read_on_now(self) -> None:
        self._again = None
        if not self.team.connection.down:  # else it is read on once the connection stands
            self.team.later.start(self._read_on(self._hearing.connection))

    async def _read_on(self, connection: int) -> None:
        async with self._reading:
            async for channel in self._rooms():
                try:
                    await self._read_room(channel, connection)
                except PASSING as error:
                    self._not_read(channel.id, error)
                except Exception:
                    log.exception("could not look up what was missed", extra={"channel": channel.id})

    def _not_read(self, channel: int, error: BaseException) -> None:
        self.team.connection.note(error)
        log.warning("could not look up what was missed: %s", words(error), extra={"channel": channel})
        if not isinstance(error, discord.Forbidden | discord.NotFound):
            self._read_on_later()

    def _outermost(self, channel: object) -> int:
        """The room that a message's channel or thread belongs to."""
        return int(next(room for room in reversed(self.team.rooms(channel)) if self.team.home_of(room)))

    async def _rooms(self) -> AsyncIterator[discord.abc.GuildChannel | discord.Thread]:
        """Where complaints come in: the rooms that brand.yaml names, or every one we may read where it names none."""
        client = self.team.connection.client
        houses = self.team.library.houses.values()
        named = {
            int(name.partition(":")[2])
            for house in houses
            for name in (*house.rules.channels, *house.rules.review)
            if name.startswith("discord:")
        }
        others = {
            channel.id for channel in client.get_all_channels() if _readable(channel) and self.team.home(channel)[0]
        }
        for channel_id in sorted(named | others):
            try:
                channel = client.get_channel(channel_id) or await client.fetch_channel(channel_id)
            except CALL_ERRORS as error:
                self._not_read(channel_id, error)
                continue
            if isinstance(channel, discord.abc.GuildChannel | discord.Thread):
                yield channel

    async def _read_room(self, room: discord.abc.GuildChannel | discord.Thread, connection: int) -> None:
        """Read a room on, its threads first: one that is new begins where the room was left."""
        place = self.team.place(room.guild.id, room.id)
        threads: Sequence[discord.Thread] = getattr(room, "threads", ())
        last = await self._hearing.last(place)
        if last:
            for thread in threads:
                inside = await self._hearing.last(self.team.place(room.guild.id, thread.id))
                await self._read_channel(thread, inside or last)
            await self._read_channel(room, last)
        else:  # a room that is new to us begins now
            newest = [getattr(each, "last_message_id", None) or 0 for each in (room, *threads)]
            await self._hearing.begin(place, max(room.id, *newest))
        await self._hearing.caught_up(place, connection)

    async def _read_channel(self, channel: object, last: int) -> None:
        if isinstance(channel, discord.abc.Messageable) and is_newer(channel, last):
            async for message in channel.history(after=discord.Object(last), limit=None, oldest_first=True):
                await self.message(message)


def _readable(channel: discord.abc.GuildChannel) -> bool:
    rights = channel.permissions_for(channel.guild.me)
    return rights.view_channel and rights.read_message_history


def _is_done(case: Case, decision: Decision, by: Person, now: datetime) -> bool:
    """Whether what somebody wants of a case is so already, by themselves as far as the case tells."""
    own = any(approval.by == by.id for approval in case.approvals)
    match decision:
        case Approve(draft=draft):
            return own and case.draft is not None and case.draft.number == draft
        case Redraft(draft=draft, note=note):
            fresh = case.draft is not None and case.draft.number == draft + 1 and now - case.draft.written_at < JUST_NOW
            return case.wish == Wish(note=note) or fresh
        case Reject():
            return case.status is Status.REJECTED
        case Undo():
            return case.status is Status.AWAITING and not own
        case _:
            return False


def _bare(complaint: Complaint, message: discord.Message) -> bool:
    """Whether only a link came, whose preview Discord may still add."""
    own = complaint.network in {"web", "discord", "email"} or not complaint.link
    return not own and not message.embeds and not message.message_snapshots
