"""The model's server: one question, one object, within a deadline; every trouble in words."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar
from urllib.parse import urlsplit

import httpx2
import openai
from openai import RequestOptions
from pydantic import BaseModel
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    wait_random_exponential,
)

from bot.desk.case import Usage
from bot.errors import SettingsError
from bot.voice.prompt import Prompt
from bot.writer.server_breaker import REST, Breaker
from bot.writer.server_failure import Objection, line_trouble
from bot.writer.server_knows import OPENAI, Api, Knowledge, Lessons, Request, Talk
from bot.writer.server_line import CappedClient
from bot.writer.server_reading import Bill, read_body
from bot.writer.server_schema import Unreadable, correction, read
from bot.writer.trouble import LASTING, ServerTrouble, Trouble, whole

__all__ = ["Access", "Api", "ModelServer"]

T = TypeVar("T", bound=BaseModel)
log = logging.getLogger(__name__)

ANSWERED = "answered"
TRIES = 5
#: Seconds between two tries, at least.
SHORTEST = 0.1
BACK_OFF = wait_random_exponential(multiplier=0.5, min=SHORTEST, max=8)
#: The share of the deadline that an ask may wait for a free place: one that starts late would only time out.
WAITING = 0.5
#: Characters of a bad answer that the model is shown again.
SHOWN = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the model is, and how long it may take. An empty ``base_url`` is OpenAI's; local servers need no key."""

    model: str
    key: str = field(default="", repr=False)
    base_url: str = ""
    api: Api = Api.AUTO
    deadline: float = 20.0  # seconds for all tries of one ask together
    at_once: int = 4  # asks under way per brand
    rest: float = REST  # seconds for which a dead server is left alone


class ModelServer:
    """Asks one model; an async context manager, or ``close`` it."""

    def __init__(self, access: Access) -> None:
        self.access = access
        address = _address(access)
        self._client = _client(access, address)
        self._options: RequestOptions = {} if access.key.strip() else {"headers": {"Authorization": openai.Omit()}}
        self._knows = Knowledge(address, access.model, access.api)
        self._breaker = Breaker(access.rest)
        self._places: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(access.at_once))
        self._lasting: ServerTrouble | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    @property
    def problem(self) -> str:
        """What is wrong with the server, in English; empty when nothing is known to be."""
        return str(self._breaker.problem or self._lasting or "")

    async def ask(
        self, prompt: Prompt, wanted: type[T], *, brand: str, deadline: float | None = None
    ) -> tuple[T, Usage]:
        """The model's answer as an object, and what it cost, all tries together.

        ``deadline`` is in seconds, waiting for a free place included; by default that of the access.

        Raises:
            ModelTrouble: there is no usable answer; the remark says why, ``usage`` what was spent in vain.
        """
        ask = _Ask(prompt, wanted, brand, deadline or self.access.deadline)
        try:
            answer = await self._answer_in_turn(ask)
        except ServerTrouble as trouble:
            self._note(ask, trouble)
            raise
        self._lasting = None
        _log(ask, ANSWERED, usage := ask.usage(self.access.model))
        return answer, usage

    def _note(self, ask: _Ask[Any], trouble: ServerTrouble) -> None:
        usage = ask.usage(self.access.model)
        trouble.usage = usage if usage.tokens_in or usage.tokens_out else None
        if trouble.kind in LASTING:
            self._lasting = trouble
        _log(ask, trouble.kind, usage)

    async def _answer_in_turn(self, ask: _Ask[T]) -> T:
        """Once the brand has a free place and the server is not left alone."""
        if trouble := self._breaker.trouble:
            raise trouble
        async with self._place(ask), self._breaker.guard():
            try:
                async with asyncio.timeout_at(ask.until):
                    return await self._answer(ask)
            except TimeoutError:
                raise ServerTrouble(Trouble.SLOW, seconds=whole(ask.deadline)) from None

    @asynccontextmanager
    async def _place(self, ask: _Ask[Any]) -> AsyncIterator[None]:
        places = self._places[ask.brand]
        waiting = ask.deadline * WAITING
        try:
            async with asyncio.timeout(waiting):
                await places.acquire()
        except TimeoutError:
            raise ServerTrouble(Trouble.QUEUE, seconds=whole(waiting)) from None
        try:
            yield
        finally:
            places.release()

    async def _answer(self, ask: _Ask[T]) -> T:
        """The first answer, or the one after a single correction."""
        talk = Talk(ask.prompt.fixed, ask.prompt.case)
        said = await self._say(ask, talk)
        try:
            return read(said, ask.wanted)
        except Unreadable as wrong:
            self._knows.told = True  # a server that minds schemas would not have sent it
            talk = Talk(talk.fixed, talk.case, said[:SHOWN], correction(wrong))
        said = await self._say(ask, talk)
        try:
            return read(said, ask.wanted)
        except Unreadable:
            raise ServerTrouble(Trouble.NONSENSE) from None

    async def _say(self, ask: _Ask[Any], talk: Talk) -> str:
        """What the model answers, trying again what a moment may cure."""
        tries = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, ServerTrouble) and error.curable),
            wait=_pause,
            stop=ask.over,
            reraise=True,
        )
        return await tries(self._try, ask, talk)

    async def _try(self, ask: _Ask[Any], talk: Talk, lessons: Lessons | None = None) -> str:
        """One call; once more in another form where the server does not know this one."""
        lessons = lessons or Lessons()
        request = self._knows.request(talk, ask.wanted, ask.brand)
        try:
            return await self._call(ask, request)
        except Objection as objection:
            if not self._knows.learn(request, objection, lessons):
                self._knows.forget(lessons)
                raise objection.trouble(self.access.model) from None
        return await self._try(ask, talk, lessons)

    async def _call(self, ask: _Ask[Any], request: Request) -> str:
        ask.bill.calls += 1
        try:
            response = await self._client.post(
                request.path, cast_to=httpx2.Response, body=request.body, options=self._options
            )
        except openai.APIConnectionError as error:
            raise line_trouble(error) from None
        except openai.APIStatusError as error:
            raise Objection.of(error.response) from None
        except UnicodeEncodeError:  # a key that is no ASCII cannot be sent
            raise ServerTrouble(Trouble.KEY) from None
        return read_body(response.content, ask.bill)


