"""One question to a model's server, and one right answer, for the tests of the server's client."""

from typing import Any

import pytest
from model_server import ModelServerStandIn

from bot.errors import ModelTrouble
from bot.voice.prompt import Prompt
from bot.writer.answers import Drafted
from bot.writer.server import Access, ModelServer

PROMPT = Prompt(fixed="You write for Lune.", case="The lamp came broken.")
DRAFT = {
    "lang": "en",
    "kind": "complaint",
    "topic": "damaged",
    "severity": "normal",
    "reply": "We are sorry, Léa: a new lamp is on its way.",
    "promises": ["a new lamp"],
    "missing": [],
    "person": False,
    "why_person": "",
}


def access(server: ModelServerStandIn, **more: Any) -> Access:
    """This server with a short deadline; ``more`` changes it."""
    return Access(**{"base_url": server.url, "model": "small-model", "key": "sk-secret-42", "deadline": 1.0} | more)


async def asked(server: ModelServerStandIn, **more: Any) -> tuple[Drafted, Any]:
    """One draft from a client made for it."""
    async with ModelServer(access(server, **more)) as model:
        return await model.ask(PROMPT, Drafted, brand="lune")


async def trouble(server: ModelServerStandIn, **more: Any) -> ModelTrouble:
    """The trouble that one draft ends in."""
    with pytest.raises(ModelTrouble) as caught:
        await asked(server, **more)
    return caught.value
