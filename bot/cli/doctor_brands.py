"""``portevoix doctor`` in Slack: each brand's rooms and managers, as far as any of our workspaces knows them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.doctor import Look
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.network.slack.workspace import Workspace
from bot.settings import Settings
from bot.voice.library import Library
from bot.voice.protocol import BrandFile

T = TypeVar("T")

PERSON, GROUP, ROOM = "slack:", "slack-group:", "slack:"
#: From so many rooms on, one list of those that we are in saves a question each (50 a minute are allowed).
MANY = 20
#: Names told of those that are well.
TOLD = 5
Facts = Mapping[str, Any]
_NOT_THERE = {"channel_not_found", "user_not_found", "user_not_visible", "users_not_found"}
