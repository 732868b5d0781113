"""A team at the desk in one chat: what its listeners need to turn a payload into a call."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat.later import Later
from bot.chat.review import SOMEBODY, CardReview
from bot.desk.board import Board
from bot.desk.brand import Person
from bot.desk.card import Card, Cards
from bot.desk.case import Case, Complaint, Finding
from bot.desk.decision import Decision
from bot.desk.desk import READING, Desk
from bot.desk.edit import Edits
from bot.desk.ports import Interpreter, Length
from bot.errors import NotManager, PortevoixError, Refusal
from bot.locale import Sentences
from bot.voice.editing import Editing
from bot.voice.house import House
from bot.voice.library import Library

log = logging.getLogger(__name__)


class NoInterpreter(Refusal):
    """A button from a time when there was a model."""

    says = "There is no model to translate with at the moment."


#: Seconds between looks for a card that was posted a moment ago.
JUST_POSTED = (0.05, 0.2, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The desk, seen from one chat. ``chat`` is its name in brand.yaml: ``slack``, ``discord``.

    ``interpreter`` is None where there is no model.
    """

    chat: str
    desk: Desk
    review: CardReview
    library: Library
    editing: Editing
    cards: Cards
    board: Board
    edits: Edits
    later: Later
    interpreter: Interpreter | None = None

    def now(self) -> datetime:
        """The desk's time."""
        return self.desk.clock.now()

    # Whose channel

    def home_of(self, channel: str) -> str:
        """The brand whose complaints come into this channel; empty for a channel that is no brand's."""
        room, houses = f"{self.chat}:{channel}", self.library.houses
        named = [brand for brand, house in houses.items() if room in (*house.rules.channels, *house.rules.review)]
        if named:
            return named[0]
        only = next(iter(houses.values())) if len(houses) == 1 else None
        names_none = only is not None and not any(one.startswith(f"{self.chat}:") for one in only.rules.channels)
        return only.brand.id if only and names_none else ""

    def brand_for(self, channel: str) -> str:
        """The brand that is meant when somebody asks for a draft here; empty where there are several."""
        houses = self.library.houses
        return self.home_of(channel) or (next(iter(houses)) if len(houses) == 1 else "")

    def takes_everything(self, brand: str, channel: str) -> bool:
        """Whether customers write in this channel: every message is a complaint, and the cards stand elsewhere."""
        rules, room = self.library.house(brand).rules, f"{self.chat}:{channel}"
        return rules.intake == "everything" and room in rules.channels and self.review_room(brand) not in {"", room}

    def review_room(self, brand: str) -> str:
        """The brand's own room for cards in this chat, as brand.yaml writes it; empty where there is none."""
        rooms = self.library.house(brand).rules.review
        return next((room for room in rooms if room.startswith(f"{self.chat}:")), "")

    def managers(self, brand: str) -> Set[str]:
        """Everybody, people and groups, whose yes counts for some case of the brand."""
        managers = self.library.house(brand).brand.managers
        return set(managers.default).union(*managers.special.values())

    # Cards

    async def card_at(self, place: str, message: str, *, ours: bool = True) -> Card | None:
        """The card that this message is; ``ours`` is false where somebody else is known to have written it.

        People may be quicker than our note of what we have just posted: then it is looked for again.
        """
        for wait in JUST_POSTED if ours else ():
            if card := await self.cards.at(place, message):
                return card
            await asyncio.sleep(wait)
        return await self.cards.at(place, message)

    async def card_link(self, case: Case) -> str:
        """Where people open the case's card; empty while there is none."""
        cards = [card for card in await self.cards.of(case.id, self.chat) if card.message]
        return self.review.wall.link(cards[-1]) if cards else ""

    # What we say

    def say(self, brand: str = "") -> Sentences:
        """Our sentences in the language of the brand's team; of the first brand's where none is meant."""
        houses = self.library.houses
        house = houses.get(brand) or next(iter(houses.values()))
        return Sentences(house.brand.team_language)

    def nobodys(self) -> str:
        """What to say where no brand is at home."""
        return self.say()("This channel belongs to no brand yet: name it under “channels” in the brand's brand.yaml.")

    async def known(self, case: Case) -> str:
        """What to say to somebody who brings what is known."""
        say, link = self.say(case.brand), await self.card_link(case)
        if link:
            return say("This complaint is known already: {link}", link=link)
        return say("This complaint is known already: its card comes in a moment.")

    async def behind(self, bare: Complaint) -> Complaint | None:
        """The complaint with the customer's words from behind its link; None where we read none, or they are ours."""
        try:
            async with asyncio.timeout(READING.total_seconds()):
                told = await self.desk.networks.of(bare).original(bare)
        except TimeoutError:
            return None
        if told is None or not told.text.strip():
            return None
        return replace(bare, text=told.text, author=told.author, author_name=told.author_name)

    # Deciding

    async def case(self, case_id: str) -> Case | None:
        """The case as it stands."""
        return await self.desk.store.get(case_id)

    def house(self, case: Case) -> House:
        """The case's brand's voice."""
        return self.library.house(case.brand)

    async def decide(self, case: Case, decision: Decision, by: Person) -> Case:
        """Hand a decision to the desk, in this person's name.

        Raises:
            Refusal: with the reason, in a sentence.
        """
        return await self.desk.decide(case.id, decision, by)

    def checked(self, case: Case, text: str) -> tuple[tuple[Finding, ...], Length]:
        """What the desk will say of this text: more of a draft that nobody has changed, if a model wrote it."""
        signed = self.house(case).brand.sign(text, SOMEBODY)
        length = self.desk.networks.of(case.complaint).measure(case.complaint, signed)
        if case.draft and text.strip() == case.draft.text:
            return case.draft.findings, length
        return self.library.check(case, text, length), length

    async def translated(self, case: Case) -> str:
        """The case's current draft in the team's language. Raises ``PortevoixError`` where that is not possible."""
        if self.interpreter is None:
            raise NoInterpreter
        return await self.interpreter.translate(case, self.house(case).brand.team_language)

    def may_decide(self, person: Person, case: Case) -> None:
        """Before somebody fills in what only a manager may send. Raises ``NotManager``."""
        brand = self.house(case).brand
        if not brand.manages(person, case):
            raise NotManager(brand=brand.name)

    def may_change(self, person: Person, brand: str, topic: str = "") -> None:
        """Who may answer a topic's complaints may change its templates. Raises ``NotManager``."""
        house = self.library.house(brand)
        managers = house.brand.managers
        if managers.special.get(topic, managers.default).isdisjoint({person.id, *person.groups}):
            raise NotManager(brand=house.brand.name)

    def sorry(self, error: Exception, brand: str) -> str:
        """What to tell the person: the known reason, or a ticket that stands in the log beside the traceback."""
        say = self.say(brand)
        if isinstance(error, PortevoixError):
            if not isinstance(error, Refusal):
                log.error("could not do what was asked: %s", error)
            return say.remark(error)
        ticket = uuid.uuid4().hex[:8]
        log.error("something unexpected happened (%s)", ticket, exc_info=error)
        return say("Something unexpected happened ({ticket}). Please try again; the log says more.", ticket=ticket)
