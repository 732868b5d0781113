"""Cases, drafts and decisions as rows, and back. Written by hand: it is done for every case, several times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from bot.desk.case import (
    Alternative,
    Approval,
    Case,
    Complaint,
    Draft,
    Finding,
    Lease,
    Level,
    Origin,
    Remark,
    Reply,
    Severity,
    Status,
    Usage,
    Wish,
)
from bot.desk.decision import Record
from bot.store.tables import utc

Values = dict[str, Any]

# To rows


def case_row(case: Case) -> Values:
    """The whole row of a case: its complaint, and where its reply stands."""
    complaint = case.complaint
    return {
        "id": complaint.id,
        "brand": complaint.brand,
        "received_at": complaint.received_at,
        "complaint_lang": complaint.lang,
        "written_at": complaint.written_at,
        "source": complaint.source,
        "attachments": complaint.attachments or None,
        **amended_row(complaint),
        **state_row(case),
    }


def amended_row(complaint: Complaint) -> Values:
    """The part of a complaint that may be added later."""
    return {
        "text": complaint.text,
        "network": complaint.network,
        "author": complaint.author,
        "author_name": complaint.author_name,
        "link": complaint.link,
        "notes": complaint.notes or None,
    }


def state_row(case: Case) -> Values:
    """The part of a case's row that a move may change."""
    return {
        "updated_at": case.updated_at,
        "status": case.status.value,
        "revision": case.revision,
        "lang": case.lang,
        "kind": case.kind,
        "topic": case.topic,
        "severity": case.severity.value,
        "draft": case.draft.number if case.draft else None,
        "approvals": [_approval(approval) for approval in case.approvals] or None,
        "reply": _reply(case.reply) if case.reply else None,
        "wish": {"note": case.wish.note, "template": case.wish.template} if case.wish else None,
        "taken_by": case.taken_by,
        "taken_id": case.taken_id,
        "escalated": case.escalated,
        "reason": _remark(case.reason) if case.reason else None,
        "due": case.due,
        "lease": {"worker": case.lease.worker, "until": _time(case.lease.until)} if case.lease else None,
        "attempts": case.attempts,
    }


def draft_row(case_id: str, draft: Draft) -> Values:
    """The row of one draft."""
    return {
        "case_id": case_id,
        "number": draft.number,
        "text": draft.text,
        "origin": draft.origin.value,
        "written_at": draft.written_at,
        "lang": draft.lang,
        "by": draft.by,
        "by_name": draft.by_name,
        "template": draft.template,
        "version": draft.version,
        "findings": [_finding(finding) for finding in draft.findings] or None,
        "alternatives": [_alternative(other) for other in draft.alternatives],
        "reason": _remark(draft.reason) if draft.reason else None,
        "remarks": [_remark(remark) for remark in draft.remarks] or None,
        "usage": usage_row(draft.usage) if draft.usage else None,
    }


def usage_row(usage: Usage) -> Values:
    """What a model's answer cost."""
    return {
        "model": usage.model,
        "tokens_in": usage.tokens_in,
        "cached": usage.cached,
        "tokens_out": usage.tokens_out,
        "calls": usage.calls,
        "seconds": usage.seconds,
        "price": usage.price,
        "currency": usage.currency,
    }


def decision_row(case_id: str, revision: int, record: Record) -> Values:
    """The row of one decision; ``revision`` is the one that it made of the case."""
    return {
        "case_id": case_id,
        "revision": revision,
        "at": record.at,
        "by": record.by,
        "by_name": record.by_name,
        "action": record.action,
        "draft": record.draft,
        "origin": record.origin,
        "template": record.template,
        "before": record.before,
        "after": record.after,
        "note": record.note,
        "overridden": record.overridden or None,
        "status": record.status,
    }


def _approval(approval: Approval) -> Values:
    return {"by": approval.by, "name": approval.name}


def _reply(reply: Reply) -> Values:
    return {
        "text": reply.text,
        "draft": reply.draft,
        "approved_by": [_approval(approval) for approval in reply.approved_by],
        "approved_at": _time(reply.approved_at),
        "posted_at": _time(reply.posted_at) if reply.posted_at else None,
        "link": reply.link,
        "ref": reply.ref,
    }


