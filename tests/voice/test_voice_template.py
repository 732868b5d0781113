"""What a reply template may say, and how a slip in one is told."""

from pathlib import Path

import pytest

from bot.voice.protocol import VARIABLES
from bot.voice.template import MAX_SOURCE, ReplyTemplate, build_template, read_template, tidy
from bot.voice.yamlfile import Broken

HEAD = "---\ntopic: late-delivery\nlang: fr\nneeds: [first_name?, handle?]\n---\n"
KNOWN = {"brand": "Lune", "network": "x", "contact": "en DM", "handle": "@lea_m"}


def built(body: str, head: str = HEAD) -> ReplyTemplate:
    return build_template(head + body, Path("late.fr.md"), ["contact"])


def said(body: str, **known: str) -> str:
    return built(body).render(KNOWN | known)


def told(source: str) -> list[tuple[int, str]]:
    with pytest.raises(Broken) as broken:
        build_template(source, Path("late.fr.md"), ["contact"])
    return [(problem.line, problem.says) for problem in broken.value.problems]


SAID = [
    ("Bonjour{{ ' ' ~ first_name if first_name }},", "Bonjour Léa,", "Bonjour,"),
    ("Bonjour {{ first_name|default('à vous') }},", "Bonjour Léa,", "Bonjour à vous,"),
    ("Bonjour {{ first_name|d('à vous', true) }},", "Bonjour Léa,", "Bonjour à vous,"),
    ("{% if first_name is defined %}Chère {{ first_name }}{% else %}Bonjour{% endif %}", "Chère Léa", "Bonjour"),
    ("{% if first_name is undefined %}Bonjour{% endif %}!", "!", "Bonjour!"),
    ("{% if not first_name and contact %}a{% elif network == 'x' or brand %}b{% endif %}", "b", "a"),
    ("{% if network in ['x', 'bluesky'] %}DM{% endif %} {% if network not in ('x',) %}mail{% endif %}", "DM", "DM"),
    ("{{ first_name|upper }} {{ brand|lower|capitalize }} {{ contact|title|trim }}", "LÉA Lune En Dm", "Lune En Dm"),
    ("a\n{%- if first_name %} b{% endif -%}\nc", "a bc", "ac"),
    ("{# a note for us #}Bonjour", "Bonjour", "Bonjour"),
    ("Bonjour\n---\nÀ vous", "Bonjour\n---\nÀ vous", "Bonjour\n---\nÀ vous"),
]


@pytest.mark.parametrize(("body", "with_name", "without"), SAID, ids=range(len(SAID)))
def test_a_template_says_the_right_thing_with_a_name_and_without(body: str, with_name: str, without: str) -> None:
    """An absent name is empty: a default steps in, a condition is false, and no blank stays behind."""
    assert said(body, first_name="Léa") == with_name
    assert said(body) == without


SLIPS = [
    ("\n{{ first name }}", "between {{ and }} stands one name"),
    ("\n{{ first_name }", "a brace is missing"),
    ("\n{{ first_name", "{{ or {% is not closed"),
    ("\n{{ }}", "something is missing here"),
    ("\n{{ first_name| }}", "something is missing here"),
    ("\n{{ 'a' if }}", "something is missing here"),
    ("\n{% if %}a{% endif %}", "something is missing here"),
    ("\n{% if first_name = 'x' %}a{% endif %}", "between {% and %} stands a condition"),
    ("\n{% if first_name %}\na\n\nb", "an {% if … %} is not closed; end it with {% endif %}"),
    ("{% if brand %}a{% endif %}\n{% if brand %}{% if brand %}{% endif %}", "an {% if … %} is not closed"),
    ("\n{% endif %}", "this tag does not belong here"),
    ("\n{% iff first_name %}", "this tag does not belong here"),
    ("\n{# note", "{# is not closed"),
    ("\n{% raw %}a", "raw is not closed"),
    ("\n{{ “x” }}", "use straight quotes"),
    ("\n{{ 'l'ami' }}", "use straight quotes"),
    ("\n{{ contct }}", "unknown variable “contct”; did you mean “contact”?"),
    ("\n{{ zzz }}", "unknown variable “zzz”; it knows brand, contact, first_name, handle, network"),
    ("\n{{ brand|uper }}", "unknown filter “uper”; use one of capitalize"),
    ("\n{{ brand|upper('x') }}", "the filter “upper” cannot take that in brackets"),
    ("\n{{ first-name }}", "“-” (in a name write _) cannot be used in a reply template"),
    ("\n{{ 'a' + brand }}", "“+” (write ~) cannot be used"),
    ("\n{{ 12 }}", "12 must stand in quotes"),
    ("\n{{ true }}", "true must stand in quotes"),
    ("\n{{ ['a'] }}", "a list can only stand behind “in”"),
    ("\n{% if brand is even %}a{% endif %}", "“is even” cannot be used in a reply template"),
    ("\n{% if brand > 'a' %}a{% endif %}", "only texts can be compared, with ==, != or in"),
]


