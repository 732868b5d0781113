"""What a prompt tells: of a case, and of the brand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from bot.voice.never import Never
from bot.voice.protocol import BrandFile, Mode, ProtocolFile
from bot.voice.template import ReplyTemplate

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Example:
    """A complaint of before, and the reply that was approved."""

    complaint: str
    reply: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier draft of the same case, and what was wrong with it: the checks' findings, a manager's note."""

    text: str
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """The template that the model may fit to the complaint; ``change`` is the share of its words that may change."""

    text: str
    locked: tuple[str, ...]
    change: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """All that a prompt tells of one case, its personal data masked already.

    ``limit`` is what the network leaves for the reply, in ``unit``, None where there is no limit; ``notes`` are what
    colleagues said beside the complaint, ``wish`` is what a manager asks of this draft; the best examples come first.
    """

    complaint: str
    lang: str
    network: str
    limit: int | None = None
    unit: str = "characters"
    topic: str
    first_name: str = ""
    handle: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: _NONE)
    notes: tuple[str, ...] = ()
    wish: str = ""
    examples: tuple[Example, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    frame: Frame | None = None


class Told(Protocol):
    """What a prompt tells of a brand; a ``House`` is one."""

    @property
    def rules(self) -> BrandFile:
        """brand.yaml."""

    @property
    def protocol(self) -> ProtocolFile:
        """protocol.yaml."""

    @property
    def templates(self) -> Mapping[str, ReplyTemplate]:
        """The reply templates, by name."""

    @property
    def never(self) -> tuple[Never, ...]:
        """never.md."""

    @property
    def voice(self) -> str:
        """voice.md."""

    def mode(self, topic: str) -> Mode:
        """Who drafts the replies to this topic."""
