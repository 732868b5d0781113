"""The store on real SQLite files: round trips, races, restarts, walks through many cases."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import sqlite3
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from bot.desk.case import (
    Alternative,
    Approval,
    Case,
    Complaint,
    Draft,
    Finding,
    Lease,
    Level,
    Origin,
    Remark,
    Reply,
    Severity,
    Status,
    Wish,
)
from bot.desk.decision import Record
from bot.errors import StoreError
from bot.store import Filters, Store, database, queries
from bot.store.store import PAGE
from bot.store.words import clean

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


def new(case_id: str = "slack:1", at: datetime = NOW, **complaint: Any) -> Case:
    said = {"brand": "nordwind", "text": "Toujours rien reçu !", "received_at": at} | complaint
    return Case(complaint=Complaint(id=case_id, **said), updated_at=at, due=at)


def shown(case: Case, text: str = "Bonjour") -> Case:
    number = case.draft.number + 1 if case.draft else 1
    draft = Draft(number=number, text=text, origin=Origin.TEMPLATE, written_at=NOW)
    return case.to(Status.AWAITING, NOW, draft=draft, due=None)


def yes(case: Case, by: str = "slack:U1") -> Record:
    return Record(case_id=case.id, at=NOW, by=by, by_name="Ana", action="approve", draft=1, status="approved")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'cases.db'}"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with Store.open(url) as store:
        yield store


# What goes in comes out

words = st.text(st.characters(exclude_categories=()), max_size=20)  # NUL, lone surrogates, emoji and all
times = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001
numbers = st.integers(0, 2**31 - 1)
plain = st.one_of(words, numbers, st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none())
remarks = st.builds(Remark, words, st.dictionaries(st.text("abc", min_size=1), plain, max_size=3))
findings = st.builds(Finding, words, st.sampled_from(Level), remarks, words)
alternatives = st.builds(Alternative, words, words, st.floats(0, 1))
approvals = st.lists(st.builds(Approval, words, words), max_size=2).map(tuple)


def filled(kind: type, **fields: Any) -> st.SearchStrategy[Any]:
    """Values with every field drawn: texts where nothing else is said."""
    drawn = {field.name: words for field in dataclasses.fields(kind)} | fields
    return st.builds(kind, **drawn)


complaints = filled(
    Complaint,
    received_at=times,
    written_at=st.none() | times,
    notes=st.lists(words, max_size=2).map(tuple),
    attachments=st.lists(words, max_size=2).map(tuple),
)
drafts = filled(
    Draft,
    number=st.just(1),
    origin=st.sampled_from(Origin),
    written_at=times,
    findings=st.lists(findings, max_size=2).map(tuple),
    alternatives=st.lists(alternatives, max_size=2).map(tuple),
    reason=st.none() | remarks,
)
replies = filled(Reply, draft=numbers, approved_by=approvals, approved_at=times, posted_at=st.none() | times)
cases = filled(
    Case,
    complaint=complaints,
    updated_at=times,
    status=st.sampled_from(Status),
    revision=numbers,
    severity=st.sampled_from(Severity),
    draft=st.none() | drafts,
    approvals=approvals,
    reply=st.none() | replies,
    wish=st.none() | st.builds(Wish, words, words),
    reason=st.none() | remarks,
    due=st.none() | times,
    lease=st.none() | st.builds(Lease, words, times),
    attempts=numbers,
)
records = filled(Record, at=times, draft=numbers, overridden=st.lists(words, max_size=2).map(tuple))


def cleaned(value: Any) -> Any:
    """The value as the store keeps it: what no database takes is gone from every text in it."""
    if type(value) is str:
        return clean(value)
    if isinstance(value, tuple):
        return tuple(cleaned(item) for item in value)
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: cleaned(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return type(value)(**fields)
    return value


ids = count()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases)
async def test_every_field_comes_back_as_it_went_in(store: Store, case: Case) -> None:
    """Whatever a customer, a colleague or a model writes is stored, and is read back the same."""
    case = dataclasses.replace(case, complaint=dataclasses.replace(case.complaint, id=f"{next(ids)}:{case.id}"))
    assert await store.add(case) == (case, True)
    assert await store.get(case.id) == cleaned(case)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(draft=drafts, record=records)
async def test_drafts_and_decisions_come_back_as_they_went_in(store: Store, draft: Draft, record: Record) -> None:
    """The report reads what people were shown and what they decided, word for word."""
    case, _ = await store.add(new(f"history:{next(ids)}"))
    record = dataclasses.replace(record, case_id=case.id)
    assert await store.change(case, case.to(Status.AWAITING, NOW, draft=draft), record)
    assert await store.history(case.id) == ([cleaned(draft)], [cleaned(record)])


async def test_a_known_complaint_is_the_case_that_stands(store: Store) -> None:
    """A platform that delivers twice does not make two cases, nor reset the first."""
    first, _ = await store.add(new())
    assert await store.change(first, shown(first))
    assert await store.add(new(text="once more")) == (shown(first), False)


async def test_the_same_complaint_at_the_same_moment_is_new_once(store: Store) -> None:
    """Two deliveries that arrive together, in one batch, are one case."""
    answers = await asyncio.gather(*(store.add(new()) for _ in range(5)))
    assert [is_new for _, is_new in answers].count(True) == 1


async def test_an_unknown_case_is_nothing(store: Store) -> None:
    """Reading what was never stored is an answer, not an error."""
    assert await store.get("nobody") is None
    assert await store.history("nobody") == ([], [])
    assert not await store.change(new("nobody"), shown(new("nobody")))


async def test_an_id_that_no_database_takes_still_finds_its_case(store: Store) -> None:
    """A broken id from an outside tool names the same case in every call."""
    case, _ = await store.add(new("api:\0 7\ud800"))
    assert await store.change(case, shown(case), yes(case))
    assert (await store.get(case.id)).status is Status.AWAITING
    assert len((await store.history(case.id))[1]) == 1


async def test_every_draft_is_kept(store: Store) -> None:
    """The case shows its current draft; the earlier ones stay for the report."""
    case, _ = await store.add(new())
    for text in ("one", "two", "three"):
        after = shown(case, text)
        assert await store.change(case, after)
        case = after
    assert (await store.get(case.id)).draft == case.draft
    assert [(d.number, d.text) for d in (await store.history(case.id))[0]] == [(1, "one"), (2, "two"), (3, "three")]


async def test_a_naive_time_is_refused_and_spoils_nobody_else(store: Store) -> None:
    """A time without a zone is a bug of ours: it raises, and the cases beside it are stored."""
    naive = new("naive", at=datetime(2026, 3, 1))  # noqa: DTZ001
    results = await asyncio.gather(*(store.add(c) for c in (new("a"), naive, new("b"))), return_exceptions=True)
    assert isinstance(results[1], StatementError)
    assert "reçu" not in str(results[1])  # the log does not get the customer's words
    assert await store.get("a")
    assert await store.get("b")
    assert await store.get("naive") is None


# Races


async def test_of_many_changes_of_one_revision_one_wins(store: Store) -> None:
    """Five clicks are one decision: the others are told that somebody was first."""
    case, _ = await store.add(new())
    wins = await asyncio.gather(*(store.change(case, shown(case, str(n)), yes(case, str(n))) for n in range(50)))
    history = await store.history(case.id)
    assert wins.count(True) == 1
    assert [draft.text for draft in history[0]] == [str(wins.index(True))]
    assert [record.by for record in history[1]] == [str(wins.index(True))]


async def test_of_many_workers_one_gets_the_lease(store: Store) -> None:
    """Workers that take the same approved case in the same instant, in one batch, do not both send it."""
    case, _ = await store.add(dataclasses.replace(new(), status=Status.APPROVED))
    leases = [Lease(f"worker-{n}", NOW) for n in range(10)]
    wins = await asyncio.gather(*(store.change(case, case.to(Status.SENDING, NOW, lease=lease)) for lease in leases))
    assert wins.count(True) == 1
    assert (await store.get(case.id)).lease == leases[wins.index(True)]


async def test_who_comes_second_writes_nothing(store: Store) -> None:
    """A decision about a state that has passed leaves no draft, no record and no trace in the case."""
    case, _ = await store.add(new())
    assert await store.change(case, shown(case, "first"))
    assert not await store.change(case, shown(case, "second"), yes(case))
    assert await store.get(case.id) == shown(case, "first")
    assert await store.history(case.id) == ([shown(case, "first").draft], [])


async def test_two_stores_over_one_file_agree_on_the_winner(store: Store, url: str) -> None:
    """Two replicas that decide the same cases at the same time decide each of them once."""
    pending = [(await store.add(new(str(n))))[0] for n in range(40)]
    async with Store.open(url) as other:
        races = [(s.change(case, shown(case), yes(case))) for case in pending for s in (store, other)]
        wins = await asyncio.gather(*races)
        assert [wins[n : n + 2].count(True) for n in range(0, 80, 2)] == [1] * 40
        assert (await other.count_by_status())[Status.AWAITING] == 40


async def test_a_change_is_seen_by_the_next_read(store: Store) -> None:
    """Who has been told yes reads what was written, also in a crowd."""

    async def one(number: int) -> None:
        case, _ = await store.add(new(str(number)))
        for _ in range(3):
            after = shown(case)
            assert await store.change(case, after)
            case = await store.get(case.id)
            assert case == after

    await asyncio.gather(*(one(number) for number in range(30)))


PROCESS = """
import asyncio, os, sys
sys.path[:0] = [{folder!r}]
from test_store import Store, new, shown, yes
async def main():
    async with Store.open({url!r}) as store:
        await asyncio.gather(*(store.add(new(f"own:{{os.getpid()}}:{{n}}")) for n in range(50)))
        cases = await asyncio.gather(*(store.add(new(f"shared:{{n}}")) for n in range(50)))
        wins = [await store.change(case, shown(case), yes(case)) for case, _ in cases if case.draft is None]
        print(wins.count(True), flush=True)
        os._exit(0)  # a crash, as far as the database can tell
