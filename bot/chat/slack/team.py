"""One workspace's team at the desk."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.chat.slack.intake import Arrival
from bot.chat.slack.people import People
from bot.chat.team import Team
from bot.desk.brand import Person
from bot.desk.case import Case, Complaint
from bot.desk.decision import Decision
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.network.slack.workspace import Room, Workspace

log = logging.getLogger(__name__)

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
class SlackTeam(Team):
    """A workspace, its people, and the desk."""

    workspace: Workspace
    people: People

    def place(self, channel: str) -> str:
        """The channel as cards name it."""
        return f"slack:{self.workspace.team}:{channel}"

    async def person(self, user: str, brand: str) -> Person:
        """Who this is to the brand."""
        return await self.people.person(user, self.managers(brand))

    async def decided(self, case: Case, decision: Decision, user: str) -> Case:
        """Hand this person's decision to the desk. Raises ``Refusal``."""
        return await self.decide(case, decision, await self.person(user, case.brand))

    def arrival(self, brand: str) -> Arrival:
        """Where what comes now comes in."""
        return arrival_at(self.workspace, brand, self.now())

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

    async def receive(self, complaint: Complaint, *, wait: timedelta = timedelta()) -> tuple[Case, bool]:
        """Hand a complaint to the desk; returns its case and whether it is new."""
        return await self.desk.receive(await named(complaint, self.people), wait=wait)

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


def arrival_at(here: Workspace, brand: str, now: datetime) -> Arrival:
    """Where what comes now comes in."""
    return Arrival(
        team=here.team,
        brand=brand,
        received_at=now,
        workspace_url=here.url,
        bot_user=here.bot_user,
        bot_id=here.bot_id,
        app_id=here.app_id,
    )


async def named(complaint: Complaint, people: People) -> Complaint:
    """The complaint with its author's name: Slack's own id for somebody is no handle to call anybody by."""
    if complaint.network != "slack" or not _SLACK_ID.fullmatch(complaint.author):
        return complaint
    name = complaint.author_name or await people.name(complaint.author)
    return replace(complaint, author="", author_name=name)
