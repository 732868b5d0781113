"""The model's prompt, changed from Slack section by section, as people do it."""

from __future__ import annotations

from pathlib import Path

import pytest
from blockkit import check_view, seen
from slack_desk import Desk
from standin import View

from bot.chat.slack.templates import edit_view, listing
from bot.locale import Sentences
from bot.voice.editing import Editing
from bot.voice.library import MAIN, Library
from bot.voice.yamlfile import Problem

PROMPTS = Path(__file__).parents[3] / "prompts"
PROMPT = "# Your task\n\nYou write for {{ brand }}.\n{# THE CASE #}\n# The message\n\nIn {{ lang }}:\n{{ complaint }}\n"


@pytest.fixture
def prompt(team: Desk) -> Path:
    """The file, there before the service starts."""
    path = team.folder / "prompts" / "draft.md.j2"
    path.write_text(PROMPT)
    return path


def text(desk: Desk) -> str:
    return (desk.folder / "prompts" / "draft.md.j2").read_text()


async def opened(desk: Desk, user: str) -> View:
    await desk.slack.command(user, desk.complaints, "/reply", "template draft")
    await desk.slack.until(lambda: desk.slack.view(user) and desk.slack.view(user).callback_id == "template-text")
    return desk.slack.view(user)


def field(view: View) -> str:
    return next(block["block_id"] for block in view.blocks if block["block_id"].startswith("text"))


async def test_a_section_is_changed_and_in_use(prompt: Path, desk: Desk):
    """The rest of the file is as it was."""
    view = await opened(desk, desk.camille)
    assert "What the model would read:" in view.seen
    await desk.slack.submit(desk.camille, values={field(view): "# Your task\n\nWrite as {{ brand }}."})
    assert "The model's next draft follows it." in desk.slack.view(desk.camille).seen
    assert text(desk) == PROMPT.replace("You write for", "Write as")


async def test_another_section_in_the_same_form(prompt: Path, desk: Desk):
    """The menu goes to it; its preview is the complaint that waits."""
    await desk.slack.command(
        desk.alex, desk.complaints, "/reply", "Still waiting for my blue vase, mail me@mail.example"
    )
    await desk.card()
    view = await opened(desk, desk.camille)
    await desk.slack.press_in_view(desk.camille, view.id, "template-choose", option="draft: The message")
    await desk.slack.until(lambda: "blue vase, mail [EMAIL_1]" in desk.slack.view(desk.camille).seen)


async def test_who_is_second_is_told_what_the_first_has_changed(prompt: Path, desk: Desk):
    """In the same section; nothing typed is lost."""
    first, second = await opened(desk, desk.camille), await opened(desk, desk.sacha)
    await desk.slack.submit(desk.camille, values={field(first): "# Your task\n\nCamille's."})
    await desk.slack.submit(desk.sacha, values={field(second): "# Your task\n\nSacha's."})
    shown = desk.slack.view(desk.sacha)
    assert all(words in shown.seen for words in ("Camille Durand has changed", "Sacha's."))
    assert "Camille's." in text(desk)


async def test_a_mistake_stays_in_the_form_with_its_line(prompt: Path, desk: Desk):
    """Counted in the section."""
    view = await opened(desk, desk.camille)
    await desk.slack.submit(desk.camille, values={field(view): "# Your task\nFor {{ brnad }}"})
    assert "Line 2: unknown variable “brnad”; did you mean “brand”?" in desk.slack.view(desk.camille).seen
    assert text(desk) == PROMPT


async def test_the_prompt_stands_in_the_list(prompt: Path, desk: Desk):
    """And the menu beside it opens it."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "template")
    assert "draft — what a model is told before it writes" in await desk.told(desk.alex)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_section_of_the_shipped_prompt_has_a_form(lang: str):
    """Within Slack's limits, with the menu of all."""
    editing = Editing(Library.load(PROMPTS))
    for name in editing.find(MAIN, "draft").names:
        source = editing.source(MAIN, name)
        preview = editing.preview(MAIN, name, source.body, editing.example(source))
        view = edit_view(source, editing.siblings(source), Sentences(lang), preview=preview)
        check_view(view)
        assert "submit" in view


def test_a_mistake_elsewhere_in_the_file_is_not_counted_in_the_section():
    """Above and below it the lines are the file's."""
    editing = Editing(Library.load(PROMPTS))
    source = editing.source(MAIN, "draft: Your answer")
    problems = [Problem(source.path, line, "a loop") for line in (3, source.body_line, source.body_line + 500)]
    told = seen(edit_view(source, (), Sentences("en"), problems=problems))
    assert "Above the text, in line 3 of the file" in told
    assert "Line 1:" in told
    assert f"Below the text, in line {source.body_line + 500} of the file" in told


def test_a_brand_without_a_prompt_does_not_speak_of_it(tmp_path: Path):
    """There is nothing to change."""
    for name in ("brand.yaml", "protocol.yaml"):
        (tmp_path / name).write_text((PROMPTS / name).read_text())
    told = listing(Library.load(tmp_path).house(MAIN), Sentences("en"))
    assert "draft —" not in seen(told)
