r"""What is to be read on Reddit, and the Markdown that shows just that.

Checked against snudown (old.reddit.com) and CommonMark: both know a backslash before ``\`*_{}[]()#+-.!:|&<>/^~``,
CommonMark before more, where snudown would show it.
"""

from __future__ import annotations

import html
import re

#: Links and names, which Reddit reads as a whole: a backslash in them would change where they lead.
_WHOLE = re.compile(
    r"(?<!\w)(?:https?://(?=[^\W_])|www\.(?=[^\W_]))(?:[^\s<>\[\]*\\`|^&]|&(?!#?\w+;))+"
    r"|(?<![\w/])/?[ur]/[\w-]+",
    re.IGNORECASE | re.ASCII,
)
_MARKS = re.compile(r"[\\`*_\[\]~^|<>]|&(?=#?\w+;)")
_AT_START = re.compile(r"#|[-+](?=[-+\s]|$)")
_NUMBERED = re.compile(r"([0-9]+)([.)])(?=\s|$)")
_UNDERLINE = re.compile(r"=(?==*$)")
_MARKED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!:|&<>/^~])|&#?\w+;")
_BREAK = "  \n"


def escaped(text: str) -> str:
    """Markdown that shows the text as it is written; spaces at a line's start are lost, as Reddit loses them."""
    paragraphs = re.split(r"\n[^\S\n]*\n\s*", text.replace("\r\n", "\n").strip())
    return "\n\n".join(_BREAK.join(_line(line.strip()) for line in each.split("\n")) for each in paragraphs)


def plain(body: str) -> str:
    """What Markdown without any marks shows; marks that are left stay, as the author typed them."""
    lines = (line.rstrip() for line in body.split("\n"))
    return _MARKED.sub(lambda found: found[1] or html.unescape(found[0]), "\n".join(lines)).strip()


def reads_like(body: str, text: str) -> bool:
    """Whether a comment's Markdown is this text: as we write it, or as a person types it."""
    return _even(body) in {_even(escaped(text)), _even(text)} or _even(plain(body)) == _even(text)


def _line(line: str) -> str:
    if line.startswith("="):
        return _UNDERLINE.sub("&#61;", line, count=1) if _UNDERLINE.match(line) else _inline(line)
    if _AT_START.match(line):
        return "\\" + line[0] + _inline(line[1:])
    if found := _NUMBERED.match(line):
        return f"{found[1]}\\{found[2]}{_inline(line[found.end() :])}"
    return _inline(line)


def _inline(line: str) -> str:
    done, at = [], 0
    for whole in _WHOLE.finditer(line):
        done += [_MARKS.sub(r"\\\g<0>", line[at : whole.start()]), whole[0]]
        at = whole.end()
    return "".join((*done, _MARKS.sub(r"\\\g<0>", line[at:])))


def _even(text: str) -> str:
    return " ".join(text.split())
