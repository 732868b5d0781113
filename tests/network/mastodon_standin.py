"""An instance on this machine that answers as servers of Mastodon's API do, at their least obliging, over real HTTP.

It ignores ``Idempotency-Key`` (as snac2, GoToSocial and Takahē do), drops idle connections, answers 429 without
Retry-After but with an ISO reset time (GoToSocial), and makes a post of its own of an answer to nothing (Takahē).

::

    with MastodonStandIn() as server:
        server.url                                   # "http://127.0.0.1:41234"
        acme, lea = server.account("acme", token="t0k3n"), server.account("lea", host="autre.example")
        said = server.write(lea, "@acme Toujours rien reçu !")
        server.faults.append(Fault.CUT_AFTER)        # the next call that posts
        server.below(said)                           # what the public reads
"""

from __future__ import annotations

import asyncio
import html
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Self

import regex
from aiohttp import web
from contract import Fault

LINK = re.compile(r"https?://[^\s<]+[^\s<.,;:!?)]")
MENTION = re.compile(r"(?<![\w/])@(\w+)(?:@([\w.-]+\w))?")


class Late(Enum):
    """More that may happen to a call that posts."""

    LATE = "the client gives up, then the server does it"
    VANISHED = "the customer deletes the post just before, and the connection is cut after"
    KILLED_BEFORE = "the client dies, nothing happens"
    KILLED_AFTER = "the server does it, then the client dies"


@dataclass
class Account:
    id: str
    username: str
    host: str = ""  # empty for the instance's own
    token: str = ""

    @property
    def acct(self) -> str:
        return f"{self.username}@{self.host}" if self.host else self.username


@dataclass
class Status:
    id: str
    by: Account
    text: str
    at: datetime
    answers: str | None = None
    visibility: str = "public"
    spoiler: str = ""
    language: str | None = "fr"
    edited: datetime | None = None
    remote: str = ""  # the link where it is another server's
    shut: bool = False  # the author lets nobody answer
    mentioned: list[Account] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    sent: dict[str, Any]


