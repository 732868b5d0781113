"""One brand, two chats: the same case is seen in both, and a decision in one is drawn in the other."""

from __future__ import annotations

from pathlib import Path

import discord_desk
import slack_desk
from discord_standin import Discord, reached
from standin import Slack

from bot.service import serving
from bot.settings import Settings
from bot.voice.library import Library


async def test_a_decision_in_one_chat_is_drawn_in_the_other(tmp_path: Path):
    """Slack and Discord show one case; a yes in Discord posts once, and Slack's card says who."""
    async with Slack() as slack, Discord() as discord:
        here, there = slack_desk.people(slack, tmp_path), discord_desk.people(discord, tmp_path)
        more = f"review: [slack:{here.complaints}, discord:{there.complaints}]"
        names = {"complaints": here.complaints, "camille": here.camille, "group": "S0", "more": more}
        slack_desk.write_prompts(tmp_path / "prompts", **names)
        brand = tmp_path / "prompts" / "brand.yaml"
        brand.write_text(brand.read_text().replace(f"[slack:{here.camille}", f"[discord:{there.camille}"))
        settings = slack_desk.settings(here).model_dump() | {"discord_bot_token": discord.bot_token}
        with reached(discord):
            async with serving(
                Settings(_env_file=None, **settings),  # type: ignore[call-arg]
                Library.load(tmp_path / "prompts"),
                pace=1000,
            ) as service:
                here.service = there.service = service
                await slack.connected()
                await slack.command(here.alex, here.complaints, "/reply", "Toujours rien reçu !")
                await here.card()
                card = await there.card()
                await discord.press(there.camille, card, "pv:approve:1")
                await here.shows("Camille Durand")
                await there.shows("Camille Durand")


async def test_one_chat_that_is_away_does_not_keep_the_other(tmp_path: Path):
    """Discord's gateway is down: Slack's team works on, and /health tells."""
    async with Slack() as slack, Discord() as discord:
        here = slack_desk.people(slack, tmp_path)
        names = {"complaints": here.complaints, "camille": here.camille, "group": "S0"}
        slack_desk.write_prompts(tmp_path / "prompts", **names)
        settings = slack_desk.settings(here).model_dump() | {"discord_bot_token": discord.bot_token}
        with reached(discord):
            async with serving(
                Settings(_env_file=None, **settings),  # type: ignore[call-arg]
                Library.load(tmp_path / "prompts"),
                pace=1000,
            ) as service:
                here.service = service
                await slack.connected()
                discord.outage()
                await slack.command(here.alex, here.complaints, "/reply", "Toujours rien reçu !")
                await here.card()
                await slack.until(lambda: any("discord" in one for side in service.sides for one in side.problems()))
