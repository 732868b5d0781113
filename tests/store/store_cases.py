"""Cases in a few words, for the tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.desk.case import Case, Complaint, Draft, Origin, Status
from bot.desk.decision import Record

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


def new(case_id: str = "slack:1", at: datetime = NOW, **complaint: Any) -> Case:
    said = {"brand": "nordwind", "text": "Toujours rien reçu !", "received_at": at} | complaint
    return Case(complaint=Complaint(id=case_id, **said), updated_at=at, due=at)


def shown(case: Case, text: str = "Bonjour") -> Case:
    number = case.draft.number + 1 if case.draft else 1
    draft = Draft(number=number, text=text, origin=Origin.TEMPLATE, written_at=NOW)
    return case.to(Status.AWAITING, NOW, draft=draft, due=None)


def yes(case: Case, by: str = "slack:U1") -> Record:
    return Record(case_id=case.id, at=NOW, by=by, by_name="Ana", action="approve", draft=1, status="approved")
