"""What an OpenAI-compatible server may answer, right and wrong; the script of ``model_server.py``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

#: Answers one request; the path says which of the two APIs is spoken.
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Tokens:
    """What the server says that a call cost."""

    prompt: int = 1000
    cached: int = 800
    completion: int = 100


@dataclass(frozen=True)
class Says:
    """What the model says, in whichever API asks. ``finish``: stop, length or content_filter."""

    text: str | None = None
    refusal: str = ""
    finish: str = "stop"
    tokens: Tokens | None = field(default_factory=Tokens)
    tool_call: bool = False
    choices: bool = True
    status: int = 200

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        body = self.response() if request.path.endswith("/responses") else self.completion()
        return web.json_response(body, status=self.status)

    def completion(self) -> dict[str, Any]:
        """As /chat/completions answers."""
        message: dict[str, Any] = {"role": "assistant", "content": self.text, "refusal": self.refusal or None}
        if self.tool_call:
            call = {"name": "look_up", "arguments": "{}"}
            message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": call}]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if self.tool_call else self.finish}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_780_000_000,
            "model": "stand-in-2026",
            "choices": [choice] if self.choices else [],
            "usage": self.tokens and _chat_usage(self.tokens),
        }

    def response(self) -> dict[str, Any]:
        """As /responses answers."""
        cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(self.finish)
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 1_780_000_000,
            "model": "stand-in-2026",
            "status": "incomplete" if cut else "completed",
            "error": None,
            "incomplete_details": {"reason": cut} if cut else None,
            "output": self._output() if self.choices else [],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": self.tokens and _responses_usage(self.tokens),
        }

    def _output(self) -> list[dict[str, Any]]:
        if self.tool_call:
            return [{"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "look_up", "arguments": "{}"}]
        content = {"type": "output_text", "text": self.text, "annotations": []}
        if self.refusal:
            content = {"type": "refusal", "refusal": self.refusal}
        return [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [content]},
        ]


def _chat_usage(tokens: Tokens) -> dict[str, Any]:
    return {
        "prompt_tokens": tokens.prompt,
        "completion_tokens": tokens.completion,
        "total_tokens": tokens.prompt + tokens.completion,
        "prompt_tokens_details": {"cached_tokens": tokens.cached},
    }


def _responses_usage(tokens: Tokens) -> dict[str, Any]:
    return {
        "input_tokens": tokens.prompt,
        "input_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": 0},
        "output_tokens": tokens.completion,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": tokens.prompt + tokens.completion,
    }


# --- what a model says ---


def says(answer: Mapping[str, Any] | str) -> Says:
    """A plain answer: these fields as JSON, or this very text."""
    return Says(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))


def fenced(answer: Mapping[str, Any]) -> Says:
    return Says(f"```json\n{json.dumps(answer, indent=2)}\n```")


def in_prose(answer: Mapping[str, Any]) -> Says:
    return Says(f"Sure! Here is the {{draft}} you asked for:\n\n{json.dumps(answer)}\n\nDo you want another one?")


def thinking(answer: Mapping[str, Any]) -> Says:
    return Says(f'<think>They want {{"lang": …}}, so {{"reply": "no"}}.</think>\n{json.dumps(answer)}')


def half(answer: Mapping[str, Any]) -> Says:
    """JSON that stops in the middle, although the server says that the answer is whole."""
    text = json.dumps(answer)
    return Says(text[: len(text) // 2])


def refuses(words: str = "I cannot help with that.") -> Says:
    return Says(refusal=words)


def cut_by_length(text: str = '{"reply": "Dear cust') -> Says:
    return Says(text, finish="length")


def filtered() -> Says:
    return Says(None, finish="content_filter")


def tool_call_only() -> Says:
    return Says(tool_call=True)


def null_content() -> Says:
    return Says(None)


def empty_choices() -> Says:
    return Says(choices=False)


def without_usage(answer: Says) -> Says:
    return replace(answer, tokens=None)


# --- what a server says ---


def error(
    status: int, message: str, *, code: str | None = None, kind: str = "invalid_request_error", **headers: str
) -> Answer:
    """An error as OpenAI words it; header names take _ for -."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return _json(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def busy(retry_after: float | str | None = None) -> Answer:
    """429: too many requests, with or without a wait."""
    headers = {} if retry_after is None else {"Retry_After": str(retry_after)}
    return error(429, "Rate limit reached.", code="rate_limit_exceeded", kind="requests", **headers)


def spent_quota() -> Answer:
    return error(429, "You exceeded your current quota.", code="insufficient_quota", kind="insufficient_quota")


def wrong_key(key: str = "") -> Answer:
    """401; as OpenAI does, the message holds part of the key."""
    return error(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")


def forbidden() -> Answer:
    return error(403, "You have insufficient permissions for this operation.", kind="permission_denied")


def unknown_model() -> Answer:
    return error(404, "The model `nope` does not exist or you do not have access to it.", code="model_not_found")


def unknown_path() -> Answer:
    """404 for a route that the server does not have, in FastAPI's words (vLLM)."""
    return _json({"detail": "Not Found"}, 404)


def no_schema() -> Answer:
    return error(400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.")


def no_field(name: str) -> Answer:
    return error(400, f"Unrecognized request argument supplied: {name}", kind="invalid_request_error")


def too_long() -> Answer:
    return error(400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded")


def down(status: int = 503) -> Answer:
    """A server or its proxy fails: 500, 502, 503, 524."""
    return _text(f"<html><body><h1>{status}</h1></body></html>", "text/html", status)


def html() -> Answer:
    return _text("<!doctype html><html><body>Please log in</body></html>", "text/html")


def not_json() -> Answer:
    return _text('{"id": "chatcmpl-1", "choices": [', "application/json")


def error_with_200(message: str = "The upstream provider failed.", code: int | str = 502) -> Answer:
    """OpenRouter's way: the status says all is well, the body does not."""
    return _json({"error": {"message": message, "code": code}}, 200)


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return _text(json.dumps(body), "application/json", status, headers)


def _text(text: str, kind: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind, status=status, headers=headers)

    return answer


# --- what a line does ---


async def hangs(_: web.Request) -> web.StreamResponse:
    """Never answers; ends when the client goes."""
    await asyncio.Event().wait()
    raise AssertionError


async def cut_before(request: web.Request) -> web.StreamResponse:
    """The line goes dead before a byte of an answer."""
    assert request.transport
    request.transport.abort()
    return web.Response()


async def cut_within(request: web.Request) -> web.StreamResponse:
    """The line goes dead in the middle of the body."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b'{"id": "chatcmpl-1", "choices": [')
    await asyncio.sleep(0.02)
    assert request.transport
    request.transport.abort()
    return response


def drips(pause: float = 1.0, answer: Says | None = None) -> Answer:
    """A right answer, a byte every ``pause`` seconds: no single read ever times out."""
    whole = json.dumps((answer or says({})).completion()).encode()

    async def drip(request: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(whole))}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        for byte in whole:
            await response.write(bytes([byte]))
            await asyncio.sleep(pause)
        return response

    return drip


def huge(megabytes: int = 40, *, declared: bool = False) -> Answer:
    """An answer of that size, its length said beforehand or not."""

    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if declared:
            response.content_length = megabytes * 2**20
        await response.prepare(request)
        for _ in range(megabytes):
            await response.write(b" " * 2**20)
        return response

    return pour


def late(seconds: float, answer: Answer) -> Answer:
    """This answer, after a while."""

    async def wait(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await answer(request)

    return wait
