"""Postal addresses, French and English: a house's number beside a street, and what follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

Spans = Iterator[tuple[int, int]]

_CAPITAL = r"(?-i:[A-ZÀ-ÖØ-ÞŒ])"
_BIG_WORD = rf"{_CAPITAL}[\w.'-]{{0,30}}"
_SMALL = r"(?:de la |de l'|d[' ]|du |des |de |la |le |les |l[' ]|aux? )"
_TOWN_WORD = rf"{_CAPITAL}(?:[^\W\d_]|['-]){{1,30}}(?!\w)\.?"
_TOWN = rf"{_TOWN_WORD}(?:[ -](?:(?:sur|sous|en|les?|la|de|du|des|aux?|lès|upon|on|of|the)[ -])?{_TOWN_WORD}){{0,4}}"
#: Flat, floor, building: behind the street, each with its number.
_INSIDE = (
    r"(?:[ ,\n-]{1,3}(?:app?t|appartement|b[âa]t(?:iment)?|esc(?:alier)?|[ée]tage|studio|porte|lot|apartment|apt|suite"
    r"|ste|unit|flat|floor|room|bo[iî]te|bte|#)(?!\w)\.? ?(?:#|n°)? ?(?-i:[A-Z]{0,2}\d{1,5}[A-Z]?|[A-Z])\b){0,3}"
)

_UK = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"
_CANADIAN = r"[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d"
_TOWN_AND_CODE = (
    rf"(?:[ ,\n]{{1,3}}{_TOWN}){{0,3}}[ ,\n]{{1,3}}(?:(?-i:[A-Z]{{2}})[ ,]{{1,2}})?"
    rf"(?:\d{{5}}(?:-\d{{4}})?|{_UK}|{_CANADIAN})(?!\w)"
)

_TITLE = (
    r"(?:(?:g[ée]n[ée]ral|mar[ée]chal|docteur|professeur|pr[ée]sident|sainte?|capitaine|colonel|commandant|abb[ée]|vieux"
    r"|vieille|grande?|petite?|haute?) )"
)
_WAY = (
    r"(?:rue|avenue|av\.?|ave|avn|boulevard|bl?v?d|all[ée]es?|chemin|ch\.|impasse|quai|faubourg|sentier|venelle|ruelle"
    r"|chauss[ée]e) "
)
#: Words of other things too: what is behind them must begin with a capital.
_MAYBE_WAY = (
    r"(?:place|cours|passage|route|rte|voie|square|r[ée]sidence|lotissement|rond-point|villa|hameau|cit[ée]|clos"
    r"|mont[ée]e|traverse|esplanade|promenade|parvis) "
)
_NEXT = r"(?!t[ée]l|fax|mobile|portable|e-?mail|mail)"
_FURTHER = rf"(?:[ -]{_SMALL}{{0,2}}{_NEXT}{_BIG_WORD}){{0,6}}"
_POSTAL_TOWN = (
    rf"[ ,\n|-]{{1,4}}(?:[BFL]-|CH-)?(?:\d\d ?\d{{3}}|\d{{4}})(?!\w)(?:[ ,\n]{{1,3}}{_TOWN}(?: cedex(?: \d\d?)?)?)?"
)
_STREET_NAME = (
    rf"(?:{_WAY}{_SMALL}{{0,2}}{_TITLE}?[^\W\d][\w.'-]{{0,30}}"
    rf"|{_MAYBE_WAY}{_SMALL}{{0,2}}{_TITLE}?{_BIG_WORD}){_FURTHER}"
)
_FRENCH = re.compile(
    r"(?<![\w.,:/€$£-])\d{1,4}(?:-\d{1,4})?(?: ?(?:bis|ter|quater|[a-f])\b)?,? "
    rf"{_STREET_NAME}{_INSIDE}(?:{_POSTAL_TOWN}|{_TOWN_AND_CODE})?"
    rf"|(?<![\w'-]){_STREET_NAME}(?:,? \d{{1,4}}[a-z]?)?{_INSIDE}{_POSTAL_TOWN}",
    re.IGNORECASE,
)

_STREET = (
    r"(?:street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|court|ct|boulevard|blvd|crescent|terrace|gardens|gdns|grove"
    r"|parkway|pkwy|highway|hwy|trail|mews"
    r"|(?-i:Way|Close|Place|Pl|Square|Sq|Hill|Park|Row|Walk|View|Green|Rise|Circle|WAY|CLOSE|PLACE|SQUARE|HILL))"
)
_ENGLISH = re.compile(
    r"(?<![\w.,:/€$£#@-])(?:(?:apt|apartment|flat|unit|suite)\.? ?#?\w{1,5},? )?"
    r"\d{1,5}[a-f]?(?:-\d{1,4})?,? (?:(?:[NSEW]|north|south|east|west)\.? )?"
    rf"(?:(?:{_BIG_WORD}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}{_STREET}\b\.?"
    rf"(?: (?-i:[NS]?[EW]|[NS])\b)?{_INSIDE}(?:{_TOWN_AND_CODE}|, {_TOWN})?",
    re.IGNORECASE,
)

_POSTCODE = re.compile(rf"(?<![\w-])(?:{_UK.replace(' ?', ' ')}|{_CANADIAN.replace('[ -]?', ' ')})(?![\w-])")
_BOX = re.compile(
    r"\b(?:p\.? ?o\.? box|bo[iî]te postale|(?-i:BP)|case postale|postbus|postfach|(?:PSC|Unit)(?= \d+,? Box)) ?\d{1,6}"
    rf"(?:,? box \d{{1,6}})?\b(?:\s[AFD]PO A[AEP] \d{{5}})?{_INSIDE}(?:{_POSTAL_TOWN})?",
    re.IGNORECASE,
)
# Bahnhofstrasse 12, 8001 Zürich; Kerkstraat 5 bus 2, 2000 Antwerpen; Calle Mayor 3
_SUFFIXED = re.compile(
    r"(?<!\w)(?:\d{1,5} )?"
    r"(?:[A-ZÀ-Þ][\w'-]{1,30}(?i:stra(?:ss|ß)e|str\.|straat|laan|steenweg|plein|gracht|weg|gasse|platz|allee|gatan|gata"
    r"|vej|gade)"
    rf"|(?:Viale|Piazza|Corso|Calle|Avenida|Plaza|Rua|ul\.)(?: {_SMALL}{{0,2}}{_BIG_WORD}){{1,4}})"
    rf" \d{{1,4}}[a-zA-Z]?(?!\w)(?: (?:bus|bte) \w{{1,4}})?{_INSIDE}(?:{_POSTAL_TOWN})?"
)
# 28245 Puruntie 82, Apt. 595: in a language we do not know, the flat gives it away
_WITH_FLAT = re.compile(
    rf"(?<!\w)\d{{1,5}}(?: \d{{1,5}})? (?:{_BIG_WORD} ){{1,5}}(?:\d{{1,5}} ?)?[,\n]? {{0,4}}"
    r"(?:Apt|Suite|Flat|Unit)\.? #?\d{1,5}\b" + rf"(?:(?:[ ,\n]{{1,4}}{_TOWN}){{1,3}}[ ,\n]{{1,3}}\d{{5}}\b)?"
)
_HOME = re.compile(
    r"(?:\baddress(?: is|:)|\badresse ?:|\badresse (?:est|suivante|postale|compl[èe]te)(?: est)? ?:?|\bi live at"
    r"|\bj'habite (?:au|[aà])|\b(?:deliver|ship|send)(?:ed)? (?:it |them )?to)\s{1,3}"
    r"(?P<place>\d{1,5}[a-f]?,? [^\W\d][^\n.!?;]{2,80}?"
    r"(?:\b\d{4,5}\b(?: (?-i:[A-ZÀ-Þ])[\w'-]{1,30})?|(?=\n|[.!?;]|$)))",
    re.IGNORECASE,
)


def places(text: str) -> Spans:
    """Streets with their numbers, towns behind them, post-office boxes, British and Canadian postcodes."""
    for pattern in (_FRENCH, _ENGLISH, _WITH_FLAT, _SUFFIXED, _BOX, _POSTCODE):
        for found in pattern.finditer(text):
            yield found.span()
    for found in _HOME.finditer(text):
        yield found.span("place")
