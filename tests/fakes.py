"""One recording fake per port, and a desk built on them.

Every fake awaits before and after what it does, so that races show; each of these awaits is a step at which the
process can be made to die.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any

from bot.desk.brand import Brand, Person, Scoped
from bot.desk.case import Approval, Case, Complaint, Draft, Finding, Level, Origin, Remark, Reply, Severity, Status
from bot.desk.decision import Approve, Decision, Record
from bot.desk.desk import Desk
from bot.desk.ports import Absent, Length, NotSent, Original, Outcome, Posted, Refused, Sighting, Unclear, Writing
from bot.network.everywhere import Everywhere

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

CAMILLE = Person("slack:U1", "Camille Durand")
SACHA = Person("slack:U2", "Sacha Martin")
NOOR = Person("slack:U3", "Noor", frozenset({"slack-group:S1"}))  # a manager through a group
ALEX = Person("slack:U9", "Alex Petit")  # no manager
MANAGERS = Scoped(frozenset({CAMILLE.id, SACHA.id, "slack-group:S1"}))

BRAND = Brand(id="main", name="Lune", managers=MANAGERS, languages=("fr", "en"))

COMPLAINT = Complaint(
    id="slack:T1:C042:1718.0001",
    brand="main",
    text="Toujours rien reçu !",
    received_at=NOON,
    network="x",
    author="@lea_m",
    author_name="Léa Moreau",
    lang="fr",
)


class Crash(BaseException):
    """The process dies here; nothing of ours catches it."""


class Steps:
    """Counts the steps that all fakes of a process take; at one of them the process may die, or freeze for a while."""

    def __init__(self) -> None:
        self.count = 0
        self.crash_at: int | None = None
        self.freeze_at: int | None = None
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        self.frozen_in = ""

    async def take(self, where: str = "") -> None:
        await asyncio.sleep(0)
        self.count += 1
        if self.crash_at is not None and self.count >= self.crash_at:
            raise Crash(self.count)
        if self.count == self.freeze_at and self.meanwhile:
            self.frozen_in = where
            await self.meanwhile()

    def crash_after(self, steps: int | None) -> None:
        self.count, self.crash_at = 0, steps

    def freeze_after(self, steps: int, meanwhile: Callable[[], Awaitable[None]]) -> None:
        """From now on count; at that step do something else first, as if this process had stood still."""
        self.count, self.freeze_at, self.meanwhile = 0, steps, meanwhile


class FakeClock:
    """Moved by hand."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def move(self, **delta: float) -> None:
        self.time += timedelta(**delta)


class FakeVoice:
    """One brand. ``interdit`` in a text blocks, ``promis`` warns; empty and too long texts block."""

    def __init__(self, brand: Brand = BRAND) -> None:
        self.rules = brand
        self.templates = {"late.fr", "other.fr"}

    def brand(self, brand_id: str) -> Brand:
        assert brand_id == self.rules.id
        return self.rules

    def knows(self, brand_id: str, template: str) -> bool:
        return template in self.templates

    def check(self, case: Case, text: str, length: Length, origin: Origin = Origin.PERSON) -> tuple[Finding, ...]:
        found = {
            "empty": not text.strip(),
            "length": not length.fits,
            "never": "interdit" in text,
            "promise": "promis" in text,
        }
        return tuple(finding(name) for name, applies in found.items() if applies)


class FakeWriter:
    """Numbers its drafts over all cases; ``fails`` makes it break."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.fails: Exception | None = None
        self.asked: list[Case] = []

    async def write(self, case: Case) -> Writing:
        await self.steps.take()
        self.asked.append(case)
        number = len(self.asked)
        await self.steps.take()
        if self.fails:
            raise self.fails
        return writing(f"Bonjour, réponse {number}.", template=case.wish.template if case.wish else "")


class FakeReview:
    """Remembers what the team saw; ``fails`` makes the chat break."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.fails: Exception | None = None
        self.shown: list[Case] = []

    async def show(self, case: Case) -> None:
        await self.steps.take()
        if self.fails:
            raise self.fails
        self.shown.append(case)


class Does(Enum):
    """What the network does with one call."""

    POST = auto()
    REFUSE = auto()
    NOT_SEND = auto()  # surely nothing; again in a minute
    LOSE = auto()  # nothing posted, and it cannot say so
    POST_UNCLEARLY = auto()
    BREAK = auto()  # raises, nothing posted
    POST_THEN_BREAK = auto()  # a time-out after sending
    HANG = auto()  # posts once ``released`` is set


POSTING = frozenset({Does.POST, Does.POST_UNCLEARLY, Does.POST_THEN_BREAK, Does.HANG})


class Sees(Enum):
    """What the network tells when it is asked whether a reply is there."""

    TRUTH = auto()
    NOTHING = auto()  # it cannot be read back
    ERROR = auto()


#: The step at which a reply has left us and is not public yet: whoever stands still here cannot be called back.
ON_ITS_WAY = "on its way"


