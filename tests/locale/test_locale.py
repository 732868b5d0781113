"""Both languages are complete: every sentence of ours that a person may read has its French twin."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.chat.console.tally import SENTENCES as TALLIES
from bot.chat.slack.team import Coming
from bot.desk.case import Remark, Severity, Status
from bot.errors import Blocked, NotNow
from bot.locale import Sentences
from bot.network.outbox import OBSTACLES
from bot.voice.checks import SENTENCES as CHECKS

BOT = Path(__file__).parents[2] / "bot"
WORDS = {
    *Status,
    *Severity,
    "praise",
    "question",
    "troll",
    "spam",
    "characters",
    "graphemes",
    "bytes",
    "outbox",
    "manual",
}


@cache
def catalog() -> dict[tuple[str, str], str | tuple[str, ...]]:
    with (BOT / "locale" / "fr.po").open("rb") as source:
        found = read_po(source, locale="fr")
    return {(m.context or "", m.id[0] if isinstance(m.id, tuple) else m.id): m.string for m in found if m.id}


@cache
def sentences() -> set[str]:
    """Every English sentence in the code that is looked up in the catalog."""
    found = {says for path in BOT.rglob("*.py") for says in _in_code(ast.parse(path.read_text()))}
    return found | {*Coming} | set(CHECKS.values()) | set(OBSTACLES.values()) | {one for one, _ in TALLIES.values()}


def _in_code(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in {"say", "Remark", "self"}:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id == "says":
                yield str(node.value.value)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def holes(says: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", says))


def test_every_sentence_has_a_french_one():
    """A sentence without a translation would reach a French team in English."""
    missing = [says for says in sorted(sentences()) if not catalog().get(("", says)) and says != "{reason}"]
    assert missing == []


def test_every_word_has_a_french_one():
    """Statuses, severities, kinds and units are said in the team's language."""
    assert [word for word in sorted(WORDS) if not catalog().get(("word", word))] == []


def test_the_catalog_holds_nothing_that_is_no_longer_said():
    """A sentence that left the code leaves the catalog."""
    assert [says for context, says in catalog() if not context and says not in sentences()] == []


def test_the_french_sentences_have_the_same_facts():
    """A fact left out, or a misspelt one, would be a lost number or a crash."""
    for (_, says), french in catalog().items():
        for sentence in (french,) if isinstance(french, str) else french:
            assert holes(sentence) <= holes(says) | {"number"}, says


def test_french_typography():
    """A no-break space stands before ; : ! ? and inside quotes; apostrophes are typographic."""
    for (context, _), french in catalog().items():
        for sentence in (french,) if isinstance(french, str) else french:
            bare = re.sub(r"\{\w+\}|https?://\S+", "X", sentence)
            assert context or not re.search(r"[^\u00a0\u202f][;!?»]|\w:(?!\d)|«[^\u00a0\u202f]| :|\w'\w", bare), (
                sentence
            )


@pytest.mark.parametrize(("lang", "said"), [("en", "2 replies posted."), ("fr", "2 réponses publiées.")])
def test_plurals_follow_the_language(lang, said):
    """Two of something is said in the plural."""
    assert Sentences(lang).many(*TALLIES["posted"], 2) == said


def test_facts_that_are_remarks_are_said_in_the_same_language():
    """A refusal that quotes findings is French throughout."""
    blocked = Blocked(findings=(Remark("The text is empty."),))
    assert "Le texte est vide." in Sentences("fr").remark(blocked)


def test_a_status_within_a_sentence_is_translated():
    """“This case is posted” names the status in the reader's language."""
    assert "publié" in Sentences("fr").remark(NotNow(status="posted", who=""))


def test_ages_are_said_as_people_say_them():
    """Seconds are just now; hours are counted."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert Sentences("fr").age(now - timedelta(hours=3), now) == "il y a 3 heures"
    assert Sentences("en").age(now, now) == "just now"


def test_an_unknown_team_language_is_english():
    """Nobody is left without words."""
    assert Sentences("de")("Approve") == "Approve"
