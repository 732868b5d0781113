"""What somebody pressed on a card in Slack -> our own values. Pure; nothing here raises on what Slack sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.grammar import Act
from bot.desk.case import Case


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


_MESSAGE = re.compile(
    r"<?https://[a-z0-9.-]+\.slack(?:-gov)?\.com/archives/([A-Z0-9]+)/p([0-9]{10})([0-9]{6})"
    r"(?:[?#/][^\s>|]*)?(?:\|[^>]*)?>?",
    re.IGNORECASE,
)


def message_of(link: str) -> tuple[str, str] | None:
    """Channel and ts of a link to a Slack message; None for any other link."""
    found = _MESSAGE.fullmatch(link.strip())
    return (found[1].upper(), f"{found[2]}.{found[3]}") if found else None
