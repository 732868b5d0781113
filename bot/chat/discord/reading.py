"""What stands behind a permalink of Discord's, read as if somebody had brought that very message."""

from __future__ import annotations

from datetime import UTC, datetime

import discord

from bot.chat.discord.intake import complaints
from bot.chat.discord.message import as_payload
from bot.chat.discord.team import arrival_at
from bot.desk.ports import Original
from bot.network.discord.connection import Connection


class Reading:
    """Reads messages for the network ``discord``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, message: discord.Message) -> Original | None:
        """The customer's words and name; None for a notice, and for what we wrote ourselves."""
        guild = message.guild.id if message.guild else None
        arrival = arrival_at(self._connection, "", guild, datetime.now(UTC))
        found = complaints({"guild_id": arrival.guild, **as_payload(message)}, arrival, asked=True)
        if not found:
            return None
        own = next((one for one in found if one.network == "discord"), found[0])
        return Original(text=own.text, author=own.author, author_name=own.author_name)