def _finding(finding: Finding) -> Values:
    return {
        "check": finding.check,
        "level": finding.level.value,
        "remark": _remark(finding.remark),
        "quote": finding.quote,
    }


def _alternative(alternative: Alternative) -> Values:
    return {"template": alternative.template, "topic": alternative.topic, "score": alternative.score}


def _remark(remark: Remark) -> Values:
    return {"says": remark.says, "facts": dict(remark.facts)}


def _time(at: datetime) -> str:
    return utc(at).isoformat()


# From rows


def case_of(row: RowMapping) -> Case:
    """The case of a row of ``cases`` joined with its current draft, whose columns begin with ``draft_``."""
    return Case(
        complaint=_complaint_of(row),
        updated_at=row["updated_at"],
        status=Status(row["status"]),
        revision=row["revision"],
        lang=row["lang"],
        kind=row["kind"],
        topic=row["topic"],
        severity=Severity(row["severity"]),
        draft=None if row["draft_number"] is None else draft_of(row),
        approvals=_approvals_of(row["approvals"] or ()),
        reply=_reply_of(row["reply"]) if row["reply"] else None,
        wish=Wish(**row["wish"]) if row["wish"] else None,
        taken_by=row["taken_by"],
        taken_id=row["taken_id"],
        escalated=row["escalated"],
        reason=Remark(**row["reason"]) if row["reason"] else None,
        due=row["due"],
        lease=Lease(row["lease"]["worker"], datetime.fromisoformat(row["lease"]["until"])) if row["lease"] else None,
        attempts=row["attempts"],
    )


def draft_of(row: RowMapping) -> Draft:
    """The draft of a row whose draft columns begin with ``draft_``."""
    return Draft(
        number=row["draft_number"],
        text=row["draft_text"],
        origin=Origin(row["draft_origin"]),
        written_at=row["draft_written_at"],
        lang=row["draft_lang"],
        by=row["draft_by"],
        by_name=row["draft_by_name"],
        template=row["draft_template"],
        version=row["draft_version"],
        findings=tuple(_finding_of(finding) for finding in row["draft_findings"] or ()),
        alternatives=tuple(Alternative(**alternative) for alternative in row["draft_alternatives"] or ()),
        reason=Remark(**row["draft_reason"]) if row["draft_reason"] else None,
        remarks=tuple(Remark(**remark) for remark in row["draft_remarks"] or ()),
        usage=Usage(**row["draft_usage"]) if row["draft_usage"] else None,
    )


def record_of(row: RowMapping) -> Record:
    """The record of a row of ``decisions``."""
    return Record(
        case_id=row["case_id"],
        at=row["at"],
        by=row["by"],
        by_name=row["by_name"],
        action=row["action"],
        draft=row["draft"],
        origin=row["origin"],
        template=row["template"],
        before=row["before"],
        after=row["after"],
        note=row["note"],
        overridden=tuple(row["overridden"] or ()),
        status=row["status"],
    )


def _complaint_of(row: RowMapping) -> Complaint:
    return Complaint(
        id=row["id"],
        brand=row["brand"],
        text=row["text"],
        received_at=row["received_at"],
        network=row["network"],
        author=row["author"],
        author_name=row["author_name"],
        link=row["link"],
        lang=row["complaint_lang"],
        written_at=row["written_at"],
        source=row["source"],
        notes=tuple(row["notes"] or ()),
        attachments=tuple(row["attachments"] or ()),
    )


def _approvals_of(approvals: Iterable[Mapping[str, str]]) -> tuple[Approval, ...]:
    return tuple(Approval(**approval) for approval in approvals)


def _reply_of(reply: Values) -> Reply:
    posted_at = reply["posted_at"]
    return Reply(
        text=reply["text"],
        draft=reply["draft"],
        approved_by=_approvals_of(reply["approved_by"]),
        approved_at=datetime.fromisoformat(reply["approved_at"]),
        posted_at=datetime.fromisoformat(posted_at) if posted_at else None,
        link=reply["link"],
        ref=reply["ref"],
    )


def _finding_of(finding: Values) -> Finding:
    return Finding(finding["check"], Level(finding["level"]), Remark(**finding["remark"]), finding["quote"])
