"""The model's prompt in Discord: the sheet of each section, and the menu to the others."""

from pathlib import Path
from typing import Any

import pytest
from discord_sample import sent, texts, walk

from bot.chat.discord.templates import Hooks, listing, saved, sheet
from bot.locale import Sentences
from bot.voice.editing import Editing
from bot.voice.library import MAIN, Library
from bot.voice.yamlfile import Problem

PROMPTS = Path(__file__).parents[3] / "prompts"
EN = Sentences("en")


async def nothing(*_: object) -> None:
    """Nobody presses here."""


HOOKS = Hooks(choose=nothing, save=nothing, preview=nothing)


@pytest.fixture(scope="module")
def editing() -> Editing:
    return Editing(Library.load(PROMPTS))


def options(body: dict[str, Any]) -> list[str]:
    return [option["value"] for one in walk(body["components"]) for option in one.get("options", ())]


def read(body: dict[str, Any]) -> str:
    return "\n".join(texts(body))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_section_of_the_shipped_prompt_has_a_sheet(editing: Editing, lang: str) -> None:
    """With its preview, a menu of all sections, and a button to its text."""
    names = editing.find(MAIN, "draft").names
    for name in names:
        source = editing.source(MAIN, name)
        preview = editing.preview(MAIN, name, source.body, editing.example(source))
        body = sent(sheet(source, editing.siblings(source), Sentences(lang), HOOKS, preview=preview))
        assert options(body) == list(names)
        assert [one for one in walk(body["components"]) if one["type"] == 2]


def test_the_sheet_says_what_the_model_would_read(editing: Editing) -> None:
    """And not which complaint it answers: that stands in it."""
    source = editing.source(MAIN, "draft: The customer's message")
    preview = editing.preview(MAIN, source.name, source.body, editing.example(source))
    told = read(sent(sheet(source, (), EN, HOOKS, preview=preview)))
    assert "What the model would read:" in told
    assert "⟦complaint 0123456789ab⟧" in told


def test_lines_count_in_the_section(editing: Editing) -> None:
    """Those outside of it count in the file."""
    source = editing.source(MAIN, "draft: Your answer")
    problems = [Problem(source.path, line, "a loop") for line in (source.body_line + 1, source.body_line + 500)]
    told = read(sent(sheet(source, (), EN, HOOKS, body=source.body, problems=problems)))
    assert "Line 2:" in told
    assert f"Below the text, in line {source.body_line + 500} of the file" in told


def test_the_prompt_stands_in_the_list(editing: Editing) -> None:
    """Behind the topics; once saved, the next draft of the model follows it."""
    body = sent(listing(editing.library.house(MAIN), EN, nothing, nothing))
    assert "draft — what a model is told before it writes" in read(body).replace("\\", "")
    assert options(body)[-1] == "draft: Your task"
    told = read(sent(saved(editing.source(MAIN, "draft: Your task"), EN)))
    assert "The model's next draft follows it." in told.replace("\\", "")
