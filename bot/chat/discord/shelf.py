"""The templates, changed from Discord: the list, the sheet of one, a new one. Managers only."""

from __future__ import annotations

import asyncio
from dataclasses import fields

import discord

from bot.chat.discord import asides, templates
from bot.chat.discord.clicks import Clicks
from bot.chat.discord.layout import Chosen, Heard
from bot.chat.discord.team import DiscordTeam, Interaction
from bot.chat.grammar import EditTemplate, NewTemplate, Templates
from bot.chat.template_desk import Sheet, create, may_change, save, sheet
from bot.chat.template_lines import EditedText, NewText
from bot.errors import PortevoixError
from bot.voice.yamlfile import Broken


class Shelf:
    """The templates of the brands."""

    def __init__(self, team: DiscordTeam, clicks: Clicks) -> None:
        self.team = team
        self.clicks = clicks

    async def asked(self, interaction: Interaction, what: Templates | EditTemplate | NewTemplate, brand: str) -> None:
        """``/reply template``, with or without a name."""
        say, house = self.team.say_to(interaction, brand), self.team.library.house(brand)
        match what:
            case Templates():
                await self.team.tell(interaction, templates.listing(house, say, self._opens(brand), self._news(brand)))
            case NewTemplate():
                await self._new(interaction, brand)
            case EditTemplate(name=name):
                found = await asyncio.to_thread(self.team.editing.find, brand, name)
                if found.names:
                    await self._open(interaction, brand, found.names[0])
                else:
                    await self.team.tell(interaction, templates.unknown(name, found.close, say))

    # One template

    def _opens(self, brand: str) -> Chosen:
        async def opens(interaction: Interaction, name: str) -> None:
            await self.clicks.guarded(interaction, brand, self._open(interaction, brand, name))

        return opens

    async def _open(self, interaction: Interaction, brand: str, name: str) -> None:
        may_change(self.team, self.team.person(interaction.user), brand, name)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, await sheet(self.team, brand, name))

    async def _show(self, interaction: Interaction, held: Sheet) -> None:
        told = {item.name: getattr(held, item.name) for item in fields(held)}
        say, brand = self.team.say_to(interaction, held.source.brand), held.source.brand
        hooks = templates.Hooks(choose=self._opens(brand), save=self._save, preview=self._preview)
        await self.team.tell(interaction, templates.sheet(told.pop("source"), told.pop("siblings"), say, hooks, **told))

    async def _preview(self, interaction: Interaction, typed: EditedText) -> None:
        async def show() -> None:
            may_change(self.team, self.team.person(interaction.user), typed.brand, typed.name)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._show(interaction, await sheet(self.team, typed.brand, typed.name, typed=typed))

        await self.clicks.guarded(interaction, typed.brand, show())

    async def _save(self, interaction: Interaction, typed: EditedText) -> None:
        async def saved() -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            after = await save(self.team, typed, self.team.person(interaction.user))
            if isinstance(after, Sheet):
                await self._show(interaction, after)
            else:
                await self.team.tell(interaction, templates.saved(after, self.team.say_to(interaction, typed.brand)))

        await self.clicks.guarded(interaction, typed.brand, saved())

    # A new one

    def _news(self, brand: str) -> Heard:
        async def new(interaction: Interaction) -> None:
            await self.clicks.guarded(interaction, brand, self._new(interaction, brand))

        return new

    async def _new(self, interaction: Interaction, brand: str) -> None:
        may_change(self.team, self.team.person(interaction.user), brand)
        say, house = self.team.say_to(interaction, brand), self.team.library.house(brand)
        await self.team.tell(interaction, templates.choose_topic(house, say, self._create))

    async def _create(self, interaction: Interaction, filled: NewText) -> None:
        say = self.team.say_to(interaction, filled.brand)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            made = await create(self.team, filled, self.team.person(interaction.user))
        except (Broken, PortevoixError) as error:
            why = (
                templates.what_is_wrong(error.problems, say)
                if isinstance(error, Broken)
                else self.team.sorry(error, filled.brand)
            )

            def reopen() -> discord.ui.Modal:
                return templates.new_template(self.team.library.house(filled.brand), say, self._create, filled)

            await self.team.tell(interaction, asides.kept(why, filled.body, reopen, say))
        else:
            await self.team.tell(interaction, templates.saved(made, say))
