"""What a team's listeners ask the desk for: checks of a typed text, and a translation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, running
from bot.chat.console.review import ConsoleReview
from bot.chat.team import NoInterpreter, Team
from bot.desk.case import Case, Finding, Level, Origin, Remark
from bot.network.outbox import Outbox
from bot.settings import Settings
from bot.voice.library import Library
from tests.chat.model_pen import FakeInterpreter
from tests.fakes import COMPLAINT, draft

ROOT = Path(__file__).parents[2]
PROMISE = Finding("promise", Level.BLOCK, Remark("A promise that no template makes: “{quote}”.", {"quote": "demain"}))


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    settings = Settings(_env_file=None, database_url=f"sqlite:///{tmp_path / 'cases.db'}")  # type: ignore[call-arg]
    library = Library.load(ROOT / "prompts")
    async with running(settings, library, ConsoleReview(), Outbox(tmp_path / "outbox.jsonl")) as app:
        yield app


def team(app: App, **more: Any) -> Team:
    nothing: Any = dict.fromkeys(("review", "editing", "cards", "board", "edits", "later"))
    return Team(chat="slack", desk=app.desk, library=app.library, **nothing, **more)


def case() -> Case:
    written = draft(text="Bonjour, demain vous aurez tout.", origin=Origin.MODEL, findings=(PROMISE,))
    return Case(complaint=replace(COMPLAINT, brand="main"), updated_at=COMPLAINT.received_at, lang="fr", draft=written)


async def test_a_model_s_text_that_nobody_changed_is_found_what_it_was(app: App):
    """The desk asks more of it than of a person's: the form must not say less than the desk will."""
    found, length = team(app).checked(case(), "Bonjour, demain vous aurez tout. ")
    assert found == (PROMISE,)
    assert length.used > len("Bonjour")
    changed, _ = team(app).checked(case(), "")
    assert [finding.check for finding in changed] == ["empty"]


async def test_the_draft_is_translated_into_the_team_s_language(app: App):
    """brand.yaml names it."""
    interpreter = FakeInterpreter()
    said = await team(app, interpreter=interpreter).translated(case())
    assert said == f"[{app.library.brand('main').team_language}] Bonjour, demain vous aurez tout."


async def test_without_a_model_nobody_translates(app: App):
    """A card from a time when there was one says so."""
    with pytest.raises(NoInterpreter):
        await team(app).translated(case())
