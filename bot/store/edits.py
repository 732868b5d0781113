"""What people changed in the templates from chat."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import insert, select

from bot.desk.edit import TemplateEdit
from bot.store.database import Database
from bot.store.tables import template_edits

_FIELDS = [column for column in template_edits.c if column.name != "id"]


class Edits:
    """Kept for ever. Every call may raise ``StoreError``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, edit: TemplateEdit) -> None:
        """Keep one change."""
        await self._database.write(insert(template_edits).values(asdict(edit)))

    async def last(self, brand: str, template: str) -> TemplateEdit | None:
        """The last change of a brand's template from chat; None when there was none."""
        own = template_edits.c.brand == brand, template_edits.c.template == template
        newest = select(*_FIELDS).where(*own).order_by(template_edits.c.id.desc()).limit(1)
        rows = await self._database.read(newest)
        return TemplateEdit(**rows[0]) if rows else None
