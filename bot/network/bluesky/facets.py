"""Links, mentions and hashtags in a text, found as Bluesky's own app finds them.

After ``detectFacets`` in the npm package ``@atproto/api``; a facet counts bytes of UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import regex  # type: ignore[import-untyped,unused-ignore]

_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_BEFORE = r"(?:^|\s|\()"
_MENTION = re.compile(rf"{_BEFORE}@([a-zA-Z0-9.-]+)(?a:\b)")
_LINK = re.compile(rf"{_BEFORE}(https?://\S+|([a-z][a-z0-9]*(?:\.[a-z0-9]+)+)\S*)", re.IGNORECASE | re.MULTILINE)
_NEVER = r"\s\u00AD\u2060\u200A\u200B\u200C\u200D\u20e2"
_TAG = regex.compile(rf"(?:^|\s)([#＃](?!\ufe0f)[^{_NEVER}]*[^\d{_NEVER}\p{{P}}]+[^{_NEVER}]*)")
_PUNCTUATION_AT_END = regex.compile(r"\p{P}+$")
_LONGEST_TAG = 64


def handles(text: str) -> list[str]:
    """The handles that are mentioned, each once, without their @; syntax: atproto.com/specs/handle."""
    return list(dict.fromkeys(found[1] for found in _mentioned(text) if _HANDLE.fullmatch(found[1])))


def facets(text: str, dids: dict[str, str]) -> list[dict[str, Any]]:
    """The text's facets; ``dids`` are those of the handles: a handle that is nobody's stays text."""
    found = [
        _facet(text, start, end, feature)
        for start, end, feature in (*_mentions(text, dids), *_links(text), *_tags(text))
    ]
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    first = len(text[:start].encode())
    index = {"byteStart": first, "byteEnd": first + len(text[start:end].encode())}
    return {"index": index, "features": [feature]}


def _mentioned(text: str) -> Iterator[re.Match[str]]:
    yield from (found for found in _MENTION.finditer(text) if _is_domain(found[1]) or found[1].endswith(".test"))


def _mentions(text: str, dids: dict[str, str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    for found in _mentioned(text):
        if did := dids.get(found[1]):
            yield found.start(1) - 1, found.end(1), {"$type": "app.bsky.richtext.facet#mention", "did": did}


def _links(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for found in _LINK.finditer(text):
        shown, domain = found[1], found[2]
        if domain is not None and not _is_domain(domain):
            continue
        shown = shown[:-1] if shown[-1] in ".,;:!?" else shown
        shown = shown[:-1] if shown[-1] == ")" and "(" not in shown else shown
        uri = shown if domain is None else f"https://{shown}"
        yield found.start(1), found.start(1) + len(shown), {"$type": "app.bsky.richtext.facet#link", "uri": uri}


def _tags(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for found in _TAG.finditer(text):
        tag = _PUNCTUATION_AT_END.sub("", found[1][1:].strip())
        if 0 < len(tag) <= _LONGEST_TAG:
            start = found.start(1)
            yield start, start + 1 + len(tag), {"$type": "app.bsky.richtext.facet#tag", "tag": tag}


def _is_domain(text: str) -> bool:
    return "." in text and text.rpartition(".")[2] in _endings()


@cache
def _endings() -> frozenset[str]:
    """IANA's list of top-level domains, those in Latin letters."""
    listed = resources.files(__package__).joinpath("endings.txt").read_text("utf-8")
    return frozenset(line for line in listed.splitlines() if not line.startswith("#"))
