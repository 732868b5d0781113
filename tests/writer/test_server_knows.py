"""What a server is found to know is remembered: only the first call pays."""

import pytest
from model_answers import error, error_with_200, no_field, no_schema, says, unknown_model
from model_server import ModelServerStandIn
from server_sample import DRAFT, PROMPT, access, trouble

from bot.writer.answers import Drafted
from bot.writer.server import Api, ModelServer


async def ask_twice(server, **more):
    """Two drafts from one client."""
    async with ModelServer(access(server, **more)) as model:
        return [await model.ask(PROMPT, Drafted, brand="lune") for _ in range(2)]


@pytest.mark.parametrize("api", [Api.CHAT, Api.RESPONSES])
async def test_a_server_without_schemas_is_told_in_words(api):
    """The first ask learns it with one more call; the second needs one only."""
    with ModelServerStandIn(schema=False) as server:
        server.default = says(DRAFT)
        bills = await ask_twice(server, api=api)
    assert [usage.calls for _, usage in bills] == [2, 1]
    assert [call.strict for call in server.calls] == [True, False, False]


async def test_the_words_come_after_the_brands_part(server):
    """So the prefix stays the same; they hold the schema."""
    server.answers(no_schema(), says(DRAFT))
    async with ModelServer(access(server)) as model:
        await model.ask(PROMPT, Drafted, brand="lune")
    fixed = server.calls[1].messages[0]["content"]
    assert fixed.startswith(PROMPT.fixed)
    assert '"why_person"' in fixed


@pytest.mark.parametrize("api", [Api.CHAT, Api.RESPONSES])
async def test_a_server_that_ignores_schemas_is_corrected_once(server, api):
    """Its bad answer and what was wrong are told to the model; from then on it is told in words at once."""
    server.answers(says('{"lang": "en", "reply": 7}'), says(DRAFT))
    server.default = says(DRAFT)
    bills = await ask_twice(server, api=api)
    assert [usage.calls for _, usage in bills] == [2, 1]
    _, _, bad, wrong = server.calls[1].messages
    assert bad == {"role": "assistant", "content": '{"lang": "en", "reply": 7}'}
    assert "topic: Field required" in wrong["content"]
    assert "reply: Input should be a valid string" in wrong["content"]
    assert "JSON schema" in server.calls[2].messages[0]["content"]


async def test_an_empty_answer_is_not_repeated_to_the_model(server):
    """Some servers refuse an empty turn of their own."""
    server.answers(says(""), says(DRAFT))
    async with ModelServer(access(server)) as model:
        await model.ask(PROMPT, Drafted, brand="lune")
    assert [turn["role"] for turn in server.calls[1].messages] == ["system", "user", "user"]


@pytest.mark.parametrize("api", [Api.CHAT, Api.RESPONSES])
async def test_a_field_that_is_refused_is_left_away(server, api):
    """The token limit has other names elsewhere, or none; the schema stays."""
    limit = "max_tokens" if api is Api.CHAT else "max_output_tokens"
    server.answers(no_field(limit), says(DRAFT))
    server.default = says(DRAFT)
    bills = await ask_twice(server, api=api)
    assert [usage.calls for _, usage in bills] == [2, 1]
    assert limit not in server.calls[2].body
    assert server.calls[2].strict


async def test_the_limit_is_sent_in_the_servers_own_word(server):
    """Azure's newer models refuse max_tokens and name the other one."""
    server.answers(error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."), says(DRAFT))
    server.default = says(DRAFT)
    await ask_twice(server)
    assert server.calls[2].body["max_completion_tokens"] > 1000


@pytest.mark.parametrize(
    "answer",
    [error(404, "Not Found"), error(405, "Method Not Allowed"), error_with_200("Unexpected endpoint or method.", "x")],
    ids=["404", "405", "LM Studio"],
)
async def test_auto_takes_the_other_api_where_one_is_missing(server, answer):
    """And stays with it."""
    server.answers(answer, says(DRAFT))
    server.default = says(DRAFT)
    await ask_twice(server)
    assert [call.path.removeprefix("/v1/") for call in server.calls] == ["chat/completions", "responses", "responses"]


async def test_an_api_that_was_chosen_is_kept():
    """OPENAI_API=responses means that one, even where it is missing."""
    with ModelServerStandIn(responses=False) as server:
        said = await trouble(server, api=Api.RESPONSES)
    assert "OPENAI_BASE_URL" in str(said)
    assert len(server.calls) == 1


async def test_an_unknown_model_is_no_missing_api(server):
    """Both are a 404."""
    server.default = unknown_model()
    assert "OPENAI_MODEL" in str(await trouble(server))
    assert len(server.calls) == 1


async def test_what_was_not_the_reason_is_asked_for_again(server):
    """A 400 of another kind, for one strange case, does not cost the next cases their schema."""
    server.answers(error(400, "Bad request."), error(400, "Bad request."), says(DRAFT))
    async with ModelServer(access(server)) as model:
        with pytest.raises(Exception, match="error 400"):
            await model.ask(PROMPT, Drafted, brand="lune")
        await model.ask(PROMPT, Drafted, brand="lune")
    assert [call.strict for call in server.calls] == [True, False, True]


async def test_an_api_that_vanished_for_a_moment_is_found_again(server):
    """A gateway that knows no path while it restarts does not confuse us for good."""
    server.answers(error(404, "Not Found"), error(404, "Not Found"), error(404, "Not Found"), says(DRAFT))
    async with ModelServer(access(server)) as model:
        with pytest.raises(Exception, match="OPENAI_BASE_URL"):
            await model.ask(PROMPT, Drafted, brand="lune")
        await model.ask(PROMPT, Drafted, brand="lune")
    assert server.calls[3].path == "/v1/chat/completions"
