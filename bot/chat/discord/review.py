"""The cards as Discord's messages."""

from __future__ import annotations

import logging
from datetime import datetime

import discord

from bot.chat.around import Around
from bot.chat.discord.card import card as drawn
from bot.chat.discord.card import collapsed
from bot.chat.review import CardTrouble
from bot.desk.card import Card
from bot.desk.case import Case
from bot.locale import Sentences
from bot.network.discord.connection import Connection
from bot.network.discord.trouble import CALL_ERRORS, Trouble, words
from bot.voice.library import Library

log = logging.getLogger(__name__)

CHAT = "discord"
#: Messages of a room in which a card is looked for whose posting broke off.
MOST = 300
NOBODY = discord.AllowedMentions.none()
_EMOJI = {"white_check_mark": "✅", "+1": "👍", "x": "❌", "repeat": "🔁", "eyes": "👀", "rotating_light": "🚨"}


class DiscordWall:
    """Where cards hang in Discord: the brand's review room, else where the complaint came from."""

    chat = CHAT

    def __init__(self, connection: Connection, library: Library) -> None:
        self._connection = connection
        self._library = library

    def place(self, case: Case) -> str:
        """The room for this case's card; empty where there is none, or it is out of order."""
        chat, guild, channel = [*case.complaint.source.split(":"), "", ""][:3]
        room = self._review_room(case)
        if room:
            guild, channel = self._guild(int(room)), room
        elif chat != CHAT:
            return ""
        known = guild and channel and self._connection.usable(int(channel))
        return f"{CHAT}:{guild}:{channel}" if known else ""

    def _review_room(self, case: Case) -> str:
        house = self._library.houses.get(case.brand)
        rooms = [room for room in house.rules.review if room.startswith(f"{CHAT}:")] if house else []
        return rooms[0].partition(":")[2] if rooms else ""

    def _guild(self, channel: int) -> str:
        """The server of a room; empty until Discord has told us of it."""
        known = self._connection.client.get_channel(channel)
        guild = getattr(known, "guild", None)
        return str(guild.id) if guild else ""

    def usable(self, place: str) -> bool:
        """Whether the channel is there for us."""
        return self._connection.usable(int(place.split(":")[2]))

    async def admits(self, place: str, case: Case) -> bool:
        """Where customers write everybody reads along: there no card stands."""
        house = self._library.houses.get(case.brand)
        room = place.split(":")[2]
        public = house is not None and house.rules.intake == "everything" and f"{CHAT}:{room}" in house.rules.channels
        return not public

    async def post(self, place: str, case: Case, around: Around, key: str) -> str:
        """Post the card; the nonce makes a second try within minutes the same message."""
        room = self._room(place)
        view = _marked(drawn(case, around), key)
        try:
            message = await room.send(view=view, nonce=key, allowed_mentions=NOBODY)
        except CALL_ERRORS as error:
            raise self._trouble(error, room.id) from error
        return str(message.id)

    async def find(self, place: str, key: str, since: datetime) -> str:
        """Read the room back: the card's outer component carries the mark."""
        room, me = self._room(place), self._connection.client.user
        try:
            async for message in room.history(after=since, limit=MOST, oldest_first=True):
                if me and message.author.id == me.id and _number(key) in _ids(message):
                    return str(message.id)
        except CALL_ERRORS as error:
            raise self._trouble(error, room.id) from error
        return ""

    async def redraw(self, card: Card, case: Case, around: Around, key: str) -> bool:
        """Edit the card's message; False when somebody has deleted it."""
        return await self._edit(card, _marked(drawn(case, around), key))

    async def fold(self, card: Card, link: str, say: Sentences, key: str) -> None:
        """Leave one line of it."""
        await self._edit(card, _marked(collapsed(card.draft, link, say), key))

    async def _edit(self, card: Card, view: discord.ui.LayoutView) -> bool:
        room = self._room(card.place)
        try:
            await room.get_partial_message(int(card.message)).edit(view=view, allowed_mentions=NOBODY)
        except CALL_ERRORS as error:
            if self._connection.note(error, room.id) is Trouble.NO_MESSAGE:
                return False
            raise self._trouble(error, room.id) from error
        return True

    async def invite(self, card: Card, case: Case) -> None:
        """Put the reactions under the card that people are to press."""
        reactions = self._library.house(case.brand).rules.reactions
        message = self._room(card.place).get_partial_message(int(card.message))
        for names in (reactions.approve, reactions.redraft, reactions.reject):
            try:
                for name in names[:1]:
                    await message.add_reaction(_EMOJI.get(name, name))
            except CALL_ERRORS as error:
                log.info("no reaction under the card: %s", words(error), extra={"case": case.id})
                return

    def link(self, card: Card) -> str:
        """Where people open the card; empty for one that is not posted yet."""
        _, guild, channel = card.place.split(":")
        return f"https://discord.com/channels/{guild}/{channel}/{card.message}" if card.message else ""

    def _room(self, place: str) -> discord.PartialMessageable:
        _, guild, channel = place.split(":")
        return self._connection.client.get_partial_messageable(int(channel), guild_id=int(guild) or None)

    def _trouble(self, error: BaseException, channel: int) -> CardTrouble:
        kind = self._connection.note(error, channel)
        return CardTrouble(words(error), nothing_happened=kind is not Trouble.UNSURE)


def _marked(view: discord.ui.LayoutView, key: str) -> discord.ui.LayoutView:
    """The view with our mark on its outermost component."""
    next(iter(view.children)).id = _number(key)
    return view


def _number(key: str) -> int:
    """What a component's id can hold of a key: 31 bits, never 0."""
    return (int(key[:8], 16) >> 1) or 1


def _ids(message: discord.Message) -> set[int]:
    return {number for one in message.components if (number := getattr(one, "id", 0))}
