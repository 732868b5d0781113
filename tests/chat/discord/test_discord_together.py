"""Several processes over one database: Discord tells each of them everything, and the team sees one bot."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from discord_desk import Desk, at_work
from discord_standin import Message, NotSent

from bot.desk.case import Status
from bot.work import Work

ROUNDS = 20


@pytest.fixture
async def both(team: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Two services on two machines; each hears all that happens in Discord."""
    monkeypatch.setattr(Work, "gone", lambda *_: False)  # they share a process id here, which would tell them apart
    async with at_work(team), at_work(team) as desk:
        assert len(desk.discord.sockets) == 2
        yield desk


class Shop:
    """A channel in which customers write."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.lea = desk.discord.add_user("Léa Moreau", locale="fr")
        self.id = desk.discord.add_channel("boutique")

    async def complaint(self, text: str = "Toujours rien reçu !") -> Message:
        """A customer's message, forwarded to the team."""
        message = (await self.desk.discord.post(self.lea, self.id, text)).message
        await self.desk.discord.forward(self.desk.alex, self.desk.complaints, message)
        return message

    def replies(self) -> int:
        ours = (one for one in self.desk.discord.messages_in(self.id) if one.author != self.lea)
        return sum("cherchons" in one.content for one in ours)


def managers_of(desk: Desk, count: int) -> list[int]:
    """As many managers, through the role."""
    people = [desk.discord.add_user(f"Manager {number}", locale="en-US") for number in range(count)]
    for one in people:
        desk.discord.guilds[desk.discord.guild].members[one].roles.append(desk.role)
    return people


def alone(desk: Desk, user: int) -> list[str]:
    """All that this person alone was told."""
    direct = desk.discord.messages_in(desk.discord.dm(user), by_bot=True)
    return [one.seen for one in (*desk.discord.ephemerals_for(user), *direct)]


async def all_say_yes(desk: Desk, managers: list[int], card: Message, dice: random.Random) -> int:
    """Some press the button, some react, all within a moment; returns how many did."""

    async def yes(number: int, who: int) -> bool:
        await asyncio.sleep(dice.choice((0, 0, 0.001, 0.01)))
        if number % 2:
            await desk.discord.react(who, desk.complaints, card, "✅")
            return True
        try:
            await desk.discord.press(who, card, "pv:approve:1")
        except (LookupError, NotSent):
            return False  # the card is drawn anew already, without the button
        return True

    return sum(await asyncio.gather(*(yes(number, who) for number, who in enumerate(managers))))


async def test_five_yeses_at_once_are_one_reply(both: Desk):
    """By button and by reaction, on two processes, at any timing: one reply; the others learn once who was first."""
    shop, managers, late = Shop(both), managers_of(both, 5), 0
    for turn in range(ROUNDS):
        await shop.complaint(f"Toujours rien reçu ! ({turn})")
        card = await both.card(turn + 1)
        late += await all_say_yes(both, managers, card, random.Random(turn)) - 1
        await both.shows("Posted", turn + 1)
        assert (shop.replies(), len(both.cards())) == (turn + 1, turn + 1)
    await both.discord.until(lambda: sum(len(alone(both, who)) for who in managers) >= late)
    await asyncio.sleep(0.3)
    said = [one for who in managers for one in alone(both, who)]
    cases = await both.service.store.list()
    assert [case.status for case in cases] == [Status.POSTED] * ROUNDS
    assert len(said) == late > 2 * ROUNDS
    assert all("nothing to do here" in one for one in said)


async def test_each_deed_is_done_and_said_once(both: Desk):
    """A wish, a yes, a call for nothing: nobody is told that somebody, the other process, was first."""
    await Shop(both).complaint()
    await both.card()
    await both.discord.post(both.alex, both.complaints, "warmer please", reply_to=both.cards()[0])
    second = await both.card(2)
    await both.discord.react(both.camille, both.complaints, second, "✅")
    await both.shows("Posted", 2)
    await both.discord.post(both.alex, both.complaints, f"<@{both.discord.bot_user}>")
    await both.card(3)
    await asyncio.sleep(0.5)
    assert alone(both, both.alex) == alone(both, both.camille) == []
    assert len(both.cards()) == 3
