"""Up to which message the rooms were heard."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Database
from bot.store.tables import heard


class Heard:
    """The chats' ``Heard`` on the same database as the cases. Every call may raise ``StoreError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self, place: str) -> str:
        """The id of the last message that was worked through; empty for a room that is new."""
        rows = await self._database.read(select(heard.c.message).where(heard.c.place == place))
        return str(rows[0]["message"]) if rows else ""

    async def note(self, place: str, message: str) -> None:
        """This message, and all before it, were worked through."""
        dialect = sqlite if self._database.is_sqlite else postgresql
        row = dialect.insert(heard).values(place=place, message=message)
        await self._database.write(row.on_conflict_do_update(index_elements=["place"], set_={"message": message}))
