"""Who may decide what, and what a decision makes of a case. Pure: no clock, no store, no network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.desk.brand import Brand, Person
from bot.desk.case import Approval, Case, Draft, Finding, Origin, Remark, Reply, Status, Wish
from bot.desk.decision import (
    Amend,
    Approve,
    Decision,
    Delete,
    Edit,
    Escalate,
    MarkPosted,
    Record,
    Redraft,
    Reject,
    Take,
    TryAgain,
    Undo,
    UseTemplate,
)
from bot.errors import AlreadyApproved, NewerDraft, NotManager, NotNow, OwnDraft


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision makes of a case."""

    after: Case
    record: Record


def judge(
    case: Case,
    decision: Decision,
    by: Person,
    brand: Brand,
    at: datetime,
    findings: tuple[Finding, ...] = (),
    *,
    by_hand: bool = False,
) -> Ruling:
    """Apply a decision to a case.

    ``findings`` are those of the text that ``Approve`` or ``Edit`` would leave standing; ``by_hand`` says that a
    person, not the bot, will post an approved reply.

    Raises:
        Refusal: the person may not, somebody was first, or a newer draft stands.
    """
    _require_open(case, decision)
    _require_current_draft(case, decision)
    decision = _saved_at_least(case, decision, by, brand)
    if not isinstance(decision, Edit | Redraft | UseTemplate | Escalate | Take | Amend):
        _require_manager(case, by, brand)
    after = _move(case, decision, by, brand, at, findings, by_hand=by_hand)
    return Ruling(after, _record(case, after, decision, by, at, findings))


def approved_text(case: Case, decision: Approve | Edit) -> str:
    """The text that would stand after this decision."""
    if decision.text is not None:
        return decision.text.strip()
    return case.draft.text if case.draft else ""


_OPEN: dict[type[Decision], frozenset[Status]] = {
    Approve: frozenset({Status.AWAITING, Status.REFUSED}),
    Edit: frozenset({Status.AWAITING, Status.REFUSED}),
    Redraft: frozenset({Status.AWAITING, Status.REFUSED}),
    UseTemplate: frozenset({Status.AWAITING, Status.REFUSED}),
    Reject: frozenset({Status.RECEIVED, Status.AWAITING, Status.REFUSED}),
    Escalate: frozenset({Status.AWAITING}),
    Take: frozenset({Status.AWAITING}),
    MarkPosted: frozenset({Status.AWAITING, Status.APPROVED, Status.REFUSED, Status.UNKNOWN}),
    TryAgain: frozenset({Status.REFUSED, Status.UNKNOWN}),
    Undo: frozenset({Status.AWAITING, Status.APPROVED, Status.REJECTED}),
    Delete: frozenset({Status.POSTED}),
    Amend: frozenset({Status.RECEIVED, Status.AWAITING, Status.REFUSED}),
}


def _require_current_draft(case: Case, decision: Decision) -> None:
    seen: int | None = getattr(decision, "draft", None)
    if seen is not None and case.draft is not None and seen != case.draft.number:
        raise NewerDraft(current=case.draft.number)


def _require_open(case: Case, decision: Decision) -> None:
    if case.status in _OPEN[type(decision)]:
        return
    first = ", ".join(a.name for a in case.reply.approved_by) if case.reply else ""
    raise NotNow(status=case.status.value, who=f" ({first})" if first else "")


def _saved_at_least(case: Case, decision: Decision, by: Person, brand: Brand) -> Decision:
    """ "Save and approve" by somebody whose yes does not count still saves: their words are not lost."""
    if not isinstance(decision, Approve) or decision.text is None or _unchanged(case, decision):
        return decision
    if brand.manages(by, case) and brand.own_draft.of(case):
        return decision
    return Edit(decision.draft, decision.text)


def _unchanged(case: Case, decision: Approve) -> bool:
    return case.draft is not None and approved_text(case, decision) == case.draft.text


def _require_manager(case: Case, by: Person, brand: Brand) -> None:
    if not brand.manages(by, case):
        raise NotManager(brand=brand.name)


def _move(
    case: Case,
    decision: Decision,
    by: Person,
    brand: Brand,
    at: datetime,
    findings: tuple[Finding, ...],
    *,
    by_hand: bool,
) -> Case:
    match decision:
        case Approve():
            return _approve(case, decision, by, brand, at, findings, by_hand=by_hand)
        case Edit():
            return _with_draft(case, decision.text, by, at, findings)
        case Redraft(note=note):
            return _wished(case, Wish(note=note), at)
        case UseTemplate(template=template):
            return _wished(case, Wish(template=template), at)
        case Reject(reason=reason):
            remark = Remark("{reason}", {"reason": reason}) if reason else None
            return case.to(Status.REJECTED, at, reason=remark, reply=None, due=None)
        case Escalate(reason=reason):
            return case.to(Status.AWAITING, at, escalated=reason or by.name)
        case Take():
            return case.to(Status.AWAITING, at, taken_by=by.name, taken_id=by.id)
        case MarkPosted(link=link):
            return _posted_by_hand(case, by, at, link)
        case TryAgain():
            return case.to(Status.APPROVED, at, due=None if by_hand else at, reason=None, attempts=1)
        case Delete(reason=reason):
            remark = Remark("Deleted again: {reason}", {"reason": reason})
            return case.to(Status.REJECTED, at, reason=remark, reply=None, approvals=(), due=None)
        case Undo():
            return _undone(case, by, at)
        case Amend():
            return _amended(case, decision, at)
        case _:
            assert_never(decision)


