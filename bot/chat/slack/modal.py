"""What all our modals share: the frame, what they are about, and what stands in their fields."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.chat.grammar import Form
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.desk.case import Case

View = Block
_TITLE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a form is about, kept in its ``private_metadata``; ``message`` is the ts of the card it was opened from."""

    case_id: str = ""
    draft: int = 0
    channel: str = ""
    message: str = ""


def subject(view: Mapping[str, Any]) -> Subject:
    """What the form is about; nothing where that cannot be read."""
    try:
        held = json.loads(view.get("private_metadata") or "{}")
        number = held.get("draft", 0)
        texts = {key: str(held.get(key, "")) for key in ("case_id", "channel", "message")}
        return Subject(draft=number if isinstance(number, int) else 0, **texts)
    except (ValueError, TypeError, AttributeError):
        return Subject()


def about(case: Case, channel: str = "", message: str = "") -> Subject:
    """The subject of a form about this case and the draft it shows."""
    return Subject(case_id=case.id, draft=case.draft.number if case.draft else 0, channel=channel, message=message)


def modal(
    form: Form, title: str, blocks: Sequence[Block], close: str, submit: str = "", of: Subject | None = None
) -> View:
    """A view for ``views.open``; one with fields needs a ``submit``."""
    view: View = {
        "type": "modal",
        "callback_id": form.value,
        "title": kit.plain(title, _TITLE),
        "close": kit.plain(close, _TITLE),
        "blocks": list(blocks),
    }
    if of:
        view["private_metadata"] = json.dumps(asdict(of))
    return view | ({"submit": kit.plain(submit, _TITLE)} if submit else {})


def typed(view: Mapping[str, Any], name: str) -> str:
    """What stands in the field whose block's id begins with this name."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    for key, fields in values.items() if isinstance(values, dict) else ():
        if str(key).partition(":")[0] == name and isinstance(fields, dict):
            return _entered(next(iter(fields.values()), None))
    return ""


def _entered(element: object) -> str:
    if not isinstance(element, dict):
        return ""
    chosen = element.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, dict) else element.get("value")
    return value.strip() if isinstance(value, str) else ""
