"""Discord goes away and comes back: nothing that was written meanwhile is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from discord_desk import Desk, at_work, people, write_prompts
from discord_standin import SEND, Answer, Call, Discord, fail

from bot.errors import StoreError
from bot.store.lane import Lane


@pytest.fixture
async def shop(desk: Desk) -> int:
    """A channel in which Léa writes."""
    return desk.discord.add_channel("boutique")


async def forward(desk: Desk, shop: int, text: str) -> None:
    """A customer's message, forwarded to the team."""
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    message = (await desk.discord.post(lea, shop, text)).message
    await desk.discord.forward(desk.alex, desk.complaints, message)


async def health(desk: Desk) -> tuple[int, list[str]]:
    """Status and problems of /health/ready."""
    address = f"http://127.0.0.1:{desk.service.port}/health/ready"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, (await answer.json())["problems"]


async def until_healthy(desk: Desk) -> None:
    async with asyncio.timeout(15):
        while (await health(desk))[0] != 200:
            await asyncio.sleep(0.05)


async def told(desk: Desk) -> list[str]:
    """The texts of all cases; each case has exactly one card."""
    cases = await desk.service.store.list(limit=500)
    await desk.card(len(cases))
    await asyncio.sleep(0.1)
    assert len(desk.cards()) == len(cases)
    return sorted(case.complaint.text for case in cases)


async def test_a_cut_connection_is_resumed(desk: Desk, shop: int):
    """What was forwarded while nobody was connected comes with the resume, and once; /health knew."""
    await forward(desk, shop, "one")
    await desk.card()
    desk.discord.outage()
    await forward(desk, shop, "two")
    await forward(desk, shop, "three")
    await desk.discord.until(lambda: desk.service.sides[0].problems())
    assert await health(desk) == (503, ["discord: disconnected"])
    desk.discord.recover()
    await until_healthy(desk)
    assert await told(desk) == ["one", "three", "two"]
    assert (desk.discord.logins, desk.discord.resumes) == (1, 1)
