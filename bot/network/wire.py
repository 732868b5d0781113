"""HTTP to a network's API: what an answer, or its absence, says about whether something happened."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any
from urllib.request import getproxies

import httpx2

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Refused, Unclear
from bot.network.reach import guarded

#: Seconds: to connect, and for an answer; together well below the desk's patience of 25.
TIMEOUT = httpx2.Timeout(15.0, connect=5.0, pool=5.0)
#: Servers close idle connections without a word; a fresh one costs less than a reply whose fate nobody knows.
LIMITS = httpx2.Limits(max_connections=20, keepalive_expiry=4.0)
#: Bytes of an answer that are read.
LARGEST = 5_000_000
#: Seconds to wait where a network says "too many" and not for how long.
PAUSE = 60.0
#: Seconds until an account whose access was refused is tried again: it may have been mended.
MENDED = 300.0
#: Seconds until a server that could not be reached is tried again.
AGAIN = 30.0
LONGEST_PAUSE = 24 * 3600.0


class Trouble(Enum):
    """What a failed call means."""

    UNREACHED = "unreached"  # no connection: surely nothing happened
    BUSY = "busy"  # too many calls: surely nothing happened
    ACCESS = "access"  # the token is refused: nothing happened, and nothing will until a person mends it
    REFUSED = "refused"  # the network says no to this call, for good
    MISSING = "missing"  # what the call is about is not there
    BROKEN = "broken"  # cut after sending, 5xx, nonsense: anything may have happened


class WireError(Exception):
    """A call failed. ``says`` is the network's own short reason, ``wait`` in seconds where it asks for a pause."""

    def __init__(self, kind: Trouble, says: str = "", *, status: int = 0, wait: float = 0.0, body: Any = None) -> None:
        super().__init__(f"{kind.value} {status} {says}")
        self.kind = kind
        self.says = says
        self.status = status
        self.wait = wait
        self.body = body


