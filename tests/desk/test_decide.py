import asyncio
from datetime import timedelta

import pytest

from bot.desk.brand import Scoped
from bot.desk.case import Remark, Status
from bot.desk.decision import Approve, Edit, Escalate, MarkPosted, Reject, Take, Undo
from bot.errors import (
    AlreadyApproved,
    Blocked,
    NetworkNotReady,
    NewerDraft,
    NotManager,
    NotNow,
    OwnDraft,
    UnknownCase,
)
from tests.fakes import ALEX, CAMILLE, COMPLAINT, NOON, NOOR, SACHA, Job, Room, brand_with, names

RECEIVED, AWAITING, APPROVED, SENDING, POSTED = list(Status)[:5]


async def outcomes(*decisions):
    """What becomes of decisions at the same time: cases and refusals."""
    return await asyncio.gather(*decisions, return_exceptions=True)


async def test_a_yes_is_recorded_and_asks_for_work(room):
    """Record, job and card, in one go."""
    case = await room.receive()
    after = await room.decide(Approve(1))
    assert room.store.records[-1].action == "approve"
    assert room.work.asked[-1] == Job("publish", case.id, after.revision, NOON)
    assert room.review.shown[-1] == room.case == after


async def test_an_unknown_case(room):
    """Whatever is asked about it."""
    for call in (room.desk.draft("nope"), room.desk.publish("nope"), room.desk.decide("nope", Take(), ALEX)):
        with pytest.raises(UnknownCase, match="nope"):
            await call


async def test_two_managers_at_once(room):
    """One reply; whoever comes second is told who was first."""
    await room.receive()
    _, second = await outcomes(room.decide(Approve(1), CAMILLE), room.decide(Approve(1), SACHA))
    await room.run()
    assert isinstance(second, NotNow)
    assert "Camille Durand" in str(second)
    assert (room.case.status, len(room.network.calls), len(room.public)) == (POSTED, 1, 1)


async def test_five_clicks_at_once(room):
    """Of several people, and of one person in a hurry: one reply, one record."""
    await room.receive()
    people = [CAMILLE, SACHA, NOOR, CAMILLE, CAMILLE]
    found = await outcomes(*(room.decide(Approve(1), person) for person in people))
    await room.run()
    assert [type(one) for one in found].count(NotNow) == 4
    assert [record.action for record in room.store.records] == ["approve"]
    assert len(room.public) == 1


async def test_a_yes_and_a_no_at_once(room):
    """One of them stands; the other is told so."""
    await room.receive()
    found = await outcomes(room.decide(Reject(1), SACHA), room.decide(Approve(1), CAMILLE))
    await room.run()
    assert [isinstance(one, NotNow) for one in found] == [False, True]
    assert (room.case.status, room.public) == (Status.REJECTED, [])


async def test_one_person_cannot_be_two():
    """Two clicks at the same time are one of the two approvals."""
    room = Room(brand_with(approvals=Scoped(2)))
    await room.receive()
    found = await outcomes(*(room.decide(Approve(1), CAMILLE) for _ in range(3)))
    assert [isinstance(one, AlreadyApproved) for one in found] == [False, True, True]
    await outcomes(room.decide(Approve(1), SACHA), room.decide(Approve(1), NOOR))
    await room.run()
    assert len(room.public) == 1


async def test_an_edit_races_a_yes(room):
    """The yes was to the text before the edit: it is refused, and neither text is published."""
    await room.receive()
    _, refused = await outcomes(room.decide(Edit(1, "Bonsoir."), ALEX), room.decide(Approve(1), CAMILLE))
    await room.run()
    assert isinstance(refused, NewerDraft)
    assert (room.case.status, room.public) == (AWAITING, [])


@pytest.mark.parametrize("turns", range(12))
async def test_an_edit_comes_at_any_moment(room, turns):
    """Wherever the edit falls into the approval, what is public is what the manager saw."""
    await room.receive()

    async def edit():
        for _ in range(turns):
            await asyncio.sleep(0)
        await room.decide(Edit(1, "Bonsoir."), ALEX)

    await outcomes(room.decide(Approve(1), CAMILLE), edit())
    await room.run()
    assert room.public in ([], ["Bonjour, réponse 1."])
    assert bool(room.public) == (room.case.status is POSTED)


async def test_a_block_holds_the_approval(room):
    """Whoever says yes; nothing has changed, and the findings are said."""
    await room.receive()
    case = await room.decide(Edit(1, "C'est interdit."), CAMILLE)
    with pytest.raises(Blocked, match=r"Found: never\."):
        await room.decide(Approve(2))
    assert room.case == case
    assert len(room.store.records) == 1


async def test_a_warning_is_overridden(room):
    """The reply goes out, and the record says over which warning."""
    await room.receive()
    await room.decide(Approve(1, "C'est promis."))
    await room.run()
    assert room.public == ["C'est promis."]
    assert room.store.records[-1].overridden == ("promise",)


async def test_a_block_that_came_later_holds_too(room):
    """The text is checked when it is approved, not only when it was drafted."""
    await room.receive()
    room.network.limit = 5
    with pytest.raises(Blocked, match=r"Found: length\."):
        await room.decide(Approve(1))


