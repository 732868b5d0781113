"""A Discord on this machine, for tests: REST, gateway, people who write and click, and faults on demand.

    async with Discord() as discord:
        lea = discord.add_user("Léa Martin")
        room = discord.add_channel("plaintes")
        with reached(discord):
            client.start(discord.bot_token) …
        await discord.post(lea, room, "Bonjour")

State is in discord_world and discord_things, its JSON in discord_shapes, events in discord_gateway and discord_rooms,
people in discord_people and discord_interactions, what the bot answers them in discord_answers, the routes of the REST
API in discord_messages, discord_webhooks, discord_commands and discord_routes.
"""

import asyncio
import inspect
import json
import math
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import discord_commands
import discord_messages
import discord_routes
import discord_webhooks
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route
from discord_answers import Interaction, Modal
from discord_interactions import Interactions
from discord_messages import MOST_FILE_BYTES, Nonces
from discord_refusals import Refused
from discord_rest import Call, find, matches
from discord_rooms import Delivery, NotSent
from discord_things import Channel, Guild, Message, Role, User, Webhook
from discord_words import seen
from yarl import URL

__all__ = ["ANSWER", "EDIT", "FOLLOW_UP", "Answer", "Call", "Channel", "Delivery", "Discord", "Guild", "Interaction"]
__all__ += ["REACT", "SEND", "Message", "Modal", "NotSent", "Refused", "Role", "User", "Webhook", "drop", "fail"]
__all__ += ["kill", "reached", "seen", "too_many", "wait"]

ALL_ROUTES = (discord_messages, discord_webhooks, discord_commands, discord_routes)

# patterns for faults and `called`
SEND = "POST /channels/*/messages"
EDIT = "PATCH /channels/*/messages/*"
REACT = "PUT /channels/*/messages/*/reactions/*/@me"
ANSWER = "POST /interactions/*/*/callback"
FOLLOW_UP = "POST /webhooks/*/*"


@dataclass
class Answer:
    """What to answer instead of Discord's own answer; without a status the connection is cut."""

    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Do = Callable[[Call], Awaitable[Answer | None] | Answer | None]


@dataclass
class Fault:
    """Something to do at the nth call that matches from now on."""

    when: str
    pattern: str
    n: int
    do: Do


@dataclass
class Limit:
    """At most `calls` in `seconds`, for each channel or webhook by itself."""

    calls: int
    seconds: float
    windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    def take(self, key: str, now: float) -> tuple[int, float]:
        """Take one call; how many are left (-1: none was) and the seconds until it begins anew."""
        began, used = self.windows.get(key, (now, 0))
        if now - began >= self.seconds:
            began, used = now, 0
        self.windows[key] = (began, min(used + 1, self.calls))
        return self.calls - used - 1, began + self.seconds - now


