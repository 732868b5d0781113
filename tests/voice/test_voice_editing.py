"""Templates edited from chat: what is saved is whole, checked and in use; what others saved is never lost."""

import os
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.case import Complaint
from bot.desk.ports import Length
from bot.errors import PortevoixError, PromptsError, UnknownTemplate
from bot.locale import Sentences
from bot.voice.editing import (
    Changed,
    Editing,
    NotEditable,
    TooManyVariants,
    UnknownTopic,
    UnspokenLanguage,
)
from bot.voice.library import MAIN, Library
from bot.voice.remarks import remark
from bot.voice.saving import NotWritable
from bot.voice.source import difference, front_matter, phrases, tidied
from bot.voice.template import Front
from bot.voice.yamlfile import CONTROL, Broken, Problem, parse

BRAND = "name: Lune\nlanguages: [fr, en]\nmanagers: [console]\nfacts: {contact: en DM}\n"
PROTOCOL = "fallback: other\ntopics:\n  other: {examples: {fr: [Bof.]}}\n  late-delivery: {}\n  late-refund: {}\n"
HELLO = "---\ntopic: other\nlang: fr\n---\nBonjour {{ contact }}.\n"
LATE = (
    "---\n"
    "topic: late-delivery # où est-il ?\n"
    "lang:   fr\n"
    'triggers: [ "pas reçu",\n  toujours rien ]   # les plus fréquents\n'
    "examples: [Où est mon colis ?]\n"
    "needs: [first_name?]\n"
    "---\n"
    "\n"
    "Bonjour{{ ' ' ~ first_name if first_name }}, désolés.\n"
    "Écrivez-nous {{ contact }}.\n"
)

Write = Callable[[str, str], Path]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


@pytest.fixture
def write(root: Path) -> Write:
    """Write a file of prompts/, which holds one good brand to begin with."""

    def into(name: str, text: str) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    into("brand.yaml", BRAND)
    into("protocol.yaml", PROTOCOL)
    into("templates/other.fr.md", HELLO)
    into("templates/late-delivery.fr.md", LATE)
    into("templates/late-delivery.en.md", LATE.replace("lang:   fr", "lang: en"))
    into("templates/late-delivery-2.fr.md", LATE.replace("désolés", "navrés"))
    return into


@pytest.fixture
def editing(root: Path, write: Write) -> Editing:
    return Editing(Library.load(root))


def acme(editing: Editing, write: Write) -> None:
    """A second brand, whose folder holds nothing but its rules."""
    write("acme/brand.yaml", BRAND.replace("Lune", "Acme"))
    editing.library.refresh()


def complaint(text: str = "Toujours rien", name: str = "") -> Complaint:
    return Complaint(id="x:1", brand=MAIN, text=text, received_at=datetime.now(UTC), author_name=name)


def said(editing: Editing, name: str = "late-delivery.fr", brand: str = MAIN) -> str:
    """What the next draft would say."""
    house = editing.library.house(brand)
    return house.templates[name].render(house.variables(complaint(), "fr"))


# Finding


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("late-delivery.fr", ["late-delivery.fr"]),
        (" Late-Delivery.fr.md ", ["late-delivery.fr"]),
        ("late-delivery", ["late-delivery.fr", "late-delivery-2.fr", "late-delivery.en"]),
        ("late-delivery-2", ["late-delivery-2.fr"]),
        ("other", ["other.fr"]),
    ],
)
def test_a_template_is_found_by_its_name_or_by_its_topic(editing: Editing, what: str, names: list[str]) -> None:
    """The brand's first language comes first."""
    assert editing.find(MAIN, what).names == tuple(names)


@pytest.mark.parametrize("what", ["late-delivry", "late-delivery-3.fr", "LATE-DELIVERI"])
def test_a_misspelt_name_gives_those_that_are_alike(editing: Editing, what: str) -> None:
    """Somebody who types from memory is not left alone."""
    found = editing.find(MAIN, what)
    assert (found.names, found.close[0][:13]) == ((), "late-delivery")


STRAY_NAMES = ["../brand", "../../etc/passwd", "templates/other.fr", "other.fr\0", "", ".", "x" * 1_000_000, "o\nther"]


