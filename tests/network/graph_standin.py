"""Facebook and Instagram on this machine, answering as the Graph API's public reference says, over real HTTP.

It wants the token in the header, the right ``appsecret_proof`` and a version in every call, tells only the fields that
were asked for and refuses those that its nodes do not have, pages its lists (with the token in ``next``, as the real
one does), and makes ``@[id]`` a mention. Like the real one it knows no key that would make a second call harmless.

::

    with GraphStandIn() as graph:
        graph.url                                             # "http://127.0.0.1:41234"
        post = graph.page_post("Nos délais")                  # or graph.media("Nos délais")
        said = graph.comment(post, graph.lea, "Toujours rien reçu !")
        graph.faults.append(Fault.CUT_AFTER)                  # the next call that posts
        graph.below(said)                                     # what the public reads of the brand
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
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

TOKEN, SECRET, VERIFY = "EAAGs3cr3tPageT0kenOfAcme", "0123456789abcdef0123456789abcdef", "meatyhamhock"
PAGE, ACCOUNT = "101234567890", "17841405309211844"
WINDOW = 7 * 24 * 3600
MENTION = re.compile(r"@\[(\d+)\]")


class Late(Enum):
    """More that may happen to a call that posts."""

    LATE = "the client gives up, then the server does it"
    VANISHED = "the customer deletes the comment just before, and the connection is cut after"
    KILLED_BEFORE = "the client dies, nothing happens"
    KILLED_AFTER = "the server does it, then the client dies"


@dataclass
class Person:
    id: str
    name: str = ""
    username: str = ""


@dataclass
class Post:
    """A Page's post or an account's media; ``code`` is what links call it."""

    id: str
    by: Person
    text: str
    code: str
    on: str  # facebook or instagram
    at: datetime
    shut: bool = False


@dataclass
class Said:
    """A comment."""

    id: str
    by: Person
    text: str
    at: datetime
    post: Post
    parent: Said | None = None
    tags: list[dict[str, Any]] = field(default_factory=list)
    hidden: bool = False
    shut: bool = False
    answered: bool = False  # in private
    unreachable: bool = False  # its author gets no messages from us


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, str]
    sent: dict[str, Any]


class Refusal(Exception):
    def __init__(self, code: int, message: str, sub: int = 0, *, status: int = 400, **more: Any) -> None:
        super().__init__(message)
        self.status, self.headers = status, more.pop("headers", {})
        told = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code, "fbtrace_id": "AbC"}
        self.body = {"error": told | ({"error_subcode": sub} if sub else {}) | more}


NOT_THERE = (100, "Unsupported get request. Object does not exist, or cannot be loaded due to permissions", 33)


class GraphStandIn:
    """``faults`` meet the calls that post, others those that read and delete; one each, then all is well."""

    def __init__(self, *, slow: float = 1.0, page: int = 25) -> None:
        """``slow``: seconds that a slow answer takes. ``page``: the most entries of a list in one answer."""
        self.slow, self.page = slow, page
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.token, self.app_secret = TOKEN, SECRET
        self.acme = Person(PAGE, "Acme", "acme.shop")
        self.acme_ig = Person(ACCOUNT, "Acme", "acme_shop")
        self.lea = Person("7001", "Léa Moreau", "lea_m")
        self.max = Person("7002", "Max", "max.p")
        self.posts: dict[str, Post] = {}
        self.said: dict[str, Said] = {}
        self.mentions: dict[str, dict[str, Any]] = {}  # of the account, under others' media: by media and comment
        self.answers: list[dict[str, str]] = []  # to those
        self.talks: dict[str, list[dict[str, Any]]] = {}  # private messages, newest first, by person
        self.faults: deque[Fault | Late] = deque()
        self.read_faults: deque[Fault] = deque()
        self.delete_faults: deque[Fault] = deque()
        self.refusal: Refusal | None = None  # what the next posting calls are answered with
        self.reading: Refusal | None = None  # what all others are answered with
        self.strays = False  # a reply is posted as a comment of its own
        self.drops_names = False  # mentions are left out of what is posted
        self.hides_parents = False  # Instagram does not tell what a reply answers
        self.aliases: dict[str, Said] = {}  # what else answers to a number
        self.plain_names = False  # mentions become mere names
        self.calls: list[Call] = []
        self.strike: Callable[[], object] = lambda: None
        self.under_way = 0
        self._number = 122_100_000_000_000_000
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="graph", daemon=True)
        self._runner: web.AppRunner | None = None

    # On and off

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._do(self._end())
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
        app.add_routes([web.route("*", r"/v{version:\d+\.\d}/{path:.+}", self._called)])
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=0.05, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _end(self) -> None:
        """Whatever is still under way ends here."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    # What people do

    def page_post(self, text: str, code: str = "") -> Post:
        number = self._next()
        return self._kept(Post(f"{PAGE}_{number}", self.acme, text, code or number, "facebook", self.now()))

    def media(self, text: str, code: str = "") -> Post:
        number = self._next()
        return self._kept(Post(number, self.acme_ig, text, code or f"C{number[-8:]}_x", "instagram", self.now()))

    def _kept(self, post: Post) -> Post:
        self.posts[post.id] = post
        return post

    def comment(self, under: Post | Said, by: Person, text: str, **more: Any) -> Said:
        """Somebody comments on a post, or answers a comment."""
        post = under if isinstance(under, Post) else under.post
        parent = None if isinstance(under, Post) else under.parent or under
        number = self._next()
        on_facebook = post.on == "facebook"
        said_id = f"{post.id.rpartition('_')[2]}_{number}" if on_facebook else number
        text, tags = self._tagged(text) if on_facebook else (text, [])
        said = Said(said_id, by, text, self.now(), post, parent, tags, **more)
        self.said[said.id] = said
        return said

    def _tagged(self, text: str) -> tuple[str, list[dict[str, Any]]]:
        """``@[id]`` becomes the person's name, with a tag that says so."""
        tags: list[dict[str, Any]] = []
        while found := MENTION.search(text):
            who = next((p for p in (self.lea, self.max, self.acme) if p.id == found[1]), None)
            name = who.name if who and not self.drops_names else ""
            if name and not self.plain_names:
                tags.append(
                    {"id": found[1], "name": name, "type": "user", "offset": found.start(), "length": len(name)}
                )
            text = (text[: found.start()] + name + text[found.end() :]).lstrip()
        return text, tags

    def remove(self, said_id: str) -> None:
        """A comment is deleted, and with it what stands below it."""
        for each in [s for s in self.said.values() if said_id in {s.id, s.parent.id if s.parent else ""}]:
            del self.said[each.id]

    def link(self, said: Said) -> str:
        top = said.parent or said
        if said.post.on == "instagram":
            whole = f"https://www.instagram.com/p/{said.post.code}/c/{top.id}/"
            return f"{whole}r/{said.id}/" if said.parent else whole
        whole = f"https://www.facebook.com/acme.shop/posts/{said.post.code}?comment_id={top.id.rpartition('_')[2]}"
        return f"{whole}&reply_comment_id={said.id.rpartition('_')[2]}" if said.parent else whole

    def below(self, said: Said) -> list[str]:
        """What the brand says in the comment's thread, and under posts in answer to nobody, oldest first."""
        ours = [s for s in self.said.values() if s.by.id in {PAGE, ACCOUNT} and s.parent in (said.parent or said, None)]
        return [s.text for s in ours]

    def whispered(self, person: Person) -> list[str]:
        """What the brand has told somebody in private, oldest first."""
        return [m["message"] for m in reversed(self.talks.get(person.id, [])) if m["from"]["id"] != person.id]

    def _next(self) -> str:
        self._number += 1
        return str(self._number)

    # At the door

    @web.middleware
    async def _at_the_door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls.append(
            Call(request.method, request.path, dict(request.headers), dict(request.query), await _sent(request))
        )
        self.under_way += 1
        try:
            if request.method == "GET" and self.read_faults:
                return await self._with(self.read_faults.popleft(), request, handler)
            if request.method == "POST" and self.faults:
                return await self._with(self.faults.popleft(), request, handler)
            if request.method == "DELETE" and self.delete_faults:
                return await self._with(self.delete_faults.popleft(), request, handler)
            return await handler(request)
        finally:
            self.under_way -= 1

    async def _with(self, fault: Fault | Late, request: web.Request, answer: Any) -> web.StreamResponse:
        """The call, and what happens to it on its way."""
        match fault:
            case Fault.BUSY:
                use = [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}]
                limits = {"X-Business-Use-Case-Usage": json.dumps({PAGE: use})}
                return _refused(Refusal(80001, "There have been too many calls to this Page account", headers=limits))
            case Fault.CUT_BEFORE:
                return _cut(request)
            case Fault.FAIL_BEFORE:
                return web.Response(status=503, text="<html>Sorry, something went wrong.</html>")
            case Late.LATE:
                await asyncio.sleep(self.slow)
                return await answer(request)
            case Late.VANISHED:
                self.remove(request.match_info["path"].partition("/")[0])
                await answer(request)
                return _cut(request)
            case Late.KILLED_BEFORE:
                return await self._struck(request)
        done: web.StreamResponse = await answer(request)
        match fault:
            case Fault.CUT_AFTER:
                return _cut(request)
            case Fault.FAIL_AFTER:
                return _refused(Refusal(2, "Service temporarily unavailable", status=500, is_transient=True))
            case Fault.SLOW:
                await asyncio.sleep(self.slow)
            case Fault.TWICE:
                return await answer(request) if "messages" in request.path else (await answer(request), done)[1]
            case Late.KILLED_AFTER:
                return await self._struck(request)
        return done

    async def _struck(self, request: web.Request) -> web.Response:
        """The client's process ends here: ``strike`` is to see to that."""
        self.strike()
        await asyncio.sleep(self.slow)
        return _cut(request)

    # The API

    async def _called(self, request: web.Request) -> web.Response:
        try:
            self._require_access(request)
            node, _, edge = request.match_info["path"].partition("/")
            if request.method == "GET":
                return self._answered(self._got(node, edge, dict(request.query)))
            if self.refusal:
                raise self.refusal
            if request.method == "DELETE":
                return self._answered(self._deleted(node))
            return self._answered(self._posted(node, edge, await _sent(request)))
        except Refusal as refusal:
            return _refused(refusal)

    def _require_access(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise Refusal(190, f"Malformed access token {TOKEN}", 463, status=401)
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if request.query.get("appsecret_proof") != proof:
            raise Refusal(100, "Invalid appsecret_proof provided in the API argument")
        if self.reading and request.method == "GET":
            raise self.reading

    def _answered(self, told: Any) -> web.Response:
        usage = {"X-App-Usage": json.dumps({"call_count": 12, "total_time": 5, "total_cputime": 3})}
        return web.json_response(told, headers=usage)

    def _got(self, node: str, edge: str, query: dict[str, str]) -> Any:
        fields = _fields(query["fields"])
        if edge:
            return self._page_of([_only(fields, each) for each in self._edge(node, edge, fields, query)], query)
        if node == "me":
            return _only(fields, {"id": self.acme.id, "name": self.acme.name})
        if node == ACCOUNT:
            return self._account(fields)
        return _only(fields, self._told(self._there(node)))

    def _account(self, fields: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {"id": ACCOUNT, "username": self.acme_ig.username}
        for name in list(fields):
            if found := re.fullmatch(r"(mentioned_comment\.comment_id|mentioned_media\.media_id)\((\d+)\)", name):
                held = next((m for key, m in self.mentions.items() if found[2] in key.split("_")), None)
                if held is None:
                    raise Refusal(*NOT_THERE)
                return {found[1].partition(".")[0]: _only(fields[name], held), "id": ACCOUNT}
        return _only(fields, told)

    def _edge(self, node: str, edge: str, fields: dict[str, Any], query: dict[str, str]) -> list[dict[str, Any]]:
        match edge:
            case "comments" if node in self.posts:
                under = [s for s in self.said.values() if s.post.id == node]
                whole = self.posts[node].on == "facebook" and query.get("filter") == "stream"
                return [self._told(s, full=True) for s in under if whole or s.parent is None]
            case "comments" | "replies":
                top = self._there(node)
                assert (edge == "replies") == (top.post.on == "instagram")
                return [self._told(s) for s in self.said.values() if s.parent is top]
            case "feed" | "media":
                own = [p for p in self.posts.values() if p.by.id == node]
                return [self._post(p) for p in reversed(own)]
            case "conversations":
                assert query["platform"] in {"messenger", "instagram"}
                talk = self.talks.get(query["user_id"])
                return [{"messages": {"data": talk}, "id": "t_1"}] if talk else []
        raise Refusal(2500, f"Unknown path components: /{edge}")

    def _page_of(self, listed: list[Any], query: dict[str, str]) -> dict[str, Any]:
        start, size = int(query.get("after", "0")), min(int(query["limit"]), self.page)
        shown = listed[start : start + size]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + size)}}
        if start + size < len(listed):
            paging["next"] = f"{self.url}/v25.0/next?access_token={self.token}&after={start + size}"
        return {"data": shown, "paging": paging}

    def _there(self, said_id: str) -> Said:
        if said := self.said.get(said_id) or self.aliases.get(said_id):
            return said
        raise Refusal(*NOT_THERE)

    def _post(self, post: Post) -> dict[str, Any]:
        if post.on == "instagram":
            return {"id": post.id, "shortcode": post.code, "permalink": f"https://www.instagram.com/p/{post.code}/"}
        return {"id": post.id, "permalink_url": f"https://www.facebook.com/acme.shop/posts/{post.code}"}

    def _told(self, said: Said, *, full: bool = False) -> dict[str, Any]:
        told = self._told_of_instagram(said) if said.post.on == "instagram" else self._told_of_facebook(said)
        if full and said.post.on == "instagram":
            told["replies"] = {"data": [self._told(s) for s in self.said.values() if s.parent is said]}
        return told

    def _told_of_facebook(self, said: Said) -> dict[str, Any]:
        return {
            "id": said.id,
            "message": said.text,
            "from": {"id": said.by.id, "name": said.by.name},
            "created_time": said.at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "permalink_url": self.link(said),
            "can_comment": not said.shut,
            "can_reply_privately": not (said.answered or said.unreachable),
            "is_hidden": said.hidden,
            "message_tags": said.tags or None,
            "attachment": None,
            "parent": {"id": said.parent.id, "message": said.parent.text} if said.parent else None,
        }

    def _told_of_instagram(self, said: Said) -> dict[str, Any]:
        return {
            "id": said.id,
            "text": said.text,
            "timestamp": said.at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "username": said.by.username,
            "from": {"id": said.by.id, "username": said.by.username},
            "parent_id": said.parent.id if said.parent and not self.hides_parents else None,
            "hidden": said.hidden,
            "media": self._post(said.post) | {"is_comment_enabled": not said.post.shut},
        }

    def _posted(self, node: str, edge: str, sent: dict[str, Any]) -> dict[str, Any]:
        if edge == "messages":
            return self._whisper(sent)
        if edge == "mentions":
            key = f"{sent['media_id']}_{sent.get('comment_id', 'caption')}"
            if key not in self.mentions:
                raise Refusal(*NOT_THERE)
            self.answers.append(sent)
            return {"id": self._next()}
        said = self._there(node)
        assert (edge == "replies") == (said.post.on == "instagram")
        assert edge == "comments" or said.parent is None, "Instagram answers comments at the top only"
        if said.shut or said.post.shut or said.hidden:
            raise Refusal(10, "Application does not have permission for this action")
        if len(sent["message"]) > (8_000 if edge == "comments" else 2_200):
            raise Refusal(100, "Invalid parameter", error_user_msg="Your comment is too long.")
        by = self.acme if edge == "comments" else self.acme_ig
        made = self.comment(said.post if self.strays else said, by, sent["message"])
        return _only(_fields(sent["fields"]), self._told(made)) if "fields" in sent else {"id": made.id}

    def _whisper(self, sent: dict[str, Any]) -> dict[str, Any]:
        said = self._there(sent["recipient"]["comment_id"])
        if said.answered:
            raise Refusal(10900, "Activity already replied to")
        if said.unreachable:
            raise Refusal(10902, "This is not a Replyable activity")
        if (self.now() - said.at).total_seconds() > WINDOW:
            raise Refusal(10, "This message is sent outside of allowed window", 2018278)
        said.answered = True
        at = self.now().strftime("%Y-%m-%dT%H:%M:%S+0000")
        made = {"id": f"m_{self._next()}", "message": sent["message"]["text"], "from": {"id": PAGE}, "created_time": at}
        self.talks.setdefault(said.by.id, []).insert(0, made)
        return {"recipient_id": said.by.id, "message_id": made["id"]}

    def _deleted(self, node: str) -> dict[str, Any]:
        self._there(node)
        self.remove(node)
        return {"success": True}


