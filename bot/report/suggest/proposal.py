"""One change of a file of prompts/, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

NEVER, VOICE = "never.md", "voice.md"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
#: Characters of a text that stands as evidence.
VIEW = 160


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reply, personal data hidden: the passage as it was drafted, and as it was approved."""

    case_id: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{one_line(self.case_id)}: “{one_line(self.before)}” -> “{one_line(self.after)}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Write ``instead`` where ``passage`` stands, once, in a file; an empty passage adds a line at the end.

    ``path`` is relative to the brand's own folder.
    """

    path: str
    passage: str
    instead: str
    why: str
    evidence: tuple[Evidence, ...] = ()


def one_line(text: str, most: int = VIEW) -> str:
    """The text as it can stand in a comment."""
    text = " ".join(_CONTROL.sub(" ", text).split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
