"""One complaint and the texts that answer it: the draft of that time, the draft of today, and what was approved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from bot.desk.case import Case, Complaint, Draft, Finding, Origin, Remark, Usage
from bot.desk.desk import SOMEBODY
from bot.desk.ports import WRITERS_OWN, Length
from bot.report.notebook import Entry
from bot.voice.library import Library

#: The length of a text as a reply to a complaint, as its network counts it.
LengthOf = Callable[[Complaint, str], Length]
#: No reply is longer; comparing a novel with another takes seconds.
LONGEST_COMPARED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A text as a reply, and how it does. An empty text is no draft.

    ``distance`` is that from the approved text: 0 the same, 1 nothing in common, None where nothing was approved.
    """

    text: str
    topic: str
    lang: str
    origin: Origin
    length: Length
    template: str = ""
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Remark, ...] = ()
    distance: float | None = None
    seconds: float | None = None
    usage: Usage | None = None

    @property
    def passes(self) -> bool:
        """Whether there is a text that no check blocks."""
        return bool(self.text) and not any(finding.blocks for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A case with its draft of that time, where it had one of the bot's, and that of today."""

    case: Case
    topic: str
    then: Version | None
    now: Version
    approved: str = ""

    @property
    def worse(self) -> bool:
        """Whether the checks block now what they would have let through."""
        return self.then is not None and self.then.passes and not self.now.passes


def compared(library: Library, length_of: LengthOf, case: Case, drafts: Sequence[Draft], entry: Entry) -> Compared:
    """Judge both drafts by the same rules, those of the library: what differs is the text."""
    approved = approved_text(case, drafts)
    judge = _Judge(library, length_of, approved)
    first = next((draft for draft in drafts if draft.origin is not Origin.PERSON), None)
    now = judge.now(case, entry)
    return Compared(
        case=case,
        topic=case.topic or now.topic,
        then=judge.then(case, first) if first else None,
        now=now,
        approved=approved,
    )


def approved_text(case: Case, drafts: Sequence[Draft]) -> str:
    """What was approved, the signature aside; empty where nothing was."""
    if case.reply is None:
        return ""
    return next((draft.text for draft in drafts if draft.number == case.reply.draft), "") or case.reply.text


def as_new(complaint: Complaint) -> Case:
    """The case as the desk receives it: no draft, no wish, nothing known."""
    return Case(complaint=complaint, updated_at=complaint.received_at, lang=complaint.lang)


def distance(text: str, approved: str) -> float | None:
    """The share of characters to be changed between two texts."""
    if not text or not approved:
        return None
    pair = (" ".join(one[:LONGEST_COMPARED].split()) for one in (text, approved))
    return Levenshtein.normalized_distance(*pair)


@dataclass(frozen=True, slots=True)
class _Judge:
    library: Library
    length_of: LengthOf
    approved: str

    def then(self, case: Case, draft: Draft) -> Version:
        stood = replace(case, lang=draft.lang or case.lang)
        own = tuple(finding for finding in draft.findings if finding.check in WRITERS_OWN)
        return Version(
            text=draft.text,
            topic=case.topic,
            lang=stood.lang,
            origin=draft.origin,
            template=draft.template,
            length=self._length(stood, draft.text),
            findings=self._findings(stood, draft.text, draft.origin) + own,
            remarks=_remarks(draft.reason, draft.remarks),
            distance=distance(draft.text, self.approved),
            seconds=draft.usage.seconds if draft.usage else None,
            usage=draft.usage,
        )

    def now(self, case: Case, entry: Entry) -> Version:
        writing = entry.writing
        stands = replace(as_new(case.complaint), lang=writing.lang, topic=writing.topic, severity=writing.severity)
        return Version(
            text=writing.text,
            topic=writing.topic,
            lang=writing.lang,
            origin=writing.origin,
            template=writing.template,
            length=self._length(stands, writing.text),
            findings=self._findings(stands, writing.text, writing.origin) + writing.findings,
            remarks=_remarks(writing.reason, writing.remarks),
            distance=distance(writing.text, self.approved),
            seconds=entry.seconds,
            usage=writing.usage,
        )

    def _length(self, case: Case, text: str) -> Length:
        return self.length_of(case.complaint, self.library.brand(case.brand).sign(text, SOMEBODY))

    def _findings(self, case: Case, text: str, origin: Origin) -> tuple[Finding, ...]:
        return self.library.check(case, text, self._length(case, text), origin) if text else ()


def _remarks(reason: Remark | None, remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    return (*([reason] if reason else []), *remarks)
