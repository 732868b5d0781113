"""A brand's own tool on this machine: it checks our signature as the documentation says, and posts somewhere.

::

    async with HookStandIn(secret="…", finds=True) as tool:
        tool.url                                 # "http://127.0.0.1:41234/reply?flow=7"
        tool.faults.append(Fault.CUT_AFTER)      # the next call that posts
        tool.answers.append((410, None))         # the next call is answered so, and does nothing
        tool.posted                              # what the public reads
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from aiohttp import web
from contract import Fault

import bot.network.webhook


class Late(Enum):
    """More that may happen to a call that posts."""

    KILLED_BEFORE = "the client dies, nothing happens"
    KILLED_AFTER = "the tool does it, then the client dies"


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    signed: bytes

    @property
    def sent(self) -> Any:
        return json.loads(self.signed)


def documented() -> Callable[[str, Any, bytes], bool]:
    """The receiver's check, as the package's documentation has it."""
    told = inspect.getdoc(bot.network.webhook) or ""
    code = re.search(r"In Python::\n\n((?:    .*\n|\n)+)", told)
    assert code
    found: dict[str, Any] = {}
    exec(inspect.cleandoc(code[1]), found)
    check: Callable[[str, Any, bytes], bool] = found["is_ours"]
    return check


class HookStandIn:
    """``finds``: it can be asked. ``honours_keys``: the same key twice posts once."""

    def __init__(self, *, secret: str, finds: bool = False, honours_keys: bool = False, slow: float = 0.6) -> None:
        self.secret = secret
        self.finds, self.honours_keys, self.slow = finds, honours_keys, slow
        self.posted: list[dict[str, Any]] = []
        self.gone: set[str] = set()  # ids of cases whose post the customer has deleted
        self.faults: deque[Fault | Late] = deque()
        self.read_faults: deque[Fault] = deque()
        self.answers: deque[tuple[int, Any]] = deque()
        self.calls: list[Call] = []
        self.strike: Callable[[], object] = lambda: None
        self._is_ours = documented()
        self._port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/reply?flow=7"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after ``stop`` again on the same port, with all that it held."""
        app = web.Application()
        app.router.add_route("*", "/reply", self._called)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """From now on connections are refused."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _called(self, request: web.Request) -> web.StreamResponse:
        signed = await request.read() if request.method == "POST" else request.query_string.encode()
        signed = request.rel_url.raw_query_string.encode() if request.method == "GET" else signed
        self.calls.append(Call(request.method, request.path, dict(request.headers), signed))
        if not self._is_ours(self.secret, request.headers, signed):
            return _told(401, {"error": "The signature is wrong."})
        if self.answers:
            return _told(*self.answers.popleft())
        if request.method == "GET":
            return await self._met(self.read_faults, request, lambda: self._look(request))
        return await self._met(self.faults, request, lambda: self._post(json.loads(signed)))

    async def _met(self, script: deque[Any], request: web.Request, does: Callable[[], web.Response]) -> web.Response:
        fault = script.popleft() if script else None
        match fault:
            case Fault.BUSY:
                return _told(429, {"error": "Slow down."}, {"Retry-After": "40"})
            case Fault.CUT_BEFORE:
                return _cut(request)
            case Fault.FAIL_BEFORE:
                return _told(503, None)
            case Late.KILLED_BEFORE:
                return await self._struck(request)
        done = does()
        match fault:
            case Fault.CUT_AFTER:
                return _cut(request)
            case Fault.FAIL_AFTER:
                return _told(500, {"error": "Timed out waiting for the page"})
            case Fault.SLOW:
                await asyncio.sleep(self.slow)
            case Fault.TWICE:
                does()
            case Late.KILLED_AFTER:
                return await self._struck(request)
        return done

    async def _struck(self, request: web.Request) -> web.Response:
        self.strike()
        await asyncio.sleep(0.02)
        return _cut(request)

    def _look(self, request: web.Request) -> web.Response:
        if not self.finds:
            return _told(405, None)
        if request.query["id"] in self.gone:
            return _told(200, {"error": "The review is gone."})
        found = self._known(request.query.get("key", ""))
        return _told(200, found or {"posted": False})

    def _post(self, sent: dict[str, Any]) -> web.Response:
        if sent["id"] in self.gone:
            return _told(200, {"error": "The review is gone."})
        if self.honours_keys and (found := self._known(sent["key"])):
            return _told(409, found)
        self.posted.append(sent)
        return _told(200, self._known(sent["key"]))

    def _known(self, key: str) -> dict[str, Any] | None:
        number = next((n for n, each in enumerate(self.posted, 1) if each["key"] == key), 0)
        return {"posted": True, "link": f"https://reviews.example/r/{number}", "ref": number} if number else None


def _told(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    if isinstance(body, str):
        return web.Response(status=status, text=body, headers=headers)
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
