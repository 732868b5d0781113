"""A click, a reaction, the words behind ``/reply`` -> our own values. Pure; nothing here raises on what Slack sends."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.desk.case import Case
from bot.desk.decision import Approve, Decision, Escalate, Redraft, Reject, Take, TryAgain, Undo, UseTemplate
from bot.voice.protocol import Reactions

#: Stands in the template menu for "all of them, in a form".
ALL_TEMPLATES = "*"


class Act(StrEnum):
    """What a button, a menu or a field of ours does: its ``action_id``."""

    APPROVE = "approve"
    EDIT = "edit"
    REDRAFT = "redraft"
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
    OPEN = "open"  # a link; nothing to do but to acknowledge
    TYPED = "typed"  # somebody types in the edit form
    SAVE = "save"  # "Save as a draft" in the edit form
    NEW = "new"  # a new complaint, from the App Home


class Form(StrEnum):
    """Which form was sent: its ``callback_id``."""

    NOTICE = "notice"
    NEW_COMPLAINT = "new-complaint"
    EDIT = "edit"
    REJECT = "reject"
    ESCALATE = "escalate"
    MARK_POSTED = "mark-posted"
    ADD = "add"
    COPY = "copy"
    TEMPLATE = "template"
    APPROVE = "approve"


# Clicks


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """What somebody pressed. ``user`` is Slack's id; ``value`` the chosen option, or the text typed so far.

    ``case_id`` is empty and ``draft`` 0 where the button belongs to no case. ``message`` is the ts of the card, empty
    in a form or in the App Home, where ``view`` is set.
    """

    act: Act
    case_id: str
    draft: int
    user: str
    value: str = ""
    team: str = ""
    channel: str = ""
    message: str = ""
    trigger: str = ""
    view: str = ""


def block_id(name: str, case: Case) -> str:
    """The id of a block whose buttons are about this case and the draft it shows."""
    return f"{name}:{case.draft.number if case.draft else 0}:{case.id}"


def click(payload: Mapping[str, Any]) -> Click | None:
    """What a ``block_actions`` payload says; None when no button of ours was pressed."""
    pressed = _first(payload.get("actions"))
    name, _, rest = _text(pressed, "block_id").partition(":")
    number, _, case_id = rest.partition(":")
    value = _value(pressed)
    act = _act(value if pressed.get("action_id") == Act.MORE else pressed.get("action_id"))
    user = _text(payload, "user", "id")
    if act is None or not name or not number.isdecimal() or len(number) > _DIGITS or not user:
        return None
    return Click(
        act=act,
        case_id=case_id,
        draft=int(number),
        user=user,
        value=value,
        team=_text(payload, "team", "id"),
        channel=_text(payload, "channel", "id") or _text(payload, "container", "channel_id"),
        message=_text(payload, "message", "ts") or _text(payload, "container", "message_ts"),
        trigger=_text(payload, "trigger_id"),
        view=_text(payload, "view", "id") or _text(payload, "container", "view_id"),
    )


def decision_of(pressed: Click) -> Decision | None:
    """The decision, when the click says it all; None when a form has to ask first, or there is nothing to decide."""
    match pressed.act:
        case Act.APPROVE:
            return Approve(pressed.draft)
        case Act.REDRAFT:
            return Redraft(pressed.draft)
        case Act.TEMPLATE if pressed.value not in {"", ALL_TEMPLATES}:
            return UseTemplate(pressed.draft, pressed.value)
        case Act.TAKE:
            return Take()
        case Act.UNDO:
            return Undo()
        case Act.TRY_AGAIN:
            return TryAgain()
        case _:
            return None


_DIGITS = 9


def _first(actions: object) -> Mapping[str, Any]:
    first = actions[0] if isinstance(actions, list) and actions else None
    return first if isinstance(first, dict) else {}


def _act(said: object) -> Act | None:
    return Act(said) if isinstance(said, str) and said in set(Act) else None


def _value(pressed: Mapping[str, Any]) -> str:
    return _text(pressed, "selected_option", "value") or _text(pressed, "value")


def _text(held: object, *keys: str) -> str:
    for key in keys:
        held = held.get(key) if isinstance(held, dict) else None
    return held if isinstance(held, str) else ""


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


def command(text: str, known_templates: Collection[str] = ()) -> Command:
    """What ``/reply`` and its words mean. A word of ours with other words behind it begins a complaint."""
    text = text.strip()
    first, *others = text.split(maxsplit=2)[:3] or [""]
    if not others:
        return _ALONE.get(first.casefold(), DraftReply(text))
    return _with_words(first.casefold(), others, known_templates) or DraftReply(text)


def _with_words(first: str, others: list[str], known_templates: Collection[str]) -> Command | None:
    match others:
        case [link] if first in _APPROVE and message_of(link):
            return ApproveCase(link)
        case [link, *reason] if first in _REJECT and message_of(link):
            return RejectCase(link, " ".join(reason))
        case [name] if first in _TEMPLATE and name.casefold() in _NEW:
            return NewTemplate()
        case [name] if first in _TEMPLATE and (name in known_templates or _SLUG.fullmatch(name.casefold())):
            return EditTemplate(name if name in known_templates else name.casefold())
    return None


_MESSAGE = re.compile(
    r"<?https://[a-z0-9.-]+\.slack(?:-gov)?\.com/archives/([A-Z0-9]+)/p([0-9]{10})([0-9]{6})"
    r"(?:[?#/][^\s>|]*)?(?:\|[^>]*)?>?",
    re.IGNORECASE,
)


def message_of(link: str) -> tuple[str, str] | None:
    """Channel and ts of a link to a Slack message; None for any other link."""
    found = _MESSAGE.fullmatch(link.strip())
    return (found[1].upper(), f"{found[2]}.{found[3]}") if found else None
