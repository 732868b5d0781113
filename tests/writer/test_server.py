"""One question, one object: what is sent, in which API, and what it is said to cost."""

import logging

import pytest
from model_answers import Says, fenced, in_prose, says, thinking, without_usage
from model_server import ModelServerStandIn
from server_sample import DRAFT, PROMPT, access, asked, trouble

from bot.desk.case import Severity
from bot.errors import SettingsError
from bot.voice.prompt import Prompt
from bot.writer.answers import Drafted, Translated
from bot.writer.server import Access, Api, ModelServer
from bot.writer.server_knows import Knowledge, Talk, is_openai

APIS = [Api.CHAT, Api.RESPONSES]


@pytest.mark.parametrize("api", APIS)
async def test_one_call_brings_the_draft(server, api):
    """A right answer of either API becomes the object that was wanted."""
    server.answers(says(DRAFT))
    draft, _ = await asked(server, api=api)
    assert (draft.reply, draft.severity, draft.promises) == (DRAFT["reply"], Severity.NORMAL, ["a new lamp"])
    assert len(server.calls) == 1


@pytest.mark.parametrize("api", APIS)
async def test_the_brands_part_stands_first_and_untouched(server, api):
    """The fixed part is the system message, the same bytes each time, so that servers can keep it."""
    server.answers(says(DRAFT))
    await asked(server, api=api)
    assert server.calls[0].messages == [
        {"role": "system", "content": PROMPT.fixed},
        {"role": "user", "content": PROMPT.case},
    ]


@pytest.mark.parametrize("api", APIS)
async def test_a_strict_schema_is_asked_for(server, api):
    """Every field is required and no default is named, as OpenAI's strict mode demands."""
    server.answers(says(DRAFT))
    await asked(server, api=api)
    body = server.calls[0].body
    schema = body["text"]["format"] if api is Api.RESPONSES else body["response_format"]["json_schema"]
    assert schema["strict"] is True
    assert schema["schema"]["required"] == list(Drafted.model_fields)
    assert "default" not in str(schema["schema"])


@pytest.mark.parametrize(("api", "limit"), [(Api.CHAT, "max_tokens"), (Api.RESPONSES, "max_output_tokens")])
async def test_an_answer_may_not_grow_for_ever(server, api, limit):
    """A limit is sent in each API's own word, and no temperature: some models refuse one."""
    server.answers(says(DRAFT))
    await asked(server, api=api)
    assert server.calls[0].body[limit] > 1000
    assert "temperature" not in server.calls[0].body


async def test_openai_is_told_not_to_keep_the_case(server):
    """OpenAI keeps responses for a month unless told otherwise."""
    server.answers(says(DRAFT))
    await asked(server, api=Api.RESPONSES)
    assert server.calls[0].body["store"] is False


@pytest.mark.parametrize("api", APIS)
async def test_the_cost_is_told(server, api):
    """Tokens in, cached and out have other names in each API."""
    server.answers(says(DRAFT))
    _, usage = await asked(server, api=api)
    assert (usage.tokens_in, usage.cached, usage.tokens_out, usage.calls) == (1000, 800, 100, 1)
    assert usage.model == "small-model"
    assert 0 < usage.seconds < 1


async def test_a_server_may_say_nothing_of_the_cost(server):
    """Local servers often tell of no tokens."""
    server.answers(without_usage(says(DRAFT)))
    _, usage = await asked(server)
    assert (usage.tokens_in, usage.calls) == (0, 1)


@pytest.mark.parametrize("dressed", [fenced, in_prose, thinking], ids=lambda answer: answer.__name__)
@pytest.mark.parametrize("api", APIS)
async def test_the_object_is_found_in_its_dress(server, dressed, api):
    """A fence, a word before and after, or thoughts, cost no second call."""
    server.answers(dressed(DRAFT))
    draft, usage = await asked(server, api=api)
    assert (draft.reply, usage.calls) == (DRAFT["reply"], 1)


async def test_another_object_can_be_asked_for(server):
    """A translation is asked for in the same way."""
    server.answers(says({"text": "La lampe est arrivée cassée."}))
    async with ModelServer(access(server)) as model:
        translated, _ = await model.ask(PROMPT, Translated, brand="lune")
    assert translated.text == "La lampe est arrivée cassée."


