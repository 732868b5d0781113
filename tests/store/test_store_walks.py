"""Walks through many cases: what is due, lists, exports, counts."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from store_cases import NOW, new, shown

from bot.desk.case import Status
from bot.store import Filters, Store, queries

PAGE = 20


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.store.PAGE", PAGE)


async def several(store: Store, number: int, at: datetime = NOW) -> None:
    await asyncio.gather(*(store.add(new(f"{n:05}", at=at)) for n in range(number)))


async def test_due_gives_only_what_is_due_earliest_first(store: Store) -> None:
    """The bot looks at a case when its time has come; what waits for a person is not looked at."""
    for minutes in (5, 1, 3):
        await store.add(new(str(minutes), at=NOW + timedelta(minutes=minutes)))
    case, _ = await store.add(new("waits for a person"))
    await store.change(case, shown(case))
    assert [case.id async for case in store.due(NOW + timedelta(minutes=3))] == ["1", "3"]
    assert [case.id async for case in store.due()] == ["1", "3", "5"]


@pytest.mark.usefixtures("small_pages")
async def test_due_walks_through_more_than_a_page_of_the_same_moment(store: Store) -> None:
    """After an outage thousands may be due at once: each is met once, and no list holds them all."""
    await several(store, 2 * PAGE + 1)
    assert [case.id async for case in store.due(NOW)] == [f"{n:05}" for n in range(2 * PAGE + 1)]


@pytest.mark.usefixtures("small_pages")
async def test_due_goes_on_while_the_cases_change(store: Store) -> None:
    """The desk works on what it has been given while the walk goes on; no cursor stands in its way."""
    await several(store, PAGE + 10)
    met = 0
    async for case in store.due(NOW):
        met += 1
        assert await store.change(case, shown(case))
    assert met == PAGE + 10
    assert [case async for case in store.due()] == []


@pytest.mark.usefixtures("small_pages")
async def test_export_gives_every_case_once_oldest_first(store: Store) -> None:
    """An export of a table of any size is complete, in order, and page by page."""
    for n in range(3):
        await several_of_brand(store, f"brand{n}", PAGE // 2)
    found = [case.id async for case in store.export()]
    assert len(found) == len(set(found)) == 3 * (PAGE // 2)
    assert [case.brand async for case in store.export(Filters(brand="brand1"))] == ["brand1"] * (PAGE // 2)


async def several_of_brand(store: Store, brand: str, number: int) -> None:
    await asyncio.gather(*(store.add(new(f"{brand}:{n}", brand=brand)) for n in range(number)))


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), "abcd"),
        (Filters(status=Status.RECEIVED), "bcd"),
        (Filters(brand="nordwind"), "abc"),
        (Filters(network="x"), "ad"),
        (Filters(since=NOW + timedelta(hours=2)), "cd"),
        (Filters(brand="nordwind", status=Status.RECEIVED, network="web", since=NOW + timedelta(hours=1)), "bc"),
    ],
)
async def test_list_shows_what_the_filters_let_through(store: Store, filters: Filters, found: str) -> None:
    """All filters given must hold; the instant of ``since`` is included."""
    for n, (name, brand, network) in enumerate(
        [("a", "nordwind", "x"), ("b", "nordwind", "web"), ("c", "nordwind", "web"), ("d", "other", "x")]
    ):
        await store.add(new(name, at=NOW + timedelta(hours=n), brand=brand, network=network))
    await store.change(await store.get("a"), shown(await store.get("a")))
    assert [case.id for case in await store.list(filters)] == sorted(found, reverse=True)
    assert [case.id for case in await store.list(filters, 2, newest_first=False)] == sorted(found)[:2]


async def test_counts_name_every_status(store: Store) -> None:
    """A status that nobody is in is a zero on the card, not a gap."""
    await several_of_brand(store, "one", 3)
    await several_of_brand(store, "two", 2)
    case = await store.get("one:0")
    await store.change(case, shown(case))
    assert list(await store.count_by_status()) == list(Status)
    assert (await store.count_by_status())[Status.RECEIVED] == 4
    assert (await store.count_by_status("one"))[Status.AWAITING] == 1


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (queries.due(NOW, 10), "cases_due"),
        (queries.due(None, 10, new()), "cases_due"),
        (queries.oldest_first(Filters(), 10, new()), "cases_received"),
        (queries.oldest_first(Filters(status=Status.AWAITING), 10), "cases_status"),
        (queries.newest_first(Filters(brand="b"), 10), "cases_brand"),
        (queries.newest_first(Filters(brand="b", status=Status.AWAITING, since=NOW), 10), "cases_brand_status"),
        (queries.newest_first(Filters(network="x", since=NOW), 10), "cases_network"),
        (queries.counts("b"), "cases_brand_status"),
        (queries.examples("b", "t", "fr", 10), "cases_examples"),
    ],
)
async def test_every_walk_has_its_index(store: Store, query: Any, index: str) -> None:
    """With a million cases a list reads a page, not the table."""
    sql = query.compile(store._database.reads.sync_engine, compile_kwargs={"literal_binds": True})
    async with store._database.reads.connect() as connection:
        plan = [row[3] for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    assert any(f"USING INDEX {index} " in f"{step} " or f"COVERING INDEX {index} " in step for step in plan), plan
    assert not any("SCAN cases" in step and "INDEX" not in step for step in plan)
