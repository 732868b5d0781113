"""The token for Google's API: an hour's, from a refresh token that stays the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from bot.network.wire import Told, Trouble, Wire, WireError

#: Seconds before its end at which a token is replaced.
EARLY = 120.0
_REFUSED = frozenset({400, 401, 403})


class Access:
    """One account's tokens. ``client`` is ``client_id``, ``client_secret`` and ``refresh_token``."""

    def __init__(self, base: str, client: Mapping[str, str]) -> None:
        self.wire = Wire(base, "google", reason=_reason, kind_of=_kind_of)
        self._form = {"grant_type": "refresh_token", **client}
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
        """Google refuses this one."""
        if token == self._token:
            self._token = ""

    async def _asked(self) -> Told:
        try:
            return await self.wire.ask("POST", "/token", data=self._form)
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
    return Trouble.ACCESS if status in _REFUSED else None


def _reason(body: Any) -> str:
    """``invalid_grant`` for a refresh token that has ended, ``invalid_client`` for a wrong id or secret."""
    told = body.get("error") if isinstance(body, dict) else ""
    return told if isinstance(told, str) else ""