@dataclass(frozen=True, slots=True)
class Told:
    """A network's answer: status, headers, and the body read as JSON (text where it is none)."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass
class Standing:
    """How one account stands with its network: paused by "too many", or its access refused."""

    paused_until: float = 0.0
    problem: Remark | None = field(default=None)

    @property
    def pause(self) -> float:
        """Seconds until the account may call again; 0 when it may."""
        return max(0.0, self.paused_until - time.monotonic())

    def note(self, error: WireError, account: str) -> None:
        """Keep what a failed call says about the account."""
        if error.kind is Trouble.BUSY:
            self.paused_until = time.monotonic() + (error.wait or PAUSE)
        elif error.kind is Trouble.ACCESS:
            says = "{account} was refused access ({code}); please connect it again, then it goes on by itself."
            self.problem = Remark(says, {"account": account, "code": error.says or error.status})

    def well(self) -> None:
        """A call with our access succeeded: whatever was wrong is mended."""
        self.problem = None


class Wire:
    """Calls of one account. ``reason`` reads the network's own words out of a refusal's body.

    ``kind_of`` may judge a status or body otherwise than HTTP does; None leaves it to HTTP.
    """

    def __init__(
        self,
        base: str,
        account: str,
        *,
        headers: Mapping[str, str] | None = None,
        reason: Callable[[Any], str] = lambda body: "",
        kind_of: Callable[[int, Any], Trouble | None] = lambda status, body: None,
        auth: httpx2.Auth | None = None,
    ) -> None:
        self.standing = Standing()
        self.account = account
        self._reason = reason
        self._kind_of = kind_of
        self._client = httpx2.AsyncClient(
            base_url=base,
            headers=headers,
            timeout=TIMEOUT,
            limits=LIMITS,
            auth=auth,
            transport=_only(base),
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ask(self, method: str, path: str, **sent: Any) -> Told:
        """One call, never repeated; ``sent`` is what httpx2 takes: params, json, data, content, headers, auth.

        Raises:
            WireError: it failed; ``kind`` says what that means.
        """
        if (left := self.standing.pause) > 0:
            raise WireError(Trouble.BUSY, "paused", wait=left)
        try:
            told = await self._told(method, path, sent)
        except WireError as error:
            self.standing.note(error, self.account)
            raise
        self.standing.well()
        return told

    async def _told(self, method: str, path: str, sent: dict[str, Any]) -> Told:
        try:
            async with self._client.stream(method, path, **sent) as response:
                told = Told(response.status_code, response.headers, _parsed(await _body(response)))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
            raise WireError(Trouble.UNREACHED, type(error).__name__) from error
        except (httpx2.TransportError, httpx2.DecodingError, httpx2.StreamError) as error:
            raise WireError(Trouble.BROKEN, type(error).__name__) from error
        if told.status < 300 and self._kind_of(told.status, told.body) is None:
            return told
        kind = self._kind_of(told.status, told.body) or _kind(told.status)
        wait = wait_asked(told.headers) if kind is Trouble.BUSY else 0.0
        raise WireError(kind, self._reason(told.body)[:200], status=told.status, wait=wait, body=told.body)


def _only(base: str) -> httpx2.AsyncBaseTransport | None:
    """Calls the host of ``base`` and no other, whatever an answer says.

    None for a wire without a base, and where the operator has a proxy, which then decides.
    """
    host = httpx2.URL(base).host
    return guarded((), named=[host], limits=LIMITS) if host and not getproxies() else None


async def _body(response: httpx2.Response) -> bytes:
    held = bytearray()
    async for piece in response.aiter_bytes():
        held += piece
        if len(held) > LARGEST:
            raise WireError(Trouble.BROKEN, "the answer is too large", status=response.status_code)
    return bytes(held)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _kind(status: int) -> Trouble:
    match status:
        case 401:
            return Trouble.ACCESS
        case 404 | 410:
            return Trouble.MISSING
        case 429:
            return Trouble.BUSY
        case _ if 400 <= status < 500:
            return Trouble.REFUSED
        case _:
            return Trouble.BROKEN


def wait_asked(headers: Mapping[str, str]) -> float:
    """Seconds that a network asks us to wait; 0 where it does not say.

    ``Retry-After`` in seconds or as a date; else ``ratelimit-reset`` or ``x-ratelimit-reset`` (and X's
    ``x-rate-limit-reset``): epoch seconds (Bluesky, X), seconds from now (Reddit), or an ISO time (Mastodon).
    """
    now = datetime.now(UTC)
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"):
        if (value := headers.get(name, "").strip()) and (seconds := _seconds(value, now)) is not None:
            return min(max(seconds, 1.0), LONGEST_PAUSE)
    return 0.0


_AN_EPOCH = 1_000_000_000


def _seconds(value: str, now: datetime) -> float | None:
    try:
        number = float(value)
    except ValueError:
        at = _moment(value)
        return (at - now).total_seconds() if at else None
    return number - now.timestamp() if number > _AN_EPOCH else number


def _moment(value: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(value)
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def outcome(error: WireError, network: str) -> Outcome:
    """What a failed call that was to post a reply means for it."""
    facts = {"network": network}
    match error.kind:
        case Trouble.UNREACHED:
            return NotSent(Remark("{network} cannot be reached.", facts), wait=AGAIN)
        case Trouble.BUSY:
            return NotSent(Remark("{network} asks us to wait.", facts), wait=error.wait or PAUSE)
        case Trouble.ACCESS:
            says = "{network} refuses our access; please connect the account again, the reply waits."
            return NotSent(Remark(says, facts), wait=MENDED)
        case Trouble.MISSING:
            return Refused(Remark("The post is not there any more, or not for us to see."))
        case Trouble.REFUSED:
            return Refused(Remark("{network} says: {words}", facts | {"words": error.says or error.status}))
        case Trouble.BROKEN:
            return Unclear(Remark("The connection to {network} broke while posting.", facts))
