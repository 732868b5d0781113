"""Texts as comparable words."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice import words as module
from bot.voice.words import LONGEST_WORD, Stems, fold, stems, words

texts = st.text(max_size=200)
quick = settings(deadline=None, database=None, max_examples=200)


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        ("Reçu", "recu", "fr"),
        ("ŒUVRE", "oeuvre", "fr"),
        ("J’ai reçu", "j'ai recu", "fr"),
        ("colis", "COLIS", "fr"),
        ("livraison", "livraisons", "fr"),
        ("remboursée", "remboursés", "fr"),
        ("jamais arrivée", "jamais arrive", "fr"),
        ("reçues", "reçu", "fr"),
        ("can't", "cant", "en"),
        ("CAN`T", "can’t", "en"),
        ("delay", "delayed", "en"),
        ("queue", "queues", "en"),
        ("𝗹𝗼𝘀𝘁", "lost", "en"),
    ],
)
def test_accents_capitals_apostrophes_and_endings_do_not_matter(one, other, lang):
    """People write the same word in many ways."""
    assert words(one, lang) == words(other, lang)


@pytest.mark.parametrize("noise", ["@meridianair", "https://t.co/x?y=lost", "http://a.b", "www.shop.example/lost"])
def test_links_and_handles_are_no_words(noise):
    """A brand's name in a handle or a link says nothing about the topic."""
    assert words(f"{noise} lost", "en") == ["lost"]


def test_an_address_is_not_taken_for_a_handle():
    """Only an @ at the beginning of a word makes a handle."""
    assert words("a@lost.example", "xx") == ["a", "lost", "example"]


def test_an_elided_article_stands_apart():
    """« l'avion » is the word « avion » with something in front."""
    assert words("l'avion d’hier", "fr") == words("l avion d hier", "fr")


def test_a_pictograph_is_a_word():
    """An angry face is as telling as the word, wherever it stands."""
    assert words("nul😡😡", "fr") == ["nul", "😡", "😡"]


@pytest.mark.parametrize("lang", ["xx", "pl", ""])
def test_a_language_without_a_stemmer_keeps_its_words_whole(lang):
    """Such a team writes its triggers with the endings that occur."""
    assert words("Przesyłki zaginęły", lang) == ["przesyłki", "zagineły"]


def test_digits_stay():
    """An 800 number or a flight number can be a trigger."""
    assert words("1-800 AA2258", "en") == ["1", "800", "aa2258"]


@quick
@given(texts, st.sampled_from(["fr", "en", "de", "xx"]))
def test_words_never_raise_and_never_change(text, lang):
    """Whatever customers paste, twice the same text gives twice the same words."""
    assert words(text, lang) == words(text, lang)


@quick
@given(texts)
def test_to_fold_twice_is_to_fold_once(text):
    """What is folded can be compared with what is folded."""
    assert fold(fold(text)) == fold(text)


@quick
@given(texts)
def test_folded_text_has_no_capitals_and_no_accents(text):
    """Two spellings that differ only there are the same text."""
    assert fold(text) == fold(text.lower())
    assert "é" not in fold(text + "É")


def test_the_stems_remembered_are_bounded(monkeypatch):
    """A stream of a million complaints does not fill the memory; what is not remembered is still found."""
    monkeypatch.setattr(module, "KNOWN_WORDS", 10)
    small = Stems("en")
    found = [small[f"{letter}elays"] for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert len(small) == 10
    assert found[-1] == "zelay"


def test_a_word_of_a_mile_is_neither_stemmed_nor_remembered():
    """One word of 200,000 letters costs nothing and is forgotten."""
    mile = "s" * 200_000
    assert words(mile, "en") == [mile]
    assert all(len(word) <= LONGEST_WORD for word in stems("en"))


def test_languages_without_a_stemmer_share_one_memory():
    """A guessed language code must not add a cache each time."""
    assert stems("xx") is stems("yy")


def test_threads_do_not_mix_their_words_up():
    """A stemmer holds the word it works on; the library reads prompts/ in a thread of its own."""
    fresh = Stems("fr")
    plan = [f"{a}{b}tions" for a in "bcdfglmnprst" for b in "aeiou" for _ in range(4)]
    threads = [threading.Thread(target=lambda: [fresh[word] for word in plan]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(stem == Stems("fr")[word] for word, stem in fresh.items())
