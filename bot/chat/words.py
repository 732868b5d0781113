"""What a card says, whatever the chat: who and where, topic, the draft's origin, warnings, and what to do next."""

from __future__ import annotations

from datetime import datetime

from bot.desk.case import Case, Draft, Origin, Status
from bot.desk.ports import Length
from bot.locale import Sentences


def author(case: Case, say: Sentences) -> str:
    """Who complains: display name and handle, as far as known."""
    known = [part for part in (case.complaint.author_name, case.complaint.author) if part]
    return " · ".join(dict.fromkeys(known)) or say("author unknown")


def headline(case: Case, now: datetime, say: Sentences) -> str:
    """One line: network, author, age."""
    age = say.age(case.complaint.written_at or case.complaint.received_at, now)
    return " · ".join([say.network(case.complaint.network), author(case, say), age])


def about(case: Case, say: Sentences) -> list[str]:
    """Topic, kind, severity, language, and who is on it."""
    said = [case.topic or say("topic unknown")]
    if case.kind and case.kind not in {"complaint", case.topic}:
        said.append(say.word(case.kind))
    said += [say("severity: {severity}", severity=say.word(case.severity)), say.language(case.lang)]
    if case.taken_by:
        said.append(say("{name} is on it", name=case.taken_by))
    return said


def missing(case: Case, say: Sentences) -> str:
    """What the complaint lacks, as one sentence; empty when nothing does."""
    complaint = case.complaint
    lacks = [
        "" if complaint.text.strip() else say("the customer's words"),
        "" if complaint.author or complaint.author_name else say("the author"),
        "" if complaint.link else say("a link to the complaint"),
    ]
    lacks = [lack for lack in lacks if lack]
    return say("Missing: {lacks}.", lacks=", ".join(lacks)) if lacks else ""


def length(measured: Length, say: Sentences) -> str:
    """How long a text is, as its network counts: ``126 of 280 characters``."""
    if measured.limit is None:
        return say("{used} {unit}", used=measured.used, unit=measured.unit)
    return say("{used} of {limit} {unit}", used=measured.used, limit=measured.limit, unit=measured.unit)


def origin(draft: Draft, say: Sentences) -> str:
    """Where the draft's text comes from."""
    match draft.origin:
        case Origin.TEMPLATE if draft.template:
            return say("template {template} ({version})", template=draft.template, version=draft.version[:7])
        case Origin.TEMPLATE:
            return ""
        case Origin.MODEL:
            return say("written by the model")
        case Origin.PERSON:
            return say("written by {name}", name=draft.by_name or draft.by)


def findings(draft: Draft, say: Sentences) -> list[tuple[bool, str]]:
    """Every finding as a sentence, and whether it blocks."""
    return [(finding.blocks, say.remark(finding.remark)) for finding in draft.findings]


def state(case: Case, say: Sentences) -> str:
    """What became of the case, and what a person can do now; empty while it simply waits for a decision."""
    reason = say.remark(case.reason) if case.reason else ""
    names = " + ".join(approval.name for approval in case.reply.approved_by) if case.reply else ""
    match case.status:
        case Status.POSTED:
            link = case.reply.link if case.reply else ""
            return say("Posted, approved by {names}. {link}", names=names, link=link).strip()
        case Status.REJECTED:
            return say("No reply. {reason}", reason=reason).strip()
        case Status.REFUSED:
            return say("Refused: {reason} Change the text and approve again, or reject.", reason=reason)
        case Status.UNKNOWN:
            return say("It may be public. {reason} Look, then say “posted” or “try again”.", reason=reason)
        case Status.APPROVED if reason:
            return say("Approved by {names}, not sent yet: {reason}", names=names, reason=reason)
        case Status.APPROVED | Status.SENDING:
            return say("Approved by {names}.", names=names)
        case Status.AWAITING if case.approvals:
            yes = " + ".join(approval.name for approval in case.approvals)
            return say("{names} said yes; another manager's yes is needed.", names=yes)
        case Status.AWAITING | Status.RECEIVED:
            return say("Escalated: {reason}", reason=case.escalated) if case.escalated else ""
