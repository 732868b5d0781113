from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from bot.desk.brand import Scoped
from bot.desk.case import Approval, Case, Origin, Reply, Status, Wish
from bot.desk.decision import (
    Amend,
    Approve,
    Decision,
    Delete,
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
from bot.errors import AlreadyApproved, NewerDraft, NotManager, NotNow, OwnDraft
from tests.fakes import ALEX, BRAND, CAMILLE, NOON, SACHA, brand_with, case_in, draft, standing

SOON = NOON + timedelta(minutes=5)
TWO = brand_with(approvals=Scoped(2))
FOUR_EYES = brand_with(own_draft=Scoped(False))
EDITED = draft(2, "Bonsoir.", origin=Origin.PERSON, by=CAMILLE.id, by_name=CAMILLE.name)

DECISIONS: dict[str, Decision] = {
    "delete": Delete("the wrong customer"),
    "approve": Approve(1),
    "save-and-approve": Approve(1, "Bonsoir."),
    "edit": Edit(1, "Bonsoir."),
    "redraft": Redraft(1),
    "use-template": UseTemplate(1, "late.fr"),
    "reject": Reject(1),
    "escalate": Escalate(),
    "take": Take(),
    "mark-posted": MarkPosted(),
    "try-again": TryAgain(),
    "undo": Undo(),
    "amend": Amend(link="https://x.com/lea_m/status/1"),
}

REFUSALS = {
    "-": (NotNow, r"^This case is \w+( \(Camille Durand\))?: nothing to do here\.$"),
    "no": (NotManager, r"^Only a manager of Lune may do that\. "),
}

# What becomes of a case, by who decides.
MATRIX = """
                          received awaiting approved sending posted rejected refused  unknown
approve          manager  -        approved -        -       -      -        approved -
approve          other    -        no       -        -       -      -        no       -
save-and-approve manager  -        approved -        -       -      -        approved -
save-and-approve other    -        awaiting -        -       -      -        awaiting -
edit             manager  -        awaiting -        -       -      -        awaiting -
edit             other    -        awaiting -        -       -      -        awaiting -
redraft          manager  -        received -        -       -      -        received -
redraft          other    -        received -        -       -      -        received -
use-template     manager  -        received -        -       -      -        received -
use-template     other    -        received -        -       -      -        received -
reject           manager  rejected rejected -        -       -      -        rejected -
reject           other    no       no       -        -       -      -        no       -
escalate         manager  -        awaiting -        -       -      -        -        -
escalate         other    -        awaiting -        -       -      -        -        -
take             manager  -        awaiting -        -       -      -        -        -
take             other    -        awaiting -        -       -      -        -        -
mark-posted      manager  -        posted   posted   -       -      -        posted   posted
mark-posted      other    -        no       no       -       -      -        no       no
try-again        manager  -        -        -        -       -      -        approved approved
try-again        other    -        -        -        -       -      -        no       no
undo             manager  -        -        awaiting -       -      awaiting -        -
undo             other    -        no       no       -       -      no       -        -
delete           manager  -        -        -        -       rejected -      -        -
delete           other    -        -        -        -       no       -      -        -
amend            manager  received received -        -       -      -        received -
amend            other    received received -        -       -      -        received -
"""


def matrix() -> list[tuple[str, str, str, str]]:
    head, *rows = (line.split() for line in MATRIX.strip().splitlines())
    return [(name, who, status, cell) for name, who, *cells in rows for status, cell in zip(head, cells, strict=True)]


def after(case: Case, decision: Decision, by=CAMILLE, brand=BRAND, **more) -> Case:
    return judge(case, decision, by, brand, SOON, **more).after


@pytest.mark.parametrize(("name", "who", "status", "becomes"), matrix())
def test_who_may_decide_what_and_when(name, who, status, becomes):
    """Every decision in every status, by a manager and by anybody else; a refusal is a whole sentence."""
    case, by = standing(Status(status)), CAMILLE if who == "manager" else ALEX
    if becomes in REFUSALS:
        refusal, says = REFUSALS[becomes]
        with pytest.raises(refusal, match=says):
            after(case, DECISIONS[name], by)
    else:
        ruling = judge(case, DECISIONS[name], by, BRAND, SOON)
        assert (ruling.after.status, ruling.record.status) == (becomes, becomes)


def test_the_matrix_holds_every_decision():
    """A new decision must say who may take it, and when."""
    assert {type(decision) for decision in DECISIONS.values()} == set(get_args(Decision))
    assert len(matrix()) == 2 * len(DECISIONS) * len(Status)


@pytest.mark.parametrize("name", ["approve", "save-and-approve", "edit", "redraft", "use-template", "reject"])
def test_only_the_current_draft_is_decided_on(name):
    """A click on an older draft is refused, and says which one stands now."""
    case = case_in(Status.AWAITING, draft=draft(2))
    with pytest.raises(NewerDraft) as refused:
        after(case, DECISIONS[name])
    assert refused.value.facts == {"current": 2}


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_draft_that_never_was_is_not_the_current_one(number):
    """Neither a guess nor a card of the future is a yes to the text that stands."""
    with pytest.raises(NewerDraft):
        after(case_in(Status.AWAITING), Approve(number))


def test_who_comes_second_is_told_who_was_first():
    """By name, together with where the case stands."""
    with pytest.raises(NotNow, match=r"This case is posted \(Camille Durand\)") as refused:
        after(standing(Status.POSTED), Approve(1), SACHA)
    assert refused.value.facts["status"] == "posted"


def test_who_comes_second_after_an_edit_is_not_sent_to_a_draft_that_is_decided():
    """The case is over, whichever draft they looked at."""
    posted = replace(standing(Status.POSTED), draft=EDITED)
    with pytest.raises(NotNow, match="Camille Durand"):
        after(posted, Approve(1), SACHA)


@pytest.mark.parametrize("decision", [Reject(1), Redraft(1)])
def test_who_approved_once_is_not_blamed_for_what_came_later(decision):
    """A refused reply that was given up names nobody as having rejected it."""
    case = after(standing(Status.REFUSED), decision, SACHA)
    with pytest.raises(NotNow) as refused:
        after(case, Approve(1))
    assert refused.value.facts["who"] == ""


def test_yes_makes_the_reply():
    """Exactly the draft's text, signed, with who said yes and when; the bot is due at once."""
    case = after(case_in(Status.AWAITING), Approve(1), brand=brand_with(signature="^{initials}"))
    yes = (Approval(CAMILLE.id, "Camille Durand"),)
    assert case.reply == Reply(text="Bonjour, réponse 1. ^CD", draft=1, approved_by=yes, approved_at=SOON)
    assert (case.approvals, case.due, case.reason) == (yes, SOON, None)


def test_an_undo_window_delays_the_reply():
    """The bot is due when the window closes."""
    case = after(case_in(Status.AWAITING), Approve(1), brand=brand_with(undo_seconds=90))
    assert case.due == SOON + timedelta(seconds=90)


def test_a_reply_posted_by_hand_is_not_due():
    """The bot must never call a network that only a person can use."""
    case = after(case_in(Status.AWAITING), Approve(1), brand=brand_with(undo_seconds=90), by_hand=True)
    assert (case.status, case.due) == (Status.APPROVED, None)


def test_trying_again_by_hand_is_not_due():
    """Nor when it was another network that failed before."""
    assert after(standing(Status.UNKNOWN), TryAgain(), by_hand=True).due is None


def test_save_and_approve_is_one_step():
    """The text becomes a draft of the person's, and that draft's text the reply."""
    case = after(case_in(Status.AWAITING), Approve(1, "  Bonsoir.\n"))
    assert (case.draft.number, case.draft.text, case.draft.by) == (2, "Bonsoir.", CAMILLE.id)
    assert (case.reply.text, case.reply.draft) == ("Bonsoir.", 2)
    assert case.draft.template == "late.fr"


def test_an_unchanged_text_is_no_new_draft():
    """Whoever opens the form and changes nothing approves what stood there."""
    case = after(case_in(Status.AWAITING), Approve(1, "Bonjour, réponse 1.\n"))
    assert (case.draft, case.reply.draft) == (draft(), 1)


@pytest.mark.parametrize(("by", "brand"), [(ALEX, BRAND), (CAMILLE, FOUR_EYES), (ALEX, FOUR_EYES)])
def test_save_and_approve_without_a_say_still_saves(by, brand):
    """Their words are kept as a draft for somebody else to approve, and nothing is approved."""
    ruling = judge(case_in(Status.AWAITING), Approve(1, "Bonsoir."), by, brand, SOON)
    assert (ruling.after.status, ruling.after.draft.text, ruling.after.draft.by) == ("awaiting", "Bonsoir.", by.id)
    assert (ruling.after.approvals, ruling.after.reply) == ((), None)
    assert ruling.record.action == "edit"


def test_an_unchanged_text_is_not_ones_own():
    """With four eyes, saving the bot's text unchanged is a plain yes: nobody has become its author."""
    case = after(case_in(Status.AWAITING), Approve(1, "Bonjour, réponse 1."), brand=FOUR_EYES)
    assert (case.status, case.draft) == (Status.APPROVED, draft())


def test_four_eyes():
    """Who wrote the text does not approve it; a second manager does."""
    case = case_in(Status.AWAITING, draft=EDITED)
    with pytest.raises(OwnDraft):
        after(case, Approve(2), CAMILLE, FOUR_EYES)
    assert after(case, Approve(2), SACHA, FOUR_EYES).status is Status.APPROVED
    assert after(case, Approve(2), CAMILLE, BRAND).status is Status.APPROVED


def test_two_must_say_yes():
    """The first yes waits for the second; the reply names both and carries the second's initials."""
    brand = replace(TWO, signature="^{initials}")
    first = after(case_in(Status.AWAITING), Approve(1), CAMILLE, brand)
    second = after(first, Approve(1), SACHA, brand)
    assert (first.status, first.reply, first.due) == (Status.AWAITING, None, None)
    assert [approval.by for approval in second.reply.approved_by] == [CAMILLE.id, SACHA.id]
    assert second.reply.text.endswith("^SM")


def test_nobody_says_yes_twice():
    """Two clicks of one person are one yes, and they are told how many are missing."""
    three = brand_with(approvals=Scoped(3))
    case = after(case_in(Status.AWAITING), Approve(1), CAMILLE, three)
    with pytest.raises(AlreadyApproved) as refused:
        after(case, Approve(1), CAMILLE, three)
    assert refused.value.facts == {"missing": 2}


def test_a_brand_that_asks_for_fewer_lets_the_one_who_said_yes_finish():
    """When the second yes is no longer asked for, nobody is told that none is missing."""
    case = after(case_in(Status.AWAITING), Approve(1), CAMILLE, TWO)
    assert after(case, Approve(1), CAMILLE, BRAND).status is Status.APPROVED


def test_two_must_say_yes_where_it_matters():
    """The brand may ask for two on one topic only."""
    brand = brand_with(approvals=Scoped(1, {"legal": 2}))
    assert after(case_in(Status.AWAITING, topic="legal"), Approve(1), brand=brand).status is Status.AWAITING
    assert after(case_in(Status.AWAITING, topic="late"), Approve(1), brand=brand).status is Status.APPROVED


@pytest.mark.parametrize("decision", [Edit(1, "Bonsoir."), Redraft(1), UseTemplate(1, "late.fr")])
def test_a_yes_is_to_one_text(decision):
    """An edit or another draft takes back every yes there was."""
    case = after(case_in(Status.AWAITING), Approve(1), CAMILLE, TWO)
    assert after(case, decision, ALEX, TWO).approvals == ()


def test_saving_another_text_starts_the_count_again():
    """The earlier yes was to other words; a person's own yes is the first one to the new text."""
    case = after(case_in(Status.AWAITING), Approve(1), CAMILLE, TWO)
    saved = after(case, Approve(1, "Bonsoir."), SACHA, TWO)
    assert (saved.status, [approval.by for approval in saved.approvals]) == (Status.AWAITING, [SACHA.id])
    assert after(saved, Approve(2), CAMILLE, TWO).status is Status.APPROVED


def test_a_refused_reply_is_approved_afresh():
    """The one who had said yes may say it again, once what the network disliked is cured."""
    case = after(standing(Status.REFUSED), Approve(1))
    assert (case.status, case.reply.approved_at, len(case.approvals)) == (Status.APPROVED, SOON, 1)


def test_a_refused_reply_needs_everybody_again():
    """With two approvals, the old ones do not count for the new attempt."""
    yes = (Approval(CAMILLE.id, "C"), Approval(SACHA.id, "S"))
    first = after(replace(standing(Status.REFUSED), approvals=yes), Approve(1), CAMILLE, TWO)
    assert (first.status, len(first.approvals), first.reason, first.reply) == (Status.AWAITING, 1, None, None)
    assert after(first, Approve(1), SACHA, TWO).status is Status.APPROVED


def test_a_redraft_carries_its_wish():
    """The note goes to the writer, and the bot is due at once."""
    case = after(case_in(Status.AWAITING), Redraft(1, "plus chaleureux"), ALEX)
    assert (case.wish, case.due, case.draft) == (Wish(note="plus chaleureux"), SOON, draft())


def test_a_template_is_a_wish():
    """By its name."""
    case = after(case_in(Status.AWAITING), UseTemplate(1, "other.fr"), ALEX)
    assert (case.wish, case.due) == (Wish(template="other.fr"), SOON)


@pytest.mark.parametrize("name", ["edit", "redraft", "use-template", "reject"])
def test_what_is_decided_anew_forgets_the_refused_reply(name):
    """Else the old text could be taken for the new one's, and the old reason for what holds now."""
    case = after(standing(Status.REFUSED), DECISIONS[name])
    assert (case.reply, case.reason) == (None, None)


def test_an_undone_approval_waits_again():
    """For the same draft, with no yes, and the bot has nothing to do."""
    case = after(standing(Status.APPROVED, due=SOON), Undo())
    assert (case.status, case.draft, case.due) == (Status.AWAITING, draft(), None)
    assert (case.approvals, case.reply, case.reason) == ((), None, None)


def test_a_rejection_can_be_undone():
    """It says why it was rejected until then."""
    rejected = after(case_in(Status.AWAITING), Reject(1, "spam"))
    assert (str(rejected.reason), rejected.due) == ("spam", None)
    assert after(rejected, Undo(), SACHA).reason is None


def test_a_reason_with_braces_is_only_words():
    """What a person types is never a template."""
    assert str(after(case_in(Status.AWAITING), Reject(1, "{x} {0} {}")).reason) == "{x} {0} {}"


@pytest.mark.parametrize("status", [Status.APPROVED, Status.UNKNOWN, Status.REFUSED])
def test_marked_as_posted(status):
    """What had been approved is what is public now, at that link; the bot has nothing left to do."""
    before = standing(status, due=SOON)
    case = after(before, MarkPosted("https://x.com/1"), SACHA)
    assert case.reply == replace(before.reply, posted_at=SOON, link="https://x.com/1")
    assert (case.status, case.due, case.reason) == (Status.POSTED, None, None)


def test_marked_as_posted_without_a_yes():
    """A manager who posted the draft by hand has thereby approved it."""
    case = after(case_in(Status.AWAITING), MarkPosted("https://x.com/1"), SACHA)
    assert (case.reply.text, case.reply.draft, case.reply.link) == ("Bonjour, réponse 1.", 1, "https://x.com/1")
    assert (case.reply.approved_by, case.reply.posted_at) == ((Approval(SACHA.id, SACHA.name),), SOON)


def test_marked_as_posted_is_the_text_that_stands():
    """After a refusal and an edit it is the edited text, not the one that the network had refused."""
    edited = after(standing(Status.REFUSED), Edit(1, "Bonsoir."), ALEX)
    assert after(edited, MarkPosted(), SACHA).reply.text == "Bonsoir."


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.REFUSED])
def test_try_again(status):
    """The same reply is due at once."""
    before = standing(status)
    case = after(before, TryAgain(), SACHA)
    assert (case.status, case.due, case.reason, case.reply) == (Status.APPROVED, SOON, None, before.reply)


