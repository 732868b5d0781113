"""Reddit: comments from a brand's account, through its OAuth API."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.errors import SettingsError
from bot.network.account import Spec
from bot.network.reddit.access import access
from bot.network.reddit.account import RedditAccount
from bot.network.reddit.server import Server

#: Reddit's own addresses: of the API, and of the tokens for it.
API, TOKENS = "https://oauth.reddit.com", "https://www.reddit.com"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def build(spec: Spec) -> RedditAccount:
    """The account: ``handle`` is its name on Reddit.

    Secrets: ``client_id`` and ``client_secret`` of an app (reddit.com/prefs/apps), and ``refresh_token``, or for an app
    of the type “script” ``password`` (and ``username`` where ``handle`` does not name the account).

    Raises:
        SettingsError: a secret or the handle is missing, or ``server`` is no address.
    """
    secrets = {name: value.strip() for name, value in spec.secrets.items()}
    login = _login(spec, secrets)
    missing = [spec.secret_name(name) for name in ("client_id", "client_secret") if not secrets.get(name)]
    if missing:
        raise SettingsError(reason=f"{', '.join(missing)} missing: of the app that reddit.com/prefs/apps lists.")
    api, tokens = _bases(spec)
    name = (spec.handle or secrets.get("username", "")).removeprefix("/").removeprefix("u/")
    if not name:
        raise SettingsError(reason=f"brand.yaml of {spec.brand}, accounts, reddit: handle must name the account")
    agent = f"server:portevoix:v1 (by /u/{name})"  # github.com/reddit-archive/reddit/wiki/API, "Rules"
    renewed = access(tokens, (secrets["client_id"], secrets["client_secret"]), login, agent)
    return RedditAccount(spec, Server(api, name, renewed, agent))


def _login(spec: Spec, secrets: Mapping[str, str]) -> dict[str, str]:
    if token := secrets.get("refresh_token"):
        return {"grant_type": "refresh_token", "refresh_token": token}
    username = secrets.get("username") or spec.handle.removeprefix("/").removeprefix("u/")
    if not secrets.get("password") or not username:
        raise SettingsError(
            reason=f"{spec.secret_name('refresh_token')} missing; or, with an app of the type “script”, "
            f"{spec.secret_name('username')} and {spec.secret_name('password')}."
        )
    return {"grant_type": "password", "username": username, "password": secrets["password"]}


def _bases(spec: Spec) -> tuple[str, str]:
    if not spec.server:
        return API, TOKENS
    parts = urlsplit(spec.server if "://" in spec.server else f"https://{spec.server}")
    if not parts.hostname or not (parts.scheme == "https" or parts.hostname in _LOOPBACK):
        raise SettingsError(reason=f"brand.yaml of {spec.brand}, accounts, reddit: server must be left out")
    base = f"{parts.scheme}://{parts.netloc}"
    return base, base
