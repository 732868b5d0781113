"""A team in Slack: the whole service against a Slack on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standin import Message, Slack

from bot.service import Service, serving
from bot.settings import Settings
from bot.voice.library import Library

BRAND = """
name: Lune & Tilleul
languages: [fr, en]
team_language: {lang}
channels: [slack:{complaints}]
managers:
  default: [slack:{camille}, slack-group:{group}]
{more}"""
PROTOCOL = """
fallback: other
topics:
  late: {triggers: {fr: [toujours rien, pas reçu], en: [not received, still waiting]}}
  broken: {severity: high, triggers: {fr: [cassé, brisée], en: [broken]}}
  other: {severity: low}
"""
TEMPLATES = {
    "late.fr": "Bonjour{{ ' ' ~ first_name if first_name }}, nous cherchons votre colis.",
    "late.en": "Hello{{ ' ' ~ first_name if first_name }}, we are looking for your parcel.",
    "broken.fr": "Bonjour, nous sommes désolés pour la casse.",
    "broken.en": "Hello, we are sorry that it broke.",
    "other.fr": "Bonjour, racontez-nous ce qui s'est passé.",
    "other.en": "Hello, please tell us what happened.",
}


@dataclass
class Desk:
    """The team, its rooms, and the running service."""

    slack: Slack
    folder: Path
    camille: str  # a manager by name
    sacha: str  # a manager through a group
    alex: str  # no manager
    complaints: str  # the brand's channel
    service: Service = None  # type: ignore[assignment]

    async def card(self, number: int = 1, room: str = "") -> Message:
        """The nth message of the bot in the channel, once it is there."""
        room = room or self.complaints
        await self.slack.until(lambda: len(self.cards(room)) >= number, within=15)
        return self.cards(room)[number - 1]

    def cards(self, room: str = "") -> list[Message]:
        return self.slack.messages_in(room or self.complaints, by_bot=True)

    async def shows(self, words: str, number: int = 1, room: str = "") -> Message:
        """The nth card once it says these words."""
        await self.card(number, room)
        await self.slack.until(lambda: words in self.cards(room)[number - 1].seen, within=15)
        return self.cards(room)[number - 1]

    async def told(self, user: str, words: str = "") -> str:
        """The last thing said to this person alone."""
        await self.slack.until(lambda: any(words in one.seen for one in self.slack.ephemerals_for(user)), within=15)
        return self.slack.ephemerals_for(user)[-1].seen

    async def status(self) -> str:
        """Of the only case."""
        [case] = await self.service.store.list()
        return case.status.value


def write_prompts(folder: Path, **names: Any) -> Path:
    """A small brand's prompts."""
    (folder / "templates").mkdir(parents=True)
    names = {"lang": "en", "more": ""} | names
    (folder / "brand.yaml").write_text(BRAND.format(**names))
    (folder / "protocol.yaml").write_text(PROTOCOL)
    for name, text in TEMPLATES.items():
        topic, lang = name.split(".")
        front = f"---\ntopic: {topic}\nlang: {lang}\nneeds: [first_name?]\n---\n"
        (folder / "templates" / f"{name}.md").write_text(f"{front}{text}\n")
    return folder


def people(slack: Slack, folder: Path) -> Desk:
    """The usual team in the usual room."""
    camille, sacha, alex = (slack.add_user(name) for name in ("Camille Durand", "Sacha Petit", "Alex Roy"))
    room = slack.add_channel("plaintes", [camille, sacha, alex])
    return Desk(slack, folder, camille, sacha, alex, room)


def settings(desk: Desk, **more: Any) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{desk.folder / 'cases.db'}",
        prompts_dir=desk.folder / "prompts",
        slack_bot_token=desk.slack.bot_token,
        slack_api_url=desk.slack.api,
        web_port=0,
        **({"slack_app_token": desk.slack.app_token} | more),
    )


@asynccontextmanager
async def at_work(desk: Desk, *, pace: float = 1000, **more: Any) -> AsyncIterator[Desk]:
    """The service running, reached by a socket."""
    async with serving(settings(desk, **more), Library.load(desk.folder / "prompts"), pace=pace) as service:
        if "slack_signing_secret" not in more:
            await desk.slack.connected()
        desk.service = service
        yield desk