def _approve(
    case: Case,
    decision: Approve,
    by: Person,
    brand: Brand,
    at: datetime,
    findings: tuple[Finding, ...],
    *,
    by_hand: bool,
) -> Case:
    given = () if case.status is Status.REFUSED else case.approvals  # what is cured needs a new yes from everybody
    if not _unchanged(case, decision):
        case, given = _with_draft(case, approved_text(case, decision), by, at, findings), ()
    draft = case.draft
    assert draft is not None  # noqa: S101  # just made, if there was none
    if not brand.own_draft.of(case) and draft.by == by.id:
        raise OwnDraft(brand=brand.name)
    again = any(approval.by == by.id for approval in given)
    approvals = given if again else (*given, Approval(by.id, by.name))
    missing = brand.approvals.of(case) - len(approvals)
    if missing > 0 and again:
        raise AlreadyApproved(missing=missing)
    if missing > 0:
        return case.to(Status.AWAITING, at, approvals=approvals, reply=None, reason=None)
    reply = Reply(text=brand.sign(draft.text, by), draft=draft.number, approved_by=approvals, approved_at=at)
    due = None if by_hand else at + timedelta(seconds=brand.undo_seconds)
    tries = min(case.attempts, 1)  # counted anew, but once tried is looked for before it is sent
    return case.to(Status.APPROVED, at, approvals=approvals, reply=reply, due=due, reason=None, attempts=tries)


def _with_draft(case: Case, text: str, by: Person, at: datetime, findings: tuple[Finding, ...]) -> Case:
    before = case.draft
    draft = Draft(
        number=before.number + 1 if before else 1,
        text=text.strip(),
        origin=Origin.PERSON,
        written_at=at,
        lang=case.lang,
        by=by.id,
        by_name=by.name,
        template=before.template if before else "",
        version=before.version if before else "",
        findings=findings,
        alternatives=before.alternatives if before else (),
    )
    return case.to(Status.AWAITING, at, draft=draft, approvals=(), wish=None, reply=None, reason=None)


def _wished(case: Case, wish: Wish, at: datetime) -> Case:
    return case.to(Status.RECEIVED, at, wish=wish, approvals=(), reply=None, reason=None, due=at)


def _undone(case: Case, by: Person, at: datetime) -> Case:
    if case.status is not Status.AWAITING:
        return case.to(Status.AWAITING, at, due=None, approvals=(), reply=None, reason=None)
    others = tuple(approval for approval in case.approvals if approval.by != by.id)
    if others == case.approvals:
        raise NotNow(status=case.status.value, who="")
    return case.to(Status.AWAITING, at, approvals=others)


def _amended(case: Case, added: Amend, at: datetime) -> Case:
    """The complaint with what it lacked, to be drafted anew unless a person wrote the draft that stands.

    The customer's words are never replaced once there is a draft.
    """
    told = {name: value for name in _AMENDED if (value := getattr(added, name))}
    if case.draft and case.complaint.text:
        told.pop("text", None)
    case = replace(case, complaint=replace(case.complaint, **told))
    if case.draft and case.draft.origin is Origin.PERSON:
        return case.to(Status.AWAITING, at, approvals=())
    return case.to(Status.RECEIVED, at, approvals=(), reply=None, reason=None, due=at)


_AMENDED = ("text", "author", "author_name", "link", "network", "notes")


def _posted_by_hand(case: Case, by: Person, at: datetime, link: str) -> Case:
    text = case.draft.text if case.draft else ""
    reply = case.reply or Reply(
        text=text,
        draft=case.draft.number if case.draft else 0,
        approved_by=(Approval(by.id, by.name),),
        approved_at=at,
    )
    return case.to(Status.POSTED, at, reply=replace(reply, posted_at=at, link=link), due=None, reason=None)


def _record(
    case: Case, after: Case, decision: Decision, by: Person, at: datetime, findings: tuple[Finding, ...]
) -> Record:
    changed = isinstance(decision, Approve | Edit) and after.draft != case.draft
    seen = after.draft if isinstance(decision, Approve | Edit) else case.draft
    return Record(
        case_id=case.id,
        at=at,
        by=by.id,
        by_name=by.name,
        action=_ACTIONS[type(decision)],
        draft=seen.number if seen else 0,
        origin=seen.origin.value if seen else "",
        template=seen.template if seen else "",
        before=case.draft.text if changed and case.draft else "",
        after=after.draft.text if isinstance(decision, Approve | Edit) and after.draft else "",
        note=_note(decision),
        overridden=tuple(f.check for f in findings if isinstance(decision, Approve) and not f.blocks),
        status=after.status.value,
    )


_ACTIONS: dict[type[Decision], str] = {
    Approve: "approve",
    Edit: "edit",
    Redraft: "redraft",
    UseTemplate: "use-template",
    Reject: "reject",
    Escalate: "escalate",
    Take: "take",
    MarkPosted: "mark-posted",
    TryAgain: "try-again",
    Undo: "undo",
    Delete: "delete",
    Amend: "amend",
}


def _note(decision: Decision) -> str:
    match decision:
        case Redraft(note=note):
            return note
        case UseTemplate(template=template):
            return template
        case Reject(reason=reason) | Escalate(reason=reason) | Delete(reason=reason):
            return reason
        case MarkPosted(link=link):
            return link
        case Amend(link=link):
            return link
        case Approve() | Edit() | Take() | TryAgain() | Undo():
            return ""
        case _:
            assert_never(decision)
