"""What was addressed to the brand, once each: the AppView's notifications, newest first, down to where we stopped.

A notification bears the time that its post tells, or that of its arrival where that is earlier: one may turn up below
what was heard already. We therefore read a little further down each time, and remember what was heard there.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.network.account import Heard, Post
from bot.network.bluesky.reading import moment, post_of

#: What is addressed to the brand; likes, follows and the rest are not.
REASONS = ("mention", "reply")
#: How far below the newest one a late one may turn up.
LATE = timedelta(minutes=10)
#: Pages of 100 that are read in one go; what lies below them is read the next time.
PAGES = 5

#: One page of notifications behind the AppView's own cursor: the answer of ``listNotifications``.
Page = Callable[[str], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where we stopped: the newest time, and what was heard near it (``time mark``).

    A rush that one go could not read to its end left a part below: from the AppView's cursor ``behind`` to ``until``.
    """

    newest: str
    heard: tuple[str, ...] = ()
    behind: str = ""
    until: str = ""

    def __str__(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


@dataclass
class _Way:
    """One way down: what was found, and the cursor at which it was left unfinished."""

    found: list[Mapping[str, Any]] = field(default_factory=list)
    left_at: str = ""


async def hear(cursor: str, page: Page, own: str) -> Heard:
    """What was addressed to us behind our cursor; ``own`` is our DID. An empty cursor: from now on."""
    stop = _stop(cursor) if cursor else Stop(newest=_iso(datetime.now(UTC)))
    floor = stop.until or _below(stop.newest)
    way = await _down(page, stop.behind, floor)
    known = {entry.partition(" ")[2] for entry in stop.heard}
    fresh = [told for told in way.found if _mark(told) not in known] if cursor else []
    return Heard(tuple(_oldest_first(fresh, own)), str(_onwards(stop, way, floor if cursor else "")))


async def _down(page: Page, cursor: str, floor: str) -> _Way:
    way = _Way(left_at=cursor)
    for _ in range(PAGES):
        told = await page(way.left_at)
        listed = [one for one in told.get("notifications") or () if moment(one.get("indexedAt"))]
        way.found += [one for one in listed if _at(one) >= floor]
        way.left_at = str(told.get("cursor") or "")
        if not way.left_at or (listed and _at(listed[-1]) < floor):
            way.left_at = ""
            break
    return way


def _onwards(stop: Stop, way: _Way, floor: str) -> Stop:
    newest = max([stop.newest, *map(_at, way.found)])
    behind, until = (way.left_at, floor) if way.left_at and floor else ("", "")
    heard_before = _iso(_time(until) + LATE) if until else ""
    entries = {*stop.heard, *(f"{_at(told)} {_mark(told)}" for told in way.found)}
    near = sorted(entry for entry in entries if entry >= _below(newest) or entry.split()[0] <= heard_before)
    return Stop(newest, tuple(near), behind, until)


def _oldest_first(found: Iterable[Mapping[str, Any]], own: str) -> list[Post]:
    once = {str(told.get("uri")): told for told in found if _addresses(told, own)}
    return [post_of(told) for told in sorted(once.values(), key=_at)]


def _addresses(told: Mapping[str, Any], own: str) -> bool:
    return told.get("reason") in REASONS and (told.get("author") or {}).get("did") != own


def _stop(cursor: str) -> Stop:
    told = json.loads(cursor)
    return Stop(told["newest"], tuple(told["heard"]), told["behind"], told["until"])


def _mark(told: Mapping[str, Any]) -> str:
    return sha256(str(told.get("uri")).encode()).hexdigest()[:12]


def _at(told: Mapping[str, Any]) -> str:
    return _iso(moment(told.get("indexedAt")) or datetime.now(UTC))


def _below(newest: str) -> str:
    return _iso(_time(newest) - LATE)


def _time(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