class Discord(Nonces, Interactions):
    """The stand-in; an async context manager that listens on 127.0.0.1.

    `api` is for `discord.http.Route.BASE`, `gateway` for `DiscordWebSocket.DEFAULT_GATEWAY`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._faults: list[Fault] = []
        self._limits: dict[str, Limit] = {}
        self._runner: web.AppRunner | None = None

    @property
    def api(self) -> str:
        return f"{self.base}/api/v10"

    async def __aenter__(self) -> "Discord":
        app = web.Application(client_max_size=4 * MOST_FILE_BYTES)
        app.router.add_get("/gateway", self.serve_socket)
        app.router.add_get("/gateway/", self.serve_socket)
        app.router.add_route("*", "/api/v10/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()
        if self._runner:
            await self._runner.cleanup()

    # --- faults ------------------------------------------------------------------------------------------------------

    def before(self, pattern: str, n: int, do: Do) -> None:
        """Do something right before the nth matching call from now (1 is the next) takes effect.

        A pattern is `POST /channels/*/messages` (see SEND, EDIT, …), `*` any call. What `do` returns: None to go on, an
        Answer to answer that instead (the call then has no effect).
        """
        self._faults.append(Fault("before", pattern, n, do))

    def after(self, pattern: str, n: int, do: Do) -> None:
        """Like `before`, right after the call took effect and before it is answered."""
        self._faults.append(Fault("after", pattern, n, do))

    def refuse_next(self, pattern: str, code: int, times: int = 1) -> None:
        """Refuse the next matching calls with this JSON error code (50013, 10008, …)."""
        refused = Refused(code)
        answer = Answer(refused.status, refused.body)
        for n in range(1, times + 1):
            self.before(pattern, n, lambda call: answer)

    def limit(self, pattern: str, calls: int = 5, seconds: float = 5.0) -> None:
        """From now on: HTTP 429 where a channel gets more calls than this. A library that reads the headers waits."""
        self._limits[pattern] = Limit(calls, seconds)

    def called(self, pattern: str) -> list[Call]:
        """All matching calls so far, oldest first."""
        return [call for call in self.calls if matches(pattern, call.name)]

    def _due(self, call: Call) -> list[Fault]:
        """What strikes at this call; every call counts, whatever became of it."""
        near = [fault for fault in self._faults if matches(fault.pattern, call.name)]
        for fault in near:
            fault.n -= 1
        due = [fault for fault in near if fault.n == 0]
        self._faults = [fault for fault in self._faults if fault not in due]
        return due

    async def _strike(self, due: list[Fault], when: str, call: Call) -> Answer | None:
        for fault in due:
            if fault.when == when:
                result = fault.do(call)
                if (answer := await result if inspect.isawaitable(result) else result) is not None:
                    return answer
        return None

    # --- the REST API ------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        call = await self._read(request)
        self.calls.append(call)
        due = self._due(call)
        answer = await self._strike(due, "before", call)
        if answer is None:
            own = self._answer(call)
            answer = await self._strike(due, "after", call) or own
        return self._reply(request, call, answer)

    async def _read(self, request: web.Request) -> Call:
        call = Call(request.method, f"/{request.match_info['path']}", {}, dict(request.query), self.now())
        call.token = request.headers.get("Authorization", "").removeprefix("Bot ")
        if request.content_type == "multipart/form-data":
            await self._read_files(request, call)
        elif request.can_read_body:
            call.args = parsed(await request.text())
        return call

    async def _read_files(self, request: web.Request, call: Call) -> None:
        """A form with files: what is said of them is completed by their name and size."""
        form = await request.post()
        call.args = parsed(str(form.get("payload_json") or "{}"))
        files = [value for value in form.values() if isinstance(value, web.FileField)]
        call.files = [one.filename for one in files]
        place = (call.args.get("data") or call.args.get("message") or call.args) if files else call.args
        told = place.get("attachments") or []
        kept = [one for one in told if str(one.get("filename", "")) not in call.files]
        place["attachments"] = kept + [{"filename": f.filename, "size": len(f.file.read())} for f in files]

    def _limited(self, call: Call) -> tuple[Answer | None, dict[str, str]]:
        """The headers that say how many calls are left; and a 429 where there are none."""
        limit = next((limit for pattern, limit in self._limits.items() if matches(pattern, call.name)), Limit(50, 1.0))
        left, seconds = limit.take("/".join(call.path.split("/")[:3]), call.at)
        headers = {
            "X-RateLimit-Limit": str(limit.calls),
            "X-RateLimit-Remaining": str(max(left, 0)),
            "X-RateLimit-Reset": f"{call.at + seconds:.3f}",
            "X-RateLimit-Reset-After": f"{seconds:.3f}",
            "X-RateLimit-Bucket": bucket_of(call),
            "Via": "1.1 google",
        }
        return (too_many(seconds, scope="user")(call) if left < 0 else None), headers

    def _answer(self, call: Call) -> Answer:
        limited, headers = self._limited(call)
        if limited:
            return Answer(limited.status, limited.body, headers | limited.headers)
        try:
            body = self._run(call)
        except Refused as refused:
            return Answer(refused.status, refused.body, headers)
        return Answer(204 if body is None else 200, body, headers)

    def _run(self, call: Call) -> Any:
        if call.args.get("_broken"):
            raise Refused(50109)
        found = find(call.method, call.path)
        if found is None:
            raise Refused(0, "404: Not Found", 404)
        route, args = found
        if route.auth and call.token != self.bot_token:
            raise Refused(0, "401: Unauthorized", 401)
        result = route.run(self, call, **args)
        call.status = 200
        return result

    def _reply(self, request: web.Request, call: Call, answer: Answer) -> web.StreamResponse:
        call.status, call.answer = answer.status or 0, answer.body
        if answer.status is None:
            if request.transport:
                request.transport.abort()
            return web.Response()
        if answer.body is None:
            return web.Response(status=answer.status, headers=answer.headers)
        # discord.py takes it for JSON only where the content type is exactly this, without a charset
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        kind = "text/html" if isinstance(answer.body, str) else "application/json"
        return web.Response(body=text.encode(), status=answer.status, content_type=kind, headers=answer.headers)


def parsed(text: str) -> dict[str, Any]:
    """A JSON body; a bare list (of commands) stands under `_list`."""
    try:
        body = json.loads(text or "{}")
    except ValueError:
        return {"_broken": True}
    return {"_list": body} if isinstance(body, list) else body


def bucket_of(call: Call) -> str:
    """The name of the rate limit that a call falls under."""
    return f"{call.method}:{'/'.join('*' if part.isdigit() else part for part in call.path.split('/')[:5])}"


@contextmanager
def reached(discord: Discord) -> Iterator[None]:
    """As long as this lasts, discord.py talks to this stand-in: its two base addresses are moved, nothing else."""
    old = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = discord.api, URL(discord.gateway)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = old


# --- what to do at a call --------------------------------------------------------------------------------------------


def drop() -> Do:
    """Cut the connection without an answer."""
    return lambda call: Answer()


def fail(status: int = 500, code: int = 0, words: str = "500: Internal Server Error") -> Do:
    """Answer with this status and error."""
    return lambda call: Answer(status, {"message": words, "code": code})


def too_many(seconds: float = 1.0, *, via: bool = True, scope: str = "user", everywhere: bool = False) -> Do:
    """HTTP 429. Without `via` it looks as if it came from Cloudflare: discord.py does not try again."""
    body = {"message": "You are being rate limited.", "retry_after": round(seconds, 3), "global": everywhere}
    headers = {"Retry-After": str(math.ceil(seconds)), "X-RateLimit-Scope": "global" if everywhere else scope}
    return lambda call: Answer(429, body, headers | ({"Via": "1.1 google"} if via else {}))


def wait(seconds: float) -> Do:
    """Take this long."""

    async def do(_: Call) -> None:
        await asyncio.sleep(seconds)

    return do


def kill(pid: int) -> Do:
    """End a process without warning, as kill -9 does."""

    def do(_: Call) -> None:
        os.kill(pid, signal.SIGKILL)

    return do
