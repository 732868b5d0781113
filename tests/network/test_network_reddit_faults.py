"""Faults between the desk and Reddit, which knows no key: each approved reply is there exactly once.

Two hundred of them, by hand::

    PYTHONPATH=.:tests/network uv run python tests/network/test_network_reddit_faults.py 200 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from contract import Fault, an_id
from reddit_standin import CLIENT, REFRESH, SECRET, Late, RedditStandIn, Said, StandIn

from bot.desk.case import Case, Complaint, Status
from bot.desk.decision import Approve, TryAgain
from bot.desk.desk import Desk
from bot.errors import NetworkNotReady
from bot.network import wire
from bot.network.account import Spec
from bot.network.accounts import Connected
from bot.network.everywhere import Everywhere
from bot.network.reddit import build
from bot.store import Store
from tests.fakes import CAMILLE, NOON, FakeClock, FakeReview, FakeVoice, FakeWork, FakeWriter, Steps

SHORT = wire.httpx2.Timeout(0.12, connect=5.0)
SLOW = 0.15
POSTING: tuple[Fault | Late, ...] = (*Fault, *Late)
READING = (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.FAIL_BEFORE, Fault.FAIL_AFTER, Fault.BUSY, Fault.SLOW)


class House:
    """One process after another over one store and one network; time is moved by hand."""

    def __init__(self, server: StandIn, store: Store, chance: random.Random, connect: Callable[[StandIn], Any]) -> None:
        self.server, self.store, self.chance, self.connect = server, store, chance, connect
        self.clock, self.steps = FakeClock(), Steps()
        self.writer = FakeWriter(self.steps)
        self.met: Counter[str] = Counter()
        self.starts = 0
        self.skew = timedelta()
        self.meanwhile: Callable[[], None] = lambda: None
        server.now = lambda: self.clock.now() + self.skew
        self._start(set())

    def _start(self, dead: set[str]) -> None:
        self.starts += 1
        self.account, self.forget = self.connect(self.server)
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

    async def story(self, complaint: Complaint) -> Case:
        """A complaint, a yes, ``meanwhile``, faults on the way; the case when it is over."""
        await self.desk.receive(complaint)
        await self._run()
        await self._approve(complaint.id)
        self.meanwhile()
        self._trouble()
        await self._until_over(complaint.id)
        self.server.faults.clear()
        self.server.read_faults.clear()
        case = await self.store.get(complaint.id)
        assert case
        return case

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
            if case.status is Status.UNKNOWN and case.due is None:  # six faults in a row: a person is asked
                self.met["a person asked"] += 1
                await self.desk.decide(case_id, TryAgain(), CAMILLE)
                continue
            if case.due is None:
                return
            await asyncio.to_thread(self.server.rest)  # a minute is enough for whatever the server still does
            self.clock.time = max(self.clock.now(), case.due)
            self.forget()
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


def _kill(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def connected(server: StandIn) -> tuple[Any, Callable[[], None]]:
    secrets = {"client_id": CLIENT, "client_secret": SECRET, "refresh_token": REFRESH}
    account = build(Spec(brand="main", network="reddit", handle="acme_care", server=server.url, secrets=secrets))
    return account, account._server.forget


async def story(house: House) -> None:
    """In the end the reply stands there once, or the post is gone."""
    server = house.server
    assert isinstance(server, RedditStandIn)
    said = server.write("lea_m", "Toujours rien reçu !")
    case = await house.story(_complaint(said, server))
    assert case.reply
    ours = [each for each in server.said.values() if each.by == server.brand and not each.gone]
    there = [each for each in ours if each.parent == said.name]
    wanted = [] if said.gone and case.status is Status.REFUSED else [case.reply.text]
    assert [each.body for each in there] == wanted, case
    assert case.status is (Status.POSTED if wanted else Status.REFUSED), case
    assert not wanted or case.reply.ref == there[0].name, case


def _complaint(said: Said, server: RedditStandIn) -> Complaint:
    return Complaint(
        id=an_id(),
        brand="main",
        text="Toujours rien reçu !",
        received_at=NOON,
        network="reddit",
        author="u/lea_m",
        link=server.link(said),
        lang="fr",
    )


@asynccontextmanager
async def a_house(folder: Path, seed: int) -> AsyncIterator[House]:
    with RedditStandIn(slow=SLOW) as server:
        async with Store.open(f"sqlite:///{folder / 'cases.db'}") as store:
            house = House(server, store, random.Random(seed), connected)
            yield house
            await house.account.close()


@pytest.mark.parametrize("seed", range(2))
async def test_ten_faults_and_each_comment_is_there_once(seed, tmp_path, monkeypatch):
    """Cut, failed, slow, busy, delivered twice, killed, restarted, the post deleted: one yes, one comment."""
    monkeypatch.setattr(wire, "TIMEOUT", SHORT)
    async with a_house(tmp_path, seed) as house:
        for _ in range(10):
            await story(house)


async def many(stories: int, seed: int, make: Any, tell: Any) -> None:
    """As many stories as asked for, and what happened in them."""
    wire.TIMEOUT = SHORT
    with tempfile.TemporaryDirectory() as folder:
        async with make(Path(folder), seed) as house:
            for _ in range(stories):
                await tell(house)
            found = await house.store.count_by_status()
            counts = ", ".join(f"{times} {status}" for status, times in found.items() if times)
            print(f"{stories} approved, seed {seed}: {counts}; none missing, none twice, none overwritten")
            print(", ".join(f"{name} {times}" for name, times in sorted(house.met.items())))
            sent = len(house.server.posts())
            print(f"{sent} calls that post, {len(house.server.calls) - sent} others")


def from_the_command_line(doc: str | None, make: Any, tell: Any) -> None:
    told = argparse.ArgumentParser(description=doc)
    told.add_argument("stories", type=int, nargs="?", default=200)
    told.add_argument("--seed", type=int, default=random.randrange(10_000))
    asked = told.parse_args()
    asyncio.run(many(asked.stories, asked.seed, make, tell))


if __name__ == "__main__":
    from_the_command_line(__doc__, a_house, story)
