import asyncio
from dataclasses import replace

import pytest

from bot.desk.brand import Scoped
from bot.desk.case import Lease, Status
from bot.desk.decision import Approve, Edit, MarkPosted, Redraft, TryAgain, Undo
from bot.desk.desk import LEASE, LOOKS
from bot.errors import NotNow
from tests.fakes import ALEX, CAMILLE, COMPLAINT, NOON, SACHA, Does, FakeWork, Room, Sees, approved, brand_with

AWAITING, APPROVED, SENDING, POSTED, REJECTED, REFUSED, UNKNOWN = list(Status)[1:]
TEXT = "Bonjour, réponse 1."


@pytest.fixture
async def room() -> Room:
    """A case that a manager has just approved."""
    return await approved()


async def test_a_reply_is_posted(room):
    """Once, signed off as approved, with the link for the card; nothing is left to do."""
    await room.run()
    assert (room.public, len(room.network.calls), room.network.looks) == ([TEXT], 1, 0)
    assert (room.case.status, room.case.reply.link, room.case.reply.posted_at) == (
        POSTED, "https://fake.example/1", NOON,
    )  # fmt: skip
    assert (room.case.due, room.case.lease, room.work.waiting) == (None, None, [])


async def test_the_intent_is_stored_before_the_call(room):
    """With the worker's name and until when nobody else may."""
    await room.run()
    sending = next(move.after for move in room.store.moves if move.after.status is SENDING)
    assert sending.lease == Lease("worker-1", NOON + LEASE)
    assert (sending.due, sending.attempts) == (NOON + LEASE, 1)


async def test_a_publish_job_may_run_often(room):
    """At the same time, and later again: one call."""
    await asyncio.gather(*(room.desk.publish(COMPLAINT.id) for _ in range(5)))
    await room.desk.publish(COMPLAINT.id)
    assert (room.case.status, room.public, len(room.network.calls)) == (POSTED, [TEXT], 1)


async def test_two_replicas(room):
    """Over one store: one call."""
    other = room.another_desk(FakeWork(room.steps, "worker-2"))
    await asyncio.gather(room.desk.publish(COMPLAINT.id), other.publish(COMPLAINT.id))
    assert (room.case.status, len(room.network.calls)) == (POSTED, 1)


@pytest.mark.parametrize("status", [Status.RECEIVED, AWAITING, POSTED, REJECTED, REFUSED])
async def test_a_job_for_what_has_moved_on_does_nothing(room, status):
    """The case is the truth, not the job."""
    room.store.cases[COMPLAINT.id] = case = replace(room.case, status=status, due=None)
    await room.desk.publish(COMPLAINT.id)
    assert (room.case, room.network.calls, room.work.waiting[1:]) == (case, [], [])


async def test_what_is_public_was_approved():
    """The whole way of an edited text, through two people, to the byte."""
    room = Room(brand_with(approvals=Scoped(2), signature="^{initials}"))
    await room.receive()
    await room.decide(Edit(1, "Bonjour Léa,\n\nvotre colis part demain. 🙏🏽"), ALEX)
    await room.decide(Approve(2), CAMILLE)
    await room.decide(Approve(2), SACHA)
    await room.run()
    assert room.public == ["Bonjour Léa,\n\nvotre colis part demain. 🙏🏽 ^SM"]


# The network says no


async def test_refused_for_good():
    """The reason is kept, the bot stops, a person is next."""
    room = await approved(Does.REFUSE)
    await room.run()
    assert (room.case.status, str(room.case.reason), room.case.due) == (REFUSED, "The account is closed.", None)
    assert (room.case.lease, len(room.network.calls)) == (None, 1)


@pytest.mark.parametrize("sees", Sees)
async def test_refused_then_edited_then_posted(sees):
    """The new text needs a new yes, and then it goes out; even on a network that cannot be read back."""
    room = await approved(Does.REFUSE, sees=sees)
    await room.run()
    await room.decide(Edit(1, "Bonsoir."), ALEX)
    assert (room.case.status, room.case.approvals) == (AWAITING, ())
    await room.decide(Approve(2))
    await room.rest()
    assert (room.case.status, room.public) == (POSTED, ["Bonsoir."])


