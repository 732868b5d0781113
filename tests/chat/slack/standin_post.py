"""How the Slack stand-in delivers: signed HTTP requests or Socket Mode envelopes, with acknowledgements and retries."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from standin_world import Workspace, World


@dataclass
class Attempt:
    """One try to deliver: `status` is the HTTP status, 200 for a Socket Mode ack, None for no answer."""

    number: int
    reason: str = ""
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    connection: int | None = None
    envelope_id: str = ""

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass
class Delivery:
    """What was sent to the bot, and what came back. `sent` is false where Slack would not have told the bot.

    `ts` is the message that it is about; `also` holds other events for the same deed (`app_mention`).
    """

    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    also: list["Delivery"] = field(default_factory=list)
    ts: str = ""

    @property
    def sent(self) -> bool:
        return bool(self.attempts)

    @property
    def ok(self) -> bool:
        return self.sent and self.attempts[-1].ok

    @property
    def status(self) -> int | None:
        return self.attempts[-1].status if self.attempts else None

    @property
    def body(self) -> Any:
        return self.attempts[-1].body if self.attempts else None

    @property
    def seconds(self) -> float:
        return self.attempts[-1].seconds if self.attempts else 0.0


@dataclass(eq=False)
class Connection:
    """One Socket Mode connection of the bot, and the envelopes it has not acknowledged yet."""

    number: int
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)


class Post(World):
    """Delivers events by HTTP to `url`, or through Socket Mode where `url` is empty."""

    app_token = "xapp-1-A0PORTEVOIX-standin"
    signing_secret = "standin-signing-secret"
    verification_token = "standin-verification-token"

    def __init__(self) -> None:
        super().__init__()
        self.url = ""
        self.patience = 3.0
        self.retry_after: tuple[float, ...] = (0.02, 0.05, 0.1)
        self.deliveries: list[Delivery] = []
        self.acks: dict[str, tuple[float, Any]] = {}
        self.connections: list[Connection] = []
        self._numbers = itertools.count(1)
        self._turn = itertools.count()
        self._connected = asyncio.Event()
        self._background: set[asyncio.Task[Any]] = set()
        self._known = False
        self._http: aiohttp.ClientSession | None = None

    # --- what is sent ------------------------------------------------------------------------------------------------

    def event_body(self, event: dict[str, Any], workspace: Workspace, *, shared: bool = False) -> dict[str, Any]:
        """An event in the envelope that Slack's Events API puts around it."""
        event.setdefault("event_ts", self.fresh_ts())
        bot = {"enterprise_id": None, "team_id": workspace.id, "user_id": workspace.bot_user}
        return {
            "token": self.verification_token,
            "team_id": workspace.id,
            "context_team_id": workspace.id,
            "context_enterprise_id": None,
            "api_app_id": self.app,
            "event": event,
            "type": "event_callback",
            "event_id": self.fresh("Ev"),
            "event_time": int(self.now()),
            "authorizations": [bot | {"is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{self.fresh('EC')}",
        }

    async def event(self, body: dict[str, Any]) -> Delivery:
        """Send a raw events_api body, again (same event_id) up to three times until it is acknowledged."""
        delivery = Delivery("events_api", body)
        if not self.reachable:
            return delivery
        self.deliveries.append(delivery)
        for number, pause in enumerate((0.0, *self.retry_after)):
            await asyncio.sleep(pause)
            reason = delivery.attempts[-1].reason if delivery.attempts else ""
            delivery.attempts.append(await self._attempt("events_api", body, number, reason))
            if delivery.ok or delivery.attempts[-1].headers.get("x-slack-no-retry") == "1":
                break
        return delivery

    async def interact(self, kind: str, payload: dict[str, Any]) -> Delivery:
        """Send an interaction (`interactive`) or a command (`slash_commands`), once."""
        delivery = Delivery(kind, payload)
        if not self.reachable:
            return delivery
        self.deliveries.append(delivery)
        delivery.attempts.append(await self._attempt(kind, payload, 0, ""))
        return delivery

    async def verify_url(self) -> Delivery:
        """What Slack does when the request URL is saved: a challenge that has to come back."""
        challenge = {"token": self.verification_token, "challenge": uuid.uuid4().hex, "type": "url_verification"}
        return await self.event(challenge)

    def in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        """Deliver without waiting for it (the echo of what the bot does itself)."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def settle(self) -> None:
        """Wait until everything that is being delivered in the background has come to an end."""
        while self._background:
            await asyncio.gather(*self._background, return_exceptions=True)

    async def until(self, true: Callable[[], Any], within: float = 5.0) -> Any:
        """Wait until this holds; returns what it gave. TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not (result := true()):  # noqa: ASYNC110 - it may hang on anything, there is no event to wait for
                await asyncio.sleep(0.005)
        return result

    @property
    def reachable(self) -> bool:
        """Is there a bot at all: a URL, or somebody who connected once (and may be away for a moment)."""
        return bool(self.url or self._known)

    async def _attempt(self, kind: str, payload: dict[str, Any], number: int, reason: str) -> Attempt:
        began = time.monotonic()
        send = self._by_http if self.url else self._by_socket
        attempt = await send(kind, payload, number, reason)
        attempt.seconds = time.monotonic() - began
        return attempt

    # --- HTTP --------------------------------------------------------------------------------------------------------

    async def _by_http(self, kind: str, payload: dict[str, Any], number: int, reason: str) -> Attempt:
        body, content_type = encoded(kind, payload)
        headers = self.signed(body) | {"Content-Type": content_type}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        attempt = Attempt(number, "http_timeout")
        self._http = self._http or aiohttp.ClientSession()
        patience = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with self._http.post(self.url, data=body, headers=headers, timeout=patience) as answer:
                attempt.body = decoded(await answer.text())
                attempt.status = answer.status
                attempt.headers = {key.lower(): value for key, value in answer.headers.items()}
                attempt.reason = "" if attempt.ok else "http_error"
        except TimeoutError:
            return attempt
        except aiohttp.ClientError:
            attempt.reason = "connection_failed"
        return attempt

    def signed(self, body: str) -> dict[str, str]:
        """Slack's signature over a body, at this moment."""
        at = str(int(time.time()))
        digest = hmac.new(self.signing_secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        agent = "Slackbot 1.0 (+https://api.slack.com/robots)"
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}", "User-Agent": agent}

    # --- Socket Mode -------------------------------------------------------------------------------------------------

    async def _by_socket(self, kind: str, payload: dict[str, Any], number: int, reason: str) -> Attempt:
        envelope = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind == "slash_commands" or payload.get("type") == "view_submission",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        attempt = Attempt(number, "timeout", envelope_id=envelope["envelope_id"])
        try:
            async with asyncio.timeout(self.patience):
                await self._connected.wait()
                connection = self.connections[next(self._turn) % len(self.connections)]
                attempt.connection = connection.number
                attempt.body = await self._acknowledged(connection, envelope)
                attempt.status, attempt.reason = 200, ""
        except (TimeoutError, ConnectionError):
            pass
        return attempt

    async def _acknowledged(self, connection: Connection, envelope: dict[str, Any]) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = answer
        try:
            await connection.socket.send_str(json.dumps(envelope))
            return await answer
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        """The websocket endpoint: hello, then acknowledgements until it closes."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.connections) >= 10:
            await socket.send_str(json.dumps(self._farewell("too_many_websockets")))
            await socket.close()
            return socket
        connection = Connection(next(self._numbers), socket)
        self.connections.append(connection)
        try:
            await socket.send_str(json.dumps(self._hello()))
            self._known = True
            self._connected.set()
            await self._listen(connection)
        finally:
            self._gone(connection)
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            answer = json.loads(message.data)
            self.acks[answer["envelope_id"]] = (time.time(), answer.get("payload"))
            waiting = connection.waiting.get(answer["envelope_id"])
            if waiting and not waiting.done():
                waiting.set_result(answer.get("payload"))

    def _gone(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        if not self.connections:
            self._connected.clear()
        for waiting in connection.waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError())

    def _hello(self) -> dict[str, Any]:
        host = {"host": "applink-standin", "build_number": 1, "approximate_connection_time": 18060}
        info = {"app_id": self.app}
        return {"type": "hello", "num_connections": len(self.connections), "debug_info": host, "connection_info": info}

    def _farewell(self, reason: str) -> dict[str, Any]:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-standin"}}

    async def connected(self, count: int = 1, within: float = 5.0) -> None:
        """Wait until the bot holds this many Socket Mode connections."""
        await self.until(lambda: len(self.connections) >= count, within)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to go: `warning` announces only, `refresh_requested` closes at once."""
        for connection in list(self.connections):
            await connection.socket.send_str(json.dumps(self._farewell(reason)))
            if reason != "warning":
                self._gone(connection)
                await connection.socket.close()

    def drop_connections(self) -> None:
        """Cut every Socket Mode connection without a word."""
        for connection in list(self.connections):
            self._gone(connection)
            if connection.socket._req and connection.socket._req.transport:
                connection.socket._req.transport.abort()

    async def hang_up(self) -> None:
        """End everything that is under way."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        for connection in list(self.connections):
            self._gone(connection)
            await connection.socket.close()
        if self._http:
            await self._http.close()


def encoded(kind: str, payload: dict[str, Any]) -> tuple[str, str]:
    """The body of an HTTP request and its content type, as Slack sends each kind."""
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}), form
    return json.dumps(payload), "application/json"


def decoded(text: str) -> Any:
    """An answer as JSON where it is JSON, as text otherwise."""
    try:
        return json.loads(text)
    except ValueError:
        return text
