"""Passages of a complaint that try to instruct a machine. A complaint with one is drafted from a template.

French and English, the commonest phrases of German, Spanish and others, markup and code, letters set apart, a passage
in another language than the rest. A false alarm costs little, so whatever is rarely said to a shop counts: orders to
say, print or write something, new roles, talk of instructions and prompts, claims of authority, homework.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.voice.care import LANGUAGES, care
from bot.voice.orders import ORDERS
from bot.voice.passages import level, quoted, sentences, speech
from bot.voice.tongues import tongue
from bot.voice.words import words

#: So many passages are told; one is enough to draft without a model.
MOST = 5
#: No complaint is longer; what is, is not read by a model.
LONGEST = 10_000


def instructions(text: str) -> list[str]:
    """The passages that try to instruct a machine, quoted, in order; empty for an ordinary complaint."""
    if len(text) > LONGEST:
        return [quoted(text)]
    return [quoted(text[start:end]) for start, end in passages(text)][:MOST]


def passages(text: str) -> list[tuple[int, int]]:
    """Where they stand in a text of at most ``LONGEST`` characters: whole sentences, in order."""
    even = _BLANK.sub(" ", level(text))
    spans = sentences(text)
    places = {match.start() for pattern in ORDERS for match in pattern.finditer(even)}
    places.update(_set_apart(even))
    places.update(_in_another_tongue(even, spans))
    places.update(_off_topic(text, spans))
    return _sentences_at(sorted(places), spans)


_BLANK = re.compile(r"\s")


def _sentences_at(places: list[int], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences in which these places lie."""
    found: list[tuple[int, int]] = []
    at = 0
    for start, end in spans:
        first = at
        while at < len(places) and places[at] < end:
            at += 1
        if at > first:
            found.append((start, end))
    return found


# I g n o r e   a l l: letters in a row, each alone
_APART = re.compile(r"(?<!\w)(?:\w[ .\-_]{1,3}){7,400}\w(?!\w)")


def _set_apart(even: str) -> Iterator[int]:
    for match in _APART.finditer(even):
        if sum(map(str.isalpha, match.group())) >= 8:
            yield match.start()


def _in_another_tongue(even: str, spans: list[tuple[int, int]]) -> Iterator[int]:
    """Sentences in another language than the rest: the customer has not written them, or not to the brand."""
    told = [(start, tongue(even[start:end])) for start, end in spans]
    counts = [lang for _, lang in told if lang]
    main = max(counts, key=counts.count, default="")
    yield from (start for start, lang in told if lang and lang != main)


_QUESTION = re.compile(
    r"\W*(?:what|who|why|how|when|where|which|whose|is|are|was|were|does|do|did|could|would|can|quel\w*|qui|pourquoi"
    r"|comment|quand|combien|est-ce|qu'est)\b|[^?]*\?\W*$"
)
#: Words of a customer who speaks of the matter in hand, and pronouns, which stand for it.
_IN_HAND = re.compile(
    r"\b(?:you\w*|we|our\w*|us|i|i'\w+|my|me|u|ur|im|ive|this|that|these|it|he|she|they|there|vous|votre|vos"
    r"|nous|notre"
    r"|nos|je|j|mon|ma|mes|moi|tu|on|il|elle|ca|cela|ce|c)\b"
)
_FEW = 2


def _off_topic(text: str, spans: list[tuple[int, int]]) -> Iterator[int]:
    """Questions that nobody asks at a service desk: of nothing spoken of there, and of two things that are not."""
    said = speech(text)
    for start, end in spans:
        even = level(said[start:end])
        if _QUESTION.match(even) and not _IN_HAND.search(even) and all(_unheard(even, lang) for lang in LANGUAGES):
            yield start


def _unheard(question: str, lang: str) -> bool:
    asked = [word for word in words(question, lang) if len(word) > 1 and word.isalpha()]
    known, service = care(lang).common, care(lang).service
    return service.isdisjoint(asked) and sum(word not in known for word in asked) >= _FEW
