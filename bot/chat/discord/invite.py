"""The link that invites the bot to a server, with what it may do there and not a permission more. Pure."""

from __future__ import annotations

import discord
from discord.utils import oauth_url

#: What the bot does in channels: read, answer, and put the reactions under a card that people are to press. A card and
#: its buttons need no "Embed Links", and answers to commands and clicks need no permission at all.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    add_reactions=True,
    manage_webhooks=True,
)
#: Without these everything else still works: people add the reactions themselves, and replies to customers bear the
#: bot's name instead of the brand's.
OPTIONAL = discord.Permissions(add_reactions=True, manage_webhooks=True)
SCOPES = ("bot", "applications.commands")


def invite_link(application_id: int | str) -> str:
    """Where somebody who may manage a server adds the bot to it."""
    return oauth_url(application_id, permissions=PERMISSIONS, scopes=SCOPES)
