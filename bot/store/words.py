"""Texts and JSON that every database takes."""

from __future__ import annotations

import json
from typing import Any


def clean(text: str) -> str:
    """The text without NUL, which PostgreSQL refuses, and without lone surrogates, which are no characters."""
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text


def dumps(value: Any) -> str:
    """JSON whose strings are clean; what JSON does not know is written as its ``str``."""
    text = _encode(value)
    if "\\u0000" in text or clean(text) != text:
        return _encode(_cleaned(json.loads(text)))
    return text


def loads(text: str) -> Any:
    """What ``dumps`` has written. Twice as fast as ``json.loads``, which looks for white space around."""
    return _decode(text)[0]


_decode = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":")).encode


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case list():
            return [_cleaned(item) for item in value]
        case dict():
            return {clean(key): _cleaned(item) for key, item in value.items()}
        case _:
            return value
