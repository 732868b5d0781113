"""init, doctor, cases, prompts, and how the command line speaks of errors."""

import json
import re

import pytest


def test_init_copies_the_prompts_once(portevoix, folder):
    """What a person has changed is never overwritten."""
    assert portevoix("init").code == 0
    brand = folder / "prompts" / "brand.yaml"
    brand.write_text(brand.read_text() + "\n# mine\n")
    again = portevoix("init")
    assert "nothing was changed" in again.out
    assert brand.read_text().endswith("# mine\n")
    assert (folder / ".env.example").exists()


def test_the_shipped_prompts_are_without_a_fault(portevoix):
    """They are what every newcomer judges us by: strict reading, and our own checks, find nothing."""
    ran = portevoix("prompts", "check")
    assert (ran.code, ran.out.splitlines()[:-1]) == (0, [])


def test_the_shipped_cases_pass(portevoix):
    """At least sixty complaints get the topic and the words they must."""
    ran = portevoix("prompts", "test")
    passed, failed = re.findall(r"^(\d+) passed, (\d+) failed$", ran.out, re.MULTILINE)[0]
    assert (ran.code, failed) == (0, "0")
    assert int(passed) >= 60


def test_a_broken_template_is_found_with_file_and_line(portevoix, folder):
    """The sentence leads to the very line."""
    portevoix("init")
    template = folder / "prompts" / "templates" / "late-delivery.fr.md"
    template.write_text(template.read_text() + "\n{{ surname }}\n")
    ran = portevoix("prompts", "check")
    line = template.read_text().count("\n")
    assert ran.code == 1
    assert f"late-delivery.fr.md:{line}: unknown variable “surname”" in ran.out


def test_a_failing_case_fails_the_test_command(portevoix, folder):
    """Exit 1, and the complaint that failed is named."""
    portevoix("init")
    case = folder / "prompts" / "cases" / "mine.yaml"
    case.write_text("- complaint: where is my parcel\n  topic: praise\n")
    ran = portevoix("prompts", "test")
    assert ran.code == 1
    assert "where is my parcel" in ran.out


def test_preview_shows_what_a_customer_would_read(portevoix):
    """With the name filled in, and the length as the network counts it."""
    ran = portevoix("prompts", "preview", "late-delivery.fr", "--author", "Zoé Petit")
    assert "Bonjour Zoé" in ran.out
    assert "of 280" in ran.out


def test_list_names_every_template(portevoix):
    """In both languages."""
    ran = portevoix("prompts", "list")
    assert "late-delivery.fr" in ran.out
    assert "late-delivery.en" in ran.out


def test_doctor_is_content_with_a_fresh_folder(portevoix):
    """Everything works with no setting at all."""
    ran = portevoix("doctor")
    assert ran.code == 0
    assert "✗" not in ran.out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (".env", "LOG_LEVEL=loud\n", "LOG_LEVEL"),
        ("prompts/brand.yaml", "name: X\nlanguages: [fr, en]\nmanager: [console]\n", "did you mean “managers”"),
        ("prompts/protocol.yaml", "fallback: other\ntopics: {late: {}}\n", "other"),
    ],
)
def test_doctor_says_what_is_wrong(portevoix, folder, name, content, said):
    """One line each, and exit 1."""
    portevoix("init")
    (folder / name).write_text(content)
    ran = portevoix("doctor")
    assert ran.code == 1
    assert said in ran.out


def test_doctor_creates_nothing(portevoix, folder):
    """Looking changes nothing: no outbox appears, and a missing database is no fault."""
    portevoix("doctor")
    assert not (folder / "outbox.jsonl").exists()


def test_cases_are_listed_shown_and_exported(portevoix, folder):
    """Everything the store knows can be read back."""
    (folder / "in.csv").write_text("text,author,network\nWhere is my parcel?,@zoe,x\n")
    portevoix("demo", "--from", "in.csv", "--approve-all")
    (case,) = [json.loads(line) for line in portevoix("cases", "export").out.splitlines()]
    assert case["id"] in portevoix("cases", "list", "--network", "x").out
    assert "Where is my parcel?" in portevoix("cases", "show", case["id"]).out
    assert "No cases" not in portevoix("cases", "list", "--status", "posted").out
    assert case["id"] not in portevoix("cases", "list", "--network", "reddit").out
    assert portevoix("cases", "export", "--format", "csv").out.count("\n") == 2


def test_a_formula_in_a_complaint_is_text_in_a_spreadsheet(portevoix, folder):
    """The customer's words are data there too."""
    (folder / "in.txt").write_text('=HYPERLINK("http://evil.example","win")\n')
    portevoix("demo", "--from", "in.txt", "--approve-all")
    assert "'=HYPERLINK" in portevoix("cases", "export", "--format", "csv").out


def test_an_unknown_case_is_said(portevoix):
    """Exit 1 and a sentence."""
    ran = portevoix("cases", "show", "nope")
    assert (ran.code, ran.err) == (1, "portevoix: There is no case nope.\n")


@pytest.mark.parametrize(
    "words", [("cases", "list", "--status", "maybe"), ("draft",), ("nonsense",), ("demo", "--frm", "x")]
)
def test_wrong_usage_is_exit_2(portevoix, words):
    """A misspelt option is not a failure of the work."""
    assert portevoix(*words).code == 2


def test_an_unknown_brand_is_said(portevoix):
    """And the known ones are named."""
    ran = portevoix("demo", "--brand", "acme")
    assert ran.code == 1
    assert "main" in ran.err
