"""From what a template said back to its source."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.report.suggest.sentences import Filled, found_in, passages, sentences, shaped, source_of, typeset
from bot.voice.template import ReplyTemplate, build_template

NAME = '{{ " " ~ first_name if first_name }}'
BODY = f"Bonjour{NAME}, nous sommes désolés. Écrivez-nous {{{{ contact }}}} : que s’est-il passé ?\n\nÀ bientôt."
FACTS = {"contact": "en message privé", "brand": "Lune", "network": "x"}


def template(body: str = BODY) -> ReplyTemplate:
    return build_template(f"---\ntopic: late\nlang: fr\nneeds: [first_name?]\n---\n{body}\n", Path("t.fr.md"), FACTS)


def filled(body: str = BODY, first_name: str = "Zoé") -> list[Filled | None]:
    made = template(body)
    told = FACTS | {"first_name": first_name}
    return [part.said(made, told) if part else None for part in passages(made.body)]


def test_a_text_is_cut_at_sentences_and_lines() -> None:
    """A no-break space before a question mark ends nothing."""
    assert sentences("Un. Deux ? Trois…\n\nQuatre") == ["Un.", "Deux ?", "Trois…", "Quatre"]


def test_the_source_is_cut_as_what_it_says() -> None:
    """Sentence by sentence both are the same, with and without a name."""
    for name in ("Zoé", ""):
        said = [one.text for one in filled(first_name=name) if one]
        assert said == sentences(template().render(FACTS | {"first_name": name}))


def test_dots_within_braces_end_no_sentence() -> None:
    """A condition holds quotes and dots of its own."""
    assert len(passages('Bonjour {{ "M. Untel" if first_name else "à vous." }}. Merci.')) == 2


def test_what_is_more_than_text_and_values_is_not_mapped() -> None:
    """A sentence with {% if %} in it may say two things."""
    assert passages("Bonjour{% if first_name %} {{ first_name }}{% endif %}. Merci.")[0] is None


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("Bonjour Zoé, désolés.", f"Bonjour{NAME}, désolés."),
        ("Désolés, Zoé.", f"Désolés,{NAME}."),
        ("Bonjour.", None),  # where did the name go?
        ("Zoé, bonjour Zoé.", None),  # which of them is it?
        ("Bonjour Zoé, {{ nous }}.", None),  # not ours to write
    ],
)
def test_what_people_wrote_becomes_source_again(written: str, source: str | None) -> None:
    """With the variable where its value stands; what is not certain is left alone."""
    said = [one for one in filled()[:1] if one]
    shape = shaped(said, written)
    assert (None if shape is None else source_of(shape, [one.passage for one in said])) == source


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("Bonjour, désolés.", f"Bonjour{NAME}, désolés."),
        ("Bonsoir, désolés.", None),
        ("Bonjour, bonjour, Bonjour, désolés.", None),
    ],
)
def test_an_empty_value_is_found_by_what_stands_around_it(written: str, source: str | None) -> None:
    """Most customers sign with no name: their replies count as well."""
    said = [one for one in filled(first_name="")[:1] if one]
    shape = shaped(said, written)
    assert (None if shape is None else source_of(shape, [one.passage for one in said])) == source


def test_a_keyboard_s_signs_become_the_template_s() -> None:
    """Nobody types a no-break space; a template keeps its typography."""
    assert typeset("Qu'est-ce : « ça » ?", like="s’est-il ?") == "Qu’est-ce : « ça » ?"
    assert typeset("What's this ?", like="What's that?") == "What's this ?"


def test_a_sentence_that_stands_twice_is_not_mapped() -> None:
    """Nobody could say which of them was changed."""
    twice = filled("Merci. Bonjour. Merci.")
    assert found_in(["Merci.", "Bonjour.", "Merci."], twice) == {1: 1}


@given(st.text(alphabet="ab.!? \n\u00a0…{}%", max_size=60))
def test_the_passages_lose_nothing_but_blanks(body: str) -> None:
    """Whatever the source holds, every part of it stands in it as it is."""
    for part in passages(body):
        assert part is None or part.source in body
