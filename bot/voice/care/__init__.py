"""What customer care speaks of, in French and English: word lists of our own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.voice.words import words

#: The languages that have a list.
LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Care:
    """``common``: everyday words; ``service``: what is spoken of at a service desk, both as stems.

    ``foreign``: what no brand says, as plain words without accents: stems would hit too much.
    """

    common: frozenset[str]
    service: frozenset[str]
    foreign: frozenset[str]


@cache
def care(lang: str) -> Care:
    """The words of one of ``LANGUAGES``, as ``words.words`` writes them."""
    lists: dict[str, set[str]] = {"common": set(), "service": set(), "foreign": set()}
    section = lists["common"]
    for line in (Path(__file__).parent / f"{lang}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = lists[line.strip("[] ")]
        elif not line.startswith("#"):
            section.update(words(line, "" if section is lists["foreign"] else lang))
    common, service = frozenset(lists["common"]), frozenset(lists["service"] - lists["common"])
    return Care(common, service, frozenset(lists["foreign"]))