async def test_the_key_is_sent(server):
    """As a bearer token, without the blanks that came along when it was copied."""
    server.answers(says(DRAFT))
    await asked(server, key=" sk-secret-42\n")
    assert server.calls[0].headers["Authorization"] == "Bearer sk-secret-42"


async def test_a_server_of_your_own_needs_no_key(server, monkeypatch):
    """Without a key none is sent, not even one that the environment happens to hold for another program."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-program")
    server.answers(says(DRAFT))
    await asked(server, key="")
    assert "Authorization" not in server.calls[0].headers


@pytest.mark.parametrize("address", ["http://[oops", "ftp://127.0.0.1/v1", "127.0.0.1/v1", "http:///v1"])
def test_an_address_that_is_none_is_said_at_once(address):
    """The setting is named, at start."""
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL"):
        ModelServer(Access(base_url=address, model="m"))


async def test_half_a_character_is_sent_as_a_question_mark(server):
    """A client may have cut an emoji in two."""
    server.answers(says(DRAFT))
    async with ModelServer(access(server)) as model:
        await model.ask(Prompt("a \ud83d", "b \udc4b c"), Drafted, brand="lune")
    assert [turn["content"] for turn in server.calls[0].messages] == ["a ?", "b ? c"]


async def test_an_answer_in_parts_is_put_together(server):
    """Mistral sends a list, of which thoughts are one kind."""
    parts = [{"type": "thinking", "thinking": [{"text": "hm"}]}, {"type": "text", "text": says(DRAFT).text}]
    server.answers(Says(parts))
    draft, _ = await asked(server)
    assert draft.reply == DRAFT["reply"]


@pytest.mark.parametrize(
    ("url", "api", "first"),
    [
        ("https://api.openai.com/v1", Api.AUTO, Api.RESPONSES),
        ("https://eu.api.openai.com/v1", Api.AUTO, Api.RESPONSES),
        ("https://api.openai.com/v1", Api.CHAT, Api.CHAT),
        ("https://api.openai.com.example.org/v1", Api.AUTO, Api.CHAT),
        ("http://127.0.0.1:11434/v1", Api.AUTO, Api.CHAT),
        ("http://127.0.0.1:11434/v1", Api.RESPONSES, Api.RESPONSES),
    ],
)
def test_openai_itself_is_asked_by_responses(url, api, first):
    """Others speak chat completions unless the setting says otherwise."""
    assert Knowledge(url, "m", api).api is first


def test_openai_gets_the_brand_as_the_key_of_its_cache():
    """Other servers may refuse a field that they do not know."""
    talk = Talk("fixed", "case")
    own = Knowledge("https://api.openai.com/v1", "m", Api.CHAT).request(talk, Drafted, "lune")
    other = Knowledge("http://127.0.0.1/v1", "m", Api.CHAT).request(talk, Drafted, "lune")
    assert own.body["prompt_cache_key"] == "lune"
    assert own.body["max_completion_tokens"]
    assert "prompt_cache_key" not in other.body
    assert not is_openai("http://127.0.0.1/v1")


async def test_no_secret_and_no_text_is_told(server, caplog):
    """Neither the log, nor a repr, nor an error holds the key or what was written."""
    caplog.set_level(logging.DEBUG)
    server.answers(says(DRAFT))
    async with ModelServer(access(server)) as model:
        await model.ask(PROMPT, Drafted, brand="lune")
        told = repr(model) + repr(model.access) + caplog.text + str([vars(record) for record in caplog.records])
    assert not [word for word in ("sk-secret", "lamp", "You write for") if word in told]


async def test_the_log_names_brand_outcome_and_cost(server, caplog):
    """One line per ask, whether it went well or not."""
    caplog.set_level(logging.INFO, logger="bot")
    server.answers(says(DRAFT), Says(refusal="No."))
    await asked(server)
    await trouble(server)
    lines = [(line.brand, line.outcome, line.tokens_in) for line in caplog.records if line.name == "bot.writer.server"]
    assert lines == [("lune", "answered", 1000), ("lune", "refused", 1000)]


def test_the_stand_in_takes_the_same_port_again():
    """Tests that stop a server and bring it back rely on it."""
    with ModelServerStandIn() as server:
        before = server.url
        server.stop()
        server.start()
        assert server.url == before
