"""Files of prompts/ written whole or not at all, and never over what somebody else wrote."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import PortevoixError


class NotWritable(PortevoixError):
    """The folder or the file cannot be written; nothing has changed."""

    says = (
        "Nothing was saved: Portevoix may not write in {folder} ({reason}). "
        "Please ask whoever runs it, or change the file itself."
    )


class Meanwhile(Exception):
    """Somebody else was faster; nothing has changed."""


def put(path: Path, data: bytes, still: Callable[[], bool], like: Path) -> None:
    """Replace a file, or the one that a link names, if it is ``still`` the same; ``like`` gives its owner and rights.

    Raises ``Meanwhile`` and ``NotWritable``.
    """
    real = Path(os.path.realpath(path))
    with _told(real.parent), _written(real.parent, data) as temporary:
        shutil.copymode(like, temporary)
        _give(temporary, like)
        if not still():
            raise Meanwhile
        temporary.replace(real)


def add(path: Path, data: bytes) -> None:
    """Write a file that is not there yet. Raises ``Meanwhile`` when it is, and ``NotWritable``."""
    with _told(path.parent):
        path.parent.mkdir(exist_ok=True)
        with _written(path.parent, data) as temporary:
            _claim(path)
            temporary.replace(path)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotWritable(folder=folder, reason=error.strerror or error) from None


def _claim(path: Path) -> None:
    """Make the name ours alone, by an empty file, until the whole one replaces it."""
    try:
        path.open("xb").close()
    except FileExistsError:
        raise Meanwhile from None


@contextmanager
def _written(folder: Path, data: bytes) -> Iterator[Path]:
    """A hidden file that holds the data and is on the disk; gone afterwards."""
    temporary = folder / f".portevoix-{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _give(path: Path, like: Path) -> None:
    """Leave it to the other file's owner, who goes on editing it; where we may not, it is ours."""
    if sys.platform != "win32":
        with suppress(PermissionError):
            os.chown(path, like.stat().st_uid, like.stat().st_gid)
