"""The templates, changed from Slack: the list, the form of one, a new one. Managers only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.chat.grammar import EditTemplate, NewTemplate, Templates
from bot.chat.payload import inner, words
from bot.chat.review import SOMEBODY
from bot.chat.slack import forms, templates
from bot.chat.slack import template_reading as reading
from bot.chat.slack.modal import View
from bot.chat.slack.opening import Opening
from bot.chat.slack.team import SlackTeam
from bot.chat.slack.template_reading import EditedText, NewText, Press, Pressed
from bot.desk.brand import Person
from bot.desk.case import Complaint
from bot.desk.edit import TemplateEdit
from bot.desk.ports import Length
from bot.errors import PortevoixError
from bot.locale import Sentences
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.voice.editing import Changed, Preview
from bot.voice.source import Source
from bot.voice.yamlfile import Broken, Problem

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Ack = Callable[..., Awaitable[Any]]


class Shelf:
    """The templates of one workspace's brands."""

    def __init__(self, team: SlackTeam) -> None:
        self.team = team
        self.opening = Opening(team)

    # Asked for

    async def asked(
        self, ack: Ack, what: Templates | EditTemplate | NewTemplate, brand: str, user: str, trigger: str
    ) -> None:
        """``/reply template``, with or without a name."""
        say = self.team.say(brand)
        match what:
            case Templates():
                await ack(**templates.listing(self.team.library.house(brand), say))
            case NewTemplate():
                await self._require_manager(user, brand)
                await ack()
                view = templates.new_view(self.team.library.house(brand), say)
                self.team.later.start(self.opening.show(trigger, view))
            case EditTemplate(name=name):
                found = await asyncio.to_thread(self.team.editing.find, brand, name)
                if not found.names:
                    await ack(templates.unknown(name, found.close, say))
                    return
                await self._require_manager(user, brand, found.names[0])
                await ack()
                self.team.later.start(self._open(brand, found.names[0], trigger))

    async def _require_manager(self, user: str, brand: str, name: str = "") -> Person:
        """Who may answer a topic's complaints may change its templates. Raises ``NotManager``."""
        person = await self.team.person(user, brand)
        template = self.team.library.house(brand).templates.get(name)
        self.team.may_change(person, brand, template.front.topic if template else "")
        return person

    async def _open(self, brand: str, name: str, trigger: str) -> None:
        await self.opening.build(trigger, brand, self._form(brand, name))

    # The form

    async def _form(
        self, brand: str, name: str, *, typed: EditedText | None = None, changed: Changed | None = None
    ) -> View:
        """The form of a template: as its file has it, or with what is typed and what that would answer."""
        source = changed.source if changed else await asyncio.to_thread(self.team.editing.source, brand, name)
        if typed and typed.version and not changed:
            source = replace(source, version=typed.version)  # a preview does not change what was seen
        body = typed.body if typed else source.body
        complaint = await self._complaint(source)
        preview, problems = await asyncio.to_thread(self._tried, source, body, complaint)
        last = await self.team.edits.last(brand, name)
        changed_as_file = source.modified_at if _by_hand(source, last) else None
        return templates.edit_view(
            source,
            await asyncio.to_thread(self.team.editing.siblings, source),
            self.team.say(brand),
            body=typed.body if typed else None,
            problems=problems,
            preview=preview,
            complaint=complaint,
            last=last,
            changed_as_file=changed_as_file,
            conflict_diff=changed.difference if changed else "",
        )

    async def _complaint(self, source: Source) -> Complaint:
        """The last real complaint of the topic, else the template's own example."""
        latest = await self.team.board.latest(source.brand, source.topic, source.lang)
        return latest.complaint if latest else self.team.editing.example(source)

    def _tried(self, source: Source, body: str, complaint: Complaint) -> tuple[Preview | None, tuple[Problem, ...]]:
        def length(text: str) -> Length:
            signed = self.team.library.brand(source.brand).sign(text, SOMEBODY)
            return self.team.desk.networks.of(complaint).measure(complaint, signed)

        try:
            return self.team.editing.preview(source.brand, source.name, body, complaint, length), ()
        except Broken as broken:
            return None, tuple(broken.problems)

    # Pressed

    async def pressed(self, ack: Ack, body: Payload) -> None:
        """Something in the list or in the form was pressed."""
        await ack()
        if what := reading.pressed(body):
            self.team.later.start(self._do(what))

    async def _do(self, what: Pressed) -> None:
        brand = what.form.brand or self.team.brand_for(what.channel)
        if not brand:
            return
        try:
            await self._about(what, brand)
        except PortevoixError as error:
            await self._tell(what, self.team.sorry(error, brand), self.team.say(brand))
        except CALL_ERRORS as error:
            self.team.workspace.note(error)
            log.warning("a form of templates could not be shown: %s", code(error), extra={"user": what.user})

    async def _about(self, what: Pressed, brand: str) -> None:
        house, say = self.team.library.house(brand), self.team.say(brand)
        await self._require_manager(what.user, brand, what.name or what.form.name)
        match what.press:
            case Press.NEW:
                await self.opening.show(what.trigger, templates.new_view(house, say))
            case Press.EDIT:
                await self._open(brand, what.name, what.trigger)
            case Press.CHOOSE:
                await self._redraw(what, await self._form(brand, what.name))
            case Press.PREVIEW:
                await self._redraw(what, await self._form(brand, what.form.name, typed=what.form))

    async def _redraw(self, what: Pressed, view: View) -> None:
        await self.team.workspace.client.views_update(view_id=what.view, hash=what.hash or None, view=view)

    async def _tell(self, what: Pressed, said: str, say: Sentences) -> None:
        if what.view:
            await self._redraw(what, forms.error(say, said))
        else:
            await self.team.tell(what.channel, what.user, said)

    # Sent

    async def sent(self, ack: Ack, body: Payload) -> None:
        """A form was sent; what cannot be saved stays in it, with the reason."""
        view, user = inner(body, "view"), words(inner(body, "user"), "id")
        creates = words(view, "callback_id") == reading.Form.NEW
        held = reading.read_new(view) if creates else reading.read_edit(view)
        try:
            shown = await (self._create(held, user) if isinstance(held, NewText) else self._save(held, user))
        except PortevoixError as error:
            shown = forms.error(self.team.say(held.brand), self.team.sorry(error, held.brand))
        await ack(response_action="update", view=shown)

    async def _save(self, typed: EditedText, user: str) -> View:
        person = await self._require_manager(user, typed.brand, typed.name)
        editing = self.team.editing
        try:
            before = await asyncio.to_thread(editing.source, typed.brand, typed.name)
            after = await asyncio.to_thread(editing.save, typed.brand, typed.name, typed.body, typed.version)
        except Broken:
            return await self._form(typed.brand, typed.name, typed=typed)
        except Changed as changed:
            return await self._form(typed.brand, typed.name, typed=typed, changed=changed)
        if after.version != before.version:
            await self._keep(before.body, after, person)
        return templates.saved(after, self.team.say(typed.brand))

    async def _create(self, filled: NewText, user: str) -> View:
        person = await self._require_manager(user, filled.brand)
        say, house = self.team.say(filled.brand), self.team.library.house(filled.brand)
        try:
            made = await asyncio.to_thread(
                self.team.editing.create,
                filled.brand,
                filled.topic,
                filled.lang,
                filled.body,
                filled.triggers,
                filled.examples,
            )
        except Broken as broken:
            return templates.new_view(house, say, filled=filled, problems=broken.problems)
        except PortevoixError as error:
            return templates.new_view(house, say, filled=filled, sentence=self.team.sorry(error, filled.brand))
        await self._keep("", made, person)
        return templates.saved(made, say)

    async def _keep(self, before: str, after: Source, person: Person) -> None:
        edit = TemplateEdit(
            brand=after.brand,
            template=after.name,
            at=self.team.now(),
            by=person.id,
            by_name=person.name,
            before=before,
            after=after.body,
        )
        await self.team.edits.add(edit)
        log.info("template changed", extra={"brand": after.brand, "template": after.name, "by": person.id})


def _by_hand(source: Source, last: TemplateEdit | None) -> bool:
    """Whether the file holds something else than what was last saved from chat."""
    return last is not None and last.after != source.body
