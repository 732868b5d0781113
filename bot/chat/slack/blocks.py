"""Tiny builders of Block Kit, and clipping. Only ``plain_text`` and ``rich_text``: they never format and never ping."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.chat.cutting import clip as clip
from bot.chat.cutting import cut as cut
from bot.chat.cutting import units as units
from bot.chat.cutting import visible as visible
from bot.chat.cutting import web as checked

Block = dict[str, Any]

#: What Slack takes; its docs, "Reference: blocks", and for the total ``msg_blocks_too_long`` as seen.
TOTAL = 13_200
SECTION = 3_000
OPTION = 75
URL = 3_000
#: The ``action_id`` of a field that says nothing before its form is sent.
ENTRY = "entry"


def size(blocks: Sequence[Block]) -> int:
    """An upper bound of what Slack may count of these blocks: all of their JSON."""
    return units(json.dumps(blocks, ensure_ascii=False))


def fit(blocks: list[Block], most: int) -> list[Block]:
    """The same blocks with their longest texts cut where all of them are too much for one message.

    A text to copy is never cut; the caller sees to it that it fits.
    """
    while size(blocks) > most:
        longest = max(_texts(blocks), key=lambda held: units(held["text"]))
        if units(longest["text"]) <= _WORTH_CUTTING:
            break
        longest["text"] = clip(longest["text"], units(longest["text"]) * 2 // 3)
    return blocks


_WORTH_CUTTING = 20


def _texts(node: object) -> Iterator[Block]:
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node
        node = [] if node.get("type") == "rich_text_preformatted" else list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from _texts(inner)


# Text


def web(url: str, most: int = URL) -> str:
    """The link, when it is one that Slack takes; else empty."""
    return checked(url, most)


def plain(text: str, most: int = SECTION, *, emoji: bool = False) -> Block:
    """A plain text; ``emoji`` draws ``:names:`` as pictures, for our own words only."""
    return {"type": "plain_text", "text": clip(text, most), "emoji": emoji}


def words(text: str, **style: bool) -> Block:
    """A run of a rich text. ``style``: bold, italic, code."""
    run: Block = {"type": "text", "text": visible(text) or "–"}
    return run | ({"style": style} if style else {})


def link(url: str, label: str, **style: bool) -> Block:
    """A link within a rich text."""
    run: Block = {"type": "link", "url": url, "text": clip(label, 200)}
    return run | ({"style": style} if style else {})


def moment(timestamp: float, form: str, fallback: str) -> Block:
    """A time within a rich text, drawn in the reader's own time zone."""
    return {"type": "date", "timestamp": int(timestamp), "format": form, "fallback": fallback}


def line(*runs: Block) -> Block:
    """A paragraph of a rich text."""
    return {"type": "rich_text_section", "elements": list(runs)}


def quote(*runs: Block) -> Block:
    """A quoted paragraph of a rich text."""
    return {"type": "rich_text_quote", "elements": list(runs)}


def bullets(*lines: Block) -> Block:
    """A list within a rich text."""
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def verbatim(text: str) -> Block:
    """A text to copy: nothing in it is changed, except what cannot be shown."""
    return {"type": "rich_text_preformatted", "elements": [words(text)]}


# Blocks


def rich(*paragraphs: Block) -> Block:
    """A block of rich text."""
    return {"type": "rich_text", "elements": list(paragraphs)}


def header(text: str) -> Block:
    """A large line."""
    return {"type": "header", "text": plain(text, 150)}


def context(*lines: str, most: int = 300) -> Block:
    """Small print, at most ten lines."""
    return {"type": "context", "elements": [plain(text, most) for text in lines[:10]]}


def section(text: str, accessory: Block | None = None, block_id: str = "", most: int = 2_000) -> Block:
    """A text, perhaps with a button beside it."""
    block: Block = {"type": "section", "text": plain(text, most)}
    if accessory:
        block["accessory"] = accessory
    return block | ({"block_id": block_id} if block_id else {})


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def actions(block_id: str, *elements: Block) -> Block:
    """A row of buttons and menus."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


# What can be pressed


def button(act: str, label: str, *, style: str = "", url: str = "", confirm: Block | None = None) -> Block:
    """A button; ``style`` is primary or danger."""
    pressed: Block = {"type": "button", "action_id": act, "text": plain(label, OPTION, emoji=True)}
    extra = {"style": style, "url": url, "confirm": confirm}
    return pressed | {key: value for key, value in extra.items() if value}


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    """A question before a button does what it says."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def option(label: str, value: str) -> Block:
    """One line of a menu."""
    return {"text": plain(label, OPTION), "value": value}


def overflow(act: str, options: Iterable[tuple[str, str]]) -> Block:
    """The menu behind three dots: two to five pairs of value and label."""
    return {"type": "overflow", "action_id": act, "options": [option(label, value) for value, label in options]}


def menu(act: str, placeholder: str, groups: Iterable[tuple[str, Sequence[Block]]]) -> Block:
    """A menu of options under headings."""
    held = [{"label": plain(label, OPTION), "options": list(options)} for label, options in groups if options]
    return {
        "type": "static_select",
        "action_id": act,
        "placeholder": plain(placeholder, 150),
        "option_groups": held,
    }


def field(block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """A question of a form."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2_000),
        "element": element,
        "optional": optional,
    }
    return block | ({"hint": plain(hint, 2_000)} if hint else {})


def entry(initial: str = "", *, act: str = ENTRY, multiline: bool = False, most: int = SECTION) -> Block:
    """A text to type."""
    element: Block = {"type": "plain_text_input", "action_id": act, "multiline": multiline, "max_length": most}
    if initial:
        element["initial_value"] = cut(visible(initial), most)
    return element


def address(initial: str = "") -> Block:
    """A link to type; Slack itself asks again for what is none."""
    element: Block = {"type": "url_text_input", "action_id": ENTRY, "placeholder": plain("https://…")}
    return element | ({"initial_value": initial} if initial else {})
