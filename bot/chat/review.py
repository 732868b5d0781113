"""Posts and redraws the cards of the cases in one chat.

One message per draft, claimed in the store before it is posted and marked with a key, so that neither two processes
nor a crash between two calls leave two of them. ``show`` only notes that a case has moved: drawing waits for the
chat's pace, and nobody waits for the drawing. What could not be drawn is found again by ``catch_up``.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from bot.chat.around import Around
from bot.desk.brand import Person
from bot.desk.card import Card, Cards
from bot.desk.case import Case, Status
from bot.desk.ports import Clock, Networks
from bot.locale import Sentences
from bot.voice.library import Library

log = logging.getLogger(__name__)

#: A claim this old without a message is looked after by whoever finds it: its poster is in trouble.
STALLED = timedelta(seconds=60)
#: Cards drawn at a time while catching up.
AT_ONCE = 8
#: What stands for the approver's initials until somebody has said yes.
SOMEBODY = Person("", "…")
_OVER = frozenset({Status.POSTED, Status.REJECTED})

T = TypeVar("T")
Look = Callable[[str], Awaitable[Case | None]]


class CardTrouble(Exception):
    """A card could not be posted or redrawn.

    ``nothing_happened`` says that there is surely no message; ``wait`` are the seconds that the chat asks us to wait,
    0 where there is no use in trying soon.
    """

    def __init__(self, why: str, *, nothing_happened: bool, wait: float = 0) -> None:
        super().__init__(why)
        self.nothing_happened = nothing_happened
        self.wait = wait


class Wall(Protocol):
    """Where the cards of one chat hang. What cannot be done raises ``CardTrouble``."""

    chat: str

    def place(self, case: Case) -> str:
        """The room for this case's card, ``slack:T1:C042``; empty where there is none, or it is out of order."""

    def usable(self, place: str) -> bool:
        """Whether anything can be done in this room at the moment."""

    async def admits(self, place: str, case: Case) -> bool:
        """Whether the card may stand there: nobody but the team reads it."""

    async def post(self, place: str, case: Case, around: Around, key: str) -> str:
        """Post the card with this mark; returns the message's id."""

    async def find(self, place: str, key: str, since: datetime) -> str:
        """The id of our message with this mark, posted since then; empty when there is none."""

    async def redraw(self, card: Card, case: Case, around: Around, key: str) -> bool:
        """Draw the card anew; False when its message is gone."""

    async def fold(self, card: Card, link: str, say: Sentences, key: str) -> None:
        """Leave one line of an older draft's card, pointing to the newer one."""

    async def invite(self, card: Card, case: Case) -> None:
        """Put what people are to press under a fresh card. Raises nothing."""

    def link(self, card: Card) -> str:
        """Where people open the card; empty for one that is not posted yet."""