class FakeNetwork:
    """Does with each call what the ``plan`` says next, else posts. ``held`` is what the customers can read."""

    name = "fake"

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.by_hand = False
        self.deletes = True
        self.settles = 0.0
        self.limit: int | None = None
        self.obstacle: Remark | None = None
        self.plan: deque[Does] = deque()
        self.sees = Sees.TRUTH
        self.released = asyncio.Event()
        self.held: list[tuple[str, str]] = []
        self.calls: list[Reply] = []
        self.looks = 0
        self.stands: Original | Exception | None = None

    def measure(self, complaint: Complaint, text: str) -> Length:
        return Length(len(text), self.limit)

    def speaks_as(self, complaint: Complaint) -> str:
        return "@lune"

    async def original(self, complaint: Complaint) -> Original | None:
        await self.steps.take()
        if isinstance(self.stands, Exception):
            raise self.stands
        return self.stands

    async def check(self, complaint: Complaint) -> Remark | None:
        await self.steps.take()
        return self.obstacle

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        await self.steps.take(ON_ITS_WAY)
        self.calls.append(reply)
        does = self.plan.popleft() if self.plan else Does.POST
        if does is Does.HANG:
            await self.released.wait()
        if does in POSTING:
            self.held.append((complaint.id, reply.text))
        await self.steps.take()
        if does in {Does.BREAK, Does.POST_THEN_BREAK}:
            raise TimeoutError("the network does not answer")
        return _outcome(does)

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        await self.steps.take()
        does = self.plan.popleft() if self.plan else Does.POST
        if does is Does.BREAK:
            raise TimeoutError("the network does not answer")
        if does in POSTING:
            self.held = [(case_id, text) for case_id, text in self.held if case_id != complaint.id]
        return _outcome(does)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        self.looks += 1
        await self.steps.take()
        there = any(case_id == complaint.id for case_id, _ in self.held)
        await self.steps.take()
        if self.sees is Sees.ERROR:
            raise ConnectionError("the network is away")
        if self.sees is Sees.NOTHING:
            return Unclear(Remark("It cannot be read back."))
        return Posted(link="https://fake.example/1", ref="1") if there else Absent()


def _outcome(does: Does) -> Outcome:
    match does:
        case Does.REFUSE:
            return Refused(Remark("The account is closed."))
        case Does.NOT_SEND:
            return NotSent(Remark("Too many posts."), wait=60)
        case Does.LOSE | Does.POST_UNCLEARLY:
            return Unclear(Remark("No answer."))
        case _:
            return Posted(link="https://fake.example/1", ref="1")


@dataclass(frozen=True, slots=True)
class Move:
    """One change that the store has taken."""

    before: Case | None
    after: Case
    record: Record | None = None


