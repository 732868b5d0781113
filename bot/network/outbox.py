"""The outbox: approved replies as lines of a file, for another tool to carry on, or for a trial without an account."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, NotSent, Original, Outcome, Posted, Refused, Sighting, Unclear
from bot.network.measure import measure

WAIT = 30.0  # seconds until a file that could not be opened is tried again


class Outbox:
    """A JSON Lines file (UTF-8) that only grows. One reply a line:

    ``{"key", "network", "author", "link", "text", "by", "approved_at", "posted_at"}``; ``key`` is the complaint's
    id, ``by`` the ids of those who approved, times are ISO 8601 in UTC. Several processes may share the file. A line
    that a crash cut short stays as it is, unreadable, and the next reply begins on a line of its own.
    """

    name = "outbox"
    by_hand = False
    deletes = False
    settles = 0.0

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._appending = threading.Lock()

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length as the complaint's own network counts it."""
        return measure(complaint.network, text)

    def speaks_as(self, complaint: Complaint) -> str:
        """Nobody's in particular: empty."""
        return ""

    async def original(self, complaint: Complaint) -> Original | None:
        """Nothing more than the complaint tells: None."""
        return None

    async def check(self, complaint: Complaint | None = None) -> Remark | None:
        """Why the file cannot be written; None when it can. Looking creates nothing."""
        return await asyncio.to_thread(self._obstacle)

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Append the reply, whether it is there already or not: the desk looks first.

        NotSent when the file could not be opened, Unclear when the line may not be whole.
        """
        return await asyncio.to_thread(self._append, _line(complaint, reply, datetime.now(UTC)))

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Refused: here a person does it."""
        return Refused(Remark("It deletes nothing for us; please do it there."))

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Look for a whole line with the complaint's id, reading the file once, line by line."""
        return await asyncio.to_thread(self._look, complaint.id)

    def _obstacle(self) -> Remark | None:
        try:
            if self._path.exists():
                self._open().close()
            else:
                _require_room(next(parent for parent in self._path.parents if parent.exists()))
        except OSError as error:
            return self._why(error)
        return None

    def _append(self, line: bytes) -> Outcome:
        with self._appending:
            try:
                file = self._open()
            except OSError as error:
                return NotSent(self._why(error), wait=WAIT)
            try:
                with file:
                    whole = _write(file, line)
            except OSError as error:
                return Unclear(self._why(error))
        if not whole:
            return Unclear(Remark("The outbox {path} took only a part of the reply.", {"path": str(self._path)}))
        return Posted(link=self._path.as_uri())

    def _look(self, key: str) -> Sighting:
        try:
            if not stat.S_ISREG(self._path.stat().st_mode):
                return Unclear(Remark("The outbox {path} cannot be read back.", {"path": str(self._path)}))
            found = _holds(self._path, key)
        except FileNotFoundError:
            return Absent()
        except OSError as error:
            return Unclear(self._why(error))
        return Posted(link=self._path.as_uri()) if found else Absent()

    def _open(self) -> FileIO:
        try:
            return _opened(self._path)
        except FileNotFoundError:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return _opened(self._path)

    def _why(self, error: OSError) -> Remark:
        says = OBSTACLES.get(error.errno or 0, OBSTACLES[0])
        return Remark(says, {"path": str(self._path), "error": error.strerror or type(error).__name__})


_NOT_ALLOWED = "The outbox {path} may not be opened: allow the bot to read and write it, or choose another file."
_IN_THE_WAY = "The folder of the outbox {path} cannot be created: a file stands in its way."
_FULL = "There is no room left for the outbox {path}: make room on its disk."
#: By error number; 0 stands for every other.
OBSTACLES: Mapping[int, str] = {
    0: "The outbox {path} cannot be used: {error}.",
    errno.EISDIR: "The outbox {path} is a folder: name a file inside it.",
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EROFS: _NOT_ALLOWED,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
}

# Binary, or Windows turns every newline into two characters.
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


def _opened(path: Path) -> FileIO:
    return FileIO(os.open(path, _FLAGS, 0o600), "r+")


def _require_room(folder: Path) -> None:
    if not folder.is_dir():
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def _line(complaint: Complaint, reply: Reply, posted_at: datetime) -> bytes:
    entry = {
        "key": complaint.id,
        "network": complaint.network,
        "author": complaint.author,
        "link": complaint.link,
        "text": reply.text,
        "by": [approval.by for approval in reply.approved_by],
        "approved_at": reply.approved_at.astimezone(UTC).isoformat(),
        "posted_at": posted_at.isoformat(),
    }
    return _json(entry) + b"\n"


def _json(value: object) -> bytes:
    # A lone surrogate is no UTF-8; "backslashreplace" makes it the escape that JSON has for it.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _write(file: FileIO, line: bytes) -> bool:
    data = b"\n" + line if _torn(file) else line
    return os.write(file.fileno(), data) == len(data)


def _torn(file: FileIO) -> bool:
    cut = _cut_at(file)
    if not cut:
        return False
    # Another process's write may be half visible for an instant; what a crash cut stays as it is.
    time.sleep(0.01)
    return _cut_at(file) == cut


def _cut_at(file: FileIO) -> int:
    if not os.fstat(file.fileno()).st_size:
        return 0
    last = file.seek(-1, os.SEEK_END)
    return last + 1 if file.read(1) != b"\n" else 0


def _holds(path: Path, key: str) -> bool:
    needle = _json(key)
    with path.open("rb") as lines:
        return any(needle in line and _key(line) == key for line in lines)


def _key(line: bytes) -> object:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry.get("key") if isinstance(entry, dict) else None
