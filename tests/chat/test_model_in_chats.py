"""A model's server behind the service: what people press in a chat reaches it, and what it answers is on the card."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord_desk
import pytest
import slack_desk
from discord_standin import Discord
from model_server import Messages, ModelServerStandIn
from standin import Slack

ROOT = Path(__file__).parents[2]
DRAFTED = {"lang": "fr", "kind": "complaint", "topic": "late", "severity": "normal"}


def answer(messages: Messages) -> dict[str, Any]:
    """A model that writes shorter where it is asked to, and translates."""
    told = " ".join(str(message["content"]) for message in messages)
    if "You translate a brand's reply" in told:
        return {"text": "Hello, we are looking for your parcel."}
    return DRAFTED | {"reply": "Bonjour, on cherche." if "Shorter" in told else "Bonjour, nous cherchons votre colis."}


@pytest.fixture
def model() -> Iterator[ModelServerStandIn]:
    with ModelServerStandIn() as server:
        server.reply = answer
        yield server


def written(folder: Path, **names: Any) -> None:
    """A small brand's prompts, with the shipped one for the model."""
    desk = slack_desk if "group" in names else discord_desk
    desk.write_prompts(folder / "prompts", **names)
    shutil.copy(ROOT / "prompts" / "draft.md.j2", folder / "prompts")


async def test_slack_has_the_model_s_drafts(slack: Slack, model: ModelServerStandIn, tmp_path: Path):
    """Its card names the model; a tone is another draft of the model's, a translation a form."""
    team = slack_desk.people(slack, tmp_path)
    written(tmp_path, complaints=team.complaints, camille=team.camille, group="S0")
    async with slack_desk.at_work(team, openai_base_url=model.url, openai_model="gpt-x") as desk:
        await slack.command(desk.alex, desk.complaints, "/reply", "Toujours rien reçu !")
        card = await desk.card()
        assert "written by the model gpt-x" in card.seen
        assert "tokens in" in card.seen
        await slack.press(desk.alex, desk.complaints, card.ts, "shorter")
        second = await desk.card(2)
        assert "Bonjour, on cherche." in second.seen
        await slack.press(desk.alex, desk.complaints, second.ts, "translate")
        await slack.until(lambda: (view := slack.view(desk.alex)) and "looking for your parcel" in view.seen)


async def test_discord_has_the_model_s_drafts(discord: Discord, model: ModelServerStandIn, tmp_path: Path):
    """The same, and a dead server makes templates of the drafts, with a sentence."""
    team = discord_desk.people(discord, tmp_path)
    written(tmp_path, complaints=team.complaints, camille=team.camille, role=team.role)
    async with discord_desk.at_work(team, openai_base_url=model.url, openai_model="gpt-x") as desk:
        await discord.command(desk.alex, desk.complaints, "reply", text="Toujours rien reçu !")
        card = await desk.card()
        assert "written by the model gpt-x" in card.seen
        await discord.press(desk.alex, card, "pv:translate:1")
        await desk.told(desk.alex, "looking for your parcel")
        model.stop()
        await discord.press(desk.alex, card, "pv:shorter:1")
        said = (await desk.card(2)).seen
        assert "The model's server is not reachable." in said
        assert "template" in said
        model.start()
