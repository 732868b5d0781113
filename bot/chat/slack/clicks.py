"""What people press and fill in -> calls on the desk.

A click is acknowledged at once. A form is judged before: what the desk refuses is said in the form, where nothing that
was typed is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.chat import answers
from bot.chat.choices import tones
from bot.chat.grammar import ALL_TEMPLATES, Act, Form, decision_of
from bot.chat.payload import words
from bot.chat.slack import forms
from bot.chat.slack.decisions import Click, click
from bot.chat.slack.events import Events
from bot.chat.slack.intake import form_complaint
from bot.chat.slack.modal import Subject, View, subject
from bot.chat.slack.opening import Opening
from bot.chat.slack.team import SlackTeam
from bot.desk.case import Case
from bot.desk.decision import Approve, Decision, Delete, Edit, Escalate, MarkPosted, Redraft, Reject, UseTemplate
from bot.errors import NewerDraft, PortevoixError
from bot.network.manual import handout
from bot.network.slack.trouble import CALL_ERRORS, code

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Ack = Callable[..., Awaitable[Any]]


class Clicks:
    """Buttons, menus and forms of the cards."""

    def __init__(self, team: SlackTeam, events: Events) -> None:
        self.team = team
        self.events = events
        self.opening = Opening(team)

    # Buttons and menus

    async def pressed(self, ack: Ack, body: Payload) -> None:
        """Something on a card, in a form or in the App Home was pressed."""
        await ack()
        if (what := click(body)) is not None and what.act is not Act.OPEN:
            self.team.later.start(self._do(what, body))

    async def _do(self, what: Click, body: Payload) -> None:
        if what.act is Act.NEW:
            await self.opening.new_complaint(what.trigger, what.channel)
            return
        case = await self.team.case(what.case_id)
        if case is None:
            return
        try:
            await self._about(case, what, body)
        except PortevoixError as error:
            await self._tell(what, self.team.sorry(error, case.brand), case)
        except CALL_ERRORS as error:
            self.team.workspace.note(error)
            log.warning("a click could not be answered: %s", code(error), extra={"case": case.id})

    async def _about(self, case: Case, what: Click, body: Payload) -> None:
        note = tones(self.team.say(case.brand)).get(what.act, what.value)
        if what.act is Act.REDRAFT and self.team.review.has_model(case):
            await self._open(case, what)
        elif decision := decision_of(what.act, what.draft, note):
            await self._decide(case, decision, what)
        elif what.act is Act.TYPED:
            await self._typed(case, what, body)
        elif what.act is Act.SAVE:
            await self._save_draft(case, what, body)
        else:
            await self._open(case, what)

    async def _decide(self, case: Case, decision: Decision, what: Click) -> None:
        after = await self.team.decided(case, decision, what.user)
        if what.view and not what.message:
            await self._after_in_view(after, what)

    async def _after_in_view(self, after: Case, what: Click) -> None:
        """A form closes with a word; the App Home is drawn anew."""
        if what.act is Act.TAKE:
            await self.events.publish_home(what.user)
        elif after.draft:
            done = forms.saved(self.team.say(after.brand), after.draft.number, approved=True)
            await self.team.workspace.client.views_update(view_id=what.view, view=done)

    async def _open(self, case: Case, what: Click) -> None:
        """Open the form that this button asks for; it is about the draft that its card shows."""
        of = Subject(case_id=case.id, draft=what.draft, channel=what.channel, message=what.message)
        if case.draft and what.draft != case.draft.number:
            raise NewerDraft(current=case.draft.number)
        say = self.team.say(case.brand)
        match what.act:
            case Act.EDIT:
                await self.opening.edit(what.trigger, case, of, what.user, inside=what.view)
            case Act.REDRAFT:
                await self.opening.show(what.trigger, forms.redraft(say, of))
            case Act.TRANSLATE:
                await self.opening.translation(what.trigger, case)
            case Act.REJECT:
                await self.opening.show(what.trigger, forms.reject(say, of))
            case Act.ESCALATE:
                await self.opening.show(what.trigger, forms.escalate(say, of))
            case Act.MARK_POSTED:
                await self.opening.show(what.trigger, forms.mark_posted(say, of))
            case Act.DELETE:
                await self.opening.build(what.trigger, case.brand, self._delete_form(case, of, what.user))
            case Act.ADD:
                await self.opening.show(what.trigger, forms.add_missing(case, say, of))
            case Act.COPY:
                await self.opening.show(what.trigger, self._copy(case, of))
            case Act.TEMPLATE if what.value == ALL_TEMPLATES:
                around = self.team.review.around(case)
                best = [other.template for other in case.draft.alternatives] if case.draft else []
                await self.opening.show(what.trigger, forms.choose_template(say, of, best, around.templates))
            case _:
                log.info("a click that means nothing here: %s", what.act, extra={"case": case.id})

    async def _delete_form(self, case: Case, of: Subject, user: str) -> View:
        """Who may not is told before they write why. Raises ``NotManager``."""
        self.team.may_decide(await self.team.person(user, case.brand), case)
        return forms.delete(self.team.say(case.brand), of, case.complaint.network)

    def _copy(self, case: Case, of: Subject) -> View:
        text = case.reply.text if case.reply else case.draft.text if case.draft else ""
        given = handout(case.complaint, text)
        return forms.copy_text(case, self.team.say(case.brand), of, given)

    async def _typed(self, case: Case, what: Click, body: Payload) -> None:
        """While somebody types: the length and what the checks find, below the field."""
        view = body.get("view") or {}
        drawn = await self.opening.edit_view(case, subject(view), what.user, typed=forms.read_edit(view))
        await self.team.workspace.client.views_update(view_id=what.view, view=drawn, hash=words(view, "hash") or None)

    async def _save_draft(self, case: Case, what: Click, body: Payload) -> None:
        """ "Save as a draft" in the form of somebody who could approve as well."""
        view = body.get("view") or {}
        of = subject(view)
        after = await self.team.decided(case, Edit(of.draft, forms.read_edit(view)), what.user)
        done = forms.saved(self.team.say(case.brand), after.draft.number if after.draft else 0)
        await self.team.workspace.client.views_update(view_id=what.view, view=done)

    async def _tell(self, what: Click, said: str, case: Case) -> None:
        """To the person alone: below the card, or in a form where there is no channel."""
        if what.channel and not what.view:
            await self.team.tell(what.channel, what.user, said)
            return
        shown = forms.error(self.team.say(case.brand), said)
        try:
            await self.team.workspace.client.views_update(view_id=what.view, view=shown)
        except CALL_ERRORS:  # the App Home cannot be updated so: a form above it says it
            await self.opening.show(what.trigger, shown)

    # Forms

    async def sent(self, ack: Ack, body: Payload) -> None:
        """A form was sent."""
        view = body.get("view") or {}
        user, form = words(body.get("user"), "id"), words(view, "callback_id")
        if form == Form.NEW_COMPLAINT:
            await self._new(ack, view)
            return
        of = subject(view)
        case = await self.team.case(of.case_id)
        if case and form == Form.DELETE:
            await self._delete(ack, case, view, user)
            return
        decision = _decision(form, view, of)
        if case is None or decision is None:
            await ack()
            return
        try:
            await self.team.decided(case, await self._as_may(case, decision, user), user)
        except PortevoixError as error:
            await ack(response_action="errors", errors={_first_field(view): self.team.sorry(error, case.brand)})
        else:
            await ack()

    async def _delete(self, ack: Ack, case: Case, view: Payload, user: str) -> None:
        """Slack waits three seconds for its answer, a network may take twenty: the form waits, and says what came."""
        say, reason = self.team.say(case.brand), forms.read_delete(view)
        if not reason:
            await ack(response_action="errors", errors={_first_field(view): say("Please say why it is deleted.")})
            return
        await ack(response_action="update", view=forms.loading(say, say("The reply is being deleted…")))
        self.team.later.start(self._deleted(case, Delete(reason), view, user))

    async def _deleted(self, case: Case, decision: Delete, view: Payload, user: str) -> None:
        say, of = self.team.say(case.brand), subject(view)
        try:
            await self.team.decided(case, decision, user)
        except Exception as error:  # noqa: BLE001  # ``sorry`` logs what is unknown
            said = self.team.sorry(error, case.brand)
            shown = forms.error(say, said)
        else:
            said, shown = answers.deleted(say), forms.deleted(say)
        try:
            await self.team.workspace.client.views_update(view_id=words(view, "id"), view=shown)
        except CALL_ERRORS as error:  # they have closed it, and still want to know
            self.team.workspace.note(error)
            await self.team.tell(of.channel, user, said)

    async def _as_may(self, case: Case, decision: Decision, user: str) -> Decision:
        """What a manager sends is saved and approved, what anybody else sends is saved."""
        if not isinstance(decision, Approve) or decision.text is None:
            return decision
        brand = self.team.house(case).brand
        manager = brand.manages(await self.team.person(user, case.brand), case)
        return decision if manager else Edit(decision.draft, decision.text)

    def _room(self, brand: str) -> str:
        """Where the card goes when nobody asked for it in a channel: the brand's review room, or its first channel."""
        rules = self.team.library.house(brand).rules if brand else None
        rooms = [room for room in (*rules.review, *rules.channels) if room.startswith("slack:")] if rules else []
        return rooms[0].removeprefix("slack:") if rooms else ""

    async def _new(self, ack: Ack, view: Payload) -> None:
        brought, of = forms.read_new_complaint(view), subject(view)
        brand = brought.brand if brought.brand in self.team.library.houses else self.team.brand_for(of.channel)
        channel = of.channel or self._room(brand)
        say = self.team.say(brand)
        if not brand or not channel:
            where = say("There is no room for the card: name one under “review” in brand.yaml.")
            await ack(response_action="errors", errors={_first_field(view): where})
            return
        complaint = form_complaint(
            text=brought.text,
            author=brought.author or brought.author_name,
            link=brought.link,
            arrival=self.team.arrival(brand),
            channel=channel,
            trigger=words(view, "id"),
        )
        if complaint is None:
            empty = say("Please write what the customer wrote, or give a link.")
            await ack(response_action="errors", errors={_first_field(view): empty})
            return
        case, new = await self.team.receive(complaint)
        told = await (self.team.received(case) if new else self.team.known(case))
        await ack(response_action="update", view=forms.notice(say, say("A new complaint"), told))


def _decision(form: str, view: Payload, of: Subject) -> Decision | None:
    match form:
        case Form.EDIT:
            return Approve(of.draft, forms.read_edit(view))
        case Form.REDRAFT:
            return Redraft(of.draft, forms.read_redraft(view))
        case Form.REJECT:
            return Reject(of.draft, forms.read_reject(view))
        case Form.ESCALATE:
            return Escalate(forms.read_escalate(view))
        case Form.MARK_POSTED:
            return MarkPosted(forms.read_mark_posted(view))
        case Form.ADD:
            return forms.read_missing(view)
        case Form.TEMPLATE:
            return UseTemplate(of.draft, forms.read_template(view))
        case _:
            return None


def _first_field(view: Payload) -> str:
    """The field under which a form shows what is wrong."""
    fields = [block for block in view.get("blocks") or [] if block.get("type") == "input"]
    return words(fields[0], "block_id") if fields else ""
