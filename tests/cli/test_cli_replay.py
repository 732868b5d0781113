"""``portevoix replay``: a table, a page, and going on where it stopped."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import ModelServerStandIn

from bot.store.store import Store
from tests.report.past_cases import past, write_prompts

ROOT = Path(__file__).parents[2]
SINCE = ("--since", "2025-03-01")
MODELS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_API", "BUDGET_PER_DAY")
REPLY = {
    "lang": "fr", "kind": "complaint", "topic": "late-delivery", "severity": "normal",
    "reply": "Bonjour, nous cherchons votre colis.", "promises": [], "missing": [], "person": False, "why_person": "",
}  # fmt: skip


@pytest.fixture
def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small brand's prompts and six approved replies."""
    for name in MODELS:
        monkeypatch.delenv(name, raising=False)
    write_prompts(folder / "prompts")
    asyncio.run(_live(folder))
    return folder


async def _live(folder: Path) -> None:
    async with past(folder, folder / "prompts") as life:
        for n in range(6):
            await life.approved("Bonjour Zoé, nous cherchons votre colis." if n % 2 else None, author_name="Zoé Petit")


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, desk: Path) -> Iterator[ModelServerStandIn]:
    """A model's server that the settings name; the protocol lets it write."""
    protocol = desk / "prompts" / "protocol.yaml"
    protocol.write_text(protocol.read_text().replace("mode: template", "mode: model"))
    (desk / "prompts" / "draft.md.j2").write_bytes((ROOT / "prompts" / "draft.md.j2").read_bytes())
    with ModelServerStandIn() as server:
        server.reply = lambda messages: REPLY
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_MODEL", "small")
        yield server


def states(folder: Path) -> list[tuple[str, int]]:
    """Every case and its revision."""

    async def read() -> list[tuple[str, int]]:
        async with Store.open(f"sqlite:///{folder / 'portevoix.db'}") as store:
            return [(case.id, case.revision) async for case in store.export()]

    return asyncio.run(read())


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "replay.jsonl").read_text().splitlines()]


def test_without_a_model_templates_draft(portevoix, desk):
    """A table and a page; no case has changed."""
    before = states(desk)
    ran = portevoix("replay", *SINCE)
    assert (ran.code, states(desk)) == (0, before)
    assert re.search(r"late-delivery\s+6\s+6/6", ran.out)
    assert "replay.html (personal data masked; --unmasked shows it)" in ran.out
    assert "[NAME]" in (desk / "replay.html").read_text()


def test_other_prompts_are_compared_with_those_of_that_time(portevoix, desk):
    """By their own rules, both of them; the prompts in use are not read."""
    other = write_prompts(desk / "other", **{"never.md": "- sincèrement désolés\n"})
    template = other / "templates" / "late-delivery.fr.md"
    template.write_text(template.read_text().replace("désolés", "sincèrement désolés"))
    (desk / "prompts" / "brand.yaml").unlink()
    ran = portevoix("replay", *SINCE, "--prompts", "other")
    assert ran.code == 0
    assert re.search(r"late-delivery\s+6\s+6/6 → 0/6", ran.out)


def test_unmasked_shows_personal_data(portevoix, desk):
    """For a page that stays within the team."""
    ran = portevoix("replay", *SINCE, "--unmasked", "--out", "team.html")
    assert "Bonjour Zoé" in (desk / "team.html").read_text()
    assert "personal data shown" in ran.out


def test_the_model_drafts_and_its_calls_are_noted(portevoix, desk, model):
    """Its tokens count towards the day's budget, as “replay”."""
    ran = portevoix("replay", *SINCE)
    assert ran.code == 0
    assert re.search(r"late-delivery\s+6\s+6/6\s.* 6\.6k tokens", ran.out)
    assert len(model.calls) == 6
    assert purposes(desk) == ["replay"] * 6


def purposes(folder: Path) -> list[str]:
    import sqlite3

    with sqlite3.connect(folder / "portevoix.db") as database:
        return [row[0] for row in database.execute("select purpose from model_calls where model = 'small'")]


def test_a_limited_run_is_gone_on_with(portevoix, desk, model):
    """Nothing is asked or paid for twice."""
    first = portevoix("replay", *SINCE, "--limit", "2")
    again = portevoix("replay", *SINCE)
    assert (first.code, again.code, len(model.calls), len(lines(desk))) == (0, 0, 6, 6)
    assert re.search(r"late-delivery\s+6\s", again.out)


def test_fresh_begins_anew(portevoix, desk, model):
    """Whoever wants other drafts of the same prompts gets them."""
    portevoix("replay", *SINCE)
    portevoix("replay", *SINCE, "--fresh")
    assert (len(model.calls), len(lines(desk))) == (12, 6)


