"""The prompt edited from chat, section by section: what is saved is whole and in use; what others saved is kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.desk.case import Complaint
from bot.errors import UnknownTemplate
from bot.voice.editing import Changed, Editing
from bot.voice.library import MAIN, Library
from bot.voice.prompt import MARKER, Matter
from bot.voice.prompt_parts import parts
from bot.voice.yamlfile import Broken

ROOT = Path(__file__).parents[2]
BRAND = "name: Lune\nlanguages: [fr]\nmanagers: [console]\nfacts: {contact: en DM}\n"
PROTOCOL = "fallback: other\ntopics:\n  other: {}\n  draft-beer: {}\n"
HELLO = "---\ntopic: {topic}\nlang: fr\nexamples: [Bof.]\n---\nBonjour.\n"
PROMPT = (
    "{# How to\n# edit this #}\n"
    "# Your task\n\nYou write for {{ brand }}.\n\n\n"
    "{% if voice %}\n# The voice of {{ brand }}\n{{ voice }}\n{% endif %}\n"
    f"{MARKER}\n"
    "{% if wish %}\n\n# The wish\n\n{{ wish }}\n{% endif %}\n"
    "# The message\n\nIn {{ lang }}:\n{{ complaint }}\n"
)
TASK, VOICE, WISH, MESSAGE = "draft: Your task", "draft: The voice of …", "draft: The wish", "draft: The message"
MATTER = Matter(complaint="Toujours rien", lang="fr", network="x", topic="other")

Write = Callable[[str, str], Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


@pytest.fixture
def write(root: Path) -> Write:
    """Write a file of prompts/, which holds a brand with a prompt to begin with."""

    def into(name: str, text: str) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    into("brand.yaml", BRAND)
    into("protocol.yaml", PROTOCOL)
    for topic in ("other", "draft-beer"):
        into(f"templates/{topic}.fr.md", HELLO.format(topic=topic))
    into("draft.md.j2", PROMPT)
    return into


@pytest.fixture
def editing(root: Path, write: Write) -> Editing:
    return Editing(Library.load(root))


def asked(editing: Editing, brand: str = MAIN) -> str:
    house = editing.library.house(brand)
    assert house.prompt is not None
    told = house.prompt.prompt(house, MATTER, "9f3ac27d01be")
    return told.fixed + told.case


def complaint(text: str = "Mon mail : lea@mail.example") -> Complaint:
    return Complaint(id="x:1", brand=MAIN, text=text, received_at=datetime.now(UTC), network="x", author="@lea_m")


@pytest.mark.parametrize("what", ["draft", "Draft.md.j2", "draft.md", "prompt"])
def test_the_prompt_is_found_by_its_name(editing: Editing, what: str) -> None:
    """All its sections, in their order; what the comment says is none of them."""
    assert editing.find(MAIN, what).names == (TASK, VOICE, WISH, MESSAGE)


@pytest.mark.parametrize("what", ["draft: Your task", "draft task", "DRAFT YOUR"])
def test_a_section_is_found_by_words_of_its_heading(editing: Editing, what: str) -> None:
    """As people type them."""
    assert editing.find(MAIN, what).names == (TASK,)


def test_templates_are_found_as_before(editing: Editing) -> None:
    """A topic whose name begins like the prompt's is no prompt; a slip of the finger gets it as a hint."""
    assert editing.find(MAIN, "draft-beer").names == ("draft-beer.fr",)
    assert "draft" in editing.find(MAIN, "drat").close
    assert not [name for name in editing.names(MAIN) if name.startswith("draft:")]


def test_without_a_prompt_there_is_none_to_edit(editing: Editing, root: Path) -> None:
    """It is unknown like any template that is not there."""
    (root / "draft.md.j2").unlink()
    editing.library.refresh()
    assert editing.find(MAIN, "draft").names == ()
    for name in ("draft", TASK):
        with pytest.raises(UnknownTemplate):
            editing.source(MAIN, name)


def test_a_section_is_what_stands_in_the_file(editing: Editing) -> None:
    """From its heading, or the condition above it, to its last line; with what may be used there."""
    source = editing.source(MAIN, VOICE)
    assert source.body == "{% if voice %}\n# The voice of {{ brand }}\n{{ voice }}\n{% endif %}\n"
    assert PROMPT.splitlines()[source.body_line - 1] == "{% if voice %}"
    assert ("voice" in source.variables, "wish" in source.variables) == (True, False)
    assert "wish" in editing.source(MAIN, WISH).variables
    assert editing.siblings(source) == (TASK, VOICE, WISH, MESSAGE)


def test_a_saved_section_is_in_the_next_prompt(editing: Editing, root: Path) -> None:
    """Every byte around it stays."""
    source = editing.source(MAIN, TASK)
    editing.save(MAIN, TASK, "# Your task\n\nWrite as {{ brand }}.", source.version)
    assert (root / "draft.md.j2").read_text() == PROMPT.replace("You write for", "Write as")
    assert "Write as Lune." in asked(editing)


def test_the_lines_of_a_file_from_windows_stay_as_they_end(editing: Editing, write: Write) -> None:
    """Those of the new text end alike."""
    path = write("draft.md.j2", "\ufeff" + PROMPT.replace("\n", "\r\n"))
    version = editing.source(MAIN, TASK).version
    editing.save(MAIN, TASK, "# Your task\nWrite.\nNow.", version)
    now = PROMPT.replace("\n\nYou write for {{ brand }}.", "\nWrite.\nNow.")
    assert path.read_bytes().decode() == "\ufeff" + now.replace("\n", "\r\n")


