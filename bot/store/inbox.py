"""What a chat told us, kept before it hears "ok", until it is worked through.

A chat wants its answer at once, and storing a case takes a few milliseconds on several threads. A note of what came
takes a tenth of one: written here and now, into a small database of its own, so that no other writer is waited for.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL

from bot.desk.case import Remark
from bot.errors import StoreError

#: Seconds that a note waits for another process's; afterwards the caller works without one.
PATIENCE = 0.2

_TABLE = "CREATE TABLE IF NOT EXISTS inbox (key TEXT PRIMARY KEY, body TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID"


class Inbox:
    """Use ``open_inbox``. Blocks, but hardly."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keep(self, key: str, body: str) -> bool:
        """Note what came; False when it cannot be kept now, and has to be worked through before the answer."""
        try:
            self._connection.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?, ?)", (key, body, time.time()))
        except sqlite3.Error:
            return False
        return True

    def done(self, key: str) -> None:
        """It was worked through. What cannot be struck out now is worked through once more, which changes nothing."""
        try:
            self._connection.execute("DELETE FROM inbox WHERE key = ?", (key,))
        except sqlite3.Error:
            return

    def left(self, older_than: float = 0.0) -> list[tuple[str, str]]:
        """Key and body of what was not worked through, oldest first, if it came so many seconds ago."""
        asked = "SELECT key, body FROM inbox WHERE at <= ? ORDER BY at"
        return list(self._connection.execute(asked, (time.time() - older_than,)))


@contextmanager
def open_inbox(url: URL) -> Iterator[Inbox | None]:
    """The inbox beside a SQLite file, closed at the end; None beside a database of several machines.

    Raises:
        StoreError: it cannot be opened.
    """
    if url.get_backend_name() != "sqlite" or not url.database:
        yield None
        return
    path = Path(url.database).with_suffix(".inbox.db")
    try:
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_TABLE)
    except sqlite3.Error as error:
        says = "The database {database} cannot be used: {cause}."
        raise StoreError(reason=Remark(says, {"database": str(path), "cause": str(error)})) from error
    with closing(connection):
        yield Inbox(connection)
