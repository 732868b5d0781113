"""Calls of the Graph API, which Facebook and Instagram share: one account's access, and what limits it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Generator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx2

from bot.errors import SettingsError
from bot.network import graph_trouble as trouble
from bot.network.account import Spec
from bot.network.reach import may_be_public
from bot.network.wire import LONGEST_PAUSE, Trouble, Wire, WireError

BASE = "https://graph.facebook.com"
#: Of 18 February 2026, there until 29 July 2028: developers.facebook.com/docs/graph-api/changelog/versions.
VERSION = "v25.0"
#: Seconds to wait where the API says "too many" and not for how long: its windows are of an hour and slide.
PAUSE = 300.0
#: Entries of a list that one call is asked for, and pages of it that are read at most.
PAGE, PAGES = 100, 20
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]")
_GOES_ON = frozenset({"after", "until", "offset", "__paging_token"})


class TooMany(Exception):
    """A list is longer than what we read of it."""


class Access:
    """The token, in a header that nobody logs, with the proof that we know the app's secret.

    developers.facebook.com/docs/graph-api/guides/secure-requests: HMAC-SHA256 of the token, keyed by the secret.
    """

    def __init__(self, token: str, app_secret: str) -> None:
        self.bearer = f"Bearer {token}"
        self.proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


class _Call(httpx2.Auth):
    """One call with our access; ``wait`` is what its answer tells of our limits, in seconds."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.wait = 0.0

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Add token and proof to the request."""
        request.headers["Authorization"] = self._access.bearer
        request.url = request.url.copy_merge_params({"appsecret_proof": self._access.proof})
        response = yield request
        self.wait = wait_told(response.headers)


def wait_told(headers: Mapping[str, str]) -> float:
    """Seconds until we may call again, as ``X-Business-Use-Case-Usage`` tells in minutes; 0 where it does not."""
    try:
        told = json.loads(headers.get("x-business-use-case-usage", "{}"))
        minutes = [float(use.get("estimated_time_to_regain_access", 0)) for uses in told.values() for use in uses]
    except (ValueError, AttributeError, TypeError):
        return 0.0
    return min(max(minutes, default=0.0) * 60, LONGEST_PAUSE)


class Graph:
    """One account's calls. Reads may be repeated once where a connection was cut; what posts is called once."""

    def __init__(self, spec: Spec, account: str) -> None:
        base = spec.server.rstrip("/") or BASE
        self.wire = Wire(base, account, reason=trouble.reason, kind_of=trouble.kind_of)
        self._access = Access(spec.secrets["page_token"].strip(), spec.secrets["app_secret"].strip())
        self._version = spec.options.get("version", VERSION)
        self._refused: WireError | None = None

    @property
    def refused(self) -> WireError | None:
        """The call that was refused for our access; None once one has succeeded since."""
        return self._refused if self.wire.standing.problem else None

    async def read(self, path: str, **asked: str) -> dict[str, Any]:
        """A call that changes nothing. Raises ``WireError``."""
        try:
            return await self.ask("GET", path, params=asked)
        except WireError as error:
            if not _was_cut(error):
                raise
        return await self.ask("GET", path, params=asked)

    async def ask(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        """One call, never repeated. Raises ``WireError``."""
        call = _Call(self._access)
        try:
            told = await self.wire.ask(method, f"/{self._version}/{path}", auth=call, **sent)
        except WireError as error:
            self._note(error, call.wait)
            raise
        if not isinstance(told.body, dict):
            raise WireError(Trouble.BROKEN, "no answer of this API", status=told.status)
        return told.body

    def _note(self, error: WireError, wait: float) -> None:
        if error.kind is Trouble.ACCESS:
            self._refused = error
        elif error.kind is Trouble.BUSY and error.status:
            error.wait = wait or error.wait or PAUSE
            self.wire.standing.paused_until = time.monotonic() + error.wait

    async def listed(
        self, path: str, asked: Mapping[str, str], *, most: int = PAGES, whole: bool = True
    ) -> AsyncIterator[dict[str, Any]]:
        """A list, to its end. Its ``next`` is never called: it carries the token in its address.

        Raises:
            WireError: it could not be read.
            TooMany: it goes on after ``most`` pages, and the ``whole`` of it was asked for.
        """
        asked = {"limit": str(PAGE), **asked}
        for _ in range(most):
            told = await self.read(path, **asked)
            for each in _entries(told):
                yield each
            if not (further := _further(told)):
                return
            asked = {**asked, **further}
        if whole:
            raise TooMany


def part(name: str) -> str:
    """An id as a part of a path."""
    return quote(name, safe="")


def settle(spec: Spec, network: str) -> None:
    """Look whether what an account needs is there and right. Raises ``SettingsError``."""
    where = f"brand.yaml of {spec.brand}, accounts, {spec.network}"
    if not spec.id.isdecimal():
        raise SettingsError(reason=f"{where}: id must be the {network} account's number")
    needed = {"page_token": "the Page's access token", "app_secret": "the app's secret"}
    needed |= {"verify_token": "the word that Meta's webhook is checked with"} if spec.listen else {}
    for name, what in needed.items():
        if not spec.secrets.get(name, "").strip():
            raise SettingsError(reason=f"{spec.secret_name(name)} is missing: {what}, from developers.facebook.com.")
    if not _VERSION.fullmatch(spec.options.get("version", VERSION)):
        raise SettingsError(reason=f"{where}: the option version must be one of the Graph API's, like {VERSION}")
    if spec.options.get("private", "false") not in {"true", "false"}:
        raise SettingsError(reason=f"{where}: the option private must be true or false")
    server = urlsplit(spec.server or BASE)
    in_house = server.scheme == "http" and not may_be_public(server.hostname or "")
    if not server.hostname or not (server.scheme == "https" or in_house):
        raise SettingsError(reason=f"{where}: server must be an https address")


def nonsense() -> WireError:
    """An answer that is none of this API's; not what it says: that may be private."""
    return WireError(Trouble.BROKEN, "no answer of this API", status=200)


def _entries(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    data = told.get("data")
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        raise nonsense()
    return data


def _further(told: Mapping[str, Any]) -> dict[str, str]:
    """What to ask with for the next page; empty where there is none."""
    paging = told.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return {}
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    named = dict(parse_qsl(urlsplit(str(paging["next"])).query))
    further = {"after": str(after)} if after else {name: named[name] for name in _GOES_ON & named.keys()}
    if not further:  # a list that goes on, and nobody knows where, was not read to its end
        raise nonsense()
    return further


def _was_cut(error: WireError) -> bool:
    """Whether a call ended at once and without an answer: an idle connection that the server had closed."""
    return error.kind is Trouble.BROKEN and not error.status and "Timeout" not in error.says
