"""A stand-in for X's API v2, shaped by docs.x.com: it keeps posts, checks every call, and refuses what X refuses.

It verifies OAuth 1.0a signatures by its own reading of RFC 5849, replaces refresh tokens at each use, answers only
with the fields that were asked for, escapes texts and shortens links as X does. One account, @acme, and its public.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import html
import json
import re
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web
from contract import Fault

EPOCH = 1_288_834_974_657
PROBLEMS = "https://api.x.com/2/problems/"
TWEET_FIELDS = frozenset(
    {
        "article", "attachments", "author_id", "card_uri", "community_id", "context_annotations", "conversation_id",
        "created_at", "display_text_range", "edit_controls", "edit_history_tweet_ids", "entities", "geo", "id",
        "in_reply_to_user_id", "lang", "media_metadata", "non_public_metrics", "note_tweet", "organic_metrics",
        "paid_partnership", "possibly_sensitive", "promoted_metrics", "public_metrics", "referenced_tweets",
        "reply_settings", "scopes", "source", "suggested_source_links", "text", "withheld",
    }
)  # fmt: skip
EXPANSIONS = frozenset(
    {
        "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.poll_ids", "author_id",
        "edit_history_tweet_ids", "entities.mentions.username", "geo.place_id", "in_reply_to_user_id",
        "referenced_tweets.id", "referenced_tweets.id.author_id",
    }
)  # fmt: skip
LISTED = {"tweet.fields": TWEET_FIELDS, "expansions": EXPANSIONS, "user.fields": None, "media.fields": None}
TIMELINE = frozenset({"max_results", "since_id", "until_id", "pagination_token", "start_time", "end_time"})
URL = re.compile(r"https?://[^\s]+[\w/]")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Person:
    id: str
    username: str
    name: str
    protected: bool = False


@dataclass
class Stored:
    """One version of a post."""

    id: int
    author: Person
    text: str  # as it was written, without the name in front
    to: int = 0
    quotes: int = 0
    prefix: str = ""
    versions: list[int] = field(default_factory=list)
    reply_settings: str = "everyone"
    lang: str = "fr"
    picture: str = ""
    by_app: bool = False

    @property
    def urls(self) -> list[tuple[str, str]]:
        return [(f"https://t.co/{hashlib.md5(url.encode()).hexdigest()[:10]}", url) for url in URL.findall(self.text)]

    @property
    def shown(self) -> str:
        text = self.prefix + self.text
        for short, url in self.urls:
            text = text.replace(url, short)
        if self.picture:
            text += " https://t.co/pic0000001"
        return html.escape(text, quote=False)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class XServer:
    """``async with XServer() as server``: then ``server.base`` is its address."""

    def __init__(self) -> None:
        self.acme = Person("1001", "acme", "Acme")
        self.lea = Person("2002", "lea_m", "Léa Moreau")
        self.people = [self.acme, self.lea]
        self.posts: dict[int, Stored] = {}
        self.keys = ("app-key-1", "app-secret-2", "user-token-3", "user-secret-4")
        self.client = ("client-id-5", "client-secret-6")
        self.refresh = "refresh-token-7"
        self.access: set[str] = set()
        self.lives = 7200.0
        self.renewals = 0
        self.slow_renewal = 0.0
        self.renewal_breaks: Fault | None = None
        self.revoked = False
        self.enterprise = False
        self.strays = False  # replies become posts of their own
        self.keeps = False  # nothing is deleted
        self.lags = 0  # so many looks at the brand's posts do not show the newest one yet
        self.page_size = 100
        self.faults: deque[Fault] = deque()
        self.reads: deque[Fault | tuple[int, Any]] = deque()  # the same for calls that read
        self.refusals: deque[tuple[int, Any]] = deque()  # for calls that post or delete
        self.calls: list[Call] = []
        self.nonces: set[str] = set()
        self.wrong: list[str] = []  # calls that X would never see from a client that follows its documents
        self.port = 0
        self._last = 0
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> XServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        app = web.Application(middlewares=[self._door])
        app.add_routes(
            [
                web.post("/2/oauth2/token", self._token),
                web.get("/2/users/me", self._me),
                web.get("/2/tweets/{id}", self._lookup),
                web.post("/2/tweets", self._create),
                web.delete("/2/tweets/{id}", self._delete),
                web.get("/2/users/{id}/tweets", self._timeline),
                web.get("/2/users/{id}/mentions", self._timeline),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # What people do

    def write(self, author: Person, text: str, **more: Any) -> Stored:
        self._last = max(self._last + 1, (int(time.time() * 1000) - EPOCH) << 22)
        stored = Stored(self._last, author, text, **more)
        stored.versions = stored.versions or [stored.id]
        self.posts[stored.id] = stored
        return stored

    def answers(self, author: Person, to: int, text: str, **more: Any) -> Stored:
        parent = self.posts.get(to)
        prefix = f"@{parent.author.username} " if parent and parent.author is not author else ""
        return self.write(author, text, to=to, prefix=prefix, **more)

    def edit(self, ref: int, text: str) -> Stored:
        before = self.posts[ref]
        after = self.write(before.author, text, to=before.to, prefix=before.prefix, quotes=before.quotes)
        before.versions.append(after.id)
        after.versions = before.versions
        return after

    def remove(self, ref: int) -> None:
        for each in self.posts[ref].versions:
            self.posts.pop(each, None)

    def below(self, ref: int) -> list[Stored]:
        """The brand's answers to any version of this post, and what it has posted on its own."""
        versions = self.posts[ref].versions if ref in self.posts else [ref]
        own = (each for each in self.posts.values() if each.author is self.acme)
        return sorted((each for each in own if each.to in versions or not each.to), key=lambda each: each.id)

    @property
    def sent(self) -> list[Call]:
        """The calls that post."""
        return [call for call in self.calls if (call.method, call.path) == ("POST", "/2/tweets")]

    # The door

    @web.middleware
    async def _door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        posts = request.method == "POST" and request.path == "/2/tweets"
        fault: Any = None
        if posts and self.faults:
            fault = self.faults.popleft()
        elif request.method == "GET" and self.reads:
            fault = self.reads.popleft()
        if fault is Fault.CUT_BEFORE:
            return _cut(request)
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(Call(request.method, request.path, dict(request.query), headers, body))
        answer = await self._faulty(request, handler, fault)
        answer.headers.update(self._rates(out=answer.status == 429))
        return answer

    async def _faulty(self, request: web.Request, handler: Handler, fault: Any) -> web.StreamResponse:
        if isinstance(fault, tuple):
            return web.json_response(fault[1], status=fault[0])
        match fault:
            case Fault.BUSY:
                return problem(429, "about:blank", "Too Many Requests", "Too Many Requests")
            case Fault.FAIL_BEFORE:
                return problem(503, "about:blank", "Service Unavailable", "Service Unavailable")
            case Fault.SLOW:
                await asyncio.sleep(0.3)
            case Fault.TWICE:
                await self._answered(request, handler, again=True)
        answer = await self._answered(request, handler)
        if fault is Fault.CUT_AFTER:
            return _cut(request)
        return problem(500, "about:blank", "Internal Server Error", "") if fault is Fault.FAIL_AFTER else answer

    async def _answered(self, request: web.Request, handler: Handler, *, again: bool = False) -> web.StreamResponse:
        if request.path == "/2/oauth2/token":
            if self.renewal_breaks is Fault.FAIL_BEFORE:
                return problem(503, "about:blank", "Service Unavailable", "Service Unavailable")
            return _cut(request) if self.renewal_breaks else await handler(request)
        if refused := self._unauthorized(request, again=again):
            return refused
        if request.method != "GET" and self.refusals:
            status, body = self.refusals.popleft()
            return web.json_response(body, status=status)
        return self._malformed(request) or await handler(request)

    def _rates(self, *, out: bool) -> dict[str, str]:
        left = "0" if out else "847"
        reset = str(int(time.time()) + 60)
        return {"x-rate-limit-limit": "900", "x-rate-limit-remaining": left, "x-rate-limit-reset": reset}

    # Access

    def _unauthorized(self, request: web.Request, *, again: bool) -> web.Response | None:
        kind, _, rest = request.headers.get("Authorization", "").partition(" ")
        if self.revoked:
            why = "revoked"
        elif kind == "OAuth":
            why = self._signature(request, rest, again=again)
        elif kind == "Bearer":
            why = "" if rest in self.access else "unknown access token"
        else:
            why = "no access"
        if not why:
            return None
        if why not in {"revoked", "unknown access token"}:
            self.wrong.append(why)
        return problem(401, "about:blank", "Unauthorized", "Unauthorized")

    def _signature(self, request: web.Request, header: str, *, again: bool) -> str:
        told = {
            name: unquote(value.strip('"'))
            for name, value in (part.strip().split("=", 1) for part in header.split(","))
        }
        signature = told.pop("oauth_signature", "")
        api_key, api_secret, token, token_secret = self.keys
        wanted = {
            "oauth_consumer_key": api_key,
            "oauth_token": token,
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_version": "1.0",
        }
        if any(told.get(name) != value for name, value in wanted.items()):
            return f"OAuth parameters: {sorted(told)}"
        if abs(int(told["oauth_timestamp"]) - time.time()) > 300:
            return "timestamp"
        if told["oauth_nonce"] in self.nonces and not again:
            return "nonce used twice"
        if not again:
            self.nonces.add(told["oauth_nonce"])
        pairs = [*told.items(), *parse_qsl(request.url.raw_query_string, keep_blank_values=True)]
        parameters = "&".join(f"{name}={value}" for name, value in sorted((_enc(n), _enc(v)) for n, v in pairs))
        base = "&".join(map(_enc, (request.method, f"http://{request.host}{request.path}", parameters)))
        key = f"{_enc(api_secret)}&{_enc(token_secret)}"
        digest = base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()
        return "" if hmac.compare_digest(digest, signature) else "signature"

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = dict(parse_qsl((await request.read()).decode()))
        basic = "Basic " + base64.b64encode(":".join(self.client).encode()).decode()
        if request.content_type != "application/x-www-form-urlencoded":
            self.wrong.append(f"token: {request.content_type}")
        confidential = request.headers.get("Authorization") == basic
        if not confidential and (self.client[1] or form.get("client_id") != self.client[0]):
            return web.json_response({"error": "unauthorized_client"}, status=401)
        if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh or self.revoked:
            said = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
            return web.json_response(said, status=400)
        self.refresh, access = f"refresh-{secrets.token_hex(8)}", f"access-{secrets.token_hex(8)}"
        self.access = {access}
        self.renewals += 1
        answer = {
            "token_type": "bearer",
            "expires_in": self.lives,
            "access_token": access,
            "scope": "tweet.read tweet.write users.read offline.access",
            "refresh_token": self.refresh,
        }
        await asyncio.sleep(self.slow_renewal)
        return web.json_response(answer)

    # The API

    async def _me(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"data": _user(self.acme)})

    async def _lookup(self, request: web.Request) -> web.StreamResponse:
        ref = request.match_info["id"]
        stored = self.posts.get(int(ref))
        if stored and not stored.author.protected:
            return web.json_response({"data": self._shaped(stored, request), **self._included([stored], request)})
        if stored:
            kind, title = "not-authorized-for-resource", "Authorization Error"
            detail = f"Sorry, you are not authorized to see the Tweet with id: [{ref}]."
        else:
            kind, title, detail = "resource-not-found", "Not Found Error", f"Could not find tweet with id: [{ref}]."
        told = {"value": ref, "resource_id": ref, "parameter": "id", "resource_type": "tweet"}
        return web.json_response({"errors": [{**told, "title": title, "detail": detail, "type": PROBLEMS + kind}]})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        text, to = body["text"], int(body.get("reply", {}).get("in_reply_to_tweet_id", 0))
        if request.content_type != "application/json" or set(body) - {"text", "reply"}:
            self.wrong.append(f"create: {request.content_type} {sorted(body)}")
        parent = self.posts.get(to)
        if to and parent is None:
            return problem(400, "invalid-request", "Invalid Request", DELETED)
        if parent and not self.enterprise and not self._summoned(parent):
            return problem(403, "about:blank", "Forbidden", NOT_MENTIONED)
        prefix = f"@{parent.author.username} " if parent else ""
        recent = [each for each in self.posts.values() if each.author is self.acme]
        if any((each.prefix, each.text) == (prefix, text) for each in recent):
            return problem(403, "about:blank", "Forbidden", DUPLICATE)
        stored = Stored(0, self.acme, text)
        if _weight(stored.shown) > 280:
            return problem(400, "invalid-request", "Invalid Request", "Your Post text is too long.")
        made = self.write(self.acme, text, to=0 if self.strays else to, prefix=prefix, by_app=True)
        data = {"id": str(made.id), "text": made.shown, "edit_history_tweet_ids": [str(made.id)]}
        return web.json_response({"data": data}, status=201)

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        ref = int(request.match_info["id"])
        if ref in self.posts and self.posts[ref].author is not self.acme:
            return problem(403, "about:blank", "Forbidden", "You are not allowed to delete this Tweet.")
        if self.keeps:
            return web.json_response({"data": {"deleted": False}})
        self.posts.pop(ref, None)
        return web.json_response({"data": {"deleted": True}})

    async def _timeline(self, request: web.Request) -> web.StreamResponse:
        mentions = request.path.endswith("/mentions")
        if request.match_info["id"] != self.acme.id:
            return problem(400, "invalid-request", "Invalid Request", "not ours")
        last = [each for each in self.posts.values() if each.id == each.versions[-1]]
        about = [each for each in last if (self._named(each) if mentions else each.author is self.acme)]
        if not mentions and self.lags:
            self.lags -= 1
            about = sorted(about, key=lambda each: each.id)[:-1]
        since = int(request.query.get("since_id", 0))
        found = sorted((each for each in about if each.id > since), key=lambda each: -each.id)
        start = int(request.query.get("pagination_token", "t0")[1:])
        size = min(self.page_size, int(request.query.get("max_results", 10)))
        page = found[start : start + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": str(page[0].id), "oldest_id": str(page[-1].id)}
        if found[start + size :]:
            meta["next_token"] = f"t{start + size}"
        data = {"data": [self._shaped(each, request) for each in page]} if page else {}
        return web.json_response({**data, **self._included(page, request), "meta": meta})

    # Shapes

    def _malformed(self, request: web.Request) -> web.Response | None:
        for name, value in request.query.items():
            known = LISTED.get(name)
            if known is not None and set(value.split(",")) <= known:
                continue
            if name in LISTED and known is None:
                continue
            if "/users/" in request.path and (name in TIMELINE or (name, value) == ("exclude", "retweets")):
                continue
            self.wrong.append(f"{request.path}?{name}={value}")
            return problem(400, "invalid-request", "Invalid Request", f"The query parameter [{name}] is wrong.")
        return None

    def _named(self, stored: Stored) -> bool:
        return f"@{self.acme.username}" in (stored.prefix + stored.text).casefold()

    def _summoned(self, stored: Stored) -> bool:
        quoted = self.posts.get(stored.quotes)
        return self._named(stored) or bool(quoted and quoted.author is self.acme) or stored.author is self.acme

    def _shaped(self, stored: Stored, request: web.Request) -> dict[str, Any]:
        told = {
            "id": str(stored.id),
            "text": stored.shown,
            "edit_history_tweet_ids": [str(each) for each in stored.versions],
        }
        names = [name.casefold() for name in re.findall(r"@(\w+)", stored.prefix + stored.text)]
        known = {person.username.casefold(): person for person in self.people}
        mentions = [{"username": known[n].username, "id": known[n].id} for n in names if n in known]
        urls = [{"url": short, "expanded_url": url, "display_url": url[8:30]} for short, url in stored.urls]
        if stored.picture:
            own = f"https://x.com/{stored.author.username}/status/{stored.id}/photo/1"
            urls.append({"url": "https://t.co/pic0000001", "expanded_url": own, "media_key": "3_1"})
        entities = {name: each for name, each in (("mentions", mentions), ("urls", urls)) if each}
        references = [{"type": "replied_to", "id": str(stored.to)}] if stored.to else []
        references += [{"type": "quoted", "id": str(stored.quotes)}] if stored.quotes else []
        parent = self.posts.get(stored.to)
        more = {
            "author_id": stored.author.id,
            "conversation_id": str(stored.to or stored.versions[0]),
            "created_at": moment(stored.id).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "entities": entities,
            "in_reply_to_user_id": parent.author.id if parent else "",
            "lang": stored.lang,
            "referenced_tweets": references,
            "reply_settings": stored.reply_settings,
            "attachments": {"media_keys": ["3_1"]} if stored.picture else {},
        }
        asked = {*request.query.get("tweet.fields", "").split(","), *_implied(request)}
        return told | {name: value for name, value in more.items() if name in asked and value}

    def _included(self, shown: list[Stored], request: web.Request) -> dict[str, Any]:
        expands = request.query.get("expansions", "").split(",")
        included: dict[str, Any] = {}
        if "author_id" in expands and shown:
            included["users"] = [_user(p) for p in self.people if any(each.author is p for each in shown)]
        if "referenced_tweets.id" in expands:
            refs = {ref for each in shown for ref in (each.to, each.quotes) if ref in self.posts}
            tweets = [self._shaped(self.posts[ref], request) for ref in sorted(refs)]
            included |= {"tweets": tweets} if tweets else {}
        if "attachments.media_keys" in expands and (media := [each.picture for each in shown if each.picture]):
            included["media"] = [{"media_key": "3_1", "type": "photo", "url": url} for url in media]
        return {"includes": included} if included else {}


DELETED = "You attempted to reply to a Tweet that is deleted or not visible to you."
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_MENTIONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to."
)


