"""Phone numbers and postal addresses in a reply that the brand does not list, and what is the customer's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.voice.house import House
from bot.voice.privacy import Kind, Personal, personal
from bot.voice.words import fold

#: No reply is longer; what stands behind is not searched.
LONGEST = 5_000
# without one there is no number, no address and no mail; asked first, since most templates have none
_TELLING = re.compile(r"[\d@＠]|arobas|[\[(](?:at|chez|à|a)[\])]", re.IGNORECASE)
_REACHED_BY = (Kind.PHONE, Kind.ADDRESS)


def foreign_data(house: House, text: str) -> list[Personal]:
    """The personal data of a text that are not the brand's own; handles are looked at as mentions."""
    if not _TELLING.search(text):
        return []
    found = personal(text[:LONGEST], house.privacy)
    return [one for one in found if one.kind is not Kind.HANDLE and not _within(one.text, house.rules.contacts)]


def _within(text: str, contacts: Iterable[str]) -> bool:
    plain = _plain(text)
    return any(plain in _plain(contact) for contact in contacts)


def unlisted(found: Iterable[Personal]) -> Iterator[str]:
    """Where the customer would be sent: the phone numbers and addresses among foreign data."""
    yield from (" ".join(one.text.split()) for one in found if one.kind in _REACHED_BY)


def taken_from(complaint: str, found: Iterable[Personal]) -> Iterator[str]:
    """What of foreign data stands in the complaint too: it is the customer's."""
    said = _plain(complaint)
    yield from (" ".join(one.text.split()) for one in found if _plain(one.text) in said)


def _plain(text: str) -> str:
    """Letters and digits only."""
    return "".join(filter(str.isalnum, fold(text)))
