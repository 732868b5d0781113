"""What a click, a reaction or the words behind ``/reply`` mean, the same in every chat. Pure; nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from bot.desk.decision import Approve, Decision, Escalate, Redraft, Reject, Take, TryAgain, Undo, UseTemplate
from bot.voice.protocol import Reactions

#: Stands in the template menu for "all of them, in a form".
ALL_TEMPLATES = "*"


class Act(StrEnum):
    """What a button, a menu or a field of ours does: an ``action_id`` in Slack, part of a ``custom_id`` in Discord."""

    APPROVE = "approve"
    EDIT = "edit"
    REDRAFT = "redraft"
    SHORTER = "shorter"
    WARMER = "warmer"
    FORMAL = "more-formal"
    TRANSLATE = "translate"
    TEMPLATE = "template"
    MORE = "more"  # the menu behind the three dots; its options are acts
    REJECT = "reject"
    ESCALATE = "escalate"
    TAKE = "take"
    MARK_POSTED = "mark-posted"
    COPY = "copy"
    ADD = "add"
    UNDO = "undo"
    TRY_AGAIN = "try-again"
    DELETE = "delete"  # the posted reply, off the network again
    OPEN = "open"  # a link; nothing to do but to acknowledge
    TYPED = "typed"  # somebody types in the edit form
    SAVE = "save"  # "Save as a draft" in the edit form
    NEW = "new"  # a new complaint, from the App Home


class Form(StrEnum):
    """Which form was sent: a ``callback_id`` in Slack."""

    NOTICE = "notice"
    NEW_COMPLAINT = "new-complaint"
    EDIT = "edit"
    REDRAFT = "redraft"
    REJECT = "reject"
    ESCALATE = "escalate"
    MARK_POSTED = "mark-posted"
    DELETE = "delete"
    ADD = "add"
    COPY = "copy"
    TEMPLATE = "template"
    APPROVE = "approve"


# Clicks


def decision_of(act: Act, draft: int, value: str = "") -> Decision | None:
    """The decision, when a click says it all; None when a form has to ask first, or there is nothing to decide.

    ``value`` is the chosen template, or the note that a tone button stands for.
    """
    match act:
        case Act.APPROVE:
            return Approve(draft)
        case Act.REDRAFT:
            return Redraft(draft)
        case Act.SHORTER | Act.WARMER | Act.FORMAL if value:
            return Redraft(draft, value)
        case Act.TEMPLATE if value not in {"", ALL_TEMPLATES}:
            return UseTemplate(draft, value)
        case Act.TAKE:
            return Take()
        case Act.UNDO:
            return Undo()
        case Act.TRY_AGAIN:
            return TryAgain()
        case _:
            return None


# Reactions

_ALIASES = {
    "thumbsup": "+1", "thumbsdown": "-1", "👍": "+1", "👎": "-1", "✅": "white_check_mark", "❌": "x", "🔁": "repeat",
    "👀": "eyes", "🚨": "rotating_light",
}  # fmt: skip


def reaction(name: str, reactions: Reactions, draft: int) -> Decision | None:
    """What a reaction under the card of this draft decides; None for any other emoji. Skin tones do not count."""
    emoji = _emoji(name)
    meant: list[tuple[list[str], Decision]] = [
        (reactions.approve, Approve(draft)),
        (reactions.reject, Reject(draft)),
        (reactions.redraft, Redraft(draft)),
        (reactions.take, Take()),
        (reactions.escalate, Escalate()),
    ]
    return next((decision for names, decision in meant if emoji in map(_emoji, names)), None)


def _emoji(name: str) -> str:
    bare = name.strip().strip(":").partition("::")[0].rstrip("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
    return _ALIASES.get(bare, bare)


# /reply


@dataclass(frozen=True, slots=True)
class NewForm:
    """``/reply``: the form for a new complaint."""


@dataclass(frozen=True, slots=True)
class Help:
    """``/reply help``."""


@dataclass(frozen=True, slots=True)
class ShowQueue:
    """``/reply queue``."""


@dataclass(frozen=True, slots=True)
class ApproveCase:
    """``/reply approve [link of the card]``; without a link the oldest one that waits."""

    link: str = ""


@dataclass(frozen=True, slots=True)
class RejectCase:
    """``/reply reject [link of the card [reason]]``."""

    link: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Templates:
    """``/reply templates``: the list."""


@dataclass(frozen=True, slots=True)
class EditTemplate:
    """``/reply template late-delivery``; the name may lack its language."""

    name: str


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """``/reply template new``."""


@dataclass(frozen=True, slots=True)
class DraftReply:
    """``/reply <the customer's words or a link>``."""

    text: str


IsMessage = Callable[[str], object]
Command = NewForm | Help | ShowQueue | ApproveCase | RejectCase | Templates | EditTemplate | NewTemplate | DraftReply

_APPROVE = frozenset({"approve", "approuver"})
_REJECT = frozenset({"reject", "rejeter"})
_TEMPLATE = frozenset({"template", "templates", "modèle", "modele", "modèles", "modeles"})
_NEW = frozenset({"new", "nouveau"})
_ALONE: dict[str, Command] = {
    "": NewForm(),
    **dict.fromkeys(("help", "aide"), Help()),
    **dict.fromkeys(("queue", "file"), ShowQueue()),
    **dict.fromkeys(_APPROVE, ApproveCase()),
    **dict.fromkeys(_REJECT, RejectCase()),
    **dict.fromkeys(_TEMPLATE, Templates()),
}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]{2})?")


def command(text: str, known_templates: Collection[str] = (), *, leads_to_message: IsMessage) -> Command:
    """What ``/reply`` and its words mean. A word of ours that something else follows is the beginning of a complaint.

    ``leads_to_message`` tells whether a link is that of a message in this chat.
    """
    text = text.strip()
    first, *others = text.split(maxsplit=2)[:3] or [""]
    if not others:
        return _ALONE.get(first.casefold(), DraftReply(text))
    return _with_words(first.casefold(), others, known_templates, leads_to_message) or DraftReply(text)


def _with_words(
    first: str, others: list[str], known_templates: Collection[str], leads_to_message: IsMessage
) -> Command | None:
    match others:
        case [link] if first in _APPROVE and leads_to_message(link):
            return ApproveCase(link)
        case [link, *reason] if first in _REJECT and leads_to_message(link):
            return RejectCase(link, " ".join(reason))
        case [name] if first in _TEMPLATE and name.casefold() in _NEW:
            return NewTemplate()
        case [name] if first in _TEMPLATE and (name in known_templates or _SLUG.fullmatch(name.casefold())):
            return EditTemplate(name if name in known_templates else name.casefold())
    return None
