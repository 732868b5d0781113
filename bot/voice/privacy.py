"""Personal data: found, masked before a model or a log sees it, and put back where the reply may hold it.

E-mail addresses, phones, cards, accounts, governments' numbers, the brand's order numbers, postal addresses, handles,
IP addresses. First names are not masked.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice
from operator import itemgetter

from bot.voice.privacy_mail import handles, internet, mails
from bot.voice.privacy_places import places
from bot.voice.privacy_text import plain

#: A text without either holds nothing of what is searched.
_TELLING = re.compile(r"[\d@＠﹫]|\bu/|\bat\b|arobas|[\[(](?:at|chez|à|a)[\])]", re.IGNORECASE)


class Kind(StrEnum):
    """What personal data is; the value is also the placeholder's word: ``[EMAIL_1]``."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    NATIONAL_ID = "id"  # social insurance, tax, passport
    ORDER = "order"  # what the brand's own patterns find: orders, accounts
    ADDRESS = "address"
    HANDLE = "handle"
    IP = "ip"


@dataclass(frozen=True, slots=True)
class Personal:
    """One personal datum and where it stands."""

    kind: Kind
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class PrivacyRules:
    """What a brand adds. ``numbers`` find its order and account numbers, each whole or its first group.

    ``spared`` are the brand's own addresses, sites, phone numbers and handles; ``countries`` (ISO 3166) those whose
    phone numbers are known without a word before them.
    """

    numbers: tuple[re.Pattern[str], ...] = ()
    spared: frozenset[str] = frozenset()
    countries: tuple[str, ...] = ("FR", "GB", "US", "CA", "BE", "CH")

    def spares(self, kind: Kind, text: str) -> bool:
        """Whether this is the brand's own."""
        if not self.spared:
            return False
        if kind is Kind.PHONE:
            return _last_digits(text) in self._own_phones
        name = text.casefold().lstrip("@/")
        if kind is Kind.ADDRESS:
            return any(own in name or name in own for own in self._own_names if len(own) >= _ADDRESS)
        host = name.rpartition("@")[2] if kind is Kind.EMAIL else ""
        return name in self._own_names or any(host == own or host.endswith(f".{own}") for own in self._own_names)

    @cached_property
    def _own_names(self) -> frozenset[str]:
        names = (re.sub(r"^(?:mailto:|https?://|www\.|@|/)+|/$", "", own.casefold()) for own in self.spared)
        return frozenset(part for name in names for part in (name, name.partition("/")[0]) if part)

    @cached_property
    def _own_phones(self) -> frozenset[str]:
        return frozenset(_last_digits(own) for own in self.spared if sum(map(str.isdigit, own)) >= 6)


PLAIN_RULES = PrivacyRules()
#: No postal address is shorter: “12 rue Nau”.
_ADDRESS = 10


def _last_digits(phone: str) -> str:
    """What is left of a number without its country and how it is written."""
    return "".join(filter(str.isdigit, phone))[-8:]


def personal(text: str, rules: PrivacyRules = PLAIN_RULES) -> list[Personal]:
    """All personal data of a text, in order, none overlapping another."""
    if not _TELLING.search(text):
        return []
    read = plain(text)
    data = []
    for start, end, kind in sorted(_apart(read.text, _found(read.text, rules))):
        start, end = read.span(start, end)
        if not rules.spares(kind, text[start:end]):
            data.append(Personal(kind, start, end, text[start:end]))
    return data


def _apart(text: str, found: Iterable[tuple[Kind, int, int]]) -> Iterator[tuple[int, int, Kind]]:
    """What does not overlap something found before it; of an address or a phone what stands before that."""
    taken = bytearray(len(text))
    for kind, start, end in found:
        first = taken.find(1, start, end)
        if first >= 0:
            end = first if len(_A_DIGIT.findall(text, start, first)) >= _STUMP.get(kind, len(text)) else start
        if start < end:
            taken[start:end] = b"\x01" * (end - start)
            yield start, end, kind


_A_DIGIT = re.compile(r"\d")
#: With so many digits before what it runs into it is still one.
_STUMP = {Kind.ADDRESS: 1, Kind.PHONE: 6}
_LINK = re.compile(r"(?:https?://(?!wa\.me/)|www\.)[^\s<>|]+", re.IGNORECASE)
_A_NUMBER = re.compile(r"\d(?:[^\d\n]{0,3}\d){5}")


def _found(text: str, rules: PrivacyRules) -> Iterator[tuple[Kind, int, int]]:
    """What each kind's patterns find; where two overlap the first counts."""
    yield from ((Kind.EMAIL, *span) for span in mails(text))
    if _A_DIGIT.search(text):
        outside = _LINK.sub(lambda link: "\n" * len(link[0]), text) if "://" in text or "www." in text else text
        yield from _numbers(text, outside, rules)
        yield from ((Kind.IP, *span) for span in internet(outside))
        yield from ((Kind.ADDRESS, *span) for span in places(outside))
    yield from ((Kind.HANDLE, *span) for span in handles(text))


def _numbers(text: str, outside: str, rules: PrivacyRules) -> Iterator[tuple[Kind, int, int]]:
    """Numbers; in links, which are full of them, the brand's own alone."""
    orders = ((Kind.ORDER, *span) for pattern in rules.numbers for span in _spans(pattern, text))
    if not _A_NUMBER.search(outside):
        yield from orders
        return
    # with its country's plans this takes longer to load than many a command of ours runs
    from bot.voice.privacy_numbers import accounts, cards, official
    from bot.voice.privacy_phones import phones

    yield from ((Kind.IBAN, *span) for span in accounts(outside))
    yield from ((Kind.CARD, *span) for span in cards(outside))
    yield from orders
    yield from ((Kind.NATIONAL_ID, *span) for span in official(outside))
    yield from ((Kind.PHONE, *span) for span in phones(outside, rules.countries))


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for found in pattern.finditer(text):
        yield found.span(1) if pattern.groups and found[1] is not None else found.span()