class CardReview:
    """The desk's ``Review`` in one chat."""

    def __init__(
        self,
        wall: Wall,
        *,
        library: Library,
        cards: Cards,
        look: Look,
        networks: Networks,
        clock: Clock,
        worker: str,
        gone: Callable[[str], bool],
        models: Callable[[Case], bool] | None = None,
    ) -> None:
        """``look`` reads a case from the store; ``worker`` names this process, ``gone`` tells whether one has ended.

        ``models`` tells whether a model would write the case's next draft; none: no model ever does.
        """
        self.wall = wall
        self._library = library
        self._cards = cards
        self._look = look
        self._networks = networks
        self._clock = clock
        self._worker = worker
        self._gone = gone
        self._models = models
        self._drawing: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._inviting: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)

    async def show(self, case: Case) -> None:
        """Draw the case's card, soon."""
        self._soon(case.id)

    async def anew(self, case: Case) -> None:
        """Draw the case's card again though the case has not moved: what was chosen in one of its menus goes."""
        for card in await self._cards.of(case.id, self.wall.chat):
            if case.draft and card.draft == case.draft.number:
                await self._cards.doubt(card)
        self._soon(case.id)

    def _soon(self, case_id: str) -> asyncio.Task[None]:
        """Draw once more after the drawing that is under way, however often it is asked for."""
        if (task := self._drawing.get(case_id)) and not task.done():
            self._again.add(case_id)
            return task
        task = asyncio.create_task(self._draw(case_id))
        self._drawing[case_id] = task
        task.add_done_callback(lambda done: self._drawn(case_id, done))
        return task

    def _drawn(self, case_id: str, done: asyncio.Task[None]) -> None:
        if self._drawing.get(case_id) is done:
            del self._drawing[case_id]
        if case_id in self._again and not done.cancelled():
            self._again.discard(case_id)
            self._soon(case_id)

    async def catch_up(self) -> None:
        """Draw what could not be drawn: cards that are missing, or show less than their case has become."""
        async with asyncio.TaskGroup() as group:
            async for case_id in self._cards.behind(self.wall.chat):
                await self._room.acquire()
                group.create_task(self._one(case_id))

    async def _one(self, case_id: str) -> None:
        try:
            await self._soon(case_id)
        finally:
            self._room.release()

    async def close(self) -> None:
        """Stop drawing; the next start catches up."""
        under_way = [*self._drawing.values(), *self._inviting]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _draw(self, case_id: str) -> None:
        try:
            outdated = False
            while (outdated := await self._drew(case_id, anew=outdated)) or case_id in self._again:
                self._again.discard(case_id)
        except CardTrouble as trouble:
            log.warning("the card could not be drawn: %s", trouble, extra={"case": case_id, "chat": self.wall.chat})
            if 0 < trouble.wait < STALLED.total_seconds():
                await asyncio.sleep(trouble.wait)
                self._again.add(case_id)
        except Exception:
            log.exception("the card could not be drawn", extra={"case": case_id, "chat": self.wall.chat})

    async def _drew(self, case_id: str, *, anew: bool) -> bool:
        """Draw the case as it stands; returns whether it has moved on meanwhile.

        Then what we drew may stand over what another process drew: next time all is drawn ``anew``.
        """
        case = await self._look(case_id)
        if case is None or case.draft is None:
            return False
        place = self.wall.place(case)
        if not place or not await self.wall.admits(place, case):
            return False
        known = await self._cards.of(case_id, self.wall.chat)
        own = next((card for card in known if card.draft == case.draft.number), None)
        own = await self._posted(case, own, place)
        if own is None:
            return False
        if (own.shown < case.revision or anew) and self.wall.usable(own.place):
            own = await self._redrawn(case, own)
        for older in known:
            if (older.live or anew) and older.draft < case.draft.number and self.wall.usable(older.place):
                await self._fold(case, older, own)
        now = await self._look(case_id)
        return own is not None and now is not None and now.revision > case.revision

    # Post

    async def _posted(self, case: Case, own: Card | None, place: str) -> Card | None:
        """The card as a message; None while another process is at it."""
        if own is not None:
            return own if own.message else await self._recovered(case, own)
        assert case.draft is not None  # noqa: S101
        fresh = Card(
            case_id=case.id,
            draft=case.draft.number,
            chat=self.wall.chat,
            place=place,
            worker=self._worker,
            claimed_at=self._clock.now(),
        )
        return await self._post(case, fresh) if await self._cards.claim(fresh) else None

    async def _recovered(self, case: Case, own: Card) -> Card | None:
        """The message of a card whose posting broke off: found in the room, or posted now."""
        now = self._clock.now()
        at_work = own.worker != self._worker and now - own.claimed_at < STALLED and not self._gone(own.worker)
        if at_work or not await self._cards.reclaim(own, self._worker, now):
            return None
        if message := await self.wall.find(own.place, mark(own), _earliest(case, own)):
            return await self._cards.posted(own, message)
        return await self._post(case, replace(own, worker=self._worker, claimed_at=now))

    async def _post(self, case: Case, own: Card) -> Card | None:
        posting = asyncio.create_task(self.wall.post(own.place, case, self.around(case), mark(own)))
        try:
            if not await self._claimed_until(posting, own):
                return None
            message = await posting
        except CardTrouble as trouble:
            if trouble.nothing_happened:
                await self._cards.drop(own)
            raise
        finally:
            posting.cancel()
        posted = await self._cards.posted(own, message)
        live = case.status not in _OVER
        await self._cards.drawn(posted, case.revision, live=live)
        if case.status is Status.AWAITING and self._library.house(case.brand).rules.reactions.seed:
            task = asyncio.create_task(self.wall.invite(posted, case))
            self._inviting.add(task)
            task.add_done_callback(self._inviting.discard)
        return replace(posted, shown=case.revision, live=live)

    async def _claimed_until(self, posting: asyncio.Task[str], own: Card) -> bool:
        """Keep the claim fresh while a message waits for its room's pace; False: another process has taken over."""
        while not (await asyncio.wait({posting}, timeout=STALLED.total_seconds() / 3))[0]:
            if not await self._cards.reclaim(own, self._worker, self._clock.now()):
                return False
        return True

    # Redraw

    async def _redrawn(self, case: Case, own: Card) -> Card | None:
        if not await self._surely(own, self.wall.redraw(own, case, self.around(case), mark(own))):
            return await self._replaced(case, own)
        live = case.status not in _OVER
        await self._cards.drawn(own, case.revision, live=live)
        return replace(own, shown=case.revision, live=live)

    async def _surely(self, card: Card, drawing: Awaitable[T]) -> T:
        """Draw; a drawing of unknown fate may come after another process's, and is drawn over later."""
        try:
            return await drawing
        except CardTrouble as trouble:
            if not trouble.nothing_happened:
                await self._cards.doubt(card)
            raise

    async def _replaced(self, case: Case, own: Card) -> Card | None:
        """Somebody deleted the card: an open case gets another one, a closed one needs none."""
        if case.status in _OVER:
            await self._cards.drawn(own, case.revision, live=False)
            return None
        return await self._recovered(case, await self._cards.posted(own, ""))

    async def _fold(self, case: Case, older: Card, own: Card | None) -> None:
        """An older draft's message shrinks to a line; one whose posting broke off is looked for first."""
        message = older.message or await self.wall.find(older.place, mark(older), _earliest(case, older))
        if message:
            link = self.wall.link(own) if own else ""
            folding = self.wall.fold(replace(older, message=message), link, self.say(case), mark(older))
            await self._surely(older, folding)
        await self._cards.drawn(older, case.revision, live=False)

    # What it says

    def say(self, case: Case) -> Sentences:
        """The sentences of the brand's team."""
        return Sentences(self._library.house(case.brand).brand.team_language)

    def has_model(self, case: Case) -> bool:
        """Whether a model would write the case's next draft."""
        return self._models is not None and self._models(case)

    def around(self, case: Case) -> Around:
        """What stands around a case when it is drawn."""
        house = self._library.house(case.brand)
        network = self._networks.of(case.complaint)
        text = case.draft.text if case.draft else ""
        signed = house.brand.sign(text, SOMEBODY)
        waits = case.status is Status.APPROVED and case.due is not None and case.due > self._clock.now()
        return Around(
            say=self.say(case),
            now=self._clock.now(),
            signature=signed.removeprefix(text.rstrip()).strip(),
            templates=tuple(_templates(house.templates, case.lang)),
            account=network.speaks_as(case.complaint),
            by_hand=network.by_hand,
            deletes=network.deletes,
            length=network.measure(case.complaint, signed),
            undo_until=case.due if waits and house.brand.undo_seconds else None,
            model=self.has_model(case),
        )


