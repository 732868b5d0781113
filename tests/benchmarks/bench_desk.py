"""The whole desk - receive, draft, approve, post - beside a bare loop that writes the same rows. Run by hand:

uv run python tests/benchmarks/bench_desk.py
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import aiosqlite
from bench_store import Step, insert, update

from bot.app import SystemClock, running
from bot.chat.console.batch import Batch
from bot.chat.console.review import ConsoleReview
from bot.desk.brand import Person
from bot.desk.case import Case, Complaint, Remark, Reply
from bot.desk.decision import Record
from bot.desk.desk import Desk
from bot.desk.ports import Absent, Length, Outcome, Posted, Sighting
from bot.network.everywhere import Everywhere
from bot.network.measure import measure
from bot.settings import Settings
from bot.store import Store
from bot.store.rows import case_row, decision_row, draft_row
from bot.store.tables import cases, decisions, drafts
from bot.voice.library import Library
from bot.work import Work
from bot.writer.templated import TemplatedWriter

ROOT = Path(__file__).parents[2]
ROUNDS = 3
SAID = (
    "My order 4711 should have been here three weeks ago and the tracking has not moved. Where is my parcel?",
    "Toujours rien reçu, trois semaines que j'attends mon colis et personne ne répond au téléphone !",
    "The vase arrived broken, and the box was open. Not happy.",
    "J'ai été débitée deux fois pour la même commande, je veux être remboursée rapidement.",
)
Move = tuple[Case | None, Case, Record | None]


class Nowhere:
    """A network that takes every reply and keeps none."""

    name = "nowhere"
    by_hand = False
    deletes = False

    def measure(self, complaint: Complaint, text: str) -> Length:
        return measure(complaint.network, text)

    def speaks_as(self, complaint: Complaint) -> str:
        return ""

    async def original(self, complaint: Complaint) -> None:
        return None

    async def check(self, complaint: Complaint) -> Remark | None:
        return None

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        return Posted()

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        return Absent()


class Noting(Store):
    """A store that also notes every move, for the bare loop to write again."""

    moves: list[Move]

    async def add(self, case: Case) -> tuple[Case, bool]:
        self.moves.append((None, case, None))
        return await super().add(case)

    async def change(self, before: Case, after: Case, record: Record | None = None) -> bool:
        done = await super().change(before, after, record)
        if done:
            self.moves.append((before, after, record))
        return done


def complaints(count: int) -> list[Complaint]:
    now = datetime.now(UTC)
    return [
        Complaint(
            id=f"bench:{n}", brand="main", text=f"{SAID[n % len(SAID)]} ({n})", received_at=now, network="x",
            author=f"@customer{n}", author_name="Camille Martin", link=f"https://x.com/customer{n}/status/{n}",
        )
        for n in range(count)
    ]  # fmt: skip


async def desk(library: Library, arriving: Sequence[Complaint]) -> float:
    """Seconds from the first complaint to the last posted reply, wired as the product wires itself."""
    review = ConsoleReview()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/cases.db")
        async with running(settings, library, review, Nowhere()) as app:
            return await all_posted(app.desk, review, arriving)


async def noted(library: Library, arriving: Sequence[Complaint]) -> list[Move]:
    """Every move that the desk writes for these complaints."""
    review = ConsoleReview()
    with tempfile.TemporaryDirectory() as folder:
        async with Noting.open(f"sqlite:///{folder}/cases.db") as store:
            assert isinstance(store, Noting)
            store.moves = []
            work = Work()
            whole = Desk(
                voice=library, writer=TemplatedWriter(library), review=review, networks=Everywhere(Nowhere()),
                store=store, work=work, clock=SystemClock(),
            )  # fmt: skip
            async with work.running({"draft": whole.draft, "publish": whole.publish}, whole.resume):
                await all_posted(whole, review, arriving)
            return store.moves


async def all_posted(whole: Desk, review: ConsoleReview, arriving: Sequence[Complaint]) -> float:
    batch = Batch(whole, review, Person("console", "Camille Durand"), lambda _: True, lambda: None)
    begun = time.perf_counter()
    await batch.run(_async(arriving))
    seconds = time.perf_counter() - begun
    assert batch.tally.posted == len(arriving)
    return seconds


async def _async(arriving: Sequence[Complaint]):
    for one in arriving:
        yield one


async def bare(steps: Sequence[Step]) -> float:
    """Seconds for the same rows, one commit per step, with nothing around the driver."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.db"
        async with Store.open(f"sqlite:///{path}"):
            pass
        async with aiosqlite.connect(path) as connection:
            await connection.execute("PRAGMA foreign_keys = ON")
            await connection.execute("PRAGMA synchronous = NORMAL")
            begun = time.perf_counter()
            for step in steps:
                for statement, values in step:
                    await connection.execute(statement, values)
                await connection.commit()
            return time.perf_counter() - begun


def steps(moves: Sequence[Move]) -> Iterator[Step]:
    for before, after, record in moves:
        if before is None:
            yield [insert(cases, case_row(after))]
            continue
        new = after.draft is not None and (before.draft is None or before.draft.number != after.draft.number)
        yield [
            *([insert(drafts, draft_row(after.id, after.draft))] if new and after.draft else []),
            *([insert(decisions, decision_row(after.id, after.revision, record))] if record else []),
            update(after),
        ]


async def rounds(count: int) -> None:
    library = Library.load(ROOT / "prompts")
    arriving = complaints(count)
    rows = list(steps(await noted(library, arriving)))
    ratios = []
    for number in range(ROUNDS):
        floor, ours = await bare(rows), await desk(library, arriving)
        ratios.append(floor / ours)
        print(
            f"round {number + 1}: bare {floor / count * 1000:.2f} ms a case, "
            f"desk {ours / count * 1000:.2f} ms a case, the desk is {ratios[-1]:.2f} x as fast"
        )
    print(f"median: {median(ratios):.2f} x as fast (bar: 0.5), {len(rows) / count:.1f} commits a case in the bare loop")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    asyncio.run(rounds(parser.parse_args().cases))


if __name__ == "__main__":
    main()