class FakeStore:
    """A dictionary with a real compare-and-set on the revision; ``moves`` is all that happened."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.cases: dict[str, Case] = {}
        self.moves: list[Move] = []

    @property
    def records(self) -> list[Record]:
        return [move.record for move in self.moves if move.record]

    async def add(self, case: Case) -> tuple[Case, bool]:
        await self.steps.take()
        new = case.id not in self.cases
        if new:
            self._write(Move(None, case))
        stored = self.cases[case.id]
        await self.steps.take()
        return stored, new

    async def get(self, case_id: str) -> Case | None:
        await self.steps.take()
        case = self.cases.get(case_id)
        await self.steps.take()
        return case

    async def change(self, before: Case, after: Case, record: Record | None = None) -> bool:
        await self.steps.take()
        stands = self.cases[before.id].revision == before.revision
        if stands:
            self._write(Move(before, after, record))
        await self.steps.take()
        return stands

    async def due(self, before: datetime | None = None) -> AsyncIterator[Case]:
        waiting = [case for case in self.cases.values() if case.due and (before is None or case.due <= before)]
        for case in sorted(waiting, key=lambda case: case.due or NOON):
            await self.steps.take()
            yield case

    def _write(self, move: Move) -> None:
        self.cases[move.after.id] = move.after
        self.moves.append(move)


@dataclass(frozen=True, slots=True)
class Job:
    verb: str
    case_id: str
    revision: int
    at: datetime | None = None


class FakeWork:
    """The queue of one process: what was asked, and what still waits. ``dead`` are the workers that have ended."""

    def __init__(self, steps: Steps, worker: str = "worker-1") -> None:
        self.steps = steps
        self.worker = worker
        self.dead: set[str] = set()
        self.asked: list[Job] = []
        self.waiting: list[Job] = []

    async def ask(self, verb: str, case: Case, at: datetime | None = None) -> None:
        await self.steps.take()
        job = Job(verb, case.id, case.revision, at)
        self.asked.append(job)
        if job not in self.waiting:
            self.waiting.append(job)

    def gone(self, worker: str) -> bool:
        return worker in self.dead

    def due(self, now: datetime) -> Job | None:
        """Take the next job that may run now out of the queue."""
        job = next((job for job in self.waiting if job.at is None or job.at <= now), None)
        if job:
            self.waiting.remove(job)
        return job


@dataclass
class Room:
    """A desk on fakes, and the process around it. ``restart`` is another process over the same world."""

    brand: Brand = BRAND
    steps: Steps = field(default_factory=Steps)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.voice = FakeVoice(self.brand)
        self.writer = FakeWriter(self.steps)
        self.review = FakeReview(self.steps)
        self.network = FakeNetwork(self.steps)
        self.store = FakeStore(self.steps)
        self.work = FakeWork(self.steps)
        self.desk = self.another_desk(self.work)

    def another_desk(self, work: FakeWork) -> Desk:
        """The desk of a process whose queue is ``work``."""
        return Desk(
            voice=self.voice,
            writer=self.writer,
            review=self.review,
            networks=Everywhere(self.network),
            store=self.store,
            work=work,
            clock=self.clock,
        )

    async def run(self) -> None:
        """Run the jobs that may run now, and those they ask for."""
        while job := self.work.due(self.clock.now()):
            await getattr(self.desk, job.verb)(job.case_id)

    async def wait(self, **delta: float) -> None:
        """Let time pass, as a process does that looks around every minute."""
        end = self.clock.now() + timedelta(**delta)
        while self.clock.now() < end:
            self.clock.time = min(self.clock.now() + timedelta(minutes=1), end)
            await self.run()
            await self.desk.resume()
            await self.run()

    async def rest(self) -> list[float]:
        """Go from one due time to the next until the bot has nothing left to do; returns the waits in seconds."""
        waits = []
        await self.run()
        while (due := self.case.due) is not None:
            assert self.work.waiting, "the bot is due, and nobody has asked for its work"
            waits.append((due - self.clock.now()).total_seconds())
            self.clock.time = due
            await self.run()
        return waits

    async def restart(self, *, gone: bool = True) -> None:
        """This process has ended, another starts; ``gone`` says whether that can be seen from outside."""
        old, number = self.work, int(self.work.worker.split("-")[1]) + 1
        self.work = FakeWork(self.steps, f"worker-{number}")
        self.work.dead = {*old.dead, *([old.worker] if gone else [])}
        self.desk = self.another_desk(self.work)
        await self.desk.resume(starting=True)
        await self.run()

    async def receive(self, complaint: Complaint = COMPLAINT) -> Case:
        """A case with its first draft shown."""
        await self.desk.receive(complaint)
        await self.run()
        return self.case

    async def decide(self, decision: Decision, by: Person = CAMILLE) -> Case:
        return await self.desk.decide(COMPLAINT.id, decision, by)

    @property
    def case(self) -> Case:
        return self.store.cases[COMPLAINT.id]

    @property
    def public(self) -> list[str]:
        """What the customer reads below the complaint."""
        return [text for case_id, text in self.network.held if case_id == COMPLAINT.id]

    @property
    def statuses(self) -> list[Status]:
        """Every status the case had, in order."""
        return [move.after.status for move in self.store.moves]


async def approved(*plan: Does, sees: Sees = Sees.TRUTH) -> Room:
    """A room with a case that a manager has just approved, and what the network will do about it."""
    room = Room()
    await room.receive()
    await room.decide(Approve(1))
    room.network.plan.extend(plan)
    room.network.sees = sees
    return room


def finding(check: str) -> Finding:
    level = Level.WARN if check == "promise" else Level.BLOCK
    return Finding(check, level, Remark(f"Found: {check}."))


def writing(text: str, **changes: Any) -> Writing:
    plain = Writing(
        text=text, origin=Origin.TEMPLATE, lang="fr", kind="complaint", topic="late", severity=Severity.NORMAL
    )
    return replace(plain, **changes)


def draft(number: int = 1, text: str = "Bonjour, réponse 1.", **changes: Any) -> Draft:
    plain = Draft(number=number, text=text, origin=Origin.TEMPLATE, written_at=NOON, lang="fr", template="late.fr")
    return replace(plain, **changes)


def case_in(status: Status, **changes: Any) -> Case:
    """A case that stands there, with a first draft."""
    plain = Case(complaint=COMPLAINT, updated_at=NOON, status=status, lang="fr", topic="late", draft=draft())
    return replace(plain, **changes)


def standing(status: Status, **changes: Any) -> Case:
    """A case as it really looks there: with the yes and the reply that brought it so far."""
    case = case_in(status, **changes)
    if status in {Status.APPROVED, Status.SENDING, Status.POSTED, Status.REFUSED, Status.UNKNOWN}:
        yes = (Approval(CAMILLE.id, CAMILLE.name),)
        reply = Reply(text="Bonjour, réponse 1.", draft=1, approved_by=yes, approved_at=NOON)
        case = replace(case, approvals=yes, reply=reply, attempts=1, reason=Remark("Once upon a time."))
    return case


def brand_with(**changes: Any) -> Brand:
    return replace(BRAND, **changes)


def names(findings: Iterable[Finding]) -> list[str]:
    return [finding.check for finding in findings]