class Reviews:
    """The desk's ``Review`` in every chat at once: each shows the cases that have a room in it."""

    def __init__(self, reviews: Sequence[CardReview]) -> None:
        self._reviews = reviews

    async def show(self, case: Case) -> None:
        """Draw the case's cards, soon."""
        for review in self._reviews:
            await review.show(case)

    async def catch_up(self) -> None:
        """Draw what could not be drawn; one chat's trouble is not another's."""
        await asyncio.gather(*(review.catch_up() for review in self._reviews))

    async def close(self) -> None:
        """Stop drawing."""
        await asyncio.gather(*(review.close() for review in self._reviews))


def mark(card: Card) -> str:
    """What marks the message of a card: says nothing about the customer, and names one draft of one case."""
    return hashlib.sha256(f"{card.case_id}#{card.draft}".encode("utf-8", "replace")).hexdigest()[:24]


def _earliest(case: Case, card: Card) -> datetime:
    """Before this no message can show the card; clocks may differ a little."""
    own = case.draft is not None and case.draft.number == card.draft
    begun = case.draft.written_at if case.draft and own else case.complaint.received_at
    return begun - STALLED


def _templates(names: Iterable[str], lang: str) -> list[str]:
    """Those in the customer's language first."""
    return sorted(names, key=lambda name: (not name.endswith(f".{lang}"), name))
