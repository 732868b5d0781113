"""``portevoix demo``: the main job at a terminal, on sample complaints or on your own."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from bot.app import App, running
from bot.chat.console.batch import Batch
from bot.chat.console.card import plain
from bot.chat.console.formats import Format
from bot.chat.console.intake import Row, arriving, complaint, rows
from bot.chat.console.review import ConsoleReview
from bot.chat.console.session import Session
from bot.chat.console.tally import Tally
from bot.desk.brand import Person
from bot.desk.case import Case, Complaint
from bot.desk.ports import Network
from bot.locale import Sentences, machine_language
from bot.network.manual import Manual
from bot.network.outbox import Outbox
from bot.settings import Settings
from bot.voice.library import Library
from bot.voice.yamlfile import Problem

SAMPLES = Path(__file__).parents[1] / "chat" / "console" / "samples.jsonl"


class Demo:
    """One run: where complaints come from, who decides, and where replies go."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        brand: str,
        *,
        source: str = "",
        text_column: str = "",
        form: Format | None = None,
        by_hand: bool = False,
        lang: str = "",
    ) -> None:
        self.settings = settings
        self.library = library
        self.brand = brand
        self.source = source
        self.text_column = text_column
        self.form = form
        self.network: Network = Manual() if by_hand else Outbox(settings.outbox_file)
        self.say = Sentences(lang or machine_language() or library.brand(brand).team_language)
        self.console = Console(highlight=False)
        self.person = Person("console", getpass.getuser().title())
        self.review = ConsoleReview()
        self.started = datetime.now(UTC)

    async def run(self, *, approve_all: bool) -> None:
        """See every complaint: approve all, ask one by one, or only draw where nobody can answer."""
        async with running(self.settings, self.library, self.review, self.network) as app:
            if approve_all:
                tally = await self._approve_all(app)
            elif self._can_ask():
                tally = await self._ask(app)
            else:
                tally = await self._draw(app)
        self._sum_up(tally, nobody_asked=not (approve_all or self._can_ask()))

    def _can_ask(self) -> bool:
        """Whether somebody sits at a terminal."""
        return sys.stdin.isatty() or (self.source == "-" and self.console.is_terminal)

    async def _approve_all(self, app: App) -> Tally:
        with self._progress() as progress:
            bar = progress.add_task(self.say("Replies"), total=await asyncio.to_thread(self._count))
            batch = Batch(app.desk, self.review, self.person, self._answers, lambda: progress.advance(bar))
            await batch.run(self._complaints(batch.tally))
        return batch.tally

    async def _ask(self, app: App) -> Tally:
        session = self._session(app)
        self.console.print(
            self.say("Complaints come in one by one; a key decides. Nothing is posted without your yes.")
        )
        async with self._watching():
            async for one in self._complaints(session.tally):
                if not await session.see(one):
                    break
        return session.tally

    async def _draw(self, app: App) -> Tally:
        session = self._session(app)
        async for one in self._complaints(session.tally):
            await session.draw(one)
        return session.tally

    def _answers(self, case: Case) -> bool:
        return self.library.house(self.brand).topic(case.topic).reply

    def _session(self, app: App) -> Session:
        return Session(
            app.desk,
            self.review,
            self.person,
            self.console,
            self.say,
            lambda: sorted(self.library.house(self.brand).templates),
            self._answers,
            models=app.pens.writes if app.pens else None,
            interpreter=app.pens,
        )

    async def _complaints(self, tally: Tally) -> AsyncIterator[Complaint]:
        with rows(self.source or str(SAMPLES), self.text_column, self.form) as found:
            async for batch in arriving(found):
                for row in batch:
                    if row.wrong:
                        tally.count_unread()
                        self._say_wrong(row)
                    else:
                        yield self._complaint(row)

    def _complaint(self, row: Row) -> Complaint:
        if self.source:
            return complaint(row, self.brand, self.started)
        # the samples are new complaints every time: a second demo shows the same minute again
        again = Row(row.number, {**row.fields, "id": f"{self.started.isoformat()} {row.number}"})
        return complaint(again, self.brand, self.started)

    def _count(self) -> int | None:
        """How many rows a file holds; None for a stream."""
        if self.source == "-":
            return None
        with rows(self.source or str(SAMPLES), self.text_column, self.form) as found:
            return sum(1 for _ in found)

    def _progress(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        return Progress(*columns, console=Console(stderr=True), transient=True)

    @asynccontextmanager
    async def _watching(self) -> AsyncIterator[None]:
        """Templates may be edited meanwhile: the next draft uses them."""
        stop = asyncio.Event()
        watcher = asyncio.create_task(self.library.watch(self._say_prompts, stop))
        try:
            yield
        finally:
            stop.set()
            await watcher

    def _say_prompts(self, problems: tuple[Problem, ...]) -> None:
        for problem in problems:
            self.console.print(Text(f"! {problem}", "yellow"))
        if problems:
            self.console.print(Text(self.say("The last good version stays in use."), "yellow"))
        else:
            self.console.print(Text(self.say("Templates read again."), "dim"))

    def _say_wrong(self, row: Row) -> None:
        said = self.say("Row {name} was left out: {reason}.", name=row.name, reason=row.wrong)
        Console(stderr=True, highlight=False).print(Text(plain(said), "yellow"))

    def _sum_up(self, tally: Tally, *, nobody_asked: bool) -> None:
        self.console.print()
        for line in tally.lines(self.say):
            self.console.print(line)
        if not self.network.by_hand:
            path = self.settings.outbox_file.absolute()
            self.console.print(self.say("The outbox: {path}", path=path), soft_wrap=True)
        if nobody_asked and not tally.posted:
            self.console.print(self.say("Nothing was posted: nobody said yes."))
