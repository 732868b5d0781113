"""Many at once, a dead server, a cancelled ask: nobody waits longer than the deadline."""

import asyncio

import pytest
from model_answers import Answer, down, hangs, late, refuses, says, wrong_key
from server_sample import DRAFT, PROMPT, access

from bot.errors import ModelTrouble
from bot.writer.answers import Drafted
from bot.writer.server import ModelServer

RESTS = "The model's server has not answered for a while; it is tried again in 1 s."
TRIES = "The model's server has not answered for a while; it is being tried again right now."


async def outcome(model: ModelServer, brand: str = "lune") -> str:
    """The reply, or the sentence of the trouble."""
    try:
        return (await model.ask(PROMPT, Drafted, brand=brand))[0].reply
    except ModelTrouble as said:
        return str(said)


async def break_down(model: ModelServer, server, answer: Answer) -> None:
    """Let it fail until it is left alone."""
    server.default = answer
    for _ in range(3):
        await outcome(model)


async def test_a_brand_asks_few_at_once(server):
    """The others wait for a free place."""
    server.default = late(0.05, says(DRAFT))
    async with ModelServer(access(server, at_once=2, deadline=3.0)) as model:
        assert {await one for one in asyncio.as_completed([outcome(model) for _ in range(8)])} == {DRAFT["reply"]}
    assert server.most_at_once == 2


async def test_one_brands_rush_does_not_hold_up_another(server):
    """Places are counted by brand."""
    server.default = late(0.1, says(DRAFT))
    async with ModelServer(access(server, at_once=1)) as model:
        await asyncio.gather(*(outcome(model, brand) for brand in ("lune", "soleil", "terre")))
    assert server.most_at_once == 3


async def test_nobody_waits_longer_than_the_deadline(server):
    """Fifty at once at a slow server: each has a reply or a sentence in time, and the server is not thought dead."""
    server.default = late(0.3, says(DRAFT))
    async with ModelServer(access(server, at_once=2, deadline=2.0)) as model:
        began = asyncio.get_running_loop().time()
        said = await asyncio.gather(*(outcome(model) for _ in range(50)))
        assert asyncio.get_running_loop().time() - began < 4
        assert model.problem == ""
    # an ask that would begin too late to end is not begun: none of them times out
    assert set(said) == {DRAFT["reply"], "Too many complaints came at once: the model was not free within 1 s."}


async def test_fifty_at_a_server_that_hangs(server):
    """The ones in the queue do not begin after it is known to be dead."""
    server.default = hangs
    async with ModelServer(access(server, at_once=4, deadline=0.5)) as model:
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(outcome(model) for _ in range(50)))
        assert asyncio.get_running_loop().time() - began < 2.5
        assert await outcome(model) == "The model's server has not answered for a while; it is tried again in 30 s."
    assert len(server.calls) == 4


async def test_a_dead_server_is_left_alone(server):
    """After three asks in a row it is not called any more."""
    async with ModelServer(access(server, deadline=0.1, rest=0.9)) as model:
        await break_down(model, server, down())
        calls = len(server.calls)
        assert await outcome(model) == RESTS
        assert model.problem == RESTS
    assert len(server.calls) == calls


async def test_it_comes_back_by_itself(server):
    """After the rest the next ask goes through, and all others after it."""
    async with ModelServer(access(server, deadline=0.1, rest=0.2)) as model:
        await break_down(model, server, down())
        server.default = says(DRAFT)
        await asyncio.sleep(0.25)
        assert model.problem == TRIES
        assert [await outcome(model), await outcome(model)] == [DRAFT["reply"]] * 2
        assert model.problem == ""


async def test_a_trial_is_made_by_one_alone(server):
    """Of fifty that ask when the rest is over one goes through; the others are told at once."""
    async with ModelServer(access(server, deadline=0.15, rest=0.2, at_once=50)) as model:
        await break_down(model, server, hangs)
        await asyncio.sleep(0.25)
        calls = len(server.calls)
        said = await asyncio.gather(*(outcome(model) for _ in range(50)))
        assert said.count(TRIES) == 49
        assert len(server.calls) == calls + 1
        assert await outcome(model) == RESTS  # the trial failed


async def test_a_cancelled_trial_proves_nothing(server):
    """The server stays left alone."""
    async with ModelServer(access(server, deadline=0.15, rest=0.2)) as model:
        await break_down(model, server, hangs)
        await asyncio.sleep(0.25)
        trial = asyncio.create_task(outcome(model))
        await asyncio.sleep(0.05)
        trial.cancel()
        await asyncio.wait([trial])
        assert await outcome(model) == RESTS


@pytest.mark.parametrize("answer", [refuses(), says("nonsense"), wrong_key()], ids=["refusal", "nonsense", "key"])
async def test_a_server_that_answers_is_not_dead(server, answer):
    """Refusals, nonsense and a wrong key say nothing of that kind."""
    async with ModelServer(access(server)) as model:
        await break_down(model, server, answer)
        server.default = says(DRAFT)
        assert await outcome(model) == DRAFT["reply"]


async def test_what_only_a_person_cures_is_told_until_it_is_cured(server):
    """/health shows the wrong key, and forgets it with the first answer."""
    async with ModelServer(access(server)) as model:
        server.answers(wrong_key(), refuses(), says(DRAFT))
        await outcome(model)
        assert "OPENAI_API_KEY" in model.problem
        await outcome(model)
        assert "OPENAI_API_KEY" in model.problem
        await outcome(model)
        assert model.problem == ""


async def test_a_cancelled_ask_frees_its_place_and_its_line(server):
    """Whether it was waiting or under way."""
    server.answers(hangs)
    server.default = says(DRAFT)
    async with ModelServer(access(server, at_once=1, deadline=5.0)) as model:
        asks = [asyncio.create_task(outcome(model)) for _ in range(2)]
        await asyncio.sleep(0.1)
        for ask in reversed(asks):
            ask.cancel()
        await asyncio.wait(asks)
        assert await asyncio.wait_for(outcome(model), 1) == DRAFT["reply"]
        assert server.connections <= 1
    assert server.under_way == 0


async def test_a_shorter_deadline_for_one_ask(server):
    """A translation may be given less time than a draft."""
    server.default = hangs
    async with ModelServer(access(server, deadline=20.0)) as model:
        with pytest.raises(ModelTrouble, match="within 1 s"):
            await model.ask(PROMPT, Drafted, brand="lune", deadline=0.2)
