"""The cards as Slack's messages."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.chat.around import Around
from bot.chat.review import CardTrouble
from bot.chat.slack.card import card as drawn
from bot.chat.slack.card import collapsed
from bot.desk.card import Card
from bot.desk.case import Case
from bot.locale import Sentences
from bot.network.slack.trouble import CALL_ERRORS, Trouble, code, trouble, wait_asked
from bot.network.slack.workspace import TooMuch, Workspace, metadata
from bot.voice.library import Library

log = logging.getLogger(__name__)

CHAT = "slack"
EVENT = "portevoix_card"
_NO_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"}
_ABOUT_THE_CARD = {*_NO_BLOCKS, "msg_too_long", "no_text", "invalid_arguments", "invalid_metadata_format"}
_NO_MESSAGE = {"message_not_found", "cant_update_message", "edit_window_closed"}

Message = Mapping[str, Any]


class SlackWall:
    """Where cards hang in Slack: the brand's review room, else where the complaint came from."""

    chat = CHAT

    def __init__(self, workspaces: Sequence[Workspace], library: Library) -> None:
        self._workspaces = workspaces
        self._library = library

    def place(self, case: Case) -> str:
        """The room for this case's card; empty where there is none, or it is out of order."""
        chat, team, channel = [*case.complaint.source.split(":"), "", ""][:3]
        channel = self._review_room(case) or (channel if chat == CHAT else "")
        workspace = self._workspace(team if chat == CHAT else "")
        if not channel or workspace is None or not workspace.usable(channel):
            return ""
        return f"{CHAT}:{workspace.team}:{channel}"

    def _review_room(self, case: Case) -> str:
        house = self._library.houses.get(case.brand)
        rooms = [room for room in house.rules.review if room.startswith(f"{CHAT}:")] if house else []
        return rooms[0].partition(":")[2] if rooms else ""

    def usable(self, place: str) -> bool:
        """Whether the workspace and the channel are there for us."""
        workspace, channel = self._at(place)
        return workspace.usable(channel)

    async def admits(self, place: str, case: Case) -> bool:
        """No card stands where another company reads it, unless the brand names that room itself."""
        workspace, channel = self._at(place)
        if channel == self._review_room(case):
            return True
        try:
            shared = (await workspace.room(channel)).shared
        except CALL_ERRORS as error:
            raise _trouble(error, workspace, channel) from error
        if shared:
            workspace.close(channel, "shared with another company; name a review room in brand.yaml")
        return not shared

    async def post(self, place: str, case: Case, around: Around, key: str) -> str:
        """Post the card at the channel's pace."""
        workspace, channel = self._at(place)
        try:
            ts: str = await _with_or_without_blocks(
                lambda said: workspace.post(channel, said), _message(case, around, key)
            )
        except CALL_ERRORS as error:
            if trouble(error) is Trouble.REFUSED and code(error) not in _ABOUT_THE_CARD:  # the next one too, then
                workspace.close(channel, code(error))
            raise _trouble(error, workspace, channel) from error
        return ts

    async def find(self, place: str, key: str, since: datetime) -> str:
        """Read the channel back."""
        workspace, channel = self._at(place)
        try:
            return await workspace.posted(channel, key, since=f"{since.timestamp():.6f}")
        except TooMuch as error:
            raise CardTrouble(f"cannot be looked for: {error}", nothing_happened=False) from error
        except CALL_ERRORS as error:
            raise _trouble(error, workspace, channel) from error

    async def redraw(self, card: Card, case: Case, around: Around, key: str) -> bool:
        """Update the card's message; False when somebody has deleted it."""
        return await self._update(card, _message(case, around, key))

    async def fold(self, card: Card, link: str, say: Sentences, key: str) -> None:
        """Leave one line of it."""
        await self._update(card, {**collapsed(card.draft, link, say), "metadata": metadata(EVENT, key)})

    async def _update(self, card: Card, message: Message) -> bool:
        workspace, channel = self._at(card.place)

        async def update(said: Message) -> None:
            await workspace.client.chat_update(channel=channel, ts=card.message, **said)

        try:
            await _with_or_without_blocks(update, message)
        except CALL_ERRORS as error:
            if code(error) in _NO_MESSAGE:
                return False
            raise _trouble(error, workspace, channel) from error
        return True

    async def invite(self, card: Card, case: Case) -> None:
        """Put the reactions under the card that people are to press."""
        workspace, channel = self._at(card.place)
        reactions = self._library.house(case.brand).rules.reactions
        for name in [names[0] for names in (reactions.approve, reactions.redraft, reactions.reject) if names]:
            try:
                await workspace.client.reactions_add(channel=channel, timestamp=card.message, name=name)
            except CALL_ERRORS as error:
                if code(error) != "already_reacted":
                    workspace.note(error, channel)
                    log.info("no reaction under the card: %s", code(error), extra={"case": case.id})
                    return

    def link(self, card: Card) -> str:
        """Where people open the card; empty for one that is not posted yet."""
        workspace, channel = self._at(card.place)
        return workspace.permalink(channel, card.message) if card.message else ""

    def _at(self, place: str) -> tuple[Workspace, str]:
        _, team, channel = place.split(":")
        return self._workspace(team) or self._workspaces[0], channel

    def _workspace(self, team: str) -> Workspace | None:
        return next((w for w in self._workspaces if not team or w.team == team), None)


def _message(case: Case, around: Around, key: str) -> Message:
    marked = {"metadata": metadata(EVENT, key), "unfurl_links": False, "unfurl_media": False}
    return {**drawn(case, around), **marked}


def _trouble(error: Exception, workspace: Workspace, channel: str) -> CardTrouble:
    kind = workspace.note(error, channel)
    wait = wait_asked(error) if kind is Trouble.BUSY else 0
    return CardTrouble(code(error), nothing_happened=kind is not Trouble.UNSURE, wait=wait)


async def _with_or_without_blocks(send: Callable[[Message], Awaitable[Any]], message: Message) -> Any:
    """Send a message; should Slack not take its blocks, the words alone: a plain card is better than none."""
    try:
        return await send(message)
    except CALL_ERRORS as error:
        if code(error) not in _NO_BLOCKS:
            raise
        log.exception("Slack does not take the card's blocks: its text is shown")
    return await send({**message, "blocks": []})
