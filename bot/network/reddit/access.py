"""The token for Reddit's API: a day's, from a password or from a refresh token that stays the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx2

from bot.network.wire import Told, Trouble, Wire, WireError

#: Seconds before its end at which a token is replaced.
EARLY = 120.0
_OK = 200
_REFUSED = frozenset({400, 401, 403})


class Access:
    """One account's tokens. ``login`` is the grant's form: ``grant_type`` and what belongs to it."""

    def __init__(self, base: str, client: tuple[str, str], login: Mapping[str, str], agent: str) -> None:
        self.wire = Wire(base, "reddit", headers={"User-Agent": agent}, reason=_reason, kind_of=_kind_of)
        self._client = httpx2.BasicAuth(*client)
        self._login = dict(login)
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
        """Reddit refuses this one."""
        if token == self._token:
            self._token = ""

    async def _asked(self) -> Told:
        try:
            return await self.wire.ask("POST", "/api/v1/access_token", data=self._login, auth=self._client)
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


def _kind_of(status: int, body: Any) -> Trouble | None:
    """A wrong password is told with 200 and ``{"error": "invalid_grant"}``."""
    wrong = status == _OK and isinstance(body, dict) and bool(body.get("error"))
    return Trouble.ACCESS if wrong or status in _REFUSED else None


def _reason(body: Any) -> str:
    told = body.get("error") or body.get("message") if isinstance(body, dict) else ""
    return told if isinstance(told, str) else ""
