"""What a mistake in a YAML file is told as: the file, the line, and a sentence that says what to do."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.protocol import BrandFile, ProtocolFile
from bot.voice.yamlfile import MAX_BYTES, MAX_PROBLEMS, Broken, Problem, line_of, parse, plain_text, read_text

HERE = Path("brand.yaml")
GOOD = "name: Lune\nlanguages: [fr, en]\nmanagers: [console]\n"


def told(source: str, model: type[BrandFile] | type[ProtocolFile] = BrandFile) -> list[tuple[int, str]]:
    with pytest.raises(Broken) as broken:
        parse(model, source, HERE)
    return [(problem.line, problem.says) for problem in broken.value.problems]


SLIPS = [
    ("mentions: [@lune]", 4, "begins with “@” must stand in quotes"),
    ("signature: `x`", 4, "begins with “`” must stand in quotes"),
    ("signature: %x", 4, "begins with “%” must stand in quotes"),
    ("signature: *x*", 4, "begins with * or & must stand in quotes"),
    ("signature: *x", 4, "begins with * must stand in quotes"),
    ("signature: &Co", 4, "begins with & must stand in quotes"),
    ("signature: !x", 4, "begins with ! must stand in quotes"),
    ("signature: {initials}", 4, "put it in quotes"),
    ("\tsignature: x", 4, "begins with a tab; use spaces"),
    ("signature: 'l'équipe'", 4, "look at its indent and its quotation marks"),
    ("links: ['l'a', b]", 4, "a comma is missing"),
    ('signature: "x', 4, "a quotation mark is opened here and not closed"),
    ("links: [a.example", 4, "a bracket [ is not closed"),
    ("facts: {a: b", 4, "a brace { is not closed"),
    ("signature: a: b", 4, "a second colon"),
    ("signature x", 4, "a name, a colon and a space are expected"),
    ("signature:x", 4, "a name, a colon and a space are expected"),
    ("- x", 4, "does not fit the lines above"),
    ('signature: "C:\\x"', 4, "write \\\\"),
    ('signature: "C:\\q"', 4, "write \\\\"),
    ('signature: "\\e[31m"', 4, "holds an invisible character"),
    ("? [a, b]\n: c", 4, "a name is expected here"),
    ("---\nname: x", 4, "a line --- stands a second time"),
    ("name: Tilleul", 4, "“name” is written twice (first on line 1); keep one"),
    ("reactions: {approve: [x], approve: [y]}", 4, "“approve” is written twice"),
]


@pytest.mark.parametrize(("slip", "line", "says"), SLIPS)
def test_a_slip_is_told_with_its_line_and_the_cure(slip: str, line: int, says: str) -> None:
    """What people mistype in YAML is explained in their words, on the line where they must mend it."""
    (at, said), *_ = told(GOOD + slip + "\n")
    assert at == line
    assert says in said


VALUES = [
    ("nmae: x", "unknown key “nmae”; did you mean “name”?"),
    ("zzz: x", "unknown key “zzz”; remove it"),
    ("reactions: {aprove: [x]}", "unknown key “reactions.aprove”; did you mean “approve”?"),
    ("channels: slack:C1", "“channels”: should be a list: write [slack:C1]"),
    ("channels:", "“channels” is empty; write something behind it, or delete it"),
    ("signature: [x]", "“signature”: should be one text"),
    ("reactions: x", "“reactions”: should hold names and values"),
    ("undo_seconds: soon", "“undo_seconds”: should be a whole number, not “soon”"),
    ("undo_seconds: -1", "“undo_seconds”: should be 0 or more, not -1"),
    ("undo_seconds: 9999", "“undo_seconds”: should be 3600 or less, not 9999"),
    ("own_draft: maybe", "“own_draft”: should be true or false, not “maybe”"),
    ("intake: all", "“intake”: “all” is not known; choose 'forwards' or 'everything'"),
    ("team_language: de", "“team_language”: “de” is not known; choose 'fr' or 'en'"),
]


@pytest.mark.parametrize(("wrong", "says"), VALUES)
def test_a_wrong_value_is_told_without_the_librarys_jargon(wrong: str, says: str) -> None:
    """No “input should be a valid list”: the key, what is wrong, and what to write."""
    [(line, said)] = told(GOOD + wrong + "\n")
    assert line == 4
    assert said.startswith(says)


def test_every_value_is_a_text_until_a_number_is_asked_for() -> None:
    """no, 404 and 2024-01-01 are words that customers write; yes and 30 still serve where true and 30 are meant."""
    source = "topics:\n  a: {triggers: {no: [no, 404, 2024-01-01, 1e3, ~x, 010]}, reply: no}\nfallback: a"
    topic = parse(ProtocolFile, source, HERE).topics["a"]
    assert topic.triggers == {"no": ["no", "404", "2024-01-01", "1e3", "~x", "010"]}
    assert topic.reply is False


def test_an_item_of_a_long_list_is_found_on_its_own_line() -> None:
    """Also where the model wraps the list: ``managers`` is stored below “default”, which stands in no file."""
    assert [line for line, _ in told("name: x\nlanguages: [fr]\nmanagers:\n  - console\n  - bob\n  - eve\n")] == [5, 6]


def test_an_empty_file_says_what_is_missing() -> None:
    """A file of comments is as empty."""
    for source in ("", "# nothing yet\n", "---\n"):
        assert [said for _, said in told(source)] == [
            f"“{name}” is missing; add it" for name in ("name", "languages", "managers")
        ]


@pytest.mark.parametrize("source", ["hello", "[a]", "- a", "3", '"x"'])
def test_a_file_that_holds_no_names_is_told_what_a_line_looks_like(source: str) -> None:
    """A text or a list is no brand.yaml."""
    assert told(source) == [(1, "should hold lines such as “name: …”, a colon and a space behind each name")]


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
EVIL = ["[" * 150_000, "{a: " * 40_000, "- " * 90_000, "? " * 90_000, "'" * 150_001, "a:\n" * 60_000, BOMB]
EVIL += ["\n".join(" " * i + "a:" for i in range(600)), "&a [*a]", "a: !!python/object/apply:os.system [ls]"]
EVIL += ["".join(f"k{i}: x\n" for i in range(18_000)), "n: !!int x", "n: !!timestamp x", "n: " + "1" * 9_000]


@pytest.mark.parametrize("source", EVIL, ids=lambda source: source[:12])
def test_hostile_yaml_is_a_few_problems_at_once(source: str) -> None:
    """Deep brackets, a billion laughs, tags and floods of keys end as problems, in no time and without a crash."""
    assert 1 <= len(told(source)) <= MAX_PROBLEMS


@settings(deadline=None, database=None)
@given(st.text(max_size=200) | st.text("[]{}:,-&*!|>'\"#%@\n\t ab", max_size=80))
def test_no_yaml_raises_anything_but_broken(source: str) -> None:
    """Whatever stands in the file."""
    problems: tuple[Problem, ...] = ()
    try:
        parse(ProtocolFile, source, HERE)
    except Broken as broken:
        problems = broken.problems
    assert all(problem.line >= 1 and problem.says for problem in problems)


def test_bom_and_line_ends_make_no_difference(tmp_path: Path) -> None:
    """Notepad's file reads like everybody's."""
    path = tmp_path / "x.md"
    for raw in (b"\xef\xbb\xbfa\r\nb\r\n", b"a\rb\r", b"a\nb\n"):
        path.write_bytes(raw)
        assert read_text(path) == "a\nb\n"


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"a\nR\xe9ponse", 2, "is not UTF-8; save the file as UTF-8"),
        ("é".encode("utf-16"), 1, "is not UTF-8"),
        (b"a\nb\x00c", 2, "holds an invisible character (U+0000)"),
        (b"a\n\x1b[31mred", 2, "holds an invisible character (U+001B)"),
        ("a\n\u202eb".encode(), 2, "holds an invisible character (U+202E)"),
        (b"x" * (MAX_BYTES + 1), 0, "is larger than 200 kB"),
    ],
    ids=["latin-1", "utf-16", "nul", "terminal colours", "turned around", "too large"],
)
def test_a_file_that_is_no_plain_text_says_what_to_do(tmp_path: Path, raw: bytes, line: int, says: str) -> None:
    """The line too, where there is one."""
    path = tmp_path / "x.md"
    path.write_bytes(raw)
    with pytest.raises(Broken, match=r"x\.md") as broken:
        read_text(path)
    [problem] = broken.value.problems
    assert problem.line == line
    assert problem.says.startswith(says)


def test_a_problem_reads_like_a_compilers_line() -> None:
    """Editors and terminals make it a link; without a line the file is meant as a whole."""
    assert str(Problem(HERE, 3, "is odd")) == "brand.yaml:3: is odd"
    assert str(Problem(HERE, 0, "is odd")) == "brand.yaml: is odd"


def test_half_a_character_is_refused() -> None:
    """Chats send them in JSON; no database and no network would take them."""
    with pytest.raises(Broken, match=r"U\+D83D"):
        plain_text("a \ud83d b", HERE)


def test_the_line_of_a_name_is_found_wherever_it_stands() -> None:
    """In the first column, below another, in braces; 0 when it is nowhere."""
    source = "# topic\ntopic: a\nmanagers: {default: [x], late: [y]}\n  lang: fr"
    assert [line_of(key, source) for key in ("topic", "late", "lang", "x-y")] == [2, 3, 4, 0]