@pytest.mark.parametrize("name", STRAY_NAMES, ids=lambda name: repr(name[:20]))
def test_a_name_is_never_a_way_out_of_the_folder(editing: Editing, name: str) -> None:
    """Only what the brand's folders list is a template."""
    assert editing.find(MAIN, name).names == ()
    for call in (editing.source, lambda brand, name: editing.save(brand, name, "x", "")):
        with pytest.raises(UnknownTemplate) as refused:
            call(MAIN, name)
        assert len(str(refused.value)) < 300


def test_a_brand_that_is_not_there_is_refused(editing: Editing) -> None:
    """As everywhere."""
    with pytest.raises(PromptsError, match="There is no brand “acme”"):
        editing.names("acme")


# Reading


def test_a_source_is_the_template_as_the_library_holds_it(editing: Editing, root: Path) -> None:
    """Its text, where that begins in the file, its version, and what it may use."""
    source = editing.source(MAIN, "late-delivery.fr")
    held = editing.library.house(MAIN).templates[source.name]
    assert (source.body, source.version, source.path) == (held.body, held.version, held.path)
    assert LATE.splitlines()[source.body_line - 1] == source.body.splitlines()[0]
    assert (source.topic, source.lang, source.triggers) == ("late-delivery", "fr", ("pas reçu", "toujours rien"))
    assert source.variables == ("brand", "network", "first_name", "contact")  # no handle: its front matter lacks it
    assert source.modified_at.timestamp() == pytest.approx(source.path.stat().st_mtime)
    assert editing.siblings(source) == editing.find(MAIN, "late-delivery").names


def test_a_broken_template_can_be_read_and_mended(editing: Editing, write: Write) -> None:
    """Its version is the hash of what it holds all the same; until it is mended, the last good one is used."""
    write("templates/late-delivery.fr.md", LATE.replace("}}.", "."))
    write("templates/late-refund.fr.md", "---\ntopic: late-refund\nlang: fr\n---\n{% for %}\n")
    editing.library.refresh()
    broken = editing.source(MAIN, "late-delivery.fr")
    assert broken.body.endswith("nous {{ contact .\n")
    assert editing.source(MAIN, "late-refund.fr").topic == "late-refund"
    assert "late-refund.fr" in editing.names(MAIN)
    saved = editing.save(MAIN, broken.name, "Bonjour.", broken.version)
    assert (said(editing), editing.library.problems[0].path.name) == ("Bonjour.", "late-refund.fr.md")
    assert saved.version != broken.version


def test_a_file_without_front_matter_is_mended_as_a_whole(editing: Editing, write: Write) -> None:
    """There is nothing above the text, so the text is all of it."""
    write("templates/late-refund.fr.md", "Bonjour")
    editing.library.refresh()
    source = editing.source(MAIN, "late-refund.fr")
    [problem] = editing.lint(MAIN, source.name, source.body)
    assert problem.says.startswith("has no front matter")
    editing.save(MAIN, source.name, HELLO.replace("other", "late-refund"), source.version)
    assert said(editing, "late-refund.fr") == "Bonjour en DM."


@pytest.mark.parametrize(
    ("raw", "says"),
    [(b"\xff\xfe", "is not UTF-8; save the file as UTF-8"), (b"a\x1b[0m", "holds an invisible character (U+001B)")],
)
def test_a_file_that_is_no_text_is_refused_with_the_reason(editing: Editing, raw: bytes, says: str) -> None:
    """And with the template's name, in one sentence."""
    editing.library.template_files(MAIN)["other.fr"].write_bytes(raw)
    with pytest.raises(NotEditable) as refused:
        editing.source(MAIN, "other.fr")
    assert str(refused.value).startswith(f"The template “other.fr” cannot be edited here: its file {says}")


# Trying


def test_a_lint_has_the_lines_of_the_file(editing: Editing) -> None:
    """The front matter is counted in, and ``body_line`` says how far."""
    source = editing.source(MAIN, "late-delivery.fr")
    [problem] = editing.lint(MAIN, source.name, "Bonjour\n\n{{ contct }}")
    assert problem.line - source.body_line + 1 == 3
    assert problem.says == "unknown variable “contct”; did you mean “contact”?"
    assert editing.lint(MAIN, source.name, "Bonjour {{ contact }}") == ()


