"""How Slack stores what is written: text with entities, rich_text blocks, block and action ids filled in."""

import copy
import html
import itertools
import re
from typing import Any

from blockkit import elements_of

TOKEN = re.compile(r"<((?:[@#!]|https?://|mailto:|tel:)[^<>]*)>")
BARE_URL = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")
_ids = itertools.count(1)


def typed(text: str) -> str:
    """What Slack makes of typed words: `& < >` as entities, bare links in angle brackets. Known tokens stay."""
    parts = TOKEN.split(text)
    return "".join(f"<{part}>" if odd else _typed(part) for part, odd in zip(parts, itertools.cycle((False, True))))


def _typed(plain: str) -> str:
    plain = re.sub(r"&(?!amp;|lt;|gt;)", "&amp;", plain).replace("<", "&lt;").replace(">", "&gt;")
    return BARE_URL.sub(lambda m: f"<{m[0]}>", plain)


def rich_text(text: str) -> list[dict[str, Any]]:
    """The blocks that Slack's composer makes of a text."""
    if not text:
        return []
    parts = TOKEN.split(text)
    words = [
        _rich_token(part) if odd else _rich_words(part) for part, odd in zip(parts, itertools.cycle((False, True)))
    ]
    section = {"type": "rich_text_section", "elements": [word for word in words if word]}
    return filled([{"type": "rich_text", "elements": [section]}])


def _rich_words(plain: str) -> dict[str, Any] | None:
    return {"type": "text", "text": html.unescape(plain)} if plain else None


def _rich_token(token: str) -> dict[str, Any]:
    target, _, label = token.partition("|")
    match target[0], target[1:]:
        case "@", user:
            return {"type": "user", "user_id": user}
        case "#", channel:
            return {"type": "channel", "channel_id": channel}
        case "!", special if special.startswith("subteam^"):
            return {"type": "usergroup", "usergroup_id": special.removeprefix("subteam^")}
        case "!", special if special.startswith("date^"):
            _, timestamp, form = special.split("^")[:3]
            return {"type": "date", "timestamp": int(timestamp), "format": form, "fallback": label}
        case "!", special:
            return {"type": "broadcast", "range": special}
    link = {"type": "link", "url": html.unescape(target)}
    return link | {"text": html.unescape(label)} if label else link


def filled(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A copy with what Slack adds: block ids, action ids, `emoji` and `verbatim`."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", fresh_id())
        for element in elements_of(block):
            element.setdefault("action_id", fresh_id())
        if block["type"] == "input":
            block.setdefault("optional", False)
            block.setdefault("dispatch_action", False)
        _complete(block)
    return blocks


def _complete(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _complete(item)
    if not isinstance(node, dict):
        return
    if node.get("type") == "plain_text":
        node.setdefault("emoji", True)
    if node.get("type") == "mrkdwn":
        node.setdefault("verbatim", False)
    for value in node.values():
        _complete(value)


def fresh_id() -> str:
    """A short id as Slack makes them."""
    return f"Yq{next(_ids):03x}"
