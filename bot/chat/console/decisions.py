"""Keys -> decisions."""

from __future__ import annotations

from enum import StrEnum

from bot.desk.case import Case, Status
from bot.locale import Sentences


class Key(StrEnum):
    """One key each; the letters serve both languages."""

    APPROVE = "a"
    EDIT = "e"
    REDRAFT = "n"
    TEMPLATE = "t"
    REJECT = "r"
    ESCALATE = "h"
    MARK_POSTED = "m"
    TRY_AGAIN = "y"
    UNDO = "u"
    SKIP = "s"
    QUIT = "q"


def keys(case: Case) -> tuple[Key, ...]:
    """The keys that do something for a case as it stands."""
    match case.status:
        case Status.AWAITING:
            return (
                Key.APPROVE, Key.EDIT, Key.REDRAFT, Key.TEMPLATE, Key.REJECT, Key.ESCALATE, Key.SKIP, Key.QUIT,
            )  # fmt: skip
        case Status.REFUSED:
            return Key.APPROVE, Key.EDIT, Key.REJECT, Key.MARK_POSTED, Key.SKIP, Key.QUIT
        case Status.UNKNOWN:
            return Key.MARK_POSTED, Key.TRY_AGAIN, Key.SKIP, Key.QUIT
        case Status.APPROVED:
            return Key.MARK_POSTED, Key.SKIP, Key.QUIT
        case _:
            return Key.SKIP, Key.QUIT


def legend(case: Case, say: Sentences) -> str:
    """The keys as one line: ``[a] Approve  [e] Edit …``."""
    return "  ".join(f"[{key.value}] {label}" for key, label in _labels(say).items() if key in keys(case))


def _labels(say: Sentences) -> dict[Key, str]:
    return {
        Key.APPROVE: say("Approve"),
        Key.EDIT: say("Edit"),
        Key.REDRAFT: say("New draft"),
        Key.TEMPLATE: say("Template"),
        Key.REJECT: say("Reject"),
        Key.ESCALATE: say("Higher up"),
        Key.MARK_POSTED: say("Mark as posted"),
        Key.TRY_AGAIN: say("Try again"),
        Key.UNDO: say("Undo"),
        Key.SKIP: say("Skip"),
        Key.QUIT: say("Quit"),
    }
