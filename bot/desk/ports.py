"""What the desk needs from outside: a voice, a writer, a review, networks, a store, work, a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.desk.brand import Brand
from bot.desk.case import Alternative, Case, Complaint, Finding, Origin, Remark, Reply, Severity, Usage
from bot.desk.decision import Record


@dataclass(frozen=True, slots=True)
class Length:
    """A text's length as a network counts it; ``limit`` is None where the network has none."""

    used: int
    limit: int | None
    unit: str = "characters"

    @property
    def fits(self) -> bool:
        """Whether the network would take it."""
        return self.limit is None or self.used <= self.limit


#: The checks that only a writer can do: a locked sentence was changed, the template was changed too much, facts were
#: missing, the model itself thinks that a person should answer.
WRITERS_OWN = frozenset({"locked", "change", "missing", "person"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a writer made of a complaint. An empty text has a ``reason``.

    ``findings`` are what the writer itself found in its text; the checks' own are added to them.
    """

    text: str
    origin: Origin
    lang: str
    kind: str
    topic: str
    severity: Severity
    template: str = ""
    version: str = ""
    alternatives: tuple[Alternative, ...] = ()
    reason: Remark | None = None
    remarks: tuple[Remark, ...] = ()
    findings: tuple[Finding, ...] = ()
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The reply is public."""

    link: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The network said no, for good."""

    reason: Remark


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing happened, surely; worth another try after ``wait`` seconds."""

    reason: Remark
    wait: float


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody can say whether the reply is public."""

    reason: Remark


@dataclass(frozen=True, slots=True)
class Absent:
    """The reply is surely not public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The complaint as it stands on its network now, and what an approver should know of that."""

    text: str = ""
    author: str = ""
    author_name: str = ""
    remarks: tuple[Remark, ...] = ()


Outcome = Posted | Refused | NotSent | Unclear
Sighting = Posted | Absent | Unclear


class Voice(Protocol):
    """The brands, and what may not leave the house."""

    def brand(self, brand_id: str) -> Brand:
        """The brand's rules. Raises ``PromptsError`` for a brand that prompts/ does not hold."""

    def knows(self, brand_id: str, template: str) -> bool:
        """Whether the brand has a template of this name."""

    def check(self, case: Case, text: str, length: Length, origin: Origin) -> tuple[Finding, ...]:
        """What is wrong with this text as a reply to this case; ``length`` includes the signature.

        Of a text that a model wrote, and nobody changed, more is asked.
        """


class Writer(Protocol):
    """Turns a case into a text. May take seconds; may fail."""

    async def write(self, case: Case) -> Writing:
        """Write the next draft, minding ``case.wish`` and ``case.draft``, the one before."""


class Interpreter(Protocol):
    """Puts a draft into another language, for an approver who does not read the customer's."""

    async def translate(self, case: Case, lang: str) -> str:
        """The case's current draft in this language. Raises ``PortevoixError`` where that is not possible."""


class Review(Protocol):
    """Where the team sees the case."""

    async def show(self, case: Case) -> None:
        """Draw or redraw the case's card."""


class Network(Protocol):
    """Where the customer is."""

    name: str
    by_hand: bool  # a person posts it and says so; ``publish`` is never called
    deletes: bool  # a reply can be taken away again
    settles: float  # seconds after which a call that was cut off has taken effect, or never will

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length of a text as a reply to this complaint."""

    def speaks_as(self, complaint: Complaint) -> str:
        """The account that would answer, as people know it; empty where that needs no word."""

    async def original(self, complaint: Complaint) -> Original | None:
        """Read the complaint where it stands; None where that cannot be done. May take seconds; may fail."""

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why this network could not take a reply now; None when it can."""

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Send once. ``complaint.id`` is the key under which ``find`` knows the reply again."""

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Look whether the reply is there already."""

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Take the reply away: ``Posted`` means that it is gone. Called only where ``deletes``."""


class Networks(Protocol):
    """All of them."""

    def of(self, complaint: Complaint) -> Network:
        """The network that carries a reply to this complaint."""


class Store(Protocol):
    """Keeps cases, drafts and decisions for ever."""

    async def add(self, case: Case) -> tuple[Case, bool]:
        """Store a new case; returns what is stored under its id and whether it is new."""

    async def get(self, case_id: str) -> Case | None:
        """The case as it stands, with its current draft."""

    async def change(self, before: Case, after: Case, record: Record | None = None) -> bool:
        """Compare and set: write ``after`` and the record if the case is still at ``before.revision``."""

    def due(self, before: datetime | None = None) -> AsyncIterator[Case]:
        """Every case that waits for the bot, earliest first: those due by then, or all."""


class Work(Protocol):
    """The queue: it only says "look at this case, now or at this time"."""

    worker: str  # this process's name in leases

    async def ask(self, verb: str, case: Case, at: datetime | None = None) -> None:
        """Ask for ``draft`` or ``publish`` of this case. May run twice, late, or not at all."""

    def gone(self, worker: str) -> bool:
        """Whether the worker of that name has surely ended."""


class Clock(Protocol):
    """Aware time."""

    def now(self) -> datetime:
        """Now, in UTC."""
