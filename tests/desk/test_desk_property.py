"""Anything may happen to a case, in any order; what we promise holds all the time."""

import asyncio
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.desk.brand import Scoped
from bot.desk.case import Status
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
from bot.desk.desk import LOOKS
from bot.errors import Refusal
from tests.fakes import ALEX, CAMILLE, NOOR, SACHA, Crash, Does, Room, Sees, brand_with

RECEIVED, AWAITING, APPROVED, SENDING, POSTED, REJECTED, REFUSED, UNKNOWN = Status
WAITS_FOR_THE_BOT = {RECEIVED, APPROVED, SENDING}
#: Which statuses the last record may have led to by now.
EXPLAINS = {
    "": {RECEIVED, AWAITING},
    "received": {RECEIVED, AWAITING},
    "awaiting": {AWAITING},
    "approved": {APPROVED, SENDING, POSTED, REFUSED, UNKNOWN},
    "posted": {POSTED},
    "rejected": {REJECTED},
}
MANAGERS = [CAMILLE, SACHA, NOOR]
TEXTS = ["Bonsoir.", "Bonjour Léa ! 🙏🏽", "C'est promis.", "C'est interdit.", ""]

people = st.sampled_from([*MANAGERS, ALEX])
acts = st.tuples(
    st.sampled_from([
        Approve, Approve, Approve, Edit, Redraft, UseTemplate, Reject, Escalate, Take, MarkPosted, TryAgain, Undo,
    ]),
    people,
    st.sampled_from([None, None, *TEXTS]),
    st.sampled_from([0, 0, 0, 1]),  # how many drafts ago they last looked
)  # fmt: skip


