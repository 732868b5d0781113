"""Reddit's API as reddit.com/dev/api and its wiki describe it, on this machine, over real HTTP.

::

    with RedditStandIn() as reddit:
        reddit.url                                       # "http://127.0.0.1:41234"
        said = reddit.write("lea", "Toujours rien reçu !", mentions="acme_care")
        reddit.faults.append(Fault.CUT_AFTER)            # the next comment
        reddit.below(said)                               # what the public reads

It knows no key that makes a second comment harmless; it errs inside a 200; its texts are Markdown.
"""

from __future__ import annotations

import asyncio
import base64
import html
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Self

from aiohttp import web
from contract import Fault
from markdown_it import MarkdownIt

CLIENT, SECRET, REFRESH, PASSWORD = "cl13nt", "s3cr3t-0f-app", "r3fr3sh-t0k3n", "p4ssw0rd"


class Late(Enum):
    """More that may happen to a call that posts."""

    LATE = "the client gives up, then the server does it"
    VANISHED = "the customer deletes the post just before, and the connection is cut after"
    KILLED_BEFORE = "the client dies, nothing happens"
    KILLED_AFTER = "the server does it, then the client dies"


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    sent: dict[str, str]


class StandIn:
    """A server in a thread of its own; ``faults`` meet the calls that post, ``read_faults`` those that read."""

    def __init__(self, slow: float = 1.0) -> None:
        self.slow = slow
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.faults: deque[Fault | Late] = deque()
        self.read_faults: deque[Fault] = deque()
        self.calls: list[Call] = []
        self.tokens: set[str] = set()
        self.revoked = False
        self.strike: Callable[[], object] = lambda: None
        self.under_way = 0
        self.refusal: tuple[int, Any] | None = None  # what the next calls are answered with
        self._port = 0
        self._number = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__, daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen; after ``stop`` again on the same port, with all that it held."""
        self._do(self._listen())

    def stop(self) -> None:
        """From now on connections are refused; open ones end."""
        self._do(self._close())

    def rest(self) -> None:
        """Wait until nothing is under way any more."""
        while self.under_way:
            time.sleep(0.005)

    def posts(self) -> list[Call]:
        return [call for call in self.calls if self.is_posting(call.method, call.path)]

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    def is_posting(self, method: str, path: str) -> bool:
        raise NotImplementedError

    def is_token(self, path: str) -> bool:
        raise NotImplementedError

    def vanish(self, sent: dict[str, str], path: str) -> None:
        raise NotImplementedError

    def refused(self, kind: str) -> web.Response:
        """The answer to 429, 500, or a token that is none."""
        raise NotImplementedError

    def next(self) -> int:
        self._number += 1
        return self._number

    def _do(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(10)

    async def _listen(self) -> None:
        app = web.Application(middlewares=[self._at_the_door])
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=0.05, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
        left = asyncio.all_tasks() - {asyncio.current_task()}  # a killed server finishes nothing
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    @web.middleware
    async def _at_the_door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        sent = dict(request.query) if request.method == "GET" else await _sent(request)
        self.calls.append(Call(request.method, request.path, dict(request.headers), sent))
        self.under_way += 1
        try:
            if self.is_token(request.path):
                return await handler(request)
            if self.is_posting(request.method, request.path):
                return await self._posting(request, handler, sent)
            if self.read_faults and request.method == "GET":
                return await self._with(self.read_faults.popleft(), request, handler, sent)
            return await self._allowed(request, handler)
        finally:
            self.under_way -= 1

    async def _posting(self, request: web.Request, handler: Any, sent: dict[str, str]) -> web.StreamResponse:
        if not self.faults:
            return await self._allowed(request, handler)
        return await self._with(self.faults.popleft(), request, handler, sent)

    async def _allowed(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens or self.revoked:
            return self.refused("token")
        if self.refusal:
            return web.json_response(self.refusal[1], status=self.refusal[0])
        told: web.StreamResponse = await handler(request)
        return told

    async def _with(self, fault: Fault | Late, request: web.Request, handler: Any, sent: Any) -> web.StreamResponse:
        match fault:
            case Fault.BUSY:
                return self.refused("busy")
            case Fault.CUT_BEFORE:
                return _cut(request)
            case Fault.FAIL_BEFORE:
                return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")
            case Late.LATE:
                await asyncio.sleep(self.slow)
                return await self._allowed(request, handler)
            case Late.VANISHED:
                self.vanish(sent, request.path)
                await self._allowed(request, handler)
                return _cut(request)
            case Late.KILLED_BEFORE:
                return await self._struck(request)
        done = await self._allowed(request, handler)
        match fault:
            case Fault.CUT_AFTER:
                return _cut(request)
            case Fault.FAIL_AFTER:
                return self.refused("broken")
            case Fault.SLOW:
                await asyncio.sleep(self.slow)
            case Fault.TWICE:
                await self._allowed(request, handler)
            case Late.KILLED_AFTER:
                return await self._struck(request)
        return done

    async def _struck(self, request: web.Request) -> web.Response:
        self.strike()
        await asyncio.sleep(self.slow)
        return _cut(request)


@dataclass
class Said:
    """A submission (t3) or a comment (t1)."""

    id: str
    kind: str
    by: str
    body: str
    at: datetime
    parent: str = ""  # the name of what it answers
    root: str = ""  # the submission's name
    title: str = ""
    edited: datetime | None = None
    locked: bool = False
    archived: bool = False
    removed: str = ""
    gone: bool = field(default=False)

    @property
    def name(self) -> str:
        return f"{self.kind}_{self.id}"

    @property
    def path(self) -> str:
        root = (self.root or self.name).removeprefix("t3_")
        return f"/r/acme/comments/{root}/une_plainte/" + (f"{self.id}/" if self.kind == "t1" else "")


class RedditStandIn(StandIn):
    """One community, one brand's account: ``brand``."""

    def __init__(self, *, brand: str = "acme_care", slow: float = 1.0) -> None:
        super().__init__(slow)
        self.brand = brand
        self.said: dict[str, Said] = {}
        self.inbox: list[tuple[str, Said]] = []
        self.errors: deque[tuple[list[str], dict[str, Any]]] = deque()  # what comments are refused with, inside a 200
        self.astray = False  # whether a comment lands elsewhere
        self.left: float | None = 99.0  # x-ratelimit-remaining
        self.suspended = False
        self.hides_threads = False
        self.login_says: tuple[int, Any] | None = None

    # What people do

    def write(self, by: str, body: str, *, under: Said | None = None, title: str = "", mentions: str = "") -> Said:
        """A comment under a submission, or with a title a submission."""
        kind = "t3" if title else "t1"
        parent = None if title else under or self.write("mod", "", title="Le fil des clients")
        root = (parent.root or parent.name) if parent else ""
        said = Said(f"k{self.next()}", kind, by, body, self.now(), parent.name if parent else "", root, title)
        self.said[said.name] = said
        if parent and parent.by == self.brand != by:
            self.inbox.append(("comment_reply", said))
        elif mentions == self.brand != by:
            self.inbox.append(("username_mention", said))
        return said

    def link(self, said: Said) -> str:
        return f"https://www.reddit.com{said.path}"

    def at(self, link: str) -> Said:
        return next(each for each in self.said.values() if self.link(each) == link)

    def below(self, said: Said) -> list[str]:
        """What the public reads of the brand below a thing, and elsewhere but in answer to others."""
        ours = [each for each in self.said.values() if each.by == self.brand and not each.gone]
        return [shown(each.body) for each in ours if each.parent in {said.name, "t3_astray"}]

    def vanish(self, sent: dict[str, str], path: str) -> None:
        self.said[sent["thing_id"]].gone = True

    # The API

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/access_token", self._access_token),
            web.get("/api/v1/me", self._me),
            web.get("/api/info", self._info),
            web.get("/comments/{id}", self._comments),
            web.get("/user/{name}/comments", self._own),
            web.get("/message/inbox", self._inbox),
            web.post("/api/comment", self._comment),
            web.post("/api/del", self._del),
        ]

    def is_posting(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/api/comment")

    def is_token(self, path: str) -> bool:
        return path == "/api/v1/access_token"

    def refused(self, kind: str) -> web.Response:
        match kind:
            case "busy":
                headers = {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "90", "x-ratelimit-used": "100"}
                return _error(429, "Too Many Requests", headers=headers)
            case "broken":
                return _error(500, "Internal Server Error")
        return _error(401, "Unauthorized")

    async def _access_token(self, request: web.Request) -> web.Response:
        if self.login_says:
            return web.json_response(self.login_says[1], status=self.login_says[0])
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != wanted or "(by /u/" not in request.headers["User-Agent"]:
            return _error(401, "Unauthorized")
        sent = await _sent(request)
        right = (
            sent["refresh_token"] == REFRESH
            if sent["grant_type"] == "refresh_token"
            else (sent["grant_type"], sent["username"], sent["password"]) == ("password", self.brand, PASSWORD)
        )
        if self.revoked or not right:
            return web.json_response({"error": "invalid_grant"}, status=200 if "password" in sent else 400)
        token = f"t0k3n-{self.next()}"
        self.tokens = {token}
        return web.json_response({"access_token": token, "token_type": "bearer", "expires_in": 86400, "scope": "*"})

    async def _me(self, request: web.Request) -> web.Response:
        return self._json(request, {"name": self.brand, "id": "b1", "is_suspended": self.suspended})

    async def _info(self, request: web.Request) -> web.Response:
        wanted = request.query["id"].split(",")
        found = [self.said[name] for name in wanted if name in self.said]
        return self._json(request, _listing([self._told(each) for each in found]))

    async def _comments(self, request: web.Request) -> web.Response:
        root = self.said.get(f"t3_{request.match_info['id']}")
        if root is None:
            return _error(404, "Not Found")
        if self.hides_threads:
            return web.json_response({"message": "Forbidden", "error": 403, "reason": "private"}, status=403)
        top = self.said.get(f"t1_{request.query.get('comment', '')}")
        shown = [self._tree(top)] if top else [self._tree(each) for each in self._under(root)]
        more = {"kind": "more", "data": {"count": 3, "id": "x", "children": ["x"]}}
        return self._json(request, [_listing([self._told(root)]), _listing([*shown, more])])

    async def _own(self, request: web.Request) -> web.Response:
        ours = [each for each in self.said.values() if each.by == request.match_info["name"] and each.kind == "t1"]
        return self._listed(request, [self._told(each) for each in reversed(ours) if not each.gone])

    async def _inbox(self, request: web.Request) -> web.Response:
        mine = [self._noticed(kind, each) for kind, each in reversed(self.inbox)]
        letter = {"name": "t4_x", "author": "reddit", "body": "Welcome!", "created_utc": 1.0, "was_comment": False}
        return self._listed(request, [*mine, {"kind": "t4", "data": letter}])

    async def _comment(self, request: web.Request) -> web.Response:
        sent = await _sent(request)
        if self.errors:
            error, more = self.errors.popleft()
            return self._json(request, {"json": {"errors": [error], **more}})
        parent = self.said.get(sent["thing_id"])
        problem = _problem(parent, self.said.get(parent.root) if parent else None, sent["text"])
        if problem or not parent:
            return self._json(request, {"json": {"errors": [[*problem, "parent"]]}})
        made = self.write(self.brand, sent["text"], under=parent)
        if self.astray:
            made.parent = "t3_astray"
        return self._json(request, {"json": {"errors": [], "data": {"things": [self._told(made)]}}})

    async def _del(self, request: web.Request) -> web.Response:
        said = self.said.get((await _sent(request))["id"])
        if said and said.by == self.brand:
            said.gone = True
        return self._json(request, {})

    def _under(self, said: Said) -> list[Said]:
        return [each for each in reversed(self.said.values()) if each.parent == said.name]

    def _tree(self, said: Said) -> dict[str, Any]:
        told = self._told(said)
        replies = [self._tree(each) for each in self._under(said)]
        told["data"]["replies"] = _listing(replies) if replies else ""
        return told

    def _told(self, said: Said) -> dict[str, Any]:
        data: dict[str, Any] = {
            "id": said.id,
            "name": said.name,
            "author": "[deleted]" if said.gone else said.by,
            "permalink": said.path,
            "created_utc": said.at.timestamp(),
            "edited": said.edited.timestamp() if said.edited else False,
            "locked": said.locked,
            "archived": said.archived,
        }
        text = said.removed or ("[deleted]" if said.gone else said.body)
        if said.kind == "t1":
            return {"kind": "t1", "data": data | {"body": text, "parent_id": said.parent, "link_id": said.root}}
        by = "deleted" if said.gone else None
        return {"kind": "t3", "data": data | {"selftext": text, "title": said.title, "removed_by_category": by}}

    def _noticed(self, kind: str, said: Said) -> dict[str, Any]:
        told = self._told(said)
        told["data"].pop("permalink")
        more = {"context": f"{said.path}?context=3", "type": kind, "was_comment": True, "new": True}
        return {"kind": "t1", "data": told["data"] | more}

    def _listed(self, request: web.Request, told: list[dict[str, Any]]) -> web.Response:
        names = [each["data"]["name"] for each in told]
        behind = request.query.get("after", "")
        start = names.index(behind) + 1 if behind in names else 0
        limit = int(request.query["limit"])
        page = told[start : start + limit]
        goes_on = page[-1]["data"]["name"] if len(told) > start + limit else None
        return self._json(request, _listing(page, goes_on))

    def _json(self, request: web.Request, body: Any) -> web.Response:
        raw = request.query.get("raw_json") == "1" or request.method == "POST"
        headers = {} if self.left is None else {"x-ratelimit-remaining": str(self.left), "x-ratelimit-reset": "120"}
        return web.json_response(body if raw else _as_html(body), headers=headers)


_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(body: str) -> str:
    """What Markdown shows, by a reader of its own."""
    told: list[str] = []
    for token in _MARKDOWN.parse(body):
        if token.type == "inline":
            told.append("".join(_piece(child) for child in token.children or ()))
        elif token.type in {"fence", "code_block", "hr", "heading_open", "bullet_list_open", "blockquote_open"}:
            told.append(f"<{token.type}>")
    return "\n\n".join(told)


def _piece(token: Any) -> str:
    if token.type in {"text", "text_special"}:
        return str(token.content)
    return {"hardbreak": "\n", "softbreak": " "}.get(token.type, f"<{token.type}>")


def _problem(parent: Said | None, root: Said | None, text: str) -> list[str]:
    if parent is None or parent.gone or parent.removed:
        return ["DELETED_COMMENT", "that comment has been deleted"]
    if parent.locked or (root and root.locked):
        return ["THREAD_LOCKED", "Comments are locked."]
    if parent.archived or (root and root.archived):
        return ["TOO_OLD", "that's a piece of history now; it's too late to reply to it"]
    return ["TOO_LONG", "this is too long (max: 10000)"] if len(text) > 10_000 else []


def _listing(children: list[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": children, "after": after, "before": None, "dist": len(children)}}


def _as_html(body: Any) -> Any:
    match body:
        case str():
            return html.escape(body, quote=False)
        case list():
            return [_as_html(each) for each in body]
        case dict():
            return {name: _as_html(each) for name, each in body.items()}
    return body


async def _sent(request: web.Request) -> dict[str, str]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {name: str(value) for name, value in (await request.post()).items()}


def _error(status: int, message: str, **more: Any) -> web.Response:
    return web.json_response({"message": message, "error": status}, status=status, **more)


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
