"""What may not leave the house. Each check names what it found, quotes it, and says it in a sentence.

The protocol says whether a check warns or blocks; a text that is empty or too long always blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, normalize
from weakref import WeakKeyDictionary

from bot.desk.case import Case, Finding, Level, Remark
from bot.desk.ports import Length
from bot.voice.house import House
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
}
#: Findings of one check that are told; a text with more is mended from these.
MOST = 5

Found = Iterator[tuple[str, dict[str, object]]]


def check(house: House, case: Case, text: str, length: Length) -> tuple[Finding, ...]:
    """All findings, blocks first. ``length`` is that of the signed text on the case's network."""
    if _blank(house, text):
        return (_finding(Level.BLOCK, "empty"),)
    text = _INVISIBLE.sub("", text)
    found = [*_in_text(house, text, case.lang, case.topic), *_told(house, "mention", _mentions(house, text, case))]
    if not length.fits:
        found.append(_finding(Level.BLOCK, "length", used=length.used, limit=length.limit, unit=length.unit))
    return tuple(sorted(found, key=lambda finding: not finding.blocks))


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
    yield from _told(house, "link", _links(house, text))
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


_DOTTED = re.compile(r"[.．]\w|:[/\\]|@")
_REST = r"[^\s<>()\[\]\"“”«»|]{0,2000}"
_HOST = r"(?:[\w-]{1,63}\.){1,30}(?P<last>[^\W\d_]{2,24})(?![\w-]|\.\w)"
_LINK = re.compile(
    rf"(?P<full>(?<!\w)\w{{2,20}}:[/\\]{{2}}{_REST}|(?<!\w)www\.{_REST})"
    rf"|(?<![\w.+@-])(?P<mail>[\w.+-]{{1,64}})@{_HOST.replace('last', 'end')}"
    rf"|(?<![\w@-])(?<!\w\.){_HOST}(?P<path>(?::\d+)?[/\\?#]{_REST})?",
    re.IGNORECASE,
)
#: Endings that make a link of “evil.com” even without a path; none is a word that may follow a forgotten blank.
_ENDING = re.compile(
    "com|net|org|info|biz|eu|fr|be|ch|ca|lu|uk|ie|de|nl|pl|cz|dk|ru|cn|jp|io|co|ly|gl|gg|tv|cc|ws|app|dev|shop|store"
    "|online|site|xyz|top|club|link|click|page|website|cloud|blog|example",
    re.IGNORECASE,
)
_PLAIN_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?P<host>[\w.-]+?)\.?(?::(?:80|443))?(?P<path>[/?#].*)?", re.IGNORECASE
)


def _links(house: House, text: str) -> Found:
    if not _DOTTED.search(text):
        return
    found = (
        match.group().rstrip(".,;:!?'’…*_~`") for match in _LINK.finditer(normalize("NFKC", text)) if _is_link(match)
    )
    for link in dict.fromkeys(found):
        if not any(_under(link, allowed) for allowed in house.rules.links):
            yield link[:100], {}


def _is_link(match: re.Match[str]) -> bool:
    """Whether it would be one on a network: “M.Dupont” and “etc.” would not."""
    last = match["last"]
    if last is None or (last.islower() and match["path"]):
        return True
    return not last.istitle() and _ENDING.fullmatch(last) is not None


def _under(link: str, allowed: str) -> bool:
    """Whether a link is on an allowed site, below an allowed page, or an address there."""
    if link.lower() == allowed.lower():
        return True
    name, at, domain = link.rpartition("@")
    address = at and re.fullmatch(r"[\w.+-]+", name)
    here, there = _PLAIN_LINK.fullmatch((domain if address else link).lower()), _PLAIN_LINK.fullmatch(allowed.lower())
    if not here or not there:
        return False
    on_site = here["host"] == there["host"] or here["host"].endswith(f".{there['host']}")
    return on_site and _below(here["path"] or "", (there["path"] or "").rstrip("/"))


def _below(path: str, allowed: str) -> bool:
    if not allowed:
        return True
    return not _UP.search(path) and path.startswith(allowed) and path[len(allowed) : len(allowed) + 1] in {*"/?#&", ""}


_UP = re.compile(r"\.\.|%2e", re.IGNORECASE)
_SIGNS = re.compile(r"[@＠<]|u/")
_URL = re.compile(rf"https?://{_REST}")
# what notifies people wherever it stands, in Slack's and Discord's own writing too
_PING = re.compile(
    r"<(?:!|@[!&]?|#)\w[^>\n]{0,100}>|(?<!\w)@(?:everyone|here|channel)\b|@(?:everyone|here|channel)\b(?!\.\w)",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w/])@\w+(?:[.-]\w+)*(?:@\w+(?:[.-]\w+)*)?|(?<![\w/])/?u/[\w-]{3,20}")


def _mentions(house: House, text: str, case: Case) -> Found:
    if not _SIGNS.search(text):
        return
    text = normalize("NFKC", _URL.sub(" ", text))
    allowed = {name.lower().lstrip("@/") for name in (*house.rules.mentions, case.complaint.author)}
    for match in _PING.finditer(text):
        yield match.group(), {}
    for match in _MENTION.finditer(_PING.sub(" ", text)):
        if match.group().lower().lstrip("@/") not in allowed:
            yield match.group()[:100], {}


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