async def test_a_text_is_measured_as_this_person_signs_it():
    """Too long with three initials, short enough with one."""
    room = Room(brand_with(signature="^{initials}"))
    await room.receive()
    room.network.limit = len("Bonjour, réponse 1. ^N")
    with pytest.raises(Blocked):
        await room.decide(Approve(1), CAMILLE)
    await room.decide(Approve(1), NOOR)
    await room.run()
    assert room.public == ["Bonjour, réponse 1. ^N"]


async def test_who_may_not_approve_is_told_that_first(room):
    """Not what is wrong with the text or the network."""
    await room.receive()
    room.network.limit, room.network.obstacle = 5, Remark("No account.")
    with pytest.raises(NotManager):
        await room.decide(Approve(1), ALEX)


async def test_a_network_that_is_not_ready(room):
    """The approval is refused with the reason, nothing has changed, and it may be given again later."""
    case = await room.receive()
    room.network.obstacle = Remark("The account is not connected.")
    with pytest.raises(NetworkNotReady, match=r"fake .* The account is not connected"):
        await room.decide(Approve(1))
    assert room.case == case
    room.network.obstacle = None
    assert (await room.decide(Approve(1))).status is Status.APPROVED


async def test_a_rejection_needs_no_network(room):
    """What is not posted can be decided while the account is away."""
    await room.receive()
    room.network.obstacle = Remark("The account is not connected.")
    assert (await room.decide(Reject(1))).status is Status.REJECTED


async def test_words_of_who_may_not_approve_are_saved_whatever_is_wrong(room):
    """Neither a block nor the network keeps a suggestion from being kept."""
    await room.receive()
    room.network.obstacle = Remark("No account.")
    case = await room.decide(Approve(1, "C'est interdit."), ALEX)
    assert (case.draft.text, names(case.draft.blocks)) == ("C'est interdit.", ["never"])
    assert (room.review.shown[-1], room.work.waiting) == (case, [])


async def test_four_eyes_at_the_desk():
    """One's own text waits for somebody else, who is asked for nothing more."""
    room = Room(brand_with(own_draft=Scoped(False)))
    await room.receive()
    await room.decide(Approve(1, "Bonsoir."), CAMILLE)
    with pytest.raises(OwnDraft):
        await room.decide(Approve(2), CAMILLE)
    await room.decide(Approve(2), SACHA)
    await room.run()
    assert room.public == ["Bonsoir."]


async def test_a_chat_that_is_down_undoes_nothing(room, caplog):
    """Drafts, decisions and replies are as if the card had been drawn; the log says that it was not."""
    room.review.fails = ConnectionError("no chat")
    await room.receive()
    await room.decide(Approve(1))
    await room.run()
    assert (room.case.status, len(room.public), room.review.shown) == (POSTED, 1, [])
    assert caplog.text.count("the card could not be drawn") == 3


async def test_the_card_follows_the_case(room):
    """Every move that a person should see, in order."""
    await room.receive()
    await room.decide(Take(), ALEX)
    await room.decide(Escalate("un avocat"), ALEX)
    await room.decide(Approve(1))
    await room.run()
    assert [case.status for case in room.review.shown] == [AWAITING, AWAITING, AWAITING, APPROVED, POSTED]
    assert room.review.shown[-1].reply.link == "https://fake.example/1"


# The undo window


async def test_taken_back_in_time():
    """Nothing is sent, and the draft may be approved anew."""
    room = Room(brand_with(undo_seconds=60))
    await room.receive()
    await room.decide(Approve(1))
    await room.wait(seconds=59)
    await room.decide(Undo(), SACHA)
    await room.wait(minutes=10)
    assert (room.case.status, room.network.calls) == (AWAITING, [])
    await room.decide(Approve(1))
    assert await room.rest() == [60]
    assert len(room.public) == 1


async def test_not_taken_back():
    """Sent when the window closes, and not before; afterwards it is too late."""
    room = Room(brand_with(undo_seconds=60))
    await room.receive()
    await room.decide(Approve(1))
    await room.wait(seconds=59)
    assert room.public == []
    await room.wait(seconds=1)
    assert len(room.public) == 1
    with pytest.raises(NotNow, match="posted"):
        await room.decide(Undo())


async def test_an_early_job_waits_for_the_window():
    """A job that comes too soon asks for itself again, at the right time."""
    room = Room(brand_with(undo_seconds=60))
    await room.receive()
    await room.decide(Approve(1))
    room.work.waiting.clear()
    await room.desk.publish(COMPLAINT.id)
    assert room.network.calls == []
    assert [job.at for job in room.work.waiting] == [NOON + timedelta(seconds=60)]


async def test_taking_back_races_the_worker():
    """Either it is taken back or it is public, never both."""
    for turns in range(15):
        room = Room()
        await room.receive()
        await room.decide(Approve(1))

        async def undo(room=room, turns=turns):
            for _ in range(turns):
                await asyncio.sleep(0)
            await room.decide(Undo())

        await outcomes(room.run(), undo())
        assert (room.case.status, len(room.public)) in {(AWAITING, 0), (POSTED, 1)}


# By hand


async def test_a_person_posts(room):
    """The bot waits, never calls the network, and the person's word closes the case."""
    room.network.by_hand = True
    await room.receive()
    case = await room.decide(Approve(1))
    await room.wait(hours=2)
    assert (room.case, case.due, room.network.calls, room.work.waiting) == (case, None, [], [])
    await room.decide(MarkPosted("https://x.com/1"))
    assert (room.case.status, room.case.reply.link) == (POSTED, "https://x.com/1")