class MastodonStandIn:
    """``faults`` meet the calls that post, ``read_faults`` the others; one each, then all is well."""

    def __init__(self, *, domain: str = "social.example", limit: int = 500, slow: float = 1.0, **software: Any) -> None:
        """``slow``: seconds that a slow answer takes. ``software``: ``version``, ``orphans``, ``honours_keys`` …"""
        self.domain, self.limit, self.slow = domain, limit, slow
        self.version: str = software.get("version", "4.4.0")
        self.orphans: bool = software.get("orphans", True)  # an answer to nothing becomes a post of its own
        self.honours_keys: bool = software.get("honours_keys", False)
        self.v2: bool = software.get("v2", True)
        self.per_link: int = software.get("per_link", 23)
        self.newest_first: bool = software.get("newest_first", False)  # as snac, asked for what follows an id
        self.ignores_visibility = False
        self.also_finds: dict[str, Status] = {}  # what a search for a link comes up with
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.accounts: dict[str, Account] = {}
        self.statuses: dict[str, Status] = {}
        self.removed: dict[str, Status] = {}
        self.notices: list[tuple[str, Account, Status]] = []
        self.faults: deque[Fault | Late] = deque()
        self.read_faults: deque[Fault] = deque()
        self.calls: list[Call] = []
        self.keys: dict[str, str] = {}
        self.own_more: dict[str, Any] = {}  # what else verify_credentials tells
        self.elsewhere = ""  # where every call is sent on to
        self.refusal: tuple[int, Any] | None = None  # what posting is answered with
        self.strike: Callable[[], object] = lambda: None
        self.under_way = 0
        self._number = 114_000_000_000_000_000
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mastodon", daemon=True)
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

    def _do(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(10)

    async def _listen(self) -> None:
        app = web.Application(middlewares=[self._at_the_door])
        app.add_routes(
            [
                web.get("/api/v2/instance", self._instance),
                web.get("/api/v1/instance", self._instance),
                web.get("/api/v1/accounts/verify_credentials", self._me),
                web.get("/api/v1/accounts/{id}/statuses", self._own),
                web.post("/api/v1/statuses", self._post),
                web.get("/api/v1/statuses/{id}", self._status),
                web.delete("/api/v1/statuses/{id}", self._delete),
                web.get("/api/v1/statuses/{id}/context", self._context),
                web.get("/api/v2/search", self._search),
                web.get("/api/v1/notifications", self._notifications),
            ]
        )
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

    # What people do

    def account(self, username: str, *, host: str = "", token: str = "") -> Account:
        made = Account(self._next(), username, host, token)
        self.accounts[made.id] = made
        return made

    def write(self, by: Account, text: str, **more: Any) -> Status:
        """Somebody posts: ``answers``, ``visibility``, ``spoiler``, ``language``, ``remote``, ``shut``."""
        named = [a for name, host in MENTION.findall(text) for a in self.accounts.values() if _is(a, name, host, self)]
        said = Status(self._next(), by, text, self.now(), mentioned=named, **more)
        if by.host and not said.remote:
            said.remote = f"https://{by.host}/@{by.username}/{said.id}"
        self.statuses[said.id] = said
        self.notices += [(self._next(), who, said) for who in named if not who.host and who is not by]
        return said

    def edit(self, said: Status, text: str) -> None:
        said.text, said.edited = text, self.now()

    def remove(self, status_id: str) -> None:
        if said := self.statuses.pop(status_id, None):
            self.removed[status_id] = said

    def link(self, said: Status) -> str:
        return said.remote or f"{self.url}/@{said.by.username}/{said.id}"

    def below(self, said: Status) -> list[str]:
        """The brand's answers below a post, and all that it said in answer to nothing, oldest first."""
        ours = [s for s in self.statuses.values() if s.by.token and s.answers in (said.id, None)]
        return [s.text for s in ours]

    def _next(self) -> str:
        self._number += 1
        return str(self._number)

    # At the door

    @web.middleware
    async def _at_the_door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        sent = await request.json() if request.method == "POST" else dict(request.query)
        self.calls.append(Call(request.method, request.path, dict(request.headers), sent))
        self.under_way += 1
        try:
            if self.elsewhere:
                return web.Response(status=301, headers={"Location": self.elsewhere + request.path})
            if request.method == "GET" and self.read_faults:
                return await self._with(self.read_faults.popleft(), request, handler)
            return await handler(request)
        finally:
            self.under_way -= 1

    async def _with(self, fault: Fault | Late, request: web.Request, answer: Any) -> web.StreamResponse:
        """The call, and what happens to it on its way."""
        match fault:
            case Fault.BUSY:
                reset = (datetime.now(UTC) + timedelta(seconds=90)).isoformat().replace("+00:00", "Z")
                return _error(429, "Too many requests", headers={"X-RateLimit-Reset": reset})
            case Fault.CUT_BEFORE:
                return _cut(request)
            case Fault.FAIL_BEFORE:
                return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")
            case Late.LATE:
                await asyncio.sleep(self.slow)
                return await answer(request)
            case Late.VANISHED:
                self.remove((await request.json())["in_reply_to_id"])
                await answer(request)
                return _cut(request)
            case Late.KILLED_BEFORE:
                return await self._struck(request)
        done: web.StreamResponse = await answer(request)
        match fault:
            case Fault.CUT_AFTER:
                return _cut(request)
            case Fault.FAIL_AFTER:
                return _error(500, "Remote data could not be fetched")
            case Fault.SLOW:
                await asyncio.sleep(self.slow)
            case Fault.TWICE:
                await answer(request)
            case Late.KILLED_AFTER:
                return await self._struck(request)
        return done

    async def _struck(self, request: web.Request) -> web.Response:
        """The client's process ends here: ``strike`` is to see to that."""
        self.strike()
        await asyncio.sleep(self.slow)
        return _cut(request)

    def _who(self, request: web.Request) -> Account | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return next((a for a in self.accounts.values() if a.token and a.token == token), None)

    # The API

    async def _instance(self, request: web.Request) -> web.Response:
        if request.path.startswith("/api/v2") and not self.v2:
            return _error(404, "Record not found")
        rules = {"statuses": {"max_characters": self.limit, "characters_reserved_per_url": self.per_link}}
        name = "domain" if self.v2 else "uri"
        return web.json_response({name: self.domain, "version": self.version, "configuration": rules})

    async def _me(self, request: web.Request) -> web.Response:
        me = self._who(request)
        return (
            web.json_response(self._account(me) | self.own_more) if me else _error(401, "The access token is invalid")
        )

    async def _own(self, request: web.Request) -> web.Response:
        me = self._who(request)
        if me is None:
            return _error(401, "The access token is invalid")
        before = int(request.query.get("max_id", "9" * 30))
        ours = [s for s in self.statuses.values() if s.by.id == request.match_info["id"] and int(s.id) < before]
        ours = sorted(ours, key=lambda s: int(s.id), reverse=True)[: int(request.query.get("limit", "20"))]
        return web.json_response([self._told(s) for s in ours])

    async def _status(self, request: web.Request) -> web.Response:
        found = self._seen(request)
        return web.json_response(self._told(found)) if found else self._none(request)

    async def _context(self, request: web.Request) -> web.Response:
        found = self._seen(request)
        if found is None:
            return self._none(request)
        below = [found.id]
        for s in self.statuses.values():
            below += [s.id] if s.answers in below else []
        told = [self._told(self.statuses[each]) for each in below[1:]]
        return web.json_response({"ancestors": [], "descendants": told})

    async def _delete(self, request: web.Request) -> web.Response:
        me, found = self._who(request), self._seen(request)
        if found is None or found.by is not me:
            return self._none(request)
        self.remove(found.id)
        return web.json_response(self._told(found) | {"text": found.text})

    async def _search(self, request: web.Request) -> web.Response:
        if not self._who(request):
            return _error(401, "The access token is invalid")
        wanted = request.query["q"]
        found = [s for s in self.statuses.values() if wanted == self.link(s) or s is self.also_finds.get(wanted)]
        return web.json_response({"accounts": [], "hashtags": [], "statuses": [self._told(s) for s in found]})

    async def _notifications(self, request: web.Request) -> web.Response:
        me = self._who(request)
        if me is None:
            return _error(401, "The access token is invalid")
        low, high = int(request.query.get("min_id", "0")), int(request.query.get("max_id", "9" * 30))
        mine = [n for n in self.notices if n[1] is me and low < int(n[0]) < high and n[2].id in self.statuses]
        mine.sort(key=lambda n: int(n[0]), reverse=True)
        limit = int(request.query["limit"])
        mine = mine[-limit:] if "min_id" in request.query and not self.newest_first else mine[:limit]
        told = [
            {"id": i, "type": "mention", "account": self._account(s.by), "status": self._told(s)} for i, _, s in mine
        ]
        return web.json_response(told)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        if self._who(request) is None:
            return _error(401, "The access token is invalid")
        if self.refusal:
            status, body = self.refusal
            return web.json_response(body, status=status)
        return (
            await self._with(self.faults.popleft(), request, self._posted)
            if self.faults
            else await self._posted(request)
        )

    async def _posted(self, request: web.Request) -> web.Response:
        me, sent, key = self._who(request), await request.json(), request.headers["Idempotency-Key"]
        assert me
        if self.honours_keys and key in self.keys:
            return web.json_response(self._told(self.statuses[self.keys[key]]))
        parent = self.statuses.get(sent["in_reply_to_id"])
        if parent is None and not self.orphans:
            return _error(404, "The post you are trying to reply to does not appear to exist.")
        if parent and parent.shut:
            return _error(403, "Forbidden: you do not have permission to reply to this status")
        if self._length(sent["status"] + sent.get("spoiler_text", "")) > self.limit:
            return _error(422, f"Validation failed: Text character limit of {self.limit} exceeded")
        more = {"visibility": "public" if self.ignores_visibility else sent.get("visibility", "public")}
        more |= {"spoiler": sent.get("spoiler_text", ""), "language": sent.get("language")}
        said = self.write(me, sent["status"], answers=parent.id if parent else None, **more)
        self.keys[key] = said.id
        return web.json_response(self._told(said))

    def _length(self, text: str) -> int:
        text = LINK.sub("x" * self.per_link, text)
        return len(regex.findall(r"\X", MENTION.sub(r"@\1", text)))

    def _seen(self, request: web.Request) -> Status | None:
        found, me = self.statuses.get(request.match_info["id"]), self._who(request)
        if found is None or found.visibility in {"public", "unlisted"}:
            return found
        return found if me and (found.by is me or me in found.mentioned) else None

    def _none(self, request: web.Request) -> web.Response:
        return _error(404, "Record not found") if self._who(request) else _error(401, "The access token is invalid")

    def _account(self, account: Account) -> dict[str, Any]:
        told = {"id": account.id, "username": account.username, "acct": account.acct}
        return told | {"display_name": account.username.title(), "url": f"https://{account.host or self.domain}/@x"}

    def _told(self, said: Status) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": said.id,
            "created_at": _iso(said.at),
            "edited_at": _iso(said.edited) if said.edited else None,
            "in_reply_to_id": said.answers if said.answers in self.statuses else None,  # as Mastodon forgets a parent
            "visibility": said.visibility,
            "spoiler_text": said.spoiler,
            "sensitive": bool(said.spoiler),
            "language": said.language,
            "url": self.link(said),
            "uri": said.remote or f"https://{self.domain}/users/{said.by.username}/statuses/{said.id}",
            "content": html_of(said.text),
            "account": self._account(said.by),
            "mentions": [{"id": a.id, "acct": a.acct} for a in said.mentioned],
            "media_attachments": [],
            "reblog": None,
        }
        policy = {"always": ["author"] if said.shut else ["public", "me"], "with_approval": []}
        return told | {"interaction_policy": {"can_reply": policy}}


