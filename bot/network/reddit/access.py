"""The token for Reddit's API: a day's, from a password or from a refresh token that stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2

from bot.network.bearer import REFUSED, Bearer
from bot.network.wire import Trouble, Wire

_OK = 200


def access(base: str, client: tuple[str, str], login: Mapping[str, str], agent: str) -> Bearer:
    """One account's tokens. ``login`` is the grant's form: ``grant_type`` and what belongs to it."""
    wire = Wire(base, "reddit", headers={"User-Agent": agent}, reason=_reason, kind_of=_kind_of)
    return Bearer(wire, "/api/v1/access_token", data=dict(login), auth=httpx2.BasicAuth(*client))


def _kind_of(status: int, body: Any) -> Trouble | None:
    """A wrong password is told with 200 and ``{"error": "invalid_grant"}``."""
    wrong = status == _OK and isinstance(body, dict) and bool(body.get("error"))
    return Trouble.ACCESS if wrong or status in REFUSED else None


def _reason(body: Any) -> str:
    told = body.get("error") or body.get("message") if isinstance(body, dict) else ""
    return told if isinstance(told, str) else ""
