"""``/reply`` and *Draft a reply* -> calls on the desk."""

from __future__ import annotations

import logging
from collections.abc import Callable

import discord
from discord import app_commands

from bot.chat.discord import asides, intake
from bot.chat.discord.clicks import Clicks
from bot.chat.discord.message import as_payload
from bot.chat.discord.queue import help_message, queue_message
from bot.chat.discord.shelf import Shelf
from bot.chat.discord.sources import message_of
from bot.chat.discord.team import DiscordTeam, Interaction
from bot.chat.grammar import (
    ApproveCase,
    Command,
    DraftReply,
    EditTemplate,
    Help,
    NewForm,
    NewTemplate,
    RejectCase,
    ShowQueue,
    Templates,
    command,
)
from bot.chat.queue import queue_of
from bot.desk.decision import Approve, Decision, Reject

log = logging.getLogger(__name__)

#: What Discord shows at most while somebody types.
SUGGESTED = 25


class Commands:
    """The slash command and the command on messages."""

    def __init__(self, team: DiscordTeam, clicks: Clicks, shelf: Shelf) -> None:
        self.team = team
        self.clicks = clicks
        self.shelf = shelf

    async def typed(self, interaction: Interaction, text: str) -> None:
        """Somebody typed ``/reply``; what they get is for them alone."""
        brand, _ = self.team.home(interaction.channel)
        brand = brand or self.team.brand_for(str(interaction.channel_id))
        known = self.team.library.houses[brand].templates if brand else ()
        asked = command(text, known, leads_to_message=message_of)
        await self.clicks.guarded(interaction, brand, self._answer(interaction, asked, brand))

    async def _answer(self, interaction: Interaction, asked: Command, brand: str) -> None:
        say = self.team.say_to(interaction, brand)
        match asked:
            case Help():
                await self.team.tell(interaction, help_message(say, model=self.team.interpreter is not None))
            case NewForm():
                await self.clicks.new_complaint(interaction)
            case DraftReply():
                await self._draft(interaction, asked.text, brand)
            case ShowQueue():
                queue = await queue_of(self.team, self.team.person(interaction.user).id, brand)
                await self.team.tell(interaction, queue_message(queue, say, self.team.now()))
            case ApproveCase(link=""):
                await self.clicks.approve_oldest(interaction, brand)
            case ApproveCase(link=link):
                await self._decide(interaction, link, Approve)
            case RejectCase(link=""):
                told = say("Which one? Copy the link of its card: /reply reject LINK REASON")
                await self.team.tell(interaction, told)
            case RejectCase(link=link, reason=reason):
                await self._decide(interaction, link, lambda draft: Reject(draft, reason))
            case Templates() | EditTemplate() | NewTemplate() if not brand:
                await self.team.tell(interaction, self.team.nobodys())
            case Templates() | EditTemplate() | NewTemplate():
                await self.shelf.asked(interaction, asked, brand)

    async def _draft(self, interaction: Interaction, text: str, brand: str) -> None:
        """``/reply text: TEXT OR LINK``."""
        say = self.team.say_to(interaction, brand)
        if not brand:
            await self.team.tell(interaction, self.team.nobodys())
            return
        arrival = self.team.arrival(brand, interaction.guild_id)
        complaint = intake.command_complaint(text, arrival, str(interaction.channel_id), str(interaction.id))
        if complaint is None:
            await self.team.tell(interaction, say("Please write the complaint's text or link behind /reply."))
            return
        case, new = await self.team.desk.receive(complaint)
        await self.team.tell(interaction, await self.team.received(case, say, new=new))

    async def _decide(self, interaction: Interaction, link: str, decision: Callable[[int], Decision]) -> None:
        """Decide on exactly the draft that the linked card shows."""
        guild, channel, message = message_of(link) or ("0", "0", "")
        card = await self.team.card_at(self.team.place(int(guild), int(channel)), message)
        case = await self.team.case(card.case_id) if card else None
        say = self.team.say_to(interaction, case.brand if case else "")
        if card is None or case is None:
            await self.team.tell(interaction, say("This link leads to no card of mine."))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        after = await self.team.decide(case, decision(card.draft), self.team.person(interaction.user))
        await self.team.tell(interaction, say("Done: this case is {status} now.", status=after.status.value))

    async def on_message(self, interaction: Interaction, message: discord.Message) -> None:
        """*Draft a reply* on any message: it is the complaint, or brings one. Needs no privileged intent."""
        brand, _ = self.team.home(interaction.channel)
        brand = brand or self.team.brand_for(str(interaction.channel_id))
        await self.clicks.guarded(interaction, brand, self._draft_message(interaction, message, brand))

    async def _draft_message(self, interaction: Interaction, message: discord.Message, brand: str) -> None:
        say = self.team.say_to(interaction, brand)
        if not brand:
            await self.team.tell(interaction, self.team.nobodys())
            return
        arrival = self.team.arrival(brand, interaction.guild_id)
        payload = {"guild_id": str(interaction.guild_id or 0), **as_payload(message)}
        told = say("I find no complaint in this message.")
        for complaint in intake.complaints(payload, arrival, asked=True):
            case, new = await self.team.desk.receive(complaint)
            told = await self.team.received(case, say, new=new)
        await self.team.tell(interaction, asides.notice(told))

    async def suggested(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What can stand behind ``/reply``, as far as it begins with what is typed."""
        brand, _ = self.team.home(interaction.channel)
        brand = brand or self.team.brand_for(str(interaction.channel_id))
        french = self.team.say_to(interaction, brand).lang == "fr"
        plain = ["aide", "file", "approuver", "rejeter", "modèles"] if french else _WORDS
        template = "modèle" if french else "template"
        topics = self.team.library.houses[brand].protocol.topics if brand else ()
        names = [*plain, *(f"{template} {topic}" for topic in topics)]
        fitting = [name for name in names if name.startswith(typed.casefold())][:SUGGESTED]
        return [app_commands.Choice(name=name, value=name) for name in fitting]


_WORDS = ["help", "queue", "approve", "reject", "templates"]
