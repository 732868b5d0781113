"""What is kept of a model's work: what it cost, what the approver should know, and the replies it may learn from."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from store_cases import NOW, new, shown

from bot.desk.case import Case, Remark, Reply, Status, Usage
from bot.desk.ledger import Call
from bot.store import Store

USAGE = Usage(model="m", tokens_in=1200, cached=1000, tokens_out=80, seconds=2.1, price=0.0012, currency="EUR")


def call(brand: str, at: datetime, price: float | None = 0.5) -> Call:
    return Call(brand, at, "draft", replace(USAGE, price=price), "slack:1")


async def posted(store: Store, case_id: str, minutes: int, *, topic: str = "late", lang: str = "fr") -> Case:
    received, _ = await store.add(new(case_id, NOW + timedelta(minutes=minutes)))
    case = replace(shown(received), topic=topic, lang=lang)
    await store.change(received, case)
    done = case.to(Status.POSTED, NOW, reply=Reply(text="Bonjour", draft=1, approved_by=(), approved_at=NOW))
    await store.change(case, done)
    return done


async def test_a_draft_keeps_what_it_cost_and_what_to_know_of_it(store: Store) -> None:
    """The card says it again after a restart."""
    received, _ = await store.add(new("slack:1"))
    case = shown(received)
    assert case.draft
    draft = replace(case.draft, usage=USAGE, remarks=(Remark("The model did not answer within {s} s.", {"s": 20}),))
    case = replace(case, draft=draft)
    assert await store.change(received, case)
    assert await store.get("slack:1") == case


async def test_a_brand_has_spent_the_prices_of_its_own_calls_since_then(store: Store) -> None:
    """Other brands, yesterday and calls without a price count nothing."""
    for one in (
        call("main", NOW),
        call("main", NOW + timedelta(hours=1)),
        call("main", NOW, None),
        call("other", NOW),
        call("main", NOW - timedelta(seconds=1)),
    ):
        await store.ledger.note(one)
    assert await store.ledger.spent("main", NOW) == 1.0
    assert await store.ledger.spent("nobody", NOW) == 0.0


async def test_examples_are_the_latest_posted_replies_of_topic_and_language(store: Store) -> None:
    """What waits, another topic and another language are no examples."""
    await store.add(new("slack:waits"))
    for case_id, minutes, told in (
        ("slack:1", 1, {}),
        ("slack:3", 3, {}),
        ("slack:2", 2, {}),
        ("slack:4", 4, {"topic": "other"}),
        ("slack:5", 5, {"lang": "en"}),
    ):
        await posted(store, case_id, minutes, **told)
    assert [case.id for case in await store.examples("nordwind", "late", "fr", 2)] == ["slack:3", "slack:2"]
