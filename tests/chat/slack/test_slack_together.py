"""Several processes over one database: whoever comes second finds that somebody was first."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from slack_desk import Desk, at_work
from standin import Message, drop, wait

from bot.desk.case import Status
from bot.work import Work

ROUNDS = 20


@pytest.fixture
async def both(team: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Two services on two machines; each thing that happens in Slack reaches one of them."""
    monkeypatch.setattr(Work, "gone", lambda *_: False)  # they share a process id here, which would tell them apart
    async with at_work(team), at_work(team) as desk:
        await desk.slack.connected(2)
        yield desk


class Shop:
    """A channel in which customers write and the bot is a member."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.lea = desk.slack.add_user("Léa Moreau")
        self.id = desk.slack.add_channel("boutique", [self.lea, desk.alex])

    async def complaint(self, text: str = "Toujours rien reçu !") -> Message:
        """A customer's message, forwarded to the team."""
        await self.desk.slack.post(self.lea, self.id, text)
        message = self.desk.slack.messages_in(self.id)[-1]
        await self.desk.slack.forward(self.desk.alex, self.desk.complaints, message)
        return message

    def replies(self, message: Message) -> list[Message]:
        return self.desk.slack.messages_in(self.id, message.ts, by_bot=True)


def managers_of(desk: Desk, count: int) -> list[str]:
    """As many managers, through the group."""
    people = [desk.slack.add_user(f"Manager {number}") for number in range(count)]
    desk.slack.channels[desk.complaints].members.extend(people)
    next(iter(desk.slack.usergroups.values())).users.extend(people)
    return people


async def all_say_yes(desk: Desk, managers: list[str], card: Message, dice: random.Random) -> int:
    """Some press the button, some react, all within a moment; returns how many did."""

    async def yes(number: int, who: str) -> bool:
        await asyncio.sleep(dice.choice((0, 0, 0.001, 0.01)))
        if number % 2:
            await desk.slack.react(who, desk.complaints, card.ts, "white_check_mark")
        elif "approve" in str(desk.slack.message(desk.complaints, card.ts).blocks):
            await desk.slack.press(who, desk.complaints, card.ts, "approve")
        else:
            return False  # the card is drawn anew already, without the button
        return True

    return sum(await asyncio.gather(*(yes(number, who) for number, who in enumerate(managers))))


async def test_five_yeses_at_once_are_one_reply(both: Desk):
    """By button and by reaction, on two processes, at any timing: one reply, and the others learn who was first."""
    slack, shop, managers, late = both.slack, Shop(both), managers_of(both, 5), 0
    for turn in range(ROUNDS):
        message = await shop.complaint(f"Toujours rien reçu ! ({turn})")
        card = await both.card(turn + 1)
        late += await all_say_yes(both, managers, card, random.Random(turn)) - 1
        await both.shows("Posted", turn + 1)
        assert len(shop.replies(message)) == 1
        assert sum(one.metadata == card.metadata for one in both.cards()) == 1
    await slack.until(lambda: len(slack.ephemerals) >= late)
    cases = await both.service.store.list()
    assert [case.status for case in cases] == [Status.POSTED] * ROUNDS
    assert len(slack.ephemerals) == late > 2 * ROUNDS
    assert all("nothing to do here" in one.seen for one in slack.ephemerals)


async def test_one_card_though_the_same_message_comes_twice(both: Desk):
    """Two colleagues forward the same message to two processes at the same time."""
    shop = Shop(both)
    await both.slack.post(shop.lea, shop.id, "Toujours rien reçu !")
    [message] = both.slack.messages_in(shop.id)
    forwards = (both.slack.forward(who, both.complaints, message) for who in (both.alex, both.camille, both.sacha))
    await asyncio.gather(*forwards)
    await both.card()
    await both.service.desk.review.catch_up()
    await asyncio.sleep(0.2)
    assert len(both.cards()) == 1


async def test_a_slow_room_gets_no_card_twice(team: Desk, monkeypatch: pytest.MonkeyPatch):
    """A card that waits long for its room's pace is not taken for one whose process broke off."""
    monkeypatch.setattr(Work, "gone", lambda *_: False)
    monkeypatch.setattr("bot.chat.review.STALLED", timedelta(seconds=0.1))
    team.slack.echo = False  # each forward is told to the second process, after the customer's words to the first
    async with at_work(team, pace=2):
        first = team.service
        async with at_work(team, pace=2) as desk:
            await desk.slack.connected(2)
            shop = Shop(desk)
            for number in range(6):
                await shop.complaint(f"Toujours rien reçu ! ({number})")
            await desk.card(3)  # as many as come at once
            await asyncio.sleep(0.2)
            await first.desk.review.catch_up()
            await desk.card(6)
            await asyncio.sleep(0.6)
            keys = [card.metadata["event_payload"]["key"] for card in desk.cards()]
            assert (len(keys), len(set(keys))) == (6, 6)


async def one_after_the_other(desk: Desk, ts: str, first: str, second: str) -> None:
    """Two reactions, each told to another process; the first one's drawing takes long."""
    slack = desk.slack
    await slack.settle()
    slack.echo = False  # or our own doings would take turns too
    slack.before("chat.update", 1, wait(0.4))
    heard = [
        await slack.react(who, desk.complaints, ts, name) for who, name in ((desk.alex, first), (desk.camille, second))
    ]
    assert heard[0].attempts[0].connection != heard[1].attempts[0].connection


async def test_the_slower_of_two_drawings_does_not_stay(both: Desk):
    """Two processes draw one card; what a slow one draws late is older, and is drawn over."""
    await Shop(both).complaint()
    card = await both.card()
    await one_after_the_other(both, card.ts, "eyes", "white_check_mark")
    await both.shows("Posted")
    await asyncio.sleep(0.6)
    assert "Posted" in both.slack.message(both.complaints, card.ts).seen


async def test_an_older_draft_drawn_late_is_folded_all_the_same(both: Desk):
    """One process still draws draft 1 while the other has posted draft 2: only draft 2 can be decided on."""
    await Shop(both).complaint()
    card = await both.card()
    await one_after_the_other(both, card.ts, "eyes", "repeat")
    await both.card(2)
    await asyncio.sleep(0.6)
    assert "replaced by a newer draft" in both.slack.message(both.complaints, card.ts).seen


async def test_a_slow_drawing_that_breaks_off_does_not_stay(both: Desk):
    """Nobody hears whether it was drawn: the sweep draws the card as its case stands."""
    await Shop(both).complaint()
    card = await both.card()
    both.slack.after("chat.update", 1, drop())
    await one_after_the_other(both, card.ts, "eyes", "white_check_mark")
    await both.shows("Posted")
    await asyncio.sleep(0.6)
    await both.service.desk.review.catch_up()
    assert "Posted" in both.slack.message(both.complaints, card.ts).seen
