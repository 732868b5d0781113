"""A token that is good for some time, asked for anew from a grant that stays the same (OAuth 2, RFC 6749)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bot.network.wire import Told, Trouble, Wire, WireError

#: Seconds before its end at which a token is replaced.
EARLY = 120.0
#: What a token's address answers to a grant that is good no more.
REFUSED = frozenset({400, 401, 403})


class Bearer:
    """One account's tokens, from ``path`` of ``wire``; ``grant`` is what the call sends (httpx2's data, auth)."""

    def __init__(self, wire: Wire, path: str, **grant: Any) -> None:
        self.wire = wire
        self._path = path
        self._grant = grant
        self._token = ""
        self._ends = 0.0
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """A token that is good now. Raises ``WireError``: never one that means that something may have happened."""
        async with self._asking:
            if not self._token or time.monotonic() >= self._ends:
                self._keep(await self._asked())
            return self._token

    def spent(self, token: str) -> None:
        """The network refuses this one."""
        if token == self._token:
            self._token = ""

    async def _asked(self) -> Told:
        try:
            return await self.wire.ask("POST", self._path, **self._grant)
        except WireError as error:
            if error.kind is Trouble.BROKEN:
                raise WireError(Trouble.UNREACHED, error.says) from error
            raise

    def _keep(self, told: Told) -> None:
        body = told.body if isinstance(told.body, dict) else {}
        token, lives = body.get("access_token"), body.get("expires_in")
        if not isinstance(token, str) or not token:
            raise WireError(Trouble.UNREACHED, "no token")
        self._token = token
        self._ends = time.monotonic() + (lives if isinstance(lives, int | float) else 0.0) - EARLY
