"""What kind of thing a name in ``draft.md.j2`` stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Plain(Enum):
    """A thing without parts."""

    TEXT = "a text"
    NUMBER = "a number"
    FLAG = "yes or no"


@dataclass(frozen=True, slots=True)
class Many:
    """Several of a kind: for a loop."""

    of: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Something with parts that stand behind a dot."""

    parts: Mapping[str, Kind]


Kind = Plain | Many | Thing
TEXT, NUMBER, FLAG = Plain.TEXT, Plain.NUMBER, Plain.FLAG
#: What a loop knows of itself.
LOOP = Thing({"index": NUMBER, "first": FLAG, "last": FLAG})
