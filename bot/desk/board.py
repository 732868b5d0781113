"""What a team looks at beside single cases: what is open, how the week went."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.desk.case import Case, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The figures since a moment; ``median_minutes`` from complaint to posted reply, None where nothing was posted."""

    received: int = 0
    posted: int = 0
    rejected: int = 0
    median_minutes: float | None = None


class Board(Protocol):
    """Looks over many cases."""

    async def waiting(self, brands: Collection[str], limit: int = 200) -> list[Case]:
        """The brands' cases that wait for a person, oldest first."""

    async def counts(self, brands: Collection[str]) -> Mapping[Status, int]:
        """How many cases of these brands wait for a person, by status."""

    async def since(self, brands: Collection[str], since: datetime) -> Week:
        """The figures of these brands' complaints received since then."""

    async def latest(self, brand: str, topic: str, lang: str) -> Case | None:
        """The brand's last complaint of this topic in this language; None where there is none lately."""
