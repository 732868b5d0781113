"""A failed call of the openai client, told as one of our troubles."""

from __future__ import annotations

import email.utils
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx2
import openai

from bot.writer.trouble import ServerTrouble, Trouble

#: Codes only: the words of a mere rate limit name quotas and billing too (OpenAI's free tier, Gemini).
SPENT = re.compile(
    r"insufficient_quota|billing_hard_limit|billing_not_active|exceeded_current_quota_error"
    r"|insufficient[ _](credit|balance|funds)",
    re.IGNORECASE,
)
FILTER = re.compile(r"content_filter|content_policy|responsibleai|invalid_prompt|moderation", re.IGNORECASE)
LENGTHY = re.compile(
    r"context_length|context length|context window|prompt is too long|string_above_max_length", re.IGNORECASE
)
NO_MODEL = re.compile(
    r"model_not_found|DeploymentNotFound|model.{0,200}?(not found|does not exist)|valid model", re.IGNORECASE
)
#: Characters of a server's words that are looked at.
HEARD = 10_000


class Objection(Exception):
    """What a server says instead of an answer: the status and its own words, never shown to anybody.

    ``wait`` is what it asks for, in seconds.
    """

    def __init__(self, status: int, words: str, wait: float | None = None) -> None:
        super().__init__(status)
        self.status, self.words, self.wait = status, words[:HEARD], wait

    @classmethod
    def of(cls, response: httpx2.Response) -> Objection:
        """Read from an answer with an error status."""
        return cls(response.status_code, response.text, wait_of(response.headers))

    @property
    def of_model(self) -> bool:
        """Whether it says that it has no such model."""
        return bool(NO_MODEL.search(self.words))

    @property
    def final(self) -> bool:
        """Whether asking in another form would change nothing."""
        return any(reason.search(self.words) for reason in (SPENT, FILTER, LENGTHY, NO_MODEL))

    def trouble(self, model: str) -> ServerTrouble:
        """The trouble it stands for."""
        kind = self._kind()
        facts = {Trouble.MODEL: {"model": model}, Trouble.FORBIDDEN: {"model": model}}.get(kind)
        if kind in {Trouble.DOWN, Trouble.REJECTED}:
            facts = {"code": str(self.status)}
        return ServerTrouble(kind, wait=self.wait, **facts or {})

    def _kind(self) -> Trouble:
        by_words = self._kind_by_words()
        if by_words:
            return by_words
        match self.status:
            case 401:
                return Trouble.KEY
            case 402:
                return Trouble.QUOTA
            case 403:
                return Trouble.FORBIDDEN
            case 404 | 405:
                return Trouble.ADDRESS
            case 429:
                return Trouble.LIMITED
            case 408 | 409 | 425:  # too slow, or too early: as openai's own client tries again
                return Trouble.DOWN
            case 413:
                return Trouble.LENGTHY
        return Trouble.DOWN if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else Trouble.REJECTED

    def _kind_by_words(self) -> Trouble | None:
        if self.status in {400, 402, 403, 429} and SPENT.search(self.words):
            return Trouble.QUOTA
        if self.status in {400, 403, 422} and FILTER.search(self.words):
            return Trouble.FILTERED
        if self.status in {400, 422} and LENGTHY.search(self.words):
            return Trouble.LENGTHY
        if self.status in {400, 404} and self.of_model:
            return Trouble.MODEL
        return None


def objection_within(error: Any) -> Objection:
    """The objection that an answer with status 200 holds in its ``error``: a text, or message and code."""
    words = error if isinstance(error, str) else json.dumps(error)
    code = error.get("code") if isinstance(error, Mapping) else None
    if isinstance(code, int | str) and str(code).isdecimal():
        return Objection(int(code), words)
    if "endpoint" in words.lower():  # LM Studio, for a path that it does not have
        return Objection(404, words)
    for sign, status in (("rate_limit", 429), ("quota", 429), ("api_key", 401), ("server_error", 500)):
        if sign in words:
            return Objection(status, words)
    return Objection(400, words)


def line_trouble(error: openai.APIConnectionError) -> ServerTrouble:
    """What became of a call that brought no answer; the error's own words may hold the key."""
    cause = error.__cause__
    if isinstance(cause, httpx2.UnsupportedProtocol):
        return ServerTrouble(Trouble.ADDRESS)
    if isinstance(cause, httpx2.LocalProtocolError):  # a header that cannot be sent: only the key is ours
        return ServerTrouble(Trouble.KEY)
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
        return ServerTrouble(Trouble.UNREACHABLE)
    return ServerTrouble(Trouble.BROKEN)


def wait_of(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait: ``retry-after-ms``, or ``Retry-After`` as seconds or a date."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    told = headers.get("retry-after", "")
    seconds = _number(told)
    return seconds if seconds is not None else _until(told)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None


def _until(date: str) -> float | None:
    try:
        then = email.utils.parsedate_to_datetime(date)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
