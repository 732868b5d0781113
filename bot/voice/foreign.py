"""A model's sentences that are neither customer care nor about the complaint, told by their words.

Known are everyday words and those of a service desk (``care``), whatever the brand's own templates, triggers and facts
say, and the words of the complaint's sentences that speak of such things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from weakref import WeakKeyDictionary

from bot.voice.care import LANGUAGES, care
from bot.voice.house import House
from bot.voice.passages import level, quoted, sentences
from bot.voice.tongues import tongue
from bot.voice.words import fold, words

#: So many unknown words in a clause, and this share of its words, make it foreign; less is enough for a clause that
#: speaks to nobody, and so many among four words in a row.
_MANY, _SOME, _SHARE, _MOSTLY = 3, 2, 0.25, 0.4
_IN_A_ROW = 4
#: No reply is longer; what stands behind is not searched.
LONGEST = 5_000


def foreign(said: str, known: Known) -> Iterator[str]:
    """The foreign sentences of a reply, quoted; ``said`` is its ``speech``."""
    for start, end in sentences(said):
        sentence = said[start:end]
        if _other_tongue(sentence, known.lang) or known.foreign_in(sentence):
            yield quoted(sentence)


#: What parts the clauses of a sentence.
CLAUSE = re.compile(r"[,;:()–—|]|\b(?:and|but|because|et|mais|parce que|car)\b")
#: Words of somebody who speaks to somebody, or does what a service desk does.
SPOKEN_TO = re.compile(
    r"\b(?:you\w*|we|our\w*|us|i|my|me|u|ur|let's|vous|votre|vos|nous|notre|nos|je|j|mes|hi|hello|hey|thank\w*|sorry"
    r"|apolog\w+|please|pls|welcome|glad|happy|help\w*|contact\w*|check\w*|enjoy\w*|bonjour|bonsoir|merci|remerci\w+"
    r"|desolee?s?|navree?s?|excus\w+|cordialement|heureu\w+|ravie?s?|equipe|team|veuillez|regards)\b"
)
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u3040-\ud7ff\uf900-\ufaff]{2}")


def _other_tongue(sentence: str, lang: str) -> bool:
    """Whether a sentence is in another language than the reply is to be in."""
    if not lang:
        return False
    return tongue(level(sentence)) not in ("", lang) or _OTHER_SCRIPT.search(sentence) is not None


class Known:
    """What a reply to one complaint may speak of. ``names`` are the customer's."""

    def __init__(self, house: House, lang: str, complaint: str, names: str = "") -> None:
        self.lang = lang if lang in LANGUAGES else ""
        self.ours, said = _vocabulary(house, lang)
        self.own = said.union(_plain_words(names))
        self.about = _about(complaint[:LONGEST], lang) if self.lang else frozenset[str]()

    def foreign_in(self, sentence: str) -> bool:
        """Whether a sentence holds a word that no brand says, or mostly words that nobody expects here."""
        if any(self._unspeakable(word) for word in _plain_words(sentence)):
            return True
        return bool(self.lang) and any(self._odd(clause) for clause in CLAUSE.split(sentence))

    def _odd(self, clause: str) -> bool:
        unknown = [not self._knows(word) for word in _content(clause, self.lang)]
        count, size = sum(unknown), len(unknown)
        if count < _SOME:
            return False
        if count >= _MANY and any(sum(unknown[at : at + _IN_A_ROW]) >= _MANY for at in range(size)):
            return True
        share = _SHARE if count >= _MANY or not SPOKEN_TO.search(level(clause)) else _MOSTLY
        return count >= share * size

    def knows(self, words_in_a_row: Sequence[str]) -> bool:
        """Whether every one of these words is expected in a reply."""
        if not self.lang:
            return True
        return not any(self._unspeakable(word) for word in words_in_a_row) and all(
            map(self._knows, _content(" ".join(words_in_a_row), self.lang))
        )

    def expects(self, words_in_a_row: Sequence[str]) -> bool:
        """The same, whatever the complaint speaks of."""
        speech = care(self.lang) if self.lang else None
        return speech is None or all(
            word in speech.common or word in speech.service or word in self.ours
            for word in _content(" ".join(words_in_a_row), self.lang)
        )

    def _unspeakable(self, word: str) -> bool:
        return word in _never_spoken_of(self.lang) and word not in self.own

    def _knows(self, word: str) -> bool:
        speech = care(self.lang)
        return word in speech.common or word in speech.service or word in self.ours or word in self.about


_PLAIN_WORD = re.compile(r"[^\W\d_]+")


def _plain_words(text: str) -> list[str]:
    return _PLAIN_WORD.findall(fold(text))


def _content(sentence: str, lang: str) -> list[str]:
    """The words as stems, without numbers, signs and single letters."""
    return [word for word in words(sentence, lang) if len(word) > 1 and word.isalpha()]


@cache
def _never_spoken_of(lang: str) -> frozenset[str]:
    """Words that no brand says in this language; where it has no list, names that are the same in all."""
    return care(lang).foreign if lang else frozenset.intersection(*(care(known).foreign for known in LANGUAGES))


#: So near to a word of the service desk a word of the complaint is taken to be about the matter.
_NEAR = 3


@lru_cache(maxsize=1024)
def _about(complaint: str, lang: str) -> frozenset[str]:
    """The words of the complaint that stand beside what a service desk speaks of."""
    service, near = care(lang).service, set[str]()
    for start, end in sentences(complaint):
        said = _content(complaint[start:end], lang)
        for at, word in enumerate(said):
            if word in service:
                near.update(said[max(0, at - _NEAR) : at + _NEAR + 1])
    return frozenset(near)


_Words = frozenset[str]
_OURS: WeakKeyDictionary[House, dict[str, tuple[_Words, _Words]]] = WeakKeyDictionary()


def _vocabulary(house: House, lang: str) -> tuple[_Words, _Words]:
    """The stems of all that the brand's files hold in this language, and the plain words that the brand itself says."""
    known = _OURS.setdefault(house, {})
    if lang not in known:
        said, heard = " \n".join(_said(house, lang)), " \n".join(_heard(house, lang))
        known[lang] = frozenset(_content(f"{said} {heard}", lang)), frozenset(_plain_words(said))
    return known[lang]


def _said(house: House, lang: str) -> Iterator[str]:
    """What the brand says: its templates, facts and names."""
    yield from (template.body for template in house.templates.values() if template.front.lang == lang)
    yield from (str(fact) for fact in house.rules.facts.values())
    yield from (house.rules.name, *house.rules.links, *house.rules.mentions, *house.rules.contacts)


def _heard(house: House, lang: str) -> Iterator[str]:
    """What its customers speak of: the triggers, hints and examples of the topics that it answers."""
    for template in house.templates.values():
        if template.front.lang == lang:
            yield from (*template.front.triggers, *template.front.hints, *template.front.examples)
    for topic in house.protocol.topics.values():
        if topic.reply:
            yield from (*topic.triggers.get(lang, ()), *topic.hints.get(lang, ()), *topic.examples.get(lang, ()))
