"""HTTP: what Slack posts, the intake, health, metrics. Only ``run`` imports this: FastAPI takes a while to load."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed
from typing import Protocol

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.requests import ClientDisconnect

from bot.errors import PortevoixError, SettingsError, StoreError

log = logging.getLogger(__name__)

HOME = "127.0.0.1"
#: Bytes. Slack's own payloads stay far below it.
BODY_LIMIT = 1_000_000
#: Seconds for the database to answer, until it counts as away.
PATIENCE = 2.0
#: Whole seconds for answers under way, once we close.
GRACE = 2
#: Seconds an idle connection stays open: longer than the minute of most proxies, or they would post into a closed one.
KEEP_ALIVE = 75
#: FastAPI traces by itself, as the environment tells it; what customers write is not for a tracing service.
NO_TRACES = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False)
HEADERS = [("x-content-type-options", "nosniff"), ("cache-control", "no-store")]

#: The body as it came, which is what is signed, and the headers -> what Slack gets back.
Answer = Callable[[bytes, Mapping[str, str]], Awaitable[Response]]


class Hook(Protocol):
    """What answers a network that tells us of new posts itself."""

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What to answer when it asks whether the address is ours; None: it is not."""

    async def take(self, body: bytes, signature: str) -> bool:
        """Store what it tells; False where the signature is wrong."""


#: The numbers and their content type.
Metrics = Callable[[], Awaitable[tuple[bytes, str]]]


@dataclass(frozen=True, slots=True)
class Health:
    """What has to hold for people to be served.

    ``store`` asks the database anything; ``chats`` gives a sentence for every chat that is broken now, ``notices``
    for what works all the same, but less well than it could.
    """

    store: Callable[[], Awaitable[object]]
    chats: Callable[[], Iterable[str]] = tuple
    notices: Callable[[], Iterable[str]] = tuple

    async def problems(self) -> list[str]:
        """A sentence for everything that does not work; empty when all does."""
        return [*await self._store(), *self.chats()]

    async def _store(self) -> list[str]:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.store()
        except TimeoutError:
            return [f"The database has not answered for {PATIENCE:g} seconds."]
        except PortevoixError as error:
            return [str(error)]
        except Exception:
            log.exception("the database could not be asked")
            return ["The database cannot be asked; the log says why."]
        return []


def web(
    *,
    health: Health,
    metrics: Metrics,
    slack: Answer | None = None,
    intake: APIRouter | None = None,
    meta: Hook | None = None,
) -> FastAPI:
    """The site: ``/health``, ``/health/live``, ``/health/ready``, ``/metrics``; ``/slack/events`` where there is one.

    With ``intake`` its routes too, and their description at ``/docs`` and ``/openapi.json``. Without ``slack``
    (Socket Mode) and ``intake`` nothing can be posted to it.
    """
    site = FastAPI(
        title="Portevoix",
        version=installed("portevoix"),
        docs_url="/docs" if intake else None,
        redoc_url=None,
        openapi_url="/openapi.json" if intake else None,
        max_body_size=BODY_LIMIT,
        telemetry=NO_TRACES,
    )
    _add_health(site, health)
    if intake is not None:
        site.include_router(intake)
        _add_refusals(site)

    @site.get("/metrics", include_in_schema=False)
    async def numbers() -> Response:
        body, content_type = await metrics()
        return Response(body, headers={"content-type": content_type})

    if slack is not None:
        _add_slack(site, slack)
    if meta is not None:
        _add_meta(site, meta)
    return site


def _add_health(site: FastAPI, health: Health) -> None:
    @site.get("/health/live", include_in_schema=False)
    async def live() -> Response:
        return JSONResponse({"live": True})

    @site.get("/health/ready", include_in_schema=False)
    async def ready() -> Response:
        return _told({}, await health.problems(), health.notices())

    @site.get("/health", include_in_schema=False)
    async def both() -> Response:
        return _told({"live": True}, await health.problems(), health.notices())


def _told(facts: dict[str, object], problems: list[str], notices: Iterable[str]) -> Response:
    told = facts | {"ready": not problems, "problems": problems, "notices": list(notices)}
    return JSONResponse(told, status_code=503 if problems else 200)


def _add_refusals(site: FastAPI) -> None:
    """Every wrong request has its sentence; what was sent is not said back."""

    @site.exception_handler(RequestValidationError)
    async def unfit(_: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(one["type"] == "json_invalid" for one in found):
            return JSONResponse({"detail": "This is no JSON."}, status_code=400)
        said = dict.fromkeys(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in found)
        return JSONResponse({"detail": _spoken("; ".join([*said][:10]))}, status_code=422)

    @site.exception_handler(RecursionError)
    async def deep(_: Request, __: RecursionError) -> Response:
        return JSONResponse({"detail": "This is nested too deeply."}, status_code=400)

    @site.exception_handler(StoreError)
    async def away(_: Request, error: StoreError) -> Response:
        log.error("an intake could not be stored: %s", error)
        return JSONResponse({"detail": "The complaints cannot be stored now; send them again."}, status_code=503)


def _spoken(text: str) -> str:
    """What any encoding takes."""
    return text.encode("utf-8", "replace").decode()


def _add_meta(site: FastAPI, meta: Hook) -> None:
    @site.get("/meta/webhook", include_in_schema=False)
    async def ours(request: Request) -> Response:
        told = meta.challenge(request.query_params)
        return Response(status_code=403) if told is None else Response(told, media_type="text/plain")

    @site.post("/meta/webhook", include_in_schema=False)
    async def told(request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            taken = await meta.take(body, request.headers.get("x-hub-signature-256", ""))
        except Exception:  # whatever it is, it is not stored: Meta tells it again
            log.exception("what Meta told could not be stored")
            return Response(status_code=503)
        return Response(status_code=200 if taken else 403)


def _add_slack(site: FastAPI, answer: Answer) -> None:
    @site.post("/slack/events", include_in_schema=False)
    async def events(request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=400)
        return await answer(body, request.headers)


@asynccontextmanager
async def serve(site: FastAPI, host: str = HOME, port: int = 0) -> AsyncIterator[int]:
    """Serve the site until the block is left; gives the port, which for 0 is one that was free.

    Leaving takes three seconds at most: answers under way get two.

    Raises:
        SettingsError: nobody may listen there.
    """
    listener = _listener(host, port)
    server = _Server(_config(site))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def _config(site: FastAPI) -> uvicorn.Config:
    config = uvicorn.Config(
        site,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        headers=HEADERS,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    config.load()  # here, so that what it cannot load is told before anybody relies on it
    return config


class _Server(uvicorn.Server):
    """uvicorn as a guest in our loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Whoever runs the loop minds the signals."""
        yield


def _listener(host: str, port: int) -> socket.socket:
    """Bound by us: uvicorn ends the process when it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
        # asyncio sets it only where a socket names its protocol: an answer with a body would wait 40 ms for an ACK
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise SettingsError(reason=_obstacle(error, host, port)) from error
    return listener


def _obstacle(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"WEB_PORT: another program listens on {host}:{port} already. Stop it, or choose another port."
        case errno.EACCES:
            return f"WEB_PORT: this account may not listen on port {port}. Choose one above 1023."
        case _:
            return f"WEB_HOST: nobody can listen on {host}:{port} here ({error.strerror or error}). See .env.example."
