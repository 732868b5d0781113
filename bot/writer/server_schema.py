"""A pydantic model as a model's server is asked for it, and read back from whatever text came."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, TypeVar

import openai
from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)

#: Characters of an answer that are looked at, and places in it where a JSON object may begin.
LONGEST, PLACES = 100_000, 40
THOUGHTS = re.compile(r"^.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
FIRST_WRONG = 8


class Unreadable(Exception):
    """The text holds no such object; the words are for the model."""


@cache
def strict_schema(wanted: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema as strict servers take it: every field required, no other one, no defaults."""
    schema = openai.pydantic_function_tool(wanted)["function"]["parameters"]
    return _without_defaults(schema)  # type: ignore[no-any-return]


def _without_defaults(schema: Any) -> Any:
    """OpenAI refuses ``default`` in a strict schema; a field of that name is an object, not a default."""
    if isinstance(schema, list):
        return [_without_defaults(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    fields = schema.get("properties")
    rest = {key: _without_defaults(part) for key, part in schema.items() if key not in {"default", "properties"}}
    if isinstance(fields, dict):
        rest["properties"] = {name: _without_defaults(field) for name, field in fields.items()}
    return rest


@cache
def instruction(wanted: type[BaseModel]) -> str:
    """What a server is told that cannot be held to a schema."""
    schema = json.dumps(strict_schema(wanted), ensure_ascii=False)
    return (
        "Answer with one JSON object and nothing else: no explanation before or after it, no code fence. "
        f"It must be valid against this JSON schema:\n{schema}"
    )


def correction(wrong: Unreadable) -> str:
    """What the model is told of its bad answer."""
    return (
        f"Your answer could not be used:\n{wrong}\n"
        "Answer again, with the whole corrected JSON object and nothing else: no explanation, no code fence."
    )


def read(text: str, wanted: type[T]) -> T:
    """The object that an answer holds: bare, in a fence, after thoughts, or between prose.

    Raises:
        Unreadable: there is none, or it is not as wanted.
    """
    text = THOUGHTS.sub("", text, count=1)
    if len(text) > LONGEST:
        raise Unreadable("- it is far too long")
    wrong = "- it is no JSON object" if text.strip() else "- it is empty"
    for found in reversed(_objects(text)):
        try:
            return wanted.model_validate(found)
        except ValidationError as error:
            wrong = _told(error)
    raise Unreadable(wrong)


def _objects(text: str) -> list[dict[str, Any]]:
    """Every outermost JSON object in a text, in order, the longest last: what prose quotes is shorter."""
    found: list[tuple[int, dict[str, Any]]] = []
    decoder, at = json.JSONDecoder(), text.find("{")
    for _ in range(PLACES):
        if at < 0:
            break
        try:
            one, end = decoder.raw_decode(text, at)
            found.append((end - at, one))
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _told(error: ValidationError) -> str:
    """What is wrong, field by field, without the values."""
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    return "\n".join(f"- {'.'.join(map(str, one['loc'])) or 'it'}: {one['msg']}" for one in wrong[:FIRST_WRONG])
