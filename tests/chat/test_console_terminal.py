"""The demo at a real terminal: keys in, cards out, replies in the outbox."""

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 20


class Terminal:
    """A demo in a pseudo-terminal; ``expect`` reads until a text is on the screen."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (50, 100))
        self.seen = ""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm",
            "NO_COLOR": "1",
            "PROMPT_TOOLKIT_NO_CPR": "1",
        }
        command = [sys.executable, "-m", "bot", "demo", *words]
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)

    def expect(self, text: str) -> None:
        limit = time.monotonic() + SECONDS
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0.0, limit - time.monotonic()))
            assert ready, f"no “{text}” in:\n{self.seen}"
            self.seen += os.read(self.master, 65536).decode(errors="replace")
        self.seen = self.seen.split(text, 1)[1]

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def close(self) -> int:
        self.process.kill()
        os.close(self.master)
        return self.process.wait()


@pytest.fixture
def terminal(tmp_path, request):
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    brand = tmp_path / "prompts" / "brand.yaml"
    brand.write_text(brand.read_text().replace("undo_seconds: 0", f"undo_seconds: {getattr(request, 'param', 0)}"))
    (tmp_path / "in.txt").write_text("Toujours rien reçu, où est mon colis ?\nMy lamp arrived broken.\nWhere is it?\n")
    opened = Terminal(tmp_path, "--from", "in.txt", "--lang", "en")
    yield opened
    opened.close()


def test_one_complaint_from_the_card_to_the_outbox(terminal, tmp_path):
    """Approve the first, edit and approve the second, quit at the third: two replies, as approved."""
    terminal.expect("[a] Approve")
    terminal.press("a")
    terminal.expect("Posted, approved by")
    terminal.expect("[a] Approve")
    terminal.press("e")
    terminal.expect("> ")
    terminal.press(" Thank you.\r")
    terminal.expect("written by")
    terminal.expect("[a] Approve")
    terminal.press("a")
    terminal.expect("Posted, approved by")
    terminal.expect("[a] Approve")
    terminal.press("q")
    terminal.expect("2 replies posted.")
    replies = [json.loads(line)["text"] for line in (tmp_path / "outbox.jsonl").read_text().splitlines()]
    assert len(replies) == 2
    assert "Thank you." in replies[1]
    assert terminal.process.wait(SECONDS) == 0


@pytest.mark.parametrize("terminal", [60], indirect=True)
def test_an_approval_can_be_taken_back(terminal, tmp_path):
    """Until it is sent, one key undoes it; the card stands again, and nothing went out."""
    terminal.expect("[a] Approve")
    terminal.press("a")
    terminal.expect("[u] Undo")
    terminal.press("u")
    terminal.expect("[a] Approve")
    terminal.press("q")
    terminal.expect("0 replies posted.")
    assert not (tmp_path / "outbox.jsonl").exists()
