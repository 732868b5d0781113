"""``portevoix doctor`` in Discord: the token, what is switched on in the portal, the commands; rooms and managers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack

import discord
from discord import AppCommandType, AppInfo, app_commands

from bot.chat.discord.doors import COMMAND, DRAFT
from bot.chat.discord.invite import invite_link
from bot.cli import doctor_rooms
from bot.cli.discord import PATIENCE, PORTAL, signed_in, why, wrong_kind
from bot.cli.doctor import Look
from bot.cli.doctor_rules import some
from bot.cli.doctor_servers import DISCORD, Asking, Seen, see
from bot.network.discord.trouble import CALL_ERRORS
from bot.settings import Settings
from bot.voice.library import Library
from bot.voice.protocol import BrandFile

_INTENT = f"{PORTAL} → Bot → Privileged Gateway Intents → Message Content Intent"
_UNREAD = (
    "message content is switched off. Without it, forwards and links in a channel do not become cards by themselves, "
    "notes in a card's thread are not read, and “intake: everything” takes nothing; “Draft a reply” on a message, "
    "/reply, @Portevoix, buttons and reactions work"
)
#: Our commands, as people see them.
_COMMANDS = {
    (COMMAND, AppCommandType.chat_input): f"“/{COMMAND}”",
    (str(DRAFT), AppCommandType.message): f"“{DRAFT}”",
}


async def looks(settings: Settings, library: Library | None, *, patience: float = PATIENCE) -> list[Look]:
    """Everything about Discord, in at most ``patience`` seconds; nothing is changed there."""
    token, asking = settings.discord_bot_token.strip(), Asking(patience)
    if wrong := wrong_kind(token):
        return [Look("discord", wrong=wrong)]
    async with AsyncExitStack() as stack:
        try:
            client = await asking(lambda: stack.enter_async_context(signed_in(token)))
        except CALL_ERRORS as error:
            return [Look("discord", wrong=why(error))]
        brands = {brand: house.rules for brand, house in library.houses.items()} if library else {}
        commands, seen = await asyncio.gather(_commands(client, asking), see(list(brands.values()), client, asking))
        found = [_signed_in(client), *_servers(client, seen), *_portal(client.application, brands), commands]
        return found + (doctor_rooms.looks(settings, library, seen) if library else [])


def _signed_in(client: discord.Client) -> Look:
    return Look("discord", well=f"Discord lets us in as @{client.user.name if client.user else '?'}")


def _servers(client: discord.Client, seen: Seen) -> Iterator[Look]:
    names = [server.guild.name for server in seen.servers.values()]
    if names:
        yield Look("discord servers", well=some(names))
    elif seen.complete:
        lacks = f"Portevoix is in none. Open {invite_link(client.application_id or 0)} and choose yours"
        yield Look("discord servers", wrong=lacks)


def _portal(app: AppInfo | None, brands: Mapping[str, BrandFile]) -> Iterator[Look]:
    """What is switched on or off in the developer portal."""
    if app is None:
        return
    yield _content(app, brands)
    if app.interactions_endpoint_url:
        lacks = f"clicks and commands go to {app.interactions_endpoint_url}, not to us"
        yield Look("discord clicks", wrong=f"{lacks}. Empty {PORTAL} → General Information → Interactions Endpoint URL")
    if app.bot_require_code_grant:
        lacks = "the invite link leads nowhere while “Requires OAuth2 Code Grant” is on. Switch it off"
        yield Look("discord invite", wrong=f"{lacks}: {PORTAL} → Bot")


def _content(app: AppInfo, brands: Mapping[str, BrandFile]) -> Look:
    what, flags = "discord message content", app.flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return Look(what, well="is switched on: we may read what is written in channels")
    greedy = [name for name, rules in brands.items() if rules.intake == "everything" and DISCORD.ids(rules.channels)]
    if greedy:
        return Look(what, wrong=f"{_UNREAD}. Brand {some(greedy)} needs it: {_INTENT}")
    return Look(what, advice=f"{_UNREAD}. Switch it on: {_INTENT}")


async def _commands(client: discord.Client, asking: Asking) -> Look:
    what = "discord commands"
    try:
        known = await asking(app_commands.CommandTree(client).fetch_commands)
    except CALL_ERRORS as error:
        return Look(what, wrong=why(error))
    there = {(command.name, command.type) for command in known}
    missing = [called for command, called in _COMMANDS.items() if command not in there]
    if missing:
        return Look(what, advice=f"not registered: {', '.join(missing)}. “portevoix run” does it at its next start")
    return Look(what, well=f"{' and '.join(_COMMANDS.values())} are registered")
