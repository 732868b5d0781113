"""What stands behind a permalink of Slack's, read as if somebody had brought that very message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.chat.slack.intake import complaints
from bot.chat.slack.people import People
from bot.chat.slack.team import arrival_at, named
from bot.desk.ports import Original
from bot.network.slack.workspace import Workspace


class Reading:
    """Reads messages for the network ``slack``. ``people`` are those of each workspace, by its id."""

    def __init__(self, people: Mapping[str, People]) -> None:
        self._people = people

    async def __call__(self, workspace: Workspace, channel: str, message: Mapping[str, Any]) -> Original | None:
        """The customer's words and name; None for a notice, and for what we wrote ourselves."""
        found = complaints(message, channel, arrival_at(workspace, "", datetime.now(UTC)), everything=True)
        if not found:
            return None
        own = next((one for one in found if one.network == "slack"), found[0])
        told = await named(own, self._people[workspace.team])
        return Original(text=told.text, author=told.author, author_name=told.author_name)
