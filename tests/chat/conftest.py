"""Both chats, and a model beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from discord_standin import Discord
from standin import Slack

from tests.chat.model_pen import FakeInterpreter, wired


@pytest.fixture
def interpreter(monkeypatch: pytest.MonkeyPatch) -> FakeInterpreter:
    """Named before ``desk``, it is there when the service starts."""
    found = FakeInterpreter()
    wired(monkeypatch, found)
    return found


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as slack:
        yield slack


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as discord:
        yield discord
