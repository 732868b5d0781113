"""Numbers that stand for a person - cards, accounts, governments' numbers - by checksum, shape or the word before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum import iban as ibans
from stdnum import luhn
from stdnum.be import nn
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.fr import nif, nir

Spans = Iterator[tuple[int, int]]

_NOT_DIGIT = re.compile(r"\D+")

_CARD = re.compile(
    r"(?<!\w)(?:"
    r"(?P<fours>\d{4}(?P<gap>[ .-])\d{4}(?P=gap)\d{4}(?P=gap)\d{4})(?P<more>(?P=gap)?\d{3}(?!\d))?"
    r"|3[47]\d\d[ .-]\d{6}[ .-]\d{5}|3[0689]\d\d[ .-]\d{6}[ .-]\d{4}|\d{12,19}|\d(?: ?-?\d){11,18}"
    r")(?!\d)"
)
# which numbers the networks of cards give out, by length
_ISSUED = re.compile(
    r"(?:3[47]\d\d|1800|2131|2014|2149)\d{11}|3[0689]\d{12}|(?:4|5|6|2[2-7]|3[05689]|9792)\d+(?<=^\d{16})"
    r"|(?:4|5[0678]|6)\d{18}"
)
_RARE = re.compile(r"4\d{12}|(?:5[0678]|6)\d{11,17}")
_CARD_WORD = re.compile(
    r"\b(?:cards?|cartes?|visa|master ?card|maestro|amex|american express|diners|cb|bancaire|bancontact|debit|d[ée]bit"
    r"|cr[ée]dit|carte bleue|pan)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(?:cvv2?|cvc2?|cryptogramme)\b[^\d\n]{0,20}(\d{3,4})(?!\d)", re.IGNORECASE)


def cards(text: str) -> Spans:
    """Bank cards: what has the checksum and begins as cards do, is written in fours, or is called so by a word."""
    for found in _CARD.finditer(text):
        if end := _card(found, text):
            yield found.start(), end
    for found in _CODE.finditer(text):
        yield found.span(1)


def _card(found: re.Match[str], text: str) -> int:
    """Where the card's number ends, 0 for none."""
    said = _CARD_WORD.search(text, max(0, found.start() - 60), found.start()) is not None
    if found["fours"]:
        whole = _NOT_DIGIT.sub("", found[0])
        if found["more"] and _ISSUED.fullmatch(whole) and luhn.is_valid(whole):
            return found.end()
        return found.end("fours") if said or found[0][0] in "3456" else 0
    digits = _NOT_DIGIT.sub("", found[0])
    issued = _ISSUED.fullmatch(digits) is not None
    if luhn.is_valid(digits):
        return found.end() if issued or (said and len(set(digits)) > 1) else 0
    return found.end() if said and (issued or _RARE.fullmatch(digits)) else 0


#: How long an account number is, by country: the IBAN registry of SWIFT.
_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "PT",
    26: "IS TR",
    27: "FR GR IT MC MR SM",
    28: "AL AZ CY DO GT HU LB MA PL",
    29: "BR EG PS QA UA",
    30: "JO KW MU",
    31: "MT",
}
_LENGTHS = {country: length for length, countries in _COUNTRIES.items() for country in countries.split()}
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2} ?\d{2}(?=[ .-]?\w)", re.IGNORECASE)
_RIB = re.compile(r"(?<!\w)\d{5}([ -]?)\d{5}\1[0-9A-Z]{11}\1\d{2}(?!\w)", re.IGNORECASE)
_RIB_WORD = re.compile(r"\b(?:rib|relev[ée] d'identit[ée]|compte|account|virement)\b", re.IGNORECASE)


def accounts(text: str) -> Spans:
    """Bank accounts: IBANs, with or without blanks, and French ones of before."""
    for found in _IBAN.finditer(text):
        if end := _iban_end(text, found.start()):
            yield found.start(), end
    for found in _RIB.finditer(text):
        if found[1] or _RIB_WORD.search(text, max(0, found.start() - 60), found.start()):
            yield found.span()


