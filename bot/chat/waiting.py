"""What waits for a person: the queue as a value, and the lines that tell of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.chat import lines
from bot.chat.cutting import clip
from bot.desk.board import Week
from bot.desk.case import Case
from bot.locale import Sentences

_GLIMPSE = 100
_LOOKED_AT = 1_000
_HOUR = 60


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """A case in the queue, the link to its card, and its brand's name (empty where there is but one)."""

    case: Case
    link: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Pile:
    """Some cases of one kind, and how many there are in all."""

    cases: tuple[QueuedCase, ...] = ()
    count: int = 0

    def oldest_first(self) -> list[QueuedCase]:
        """Who waits longest is answered first."""
        return sorted(self.cases, key=lambda held: held.case.complaint.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for a person. A case may lie on several piles."""

    refused_or_unknown: Pile = Pile()
    unsent: Pile = Pile()  # approved; the network is paused, or refuses our account
    escalated: Pile = Pile()
    mine: Pile = Pile()
    waiting: Pile = Pile()
    week: Week | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not any(pile.count for pile in self._gravest_first())

    def piles(self, say: Sentences) -> list[tuple[str, str, Pile]]:
        """Key, heading and pile, what is gravest first."""
        return [
            ("look", say("Refused, or perhaps public"), self.refused_or_unknown),
            ("unsent", say("Approved, not sent yet"), self.unsent),
            ("escalated", say("Escalated"), self.escalated),
            ("mine", say("Mine"), self.mine),
            ("waiting", say("Waiting for a decision"), self.waiting),
        ]

    def first(self, most: int) -> Iterable[QueuedCase]:
        """What should be looked at first, each case once."""
        first: dict[str, QueuedCase] = {}
        for pile in self._gravest_first():
            first |= {held.case.id: held for held in pile.oldest_first() if held.case.id not in first}
        return list(first.values())[:most]

    def _gravest_first(self) -> tuple[Pile, ...]:
        return self.refused_or_unknown, self.unsent, self.escalated, self.mine, self.waiting


def counts(queue: Queue, say: Sentences) -> str:
    """One line: how much lies on each pile."""
    if queue.is_empty:
        return say("Nothing waits for you. Well done.")
    said = {
        say("to look at: {count}", count=queue.refused_or_unknown.count): queue.refused_or_unknown.count,
        say("approved, not sent: {count}", count=queue.unsent.count): queue.unsent.count,
        say("escalated: {count}", count=queue.escalated.count): queue.escalated.count,
        say("mine: {count}", count=queue.mine.count): queue.mine.count,
        say("waiting: {count}", count=queue.waiting.count): queue.waiting.count,
    }
    line = " · ".join(text for text, count in said.items() if count)
    return line[:1].upper() + line[1:]


def week(figures: Week, say: Sentences) -> str:
    """One line: how the last seven days went."""
    said = [
        say("7 days: {received} received", received=figures.received),
        say("{posted} posted", posted=figures.posted),
        say("{rejected} without a reply", rejected=figures.rejected),
    ]
    if figures.median_minutes is not None:
        said.append(say("half of the replies within {time}", time=_duration(figures.median_minutes)))
    return " · ".join(said)


def _duration(minutes: float) -> str:
    whole = max(1, round(minutes))
    return f"{whole} min" if whole < _HOUR else f"{whole // _HOUR} h {whole % _HOUR:02}"


def title(held: QueuedCase, now: datetime, say: Sentences) -> str:
    """Brand, network, author, age."""
    return lines.title(held.case, now, say, held.brand)


def glimpse(held: QueuedCase) -> str:
    """The complaint's beginning, on one line."""
    return clip(" ".join(held.case.complaint.text[:_LOOKED_AT].split()), _GLIMPSE)


# /reply help


def commands(say: Sentences, queue: str) -> list[tuple[str, str]]:
    """What can be typed, and what it does; ``queue`` says where else the queue is seen."""
    return [
        ("/reply", say("a form for a new complaint; with words or a link behind it, I draft at once")),
        (say("/reply queue"), queue),
        (say("/reply approve"), say("the oldest draft, to read once more and approve; with a card's link: that one")),
        (say("/reply reject"), say("no reply; with a card's link, and the reason behind it")),
        (say("/reply templates"), say("the list; with a name: read and change that one; with “new”: write one")),
    ]


def manners(say: Sentences, *, bring: str, note: str, model: bool = False) -> list[str]:
    """What else people should know; ``bring`` and ``note`` say how this chat brings a complaint and a wish.

    ``model``: one writes here, and follows what people wish for.
    """
    buttons = say(
        "Where a model writes, a card offers Shorter, Warmer and More formal, New draft takes a note, and Translate "
        "shows the draft in the team's language, to you alone."
    )
    another = say(
        "A word in a card's thread asks for another draft: the next template that fits, since only a model can do as "
        "you write. It is never published."
    )
    changed = say("Changed your mind? Take your reaction back before the reply is sent.")
    later = say("Afterwards a manager can delete it from its card, where the network allows that.")
    return [
        bring,
        say("On a card: ✅ or 👍 approve · ❌ reject · 🔁 new draft · 👀 I take this one · 🚨 escalate."),
        f"{changed} {later}",
        *([note, buttons] if model else [another]),
        say("Nothing reaches a customer before a manager has said yes to exactly that text."),
    ]
