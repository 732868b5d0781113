"""Discord's way of writing -> what a person reads, and back: mentions, emoji, times, masked links, markdown."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

from bot.chat.texts import clean
from bot.chat.writing import Writing
from bot.network.links import find_link

#: Links of one message that are looked at.
MOST_LINKS = 50
_NOBODY: Mapping[str, str] = MappingProxyType({})


# What we send


def inert(text: str) -> str:
    """As it stands, where Discord reads markdown: no ping, no format, no link, not even a bare one.

    A backslash makes any sign literal (support.discord.com, "Markdown Text 101"). ``discord.utils.escape_markdown``
    leaves masked links, numbered lists, ``<t:1>``, emoji and what looks like a link as they are. Discord still looks
    for ``@everyone`` behind a backslash: what we send says ``allowed_mentions`` none as well.
    """
    return _NUMBER.sub(r"\1\\.", _BEGINNING.sub(r"\1\\\2", _SIGN.sub(r"\\\g<0>", text)))


def escape(text: str) -> str:
    """``inert``, but a bare http(s) link can be followed; Discord draws no preview of it."""
    said, at = "", 0
    for found in _BARE.finditer(text):
        if link := find_link(found[0]):
            said += f"{inert(text[at : found.start()])}<{link}>"
            at = found.start() + len(link)
    return said + inert(text[at:])


# a block begins where a line does, for JavaScript's idea of lines
_LINE = r"((?:\A|(?<=[\n\r\x0b\x0c\x85\u2028\u2029]))[^\S\n\r\x0b\x0c\x85\u2028\u2029]*)"
_SIGN = re.compile(r"[\\*_~`|\[<@]|:(?=//)")
_BEGINNING = re.compile(rf"{_LINE}([#>+-])")
_NUMBER = re.compile(rf"{_LINE[:-1]}[0-9]+)\.")


# What people wrote


def plain(text: str, names: Mapping[str, str] = _NOBODY) -> str:
    """Discord's text as a person reads it; the asterisks and underscores of customers stay as they typed them.

    ``names`` are of whom and what is mentioned: ``@`` and a person's id, ``&`` a role's, ``#`` a channel's. Who is
    not among them keeps the id.
    """
    return clean(_TOKEN.sub(partial(_read, names), _SPOILER.sub(r"\1", text)))


_SPOILER = re.compile(r"(?<!\\)\|\|(.+?)(?<!\\)\|\|", re.DOTALL)
_MASKED = (
    r"\[(?P<label>[^\[\]\n]{1,300})\]\("
    r"<?(?P<to>https?://(?:[^\s<>()]|\([^\s<>()]{0,300}\)){1,2000})>?(?:[ ]+\"[^\"\n]{0,300}\")?[ ]?\)"
)
_TOKEN = re.compile(
    rf"{_MASKED}"
    r"|<(?:https?://|mailto:|tel:|sms:)[^\s<>]+>"
    r"|https?://[^\s<>|]+"  # a backslash or an underscore in it is its own
    r"|<(?P<sign>@[!&]?|#)(?P<id>[0-9]{1,20})>"
    r"|<a?(?P<emoji>:\w{1,64}:)[0-9]{1,20}>"
    r"|<t:(?P<time>-?[0-9]{1,14})(?::(?P<style>[A-Za-z]))?>"
    r"|<(?P<command>/[^<>:\n]{1,120}):[0-9]{1,20}>"
    r"|<id:(?P<page>[a-z-]{1,40})(?::[0-9]{1,20})?>"
    r"|¯\\_\(ツ\)_/¯"  # Discord draws it whole
    r"|\\(?P<literal>[^0-9A-Za-z\s])",
    re.IGNORECASE,
)


def _read(names: Mapping[str, str], token: re.Match[str]) -> str:
    match token.lastgroup:
        case "to" | "label":
            return _unmasked(plain(token["label"], names), token["to"])
        case "id":
            return _mentioned(token["sign"], token["id"], names)
        case "time" | "style":
            return _time(int(token["time"]), token["style"] or "f") or token[0]
        case "page":
            return "#" + token["page"]
        case "emoji" | "command" | "literal" as kind:
            return token[kind]
        case _:
            whole = token[0].strip("<>")
            return whole.removeprefix("mailto:").removeprefix("tel:").removeprefix("sms:")


def _unmasked(label: str, link: str) -> str:
    """Who reads ``[here](https://…)`` must see where it leads; ``[@acme](https://x.com/acme)`` says it."""
    bare = re.sub(r"^https?://(?:www\.)?|/$", "", link)
    if label.startswith(("@", "#")) or label.rstrip("/").endswith(bare):
        return label
    return f"{label} ({link})"


def _mentioned(sign: str, number: str, names: Mapping[str, str]) -> str:
    kind = {"@!": "@", "@&": "&"}.get(sign, sign)
    return sign[0] + names.get(f"{kind}{number}", number)


def _time(seconds: int, style: str) -> str:
    try:
        found = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    if style in {"d", "D"}:
        return f"{found:%Y-%m-%d}"
    return f"{found:%H:%M} UTC" if style in {"t", "T"} else f"{found:%Y-%m-%d %H:%M} UTC"


def links(text: str) -> list[str]:
    """The http(s) links of a text in their order, once each, masked ones too."""
    found = filter(None, (_target(link) for link in _LINK.finditer(text)))
    return list(dict.fromkeys(found))[:MOST_LINKS]


def without(text: str, gone: Collection[str]) -> str:
    """The text, still as Discord writes it, without these links."""
    if not gone:
        return text
    left = _LINK.sub(lambda link: _rest(link) if _target(link) in gone else link[0], text)
    left = re.sub(r"\|\|\s*\|\|", "", left)
    return re.sub(r"[ \t]{2,}", " ", left).strip()


_BARE = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_LINK = re.compile(rf"{_MASKED}|<(?P<auto>https?://[^\s<>]+)>|{_BARE.pattern}", re.IGNORECASE)


def _target(link: re.Match[str]) -> str:
    return link["to"] or link["auto"] or find_link(link[0])


def _rest(link: re.Match[str]) -> str:
    return "" if link["to"] or link["auto"] else link[0][len(find_link(link[0])) :]


def writing(names: Mapping[str, str] = _NOBODY) -> Writing:
    """For what reads complaints out of any chat's words; ``names`` as for ``plain``."""
    return Writing(network="discord", plain=partial(plain, names=names), links=links, without=without)
