"""What the terminal shows: complete, readable, and without effect."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from bot.chat.around import Around
from bot.chat.console.card import VIEW, card, plain, translation
from bot.chat.console.decisions import Key, keys, legend, note
from bot.desk.case import (
    Approval,
    Case,
    Complaint,
    Draft,
    Finding,
    Level,
    Origin,
    Remark,
    Reply,
    Severity,
    Status,
    Usage,
)
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


def test_a_deleted_reply_says_why_and_nothing_else():
    """“No reply” would be less than is known."""
    reason = Remark("Deleted again: {reason}", {"reason": "mauvais client"})
    shown = drawn(case(status=Status.REJECTED, reason=reason))
    assert "Supprimée ensuite\u00a0: mauvais client" in shown
    assert "Sans réponse" not in shown


def test_the_key_that_deletes_is_there_where_it_can():
    """Only for what the bot has posted, on a network that lets us."""
    posted = case(status=Status.POSTED, reply=replace(REPLY, ref="7"))
    able = replace(around("en"), deletes=True)
    assert keys(posted, able) == (Key.DELETE, Key.SKIP, Key.QUIT)
    assert "[x] Delete this reply…" in legend(posted, Sentences("en"), able)
    assert Key.DELETE not in keys(posted, around("en")) + keys(replace(posted, reply=REPLY), able) + keys(case(), able)


def test_what_the_original_is_by_now_stands_before_the_draft():
    """And what its new words hold has no effect on a terminal."""
    gone = Remark("The original is gone: the customer, or the network, has deleted it.")
    changed = Remark("The original reads differently now: “{text}”", {"text": "\x1b[2Jrien"})
    shown = words(case(draft=replace(case().draft, remarks=(changed, gone))))
    assert shown.index("⚠️ The original is gone") < shown.index("reads differently now") < shown.index("Draft 2")
    assert "\x1b" not in shown


@pytest.mark.parametrize("status", list(Status))
def test_every_status_offers_a_way_on(status):
    """Skip and quit at least; the legend names just the keys that work."""
    held = case(status=status)
    assert {Key.SKIP, Key.QUIT} <= set(keys(held))
    assert legend(held, Sentences("en")).count("[") == len(keys(held))


# Where a model writes

USED = Usage(model="gpt-x", tokens_in=1_240, cached=1_100, tokens_out=85, seconds=2.1, price=0.0012, currency="EUR")
SLOW = Remark("The model did not answer within {seconds} s.", {"seconds": 20})
NO_DRAFT = Remark("No draft: what the customer wrote is missing. Please add it, or write the reply yourself.")


def words(held: Case, lang="en") -> str:
    return " ".join(drawn(held, lang, width=200).split())


def around(lang="fr", *, model=True) -> Around:
    return Around(say=Sentences(lang), now=NOW, model=model)


def test_a_model_s_draft_says_who_wrote_it_and_what_it_took():
    """With what the approver should know, each sentence once."""
    draft = replace(case().draft, origin=Origin.MODEL, template="", usage=USED, remarks=(SLOW, SLOW))
    said = words(case(draft=draft))
    assert "Draft 2 · written by the model gpt-x" in said
    assert "1,240 tokens in (1,100 cached), 85 out · 2.1 s · 0.0012 EUR" in said
    assert said.count("ℹ The model did not answer within 20 s.") == 1


def test_a_card_without_a_draft_says_so_first():
    """No “Draft 2” above “No draft”."""
    said = words(case(draft=replace(case().draft, text="", reason=NO_DRAFT)))
    assert "ℹ No draft: what the customer wrote is missing." in said
    assert "Draft 2" not in said


def test_the_keys_of_tone_are_there_where_a_model_writes():
    """In both languages; Translate for who does not read the customer's."""
    tones = (Key.SHORTER, Key.WARMER, Key.FORMAL)
    assert keys(case(), around())[-3:] == tones
    assert keys(case(), around("en"))[-4:] == (*tones, Key.TRANSLATE)
    assert "[b] Plus court  [c] Plus chaleureux  [f] Plus formel  [t] Modèle" in legend(
        case(), Sentences("fr"), around()
    )
    assert "[b] Shorter  [c] Warmer  [f] More formal  [l] Translate" in legend(case(), Sentences("en"), around("en"))


@pytest.mark.parametrize("model", [True, False])
def test_no_key_without_a_model_or_a_text(model):
    """A key that could do nothing is not named."""
    held = case(draft=replace(case().draft, text="")) if model else case()
    assert keys(held, around("en", model=model)) == keys(held)


def test_every_key_is_another_letter():
    """Two meanings of one key would be one lost."""
    assert len({key.value for key in Key}) == len(Key)


def test_a_tone_key_says_what_the_next_draft_should_be():
    """As its label does; no other key says anything."""
    assert note(Key.WARMER, Sentences("fr")) == "Plus chaleureux"
    assert note(Key.REDRAFT, Sentences("fr")) == ""


def test_a_translation_is_harmless_and_says_what_is_posted():
    """It stands below the card, which shows the draft itself."""
    console = Console(file=io.StringIO(), width=100, highlight=False)
    console.print(translation(case(), "Hello\x1b[2J Zoé", Sentences("en")))
    said = console.file.getvalue()
    assert "Draft 2, translated into English" in said
    assert "Hello\ufffd[2J Zoé" in said
    assert "What is posted is the draft itself." in said
