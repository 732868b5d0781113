"""Under which name and picture a brand speaks, where a network lets it choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Face:
    """A name, and the address of a picture; empty for the account's own."""

    name: str
    picture: str = ""
