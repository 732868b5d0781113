"""Templates that want more than to say something: each is a problem with its line, or plain text; never an effect."""

import os
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.library import Library
from bot.voice.template import MAX_SOURCE, build_template
from bot.voice.yamlfile import Broken, Problem

HEAD = "---\ntopic: other\nlang: fr\nneeds: [first_name?, handle?]\n---\n"
HERE = Path("other.fr.md")
KNOWN = {"brand": "Lune", "network": "x", "first_name": "Léa", "handle": "@lea_m"}
quick = settings(deadline=None, database=None)


def refused(body: str) -> str:
    """What the first problem says; the construct stands on the second line of the text."""
    started = time.perf_counter()
    with pytest.raises(Broken) as broken:
        build_template(HEAD + "Bonjour\n" + body, HERE, [])
    assert time.perf_counter() - started < 1
    assert broken.value.problems[0].line in (7, 0)
    return broken.value.problems[0].says


CONSTRUCTS = """\
{% for i in range(9) %}{{ i }}{% endfor %}
{% for i in first_name recursive %}{{ loop(i) }}{% endfor %}
{% while true %}a{% endwhile %}
{% set x = 1 %}
{% set x %}a{% endset %}
{% macro a() %}{{ a() }}{% endmacro %}
{% call a() %}{% endcall %}
{% filter upper %}a{% endfilter %}
{% import 'a' as b %}
{% from 'a' import b %}
{% extends 'a' %}
{% include '/etc/passwd' %}
{% include '../brand.yaml' ignore missing %}
{% include brand %}
{% block a %}{% endblock %}
{% with a = 1 %}{% endwith %}
{% autoescape true %}a{% endautoescape %}
{% do brand %}
{% break %}
{% debug %}
{% trans %}a{% endtrans %}
{{ first_name.__class__ }}
{{ first_name['__class__'] }}
{{ ''.__class__.__mro__[1].__subclasses__() }}
{{ first_name|attr('__class__') }}
{{ first_name|map('upper')|list }}
{{ '%1000000d'|format(1) }}
{{ '%s'|format(brand) }}
{{ brand|safe }}
{{ brand|replace('', brand) }}
{{ brand|center(100000000) }}
{{ brand|indent(100000000) }}
{{ 'a' * 1000000000 }}
{{ 9 ** 9 ** 9 }}
{{ 1 / 0 }}
{{ 1e999 }}
{{ brand % 9 }}
{{ self }}
{{ self._TemplateReference__context }}
{{ self.a() }}
{{ super() }}
{{ caller() }}
{{ loop }}
{{ varargs }}
{{ cycler }}
{{ cycler('a').next }}
{{ joiner }}
{{ namespace() }}
{{ lipsum(9999) }}
{{ dict() }}
{{ range(999999999) }}
{{ config }}
{{ request }}
{{ environment }}
{{ context }}
{{ __builtins__ }}
{{ brand.format(brand) }}
{{ brand() }}
{{ brand[0:2] }}
{{ brand[:] }}
{{ {'a': 1} }}
{{ [1, 2] }}
{{ 1, 2 }}
{{ none }}
{{ brand|d(*[1, 2, 3]) }}
{{ brand|d(**{'a': 1}) }}
{{ brand is callable }}
{{ brand is sameas brand }}
{{ brand is filter }}
{{ brand is divisibleby 0 }}
{% if first_name is foo %}a{% endif %}
{% if brand in 3 %}a{% endif %}
{% if 3 in brand %}a{% endif %}
{% if brand in (brand == brand) %}a{% endif %}
{% if (brand is defined) in brand %}a{% endif %}
{% if brand < 3 %}a{% endif %}
{{ '\\x1b[31m' }}
{{ '\\u202e' }}
{{ '\\ud800' }}
{{ lambda: 1 }}
{{ ｂｒａｎｄ }}
{{ brand\u200b }}
{{ “brand” }}""".splitlines()


@pytest.mark.parametrize("body", CONSTRUCTS)
def test_what_a_reply_does_not_need_is_refused_on_its_line(body: str) -> None:
    """Nothing of Jinja but texts, conditions and a few filters; the sentence is never a traceback."""
    assert "Error" not in refused(body)