class OneCase(RuleBasedStateMachine):
    """One complaint, its managers, their clicks, the worker, the network, crashes, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.said_yes: set[str] = set()  # every text that a manager wanted to approve, as signed
        self.misled = 0  # a person said "try again" while the reply was public

    @initialize(approvals=st.sampled_from([1, 1, 2]), own=st.booleans(), undo=st.sampled_from([0, 60]))
    def receive(self, approvals, own, undo):
        brand = brand_with(
            approvals=Scoped(approvals), own_draft=Scoped(own), undo_seconds=undo, signature="^{initials}"
        )
        self.room = Room(brand)
        self.runner.run(self.room.receive())

    def teardown(self) -> None:
        """Once the network is well again and nobody does anything, the bot comes to rest."""
        try:
            self.room.network.plan.clear()
            self.room.network.sees = Sees.TRUTH
            self.runner.run(self.room.restart())
            self.runner.run(self.room.wait(minutes=30))
            assert self.room.case.due is None
            self.at_most_one_reply()
        finally:
            self.runner.close()

    # What may happen

    @rule(act=acts)
    def somebody_decides(self, act):
        self.runner.run(self._decide(*act))

    @rule(first=acts, second=acts)
    def two_decide_while_the_worker_runs(self, first, second):
        self.runner.run(self._at_once(self._decide(*first), self._decide(*second), self.room.run()))

    @rule()
    def the_worker_runs(self):
        self.runner.run(self.room.run())

    @rule(seconds=st.sampled_from([1, 30, 61, 600]))
    def time_passes(self, seconds):
        self.runner.run(self.room.wait(seconds=seconds))

    @rule(does=st.lists(st.sampled_from(list(Does)[:-1]), max_size=4), sees=st.sampled_from(Sees))
    def the_network_changes(self, does, sees):
        self.room.network.plan.clear()
        self.room.network.plan.extend(does)
        self.room.network.sees = sees

    @rule(step=st.integers(1, 25), gone=st.booleans())
    def the_worker_dies(self, step, gone):
        self.runner.run(self._dies(self.room.run(), step, gone))

    @rule(act=acts, step=st.integers(1, 12), gone=st.booleans())
    def the_desk_dies_while_somebody_decides(self, act, step, gone):
        self.runner.run(self._dies(self._decide(*act), step, gone))

    @rule()
    @precondition(lambda self: self.room.work.waiting)
    def the_queue_is_lost(self):
        self.room.work.waiting.clear()

    @rule()
    def somebody_approves_and_it_is_sent(self):
        """The happy path, or most walks would never get that far."""
        for person in MANAGERS:
            self.runner.run(self._decide(Approve, person, None, 0))
        self.runner.run(self.room.run())

    # What always holds

    @invariant()
    def at_most_one_reply(self):
        assert len(self.room.public) <= 1 + self.misled

    @invariant()
    def what_is_public_was_approved_to_the_byte(self):
        assert set(self.room.public) <= self.said_yes

    @invariant()
    def nothing_is_sent_without_every_yes(self):
        brand, managers = self.room.brand, {person.id for person in MANAGERS}
        yes = {(record.by, record.draft) for record in self.room.store.records if record.action == "approve"}
        authors = {move.after.draft.number: move.after.draft.by for move in self.room.store.moves if move.after.draft}
        for reply in self.room.network.calls:
            by = {approval.by for approval in reply.approved_by}
            assert len(by) >= brand.approvals.default
            assert by <= managers
            assert {(person, reply.draft) for person in by} <= yes
            assert brand.own_draft.default or authors[reply.draft] not in by

    @invariant()
    def the_bot_is_due_where_it_is_its_turn(self):
        case = self.room.case
        assert (case.lease is not None) == (case.status is SENDING)
        assert (case.reply is not None) == (case.status in {APPROVED, SENDING, POSTED, REFUSED, UNKNOWN})
        if case.status is UNKNOWN:
            assert (case.due is None) == (case.attempts > LOOKS)
        else:
            assert (case.due is not None) == (case.status in WAITS_FOR_THE_BOT)

    @invariant()
    def the_records_explain_the_status(self):
        records = self.room.store.records
        assert self.room.case.status in EXPLAINS[records[-1].status if records else ""]

    @invariant()
    def posted_is_posted(self):
        """Only a person's word makes a case posted that the customer cannot read."""
        by_word = self.room.store.records and self.room.store.records[-1].action == "mark-posted"
        assert self.room.case.status is not POSTED or self.room.public or by_word

    # How it happens

    async def _decide(self, kind, by, text, ago) -> None:
        decision = self._decision(kind, text, ago)
        if isinstance(decision, Approve) and by in MANAGERS:
            seen = self._drafts().get(decision.draft, "")
            self.said_yes.add(self.room.brand.sign(seen if decision.text is None else decision.text, by))
        public = bool(self.room.public)
        with suppress(Refusal):
            await self.room.decide(decision, by)
            self.misled += isinstance(decision, TryAgain) and public

    def _decision(self, kind, text, ago) -> Decision:
        draft = self.room.case.draft.number - ago if self.room.case.draft else 1
        if kind is Approve:
            return Approve(draft, text)
        if kind is Edit:
            return Edit(draft, text or "Bonsoir.")
        if kind is UseTemplate:
            return UseTemplate(draft, "late.fr")
        return kind(draft) if kind in {Redraft, Reject} else kind()

    def _drafts(self) -> dict[int, str]:
        return {move.after.draft.number: move.after.draft.text for move in self.room.store.moves if move.after.draft}

    async def _at_once(self, *coroutines) -> None:
        await asyncio.gather(*coroutines)

    async def _dies(self, coroutine, step, gone) -> None:
        public = bool(self.room.public)
        tries = len([record for record in self.room.store.records if record.action == "try-again"])
        self.room.steps.crash_after(step)
        with suppress(Crash):
            await coroutine
        self.room.steps.crash_after(None)
        said = len([record for record in self.room.store.records if record.action == "try-again"]) - tries
        self.misled += said and public
        await self.room.restart(gone=gone)


OneCase.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestOneCase = OneCase.TestCase
