"""What people change in the templates from chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
