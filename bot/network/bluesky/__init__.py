"""Bluesky: one account on any PDS, the server that holds its posts."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.network.account import Spec
from bot.network.bluesky.account import BlueskyAccount

#: Bluesky's own entrance, in front of all its PDSes.
ENTRYWAY = "https://bsky.social"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def build(spec: Spec) -> BlueskyAccount:
    """The account. ``options``: ``appview``, the service that reads, ``did:web:api.bsky.app#bsky_appview``.

    Raises:
        SettingsError: the handle or the app password is missing, or the server's address is none.
    """
    where = f"brand.yaml of {spec.brand}, accounts, bluesky"
    if not spec.handle:
        raise SettingsError(reason=f"{where}: the handle is missing, for example handle: acme.bsky.social")
    password = spec.secrets.get("app_password", "").strip()
    if not password:
        variable = spec.secret_name("app_password")
        raise SettingsError(
            reason=f"{variable} is missing: an app password of {spec.handle}, made in Bluesky under Settings, Privacy "
            "and security, App passwords."
        )
    return BlueskyAccount(spec, _base(spec.server or ENTRYWAY, where), password)


def _base(server: str, where: str) -> str:
    address = server if "://" in server else f"https://{server}"
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not parts.hostname or not safe:
        raise SettingsError(reason=f"{where}: server must be an https address, like https://pds.example")
    return f"{parts.scheme}://{parts.netloc}"