@pytest.mark.parametrize("decision", [Approve(1), TryAgain()])
async def test_refused_then_cured(decision):
    """The same text goes out once the account is open again; the same manager may say so."""
    room = await approved(Does.REFUSE)
    await room.run()
    await room.decide(decision)
    await room.rest()
    assert (room.case.status, room.public, room.case.reason) == (POSTED, [TEXT], None)


async def test_refused_then_looked_for_with_patience():
    """What had been tried before the refusal does not count for the new yes: the bot still looks by itself."""
    room = await approved(*[Does.LOSE] * 4, Does.REFUSE, Does.POST_UNCLEARLY)
    await room.rest()
    await room.decide(Approve(1))
    await room.rest()
    assert (room.case.status, room.public) == (POSTED, [TEXT])


async def test_refused_then_redrafted():
    """The bot writes another draft, and the old refusal is forgotten."""
    room = await approved(Does.REFUSE)
    await room.run()
    await room.decide(Redraft(1), ALEX)
    await room.run()
    assert (room.case.status, room.case.draft.number, room.case.reason, room.case.reply) == (AWAITING, 2, None, None)


# Surely not sent


async def test_not_sent_is_sent_later():
    """After the wait that the network named; the card says why in the meantime."""
    room = await approved(Does.NOT_SEND)
    await room.run()
    assert (room.case.status, str(room.case.reason), room.case.lease) == (APPROVED, "Too many posts.", None)
    assert room.review.shown[-1] == room.case
    assert await room.rest() == [60]
    assert (room.case.status, room.public, room.case.reason) == (POSTED, [TEXT], None)


async def test_any_attempt_but_the_first_looks_first():
    """Should it be public after all, it is not sent again."""
    room = await approved(Does.NOT_SEND)
    await room.run()
    room.network.held.append((COMPLAINT.id, TEXT))
    await room.rest()
    assert (room.case.status, room.public, len(room.network.calls), room.network.looks) == (POSTED, [TEXT], 1, 1)


async def test_a_new_yes_after_an_attempt_looks_first():
    """Taking back and approving again does not forget that there was an attempt."""
    room = await approved(Does.NOT_SEND)
    await room.run()
    room.network.held.append((COMPLAINT.id, TEXT))
    await room.decide(Undo())
    await room.decide(Approve(1))
    await room.rest()
    assert (room.case.status, room.public, len(room.network.calls)) == (POSTED, [TEXT], 1)


@pytest.mark.parametrize("sees", [Sees.NOTHING, Sees.ERROR])
async def test_not_sent_is_no_doubt(sees):
    """The network said that nothing happened: it is sent even when it cannot be read back, an outage heals itself."""
    room = await approved(*[Does.NOT_SEND] * 10, sees=sees)
    assert await room.rest() == [60] * 10
    assert (room.case.status, room.public) == (POSTED, [TEXT])


async def test_not_sent_can_be_taken_back():
    """While it waits, a manager may think again."""
    room = await approved(Does.NOT_SEND)
    await room.run()
    await room.decide(Undo())
    await room.wait(minutes=10)
    assert (room.case.status, room.public, room.case.reason) == (AWAITING, [], None)


# Nobody knows


@pytest.mark.parametrize("does", [Does.POST_UNCLEARLY, Does.POST_THEN_BREAK])
async def test_unclear_and_public(does):
    """It is looked for, and found: one reply, and the link is known."""
    room = await approved(does)
    await room.run()
    assert (room.case.status, room.case.lease) == (UNKNOWN, None)
    assert await room.rest() == [30]
    assert (room.case.status, room.public, room.case.reply.link) == (POSTED, [TEXT], "https://fake.example/1")
    assert len(room.network.calls) == 1