async def _sent(request: web.Request) -> dict[str, Any]:
    if request.method != "POST":
        return {}
    return await request.json() if request.content_type == "application/json" else dict(await request.post())


def _fields(told: str) -> dict[str, Any]:
    """``a,b{c,d}`` as the names, each with those below it."""
    found: dict[str, Any] = {}
    depth, name = 0, ""
    for sign in f"{told},":
        depth += (sign == "{") - (sign == "}")
        if sign == "," and not depth:
            head, _, rest = name.partition("{")
            found[head] = _fields(rest.removesuffix("}")) if rest else {}
            name = ""
        else:
            name += sign
    return found


def _only(fields: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, and the id; what a node does not have is an error, what is empty is left out."""
    shown: dict[str, Any] = {}
    for whole, below in fields.items():
        name = whole.partition(".")[0]
        if name not in told:
            raise Refusal(100, f"Tried accessing nonexisting field ({name})")
        value = told[name]
        if value is None:
            continue
        if isinstance(value, dict) and "data" in value:
            value = {"data": [_only(below, each) for each in value["data"]]}
        elif isinstance(value, dict) and below:
            value = _only(below, value)
        shown[name] = value
    return shown | ({"id": told["id"]} if "id" in told else {})


def _refused(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport:  # else the client has gone already
        request.transport.abort()
    return web.Response()
