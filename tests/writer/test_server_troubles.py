"""Every way in which a model's server fails, and the sentence that the card gets for it."""

import asyncio
import gzip

import pytest
from aiohttp import web
from model_answers import (
    Says,
    busy,
    cut_before,
    cut_by_length,
    cut_within,
    down,
    drips,
    empty_choices,
    error,
    error_with_200,
    filtered,
    forbidden,
    half,
    hangs,
    html,
    huge,
    not_json,
    null_content,
    refuses,
    says,
    spent_quota,
    too_long,
    tool_call_only,
    unknown_model,
    unknown_path,
    wrong_key,
)
from model_server import ModelServerStandIn
from server_sample import DRAFT, PROMPT, access, asked, trouble
from tenacity import wait_fixed

from bot.errors import ModelTrouble
from bot.writer.answers import Drafted
from bot.writer.server import Api, ModelServer
from bot.writer.server_line import MOST

WRONG = {"mood": "fine"}
UNUSABLE = "The model's answer could not be used, even after a second try."
DAMAGED = "What answered is no model's server, or its answer came damaged; if this stays, please check OPENAI_BASE_URL."
#: What is answered, the sentence, and how many calls it takes to see it.
AT_ONCE = {
    "wrong key": (wrong_key("sk-secret-42"), "The key of the model's server was refused; please check OPENAI_API_KEY."),
    "forbidden": (forbidden(), "The model's server does not allow this key to use the model “small-model”."),
    "unknown model": (unknown_model(), "The model's server has no model “small-model”; please check OPENAI_MODEL."),
    "spent quota": (spent_quota(), "The credit at the model's server is used up; please check the account."),
    "payment": (
        error(402, "Insufficient Balance"),
        "The credit at the model's server is used up; please check the account.",
    ),
    "long prompt": (too_long(), "The prompt is longer than the model can read."),
    "413": (error(413, "Too large"), "The prompt is longer than the model can read."),
    "filtered prompt": (
        error(400, "The response was filtered.", code="content_filter"),
        "The content filter of the model's server held the reply back.",
    ),
    "teapot": (error(418, "I am a teapot."), "The model's server did not accept the request (error 418)."),
    "refusal": (refuses(), "The model refused to write this reply."),
    "length": (cut_by_length(), "The model's answer was cut off: it grew too long."),
    "filtered answer": (filtered(), "The content filter of the model's server held the reply back."),
    "html": (html(), DAMAGED),
    "cut JSON": (not_json(), DAMAGED),
    "huge": (huge(), "The model's server sent far more than an answer; it was not read."),
    "huge, as said": (huge(declared=True), "The model's server sent far more than an answer; it was not read."),
    "200, quota": (
        error_with_200("x", "insufficient_quota"),
        "The credit at the model's server is used up; please check the account.",
    ),
}


@pytest.mark.parametrize("api", [Api.CHAT, Api.RESPONSES])
@pytest.mark.parametrize("failure", AT_ONCE)
async def test_what_no_retry_cures_ends_at_once(server, failure, api):
    """One call, and the sentence that says what to do."""
    answer, sentence = AT_ONCE[failure]
    server.default = answer
    said = await trouble(server, api=api, deadline=5.0)
    assert str(said) == str(said.remark) == sentence
    assert len(server.calls) == 1


@pytest.mark.parametrize("api", [Api.CHAT, Api.RESPONSES])
@pytest.mark.parametrize(
    "answer",
    [
        half(DRAFT),
        says(WRONG),
        says("So sorry to hear it!"),
        says("{" * 5000),
        null_content(),
        empty_choices(),
        tool_call_only(),
    ],
    ids=["half", "wrong schema", "prose", "braces", "null", "no choices", "tool call"],
)
async def test_nonsense_is_corrected_once(server, answer, api):
    """After a second bad answer it is over: two calls, both on the bill."""
    server.default = answer
    said = await trouble(server, api=api)
    assert str(said) == UNUSABLE
    assert (said.usage.calls, said.usage.tokens_in, said.usage.cached, said.usage.tokens_out) == (2, 2000, 1600, 200)
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (hangs, "The model did not answer within 1 s."),
        (drips(0.05, says(DRAFT)), "The model did not answer within 1 s."),
    ],
    ids=["hangs", "drips"],
)
async def test_no_answer_takes_longer_than_the_deadline(server, answer, sentence):
    """A server that holds the line, or sends a byte now and then, is left at the deadline."""
    server.default = answer
    began = asyncio.get_running_loop().time()
    said = await trouble(server, deadline=0.4)
    assert str(said) == sentence
    assert asyncio.get_running_loop().time() - began < 2.4


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (cut_before, "The connection to the model's server broke off."),
        (cut_within, "The connection to the model's server broke off."),
        (busy(), "The model's server takes no more requests for the moment; please try again later."),
        (down(500), "The model's server has a failure of its own (error 500)."),
        (down(524), "The model's server has a failure of its own (error 524)."),
        (error_with_200("Provider down", 502), "The model's server has a failure of its own (error 502)."),
        (Says("", finish="error"), "The model's server has a failure of its own (error 200)."),
    ],
    ids=["cut before", "cut within", "429", "500", "524", "200 with 502", "finish error"],
)
async def test_what_may_pass_is_tried_again(server, answer, sentence, monkeypatch):
    """The last try's trouble is told."""
    monkeypatch.setattr("bot.writer.server.BACK_OFF", wait_fixed(0.02))
    server.default = answer
    assert str(await trouble(server, deadline=5.0)) == sentence
    assert len(server.calls) == 5


