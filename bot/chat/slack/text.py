"""Slack's way of writing -> what a person reads, and back: entities, <links|labels>, mentions, blocks, emoji."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rich.emoji import Emoji

from bot.chat.payload import inner, maps, words
from bot.chat.texts import clean
from bot.chat.writing import Writing
from bot.network.links import find_link

#: Links of one message that are looked at.
MOST_LINKS = 50
_DEEPEST = 12  # blocks within blocks; Slack nests four deep


def escape(text: str) -> str:
    """As it stands, in a text that Slack reads as mrkdwn: no ping, no link (docs.slack.dev, "Escaping text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inert(text: str) -> str:
    """``escape``, and no bold, italics, strike, code or quote either.

    Slack knows no way to write a literal ``*``: a sign that looks alike stands for it. Prefer rich_text or plain_text.
    """
    return _MARKS.sub(lambda mark: _LIKE[mark[0]], escape(_QUOTE.sub("›", text)))


_LIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
_MARKS = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)|(?<=_)_|_(?=_)")
_QUOTE = re.compile(r"^>", re.MULTILINE)


def plain(mrkdwn: str) -> str:
    """Slack's text as a person reads it: labels for links, names for mentions, real signs for entities and emoji."""
    return clean(emoji(unescape(_TOKEN.sub(_label, mrkdwn))))


def rich(blocks: object) -> str:
    """What a message's blocks say, buttons and pictures left out."""
    return plain(marked(blocks))


_TOKEN = re.compile(r"<([^<>]+)>")


def unescape(text: str) -> str:
    """The three entities of Slack's as signs again; customers' own stay as they typed them."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _label(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    match target[0:1]:
        case "@" | "#":
            return target[0] + (label.lstrip("@#") or target[1:])
        case "!":
            return _special(target[1:], label)
        case _ if _LINKISH.match(target):
            return label or target.removeprefix("mailto:").removeprefix("tel:")
        case _:
            return token[0]


def _special(target: str, label: str) -> str:
    kind, *rest = target.split("^")
    if kind in {"here", "channel", "everyone"}:
        return "@" + kind
    return label or "@" + (rest[0] if rest else kind)  # a user group, or a date with its fallback


_LINKISH = re.compile(r"(?:https?|ftp|slack)://|mailto:|tel:", re.IGNORECASE)


def emoji(text: str) -> str:
    """Slack stores the 🙏 that a customer wrote as ``:pray:``: the sign again; what is no standard name stays."""
    return _CODE.sub(_sign, text) if ":" in text else text


# a name of one or two letters right behind a word is rather a clock or a reference: 10:30:00, ref:id:4
_CODE = re.compile(r"https?://\S+|(?<!\w):[a-z0-9_+'-]{1,60}:|(?<![0-9]):[a-z][a-z0-9_+'-]{2,60}:")
_FLAG = re.compile(r":flag-([a-z]{2}):")
_TONE = re.compile(r":skin-tone-([2-6]):")


def _sign(code: re.Match[str]) -> str:
    if flag := _FLAG.fullmatch(code[0]):
        return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in flag[1])
    if tone := _TONE.fullmatch(code[0]):
        return chr(0x1F3F9 + int(tone[1]))
    return Emoji.replace(code[0])


def links(mrkdwn: str) -> list[str]:
    """The http(s) links of a text in their order, once each."""
    found = filter(None, (_target(link) for link in _LINK.finditer(mrkdwn)))
    return list(dict.fromkeys(found))[:MOST_LINKS]


def without(mrkdwn: str, gone: Collection[str]) -> str:
    """The text, still as Slack writes it, without these links."""
    if not gone:
        return mrkdwn
    left = _LINK.sub(lambda link: _rest(link) if _target(link) in gone else link[0], mrkdwn)
    return re.sub(r"[ \t]{2,}", " ", left).strip()


_LINK = re.compile(r"<(https?://[^<>|]+)(?:\|[^<>]*)?>|https?://[^\s<>|]+", re.IGNORECASE)


#: For what reads complaints out of any chat's words.
WRITING = Writing(network="slack", plain=plain, links=links, without=without)


def _target(link: re.Match[str]) -> str:
    return unescape(link[1] or find_link(link[0]))


def _rest(link: re.Match[str]) -> str:
    return "" if link[1] else link[0][len(find_link(link[0])) :]


def marked(blocks: object) -> str:
    """Blocks as one text that is written like any other of Slack's, so that ``plain`` and ``links`` read it."""
    return "\n".join(filter(None, (_block(block).strip("\n") for block in maps(blocks))))


def _block(block: Mapping[str, Any]) -> str:
    match words(block, "type"):
        case "rich_text":
            return _joined(block, 0)
        case "section":
            return "\n".join(filter(None, [_object(inner(block, "text")), *map(_object, maps(block.get("fields")))]))
        case "context":
            return " ".join(filter(None, map(_object, maps(block.get("elements")))))
        case "header":
            return _object(inner(block, "text"))
        case "markdown":
            return words(block, "text")
        case _:
            return ""


def _object(text: Mapping[str, Any]) -> str:
    said = words(text, "text")
    return said if words(text, "type") == "mrkdwn" else said.replace("<", "&lt;").replace(">", "&gt;")


def _joined(block: Mapping[str, Any], depth: int) -> str:
    """The parts of a rich text; each of lists, quotes and sections begins a line."""
    if depth > _DEEPEST:
        return ""
    said = ""
    for part in maps(block.get("elements")):
        kind = words(part, "type")
        if kind.startswith("rich_text_"):
            said += "\n" if said and not said.endswith("\n") else ""
            said += "\n".join(_items(part, depth)) if kind == "rich_text_list" else _joined(part, depth + 1)
        else:
            said += _element(kind, part)
    return said


def _items(block: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = block.get("indent")
    margin = "    " * min(indent, _DEEPEST) if isinstance(indent, int) else ""
    for number, item in enumerate(maps(block.get("elements")), 1):
        sign = f"{number}." if words(block, "style") == "ordered" else "•"
        yield f"{margin}{sign} {_joined(item, depth + 1)}"


def _element(kind: str, part: Mapping[str, Any]) -> str:
    match kind:
        case "text":
            return escape(words(part, "text"))
        case "link":
            label = escape(words(part, "text"))
            return f"<{words(part, 'url')}{'|' if label else ''}{label}>"
        case "emoji":
            return _drawn(words(part, "unicode")) or f":{words(part, 'name')}:"
        case "user" | "channel" | "usergroup":
            sign = {"user": "@", "channel": "#", "usergroup": "!subteam^"}[kind]
            return f"<{sign}{words(part, f'{kind}_id')}>"
        case "broadcast":
            return f"<!{words(part, 'range')}>"
        case _:
            return escape(words(part, "fallback"))  # a date; what Slack adds later


def _drawn(unicode: str) -> str:
    codes = unicode.split("-")[:12]
    if not all(re.fullmatch(r"[0-9a-fA-F]{2,5}", code) for code in codes):
        return ""
    return "".join(chr(int(code, 16)) for code in codes)
