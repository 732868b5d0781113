"""What the terminal shows: complete, readable, and without effect."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from bot.chat.console.card import VIEW, card, plain
from bot.chat.console.decisions import Key, keys, legend
from bot.desk.case import Approval, Case, Complaint, Draft, Finding, Level, Origin, Remark, Reply, Severity, Status
from bot.locale import Sentences

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def case(**changes) -> Case:
    complaint = Complaint(
        id="x:1", brand="main", text="Toujours rien reçu !", received_at=NOW, written_at=NOW - timedelta(minutes=12),
        network="x", author="@zoe_ptt", author_name="Zoé Petit", link="https://x.com/zoe_ptt/status/17",
    )  # fmt: skip
    draft = Draft(
        number=2, text="Bonjour Zoé, écrivez-nous.", origin=Origin.TEMPLATE, written_at=NOW, lang="fr",
        template="late-delivery.fr", version="4c1f09e12345",
    )  # fmt: skip
    held = Case(
        complaint=complaint, updated_at=NOW, status=Status.AWAITING, lang="fr", kind="complaint",
        topic="late-delivery", severity=Severity.HIGH, draft=draft,
    )  # fmt: skip
    return replace(held, **changes)


def drawn(held: Case, lang="fr", width=100, signature="") -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(card(held, NOW, Sentences(lang), signature))
    return console.file.getvalue()


def test_the_card_says_who_where_when_and_what():
    """All that a manager needs before deciding, in the team's language."""
    shown = drawn(case())
    assert "X · Zoé Petit · @zoe_ptt · il y a 12 minutes" in shown
    assert "Toujours rien reçu !" in shown
    assert "late-delivery · gravité élevée · français" in shown
    assert "Brouillon 2 · modèle late-delivery.fr (4c1f09e)" in shown
    assert "https://x.com/zoe_ptt/status/17" in shown


def test_the_card_speaks_english_to_an_english_team():
    """The same card, the other language."""
    assert "12 minutes ago" in drawn(case(), "en")
    assert "severity: high" in drawn(case(), "en")


def test_the_signature_stands_behind_the_draft():
    """A yes is a yes to the text as it goes out."""
    assert "écrivez-nous. ^CD" in drawn(case(), signature="^CD")


def test_warnings_and_blocks_look_different():
    """One may be overridden, the other not."""
    findings = (
        Finding(
            "never", Level.BLOCK, Remark("The brand never says “{quote}”.{why}", {"quote": "calmez-vous", "why": ""})
        ),
        Finding("capitals", Level.WARN, Remark("Written in capitals: it reads as shouting.")),
    )
    shown = drawn(case(draft=replace(case().draft, findings=findings)))
    assert "✗ La marque ne dit jamais" in shown
    assert "! Écrit en majuscules" in shown


@pytest.mark.parametrize(
    "text", ["\x1b[2J\x1b[31mgone", "\x9b31m", "\x07", "a\rb", "\u202eevil", "[red]markup[/red]", "{{ 7*7 }}"]
)
def test_a_customer_s_words_have_no_effect_on_a_terminal(text):
    """Control characters become visible signs; markup and braces stay as written."""
    held = case(complaint=replace(case().complaint, text=text, author_name=text, link=text, notes=(text,)))
    shown = drawn(held, width=200)
    assert not any(sign in shown for sign in "\x1b\x9b\x07\r\u202e")
    assert all(word in shown for word in plain(text).split())


def test_a_long_complaint_is_cut_in_view():
    """And the card says how much more there is."""
    shown = drawn(case(complaint=replace(case().complaint, text="a" * (VIEW + 50))))
    assert "encore 50 caractères" in " ".join(shown.replace("│", " ").split())


@pytest.mark.parametrize("width", [24, 40, 200])
def test_any_width_can_be_drawn(width):
    """A narrow terminal wraps; it does not lose words."""
    assert "Zoé," in drawn(case(), width=width)


REPLY = Reply(text="t", draft=2, approved_by=(Approval("console", "Camille"),), approved_at=NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": Status.POSTED, "reply": REPLY}, "Publié, approuvé par Camille."),
        ({"status": Status.REFUSED, "reply": REPLY, "reason": Remark("The text is empty.")}, "Le texte est vide."),
        ({"status": Status.UNKNOWN, "reply": REPLY, "reason": Remark("The bot stopped while posting.")}, "peut-être"),
        ({"approvals": (Approval("a", "Ana"),)}, "Ana a dit oui"),
        ({"escalated": "presse"}, "presse"),
        ({"taken_by": "Max"}, "Max s’en occupe"),
    ],
)
def test_the_card_says_what_became_of_the_case(changes, said):
    """And what a person can do next."""
    assert said in drawn(case(**changes))


@pytest.mark.parametrize("status", list(Status))
def test_every_status_offers_a_way_on(status):
    """Skip and quit at least; the legend names just the keys that work."""
    held = case(status=status)
    assert {Key.SKIP, Key.QUIT} <= set(keys(held))
    assert legend(held, Sentences("en")).count("[") == len(keys(held))
