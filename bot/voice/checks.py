"""What may not leave the house. Each check names what it found, quotes it, and says it in a sentence.

The protocol says whether a check warns or blocks; a text that is empty or too long always blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from unicodedata import category
from weakref import WeakKeyDictionary

from bot.desk.case import Case, Finding, Level, Origin, Remark
from bot.desk.ports import Length
from bot.voice.contacts import foreign_data, taken_from, unlisted
from bot.voice.distrust import distrusted
from bot.voice.house import House
from bot.voice.links import unlisted_links, unlisted_mentions
from bot.voice.privacy import PRIVATE_NETWORKS
from bot.voice.promises import kept, promises
from bot.voice.words import fold

SENTENCES = {
    "empty": "The text is empty.",
    "length": "Too long: {used} of {limit} {unit}, signature included.",
    "placeholder": "An unfilled placeholder: “{quote}”.",
    "never": "The brand never says “{quote}”.{why}",
    "link": "“{quote}” is not on the brand's list of links.",
    "mention": "“{quote}” is not on the brand's list of mentions.",
    "promise": "A promise that no template makes: “{quote}”.",
    "language": "The text is in {found}, the customer wrote in {expected}.",
    "capitals": "Written in capitals: it reads as shouting.",
    "contact": "“{quote}” is not on the brand's list of contacts.",
    "private": "The customer's own data, for everybody to read: “{quote}”.",
    "leak": "The model's instructions come through: “{quote}”.",
    "machine": "It speaks as a machine: “{quote}”.",
    "instruction": "It seems to obey an order hidden in the complaint: “{quote}”.",
    "foreign": "Neither an answer of ours nor about the complaint: “{quote}”.",
    "stranger": "Another brand is named: “{quote}”.",
}
#: Findings of one check that are told; a text with more is mended from these.
MOST = 5

Found = Iterator[tuple[str, dict[str, object]]]


def check(house: House, case: Case, text: str, length: Length, origin: Origin = Origin.PERSON) -> tuple[Finding, ...]:
    """All findings, blocks first. ``length`` is that of the signed text on the case's network.

    A text that a model wrote, and nobody changed, is distrusted: what it must not promise blocks, and so does another
    language than the customer's.
    """
    if _blank(house, text):
        return (_finding(Level.BLOCK, "empty"),)
    text = _INVISIBLE.sub("", text)
    found = [*_in_text(house, text, case.lang, case.topic), *_in_case(house, case, text)]
    if origin is Origin.MODEL:
        found = [*map(_strictly, found), *_from_a_model(house, case, text)]
    if not length.fits:
        found.append(_finding(Level.BLOCK, "length", used=length.used, limit=length.limit, unit=length.unit))
    return tuple(sorted(found, key=lambda finding: not finding.blocks))


#: What only warns where a person or a template says it, and blocks in a model's text.
_STRICT = frozenset({"promise", "language"})


def _strictly(finding: Finding) -> Finding:
    return replace(finding, level=Level.BLOCK) if finding.check in _STRICT else finding


def _in_case(house: House, case: Case, text: str) -> Iterator[Finding]:
    """What depends on who wrote the complaint, and what it says."""
    complaint = case.complaint
    people = (*house.rules.mentions, complaint.author)
    yield from _told(house, "mention", _plainly(unlisted_mentions(text, people)))
    if complaint.network not in PRIVATE_NETWORKS and (data := foreign_data(house, text)):
        yield from _told(house, "private", _plainly(taken_from(complaint.text, data)))


def _from_a_model(house: House, case: Case, text: str) -> Iterator[Finding]:
    found: dict[str, list[str]] = {}
    for name, quote in distrusted(house, case, text):
        found.setdefault(name, []).append(quote)
    for name, quotes in found.items():
        yield from _told(house, name, _plainly(quotes))


def _plainly(quotes: Iterable[str]) -> Found:
    """Findings whose sentence holds nothing but the quote."""
    return ((quote, {}) for quote in quotes)


# what splits a word for a machine and not for the eye
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
# letters and signs that show nothing
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def _blank(house: House, text: str) -> bool:
    """Whether a reader would see nothing, or the signature alone."""
    if all(category(c)[0] in "ZCM" or c in _BLANKS for c in text):
        return True
    signature = re.escape(house.brand.signature.strip())
    if not signature or len(text) > len(signature) + 100:
        return False
    signed = signature.replace(r"\{initials\}", r"\w{0,3}").replace(r"\{name\}", ".{0,60}").replace(r"\ ", r"\s*")
    return re.fullmatch(signed, text.strip()) is not None


_Findings = tuple[Finding, ...]
# a template's text comes again and again; a house that has been replaced is forgotten with all that was found for it
_KNOWN: WeakKeyDictionary[House, dict[tuple[str, str, str], _Findings]] = WeakKeyDictionary()
_MOST_KNOWN, _LONGEST_KNOWN = 1024, 5_000


def _in_text(house: House, text: str, lang: str, topic: str) -> _Findings:
    """What does not depend on who wrote the complaint; remembered."""
    if len(text) > _LONGEST_KNOWN:
        return tuple(_look(house, text, lang, topic))
    known = _KNOWN.setdefault(house, {})
    if len(known) >= _MOST_KNOWN:
        known.clear()
    key = (text, lang, topic)
    if key not in known:
        known[key] = tuple(_look(house, text, lang, topic))
    return known[key]


def _look(house: House, text: str, lang: str, topic: str) -> Iterator[Finding]:
    yield from _told(house, "placeholder", _placeholders(text))
    yield from _told(house, "never", _never_said(house, text))
    yield from _told(house, "link", _plainly(unlisted_links(text, house.rules.links)))
    yield from _told(house, "contact", _plainly(unlisted(foreign_data(house, text))))
    yield from _told(house, "promise", _promised(house, text, topic))
    yield from _told(house, "language", _language(house, text, lang))
    yield from _told(house, "capitals", _capitals(text))


def _told(house: House, name: str, found: Found) -> Iterator[Finding]:
    """The findings of one check, each quote once."""
    quotes: set[str] = set()
    for quote, facts in found:
        if quote not in quotes:
            quotes.add(quote)
            yield _finding(house.protocol.level(name), name, quote, **facts)
        if len(quotes) >= MOST:
            return


def _finding(level: Level, name: str, quote: str = "", **facts: object) -> Finding:
    return Finding(name, level, Remark(SENTENCES[name], {"quote": quote, **facts}), quote)


# {{ name }}, {name}, [PRÉNOM], <name>, %NAME%, XXX, ___; not [1/2], [sic], <3, XXL, an address in <>
_PLACEHOLDER = re.compile(
    r"\{[{%#][^{}\n]{0,60}(?:[}%#]?\})?|\}\}|[%#]\}|\{[^{}\n]{1,60}\}"
    r"|\[(?!sic\])(?=[^\W\d_]{3}|[^\W\d_][^\]\n]{0,20} )[^\[\]\n]{3,60}\](?!\()"
    r"|<(?=[^\W\d_][^\s\d])[^<>@\n:/.=]{2,40}>|%[A-Za-z_]{3,30}%"
    r"|\b(?:XX+|xxx+|TODO|TBD|TBC)\b|(?<![\w@])___+(?!\w)|\b[Ll]orem ipsum\b"
)


def _placeholders(text: str) -> Found:
    for match in _PLACEHOLDER.finditer(text):
        yield match.group()[:60], {}


def _never_said(house: House, text: str) -> Found:
    folded = fold(text)
    for never in house.never:
        if match := never.pattern.search(folded):
            said = text[match.start() : match.end()] if len(folded) == len(text) else never.phrase
            yield " ".join(said.split()), {"why": f" {never.why}" if never.why else ""}


def _promised(house: House, text: str, topic: str) -> Found:
    held = house.promises(topic)
    for promise in promises(text):
        if kept(promise) not in held:
            yield promise, {}


def _language(house: House, text: str, lang: str) -> Found:
    found = house.languages.sure(text)
    if lang and found and found != lang:
        yield "", {"found": found, "expected": lang}


#: A word of so many letters in capitals is no abbreviation; so many in a row, or most of a text, is shouting.
_LONG_WORD, _IN_A_ROW, _MOSTLY = 4, 3, 0.6
_UPPER = re.compile(r"[A-ZÀ-ÖØ-Þ]{4}")


def _capitals(text: str) -> Found:
    if not _UPPER.search(text):
        return
    run: list[str] = []
    shouted = 0
    for word in (*text.split(), ""):
        letters = "".join(filter(str.isalpha, word))
        if letters.isupper() or (run and word and not letters):
            run.append(word)
            shouted += len(letters) * (len(letters) > _LONG_WORD)
            continue
        if sum(len(said) >= _LONG_WORD for said in run) >= _IN_A_ROW:
            yield " ".join(run)[:60], {}
        run = []
    if shouted >= 12 and shouted > _MOSTLY * sum(map(str.isalpha, text)):
        yield " ".join(text.split())[:60], {}
