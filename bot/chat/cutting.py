"""Cutting what people wrote to what a chat has room for, and showing what would hide."""

from __future__ import annotations

import re

# what has no business on a card: control characters, half characters, signs that turn the reading direction
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_WEB = re.compile(r"https?://[\x21-\x7e\u00a1-\ud7ff\ue000-\uffef]+")


def visible(text: str) -> str:
    """The text with what could hide or disturb replaced by a visible sign."""
    return _HIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


def units(text: str) -> int:
    """How long a chat finds a text: an emoji counts two."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, most: int) -> str:
    """At most so many units of the text, never half an emoji."""
    text = text[:most]
    while units(text) > most:
        text = text[: len(text) - max(1, (units(text) - most) // 2)]
    return text


def clip(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis: at most so many units, and at least one."""
    text = visible(text[: 2 * most]).strip() if len(text) > 2 * most else visible(text).strip()
    return (text if units(text) <= most else cut(text, most - 1).rstrip() + "…") or "–"


def web(url: str, most: int) -> str:
    """The link, when it is http(s), whole and no longer than this; else empty."""
    return url if _WEB.fullmatch(url) and len(url) <= most else ""
