"""The figures of a replay, topic by topic: how the drafts of that time did, and how those of today do."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from bot.report.versions import Compared, Version


@dataclass
class Column:
    """Many versions of one time. Numbers only: a million of them are some megabytes."""

    complaints: int = 0
    drafts: int = 0
    passed: int = 0
    too_long: int = 0
    distances: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    prices: dict[str, float] = field(default_factory=lambda: defaultdict(float))  # by currency
    tokens: int = 0

    def add(self, version: Version | None) -> None:
        """Count one complaint's version; None where it had none."""
        self.complaints += 1
        if version is None:
            return
        self._add_cost(version)
        if not version.text:
            return
        self.drafts += 1
        self.passed += version.passes
        self.too_long += not version.length.fits
        if version.length.limit:
            self.shares.append(version.length.used / version.length.limit)
        if version.distance is not None:
            self.distances.append(version.distance)

    def _add_cost(self, version: Version) -> None:
        if version.seconds is not None:
            self.seconds.append(version.seconds)
        if version.usage is None:
            return
        self.tokens += version.usage.tokens_in + version.usage.tokens_out
        if version.usage.price is not None:
            self.prices[version.usage.currency] += version.usage.price

    @property
    def rate(self) -> float | None:
        """The share of the drafts that no check blocks."""
        return self.passed / self.drafts if self.drafts else None

    @property
    def distance(self) -> float | None:
        """The median distance from what was approved."""
        return median(self.distances) if self.distances else None

    @property
    def share(self) -> float | None:
        """The median share of the network's limit that a draft takes."""
        return median(self.shares) if self.shares else None

    @property
    def time(self) -> float | None:
        """The median of the seconds that a draft took."""
        return median(self.seconds) if self.seconds else None


@dataclass
class Row:
    """One topic, or all of them."""

    then: Column = field(default_factory=Column)
    now: Column = field(default_factory=Column)
    worse: int = 0
    moved: int = 0

    def add(self, one: Compared) -> None:
        """Count one complaint."""
        self.then.add(one.then)
        self.now.add(one.now)
        self.worse += one.worse
        self.moved += bool(one.case.topic) and one.now.topic != one.case.topic


@dataclass
class Figures:
    """All topics."""

    total: Row = field(default_factory=Row)
    topics: dict[str, Row] = field(default_factory=lambda: defaultdict(Row))
    _ranked: list[tuple[bool, float, str]] = field(default_factory=list)

    def add(self, one: Compared) -> None:
        """Count one complaint under its topic."""
        self.total.add(one)
        self.topics[one.topic].add(one)
        blocked = bool(one.now.text) and not one.now.passes
        self._ranked.append((not blocked, -(one.now.distance or 0.0), one.case.id))

    @property
    def rows(self) -> list[tuple[str, Row]]:
        """By topic, those with most complaints first."""
        return sorted(self.topics.items(), key=lambda item: (-item[1].now.complaints, item[0]))

    def telling(self, most: int) -> list[str]:
        """The ids of the complaints to look at: first those that a check blocks, then those furthest from approved."""
        return [case_id for *_, case_id in heapq.nsmallest(most, self._ranked)]
