"""Past complaints drafted again, as if they had just come; nothing is posted and no case is changed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from bot.desk.case import Case, Draft, Origin, Remark
from bot.desk.decision import Record
from bot.desk.ports import Writer, Writing
from bot.report.notebook import Entry, Notebook
from bot.report.versions import as_new
from bot.voice.instructions import instructions

log = logging.getLogger(__name__)

#: After so many drafts in a row that the model did not write, the next ones would not be either.
GIVES_UP = 5

Story = tuple[Case, list[Draft], list[Record]]
#: Gets every case with its drafts and what is noted of it; None where nothing could be written.
Done = Callable[[Case, Sequence[Draft], Entry | None], None]


@dataclass
class Replay:
    """One run. ``stop`` ends it after the drafts under way; ``unanswered`` counts those that the model did not write.

    A draft that a template wrote in the model's stead, for want of an answer, is not noted: the next run asks again.
    """

    writer: Writer
    notebook: Notebook
    done: Done
    at_once: int = 4
    limit: int | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    unanswered: int = 0
    trouble: Remark | None = None
    _in_a_row: int = 0

    async def run(self, stories: AsyncIterator[Story]) -> None:
        """Draft every case that the notebook lacks, several at once, until they end or ``stop`` is set."""
        room = asyncio.Semaphore(self.at_once)
        taken = 0
        async with asyncio.TaskGroup() as tasks:
            async for case, drafts, _ in stories:
                await room.acquire()
                if self.stop.is_set() or taken == self.limit:
                    break
                taken += 1
                task = tasks.create_task(self._one(case, drafts))
                task.add_done_callback(lambda _: room.release())

    async def _one(self, case: Case, drafts: Sequence[Draft]) -> None:
        entry = self.notebook.find(case.id, case.revision) or await self._drafted(case)
        self.done(case, drafts, entry)

    async def _drafted(self, case: Case) -> Entry | None:
        started = time.perf_counter()
        try:
            writing = await self.writer.write(as_new(case.complaint))
        except Exception:  # one complaint that breaks a pen must not end the run
            log.exception("the writer failed", extra={"case": case.id})
            self._count(Remark("No draft: the writer failed. Please write the reply yourself, or ask again."))
            return None
        seconds = writing.usage.seconds if writing.usage else time.perf_counter() - started
        if unanswered(case, writing):
            self._count(writing.remarks[0])
            return None
        self._in_a_row = 0
        entry = Entry(pen=self.notebook.pen, case=case.id, revision=case.revision, seconds=seconds, writing=writing)
        self.notebook.note(entry)
        return entry

    def _count(self, trouble: Remark) -> None:
        self.unanswered += 1
        if not self._in_a_row:  # the first says why; those after it often only that the server is spared
            self.trouble = trouble
        self._in_a_row += 1
        if self._in_a_row >= GIVES_UP:
            self.stop.set()


def unanswered(case: Case, writing: Writing) -> bool:
    """Whether a template stands in for a model that gave no answer; the next try may bring one.

    An answer that was of no use cost something, and says how the prompt does; and who instructs machines gets none.
    """
    instead = writing.origin is Origin.TEMPLATE and bool(writing.remarks) and writing.usage is None
    return instead and not instructions(case.complaint.text)
