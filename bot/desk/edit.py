"""What people change in the templates from chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateEdit:
    """One change of a template, kept for ever: whose, when, which brand's, the text before and after."""

    brand: str
    template: str
    at: datetime
    by: str
    by_name: str
    before: str
    after: str


class Edits(Protocol):
    """Keeps what people change, for ever."""

    async def add(self, edit: TemplateEdit) -> None:
        """Keep one change."""

    async def last(self, brand: str, template: str) -> TemplateEdit | None:
        """The last change of a brand's template from chat; None when there was none."""