def test_a_lint_knows_the_rules_as_they_lie_there(editing: Editing, write: Write) -> None:
    """A fact that only last good templates still use would make the saved file a broken one."""
    write("brand.yaml", BRAND.replace("contact", "adresse"))
    editing.library.refresh()
    assert editing.lint(MAIN, "other.fr", "Bonjour {{ contact }}")
    assert editing.lint(MAIN, "other.fr", "Bonjour {{ adresse }}") == ()


def test_a_preview_is_what_the_customer_would_read(editing: Editing) -> None:
    """With the customer's name, and with what the checks find; a text of its own may promise what it promises."""
    text = "Bonjour {{ first_name }}, voyez https://evil.example : remboursé sous 48 heures."
    preview = editing.preview(MAIN, "late-delivery.fr", text, complaint(name="Léa Moreau"), lambda _: Length(300, 280))
    assert preview.text == "Bonjour Léa, voyez https://evil.example : remboursé sous 48 heures."
    assert [finding.check for finding in preview.findings] == ["link", "length"]
    with pytest.raises(Broken):
        editing.preview(MAIN, "late-delivery.fr", "{{", complaint())


@pytest.mark.parametrize(
    ("name", "example"),
    [("late-delivery.fr", "Où est mon colis ?"), ("other.fr", "Bof."), ("late-delivery-2.fr", "Où est mon colis ?")],
)
def test_without_a_complaint_the_topics_example_serves(editing: Editing, name: str, example: str) -> None:
    """The template's own, or the protocol's."""
    shown = editing.example(editing.source(MAIN, name))
    assert (shown.text, shown.lang) == (example, "fr")


# Saving


def test_what_is_saved_is_what_the_next_draft_says(editing: Editing) -> None:
    """At once, without waiting for anybody to look at the folder."""
    seen = editing.source(MAIN, "late-delivery.fr")
    saved = editing.save(MAIN, seen.name, "Bonjour,\r\nça arrive.", seen.version)
    assert (said(editing), saved.body) == ("Bonjour,\nça arrive.", "Bonjour,\nça arrive.\n")
    assert editing.library.house(MAIN).templates[seen.name].version == saved.version != seen.version
    assert editing.source(MAIN, seen.name) == saved


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_above_the_text_every_byte_stays(editing: Editing, line_end: str, mark: bytes) -> None:
    """Comments, blanks, the computer's line ends and marks; the text's lines end as the others."""
    path = editing.library.template_files(MAIN)["late-delivery.fr"]
    path.write_bytes(mark + LATE.replace("\n", line_end).encode())
    before = path.read_bytes()
    seen = editing.source(MAIN, "late-delivery.fr")
    editing.save(MAIN, seen.name, "\n\nUn\nDeux\n\n", seen.version)
    head = before[: before.index(b"Bonjour")]
    assert path.read_bytes() == head + f"Un{line_end}Deux{line_end}".encode()


def test_what_did_not_change_is_not_written(editing: Editing) -> None:
    """Slack gives the text back without its last line end; nobody's copy of the file is touched for that."""
    path = editing.library.template_files(MAIN)["late-delivery.fr"]
    os.utime(path, (1, 1))
    seen = editing.source(MAIN, "late-delivery.fr")
    assert editing.save(MAIN, seen.name, seen.body.strip(), "an older version") == seen
    assert path.stat().st_mtime == 1


def test_a_text_that_cannot_be_used_is_not_saved(editing: Editing, root: Path) -> None:
    """The file stays as it is, and so does what drafts say."""
    seen = editing.source(MAIN, "late-delivery.fr")
    for body in ("Bonjour {{ first_nam }}", "", "\x1b[0m", "\ud800", "{% for x in y %}", "x" * 30_000, "{{ handle }}"):
        with pytest.raises(Broken) as broken:
            editing.save(MAIN, seen.name, body, seen.version)
        assert broken.value.problems
    assert seen.path.read_text() == LATE
    assert editing.library.house(MAIN).templates[seen.name].version == seen.version


