"""Google Business: answers to the reviews of one place, through the Google My Business API v4."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.network.account import Spec
from bot.network.google.access import access
from bot.network.google.account import GoogleAccount
from bot.network.google.location import Location

#: Google's own addresses: of the API, and of the tokens for it.
API, TOKENS = "https://mybusiness.googleapis.com", "https://oauth2.googleapis.com"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ID = re.compile(r"accounts/[0-9]+/locations/[0-9]+")
_SECRETS = ("client_id", "client_secret", "refresh_token")


def build(spec: Spec) -> GoogleAccount:
    """The account: ``id`` is the place, ``accounts/…/locations/…``.

    Secrets: ``client_id``, ``client_secret`` and ``refresh_token`` of an OAuth client with the right
    ``https://www.googleapis.com/auth/business.manage``.

    Raises:
        SettingsError: a secret is missing, or ``id`` or ``server`` is none.
    """
    where = f"brand.yaml of {spec.brand}, accounts, google"
    if not _ID.fullmatch(spec.id):
        raise SettingsError(reason=f"{where}: id must be the place, like accounts/123/locations/456")
    secrets = {name: value.strip() for name, value in spec.secrets.items()}
    if missing := [spec.secret_name(name) for name in _SECRETS if not secrets.get(name)]:
        raise SettingsError(
            reason=f"{', '.join(missing)} missing: of an OAuth client in the Google Cloud console, with the right "
            "https://www.googleapis.com/auth/business.manage."
        )
    api, tokens = API, TOKENS
    if spec.server:
        parts = urlsplit(spec.server if "://" in spec.server else f"https://{spec.server}")
        if not parts.hostname or not (parts.scheme == "https" or parts.hostname in _LOOPBACK):
            raise SettingsError(reason=f"{where}: server must be left out")
        api = tokens = f"{parts.scheme}://{parts.netloc}"
    renewed = access(tokens, {name: secrets[name] for name in _SECRETS})
    return GoogleAccount(spec, Location(api, spec.id, spec.handle or spec.name or spec.id, renewed))
