"""The App Home and ``/reply queue``: what waits, oldest first. Pure. And the words of ``/reply help``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.chat import words
from bot.chat.grammar import Act
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.card import escaped, title
from bot.desk.board import Week
from bot.desk.case import Case, Status
from bot.locale import Sentences

#: How many cases of a pile the App Home shows, and ``/reply queue`` in all.
SHOWN = 10
SHORT = 5
_GLIMPSE = 100


@dataclass(frozen=True, slots=True)
class HomeCase:
    """A case in the queue, the link to its card, and its brand's name (empty where there is but one)."""

    case: Case
    link: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Pile:
    """Some cases of one kind, and how many there are in all."""

    cases: tuple[HomeCase, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for a person. A case may lie on several piles."""

    refused_or_unknown: Pile = Pile()
    escalated: Pile = Pile()
    mine: Pile = Pile()
    waiting: Pile = Pile()
    week: Week | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not any(pile.count for pile in (self.refused_or_unknown, self.escalated, self.mine, self.waiting))


def home(queue: Queue, say: Sentences, now: datetime) -> Block:
    """The App Home, for ``views.publish``."""
    blocks = [kit.header(say("My queue")), kit.section(_counts(queue, say))]
    if queue.week:
        blocks.append(kit.context(_week(queue.week, say)))
    blocks.append(kit.actions("home:0:", kit.button(Act.NEW, say("A new complaint"), style="primary")))
    for name, heading, pile in _piles(queue, say):
        blocks += _pile(name, heading, pile, say, now)
    return {"type": "home", "blocks": blocks}


def queue_message(queue: Queue, say: Sentences, now: datetime) -> Block:
    """The answer to ``/reply queue``: the counts, and what should be looked at first."""
    first: dict[str, HomeCase] = {}
    for _, _, pile in _piles(queue, say):
        first |= {held.case.id: held for held in _oldest_first(pile) if held.case.id not in first}
    listed = list(first.values())[:SHORT]
    blocks = [kit.section(_counts(queue, say))]
    if listed:
        blocks.append(kit.rich(kit.bullets(*(_bullet(held, say, now) for held in listed))))
    text = "\n".join([_counts(queue, say), *(_told(held, say, now) for held in listed)])
    return {"text": escaped(kit.visible(text), kit.SECTION), "blocks": blocks}


def _counts(queue: Queue, say: Sentences) -> str:
    if queue.is_empty:
        return say("Nothing waits for you. Well done.")
    said = {
        say("to look at: {count}", count=queue.refused_or_unknown.count): queue.refused_or_unknown.count,
        say("escalated: {count}", count=queue.escalated.count): queue.escalated.count,
        say("mine: {count}", count=queue.mine.count): queue.mine.count,
        say("waiting: {count}", count=queue.waiting.count): queue.waiting.count,
    }
    line = " · ".join(text for text, count in said.items() if count)
    return line[:1].upper() + line[1:]


def _week(week: Week, say: Sentences) -> str:
    said = [
        say("7 days: {received} received", received=week.received),
        say("{posted} posted", posted=week.posted),
        say("{rejected} without a reply", rejected=week.rejected),
    ]
    if week.median_minutes is not None:
        said.append(say("half of the replies within {time}", time=_duration(week.median_minutes)))
    return " · ".join(said)


def _duration(minutes: float) -> str:
    whole = max(1, round(minutes))
    return f"{whole} min" if whole < _HOUR else f"{whole // _HOUR} h {whole % _HOUR:02}"


_HOUR = 60
_LOOKED_AT = 1_000


def _piles(queue: Queue, say: Sentences) -> list[tuple[str, str, Pile]]:
    return [
        ("look", say("Refused, or perhaps public"), queue.refused_or_unknown),
        ("escalated", say("Escalated"), queue.escalated),
        ("mine", say("Mine"), queue.mine),
        ("waiting", say("Waiting for a decision"), queue.waiting),
    ]


def _oldest_first(pile: Pile) -> list[HomeCase]:
    return sorted(pile.cases, key=lambda held: held.case.complaint.received_at)


def _pile(name: str, heading: str, pile: Pile, say: Sentences, now: datetime) -> Iterator[Block]:
    if not pile.cases:
        return
    cases = _oldest_first(pile)
    count = max(pile.count, len(cases))
    yield kit.divider()
    yield kit.rich(kit.line(kit.words(f"{heading} ({count})", bold=True)))
    for place, held in enumerate(cases[:SHOWN]):
        yield kit.rich(*_lines(held, say, now))
        if pressed := _pressed(held, say, takes=name != "mine" and held.case.status is Status.AWAITING):
            number = held.case.draft.number if held.case.draft else 0
            yield kit.actions(f"{name}-{place}:{number}:{held.case.id}", *pressed)
    if count > SHOWN:
        yield kit.rich(kit.line(_more(count - SHOWN, cases, say)))


def _more(number: int, cases: list[HomeCase], say: Sentences) -> Block:
    said = say("… and {number} more", number=number)
    url = kit.web(cases[SHOWN].link) if len(cases) > SHOWN else ""
    return kit.link(url, said) if url else kit.words(said, italic=True)


def _title(held: HomeCase, say: Sentences, now: datetime) -> str:
    return title(held.case, now, say, held.brand)


def _glimpse(held: HomeCase) -> str:
    return kit.clip(" ".join(held.case.complaint.text[:_LOOKED_AT].split()), _GLIMPSE)


def _lines(held: HomeCase, say: Sentences, now: datetime) -> Iterator[Block]:
    yield kit.line(kit.words(_title(held, say, now), bold=True))
    yield kit.quote(kit.words(_glimpse(held)))
    said = words.about(held.case, say)
    if state := words.state(held.case, say):
        said.append(state)
    yield kit.line(kit.words(kit.clip(" · ".join(said), 300)))


def _pressed(held: HomeCase, say: Sentences, *, takes: bool) -> list[Block]:
    opens = [kit.button(Act.OPEN, say("Open"), url=url)] if (url := kit.web(held.link)) else []
    return [*opens, kit.button(Act.TAKE, say("I take this one"))] if takes else opens


def _bullet(held: HomeCase, say: Sentences, now: datetime) -> Block:
    title = _title(held, say, now)
    url = kit.web(held.link)
    return kit.line(kit.link(url, title) if url else kit.words(title, bold=True), kit.words(f"\n{_glimpse(held)}"))


def _told(held: HomeCase, say: Sentences, now: datetime) -> str:
    return f"{_title(held, say, now)}: {_glimpse(held)}"


def help_message(say: Sentences) -> Block:
    """What can be done, and how."""
    commands = [
        ("/reply", say("a form for a new complaint; with words or a link behind it, I draft at once")),
        (say("/reply queue"), say("what waits, oldest first; my page in the list of apps shows it too")),
        (say("/reply approve"), say("the oldest draft, to read once more and approve; with a card's link: that one")),
        (say("/reply reject"), say("no reply; with a card's link, and the reason behind it")),
        (say("/reply templates"), say("the list; with a name: read and change that one; with “new”: write one")),
    ]
    ways = [
        say("Forward me a customer's message, paste its link in the channel, or mention me: I draft a reply."),
        say("On a card: ✅ or 👍 approve · ❌ reject · 🔁 new draft · 👀 I take this one · 🚨 escalate."),
        say("Changed your mind? Take your reaction back before the reply is sent."),
        say("Answer in the card's thread to have it redrafted (“warmer, no refund”). A thread is never published."),
        say("Nothing reaches a customer before a manager has said yes to exactly that text."),
    ]
    title = say("How I work")
    runs = [kit.line(kit.words(name, code=True), kit.words(f" {what}")) for name, what in commands]
    runs += [kit.line(kit.words(way)) for way in ways]
    told = [title, *(f"{name}: {what}" for name, what in commands), *ways]
    return {
        "text": escaped("\n".join(told), kit.SECTION),
        "blocks": [kit.rich(kit.line(kit.words(title, bold=True)), kit.bullets(*runs))],
    }
