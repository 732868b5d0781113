"""What was pressed and typed in the list and the forms of templates. Pure; nothing here raises on what Slack sends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.chat.payload import inner, maps, words
from bot.chat.slack.text import emoji
from bot.chat.template_lines import EditedText as EditedText
from bot.chat.template_lines import NewText as NewText
from bot.chat.template_lines import phrases


class Press(StrEnum):
    """What a button or a menu here does: its ``action_id``."""

    EDIT = "template-edit"  # the menu of the list: its value is the template to change
    NEW = "template-new"
    CHOOSE = "template-choose"  # another language or variant, within the form
    PREVIEW = "template-preview"


class Form(StrEnum):
    """Which form was sent: its ``callback_id``."""

    EDIT = "template-text"
    NEW = "template-create"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button or menu of the list or the form. ``user`` is Slack's id; ``name`` the template chosen in a menu.

    ``view`` and ``hash`` are those of the form, empty in the list; ``form`` is what stands in it.
    """

    press: Press
    user: str
    name: str = ""
    team: str = ""
    channel: str = ""
    trigger: str = ""
    view: str = ""
    hash: str = ""
    form: EditedText = field(default_factory=EditedText)


def field_id(name: str, template: str) -> str:
    """A block's id in a form: another template's field is another, or Slack would keep in it what stood in the last."""
    return f"{name}:{hashlib.sha256(template.encode()).hexdigest()[:12]}"


def pressed(payload: Mapping[str, Any]) -> Pressed | None:
    """What a ``block_actions`` payload says; None when nothing of the templates was pressed."""
    action = next(iter(maps(payload.get("actions"))), {})
    act, user = words(action, "action_id"), words(inner(payload, "user"), "id")
    if act not in set(Press) or not user:
        return None
    view = inner(payload, "view")
    return Pressed(
        press=Press(act),
        user=user,
        name=words(inner(action, "selected_option"), "value"),
        team=words(inner(payload, "team"), "id"),
        channel=words(inner(payload, "channel"), "id") or words(inner(payload, "container"), "channel_id"),
        trigger=words(payload, "trigger_id"),
        view=words(view, "id"),
        hash=words(view, "hash"),
        form=read_edit(view),
    )


def read_edit(view: Mapping[str, Any]) -> EditedText:
    """The template and the text that stand in the form; on ``view_submission`` and on a button within it alike."""
    held = _held(view)
    name = words(held, "name")
    body = _typed(view, field_id("text", name))
    return EditedText(brand=words(held, "brand"), name=name, version=words(held, "version"), body=body)


def read_new(view: Mapping[str, Any]) -> NewText:
    """The new template that stands in the form."""
    return NewText(
        brand=words(_held(view), "brand"),
        topic=_typed(view, "topic"),
        lang=_typed(view, "lang"),
        body=_typed(view, "text"),
        triggers=phrases(_typed(view, "triggers", optional=True)),
        examples=phrases(_typed(view, "examples", optional=True)),
    )


def _held(view: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        held = json.loads(words(view, "private_metadata"))
    except (ValueError, RecursionError):
        return {}
    return held if isinstance(held, Mapping) else {}


def _typed(view: Mapping[str, Any], block_id: str, *, optional: bool = False) -> str:
    """What stands in a field, emoji as signs.

    Since an update, Slack may leave out what nobody touched, and still send fields of the view before:
    https://github.com/slackapi/bolt-js/issues/1073, https://github.com/slackapi/bolt-js/issues/625
    """
    fields = inner(inner(inner(view, "state"), "values"), block_id)
    element = next(iter(fields.values()), None)
    typed = emoji(words(inner(element, "selected_option"), "value") or words(element, "value"))
    return typed if typed or (optional and fields) else _shown(view, block_id)


def _shown(view: Mapping[str, Any], block_id: str) -> str:
    """What the field held when it was drawn."""
    element = next(
        (inner(block, "element") for block in maps(view.get("blocks")) if block.get("block_id") == block_id), {}
    )
    shown = words(inner(element, "initial_option"), "value") or words(element, "initial_value")
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")  # as Slack writes what it sends back
