"""Phrases that people take out again and again."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from bot.report.suggest.edits import Edit
from bot.report.suggest.proposal import NEVER, Evidence, Proposal
from bot.report.suggest.sentences import sentences
from bot.voice.house import House
from bot.voice.words import fold

#: Words of a phrase. A single one must be long: never.md is for phrases, not for everyday words.
SHORTEST, LONGEST = 2, 8
LONG_WORD = 8
#: A phrase that stays in more of the replies is the brand's own.
SHARE = 2 / 3
_MOST_WORDS = 400
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_STOP = re.compile(r"[.!?…:;\n\[\]()«»“”\"]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as it is written, the replies it was taken out of, and in how many drafts it stood.

    ``struck_out``: in most of them nothing stands in its place.
    """

    words: str
    taken_out: tuple[Edit, ...]
    stood: int
    struck_out: bool


def phrases(house: House, edits: Sequence[Edit], least: int) -> list[Phrase]:
    """What was taken out of at least so many replies, and of most that held it; the most frequent first."""
    gone: dict[str, dict[int, _Gone]] = defaultdict(dict)
    for number, edit in enumerate(edits):
        if edit.changed:
            for key, one in _taken_out(*edit.veiled(house)):
                gone[key].setdefault(number, one)
    frequent = {key: found for key, found in gone.items() if len(found) >= least}
    befores, afters = [_line(edit.before) for edit in edits], [_line(edit.after) for edit in edits]
    chosen: list[Phrase] = []
    used: set[tuple[str, ...]] = set()
    for key, found in sorted(frequent.items(), key=lambda item: (-len(item[1]), -len(item[0].split()), item[0])):
        stood = sum(f" {key} " in line for line in befores)
        kept = sum(f" {key} " in line for line in afters)
        if used.isdisjoint(_pairs(key)) and _is_unwanted(key, len(found), stood, kept):
            used |= _pairs(key) | {(word,) for word in key.split()}
            said = Counter(one.words for one in found.values()).most_common(1)[0][0]
            struck_out = sum(one.struck_out for one in found.values()) * 2 > len(found)
            chosen.append(Phrase(said, tuple(edits[number] for number in found), stood, struck_out))
    return chosen


def _is_unwanted(key: str, taken_out: int, stood: int, kept: int) -> bool:
    """``kept`` are the approved replies that hold it, whoever wrote it there."""
    if " " not in key and (len(key) < LONG_WORD or kept):
        return False
    return taken_out >= SHARE * max(stood, taken_out) and taken_out >= SHARE * (taken_out + kept)


@dataclass(frozen=True, slots=True)
class _Gone:
    words: str
    struck_out: bool


def _taken_out(before: str, after: str) -> Iterator[tuple[str, _Gone]]:
    """Every phrase within what was removed, by its folded words."""
    words = list(_words(before))[:_MOST_WORDS]
    rest = _line(after)
    same = SequenceMatcher(None, [word.key for word in words], rest.split(), autojunk=False)
    for tag, start, end, _, _ in same.get_opcodes():
        if tag in ("delete", "replace"):
            for key, first, last in _grams(words[start:end]):
                if f" {key} " not in rest:
                    yield key, _Gone(" ".join(before[first:last].split()), tag == "delete")


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    start: int
    end: int
    clause: int  # words of one clause are of the same number


def _words(text: str) -> Iterator[_Word]:
    clause = at = 0
    for found in _WORD.finditer(text):
        clause += bool(_STOP.search(text, at, found.start()))
        at = found.end()
        yield _Word(fold(found[0]), found.start(), at, clause)


def _grams(words: Sequence[_Word]) -> Iterator[tuple[str, int, int]]:
    for first, word in enumerate(words):
        for last in range(first, min(first + LONGEST, len(words))):
            if words[last].clause != word.clause:
                break
            yield " ".join(one.key for one in words[first : last + 1]), word.start, words[last].end


def _line(text: str) -> str:
    return f" {' '.join(fold(found) for found in _WORD.findall(text))} "


def _pairs(key: str) -> set[tuple[str, ...]]:
    words = key.split()
    return set(pairwise(words)) or {(key,)}


def bullet(house: House, phrase: Phrase) -> Proposal:
    """The phrase as a line of never.md."""
    times, stood = len(phrase.taken_out), max(phrase.stood, len(phrase.taken_out))
    french = Counter(edit.lang for edit in phrase.taken_out).most_common(1)[0][0] == "fr"
    why = f"retiré de {times} réponses sur {stood}." if french else f"taken out in {times} of {stood} replies."
    return Proposal(
        path=NEVER,
        passage="",
        instead=f"- {phrase.words} — {why}",
        why=f"“{phrase.words}” was taken out in {times} of {stood} replies.",
        evidence=tuple(_evidence(house, edit, phrase.words) for edit in phrase.taken_out),
    )


def _evidence(house: House, edit: Edit, words: str) -> Evidence:
    """The sentence with the phrase; the reply as it was approved."""
    before, after = edit.veiled(house)
    said = (sentence for sentence in sentences(before) if fold(words) in fold(sentence))
    return Evidence(edit.case_id, next(said, before), after)
