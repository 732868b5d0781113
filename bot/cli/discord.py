"""``portevoix discord invite``: the link that brings the bot into a server. And how we sign in only to ask."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import typer
from discord.http import Route

from bot.chat.discord.invite import invite_link
from bot.errors import InputError, SettingsError
from bot.network.discord.trouble import CALL_ERRORS, Trouble, trouble, words
from bot.settings import Settings

#: Seconds for what is asked of Discord.
PATIENCE = 10.0
PORTAL = "discord.com/developers/applications → your application"
BOT_TOKEN = f"{PORTAL} → Bot → Reset Token"
APP_ID = f"{PORTAL} → General Information → Application ID"
#: What else is easily copied from the portal, by its shape; a token is three parts with dots between them.
_KINDS = {
    r"\d{15,20}": "an id",
    r"[0-9a-f]{64}": "the application's public key",
    r"[\w-]{32}": "the client secret",
    r"Bot .*": "the word “Bot” before the token",
    r"\S*\s.*": "a blank",
}


async def write_invite(settings: Settings, app_id: str) -> None:
    """Write the link to standard output; the application is told by the token where no id is given.

    Raises:
        InputError: what was given is no application's id.
        SettingsError: there is neither an id nor a token, or Discord does not take the token.
    """
    if app_id and not re.fullmatch(r"[0-9]{15,20}", app_id):
        raise InputError(usage=True, reason=f"“{app_id}” is no application's id, which is all digits: {APP_ID}")
    typer.echo(invite_link(app_id or await _application(settings.discord_bot_token)))


async def _application(token: str) -> int:
    if not token:
        raise SettingsError(
            reason=f"Which application is it? Set DISCORD_BOT_TOKEN ({BOT_TOKEN}), or give --app-id ({APP_ID})."
        )
    if wrong := wrong_kind(token):
        raise SettingsError(reason=wrong)
    try:
        async with asyncio.timeout(PATIENCE), signed_in(token) as client:
            return (await client.application_info()).id
    except CALL_ERRORS as error:
        raise SettingsError(reason=f"{why(error)}.") from error


@asynccontextmanager
async def signed_in(token: str) -> AsyncIterator[discord.Client]:
    """A client that may ask; no gateway is opened.

    Raises:
        one of ``CALL_ERRORS``; ``discord.InvalidData`` where something answers that is not Discord.
    """
    logging.getLogger("discord.client").setLevel(logging.ERROR)  # it warns that nobody will hear the bot speak
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        try:
            await client.login(token)
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # it stumbles over what is no JSON
            raise discord.InvalidData("not Discord") from error
        yield client


def wrong_kind(token: str) -> str:
    """What stands in the token's place, told by its shape alone: no token is ever shown."""
    held = next((what for shape, what in _KINDS.items() if re.fullmatch(shape, token, re.DOTALL)), "")
    return f"DISCORD_BOT_TOKEN holds {held}. What belongs there: {BOT_TOKEN}" if held else ""


def why(error: BaseException) -> str:
    """Why Discord did not let us in, and what to do."""
    match trouble(error):
        case _ if isinstance(error, discord.InvalidData):
            return f"Something that is not Discord answers at {Route.BASE}. Check the network and the proxy"
        case Trouble.SIGNED_OUT:
            return f"Discord does not know this token. Copy it again, or make another: {BOT_TOKEN}"
        case _ if isinstance(error, TimeoutError):
            return "Discord does not answer in time. Try again in a minute, and look at discordstatus.com"
        case _ if isinstance(error, discord.HTTPException):
            return f"Discord cannot tell now ({words(error)}). Try again in a minute, and look at discordstatus.com"
        case _:
            return f"Discord cannot be reached at {Route.BASE} ({words(error)}). Check the network and the proxy"
