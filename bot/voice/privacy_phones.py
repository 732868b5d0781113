"""Phone numbers: by what their writing gives away, or by the word before them.

The numbers of made-up people often fail a plan's last rule, and so do mistyped ones: a telling shape is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import phonenumbers

Spans = Iterator[tuple[int, int]]

# what is no phone number however it looks: 2017-10-31, 28/11/17, 01 12 2022, 19.99 €
_DATE = re.compile(
    r"(?<![\d./-])(?:(?:0?[1-9]|[12]\d|3[01])(?P<gap>[ ./-])(?:0?[1-9]|1[0-2])(?P=gap)(?:19|20)\d\d(?!\d)"
    r"|(?:0?[1-9]|1[0-2])(?P<us>[/-])(?:0?[1-9]|[12]\d|3[01])(?P=us)(?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d\d(?P<iso>[ ./-])(?:0?[1-9]|1[0-2])(?P=iso)(?:0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])(?P<short>[./-])(?:0?[1-9]|1[0-2])(?P=short)\d\d(?!\d|[./-]\d| \d\d[ .]\d))"
)
_TIME = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3])(?::[0-5]\d){1,2}(?!\d)")

_GAP = r"[ ./-]{0,2}"
_PAIRS = r"(?:(?: ?[./-] ?| {1,2})[\doO]{2}){4}(?!\d)"
_NINE = rf"[1-9](?:{_GAP}\d\d){{4}}(?!\d)"
_EXTENSION = r"(?:,? ?(?:x|ext\.?|poste|#) ?\d{1,6})?"
_SHAPES = (
    # +33 6 12 34 56 78, 0033…, +33 (0)6…, (33) 01-32-…
    rf"(?<!\w)(?:\+ ?|00 ?|\(\+?)33\)?{_GAP}(?:\(?0\)?)?{_GAP}{_NINE}",
    rf"(?P<abroad>(?<!\w)(?:\+ ?|\(\+|00 ?)[1-9]\d{{0,2}}\)?(?:{_GAP}\(0\){_GAP})?"
    rf"(?:{_GAP}\(?\d{{1,9}}\)?){{1,6}}(?!\d))",
    # 06 12 34 56 78, O6-12-34-56-78; and without its blanks, or with others
    rf"(?:(?<!\w)\(\+?\d{{1,3}}\) ?)?(?<!\d)(?<!\d[.,])[0oO][1-9]{_PAIRS}",
    r"(?P<bare>(?<![\w/#-])(?<!\d[.,])0[1-9]\d{7,9}(?!\w|[.,]\d))",
    rf"(?<![\w/#-])(?<!\d[.,])0{_NINE}(?! \d)",
    r"(?<!\w)(?<!\d )0 [1-9](?: \d){8}(?! ?\d)",
    # 555-123-4567, (555) 123-4567, 1.555.123.4567 x89
    r"(?<![\w.-])(?:\+?1[ .-])?"
    r"(?:\([2-9]\d\d\)[ .-]{0,2}\d{3}[ .-]|[2-9]\d\d(?P<nanp>[.-])\d{3}(?P=nanp)|[2-9]\d\d(?:-\d{3} |[ /]\d{3}-))"
    rf"\d{{4}}{_EXTENSION}(?![\w-]|\.\d)",
    rf"(?P<spaced>(?<![\w.-])(?:1 )?[2-9]\d\d \d{{3}} \d{{4}}{_EXTENSION}(?![\w-]|[ .]\d))",
    # 0475 12 34 56, 02/679.00.00, 020 7946 0958, (01632) 960 001, 0378 3549890
    r"(?P<grouped>(?<![\w/-])(?<!\d[.,])(?:0\d{1,4}|\(0\d{0,4}\))(?:[ ./-]{1,2}\d{2,8}){1,4}(?!\d| \d))",
    r"(?P<linked>(?<=wa\.me/)\d{8,15})",
)
_SHAPE = re.compile("|".join(_SHAPES))
# what makes others of the same look: 12 000 000 €, 0,5 km
_COUNTED = re.compile(
    r" ?(?:[€$£%]|(?:euros?|eur|usd|gbp|chf|dollars?|pounds?|points?|miles|fois|times|people|personnes|km|kg|cm|mm|ml"
    r"|mb|gb|go|mo|kwh)\b)|[.,]\d",
    re.IGNORECASE,
)
_THING = (
    r"\b(?:orders?|commandes?|cde|colis|parcels?|packages?|tracking|suivi|r[ée]f\w*|dossiers?|tickets?|cases?|incidents?"
    r"|invoices?|factures?|accounts?|comptes?|contrats?|policy|serial|s[ée]rie|bookings?|r[ée]servations?|flights?|vols?"
    r"|siret|siren|cards?|cartes?|codes?|id|identifiant\w*|ean|imei|model)\b"
)
_THING_BEFORE = re.compile(
    rf"{_THING}(?:[ '](?:n[o°]|num[ée]ro|number|no|id|is|est|de|du|d'\w+))*[\s:#.°]*$", re.IGNORECASE
)

_RUN = r"[+(]{0,2}\d(?:[ ().\-/]{0,2}\d){5,14}(?:,? ?(?:x|ext\.?) ?\d{1,6})?(?!\d)"
_WORD = (
    r"(?:\bt[ée]l[ée]?(?:phon\w*)?\b\.?|phone\w*\b|\bcall\w*|\bfax\w*|\bmobiles?\b|\bportables?\b|\bcell(?:phone)?\b"
    r"|\bgsm\b|\br?app?el\w*|\bjoi(?:gn|nd)\w*|\bwhats ?app\b|\bsms\b|\btexte[rz]\b|\btext(?:ed)?\b|\bring\b"
    r"|\banswer\w*|\bdial\w*|\blandline\b|\bregistered\b|\bcontact\w*|\breach\w*|\bnum[ée]ro suivant\b"
    r"|\b(?:my|mon) num\w*)"
)
_SAID = re.compile(rf"{_WORD}(?P<gap>[^\d.!?;€$£]{{0,30}})(?<!\w)(?P<number>{_RUN})(?!\w|[.,]\d)", re.IGNORECASE)
_NAMED = re.compile(
    rf"(?<![\w@#/-])(?<!\d[.,])(?P<number>{_RUN})\W{{0,3}}"
    r"(?:(?:(?:is|est|c'est) )?(?:my|mon|le|the|au) (?:phone|mobile|cell|num\w*|t[ée]l\w*|portable|gsm)"
    r"|(?:office|fax|mobile|cell|home|work|portable|t[ée]l)\b)",
    re.IGNORECASE,
)
_SAYS_COUNT = re.compile(rf"{_THING}|\b(?:about|since|depuis|times|fois|price|prix|montant)\b", re.IGNORECASE)
_YEARS = re.compile(r"(?:19|20)\d\d[ /-]+(?:19|20)\d\d")
_MAY_SAY = re.compile(rf"{_WORD}|office\b|home\b|work\b", re.IGNORECASE)


def phones(text: str, countries: Sequence[str]) -> Spans:
    """Phone and fax numbers. ``countries`` (ISO 3166) are those whose plans a bare number is held against."""
    text = _TIME.sub(_blank, _DATE.sub(_blank, text))
    for found in _SHAPE.finditer(text):
        if _holds(found, countries):
            yield found.span()
    if not _MAY_SAY.search(text):
        return
    for found in _SAID.finditer(text):
        if _tells(found):
            yield found.span("number")
    for found in _NAMED.finditer(text):
        if _digits(found["number"]) > 6:
            yield found.span("number")


def _digits(number: str) -> int:
    return sum(map(str.isdigit, number))


def _blank(found: re.Match[str]) -> str:
    return "\n" * len(found[0])


def _holds(found: re.Match[str], countries: Sequence[str]) -> bool:
    """Whether a shape that other numbers have too is a phone's here."""
    number, shape, text = found[0], found.lastgroup, found.string
    digits = _digits(number)
    if shape == "abroad":
        return digits <= 17 and (_possible(number) or (digits > 9 and len(number) - digits > 3))
    if shape in ("bare", "grouped", "spaced") and _COUNTED.match(text, found.end()):
        return False
    if shape in ("bare", "grouped") and _THING_BEFORE.search(text[max(0, found.start() - 40) : found.start()]):
        return False
    if shape == "spaced":
        return _valid(number, ("US", "CA"))
    if shape == "grouped":
        return 9 <= digits <= 12
    return shape != "bare" or digits == 10 or (digits == 11 and number[1] == "7") or _valid(number, countries)


def _tells(found: re.Match[str]) -> bool:
    """Whether the word before speaks of a number to dial."""
    number = found["number"]
    if _digits(number) < 7 or _SAYS_COUNT.search(found["gap"]):
        return False
    return not _COUNTED.match(found.string, found.end()) and _YEARS.fullmatch(number) is None


def _possible(abroad: str) -> bool:
    """Whether the country's plan has numbers of this length."""
    try:
        number = phonenumbers.parse("+" + abroad.lstrip("+(0 "))
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE


def _valid(number: str, countries: Sequence[str]) -> bool:
    """Whether it is given out in one of the countries."""
    for country in countries:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, country)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
