"""Discord as a whole."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack

import discord

from bot.chat.discord.doors import Door, Listeners
from bot.chat.discord.reading import Reading
from bot.chat.discord.review import NOBODY, DiscordWall
from bot.chat.discord.team import DiscordTeam
from bot.chat.discord.text import inert
from bot.chat.review import CardReview, Wall
from bot.chat.side import Answer, Parts, faces
from bot.desk.ports import Network
from bot.network.discord.connection import NO_INTENT, Connection, connected
from bot.network.discord.reply import DiscordReplies
from bot.network.discord.trouble import CALL_ERRORS, words
from bot.voice.library import Library

log = logging.getLogger(__name__)


class DiscordSide:
    """One bot, in any number of servers."""

    answer: Answer | None = None

    def __init__(self, token: str, library: Library) -> None:
        self._token = token
        self._listeners: Listeners | None = None
        self._parts: Parts | None = None
        self.connection = Connection(self._door)
        self.wall: Wall = DiscordWall(self.connection, library)
        self.network: Network = DiscordReplies(self.connection, faces(library), Reading(self.connection))

    def _door(self, intents: discord.Intents) -> discord.Client:
        return Door(lambda: self.connection, self._at_work, lambda kind: self._parts_here().acked(kind), intents)

    def _at_work(self) -> Listeners:
        assert self._listeners is not None  # noqa: S101  # nothing connects before ``open``
        return self._listeners

    def _parts_here(self) -> Parts:
        assert self._parts is not None  # noqa: S101
        return self._parts

    def problems(self) -> list[str]:
        """What is out of order, for the operator."""
        return self.connection.problems()

    def notices(self) -> list[str]:
        """What works less well than it could, for the operator."""
        return [] if self.connection.content else [f"discord: {NO_INTENT}"]

    def where(self) -> str:
        """Where it is at work, for a person."""
        return "Discord" if not self.connection.down else f"Discord ({self.connection.down})"

    async def open(self, stack: AsyncExitStack, parts: Parts, review: CardReview) -> None:
        """Begin to listen; a Discord that is away keeps nobody else waiting for long."""
        self._parts = parts
        team = DiscordTeam(
            chat="discord",
            connection=self.connection,
            heard=parts.heard,
            review=review,
            desk=parts.desk,
            library=parts.library,
            editing=parts.editing,
            cards=parts.cards,
            board=parts.board,
            edits=parts.edits,
            later=parts.later,
            interpreter=parts.interpreter,
        )
        self._listeners = Listeners.of(team)
        await stack.enter_async_context(connected(self.connection, self._token))

    async def catch_up(self) -> None:
        """Nothing: what was missed is looked up whenever the connection comes back."""

    async def post(self, room: str, said: str) -> bool:
        """Say something in a room as brand.yaml writes it; False where that is not possible."""
        chat, _, channel = room.partition(":")
        if chat != "discord" or not self.connection.usable(int(channel)):
            return False
        try:
            await self.connection.client.get_partial_messageable(int(channel)).send(
                inert(said), allowed_mentions=NOBODY, suppress_embeds=True
            )
        except CALL_ERRORS as error:
            log.warning("could not say something: %s", words(error), extra={"channel": channel})
            return False
        return True
