"""Which of Slack's payloads goes where. Each listener translates, calls, and stops."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from slack_bolt.async_app import AsyncApp

from bot.chat.payload import inner, words
from bot.chat.slack.clicks import Clicks
from bot.chat.slack.commands import Commands
from bot.chat.slack.events import Events
from bot.chat.slack.manifest import COMMAND, DRAFT_REPLY, NEW_COMPLAINT
from bot.chat.slack.shelf import Shelf
from bot.chat.slack.team import SlackTeam
from bot.desk.card import Inbox

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Ack = Callable[..., Awaitable[Any]]
#: Events remembered, so that one that Slack sends again is known.
REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Listeners:
    """Everything that listens for one workspace."""

    reception: Reception
    clicks: Clicks
    commands: Commands
    shelf: Shelf

    @classmethod
    def of(cls, team: SlackTeam, inbox: Inbox | None) -> Listeners:
        """The listeners of a team."""
        events = Events(team)
        clicks = Clicks(team, events)
        shelf = Shelf(team)
        return cls(Reception(events, inbox), clicks, Commands(team, events, clicks, shelf), shelf)


class Reception:
    """What Slack tells of is noted before it hears "ok", and worked through afterwards; what fails is tried again.

    Where nothing can be noted it is worked through first, and Slack sends again what fails.
    """

    def __init__(self, events: Events, inbox: Inbox | None) -> None:
        self._events = events
        self._inbox = inbox
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._turns = WeakValueDictionary[str, asyncio.Lock]()
        self._does: dict[str, Callable[[Payload, bool], Awaitable[None]]] = {
            "message": lambda event, again: events.message(event, retried=again),
            "app_mention": lambda event, again: events.mentioned(event, retried=again),
            "reaction_added": lambda event, again: events.reacted(event, retried=again),
            "reaction_removed": lambda event, _: events.unreacted(event),
            "app_home_opened": lambda event, _: events.opened_home(event),
            "member_joined_channel": lambda event, _: events.joined(event),
            "subteam_members_changed": lambda event, _: events.group_changed(event),
            "app_uninstalled": lambda event, _: events.signed_out(event),
            "tokens_revoked": lambda event, _: events.signed_out(event),
        }

    async def event(self, body: Payload) -> None:
        """Something happened."""
        key, kind = words(body, "event_id"), words(inner(body, "event"), "type")
        if kind not in self._does or key in self._seen:
            return
        self._note(key)
        if self._inbox and key and self._inbox.keep(self._named(key), json.dumps(body)):
            self._events.team.later.start(self._work_through(body))
            return
        try:
            await self._work(body)
        except Exception:
            self._seen.pop(key, None)  # Slack sends it again
            raise

    async def catch_up(self, older_than: float) -> None:
        """Work through what a process that has ended, or a database that was away, left undone."""
        for key, body in self._inbox.left(older_than) if self._inbox else ():
            if key.startswith(self._named("")):
                await self._work_through(json.loads(body))

    async def _work_through(self, body: Payload) -> None:
        try:
            await self._work(body)
        except Exception:  # it stays in the inbox
            log.exception(
                "an event could not be worked through; it is tried again", extra={"event": words(body, "event_id")}
            )
        else:
            assert self._inbox is not None  # noqa: S101
            self._inbox.done(self._named(words(body, "event_id")))

    async def _work(self, body: Payload) -> None:
        event = inner(body, "event")
        about = f"{words(event, 'channel')}:{words(inner(event, 'message'), 'ts') or words(event, 'ts')}"
        async with self._turns.setdefault(about, asyncio.Lock()):  # a message before what is told of it later
            await self._does[words(event, "type")](event, bool(body.get("retry_attempt")))

    def _named(self, event_id: str) -> str:
        return f"slack:{self._events.team.workspace.team}:{event_id}"

    def _note(self, key: str) -> None:
        if key:
            self._seen[key] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


def listen(app: AsyncApp, on: Listeners) -> None:
    """Register every listener with Bolt."""

    async def event(body: Payload) -> None:
        await on.reception.event(body)

    app.event(re.compile(""))(event)
    app.action(re.compile(r"^template-"))(on.shelf.pressed)
    app.action(re.compile(""))(on.clicks.pressed)
    app.view(re.compile(r"^template-"))(on.shelf.sent)
    app.view(re.compile(""))(on.clicks.sent)
    app.command(COMMAND)(on.commands.typed)
    app.message_shortcut(DRAFT_REPLY)(on.commands.message_shortcut)
    app.global_shortcut(NEW_COMPLAINT)(on.commands.global_shortcut)
