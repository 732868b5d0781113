"""How long a reply is, as each network counts it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from unicodedata import normalize

import regex  # type: ignore[import-untyped,unused-ignore]

from bot.desk.ports import Length


def measure(network: str, text: str) -> Length:
    """The length of a text on a network (a name as in ``Place.network``); no limit where none is known."""
    if count := _OWN_WAY.get(network):
        return count(text)
    return Length(len(text), _LIMITS.get(network))


#: Code points in one reply or comment. Where no page is named the network publishes no figure: a cautious one.
_LIMITS: Mapping[str, int] = {
    "discord": 2_000,  # discord.com/developers/docs/resources/message#create-message
    "slack": 4_000,  # docs.slack.dev/reference/methods/chat.postMessage: longer texts may be split, or cut
    "play": 350,  # "approximately": developers.google.com/android-publisher/api-ref/rest/v3/reviews/reply
    "appstore": 5_970,  # the form of App Store Connect
    "facebook": 8_000,
    "instagram": 2_200,
    "reddit": 10_000,
    "tiktok": 150,
    "youtube": 10_000,
    "linkedin": 1_250,
}


def _on_x(text: str) -> Length:
    """280 in weight: docs.x.com/fundamentals/counting-characters, and twitter-text's ``config/v3.json``."""
    text = normalize("NFC", text)
    if _MAY_LINK.search(text):
        text = _X_LINK.sub(_LINK_OF_23, text)
    if _JOINS_EMOJI.search(text):
        text = _EMOJI.sub(_EMOJI_OF_2, text)
    return Length(len(text) + len(_HEAVY.findall(text)), 280)


def _on_bluesky(text: str) -> Length:
    """300 graphemes and 3,000 bytes of UTF-8: the lexicon of ``app.bsky.feed.post``. The nearer limit counts."""
    graphemes, size = _graphemes(text), _bytes(text)
    if size * 300 > graphemes * 3_000:
        return Length(size, 3_000, "bytes")
    return Length(graphemes, 300, "graphemes")


def _on_mastodon(text: str) -> Length:
    """500 where the instance says nothing else; a link is 23, a mention only its name.

    docs.joinmastodon.org/user/posting, and ``StatusLengthValidator``, which counts graphemes.
    """
    if "://" in text:
        text = _HTTP_LINK.sub(_LINK_OF_23, text)
    if "@" in text:
        text = _REMOTE_MENTION.sub(r"\1", text)
    return Length(_graphemes(text), 500)


def _on_google(text: str) -> Length:
    """4,096 bytes: ``ReviewReply.comment`` of the Google Business Profile API."""
    return Length(_bytes(text), 4_096, "bytes")


_OWN_WAY: Mapping[str, Callable[[str], Length]] = {
    "x": _on_x,
    "bluesky": _on_bluesky,
    "mastodon": _on_mastodon,
    "google": _on_google,
}


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _graphemes(text: str) -> int:
    alone = len(text) - text.count("\r\n")
    if not _BEYOND.search(text):
        return alone
    return alone - sum(len(piece) - len(_GRAPHEME.findall(piece)) for piece in _MAY_JOIN.findall(text))


# Up to U+02FF, and in the punctuation and currencies listed, every character stands alone, unless one from beyond
# touches it: only such pieces need \X, which is slow.
_ALONE = r"\x00-\u02ff\u2010-\u2027\u202f-\u205f\u20a0-\u20bf"
_BEYOND = re.compile(rf"[^{_ALONE}]")
_MAY_JOIN = re.compile(rf"[{_ALONE}]?[^{_ALONE}]+(?:[{_ALONE}][^{_ALONE}]+)*[{_ALONE}]?")
_GRAPHEME = regex.compile(r"\X")

_LINK_OF_23 = "x" * 23
_EMOJI_OF_2 = "\N{GRINNING FACE}"
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
# A lone emoji is one heavy code point: only what these glue together needs the slower pattern.
_JOINS_EMOJI = re.compile("[\u200d\u20e3\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_ONE_EMOJI = r"(?:\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?[\U000e0020-\U000e007f]*)"
_EMOJI = regex.compile(
    rf"\p{{Regional_Indicator}}{{2}}|[#*0-9]\ufe0f?\u20e3|(?![©®](?!\ufe0f)){_ONE_EMOJI}(?:\u200d{_ONE_EMOJI})*"
)

# The rules of twitter-text: without a scheme, only a known ending makes a link, and a country's
# needs a subdomain or a path. Mastodon takes the same links, but only with their scheme.
_LETTER = r"a-z0-9_\u00c0-\u024f"
_LABEL = rf"[{_LETTER}-]++\."
_ENDING = (
    "com|net|org|info|biz|name|pro|mobi|app|dev|shop|store|online|site|tech|blog|cloud|page|link|live|help|support"
    "|care|social|agency|club|travel|news|media|paris|brussels|swiss|bzh|corsica|alsace|quebec|co|tv"
)
_DONE = r"(?![a-z0-9@+-])"
_PATH = rf"{_LETTER}\u0400-\u04ff!*';:=+,.$/%#\[\]~@|&-"
_QUERY = r"a-z0-9_!?*'@();:&=+$/%#\[\].,~|-"
_TAIL = (
    rf"(?::[0-9]+)?(?:/[{_PATH}]*(?:\([{_PATH}]*\)[{_PATH}]*)*(?<=[{_LETTER}\u0400-\u04ff=#/+)-]))?"
    rf"(?:\?[{_QUERY}]*(?<=[a-z0-9_&=#/-]))?"
)
_MAY_LINK = re.compile(r"\.\w")
_HTTP_LINK = re.compile(rf"(?<![a-z0-9@＠$#＃])https?://(?:{_LABEL})+[a-z]{{2,}}{_DONE}{_TAIL}", re.IGNORECASE)
_X_LINK = re.compile(
    rf"{_HTTP_LINK.pattern}|(?<![{_LETTER}@＠$#＃./-])"
    rf"(?:(?:{_LABEL}){{2,}}[a-z]{{2}}{_DONE}|(?:{_LABEL})+(?:{_ENDING}){_DONE}|{_LABEL}[a-z]{{2}}(?=/)){_TAIL}",
    re.IGNORECASE,
)
_REMOTE_MENTION = re.compile(r"(?<![=/\w])(@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@\w+(?:[.-]+\w+)*", re.IGNORECASE)
