"""``draft.md.j2`` read strictly: what would go wrong in front of a complaint is told with its line when it is saved."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateError

from bot.locale import Sentences
from bot.voice.library import MAIN, Library
from bot.voice.prompt import MARKER, MAX_SOURCE, Matter, build_prompt
from bot.voice.remarks import remark
from bot.voice.yamlfile import Broken

ROOT = Path(__file__).parents[2]
PATH = Path("draft.md.j2")
HOUSE = Library.load(ROOT / "prompts").house(MAIN)
MATTER = Matter(complaint="Toujours rien reçu !", lang="fr", network="x", topic="late-delivery")


def source(fixed: str = "You write.", case: str = "") -> str:
    """A small prompt: the case part begins on line 3 where the fixed one has one line."""
    return f"{fixed}\n{MARKER}\n{case}\n{{{{ complaint }}}}\n"


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Broken) as broken:
        build_prompt(text, PATH)
    return [(problem.line, problem.says) for problem in broken.value.problems]


def written(fixed: str = "You write.", case: str = "") -> str:
    asked = build_prompt(source(fixed, case), PATH).prompt(HOUSE, MATTER, "9f3ac27d01be")
    return asked.fixed + asked.case


@pytest.mark.parametrize(
    ("fixed", "case", "says"),
    [
        ("{{ brand }}/{{ team }}/{{ languages | join('+') }}", "", "Lune & Tilleul/en/fr+en"),
        ("{% for never in nevers %}{% endfor %}".replace("nevers", "never[:0]"), "", None),
        ("{% for one in topics %}{% if loop.first %}{{ one.name }}{% endif %}{% endfor %}", "", "privacy"),
        ("{% if not voice %}none{% elif links %}some{% else %}-{% endif %}", "", "some"),
        ("", "{{ 'A wish' if wish else 'No wish' }}", "No wish"),
        ("", "{% if lang == 'fr' and network != 'web' %}{{ lang ~ '/' ~ topic }}{% endif %}", "fr/late-delivery"),
        ("{% for one in topics %}{% for said in one.examples %}{{ said }}{% endfor %}{% endfor %}", "", "Je me suis"),
        ("{# a note #}{% raw %}{{ wish }}{% endraw %}", "", "{{ wish }}"),
    ],
)
def test_what_a_prompt_needs_can_be_written(fixed: str, case: str, says: str | None) -> None:
    """Names, parts, conditions, loops, and loops through what belongs to the outer one."""
    if says is None:
        assert problems(source(fixed, case))
    else:
        assert says in written(fixed or "You write.", case)


WRONG = [
    ("{{ brnad }}", "unknown variable “brnad”; did you mean “brand”?"),
    ("{{ complaint }}", "“complaint” changes with every case; use it below the line THE CASE"),
    ("{{ topics }}", "a list cannot be written as it is; go through it with {% for %}"),
    ("{{ brand.name }}", "“.name” cannot stand here: what stands before the dot has no parts"),
    ("{% for one in topics %}{{ one.nmae }}{% endfor %}", "unknown “.nmae”; did you mean “name”?"),
    ("{% for one in topics %}{{ one }}{% endfor %}", "has several parts; write one of them, with a dot: .name, .kind"),
    ("{% for one in topics %}{{ one.silent }}{% endfor %}", "says yes or no; use it in {% if %}"),
    ("{% for one in brand %}{% endfor %}", "only a list can be gone through: languages, topics, never"),
    ("{% for a, b in topics %}{% endfor %}", "a loop is written like {% for topic in topics %} … {% endfor %}"),
    ("{% for one in topics if one %}{% endfor %}", "a loop is written like"),
    ("{% for brand in links %}{% endfor %}", "“brand” has a meaning already"),
    ("{% for one in links %}{% for two in links %}{% endfor %}{% endfor %}", "a loop within a loop can only go"),
    ("{{ loop.index }}", "unknown variable “loop”"),
    ("{{ brand() }}", "a call cannot be used in a prompt; write the text out"),
    ("{{ topics[0] }}", "a number cannot stand between braces; write it as text"),
    ("{{ topics['0'] }}", "an index cannot be used in a prompt"),
    ("{{ brand.__class__ }}", "“.__class__” cannot stand here"),
    ("{% include 'x' %}", "include cannot be used in a prompt"),
    ("{% set a = brand %}", "set cannot be used in a prompt"),
    ("{% macro a() %}{% endmacro %}", "macro cannot be used in a prompt"),
    ("{{ brand | upper }}", "unknown filter “upper”; there is only join"),
    ("{{ brand | join(', ') }}", "only a list of texts can be joined"),
    ("{{ topics | join(', ') }}", "only a list of texts can be joined"),
    ("{{ links | join(brand) }}", 'join is written like {{ links | join(", ") }}'),
    ("{{ brand if voice }}", "needs an “else”"),
    ("{{ brand is defined }}", "“is” cannot be used in a prompt"),
    ("{{ brand + voice }}", "a calculation cannot be used in a prompt"),
    ("{{ ['a'] }}", "a list cannot be used in a prompt"),
    ("{{ true }}", "true must stand in quotes"),
    ("{% if brand > voice %}{% endif %}", "only texts can be compared, with == or !="),
    ("{% if links == brand %}{% endif %}", "only texts can be compared"),
    ("{% if brand %}", "an {% if … %} or {% for … %} is not closed"),
    ("{% endif %}", "this tag does not belong here"),
    ("{{ brand voice }}", "between {{ and }} stands one name, as in {{ brand }}"),
    ("{% for one of links %}{% endfor %}", "a loop is written like"),
    ("{# never closed", "{# is not closed; close it with #}"),
    ("{{ " + "(" * 40 + "brand" + ")" * 40 + " }}", "is too tangled; write it simpler"),
    ("{% if brand %}" * 9 + "{% endif %}" * 9, "is nested too deeply; write it flatter"),
]


@pytest.mark.parametrize(("wrong", "says"), WRONG, ids=[wrong[:40] for wrong, _ in WRONG])
def test_what_cannot_work_is_told_with_its_line(wrong: str, says: str) -> None:
    """On the line of the file, in either part."""
    [(line, said), *_] = problems(source(f"You write.\n\n{wrong}\nOn."))
    assert (line, said[: len(says)]) == (3, says)
    if "complaint" not in wrong and "{# never" not in wrong:
        [(line, said), *_] = problems(source("You write.", f"\n{wrong}\n"))
        assert (line, said[:15]) == (4, says[:15])


@pytest.mark.parametrize(("wrong", "says"), WRONG, ids=[wrong[:40] for wrong, _ in WRONG])
def test_every_problem_is_said_in_french_too(wrong: str, says: str) -> None:
    """A form in the chat shows it in the team's language; Jinja's own words alone stay English."""
    with pytest.raises(Broken) as broken:
        build_prompt(source(wrong), PATH)
    problem = broken.value.problems[0]
    assert Sentences("en").remark(remark(problem)) == problem.says
    assert Sentences("fr").remark(remark(problem)) != problem.says


def test_all_that_is_wrong_is_told_at_once() -> None:
    """In both parts, in the order of the lines."""
    assert [line for line, _ in problems(source("{{ a }}\n{{ b }}", "{{ c }}"))] == [1, 2, 4]


def test_the_marker_line_must_be_there_once() -> None:
    """Without it nobody knows what is the same for every case."""
    assert problems("You write. {{ complaint }}")[0][1].startswith(f"has lost the line {MARKER}")
    assert problems(source(case=MARKER))[0] == (3, f"the line {MARKER} stands a second time; delete it")
    assert build_prompt(source().replace(MARKER, "{#--- THE CASE ---#}"), PATH)


@pytest.mark.parametrize("case", ["", "{% if wish %}{{ complaint }}{% endif %}", "{{ '' ~ complaint }}", "complaint"])
def test_a_prompt_without_the_complaint_is_none(case: str) -> None:
    """It is told whatever the case is."""
    [(line, says)] = problems(f"You write.\n{MARKER}\n{case}\n")
    assert (line, says[:33]) == (3, "{{ complaint }} is missing below ")


def test_a_brace_that_nothing_closes_is_told() -> None:
    """Where the file ends."""
    assert problems(f"You write.\n{MARKER}\n{{{{ complaint")[0][1] == "{{ or {% is not closed; close it with }} or %}"


def test_a_book_is_no_prompt() -> None:
    """The file, and what it becomes for a brand."""
    assert "is longer than 40,000 characters" in problems(source("x" * MAX_SOURCE))[0][1]
    grown = build_prompt(source("{% for one in never %}" + "x" * 10_000 + "{% endfor %}"), PATH)
    with pytest.raises(Broken, match=r"becomes .* characters long for every case"):
        grown.require_short(HOUSE)


def test_a_version_is_the_content() -> None:
    """One letter more is another prompt."""
    versions = {build_prompt(source(fixed), PATH).version for fixed in ("You write.", "You write!", "You write.")}
    assert len(versions) == 2


PIECES = st.sampled_from(
    ["{{ brand }}", "{{ wish }}", "{% if wish %}", "{% endif %}", "{% for one in topics %}", "{% endfor %}",
     "{{ one.name }}", "{{ loop.index }}", "{% else %}", "{{ links | join('') }}", "{{ one.examples }}",
     "{% for said in one.examples %}",
     "{{ said }}", "{% for e in earlier %}", "{{ e.text }}", "{% if e.wrong %}", "{{ brand if wish else lang }}", "x\n"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12), st.lists(PIECES, max_size=12))
def test_what_passes_never_fails_afterwards(fixed: list[str], case: list[str]) -> None:
    """Either it is refused when it is read, or it can be filled in."""
    try:
        template = build_prompt(source("".join(fixed), "".join(case)), PATH)
    except Broken:
        return
    try:
        template.prompt(HOUSE, MATTER)
    except TemplateError as error:
        pytest.fail(f"{template.source!r}: {error}")
