"""How Discord reaches us: a client that hears the gateway. Each listener translates, calls, and stops."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.chat.discord.buttons import card_items
from bot.chat.discord.clicks import Clicks
from bot.chat.discord.commands import Commands
from bot.chat.discord.events import Events
from bot.chat.discord.shelf import Shelf
from bot.chat.discord.team import DiscordTeam, Interaction
from bot.chat.discord.unheard import Unheard
from bot.chat.grammar import Act
from bot.network.discord.connection import Connection
from bot.network.discord.trouble import CALL_ERRORS, words

log = logging.getLogger(__name__)

#: Around all that happens until Discord has its answer.
Acked = Callable[[str], AbstractContextManager[None]]
COMMAND = "reply"
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak
DRAFT = app_commands.locale_str("Draft a reply", fr="Rédiger une réponse")


@dataclass(frozen=True, slots=True)
class Listeners:
    """Everything that listens in Discord."""

    events: Events
    clicks: Clicks
    commands: Commands
    unheard: Unheard

    @classmethod
    def of(cls, team: DiscordTeam) -> Listeners:
        """The listeners of a team."""
        clicks = Clicks(team)
        return cls(Events(team), clicks, Commands(team, clicks, Shelf(team, clicks)), Unheard(team, clicks))


class Door(discord.Client):
    """One life of our client; ``connection`` builds another when it ends."""

    def __init__(
        self, connection: Callable[[], Connection], on: Callable[[], Listeners], acked: Acked, intents: discord.Intents
    ) -> None:
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=200,
            max_ratelimit_timeout=30.0,
            guild_ready_timeout=0.25,  # after the last server we hear of; 2 s is long to wait
        )
        self._here = connection
        self._on = on
        self._acked = acked
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        """Hear the buttons of every card, and register our commands where they differ."""
        self.add_dynamic_items(*card_items(self._pressed))
        self.tree.add_command(self._reply_command())
        self.tree.add_command(app_commands.ContextMenu(name=DRAFT, callback=self._draft))
        await self.tree.set_translator(_Translator())
        try:
            await _register(self.tree)
        except CALL_ERRORS as error:
            log.warning("the commands could not be registered: %s", words(error))

    def _reply_command(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.describe(
            text=app_commands.locale_str(
                "The customer's words or a link; or: queue, approve, reject, template, help",
                fr="Les mots du client ou un lien ; ou : file, approuver, rejeter, modèle, aide",
            )
        )
        async def reply(interaction: discord.Interaction, text: str = "") -> None:
            with self._acked("command"):
                await self._on().commands.typed(interaction, text)

        async def suggested(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return await self._on().commands.suggested(interaction, typed)

        described = app_commands.locale_str(
            "Draft a reply to a complaint, see what waits, edit templates.",
            fr="Rédiger une réponse, voir ce qui attend, modifier les modèles.",
        )
        made: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=COMMAND, description=described, callback=reply
        )
        made.autocomplete("text")(suggested)
        return made

    async def _draft(self, interaction: discord.Interaction, message: discord.Message) -> None:
        with self._acked("shortcut"):
            await self._on().commands.on_message(interaction, message)

    async def _pressed(self, interaction: Interaction, act: Act, draft: int, value: str) -> None:
        with self._acked("action"):
            await self._on().clicks.pressed(interaction, act, draft, value)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """All that people press, type and send: discord.py passes it on, but for forms from before we were started."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self._guarded(self._on().unheard.sent(interaction))

    # The gateway

    async def on_ready(self) -> None:
        """Discord knows us, and has told of its servers: what we missed comes first."""
        self._here().up()
        log.info("in Discord as %s", self.user)
        await self._guarded(self._on().events.catch_up())

    async def on_resumed(self) -> None:
        """The connection was cut for a while; Discord has told what happened since, as far as it remembers."""
        self._here().up()
        await self._guarded(self._on().events.catch_up())

    async def on_disconnect(self) -> None:
        """The connection is cut; discord.py opens it again."""
        self._here().down = "disconnected"

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something."""
        with self._acked("event"):
            await self._guarded(self._on().events.message(message))

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Somebody, or Discord itself, changed a message."""
        await self._guarded(self._on().events.edited(dict(event.data), event.cached_message))

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody reacted."""
        with self._acked("event"):
            await self._guarded(self._on().events.reacted(event))

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody took a reaction back."""
        await self._guarded(self._on().events.unreacted(event))

    async def _guarded(self, work: Awaitable[None]) -> None:
        """What fails here, a database that is away say, is found again by ``catch_up``; the client lives on."""
        try:
            await work
        except CALL_ERRORS as error:
            self._here().note(error)
            log.warning("an event could not be worked through: %s", words(error))
        except Exception:
            log.exception("an event could not be worked through")


class _Translator(app_commands.Translator):
    """Names and descriptions in French where we wrote them so."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        return str(string.extras["fr"]) if locale is discord.Locale.french and "fr" in string.extras else None


async def _register(tree: app_commands.CommandTree[Any]) -> None:
    """Tell Discord of our commands, unless it knows them just so."""
    known = {(one.name, one.type, one.description) for one in await tree.fetch_commands()}
    own = {
        (one.name, discord.AppCommandType.message, "")
        if isinstance(one, app_commands.ContextMenu)
        else (one.name, discord.AppCommandType.chat_input, getattr(one, "description", ""))
        for one in (
            *tree.get_commands(type=discord.AppCommandType.chat_input),
            *tree.get_commands(type=discord.AppCommandType.message),
        )
    }
    if known != own:
        await tree.sync()
        log.info("commands registered with Discord")
