"""Up to where each room was heard without a gap: from there it is read on after an outage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import discord

from bot.desk.card import Heard
from bot.errors import StoreError

#: What ails the database or Discord, not the message: that is worked through again later.
PASSING = (StoreError, discord.DiscordException, aiohttp.ClientError, OSError)


class Hearing:
    """Notes what was worked through, place by place; a room is a place, and each of its threads is one.

    Messages of one place are worked through side by side, newer ones are told before older ones are looked up, and
    some fail for a while: the mark of a place never passes a message that is not done.
    """

    def __init__(self, heard: Heard, connected: Callable[[], bool]) -> None:
        self._heard = heard
        self._connected = connected
        self._open: dict[str, set[int]] = {}  # place -> messages at work, and those that failed for a while
        self._latest: dict[str, int] = {}  # place -> the newest message that is done
        self._noted: dict[str, int] = {}
        self._noting: set[str] = set()
        self._room: dict[str, str] = {}  # place -> its room
        self._whole: set[str] = set()  # rooms in which nothing is missing since the connection stands
        self.connection = 0

    def anew(self) -> int:
        """The connection was lost meanwhile: no room is whole. Returns the number of this connection."""
        self._whole.clear()
        self.connection += 1
        return self.connection

    async def last(self, place: str) -> int:
        """The message up to which a place was heard; 0 for one that is new."""
        return int(await self._heard.last(place) or 0)

    async def begin(self, place: str, message: int) -> None:
        """A room that is new begins behind this message."""
        await self._heard.note(place, str(message))

    async def caught_up(self, room: str, connection: int) -> None:
        """All that was missed in this room and its threads until this connection stood is done."""
        if connection == self.connection:
            self._whole.add(room)
            for place in [place for place, of in self._room.items() if of == room]:
                await self._note(place)

    @asynccontextmanager
    async def working(self, place: str, message: int, room: str) -> AsyncIterator[None]:
        """Around the work on a message; one that fails for a while is found again when its room is read on."""
        self._room[place] = room
        at_work = self._open.setdefault(place, set())
        at_work.add(message)
        try:
            yield
        except PASSING:
            self._whole.discard(room)
            raise
        except Exception:
            at_work.discard(message)  # it would fail again
            raise
        at_work.discard(message)
        self._latest[place] = max(message, self._latest.get(place, 0))
        await self._note(place)

    async def _note(self, place: str) -> None:
        """One writes at a time, and takes along what others have done meanwhile."""
        if place in self._noting:
            return
        self._noting.add(place)
        try:
            while (mark := self._mark(place)) > self._noted.get(place, 0) and self._is_whole(place):
                await self._heard.note(place, str(mark))
                self._noted[place] = mark
        finally:
            self._noting.discard(place)

    def _is_whole(self, place: str) -> bool:
        return self._room[place] in self._whole and self._connected()

    def _mark(self, place: str) -> int:
        at_work = self._open.get(place)
        return min(at_work) - 1 if at_work else self._latest.get(place, 0)


def is_newer(channel: discord.abc.Messageable, last: int) -> bool:
    """Whether anything was written in a thread since then, as far as its server has told."""
    return (getattr(channel, "last_message_id", None) or last + 1) > last
