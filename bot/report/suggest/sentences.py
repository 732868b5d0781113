"""Texts and templates sentence by sentence, and the way back from what a template said to its source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, Template

from bot.voice.template import OFTEN_ABSENT, ReplyTemplate, tidy

_BREAK = re.compile(r"(?<=[.!?…])[ \t]+(?=\S)|[ \t]*\n\s*")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_OUTPUT = re.compile(r"\{\{.*?\}\}", re.DOTALL)
#: Stand for what is filled in; nobody types them.
_FIRST_HOLE, _MOST_HOLES = 0xE000, 200
#: How much of a sentence around a hole must stand as it did for the hole to be found again.
_LEFT, _RIGHT = 12, 2
_BLANKS = re.compile(r"[ \t\n]+")


def sentences(text: str) -> list[str]:
    """The sentences of a text, blanks evened."""
    return [part for part in map(even, _BREAK.split(text.strip())) if part]


def even(text: str) -> str:
    """The text with single blanks; no-break spaces stay."""
    return _BLANKS.sub(" ", text).strip(" ")


def key(text: str) -> str:
    """What two texts have in common that differ in blanks and apostrophes only."""
    return " ".join(text.split()).replace("’", "'")


def typeset(text: str, like: str) -> str:
    """The text with the apostrophes and no-break spaces that another one has; people type what their keyboard has."""
    if "’" in like and "'" not in like:
        text = text.replace("'", "’")
    if "\u00a0" in like or "\u202f" in like:
        blank = "\u00a0" if "\u00a0" in like else "\u202f"
        text = re.sub(r"(?<=\S)[ \u00a0\u202f](?=[;:!?»])|(?<=«)[ \u00a0\u202f](?=\S)", blank, text)
    return text


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a template's source: ``shape`` is the sentence with marks for its ``holes``, the ``{{ … }}``."""

    source: str
    shape: str
    holes: tuple[str, ...]

    def said(self, template: ReplyTemplate, variables: Mapping[str, str]) -> Filled:
        """What it says with these variables."""
        known = dict.fromkeys(OFTEN_ABSENT, "") | dict(variables)
        values = tuple(_compiled(template.compiled.environment, hole).render(known) for hole in self.holes)
        text = self.shape
        for number, value in enumerate(values):
            text = text.replace(_hole(number), value)
        return Filled(self, tidy(text), values)


@lru_cache(1_000)
def _compiled(environment: Environment, hole: str) -> Template:
    return environment.from_string(hole)


@dataclass(frozen=True, slots=True)
class Filled:
    """A passage filled in for one case."""

    passage: Passage
    text: str
    values: tuple[str, ...]


def passages(body: str) -> list[Passage | None]:
    """The template's sentences in order; None for what is more than text and ``{{ … }}``."""
    shadow = _TAG.sub(lambda tag: "\ue000" * len(tag[0]), body)
    starts = [0, *(found.end() for found in _BREAK.finditer(shadow))]
    ends = [*(found.start() for found in _BREAK.finditer(shadow)), len(body)]
    return [_passage(body[start:end]) for start, end in zip(starts, ends, strict=True) if body[start:end].strip()]


def _passage(source: str) -> Passage | None:
    holes = _OUTPUT.findall(source)
    if _TAG.sub("", source) != _OUTPUT.sub("", source) or len(holes) > _MOST_HOLES:
        return None
    numbers = iter(range(len(holes)))
    return Passage(source, _OUTPUT.sub(lambda _: _hole(next(numbers)), source), tuple(holes))


def _hole(number: int) -> str:
    return chr(_FIRST_HOLE + number)


def shaped(said: Sequence[Filled], text: str) -> str | None:
    """What people wrote instead, with the holes where the values stand; None where that is not certain."""
    if any(mark in text for mark in ("{{", "{%", "{#", "}}", "%}")):
        return None
    if not text:
        return ""
    text = typeset(text, like="".join(filled.passage.shape for filled in said))
    number = 0
    for filled in said:
        for own, value in enumerate(filled.values):
            found = _with_hole(text, filled, own, value, _hole(number))
            if found is None:
                return None
            text, number = found, number + 1
    return text


def _with_hole(text: str, filled: Filled, own: int, value: str, hole: str) -> str | None:
    bare = even(value)
    if not bare:
        return _between(text, filled.passage.shape, own, hole)
    found = list(re.finditer(rf"(?<!\w){re.escape(bare)}(?!\w)", text))
    if len(found) != 1:
        return None
    start, end = found[0].span()
    while value[:1].isspace() and start and text[start - 1].isspace():
        start -= 1
    while value[-1:].isspace() and text[end : end + 1].isspace():
        end += 1
    return text[:start] + hole + text[end:]


def _between(text: str, shape: str, own: int, hole: str) -> str | None:
    """The place of an empty value: where the same words stand before and behind it."""
    left, _, right = shape.partition(_hole(own))
    left, right = even(_bare_end(left)[-_LEFT:]), _bare_start(right)[:_RIGHT].rstrip()
    if not left or not right or text.count(left + right) != 1:
        return None
    at = text.index(left + right) + len(left)
    return text[:at] + hole + text[at:]


_HOLES = re.compile(f"[{chr(_FIRST_HOLE)}-{chr(_FIRST_HOLE + _MOST_HOLES)}]")


def _bare_end(text: str) -> str:
    return _HOLES.split(text)[-1]


def _bare_start(text: str) -> str:
    return _HOLES.split(text, maxsplit=1)[0]


def source_of(shape: str, said: Sequence[Passage]) -> str:
    """The shape as a template's source."""
    holes = [hole for passage in said for hole in passage.holes]
    return _HOLES.sub(lambda mark: holes[ord(mark[0]) - _FIRST_HOLE], shape)


def found_in(spoken: Sequence[str], filled: Sequence[Filled | None]) -> dict[int, int]:
    """Which sentence of a text is which of the template's; only those that can be no other."""
    said = [key(one.text) if one else "" for one in filled]
    keys = [key(text) for text in spoken]
    return {at: said.index(own) for at, own in enumerate(keys) if keys.count(own) == said.count(own) == 1}
