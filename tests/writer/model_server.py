"""A model's server on this machine that answers as OpenAI-compatible servers do, right and wrong, over real HTTP.

::

    with ModelServerStandIn() as server:
        server.url                                 # "http://127.0.0.1:41234/v1", for OPENAI_BASE_URL
        server.answers(busy(), says({"lang": "fr"}))   # the next calls; what there is: model_answers.py
        server.reply = lambda messages: {…}        # afterwards: a model that reads its prompt
        server.calls[0].body["model"]
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web
from model_answers import Answer, error, no_schema, says, unknown_path, wrong_key

Messages = list[dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One request, as it came; ``time`` is time.monotonic()."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    time: float

    @property
    def messages(self) -> Messages:
        """What the model was told, as chat messages, in either API."""
        if "messages" in self.body:
            return list(self.body["messages"])
        told = self.body.get("input", [])
        told = [{"role": "user", "content": told}] if isinstance(told, str) else told
        fixed = self.body.get("instructions")
        return [*([{"role": "system", "content": fixed}] if fixed else []), *told]

    @property
    def strict(self) -> bool:
        """Whether a strict JSON schema was asked for."""
        asked = self.body.get("response_format") or self.body.get("text", {}).get("format", {})
        return asked.get("type") == "json_schema"


class ModelServerStandIn:
    """Answers from the script (``answers``) first, then by ``reply`` where set, then with ``default``."""

    def __init__(self, *, schema: bool = True, responses: bool = True, key: str = "", latency: float = 0.0) -> None:
        """``schema``: knows strict ones; ``responses``: has /responses; ``key``: the one it wants; ``latency`` in s."""
        self.schema, self.responses, self.key, self.latency = schema, responses, key, latency
        self.calls: list[Call] = []
        self.reply: Callable[[Messages], dict[str, Any]] | None = None
        self.default: Answer = error(500, "The script is at its end.")
        self.under_way = self.most_at_once = 0
        self._script: deque[Answer] = deque()
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model-server", daemon=True)
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
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def connections(self) -> int:
        """Lines open at this moment."""
        return len(self._runner.server.connections) if self._runner and self._runner.server else 0

    def answers(self, *answers: Answer) -> None:
        """What the next calls get, one each."""
        self._script.extend(answers)

    def start(self) -> None:
        """Listen; after ``stop`` again on the same port."""
        self._do(self._listen())

    def stop(self) -> None:
        """From now on connections are refused; open ones end."""
        self._do(self._close())

    def _do(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(10)

    async def _listen(self) -> None:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._answer)
        app.router.add_post("/v1/responses", self._answer)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "stand-in", "object": "model", "created": 0}]})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.path, dict(request.headers), await request.json(), time.monotonic())
        self.calls.append(call)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await asyncio.sleep(self.latency)
            return await self._choose(call)(request)
        finally:
            self.under_way -= 1

    def _choose(self, call: Call) -> Answer:
        if self.key and call.headers.get("Authorization") != f"Bearer {self.key}":
            return wrong_key()
        if call.path.endswith("/responses") and not self.responses:
            return unknown_path()
        if call.strict and not self.schema:
            return no_schema()
        if self._script:
            return self._script.popleft()
        return self._thought(call) if self.reply else self.default

    def _thought(self, call: Call) -> Answer:
        assert self.reply
        try:
            return says(json.dumps(self.reply(call.messages), ensure_ascii=False))
        except Exception as failure:  # noqa: BLE001  # shown to the test as the server's own failure
            return error(500, f"reply() failed: {failure!r}")
