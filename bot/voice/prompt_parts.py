"""The sections of ``draft.md.j2``, which people change one by one: a form of a chat holds no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.voice.prompt import marker
from bot.voice.yamlfile import Broken

#: What ``/reply template`` calls the prompt; a section is ``draft: Your task``.
NAME = "draft"
# a section begins at its heading, or at an {% if … %} right above it
_HEADING = re.compile(r"^(?:\{%-? if [^\n]*%\}\n+)?# +(?P<title>[^\n]*\S)", re.MULTILINE)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_TAG = re.compile(r"\{\{[^\n]*?\}\}|\{%[^\n]*?%\}")


@dataclass(frozen=True, slots=True)
class Part:
    """One section: its ``name``, and from where to where it goes in the source; blank lines behind it are left out."""

    name: str
    start: int
    end: int


def parts(source: str) -> tuple[Part, ...]:
    """The sections in their order, each name once; the whole file where it has none.

    The marker line and what stands above the first heading are in none.
    """
    plain = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), source)
    try:
        limit = marker(source, Path())[0]
    except Broken:
        limit = len(source)
    found = list(_HEADING.finditer(plain))
    ends = [one.start() for one in found[1:]] + [len(source)]
    spans = [(one, min(end, limit) if one.start() < limit else end) for one, end in zip(found, ends, strict=True)]
    named = tuple(_named((one["title"], one.start(), _trimmed(source, end)) for one, end in spans))
    return named or (Part(NAME, 0, len(source)),)


def is_part(name: str) -> bool:
    """Whether a name in ``/reply template`` means the prompt or a section of it."""
    return name == NAME or name.startswith(f"{NAME}: ")


def _named(sections: Iterator[tuple[str, int, int]]) -> Iterator[Part]:
    seen: dict[str, int] = {}
    for heading, start, end in sections:
        title = " ".join(_TAG.sub("…", heading).split())
        seen[title] = seen.get(title, 0) + 1
        yield Part(f"{NAME}: {title}" + (f" ({seen[title]})" if seen[title] > 1 else ""), start, end)


def _trimmed(source: str, end: int) -> int:
    """Behind the last line that is not blank."""
    kept = source[:end].rstrip()
    return len(kept) + (source[len(kept) : end].find("\n") + 1)