def html_of(text: str) -> str:
    """A post as Mastodon draws it: links shortened by invisible parts, names without their server."""

    def linked(found: re.Match[str]) -> str:
        head, address = found[0].split("://", 1)
        drawn = f'<span class="invisible">{head}://</span><span>{address[:30]}</span>'
        return f'<a href="{found[0]}" rel="nofollow">{drawn}<span class="invisible">{address[30:]}</span></a>'

    def named(found: re.Match[str]) -> str:
        name = f'<a href="https://x.example/@{found[1]}" class="u-url mention">@<span>{found[1]}</span></a>'
        return f'<span class="h-card">{name}</span>'

    escaped = html.escape(text, quote=False)
    parts = re.split(f"({LINK.pattern})", escaped)
    drawn = "".join(LINK.sub(linked, part) if LINK.fullmatch(part) else MENTION.sub(named, part) for part in parts)
    paragraphs = (f"<p>{each}</p>" for each in drawn.split("\n\n"))
    return "".join(paragraphs).replace("\n", "<br />")


def _is(account: Account, name: str, host: str, server: MastodonStandIn) -> bool:
    return account.username == name and account.host == ("" if host == server.domain else host)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(status: int, text: str, **more: Any) -> web.Response:
    return web.json_response({"error": text}, status=status, **more)


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
