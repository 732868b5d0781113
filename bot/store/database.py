"""The database behind the store: where it is, how it is opened, and what it says when it cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, CursorResult, Executable, RowMapping, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random

from bot.desk.case import Remark
from bot.errors import StoreError
from bot.store.migrations import migrate
from bot.store.words import dumps, loads

DEFAULT_URL = "sqlite+aiosqlite:///portevoix.db"

#: Seconds that one process waits while another writes to the same SQLite file.
PATIENCE = 15

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


@dataclass(frozen=True, slots=True)
class Database:
    """One database, through two pools of connections."""

    url: URL
    reads: AsyncEngine  # single selects, each on its own: no transaction around them
    writes: AsyncEngine  # transactions; on SQLite they take the write lock when they begin

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite's; else it is PostgreSQL."""
        return _is_sqlite(self.url)

    async def read(self, query: Executable, values: dict[str, Any] | None = None) -> Sequence[RowMapping]:
        """All rows of one select. Raises ``StoreError``."""
        with explained(self.url):
            async with self.reads.connect() as connection:
                return (await connection.execute(query, values)).mappings().all()

    async def write(self, statement: Executable) -> int:
        """One statement in a transaction of its own; returns how many rows it touched. Raises ``StoreError``."""
        with explained(self.url):
            async with self.writes.begin() as connection:
                done: CursorResult[Any] = await connection.execute(statement)
                return done.rowcount


@asynccontextmanager
async def open_database(text: str) -> AsyncIterator[Database]:
    """The database at this address, its tables up to date; closed at the end.

    Raises:
        StoreError: it cannot be opened, or a newer Portevoix has written it.
    """
    database = _database(database_url(text))
    try:
        with explained(database.url):
            await _PATIENTLY(_bring_up_to_date, database)
        yield database
    finally:
        await database.reads.dispose()
        await database.writes.dispose()


def database_url(text: str) -> URL:
    """The address with the driver we use: ``sqlite:///portevoix.db`` and ``postgresql://host/name`` are enough.

    Raises:
        StoreError: it is no address of a SQLite file or a PostgreSQL database.
    """
    try:
        url = make_url(text)
        # asyncpg says "ssl" where the addresses that providers hand out say "sslmode"
        query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
        url = url.set(drivername=_DRIVERS[url.drivername], query=query)
    except (ArgumentError, KeyError, ValueError):
        start = text.partition("://")[0]  # what follows may hold a password
        raise _unusable(
            "A database address looks like sqlite:///portevoix.db or postgresql://user:password@host/name; "
            "this one begins with “{start}”.",
            start=start,
        ) from None
    if _is_sqlite(url) and url.database in (None, "", ":memory:"):
        raise _unusable("A database in memory loses every case: name a file, like sqlite:///portevoix.db.")
    return url


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn what an unusable database says into one sentence and what to do; bugs of ours pass.

    Raises:
        StoreError: the database cannot be reached, opened or written.
    """
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError):
        raise
    except (DBAPIError, PoolTimeout, OSError, sqlite3.Error) as error:
        cause = str(error.orig if isinstance(error, DBAPIError) else error)
        raise _unusable(_sentence(url, cause), database=_name(url), cause=cause) from error


def _database(url: URL) -> Database:
    # no BEGIN and no ROLLBACK around a select: they would be half of its cost
    reads = _engine(url, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True, pool_reset_on_return=None)
    writes = _engine(url)
    if _is_sqlite(url):
        event.listen(reads.sync_engine, "connect", _prepare)
        event.listen(writes.sync_engine, "connect", _prepare)
        event.listen(writes.sync_engine, "begin", _begin)
    return Database(url, reads, writes)


def _engine(url: URL, **options: Any) -> AsyncEngine:
    # isolation_level None: sqlite3 begins nothing by itself, ``_begin`` does. See "Transactions with SQLite and the
    # sqlite3 driver", https://docs.sqlalchemy.org/en/21/dialects/sqlite.html
    sqlite = {"connect_args": {"timeout": PATIENCE, "isolation_level": None}}
    options |= sqlite if _is_sqlite(url) else {"pool_pre_ping": True}
    options |= {"json_serializer": dumps, "json_deserializer": loads}
    options |= {"hide_parameters": True}  # a traceback must not carry a customer's words into the log
    return create_async_engine(url, **options)


def _prepare(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that first reads and then writes fails at once where another wrote in between, whatever the
    # patience (SQLITE_BUSY_SNAPSHOT, https://www.sqlite.org/rescode.html): a writer takes the lock first.
    connection.connection.run_async(lambda driver: driver.execute("BEGIN IMMEDIATE"))


async def _bring_up_to_date(database: Database) -> None:
    if _is_sqlite(database.url):
        _try_to_open(database.url)
        async with database.reads.connect() as connection:
            await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    await migrate(database.writes)


def _try_to_open(url: URL) -> None:
    # aiosqlite's thread outlives an opening that fails, and falls over the event loop when that is closed
    sqlite3.connect(str(url.database), uri="uri" in url.query).close()


def _is_busy(error: BaseException) -> bool:
    # SQLite does not wait while another process turns the file to WAL
    return isinstance(error, DBAPIError) and any(words in str(error.orig) for words in ("locked", "starting up"))


_PATIENTLY = AsyncRetrying(
    retry=retry_if_exception(_is_busy), stop=stop_after_delay(PATIENCE), wait=wait_random(0.01, 0.1), reraise=True
)

_SENTENCES = {
    "unable to open": "The database {database} cannot be opened: its folder must exist, and you must be allowed to "
    "write there.",
    "not a database": "{database} is no database: move that file away, or name another one.",
    "readonly": "The database {database} may not be written: you need the right to write the file and its folder.",
    "locked": "The database {database} is busy: another program holds it. Close that program, then try again.",
    "full": "The disk of the database {database} is full: make room, then try again.",
    "malformed": "The database {database} is damaged: restore a backup, or “.recover” it with the program sqlite3.",
}


def _sentence(url: URL, cause: str) -> str:
    if not _is_sqlite(url):
        return "The database {database} cannot be used: {cause}. Check its address, and that it is running."
    known = (sentence for words, sentence in _SENTENCES.items() if words in cause)
    return next(known, "The database {database} cannot be used: {cause}.")


def _name(url: URL) -> str:
    return str(url.database) if _is_sqlite(url) else url.set(drivername="postgresql").render_as_string()


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _unusable(says: str, **facts: object) -> StoreError:
    return StoreError(reason=Remark(says, facts))
