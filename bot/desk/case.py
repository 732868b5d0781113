"""A complaint, its drafts, its case; the statuses, and the only moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

NO_FACTS: Mapping[str, Any] = {}


class Status(StrEnum):
    """Where a case stands. Drawn in the README."""

    RECEIVED = "received"  # stored; the bot is to write a draft
    AWAITING = "awaiting"  # a draft is shown; a manager is to decide
    APPROVED = "approved"  # a manager said yes; the bot, or a person by hand, is to post
    SENDING = "sending"  # one worker holds the lease and is calling the network
    POSTED = "posted"  # the customer can read it
    REJECTED = "rejected"  # no reply
    REFUSED = "refused"  # the network said no, for good: change something and decide again
    UNKNOWN = "unknown"  # it may be public: look before anything else


MOVES: Mapping[Status, frozenset[Status]] = {
    Status.RECEIVED: frozenset({Status.RECEIVED, Status.AWAITING, Status.REJECTED}),
    Status.AWAITING: frozenset({Status.AWAITING, Status.RECEIVED, Status.APPROVED, Status.REJECTED, Status.POSTED}),
    Status.APPROVED: frozenset({Status.SENDING, Status.AWAITING, Status.POSTED}),
    Status.SENDING: frozenset({Status.POSTED, Status.REFUSED, Status.UNKNOWN, Status.APPROVED}),
    Status.POSTED: frozenset({Status.REJECTED}),
    Status.REJECTED: frozenset({Status.AWAITING}),
    Status.REFUSED: frozenset({Status.AWAITING, Status.RECEIVED, Status.APPROVED, Status.REJECTED, Status.POSTED}),
    Status.UNKNOWN: frozenset({Status.UNKNOWN, Status.POSTED, Status.APPROVED}),
}


class ImpossibleMove(Exception):  # a bug of ours, not a person's mistake: outside the error tree
    """A move that ``MOVES`` does not hold."""


class Severity(StrEnum):
    """How much a complaint may hurt, in rising order."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low, 3 for critical."""
        return list(Severity).index(self)


class Origin(StrEnum):
    """Where a draft's text comes from."""

    TEMPLATE = "template"
    MODEL = "model"
    PERSON = "person"


class Level(StrEnum):
    """What a finding does: a manager may override a warning, never a block."""

    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of ours, to be said in the reader's language: English ``says`` with ``{facts}`` in braces."""

    says: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.says.format(**self.facts)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in a text: which check, how grave, the words it is about, and the sentence."""

    check: str
    level: Level
    remark: Remark
    quote: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the text may not be posted as it is."""
        return self.level is Level.BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What the customer wrote. ``id`` is derived from the source, so that a retry is the same complaint."""

    id: str
    brand: str
    text: str
    received_at: datetime
    network: str = "web"
    author: str = ""  # the handle, as the network writes it
    author_name: str = ""
    link: str = ""
    lang: str = ""  # ISO 639-1 when the source says it; else empty until drafted
    written_at: datetime | None = None
    source: str = ""  # where the team saw it: chat:channel:message
    notes: tuple[str, ...] = ()  # what colleagues said beside it; never published
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """A template that also fits; ``score`` is between 0 and 1."""

    template: str
    topic: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a model's server was asked and what that cost; tokens of all calls together, tries in vain included.

    ``cached`` are those of ``tokens_in`` that the server knew already; ``price`` is None where brand.yaml names none.
    """

    model: str
    tokens_in: int = 0
    cached: int = 0
    tokens_out: int = 0
    calls: int = 1
    seconds: float = 0.0
    price: float | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One proposed text, numbered from 1 within its case. An empty text has a ``reason``.

    ``remarks`` say what the approver should know about how it was written.
    """

    number: int
    text: str
    origin: Origin
    written_at: datetime
    lang: str = ""
    by: str = ""  # the person's id; empty when the bot wrote it
    by_name: str = ""
    template: str = ""
    version: str = ""  # hash of the template's content
    findings: tuple[Finding, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    reason: Remark | None = None
    remarks: tuple[Remark, ...] = ()
    usage: Usage | None = None

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """The findings that forbid posting."""
        return tuple(f for f in self.findings if f.blocks)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that a manager may override."""
        return tuple(f for f in self.findings if not f.blocks)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked the next draft to be: a note, or a template by name."""

    note: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to the current draft."""

    by: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The approved text, exactly as it goes out, and where it can be read afterwards."""

    text: str
    draft: int
    approved_by: tuple[Approval, ...]
    approved_at: datetime
    posted_at: datetime | None = None
    link: str = ""
    ref: str = ""  # the network's own id of the post


@dataclass(frozen=True, slots=True)
class Lease:
    """Which worker is calling the network, and until when nobody else may."""

    worker: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One complaint and where its reply stands. Immutable: ``to`` gives the next state, the store compares and sets.

    ``due`` is when the bot has to look at the case next; none while it waits for a person or is over.
    """

    complaint: Complaint
    updated_at: datetime
    status: Status = Status.RECEIVED
    revision: int = 1
    lang: str = ""
    kind: str = ""
    topic: str = ""
    severity: Severity = Severity.NORMAL
    draft: Draft | None = None
    approvals: tuple[Approval, ...] = ()
    reply: Reply | None = None
    wish: Wish | None = None
    taken_by: str = ""  # the name of whoever looks after it
    taken_id: str = ""
    escalated: str = ""  # the reason, when somebody asked for a senior's eyes
    reason: Remark | None = None  # why it is rejected, refused, unknown or not sent yet
    due: datetime | None = None
    lease: Lease | None = None
    attempts: int = 0

    @property
    def id(self) -> str:
        """The complaint's id."""
        return self.complaint.id

    @property
    def brand(self) -> str:
        """The brand the complaint is addressed to."""
        return self.complaint.brand

    def to(self, status: Status, at: datetime, **changes: Any) -> Case:
        """Return the case after a move, one revision on.

        Raises:
            ImpossibleMove: ``MOVES`` does not allow it.
        """
        if status not in MOVES[self.status]:
            raise ImpossibleMove(f"{self.id}: {self.status} -> {status}")
        return replace(self, status=status, revision=self.revision + 1, updated_at=at, **changes)
