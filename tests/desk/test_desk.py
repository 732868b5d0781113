import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.case import Severity, Status, Wish
from bot.desk.decision import Amend, Approve, Redraft, Reject, UseTemplate
from bot.desk.desk import DRAFT_GRACE
from bot.errors import (
    Blocked,
    UnknownTemplate,
)
from tests.fakes import ALEX, CAMILLE, COMPLAINT, NOON, Job, Room, brand_with, names

RECEIVED, AWAITING, APPROVED, SENDING, POSTED = list(Status)[:5]


# Receive


async def test_a_complaint_becomes_a_case(room):
    """Stored first, then a draft is asked for; the bot is due in case that job gets lost."""
    case, new = await room.desk.receive(COMPLAINT)
    assert new
    assert (case.status, case.lang, case.due) == (RECEIVED, "fr", NOON + DRAFT_GRACE)
    assert room.work.asked == [Job("draft", case.id, 1)]


async def test_a_retry_is_the_same_complaint(room):
    """A platform that delivers twice makes one case and one job, even when the first is answered by then."""
    await room.receive()
    await room.decide(Approve(1))
    case, new = await room.desk.receive(replace(COMPLAINT, text="edited since"))
    assert (new, case.status, case.complaint) == (False, APPROVED, COMPLAINT)
    assert [job.verb for job in room.work.asked] == ["draft", "publish"]


async def test_fifty_deliveries_are_one_complaint(room):
    """At the same time: one case, one job, one draft."""
    found = await asyncio.gather(*(room.desk.receive(COMPLAINT) for _ in range(50)))
    await room.run()
    assert [new for _, new in found].count(True) == 1
    assert len(room.work.asked) == len(room.writer.asked) == len(room.review.shown) == 1


async def test_a_lost_job_is_asked_for_again(room):
    """The process ends between storing and asking: the draft is written a little later."""
    await room.desk.receive(COMPLAINT)
    room.work.waiting.clear()
    await room.wait(minutes=1)
    assert room.case.status is RECEIVED
    await room.wait(minutes=2)
    assert room.case.status is AWAITING


# Draft


async def test_a_draft_is_shown(room):
    """With what the writer found out; from now on the case waits for a person."""
    case = await room.receive()
    assert (case.status, case.topic, case.draft.number, case.draft.text) == (AWAITING, "late", 1, "Bonjour, réponse 1.")
    assert (case.due, case.wish) == (None, None)
    assert room.review.shown == [case]


async def test_a_draft_is_checked(room):
    """Its findings are kept with it, and hold nothing up yet."""
    room.network.limit = 5
    case = await room.receive()
    assert names(case.draft.blocks) == ["length"]


async def test_a_draft_is_measured_with_a_signature():
    """The approver is not known yet, but some initials will be there."""
    room = Room(brand_with(signature="^{initials}"))
    room.network.limit = len("Bonjour, réponse 1. ^SB") - 1
    assert names((await room.receive()).draft.blocks) == ["length"]


async def test_a_draft_job_may_run_twice(room):
    """At the same time: one draft is kept, and shown once."""
    await room.desk.receive(COMPLAINT)
    await asyncio.gather(*(room.desk.draft(COMPLAINT.id) for _ in range(5)))
    assert (room.case.draft.number, room.statuses) == (1, [RECEIVED, AWAITING])
    assert len(room.review.shown) == 1


async def test_a_late_draft_job_does_nothing(room):
    """Once the case has moved on, nothing is written."""
    await room.receive()
    await room.desk.draft(COMPLAINT.id)
    assert len(room.writer.asked) == len(room.store.moves) - 1 == 1


async def test_a_rejection_overtakes_a_slow_writer(room):
    """What a manager decided while the draft was being written stands."""
    await room.desk.receive(COMPLAINT)
    await asyncio.gather(room.run(), room.decide(Reject(0, "spam")))
    assert (room.case.status, room.case.draft, room.case.due) == (Status.REJECTED, None, None)


