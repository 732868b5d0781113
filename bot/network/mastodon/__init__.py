"""Mastodon as a network, and whatever speaks its API: GoToSocial, Takahē, Akkoma, snac …"""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.network.account import Spec
from bot.network.mastodon.account import VISIBILITIES, MastodonAccount
from bot.network.reach import may_be_public


def build(spec: Spec) -> MastodonAccount:
    """The account. ``options``: ``visibility``, ``public`` (also where nothing is said) or ``unlisted``.

    Raises:
        SettingsError: the server's address or the access token is missing or wrong.
    """
    where = f"brand.yaml of {spec.brand}, accounts, mastodon"
    parts = urlsplit(spec.server if "://" in spec.server else f"https://{spec.server}")
    in_house = parts.scheme == "http" and not may_be_public(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or in_house):
        raise SettingsError(reason=f"{where}: server must be the instance's https address, like https://social.example")
    token = spec.secrets.get("access_token", "").strip()
    if not token:
        raise SettingsError(
            reason=f"{spec.secret_name('access_token')} is missing: an access token of the account on {parts.netloc}, "
            "made there under Preferences, Development, with the rights read and write:statuses."
        )
    if spec.options.get("visibility", VISIBILITIES[0]) not in VISIBILITIES:
        raise SettingsError(reason=f"{where}: the option visibility must be {' or '.join(VISIBILITIES)}")
    return MastodonAccount(spec, f"{parts.scheme}://{parts.netloc}", token)
