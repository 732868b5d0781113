"""Links and mentions in a reply that the brand does not list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

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


def unlisted_links(text: str, listed: Iterable[str]) -> Iterator[str]:
    """The links and e-mail addresses of a text that are on no listed site, each once."""
    if not _DOTTED.search(text):
        return
    found = (
        match.group().rstrip(".,;:!?'’…*_~`") for match in _LINK.finditer(normalize("NFKC", text)) if _is_link(match)
    )
    for link in dict.fromkeys(found):
        if not any(_under(link, allowed) for allowed in listed):
            yield link[:100]


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


def unlisted_mentions(text: str, listed: Iterable[str]) -> Iterator[str]:
    """The people and rooms that a text names beside the listed ones, each once; a ping is never listed."""
    if not _SIGNS.search(text):
        return
    text = normalize("NFKC", _URL.sub(" ", text))
    allowed = {name.lower().lstrip("@/") for name in listed}
    yield from dict.fromkeys(match.group() for match in _PING.finditer(text))
    for name in dict.fromkeys(match.group() for match in _MENTION.finditer(_PING.sub(" ", text))):
        if name.lower().lstrip("@/") not in allowed:
            yield name[:100]