def test_a_section_that_cannot_be_used_is_not_saved(editing: Editing, root: Path) -> None:
    """The line is the file's; the file is as it was."""
    source = editing.source(MAIN, MESSAGE)
    body = "# The message\n{{ complaint }}\n{{ compliant }}"
    [problem] = editing.lint(MAIN, MESSAGE, body)
    assert problem.line == source.body_line + 2
    assert problem.says == "unknown variable “compliant”; did you mean “complaint”?"
    with pytest.raises(Broken):
        editing.save(MAIN, MESSAGE, "# The message\nNothing.", source.version)
    assert (root / "draft.md.j2").read_text() == PROMPT


def test_who_is_second_in_a_section_is_told_what_changed(editing: Editing) -> None:
    """And overwrites nothing."""
    seen = editing.source(MAIN, TASK).version
    editing.save(MAIN, TASK, "# Your task\n\nCamille's.", seen)
    editing.save(MAIN, MESSAGE, "# Elsewhere\n\n{{ complaint }}", editing.source(MAIN, MESSAGE).version)
    with pytest.raises(Changed) as changed:
        editing.save(MAIN, TASK, "# Your task\n\nSacha's.", seen)
    assert "+ Camille's." in changed.value.difference
    assert "Elsewhere" not in changed.value.difference
    assert "Camille's." in asked(editing)
    editing.save(MAIN, TASK, "# Your task\n\nBoth.", changed.value.source.version)
    assert "Both." in asked(editing)


def test_two_sections_with_the_same_heading_are_told_apart(editing: Editing, write: Write) -> None:
    """By a number; each is changed by itself."""
    path = write("draft.md.j2", PROMPT.replace("# The wish", "# Your task"))
    again = editing.source(MAIN, "draft: Your task (2)")
    editing.save(MAIN, again.name, again.body.replace("{{ wish }}", "Wish: {{ wish }}"), again.version)
    assert path.read_text() == PROMPT.replace("# The wish\n\n", "# Your task\n\nWish: ")


def test_two_people_in_two_sections_do_not_meet(editing: Editing) -> None:
    """Both are saved."""
    task, message = editing.source(MAIN, TASK), editing.source(MAIN, MESSAGE)
    editing.save(MAIN, TASK, "# Your task\n\nCamille's.", task.version)
    editing.save(MAIN, MESSAGE, "# The message\n\nSacha's:\n{{ complaint }}", message.version)
    assert all(words in asked(editing) for words in ("Camille's.", "Sacha's:"))


def test_a_section_may_get_another_heading(editing: Editing) -> None:
    """It is called by it from then on."""
    saved = editing.save(MAIN, TASK, "# The job\n\nWrite.", editing.source(MAIN, TASK).version)
    assert saved.name == "draft: The job"
    assert editing.find(MAIN, "draft").names[0] == "draft: The job"


def test_a_brand_that_shares_the_prompt_gets_its_own_copy(editing: Editing, root: Path, write: Write) -> None:
    """The others keep theirs."""
    write("acme/brand.yaml", BRAND.replace("Lune", "Acme"))
    editing.library.refresh()
    source = editing.source("acme", TASK)
    assert source.inherited
    editing.save("acme", TASK, "# Your task\n\nWrite as {{ brand }}.", source.version)
    assert "Write as Acme." in asked(editing, "acme")
    assert "You write for Lune." in asked(editing)
    assert (root / "acme" / "draft.md.j2").is_file()


def test_the_preview_is_what_the_model_would_read(editing: Editing) -> None:
    """The section alone, filled in for the complaint, its personal data masked."""
    read = editing.preview(MAIN, MESSAGE, "# The message\n{{ handle }}\n{{ complaint }}", complaint()).text
    assert read.startswith("# The message\n[HANDLE_1]\n⟦complaint ")
    assert "Mon mail : [EMAIL_1]" in read
    assert editing.preview(MAIN, TASK, "# Your task\nFor {{ brand }}", complaint()).text == "# Your task\nFor Lune"


def test_a_section_that_cuts_a_block_in_two_is_previewed_with_all_of_the_case(editing: Editing) -> None:
    """As a whole the file is good."""
    assert editing.preview(MAIN, WISH, "{% if wish %}\n\n# The wish\n{% endif %}\n", complaint()).text == ""
    editing.library.root.joinpath("draft.md.j2").write_text(PROMPT.replace("{{ wish }}\n", "# More\n{{ wish }}\n"))
    assert "[EMAIL_1]" in editing.preview(MAIN, "draft: More", "# More\nx\n{% endif %}", complaint()).text


def test_each_section_of_the_shipped_prompt_fits_in_a_form() -> None:
    """Slack's takes 3,000 characters; every one is below a heading of its own."""
    source = (ROOT / "prompts" / "draft.md.j2").read_text()
    found = parts(source)
    assert len({part.name for part in found}) == len(found) > 10
    assert max(len(source[part.start : part.end].encode("utf-16-le")) // 2 for part in found) < 3_000
    assert max(len(part.name) for part in found) <= 75
