"""Personal data hidden from what leaves the desk as a file: the masks of the voice, and the customer's own name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.desk.case import Complaint
from bot.voice.house import House, first_name
from bot.voice.privacy import Mask, redact

#: No datum is longer; what is cut off is cut this far behind the end of what is shown.
LONGEST_DATUM = 200
NAME = "[NAME]"
#: Shorter parts of a name (“de”, “Li”) are words too.
_SHORTEST_PART = 3


class Veil:
    """One case's texts as a stranger may read them; the same datum is the same placeholder in all of them."""

    def __init__(self, house: House, complaint: Complaint) -> None:
        self._mask = Mask(house.privacy)
        self._names = _pattern(complaint)

    def hide(self, text: str) -> str:
        """The text without personal data."""
        text = self._mask.hide(text)
        return self._names.sub(NAME, text) if self._names else text

    def name(self, case_id: str) -> str:
        """A case's id, which is to stay readable."""
        return redact(case_id)


class Clear(Veil):
    """Hides nothing."""

    def hide(self, text: str) -> str:
        """The text as it is."""
        return text

    def name(self, case_id: str) -> str:
        """The id as it is."""
        return case_id


def cut(text: str, most: int, veil: Veil) -> tuple[str, int]:
    """The text's first characters, veiled, and how many more there are; no datum is cut in two."""
    if len(text) <= most:
        return veil.hide(text), 0
    size = most + LONGEST_DATUM
    hidden = veil.hide(text[:size])
    while len(hidden) < most + LONGEST_DATUM and size < len(text):  # placeholders are shorter than what they hide
        size *= 2
        hidden = veil.hide(text[:size])
    end = most if size < len(text) else min(most, len(hidden))
    return hidden[:end].rstrip(), len(text) - most


def _pattern(complaint: Complaint) -> re.Pattern[str] | None:
    """What finds the customer's name: whole in any case, its parts as a name is written."""
    whole = [re.escape(name) for name in _wholes(complaint)]
    parts = [re.escape(part) for part in _parts(complaint)]
    found = [f"(?i:{'|'.join(whole)})"] * bool(whole) + parts
    return re.compile(rf"(?<!\w)@?(?:{'|'.join(found)})(?!\w)") if found else None


def _wholes(complaint: Complaint) -> Iterator[str]:
    for name in (complaint.author_name.strip(), complaint.author.strip().lstrip("@")):
        if len(name) >= _SHORTEST_PART and len(name) <= LONGEST_DATUM:
            yield name


def _parts(complaint: Complaint) -> Iterator[str]:
    """First and last names; “La Poste” and “client mécontent” have none."""
    if not first_name(complaint.author_name):
        return
    for part in complaint.author_name[:LONGEST_DATUM].split():
        bare = part.strip(".,;()\"'")
        if len(bare) >= _SHORTEST_PART and bare[0].isupper():
            yield bare
            yield bare.title()
