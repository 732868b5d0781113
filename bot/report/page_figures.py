"""A replay's figures as the page writes them, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal, format_percent

from bot.locale import Sentences
from bot.report.figures import Column, Row
from bot.report.page_cases import plain

NONE = "–"
#: Smaller differences are none.
_NOTABLE = 0.005


@dataclass(frozen=True, slots=True)
class Amounts:
    """Numbers, shares, times and prices in one language."""

    say: Sentences

    def tiles(self, row: Row) -> list[dict[str, str]]:
        """The four figures that say it all."""
        names = (
            self.say("Pass the checks"),
            self.say("To change until approved"),
            self.say("Cost"),
            self.say("Time per draft"),
        )
        rate = _cell(self.percent(row.then.rate), self.percent(row.now.rate), _trend(row.then.rate, row.now.rate))
        _, distance, _, cost, time = self._cells(row)
        cells = zip(names, (rate, distance, cost, time), strict=True)
        return [{"name": name, "before": self.say("then: {value}", value=cell["then"])} | cell for name, cell in cells]

    def row(self, topic: str, row: Row) -> dict[str, Any]:
        """One line of the table."""
        return {"topic": plain(topic), "complaints": self.number(row.now.complaints), "cells": self._cells(row)}

    def _cells(self, row: Row) -> list[dict[str, str]]:
        then, now = row.then, row.now
        return [
            _cell(self._rate(then), self._rate(now), _trend(then.rate, now.rate)),
            _cell(self.percent(then.distance), self.percent(now.distance), _trend(now.distance, then.distance)),
            _cell(self._length(then), self._length(now)),
            _cell(self._cost(then), self._cost(now)),
            _cell(self.seconds(then.time), self.seconds(now.time)),
        ]

    def _rate(self, column: Column) -> str:
        if column.rate is None:
            return NONE
        return self.say("{number} of {total}", number=self.number(column.passed), total=self.number(column.drafts))

    def _length(self, column: Column) -> str:
        share = self.percent(column.share)
        if not column.too_long:
            return share
        return self.say("{share}, {number} too long", share=share, number=self.number(column.too_long))

    def _cost(self, column: Column) -> str:
        said = [f"{format_decimal(price, '#,##0.00##', self.say.lang)} {name}" for name, price in column.prices.items()]
        if said or not column.tokens:
            return " + ".join(said) or NONE
        return self.say("{number} tokens", number=self.number(column.tokens))

    def number(self, number: int) -> str:
        """``1,200``, ``1 200``."""
        return str(format_decimal(number, locale=self.say.lang))

    def percent(self, share: float | None) -> str:
        """``12%``, ``12 %``."""
        return NONE if share is None else str(format_percent(share, locale=self.say.lang))

    def seconds(self, seconds: float | None) -> str:
        """``1.4 s``; ``0.8 ms`` for what takes no time."""
        if seconds is None:
            return NONE
        if seconds < 0.1:
            return f"{format_decimal(seconds * 1000, '0.#', self.say.lang)} ms"
        return f"{format_decimal(seconds, '0.0', self.say.lang)} s"


def _cell(then: str, now: str, trend: str = "") -> dict[str, str]:
    return {"then": then, "now": now, "trend": trend}


def _trend(before: float | None, after: float | None) -> str:
    """Whether a rate has become better; for a distance, exchange the two."""
    if before is None or after is None or abs(after - before) < _NOTABLE:
        return ""
    return "better" if after > before else "worse"
