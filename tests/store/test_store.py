"""The store on real SQLite files: what it keeps, races, restarts."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from store_cases import NOW, new, shown, yes

from bot.desk.case import Lease, Status
from bot.errors import StoreError
from bot.store import Store, database, moves


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
    assert not (await store.add(case))[1]
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


def test_replicas_on_postgresql_lock_in_one_order() -> None:
    """Two batches that hold the same cases wait for each other, and never both at once."""
    sql = str(moves._STANDS.compile(dialect=postgresql.dialect()))
    assert sql.endswith("ORDER BY cases.id FOR UPDATE")


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
from bot.store import Store
from store_cases import new, shown, yes
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
