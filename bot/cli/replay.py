"""``portevoix replay``: past complaints drafted again by another prompt, writer or model; nothing is posted."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from bot.app import modelled
from bot.chat.console.card import plain
from bot.cli.commands import Pen
from bot.desk.case import Case, Complaint, Draft, Remark
from bot.desk.ports import Length, Writer
from bot.errors import InputError, SettingsError
from bot.locale import Sentences
from bot.network.measure import measure
from bot.report.figures import Figures
from bot.report.notebook import Entry, Notebook, pen_of
from bot.report.page import Setting, page
from bot.report.replay import Replay, Story
from bot.report.table import LEGEND, table
from bot.report.veil import Clear, Veil
from bot.report.versions import Compared, compared
from bot.settings import Settings
from bot.store.queries import Filters
from bot.store.store import Store
from bot.voice.house import House
from bot.voice.library import Library
from bot.writer.templated import TemplatedWriter

log = logging.getLogger(__name__)

#: Complaints that the page shows.
MOST_SHOWN = 500


class End(IntEnum):
    """How a run ended, as an exit code."""

    DONE = 0
    GAVE_UP = 1
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for. Times are aware, ``until`` is excluded; ``limit`` counts complaints, oldest first."""

    since: datetime
    until: datetime
    prompts: Path
    model: str  # empty: from templates
    out: Path
    brand: str = ""
    limit: int | None = None
    at_once: int = 4
    fresh: bool = False
    unmasked: bool = False

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise InputError(usage=True, reason="--since must lie before --until.")
        if self.out.suffix not in {".html", ".htm"}:
            raise InputError(usage=True, reason=f"--out names a page: call it {self.out.stem or 'replay'}.html, say.")
        if not self.out.absolute().parent.is_dir():
            raise InputError(reason=f"There is no folder {self.out.parent}: make it, or name another one with --out.")

    @property
    def filters(self) -> Filters:
        """Which cases."""
        return Filters(brand=self.brand or None, since=self.since)

    @property
    def pen(self) -> Pen:
        """Who drafts."""
        return Pen.MODEL if self.model else Pen.TEMPLATED

    @property
    def notes(self) -> Path:
        """Where it stands what has been drafted."""
        return self.out.with_suffix(".jsonl")


def model_for(settings: Settings, writer: Pen | None) -> str:
    """The model that drafts, empty for templates; by default whoever drafts at the desk. Raises ``SettingsError``."""
    if writer is Pen.MODEL and not settings.has_model:
        raise SettingsError(
            reason="--writer model needs a model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own. "
            "--writer templated needs none."
        )
    return settings.openai_model if settings.has_model and writer is not Pen.TEMPLATED else ""


