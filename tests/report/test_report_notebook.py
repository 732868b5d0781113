"""What a replay has drafted: kept line by line, found again, and safe from a crash."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.case import Finding, Level, Origin, Remark, Severity, Usage
from bot.desk.ports import Writing
from bot.errors import InputError
from bot.report.notebook import Entry, Notebook, pen_of

FULL = Writing(
    text="Bonjour Zoé 😀\n",
    origin=Origin.MODEL,
    lang="fr",
    kind="complaint",
    topic="late-delivery",
    severity=Severity.HIGH,
    template="late-delivery.fr",
    reason=Remark("No draft: {topic}", {"topic": "x"}),
    remarks=(Remark("a {seconds}", {"seconds": 20}),),
    findings=(Finding("missing", Level.WARN, Remark("{fact}", {"fact": "date"}), "date"),),
    usage=Usage(model="m", tokens_in=10, cached=5, tokens_out=2, seconds=1.5, price=0.01, currency="EUR"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "replay.jsonl"


def entry(case: str = "x:1", pen: str = "pen", writing: Writing = FULL, revision: int = 4) -> Entry:
    return Entry(pen=pen, case=case, revision=revision, seconds=1.5, writing=writing)


def test_an_entry_comes_back_whole(path: Path) -> None:
    """Findings, remarks and cost too: the page is drawn from it."""
    with Notebook(path, "pen") as notebook:
        notebook.note(entry())
    with Notebook(path, "pen") as notebook:
        assert notebook.find("x:1", 4) == entry()


@given(st.text(), st.text())
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str, case: str) -> None:
    """Line ends, quotes, halves of emoji: what a customer or a model wrote does not break the lines."""
    text, case = (one.encode("utf-8", "replace").decode() for one in (text, case))
    path = tmp_path_factory.mktemp("notes") / "replay.jsonl"
    held = entry(case, writing=replace(FULL, text=text, remarks=(Remark(text),)))
    with Notebook(path, "pen") as notebook:
        notebook.note(held)
        assert notebook.find(case, 4) == held


def test_another_pen_s_entries_are_left_aside_and_kept(path: Path) -> None:
    """Two prompts may be compared in turn."""
    for pen in ("a", "b"):
        with Notebook(path, pen) as notebook:
            assert len(notebook) == 0
            notebook.note(entry(pen=pen))
    with Notebook(path, "a") as notebook:
        assert notebook.find("x:1", 4) == entry(pen="a")


@pytest.mark.parametrize("rest", [b'{"pen":"pen","case":"x:2","revi', b"\xff\xfe\x00", b"[]\n", b"null"])
def test_a_line_that_a_crash_has_cut_is_overlooked(path: Path, rest: bytes) -> None:
    """What was noted before it counts, and what comes after it is not glued to it."""
    with Notebook(path, "pen") as notebook:
        notebook.note(entry("x:1"))
    path.write_bytes(path.read_bytes() + rest)
    with Notebook(path, "pen") as notebook:
        notebook.note(entry("x:3"))
    with Notebook(path, "pen") as notebook:
        assert [notebook.find(f"x:{n}", 4) is not None for n in (1, 2, 3)] == [True, False, True]


def test_the_last_entry_of_a_case_counts(path: Path) -> None:
    """A case that was drafted again after it had moved on."""
    with Notebook(path, "pen") as notebook:
        notebook.note(entry(revision=4))
        notebook.note(entry(revision=5))
    with Notebook(path, "pen") as notebook:
        assert (notebook.find("x:1", 4), notebook.find("x:1", 5)) == (None, entry(revision=5))


def test_fresh_begins_anew(path: Path) -> None:
    """Nothing of before is left."""
    with Notebook(path, "pen") as notebook:
        notebook.note(entry())
    with Notebook(path, "pen", fresh=True) as notebook:
        assert len(notebook) == 0


def test_only_its_owner_reads_it(path: Path) -> None:
    """It holds replies to customers, unmasked."""
    with Notebook(path, "pen"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In a sentence with its name."""
    with pytest.raises(InputError, match="cannot be written"), Notebook(tmp_path, "pen"):
        pass


def test_a_pen_is_prompts_writer_and_model(tmp_path: Path, prompts: Path) -> None:
    """Whatever would change a draft makes another pen; the brand's test cases do not."""
    first = pen_of(prompts, "model", "m")
    (prompts / "cases").mkdir()
    (prompts / "cases" / "late.yaml").write_text("[]")
    assert pen_of(prompts, "model", "m") == first
    assert len({first, pen_of(prompts, "templated", "m"), pen_of(prompts, "model", "n")}) == 3
    (prompts / "voice.md").write_text("Autrement.")
    assert pen_of(prompts, "model", "m") != first
