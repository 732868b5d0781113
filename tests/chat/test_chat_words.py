"""What a card says of a draft's origin and cost, the same in every chat."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import words
from bot.desk.case import Draft, Origin, Remark, Usage
from bot.locale import Sentences

FR, EN = Sentences("fr"), Sentences("en")
USED = Usage(model="gpt-x", tokens_in=1_240, cached=1_100, tokens_out=85, seconds=2.07, price=0.00123, currency="EUR")
SLOW = Remark("The model did not answer within {seconds} s.", {"seconds": 20})


def draft(**changes) -> Draft:
    plain = Draft(
        number=1, text="Bonjour.", origin=Origin.MODEL, written_at=datetime(2026, 3, 1, tzinfo=UTC), version="4c1f09e12"
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"usage": USED}, "written by the model gpt-x"),
        ({}, "written by the model"),
        ({"template": "late.fr", "usage": USED}, "from the template late.fr, fitted by the model gpt-x"),
        ({"template": "late.fr"}, "from the template late.fr, fitted by the model"),
        ({"template": "late.fr", "origin": Origin.TEMPLATE, "usage": USED}, "template late.fr (4c1f09e)"),
        ({"by_name": "Max", "origin": Origin.PERSON}, "written by Max"),
        ({"text": " "}, ""),
    ],
)
def test_the_origin_names_pen_template_and_model(changes, said):
    """Where there is no text nobody wrote one."""
    assert words.origin(draft(**changes), EN) == said


def test_the_origin_is_said_in_french_too():
    """Both languages are equals."""
    assert words.origin(draft(usage=USED), FR) == "écrit par le modèle de langage gpt-x"
    assert words.origin(draft(template="late.fr", usage=USED), FR) == "modèle late.fr, adapté par gpt-x"


def test_the_cost_is_said_in_tokens_seconds_and_money():
    """Numbers as the team writes them."""
    assert words.usage(draft(usage=USED), EN) == ("1,240 tokens in (1,100 cached), 85 out · 2.1 s · 0.0012\u00a0EUR")
    assert words.usage(draft(usage=USED), FR) == (
        "1\u202f240 jetons lus (dont 1\u202f100 en cache), 85 écrits · 2,1\u00a0s · 0,0012\u00a0EUR"
    )


def test_what_is_not_known_is_left_out():
    """No table of prices, no cache, a server that counts nothing, no model at all."""
    assert words.usage(draft(usage=replace(USED, cached=0, price=None)), EN) == "1,240 tokens in, 85 out · 2.1 s"
    assert words.usage(draft(usage=Usage(model="own", seconds=0.5)), EN) == "0.5 s"
    assert words.usage(draft(), EN) == ""


def test_what_was_spent_in_vain_says_so():
    """The model was asked three times, and a template stands there."""
    spent = replace(USED, calls=3, cached=0, tokens_out=0)
    said = words.usage(draft(origin=Origin.TEMPLATE, usage=spent), EN)
    assert said == "1,240 tokens in, 0 out · 3 calls · 2.1 s · 0.0012\u00a0EUR · in vain, on gpt-x"


@pytest.mark.parametrize(
    ("price", "said"), [(0.0, "0.00"), (0.000_043, "0.000043"), (0.05, "0.05"), (1.5, "1.50"), (1234.5, "1,234.50")]
)
def test_small_prices_keep_two_digits_that_count(price, said):
    """A draft for 0.00 would tell nothing."""
    assert words.usage(draft(usage=replace(USED, price=price)), EN).endswith(f" {said}\u00a0EUR")


@given(st.floats(min_value=0, max_value=1e6))
def test_any_price_can_be_said(price):
    """Down to what no currency knows."""
    said = words.usage(draft(usage=replace(USED, price=price)), EN)
    assert re.fullmatch(r"[0-9,]+\.[0-9]{2,9}\u00a0EUR", said.rpartition(" · ")[2])


def test_reason_and_remarks_are_said_once_each():
    """The same sentence twice would look like two troubles."""
    empty = Remark("The text is empty.")
    told = words.remarks(draft(reason=empty, remarks=(SLOW, empty, SLOW)), EN)
    assert told == ["The text is empty.", "The model did not answer within 20 s."]


@pytest.mark.parametrize(
    ("changes", "headed"), [({}, True), ({"text": ""}, True), ({"text": "", "reason": SLOW}, False)]
)
def test_no_draft_needs_no_heading(changes, headed):
    """“Draft 1” above “No draft: …” would be odd."""
    assert words.is_headed(draft(**changes)) is headed
