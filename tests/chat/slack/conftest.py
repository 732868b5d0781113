"""A team in Slack: the whole service against a Slack on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_desk import Desk, at_work, people, write_prompts
from standin import Slack


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as slack:
        yield slack


@pytest.fixture
async def team(slack: Slack, tmp_path: Path) -> Desk:
    """A team whose service does not run yet."""
    desk = people(slack, tmp_path)
    group = slack.add_usergroup("managers", [desk.sacha])
    write_prompts(tmp_path / "prompts", complaints=desk.complaints, camille=desk.camille, group=group)
    return desk


@pytest.fixture
async def desk(team: Desk) -> AsyncIterator[Desk]:
    """A team at work."""
    async with at_work(team) as desk:
        yield desk
