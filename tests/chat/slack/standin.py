"""A Slack on this machine, for tests: Web API, Socket Mode, signed events, people who click, and faults on demand.

    async with Slack() as slack:
        lea = slack.add_user("Léa Martin")
        room = slack.add_channel("plaintes", [lea])
        client = AsyncWebClient(slack.bot_token, base_url=slack.api)
        await slack.post(lea, room, "Bonjour")

State is in standin_world, deliveries in standin_post, people in standin_people, standin_forms and standin_clicks,
the methods of the Web API in standin_chat, standin_rooms and standin_views.
"""

import asyncio
import inspect
import json
import math
import os
import secrets
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import standin_chat
import standin_rooms
import standin_views
from aiohttp import web
from blockkit import Refused
from standin_api import METHODS, Call, MissingScope, demand
from standin_clicks import Clicks
from standin_fields import NotSent
from standin_post import Attempt, Delivery
from standin_world import Channel, Ephemeral, Message, User, Usergroup, View, Workspace

__all__ = ["Answer", "Attempt", "Call", "Channel", "Delivery", "Ephemeral", "Message", "NotSent", "Refused", "Slack"]
__all__ += ["User", "Usergroup", "View", "Workspace", "drop", "fail", "kill", "wait"]

ALL_METHODS = (standin_chat, standin_rooms, standin_views)
SCOPES = {
    *("channels:history", "channels:join", "channels:read", "chat:write", "chat:write.customize", "commands"),
    *("groups:history", "groups:read", "im:history", "im:read", "im:write", "reactions:read", "reactions:write"),
    *("app_mentions:read", "team:read", "usergroups:read", "users:read"),
}
HOOK_USES, HOOK_SECONDS = 5, 1800.0


@dataclass
class Answer:
    """What to answer instead of Slack's own answer; without a status the connection is cut."""

    status: int | None = None
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


Do = Callable[[Call], Awaitable[Answer | None] | Answer | None]


@dataclass
class Fault:
    """Something to do at the nth call of a method from now on."""

    when: str
    method: str
    n: int
    do: Do


@dataclass
class Limit:
    """A bucket per channel that holds `burst` calls and fills up again at `per_second`; it begins full, or empty."""

    per_second: float
    burst: float
    full: bool = True
    levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, channel: str, now: float) -> float:
        """Take one call; or the seconds until there is one."""
        level, at = self.levels.get(channel, (self.burst if self.full else 0.0, now))
        level = min(self.burst, level + (now - at) * self.per_second)
        if level < 1:
            self.levels[channel] = (level, now)
            return (1 - level) / self.per_second
        self.levels[channel] = (level - 1, now)
        return 0.0


