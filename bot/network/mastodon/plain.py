"""A post's HTML as the text that people read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from unicodedata import normalize

#: What begins on a line of its own; a paragraph and the like have an empty line between them.
_LINES = frozenset({"div", "li", "ul", "ol", "tr", "pre"})
_PARAGRAPHS = frozenset({"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style"})
_MENTIONS = re.compile(r"^(?:\s*@[\w.-]+(?:@[\w.-]+)?[,:]?(?=\s|$))+", re.ASCII)


def plain(html: str) -> str:
    """Text with its line breaks; a link is its address, after its words where these say something else."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(reader.said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_mentions(text: str) -> str:
    """A text without the names to which it is addressed."""
    return _MENTIONS.sub("", text).strip()


def skeleton(text: str) -> str:
    """What of a text survives every server: its letters and digits; of one that has none, its other characters.

    Servers draw quotes, emphasis, lists and links their own way; the names in front may lack their server.
    """
    bare = normalize("NFKC", without_mentions(text)).casefold()
    return "".join(filter(str.isalnum, bare)) or "".join(bare.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._link: tuple[str, int] | None = None  # where it leads, and where its words begin
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.said.append("\n")
        elif tag in _LINES or tag in _PARAGRAPHS:
            self._break(tag)
        elif tag == "img":
            self.said.append(told.get("alt", ""))
        elif tag == "a" and not {"mention", "hashtag"} & set(told.get("class", "").split()):
            self._link = (told.get("href", ""), len(self.said))
        if tag == "li":
            self.said.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _LINES or tag in _PARAGRAPHS:
            self._break(tag)
        elif tag == "a" and self._link:
            href, begins = self._link
            words = "".join(self.said[begins:])
            self.said[begins:] = [_linked(words, href)]
            self._link = None

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.said.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        """What follows stands on a new line; breaks that stand there already count."""
        said = "".join(self.said[-3:]).rstrip(" ")
        there = len(said) - len(said.rstrip("\n"))
        self.said.append("\n" * ((2 if tag in _PARAGRAPHS else 1) - there))


def _linked(words: str, href: str) -> str:
    shown = words.strip()
    if not href.startswith(("http://", "https://")) or _bare(shown) == _bare(href):
        return words
    if not shown or _bare(href).startswith(_bare(shown.rstrip("…"))):
        return href
    return f"{words} ({href})"


def _bare(address: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", address.strip(), flags=re.IGNORECASE).rstrip("/").casefold()
