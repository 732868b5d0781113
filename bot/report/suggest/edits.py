"""What people made of the drafts of a period."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.desk.case import Case, Complaint, Draft, Origin
from bot.desk.decision import Record
from bot.report.suggest.sentences import key
from bot.report.veil import Veil
from bot.report.versions import approved_text
from bot.voice.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """An approved reply, and the draft it came from. Most are not edited at all: ``before`` is ``after`` then.

    ``complaint`` is without the customer's words: they say nothing about how the brand writes.
    """

    complaint: Complaint
    topic: str
    lang: str
    template: str
    before: str
    after: str

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self.complaint.id

    @property
    def changed(self) -> bool:
        """Whether somebody wrote another text."""
        return key(self.before) != key(self.after)

    def veiled(self, house: House) -> tuple[str, str]:
        """Both texts without personal data."""
        veil = Veil(house, self.complaint)
        return veil.hide(self.before), veil.hide(self.after)


@dataclass
class Period:
    """One brand's approved replies, and what people asked for or gave as the reason for a no."""

    edits: list[Edit] = field(default_factory=list)
    notes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def changed(self) -> list[Edit]:
        """The replies that were edited before they were approved."""
        return [edit for edit in self.edits if edit.changed]

    def add(self, house: House, case: Case, drafts: Sequence[Draft], records: Sequence[Record]) -> None:
        """Take in what happened to one case."""
        self.edits += _edits(case, drafts)
        veil = Veil(house, case.complaint)
        for record in records:
            if record.action in _ASKING and record.note.strip():
                self.notes[record.action][veil.hide(" ".join(record.note.split()))[:_LONGEST_NOTE]] += 1

    def asked(self, action: str, least: int) -> list[tuple[str, int]]:
        """What was noted with this decision at least so many times, the most frequent first."""
        return [(note, count) for note, count in self.notes[action].most_common() if count >= least]


_ASKING = frozenset({"redraft", "reject"})
_LONGEST_NOTE = 200


def _edits(case: Case, drafts: Sequence[Draft]) -> Iterator[Edit]:
    """The bot's last draft up to the approved one, and what was approved; none where a person wrote from scratch."""
    after = approved_text(case, drafts)
    last = case.reply.draft if case.reply else 0
    ours = [draft for draft in drafts if draft.origin is not Origin.PERSON and draft.text and draft.number <= last]
    if not after or not ours:
        return
    before = ours[-1]
    yield Edit(
        complaint=replace(case.complaint, text="", notes=(), attachments=(), link=""),
        topic=case.topic,
        lang=before.lang or case.lang,
        template=before.template,
        before=before.text,
        after=after,
    )