TANGLES = {
    "parentheses": "{{ " + "(" * 9000 + "brand" + ")" * 9000 + " }}",
    "open parentheses": "{{ " + "(" * 19000,
    "brackets": "{{ " + "[" * 9000,
    "nots": "{{ " + "not " * 4000 + "brand }}",
    "signs": "{{ " + "-" * 18000 + "brand }}",
    "tildes": "{{ " + "brand~" * 3000 + "brand }}",
    "filters": "{{ brand" + "|upper" * 3000 + " }}",
    "ands": "{{ brand" + " and brand" * 1900 + " }}",
    "choices": "{{ brand" + " if brand else brand" * 900 + " }}",
    "strings": "{{ " + "'a' " * 4500 + "}}",
    "digits": "{{ " + "1" * 19000 + " }}",
    "ifs": "{% if brand %}" * 600 + "a" + "{% endif %}" * 600,
    "elifs": "{% if brand %}a" + "{% elif brand %}b" * 1000 + "{% endif %}",
    "tags": "{{ brand }}" * 1700,
    "open tags": "{{" * 9900,
    "open blocks": "{%" * 9900,
    "open comments": "{#" * 9900,
    "open raws": "{% raw %}" * 2000 + "a",
    "too long": "a" * (MAX_SOURCE + 1),
}


@pytest.mark.parametrize("body", TANGLES.values(), ids=TANGLES)
def test_ten_thousand_of_anything_are_refused_at_once(body: str) -> None:
    """No recursion, no exploding compiler: the line, and that it is too much."""
    assert refused(body)


@pytest.mark.parametrize(
    "name",
    [
        "{{ 7*7 }}",
        "{% include '/etc/passwd' %}",
        "{{ self }}",
        "\x1b[31mred",
        "<!everyone>",
        "[x](https://evil.example)",
    ],
)
def test_a_customers_text_is_only_ever_text(name: str) -> None:
    """Whatever stands in a variable comes out as it went in."""
    template = build_template(HEAD + "Bonjour {{ first_name }}", HERE, [])
    assert template.render(KNOWN | {"first_name": name}) == f"Bonjour {name}"


ATOMS = st.sampled_from(["brand", "first_name", "handle", "''", "'a'", "'\\u00e9'", "('a' if brand)", "brand|d('x')"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} ~ {})".format, inner, inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or", "==", "!=", "in", "not in"]), inner),
        st.builds("({} in [{}, {}])".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({})|{}".format, inner, st.sampled_from(["upper", "title", "trim", "d('')", "d(brand, true)"])),
        st.builds("({} is {})".format, inner, st.sampled_from(["defined", "not undefined"])),
    ),
    max_leaves=6,
)


@settings(quick, max_examples=150)
@given(EXPRESSIONS, st.text(max_size=9), st.text(max_size=9))
def test_what_is_accepted_renders_whatever_the_texts_are(expression: str, name: str, handle: str) -> None:
    """The check is the only one: no accepted template fails in front of a customer."""
    body = f"{{{{ {expression} }}}}{{% if {expression} %}}a{{% else %}}b{{% endif %}}"
    try:
        template = build_template(HEAD + body, HERE, [])
    except Broken:
        return
    assert isinstance(template.render({"brand": "L", "network": "", "first_name": name, "handle": handle}), str)


@quick
@given(st.text(max_size=60) | st.text("{}%#-'\"()[]|~ \nifelsndbrax.=,", max_size=60))
def test_no_text_at_all_makes_a_template_raise(body: str) -> None:
    """It is a template, or a list of problems with lines."""
    problems: tuple[Problem, ...] = ()
    try:
        build_template(HEAD + body, HERE, []).render(KNOWN)
    except Broken as broken:
        problems = broken.problems
    assert all(problem.line >= 1 for problem in problems)


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """A small good brand, with a secret beside its folder."""
    (tmp_path / "secret.md").write_text(HEAD + "the password is tilleul", encoding="utf-8")
    root = tmp_path / "prompts"
    (root / "templates").mkdir(parents=True)
    (root / "brand.yaml").write_text("name: Lune\nlanguages: [fr]\nmanagers: [console]\n", encoding="utf-8")
    (root / "protocol.yaml").write_text("fallback: other\ntopics: {other: {}}\n", encoding="utf-8")
    (root / "templates" / "other.fr.md").write_text(HEAD + "Bonjour", encoding="utf-8")
    return root


