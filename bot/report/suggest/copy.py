"""prompts/ copied aside: proposals are tried in the copy, and what differs in the end is the diff."""

from __future__ import annotations

import difflib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from bot.desk.case import Case, Complaint
from bot.desk.desk import SOMEBODY
from bot.errors import PromptsError
from bot.report.suggest.proposal import NEVER, VOICE, Proposal
from bot.report.versions import LengthOf
from bot.voice.checks import check
from bot.voice.house import House
from bot.voice.library import Library
from bot.voice.template import ReplyTemplate, split
from bot.voice.yamlfile import Broken

#: Above the lines that are added to never.md and voice.md.
HEADING = "## From the team’s edits / D’après les corrections de l’équipe"
#: Where a template that names no network is measured: the narrowest of the common ones.
NARROWEST = "x"
_COPIED = frozenset({".md", ".yaml", ".j2"})


@dataclass(frozen=True, slots=True)
class _Text:
    """A file's text with plain line ends, and how it is written."""

    text: str = ""
    bom: bool = False
    line_end: str = "\n"

    @classmethod
    def of(cls, raw: bytes) -> _Text | None:
        """None for a file whose bytes would not come back."""
        decoded = raw.decode("utf-8-sig")
        bom, end = raw.startswith(b"\xef\xbb\xbf"), "\r\n" if "\r\n" in decoded else "\n"
        found = cls(decoded.replace("\r\n", "\n"), bom, end)
        return found if found.written() == raw else None

    def written(self) -> bytes:
        return (b"\xef\xbb\xbf" if self.bom else b"") + self.text.replace("\n", self.line_end).encode()


class Copy:
    """One brand's prompts in a folder of our own, gone in the end. A context manager."""

    def __init__(self, library: Library, brand: str, length_of: LengthOf) -> None:
        self._from = library.root
        self._brand = brand
        self._length_of = length_of
        self._own = library.folders(brand)[0].relative_to(library.root)
        self._folders = [folder.relative_to(library.root) for folder in library.folders(brand)]

    def __enter__(self) -> Self:
        self._temporary = TemporaryDirectory(prefix="portevoix-")
        self.root = Path(self._temporary.name) / "prompts"
        shutil.copytree(self._from, self.root, ignore=_others, symlinks=True)
        self.library = Library.load(self.root)
        self._wrong = set(self._problems(self.library))
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.cleanup()

    def text(self, path: str) -> str:
        """A file as the brand uses it, its own or the one of prompts/ itself; empty where there is none."""
        return (self._read(path) or _Text()).text

    def take(self, proposal: Proposal) -> str:
        """Take a proposal in; why it cannot be, in English, else empty."""
        if proposal.path not in self._files():
            return "there is no such file."
        before = self._read(proposal.path)
        if before is None:
            return "the file is a link, or its line ends are mixed: please change it by hand."
        after, reason = _with(before, proposal)
        if reason:
            return reason
        own = self.root / self._own / proposal.path
        kept = own.read_bytes() if own.exists() else None
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_bytes(after.written())
        reason = self._objection()
        if reason:
            self._put_back(own, kept)
        return reason

    def _files(self) -> set[str]:
        return {NEVER, VOICE, *(f"templates/{name}.md" for name in self.library.house(self._brand).templates)}

    def _read(self, path: str) -> _Text | None:
        files = (self.root / folder / path for folder in self._folders)
        found = next((file for file in files if os.path.lexists(file)), None)
        if found is None:
            return _Text()
        return None if found.is_symlink() or found.parent.is_symlink() else _Text.of(found.read_bytes())

    def _put_back(self, own: Path, kept: bytes | None) -> None:
        if kept is None:
            own.unlink()
        else:
            own.write_bytes(kept)

    # Checking

    def _objection(self) -> str:
        """What is wrong in the copy now and was not before, empty where nothing is."""
        try:
            library = Library.load(self.root)
        except PromptsError as error:
            return str(error)
        wrong = next((says for says in self._problems(library) if says not in self._wrong), None)
        if wrong is None:
            self.library = library
        return wrong[1] if wrong else ""

    def _problems(self, library: Library) -> Iterator[tuple[str, str]]:
        """Where something is wrong, and what: the library's strict reading, then what blocks a template's own text."""
        for problem in library.problems:
            yield problem.path.name, problem.says
        house = library.house(self._brand)
        for template in house.templates.values():
            yield from ((template.name, says) for says in self._blocks(house, template))

    def _blocks(self, house: House, template: ReplyTemplate) -> Iterator[str]:
        for network in template.front.networks or [NARROWEST]:
            for author in ("", "Maximilienne"):
                case, text = _tried(house, template, author, network)
                length = self._length_of(case.complaint, house.brand.sign(text, SOMEBODY))
                found = check(house, case, text, length)
                yield from (f"{template.name} would be blocked: {one.remark}" for one in found if one.blocks)

    # The diff

    def diff(self, path: str) -> str:
        """What has become of a file, as ``git apply`` and ``patch -p1`` take it in the folder of prompts."""
        name = (self._own / path).as_posix()
        before, after = self._from / name, self.root / name
        old = before.read_bytes().decode() if before.exists() else ""
        return unified(name, old, after.read_bytes().decode(), new=not before.exists())