async def test_a_writer_that_breaks_loses_nothing(room, caplog):
    """The case waits for a person with an empty draft and the reason; and the log has the whole story."""
    room.writer.fails = RuntimeError("no ink")
    case = await room.receive()
    assert (case.status, case.draft.text) == (AWAITING, "")
    assert "the writer failed" in str(case.draft.reason)
    assert "no ink" in caplog.text


async def test_a_broken_writer_forgets_nothing(room):
    """What an earlier draft found out about the complaint is not reset."""
    await room.receive()
    room.store.cases[COMPLAINT.id] = replace(room.case, severity=Severity.CRITICAL, topic="legal")
    room.writer.fails = RuntimeError("no ink")
    await room.decide(Redraft(1))
    await room.run()
    assert (room.case.severity, room.case.topic, room.case.draft.number) == (Severity.CRITICAL, "legal", 2)


async def test_an_empty_draft_is_not_approved(room):
    """Nothing is no reply; a person's own text is."""
    room.writer.fails = RuntimeError("no ink")
    await room.receive()
    with pytest.raises(Blocked, match=r"Found: empty\."):
        await room.decide(Approve(1))
    await room.decide(Approve(1, "Bonsoir."))
    await room.run()
    assert room.public == ["Bonsoir."]


async def test_the_writer_hears_the_wish(room):
    """And sees the draft that was not good enough."""
    await room.receive()
    await room.decide(Redraft(1, "plus court"), ALEX)
    await room.run()
    assert (room.writer.asked[1].wish, room.writer.asked[1].draft.number) == (Wish(note="plus court"), 1)
    assert (room.case.status, room.case.draft.number, room.case.wish) == (AWAITING, 2, None)


async def test_a_template_is_used_by_name(room):
    """If the brand has it; else nothing happens."""
    await room.receive()
    with pytest.raises(UnknownTemplate, match=r"“nope\.fr”"):
        await room.decide(UseTemplate(1, "nope.fr"))
    await room.decide(UseTemplate(1, "other.fr"))
    await room.run()
    assert (room.case.draft.template, room.case.draft.number) == ("other.fr", 2)


async def test_a_draft_may_wait_for_the_rest_of_the_complaint(room):
    """A link's preview comes a moment later: the draft is held back, and is due like any other."""
    case, _ = await room.desk.receive(COMPLAINT, wait=timedelta(seconds=8))
    await room.run()
    assert (room.case.draft, case.due) == (None, NOON + timedelta(seconds=8))
    room.clock.move(seconds=8)
    await room.run()
    assert room.case.draft is not None


async def test_an_amendment_asks_for_a_draft_at_once(room):
    """What came late is drafted without waiting any longer, and once."""
    await room.desk.receive(replace(COMPLAINT, text=""), wait=timedelta(seconds=8))
    await room.decide(Amend(text="Toujours rien reçu !"), by=ALEX)
    await room.run()
    assert (room.case.complaint.text, room.case.draft.number) == ("Toujours rien reçu !", 1)
    room.clock.move(seconds=8)
    await room.run()
    assert room.case.draft.number == 1


# Resume


async def test_resume_asks_only_for_what_waits_for_the_bot(room):
    """A case that waits for a person, or is over, costs nothing."""
    for number in range(6):
        await room.desk.receive(replace(COMPLAINT, id=f"c{number}"))
    await room.run()
    await room.desk.decide("c1", Reject(1), CAMILLE)
    await room.desk.decide("c2", Approve(1), CAMILLE)
    await room.desk.decide("c3", Redraft(1), CAMILLE)
    room.work.waiting.clear()
    assert await room.desk.resume(starting=True) == 2
    assert [(job.verb, job.case_id) for job in room.work.waiting] == [("publish", "c2"), ("draft", "c3")]


async def test_resume_leaves_alone_what_is_not_due(room):
    """Every minute only what is due; at the start everything, since the queue was lost."""
    await room.desk.receive(COMPLAINT)
    assert [await room.desk.resume(), await room.desk.resume(starting=True)] == [0, 1]
    room.clock.time += DRAFT_GRACE
    assert await room.desk.resume() == 1