def aware(at: datetime) -> datetime:
    """The time; in UTC where it says no zone."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


async def run(settings: Settings, chosen: Options) -> End:
    """Draft, print the table, write the page; returns how it ended."""
    library = Library.load(chosen.prompts)
    for problem in library.problems:
        log.warning("prompts: %s", problem)
    if chosen.brand:
        library.house(chosen.brand)
    library.warm()
    async with Store.open(settings.database_url) as store, _writer(settings, library, store, chosen) as writer:
        total = await store.stories.count(chosen.filters, chosen.until, chosen.limit)
        if not total:
            _say(f"No complaints from {_told(chosen.since)} to {_told(chosen.until)}.")
            return End.DONE
        pen = pen_of(chosen.prompts, chosen.pen, chosen.model)
        with Notebook(chosen.notes, pen, fresh=chosen.fresh) as notebook:
            night = _Night(library, store, chosen, notebook, total)
            end = await night.draft(writer)
            night.say_figures(end)
            await night.write_page()
    return end


@asynccontextmanager
async def _writer(settings: Settings, library: Library, store: Store, chosen: Options) -> AsyncIterator[Writer]:
    async with modelled(settings, library, store, length_of, purpose="replay") as pens:
        yield pens if pens and chosen.pen is Pen.MODEL else TemplatedWriter(library)


def length_of(complaint: Complaint, text: str) -> Length:
    """The length of a text as a reply to a complaint."""
    return measure(complaint.network, text)


@dataclass
class _Night:
    """One run over the store."""

    library: Library
    store: Store
    chosen: Options
    notebook: Notebook
    total: int
    figures: Figures = field(default_factory=Figures)
    strangers: int = 0  # complaints of brands that these prompts do not hold
    unanswered: int = 0
    trouble: Remark | None = None

    async def draft(self, writer: Writer) -> End:
        """Draft all that is not noted yet, until the end or Ctrl-C."""
        with self._progress() as advance:

            def done(case: Case, drafts: Sequence[Draft], entry: Entry | None) -> None:
                advance()
                if entry:
                    self.figures.add(self._compared(case, drafts, entry))

            replay = Replay(writer, self.notebook, done, at_once=self.chosen.at_once, limit=self.chosen.limit)
            with _interruptible(replay.stop) as pressed:
                async with aclosing(self._stories(advance)) as stories:
                    await replay.run(stories)
        self.unanswered, self.trouble = replay.unanswered, replay.trouble
        if pressed.is_set():
            return End.INTERRUPTED
        return End.GAVE_UP if replay.stop.is_set() else End.DONE

    async def _stories(self, advance: Callable[[], None]) -> AsyncGenerator[Story, None]:
        async with aclosing(self.store.stories.walk(self.chosen.filters, self.chosen.until)) as walk:
            async for story in walk:
                if story[0].brand in self.library.houses:
                    yield story
                else:
                    self.strangers += 1
                    advance()

    def _compared(self, case: Case, drafts: Sequence[Draft], entry: Entry) -> Compared:
        return compared(self.library, length_of, case, drafts, entry)

    @contextmanager
    def _progress(self) -> Iterator[Callable[[], None]]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("Drafts", total=self.total)
            yield lambda: progress.advance(bar)

    # What came of it

    def say_figures(self, end: End) -> None:
        """The table, what is missing in it, and how to go on."""
        if self.figures.total.now.complaints:
            Console(highlight=False).print(table(self.figures))
            Console(highlight=False).print(LEGEND, style="dim")
        if self.strangers:
            _say(f"Left out: {self.strangers} of brands that {self.chosen.prompts} does not hold.", "yellow")
        for line in self._how_to_go_on(end):
            _say(line, "yellow")

    def _how_to_go_on(self, end: End) -> Iterator[str]:
        done = f"{self.figures.total.now.complaints} of {self.total} complaints are drafted"
        if self.unanswered:
            yield f"Not drafted by the model, and not counted: {self.unanswered}. {self.trouble or ''}"
        if end is End.GAVE_UP:
            yield f"Stopped: the next ones would fare no better; {done}. Once that is cured, the same command goes on."
        elif end is End.INTERRUPTED:
            yield f"Interrupted; {done}. The same command goes on with the rest; --fresh begins anew."
        elif self.unanswered:
            yield "The same command asks for these again."

    async def write_page(self) -> None:
        """The page, whole or not at all. Raises ``InputError`` where it cannot be written."""
        if not self.figures.total.now.complaints:
            return
        say = Sentences(self._house.brand.team_language)
        text = page(self._setting(), self.figures, [one async for one in self._shown()], say)
        _put(self.chosen.out, text)
        masked = "personal data shown" if self.chosen.unmasked else "personal data masked; --unmasked shows it"
        _say(f"The page: {self.chosen.out} ({masked}). What is drafted: {self.chosen.notes}, unmasked.")

    async def _shown(self) -> AsyncIterator[tuple[Compared, Veil]]:
        for case_id in self.figures.telling(MOST_SHOWN):
            case = await self.store.get(case_id)
            entry = self.notebook.find(case_id, case.revision) if case else None
            if case and entry:
                drafts, _ = await self.store.history(case_id)
                veil = Clear if self.chosen.unmasked else Veil
                yield self._compared(case, drafts, entry), veil(self.library.house(case.brand), case.complaint)

    @property
    def _house(self) -> House:
        """The brand whose team reads the page."""
        houses = self.library.houses
        return houses[self.chosen.brand] if self.chosen.brand else next(iter(houses.values()))

    def _setting(self) -> Setting:
        names = [self._house] if self.chosen.brand else self.library.houses.values()
        return Setting(
            brand=", ".join(house.brand.name for house in names),
            since=self.chosen.since,
            until=self.chosen.until,
            model=self.chosen.model,
            prompts=str(self.chosen.prompts),
            masked=not self.chosen.unmasked,
            total=self.total - self.strangers,
            done=self.figures.total.now.complaints + self.unanswered,
            unanswered=self.unanswered,
            trouble=self.trouble,
        )


@contextmanager
def _interruptible(stop: asyncio.Event) -> Iterator[asyncio.Event]:
    """The first Ctrl-C lets the drafts under way end, for they are paid for; the second one ends at once."""
    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def press() -> None:
        pressed.set()
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)
        Console(stderr=True).print("The drafts under way are finished first; Ctrl-C again ends at once.")

    with suppress(NotImplementedError, RuntimeError, ValueError):  # no signals here: Windows, or another thread
        for number in signals:
            loop.add_signal_handler(number, press)
    try:
        yield pressed
    finally:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for number in signals:
                loop.remove_signal_handler(number)


def _put(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.part")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        raise InputError(reason=f"{path} cannot be written ({error.strerror}).") from None


def _say(text: str, style: str = "") -> None:
    Console(highlight=False).print(Text(plain(text), style), soft_wrap=True)


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
