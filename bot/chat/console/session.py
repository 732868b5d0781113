"""One person at one terminal: cards come one by one, a key decides, replies go out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.text import Text

from bot.chat import words
from bot.chat.console import forms
from bot.chat.console.card import card, plain
from bot.chat.console.decisions import Key, keys, legend
from bot.chat.console.review import ConsoleReview
from bot.chat.console.tally import Tally
from bot.desk.brand import Person
from bot.desk.case import Case, Complaint, Status
from bot.desk.decision import (
    Approve,
    Decision,
    Edit,
    Escalate,
    MarkPosted,
    Redraft,
    Reject,
    TryAgain,
    Undo,
    UseTemplate,
)
from bot.desk.desk import Desk
from bot.errors import Refusal
from bot.locale import Sentences
from bot.network.manual import handout

#: Below this many seconds nobody could press a key in time.
_WORTH_ASKING = 0.5


class Session:
    """Shows cases and takes decisions until all are seen or the person quits."""

    def __init__(
        self,
        desk: Desk,
        review: ConsoleReview,
        person: Person,
        console: Console,
        say: Sentences,
        templates: Callable[[], list[str]],
        answers: Callable[[Case], bool],
    ) -> None:
        self.desk = desk
        self.review = review
        self.person = person
        self.console = console
        self.say = say
        self.templates = templates
        self.tally = Tally(answers)

    async def see(self, complaint: Complaint) -> bool:
        """Bring one complaint to an end, or to the person's skip; False when the person quits."""
        with self.review.following(complaint.id):
            case, _ = await self.desk.receive(complaint)
            while True:
                case = await self._settled(case)
                if case.status in {Status.POSTED, Status.REJECTED}:
                    self._close(case)
                    return True
                self._show(case)
                key = await forms.ask_key(keys(case))
                if key in {Key.SKIP, Key.QUIT}:
                    self.tally.count(case)
                    return key is Key.SKIP
                case = await self._decide(case, key)

    async def _settled(self, case: Case) -> Case:
        """The case once the bot has done its part; an approval may be taken back until it is sent."""
        left = (case.due - self.desk.clock.now()).total_seconds() if case.due else 0
        if case.status is not Status.APPROVED or left < _WORTH_ASKING:
            return await self.review.settled(case, self.desk.store.get)
        self.console.print(Text(self.say("Posting in {seconds} s · [u] Undo", seconds=round(left)), "bold"))
        moving = asyncio.create_task(self.review.settled(case, self.desk.store.get))
        asking = asyncio.create_task(forms.ask_key({Key.UNDO}))
        await asyncio.wait({moving, asking}, return_when=asyncio.FIRST_COMPLETED)
        undone = asking.done() and not moving.done()
        for task in (moving, asking):
            if not task.done():
                task.cancel()
        return await self._decide(case, Key.UNDO) if undone else await moving

    async def draw(self, complaint: Complaint) -> None:
        """Show what the desk makes of a complaint, without asking."""
        with self.review.following(complaint.id):
            case, _ = await self.desk.receive(complaint)
            case = await self.review.settled(case, self.desk.store.get)
        self.console.print(self._card(case))
        self.tally.count(case)

    def _card(self, case: Case) -> RenderableType:
        text = case.draft.text if case.draft else ""
        signed = self.desk.voice.brand(case.brand).sign(text, self.person)
        return card(case, self.desk.clock.now(), self.say, signed.removeprefix(text).strip())

    def _show(self, case: Case) -> None:
        self.console.print()
        self.console.print(self._card(case))
        if case.status is Status.APPROVED:
            self._hand_out(case)
        self.console.print(Text(legend(case, self.say), "dim"))

    def _hand_out(self, case: Case) -> None:
        given = handout(case.complaint, case.reply.text if case.reply else "")
        self.console.print(Text(self.say("Copy this text:"), "bold"))
        self.console.print(Text(plain(given.text), "green"), soft_wrap=True)
        if given.composer:
            self.console.print(
                Text(self.say("or open the composer with it: {link}", link=given.composer)), soft_wrap=True
            )

    def _close(self, case: Case) -> None:
        self.tally.count(case)
        mark, style = ("✓", "green") if case.status is Status.POSTED else ("–", "dim")
        self.console.print(Text(f"{mark} {plain(words.state(case, self.say))}", style))

    async def _decide(self, case: Case, key: Key) -> Case:
        decision = await self._decision(case, key)
        if decision is None:
            return case
        try:
            return await self.desk.decide(case.id, decision, self.person)
        except Refusal as refusal:
            self.console.print(Text(plain(self.say.remark(refusal)), "red"))
            return await self.desk.store.get(case.id) or case

    async def _decision(self, case: Case, key: Key) -> Decision | None:
        draft = case.draft.number if case.draft else 0
        match key:
            case Key.APPROVE:
                return Approve(draft)
            case Key.EDIT:
                text = await forms.edit(case.draft.text if case.draft else "", self.say)
                return None if text is None else Edit(draft, text)
            case Key.REDRAFT:
                return Redraft(draft)
            case Key.TEMPLATE:
                return await self._template(case, draft)
            case Key.REJECT:
                reason = await forms.ask(
                    self.say("Why is there no reply?"), self.say("Enter leaves it open · Ctrl-C goes back")
                )
                return None if reason is None else Reject(draft, reason)
            case Key.ESCALATE:
                reason = await forms.ask(
                    self.say("What should they know?"), self.say("Enter leaves it open · Ctrl-C goes back")
                )
                return None if reason is None else Escalate(reason)
            case Key.MARK_POSTED:
                link = await forms.ask(
                    self.say("Where is it?"), self.say("Its link, or Enter without one · Ctrl-C goes back")
                )
                return None if link is None else MarkPosted(link)
            case Key.TRY_AGAIN:
                return TryAgain()
            case Key.UNDO:
                return Undo()
            case Key.SKIP | Key.QUIT:
                return None

    async def _template(self, case: Case, draft: int) -> Decision | None:
        best = [other.template for other in case.draft.alternatives] if case.draft else []
        names = list(dict.fromkeys([*best, *self.templates()]))
        for number, name in enumerate(names, 1):
            self.console.print(Text(f"{number:>3}  {name}", "bold" if name in best else ""))
        chosen = await forms.choose(
            names, self.say("Which template?"), self.say("Its number or name · Ctrl-C goes back")
        )
        return UseTemplate(draft, chosen) if chosen else None
