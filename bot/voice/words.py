"""Texts as comparable words: without accents, capitals, endings, links or handles."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from threading import Lock

import Stemmer

# one pattern a kind: each begins with a fixed text, which the search finds ten times as fast as an alternative
_NOISE = (
    ("http", re.compile(r"https?://\S+")),
    ("www.", re.compile(r"www\.\S+")),
    ("@", re.compile(r"@(?<![\w.]@)\w+")),
)
_EVEN = {"’": "'", "ʼ": "'", "`": "'", "´": "'", "œ": "oe", "æ": "ae"}
_UNUSUAL = re.compile(r"[^\x00-\x5f\x61-\x7f]")
# a word, one pictograph, or a question mark: an angry face is as telling as the word
_WORD = re.compile(r"[^\W_]+|[?\U0001F300-\U0001FAFF☀-➿]")
_STEMMERS = {
    "fr": "french",
    "en": "english",
    "es": "spanish",
    "de": "german",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
}
# livrée, reçus: endings that the stemmer removes only where it sees the accent, or not at all
_ENDINGS = {"fr": re.compile(r"(?<=e)es?$|(?<=\w{3}[uo])s$")}

#: Stems remembered per language; a stream of a million complaints must not grow the memory without end.
KNOWN_WORDS = 50_000
#: Longer than any word that has an ending worth removing: it is kept whole and not remembered.
LONGEST_WORD = 40
_KNOWN_LETTERS = 5_000


def words(text: str, lang: str) -> list[str]:
    """The stems of a text, in order. ``lang`` is ISO 639-1; without a stemmer for it the words stay whole."""
    for start, pattern in _NOISE:
        if start in text:
            text = pattern.sub(" ", text)
    text = fold(text)
    if lang == "en":
        text = text.replace("'", "")  # customers write can't and cant
    return list(map(stems(lang).__getitem__, _WORD.findall(text)))


def fold(text: str) -> str:
    """Lower case without accents, apostrophes straight: ``N’ai reçu`` is ``n'ai recu``."""
    text = text.lower()
    if text.isascii() and "`" not in text:
        return text
    return _UNUSUAL.sub(_plain, text)


def _plain(letter: re.Match[str]) -> str:
    return _LETTERS[letter[0]]


class _Letters(dict[str, str]):
    """What each letter that is not plain becomes, found once."""

    def __missing__(self, letter: str) -> str:
        apart = unicodedata.normalize("NFKD", letter).lower()
        plain = "".join(_EVEN.get(c, c) for c in apart if not unicodedata.combining(c))
        if len(self) < _KNOWN_LETTERS:
            self[letter] = plain
        return plain


_LETTERS = _Letters(_EVEN)


class Stems(dict[str, str]):
    """What each word becomes in one language, found once for the first ``KNOWN_WORDS`` words."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        name = _STEMMERS.get(lang)
        self._stemmer = Stemmer.Stemmer(name) if name else None
        self._endings = _ENDINGS.get(lang)
        self._one_at_a_time = Lock()  # a stemmer keeps the word it works on

    def __missing__(self, word: str) -> str:
        if self._stemmer is None or len(word) > LONGEST_WORD:
            return word
        with self._one_at_a_time:
            stem: str = self._stemmer.stemWord(self._endings.sub("", word) if self._endings else word)
        if len(self) < KNOWN_WORDS:
            self[word] = stem
        return stem


@cache
def _stems_of(name: str) -> Stems:
    return Stems(name)


def stems(lang: str) -> Stems:
    """The language's stems; all languages without a stemmer share one."""
    return _stems_of(lang if lang in _STEMMERS else "")
