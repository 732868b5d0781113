"""E-mail addresses, handles and IP addresses, as people write them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

Spans = Iterator[tuple[int, int]]

# where people have their mail and hardly anything else: “jean @ gmail” is an address, “ordered @ amazon.com” is none
_MAILBOX = (
    r"(?:gmail|googlemail|hotmail|outlook|yahoo|ymail|icloud|aol|gmx|proton(?:mail)?|wanadoo|laposte|aliceadsl"
    r"|club-internet|skynet|telenet|proximus|bluewin|videotron|sympatico|btinternet|ntlworld)\b"
)
_ENDING = (
    r"(?:com|net|org|info|biz|edu|gov|io|eu|fr|be|ch|ca|lu|(?:co(?:\.| ?dot ?))?uk|ie|us|de|nl|es|it|pt|at|pl|se|dk|no"
    r"|fi|cz|in|au|nz|me|co)\b"
)
# each loop that may run long is possessive and begins where no longer one could: the search stays linear
_BEFORE = r"(?<![\w.+%'@-])[.+%'-]*+"
_HOST = r"(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,10}[^\W\d_]{2,24}"
_MAIL = re.compile(
    rf"{_BEFORE}(?P<mail>\w[\w.+%'-]*+@(?:{_HOST}|{_MAILBOX}|\[\d[\d.]{{6,14}}\]))"
    rf"|{_BEFORE}(?P<short>\w++\.\w[\w.+%'-]*+@[a-z]{{2,3}})\b(?!\.\w)"
)

_SIGN = r"(?: (?:dot|point|dash|tiret|underscore|tiret bas|plus) | ?[\[(](?:dot|point)[\])] ?)"
_WORDS = rf"{_BEFORE}(?P<mail>\w[\w.+%-]*+(?:{_SIGN}\w{{1,40}}){{0,4}}"
_MARKED_DOT = r"(?: ?[\[({<] ?(?:dot|point|\.) ?[\])}>] ?|\.| dot | point )"
_SAID_MAIL = re.compile(
    _WORDS
    + "(?:"
    + "|".join(
        (
            rf" ?[\[({{<] ?(?:at|chez|arobase?|@) ?[\])}}>] ?(?:[\w-]{{1,63}}{_MARKED_DOT}){{1,3}}{_ENDING}",
            rf" ?[\[(][aà][\])] ?(?:[\w-]{{1,63}}\.){{1,3}}{_ENDING}",
            rf" arobase? (?:[\w-]{{1,63}}{_MARKED_DOT}){{1,3}}{_ENDING}",
            rf" at (?:[\w-]{{1,63}} ?dot ?){{1,3}}{_ENDING}",
            rf"(?: at | arobase? | ?@ ?){_MAILBOX} ?(?:[.,]|dot|point) ?{_ENDING}",
            rf"(?: arobase? | ?@ ?){_MAILBOX}",
        )
    )
    + "))",
    re.IGNORECASE,
)
_MAY_SAY_AT = re.compile(r"@|\bat\b|\barobas|[\[(](?:chez|à|a)[\])]", re.IGNORECASE)


def mails(text: str) -> Spans:
    """E-mail addresses, also “jean [at] gmail dot com”."""
    if "@" in text:
        for found in _MAIL.finditer(text):
            yield found.span(found.lastgroup or 0)
    if _MAY_SAY_AT.search(text):
        for found in _SAID_MAIL.finditer(text):
            yield found.span("mail")


# @lea_m, @lea@social.example, @lea.bsky.social, u/lea; no “@5pm”, “@10.50”, “a@b”
_HANDLE = re.compile(
    r"(?<![\w@/])@(?:[^\W\d]\w{0,40}|\d+_?[^\W\d]\w{2,40}|\d{2,20}(?!\w|[.,:]\d| ?[%€$£]| [ap]m\b))"
    r"(?:(?:\.[^\W\dA-Z]\w{0,30}){1,4}|@[\w-]{1,40}(?:\.[\w-]{1,40}){1,4})?"
    r"|(?<![\w/.])/?u/[\w-]{3,20}(?![\w/])"
)


def handles(text: str) -> Spans:
    """Names of accounts on networks, with their sign."""
    if "@" in text or "u/" in text:
        for found in _HANDLE.finditer(text):
            yield found.span()


_V4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
_V6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)
_VERSION = re.compile(r"(?:version|update|release|firmware|build|android|ios|app|\bv)\W{0,3}$", re.IGNORECASE)


def internet(text: str) -> Spans:
    """IP addresses that could be somebody's; neither versions nor addresses within a house."""
    if text.count(".") > 2:
        for found in _V4.finditer(text):
            if _public(found[0]) and not _VERSION.search(text[max(0, found.start() - 15) : found.start()]):
                yield found.span()
    if text.count(":") > 1:
        for found in _V6.finditer(text):
            if _public(found[0]):
                yield found.span()


def _public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
