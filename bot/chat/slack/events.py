"""What happens in Slack's channels -> calls on the desk: messages, mentions, reactions, the App Home.

A complaint is stored before Slack gets its acknowledgement: what fails here, Slack sends again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any

from bot.chat import grammar
from bot.chat.identity import amends, noted
from bot.chat.payload import inner, words
from bot.chat.queue import queue_of
from bot.chat.slack.home import home
from bot.chat.slack.intake import (
    Arrival,
    asks_for_thread,
    complaints,
    is_ours,
    mention,
    pasted,
    preview_came,
)
from bot.chat.slack.team import Coming, SlackTeam, named
from bot.desk.card import Card
from bot.desk.case import Case, Complaint, Status
from bot.desk.decision import Approve, Decision, Redraft, Undo
from bot.errors import PortevoixError, Refusal
from bot.network.slack.trouble import CALL_ERRORS, code

log = logging.getLogger(__name__)

Event = Mapping[str, Any]
#: How long a bare link waits for its preview: Slack tells it in a ``message_changed``, a second or two later.
PREVIEW = timedelta(seconds=6)
#: In these a note for another draft makes sense; later talk below a card is just talk.
_OPEN = frozenset({Status.RECEIVED, Status.AWAITING, Status.REFUSED})


class Events:
    """One method an event; ``retried`` says that Slack sends it again."""

    def __init__(self, team: SlackTeam) -> None:
        self.team = team

    # Messages

    async def message(self, event: Event, *, retried: bool = False) -> None:
        """A message in a channel: a complaint, a late preview, a note below a card, or none of our business."""
        channel = words(event, "channel")
        self.team.workspace.alive(channel)
        if (changed := preview_came(event)) is not None:
            await self._previewed(changed, channel)
            return
        brand = self.team.home_of(channel)
        arrival = self.team.arrival(brand)
        if not brand or is_ours(event, arrival):
            return
        if card := await self._card_above(event, channel):
            await self._note(event, card, retried=retried)
            return
        everything = await self._counts(event, brand, channel)
        found = complaints(event, channel, arrival, everything=everything)
        for complaint in found:
            await self._receive(complaint, event, channel, words(event, "user"))
        if not found and not everything:
            await self._pasted(event, channel, arrival)

    async def _pasted(self, event: Event, channel: str, arrival: Arrival) -> None:
        """Slack shows no preview of a permalink that not all may follow; the message behind it is the complaint."""
        for bare in pasted(event, channel, arrival):
            if complaint := await self.team.behind(bare):
                await self._receive(complaint, event, channel, words(event, "user"), whole=True)

    async def _counts(self, event: Event, brand: str, channel: str) -> bool:
        """Whether plain words count here: where customers write, unless it is one of the team who does."""
        if not self.team.takes_everything(brand, channel):
            return False
        user = words(event, "user")
        person = await self.team.person(user, brand) if user else None
        return person is None or self.team.managers(brand).isdisjoint({person.id, *person.groups})

    async def _receive(
        self, complaint: Complaint, message: Event, channel: str, user: str, *, whole: bool = False
    ) -> None:
        """Store a complaint that this message holds or brings; whoever brings what is known gets the card.

        What is ``whole`` waits for no preview.
        """
        waits = _bare(complaint, message) and not whole
        case, new = await self.team.receive(complaint, wait=PREVIEW if waits else timedelta())
        if not new and case.complaint.source != complaint.source and user:
            self.team.later.start(self._tell(channel, user, self.team.known(case)))
        if new and user and not self.team.review_room(case.brand):
            self.team.later.start(self._warn(case, channel, user))

    async def _warn(self, case: Case, channel: str, user: str) -> None:
        """No card can stand here: say so."""
        if (coming := await self.team.coming(case)) is not Coming.SOON:
            await self.team.tell(channel, user, self.team.say(case.brand)(coming))

    async def _tell(self, channel: str, user: str, told: Awaitable[str]) -> None:
        await self.team.tell(channel, user, await told)

    async def _previewed(self, message: Event, channel: str) -> None:
        """A link's preview has come: it tells what the complaint lacked."""
        brand = self.team.home_of(channel)
        if not brand:
            return
        everything = await self._counts(message, brand, channel)
        for told in complaints(message, channel, self.team.arrival(brand), everything=everything):
            found = await named(told, self.team.people)
            stored = await self.team.case(found.id)
            if stored is None:
                await self._receive(found, message, channel, words(message, "user"))
            elif (lacked := amends(stored.complaint, found)) and stored.status in _OPEN:
                await self._decide(stored, lacked, words(message, "user"), channel, quiet=True)

    # Notes and mentions

    async def _card_above(self, event: Event, channel: str) -> Card | None:
        thread = words(event, "thread_ts")
        if not thread or thread == words(event, "ts"):
            return None
        ours = words(event, "parent_user_id") == self.team.workspace.bot_user
        return await self.team.card_at(self.team.place(channel), thread, ours=ours)

    async def _note(self, event: Event, card: Card, *, retried: bool) -> None:
        """A person's words below a card are a note for another draft, never a text to publish."""
        case, user = await self.team.case(card.case_id), words(event, "user")
        told = mention(event, self.team.arrival(case.brand if case else ""))
        if case is None or not user or not told or words(event, "bot_id") or case.status not in _OPEN:
            return
        await self._decide(case, Redraft(card.draft, told), user, words(event, "channel"), quiet=retried)

    async def mentioned(self, event: Event, *, retried: bool = False) -> None:
        """Somebody called us by name: what they brought is the complaint, or the thread that they did it in."""
        channel, user = words(event, "channel"), words(event, "user")
        brand = self.team.brand_for(channel)
        if not brand:
            self.team.later.start(self.team.tell(channel, user, self.team.nobodys()))
            return
        if await self._card_above(event, channel):
            return  # the same words come as a message
        arrival = self.team.arrival(brand)
        found = complaints(event, channel, arrival)
        if not found and asks_for_thread(event, arrival):
            self.team.later.start(self._answer_thread(event, brand))
            return
        if not found and mention(event, arrival):
            found = complaints(event, channel, arrival, everything=True)
        for complaint in found:
            await self._receive(complaint, event, channel, user)
        if not found and not retried:
            self.team.later.start(self.team.tell(channel, user, self._how(brand)))

    async def _answer_thread(self, event: Event, brand: str) -> None:
        """A mention below a message: that message is the complaint."""
        channel, user, root_ts = words(event, "channel"), words(event, "user"), words(event, "thread_ts")
        arrival = self.team.arrival(brand)
        try:
            page = await self.team.workspace.client.conversations_replies(channel=channel, ts=root_ts, limit=1)
        except CALL_ERRORS as error:
            self.team.workspace.note(error, channel)
            log.warning("the thread could not be read: %s", code(error), extra={"channel": channel})
            await self.team.tell(channel, user, self.team.say(brand)("I cannot read this thread. Please forward it."))
            return
        root: Event = next(iter(page["messages"]), {})
        found = complaints(root, channel, arrival, everything=True)
        for complaint in found:
            await self._receive(noted(complaint, mention(event, arrival)), root, channel, user)
        if not found:
            await self.team.tell(channel, user, self._how(brand))

    def _how(self, brand: str) -> str:
        return self.team.say(brand)("Forward me the complaint, or write its text or link behind my name.")

    # Reactions

    async def reacted(self, event: Event, *, retried: bool = False) -> None:
        """A reaction under a card decides on exactly the draft that stands there."""
        card, user = await self._reacted_on(event), words(event, "user")
        case = await self.team.case(card.case_id) if card else None
        if card is None or case is None:
            return
        rules = self.team.house(case).rules.reactions
        if meant := grammar.reaction(words(event, "reaction"), rules, card.draft):
            await self._decide(case, meant, user, words(inner(event, "item"), "channel"), quiet=retried)

    async def unreacted(self, event: Event) -> None:
        """Taking back one's own yes while it can be taken back."""
        card, user = await self._reacted_on(event), words(event, "user")
        case = await self.team.case(card.case_id) if card else None
        if card is None or case is None or case.draft is None or case.draft.number != card.draft:
            return
        meant = grammar.reaction(words(event, "reaction"), self.team.house(case).rules.reactions, card.draft)
        own = any(approval.by == f"slack:{user}" for approval in case.approvals)
        if own and isinstance(meant, Approve) and case.status in {Status.APPROVED, Status.AWAITING}:
            await self._decide(case, Undo(), user, words(inner(event, "item"), "channel"), quiet=False)

    async def _reacted_on(self, event: Event) -> Card | None:
        item = inner(event, "item")
        if words(item, "type") != "message":
            return None
        ours = words(event, "item_user") == self.team.workspace.bot_user
        return await self.team.card_at(self.team.place(words(item, "channel")), words(item, "ts"), ours=ours)

    async def _decide(self, case: Case, decision: Decision, user: str, channel: str, *, quiet: bool) -> None:
        """Decide; a refusal is told to the person alone, and not again when Slack repeats itself."""
        try:
            await self.team.decided(case, decision, user)
        except Refusal as refusal:
            if not quiet:
                said = self.team.sorry(refusal, case.brand)
                if link := await self.team.card_link(case):
                    said = f"{said} {link}"
                self.team.later.start(self.team.tell(channel, user, said))

    # The rest

    async def opened_home(self, event: Event) -> None:
        """Somebody looks at the App Home."""
        if words(event, "tab") in {"", "home"}:
            self.team.later.start(self.publish_home(words(event, "user")))

    async def publish_home(self, user: str) -> None:
        """Draw the App Home of this person."""
        say = self.team.say()
        try:
            queue = await queue_of(self.team, f"slack:{user}")
            await self.team.workspace.client.views_publish(user_id=user, view=home(queue, say, self.team.now()))
        except CALL_ERRORS as error:
            self.team.workspace.note(error)
            log.warning("the App Home could not be drawn: %s", code(error), extra={"user": user})
        except PortevoixError as error:
            log.warning("the App Home could not be drawn: %s", error, extra={"user": user})

    async def joined(self, event: Event) -> None:
        """We were invited somewhere: cards that had no room may have one now."""
        if words(event, "user") == self.team.workspace.bot_user:
            self.team.workspace.alive(words(event, "channel"))
            self.team.later.start(self.team.review.catch_up())

    async def group_changed(self, event: Event) -> None:
        """People joined or left a user group."""
        self.team.people.group_changed(words(event, "subteam_id"))

    async def signed_out(self, event: Event) -> None:
        """The app was removed, or its token withdrawn."""
        tokens = inner(event, "tokens")
        if words(event, "type") == "app_uninstalled" or tokens.get("bot"):
            self.team.workspace.sign_out(words(event, "type"))


def _bare(complaint: Complaint, message: Event) -> bool:
    """Whether only a link came, whose preview Slack may still add."""
    own = complaint.link.partition("?")[0].endswith(words(message, "ts").replace(".", ""))
    return bool(complaint.link) and complaint.network not in _NO_PREVIEW and not own and not message.get("attachments")


_NO_PREVIEW = frozenset({"web", "email"})
