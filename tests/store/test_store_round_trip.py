"""What goes into the store comes out of it."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_cases import NOW, new

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
from bot.store import Store
from bot.store.words import clean

# NUL, lone surrogates, emoji and all, and those more often than chance would have it
letters = st.sampled_from('\0\ud83d\udca9é😡\\u"') | st.characters(exclude_categories=())
words = st.text(letters, max_size=10)
zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001
numbers = st.integers(0, 2**31 - 1)
plain = st.one_of(words, numbers, st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none())
remarks = st.builds(Remark, words, st.dictionaries(st.text("abc", min_size=1), plain, max_size=3))
findings = st.builds(Finding, words, st.sampled_from(Level), remarks, words)
alternatives = st.builds(Alternative, words, words, st.floats(0, 1))
approvals = st.lists(st.builds(Approval, words, words), max_size=2).map(tuple)


def filled(kind: type, **fields: Any) -> st.SearchStrategy[Any]:
    """Values with every field drawn: texts where nothing else is said."""
    drawn = {field.name: words for field in dataclasses.fields(kind)} | fields
    return st.builds(kind, **drawn)


complaints = filled(
    Complaint,
    received_at=times,
    written_at=st.none() | times,
    notes=st.lists(words, max_size=2).map(tuple),
    attachments=st.lists(words, max_size=2).map(tuple),
)
usages = filled(
    Usage,
    **dict.fromkeys(("tokens_in", "cached", "tokens_out", "calls"), numbers),
    seconds=st.floats(0, 1000),
    price=st.none() | st.floats(0, 1000),
)
drafts = filled(
    Draft,
    number=st.just(1),
    origin=st.sampled_from(Origin),
    written_at=times,
    findings=st.lists(findings, max_size=2).map(tuple),
    alternatives=st.lists(alternatives, max_size=2).map(tuple),
    reason=st.none() | remarks,
    remarks=st.lists(remarks, max_size=2).map(tuple),
    usage=st.none() | usages,
)
replies = filled(Reply, draft=numbers, approved_by=approvals, approved_at=times, posted_at=st.none() | times)
cases = filled(
    Case,
    complaint=complaints,
    updated_at=times,
    status=st.sampled_from(Status),
    revision=numbers,
    severity=st.sampled_from(Severity),
    draft=st.none() | drafts,
    approvals=approvals,
    reply=st.none() | replies,
    wish=st.none() | st.builds(Wish, words, words),
    reason=st.none() | remarks,
    due=st.none() | times,
    lease=st.none() | st.builds(Lease, words, times),
    attempts=numbers,
)
records = filled(Record, at=times, draft=numbers, overridden=st.lists(words, max_size=2).map(tuple))


def cleaned(value: Any) -> Any:
    """The value as the store keeps it: what no database takes is gone from every text in it."""
    if type(value) is str:
        return clean(value)
    if isinstance(value, tuple):
        return tuple(cleaned(item) for item in value)
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: cleaned(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return type(value)(**fields)
    return value


ids = count()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases)
async def test_every_field_comes_back_as_it_went_in(store: Store, case: Case) -> None:
    """Whatever a customer, a colleague or a model writes is stored, and is read back the same."""
    case = dataclasses.replace(case, complaint=dataclasses.replace(case.complaint, id=f"{next(ids)}:{case.id}"))
    assert await store.add(case) == (case, True)
    assert await store.get(case.id) == cleaned(case)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(draft=drafts, record=records)
async def test_drafts_and_decisions_come_back_as_they_went_in(store: Store, draft: Draft, record: Record) -> None:
    """The report reads what people were shown and what they decided, word for word."""
    case, _ = await store.add(new(f"history:{next(ids)}"))
    record = dataclasses.replace(record, case_id=case.id)
    assert await store.change(case, case.to(Status.AWAITING, NOW, draft=draft), record)
    assert await store.history(case.id) == ([cleaned(draft)], [cleaned(record)])


@pytest.mark.parametrize(
    ("said", "kept"), [("a\0b", "ab"), ("\ud800a\udfff", "a"), ("\ud83d\ude21", "😡"), ("Reçu 😡\n", "Reçu 😡\n")]
)
async def test_texts_lose_only_what_no_database_takes(store: Store, said: str, kept: str) -> None:
    """NUL and lone halves of characters are dropped; an emoji that came in two halves is made whole."""
    await store.add(new(text=said, notes=(said,)))
    complaint = (await store.get("slack:1")).complaint
    assert (complaint.text, complaint.notes) == (kept, (kept,))
