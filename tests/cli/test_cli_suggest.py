"""``portevoix prompts suggest``: a diff on standard output, or a sentence."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
from pathlib import Path

import pytest
from model_server import ModelServerStandIn

from tests.report.past_cases import past, write_prompts

SINCE = ("prompts", "suggest", "--since", "2025-03-01")
MODELS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_API", "BUDGET_PER_DAY")
WISH = {"file": "voice.md", "passage": "", "instead": "- Pas de délais.", "why": "Retirés.", "edits": ["E1", "E2"]}


@pytest.fixture
def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small brand; nothing has happened yet."""
    for name in MODELS:
        monkeypatch.delenv(name, raising=False)
    write_prompts(folder / "prompts")
    return folder


def live(folder: Path, edited: int, unchanged: int = 0) -> None:
    """So many replies from which a phrase was taken out, and so many that stayed as they were."""

    async def go() -> None:
        async with past(folder, folder / "prompts") as life:
            for n in range(edited + unchanged):
                case = await life.complaint(author_name="Zoé Petit")
                text = case.draft.text if case.draft else ""
                await life.decide(case, _yes(text.replace(" dans les meilleurs délais", "") if n < edited else text))

    asyncio.run(go())


def _yes(text: str):
    from bot.desk.decision import Approve

    return Approve(1, text)


def test_the_diff_goes_to_standard_output(portevoix, desk):
    """Nothing else does: it can be piped into git apply."""
    live(desk, 5, 2)
    ran = portevoix(*SINCE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("# 5 edits since 2025-03-01 in 7 approved replies of Lune")
    assert "+- dans les meilleurs délais — retiré de 5 réponses sur 7." in ran.out
    assert "Zoé" not in ran.out
    subprocess.run(["git", "apply", "-"], input=ran.out, text=True, cwd=desk / "prompts", check=True)
    again = portevoix("prompts", "check")
    assert again.code == 0, again.out


def test_the_diff_goes_to_a_file(portevoix, desk):
    """And what it holds is said in a sentence."""
    live(desk, 4)
    ran = portevoix(*SINCE, "--out", "s.diff")
    assert (ran.code, ran.out) == (0, "")
    assert "4 edits since 2025-03-01: 2 proposals in s.diff." in ran.err
    assert "+++ b/never.md" in (desk / "s.diff").read_text()


@pytest.mark.parametrize(("edited", "said"), [(0, "0 edits"), (1, "1 edit since"), (2, "2 edits")])
def test_few_edits_are_told_plainly(portevoix, desk, edited, said):
    """No file, no diff, no excuse."""
    live(desk, edited, 3)
    ran = portevoix(*SINCE, "--out", "s.diff")
    assert (ran.code, ran.out, (desk / "s.diff").exists()) == (0, "", False)
    assert said in ran.err
    assert "nothing came up at least 3 times." in ran.err


def test_a_period_ends(portevoix, desk):
    """Edits of other complaints do not count."""
    live(desk, 5)
    assert "0 edits" in portevoix(*SINCE, "--until", "2025-03-01T09:00:30").err
    assert "0 edits" in portevoix("prompts", "suggest", "--since", "2025-04-01").err


def test_an_unknown_brand_is_named(portevoix, desk):
    """Exit 1."""
    ran = portevoix(*SINCE, "--brand", "soleil")
    assert (ran.code, ran.out) == (1, "")
    assert "There is no brand “soleil”" in ran.err


@pytest.fixture
def model(desk: Path, monkeypatch: pytest.MonkeyPatch):
    with ModelServerStandIn() as server:
        server.reply = lambda messages: {"proposals": [WISH]}
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_MODEL", "small")
        yield server


def calls(folder: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(folder / "portevoix.db") as database:
        return database.execute("select purpose, tokens_in from model_calls").fetchall()


def test_a_model_proposes_too(portevoix, desk, model):
    """Beside what was counted, marked as its own; the call is noted."""
    live(desk, 3)
    ran = portevoix(*SINCE)
    assert "# voice.md: Retirés. (the model's proposal)" in ran.out
    assert "+- Pas de délais." in ran.out
    assert "+++ b/never.md" in ran.out
    assert calls(desk) == [("suggest", 1000)]


def test_without_the_model_s_answer_there_is_what_was_counted(portevoix, desk, model):
    """A dead server costs a sentence, on standard error."""
    live(desk, 3)
    model.stop()
    ran = portevoix(*SINCE)
    assert (ran.code, "+++ b/never.md" in ran.out) == (0, True)
    assert "The model proposed nothing: The model's server is not reachable." in ran.err


def test_a_spent_budget_spares_the_model(portevoix, desk, model):
    """What the day's customers need is not spent on rules."""
    live(desk, 3)
    brand = desk / "prompts" / "brand.yaml"
    prices = "model: {budget_per_day: 0.000001, prices: {small: {input: 10, output: 10}}}\n"
    brand.write_text(brand.read_text() + prices)
    portevoix(*SINCE)
    ran = portevoix(*SINCE)
    assert "Today's budget for the model is spent" in ran.err
    assert len(model.calls) == 1


def test_no_edits_no_question(portevoix, desk, model):
    """There is nothing for a model to read."""
    live(desk, 0, 3)
    portevoix(*SINCE)
    assert model.calls == []
