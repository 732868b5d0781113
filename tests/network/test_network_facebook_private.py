"""Replies that go to the author alone, as a private message: ``options: {private: "true"}``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from contract import Fault, approved, brought, now
from graph_standin import ACCOUNT, PAGE, Refusal
from graph_world import FacebookWorld, GraphWorld, InstagramWorld

from bot.desk.ports import Absent, Posted, Refused, Unclear

pytest_plugins = ["graph_fixtures"]

TEXT = "Bonjour Léa, votre colis part demain."


@pytest.fixture(params=["facebook", "instagram"])
async def world(request: pytest.FixtureRequest, facebook: FacebookWorld, instagram: InstagramWorld) -> GraphWorld:
    world = facebook if request.param == "facebook" else instagram
    await world.rebuilt(options={"private": "true"})
    return world


async def test_it_goes_to_the_author_alone(world: GraphWorld):
    """POST /{id}/messages to the comment's author; nothing stands below the comment; found again; told beforehand."""
    complaint, reply = await world.complains("Toujours rien reçu !"), approved(TEXT)
    assert "private message" in str(world.account.aside)
    assert await world.account.check(complaint) is None
    posted = await world.account.publish(complaint, reply)
    assert isinstance(posted, Posted)
    (call,) = [call for call in world.server.calls if call.method == "POST"]
    assert call.path == f"/v25.0/{PAGE if world.id == PAGE else ACCOUNT}/messages"
    assert call.sent == {
        "recipient": {"comment_id": world.written[complaint.link].id},
        "message": {"text": TEXT},
    }
    assert (await world.thread(complaint), world.server.whispered(world.server.lea)) == ([], [TEXT])
    assert await world.account.find(complaint, reply) == posted
    assert await world.account.publish(complaint, reply) == posted


@pytest.mark.parametrize("fault", Fault)
async def test_whatever_happens_on_the_way_it_is_there_once(world: GraphWorld, fault: Fault):
    """The networks allow one message for each comment; what was cut is read back from the conversation."""
    complaint, reply = await world.complains("Toujours rien reçu !"), approved(TEXT)
    await world.fault(fault)
    await brought(world, complaint, reply)
    assert world.server.whispered(world.server.lea) == [TEXT]


async def test_one_for_each_comment(world: GraphWorld):
    """A second text is refused in words, whoever sent the first."""
    complaint = await world.complains("Toujours rien reçu !")
    assert isinstance(await world.account.publish(complaint, approved("On regarde.")), Posted)
    outcome = await world.account.publish(complaint, approved(TEXT))
    assert isinstance(outcome, Refused)
    assert "private" in str(outcome.reason)
    assert world.server.whispered(world.server.lea) == ["On regarde."]


async def test_after_seven_days_it_is_too_late(world: GraphWorld):
    """Said before the yes, and nothing is sent."""
    world.server.now = lambda: now() - timedelta(days=7, minutes=1)
    complaint = await world.complains("Toujours rien reçu !")
    assert "seven days" in str(await world.account.check(complaint))
    assert isinstance(await world.account.publish(complaint, approved(TEXT)), Refused)
    assert not [call for call in world.server.calls if call.method == "POST"]


@pytest.mark.parametrize(("number", "sub"), [(10, 2018278), (10902, 0), (100, 2018292), (200, 1545041), (551, 0)])
async def test_who_gets_no_messages_from_us_is_told(world: GraphWorld, number, sub):
    """Each of the networks' ways to say it."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.refusal = Refusal(number, "no", sub)
    outcome = await world.account.publish(complaint, approved(TEXT))
    assert isinstance(outcome, Refused)
    assert "in private" in str(outcome.reason)


async def test_facebook_tells_beforehand_who_gets_none(facebook: FacebookWorld):
    """``can_reply_privately``."""
    await facebook.rebuilt(options={"private": "true"})
    complaint = await facebook.complains("Toujours rien reçu !")
    facebook.written[complaint.link].unreachable = True
    assert "in private" in str(await facebook.account.check(complaint))


async def test_what_is_not_shown_is_not_absent(world: GraphWorld):
    """A conversation that the token may not read; one that is longer than what is read of it."""
    complaint, reply = await world.complains("Toujours rien reçu !"), approved(TEXT)
    assert await world.account.find(complaint, reply) == Absent()
    world.server.reading = Refusal(10, "pages_messaging", status=403)
    assert isinstance(await world.account.find(complaint, reply), Unclear)
    world.server.reading = None
    at = now().strftime("%Y-%m-%dT%H:%M:%S+0000")
    chat = {"id": "m_1", "message": "Allô ?", "from": {"id": world.server.lea.id}, "created_time": at}
    world.server.talks[world.server.lea.id] = [chat] * 50
    assert isinstance(await world.account.find(complaint, reply), Unclear)


async def test_neither_the_customers_words_nor_old_ones_are_our_reply(world: GraphWorld):
    """The same text, written by somebody else or last week."""
    complaint, lea = await world.complains("Toujours rien reçu !"), world.server.lea.id
    at, before = (then.strftime("%Y-%m-%dT%H:%M:%S+0000") for then in (now(), now() - timedelta(days=7)))
    theirs = {"id": "m_1", "message": TEXT, "from": {"id": lea}, "created_time": at}
    world.server.talks[lea] = [theirs, theirs | {"from": {"id": PAGE}, "created_time": before}]
    assert await world.account.find(complaint, approved(TEXT)) == Absent()


async def test_it_cannot_be_taken_back(world: GraphWorld):
    """And the account says so."""
    complaint = await world.complains("Toujours rien reçu !")
    assert not world.account.can.delete
    assert isinstance(await world.account.delete(complaint, approved(TEXT)), Refused)


async def test_lengths_are_those_of_messages(facebook: FacebookWorld, instagram: InstagramWorld):
    """2,000 characters on Messenger, 1,000 bytes on Instagram."""
    for world, length, limit, unit in ((facebook, 3, 2_000, "characters"), (instagram, 6, 1_000, "bytes")):
        await world.rebuilt(options={"private": "true"})
        told = world.account.measure(await world.complains("Oh."), "été"[:1] * 3)
        assert (told.used, told.limit, told.unit) == (length, limit, unit)
