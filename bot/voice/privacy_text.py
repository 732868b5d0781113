"""A text as the patterns of privacy read it: plain digits, blanks and dashes, nothing invisible."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# all but ASCII and the letters of Europe: few texts hold much of it
_UNUSUAL = re.compile(r"[^\x00-\x7fÀ-ÖØ-öø-ſ]")
_KNOWN = 5_000


@dataclass(frozen=True, slots=True)
class Plain:
    """The ``text`` to search; ``places`` tells where each character stands in the one it was made of."""

    text: str
    places: tuple[int, ...] | None = None
    length: int = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a passage stands in the original, with the invisible that follows its last letter."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end] if end < len(self.places) else self.length


def plain(text: str) -> Plain:
    """Digits of all scripts as 0 to 9, one kind of blank, dash, dot and @; what shows nothing is dropped."""
    if text.isascii():
        return Plain(text)
    made = _UNUSUAL.sub(lambda found: _SIGNS[found[0]], text)
    if len(made) == len(text):
        return Plain(made)
    places = tuple(at for at, sign in enumerate(text) if not _UNUSUAL.match(sign) or _SIGNS[sign])
    return Plain(made, places, len(text))


class _Signs(dict[str, str]):
    """What each unusual character becomes: one plain character, or nothing."""

    def __missing__(self, sign: str) -> str:
        made = _made(sign)
        if len(self) < _KNOWN:
            self[sign] = made
        return made


def _made(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in ("Mn", "Me", "Cf"):
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    if kind in ("Zs", "Pd"):
        return " " if kind == "Zs" else "-"
    folded = unicodedata.normalize("NFKC", sign)
    return folded if len(folded) == 1 else sign


_SIGNS = _Signs({"−": "-", "⁃": "-", "·": ".", "•": ".", "∙": ".", "․": ".", "。": ".", "’": "'"})
