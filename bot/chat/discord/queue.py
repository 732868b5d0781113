"""``/reply queue`` and ``/reply help``. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.chat import lines, waiting, words
from bot.chat.choices import Choice, Look
from bot.chat.cutting import clip
from bot.chat.discord import layout as kit
from bot.chat.discord.buttons import button
from bot.chat.discord.layout import Item, Room, Still
from bot.chat.grammar import Act
from bot.chat.waiting import Pile, Queue, QueuedCase
from bot.locale import Sentences

#: How many cases are shown in all.
SHOWN = 10


def queue_message(queue: Queue, say: Sentences, now: datetime) -> Still:
    """What waits, oldest first, with the way to each card. The button is heard by ``buttons.card_items``."""
    return kit.fitted(lambda room: Still(kit.box(_queue(queue, say, now, room))))


def _queue(queue: Queue, say: Sentences, now: datetime, room: Room) -> Iterator[Item]:
    week = [kit.small(waiting.week(queue.week, say))] if queue.week else []
    yield kit.said(kit.heading(say("My queue")), kit.bold(waiting.counts(queue, say)), *week)
    left, told = SHOWN, set[str]()
    for _, heading, pile in queue.piles(say):
        fresh = [held for held in pile.oldest_first() if held.case.id not in told][:left]
        left -= len(fresh)
        told |= {held.case.id for held in fresh}
        if fresh:
            yield kit.line()
            yield from _pile(heading, pile, fresh, say, now, room)
    yield kit.row(button(Choice(Act.NEW, say("A new complaint"), Look.MAIN), 0))


def _pile(
    heading: str, pile: Pile, held: list[QueuedCase], say: Sentences, now: datetime, room: Room
) -> Iterator[Item]:
    count = max(pile.count, len(pile.cases))
    yield kit.said(kit.bold(f"{heading} ({count})"))
    yield from (kit.said(*_lines(one, say, now, room)) for one in held)
    if count > len(held):
        yield kit.said(kit.small(say("… and {number} more", number=count - len(held))))


def _lines(held: QueuedCase, say: Sentences, now: datetime, room: Room) -> Iterator[str]:
    title = clip(waiting.title(held, now, say), room(200))
    url = kit.web(held.link)
    yield kit.link(url, title) if url else kit.bold(title)
    yield kit.quote(waiting.glimpse(held))
    state = words.state(held.case, say)
    yield kit.small(clip(" · ".join(filter(None, (lines.about(held.case, say), state))), room(200)))


def help_message(say: Sentences, *, model: bool = False) -> Still:
    """What can be done, and how; ``model``: one writes here, and follows notes."""
    commands = waiting.commands(say, say("what waits, oldest first"))
    told = [f"- `{name}` {kit.inert(what)}" for name, what in commands]
    bring = say(
        "Forward a customer's message here, choose Apps → Draft a reply in its menu, or mention me: I draft one."
    )
    note = say(
        "Answer a card, or write in its thread, to have it redrafted (“warmer, no refund”); none of it is published."
    )
    ways = waiting.manners(say, bring=bring, note=note, model=model)
    return Still(kit.said(kit.heading(say("How I work")), *told, kit.bullets(ways)))
