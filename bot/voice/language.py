"""Which of the brand's languages a text is in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

# links, handles, hashtags and halves of characters are in no language; nor are addresses without https://
_NOISE = re.compile(r"https?://\S+|[@#]\w+|[\ud800-\udfff]+")
_ADDRESS = re.compile(r"\S{1,80}\.\w\S*")
_WORD = re.compile(r"[a-zà-ÿœ]+")
#: As much of a text as tells its language.
SAMPLE = 1000
#: Small words of one of our two languages and not of the other: “OK, merci !” is too short for lingua, and four times
#: as many of one leave little doubt about a reply.
_TELLING = {
    word: lang
    for lang, words in {
        "fr": "le les des du une et est vous nous je votre vos notre nos pas pour dans qui que avec sur mais ce cette"
        " au aux ne mon ma mes il elle être avez sont ai plus très bonjour merci toujours depuis rien",
        "en": "the and you your is are to of for we our with this that have has it was not my be been will at so what"
        " from they but please thanks sorry hi hello just can",
    }.items()
    for word in words.split()
}
_ENOUGH = 4
#: Of two languages, by lingua; below it, or in so few characters, a text (“OK, merci !”) is no evidence.
_SURE, _SHORT = 0.8, 12
#: From so many characters on lingua is hardly ever wrong between two languages.
_LONG = 20


@cache
def languages(codes: tuple[str, ...]) -> Languages:
    """The detector for these ISO 639-1 codes; built once, since each language costs some 50 MB when first asked."""
    return Languages(codes)


class Languages:
    """Tells the brand's languages apart. The first code is the answer when nothing tells."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.first = codes[0]
        self._detector = _detector(codes)
        self._ours = set(codes) == {"fr", "en"}

    def detect(self, text: str) -> str:
        """ISO 639-1 code of one of the brand's languages."""
        return self.detect_all([text])[0]

    def detect_all(self, texts: Sequence[str]) -> list[str]:
        """The same for many, on every core."""
        samples = [_sample(text) for text in texts]
        if self._detector is None or not samples:
            return [self.first] * len(samples)
        if len(samples) == 1:
            found = [self._detector.detect_language_of(samples[0])]
        else:
            found = self._detector.detect_languages_in_parallel_of(samples)
        told = (language.iso_code_639_1.name.lower() if language else self.first for language in found)
        return [self._short(sample) or lang for sample, lang in zip(samples, told, strict=True)]

    def _short(self, sample: str) -> str:
        """What a small word says of a text too short for lingua; empty for any other."""
        if len(sample.strip()) >= _LONG:
            return ""
        french, english = self._small_words(sample)
        return "" if bool(french) is bool(english) else "fr" if french else "en"

    @lru_cache(maxsize=4096)  # noqa: B019  # as many detectors as sets of languages, kept for the process's life
    def sure(self, text: str) -> str:
        """The language when there is hardly a doubt, else an empty string; a reply in two languages has none."""
        sample = _sample(text)
        told = self._told(sample)
        if told or self._detector is None or min(self._small_words(sample)) >= _ENOUGH or len(sample) < _SHORT:
            return told
        best = self._detector.compute_language_confidence_values(_ADDRESS.sub(" ", sample))
        return best[0].language.iso_code_639_1.name.lower() if best and best[0].value >= _SURE else ""

    def _told(self, sample: str) -> str:
        """What the small words say; empty when they are too few or of both languages."""
        french, english = self._small_words(sample)
        if max(french, english) < _ENOUGH * max(1, min(french, english)):
            return ""
        return "fr" if french > english else "en"

    def _small_words(self, sample: str) -> tuple[int, int]:
        if not self._ours:
            return 0, 0
        told = [_TELLING.get(word) for word in _WORD.findall(sample.lower())]
        return told.count("fr"), told.count("en")


def _sample(text: str) -> str:
    return _NOISE.sub(" ", text[:SAMPLE])


def _detector(codes: tuple[str, ...]) -> LanguageDetector | None:
    known = [IsoCode639_1.from_str(code) for code in codes if hasattr(IsoCode639_1, code.upper())]
    if len(known) < 2:
        return None
    return LanguageDetectorBuilder.from_iso_codes_639_1(*known).build()
