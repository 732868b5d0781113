import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.case import Case, Status
from bot.work import Work
from tests.fakes import COMPLAINT, case_in

CASE = case_in(Status.RECEIVED)
SOON = timedelta(milliseconds=150)
SLOW = 40


class Jobs:
    """Two verbs that note when they run; ``handle`` is what ``draft`` does beside."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, str]] = []
        self.moved = asyncio.Event()
        self.handle: Callable[[str], Awaitable[None]] | None = None

    async def draft(self, case_id: str) -> None:
        self._note("draft", case_id)
        if self.handle:
            await self.handle(case_id)

    async def publish(self, case_id: str) -> None:
        self._note("publish", case_id)

    async def resume(self) -> None:
        """Whether a minute begins during a test is up to the hour."""

    def running(self, work: Work) -> AbstractAsyncContextManager[None]:
        return work.running({"draft": self.draft, "publish": self.publish}, self.resume)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.ran) < count:
                self.moved.clear()
                await self.moved.wait()

    def _note(self, verb: str, case_id: str) -> None:
        self.ran.append((verb, case_id))
        self.moved.set()


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


def numbered(number: int) -> Case:
    return replace(CASE, complaint=replace(COMPLAINT, id=f"slack:é:{number}"))


async def test_what_is_asked_runs(work, jobs):
    """Each verb with the case's id, whether it was asked before the queue runs or then."""
    await work.ask("draft", CASE)
    async with jobs.running(work):
        await work.ask("publish", numbered(1))
        await jobs.until(2)
    assert sorted(jobs.ran) == [("draft", CASE.id), ("publish", "slack:é:1")]


async def test_one_revision_is_asked_for_once(work, jobs):
    """Duplicates that wait are one job; another revision and another verb are jobs of their own."""
    for case in (CASE, CASE, replace(CASE, revision=2), CASE):
        await work.ask("draft", case)
    await work.ask("publish", CASE)
    async with jobs.running(work):
        await jobs.until(3)
        await asyncio.sleep(0.05)
    assert sorted(verb for verb, _ in jobs.ran) == ["draft", "draft", "publish"]


async def test_later_is_later(work, jobs):
    """A job with an hour waits for it; those without go first. An hour that has passed is now."""
    now = datetime.now(UTC)
    await work.ask("draft", CASE, at=now + SOON)
    await work.ask("draft", numbered(1), at=now - timedelta(days=1))
    async with jobs.running(work):
        await jobs.until(1)
        assert jobs.ran == [("draft", "slack:é:1")]
        await jobs.until(2)
    assert datetime.now(UTC) - now >= SOON


async def test_a_job_that_comes_too_early_asks_again(work, jobs):
    """While it runs, for the same revision: it is not taken for its own duplicate."""

    async def handle(case_id: str) -> None:
        if len(jobs.ran) == 1:
            await work.ask("draft", CASE, at=datetime.now(UTC) + SOON)

    jobs.handle = handle
    async with jobs.running(work):
        await work.ask("draft", CASE)
        await jobs.until(2)


async def test_a_job_that_has_ended_can_be_asked_for_again(work, jobs):
    """What resume finds still due is looked at again."""
    async with jobs.running(work):
        await work.ask("draft", CASE)
        await jobs.until(1)
        await asyncio.sleep(0.2)
        await work.ask("draft", CASE)
        await jobs.until(2)


async def test_a_job_that_fails_is_logged(work, jobs, caplog):
    """With the case, and the jobs behind it run."""

    async def handle(case_id: str) -> None:
        raise RuntimeError("no ink")

    jobs.handle = handle
    async with jobs.running(work):
        await work.ask("draft", CASE)
        await work.ask("publish", CASE)
        await jobs.until(2)
    assert "draft failed" in caplog.text
    assert "RuntimeError: no ink" in caplog.text
    assert caplog.records[0].case == CASE.id


async def test_slow_jobs_do_not_hold_up_the_others(work, jobs):
    """Many writers may wait for their models while replies go out."""
    released = asyncio.Event()
    jobs.handle = lambda case_id: released.wait()
    async with jobs.running(work):
        for number in range(SLOW):
            await work.ask("draft", numbered(number))
        await work.ask("publish", CASE)
        await jobs.until(SLOW + 1)
        assert ("publish", CASE.id) in jobs.ran
        released.set()


async def test_leaving_finishes_what_runs(work, jobs):
    """A job under way comes to its end; one that waits for its hour is left to the next process."""
    started, finished = asyncio.Event(), []

    async def handle(case_id: str) -> None:
        started.set()
        await asyncio.sleep(0.1)
        finished.append(case_id)

    jobs.handle = handle
    await work.ask("publish", CASE, at=datetime.now(UTC) + timedelta(hours=1))
    async with jobs.running(work):
        await work.ask("draft", CASE)
        await started.wait()
    assert (finished, jobs.ran) == ([CASE.id], [("draft", CASE.id)])


async def test_leaving_by_an_error_finishes_too(work, jobs):
    """And the error is told."""

    async def fail() -> None:
        async with jobs.running(work):
            await work.ask("draft", CASE)
            await jobs.until(1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_quiet_desk_is_left_at_once(work, jobs):
    """Nobody waits for a minute to end."""
    began = time.monotonic()
    async with jobs.running(work):
        pass
    assert time.monotonic() - began < 2


# Who is gone


def named(like: str, *, pid: int | None = None, machine: str = "") -> str:
    """A worker's name: another process, or another machine, than ``like``."""
    here, own, number = like.split("/")
    return f"{machine or here}/{own if pid is None else pid}/{number[::-1]}"


def test_a_worker_is_here(work):
    """This very one, as far as it can tell."""
    assert not work.gone(work.worker)
    assert work.worker != Work().worker


def test_an_earlier_process_of_the_same_number_is_gone(work):
    """In a container every process has the same number."""
    assert work.gone(named(work.worker, pid=os.getpid()))


def test_another_process_lives_until_it_ends(work):
    """Then it is surely gone."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        name = named(work.worker, pid=other.pid)
        assert not work.gone(name)
        other.kill()
    assert work.gone(name)


def test_another_machine_cannot_be_seen(work):
    """A number that is free here says nothing about there."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert not work.gone(named(work.worker, pid=ended.pid, machine="0123456789ab"))
    assert not work.gone(named(work.worker, pid=os.getpid(), machine="0123456789ab"))