def _with(before: _Text, proposal: Proposal) -> tuple[_Text, str]:
    """The text with the proposal, or why it cannot be."""
    editable = _editable(before.text, proposal.path)
    head = before.text[: len(before.text) - len(editable)]
    if not proposal.passage and proposal.path not in (NEVER, VOICE):
        return before, "a template has no list to add to."
    if proposal.passage and editable.count(proposal.passage) != 1:
        return before, "the passage does not stand there, or more than once."
    if proposal.passage:
        changed = _replaced(editable, proposal.passage, proposal.instead)
    else:
        changed = _appended(editable, proposal.instead)
    if changed == editable:
        return before, "nothing would change."
    return _Text(head + changed, before.bom, before.line_end), ""


def unified(name: str, old: str, new_text: str, *, new: bool = False) -> str:
    """One file's diff; without git's own header it may be applied in a folder below a repository's top, too."""
    end = "\t" if " " in name else ""
    source = "/dev/null" if new else f"a/{name}{end}"
    lines = difflib.unified_diff(_lines(old), _lines(new_text), source, f"b/{name}{end}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _others(folder: str, names: list[str]) -> set[str]:
    """What is no prompt, or hidden, is not copied."""
    kept = {name for name in names if (Path(folder) / name).is_dir() or Path(name).suffix in _COPIED}
    return {name for name in names if name not in kept or name.startswith(".") or name == "cases"}


def _editable(text: str, path: str) -> str:
    """What may be changed in it: of a template what stands below the front matter."""
    if path in (NEVER, VOICE):
        return text
    with suppress(Broken):
        return split(text, Path(path))[2]
    return ""


def _appended(text: str, line: str) -> str:
    before = text.rstrip("\n")
    if not before:
        return f"{HEADING}\n\n{line}\n"
    last = next((part for part in reversed(before.split("\n")) if part.startswith("#")), "")
    return f"{before}\n{line}\n" if last == HEADING else f"{before}\n\n{HEADING}\n\n{line}\n"


def _replaced(text: str, passage: str, instead: str) -> str:
    """The text with another passage; where one is taken out, the blank beside it goes too."""
    start = text.index(passage)
    end = start + len(passage)
    if not instead:
        while end < len(text) and text[end] in " \t":
            end += 1
        while end >= len(text.rstrip()) and start and text[start - 1] in " \t":
            start -= 1
    return text[:start] + instead + text[end:]


def _tried(house: House, template: ReplyTemplate, author: str, network: str) -> tuple[Case, str]:
    """What the template says to nobody in particular."""
    now, front = datetime.now(UTC), template.front
    complaint = Complaint(
        id="preview", brand=house.brand.id, text="", received_at=now, network=network, author_name=author
    )
    case = Case(complaint=complaint, updated_at=now, lang=front.lang, topic=front.topic)
    return case, template.render(house.variables(complaint, front.lang))