def test_a_case_without_a_draft_can_be_answered():
    """A person writes the first text when a rejection was undone before there was one."""
    case = after(case_in(Status.AWAITING, draft=None), Approve(1, "Bonsoir."))
    assert (case.draft.number, case.draft.origin, case.reply.text) == (1, Origin.PERSON, "Bonsoir.")


def test_take_and_escalate_name_their_person():
    """An escalation without a reason says who asked."""
    case = case_in(Status.AWAITING)
    assert after(case, Take(), ALEX).taken_by == "Alex Petit"
    assert after(case, Escalate("un avocat"), ALEX).escalated == "un avocat"
    assert after(case, Escalate(), ALEX).escalated == "Alex Petit"


def test_judging_changes_nothing():
    """The case that was judged is as before."""
    case = case_in(Status.AWAITING)
    after(case, Approve(1, "Bonsoir."))
    assert case == case_in(Status.AWAITING)


def test_a_first_yes_can_be_taken_back():
    """Where two must say yes, the first may think again; the other's yes stays."""
    both = (Approval(CAMILLE.id, CAMILLE.name), Approval(SACHA.id, SACHA.name))
    waits = case_in(Status.AWAITING, approvals=both)
    assert after(waits, Undo(), brand=TWO).approvals == both[1:]


def test_nobody_takes_back_a_yes_that_is_not_theirs():
    """An undo by a manager who has not said yes changes nothing and says so."""
    waits = case_in(Status.AWAITING, approvals=(Approval(SACHA.id, SACHA.name),))
    with pytest.raises(NotNow):
        after(waits, Undo(), brand=TWO)