def problem(status: int, kind: str, title: str, detail: str) -> web.Response:
    return web.json_response(said(status, kind, title, detail), status=status)


def said(status: int, kind: str, title: str, detail: str, **more: Any) -> dict[str, Any]:
    """A refusal's body."""
    where = kind if kind == "about:blank" else PROBLEMS + kind
    return {"title": title, "detail": detail, "type": where, "status": status, **more}


def moment(ref: int) -> datetime:
    return datetime.fromtimestamp(((ref >> 22) + EPOCH) / 1000, UTC)


def _cut(request: web.Request) -> web.Response:
    with suppress(AttributeError):
        request.transport.abort()  # type: ignore[union-attr]
    return web.Response()


def _implied(request: web.Request) -> list[str]:
    """An expansion shows the field that it expands."""
    fields = {
        "author_id": "author_id",
        "referenced_tweets.id": "referenced_tweets",
        "attachments.media_keys": "attachments",
    }
    return [fields[name] for name in request.query.get("expansions", "").split(",") if name in fields]


def _user(person: Person) -> dict[str, str]:
    return {"id": person.id, "name": person.name, "username": person.username}


def _enc(text: str) -> str:
    return quote(text, safe="~")


def _weight(shown: str) -> int:
    light = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
    text = re.sub(r"https://t\.co/\w+", "x" * 23, html.unescape(shown))
    return sum(1 if any(low <= ord(char) <= high for low, high in light) else 2 for char in text)
