"""What is asked of a model's text beyond all others: that it obeyed the brand, and not what it read in a complaint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from bot.desk.case import Case
from bot.voice.foreign import Known, foreign
from bot.voice.house import House
from bot.voice.leaks import boundaries, leaked, listed, runs
from bot.voice.obeyed import LONGEST, machine_talk, obedience, repeated
from bot.voice.passages import quoted, speech
from bot.voice.words import fold


def distrusted(house: House, case: Case, text: str) -> Iterator[tuple[str, str]]:
    """The name of the check and the words it is about, check by check."""
    if len(text) > LONGEST:
        yield "foreign", quoted(text[LONGEST:])
    text = text[:LONGEST]
    complaint, said = case.complaint, speech(text)
    lang = house.languages.sure(text) or case.lang  # another than the customer's has its own finding
    known = Known(house, lang, complaint.text, f"{complaint.author_name} {complaint.author}")
    yield from (("leak", quote) for quote in boundaries(text))
    yield from (("leak", quote) for quote in leaked(text, _secrets(house)))
    yield from (("machine", quote) for quote in machine_talk(text))
    yield from (("instruction", quote) for quote in obedience(text, known))
    yield from (("instruction", quote) for quote in repeated(said, complaint.text, known))
    yield from (("foreign", quote) for quote in foreign(said, known))
    yield from (("stranger", quote) for quote in _strangers(house, text))


_SECRETS: WeakKeyDictionary[House, frozenset[int]] = WeakKeyDictionary()


def _secrets(house: House) -> frozenset[int]:
    """What only the model is told, as runs of words; what the templates say too is for customers."""
    found = _SECRETS.get(house)
    if found is None:
        told = *house.secrets(), listed(house.never)
        found = _SECRETS[house] = runs(told, (template.body for template in house.templates.values()))
    return found


def _strangers(house: House, text: str) -> Iterator[str]:
    """The names of the other brands that this installation serves."""
    folded = fold(text)
    for name in house.others:
        if re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", folded):
            yield name
