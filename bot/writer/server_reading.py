"""The body of an answer, of either API, read with patience: only what we use must be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, Field, ValidationError

from bot.desk.case import Usage
from bot.writer.server_failure import objection_within
from bot.writer.trouble import ServerTrouble, Trouble

CUT = {"length", "model_length", "max_tokens", "max_output_tokens"}


class Tokens(BaseModel):
    """What a call cost, in the words of both APIs; DeepSeek names the cached ones elsewhere."""

    tokens_in: int = Field(0, ge=0, validation_alias=AliasChoices("prompt_tokens", "input_tokens"))
    cached: int = Field(
        0,
        ge=0,
        validation_alias=AliasChoices(
            AliasPath("prompt_tokens_details", "cached_tokens"),
            AliasPath("input_tokens_details", "cached_tokens"),
            "prompt_cache_hit_tokens",
        ),
    )
    tokens_out: int = Field(0, ge=0, validation_alias=AliasChoices("completion_tokens", "output_tokens"))


@dataclass(slots=True)
class Bill:
    """What one ask has cost up to now, all its calls together."""

    calls: int = 0
    tokens: list[Tokens] = field(default_factory=list)

    def add(self, told: Any) -> None:
        """Note what an answer tells of its cost; a garbled account is none."""
        try:
            self.tokens.append(Tokens.model_validate(told or {}))
        except ValidationError:
            return

    def usage(self, model: str, seconds: float) -> Usage:
        """The sum."""
        return Usage(
            model=model,
            tokens_in=sum(one.tokens_in for one in self.tokens),
            cached=sum(min(one.cached, one.tokens_in) for one in self.tokens),
            tokens_out=sum(one.tokens_out for one in self.tokens),
            calls=self.calls,
            seconds=round(seconds, 3),
        )


def _text_of(content: Any) -> Any:
    """Some servers send a list of parts, of which thoughts are one kind."""
    if not isinstance(content, list):
        return content
    return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))


class Message(BaseModel):
    """What the model said, or its refusal."""

    content: Annotated[str | None, BeforeValidator(_text_of)] = None
    refusal: str | None = None


class Choice(BaseModel):
    """One of the answers; we ask for one."""

    message: Message | None = None
    finish_reason: str | None = None


class Part(BaseModel):
    """One part of an output item."""

    type: str = ""
    text: str | None = None
    refusal: str | None = None


class Item(BaseModel):
    """One output item; only messages hold text."""

    type: str = ""
    content: list[Part] | None = None


class Reason(BaseModel):
    """Why a response is incomplete."""

    reason: str | None = None


class Body(BaseModel):
    """An answer of either API, or an error under status 200."""

    error: Any = None
    usage: Any = None
    choices: list[Choice] | None = None
    output: list[Item] | None = None
    incomplete_details: Reason | None = None

    @property
    def known(self) -> bool:
        """Whether it looks like an answer at all."""
        return self.choices is not None or self.output is not None

    @property
    def finish(self) -> str:
        """Why the model stopped, where it was not its own will."""
        if self.incomplete_details:
            return self.incomplete_details.reason or ""
        return (self.choices[0].finish_reason or "") if self.choices else ""

    @property
    def text(self) -> str:
        """All that it said, empty where it said nothing."""
        return "".join(part.text or "" for part in self._parts() if not part.refusal)

    @property
    def refuses(self) -> bool:
        """Whether the model would not."""
        return any(part.refusal for part in self._parts())

    def _parts(self) -> Iterator[Part]:
        for choice in (self.choices or [])[:1]:
            if choice.message:
                yield Part(text=choice.message.content, refusal=choice.message.refusal)
        for item in self.output or []:
            if item.type == "message":
                yield from item.content or []


def read_body(content: bytes, bill: Bill) -> str:
    """What the model said; its cost goes on the bill.

    Raises:
        Objection: it is an error, although the status says that all is well.
        ServerTrouble: it is no answer, a refusal, cut, or filtered.
    """
    try:
        body = Body.model_validate_json(content)
    except ValidationError:
        raise ServerTrouble(Trouble.FOREIGN) from None
    bill.add(body.usage)
    if body.error:
        raise objection_within(body.error)
    if not body.known:
        raise ServerTrouble(Trouble.FOREIGN)
    _unhurt(body)
    return body.text


def _unhurt(body: Body) -> None:
    if body.refuses:
        raise ServerTrouble(Trouble.REFUSED)
    if body.finish == "content_filter":
        raise ServerTrouble(Trouble.FILTERED)
    if body.finish in CUT:
        raise ServerTrouble(Trouble.CUT)
    if body.finish == "error":  # OpenRouter: the provider behind it failed half-way
        raise ServerTrouble(Trouble.DOWN, code="200")
