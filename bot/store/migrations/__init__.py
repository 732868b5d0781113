"""Brings a database up to date at start.

A new revision is a new file under ``versions``, with ``HEAD`` below naming it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desk.case import Remark
from bot.errors import StoreError

#: The last revision. Known without Alembic, whose import takes longer than the rest of the opening.
HEAD = "0004"

#: Ours alone: another program's Alembic may keep its own in the same database.
VERSION_TABLE = "portevoix_version"

#: The key under which replicas that start together on PostgreSQL wait for each other; any number of our own.
_LOCK = 590_714

_VERSION = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608


async def migrate(engine: AsyncEngine) -> None:
    """Create or upgrade the tables, in one transaction that lets one process at a time through.

    Raises:
        StoreError: a newer Portevoix has written this database.
    """
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    found = connection.scalar(_VERSION) if inspect(connection).has_table(VERSION_TABLE) else None
    if found == HEAD:
        return
    from alembic import command, config, script

    settings = config.Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    known = {revision.revision for revision in script.ScriptDirectory.from_config(settings).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            reason=Remark(
                "A newer Portevoix has written this database (its version is {found}, this program knows {head}): "
                "install that version again, or restore the backup made before it.",
                {"found": found, "head": HEAD},
            )
        )
    command.upgrade(settings, "head")
