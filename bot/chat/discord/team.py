"""The team at the desk in Discord."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import discord
from discord import ui

from bot.chat.discord import asides
from bot.chat.discord.arrival import Arrival
from bot.chat.discord.text import escape
from bot.chat.team import Team
from bot.desk.brand import Person
from bot.desk.card import Heard
from bot.desk.case import Case
from bot.locale import LANGUAGES, Sentences
from bot.network.discord.connection import Connection
from bot.network.discord.trouble import CALL_ERRORS, is_answered, words

log = logging.getLogger(__name__)

NOBODY = discord.AllowedMentions.none()
Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordTeam(Team):
    """Our connection, its people, and the desk."""

    connection: Connection
    heard: Heard

    def place(self, guild: int | None, channel: int) -> str:
        """The channel as cards name it; guild 0 stands for direct messages."""
        return f"discord:{guild or 0}:{channel}"

    def rooms(self, channel: object) -> tuple[str, ...]:
        """The ids under which brand.yaml may name this channel: its own, and for a thread the one it belongs to."""
        own, parent = getattr(channel, "id", None), getattr(channel, "parent_id", None)
        belongs = parent if isinstance(channel, discord.Thread) else None
        return tuple(str(one) for one in (own, belongs) if one)

    def home(self, channel: object) -> tuple[str, str]:
        """The brand whose complaints come into this channel, and the room that it names; both empty for none."""
        for room in self.rooms(channel):
            if brand := self.home_of(room):
                return brand, room
        return "", ""

    def arrival(self, brand: str, guild: int | None) -> Arrival:
        """Where what comes now comes in."""
        return arrival_at(self.connection, brand, guild, self.now())

    def person(self, user: discord.abc.User) -> Person:
        """Who this is, with the roles they have; the event or interaction told them."""
        roles = user.roles if isinstance(user, discord.Member) else []
        groups = frozenset(f"discord-role:{role.id}" for role in roles)
        return Person(id=f"discord:{user.id}", name=user.display_name, groups=groups)

    async def member(self, guild: int | None, user: int) -> Person:
        """Who this is where no event told their roles."""
        try:
            known = self.connection.client.get_guild(guild or 0)
            return self.person(await known.fetch_member(user)) if known else Person(f"discord:{user}", str(user))
        except CALL_ERRORS as error:
            self.connection.note(error)
            log.warning("Discord does not tell who this is: %s", words(error), extra={"user": user})
            return Person(id=f"discord:{user}", name=str(user))

    def say_to(self, interaction: Interaction, brand: str = "") -> Sentences:
        """Our sentences for one person's eyes: in their own language where we speak it, else in the team's."""
        own = interaction.locale.value[:2]
        return Sentences(own) if own in LANGUAGES else self.say(brand)

    async def received(self, case: Case, say: Sentences, *, new: bool) -> str:
        """What to say to somebody who brought a complaint; what another process has just stored is new as well."""
        fresh = new or self.now() - case.complaint.received_at < JUST_NOW
        return say("Thank you. A draft is on its way.") if fresh else await self.known(case)

    async def tell(self, interaction: Interaction, said: str | ui.LayoutView) -> None:
        """Say something to the one who pressed or typed; nobody is told when Discord does not take it."""
        view = asides.notice(said) if isinstance(said, str) else said
        try:
            if interaction.response.is_done():
                await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=NOBODY)
            else:
                await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NOBODY)
        except CALL_ERRORS as error:
            if is_answered(error):  # another process of ours hears the same, and was quicker
                return
            self.connection.note(error)
            log.warning("could not tell somebody: %s", words(error), extra={"user": interaction.user.id})

    async def told_alone(self, person: Person, said: str, about: str) -> bool:
        """Say something by direct message; False where the person takes none from us.

        ``about`` names what it answers: where several processes do, it stands there once.
        """
        try:
            user = await self.connection.client.fetch_user(int(person.id.partition(":")[2]))
            await user.send(
                escape(said), nonce=_nonce(f"{person.id} {about}"), allowed_mentions=NOBODY, suppress_embeds=True
            )
        except CALL_ERRORS as error:
            log.info("no direct message: %s", words(error), extra={"user": person.id})
            return False
        return True

    async def told(self, message: discord.PartialMessage | discord.Message, said: str, about: str) -> None:
        """Say something below a message, where nobody can be told alone: it goes after a while. ``about`` as above.

        It is drawn as a card is, and so never taken for the brand's reply.
        """
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay(escape(said)))
        try:
            await message.reply(
                view=view,
                nonce=_nonce(f"{message.id} {about}"),
                delete_after=TOLD_FOR,
                allowed_mentions=NOBODY,
                mention_author=False,
            )
        except CALL_ERRORS as error:
            self.connection.note(error)
            log.warning("could not tell somebody: %s", words(error), extra={"channel": message.channel.id})

    async def case_of(self, interaction: Interaction) -> Case | None:
        """The case whose card was pressed."""
        message = interaction.message
        if message is None:
            return None
        card = await self.card_at(self.place(interaction.guild_id, message.channel.id), str(message.id))
        return await self.case(card.case_id) if card else None


#: A complaint this young has no card that one could be sent to.
JUST_NOW = timedelta(seconds=3)
#: Seconds for which a remark below a message stands.
TOLD_FOR = 60.0


def _nonce(about: str) -> str:
    """What Discord knows a message again by for some minutes: at most 25 characters."""
    return hashlib.sha256(about.encode("utf-8", "replace")).hexdigest()[:24]


def arrival_at(connection: Connection, brand: str, guild: int | None, now: datetime) -> Arrival:
    """Where what comes now comes in."""
    client = connection.client
    known = client.get_guild(guild) if guild else None
    role = known.self_role if known else None
    return Arrival(
        brand=brand,
        received_at=now,
        guild=str(guild or 0),
        bot_user=str(client.user.id) if client.user else "",
        bot_role=str(role.id) if role else "",
        app_id=str(client.application_id or ""),
        webhooks=frozenset(connection.webhooks),
    )
