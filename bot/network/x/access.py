"""The two ways in which X lets an account post: signed calls (OAuth 1.0a), or tokens that are renewed (OAuth 2)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import httpx2
from oauthlib.oauth1 import Client  # type: ignore[import-untyped,unused-ignore]

from bot.network.wire import Told, Trouble, Wire, WireError

log = logging.getLogger(__name__)

#: Seconds before its end at which a token is renewed.
EARLY = 120.0
#: Seconds between looks whether another process has renewed the token that X refuses us.
LOOKS = (0.3, 0.7, 1.5, 3.0)
#: Seconds in which a refresh token that X has refused is not tried again.
REFUSED_FOR = 60.0
_REFUSED = frozenset({400, 401, 403})


class Tokens(Protocol):
    """Keeps secrets that change, over restarts and for all processes."""

    async def get(self, key: str) -> str:
        """What is kept under the key; empty where nothing is."""

    async def put(self, key: str, value: str) -> None:
        """Keep this in the place of what was there."""


class Passing:
    """Keeps them as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    async def get(self, key: str) -> str:
        """What is kept under the key."""
        return self._kept.get(key, "")

    async def put(self, key: str, value: str) -> None:
        """Keep this."""
        self._kept[key] = value


class Access(Protocol):
    """What makes a call one of the account's."""

    async def auth(self, wire: Wire) -> httpx2.Auth:
        """For the next call. Raises ``WireError`` where there is none."""

    async def again(self, wire: Wire, refused: httpx2.Auth) -> httpx2.Auth | None:
        """Another one in the place of this, which X has refused; None where that one is all there is."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The app's and the account's, for OAuth 1.0a."""

    api_key: str
    api_secret: str
    access_token: str
    access_token_secret: str


class Signed(httpx2.Auth):
    """OAuth 1.0a user context, HMAC-SHA1: a JSON body is no part of what is signed, the query is."""

    def __init__(self, keys: Keys, **fixed: str) -> None:
        # What it signs, the tokens among it, is told to the log at debug.
        logging.getLogger("oauthlib").setLevel(logging.WARNING)
        self._client = Client(
            keys.api_key,
            client_secret=keys.api_secret,
            resource_owner_key=keys.access_token,
            resource_owner_secret=keys.access_token_secret,
            **fixed,
        )

    async def auth(self, wire: Wire) -> httpx2.Auth:
        """The same for every call."""
        return self

    async def again(self, wire: Wire, refused: httpx2.Auth) -> httpx2.Auth | None:
        """There is no other: None."""
        return None

    def auth_flow(self, request: httpx2.Request) -> Iterator[httpx2.Request]:  # type: ignore[override,unused-ignore]
        """Sign, and send."""
        _, headers, _ = self._client.sign(str(request.url), request.method)
        request.headers["Authorization"] = headers["Authorization"]
        yield request


class Bearer(httpx2.Auth):
    """An access token in the header."""

    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx2.Request) -> Iterator[httpx2.Request]:  # type: ignore[override,unused-ignore]
        """Send with the token."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


@dataclass(frozen=True, slots=True)
class _Pair:
    """An access token, its end in epoch seconds (0 where nobody knows), and the refresh token for the next one.

    ``origin`` tells of which refresh token from the environment they descend: a new one there begins anew.
    """

    refresh: str = field(repr=False)
    access: str = field(default="", repr=False)
    ends: float = 0.0
    origin: str = ""

    @property
    def good(self) -> bool:
        """Whether the access token may be used, as far as we know."""
        return bool(self.access) and (not self.ends or time.time() < self.ends - EARLY)


class Renewed:
    """OAuth 2: an access token lives two hours, a refresh token is good for one use and replaced with it."""

    def __init__(
        self, client_id: str, client_secret: str, *, refresh: str, access: str, tokens: Tokens, key: str
    ) -> None:
        self._client_id = client_id
        self._basic = httpx2.BasicAuth(client_id, client_secret) if client_secret else None
        self._first = _Pair(refresh, access, origin=hashlib.sha256(refresh.encode()).hexdigest()[:16])
        self._tokens = tokens
        self._key = key
        self._pair: _Pair | None = None
        self._renewing: asyncio.Task[_Pair] | None = None
        self._refused = ("", 0.0)  # which refresh token, until when

    async def auth(self, wire: Wire) -> httpx2.Auth:
        """The access token that is good now."""
        pair = self._pair or await self._kept()
        self._pair = pair if pair.good else await self._renewal(wire, pair)
        return Bearer(self._pair.access)

    async def again(self, wire: Wire, refused: httpx2.Auth) -> httpx2.Auth | None:
        """Another access token than the one that X refuses."""
        pair = await self._kept()
        if not (pair.good and isinstance(refused, Bearer) and pair.access != refused.token):
            pair = await self._renewal(wire, pair)
        self._pair = pair
        return Bearer(pair.access)

    async def _kept(self) -> _Pair:
        try:
            kept = _Pair(**json.loads(await self._tokens.get(self._key)))
        except (ValueError, TypeError):
            return self._first
        return kept if kept.origin == self._first.origin else self._first

    async def _renewal(self, wire: Wire, spent: _Pair) -> _Pair:
        """One for all who ask; whoever stops waiting does not stop it, or the new refresh token would be lost."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew(wire, spent))
            self._renewing.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._renewing)

    async def _renew(self, wire: Wire, spent: _Pair) -> _Pair:
        kept = await self._kept()
        if kept.refresh != spent.refresh:  # another process was here since
            if kept.good:
                return kept
            spent = kept
        if self._refused[0] == spent.refresh and time.monotonic() < self._refused[1]:
            raise _dead()
        try:
            pair = await self._exchanged(wire, spent)
        except WireError as error:
            if error.status not in _REFUSED:
                raise
            return await self._others(spent)
        await self._tokens.put(self._key, json.dumps(asdict(pair)))
        log.info("renewed the access to X", extra={"account": self._key})
        return pair

    async def _others(self, spent: _Pair) -> _Pair:
        """Of two processes that renew at once X refuses one: the other's tokens are kept in a moment."""
        for pause in LOOKS:
            await asyncio.sleep(pause)
            kept = await self._kept()
            if kept.refresh != spent.refresh and kept.good:
                return kept
        self._refused = spent.refresh, time.monotonic() + REFUSED_FOR
        raise _dead()

    async def _exchanged(self, wire: Wire, spent: _Pair) -> _Pair:
        data = {"grant_type": "refresh_token", "refresh_token": spent.refresh}
        if self._basic is None:
            data["client_id"] = self._client_id
        sent: dict[str, Any] = {"data": data} | ({"auth": self._basic} if self._basic else {})
        return _read(await wire.ask("POST", "/2/oauth2/token", **sent), spent)


def _dead() -> WireError:
    return WireError(Trouble.ACCESS, "refresh token", status=401)


def _read(told: Told, spent: _Pair) -> _Pair:
    body = told.body if isinstance(told.body, dict) else {}
    access, refresh, lives = body.get("access_token"), body.get("refresh_token"), body.get("expires_in")
    if not (isinstance(access, str) and access):
        raise WireError(Trouble.BROKEN, "no token", status=told.status)
    ends = time.time() + lives if isinstance(lives, int | float) and lives > 0 else 0.0
    kept = refresh if isinstance(refresh, str) and refresh else spent.refresh
    return replace(spent, refresh=kept, access=access, ends=ends)
