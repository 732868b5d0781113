"""What a replay has drafted, kept beside its page: whoever starts it again goes on where it stopped."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from pydantic import TypeAdapter, ValidationError

from bot.desk.ports import Writing
from bot.errors import InputError

#: What of prompts/ decides about a draft.
_TELLING = frozenset({".md", ".yaml", ".j2"})
_NO_PROMPTS = frozenset({"cases", ".git"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One complaint drafted again. ``pen`` names prompts, writer and model, ``revision`` how the case stood."""

    pen: str
    case: str
    revision: int
    seconds: float
    writing: Writing


_ENTRY = TypeAdapter(Entry)


class Notebook:
    """JSON lines, one entry each, for its owner's eyes only; entries of other pens stay and are left aside.

    A line that a crash has cut is overlooked. A context manager. Raises ``InputError`` for a file it cannot use.
    """

    def __init__(self, path: Path, pen: str, *, fresh: bool = False) -> None:
        self.path = path
        self.pen = pen
        self._fresh = fresh
        self._at: dict[str, int] = {}

    def __enter__(self) -> Self:
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | (os.O_TRUNC if self._fresh else 0), 0o600)
        except OSError as error:
            raise InputError(reason=f"{self.path} cannot be written ({error.strerror}).") from None
        self._file: IO[bytes] = os.fdopen(handle, "r+b")
        self._at = {entry.case: at for at, entry in self._own()}
        self._end_the_last_line()
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._at)

    def find(self, case: str, revision: int) -> Entry | None:
        """What this pen wrote for the case as it stands; None where it has not, or the case has moved on."""
        if case not in self._at:
            return None
        self._file.seek(self._at[case])
        entry = _read(self._file.readline())
        return entry if entry and entry.revision == revision else None

    def note(self, entry: Entry) -> None:
        """Keep an entry; it is on its way to the disk when this returns."""
        self._at[entry.case] = self._file.seek(0, os.SEEK_END)
        self._file.write(_ENTRY.dump_json(entry, fallback=str) + b"\n")
        self._file.flush()

    def _own(self) -> Iterator[tuple[int, Entry]]:
        """This pen's entries and where they begin; the last one of a case counts."""
        at = 0
        for line in self._file:
            entry = _read(line)
            if entry and entry.pen == self.pen:
                yield at, entry
            at += len(line)

    def _end_the_last_line(self) -> None:
        """What follows a line that was cut must not become part of it."""
        if self._file.seek(0, os.SEEK_END):
            self._file.seek(-1, os.SEEK_END)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")


def _read(line: bytes) -> Entry | None:
    try:
        return _ENTRY.validate_json(line)
    except ValidationError:
        return None


def pen_of(prompts: Path, writer: str, model: str) -> str:
    """A name for all that decides about a draft: another prompt, writer or model is another pen."""
    found = hashlib.sha256(f"{writer}\0{model}\0".encode())
    for path in sorted(path for path in prompts.rglob("*") if path.suffix in _TELLING and path.is_file()):
        name = path.relative_to(prompts)
        if _NO_PROMPTS.isdisjoint(name.parts) and not path.name.startswith("."):
            found.update(f"{name.as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]
