"""A template's file as text: read, given another body, written anew; and what changed between two texts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from bot.voice.template import split
from bot.voice.yamlfile import Broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One template as it stands in the files, good or broken.

    ``version`` is that of ``ReplyTemplate``; ``text`` the whole file and ``body`` what is below the front matter, lines
    ended by ``\\n``; ``body_line`` where the body begins in the file. ``inherited``: the file lies in prompts/ itself,
    and saving makes a copy of the brand's own. ``variables`` are the names that the text may use.

    A ``part`` is a section of the model's prompt: ``below`` is what follows it in the file, ``version`` its body's.
    """

    brand: str
    name: str
    path: Path
    topic: str
    lang: str
    text: str
    body: str
    body_line: int
    version: str
    modified_at: datetime
    inherited: bool
    variables: tuple[str, ...]
    triggers: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    part: bool = False
    below: str = ""
    raw: bytes = field(repr=False, compare=False)

    def with_body(self, body: str) -> str:
        """The whole file's text with another body."""
        return _joined(self.text[: self.start], tidied(body), "\n") + self.below

    @property
    def start(self) -> int:
        """Where the body begins in the text."""
        return len(self.text) - len(self.below) - len(self.body)

    @property
    def seen(self) -> str:
        """The text that must still stand there when another is saved."""
        return self.body if self.part else self.text

    def written(self, body: str) -> bytes:
        """The file with another body: every byte above it stays, and its lines end as the file's first one does."""
        raw = self.raw.decode()
        ends = [found.end() for found in _LINE_END.finditer(raw)]
        above = (ends[self.body_line - 2] if self.body_line > 1 else 0) if self.body else len(raw)
        first = _LINE_END.search(raw)
        below = raw[ends[self.body_line + self.body.count("\n") - 2] :] if self.below else ""
        return (_joined(raw[:above], tidied(body), first.group() if first else "\n") + below).encode()


_LINE_END = re.compile("\r\n|\r|\n")


def tidied(body: str) -> str:
    """The text as it is saved: lines ended by ``\\n``, no empty line before it, one end of line behind it."""
    return re.sub(r"\A(?:[ \t]*\n)+", "", _LINE_END.sub("\n", body)).rstrip(" \t\n") + "\n"


def body_of(text: str, path: Path) -> str:
    """What stands below the front matter; all of it where there is none."""
    try:
        return split(text, path)[2]
    except Broken:
        return text


def _joined(head: str, body: str, line_end: str) -> str:
    return head + (line_end if head and head[-1] not in "\r\n" else "") + body.replace("\n", line_end)


# New files

# what does not stand for itself between double quotes
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')


def front_matter(topic: str, lang: str, triggers: Iterable[str], examples: Iterable[str], absent: Iterable[str]) -> str:
    """The lines above a new template's text; ``absent`` are the variables that it uses and that may be absent."""
    needs = ", ".join(f"{name}?" for name in absent)
    return "\n".join(
        [
            *("---", f"topic: {topic}", f"lang: {lang}"),
            *_listed("triggers", triggers),
            *_listed("examples", examples),
            *([f"needs: [{needs}]"] if needs else []),
            *("---", ""),
        ]
    )


def phrases(said: Iterable[str]) -> tuple[str, ...]:
    """Each phrase once, without blanks around it."""
    return tuple(dict.fromkeys(phrase.strip() for phrase in said if phrase.strip()))


def _listed(key: str, said: Iterable[str]) -> list[str]:
    lines = [f"  - {_quoted(phrase)}" for phrase in said]
    return [f"{key}:", *lines] if lines else []


def _quoted(text: str) -> str:
    return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), text) + '"'


def _escape(character: str) -> str:
    return f"\\{character}" if character in '"\\' else f"\\U{ord(character):08X}"


# What changed


def difference(before: str, after: str, context: int = 1, most: int = 2_000) -> str:
    """What changed, for people: ``-`` before what went, ``+`` before what came; empty when nothing did.

    Sentence by sentence, as a reply is often a single line; at most ``most`` characters.
    """
    changed = difflib.unified_diff(_sentences(before), _sentences(after), n=context)
    told = "\n".join(islice(map(_told, islice(changed, 2, None)), 1, None))
    return told if len(told) <= most else told[: most - 1].rstrip() + "…"


def _told(line: str) -> str:
    return "…" if line.startswith("@@") else f"{line[0]} {line[1:].rstrip()}"


def _sentences(text: str) -> list[str]:
    lines = text.lstrip("\n").rstrip(" \t\n").split("\n")
    return [sentence for line in lines for sentence in _SENTENCE_END.split(line + "\n")]


_SENTENCE_END = re.compile(r"(?<=[.!?…] )(?=\S)")
