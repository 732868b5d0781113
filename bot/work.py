"""The queue: PgQueuer, in memory. The case table is the truth; a job only says "look at this case"."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import platform
import uuid
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from pgqueuer import InMemoryDriver, InMemoryQueries, PgQueuer
from pgqueuer.models import Job, Schedule

from bot.desk.case import Case

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger(__name__)

EVERY_MINUTE = "* * * * *"
#: Jobs at work at once: enough to fill every wait, few enough that none starves.
AT_ONCE = 64
#: The same where drafts wait for a model's server: 50 complaints a second for as long as it may take.
PATIENTLY = 5_000
#: Seconds that jobs under way may take once we close.
GRACE = 5.0


class Work:
    """Asks for work and runs it. ``verbs`` are the desk's ``draft`` and ``publish``; ``resume`` runs every minute."""

    def __init__(self, *, patient: bool = False) -> None:
        """``patient``: jobs wait for others most of their time, so that many more run at once."""
        self._at_once = PATIENTLY if patient else AT_ONCE
        self.worker = f"{_machine()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
        driver = InMemoryDriver()
        self._jobs = InMemoryQueries(driver)
        self._queue = PgQueuer(driver, queries=self._jobs)

    async def ask(self, verb: str, case: Case, at: datetime | None = None) -> None:
        """Put a job in the queue, once per revision of a case and hour it is asked for.

        The hour matters: a job that comes too early asks for the right one while it is still in the queue itself.
        """
        wait = max(at - datetime.now(UTC), timedelta()) if at else timedelta()
        await self._jobs.enqueue(
            verb,
            case.id.encode(),
            execute_after=wait,
            dedupe_key=f"{verb}:{case.id}:{case.revision}:{at.isoformat() if at and wait else 'now'}",
            on_conflict="skip",
        )

    def gone(self, worker: str) -> bool:
        """Whether the worker has surely ended: a process of this machine that runs no longer."""
        machine, pid, _ = worker.split("/")
        if machine != _machine() or worker == self.worker:
            return False
        return int(pid) == os.getpid() or not psutil.pid_exists(int(pid))

    @asynccontextmanager
    async def running(
        self,
        verbs: dict[str, Callable[[str], Awaitable[None]]],
        resume: Callable[[], Awaitable[object]],
    ) -> AsyncIterator[None]:
        """Run jobs until the block is left; jobs under way are finished then."""
        for verb, handle in verbs.items():
            self._queue.entrypoint(verb)(_job(verb, handle))
        self._queue.schedule("resume", EVERY_MINUTE)(_scheduled(resume))
        self._queue.schedule("clear-log", EVERY_MINUTE)(_scheduled(self._jobs.clear_queue_log))
        runner = asyncio.create_task(self._queue.run(batch_size=AT_ONCE // 2, max_concurrent_tasks=self._at_once))
        runner.add_done_callback(_report)
        try:
            yield
        finally:
            self._queue.shutdown.set()
            await asyncio.wait({runner}, timeout=GRACE)
            if not runner.done():  # what is cut off here is still due, and looked after at the next start
                runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)


def _report(runner: asyncio.Task[None]) -> None:
    if not runner.cancelled() and (error := runner.exception()):
        log.critical("the queue has stopped: nothing is drafted or posted until a restart", exc_info=error)


def _job(verb: str, handle: Callable[[str], Awaitable[None]]) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        case_id = (job.payload or b"").decode()
        try:
            await handle(case_id)
        except Exception:  # the case is still due: resume asks for it again within a minute
            log.exception("%s failed", verb, extra={"case": case_id})

    return run


def _scheduled(call: Callable[[], Awaitable[object]]) -> Callable[[Schedule], Awaitable[None]]:
    async def run(_: Schedule) -> None:
        try:
            await call()
        except Exception:  # a database that is away now may be back in a minute
            log.exception("a scheduled task failed")

    return run


def _machine() -> str:
    """Names the machine, start and process namespace in which a process id means something."""
    parts = [platform.node(), str(int(psutil.boot_time()))]
    namespace = Path("/proc/self/ns/pid")
    if namespace.is_symlink():
        parts.append(str(namespace.readlink()))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
