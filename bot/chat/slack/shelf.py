"""The templates, changed from Slack: the list, the form of one, a new one. Managers only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from typing import Any

from bot.chat.grammar import EditTemplate, NewTemplate, Templates
from bot.chat.payload import inner, words
from bot.chat.slack import forms, templates
from bot.chat.slack import template_reading as reading
from bot.chat.slack.modal import View
from bot.chat.slack.opening import Opening
from bot.chat.slack.team import SlackTeam
from bot.chat.slack.template_reading import EditedText, NewText, Press, Pressed
from bot.chat.template_desk import Sheet, create, may_change, save, sheet
from bot.errors import PortevoixError
from bot.locale import Sentences
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.voice.yamlfile import Broken

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

    async def _require_manager(self, user: str, brand: str, name: str = "") -> None:
        may_change(self.team, await self.team.person(user, brand), brand, name)

    async def _open(self, brand: str, name: str, trigger: str) -> None:
        await self.opening.build(trigger, brand, self._form(brand, name))

    async def _form(self, brand: str, name: str, *, typed: EditedText | None = None) -> View:
        return self._drawn(await sheet(self.team, brand, name, typed=typed))

    def _drawn(self, held: Sheet) -> View:
        """The form of a template."""
        told = {item.name: getattr(held, item.name) for item in fields(held)}
        return templates.edit_view(told.pop("source"), told.pop("siblings"), self.team.say(held.source.brand), **told)

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
        saved = await save(self.team, typed, await self.team.person(user, typed.brand))
        return self._drawn(saved) if isinstance(saved, Sheet) else templates.saved(saved, self.team.say(typed.brand))

    async def _create(self, filled: NewText, user: str) -> View:
        person = await self.team.person(user, filled.brand)
        say, house = self.team.say(filled.brand), self.team.library.house(filled.brand)
        try:
            made = await create(self.team, filled, person)
        except Broken as broken:
            return templates.new_view(house, say, filled=filled, problems=broken.problems)
        except PortevoixError as error:
            return templates.new_view(house, say, filled=filled, sentence=self.team.sorry(error, filled.brand))
        return templates.saved(made, say)
