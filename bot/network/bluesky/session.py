"""One login of one account, kept and refreshed: a PDS allows 30 logins in 5 minutes and 300 a day."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from dataclasses import dataclass, field
from typing import Any

from bot.network.bluesky.trouble import is_stale
from bot.network.wire import Trouble, Wire, WireError

log = logging.getLogger(__name__)

#: Seconds before its end at which a token is renewed.
EARLY = 60.0
#: Seconds after a refused login in which none is tried: an app password may be mended, but not hammered.
REFUSED_FOR = 60.0
_REFUSALS = frozenset({Trouble.ACCESS, Trouble.REFUSED, Trouble.MISSING})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login gave; ``ends`` is the access token's end in epoch seconds, 0 where it does not tell."""

    did: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    ends: float = 0.0

    @property
    def old(self) -> bool:
        """Whether the access token is about to end."""
        return 0 < self.ends < time.time() + EARLY


class Session:
    """Calls with our access. All calls of an account share one session, whoever comes first logs in."""

    def __init__(self, wire: Wire, identifier: str, password: str) -> None:
        self._wire = wire
        self._identifier = identifier
        self._password = password
        self._tokens: Tokens | None = None
        self._lock = asyncio.Lock()
        self._refusal: WireError | None = None
        self._closed_until = 0.0

    async def ask(self, method: str, name: str, **sent: Any) -> dict[str, Any]:
        """One XRPC call; returns the answer. Only a token that was refused is renewed and the call made again.

        Raises:
            WireError: it failed.
        """
        tokens = await self.tokens()
        try:
            return await self._call(method, name, tokens.access, sent)
        except WireError as error:
            if not is_stale(error):
                raise
        tokens = await self._renewed(tokens)
        return await self._call(method, name, tokens.access, sent)

    async def tokens(self) -> Tokens:
        """The session as it stands, logged in and fresh. Raises ``WireError``."""
        tokens = self._tokens
        return tokens if tokens and not tokens.old else await self._renewed(tokens)

    async def _renewed(self, old: Tokens | None) -> Tokens:
        async with self._lock:
            if self._tokens is old or self._tokens is None:  # else somebody was first
                self._tokens = await self._refreshed(old) if old else await self._logged_in()
            return self._tokens

    async def _refreshed(self, old: Tokens) -> Tokens:
        try:
            return _tokens(await self._call("POST", "com.atproto.server.refreshSession", old.refresh, {}))
        except WireError as error:
            if error.kind not in _REFUSALS:
                raise
        self._tokens = None
        return await self._logged_in()

    async def _logged_in(self) -> Tokens:
        if self._refusal and time.monotonic() < self._closed_until:
            raise self._refusal
        sent = {"json": {"identifier": self._identifier, "password": self._password}}
        try:
            told = await self._wire.ask("POST", "/xrpc/com.atproto.server.createSession", **sent)
        except WireError as error:
            if error.kind in _REFUSALS:
                self._refusal, self._closed_until = error, time.monotonic() + REFUSED_FOR
            raise
        log.info("logged in", extra={"network": "bluesky", "account": self._identifier})
        return _tokens(told.body)

    async def _call(self, method: str, name: str, token: str, sent: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", **sent.get("headers", {})}
        told = await self._wire.ask(method, f"/xrpc/{name}", **{**sent, "headers": headers})
        if not isinstance(told.body, dict):
            raise WireError(Trouble.BROKEN, "no answer of a PDS", status=told.status)
        return told.body


def _tokens(body: Any) -> Tokens:
    try:
        access = str(body["accessJwt"])
        return Tokens(str(body["did"]), access, str(body["refreshJwt"]), _end(access))
    except (KeyError, TypeError) as error:
        raise WireError(Trouble.BROKEN, "no session in the answer") from error


def _end(token: str) -> float:
    try:
        part = token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["exp"])
    except (ValueError, LookupError, TypeError):  # a token is the server's own affair
        return 0.0
