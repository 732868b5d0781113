"""One workspace's team at the desk: what every listener needs to turn a payload into a call."""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from bot.chat.later import Later
from bot.chat.slack.intake import Arrival
from bot.chat.slack.people import People
from bot.chat.slack.review import CHAT, SlackReview
from bot.desk.board import Board
from bot.desk.brand import Person
from bot.desk.card import Card, Cards
from bot.desk.case import Case, Complaint
from bot.desk.decision import Decision
from bot.desk.desk import Desk
from bot.desk.edit import Edits
from bot.desk.ports import Clock
from bot.errors import PortevoixError, Refusal
from bot.locale import Sentences
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.network.slack.workspace import Room, Workspace
from bot.voice.editing import Editing
from bot.voice.house import House
from bot.voice.library import Library

log = logging.getLogger(__name__)

#: Seconds between looks for a card that was posted a moment ago.
JUST_POSTED = (0.05, 0.2, 0.5)
_SLACK_ID = re.compile(r"[UW][A-Z0-9]+")


class Coming(StrEnum):
    """What becomes of the card of a complaint that somebody brought, as a sentence for them."""

    SOON = "Thank you. A draft is on its way."
    NOT_HERE = "I am not in this channel: invite me with /invite, and the draft appears here."
    OVERHEARD = (
        "This channel is shared with another company, who would read the card. It waits in my App Home; "
        "name a review room in brand.yaml to have cards there."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A workspace, its people, and the desk."""

    workspace: Workspace
    people: People
    desk: Desk
    review: SlackReview
    library: Library
    editing: Editing
    cards: Cards
    board: Board
    edits: Edits
    clock: Clock
    later: Later

    # Whose channel

    def home_of(self, channel: str) -> str:
        """The brand whose complaints come into this channel; empty for a channel that is no brand's."""
        room, houses = f"slack:{channel}", self.library.houses
        named = [brand for brand, house in houses.items() if room in (*house.rules.channels, *house.rules.review)]
        if named:
            return named[0]
        only = next(iter(houses.values())) if len(houses) == 1 else None
        names_none = only is not None and not any(one.startswith("slack:") for one in only.rules.channels)
        return only.brand.id if only and names_none else ""

    def brand_for(self, channel: str) -> str:
        """The brand that is meant when somebody asks for a draft here; empty where there are several."""
        houses = self.library.houses
        return self.home_of(channel) or (next(iter(houses)) if len(houses) == 1 else "")

    def takes_everything(self, brand: str, channel: str) -> bool:
        """Whether customers write in this channel: every message is a complaint, and the cards stand elsewhere."""
        rules, room = self.library.house(brand).rules, f"slack:{channel}"
        return rules.intake == "everything" and room in rules.channels and self.review_room(brand) not in {"", room}

    def review_room(self, brand: str) -> str:
        """The brand's own room for cards in Slack, as brand.yaml writes it; empty where there is none."""
        return next((room for room in self.library.house(brand).rules.review if room.startswith("slack:")), "")

    def arrival(self, brand: str) -> Arrival:
        """Where what comes now comes in."""
        here = self.workspace
        return Arrival(
            team=here.team,
            brand=brand,
            received_at=self.clock.now(),
            workspace_url=here.url,
            bot_user=here.bot_user,
            bot_id=here.bot_id,
            app_id=here.app_id,
        )

    def place(self, channel: str) -> str:
        """The channel as cards name it."""
        return f"{CHAT}:{self.workspace.team}:{channel}"

    async def card_at(self, channel: str, message: str, by: str = "") -> Card | None:
        """The card that this message is; ``by`` is the Slack id of who wrote it, empty where it may be a card.

        Somebody may be quicker than our note of what we have just posted: then it is looked for again.
        """
        for wait in JUST_POSTED if by in {"", self.workspace.bot_user} else ():
            if card := await self.cards.at(self.place(channel), message):
                return card
            await asyncio.sleep(wait)
        return await self.cards.at(self.place(channel), message)

    # Who speaks, and what we say

    def say(self, brand: str = "") -> Sentences:
        """Our sentences in the language of the brand's team; of the first brand's where none is meant."""
        houses = self.library.houses
        house = houses.get(brand) or next(iter(houses.values()))
        return Sentences(house.brand.team_language)

    async def person(self, user: str, brand: str) -> Person:
        """Who this is to the brand."""
        managers = self.library.house(brand).brand.managers
        among = set(managers.default).union(*managers.special.values())
        return await self.people.person(user, among)

    async def case(self, case_id: str) -> Case | None:
        """The case as it stands."""
        return await self.desk.store.get(case_id)

    def house(self, case: Case) -> House:
        """The case's brand's voice."""
        return self.library.house(case.brand)

    async def tell(self, channel: str, user: str, said: str | Mapping[str, Any], *, thread: str = "") -> None:
        """Say something to one person alone; nobody is told when Slack does not take it."""
        message = {"text": said} if isinstance(said, str) else dict(said)
        try:
            await self.workspace.client.chat_postEphemeral(
                channel=channel, user=user, thread_ts=thread or None, **message
            )
        except CALL_ERRORS as error:
            self.workspace.note(error)
            log.warning("could not tell somebody: %s", code(error), extra={"channel": channel, "user": user})

    def nobodys(self) -> str:
        """What to say where no brand is at home."""
        return self.say()("This channel belongs to no brand yet: name it under “channels” in the brand's brand.yaml.")

    async def known(self, case: Case) -> str:
        """What to say to somebody who brings what is known."""
        say, link = self.say(case.brand), await self.card_link(case)
        if link:
            return say("This complaint is known already: {link}", link=link)
        return say("This complaint is known already: its card comes in a moment.")

    async def card_link(self, case: Case) -> str:
        """Where people open the case's card; empty while there is none."""
        cards = [card for card in await self.cards.of(case.id, CHAT) if card.message]
        return self.review.link(cards[-1]) if cards else ""

    async def received(self, case: Case) -> str:
        """What to say to somebody who asked for a draft by command or form."""
        return self.say(case.brand)(await self.coming(case))

    async def coming(self, case: Case) -> Coming:
        """Whether the case's card can stand where it has to."""
        channel = case.complaint.source.split(":")[2]
        if self.review_room(case.brand):
            return Coming.SOON
        try:
            room = await self.workspace.room(channel)
        except CALL_ERRORS:  # a direct message between others, a private channel: we do not even see it
            room = Room(member=False, shared=False, archived=False)
        if room.shared:
            return Coming.OVERHEARD
        return Coming.SOON if room.member else Coming.NOT_HERE

    # Receiving and deciding

    async def receive(self, complaint: Complaint, *, wait: timedelta = timedelta()) -> tuple[Case, bool]:
        """Hand a complaint to the desk; returns its case and whether it is new."""
        return await self.desk.receive(await self._named(complaint), wait=wait)

    async def _named(self, complaint: Complaint) -> Complaint:
        """Slack's own id for an author is no handle to call anybody by: the name stands for it."""
        if complaint.network != CHAT or not _SLACK_ID.fullmatch(complaint.author):
            return complaint
        name = complaint.author_name or await self.people.name(complaint.author)
        return replace(complaint, author="", author_name=name)

    async def decide(self, case: Case, decision: Decision, user: str) -> Case:
        """Hand a decision to the desk, in this person's name.

        Raises:
            Refusal: with the reason, in a sentence.
        """
        return await self.desk.decide(case.id, decision, await self.person(user, case.brand))

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
