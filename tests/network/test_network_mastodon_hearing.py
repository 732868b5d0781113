"""The brand's mentions, once each, from where it stopped."""

from __future__ import annotations

import pytest
from contract import Fault, approved, said
from test_network_mastodon import a_world

from bot.network.account import Unread


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


async def test_many_mentions_come_oldest_first_and_once(world):
    """More than a page; the cursor goes on from the last one."""
    account, start = world.account, (await world.account.mentions("")).cursor
    for number in range(95):
        await world.complains(f"Plainte {number}")
    heard = await account.mentions(start)
    assert [said(post.text) for post in heard.posts] == [f"Plainte {number}" for number in range(95)]
    assert (await account.mentions(heard.cursor)).posts == ()


async def test_an_account_that_heard_nothing_yet_misses_nothing(world):
    """No notification at all at the start, so no id to go on from."""
    start = (await world.account.mentions("")).cursor
    for number in range(45):
        await world.complains(f"Plainte {number}")
    heard = await world.account.mentions(start)
    assert [said(post.text) for post in heard.posts] == [f"Plainte {number}" for number in range(45)]


async def test_a_server_that_tells_the_newest_first_loses_none(world):
    """snac: asked for what follows an id, it tells the newest of all."""
    world.server.newest_first = True
    await world.complains("Avant.")
    start = (await world.account.mentions("")).cursor
    for number in range(95):
        await world.complains(f"Plainte {number}")
    heard = await world.account.mentions(start)
    assert [said(post.text) for post in heard.posts] == [f"Plainte {number}" for number in range(95)]


async def test_a_look_stays_within_its_calls_and_loses_nothing(world, monkeypatch):
    """What is too much for one look comes with the next."""
    monkeypatch.setattr("bot.network.mastodon.hearing.CALLS", 2)
    await world.complains("Avant.")
    start = (await world.account.mentions("")).cursor
    for number in range(60):
        await world.complains(f"Plainte {number}")
    calls = len(world.server.calls)
    first = await world.account.mentions(start)
    assert len(world.server.calls) - calls == 2
    second = await world.account.mentions(first.cursor)
    assert [said(post.text) for post in (*first.posts, *second.posts)] == [f"Plainte {n}" for n in range(60)]


async def test_a_deleted_mention_is_passed_over(world):
    """It is in no list any more; the next one is heard."""
    start = (await world.account.mentions("")).cursor
    gone, stays = await world.complains("Je supprime."), await world.complains("Je reste.")
    await world.withdraw(gone)
    heard = await world.account.mentions(start)
    assert [post.link for post in heard.posts] == [stays.link]


async def test_a_private_message_is_told_as_one(world):
    """Answered in private, then."""
    start = (await world.account.mentions("")).cursor
    world.server.write(world.customer, "@acme@social.example entre nous", visibility="direct")
    (post,) = (await world.account.mentions(start)).posts
    assert post.private
    assert post.lang == "fr"


async def test_an_answer_to_our_reply_tells_what_it_answers(world):
    """So that the caller knows the conversation."""
    complained, reply = await world.complains("Toujours rien reçu !"), approved()
    start = (await world.account.mentions("")).cursor
    posted = await world.account.publish(complained, reply)
    world.server.write(world.customer, "@acme@social.example Merci !", answers=posted.ref)
    (post,) = (await world.account.mentions(start)).posts
    assert post.answers == posted.ref


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.FAIL_BEFORE, Fault.SLOW])
async def test_what_could_not_be_heard_is_heard_the_next_time(world, fault):
    """The caller keeps its cursor."""
    start = (await world.account.mentions("")).cursor
    await world.complains("Toujours rien reçu !")
    world.server.read_faults.append(fault)
    with pytest.raises(Unread):
        await world.account.mentions(start)
    world.time_passes()
    assert len((await world.account.mentions(start)).posts) == 1
