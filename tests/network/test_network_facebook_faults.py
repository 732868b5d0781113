"""Faults between the desk and the Graph API, which knows no key: each approved reply is there exactly once.

Two hundred of them on each network, by hand::

    PYTHONPATH=.:tests/network uv run python tests/network/test_network_facebook_faults.py 200 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from contract import Fault
from graph_standin import GraphStandIn, Late, Said
from graph_world import FacebookWorld, GraphWorld, InstagramWorld

from bot.desk.case import Status
from bot.desk.decision import Approve
from bot.desk.desk import Desk
from bot.network import wire
from bot.network.accounts import Connected
from bot.network.everywhere import Everywhere
from bot.store import Store
from tests.fakes import CAMILLE, FakeClock, FakeReview, FakeVoice, FakeWork, FakeWriter, Steps

SHORT = wire.httpx2.Timeout(0.15, connect=5.0)
SLOW = 0.2
POSTING: tuple[Fault | Late, ...] = (*Fault, *Late)
READING = (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.FAIL_BEFORE, Fault.FAIL_AFTER, Fault.BUSY, Fault.SLOW)
WORLDS = {"facebook": FacebookWorld, "instagram": InstagramWorld}


class House:
    """One process after another over one store and one network; time is moved by hand."""

    def __init__(self, world: GraphWorld, store: Store, chance: random.Random) -> None:
        self.world, self.server, self.store, self.chance = world, world.server, store, chance
        self.clock, self.steps = FakeClock(), Steps()
        self.writer = FakeWriter(self.steps)
        self.met: Counter[str] = Counter()
        self.starts = 0
        self.skew = timedelta()
        self.server.now = lambda: self.clock.now() + self.skew
        self._start(set())

    def _start(self, dead: set[str]) -> None:
        self.starts += 1
        self.world.account = self.world.connected(brand="main")
        self.work = FakeWork(self.steps, f"worker-{self.starts}")
        self.work.dead = dead
        self.desk = Desk(
            voice=FakeVoice(),
            writer=self.writer,
            review=FakeReview(self.steps),
            networks=Everywhere(Connected(self.world.account)),
            store=self.store,
            work=self.work,
            clock=self.clock,
        )

    async def story(self) -> None:
        """A complaint, a yes, faults on the way; in the end the reply stands there once, or the comment is gone."""
        self.clock.time += timedelta(minutes=10)
        said = self.world.says(self.world.post, "Toujours rien reçu !")
        if self.chance.random() < 0.3:
            said = self.world.says(said, "Moi non plus !", self.server.max)
        complaint = replace(self.world.complaint(said), brand="main", received_at=self.clock.now())
        await self.desk.receive(complaint)
        await self._run()
        await self.desk.decide(complaint.id, Approve(1), CAMILLE)
        self._trouble()
        await self._until_over(complaint.id)
        self.server.faults.clear()
        self.server.read_faults.clear()
        await self._look_at(complaint.id, said)

    def _trouble(self) -> None:
        self.skew = timedelta(seconds=self.chance.uniform(-60, 60))
        self.server.faults.extend(self.chance.choices(POSTING, k=self.chance.choice((1, 1, 1, 2, 3))))
        self.server.read_faults.extend(self.chance.choices(READING, k=self.chance.choice((0, 0, 1, 2))))
        self.met.update(fault.name for fault in self.server.faults)
        self.met.update(f"reading {fault.name}" for fault in self.server.read_faults)

    async def _until_over(self, case_id: str) -> None:
        for _ in range(40):
            if self.chance.random() < 0.1:
                await self._server_restarts()
            await self._run()
            case = await self.store.get(case_id)
            assert case
            if case.due is None:
                return
            await asyncio.to_thread(self.server.rest)  # half a minute is enough for whatever the server still does
            self.clock.time = max(self.clock.now(), case.due)
            self.world.time_passes()
            await self.desk.resume()
        raise AssertionError(f"never over: {case}")

    async def _server_restarts(self) -> None:
        self.met["server restarted"] += 1
        self.server.stop()
        await self._run()
        self.server.start()

    async def _run(self) -> None:
        while job := self.work.due(self.clock.now()):
            times = 2 if self.chance.random() < 0.2 else 1  # the queue may deliver a job twice
            at_work = [asyncio.create_task(getattr(self.desk, job.verb)(job.case_id)) for _ in range(times)]
            self.server.strike = partial(asyncio.get_running_loop().call_soon_threadsafe, _kill, at_work)
            ended = await asyncio.gather(*at_work, return_exceptions=True)
            if any(isinstance(each, asyncio.CancelledError) for each in ended):
                await self._restart()
            assert not [each for each in ended if isinstance(each, Exception)], ended

    async def _restart(self) -> None:
        self.met["killed"] += 1
        await self.world.account.close()
        self._start({*self.work.dead, self.work.worker})
        await self.desk.resume(starting=True)

    async def _look_at(self, case_id: str, said: Said) -> None:
        case = await self.store.get(case_id)
        assert case
        assert case.reply
        top = said.parent or said
        ours = [s for s in self.server.said.values() if s.by is self.world.brand]
        assert [s.text for s in ours if s.parent is None] == [], case
        there = [s.text for s in ours if s.parent is top]
        gone = said.id not in self.server.said
        wanted = [] if gone and case.status is Status.REFUSED else [f"{_name(said)}{case.reply.text}"]
        assert there == wanted, case
        assert case.status is (Status.POSTED if wanted else Status.REFUSED), case
        assert not wanted or case.reply.ref in self.server.said, case


def _name(said: Said) -> str:
    if said.parent is None:
        return ""
    return f"@{said.by.username} " if said.post.on == "instagram" else f"{said.by.name} "


def _kill(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


@asynccontextmanager
async def a_house(network: str, folder: Path, seed: int) -> AsyncIterator[House]:
    with GraphStandIn(slow=SLOW) as server:
        async with Store.open(f"sqlite:///{folder / f'{network}.db'}") as store:
            house = House(WORLDS[network](server), store, random.Random(seed))
            yield house
            await house.world.account.close()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("network", WORLDS)
async def test_ten_faults_and_each_reply_is_there_once(network, seed, tmp_path, monkeypatch):
    """Cut, failed, slow, busy, delivered twice, killed, restarted, the comment deleted: one yes, one reply."""
    monkeypatch.setattr(wire, "TIMEOUT", SHORT)
    async with a_house(network, tmp_path, seed) as house:
        for _ in range(10):
            await house.story()


async def main(stories: int, seed: int) -> None:
    wire.TIMEOUT = SHORT
    with tempfile.TemporaryDirectory() as folder:
        for network in WORLDS:
            async with a_house(network, Path(folder), seed) as house:
                for _ in range(stories):
                    await house.story()
                found = await house.store.count_by_status()
                counts = ", ".join(f"{times} {status}" for status, times in found.items() if times)
                print(f"{network}: {stories} approved, seed {seed}: {counts}; none missing, none twice, none astray")
                print(", ".join(f"{name} {times}" for name, times in sorted(house.met.items())))
                sent = sum(call.method == "POST" for call in house.server.calls)
                print(f"{sent} calls that post, {len(house.server.calls) - sent} others")


if __name__ == "__main__":
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("stories", type=int, nargs="?", default=200)
    told.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked = told.parse_args()
    asyncio.run(main(asked.stories, asked.seed))
