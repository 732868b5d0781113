"""One person at one terminal: cards come one by one, a key decides, replies go out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.text import Text

from bot.chat import choices, lines, words
from bot.chat.around import Around
from bot.chat.console import forms
from bot.chat.console.card import card, plain, translation
from bot.chat.console.decisions import Key, keys, legend, note
from bot.chat.console.review import ConsoleReview
from bot.chat.console.tally import Tally
from bot.chat.team import NoInterpreter
from bot.desk.brand import Person
from bot.desk.case import Case, Complaint, Status
from bot.desk.decision import (
    Approve,
    Decision,
    Delete,
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
from bot.desk.ports import Interpreter
from bot.errors import PortevoixError, Refusal
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
        models: Callable[[Case], bool] | None = None,
        interpreter: Interpreter | None = None,
    ) -> None:
        """``models`` tells whether a model would write the case's next draft; ``interpreter`` translates then."""
        self.desk = desk
        self.review = review
        self.person = person
        self.console = console
        self.say = say
        self.templates = templates
        self.models = models
        self.interpreter = interpreter
        self.tally = Tally(answers)

    async def see(self, complaint: Complaint) -> bool:
        """Bring one complaint to an end, or to the person's skip; False when the person quits."""
        with self.review.following(complaint.id):
            case, _ = await self.desk.receive(complaint)
            while True:
                case = await self._settled(case)
                if case.status in {Status.POSTED, Status.REJECTED}:
                    self._tell_end(case)
                    if not choices.can_delete(case, self._around(case)):
                        self.tally.count(case)
                        return True
                    self._tell_keys(case)
                else:
                    self._show(case)
                key = await self._key(case)
                if key in {Key.SKIP, Key.QUIT}:
                    self.tally.count(case)
                    return key is Key.SKIP
                case = await self._decide(case, key)

    async def _key(self, case: Case) -> Key:
        """What the person decides; a translation stands below the card, and then they are asked again."""
        while (key := await forms.ask_key(keys(case, self._around(case)))) is Key.TRANSLATE:
            await self._translate(case)
            self._tell_keys(case)
        return key

    async def _translate(self, case: Case) -> None:
        self.console.print(Text(self.say("The draft is being translated…"), "dim"))
        try:
            if self.interpreter is None:
                raise NoInterpreter
            text = await self.interpreter.translate(case, self.say.lang)
        except PortevoixError as error:
            self.console.print(Text(plain(self.say.remark(error)), "red"))
        else:
            self.console.print(translation(case, text, self.say))

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
        around = self._around(case)
        named = around.account and case.status is Status.AWAITING and choices.has_text(case)
        goes = lines.destination(case, around) if named else ""
        return card(case, around.now, self.say, signed.removeprefix(text).strip(), goes)

    def _show(self, case: Case) -> None:
        self.console.print()
        self.console.print(self._card(case))
        if case.status is Status.APPROVED:
            self._hand_out(case)
        self._tell_keys(case)

    def _tell_keys(self, case: Case) -> None:
        self.console.print(Text(legend(case, self.say, self._around(case)), "dim"))

    def _around(self, case: Case) -> Around:
        network = self.desk.networks.of(case.complaint)
        return Around(
            say=self.say,
            now=self.desk.clock.now(),
            account=network.speaks_as(case.complaint),
            by_hand=network.by_hand,
            deletes=network.deletes,
            model=self.models is not None and self.models(case),
        )

    def _hand_out(self, case: Case) -> None:
        given = handout(case.complaint, case.reply.text if case.reply else "")
        self.console.print(Text(self.say("Copy this text:"), "bold"))
        self.console.print(Text(plain(given.text), "green"), soft_wrap=True)
        if given.composer:
            self.console.print(
                Text(self.say("or open the composer with it: {link}", link=given.composer)), soft_wrap=True
            )

    def _tell_end(self, case: Case) -> None:
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
                return await self._redraft(case, draft)
            case Key.SHORTER | Key.WARMER | Key.FORMAL:
                return Redraft(draft, note(key, self.say))
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
            case Key.DELETE:
                return await self._deletion()
            case Key.SKIP | Key.QUIT | Key.TRANSLATE:
                return None

    async def _deletion(self) -> Decision | None:
        """A reply that is public goes with a reason only."""
        reason = await forms.ask(self.say("Why is it deleted?"), self.say("Ctrl-C goes back"))
        if not reason:
            return None
        self.console.print(Text(self.say("The reply is being deleted…"), "dim"))
        return Delete(reason)

    async def _redraft(self, case: Case, draft: int) -> Decision | None:
        """Only a model follows a note, so only where one writes it is asked for."""
        if not self._around(case).model:
            return Redraft(draft)
        wish = await forms.ask(
            self.say("What should be different?"), self.say("Enter leaves it open · Ctrl-C goes back")
        )
        return None if wish is None else Redraft(draft, wish)

    async def _template(self, case: Case, draft: int) -> Decision | None:
        best = [other.template for other in case.draft.alternatives] if case.draft else []
        names = list(dict.fromkeys([*best, *self.templates()]))
        for number, name in enumerate(names, 1):
            self.console.print(Text(f"{number:>3}  {name}", "bold" if name in best else ""))
        chosen = await forms.choose(
            names, self.say("Which template?"), self.say("Its number or name · Ctrl-C goes back")
        )
        return UseTemplate(draft, chosen) if chosen else None
