"""Keys -> decisions."""

from __future__ import annotations

from enum import StrEnum

from bot.chat import choices
from bot.chat.around import Around
from bot.chat.grammar import Act
from bot.desk.case import Case, Status
from bot.locale import Sentences


class Key(StrEnum):
    """One key each; the letters serve both languages."""

    APPROVE = "a"
    EDIT = "e"
    REDRAFT = "n"
    SHORTER = "b"  # brief, bref
    WARMER = "c"  # cordial
    FORMAL = "f"
    TRANSLATE = "l"  # language, langue
    TEMPLATE = "t"
    REJECT = "r"
    ESCALATE = "h"
    MARK_POSTED = "m"
    TRY_AGAIN = "y"
    UNDO = "u"
    DELETE = "x"
    SKIP = "s"
    QUIT = "q"


_REWORDING = {
    Act.SHORTER: Key.SHORTER, Act.WARMER: Key.WARMER, Act.FORMAL: Key.FORMAL, Act.TRANSLATE: Key.TRANSLATE,
}  # fmt: skip


def keys(case: Case, around: Around | None = None) -> tuple[Key, ...]:
    """The keys that do something for a case as it stands; ``around`` tells whether a model writes."""
    more = choices.rewordings(case, around) if around else ()
    if around and choices.can_delete(case, around):
        return Key.DELETE, *_of_status(case)
    return _of_status(case) + tuple(_REWORDING[choice.act] for choice in more)


def _of_status(case: Case) -> tuple[Key, ...]:
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


def legend(case: Case, say: Sentences, around: Around | None = None) -> str:
    """The keys as one line: ``[a] Approve  [e] Edit …``."""
    offered = keys(case, around)
    return "  ".join(f"[{key.value}] {label}" for key, label in _labels(say).items() if key in offered)


def note(key: Key, say: Sentences) -> str:
    """What a tone key asks of the next draft; empty for any other key."""
    return next((said for act, said in choices.tones(say).items() if _REWORDING[act] is key), "")


def _labels(say: Sentences) -> dict[Key, str]:
    return {
        Key.APPROVE: say("Approve"),
        Key.EDIT: say("Edit"),
        Key.REDRAFT: say("New draft"),
        **{_REWORDING[act]: said for act, said in choices.tones(say).items()},
        Key.TRANSLATE: say("Translate"),
        Key.TEMPLATE: say("Template"),
        Key.REJECT: say("Reject"),
        Key.ESCALATE: say("Higher up"),
        Key.MARK_POSTED: say("Mark as posted"),
        Key.TRY_AGAIN: say("Try again"),
        Key.UNDO: say("Undo"),
        Key.DELETE: say("Delete this reply…"),
        Key.SKIP: say("Skip"),
        Key.QUIT: say("Quit"),
    }