asyncio.run(main())
"""


async def test_two_processes_start_work_and_crash_over_one_new_file(url: str) -> None:
    """Replicas create the file together, decide each case once, and lose nothing when they are killed."""
    code = PROCESS.format(folder=str(Path(__file__).parent), url=url)
    start = asyncio.create_subprocess_exec
    running = [await start(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE) for _ in range(2)]
    outputs = [(await process.communicate())[0] for process in running]
    assert sum(int(output) for output in outputs) == 50
    async with Store.open(url) as store:
        counts = await store.count_by_status()
        assert (counts[Status.RECEIVED], counts[Status.AWAITING]) == (100, 50)


async def test_everything_is_there_after_a_restart(url: str) -> None:
    """Nothing is lost: what was stored once is found by the next start."""
    async with Store.open(url) as store:
        case, _ = await store.add(new())
        assert await store.change(case, shown(case), yes(case))
    async with Store.open(url) as store:
        assert await store.get(case.id) == shown(case)
        assert await store.history(case.id) == ([shown(case).draft], [yes(case)])


async def test_closing_finishes_what_was_asked(url: str) -> None:
    """A stop in the middle of the rush stores what was accepted."""
    async with Store.open(url) as store:
        calls = [asyncio.create_task(store.add(new(str(n)))) for n in range(300)]
        await asyncio.sleep(0)
    assert all(is_new for _, is_new in await asyncio.gather(*calls))
    async with Store.open(url) as store:
        assert (await store.count_by_status())[Status.RECEIVED] == 300


async def test_giving_up_in_the_middle_of_reading_leaves_nothing_open(url: str) -> None:
    """A cancelled export or list leaks no connection and disturbs nobody."""
    async with Store.open(url) as store:
        await asyncio.gather(*(store.add(new(str(n))) for n in range(20)))
        for wait in range(12):
            call = asyncio.create_task(store.list())
            for _ in range(wait):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.wait([call])
        assert len(await store.list()) == 20
    gc.collect()  # an open connection would warn here, and warnings are errors


async def test_a_database_held_by_another_program_says_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup tool that holds the file makes calls fail with a sentence, and only as long as it does."""
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    async with Store.open(url) as store:
        holder = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"cases\.db is busy: another program holds it"):
            await store.add(new())
        holder.close()
        assert await store.add(new()) == (new(), True)


