from datetime import timedelta

import pytest

from bot.desk.case import Case, Status
from bot.desk.decision import (
    Approve,
    Decision,
    Edit,
    Escalate,
    MarkPosted,
    Redraft,
    Reject,
    Take,
    TryAgain,
    Undo,
    UseTemplate,
)
from bot.desk.judge import judge
from tests.fakes import BRAND, CAMILLE, NOON, SACHA, case_in, finding, standing

SOON = NOON + timedelta(minutes=5)


def record(case: Case, decision: Decision, by=CAMILLE, brand=BRAND, findings=()):
    return judge(case, decision, by, brand, SOON, findings).record


def test_the_record_of_a_yes():
    """Who, when, on which draft, from where its text came, and which warnings were overridden."""
    found = record(case_in(Status.AWAITING), Approve(1), SACHA, findings=(finding("promise"),))
    assert (found.by, found.by_name, found.at) == (SACHA.id, "Sacha Martin", SOON)
    assert (found.action, found.draft, found.origin, found.template) == ("approve", 1, "template", "late.fr")
    assert (found.before, found.after, found.overridden) == ("", "Bonjour, réponse 1.", ("promise",))


@pytest.mark.parametrize(("decision", "action"), [(Approve(1, "Bonsoir."), "approve"), (Edit(1, "Bonsoir."), "edit")])
def test_the_record_of_a_change(decision, action):
    """What they saw, what they made of it, and that a person wrote it."""
    found = record(case_in(Status.AWAITING), decision)
    assert (found.action, found.draft, found.origin) == (action, 2, "person")
    assert (found.before, found.after) == ("Bonjour, réponse 1.", "Bonsoir.")


def test_an_edit_overrides_nothing():
    """Warnings are overridden by a yes only."""
    assert record(case_in(Status.AWAITING), Edit(1, "promis"), findings=(finding("promise"),)).overridden == ()


@pytest.mark.parametrize(
    ("status", "decision", "note"),
    [
        (Status.AWAITING, Redraft(1, "plus court"), "plus court"),
        (Status.AWAITING, UseTemplate(1, "late.fr"), "late.fr"),
        (Status.AWAITING, Reject(1, "spam"), "spam"),
        (Status.AWAITING, Escalate("un avocat"), "un avocat"),
        (Status.UNKNOWN, MarkPosted("https://x.com/1"), "https://x.com/1"),
        (Status.UNKNOWN, TryAgain(), ""),
        (Status.APPROVED, Undo(), ""),
        (Status.AWAITING, Take(), ""),
    ],
)
def test_the_record_of_anything_else(status, decision, note):
    """The reason, note, template or link; the draft they saw; no text, since none was changed."""
    found = record(standing(status), decision)
    assert (found.note, found.draft, found.before, found.after) == (note, 1, "", "")
