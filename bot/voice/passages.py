"""A text's passages: its sentences where they stand, and the same text written evenly, every character in its place."""

from __future__ import annotations

import re
import unicodedata

#: A sentence's end: a stop and a blank, or a new line.
_END = re.compile(r"[.!?…]+[\"”»')\]]*(?=\s|$)|\n")
#: A run without an end is cut: what stands so far apart is not one sentence.
LONGEST_SENTENCE = 600
#: As much of a passage as is quoted.
LONGEST_QUOTE = 160


class _Level(dict[int, str]):
    """Lower case without accents, quotes and dashes straight, look-alike letters plain; each one character long."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
        self[code] = even = plain if len(plain) == 1 else chr(code)
        return even


_LEVEL = _Level({ord(quote): "'" for quote in "’‘ʼ`´"} | {ord(dash): "-" for dash in "–—‑"} | {0xA0: " ", 0x202F: " "})
_LEVEL.update({ord(quote): '"' for quote in "“”„«»″"})


def level(text: str) -> str:
    """The text in small plain letters, of the same length: positions in one are positions in the other."""
    return text.translate(_LEVEL)


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends, in order; blanks around it are left out, empty ones too."""
    ends = [match.end() for match in _END.finditer(text)]
    spans: list[tuple[int, int]] = []
    start = 0
    for end in (*ends, len(text)):
        while start < end:
            cut = min(end, start + LONGEST_SENTENCE)
            spans.append(_bare(text, start, cut))
            start = cut
    return [(start, end) for start, end in spans if start < end]


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - (len(said) - len(said.rstrip()))


def quoted(text: str) -> str:
    """A passage as it is shown: one line, cut where it is long."""
    line = " ".join(text[: 2 * LONGEST_QUOTE].split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1].rstrip() + "…"


def speech(text: str) -> str:
    """The text with blanks for what is in no language: links, handles, who signed, who is greeted by name."""
    return _NO_SPEECH.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    kept = found["said"] or ""
    return kept + " " * (len(found.group()) - len(kept))


_NAME = r"[^\W\d_a-zà-ÿ][\w'’-]{0,30}"
_NO_SPEECH = re.compile(
    r"(?P<said>(?i:\b(?:hi|hello|hey|bonjour|bonsoir|thanks|thank you|sorry|dear|cheers|welcome|congrats|mr|mrs|ms|mme"
    rf"|madame|monsieur)(?: there)?,?) )(?:{_NAME} ?){{1,3}}"
    r"|^(?:Bonjour|Bonsoir|Hello|Hi|Hey|Dear) (?:[^\W\d_][\w'’-]{0,30} ?){1,3}(?=,)"
    r"|https?://\S+|[@#]\w+"
    r"|(?<=[\s.!?])(?:[\^*/~]+ ?\w{1,15}|[-–]+ ?"
    + _NAME
    + r")(?=\s{0,3}(?:\d/\d)?\s{0,3}(?:https?://\S{1,99}\s{0,3})?$)"
    rf"|(?<=\n)(?:{_NAME}[ .]{{0,2}}){{1,3}}(?=\s{{0,9}}$)"
    rf"|(?<=, ){_NAME}(?=\s?[.!?,;:])"
)
