"""Slack as a whole."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Protocol

from slack_bolt.adapter.starlette.async_handler import to_starlette_response

from bot.chat.review import CardReview, Wall
from bot.chat.side import Answer, Parts, faces
from bot.chat.slack.doors import Door, answer, refused, socket
from bot.chat.slack.listeners import Listeners
from bot.chat.slack.people import People
from bot.chat.slack.reading import Reading
from bot.chat.slack.review import SlackWall
from bot.chat.slack.team import SlackTeam
from bot.chat.slack.text import escape
from bot.desk.ports import Network
from bot.errors import SettingsError
from bot.network.slack.reply import SlackThreads
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.network.slack.workspace import PACE, Workspace, open_workspace
from bot.voice.library import Library

log = logging.getLogger(__name__)

#: Seconds after which an event that is still in the inbox is nobody's work any more.
LEFT = 30.0


class Access(Protocol):
    """What opens one workspace: with an app token by a socket, else Slack posts to us, signed."""

    @property
    def bot_token(self) -> str:
        """xoxb-…"""

    @property
    def app_token(self) -> str:
        """xapp-…, or empty."""

    @property
    def signing_secret(self) -> str:
        """Empty where there is an app token."""


class SlackSide:
    """Use ``signed_in``."""

    def __init__(self, workspaces: Sequence[Workspace], access: Sequence[Access], library: Library) -> None:
        self.workspaces = tuple(workspaces)
        self.wall: Wall = SlackWall(workspaces, library)
        self._people = {one.team: People(one) for one in workspaces}
        self.network: Network = SlackThreads(workspaces, faces(library), Reading(self._people))
        self.answer: Answer | None = None
        self._access = access
        self._listeners: list[Listeners] = []

    @classmethod
    async def signed_in(
        cls, stack: AsyncExitStack, access: Sequence[Access], library: Library, api_url: str, pace: float = PACE
    ) -> SlackSide:
        """All workspaces, with their connections, which end with the stack; ``pace`` is messages a second a channel.

        Raises:
            SettingsError: a token is refused, or Slack cannot be reached.
        """
        workspaces = []
        for one in access:
            workspace = await stack.enter_async_context(open_workspace(one.bot_token, api_url, pace=pace))
            try:
                await workspace.sign_in()
            except CALL_ERRORS as error:
                raise SettingsError(reason=refused("SLACK_BOT_TOKEN", error)) from error
            workspaces.append(workspace)
        return cls(workspaces, access, library)

    def problems(self) -> list[str]:
        """What is out of order, for the operator."""
        return [problem for workspace in self.workspaces for problem in workspace.problems()]

    def notices(self) -> list[str]:
        """Nothing: what lacks is the doctor's to tell."""
        return []

    def where(self) -> str:
        """Where it is at work, for a person."""
        return " and ".join(workspace.url for workspace in self.workspaces)

    async def open(self, stack: AsyncExitStack, parts: Parts, review: CardReview) -> None:
        """Begin to listen, by sockets or behind ``answer``."""
        self._listeners = [
            Listeners.of(_team(one, self._people[one.team], parts, review), parts.inbox) for one in self.workspaces
        ]
        doors = [
            Door(workspace, listeners, parts.acked, has.signing_secret)
            for workspace, listeners, has in zip(self.workspaces, self._listeners, self._access, strict=True)
        ]
        for listeners in self._listeners:  # what the last run left
            parts.later.start(listeners.reception.catch_up(0.0))
        self.answer = _by_http(doors) if any(has.signing_secret for has in self._access) else None
        for door, has in zip(doors, self._access, strict=True):
            if has.app_token:
                await stack.enter_async_context(socket(door, has.app_token))

    async def catch_up(self) -> None:
        """Work through what was left undone: a database was away, say."""
        for listeners in self._listeners:
            await listeners.reception.catch_up(LEFT)

    async def post(self, room: str, said: str) -> bool:
        """Say something in a room as brand.yaml writes it; False where that is not possible."""
        chat, _, channel = room.partition(":")
        for workspace in self.workspaces if chat == "slack" else ():
            if workspace.usable(channel):
                try:
                    await workspace.post(channel, {"text": escape(said), "unfurl_links": False})
                except CALL_ERRORS as error:
                    log.warning("could not say something: %s", code(error), extra={"channel": channel})
                else:
                    return True
        return False


def _team(workspace: Workspace, people: People, parts: Parts, review: CardReview) -> SlackTeam:
    return SlackTeam(
        chat="slack",
        workspace=workspace,
        people=people,
        review=review,
        desk=parts.desk,
        library=parts.library,
        editing=parts.editing,
        cards=parts.cards,
        board=parts.board,
        edits=parts.edits,
        later=parts.later,
        interpreter=parts.interpreter,
    )


def _by_http(doors: list[Door]) -> Answer:
    answered = answer(doors)

    async def events(body: bytes, headers: Mapping[str, str]) -> Any:
        return to_starlette_response(await answered(body, headers))

    return events