def test_who_comes_second_is_shown_what_changed(editing: Editing) -> None:
    """Nothing of the first is lost; saving once more, from what stands there now, is meant."""
    seen = editing.source(MAIN, "late-delivery.fr")
    editing.save(MAIN, seen.name, "Bonjour. Navrés.", seen.version)
    with pytest.raises(Changed) as changed:
        editing.save(MAIN, seen.name, "Salut.", seen.version)
    now = changed.value.source
    assert now.body == "Bonjour. Navrés.\n"
    assert changed.value.difference.splitlines()[-1] == "+ Navrés."
    assert "- Écrivez-nous {{ contact }}." in changed.value.difference
    assert said(editing) == "Bonjour. Navrés."
    editing.save(MAIN, seen.name, "Salut.", now.version)
    assert said(editing) == "Salut."


def test_after_a_restart_the_second_is_told_all_the_same(editing: Editing, root: Path) -> None:
    """What they saw is forgotten, not that it was another version: their own text is compared."""
    seen = editing.source(MAIN, "late-delivery.fr")
    editing.save(MAIN, seen.name, "Bonjour.", seen.version)
    with pytest.raises(Changed) as changed:
        Editing(Library.load(root)).save(MAIN, seen.name, "Salut.", seen.version)
    assert changed.value.difference == "- Salut.\n+ Bonjour."


