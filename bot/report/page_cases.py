"""One complaint on a replay's page: its words, and the three texts side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_percent

from bot.desk.case import Origin
from bot.locale import Sentences
from bot.report.marks import Piece, pieces
from bot.report.veil import Veil, cut
from bot.report.versions import Compared, Version

#: Characters of a text that the page shows.
VIEW = 3_000
#: From here on a draft is another text than the approved one.
FAR = 0.5
# what a browser would not show, or would turn the rest of the page with
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """The text without what has an effect and no shape."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True, slots=True)
class Cases:
    """Complaints in one language."""

    say: Sentences

    def case(self, one: Compared, veil: Veil) -> dict[str, Any]:
        """One complaint with its three texts."""
        complaint = self._text(one.case.complaint.text, veil)  # first: it tells most of what its data is
        approved = self._text(one.approved, veil)
        return {
            "topic": plain(one.topic),
            "about": " · ".join(filter(None, self._about(one, veil))),
            "complaint": complaint,
            "classes": list(_classes(one)),
            "sides": [
                self._side(self.say("Then"), one.then, approved, veil),
                self._side(self.say("Now"), one.now, approved, veil),
                self._approved(approved),
            ],
        }

    def _about(self, one: Compared, veil: Veil) -> Iterator[str]:
        if one.case.topic and one.now.topic != one.case.topic:
            yield f"→ {plain(one.now.topic)}"
        yield self.say.network(plain(one.case.complaint.network))
        yield self.say.language(one.now.lang) if one.now.lang else ""
        yield self.say.word(one.case.status.value)
        yield plain(veil.name(one.case.id))

    def _approved(self, text: str) -> dict[str, Any]:
        return {
            "name": self.say("Approved"),
            "kind": "approved",
            "pieces": [Piece(text, other=False)] if text else [],
            "empty": self.say("Nothing approved."),
            "facts": "",
            "findings": [],
            "remarks": [],
        }

    def _side(self, name: str, version: Version | None, approved: str, veil: Veil) -> dict[str, Any]:
        text = self._text(version.text, veil) if version else ""
        return {
            "name": name,
            "kind": "draft",
            "pieces": pieces(text, approved) if text else [],
            "empty": self.say("No draft."),
            "facts": " · ".join(filter(None, self._facts(version))) if version and text else "",
            "findings": self._findings(version, veil) if version else [],
            "remarks": [plain(veil.hide(self.say.remark(remark))) for remark in version.remarks] if version else [],
        }

    def _facts(self, version: Version) -> Iterator[str]:
        length = version.length
        yield self.say("written by the model") if version.origin is Origin.MODEL else plain(version.template)
        if length.limit is None:
            yield self.say("{used} {unit}", used=length.used, unit=length.unit)
        else:
            yield self.say("{used} of {limit} {unit}", used=length.used, limit=length.limit, unit=length.unit)
        if version.distance == 0:
            yield self.say("as approved")
        elif version.distance is not None:
            share = format_percent(version.distance, locale=self.say.lang)
            yield self.say("{share} to change", share=share)

    def _findings(self, version: Version, veil: Veil) -> list[dict[str, Any]]:
        return [
            {"blocks": one.blocks, "says": plain(veil.hide(self.say.remark(one.remark)))}
            for one in sorted(version.findings, key=lambda one: not one.blocks)
        ]

    def _text(self, text: str, veil: Veil) -> str:
        shown, more = cut(text, VIEW, veil)
        return plain(shown) + (self.say(" … ({number} more characters)", number=more) if more else "")


def _classes(one: Compared) -> Iterator[str]:
    if one.now.text and not one.now.passes:
        yield "blocked"
    if one.worse:
        yield "regressed"
    if one.then is None or one.now.text != one.then.text:
        yield "changed"
    if one.now.distance is not None and one.now.distance >= FAR:
        yield "far"
