"""Opening a database: new, old, newer, foreign, locked away."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bot.errors import StoreError
from bot.store import Store, migrations
from bot.store.database import database_url
from bot.store.migrations import HEAD, VERSION_TABLE
from bot.store.tables import metadata


async def opened(path: Path) -> str:
    """The address of a database that was opened once."""
    url = f"sqlite:///{path}"
    async with Store.open(url):
        return url


def schema(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'cases'").fetchall()
    connection.close()
    return {" ".join(row[0].split()) for row in rows if VERSION_TABLE not in row[0]}


async def test_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    """A column added to tables.py without a revision would be missing on every existing database."""
    engine = create_engine(await opened(tmp_path / "migrated.db"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


async def test_migrations_make_the_same_indexes_word_for_word(tmp_path: Path) -> None:
    """What Alembic does not compare, like the condition of the partial index, is the same too."""
    await opened(tmp_path / "migrated.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    metadata.create_all(engine)
    engine.dispose()
    assert schema(tmp_path / "migrated.db") == schema(tmp_path / "made.db")


def test_the_known_head_is_the_last_revision() -> None:
    """A new revision whose number is not written into HEAD would never be applied."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_stores_that_start_together_both_open_a_new_file(tmp_path: Path) -> None:
    """Several replicas started at once over a new file do not trip over each other."""
    await asyncio.gather(*(opened(tmp_path / "new.db") for _ in range(6)))
    await opened(tmp_path / "new.db")


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    """An older program must not write into tables it does not know."""
    url = await opened(tmp_path / "newer.db")
    with sqlite3.connect(tmp_path / "newer.db") as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match=r"newer Portevoix.*9999.*install that version again"):
        async with Store.open(url):
            pass


async def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path) -> None:
    """A wrong path says so, and what stood there still stands."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear customer, " * 100)
    with pytest.raises(StoreError, match=r"letter\.txt is no database: move that file away"):
        await opened(letter)
    assert letter.read_text() == "Dear customer, " * 100


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """Be somebody who may not write into the folder; root may, whatever its mode."""
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(os.getuid())
        folder.chmod(0o755)


async def test_a_folder_without_permission_says_what_to_do(tmp_path: Path) -> None:
    """The first start on a badly mounted volume ends in a sentence, not in a traceback."""
    with nobody(tmp_path), pytest.raises(StoreError, match="folder must exist, and you must be allowed to write"):
        await opened(tmp_path / "cases.db")


async def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    """A path with a typing mistake does not create folders."""
    with pytest.raises(StoreError, match="its folder must exist"):
        await opened(tmp_path / "missing" / "cases.db")
    assert not (tmp_path / "missing").exists()


def test_a_database_that_does_not_open_leaves_no_thread_behind(tmp_path: Path) -> None:
    """The program ends with our sentence alone: no thread falls over the closed event loop after it."""
    for _ in range(20):
        with pytest.raises(StoreError):
            asyncio.run(opened(tmp_path / "missing" / "cases.db"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///cases.db", "sqlite+aiosqlite:///cases.db"),
        ("sqlite+aiosqlite:////data/cases.db", "sqlite+aiosqlite:////data/cases.db"),
        ("postgres://u:p@host/name", "postgresql+asyncpg://u:p@host/name"),
        ("postgresql://host/name?sslmode=require", "postgresql+asyncpg://host/name?ssl=require"),
    ],
)
def test_addresses_are_taken_as_people_write_them(written: str, meant: str) -> None:
    """What a hosting provider hands out works as it is."""
    assert database_url(written).render_as_string(hide_password=False) == meant


@pytest.mark.parametrize("written", ["mysql://u:secret@host/name", "cases.db", "", "sqlite://", "sqlite:///:memory:"])
def test_a_wrong_address_shows_a_right_one_and_no_password(written: str) -> None:
    """The sentence can be pasted into a chat."""
    with pytest.raises(StoreError, match=r"sqlite:///portevoix\.db") as caught:
        database_url(written)
    assert "secret" not in str(caught.value)
