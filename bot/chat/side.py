"""One chat as a whole: its wall, the network that it is as well, and the way it listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from bot.chat.later import Later
from bot.chat.review import CardReview, Wall
from bot.desk.board import Board
from bot.desk.card import Cards, Heard, Inbox
from bot.desk.desk import Desk
from bot.desk.edit import Edits
from bot.desk.ports import Interpreter, Network
from bot.network.face import Face
from bot.voice.editing import Editing
from bot.voice.library import Library

#: Around all that happens until a chat has its answer: ``event``, ``action``, ``command``, ``shortcut`` or ``view``.
Acked = Callable[[str], AbstractContextManager[None]]
#: The body as it came, which is what is signed, and the headers -> what the chat gets back.
Answer = Callable[[bytes, Mapping[str, str]], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every chat works with. ``interpreter`` is None where there is no model."""

    desk: Desk
    library: Library
    editing: Editing
    cards: Cards
    board: Board
    edits: Edits
    heard: Heard
    inbox: Inbox | None
    later: Later
    acked: Acked
    interpreter: Interpreter | None = None


class Side(Protocol):
    """One chat, as the wiring sees it."""

    wall: Wall
    network: Network
    answer: Answer | None  # what answers its HTTP requests, where it is reached so

    def problems(self) -> list[str]:
        """What is out of order, for the operator."""

    def notices(self) -> list[str]:
        """What works less well than it could, for the operator."""

    def where(self) -> str:
        """Where it is at work, for a person."""

    async def open(self, stack: AsyncExitStack, parts: Parts, review: CardReview) -> None:
        """Begin to listen; it ends with the stack. Raises ``SettingsError`` where the chat does not let us in."""

    async def catch_up(self) -> None:
        """Work through what was left undone; asked for every minute."""

    async def post(self, room: str, said: str) -> bool:
        """Say something in a room as brand.yaml writes it (``slack:C042``); False where that is not possible."""


def faces(library: Library) -> Callable[[str], Face]:
    """Under which name and picture each brand speaks, as brand.yaml has it at the moment."""

    def face(brand: str) -> Face:
        rules = library.house(brand).rules
        return Face(rules.name, rules.picture)

    return face
