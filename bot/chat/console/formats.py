"""How a file of complaints may be written."""

from enum import StrEnum


class Format(StrEnum):
    """How a file of complaints is written."""

    CSV = "csv"
    JSONL = "jsonl"
    LINES = "lines"
