"""What a moment cures is tried again within the deadline."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from model_answers import busy, cut_before, cut_within, down, error, error_with_200, says
from server_sample import DRAFT, asked, trouble
from tenacity import wait_fixed

from bot.writer.server_failure import wait_of


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """Tries follow each other quickly, where the server asks for no wait."""
    monkeypatch.setattr("bot.writer.server.BACK_OFF", wait_fixed(0.02))


@pytest.mark.parametrize(
    "failure",
    [
        down(500),
        down(502),
        down(503),
        down(524),
        busy(),
        cut_before,
        cut_within,
        error_with_200("x", 503),
        error(408, ""),
    ],
    ids=["500", "502", "503", "524", "429", "cut before", "cut within", "200 with 503", "408"],
)
async def test_a_passing_failure_is_not_seen(server, failure):
    """The second try brings the draft."""
    server.answers(failure, says(DRAFT))
    draft, usage = await asked(server, deadline=3.0)
    assert (draft.reply, usage.calls) == (DRAFT["reply"], 2)


async def test_the_wait_that_the_server_asks_for_is_honoured(server):
    """Not a moment earlier."""
    server.answers(busy(0.5), says(DRAFT))
    await asked(server, deadline=3.0)
    assert server.calls[1].time - server.calls[0].time >= 0.5


async def test_a_wait_beyond_the_deadline_is_not_begun(server):
    """The template is written at once instead."""
    server.default = busy(30)
    began = asyncio.get_running_loop().time()
    said = await trouble(server, deadline=5.0)
    assert "takes no more requests" in str(said)
    assert asyncio.get_running_loop().time() - began < 4
    assert len(server.calls) == 1


async def test_tries_are_few(server):
    """A server in trouble is not hammered, however long the deadline."""
    server.default = busy(0)
    await trouble(server, deadline=20.0)
    assert len(server.calls) == 5


async def test_a_free_tier_without_a_card_is_busy_not_broke(server):
    """OpenAI's rate limit talks of billing; only the code says that the credit is spent."""
    server.answers(
        error(
            429, "Rate limit reached. Please add a payment method, see /account/billing.", code="rate_limit_exceeded"
        ),
        says(DRAFT),
    )
    assert (await asked(server, deadline=3.0))[1].calls == 2


async def test_a_try_in_vain_is_on_the_bill(server):
    """What a failed call has told of its tokens counts too."""
    server.answers(says("What?"), says(DRAFT))
    _, usage = await asked(server)
    assert (usage.calls, usage.tokens_in, usage.cached, usage.tokens_out) == (2, 2000, 1600, 200)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:00 GMT"}, 0),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:00 -0000"}, 0),
    ],
)
def test_waits_are_read(headers, seconds):
    """Seconds, milliseconds or a date; nonsense is no wait."""
    assert wait_of(headers) == seconds


def test_a_wait_until_a_date():
    """The seconds from now on."""
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 55 < (wait_of({"retry-after": then}) or 0) <= 60
