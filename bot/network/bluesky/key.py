"""The record key of a reply: the same for every try of one approval, another for every other approval."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from bot.desk.case import Complaint, Reply

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"  # sorts as the numbers do: atproto.com/specs/tid
_SECOND = 1_000_000  # microseconds


def created_at(reply: Reply) -> str:
    """The record's time, frozen at the approval: a later try must write the very same record."""
    return reply.approved_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def key_of(complaint: Complaint, reply: Reply) -> str:
    """A TID: the second of the approval, and below it 30 bits that stand for the case and the draft.

    Posts are listed in the order of their keys, so that a key must tell the time.
    """
    frozen = created_at(reply)
    told = sha256(f"{complaint.id}\n{reply.draft}\n{frozen}".encode()).digest()
    below = int.from_bytes(told[:8], "big")
    second = int(datetime.fromisoformat(frozen).timestamp())
    return _tid(second * _SECOND + below % _SECOND, below // _SECOND % 1024)


def key_at(at: datetime) -> str:
    """The lowest key of that time."""
    return _tid(max(0, int(at.timestamp() * _SECOND)), 0)


def _tid(microseconds: int, clock: int) -> str:
    number = microseconds << 10 | clock
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))
