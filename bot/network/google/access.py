"""The token for Google's API: an hour's, from a refresh token that stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.network.bearer import REFUSED, Bearer
from bot.network.wire import Trouble, Wire


def access(base: str, client: Mapping[str, str]) -> Bearer:
    """One account's tokens. ``client`` is ``client_id``, ``client_secret`` and ``refresh_token``."""
    wire = Wire(base, "google", reason=_reason, kind_of=_kind_of)
    return Bearer(wire, "/token", data={"grant_type": "refresh_token", **client})


def _kind_of(status: int, body: Any) -> Trouble | None:
    return Trouble.ACCESS if status in REFUSED else None


def _reason(body: Any) -> str:
    """``invalid_grant`` for a refresh token that has ended, ``invalid_client`` for a wrong id or secret."""
    told = body.get("error") if isinstance(body, dict) else ""
    return told if isinstance(told, str) else ""
