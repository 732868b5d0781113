"""Which of Slack's payloads goes where. Each listener translates, calls, and stops."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.chat.payload import words
from bot.chat.slack.clicks import Clicks
from bot.chat.slack.commands import Commands
from bot.chat.slack.events import Events
from bot.chat.slack.manifest import COMMAND, DRAFT_REPLY, NEW_COMPLAINT
from bot.chat.slack.shelf import Shelf
from bot.chat.slack.team import SlackTeam

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Ack = Callable[..., Awaitable[Any]]
#: Events remembered, so that one that Slack sends again is known.
REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Listeners:
    """Everything that listens for one workspace."""

    events: Events
    clicks: Clicks
    commands: Commands
    shelf: Shelf

    @classmethod
    def of(cls, team: SlackTeam) -> Listeners:
        """The listeners of a team."""
        events = Events(team)
        clicks = Clicks(team, events)
        shelf = Shelf(team)
        return cls(events, clicks, Commands(team, events, clicks, shelf), shelf)


class _Seen:
    """Events that were worked through already."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def before(self, body: Payload) -> bool:
        return words(body, "event_id") in self._ids

    def note(self, body: Payload) -> None:
        if event_id := words(body, "event_id"):
            self._ids[event_id] = None
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)


def listen(app: AsyncApp, on: Listeners) -> None:
    """Register every listener with Bolt."""
    _listen_to_events(app, on.events)
    app.action(re.compile(r"^template-"))(on.shelf.pressed)
    app.action(re.compile(""))(on.clicks.pressed)
    app.view(re.compile(r"^template-"))(on.shelf.sent)
    app.view(re.compile(""))(on.clicks.sent)
    app.command(COMMAND)(on.commands.typed)
    app.message_shortcut(DRAFT_REPLY)(on.commands.message_shortcut)
    app.global_shortcut(NEW_COMPLAINT)(on.commands.global_shortcut)


def _listen_to_events(app: AsyncApp, events: Events) -> None:
    seen = _Seen()
    does: dict[str, Callable[[Payload, bool], Awaitable[None]]] = {
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

    async def event(body: Payload, event: Payload) -> None:
        work = does.get(words(event, "type"))
        if work is None or seen.before(body):
            return
        await work(event, bool(body.get("retry_attempt")))
        seen.note(body)  # only now: what failed has to come again

    app.event(re.compile(""))(event)
