"""What the chats keep: cards, edits of templates, the board."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.desk.card import Card
from bot.desk.case import Approval, Case, Remark, Reply, Status
from bot.desk.edit import TemplateEdit
from bot.store import Store
from tests.store.store_cases import NOW, new, shown

PLACE = "slack:T1:C042"


def card(case_id: str = "slack:1", draft: int = 1, **changes: Any) -> Card:
    plain = Card(case_id=case_id, draft=draft, chat="slack", place=PLACE, worker="w1", claimed_at=NOW)
    return replace(plain, **changes)


async def awaiting(store: Store, case_id: str = "slack:1", **complaint: Any) -> Case:
    received, _ = await store.add(new(case_id, **complaint))
    case = shown(received)
    assert await store.change(received, case)
    return case


async def posted(store: Store, case: Case, minutes: int) -> Case:
    at = case.complaint.received_at + timedelta(minutes=minutes)
    reply = Reply(text="Bonjour", draft=1, approved_by=(Approval("slack:U1", "Ana"),), approved_at=at, posted_at=at)
    done = case.to(Status.POSTED, at, reply=reply)
    assert await store.change(case, done)
    return done


async def behind(store: Store) -> list[str]:
    return [case_id async for case_id in store.cards.behind("slack")]


async def test_a_card_is_claimed_once(store: Store) -> None:
    """Two processes that show the same draft post one message."""
    await awaiting(store)
    assert [await store.cards.claim(card()), await store.cards.claim(card(worker="w2"))] == [True, False]


async def test_a_message_leads_to_its_case_and_draft(store: Store) -> None:
    """A reaction carries a message and nothing else."""
    await awaiting(store)
    await store.cards.claim(card())
    known = await store.cards.posted(card(), "1718.0001")
    assert await store.cards.at(PLACE, "1718.0001") == known
    assert await store.cards.at("slack:T2:C042", "1718.0001") is None
    assert await store.cards.at(PLACE, "") is None


async def test_an_unfinished_claim_is_taken_over_once(store: Store) -> None:
    """Of two processes that find a dead one's claim, one looks after it; a posted card is nobody's to take."""
    await awaiting(store)
    await store.cards.claim(card())
    takes = [await store.cards.reclaim(card(), worker, NOW) for worker in ("w2", "w3")]
    assert takes == [True, False]
    await store.cards.posted(card(), "1718.0001")
    assert not await store.cards.reclaim(card(worker="w2"), "w3", NOW)


async def test_a_dropped_claim_is_free_again(store: Store) -> None:
    """Slack refused the message: the next one may try."""
    await awaiting(store)
    await store.cards.claim(card())
    await store.cards.drop(card())
    assert await store.cards.claim(card(worker="w2"))


async def test_an_open_case_without_its_card_is_behind(store: Store) -> None:
    """Whatever waits for a person must be seen by one, even when the chat was away."""
    case = await awaiting(store)
    assert await behind(store) == [case.id]
    await store.cards.claim(card())
    await store.cards.drawn(card(), case.revision, live=True)
    assert await behind(store) == []


async def test_a_card_that_missed_the_end_is_behind(store: Store) -> None:
    """The last move is drawn too; what is drawn and over is never looked at again."""
    case = await awaiting(store)
    await store.cards.claim(card())
    await store.cards.drawn(card(), case.revision, live=True)
    done = await posted(store, case, 5)
    assert await behind(store) == [case.id]
    await store.cards.drawn(card(), done.revision, live=False)
    assert await behind(store) == []


async def test_an_older_drawing_is_not_noted_over_a_newer_one(store: Store) -> None:
    """Two processes draw the same card; the slower one must not pretend that it came last."""
    case = await awaiting(store)
    await store.cards.claim(card())
    await store.cards.drawn(card(), case.revision + 1, live=False)
    await store.cards.drawn(card(), case.revision, live=True)
    assert (await store.cards.of(case.id, "slack"))[0].shown == case.revision + 1


async def test_the_last_edit_of_a_template_is_known(store: Store) -> None:
    """Who changed it last, and what it said before."""
    edit = TemplateEdit(brand="main", template="late.fr", at=NOW, by="slack:U1", by_name="Ana", before="a", after="b")
    await store.edits.add(edit)
    await store.edits.add(replace(edit, before="b", after="c"))
    await store.edits.add(replace(edit, template="other.fr"))
    assert await store.edits.last("main", "late.fr") == replace(edit, before="b", after="c")
    assert await store.edits.last("main", "nope.fr") is None


async def test_the_board_shows_what_waits_oldest_first(store: Store) -> None:
    """Only these brands' cases, and none that is over."""
    late = await awaiting(store, "slack:2", at=NOW + timedelta(hours=1))
    early = await awaiting(store, "slack:1")
    await posted(store, await awaiting(store, "slack:3"), 5)
    await store.add(new("slack:4", brand="other"))
    assert [case.id for case in await store.board.waiting(["nordwind"])] == [early.id, late.id]
    assert (await store.board.counts(["nordwind"]))[Status.AWAITING] == 2


async def test_the_week_in_figures(store: Store) -> None:
    """Received, answered, left without reply, and the usual time to an answer."""
    for number, minutes in enumerate((10, 20, 60)):
        await posted(store, await awaiting(store, f"slack:{number}"), minutes)
    await awaiting(store, "slack:9")
    week = await store.board.since(["nordwind"], NOW)
    assert (week.received, week.posted, week.rejected, week.median_minutes) == (4, 3, 0, 20)


async def test_the_last_complaint_of_a_topic_is_found(store: Store) -> None:
    """A template is tried on what a customer really wrote."""
    for number in (1, 2):
        received, _ = await store.add(new(f"slack:{number}", at=NOW + timedelta(hours=number)))
        await store.change(received, replace(shown(received), topic="late", lang="fr"))
    found = await store.board.latest("nordwind", "late", "fr")
    assert found is not None
    assert found.id == "slack:2"
    assert await store.board.latest("nordwind", "late", "en") is None


async def test_what_a_complaint_lacked_is_stored(store: Store) -> None:
    """An amendment outlives a restart; who has taken the case too."""
    case = await awaiting(store)
    said = replace(case.complaint, link="https://x.com/a/status/1", author="@a", network="x", notes=("Vite !",))
    amended = replace(case, complaint=said, taken_id="slack:U2").to(Status.AWAITING, NOW, reason=Remark("Why."))
    assert await store.change(case, amended)
    assert await store.get(case.id) == amended


async def test_up_to_where_a_room_was_heard(store: Store) -> None:
    """After an outage we go on from there; a room that is new begins with nothing."""
    assert await store.heard.last("discord:1:2") == ""
    for message in ("10", "11"):
        await store.heard.note("discord:1:2", message)
    assert await store.heard.last("discord:1:2") == "11"


async def test_a_doubtful_drawing_is_behind(store: Store) -> None:
    """A redrawing of unknown fate is made again, though a newer one was noted."""
    case = await awaiting(store)
    await store.cards.claim(card())
    await store.cards.drawn(card(), case.revision, live=False)
    await store.cards.doubt(card())
    assert await behind(store) == [case.id]
