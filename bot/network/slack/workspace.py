"""One Slack workspace, as our app's token opens it: who we are there, what is out of order, calls at Slack's pace."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiolimiter import AsyncLimiter
from async_lru import alru_cache
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.network.slack.trouble import Trouble, code, trouble

log = logging.getLogger(__name__)

API_URL = "https://slack.com/api/"
#: Seconds for one call: a reply that is being posted must be settled before its lease ends.
TIMEOUT = 15
#: Calls that Slack asked to come later are repeated so often.
PATIENCE = 5
#: Messages a second in one channel, and how many may come at once: docs.slack.dev/apis/web-api/rate-limits
PACE, BURST = 1.0, 3
#: Messages read at a time, and at most, when one of ours is looked for.
PAGE, MOST = 100, 1_000
#: Messages read when one of a thread is wanted: Slack tells its first as well.
NEAR = 10
#: Seconds for which it is remembered how we see a channel.
ROOMS = 30


@dataclass(frozen=True, slots=True)
class Room:
    """A channel as we see it: whether we are in it, and whether another company is as well."""

    member: bool
    shared: bool
    archived: bool


class Workspace:
    """Use ``open_workspace``. Calls raise what slack_sdk and aiohttp raise: see ``trouble``."""

    def __init__(self, client: AsyncWebClient, once: AsyncWebClient, pace: float = PACE) -> None:
        self.client = client
        self.once = once  # never tries again by itself: for what must not be posted twice
        self.team = self.url = self.bot_user = self.bot_id = self.app_id = ""
        self.scopes: frozenset[str] = frozenset()
        self.signed_out = ""  # Slack's word for why the token is no good
        self.gone: dict[str, str] = {}  # channel -> Slack's word for why it is not there for us
        self.room = alru_cache(maxsize=MOST, ttl=ROOMS)(self._ask_room)
        self._paces = defaultdict[str, AsyncLimiter](lambda: AsyncLimiter(BURST, BURST / pace))

    async def sign_in(self) -> None:
        """Ask Slack who we are."""
        told = await self.client.auth_test()
        self.team, self.url = str(told["team_id"]), str(told["url"])
        self.bot_user, self.bot_id = str(told["user_id"]), str(told.get("bot_id") or "")
        granted = next((value for name, value in told.headers.items() if name.lower() == "x-oauth-scopes"), "")
        self.scopes = frozenset(scope.strip() for scope in granted.split(",") if scope.strip())
        if self.bot_id and "users:read" in self.scopes:
            self.app_id = str((await self.client.bots_info(bot=self.bot_id))["bot"].get("app_id") or "")

    async def post(self, channel: str, message: Mapping[str, Any], *, patience: float | None = None) -> str:
        """Post at the channel's pace; returns the message's ts. Never posts twice by itself.

        Raises:
            Crowded: its turn has not come within ``patience`` seconds; nothing was sent.
        """
        try:
            async with asyncio.timeout(patience):
                await self._paces[channel].acquire()
        except TimeoutError as error:
            raise Crowded from error
        told = await self.once.chat_postMessage(channel=channel, **message)
        return str(told["ts"])

    async def posted(self, channel: str, key: str, *, thread: str = "", since: str = "") -> str:
        """The ts of our own message with this key in a thread, or in the channel since a ts; empty: it is not there."""
        async for message in self._messages(channel, thread, since):
            told = (message.get("metadata") or {}).get("event_payload") or {}
            if told.get("key") == key and message.get("bot_id") == self.bot_id:
                return str(message["ts"])
        return ""

    async def message(self, channel: str, ts: str, thread: str = "") -> dict[str, Any] | None:
        """One message as it stands; None when it has been deleted from its thread, or leaves only a gravestone."""
        page = await self.client.conversations_replies(
            channel=channel, ts=thread or ts, oldest=ts, latest=ts, inclusive=True, limit=NEAR
        )
        told: list[dict[str, Any]] = page["messages"]
        found = next((message for message in told if message.get("ts") == ts), None)
        return found if found and found.get("subtype") != "tombstone" else None

    async def _messages(self, channel: str, thread: str, since: str) -> AsyncIterator[dict[str, Any]]:
        cursor, seen = "", 0
        while seen < MOST:
            asked: dict[str, Any] = {
                "channel": channel,
                "limit": PAGE,
                "include_all_metadata": True,
                "cursor": cursor or None,
            }
            if thread:
                page = await self.client.conversations_replies(ts=thread, **asked)
            else:
                page = await self.client.conversations_history(oldest=since, **asked)
            for message in page["messages"]:
                seen += 1
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise TooMuch(f"more than {MOST} messages")

    async def _ask_room(self, channel: str) -> Room:
        told = (await self.client.conversations_info(channel=channel))["channel"]
        member = bool(told.get("is_member") or told.get("is_im"))
        return Room(member, bool(told.get("is_ext_shared")), bool(told.get("is_archived")))

    def permalink(self, channel: str, ts: str, thread: str = "") -> str:
        """Where people open this message."""
        behind = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}{behind}"

    def note(self, error: Exception, channel: str = "") -> Trouble:
        """Remember what will not work until somebody mends it, and say it once in the log."""
        kind = trouble(error)
        if kind is Trouble.SIGNED_OUT:
            self.sign_out(code(error))
        if kind is Trouble.GONE and channel:
            self.close(channel, code(error))
        return kind

    def close(self, channel: str, why: str) -> None:
        """Nothing is posted in this channel until something comes from it again."""
        if channel not in self.gone:
            self.gone[channel] = why
            log.error("nothing can be posted in this channel: %s", why, extra={"channel": channel})

    def sign_out(self, why: str) -> None:
        """The token is no good any more: nothing is tried until a restart."""
        if not self.signed_out:
            self.signed_out = why
            log.error("Slack does not know our token any more (%s): install the app again, then restart", why)

    def alive(self, channel: str) -> None:
        """Something came from this channel: it is there again."""
        if self.gone.pop(channel, None):
            self.room.cache_clear()

    def usable(self, channel: str) -> bool:
        """Whether a message in this channel has a chance."""
        return not self.signed_out and channel not in self.gone

    def problems(self) -> list[str]:
        """What is out of order, for the operator."""
        if self.signed_out:
            return [f"slack {self.team}: the token is refused ({self.signed_out})"]
        return [f"slack {self.team}: channel {channel}: {why}" for channel, why in self.gone.items()]


class Crowded(Exception):
    """Too many messages wait for the same channel."""


class TooMuch(Exception):
    """A thread or channel so long that nobody can say a message is not in it."""


def key_of(case_id: str, draft: int | None = None) -> str:
    """What marks a message of ours in Slack: says nothing about the customer, and names one case (and draft)."""
    named = case_id if draft is None else f"{case_id}#{draft}"
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:24]


def metadata(kind: str, key: str) -> dict[str, Any]:
    """The message metadata under which ``posted`` finds a message again."""
    return {"event_type": kind, "event_payload": {"key": key}}


@asynccontextmanager
async def open_workspace(token: str, api_url: str = API_URL, *, pace: float = PACE) -> AsyncIterator[Workspace]:
    """A workspace with its connections, closed at the end. Nothing is asked of Slack yet."""
    base = api_url if api_url.endswith("/") else f"{api_url}/"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT), trust_env=True) as session:
        patient = AsyncRateLimitErrorRetryHandler(max_retry_count=PATIENCE)
        yield Workspace(
            AsyncWebClient(token, base_url=base, session=session, retry_handlers=[patient]),
            AsyncWebClient(token, base_url=base, session=session, retry_handlers=[]),
            pace,
        )
