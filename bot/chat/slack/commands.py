"""``/reply`` and the shortcuts -> calls on the desk."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.chat.grammar import (
    ApproveCase,
    DraftReply,
    EditTemplate,
    Help,
    NewForm,
    NewTemplate,
    RejectCase,
    ShowQueue,
    Templates,
    command,
)
from bot.chat.payload import inner, words
from bot.chat.queue import queue_of
from bot.chat.slack import forms
from bot.chat.slack.clicks import Clicks
from bot.chat.slack.decisions import message_of
from bot.chat.slack.events import Events
from bot.chat.slack.home import help_message, queue_message
from bot.chat.slack.intake import command_complaint, complaints
from bot.chat.slack.modal import about
from bot.chat.slack.shelf import Shelf
from bot.chat.slack.team import SlackTeam
from bot.desk.case import Status
from bot.desk.decision import Approve, Decision, Reject
from bot.errors import PortevoixError
from bot.network.slack.trouble import CALL_ERRORS, code

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Ack = Callable[..., Awaitable[Any]]


class Commands:
    """The slash command and the two shortcuts."""

    def __init__(self, team: SlackTeam, events: Events, clicks: Clicks, shelf: Shelf) -> None:
        self.team = team
        self.events = events
        self.clicks = clicks
        self.shelf = shelf

    async def typed(self, ack: Ack, body: Payload) -> None:
        """Somebody typed ``/reply``; what they get is for them alone."""
        channel, user, trigger = (words(body, name) for name in ("channel_id", "user_id", "trigger_id"))
        brand = self.team.brand_for(channel)
        say = self.team.say(brand)
        known = self.team.library.houses[brand].templates if brand else ()
        asked = command(words(body, "text"), known, leads_to_message=message_of)
        try:
            match asked:
                case Help():
                    await ack(**help_message(say, model=self.team.interpreter is not None))
                case NewForm():
                    await ack()
                    self.team.later.start(self.clicks.opening.new_complaint(trigger, channel))
                case DraftReply():
                    await ack(await self._draft(asked.text, brand, body))
                case ShowQueue():
                    queue = await queue_of(self.team, f"slack:{user}", brand)
                    await ack(**queue_message(queue, say, self.team.now()))
                case ApproveCase(link=""):
                    await ack(await self._oldest(trigger, brand))
                case ApproveCase(link=link):
                    await ack(await self._decide(link, user, lambda draft: Approve(draft)))
                case RejectCase(link=""):
                    await ack(say("Which one? Copy the link of its card: /reply reject LINK REASON"))
                case RejectCase(link=link, reason=reason):
                    await ack(await self._decide(link, user, lambda draft: Reject(draft, reason)))
                case Templates() | EditTemplate() | NewTemplate() if not brand:
                    await ack(self.team.nobodys())
                case Templates() | EditTemplate() | NewTemplate():
                    await self.shelf.asked(ack, asked, brand, user, trigger)
        except PortevoixError as error:
            await ack(self.team.sorry(error, brand))
        except CALL_ERRORS as error:
            self.team.workspace.note(error)
            log.warning("a command could not be answered: %s", code(error), extra={"channel": channel, "user": user})

    async def _draft(self, text: str, brand: str, body: Payload) -> str:
        """``/reply TEXT OR LINK``; returns what to tell the person."""
        channel, say = words(body, "channel_id"), self.team.say(brand)
        if not brand:
            return self.team.nobodys()
        complaint = command_complaint(text, self.team.arrival(brand), channel, words(body, "trigger_id"))
        if complaint is None:
            return say("Please write the complaint's text or link behind /reply.")
        case, new = await self.team.receive(complaint)
        return await (self.team.received(case) if new else self.team.known(case))

    async def _oldest(self, trigger: str, brand: str) -> str:
        """``/reply approve``: the oldest one that waits, in whole: nobody says yes to what they have not read."""
        say = self.team.say(brand)
        brands = [brand] if brand else list(self.team.library.houses)
        waiting = [case for case in await self.team.board.waiting(brands) if case.status is Status.AWAITING]
        if not waiting:
            return say("Nothing waits for a decision.")
        view = forms.approve(waiting[0], self.team.review.around(waiting[0]), about(waiting[0]))
        self.team.later.start(self.clicks.opening.show(trigger, view))
        return ""

    async def _decide(self, link: str, user: str, decision: Callable[[int], Decision]) -> str:
        """Decide on exactly the draft that the linked card shows; returns what to tell the person."""
        where = message_of(link)
        card = await self.team.card_at(self.team.place(where[0]), where[1]) if where else None
        case = await self.team.case(card.case_id) if card else None
        if card is None or case is None:
            return self.team.say()("This link leads to no card of mine.")
        after = await self.team.decided(case, decision(card.draft), user)
        say = self.team.say(case.brand)
        return say("Done: this case is {status} now.", status=after.status.value)

    # Shortcuts

    async def message_shortcut(self, ack: Ack, body: Payload) -> None:
        """**Draft a reply** on a message: it is the complaint, or brings one."""
        channel = words(inner(body, "channel"), "id")
        brand, message = self.team.brand_for(channel), inner(body, "message")
        say = self.team.say(brand)
        found = complaints(message, channel, self.team.arrival(brand), everything=True) if brand else []
        told = say("I find no complaint in this message.") if brand else self.team.nobodys()
        for complaint in found:
            case, new = await self.team.receive(complaint)
            told = await (self.team.received(case) if new else self.team.known(case))
        await ack()
        self.team.later.start(self._answer(body, told))

    async def _answer(self, body: Payload, told: str) -> None:
        """To the person alone, also where we are not in the channel."""
        try:
            await AsyncWebhookClient(words(body, "response_url")).send(text=told, response_type="ephemeral")
        except CALL_ERRORS as error:
            log.warning("could not answer a shortcut: %s", code(error))

    async def global_shortcut(self, ack: Ack, body: Payload) -> None:
        """**New complaint**: the form."""
        await ack()
        self.team.later.start(self.clicks.opening.new_complaint(words(body, "trigger_id")))
