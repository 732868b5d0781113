"""The App Home and ``/reply queue``: what waits, oldest first. Pure. And the words of ``/reply help``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.chat import waiting, words
from bot.chat.grammar import Act
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.card import escaped
from bot.chat.waiting import Pile as Pile
from bot.chat.waiting import Queue as Queue
from bot.chat.waiting import QueuedCase as QueuedCase
from bot.desk.case import Status
from bot.locale import Sentences

#: How many cases of a pile the App Home shows, and ``/reply queue`` in all.
SHOWN = 10
SHORT = 5


def home(queue: Queue, say: Sentences, now: datetime) -> Block:
    """The App Home, for ``views.publish``."""
    blocks = [kit.header(say("My queue")), kit.section(waiting.counts(queue, say))]
    if queue.week:
        blocks.append(kit.context(waiting.week(queue.week, say)))
    blocks.append(kit.actions("home:0:", kit.button(Act.NEW, say("A new complaint"), style="primary")))
    for name, heading, pile in queue.piles(say):
        blocks += _pile(name, heading, pile, say, now)
    return {"type": "home", "blocks": blocks}


def queue_message(queue: Queue, say: Sentences, now: datetime) -> Block:
    """The answer to ``/reply queue``: the counts, and what should be looked at first."""
    listed = queue.first(SHORT)
    blocks = [kit.section(waiting.counts(queue, say))]
    if listed:
        blocks.append(kit.rich(kit.bullets(*(_bullet(held, say, now) for held in listed))))
    text = "\n".join([waiting.counts(queue, say), *(_told(held, say, now) for held in listed)])
    return {"text": escaped(kit.visible(text), kit.SECTION), "blocks": blocks}


def _pile(name: str, heading: str, pile: Pile, say: Sentences, now: datetime) -> Iterator[Block]:
    if not pile.cases:
        return
    cases = pile.oldest_first()
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


def _more(number: int, cases: list[QueuedCase], say: Sentences) -> Block:
    said = say("… and {number} more", number=number)
    url = kit.web(cases[SHOWN].link) if len(cases) > SHOWN else ""
    return kit.link(url, said) if url else kit.words(said, italic=True)


def _lines(held: QueuedCase, say: Sentences, now: datetime) -> Iterator[Block]:
    yield kit.line(kit.words(waiting.title(held, now, say), bold=True))
    yield kit.quote(kit.words(waiting.glimpse(held)))
    said = words.about(held.case, say)
    if state := words.state(held.case, say):
        said.append(state)
    yield kit.line(kit.words(kit.clip(" · ".join(said), 300)))


def _pressed(held: QueuedCase, say: Sentences, *, takes: bool) -> list[Block]:
    opens = [kit.button(Act.OPEN, say("Open"), url=url)] if (url := kit.web(held.link)) else []
    return [*opens, kit.button(Act.TAKE, say("I take this one"))] if takes else opens


def _bullet(held: QueuedCase, say: Sentences, now: datetime) -> Block:
    title = waiting.title(held, now, say)
    url = kit.web(held.link)
    return kit.line(
        kit.link(url, title) if url else kit.words(title, bold=True), kit.words(f"\n{waiting.glimpse(held)}")
    )


def _told(held: QueuedCase, say: Sentences, now: datetime) -> str:
    return f"{waiting.title(held, now, say)}: {waiting.glimpse(held)}"


def help_message(say: Sentences, *, model: bool = False) -> Block:
    """What can be done, and how; ``model``: one writes here, and follows notes."""
    where = say("what waits, oldest first; my page in the list of apps shows it too")
    bring = say("Forward me a customer's message, paste its link in the channel, or mention me: I draft a reply.")
    note = say("Answer in the card's thread to have it redrafted (“warmer, no refund”). A thread is never published.")
    commands, ways = waiting.commands(say, where), waiting.manners(say, bring=bring, note=note, model=model)
    title = say("How I work")
    runs = [kit.line(kit.words(name, code=True), kit.words(f" {what}")) for name, what in commands]
    runs += [kit.line(kit.words(way)) for way in ways]
    told = [title, *(f"{name}: {what}" for name, what in commands), *ways]
    return {
        "text": escaped("\n".join(told), kit.SECTION),
        "blocks": [kit.rich(kit.line(kit.words(title, bold=True)), kit.bullets(*runs))],
    }
