"""Faults between the desk and an instance that ignores ``Idempotency-Key``: each approved reply is there exactly once.

Two hundred of them, by hand::

    PYTHONPATH=.:tests/network uv run python tests/network/test_network_mastodon_faults.py 200 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from contract import Fault, an_id
from mastodon_standin import Late, MastodonStandIn
from mastodon_standin import Status as Said

from bot.desk.case import Complaint, Status
from bot.desk.decision import Approve
from bot.desk.desk import Desk
from bot.errors import NetworkNotReady
from bot.network import wire
from bot.network.account import Spec
from bot.network.accounts import Connected
from bot.network.everywhere import Everywhere
from bot.network.mastodon import build
from bot.store import Store
from tests.fakes import CAMILLE, NOON, FakeClock, FakeReview, FakeVoice, FakeWork, FakeWriter, Steps

TOKEN = "s3cr3t-t0k3n"
SHORT = wire.httpx2.Timeout(0.12, connect=5.0)
SLOW = 0.15
POSTING: tuple[Fault | Late, ...] = (*Fault, *Late)
READING = (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.FAIL_BEFORE, Fault.FAIL_AFTER, Fault.BUSY, Fault.SLOW)


class House:
    """One process after another over one store and one instance; time is moved by hand."""

    def __init__(self, server: MastodonStandIn, store: Store, chance: random.Random) -> None:
        self.server, self.store, self.chance = server, store, chance
        self.clock, self.steps = FakeClock(), Steps()
        self.writer = FakeWriter(self.steps)
        self.brand = server.account("acme", token=TOKEN)
        self.lea = server.account("lea", host="autre.example")
        self.met: Counter[str] = Counter()
        self.starts = 0
        server.now = lambda: self.clock.now() + self.skew
        self.skew = timedelta()
        self._start(set())

    def _start(self, dead: set[str]) -> None:
        self.starts += 1
        secrets = {"access_token": TOKEN}
        self.account = build(Spec(brand="main", network="mastodon", server=self.server.url, secrets=secrets))
        self.work = FakeWork(self.steps, f"worker-{self.starts}")
        self.work.dead = dead
        self.desk = Desk(
            voice=FakeVoice(),
            writer=self.writer,
            review=FakeReview(self.steps),
            networks=Everywhere(Connected(self.account)),
            store=self.store,
            work=self.work,
            clock=self.clock,
        )

    async def story(self) -> None:
        """A complaint, a yes, faults on the way; in the end the reply stands there once, or the post is gone."""
        said = self.server.write(self.lea, "@acme@social.example Toujours rien reçu !")
        complaint = _complaint(said, self.server)
        await self.desk.receive(complaint)
        await self._run()
        await self._approve(complaint.id)
        self._trouble()
        await self._until_over(complaint.id)
        self.server.faults.clear()
        self.server.read_faults.clear()
        await self._look_at(complaint.id, said)

    async def _approve(self, case_id: str) -> None:
        for _ in range(10):  # on a busy machine the stand-in may be too slow for our short patience
            try:
                await self.desk.decide(case_id, Approve(1), CAMILLE)
            except NetworkNotReady:
                continue
            return
        raise AssertionError("the network is never ready")

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
            self.account._server.wire.standing.paused_until = 0.0
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
        await self.account.close()
        self._start({*self.work.dead, self.work.worker})
        await self.desk.resume(starting=True)

    async def _look_at(self, case_id: str, said: Said) -> None:
        case = await self.store.get(case_id)
        assert case
        assert case.reply
        there = [s for s in self.server.statuses.values() if s.by is self.brand and s.answers == said.id]
        stray = [s.text for s in self.server.statuses.values() if s.by is self.brand and s.answers is None]
        assert stray == [], case
        gone = said.id not in self.server.statuses
        wanted = [] if gone and case.status is Status.REFUSED else [f"@lea@autre.example {case.reply.text}"]
        assert [s.text for s in there] == wanted, case
        assert case.status is (Status.POSTED if wanted else Status.REFUSED), case
        assert not wanted or case.reply.ref == there[0].id, case


def _kill(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _complaint(said: Said, server: MastodonStandIn) -> Complaint:
    return Complaint(
        id=an_id(),
        brand="main",
        text="Toujours rien reçu !",
        received_at=NOON,
        network="mastodon",
        author="@lea@autre.example",
        link=server.link(said),
        lang="fr",
    )


@asynccontextmanager
async def a_house(folder: Path, seed: int) -> AsyncIterator[House]:
    with MastodonStandIn(slow=SLOW) as server:
        async with Store.open(f"sqlite:///{folder / 'cases.db'}") as store:
            house = House(server, store, random.Random(seed))
            yield house
            await house.account.close()


@pytest.mark.parametrize("seed", range(3))
async def test_ten_faults_and_each_reply_is_there_once(seed, tmp_path, monkeypatch):
    """Cut, failed, slow, busy, delivered twice, killed, restarted, the post deleted: one yes, one post."""
    monkeypatch.setattr(wire, "TIMEOUT", SHORT)
    async with a_house(tmp_path, seed) as house:
        for _ in range(10):
            await house.story()


async def store_counts(house: House) -> str:
    found = await house.store.count_by_status()
    return ", ".join(f"{times} {status}" for status, times in found.items() if times)


async def main(stories: int, seed: int) -> None:
    wire.TIMEOUT = SHORT
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder), seed) as house:
            for _ in range(stories):
                await house.story()
            counts = await store_counts(house)
            print(f"{stories} approved, seed {seed}: {counts}; none missing, none twice, none astray")
            print(", ".join(f"{name} {times}" for name, times in sorted(house.met.items())))
            sent = sum(call.method == "POST" for call in house.server.calls)
            print(f"{sent} calls that post, {len(house.server.calls) - sent} others")


if __name__ == "__main__":
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("stories", type=int, nargs="?", default=200)
    told.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked = told.parse_args()
    asyncio.run(main(asked.stories, asked.seed))
