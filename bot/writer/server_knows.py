"""What one server was found to know, and the requests made from it.

Compatible servers differ in which API, which schema and which fields they take. We ask for the best, and what is
objected to is left away from then on: only the first calls pay for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.writer.server_failure import Objection
from bot.writer.server_schema import instruction, strict_schema

OPENAI = "https://api.openai.com/v1"
#: Tokens of one answer. A draft takes some hundred; models that reason count their thoughts too.
LONGEST_ANSWER = 8192
NO_SUCH_PATH = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
NOT_SO = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_IMPLEMENTED}


class Api(StrEnum):
    """How a server is spoken to; ``auto``: as far as it is known to understand."""

    CHAT = "chat"
    RESPONSES = "responses"
    AUTO = "auto"

    @property
    def other(self) -> Api:
        """Chat for responses, and the reverse."""
        return Api.CHAT if self is Api.RESPONSES else Api.RESPONSES


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said to the model: the brand's part, the case, and after a bad answer that one and what was wrong."""

    fixed: str
    case: str
    answer: str = ""
    correction: str = ""

    @property
    def turns(self) -> list[dict[str, str]]:
        """All but the brand's part, as both APIs take it. A server may refuse an empty answer of its own."""
        said = [("user", self.case), ("assistant", self.answer), ("user", self.correction)]
        return [{"role": role, "content": _sound(text)} for role, text in said if text.strip()]


@dataclass(frozen=True, slots=True)
class Request:
    """One call: which API, and its body."""

    api: Api
    body: dict[str, Any]

    @property
    def path(self) -> str:
        """Below the base URL."""
        return "/responses" if self.api is Api.RESPONSES else "/chat/completions"


@dataclass(slots=True)
class Lessons:
    """What one call has taught so far: the APIs that it used, the fields that were objected to."""

    apis: set[Api] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


class Knowledge:
    """Of one server and model; begins with the best that could be."""

    def __init__(self, base_url: str, model: str, api: Api) -> None:
        self.model = model
        self.openai = is_openai(base_url)
        self.fixed_api = api is not Api.AUTO
        self.api = api if self.fixed_api else (Api.RESPONSES if self.openai else Api.CHAT)
        self.told = False  # whether the wanted object is described in words as well
        self.refused: set[str] = set()  # fields that the server does not take

    def request(self, talk: Talk, wanted: type[BaseModel], brand: str) -> Request:
        """The call that this server is believed to understand."""
        responses = self.api is Api.RESPONSES
        fields = self._responses_fields(wanted) if responses else self._chat_fields(wanted)
        extra = {name: value for name, value in fields if name not in self.refused}
        if self.openai and "prompt_cache_key" not in self.refused:
            extra["prompt_cache_key"] = brand
        schema = "text" if responses else "response_format"
        fixed = _sound(talk.fixed)
        fixed = fixed if schema in extra and not self.told else f"{fixed}\n\n{instruction(wanted)}"
        if responses:
            return Request(self.api, {"model": self.model, "instructions": fixed, "input": talk.turns, **extra})
        messages = [{"role": "system", "content": fixed}, *talk.turns]
        return Request(self.api, {"model": self.model, "messages": messages, **extra})

    def _chat_fields(self, wanted: type[BaseModel]) -> Iterator[tuple[str, Any]]:
        schema = {"name": wanted.__name__, "strict": True, "schema": strict_schema(wanted)}
        yield "response_format", {"type": "json_schema", "json_schema": schema}
        # OpenAI's newer models refuse max_tokens, many other servers know nothing else
        if self.openai or "max_tokens" in self.refused:
            yield "max_completion_tokens", LONGEST_ANSWER
        else:
            yield "max_tokens", LONGEST_ANSWER

    def _responses_fields(self, wanted: type[BaseModel]) -> Iterator[tuple[str, Any]]:
        schema = {"name": wanted.__name__, "strict": True, "schema": strict_schema(wanted)}
        yield "text", {"format": {"type": "json_schema", **schema}}
        yield "max_output_tokens", LONGEST_ANSWER
        yield "store", False  # OpenAI keeps responses for 30 days unless told not to

    def learn(self, sent: Request, objection: Objection, lessons: Lessons) -> bool:
        """Note what a server objects to. Returns whether another form of the same call is worth sending."""
        if objection.status in NO_SUCH_PATH and not objection.of_model and not self.fixed_api:
            return self._switch(sent, lessons)
        if objection.status not in NOT_SO or objection.final:
            return False
        refused = self._objected(sent, objection)
        lessons.refused |= refused - self.refused
        self.refused |= refused
        return bool(refused)

    def forget(self, lessons: Lessons) -> None:
        """No form of the call was accepted: what was left away was not the reason."""
        self.refused -= lessons.refused

    def _switch(self, sent: Request, lessons: Lessons) -> bool:
        lessons.apis.add(sent.api)
        if sent.api.other in lessons.apis:
            return False
        self.api = sent.api.other
        return True

    def _objected(self, sent: Request, objection: Objection) -> set[str]:
        """The fields that it names, or the schema where it names none: that is what servers lack most."""
        schema = "text" if sent.api is Api.RESPONSES else "response_format"
        optional = sent.body.keys() - {"model", "messages", "instructions", "input", schema}
        named = {name for name in optional if re.search(rf"\b{name}\b", objection.words)}
        return named or {schema} & sent.body.keys()


def _sound(text: str) -> str:
    """Half a character, as a cut emoji leaves it, cannot be sent."""
    return text.encode(errors="replace").decode()


def is_openai(base_url: str) -> bool:
    """Whether the server is OpenAI's own; also in a region, like eu.api.openai.com."""
    host = urlsplit(base_url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")
