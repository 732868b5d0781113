"""Which language a text is in: sure where there is hardly a doubt, the brand's first where nothing tells."""

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.language import Languages, languages

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FILES = {
    "airline_sentiment_en.csv": "text",
    "pairs_en_twitter_twcs.csv": "customer_text",
    "pairs_fr_trustpilot_keytrade.csv": "customer_text",
    "pairs_fr_trustpilot_showroomprive.csv": "customer_text",
    "tweets_fr_free_customers.csv": "text",
}
both = languages(("fr", "en"))

TOLD = [
    ("Ma lampe est arrivée cassée et personne ne répond", "fr"),
    ("My lamp turned up smashed and nobody answers", "en"),
    ("merci", "fr"),
    ("OK, merci !", "fr"),
    ("ok thanks!", "en"),
    ("TOUJOURS RIEN REÇU, C'EST UNE HONTE", "fr"),
    ("@lunetilleul where is it?! https://lune-tilleul.example/colis/suivi-de-votre-commande", "en"),
    ("@support_client_france help me please", "en"),
    ("jai tjrs pas recu mon colis svp", "fr"),
]


@pytest.mark.parametrize(("text", "lang"), TOLD)
def test_a_complaints_language_is_told(text: str, lang: str) -> None:
    """Short, shouted, misspelt, with handles and links of the other language."""
    assert both.detect(text) == lang


@pytest.mark.parametrize(
    "text", ["", "👍", "...", "12345", "https://x.example/a", "@lea_m", "Привет, где мой заказ", "你好", "مرحبا"]
)
def test_where_nothing_tells_it_is_the_brands_first(text: str) -> None:
    """Signs, numbers and alphabets that the brand does not write are no evidence."""
    assert both.detect(text) == "fr"
    assert languages(("en", "fr")).detect(text) == "en"
    assert both.sure(text) == ""


SURE = [
    ("Bonjour Léa, nous sommes désolés : votre colis est parti ce matin.", "fr"),
    ("Hello Léa, we are sorry: your parcel left this morning.", "en"),
    ("Merci beaucoup !", "fr"),
    ("Thank you so much", "en"),
    ("merci", ""),
    ("OK, merci !", ""),
    ("Thanks!", ""),
    ("shop.example/help", ""),
    (
        "Bonjour Camille, ce retard n'est pas normal et nous en sommes désolés. Envoyez-nous votre numéro de"
        " commande : nous regardons où est votre colis. Hello Jessica, we are sorry. Please send us your order.",
        "",
    ),
]


@pytest.mark.parametrize(("text", "lang"), SURE)
def test_our_own_reply_is_only_called_wrong_without_a_doubt(text: str, lang: str) -> None:
    """A short thanks, a link or a reply in both languages is no evidence."""
    assert both.sure(text) == lang


def test_many_texts_are_told_at_once_in_order() -> None:
    """The same answers as one by one, also for doubles."""
    texts = [text for text, _ in TOLD] * 3 + ["", "👍"]
    assert both.detect_all(texts) == [both.detect(text) for text in texts]
    assert both.detect_all([]) == []


@pytest.mark.parametrize("codes", [("fr",), ("xx",), ("fr", "xx")])
def test_a_brand_of_one_known_language_needs_no_evidence(codes: tuple[str, ...]) -> None:
    """There is nothing to tell apart, and no model is loaded for it."""
    alone = languages(codes)
    assert alone.detect("Where is my parcel?") == codes[0]
    assert alone.sure("Where is my parcel, and why does nobody answer?") == ""


def test_other_languages_than_ours_are_told_too() -> None:
    """French small words say nothing about Spanish or German ones."""
    three = Languages(("de", "es", "en"))
    texts = ["Wo bleibt mein Paket? Niemand antwortet.", "¿Dónde está mi pedido?", "Where is my order?"]
    assert three.detect_all(texts) == ["de", "es", "en"]
    assert three.sure("Wo bleibt mein Paket? Niemand antwortet mir.") == "de"


def test_a_detector_is_built_once() -> None:
    """Each language's model weighs some 50 MB."""
    assert languages(("fr", "en")) is both


def test_a_very_long_text_is_told_by_its_beginning() -> None:
    """Two hundred thousand characters take no longer than a thousand."""
    started = time.perf_counter()
    assert both.detect("Mon colis est en retard. " * 8_000) == "fr"
    assert both.sure("x" * 200_000) in {"", "fr", "en"}
    assert time.perf_counter() - started < 0.5


@settings(deadline=None, database=None, max_examples=50)
@given(st.text(max_size=60))
def test_any_text_has_a_language(text: str) -> None:
    """Whatever the letters; half a character neither."""
    assert both.detect(text) in {"fr", "en"}
    assert both.sure(text + "\ud83d") in {"", "fr", "en"}


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the real complaints in ../shared/data")
@pytest.mark.parametrize("name", FILES)
def test_real_complaints_are_told_as_labelled(name: str) -> None:
    """97 % at least, of those of 20 characters and more; the labels themselves are a machine's."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = [(row[FILES[name]], row.get("lang", "en")) for row in csv.DictReader(file)]
    rows = [(text, lang) for text, lang in rows if lang in {"fr", "en"} and len(text) >= 20]
    found = both.detect_all([text for text, _ in rows])
    assert sum(one == lang for one, (_, lang) in zip(found, rows, strict=True)) >= 0.97 * len(rows)
