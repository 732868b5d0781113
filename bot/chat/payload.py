"""Reading a payload that may hold anything: what is not there, or of another kind, is empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Part = Mapping[str, Any]  # an attachment, an embed, a file, a message: whatever a chat put there

#: Elements of one list that are looked at; Slack sends at most 100 attachments (docs.slack.dev, chat.postMessage),
#: Discord 10 embeds.
MOST = 500
#: Characters of one field that are looked at.
LONGEST = 100_000


def words(held: object, *keys: str) -> str:
    """The first of these fields that is a text and not blank."""
    if not isinstance(held, Mapping):
        return ""
    values = (held.get(key) for key in keys)
    return next((value[:LONGEST] for value in values if isinstance(value, str) and value.strip()), "")


def maps(held: object) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [each for each in held[:MOST] if isinstance(each, Mapping)] if isinstance(held, list) else []


def inner(held: object, key: str) -> Mapping[str, Any]:
    """The object under a key."""
    value = held.get(key) if isinstance(held, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def moment(seconds: object) -> datetime | None:
    """A time since 1970, as a number or a text (``1718000000.000100``); none for what is no time of this age."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        return None
    try:
        found = datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if 2000 <= found.year < 2200 else None  # Slack is of 2013, Discord of 2015