async def test_a_full_disk_is_told_to_every_waiting_caller(store: Store) -> None:
    """What the database cannot take is no silent loss: each caller hears it, with what to do."""
    async with store._database.writes.connect() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")
    big = [store.add(new(str(n), text="x" * 5000)) for n in range(5)]
    results = await asyncio.gather(*big, return_exceptions=True)
    assert all("is full: make room" in str(result) for result in results)


# Walks through many cases


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


async def test_due_walks_through_more_than_a_page_of_the_same_moment(store: Store) -> None:
    """After an outage thousands may be due at once: each is met once, and no list holds them all."""
    await several(store, 2 * PAGE + 1)
    assert [case.id async for case in store.due(NOW)] == [f"{n:05}" for n in range(2 * PAGE + 1)]


async def test_due_goes_on_while_the_cases_change(store: Store) -> None:
    """The desk works on what it has been given while the walk goes on; no cursor stands in its way."""
    await several(store, PAGE + 10)
    met = 0
    async for case in store.due(NOW):
        met += 1
        assert await store.change(case, shown(case))
    assert met == PAGE + 10
    assert [case async for case in store.due()] == []


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
        (queries.due_page(NOW, None, 10), "cases_due"),
        (queries.due_page(None, new(), 10), "cases_due"),
        (queries.page(Filters(), new(), 10, newest_first=True), "cases_received"),
        (queries.page(Filters(status=Status.AWAITING), None, 10), "cases_status"),
        (queries.page(Filters(brand="b"), None, 10, newest_first=True), "cases_brand"),
        (queries.page(Filters(brand="b", status=Status.AWAITING, since=NOW), None, 10), "cases_brand_status"),
        (queries.page(Filters(network="x", since=NOW), None, 10), "cases_network"),
        (queries.counts("b"), "cases_brand_status"),
    ],
)
async def test_every_walk_has_its_index(store: Store, query: Any, index: str) -> None:
    """With a million cases a list reads a page, not the table."""
    sql = query.compile(store._database.reads.sync_engine, compile_kwargs={"literal_binds": True})
    async with store._database.reads.connect() as connection:
        plan = [row[3] for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    assert any(f"USING INDEX {index} " in f"{step} " or f"COVERING INDEX {index} " in step for step in plan), plan
    assert not any("SCAN cases" in step and "INDEX" not in step for step in plan)
