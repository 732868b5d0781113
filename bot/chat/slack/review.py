"""Posts and redraws the cards of the cases in Slack.

One message per draft, claimed in the store before it is posted and marked with a key, so that neither two processes
nor a crash between two calls leave two of them. ``show`` only notes that a case has moved: drawing waits for Slack's
pace, and nobody waits for the drawing. What could not be drawn is found again by ``catch_up``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.chat.slack.card import Around, card, collapsed
from bot.desk.brand import Person
from bot.desk.card import Card, Cards
from bot.desk.case import Case, Status
from bot.desk.ports import Clock, Networks
from bot.locale import Sentences
from bot.network.slack.trouble import CALL_ERRORS, Trouble, code
from bot.network.slack.workspace import Workspace, key_of, metadata
from bot.voice.library import Library

log = logging.getLogger(__name__)

CHAT = "slack"
EVENT = "portevoix_card"
#: A claim this old without a message is looked after by whoever finds it: its poster is in trouble.
STALLED = timedelta(seconds=60)
#: Cards drawn at a time while catching up.
AT_ONCE = 8
#: What stands for the approver's initials until somebody has said yes.
SOMEBODY = Person("", "…")
_OVER = frozenset({Status.POSTED, Status.REJECTED})
_NO_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"}
_NO_MESSAGE = {"message_not_found", "cant_update_message", "edit_window_closed"}

Look = Callable[[str], Awaitable[Case | None]]


class SlackReview:
    """The desk's ``Review`` in Slack."""

    def __init__(
        self,
        *,
        workspaces: Sequence[Workspace],
        library: Library,
        cards: Cards,
        look: Look,
        networks: Networks,
        clock: Clock,
        worker: str,
        gone: Callable[[str], bool],
    ) -> None:
        """``look`` reads a case from the store; ``worker`` names this process, ``gone`` tells whether one has ended."""
        self._workspaces = workspaces
        self._library = library
        self._cards = cards
        self._look = look
        self._networks = networks
        self._clock = clock
        self._worker = worker
        self._gone = gone
        self._drawing: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._seeding: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)

    async def show(self, case: Case) -> None:
        """Draw the case's card, soon."""
        self._soon(case.id)

    def _soon(self, case_id: str) -> asyncio.Task[None]:
        """Draw once more after the drawing that is under way, however often it is asked for."""
        if (task := self._drawing.get(case_id)) and not task.done():
            self._again.add(case_id)
            return task
        task = asyncio.create_task(self._draw(case_id))
        self._drawing[case_id] = task
        task.add_done_callback(lambda done: self._drawing.pop(case_id) if self._drawing.get(case_id) is done else None)
        return task

    async def catch_up(self) -> None:
        """Draw what could not be drawn: cards that are missing, or show less than their case has become."""
        async with asyncio.TaskGroup() as group:
            async for case_id in self._cards.behind(CHAT):
                await self._room.acquire()
                group.create_task(self._one(case_id))

    async def _one(self, case_id: str) -> None:
        try:
            await self._soon(case_id)
        finally:
            self._room.release()

    async def close(self) -> None:
        """Stop drawing; the next start catches up."""
        under_way = [*self._drawing.values(), *self._seeding]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _draw(self, case_id: str) -> None:
        try:
            while await self._drew(case_id) or case_id in self._again:
                self._again.discard(case_id)
        except CALL_ERRORS as error:
            log.warning("the card could not be drawn: %s", code(error), extra={"case": case_id})
        except Exception:
            log.exception("the card could not be drawn", extra={"case": case_id})

    async def _drew(self, case_id: str) -> bool:
        """Draw the case as it stands; returns whether it has moved on meanwhile."""
        case = await self._look(case_id)
        if case is None or case.draft is None or (room := self._place(case)) is None:
            return False
        workspace, channel = room
        if await self._overheard(case, workspace, channel):
            return False
        known = await self._cards.of(case_id, CHAT)
        own = next((known_card for known_card in known if known_card.draft == case.draft.number), None)
        own = await self._posted(case, own, workspace, channel)
        if own is None:
            return False
        if own.shown < case.revision:
            own = await self._redrawn(case, own, workspace)
        for older in known:
            if older.live and older.draft < case.draft.number:
                await self._fold(case, older, own)
        now = await self._look(case_id)
        return own is not None and now is not None and now.revision > case.revision

    # The room

    def _place(self, case: Case) -> tuple[Workspace, str] | None:
        """Where the case's card belongs: the brand's review room, else where the complaint came from."""
        chat, team, channel = [*case.complaint.source.split(":"), "", ""][:3]
        house = self._library.houses.get(case.brand)
        rooms = [room.split(":")[1] for room in house.rules.review if room.startswith("slack:")] if house else []
        if rooms:
            channel = rooms[0]
        elif chat != CHAT:
            return None
        workspace = self._workspace(team if chat == CHAT else "")
        return (workspace, channel) if workspace and workspace.usable(channel) else None

    async def _overheard(self, case: Case, workspace: Workspace, channel: str) -> bool:
        """Whether another company would read the card: then it stands nowhere but in the App Home."""
        house = self._library.houses.get(case.brand)
        if house and f"{CHAT}:{channel}" in house.rules.review:
            return False
        try:
            shared = (await workspace.room(channel)).shared
        except CALL_ERRORS as error:
            workspace.note(error, channel)
            raise
        if shared:
            workspace.close(channel, "shared with another company; name a review room in brand.yaml")
        return shared

    def _workspace(self, team: str) -> Workspace | None:
        return next((w for w in self._workspaces if not team or w.team == team), None)

    # Post

    async def _posted(self, case: Case, own: Card | None, workspace: Workspace, channel: str) -> Card | None:
        """The card as a message; None while another process is at it."""
        if own is not None and own.message:
            return own
        if own is not None:
            return await self._recovered(case, own, workspace, channel)
        assert case.draft is not None  # noqa: S101
        now, place = self._clock.now(), f"{CHAT}:{workspace.team}:{channel}"
        own = Card(
            case_id=case.id, draft=case.draft.number, chat=CHAT, place=place, worker=self._worker, claimed_at=now
        )
        return await self._post(case, own, workspace, channel) if await self._cards.claim(own) else None

    async def _recovered(self, case: Case, own: Card, workspace: Workspace, channel: str) -> Card | None:
        """The message of a card whose posting broke off: found in the channel, or posted now."""
        now = self._clock.now()
        at_work = own.worker != self._worker and now - own.claimed_at < STALLED and not self._gone(own.worker)
        if at_work or not await self._cards.reclaim(own, self._worker, now):
            return None
        if ts := await workspace.posted(channel, key_of(own.case_id, own.draft), since=_before(own)):
            return await self._cards.posted(own, ts)
        return await self._post(case, replace(own, worker=self._worker, claimed_at=now), workspace, channel)

    async def _post(self, case: Case, own: Card, workspace: Workspace, channel: str) -> Card | None:
        try:
            ts = await _with_or_without_blocks(lambda said: workspace.post(channel, said), self._message(case))
        except CALL_ERRORS as error:
            if workspace.note(error, channel) is not Trouble.UNSURE:
                await self._cards.drop(own)
            raise
        posted = await self._cards.posted(own, ts)
        live = case.status not in _OVER
        await self._cards.drawn(posted, case.revision, live=live)
        if live:
            self._seed(case, workspace, channel, ts)
        return replace(posted, shown=case.revision, live=live)

    def _seed(self, case: Case, workspace: Workspace, channel: str, ts: str) -> None:
        """Put the reactions under the card that people are to press."""
        reactions = self._library.house(case.brand).rules.reactions
        if reactions.seed and case.status is Status.AWAITING:
            names = [names[0] for names in (reactions.approve, reactions.redraft, reactions.reject) if names]
            task = asyncio.create_task(_react(workspace, channel, ts, names))
            self._seeding.add(task)
            task.add_done_callback(self._seeding.discard)

    # Redraw

    async def _redrawn(self, case: Case, own: Card, workspace: Workspace) -> Card | None:
        channel = own.place.split(":")[2]

        async def update(said: dict[str, Any]) -> None:
            await workspace.client.chat_update(channel=channel, ts=own.message, **said)

        try:
            await _with_or_without_blocks(update, self._message(case))
        except CALL_ERRORS as error:
            if code(error) not in _NO_MESSAGE:
                workspace.note(error, channel)
                raise
            return await self._replaced(case, own, workspace, channel)
        live = case.status not in _OVER
        await self._cards.drawn(own, case.revision, live=live)
        return replace(own, shown=case.revision, live=live)

    async def _replaced(self, case: Case, own: Card, workspace: Workspace, channel: str) -> Card | None:
        """Somebody deleted the card: an open case gets another one, a closed one needs none."""
        if case.status in _OVER:
            await self._cards.drawn(own, case.revision, live=False)
            return None
        await self._cards.posted(own, "")
        return await self._recovered(case, replace(own, message="", worker=own.worker), workspace, channel)

    async def _fold(self, case: Case, older: Card, own: Card | None) -> None:
        """An older draft's message shrinks to a line that points to the newer one."""
        _, team, channel = older.place.split(":")
        workspace = self._workspace(team)
        if workspace is None or not workspace.usable(channel):
            return
        key = key_of(case.id, older.draft)
        ts = older.message or await workspace.posted(channel, key, since=_before(older))
        said = collapsed(case, older.draft, self.link(own) if own else "", self._say(case))
        try:
            if ts:
                await workspace.client.chat_update(channel=channel, ts=ts, metadata=metadata(EVENT, key), **said)
        except CALL_ERRORS as error:
            if code(error) not in _NO_MESSAGE:
                workspace.note(error, channel)
                raise
        await self._cards.drawn(older, case.revision, live=False)

    # What it says

    def link(self, card: Card) -> str:
        """Where people open a card; empty for one that is not posted yet."""
        _, team, channel = card.place.split(":")
        workspace = self._workspace(team)
        return workspace.permalink(channel, card.message) if workspace and card.message else ""

    def _say(self, case: Case) -> Sentences:
        return Sentences(self._library.house(case.brand).brand.team_language)

    def _message(self, case: Case) -> dict[str, Any]:
        assert case.draft is not None  # noqa: S101
        marked = metadata(EVENT, key_of(case.id, case.draft.number))
        return {**card(case, self.around(case)), "metadata": marked, "unfurl_links": False, "unfurl_media": False}

    def around(self, case: Case) -> Around:
        """What stands around a case when it is drawn."""
        house = self._library.house(case.brand)
        network = self._networks.of(case.complaint)
        text = case.draft.text if case.draft else ""
        signed = house.brand.sign(text, SOMEBODY)
        waits = case.status is Status.APPROVED and case.due is not None and case.due > self._clock.now()
        return Around(
            say=self._say(case),
            now=self._clock.now(),
            signature=signed.removeprefix(text.rstrip()).strip(),
            templates=tuple(_templates(house.templates, case.lang)),
            by_hand=network.by_hand,
            length=network.measure(case.complaint, signed),
            undo_until=case.due if waits and house.brand.undo_seconds else None,
        )


def _before(card: Card) -> str:
    """A ts from which on the card's message must stand, were it posted."""
    return f"{(card.claimed_at - STALLED).timestamp():.6f}"


def _templates(names: Sequence[str] | Any, lang: str) -> list[str]:
    """Those in the customer's language first."""
    return sorted(names, key=lambda name: (not name.endswith(f".{lang}"), name))


async def _with_or_without_blocks(send: Callable[[dict[str, Any]], Awaitable[Any]], message: dict[str, Any]) -> Any:
    """Send a message; should Slack not take its blocks, the words alone: a plain card is better than none."""
    try:
        return await send(message)
    except CALL_ERRORS as error:
        if code(error) not in _NO_BLOCKS:
            raise
        log.exception("Slack does not take the card's blocks: its text is shown")
    return await send({name: value for name, value in message.items() if name != "blocks"} | {"blocks": []})


async def _react(workspace: Workspace, channel: str, ts: str, names: Sequence[str]) -> None:
    for name in names:
        try:
            await workspace.client.reactions_add(channel=channel, timestamp=ts, name=name)
        except CALL_ERRORS as error:
            if code(error) != "already_reacted":
                workspace.note(error, channel)
                log.info("no reaction under the card: %s", code(error))
                return