def _iban_end(text: str, start: int) -> int:
    """Where the account number that may begin here ends: exactly as long as its country's are, and mostly digits."""
    wanted = _LENGTHS.get(text[start : start + 2].upper(), 0)
    number, at = "", start
    while at < len(text) and len(number) < wanted:
        if text[at].isascii() and text[at].isalnum():
            number += text[at]
        elif text[at] not in " .-" or text[at - 1] in " .-":
            return 0
        at += 1
    if not wanted or len(number) < wanted or (at < len(text) and text[at].isalnum()):
        return 0
    digits = sum(map(str.isdigit, number))
    return at if ibans.is_valid(number) or digits >= max(12, wanted * 2 // 3) else 0


_NIR = re.compile(
    r"(?<!\w)[1-478][ .-]?\d\d[ .-]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .-]?(?:\d\d|2[AB])[ .-]?\d{3}[ .-]?\d{3}"
    r"(?:[ .-]{0,3}\d\d)?(?!\d)",
    re.IGNORECASE,
)
_APART = re.compile(r"(?<!\d )(?<!\w)\d(?: \d){11,40}(?! ?\d)")  # as forms with one box a digit are copied
_NIF = re.compile(r"(?<!\w)[0-3]\d ?\d\d ?\d{3} ?\d{3} ?\d{3}(?!\w)")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d\d-\d{4}(?![\w-])")  # ITINs too
_SIN = re.compile(r"(?<![\w-])(?<!\d )[1-79]\d\d([ -])\d{3}\1\d{3}(?![\w-]| \d)")
_NINO = re.compile(r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: \d\d){3} ?[A-D](?!\w)")
_NN = re.compile(r"(?<!\w)\d\d[. ]?[0-5]\d[. ]?\d\d[ .-]?\d{3}[. -]?\d\d(?!\w)")
_AHV = re.compile(r"(?<!\w)756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d(?!\w)")
_COMPANY = re.compile(r"\b(?:sire[nt]|rcs|tva|vat)\b\W{0,4}(?:n\W{0,2})?$", re.IGNORECASE)
_UNIT = re.compile(r" ?(?:[€$£%]|(?:euros?|eur|usd|gbp|chf|dollars?)\b)", re.IGNORECASE)

#: Words that say what the number behind them is.
_CALLED = re.compile(
    r"(?:\b(?:s[ée]curit[ée] sociale|s[ée]cu|social (?:security|insurance)|national insurance"
    r"|assurance (?:sociale|maladie)|assur[ée]e?|num[ée]ro fiscal|identifiant fiscal|passe?port|permis de conduire"
    r"|driv(?:er'?s?|ing) licen[cs]e|carte d'identit[ée]|identity card|national id|registre national"
    r"|titre de s[ée]jour|tax(?:payer)? id)\b"
    r"|(?-i:\b(?:NIR|NSS|INSEE|SSN|ITIN|SIN|NAS|NINO|NIF|SPI|CNI|AHV|AVS)\b))"
    r"[^\d\n]{0,30}?(?<!\w)"
    r"(?P<number>(?:(?-i:[A-Z]{2} )|[A-Z]{1,3})?\d[\dA-Z]*(?:[ .-]?\d[\dA-Z]*){0,14}(?: ?[A-D])?)(?!\w)",
    re.IGNORECASE,
)


def official(text: str) -> Spans:
    """Numbers that governments give: CA, US, FR, GB, BE and CH by shape and checksum, others by the word before."""
    for pattern, holds in _SHAPES:
        for found in pattern.finditer(text):
            if holds(found):
                yield found.span()
    for found in _CALLED.finditer(text):
        if sum(map(str.isalnum, found["number"])) > 6 and not _UNIT.match(text, found.end()):
            yield found.span("number")


def _always(_: re.Match[str]) -> bool:
    return True


def _is_nir(found: re.Match[str]) -> bool:
    return nir.is_valid(found[0]) or len(_NOT_DIGIT.findall(found[0])) > 4


def _is_nif(found: re.Match[str]) -> bool:
    return nif.is_valid(found[0])


def _is_sin(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - 20) : found.start()]
    return sin.is_valid(found[0]) and not _COMPANY.search(before) and not _UNIT.match(found.string, found.end())


def _is_nn(found: re.Match[str]) -> bool:
    return nn.is_valid(_NOT_DIGIT.sub("", found[0]))


def _is_ahv(found: re.Match[str]) -> bool:
    return ahv.is_valid(_NOT_DIGIT.sub("", found[0]))


_SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (_NIR, _is_nir),
    (_APART, _always),
    (_NIF, _is_nif),
    (_SSN, _always),
    (_SIN, _is_sin),
    (_NINO, _always),
    (_NN, _is_nn),
    (_AHV, _is_ahv),
)