@dataclass(slots=True)
class _Ask(Generic[T]):
    """One question under way. Made within the event loop, from which on its time runs."""

    prompt: Prompt
    wanted: type[T]
    brand: str
    deadline: float
    bill: Bill = field(default_factory=Bill)
    started: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @property
    def until(self) -> float:
        """When it must have ended, in the loop's time."""
        return self.started + self.deadline

    def over(self, state: RetryCallState) -> bool:
        """Whether there is no further try: they were many, or the next would begin after the deadline."""
        return state.attempt_number >= TRIES or asyncio.get_running_loop().time() + state.upcoming_sleep >= self.until

    def usage(self, model: str) -> Usage:
        """What it has cost by now."""
        return self.bill.usage(model, asyncio.get_running_loop().time() - self.started)


def _pause(state: RetryCallState) -> float:
    """Seconds before the next try: what the server asks for, else longer each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, ServerTrouble) else None
    return BACK_OFF(state) if asked is None else max(asked, SHORTEST)


def _address(access: Access) -> str:
    """The base URL in use. Raises ``SettingsError`` where it is none."""
    address = access.base_url.strip() or OPENAI
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(reason="OPENAI_BASE_URL is no web address, such as http://127.0.0.1:11434/v1.")
    return address


def _client(access: Access, address: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        api_key=access.key.strip() or "none",  # the client insists on one
        base_url=address,
        max_retries=0,  # tenacity's work
        timeout=None,  # the deadline's
        http_client=CappedClient(),
    )


def _log(ask: _Ask[Any], outcome: str, usage: Usage) -> None:
    """One line per ask; never its texts."""
    facts = {"brand": ask.brand, "outcome": str(outcome), "seconds": usage.seconds, "calls": usage.calls}
    tokens = {"tokens_in": usage.tokens_in, "cached": usage.cached, "tokens_out": usage.tokens_out}
    log.log(logging.INFO if outcome == ANSWERED else logging.WARNING, "asked the model", extra=facts | tokens)
