"""Portevoix as a process: a stream answered as it comes and left at once; two processes at one desk."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(tmp_path):
    """Start a command whose standard input stays open."""
    started: list[subprocess.Popen] = []

    def start(*words: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def say(process: subprocess.Popen, line: str) -> None:
    process.stdin.write(line + "\n")
    process.stdin.flush()


def test_a_draft_does_not_wait_for_the_next_complaint(start):
    """`tail -f complaints.txt | portevoix draft --from - --json` answers line by line."""
    process = start("draft", "--from", "-", "--json")
    for text in ("Where is my parcel?", "Toujours rien reçu, où est mon colis ?"):
        say(process, text)
        assert json.loads(process.stdout.readline())["text"] == text


@pytest.mark.parametrize("words", [("draft", "--from", "-", "--json"), ("demo", "--from", "-", "--approve-all")])
def test_ctrl_c_ends_it_while_it_waits_for_input(start, words, tmp_path):
    """Nobody should have to close the other program first; no traceback, and what is done is done."""
    process = start(*words)
    say(process, "Where is my parcel?")
    while words[0] == "demo" and not (tmp_path / "outbox.jsonl").exists():
        assert process.poll() is None
    if words[0] == "draft":
        process.stdout.readline()
    time.sleep(0.5)  # until its thread waits for the next line
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=15)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "Fatal" not in said


def test_two_processes_post_each_reply_once(start, tmp_path):
    """Over one database whoever comes second sees what the other did, and both come to an end."""
    lines = "\n".join(f"Where is my parcel number {number}?" for number in range(150))
    (tmp_path / "in.txt").write_text(lines + "\n")
    both = [start("demo", "--from", "in.txt", "--approve-all", "--lang", "en") for _ in range(2)]
    said = [process.communicate(timeout=40)[0] for process in both]
    keys = [json.loads(line)["key"] for line in (tmp_path / "outbox.jsonl").read_text().splitlines()]
    assert len(keys) == len(set(keys)) == 150
    assert all("150 replies posted." in one for one in said)
