"""The object is read from whatever text came."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from server_sample import DRAFT

from bot.writer.answers import Drafted, Translated
from bot.writer.server_schema import Unreadable, read, strict_schema

OBJECT = st.fixed_dictionaries({"text": st.text(st.characters(exclude_categories=["C", "Z"]))})


class Named(BaseModel):
    """With a field whose name is a word of JSON schemas."""

    default: str
    properties: list[str] = []


@settings(max_examples=50)
@given(wanted=OBJECT, before=st.text(st.characters(exclude_characters="{}")), after=st.text(max_size=50))
def test_it_is_found_between_any_prose(wanted, before, after):
    """What stands before and after does not matter, unless it is a longer object of the kind."""
    assert read(f"{before}{json.dumps(wanted)}{after}", Translated).text == wanted["text"]


@given(st.text())
def test_no_text_is_more_than_unreadable(text):
    """Whatever comes, it is an object or unreadable."""
    with suppress(Unreadable):
        assert isinstance(read(text, Translated), Translated)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "null", "[]", '{"text": null}', '{"text": "a', "{" * 90_000, '{"a":' * 20_000, "x" * 200_000, "<think>"],
    ids=range(10),
)
def test_what_is_no_such_object(text):
    """Also deep, endless or empty ones, without delay."""
    with pytest.raises(Unreadable):
        read(text, Translated)


def test_thoughts_are_no_answer():
    """Even where they hold an object of the right kind, and a longer one."""
    assert read('<think>{"text": "a first, much longer try"}</think>{"text": "b"}', Translated).text == "b"


def test_small_slips_cost_no_second_call():
    """Capitals, null for an empty list, a text for a list of one, fields that are left out."""
    slips = {"severity": " High ", "lang": "FR", "promises": None, "missing": "the order number", "person": None}
    draft = read(json.dumps({**DRAFT, **slips}), Drafted)
    assert (draft.severity, draft.lang, draft.promises, draft.missing) == ("high", "fr", [], ["the order number"])
    few = {name: DRAFT[name] for name in ("lang", "kind", "topic", "severity", "reply")}
    assert read(json.dumps(few), Drafted).person is False


def test_the_model_is_not_shown_its_own_values_again():
    """The complaint about an answer names fields, not texts."""
    with pytest.raises(Unreadable) as wrong:
        read(json.dumps({**DRAFT, "severity": "apocalyptic", "reply": ["x"]}), Drafted)
    assert "severity: Input should be 'low', 'normal', 'high' or 'critical'" in str(wrong.value)
    assert "apocalyptic" not in str(wrong.value)


def test_fields_may_have_any_name():
    """Only the keyword is taken out of a schema, not a field that is called so."""
    schema = strict_schema(Named)
    assert set(schema["properties"]) == {"default", "properties"}
    assert "default" not in schema["properties"]["properties"]