async def test_nobody_listens():
    """A refused connection is said as such."""
    with ModelServerStandIn() as server:
        server.stop()
        assert str(await trouble(server, deadline=0.5)) == "The model's server is not reachable."


async def test_an_address_without_an_api(server):
    """Neither of the two APIs is there: both were tried, once each."""
    server.default = unknown_path()
    said = await trouble(server)
    assert str(said) == "Nothing answers at the address of the model's server; please check OPENAI_BASE_URL."
    assert [call.path for call in server.calls] == ["/v1/chat/completions", "/v1/responses"]


async def test_an_error_that_says_all_is_well(server):
    """A strange error under status 200 is taken for a request that the server does not know in this form."""
    server.default = error_with_200("No.", "strange")
    assert str(await trouble(server)) == "The model's server did not accept the request (error 400)."
    assert [call.strict for call in server.calls] == [True, False]


@pytest.mark.parametrize("key", ["clé-secrète", "sk-secret\nX: y"])
async def test_a_key_that_cannot_be_sent(server, key):
    """It never comes to a call, and the key is in no error."""
    said = await trouble(server, key=key)
    assert "OPENAI_API_KEY" in str(said)
    assert said.__cause__ is None
    assert said.__suppress_context__
    assert server.calls == []


async def test_the_servers_words_are_not_repeated(server):
    """OpenAI's own message holds half the key."""
    server.default = wrong_key("sk-secret-42")
    said = await trouble(server)
    assert "sk-secret" not in repr(said) + str(said.__dict__)
    assert said.__suppress_context__


async def test_tokens_spent_in_vain_are_told(server):
    """A refusal costs as much as a reply."""
    server.default = refuses()
    assert (await trouble(server)).usage.tokens_in == 1000


async def test_where_nothing_was_spent_nothing_is_told(server):
    """A refused key costs nothing."""
    server.default = wrong_key()
    assert (await trouble(server)).usage is None


async def test_a_packed_answer_may_not_unpack_without_end(server):
    """A small body that unpacks to many megabytes is not read either."""

    async def bomb(_: web.Request) -> web.Response:
        packed = gzip.compress(b" " * (40 * 2**20))
        assert len(packed) < MOST
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"}, content_type="application/json")

    server.default = bomb
    assert "far more than an answer" in str(await trouble(server))


async def test_a_packed_answer_is_read(server):
    """Many servers and proxies pack their answers."""

    async def packed(request: web.Request) -> web.StreamResponse:
        answer = await says(DRAFT)(request)
        answer.enable_compression(web.ContentCoding.gzip)
        return answer

    server.default = packed
    assert (await asked(server))[0].reply == DRAFT["reply"]


@pytest.mark.parametrize(
    "answer",
    [says(DRAFT), wrong_key(), hangs, cut_within, huge(3), drips(0.05)],
    ids=["right", "key", "hangs", "cut", "huge", "drips"],
)
async def test_no_line_stays_open(server, answer):
    """Whatever happened, a closed client leaves no connection behind, and an open one at most those that it reuses."""
    server.default = answer
    async with ModelServer(access(server, deadline=0.15)) as model:
        for _ in range(2):
            try:
                await model.ask(PROMPT, Drafted, brand="lune")
            except ModelTrouble:
                await asyncio.sleep(0.05)
        assert server.connections <= 1
    await asyncio.sleep(0.05)
    assert server.connections == 0