@pytest.mark.parametrize("does", [Does.LOSE, Does.BREAK])
async def test_unclear_and_lost(does):
    """It is looked for, surely not there, and sent once more."""
    room = await approved(does)
    assert (await room.rest())[0] == 30
    assert (room.case.status, room.public, len(room.network.calls)) == (POSTED, [TEXT], 2)


@pytest.mark.parametrize("sees", [Sees.NOTHING, Sees.ERROR])
@pytest.mark.parametrize("does", [Does.LOSE, Does.POST_UNCLEARLY, Does.BREAK, Does.POST_THEN_BREAK])
async def test_not_seen_is_not_absent(does, sees):
    """It is looked for after doubled waits, then a person must look; it is never sent on a guess."""
    room = await approved(does, sees=sees)
    assert await room.rest() == [30, 60, 120, 240, 480]
    assert (room.case.status, room.network.looks, len(room.network.calls)) == (UNKNOWN, LOOKS, 1)
    await room.wait(hours=3)
    assert (room.case.status, room.network.looks, len(room.network.calls)) == (UNKNOWN, LOOKS, 1)


async def test_not_sent_often_then_unclear():
    """What surely did not happen does not count as a look: the bot still looks before a person must."""
    room = await approved(*[Does.NOT_SEND] * 10, Does.POST_UNCLEARLY)
    await room.rest()
    assert (room.case.status, room.public) == (POSTED, [TEXT])


async def test_a_network_that_always_loses_is_not_called_for_ever():
    """After so many tries a person must look."""
    room = await approved(*[Does.LOSE] * 99)
    waits = [wait for wait in await room.rest() if wait]
    assert (room.case.status, room.case.due, room.public) == (UNKNOWN, None, [])
    assert waits == [30, 60, 120, 240, 480]


async def test_a_person_saw_it():
    """The person's word closes the case; no further call."""
    room = await approved(Does.POST_UNCLEARLY, sees=Sees.NOTHING)
    await room.rest()
    await room.decide(MarkPosted("https://x.com/1"))
    await room.wait(hours=1)
    assert (room.case.status, room.public, room.case.reply.link) == (POSTED, [TEXT], "https://x.com/1")


@pytest.mark.parametrize("sees", Sees)
async def test_a_person_saw_that_it_is_not_there(sees):
    """It is sent again, even when the network cannot be read back: that is why a person had to look."""
    room = await approved(Does.LOSE, sees=Sees.NOTHING)
    await room.rest()
    room.network.sees = sees
    await room.decide(TryAgain())
    await room.rest()
    assert (room.case.status, room.public, len(room.network.calls)) == (POSTED, [TEXT], 2)


async def test_a_person_who_saw_wrongly_is_corrected():
    """Where the network can be read, "try again" does not make a second reply."""
    room = await approved(Does.POST_UNCLEARLY)
    await room.run()
    await room.decide(TryAgain())
    await room.rest()
    assert (room.case.status, room.public, len(room.network.calls)) == (POSTED, [TEXT], 1)


async def test_trying_again_looks_again():
    """After another unclear attempt the bot looks as patiently as after the first."""
    room = await approved(Does.LOSE, Does.LOSE, sees=Sees.NOTHING)
    await room.rest()
    await room.decide(TryAgain())
    waits = await room.rest()
    assert (room.case.status, len(room.network.calls)) == (UNKNOWN, 2)
    assert waits[-1] == 480
    assert room.network.looks > LOOKS + 1


@pytest.mark.parametrize("decision", [Approve(1), Edit(1, "Bonsoir."), Redraft(1), Undo()])
async def test_what_may_be_public_is_not_changed(decision):
    """Nobody edits, redrafts or takes back a reply that the customer may be reading."""
    room = await approved(Does.LOSE, sees=Sees.NOTHING)
    await room.rest()
    with pytest.raises(NotNow):
        await room.decide(decision)
