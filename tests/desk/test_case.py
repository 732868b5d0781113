from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.case import MOVES, Finding, ImpossibleMove, Level, Remark, Severity, Status
from tests.fakes import NOON, case_in, draft, finding, names

# Written by hand: a row is where a case stands, a column where it may go.
TABLE = """
           received awaiting approved sending posted rejected refused unknown
received   yes      yes      -        -       -      yes      -       -
awaiting   yes      yes      yes      -       yes    yes      -       -
approved   -        yes      -        yes     yes    -        -       -
sending    -        -        yes      -       yes    -        yes     yes
posted     -        -        -        -       -      yes      -       -
rejected   -        yes      -        -       -      -        -       -
refused    yes      yes      yes      -       yes    yes      -       -
unknown    -        -        yes      -       yes    -        -       yes
"""


def moves() -> list[tuple[Status, Status, bool]]:
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    return [(Status(row[0]), Status(to), cell == "yes") for row in rows for to, cell in zip(head, row[1:], strict=True)]


@pytest.mark.parametrize(("start", "end", "allowed"), moves())
def test_a_case_moves_only_as_drawn(start, end, allowed):
    """The whole table: every move that is allowed, and every one that is a bug of ours."""
    case = case_in(start)
    if allowed:
        assert case.to(end, NOON).status is end
    else:
        with pytest.raises(ImpossibleMove, match=f"{case.id}: {start} -> {end}"):
            case.to(end, NOON)


def test_every_status_is_in_the_table():
    """A new status must say where it leads."""
    assert set(MOVES) == set(Status) == {start for start, _, _ in moves()}


def test_a_move_is_one_revision_on():
    """The case before stays as it was; the next one knows when it changed."""
    before, later = case_in(Status.AWAITING, revision=7), NOON + timedelta(hours=1)
    after = before.to(Status.REJECTED, later, taken_by="Sacha")
    assert (after.revision, after.updated_at, after.taken_by) == (8, later, "Sacha")
    assert before == case_in(Status.AWAITING, revision=7)


def test_a_move_changes_nothing_else():
    """What a move does not name stays."""
    before = case_in(Status.UNKNOWN, escalated="un avocat", attempts=3, reason=Remark("No answer."))
    after = before.to(Status.UNKNOWN, NOON)
    assert after == replace(before, revision=before.revision + 1)


def test_an_impossible_move_is_no_refusal():
    """It is a bug, and must not be told to a person as if they had done something wrong."""
    assert ImpossibleMove.__mro__[1] is Exception


def test_a_case_is_its_complaint():
    """Its id and its brand are the complaint's."""
    case = case_in(Status.RECEIVED)
    assert (case.id, case.brand) == (case.complaint.id, "main")


def test_findings_are_told_apart():
    """What forbids posting, and what a manager may override; in their order."""
    mixed = draft(findings=tuple(map(finding, ("never", "promise", "length"))))
    assert names(mixed.blocks) == ["never", "length"]
    assert names(mixed.warnings) == ["promise"]


@pytest.mark.parametrize(("level", "blocks"), [(Level.WARN, False), (Level.BLOCK, True)])
def test_only_a_block_blocks(level, blocks):
    """A warning may be overridden."""
    assert Finding("never", level, Remark("Never.")).blocks is blocks


def test_severities_rise():
    """Ranks follow harm, not the alphabet."""
    rising = [Severity.LOW, Severity.NORMAL, Severity.HIGH, Severity.CRITICAL]
    assert [severity.rank for severity in rising] == [0, 1, 2, 3]
    assert max(Severity, key=lambda severity: severity.rank) is Severity.CRITICAL


def test_a_remark_is_a_sentence():
    """Its facts stand where the braces were, whatever they hold."""
    assert str(Remark("Never say “{quote}”.", {"quote": "{name} %s"})) == "Never say “{name} %s”."
