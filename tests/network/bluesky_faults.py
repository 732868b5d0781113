"""Random faults between Portevoix and a PDS, while complaints are answered: each reply must be there exactly once."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bluesky_desk import ReplyDesk, reply_desk
from bluesky_line import Line
from bluesky_server import Server, shared
from bluesky_world import BlueskyWorld
from contract import Fault

from bot.desk.case import Case, Status
from bot.desk.decision import TryAgain
from bot.network import wire
from tests.fakes import CAMILLE

FAULTS = tuple(Fault)
#: Seconds that we wait for an answer, and how slow SLOW is: the answer is lost.
PATIENCE, SLOW = wire.httpx2.Timeout(0.5, connect=5.0, pool=5.0), 0.8


@dataclass
class Tally:
    """What happened: the faults that calls met, restarts of the PDS, and what is wrong in the end."""

    faults: Counter[str] = field(default_factory=Counter)
    posting: int = 0  # those faults that met a call that posts
    kills: int = 0
    replies: int = 0
    asked: int = 0  # a person had to say "try again"
    wrong: list[str] = field(default_factory=list)

    @property
    def met(self) -> int:
        return self.faults.total() + self.kills


async def suffer(faults: int, kills: int, folder: Path, seed: int) -> Tally:
    """Answer complaints until so many faults were met and kills survived; then count what the public reads."""
    chance, tally = random.Random(seed), Tally()
    server = shared(folder / "server")
    line = Line(server.url, slow=SLOW)
    await line.up()
    try:
        mark = os.urandom(4).hex()
        brand, customer = server.person(f"acme-{mark}"), server.person(f"lea-{mark}")
        world = BlueskyWorld(brand, customer, brand.app_password(), line)
        async with reply_desk(folder, world.account) as desk:
            cases = []
            while tally.met < faults or tally.kills < kills:
                deadly = tally.kills < kills and chance.random() < 0.5
                cases.append(await _story(world, desk, chance, tally, server if deadly else None))
            tally.replies, tally.posting = len(cases), line.met_posting
            _count(world, cases, tally)
        await world.account.close()
    finally:
        await line.close()
        server.close()
    return tally


async def _story(
    world: BlueskyWorld, desk: ReplyDesk, chance: random.Random, tally: Tally, kill: Server | None
) -> Case:
    """One complaint, answered through whatever faults its calls meet."""
    line, client = world.line, world.account._wire._client
    client.timeout = wire.TIMEOUT
    complaint = await world.complains(f"Toujours rien reçu ! ({tally.met})")
    await desk.approve(complaint)
    if chance.random() < 0.3:
        world.account._session._tokens = None  # another process goes on
    client.timeout = PATIENCE
    line.writes.extend(chance.choices(FAULTS, k=chance.randint(0, 4)))
    line.any_call.extend(chance.choices((None, None, *FAULTS), k=chance.randint(0, 4)))
    line.accident = _killed(kill, chance.random() * 0.04) if kill else None

    async def time_passes() -> None:
        world.time_passes()
        if chance.random() < 0.5:  # else we look while it is away
            await line.settled()

    case = await desk.rest(complaint.id, time_passes)
    while case.status is Status.UNKNOWN:  # a person has looked, and says: try again
        tally.asked += 1
        await line.settled()
        await desk.desk.decide(complaint.id, TryAgain(), CAMILLE)
        case = await desk.rest(complaint.id, time_passes)
    await line.settled()
    line.writes.clear()
    line.any_call.clear()
    tally.faults += line.met
    tally.kills += bool(kill and line.accident is None)
    line.met.clear()
    line.accident = None
    return case


def _killed(server: Server, delay: float) -> Callable[[], Awaitable[None]]:
    async def accident() -> None:
        await asyncio.sleep(delay)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)

    return accident


def _count(world: BlueskyWorld, cases: list[Case], tally: Tally) -> None:
    posts = world.brand.posts()
    for case in cases:
        uri = world.uri(case.complaint)
        below = [post for post in posts if post["value"]["reply"]["parent"]["uri"] == uri]
        assert case.reply is not None
        texts, refs = [post["value"]["text"] for post in below], [post["uri"] for post in below]
        if case.status is not Status.POSTED or texts != [case.reply.text] or refs != [case.reply.ref]:
            tally.wrong.append(f"{case.id}: {case.status} {case.reason}, there: {texts}")
    if len(posts) != len(cases):
        tally.wrong.append(f"{len(posts)} posts for {len(cases)} replies")
