"""X: one account through its API v2."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.network.account import Spec
from bot.network.x.access import Access, Keys, Passing, Renewed, Signed, Tokens
from bot.network.x.account import XAccount

#: X's own address.
API = "https://api.x.com"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SIGNED = ("api_key", "api_secret", "access_token", "access_token_secret")
_RENEWED = ("client_id", "refresh_token")


def build(spec: Spec, tokens: Tokens | None = None) -> XAccount:
    """The account.

    Secrets: ``api_key``, ``api_secret``, ``access_token`` and ``access_token_secret`` (OAuth 1.0a), or ``client_id``,
    ``refresh_token`` and, for a confidential client, ``client_secret`` (OAuth 2). X gives another refresh token at
    each use: ``tokens`` keeps it, and without one it is lost with the process.

    ``options``: ``enterprise: true`` where the account's contract with X lifts the rule on replies, ``limit`` where
    the account may write longer posts than 280.

    Raises:
        SettingsError: a secret is missing, or an option or the server's address is none.
    """
    return XAccount(spec, _base(spec), _access(spec, tokens or Passing()))


def _access(spec: Spec, tokens: Tokens) -> Access:
    secrets = {name: value.strip() for name, value in spec.secrets.items()}
    wanted = _RENEWED if secrets.get("client_id") and not secrets.get("api_key") else _SIGNED
    if missing := [spec.secret_name(name) for name in wanted if not secrets.get(name)]:
        raise SettingsError(reason=_missing(spec, missing, alone=len(missing) == len(wanted)))
    if wanted is _SIGNED:
        return Signed(Keys(*(secrets[name] for name in _SIGNED)))
    return Renewed(
        secrets["client_id"],
        secrets.get("client_secret", ""),
        refresh=secrets["refresh_token"],
        access=secrets.get("access_token", ""),
        tokens=tokens,
        key=f"x:{spec.brand}:{spec.name}",
    )


def _missing(spec: Spec, missing: list[str], *, alone: bool) -> str:
    says = f"{', '.join(missing)} missing: the keys of the app and of the account, from X's developer console."
    if not alone:
        return says
    return f"{says} Or, with OAuth 2: {', '.join(spec.secret_name(name) for name in _RENEWED)}."


def _base(spec: Spec) -> str:
    address = spec.server or API
    parts = urlsplit(address if "://" in address else f"https://{address}")
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not parts.hostname or not safe:
        raise SettingsError(
            reason=f"brand.yaml of {spec.brand}, accounts, x: server must be an https address, or left out"
        )
    return f"{parts.scheme}://{parts.netloc}"
