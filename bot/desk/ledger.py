"""What a model's calls cost, and what a model may learn from: as the writers ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.desk.case import Case, Draft, Usage
from bot.desk.decision import Record


@dataclass(frozen=True, slots=True)
class Call:
    """One answer of a model's server. ``case_id`` is empty for a call that is about no case."""

    brand: str
    at: datetime
    purpose: str  # draft, translate, suggest, replay
    usage: Usage
    case_id: str = ""


class Ledger(Protocol):
    """Keeps what calls cost, for ever."""

    async def note(self, call: Call) -> None:
        """Keep one call."""

    async def spent(self, brand: str, since: datetime) -> float:
        """The prices of a brand's calls since then; those without a price count nothing."""


class Past(Protocol):
    """What happened before."""

    async def examples(self, brand: str, topic: str, lang: str, limit: int) -> list[Case]:
        """Cases of this topic and language whose reply was posted, newest first."""

    async def history(self, case_id: str) -> tuple[list[Draft], list[Record]]:
        """All drafts of a case by number, and all decisions in their order."""
