"""With a model's server in the environment the commands use it; without one nothing speaks of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from model_answers import says, wrong_key
from model_server import ModelServerStandIn

REPLY = "Hello, we are sorry that your parcel is late. Please send us your order number by direct message."
TOLD = {"lang": "en", "kind": "complaint", "topic": "late-delivery", "severity": "normal", "reply": REPLY}
COMPLAINT = '{"text": "My parcel has still not arrived after three weeks, where is it?", "network": "x", "id": "1"}\n'

Run = Callable[..., Any]


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServerStandIn]:
    """A model's server that the environment names."""
    (folder / "in.jsonl").write_text(COMPLAINT, "utf-8")
    with ModelServerStandIn() as standing:
        monkeypatch.setenv("OPENAI_BASE_URL", standing.url)
        monkeypatch.setenv("OPENAI_MODEL", "small-model")
        yield standing


def test_the_demo_drafts_with_the_model(server: ModelServerStandIn, portevoix: Run, folder: Path) -> None:
    """The reply that goes out is the model's, and the export says what it cost."""
    server.default = says(TOLD)
    assert portevoix("demo", "--from", "in.jsonl", "--approve-all").code == 0
    assert REPLY in json.loads((folder / "outbox.jsonl").read_text("utf-8"))["text"]
    held = json.loads(portevoix("cases", "export").out)
    assert (held["draft"]["origin"], held["draft"]["usage"]["tokens_in"]) == ("model", 1000)


def test_the_demo_goes_on_without_its_model(server: ModelServerStandIn, portevoix: Run, folder: Path) -> None:
    """A key that is refused costs the model's words, not the reply."""
    server.default = wrong_key()
    assert portevoix("demo", "--from", "in.jsonl", "--approve-all").code == 0
    held = json.loads(portevoix("cases", "export").out)
    assert (held["draft"]["origin"], held["status"]) == ("template", "posted")
    assert "OPENAI_API_KEY" in held["draft"]["remarks"][0]["says"]


def test_the_doctor_asks_the_model_for_a_word(server: ModelServerStandIn, portevoix: Run) -> None:
    """A wrong key is told with the setting to look at."""
    server.answers(says({"text": "Bonjour."}), wrong_key())
    assert "✓ model: small-model answers" in portevoix("doctor").out
    ran = portevoix("doctor")
    assert (ran.code, "✗ model: The key of the model's server was refused" in ran.out) == (1, True)


def test_without_a_model_nothing_looks_broken(portevoix: Run) -> None:
    """No key is no fault."""
    ran = portevoix("doctor")
    assert (ran.code, "✓ model: not configured: drafts come from templates" in ran.out) == (0, True)