def problems(root: Path) -> list[str]:
    started = time.perf_counter()
    library = Library.load(root)
    assert time.perf_counter() - started < 1
    assert list(library.house("main").templates) == ["other.fr"]
    return [str(problem).removeprefix(f"{root}/templates/") for problem in library.problems]


def test_a_link_out_of_prompts_is_not_followed(prompts: Path) -> None:
    """Neither a file's nor a folder's: not a word of what is there comes in."""
    (prompts / "templates" / "leak.fr.md").symlink_to("../../secret.md")
    (prompts / "templates" / "passwd.md").symlink_to("/etc/passwd")
    (prompts / "acme").symlink_to("..")
    assert problems(prompts) == [
        "leak.fr.md: leads outside of prompts/; put the file itself here",
        "passwd.md: leads outside of prompts/; put the file itself here",
    ]


def test_a_link_within_prompts_is_a_file_like_any_other(prompts: Path) -> None:
    """As where the folder is mounted from a ConfigMap, whose files are links into a folder beside them."""
    (prompts / "..data").mkdir()
    (prompts / "templates" / "other.fr.md").rename(prompts / "..data" / "other.fr.md")
    (prompts / "templates" / "other.fr.md").symlink_to("../..data/other.fr.md")
    assert problems(prompts) == []


def test_what_is_no_file_is_told_and_never_waited_for(prompts: Path) -> None:
    """A folder, a pipe, a loop and a link to nothing."""
    (prompts / "templates" / "folder.md").mkdir()
    os.mkfifo(prompts / "templates" / "pipe.md")
    (prompts / "templates" / "loop.md").symlink_to("loop.md")
    (prompts / "templates" / "nothing.md").symlink_to("nowhere.md")
    told = dict(line.split(": ", 1) for line in problems(prompts))
    assert told["folder.md"] == told["pipe.md"] == "is no file; move it away, or rename it"
    assert told["loop.md"].startswith("cannot be read")
    assert told["nothing.md"].startswith("cannot be read (No such file or directory)")


def test_what_holds_no_text_is_told(prompts: Path) -> None:
    """A picture, ten megabytes, nothing at all."""
    (prompts / "templates" / "picture.md").write_bytes(bytes(range(256)) * 9)
    (prompts / "templates" / "large.md").write_bytes(b"a" * 10_000_000)
    (prompts / "templates" / "empty.md").write_bytes(b"")
    told = dict(line.split(": ", 1) for line in problems(prompts))
    assert told["picture.md:2"] == "is not UTF-8; save the file as UTF-8"
    assert told["large.md"].startswith("is larger than 200 kB")
    assert told["empty.md:1"].startswith("has no front matter")


def test_editors_own_files_are_not_looked_at(prompts: Path) -> None:
    """Emacs locks with a link to nothing, macOS leaves ._files; a name with terminal colours is nobody's."""
    (prompts / "templates" / ".#other.fr.md").symlink_to("camille@desk.1234")
    (prompts / "templates" / "._other.fr.md").write_bytes(b"\x00\x05\x16\x07")
    (prompts / "templates" / "a\x1b[31m.md").write_text("x", encoding="utf-8")
    (prompts / "templates" / "other.fr.md~").write_text("x", encoding="utf-8")
    with open(os.fsencode(prompts / "templates") + b"/\xff.md", "w") as file:  # noqa: PTH123  # no Path is so wrong
        file.write("x")
    assert problems(prompts) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_that_may_not_be_read_is_told(prompts: Path) -> None:
    """The others stay in use."""
    path = prompts / "templates" / "mine.md"
    path.write_text("x", encoding="utf-8")
    path.chmod(stat.S_IWUSR)
    assert problems(prompts) == ["mine.md: cannot be read (Permission denied); see whether it may be opened"]