def test_what_the_complaint_lacked_is_added():
    """A link and an author found later bring a new draft; an approval of the old one no longer counts."""
    waits = case_in(Status.AWAITING, approvals=(Approval(CAMILLE.id, CAMILLE.name),))
    found = after(waits, Amend(link="https://x.com/lea_m/status/1", author="@lea_m", network="x"), by=ALEX)
    assert (found.complaint.link, found.complaint.author) == ("https://x.com/lea_m/status/1", "@lea_m")
    assert (found.status, found.due, found.approvals) == (Status.RECEIVED, SOON, ())


def test_the_customers_words_are_not_replaced_once_drafted():
    """What a manager has read is what the customer wrote."""
    waits = case_in(Status.AWAITING)
    assert after(waits, Amend(text="Autre chose.")).complaint.text == waits.complaint.text
    fresh = case_in(Status.RECEIVED, draft=None)
    assert after(fresh, Amend(text="Autre chose.")).complaint.text == "Autre chose."


def test_a_text_that_a_person_wrote_outlives_an_amendment():
    """A colleague's words are not thrown away for a link."""
    waits = case_in(Status.AWAITING, draft=EDITED, approvals=(Approval(SACHA.id, SACHA.name),))
    found = after(waits, Amend(author="@lea_m"))
    assert (found.status, found.draft, found.approvals) == (Status.AWAITING, EDITED, ())


def test_who_takes_a_case_is_known_by_name_and_id():
    """Two colleagues may share a name."""
    taken = after(case_in(Status.AWAITING), Take(), by=ALEX)
    assert (taken.taken_by, taken.taken_id) == (ALEX.name, ALEX.id)
