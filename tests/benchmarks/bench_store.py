"""What the store costs, beside a bare loop that writes the same rows. Run by hand:

uv run python tests/benchmarks/bench_store.py                  # the store against the bare loop
uv run python tests/benchmarks/bench_store.py --past 1000000   # a full table against an empty one
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import aiosqlite
from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import aiosqlite as driver

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
)
from bot.desk.decision import Record
from bot.store import Store
from bot.store.rows import case_row, decision_row, draft_row, state_row
from bot.store.tables import cases, decisions, drafts
from bot.store.words import dumps

ROUNDS = 3
PAST_ROUNDS = 5  # the two differ by less than the noise of one pair
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
COMPLAINT = (
    "@nordwind Bonjour, ma commande 4711 devait arriver il y a trois semaines et toujours rien reçu ! Le suivi est "
    "bloqué, personne ne répond au téléphone et le formulaire plante. C'est inadmissible, je veux une réponse. 😡"
)
TEXT = (
    "Bonjour Camille, nous sommes désolés pour ce retard et comprenons votre agacement. Pouvez-vous nous envoyer "
    "votre numéro de commande en message privé ? Nous regardons tout de suite où se trouve votre colis."
)

# One case, from the complaint to the posted reply


def received(case_id: str, at: datetime = NOW) -> Case:
    complaint = Complaint(
        id=case_id,
        brand="nordwind",
        text=COMPLAINT,
        received_at=at,
        network="x",
        author="@camille_d",
        link=f"https://x.com/camille_d/status/{case_id}",
        lang="fr",
        notes=("she is a regular",),
    )
    return Case(complaint=complaint, updated_at=at, lang="fr", due=at + timedelta(minutes=2))


def drafted(case: Case) -> Case:
    draft = Draft(
        number=1,
        text=TEXT,
        origin=Origin.TEMPLATE,
        written_at=NOW,
        lang="fr",
        template="late-delivery",
        version="9f2c1a7b",
        findings=(Finding("promise", Level.WARN, Remark("“{quote}” promises something.", {"quote": "tout de suite"})),),
        alternatives=(Alternative("lost-parcel", "late-delivery", 0.71), Alternative("apology", "other", 0.4)),
    )
    return replace(case, kind="complaint", topic="late-delivery", severity=Severity.HIGH).to(
        Status.AWAITING, NOW, draft=draft, due=None
    )


def approved(case: Case) -> tuple[Case, Record]:
    yes = (Approval("slack:U1", "Ana Lima"),)
    reply = Reply(text=f"{TEXT} ^AL", draft=1, approved_by=yes, approved_at=NOW)
    record = Record(
        case_id=case.id,
        at=NOW,
        by="slack:U1",
        by_name="Ana Lima",
        action="approve",
        draft=1,
        origin="template",
        template="late-delivery",
        after=TEXT,
        status="approved",
    )
    return case.to(Status.APPROVED, NOW, approvals=yes, reply=reply, due=NOW), record


def sending(case: Case) -> Case:
    lease = Lease("worker-1", NOW + timedelta(seconds=60))
    return case.to(Status.SENDING, NOW, lease=lease, due=lease.until, attempts=1)


def posted(case: Case) -> Case:
    assert case.reply
    reply = replace(case.reply, posted_at=NOW, link="https://x.com/nordwind/status/1", ref="1")
    return case.to(Status.POSTED, NOW, reply=reply, due=None, lease=None)


def names(kind: str, count: int) -> list[str]:
    return [f"slack:T024BE7LD:C{n % 7:03}:{kind}{1_718_000_000 + n}.000100" for n in range(count)]


# Through the store


async def through_store(folder: Path, ids: Sequence[str], tasks: int) -> float:
    async with Store.open(f"sqlite:///{folder / 'cases.db'}") as store:
        waiting = iter(ids)
        start = time.perf_counter()
        await asyncio.gather(*(_serve(store, waiting) for _ in range(tasks)))
        return time.perf_counter() - start


async def _serve(store: Store, ids: Iterator[str]) -> None:
    for case_id in ids:
        await store.add(received(case_id))
        case = await _get(store, case_id)
        assert await store.change(case, drafted(case))
        case = await _get(store, case_id)
        assert await store.change(case, *approved(case))
        case = await _get(store, case_id)
        assert await store.change(case, sending(case))
        case = await _get(store, case_id)
        assert await store.change(case, posted(case))


async def _get(store: Store, case_id: str) -> Case:
    case = await store.get(case_id)
    assert case
    return case


# The bare loop: the same rows in the same tables, one commit per step

Step = list[tuple[str, tuple[Any, ...]]]
DIALECT = driver.dialect(json_serializer=dumps)  # type: ignore[no-untyped-call]


async def bare(folder: Path, ids: Sequence[str]) -> float:
    path = folder / "cases.db"
    async with Store.open(f"sqlite:///{path}"):
        pass
    stories = [list(steps(case_id)) for case_id in ids]
    async with aiosqlite.connect(path) as connection:
        await connection.execute("PRAGMA foreign_keys = ON")
        await connection.execute("PRAGMA synchronous = NORMAL")
        start = time.perf_counter()
        for story in stories:
            for step in story:
                for statement, values in step:
                    await connection.execute(statement, values)
                await connection.commit()
        return time.perf_counter() - start


def steps(case_id: str) -> Iterator[Step]:
    new = received(case_id)
    yield [insert(cases, case_row(new))]
    shown = drafted(new)
    assert shown.draft
    yield [insert(drafts, draft_row(case_id, shown.draft)), update(shown)]
    agreed, record = approved(shown)
    yield [insert(decisions, decision_row(case_id, agreed.revision, record)), update(agreed)]
    yield [update(sending(agreed))]
    yield [update(posted(sending(agreed)))]


def insert(table: Table, row: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    marks = ", ".join("?" * len(row))
    columns = ", ".join(f'"{name}"' for name in row)
    return f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", bound(table, row)


def update(case: Case) -> tuple[str, tuple[Any, ...]]:
    row = state_row(case)
    sets = ", ".join(f'"{name}" = ?' for name in row)
    statement = f"UPDATE cases SET {sets} WHERE id = ? AND revision = ?"
    return statement, (*bound(cases, row), case.id, case.revision - 1)


def bound(table: Table, row: dict[str, Any]) -> tuple[Any, ...]:
    """The values as the driver takes them."""
    return tuple(_bound(table, name, value) for name, value in row.items())


def _bound(table: Table, name: str, value: Any) -> Any:
    process = table.c[name].type.dialect_impl(DIALECT).bind_processor(DIALECT)
    return process(value) if process else value


# A table with a past


def fill(path: Path, count: int) -> None:
    """Insert posted cases, fast: no safety needed."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    started = NOW - timedelta(seconds=count)
    story = list(_past("?", started))
    for number, case_id in enumerate(names("0", count)):
        at = (started + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S.000000")
        for statement, values, where in story:
            row = list(values)
            for position, kind in where:
                row[position] = case_id if kind == "id" else at
            connection.execute(statement, row)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _past(case_id: str, at: datetime) -> Iterable[tuple[str, tuple[Any, ...], list[tuple[int, str]]]]:
    agreed, record = approved(drafted(received(case_id, at)))
    case = posted(sending(agreed))
    assert case.draft
    for table, row in (
        (cases, case_row(case)),
        (drafts, draft_row(case_id, case.draft)),
        (decisions, decision_row(case_id, 3, record)),
    ):
        kinds = {"id": "id", "case_id": "id", "received_at": "at"}
        yield *insert(table, row), [(n, kinds[name]) for n, name in enumerate(row) if name in kinds]


# Rounds


async def against_bare(count: int, tasks: int) -> None:
    ratios = []
    for number in range(ROUNDS):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            ids = names("1", count)
            floor = await bare(Path(one), ids)
            ours = await through_store(Path(other), ids, tasks)
        ratios.append(floor / ours)
        print(f"round {number + 1}: bare {_each(floor, count)}, store {_each(ours, count)}, {ratios[-1]:.2f} x as fast")
    print(f"median: the store is {median(ratios):.2f} x as fast")


async def against_past(count: int, tasks: int, past: int) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        empty, full = Path(one), Path(other)
        async with Store.open(f"sqlite:///{full / 'cases.db'}"):
            pass
        fill(full / "cases.db", past)
        print(f"{past} past cases: {(full / 'cases.db').stat().st_size / 1e6:.0f} MB")
        ratios = []
        for number in range(PAST_ROUNDS):
            (empty / "cases.db").unlink(missing_ok=True)
            ids = names(str(number + 1), count)
            without = await through_store(empty, ids, tasks)
            within = await through_store(full, ids, tasks)
            ratios.append(within / without)
            figures = f"empty {_each(without, count)}, full {_each(within, count)}"
            print(f"round {number + 1}: {figures}, ratio {ratios[-1]:.2f}")
        print(f"median: {median(ratios):.2f}")


def _each(seconds: float, count: int) -> str:
    return f"{seconds / count * 1000:.2f} ms a case"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--tasks", type=int, default=64)
    parser.add_argument("--past", type=int, default=0)
    asked = parser.parse_args()
    if asked.past:
        asyncio.run(against_past(asked.cases, asked.tasks, asked.past))
    else:
        asyncio.run(against_bare(asked.cases, asked.tasks))


if __name__ == "__main__":
    main()
