"""What the calls of models cost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select

from bot.desk.ledger import Call
from bot.store.database import Database
from bot.store.rows import usage_row
from bot.store.tables import model_calls


class Ledger:
    """The desk's ``Ledger``, on the same database as the cases. Every call may raise ``StoreError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, call: Call) -> None:
        """Keep one call."""
        own = {"brand": call.brand, "at": call.at, "case_id": call.case_id, "purpose": call.purpose}
        await self._database.write(insert(model_calls).values(own | usage_row(call.usage)))

    async def spent(self, brand: str, since: datetime) -> float:
        """The prices of a brand's calls since then; those without a price count nothing."""
        total = select(func.sum(model_calls.c.price).label("total"))
        rows = await self._database.read(total.where(model_calls.c.brand == brand, model_calls.c.at >= since))
        return float(rows[0]["total"] or 0.0)
