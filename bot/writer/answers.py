"""What a model is asked to answer; the descriptions are read by the model."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.desk.case import Severity


def _lowered(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    """Servers without strict schemas send null or a bare text where a list is meant."""
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(_listed)]
Code = Annotated[str, BeforeValidator(_lowered)]


class Answer(BaseModel):
    """One object; fields that nobody asked for are left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


class Drafted(Answer):
    """A reply to one complaint, and what the writer made of the complaint."""

    lang: Code = Field(description="ISO 639-1 code of the language of the reply, which is the customer's: fr, en, …")
    kind: Code = Field(description="The kind of message, one of those that the protocol names.")
    topic: Code = Field(description="The topic, one of those that the protocol names.")
    severity: Annotated[Severity, BeforeValidator(_lowered)] = Field(
        description="How much the complaint may hurt the brand."
    )
    reply: str = Field(description="The reply to the customer, ready to be posted, without signature.")
    promises: Texts = Field(
        default_factory=list,
        description="Each promise that the reply makes, in its own words: a sum, a date, a deed. Empty if none.",
    )
    missing: Texts = Field(
        default_factory=list,
        description="Each fact that the reply would have needed and that was not told. Empty if none.",
    )
    person: Annotated[bool, BeforeValidator(lambda value: value or False)] = Field(
        default=False, description="Whether a person must handle this case instead of a written reply."
    )
    why_person: Annotated[str, BeforeValidator(lambda value: value or "")] = Field(
        default="", description="Why a person must handle it, in one sentence; empty if none must."
    )


class Translated(Answer):
    """A text in another language."""

    text: str = Field(description="The whole text, translated, with its tone, line breaks and placeholders.")
