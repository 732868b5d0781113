"""Many complaints at once, a Discord that asks for patience or refuses us, and words that want to do harm."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import aiohttp
import pytest
from discord_desk import Desk, at_work
from discord_standin import SEND, Message, fail, too_many
from discord_words import walk

import bot.service
from bot.desk.case import Case
from bot.desk.ports import Writing
from bot.writer.templated import TemplatedWriter

FORWARDS, FEWER = 40, 12
HOSTILE = "@everyone <@1> [x](https://evil.example/y) {{ 7*7 }}"


@pytest.fixture(autouse=True)
def slow_drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft takes a fifth of a second."""

    class Slow(TemplatedWriter):
        async def write(self, case: Case) -> Writing:
            await asyncio.sleep(0.2)
            return await super().write(case)

    monkeypatch.setattr(bot.service, "TemplatedWriter", Slow)


def shot(number: int) -> dict[str, Any]:
    """A customer's message as a forward carries it."""
    return {
        "type": 0,
        "content": f"Toujours rien reçu ! ({number})",
        "embeds": [],
        "attachments": [],
        "timestamp": "2026-01-01T10:00:00+00:00",
        "edited_timestamp": None,
        "flags": 0,
        "mentions": [],
        "components": [],
    }


async def all_forwarded(desk: Desk, count: int = FEWER) -> None:
    for number in range(count):
        await desk.discord.forward(desk.alex, desk.complaints, shot(number))


def cards_by_complaint(desk: Desk) -> Counter[int]:
    return Counter(card.components[0]["id"] for card in desk.cards())


async def health(desk: Desk, key: str = "problems") -> tuple[int, list[str]]:
    """Status of /health/ready, and what is out of order (or what it tells under another key)."""
    address = f"http://127.0.0.1:{desk.service.port}/health/ready"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, (await answer.json())[key]


async def test_forty_forwards_at_once_are_forty_cards(desk: Desk):
    """All are stored before the first draft is written; none is lost, none comes twice."""
    await all_forwarded(desk, FORWARDS)
    await desk.card(FORWARDS)
    await asyncio.sleep(0.1)
    assert set(cards_by_complaint(desk).values()) == {1}
    assert len(await desk.service.store.list()) == len(desk.cards()) == FORWARDS


@pytest.mark.parametrize("via", [True, False])
async def test_discord_asks_for_patience(desk: Desk, via: bool):
    """HTTP 429, from Discord or from what stands before it: the cards come a little later, and once."""
    for number in range(1, 5):
        desk.discord.before(SEND, number, too_many(0.3, via=via))
    await all_forwarded(desk)
    async with asyncio.timeout(20):
        while len(cards_by_complaint(desk)) < FEWER:
            await asyncio.sleep(0.3)
            await desk.service.desk.review.catch_up()
    await asyncio.sleep(0.2)
    assert any(call.status == 429 for call in desk.discord.called(SEND))
    assert len(desk.cards()) == FEWER


async def test_a_restart_in_the_middle_of_a_rush(team: Desk):
    """What was heard before the process ended, and what was forwarded before the next began, is one card each."""
    async with at_work(team) as desk:
        await all_forwarded(desk)
        await asyncio.sleep(0.05)
    await team.discord.forward(team.alex, team.complaints, shot(FEWER))
    async with at_work(team) as desk:
        await desk.card(FEWER + 1)
        await asyncio.sleep(0.1)
        assert set(cards_by_complaint(desk).values()) == {1}
        assert len(await desk.service.store.list()) == FEWER + 1


async def test_a_token_that_is_refused(team: Desk):
    """The service runs on; /health says what is wrong, and nothing is tried any more."""
    team.discord.before("GET /users/@me", 1, fail(401, words="401: Unauthorized"))
    async with at_work(team) as desk:
        status, [problem] = await health(desk)
        assert (status, problem) == (503, "discord: the token is refused (Improper token has been passed.)")
        before = len(desk.discord.calls)
        await desk.service.desk.review.catch_up()
        await asyncio.sleep(1.2)
        assert len(desk.discord.calls) == before


async def test_a_token_that_is_reset(desk: Desk):
    """While we run: the gateway closes, the next login finds out, and nothing is tried any more."""
    desk.discord.bot_token = "another"
    desk.discord.disconnect(4004)
    await desk.discord.until(lambda: "refused" in str(desk.service.sides[0].problems()), within=10)
    assert (await health(desk))[0] == 503


async def test_the_intent_that_is_switched_off(team: Desk):
    """What people point us at works without it, and /health says what to switch on."""
    team.discord.privileged = set()
    async with at_work(team) as desk:
        await desk.discord.until(lambda: desk.discord.online, within=10)
        await desk.discord.command(desk.alex, desk.complaints, "reply", text="Toujours rien reçu !")
        message = (await desk.discord.post(desk.alex, desk.complaints, "Le vase est cassé.")).message
        await desk.discord.message_command(desk.alex, message, "Draft a reply")
        await desk.card(2)
        assert await health(desk) == (200, [])
        assert "message content is switched off" in str(await health(desk, "notices"))


async def test_what_a_manager_must_not_send(desk: Desk):
    """Hostile words are blocked, whoever approves them; the form gives them back as they are, the rest is inert."""
    await desk.discord.forward(desk.alex, desk.complaints, shot(0) | {"content": HOSTILE})
    card = await desk.card()
    await desk.discord.press(desk.camille, card, "pv:edit:1")
    await desk.form(desk.camille)
    await desk.discord.submit(desk.camille, {"text": f"Bonjour, {HOSTILE}"})
    echo = await desk.told(desk.camille, "everyone")
    aside = desk.discord.ephemerals_for(desk.camille)[-1]
    assert [desk.discord.pings(one) for one in (card, aside)] == [set(), set()]
    assert "7*7" in echo
    alive = re.compile(r"(?<!\\)(@everyone|<@1>|\[x\]|https://evil)")
    assert [alive.findall(drawn(one)) for one in (card, aside)] == [[], []]
    assert await desk.status() == "awaiting"
    again = next(one["custom_id"] for one in walk(aside.components) if one.get("label") == "Edit again")
    await desk.discord.press(desk.camille, aside, again)
    assert HOSTILE in (await desk.form(desk.camille)).values["text"]


def drawn(message: Message) -> str:
    """What Discord reads as markdown; what stands in a block of code it does not."""
    texts = [str(one.get("content", "")) for one in walk(message.components)]
    return "\n".join(part for text in texts for part in text.split("```")[::2])
