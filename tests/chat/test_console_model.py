"""The keys of tone, of a note and of a translation at a real terminal, where a model writes."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.app import running
from bot.chat.console.review import ConsoleReview
from bot.chat.console.session import Session
from bot.desk.brand import Person
from bot.desk.case import Complaint
from bot.locale import Sentences
from bot.network.outbox import Outbox
from bot.settings import Settings
from bot.voice.library import Library
from tests.chat.model_pen import SLOW, FakeInterpreter

ROOT = Path(__file__).parents[2]
WROTE = Complaint(id="x:1", brand="main", text="Toujours rien reçu, où est mon colis ?", received_at=datetime.now(UTC))


@dataclass
class Seat:
    """A person at the terminal: keys are pressed, lines typed, and the screen is read."""

    master: int
    typing: PipeInput
    screen: io.StringIO
    session: Session

    async def expect(self, words: str) -> str:
        """What has come on the screen since the last look, once these words are there."""
        async with asyncio.timeout(15):
            while words not in self.screen.getvalue():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        seen = self.screen.getvalue()
        self.screen.seek(0)
        self.screen.truncate()
        return seen

    def press(self, key: str) -> None:
        os.write(self.master, key.encode())


@asynccontextmanager
async def seated(
    folder: Path, monkeypatch: pytest.MonkeyPatch, interpreter: FakeInterpreter | None, *, model: bool
) -> AsyncIterator[Seat]:
    """A session at a terminal of its own, one complaint on the screen."""
    settings = Settings(_env_file=None, database_url=f"sqlite:///{folder / 'cases.db'}")  # type: ignore[call-arg]
    library, review, screen = Library.load(ROOT / "prompts"), ConsoleReview(), io.StringIO()
    master, slave = pty.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(slave, "r"))
    with create_pipe_input() as typing, create_app_session(input=typing, output=DummyOutput()):
        async with running(settings, library, review, Outbox(folder / "outbox.jsonl")) as app:
            session = Session(
                app.desk, review, Person("console", "Camille"), Console(file=screen, width=200), Sentences("en"),
                list, lambda _: True, lambda _: model, interpreter,
            )  # fmt: skip
            seeing = asyncio.create_task(session.see(WROTE))
            yield Seat(master, typing, screen, session)
            os.write(master, b"q")
            await asyncio.wait_for(seeing, 10)
    sys.stdin.close()
    os.close(master)


async def test_a_tone_key_asks_for_the_next_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One key, and the writer knows."""
    async with seated(tmp_path, monkeypatch, FakeInterpreter(), model=True) as seat:
        await seat.expect("[c] Warmer")
        seat.press("c")
        assert "“Warmer”" in await seat.expect("Draft 2")


async def test_a_note_is_asked_for_where_a_model_follows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It may stay open."""
    async with seated(tmp_path, monkeypatch, FakeInterpreter(), model=True) as seat:
        await seat.expect("[n] New draft")
        seat.press("n")
        seat.typing.send_text("offer the 10 % code\r")
        assert "offer the 10 % code" in await seat.expect("Draft 2")


async def test_without_a_model_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No key of tone, and a new draft at once."""
    async with seated(tmp_path, monkeypatch, None, model=False) as seat:
        assert "[c]" not in await seat.expect("[n] New draft")
        seat.press("n")
        await seat.expect("Draft 2")


async def test_a_translation_stands_below_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The card is not drawn again, the keys are; a failure is a sentence."""
    interpreter = FakeInterpreter()
    async with seated(tmp_path, monkeypatch, interpreter, model=True) as seat:
        await seat.expect("[l] Translate")
        seat.press("l")
        said = await seat.expect("[l] Translate")
        assert "[en] Bonjour" in said
        assert "Toujours rien reçu" not in said
        interpreter.fails = SLOW
        seat.press("l")
        assert "The model did not answer within 20 s." in await seat.expect("[l] Translate")


async def test_without_an_interpreter_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nobody waits for what cannot come."""
    async with seated(tmp_path, monkeypatch, None, model=True) as seat:
        await seat.expect("[l] Translate")
        seat.press("l")
        assert "There is no model to translate with" in await seat.expect("[l] Translate")
