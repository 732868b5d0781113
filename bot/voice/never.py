"""never.md: what the brand never says, one phrase per bullet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.voice.words import fold

# a bullet, with the indented lines that carry it on
_BULLET = re.compile(r"^[ \t]*[-*+•][ \t]+(?P<said>\S.*(?:\n[ \t]+(?![-*+•][ \t])\S.*)*)", re.MULTILINE)
_QUOTED = re.compile(r"[\"“«]\s*([^\"“”«»]+?)\s*[\"”»]\s*(?:[,;/]|or\b|ou\b)?\s*")
_DASH = re.compile(r"\s+(?:[—–]|--?)\s+")
_MARKS = " \t\"“”«»'‘’*_`"


@dataclass(frozen=True, slots=True)
class Never:
    """A phrase that no reply holds, and why."""

    phrase: str
    why: str
    pattern: re.Pattern[str]


def read_never(source: str) -> tuple[Never, ...]:
    """The bullets of never.md: ``- phrase``, ``- phrase — why`` or ``- “one”, “two” — why``. The rest is for people."""
    bullets = (" ".join(found["said"].split()) for found in _BULLET.finditer(source))
    return tuple(never for bullet in bullets for never in _nevers(bullet))


def _nevers(bullet: str) -> list[Never]:
    phrases, why = _parts(bullet)
    bare = [phrase.strip(_MARKS) for phrase in phrases]
    plain = [phrase.rstrip(".,;:") or phrase for phrase in bare]
    return [Never(p, why, _whole_words(p)) for p in plain if re.search(r"[^\s*_-]", p)]


def _parts(bullet: str) -> tuple[list[str], str]:
    """The phrases of a bullet, and what is said behind them."""
    phrases: list[str] = []
    at = 0
    while found := _QUOTED.match(bullet, at):
        phrases.append(found[1])
        at = found.end()
    if phrases:
        return phrases, bullet[at:].lstrip("—–- ")
    phrase, *why = _DASH.split(bullet, maxsplit=1)
    return [phrase], "".join(why)


def _whole_words(phrase: str) -> re.Pattern[str]:
    """The phrase in a folded text: whole words, whatever the blanks between them."""
    first, *rest = map(re.escape, fold(phrase).split())
    start = rf"{first}(?<!\w{first})" if phrase[0].isalnum() else first  # searched fast, since a plain text comes first
    end = r"(?!\w)" if phrase[-1].isalnum() else ""
    return re.compile(r"\s+".join([start, *rest]) + end)
