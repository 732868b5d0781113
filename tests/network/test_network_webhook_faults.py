"""Faults between the desk and a brand's tool: once where it can be asked or honours the key, at most once elsewhere.

More of them, by hand::

    PYTHONPATH=.:tests/network uv run python tests/network/test_network_webhook_faults.py 200 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from contract import Fault
from desk_story import Story, a_story
from hook_standin import HookStandIn, Late
from test_network_webhook import SECRET, complaint, spec

from bot.desk.case import Status
from bot.network import wire
from bot.network.webhook import build

SHORT = wire.httpx2.Timeout(0.15, connect=5.0)
#: What the tool can do, and what brand.yaml says of it.
TOOLS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "can be asked": ({"finds": True}, {"find": "true"}),
    "honours the key": ({"honours_keys": True}, {"idempotent": "true"}),
    "can only be told": ({}, {}),
}
READING = (Fault.CUT_BEFORE, Fault.FAIL_BEFORE, Fault.FAIL_AFTER, Fault.BUSY, Fault.SLOW)


class Flow:
    """A tool, and what happens between."""

    def __init__(self, tool: HookStandIn, story: Story, *, sure: bool) -> None:
        self.tool, self.story, self.sure = tool, story, sure
        # A key that is not honoured makes no second delivery harmless.
        self._faults = (*Fault, *Late) if tool.honours_keys else (*(set(Fault) - {Fault.TWICE}), *Late)
        tool.strike = story.kill

    async def tells(self) -> None:
        """A complaint, a yes, faults on the way; at most one post, exactly one where that can be known."""
        asked = complaint(brand="main")
        await self.story.approve(asked)
        faults = sorted(self._faults, key=lambda each: each.name)
        self.tool.faults.extend(self.story.chance.choices(faults, k=self.story.chance.choice((0, 1, 1, 2, 3))))
        self.tool.read_faults.extend(self.story.chance.choices(READING, k=self.story.chance.choice((0, 0, 1, 2))))
        self.story.met.update(fault.name for fault in self.tool.faults)
        case = await self.story.until_over(asked.id, self._time)
        self.tool.faults.clear()
        self.tool.read_faults.clear()
        there = [each["text"] for each in self.tool.posted if each["id"] == asked.id]
        assert case.reply
        assert there in ([], [case.reply.text]), case
        self.story.met[f"{case.status} with {len(there)}"] += 1
        assert case.status is Status.POSTED or (case.status is Status.UNKNOWN and not self.sure), case
        assert there or case.status is Status.UNKNOWN, case

    async def _time(self) -> None:
        if self.story.chance.random() < 0.1:
            self.story.met["tool restarted"] += 1
            await self.tool.stop()
            await self.tool.start()
        await asyncio.sleep(0.03)  # half a minute is enough for whatever the tool still does
        self.story.account._wire.standing.paused_until = 0.0


@asynccontextmanager
async def a_flow(folder: Path, seed: int, kind: str) -> AsyncIterator[Flow]:
    does, options = TOOLS[kind]
    async with HookStandIn(secret=SECRET, slow=0.2, **does) as tool:
        account = lambda: build(spec(tool, brand="main", options=options))  # noqa: E731
        async with a_story(folder, seed, account) as story:
            yield Flow(tool, story, sure=bool(options))


@pytest.mark.parametrize("kind", TOOLS)
@pytest.mark.parametrize("seed", range(3))
async def test_ten_replies_and_none_is_posted_twice(seed, kind, tmp_path, monkeypatch):
    """Cut, failed, slow, busy, killed, restarted: once where the tool helps, at most once and never a lie elsewhere."""
    monkeypatch.setattr(wire, "TIMEOUT", SHORT)
    async with a_flow(tmp_path, seed, kind) as flow:
        for _ in range(10):
            await flow.tells()


async def main(stories: int, seed: int) -> None:
    wire.TIMEOUT = SHORT
    for kind in TOOLS:
        with tempfile.TemporaryDirectory() as folder:
            async with a_flow(Path(folder), seed, kind) as flow:
                for _ in range(stories):
                    await flow.tells()
                print(f"{stories} approved, seed {seed}, a tool that {kind}; none posted twice")
                print(", ".join(f"{name}: {times}" for name, times in sorted(flow.story.met.items())))


if __name__ == "__main__":
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("stories", type=int, nargs="?", default=200)
    told.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked = told.parse_args()
    asyncio.run(main(asked.stories, asked.seed))