#: What only the customer reads; everything else, and what we do not know, the world reads.
PRIVATE_NETWORKS = frozenset({"email", "sms", "whatsapp", "messenger"})


def may_hold(network: str) -> frozenset[Kind]:
    """What a reply there may say again: in public a handle, in a letter whatever the customer wrote."""
    return frozenset(Kind) if network in PRIVATE_NETWORKS else frozenset({Kind.HANDLE})


_WORDS = "|".join(kind.upper() for kind in Kind)
_PLACEHOLDER = re.compile(rf"\[(?:{_WORDS}|TEXT)_[0-9]+\]")
# what a model might take for one, or make one of
_LOOKALIKE = re.compile(rf"\[ ?(?i:{_WORDS}|TEXT)[ _-]{{0,3}}\d+ ?\]|(?<!\w)(?:{_WORDS}|TEXT)_\d+(?!\w)")
#: A value of so many characters is masked in every later text too; only so many values are looked for.
_LONG_ENOUGH, _MOST_KNOWN = 5, 200


class Mask:
    """One case's personal data under placeholders: ``[EMAIL_1]``. The same writing gets the same one in every text.

    Hide the complaint first, in it the data has most around it that tells what it is. Show a text once.
    """

    def __init__(self, rules: PrivacyRules = PLAIN_RULES) -> None:
        self.rules = rules
        self._hidden: dict[tuple[Kind | None, str], str] = {}
        self._shown: dict[str, tuple[Kind | None, str]] = {}
        self._counts: Counter[str] = Counter()
        self._typed: set[str] = set()

    def hide(self, text: str) -> str:
        """The text without personal data; a placeholder that somebody typed becomes ``[TEXT_1]``, for itself."""
        typed = list(self._lookalikes(text))
        data: _Spans = []
        for datum in personal(text, self.rules):
            self.cover(datum.kind, datum.text)
            data.append((datum.start, datum.end, datum.kind))
        data = _merged(_merged(data, self._known(text)), typed)
        parts, at = [], 0
        for start, end, kind in data:
            parts += [text[at:start], self.cover(kind, text[start:end])]
            at = end
        return "".join(parts) + text[at:]

    def show(self, text: str, kinds: Collection[Kind]) -> str:
        """Put back what is of these kinds; other placeholders stay as they are."""

        def shown(found: re.Match[str]) -> str:
            kind, value = self._shown.get(found[0], (None, found[0]))
            return value if kind is None or kind in kinds else found[0]

        return _PLACEHOLDER.sub(shown, text)

    def cover(self, kind: Kind | None, value: str) -> str:
        """The placeholder of a value that is known to be of this kind, as the customer's name on the network is."""
        known = self._hidden.get((kind, value))
        if known is None:
            known = self._hidden[kind, value] = self._new(kind.upper() if kind else "TEXT")
            self._shown[known] = (kind, value)
        return known

    def _new(self, word: str) -> str:
        while True:
            self._counts[word] += 1
            placeholder = f"[{word}_{self._counts[word]}]"
            if placeholder not in self._typed:
                return placeholder

    def _known(self, text: str) -> Iterator[tuple[int, int, Kind | None]]:
        """Where values of earlier texts stand again, with less around them."""
        for kind, value in islice(self._hidden, _MOST_KNOWN):
            if kind is None or len(value) < _LONG_ENOUGH:
                continue
            at = text.find(value)
            while at >= 0:
                end = at + len(value)
                if not _goes_on(text[at - 1 : at] + value[0]) and not _goes_on(value[-1] + text[end : end + 1]):
                    yield at, end, kind
                at = text.find(value, end)

    def _lookalikes(self, text: str) -> Iterator[tuple[int, int, None]]:
        read = plain(text)
        for found in _LOOKALIKE.finditer(read.text):
            start, end = read.span(*found.span())
            self._typed.add(text[start:end])
            yield start, end, None


def _goes_on(pair: str) -> bool:
    """Whether two characters are of one word, or of one number."""
    return len(pair) == 2 and (pair.isalpha() or pair.isdigit())


_Spans = list[tuple[int, int, Kind | None]]


def _merged(first: _Spans, then: Iterable[tuple[int, int, Kind | None]]) -> _Spans:
    """Both in order; of the second only what overlaps neither the first nor itself."""
    starts = [start for start, _, _ in first]
    both = list(first)
    for start, end, kind in then:
        at = bisect_left(starts, end)
        if not (at and first[at - 1][1] > start):
            both.append((start, end, kind))
    return _disjoint(sorted(both, key=itemgetter(0)))


def _disjoint(spans: _Spans) -> _Spans:
    kept: _Spans = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


# slack:T1:C042:1718.0001 is a case's name, not somebody's number
_CASE_ID = re.compile(r"(?<![\w:])[a-z][a-z_-]*(?::[\w.-]+){2,}")
_NUMBERS = frozenset({Kind.PHONE, Kind.CARD, Kind.NATIONAL_ID, Kind.IBAN})


def redact(text: str) -> str:
    """For logs: each personal datum as its kind, ``[EMAIL]``. The ids of cases stay readable."""
    data = personal(text)
    if not data:
        return text
    ids = [found.span() for found in _CASE_ID.finditer(text)] if ":" in text else []
    parts, at = [], 0
    for datum in data:
        if datum.kind in _NUMBERS and any(start <= datum.start and datum.end <= end for start, end in ids):
            continue
        parts += [text[at : datum.start], f"[{datum.kind.upper()}]"]
        at = datum.end
    return "".join(parts) + text[at:]
