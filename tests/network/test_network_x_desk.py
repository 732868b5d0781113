"""From the complaint on X to the reply below it, through the real desk, whatever happens to the line."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import pytest
from contract import Fault
from test_network_x import XWorld, ref_of, spec
from x_standin import XServer

from bot.desk.case import Complaint, Status
from bot.desk.decision import Approve
from bot.errors import NetworkNotReady
from bot.network.accounts import Connected
from tests.fakes import COMPLAINT, Room

READING = [Fault.BUSY, Fault.CUT_BEFORE, Fault.FAIL_BEFORE, Fault.CUT_AFTER, Fault.SLOW]


@pytest.fixture
async def world() -> AsyncIterator[XWorld]:
    async with XServer() as server:
        world = XWorld(server, spec(server))
        yield world
        await world.account.close()


def desk_on(world: XWorld) -> Room:
    """A desk whose network is the account."""
    room = Room()
    room.network = Connected(world.account)  # type: ignore[assignment]
    room.desk = room.another_desk(room.work)
    return room


async def complaint_on(world: XWorld) -> Complaint:
    heard = await world.complains("Toujours rien reçu !")
    return replace(COMPLAINT, link=heard.link, text="")


async def to_the_end(room: Room, world: XWorld) -> None:
    """From one due time to the next until the bot has nothing left to do."""
    await room.run()
    for _ in range(40):
        if room.case.due is None:
            return
        room.clock.time = max(room.case.due, room.clock.now())
        world.time_passes()
        await room.run()
        await room.desk.resume()
    raise AssertionError("the bot never comes to rest")


async def test_a_complaint_is_answered_below_it(world: XWorld) -> None:
    """A bare link becomes a case with the customer's words; a yes becomes one reply, with its link on the case."""
    room = desk_on(world)
    complaint = await complaint_on(world)
    case = await room.receive(complaint)
    assert case.complaint.text == "@acme Toujours rien reçu !"
    await room.decide(Approve(1))
    await to_the_end(room, world)
    assert room.case.status is Status.POSTED
    assert await world.thread(complaint) == [case.draft.text]  # type: ignore[union-attr]
    assert room.case.reply is not None
    assert room.case.reply.link.startswith("https://x.com/acme/status/")


async def test_a_post_that_only_a_person_may_answer_is_not_approved_for_the_bot(world: XWorld) -> None:
    """The draft says so, and the yes is not taken."""
    room = desk_on(world)
    stored = world.server.write(world.server.lea, "Acme, jamais plus !")
    case = await room.receive(replace(COMPLAINT, link=f"https://x.com/lea_m/status/{stored.id}", text=""))
    assert case.draft is not None
    assert "answer by hand here" in str(case.draft.remarks[0])
    with pytest.raises(NetworkNotReady, match="answer by hand here"):
        await room.decide(Approve(1))
    assert world.server.sent == []


@pytest.mark.parametrize("seed", range(100))
async def test_random_faults_post_once(world: XWorld, seed: int) -> None:
    """Any faults, in any order, on posting and on looking: the reply is there exactly once, and known as posted."""
    chance = random.Random(seed)
    room = desk_on(world)
    complaint = await complaint_on(world)
    case = await room.receive(complaint)
    await room.decide(Approve(1))
    world.server.faults.extend(chance.choices(list(Fault), k=chance.randint(1, 4)))
    world.server.reads.extend(chance.choices(READING, k=chance.randint(0, 2)))
    world.server.lags = chance.randint(0, 1)
    await to_the_end(room, world)
    assert await world.thread(complaint) == [case.draft.text]  # type: ignore[union-attr]
    assert room.case.status is Status.POSTED, room.case.reason
    assert room.case.reply is not None
    assert room.case.reply.ref == str(world.server.below(ref_of(complaint))[0].id)


@pytest.mark.parametrize("there", [True, False])
async def test_a_process_that_dies_while_x_answers_posts_once(world: XWorld, there: bool) -> None:
    """Killed with the call on its way, before or after X has taken it: the next process looks first."""
    room = desk_on(world)
    complaint = await complaint_on(world)
    await room.receive(complaint)
    await room.decide(Approve(1))
    world.server.faults.append(Fault.SLOW)
    dying = asyncio.create_task(room.run())
    while not (world.server.below(ref_of(complaint)) if there else world.server.sent):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    if not there:
        world.server.write = None  # type: ignore[assignment,method-assign]  # what was on its way never takes effect
        await asyncio.sleep(0.4)
        del world.server.write
    await room.restart()
    await to_the_end(room, world)
    assert room.case.status is Status.POSTED
    assert len(await world.thread(complaint)) == 1
