"""A team in Discord: the whole service against a Discord on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discord_standin import Discord, Message, reached

from bot.service import Service, serving
from bot.settings import Settings
from bot.voice.library import Library

BRAND = """
name: Lune & Tilleul
languages: [fr, en]
team_language: {lang}
channels: [discord:{complaints}]
managers: [discord:{camille}, discord-role:{role}]
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

    discord: Discord
    folder: Path
    camille: int  # a manager by name
    sacha: int  # a manager through a role
    alex: int  # no manager
    role: int
    complaints: int  # the brand's channel
    service: Service = None  # type: ignore[assignment]

    def cards(self, room: int = 0) -> list[Message]:
        return self.discord.cards(room or self.complaints)

    async def card(self, number: int = 1, room: int = 0) -> Message:
        """The nth message of the bot in the channel, once it is there."""
        await self.discord.until(lambda: len(self.cards(room)) >= number, within=15)
        return self.cards(room)[number - 1]

    async def shows(self, words: str, number: int = 1, room: int = 0) -> str:
        """What the nth card says, once it says these words."""
        await self.card(number, room)
        await self.discord.until(lambda: words in self.cards(room)[number - 1].seen, within=15)
        return self.cards(room)[number - 1].seen

    async def told(self, user: int, words: str = "") -> str:
        """The last thing said to this person alone."""
        await self.discord.until(lambda: any(words in one.seen for one in self.discord.ephemerals_for(user)), within=15)
        return self.discord.ephemerals_for(user)[-1].seen

    async def form(self, user: int) -> Any:
        """The form that is open for this person."""
        await self.discord.until(lambda: self.discord.modal(user), within=5)
        return self.discord.modal(user)

    async def status(self) -> str:
        """Of the only case."""
        [case] = await self.service.store.list()
        return case.status.value


def write_prompts(folder: Path, **names: Any) -> Path:
    """A small brand's prompts."""
    (folder / "templates").mkdir(parents=True)
    (folder / "brand.yaml").write_text(BRAND.format(**{"lang": "en", "more": "", **names}))
    (folder / "protocol.yaml").write_text(PROTOCOL)
    for name, text in TEMPLATES.items():
        topic, lang = name.split(".")
        front = f"---\ntopic: {topic}\nlang: {lang}\nneeds: [first_name?]\n---\n"
        (folder / "templates" / f"{name}.md").write_text(f"{front}{text}\n")
    return folder


def people(discord: Discord, folder: Path) -> Desk:
    """The usual team in the usual room, who read English."""
    camille, sacha, alex = (
        discord.add_user(name, locale="en-US") for name in ("Camille Durand", "Sacha Petit", "Alex Roy")
    )
    role = discord.add_role("managers", people=[sacha])
    return Desk(discord, folder, camille, sacha, alex, role, discord.add_channel("plaintes"))


def settings(desk: Desk, **more: Any) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{desk.folder / 'cases.db'}",
        prompts_dir=desk.folder / "prompts",
        discord_bot_token=desk.discord.bot_token,
        web_port=0,
        **more,
    )


@asynccontextmanager
async def at_work(desk: Desk, **more: Any) -> AsyncIterator[Desk]:
    """The service running."""
    library = Library.load(desk.folder / "prompts")
    with reached(desk.discord):
        async with serving(settings(desk, **more), library) as service:
            desk.service = service
            yield desk
