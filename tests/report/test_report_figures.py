"""Versions judged, and the figures of many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk.case import Case, Origin, Severity, Usage
from bot.desk.decision import Approve, Edit, Reject
from bot.desk.ports import Length, Writing
from bot.network.measure import measure
from bot.report.figures import Figures
from bot.report.notebook import Entry
from bot.report.versions import Compared, compared, distance
from bot.voice.library import Library
from tests.report.past_cases import Past, past

NOW = Writing(
    text="Bonjour, nous cherchons votre colis.",
    origin=Origin.MODEL,
    lang="fr",
    kind="complaint",
    topic="late-delivery",
    severity=Severity.NORMAL,
)


def length_of(complaint, text: str) -> Length:  # type: ignore[no-untyped-def]
    return measure(complaint.network, text)


async def judged(desk: Past, prompts: Path, case: Case, writing: Writing = NOW) -> Compared:
    entry = Entry(pen="pen", case=case.id, revision=case.revision, seconds=1.5, writing=writing)
    drafts, _ = await desk.store.history(case.id)
    return compared(Library.load(prompts), length_of, case, drafts, entry)


async def test_then_now_and_the_approved_text(tmp_path: Path, prompts: Path) -> None:
    """The bot's first draft, today's, and what was approved without its signature."""
    async with past(tmp_path, prompts) as desk:
        case = await desk.complaint()
        case = await desk.decide(case, Edit(1, "Bonjour, un instant."))
        case = await desk.decide(case, Approve(2, "Bonjour, nous cherchons votre colis."))
        one = await judged(desk, prompts, case)
    assert one.then
    assert one.then.text.startswith("Bonjour, nous sommes désolés")
    assert one.approved == NOW.text
    assert (one.now.distance, one.now.passes, one.topic) == (0.0, True, "late-delivery")
    assert 0.3 < (one.then.distance or 0) < 1


async def test_both_drafts_are_checked_by_the_rules_that_are_tried(tmp_path: Path, prompts: Path) -> None:
    """A new phrase in never.md counts against the drafts of that time as well: what differs is the text."""
    async with past(tmp_path, prompts) as desk:
        case = await desk.approved()
        (prompts / "never.md").write_text("- meilleurs délais\n- cherchons\n")
        one = await judged(desk, prompts, case)
    assert one.then
    assert [finding.quote for finding in one.then.findings] == ["meilleurs délais"]
    assert not one.then.passes
    assert not one.now.passes
    assert not one.worse


async def test_a_length_includes_the_signature(tmp_path: Path, prompts: Path) -> None:
    """A text that fits without it does not fit."""
    async with past(tmp_path, prompts) as desk:
        one = await judged(desk, prompts, await desk.complaint(), replace(NOW, text="a" * 279))
    assert one.now.length == Length(283, 280)
    assert "length" in [finding.check for finding in one.now.findings]


async def test_without_an_approval_there_is_no_distance(tmp_path: Path, prompts: Path) -> None:
    """A rejected draft is no measure."""
    async with past(tmp_path, prompts) as desk:
        case = await desk.decide(await desk.complaint(), Reject(1, "doublon"))
        one = await judged(desk, prompts, case)
    assert (one.approved, one.now.distance) == ("", None)


@pytest.mark.parametrize(
    ("text", "approved", "found"),
    [("abcd", "abcd", 0.0), ("abcd", "abce", 0.25), ("a  b", "a\nb", 0.0), ("abc", "xyz", 1.0), ("", "a", None)],
)
def test_distance_is_the_share_of_characters_to_change(text: str, approved: str, found: float | None) -> None:
    """0 the same, 1 nothing in common; how blanks are set does not count."""
    assert distance(text, approved) == found


async def test_figures_by_topic(tmp_path: Path, prompts: Path) -> None:
    """Rates, medians and sums of what was counted."""
    usage = Usage(model="m", tokens_in=100, tokens_out=10, seconds=2.0, price=0.25, currency="EUR")
    figures = Figures()
    async with past(tmp_path, prompts) as desk:
        for text in ("Bonjour, nous cherchons votre colis.", "Cher client, non.", ""):
            case = await desk.approved("Bonjour, nous cherchons votre colis.")
            figures.add(await judged(desk, prompts, case, replace(NOW, text=text, usage=usage)))
    ((topic, row),) = figures.rows
    assert (topic, row.now.complaints, row.now.drafts, row.now.passed, row.worse) == ("late-delivery", 3, 2, 1, 2)
    assert (row.now.prices["EUR"], row.now.tokens, row.now.time, row.then.rate) == (0.75, 330, 1.5, 1.0)


async def test_what_to_look_at_first(tmp_path: Path, prompts: Path) -> None:
    """Blocked drafts, then those furthest from what was approved."""
    figures = Figures()
    async with past(tmp_path, prompts) as desk:
        for text in ("Bonjour, nous cherchons votre colis.", "Bonjour.", "Cher client, nous cherchons votre colis."):
            case = await desk.approved("Bonjour, nous cherchons votre colis.")
            figures.add(await judged(desk, prompts, case, replace(NOW, text=text)))
    assert figures.telling(2) == ["x:3", "x:2"]
    assert figures.telling(9) == ["x:3", "x:2", "x:1"]
