"""A team in Discord: the whole service against a Discord on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from discord_desk import Desk, at_work, people, write_prompts
from discord_standin import Discord


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as discord:
        yield discord


@pytest.fixture
async def team(discord: Discord, tmp_path: Path) -> Desk:
    """A team whose service does not run yet."""
    desk = people(discord, tmp_path)
    write_prompts(tmp_path / "prompts", complaints=desk.complaints, camille=desk.camille, role=desk.role)
    return desk


@pytest.fixture
async def desk(team: Desk) -> AsyncIterator[Desk]:
    """A team at work."""
    async with at_work(team) as desk:
        yield desk
