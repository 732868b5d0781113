"""Which words of one text another one has not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz.distance import Indel

_WORD = re.compile(r"\s*\S+")
_BARE = ".,;:!?…\"'’“”«»()"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row; ``other`` where the second text has not got them there."""

    text: str
    other: bool


def pieces(text: str, against: str) -> list[Piece]:
    """The text in pieces; one single piece where there is nothing to compare it with."""
    if not against.strip() or not text.strip():
        return [Piece(text, other=False)]
    words = _WORD.findall(text)
    kept = _kept([_bare(word) for word in words], [_bare(word) for word in _WORD.findall(against)])
    runs = groupby(enumerate(words), key=lambda word: word[0] not in kept)
    return [piece for other, run in runs for piece in _parts("".join(word for _, word in run), other=other)]


def _parts(text: str, *, other: bool) -> Iterator[Piece]:
    """The words without the blank before them, which is in no text its own."""
    bare = text.lstrip()
    if other and bare != text:
        yield Piece(text[: len(text) - len(bare)], other=False)
        text = bare
    yield Piece(text, other)


def _kept(words: list[str], against: list[str]) -> set[int]:
    same = (block for block in Indel.opcodes(words, against) if block.tag == "equal")
    return {at for block in same for at in range(block.src_start, block.src_end)}


def _bare(word: str) -> str:
    word = word.strip()
    return word.strip(_BARE) or word
