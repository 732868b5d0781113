"""A card: one chat message that shows one draft of a case, and what the chats ask of whoever keeps them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Which draft stands in which chat message. It never shows another draft.

    ``shown`` is the revision of the case that it was last drawn from, 0 before the first time. While it is ``live``
    it follows its case; afterwards it is folded, or shows how the case ended.
    """

    case_id: str
    draft: int
    chat: str  # slack, discord
    place: str  # the room: slack:T1:C042
    message: str = ""  # the chat's own id of the message; empty while it is being posted
    shown: int = 0
    live: bool = True
    worker: str = ""  # who posts it
    claimed_at: datetime


class Cards(Protocol):
    """Keeps message -> case and draft, for ever."""

    async def claim(self, card: Card) -> bool:
        """Note that a card is about to be posted; False when somebody has already begun with it."""

    async def reclaim(self, card: Card, worker: str, at: datetime) -> bool:
        """Take over a card whose poster has ended before the message was known; False: somebody else did."""

    async def posted(self, card: Card, message: str) -> Card:
        """Note the message that shows the card."""

    async def drop(self, card: Card) -> None:
        """Forget a claim: surely nothing was posted."""

    async def drawn(self, card: Card, revision: int, *, live: bool) -> None:
        """Note what the message shows now."""

    async def doubt(self, card: Card) -> None:
        """Nobody knows what the message shows: it has to be drawn again."""

    async def of(self, case_id: str, chat: str) -> list[Card]:
        """The cards of a case in a chat, first draft first."""

    async def at(self, place: str, message: str) -> Card | None:
        """The card that this message is."""

    def behind(self, chat: str) -> AsyncIterator[str]:
        """The ids of the cases whose card is missing in this chat, or shows less than the case has become."""


class Heard(Protocol):
    """Keeps up to which message each room was heard."""

    async def last(self, place: str) -> str:
        """The id of the last message that was worked through; empty for a room that is new."""

    async def note(self, place: str, message: str) -> None:
        """This message, and all before it, were worked through."""


class Inbox(Protocol):
    """Keeps what a chat told us until it is worked through. Does not suspend: a chat waits for its answer."""

    def keep(self, key: str, body: str) -> bool:
        """Note what came; False when it cannot be kept now, and has to be worked through before the answer."""

    def done(self, key: str) -> None:
        """It was worked through."""

    def left(self, older_than: float = 0.0) -> list[tuple[str, str]]:
        """Key and body of what was not worked through, oldest first, if it came so many seconds ago."""