def test_what_an_editor_saved_in_the_last_moment_is_kept(editing: Editing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read once more right before it is replaced."""
    seen = editing.source(MAIN, "late-delivery.fr")
    tried = editing.library.tried

    def meanwhile(*args: object) -> object:
        seen.path.write_text(LATE.replace("désolés", "navrés"))
        return tried(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(editing.library, "tried", meanwhile)
    with pytest.raises(Changed):
        editing.save(MAIN, seen.name, "Bonjour.", seen.version)
    assert "navrés" in seen.path.read_text()
    assert [path for path in seen.path.parent.iterdir() if path.name.startswith(".")] == []


def test_of_many_who_save_at_once_one_wins(editing: Editing, monkeypatch: pytest.MonkeyPatch) -> None:
    """All others are told; the file is one of the texts as a whole."""
    seen = editing.source(MAIN, "late-delivery.fr")
    start, told, read = Barrier(8), [], Path.read_bytes

    def slowly(path: Path) -> bytes:
        found = read(path)
        time.sleep(0.03 if path == seen.path else 0)  # somebody else may come in between
        return found

    monkeypatch.setattr(Path, "read_bytes", slowly)

    def save(number: int) -> None:
        start.wait()
        try:
            editing.save(MAIN, seen.name, f"Bonjour {number}.", seen.version)
        except Changed as changed:
            told.append(changed)

    threads = [Thread(target=save, args=(number,)) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(told) == 7
    assert {one.source.body for one in told} == {said(editing) + "\n"}


def test_rights_are_kept(editing: Editing) -> None:
    """Who could read or write the file before still can."""
    seen = editing.source(MAIN, "late-delivery.fr")
    seen.path.chmod(0o664)
    editing.save(MAIN, seen.name, "Bonjour.", seen.version)
    assert stat.S_IMODE(seen.path.stat().st_mode) == 0o664


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to somebody else")
def test_the_owner_is_kept(editing: Editing) -> None:
    """A bot that runs as root does not take the file away from who edits it by hand."""
    seen = editing.source(MAIN, "late-delivery.fr")
    os.chown(seen.path, 1234, 1234)
    editing.save(MAIN, seen.name, "Bonjour.", seen.version)
    assert (seen.path.stat().st_uid, seen.path.stat().st_gid) == (1234, 1234)


def test_a_template_of_all_brands_becomes_the_brands_own(editing: Editing, write: Write, root: Path) -> None:
    """The copy holds everything; the others go on with theirs."""
    acme(editing, write)
    seen = editing.source("acme", "late-delivery.fr")
    saved = editing.save("acme", seen.name, "Bonjour, Acme.", seen.version)
    assert (seen.inherited, saved.inherited) == (True, False)
    assert saved.path == root / "acme/templates/late-delivery.fr.md"
    assert saved.text == LATE[: LATE.index("Bonjour")] + "Bonjour, Acme.\n"
    assert (said(editing, brand="acme"), said(editing)[:7]) == ("Bonjour, Acme.", "Bonjour")
    assert editing.source(MAIN, seen.name).text == LATE


def test_a_link_out_of_the_folder_is_refused(editing: Editing, tmp_path: Path) -> None:
    """What is there is not ours to show, nor to write."""
    secret = tmp_path / "secret.md"
    secret.write_text(HELLO)
    path = editing.library.template_files(MAIN)["other.fr"]
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(NotEditable, match="leads outside of prompts/"):
        editing.save(MAIN, "other.fr", "Bonjour", "")
    assert secret.read_text() == HELLO


def test_a_folder_that_leads_out_is_refused(editing: Editing, write: Write, root: Path, tmp_path: Path) -> None:
    """Neither a copy of the brand's own nor a new template is written elsewhere."""
    acme(editing, write)
    (tmp_path / "elsewhere").mkdir()
    (root / "acme/templates").symlink_to(tmp_path / "elsewhere")
    seen = editing.source("acme", "other.fr")
    with pytest.raises(NotEditable):
        editing.save("acme", "other.fr", "Bonjour", seen.version)
    with pytest.raises(NotEditable):
        editing.create("acme", "other", "en", "Hello")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_inside_stays_a_link(editing: Editing, root: Path) -> None:
    """What it names is written."""
    path = root / "templates/other.fr.md"
    path.rename(root / "shared.md")
    path.symlink_to("../shared.md")
    editing.save(MAIN, "other.fr", "Salut.", editing.source(MAIN, "other.fr").version)
    assert path.is_symlink()
    assert (root / "shared.md").read_text().endswith("---\nSalut.\n")
    assert said(editing, "other.fr") == "Salut."


def test_where_nothing_may_be_written_a_person_is_told(editing: Editing, write: Write, root: Path) -> None:
    """In a sentence that says what to do; a file stands where the folder should be."""
    acme(editing, write)
    write("acme/templates", "")
    seen = editing.source("acme", "other.fr")
    with pytest.raises(NotWritable, match=r"Nothing was saved: Portevoix may not write in .*acme/templates"):
        editing.save("acme", "other.fr", "Bonjour", seen.version)
    with pytest.raises(NotWritable):
        editing.create("acme", "other", "en", "Hello")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_said(editing: Editing, root: Path) -> None:
    """As where prompts/ is part of an image."""
    (root / "templates").chmod(0o555)
    seen = editing.source(MAIN, "other.fr")
    with pytest.raises(NotWritable):
        editing.save(MAIN, "other.fr", "Bonjour", seen.version)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_whatever_is_saved_is_read_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """The text that comes back is the one that was saved, or nothing was saved."""
    root = tmp_path_factory.mktemp("prompts")
    (root / "templates").mkdir()
    for name, held in (("brand.yaml", BRAND), ("protocol.yaml", PROTOCOL), ("templates/other.fr.md", HELLO)):
        (root / name).write_text(held)
    editing = Editing(Library.load(root))
    seen = editing.source(MAIN, "other.fr")
    try:
        saved = editing.save(MAIN, "other.fr", text, seen.version)
    except Broken:
        assert editing.source(MAIN, "other.fr") == seen
    else:
        assert saved.body == tidied(text) == editing.library.house(MAIN).templates["other.fr"].body
        assert saved.text.startswith(HELLO[: HELLO.index("Bonjour")])


# New ones


def test_a_new_template_is_in_use_at_once(editing: Editing, root: Path) -> None:
    """Its file is one that a person could have written; what its text needs, it says."""
    new = editing.create(
        MAIN, "late-refund", "fr", "Bonjour {{ first_name }}.\n", [" remboursement ", "", "l'argent"], ["Où ?"]
    )
    assert new.path == root / "templates/late-refund.fr.md"
    assert new.path.read_text() == (
        "---\ntopic: late-refund\nlang: fr\n"
        'triggers:\n  - "remboursement"\n  - "l\'argent"\nexamples:\n  - "Où ?"\n'
        "needs: [first_name?]\n---\nBonjour {{ first_name }}.\n"
    )
    assert editing.library.house(MAIN).templates["late-refund.fr"].version == new.version
    assert not list(new.path.parent.glob(".*"))


def test_a_second_template_of_a_topic_gets_a_number(editing: Editing) -> None:
    """And the same once more, as from a second click, is no third one."""
    assert [editing.create(MAIN, "late-delivery", "fr", "Encore une.").name for _ in range(2)] == [
        "late-delivery-3.fr",
        "late-delivery-3.fr",
    ]
    assert editing.create(MAIN, "late-refund", "fr", "Bonjour.").name == "late-refund.fr"


def test_a_number_that_is_another_topics_name_is_left_alone(editing: Editing, write: Write) -> None:
    """Names tell topics apart."""
    write("protocol.yaml", PROTOCOL + "  other-2: {}\n")
    editing.library.refresh()
    assert editing.create(MAIN, "other", "fr", "Bonjour.").name == "other-3.fr"


def test_another_brands_new_template_hides_none_that_it_takes_over(editing: Editing, write: Write) -> None:
    """It is written into the brand's own folder, under a name that is free for it."""
    acme(editing, write)
    new = editing.create("acme", "other", "fr", "Bonjour, Acme.")
    assert (new.name, new.path.parent.parent.name, new.inherited) == ("other-2.fr", "acme", False)
    assert not editing.library.knows(MAIN, "other-2.fr")


def test_a_name_that_somebody_takes_in_the_last_moment_stays_theirs(
    editing: Editing, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process wrote since we looked is not replaced; the next number is taken instead."""
    tried = editing.library.tried

    def meanwhile(*args: object) -> object:
        monkeypatch.setattr(editing.library, "template_files", lambda _: {})  # as we saw it before
        (root / "templates/late-refund.fr.md").write_text("theirs")
        return tried(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(editing.library, "tried", meanwhile)
    assert editing.create(MAIN, "late-refund", "fr", "Bonjour.").name == "late-refund-2.fr"
    assert (root / "templates/late-refund.fr.md").read_text() == "theirs"


@pytest.mark.parametrize("topic", ["../late-delivery", "spam", "other\0", "", "x" * 10_000, "Other"])
def test_a_topic_that_the_protocol_lacks_is_refused(editing: Editing, root: Path, topic: str) -> None:
    """No file is written, whatever the topic tries to be."""
    before = sorted(root.rglob("*"))
    with pytest.raises(UnknownTopic):
        editing.create(MAIN, topic, "fr", "Bonjour.")
    assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize("lang", ["de", "../fr", "fr\0", "FR", ""])
def test_a_language_that_the_brand_lacks_is_refused(editing: Editing, lang: str) -> None:
    """And named."""
    with pytest.raises(UnspokenLanguage, match="Lune does not write in"):
        editing.create(MAIN, "other", lang, "Bonjour.")


def test_a_new_text_that_cannot_be_used_is_told_with_its_own_lines(editing: Editing, root: Path) -> None:
    """There is no file yet whose lines one could count."""
    with pytest.raises(Broken) as broken:
        editing.create(MAIN, "late-refund", "fr", "Bonjour\n{{ contct }}\n", ["a", "b"])
    assert [problem.line for problem in broken.value.problems] == [2]
    with pytest.raises(Broken) as broken:
        editing.create(MAIN, "late-refund", "fr", "Bonjour", ["\x00"])
    assert [problem.line for problem in broken.value.problems] == [0]
    assert not (root / "templates/late-refund.fr.md").exists()


def test_there_is_an_end_to_variants(editing: Editing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody chooses among a hundred."""
    monkeypatch.setattr("bot.voice.editing.MOST_VARIANTS", 2)
    with pytest.raises(TooManyVariants):
        editing.create(MAIN, "late-delivery", "fr", "Encore une.")


@given(st.lists(st.text(max_size=40).filter(str.strip), max_size=4))
def test_triggers_are_read_back_as_they_were_typed(triggers: list[str]) -> None:
    """Quotes, colons, dashes, emoji, line ends: all but what our parser never takes."""
    typed = phrases(triggers)
    head = front_matter("other", "fr", typed, typed, [])
    held = head.removeprefix("---\n").removesuffix("---\n")
    if any(CONTROL.search(trigger) for trigger in typed):
        with pytest.raises(Broken):
            parse(Front, held, Path("x.md"))
    else:
        front = parse(Front, held, Path("x.md"))
        assert tuple(front.triggers) == tuple(front.examples) == typed


@pytest.mark.parametrize(
    "trigger", ['a: "b"', "- x", "# non", "l'été\\", "{{ x }}", "---", "oui\u2028non", "🎉", "no", "@x"]
)
def test_a_trigger_may_hold_what_yaml_means_something_by(editing: Editing, trigger: str) -> None:
    """It is a text, and stays one."""
    assert editing.create(MAIN, "late-refund", "fr", "Bonjour.", [trigger]).triggers == (trigger,)


# What changed


def test_a_difference_is_shown_sentence_by_sentence() -> None:
    """A reply is often one line; the one sentence that changed is what counts."""
    before = "Bonjour. Nous sommes désolés ! Écrivez-nous {{ contact }}."
    after = before.replace("désolés", "navrés")
    assert difference(before, after, context=0) == "- Nous sommes désolés !\n+ Nous sommes navrés !"
    assert difference(before, after).startswith("  Bonjour.\n- ")
    assert difference(before, before + "\n") == ""
    assert difference(before, before.replace(". ", ".  ")) != ""
    assert len(difference("a" * 9_000, "b" * 9_000)) <= 2_000


def test_far_changes_are_parted() -> None:
    """An ellipsis stands for what is between them."""
    lines = [f"ligne {number}" for number in range(20)]
    assert "\n…\n" in difference("\n".join(lines), "\n".join(["x", *lines[1:-1], "y"]))


# In words

FLAWS = [
    *("{{ contct }}", "{{ zzz }}", "{{ handle }}", "{{ brand|uper }}", "{{ brand|upper('x') }}", "{{ brand.x }}"),
    *("{{ brand[0] }}", "{{ brand() }}", "{% for x in brand %}{% endfor %}", "{{ 'a' + brand }}", "{{ a-b }}", ""),
    *("{{ true }}", "{{ brand is even }}", "{{ brand > 'a' }}", "{{ [brand] }}", "{{ brand", "{% if brand %}", "{# x"),
    *("{% x %}", "{{ brand brand }}", "{% if brand brand %}{% endif %}", "{{ }}", "{{ brand. }}", "{{ brand }"),
    *("{% raw %}", "{{ “x” }}", "{{ '\\x00' }}", "{{ 'a' " + "~ 'a'" * 60 + "}}", "\x00", "x" * 20_001),
    *("{% filter upper %}x{% endfilter %}", "{{ -brand }}", "{{ (" + "(" * 30 + "brand" + ")" * 30 + ") }}"),
]


@pytest.mark.parametrize("body", FLAWS, ids=lambda body: repr(body[:20]))
def test_what_is_wrong_is_said_in_french_too(editing: Editing, body: str) -> None:
    """Whoever edits in a form reads no English that they do not speak; in English the sentence is the parser's."""
    problems = editing.lint(MAIN, "other.fr", body)
    assert problems
    for problem in problems:
        said = remark(problem)
        assert str(said) == problem.says == Sentences("en").remark(said)
        assert Sentences("fr").remark(said) != problem.says


def test_a_problem_without_a_translation_is_said_as_it_is() -> None:
    """Braces and all."""
    assert Sentences("fr").remark(remark(Problem(Path("x"), 1, "is {odd}"))) == "is {odd}"


@pytest.mark.parametrize(
    "error",
    [NotEditable, UnknownTopic, UnspokenLanguage, TooManyVariants, NotWritable],
)
def test_every_refusal_has_a_french_sentence(error: type[PortevoixError]) -> None:
    """The person reads why, and what to do."""
    facts = dict.fromkeys(("template", "reason", "topic", "brand", "code", "number", "folder"), "x")
    assert Sentences("fr").remark(error(**facts)) != str(error(**facts))