def test_another_model_is_another_replay(portevoix, desk, model, monkeypatch):
    """Its drafts are not mixed with those of the first."""
    portevoix("replay", *SINCE, "--limit", "2")
    monkeypatch.setenv("OPENAI_MODEL", "large")
    portevoix("replay", *SINCE, "--limit", "2")
    assert (len(model.calls), len({line["pen"] for line in lines(desk)})) == (4, 2)


def test_a_dead_server_ends_the_run_in_a_sentence(portevoix, desk, model, monkeypatch):
    """Exit 1; what is missing is asked for the next time."""
    monkeypatch.setenv("DRAFT_DEADLINE_SECONDS", "1")
    model.stop()
    ran = portevoix("replay", *SINCE, "--at-once", "1")
    assert ran.code == 1
    assert "The model's server is not reachable." in ran.out
    assert "the same command goes on" in ran.out
    model.start()
    assert portevoix("replay", *SINCE).code == 0
    assert len(lines(desk)) == 6


def test_a_spent_budget_ends_the_run(portevoix, desk, model, monkeypatch):
    """A replay must not eat what the day's customers need."""
    brand = desk / "prompts" / "brand.yaml"
    brand.write_text(
        f"{brand.read_text()}model: {{budget_per_day: 0.01, prices: {{small: {{input: 10, output: 10}}}}}}\n"
    )
    ran = portevoix("replay", *SINCE, "--at-once", "1")
    assert "Today's budget for the model (0.01 EUR) is spent" in ran.out
    assert (ran.code, len(model.calls)) == (1, 1)


def test_ctrl_c_ends_cleanly_and_the_same_command_goes_on(portevoix, desk, model):
    """Exit 130, a page of what there is, and how to go on; a second Ctrl-C is not needed."""
    model.latency = 0.2
    command = [sys.executable, "-m", "bot", "replay", *SINCE, "--at-once", "1"]
    child = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(command, cwd=desk, env=child, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_for(lambda: (desk / "replay.jsonl").exists() and lines(desk))
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    noted = len(lines(desk))
    assert (run.returncode, noted) == (130, len(model.calls)), err
    assert noted < 6
    assert f"{noted} of 6 complaints are drafted. The same command goes on with the rest" in " ".join(out.split())
    assert f"{noted} réclamations sur 6 pour l’instant" in (desk / "replay.html").read_text()
    assert portevoix("replay", *SINCE, "--at-once", "1").code == 0
    assert (len(model.calls), len(lines(desk))) == (6, 6)


def test_a_killed_run_is_gone_on_with(portevoix, desk, model):
    """Even kill -9 costs no more than what was under way."""
    model.latency = 0.2
    command = [sys.executable, "-m", "bot", "replay", *SINCE, "--at-once", "1"]
    child = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(command, cwd=desk, env=child, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(lambda: (desk / "replay.jsonl").exists() and lines(desk))
    run.kill()
    run.wait(60)
    assert portevoix("replay", *SINCE, "--at-once", "1").code == 0
    assert len(lines(desk)) == 6
    assert len(model.calls) <= 7


def _wait_for(condition) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--writer", "model"), 1, "--writer model needs a model: set OPENAI_API_KEY"),
        (("--until", "2024-01-01"), 2, "--since must lie before --until."),
        (("--out", "replay.txt"), 2, "call it replay.html, say"),
        (("--out", "nowhere/replay.html"), 1, "There is no folder nowhere"),
        (("--prompts", "nowhere"), 1, "nowhere is no folder"),
        (("--brand", "soleil"), 1, "There is no brand “soleil”"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(portevoix, desk, words, code, said):
    """And nothing is drafted."""
    ran = portevoix("replay", *SINCE, *words)
    assert (ran.code, (desk / "replay.jsonl").exists()) == (code, False)
    assert said in ran.err


def test_a_period_without_complaints_is_no_error(portevoix, desk):
    """It says so, and writes nothing."""
    ran = portevoix("replay", "--since", "2025-04-01")
    assert (ran.code, (desk / "replay.html").exists()) == (0, False)
    assert "No complaints from 2025-04-01 00:00 UTC" in ran.out


def test_complaints_of_unknown_brands_are_left_out(portevoix, desk):
    """Another folder of prompts may hold fewer brands."""

    async def other() -> None:
        async with past(desk, desk / "prompts") as life:
            case = await life.complaint()
            async with Store.open(f"sqlite:///{desk / 'portevoix.db'}") as store:
                from dataclasses import replace

                strange = replace(case.complaint, id="x:99", brand="soleil")
                await store.add(replace(case, complaint=strange, draft=None))

    asyncio.run(other())
    ran = portevoix("replay", *SINCE)
    assert "Left out: 1 of brands that prompts does not hold." in ran.out
