"""The whole story of a case: receive, draft, decide, publish, resume.

Every step reads the case, works out the next state, and compares and sets it; whoever comes second finds that the
case has moved on and does nothing, or is told so kindly. A step may therefore run twice, late, or after a crash.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.desk.brand import Person
from bot.desk.case import Case, Complaint, Draft, Finding, Lease, Origin, Remark, Severity, Status
from bot.desk.decision import Approve, Decision, Delete, Edit, UseTemplate
from bot.desk.judge import approved_text, judge
from bot.desk.ports import (
    WRITERS_OWN,
    Absent,
    Clock,
    Network,
    Networks,
    NotSent,
    Original,
    Outcome,
    Posted,
    Refused,
    Review,
    Sighting,
    Store,
    Unclear,
    Voice,
    Work,
    Writer,
    Writing,
)
from bot.errors import Blocked, NetworkNotReady, NotDeleted, UnknownCase, UnknownTemplate

log = logging.getLogger(__name__)

#: A case received this long ago without a draft is asked for again: its job was lost.
DRAFT_GRACE = timedelta(minutes=2)
NO_WAIT = timedelta()
#: How long a worker has a case for itself; afterwards another one may look after it.
LEASE = timedelta(seconds=60)
#: How long one call to a network may take. A look and a call end well before the lease, or two workers could send.
PATIENCE = timedelta(seconds=25)
#: How long the original may take to be read before a draft is written without.
READING = timedelta(seconds=5)
#: When nobody can say whether a reply is public, the network is asked again after this long, doubled at each try.
LOOK_AGAIN = timedelta(seconds=30)
#: After this many tries (sent, or looked for, without an answer) a person must look.
LOOKS = 5
#: Stands for the approver, whose signature is not known yet, when a draft is measured.
SOMEBODY = Person("", "Some Body")


class Desk:
    """The reply desk. One per process; any number of processes over one store."""

    def __init__(
        self,
        *,
        voice: Voice,
        writer: Writer,
        review: Review,
        networks: Networks,
        store: Store,
        work: Work,
        clock: Clock,
    ) -> None:
        self.voice = voice
        self.writer = writer
        self.review = review
        self.networks = networks
        self.store = store
        self.work = work
        self.clock = clock

    # Receive

    async def receive(self, complaint: Complaint, *, wait: timedelta = NO_WAIT) -> tuple[Case, bool]:
        """Store a complaint and ask for a draft; returns its case and whether it is new.

        A complaint with a known id is the case that already stands; nothing else happens then. ``wait`` holds the
        draft back for what a chat will tell of the complaint in a moment.
        """
        now = self.clock.now()
        case = Case(complaint=complaint, updated_at=now, lang=complaint.lang, due=now + (wait or DRAFT_GRACE))
        stored, new = await self.store.add(case)
        if new:
            log.info("received", extra={"case": stored.id, "network": complaint.network})
            await self.work.ask("draft", stored, at=now + wait if wait else None)
        return stored, new

    # Draft

    async def draft(self, case_id: str) -> None:
        """Write the next draft of a case that waits for one, and show it."""
        case = await self._case(case_id)
        if case.status is not Status.RECEIVED:
            return
        found, original = await self._completed(case)
        writing = await self._write(found)
        now = self.clock.now()
        drafted = replace(found, lang=writing.lang, kind=writing.kind, topic=writing.topic, severity=writing.severity)
        if original:
            writing = replace(writing, remarks=(*original.remarks, *writing.remarks))
        draft = written(writing, now, self._found(drafted, writing), number=case.draft.number + 1 if case.draft else 1)
        after = drafted.to(Status.AWAITING, now, draft=draft, approvals=(), wish=None, due=None)
        if await self.store.change(case, after):
            log.info("drafted", extra={"case": case.id, "topic": after.topic, "template": draft.template})
            await self._follow(after)

    async def _completed(self, case: Case) -> tuple[Case, Original | None]:
        """The case with what its complaint lacks and its network tells; and what stands there now."""
        try:
            async with asyncio.timeout(READING.total_seconds()):
                original = await self.networks.of(case.complaint).original(case.complaint)
        except Exception:  # a network that is away costs the look, never the draft
            log.warning("the original could not be read", extra={"case": case.id}, exc_info=True)
            return case, None
        told = {name: getattr(original, name) for name in ("text", "author", "author_name")} if original else {}
        lacks = {name: value for name, value in told.items() if value and not getattr(case.complaint, name)}
        return replace(case, complaint=replace(case.complaint, **lacks)) if lacks else case, original

    async def _write(self, case: Case) -> Writing:
        try:
            return await self.writer.write(case)
        except Exception:  # a pen that breaks must not lose the case: a person writes instead
            log.exception("the writer failed", extra={"case": case.id})
            return Writing(
                text="",
                origin=Origin.TEMPLATE,
                lang=case.lang,
                kind=case.kind or "complaint",
                topic=case.topic or "other",
                severity=max(case.severity, Severity.NORMAL, key=lambda s: s.rank),
                reason=Remark("No draft: the writer failed. Please write the reply yourself, or ask again."),
            )

    # Decide

    async def decide(self, case_id: str, decision: Decision, by: Person) -> Case:
        """Apply a person's decision; returns the case as it stands then.

        Raises:
            Refusal: with the reason, in a sentence; nothing has changed.
        """
        case = await self._case(case_id)
        brand = self.voice.brand(case.brand)
        network = self.networks.of(case.complaint)
        if isinstance(decision, UseTemplate) and not self.voice.knows(case.brand, decision.template):
            raise UnknownTemplate(template=decision.template, brand=brand.name)
        findings: tuple[Finding, ...] = ()
        if isinstance(decision, Approve | Edit):
            findings = self._decided_on(case, decision, by)
        ruling = judge(case, decision, by, brand, self.clock.now(), findings, by_hand=network.by_hand)
        if ruling.record.action == "approve":
            await self._require_sendable(case, network, findings)
        if isinstance(decision, Delete):
            await self._delete(case, network)
        if not await self.store.change(case, ruling.after, ruling.record):
            return await self.decide(case_id, decision, by)  # somebody was first: judge what stands now
        log.info("decided", extra={"case": case.id, "action": ruling.record.action, "by": by.id})
        await self._follow(ruling.after)
        return ruling.after

    async def _require_sendable(self, case: Case, network: Network, findings: tuple[Finding, ...]) -> None:
        if blocks := tuple(finding.remark for finding in findings if finding.blocks):
            raise Blocked(findings=blocks)
        if reason := await network.check(case.complaint):
            raise NetworkNotReady(network=network.name, reason=reason)

    async def _delete(self, case: Case, network: Network) -> None:
        """Off the network first: what is recorded as gone must be gone. Asked twice, it is gone once."""
        assert case.reply is not None  # noqa: S101  # POSTED is only reached with one
        if not network.deletes:
            raise NotDeleted(network=network.name, reason=Remark("It deletes nothing for us; please do it there."))
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                outcome = await network.delete(case.complaint, case.reply)
        except Exception as error:
            log.exception("the reply could not be deleted", extra={"case": case.id})
            reason = Remark("It does not say whether the reply is gone. Please look there, then try again.")
            raise NotDeleted(network=network.name, reason=reason) from error
        if not isinstance(outcome, Posted):
            raise NotDeleted(network=network.name, reason=outcome.reason)

    # Publish: intent, look, fence, send, record

    async def publish(self, case_id: str) -> None:
        """Bring an approved reply to the customer, once; look first wherever it may be there already."""
        case = await self._case(case_id)
        now = self.clock.now()
        if case.due is not None and (free := self._free_at(case, case.due)) > now:
            await self.work.ask("publish", case, at=free)
        elif case.status is Status.APPROVED and case.due is not None:
            await self._send(case)
        elif case.status is Status.SENDING:
            await self._look(await self._crashed(case))
        elif case.status is Status.UNKNOWN and case.due is not None:
            await self._look(case)

    def _free_at(self, case: Case, due: datetime) -> datetime:
        """When the case may be looked after: once it is due, or the call of a worker that has ended has settled."""
        if case.lease is None or not self.work.gone(case.lease.worker):
            return due
        settles = timedelta(seconds=self.networks.of(case.complaint).settles)
        return min(due, case.lease.until - LEASE + settles)

    async def _send(self, case: Case) -> None:
        network = self.networks.of(case.complaint)
        lease = Lease(self.work.worker, self.clock.now() + LEASE)
        sending = case.to(Status.SENDING, self.clock.now(), lease=lease, due=lease.until, attempts=case.attempts + 1)
        if not await self.store.change(case, sending):
            return
        # Approved means surely not public: an answer that says otherwise counts, none at all does not.
        seen = await self._sighting(network, sending) if case.attempts else Absent()
        if isinstance(seen, Posted):
            await self._settle(sending, seen)
        elif await self._holds(sending):
            await self._settle(sending, await self._call(network, sending))

    async def _holds(self, sending: Case) -> bool:
        """The fence: a process that was frozen must not wake up and post what another has looked after."""
        stands = await self._case(sending.id)
        now = self.clock.now()  # read last: it may have been frozen while it read the case
        return stands.revision == sending.revision and stands.lease is not None and now < stands.lease.until

    async def _call(self, network: Network, case: Case) -> Outcome:
        assert case.reply is not None  # noqa: S101  # SENDING is only reached through an approval
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await network.publish(case.complaint, case.reply)
        except Exception:  # whatever broke, the reply may be public by now
            log.exception("the network failed", extra={"case": case.id})
            return Unclear(Remark("The connection to {network} broke while posting.", {"network": network.name}))

    async def _sighting(self, network: Network, case: Case) -> Sighting:
        assert case.reply is not None  # noqa: S101
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await network.find(case.complaint, case.reply)
        except Exception:  # not seen is not absent
            log.exception("could not look", extra={"case": case.id})
            return Unclear(Remark("{network} does not say whether the reply is there.", {"network": network.name}))

    async def _crashed(self, case: Case) -> Case:
        """A worker ended, or froze past its lease, in the middle of sending: nobody knows what happened."""
        reason = Remark("The bot stopped while posting.")
        unknown = case.to(Status.UNKNOWN, self.clock.now(), lease=None, reason=reason)
        return unknown if await self.store.change(case, unknown) else await self._case(case.id)

    async def _look(self, case: Case) -> None:
        """From UNKNOWN: found is posted, surely absent is sent again, else look later or ask a person."""
        if case.status is not Status.UNKNOWN:
            return
        network = self.networks.of(case.complaint)
        now = self.clock.now()
        match await self._sighting(network, case):
            case Posted() as found:
                after = self._posted(case, found)
            case Absent():
                after = case.to(Status.APPROVED, now, due=now, lease=None, reason=None)
            case Unclear(reason=reason):
                tries = case.attempts + 1
                after = case.to(Status.UNKNOWN, now, reason=reason, due=self._next_look(tries), attempts=tries)
        if await self.store.change(case, after):
            await self._follow(after)

    def _next_look(self, tries: int) -> datetime | None:
        return self.clock.now() + LOOK_AGAIN * (1 << tries - 1) if tries <= LOOKS else None

    async def _settle(self, case: Case, outcome: Outcome) -> None:
        now = self.clock.now()
        match outcome:
            case Posted():
                after = self._posted(case, outcome)
            case Refused(reason=reason):
                after = case.to(Status.REFUSED, now, reason=reason, due=None, lease=None)
            case NotSent(reason=reason, wait=wait):
                due = now + timedelta(seconds=wait)
                after = case.to(Status.APPROVED, now, reason=reason, due=due, lease=None, attempts=1)
            case Unclear(reason=reason):
                after = case.to(Status.UNKNOWN, now, reason=reason, due=self._next_look(case.attempts), lease=None)
        if await self.store.change(case, after):
            log.info("sent", extra={"case": case.id, "status": after.status})
            await self._follow(after)

    def _posted(self, case: Case, seen: Posted) -> Case:
        assert case.reply is not None  # noqa: S101
        now = self.clock.now()
        reply = replace(case.reply, posted_at=now, link=seen.link, ref=seen.ref)
        return case.to(Status.POSTED, now, reply=reply, due=None, lease=None, reason=None)

    # Resume

    async def resume(self, *, starting: bool = False) -> int:
        """Ask for work for every case that waits for the bot; returns how many.

        Every minute it is those that are due; at the start it is all of them, since the jobs of a queue in memory
        ended with the process.
        """
        asked = 0
        async for case in self.store.due(None if starting else self.clock.now()):
            await self.work.ask("draft" if case.status is Status.RECEIVED else "publish", case)
            asked += 1
        return asked

    # Shared

    async def _case(self, case_id: str) -> Case:
        case = await self.store.get(case_id)
        if case is None:
            raise UnknownCase(case=case_id)
        return case

    def _found(self, case: Case, writing: Writing) -> tuple[Finding, ...]:
        """What the checks and the writer itself found in its text, blocks first."""
        found = self._findings(case, writing.text, writing.origin) if writing.text else ()
        return tuple(sorted((*found, *writing.findings), key=lambda finding: not finding.blocks))

    def _decided_on(self, case: Case, decision: Approve | Edit, by: Person) -> tuple[Finding, ...]:
        """What is wrong with the text that this decision would leave standing.

        What a writer found in its own text stands until somebody changes the text.
        """
        text = approved_text(case, decision)
        if case.draft is None or text != case.draft.text:
            return self._findings(case, text, Origin.PERSON, by)
        found = self._findings(case, text, case.draft.origin, by)
        known = {finding.check for finding in found}
        return found + tuple(finding for finding in case.draft.findings if finding.check in WRITERS_OWN - known)

    def _findings(self, case: Case, text: str, origin: Origin, by: Person = SOMEBODY) -> tuple[Finding, ...]:
        signed = self.voice.brand(case.brand).sign(text, by)
        return self.voice.check(case, text, self.networks.of(case.complaint).measure(case.complaint, signed), origin)

    async def _follow(self, case: Case) -> None:
        """After a move: ask for what the bot has to do next, and redraw the card."""
        if case.due is not None:
            verb = "draft" if case.status is Status.RECEIVED else "publish"
            await self.work.ask(verb, case, at=case.due)
        await self._show(case)

    async def _show(self, case: Case) -> None:
        try:
            await self.review.show(case)
        except Exception:  # a chat that is down must not undo what is stored; the card is redrawn with the next move
            log.exception("the card could not be drawn", extra={"case": case.id})


def written(writing: Writing, at: datetime, findings: tuple[Finding, ...], *, number: int = 1) -> Draft:
    """A writer's work as a draft of a case."""
    return Draft(
        number=number,
        text=writing.text,
        origin=writing.origin,
        written_at=at,
        lang=writing.lang,
        template=writing.template,
        version=writing.version,
        findings=findings,
        alternatives=writing.alternatives,
        reason=writing.reason,
        remarks=writing.remarks,
        usage=writing.usage,
    )
