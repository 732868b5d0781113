"""The line between Portevoix and the PDS, where things go wrong as told."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from aiohttp import web
from contract import Fault

_WRITES = frozenset({"com.atproto.repo.putRecord", "com.atproto.repo.createRecord"})


class Line:
    """Listens on loopback and passes calls on. ``writes`` meet the next calls that post, ``any_call`` whichever come.

    ``accident`` happens once, while a call that posts is under way.
    """

    def __init__(self, target: str, *, slow: float = 0.2) -> None:
        self.writes: deque[Fault] = deque()
        self.any_call: deque[Fault | None] = deque()
        self.accident: Callable[[], Awaitable[None]] | None = None
        self.met: Counter[str] = Counter()
        self.met_posting = 0  # those of them that met a call that posts
        self.calls: Counter[str] = Counter()
        self.bodies: list[Any] = []  # of what was to be posted
        self.answers: Callable[[web.Request], web.Response | None] = lambda request: None  # in the server's place
        self.slow = slow
        self.port = 0
        self._http = httpx2.AsyncClient(base_url=target, timeout=30, verify=False)
        self._runner: web.AppRunner | None = None
        self._happening: asyncio.Future[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def up(self) -> None:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/xrpc/{name}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def down(self) -> None:
        """Connections are refused."""
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    async def close(self) -> None:
        await self.down()
        await self._http.aclose()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.calls[name] += 1
        body = await request.read()
        if name in _WRITES:
            self.bodies.append(await request.json())
        if told := self.answers(request):
            return told
        fault = self._fault(name)
        if fault is Fault.BUSY:
            said = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
            return web.json_response(said, status=429, headers={"ratelimit-reset": "1", "ratelimit-remaining": "0"})
        if fault is Fault.FAIL_BEFORE:
            return web.json_response({"error": "UpstreamFailure", "message": "Upstream Failure"}, status=503)
        if fault is Fault.CUT_BEFORE:
            return _cut(request)
        if self.accident and name in _WRITES:
            self._happening, self.accident = asyncio.ensure_future(self.accident()), None
        answer = await self._passed_on(request, body)
        if fault is Fault.TWICE:
            answer = await self._passed_on(request, body)
        if fault is Fault.CUT_AFTER or answer is None:
            return _cut(request)
        if fault is Fault.FAIL_AFTER:
            return web.json_response({"error": "InternalServerError"}, status=500)
        if fault is Fault.SLOW:
            await asyncio.sleep(self.slow)
        kept = {name: value for name, value in answer.headers.items() if name.startswith(("content-type", "ratelimit"))}
        return web.Response(status=answer.status_code, body=answer.content, headers=kept)

    def _fault(self, name: str) -> Fault | None:
        fault = self.any_call.popleft() if self.any_call else None
        if fault is None and self.writes and name in _WRITES:
            fault = self.writes.popleft()
        self.met += Counter([fault.name] if fault else [])
        self.met_posting += bool(fault and name in _WRITES)
        return fault

    async def settled(self) -> None:
        """The accident is over."""
        if self._happening:
            await self._happening

    async def _passed_on(self, request: web.Request, body: bytes) -> httpx2.Response | None:
        kept = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        try:
            return await self._http.request(request.method, request.path_qs, content=body, headers=kept)
        except httpx2.TransportError:  # the server was killed
            return None


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