class Slack(Clicks):
    """The stand-in; an async context manager that listens on 127.0.0.1.

    `api` is the base_url for slack_sdk; `url` is where events go by HTTP (empty: Socket Mode). `bad_tokens` maps a
    token to the error that it gets (`token_revoked`, `account_inactive`); `scopes` are those granted.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.scopes = set(SCOPES)
        self.bad_tokens: dict[str, str] = {}
        self._faults: list[Fault] = []
        self._limits: dict[str, Limit] = {}
        self._tickets: set[str] = set()
        self._runner: web.AppRunner | None = None

    @property
    def api(self) -> str:
        return f"{self.base}/api/"

    async def __aenter__(self) -> "Slack":
        app = web.Application(client_max_size=8_000_000)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_get("/link/", self._serve_link)
        app.router.add_post("/actions/{rest:.*}", self._serve_hook)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()
        if self._runner:
            await self._runner.cleanup()

    # --- faults ------------------------------------------------------------------------------------------------------

    def before(self, method: str, n: int, do: Do) -> None:
        """Do something right before the nth call from now (1 is the next; `*` any method) takes effect.

        What `do` returns: None to go on, an Answer to answer that instead (the call then has no effect).
        """
        self._faults.append(Fault("before", method, n, do))

    def after(self, method: str, n: int, do: Do) -> None:
        """Like `before`, right after the call took effect and before it is answered."""
        self._faults.append(Fault("after", method, n, do))

    def refuse_next(
        self, method: str, error: str, times: int = 1, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """Refuse the next calls of a method with this error."""
        answer = Answer(status, {"ok": False, "error": error}, headers or {})
        for n in range(1, times + 1):
            self.before(method, n, lambda call: answer)

    def limit(self, method: str, per_second: float = 1.0, burst: float = 1.0, *, full: bool = True) -> None:
        """From now on: HTTP 429 with Retry-After where a channel gets more calls than this; not `full`: at once."""
        self._limits[method] = Limit(per_second, burst, full)

    def called(self, method: str) -> list[Call]:
        """All calls of one method so far, oldest first."""
        return [call for call in self.calls if call.method == method]

    def _due(self, call: Call) -> list[Fault]:
        """What strikes at this call; every call counts, whatever became of it."""
        near = [fault for fault in self._faults if fault.method in (call.method, "*")]
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

    async def _faulty(self, call: Call, answer: Callable[[], Awaitable[Answer]]) -> Answer:
        """Answer a call, with what was asked to happen before and after it."""
        self.calls.append(call)
        due = self._due(call)
        if instead := await self._strike(due, "before", call):
            return instead
        own = await answer()
        return await self._strike(due, "after", call) or own

    # --- the Web API -------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.match_info["method"], await arguments(request), self.now())
        call.token = request.headers.get("Authorization", "").removeprefix("Bearer ") or call.args.get("token", "")
        return self._reply(request, call, await self._faulty(call, lambda: self._answer(call)))

    def _limited(self, call: Call) -> Answer | None:
        limit = self._limits.get(call.method)
        wait = limit.wait(str(call.args.get("channel")), call.at) if limit else 0.0
        if not wait:
            return None
        return Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(math.ceil(wait))})

    async def _answer(self, call: Call) -> Answer:
        if limited := self._limited(call):
            return limited
        try:
            return Answer(200, {"ok": True} | await self._run(call))
        except MissingScope as missing:
            provided = ",".join(sorted(self.scopes))
            refusal = {"ok": False, "error": "missing_scope", "needed": missing.detail, "provided": provided}
            return Answer(200, refusal)
        except Refused as refused:
            return Answer(200, explained(refused))

    async def _run(self, call: Call) -> dict[str, Any]:
        method = METHODS.get(call.method)
        if method is None:
            raise Refused("unknown_method", call.method)
        self._authorize(call)
        if method.scopes != ("connections:write",):
            demand(self, *method.scopes)
        call.load_nested()
        result = method.run(self, call)
        return await result if inspect.isawaitable(result) else result

    def _authorize(self, call: Call) -> None:
        """Find the workspace of the token; the app token opens connections and nothing else."""
        if not call.token:
            raise Refused("not_authed")
        if call.token in self.bad_tokens:
            raise Refused(self.bad_tokens[call.token])
        teams = {workspace.bot_token: workspace.id for workspace in self.workspaces.values()}
        if call.token not in {*teams, self.app_token}:
            raise Refused("invalid_auth")
        if (call.token == self.app_token) != (call.method == "apps.connections.open"):
            raise Refused("not_allowed_token_type")
        call.team = teams.get(call.token, self.team)

    def _reply(self, request: web.Request, call: Call, answer: Answer) -> web.StreamResponse:
        call.status, call.answer = answer.status or 0, answer.body
        if answer.status is None:
            if request.transport:
                request.transport.abort()
            return web.Response()
        headers = {"x-oauth-scopes": ",".join(sorted(self.scopes)), "x-slack-req-id": secrets.token_hex(8)}
        accepted = METHODS[call.method].scopes if call.method in METHODS else ()
        headers |= {"x-accepted-oauth-scopes": ",".join(accepted)} | answer.headers
        return web.json_response(answer.body, status=answer.status, headers=headers)

    # --- Socket Mode and response_url --------------------------------------------------------------------------------

    def ticket(self) -> str:
        """A ticket for one websocket connection."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    async def _serve_link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.remove(ticket)
        return await self.serve_socket(request)

    async def _serve_hook(self, request: web.Request) -> web.StreamResponse:
        call = Call("response_url", await arguments(request), self.now())
        answer = await self._faulty(call, lambda: self._hooked(f"{self.base}{request.path}", call))
        return self._reply(request, call, answer)

    async def _hooked(self, url: str, call: Call) -> Answer:
        hook = self.hooks.get(url)
        if hook is None or hook.uses >= HOOK_USES:
            return Answer(404, {"ok": False, "error": "used_url"})
        if call.at - hook.at > HOOK_SECONDS:
            return Answer(404, {"ok": False, "error": "expired_url"})
        hook.uses += 1
        try:
            call.load_nested()
            self.respond(hook, call.args)
        except Refused as refused:
            return Answer(400, explained(refused))
        return Answer(200, {"ok": True})


async def arguments(request: web.Request) -> dict[str, Any]:
    """What a call brings: in the query, in a form, as JSON."""
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            args |= json.loads(await request.text() or "{}")
        except ValueError:
            args["json"] = "invalid"
    elif request.content_type == "application/x-www-form-urlencoded":
        args |= dict(await request.post())
    return args


def explained(refused: Refused) -> dict[str, Any]:
    """A refusal with the details that Slack adds for the developer."""
    if not refused.detail:
        return {"ok": False, "error": refused.error}
    details = {"errors": [refused.detail]} if refused.error == "invalid_blocks" else {}
    messages = {"response_metadata": {"messages": [f"[ERROR] {refused.detail}"]}}
    return {"ok": False, "error": refused.error} | details | messages


# --- what to do at a call --------------------------------------------------------------------------------------------


def drop() -> Do:
    """Cut the connection without an answer."""
    return lambda call: Answer()


def fail(status: int = 500, error: str = "internal_error", headers: dict[str, str] | None = None) -> Do:
    """Answer with this status and error."""
    return lambda call: Answer(status, {"ok": False, "error": error}, headers or {})


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