@pytest.mark.parametrize(("body", "says"), SLIPS, ids=[body.strip() for body, _ in SLIPS])
def test_a_slip_in_the_text_is_told_with_its_line(body: str, says: str) -> None:
    """The line counts from the top of the file, and the sentence says what to write."""
    [(line, sentence)] = told(HEAD + "Bonjour" + body)
    assert line == 7
    assert says in sentence


def test_lines_are_right_below_blank_lines_and_windows_line_ends() -> None:
    """Blank lines in the front matter and above the text count as well."""
    head = "---\n\ntopic: a\n\nlang: fr\nfoo: x\n---\n\n\n"
    assert [line for line, _ in told(head + "x")] == [6]
    assert [line for line, _ in told((head.replace("foo: x\n", "") + "x\n{{ y }}").replace("\n", "\r\n"))] == [10]


FRONTS = [
    ("", 1, "has no front matter; begin with a line ---"),
    ("Bonjour", 1, "has no front matter"),
    ("\n---\ntopic: a\nlang: fr\n---\nx", 1, "has no front matter"),
    ("---\ntopic: a\nlang: fr\n", 1, "the front matter is not closed; end it with a line ---"),
    ("---\ntopic: a\nlang: fr\n---\n", 5, "has no text below the front matter; write the reply there"),
    ("---\ntopic: a\nlang: fr\n---\n{# later #}\n", 5, "has no text below the front matter"),
    ("---\ntopic: A b\nlang: fr\n---\nx", 2, "should be small letters, digits and hyphens, like late-delivery"),
    ("---\ntopic: a\nlang: french\n---\nx", 3, "“french” is no language code"),
    ("---\ntopic: a\nlang: fr\ntriggers: pas reçu\n---\nx", 4, "should be a list: write [pas reçu]"),
    ("---\ntopic: a\nlang: fr\ntriggers: [' ']\n---\nx", 4, "is empty"),
    ("---\ntopic: a\nlang: fr\nnetworks: [X]\n---\nx", 4, "should be small letters"),
    ("---\ntopic: a\nlang: fr\ntriger: [a]\n---\nx", 4, "did you mean “triggers”?"),
    (
        "---\ntopic: a\nlang: fr\nneeds: [contct?]\n---\nx",
        4,
        "needs “contct?”, which nobody knows; did you mean “contact”?",
    ),
    ("---\ntopic: a\nlang: fr\n---\nBonjour {{ first_name }}", 5, "without saying so; add needs: [first_name?]"),
    ("x" * (MAX_SOURCE + 1), 0, "is longer than 20,000 characters"),
]


@pytest.mark.parametrize(("source", "line", "says"), FRONTS, ids=range(len(FRONTS)))
def test_a_slip_in_the_front_matter_is_told_with_its_line(source: str, line: int, says: str) -> None:
    """Missing, unclosed, misspelt, of the wrong shape: on its line, with the cure."""
    [(at, sentence)] = told(source)
    assert at == line
    assert says in sentence


def test_the_version_is_the_contents_and_not_the_computers() -> None:
    """Windows' line ends change nothing; a letter does."""
    assert built("a\nb").version == built("a\r\nb", HEAD.replace("\n", "\r\n")).version
    assert built("a\nb").version != built("a\nc").version


def test_a_template_fits_where_its_networks_and_needs_are_met() -> None:
    """A needed fact that is empty here is as good as absent; a ? makes it optional."""
    head = "---\ntopic: a\nlang: fr\nnetworks: [x, bluesky]\nneeds: [first_name, handle?]\n---\n"
    template = built("{{ first_name }} {{ handle }}", head)
    assert template.required == {"first_name"}
    assert template.fits("x", {"first_name": "Léa"})
    assert not template.fits("x", {"first_name": ""})
    assert not template.fits("trustpilot", {"first_name": "Léa"})
    assert built("Bonjour").fits("trustpilot", {})


def test_a_template_knows_what_it_uses() -> None:
    """In its text, in conditions and in defaults."""
    assert built("{{ contact }}{% if first_name %}a{% endif %}{{ handle|d(brand) }}").uses == {
        "contact", "first_name", "handle", "brand"
    }  # fmt: skip
    assert set(VARIABLES) == {"brand", "network", "first_name", "handle"}


def test_blanks_are_tidied_and_french_spaces_stay() -> None:
    """One blank, one empty line, none at a line's end; the no-break space before “!” is meant."""
    assert tidy("  a  b\t c \n d\n\n\n\ne\u00a0! \n") == "a b c\nd\n\ne\u00a0!"


def test_a_template_is_read_from_its_file(tmp_path: Path) -> None:
    """Its name is the file's without .md."""
    path = tmp_path / "late-delivery-2.fr.md"
    path.write_text(HEAD + "Bonjour", encoding="utf-8")
    assert read_template(path, []).name == "late-delivery-2.fr"
