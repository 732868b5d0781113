"""The key that deletes, at a real terminal: a reply that is public goes again with a reason, and only so."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import sys
from collections.abc import AsyncIterator
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
from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Outcome, Posted, Refused
from bot.locale import Sentences
from bot.network.outbox import Outbox
from bot.settings import Settings
from bot.voice.library import Library

ROOT = Path(__file__).parents[2]
WROTE = Complaint(id="x:1", brand="main", text="Toujours rien reçu, où est mon colis ?", received_at=datetime.now(UTC))


class Erasable(Outbox):
    """A network that takes replies away again; ``kept``: not this one."""

    deletes = True
    kept = False

    def speaks_as(self, complaint: Complaint) -> str:
        return "@lune"

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        await super().publish(complaint, reply)
        return Posted(ref="7")

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        return Refused(Remark("It deletes nothing for us; please do it there.")) if self.kept else Posted(ref="7")


class Seat:
    """A person at the terminal."""

    def __init__(self, master: int, typing: PipeInput, screen: io.StringIO, network: Erasable) -> None:
        self.master, self.typing, self.screen, self.network = master, typing, screen, network
        self.seeing: asyncio.Task[bool] | None = None

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


@pytest.fixture
async def seat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Seat]:
    settings = Settings(_env_file=None, database_url=f"sqlite:///{tmp_path / 'cases.db'}")  # type: ignore[call-arg]
    library, review, screen = Library.load(ROOT / "prompts"), ConsoleReview(), io.StringIO()
    master, slave = pty.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(slave, "r"))
    network = Erasable(tmp_path / "outbox.jsonl")
    with create_pipe_input() as typing, create_app_session(input=typing, output=DummyOutput()):
        async with running(settings, library, review, network) as app:
            session = Session(
                app.desk, review, Person("console", "Camille"), Console(file=screen, width=200), Sentences("en"),
                list, lambda _: True,
            )  # fmt: skip
            seat = Seat(master, typing, screen, network)
            seat.seeing = asyncio.create_task(session.see(WROTE))
            yield seat
            os.write(master, b"q")
            await asyncio.wait_for(seat.seeing, 10)
    sys.stdin.close()
    os.close(master)


async def posted(seat: Seat) -> str:
    said = await seat.expect("[a] Approve")
    seat.press("a")
    await seat.expect("[x] Delete this reply…")
    return said


async def test_a_reply_is_deleted_with_a_reason(seat: Seat):
    """The card named the account before; afterwards the reason stands there, and the next complaint comes."""
    assert "Once approved, @lune posts it on the web." in await posted(seat)
    seat.press("x")
    seat.typing.send_text("the wrong customer\r")
    said = await seat.expect("Deleted again: the wrong customer")
    assert "being deleted…" in said
    assert seat.seeing is not None
    assert await asyncio.wait_for(seat.seeing, 10) is True


async def test_without_a_reason_nothing_is_deleted(seat: Seat):
    """The keys are there again."""
    await posted(seat)
    seat.press("x")
    seat.typing.send_text("\r")
    assert "Deleted" not in await seat.expect("[x] Delete this reply…")


async def test_a_network_that_refuses_says_why(seat: Seat):
    """The reply stands, and one may go on."""
    await posted(seat)
    seat.network.kept = True
    seat.press("x")
    seat.typing.send_text("a typo\r")
    assert "please do it there" in await seat.expect("[x] Delete this reply…")
    seat.press("s")
    assert seat.seeing is not None
    assert await asyncio.wait_for(seat.seeing, 10) is True
