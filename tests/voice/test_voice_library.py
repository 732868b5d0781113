"""prompts/ as it is read, watched and swapped: what is broken stays as it was when it was last good."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.desk.case import Case, Complaint
from bot.desk.ports import Length
from bot.errors import PromptsError
from bot.voice.library import MAIN, Library
from bot.voice.prompt import Matter
from bot.voice.yamlfile import Problem

BRAND = "name: Lune\nlanguages: [fr]\nmanagers: [console]\nfacts: {contact: en DM}\n"
PROTOCOL = "fallback: other\ntopics:\n  other: {}\n"
HELLO = "---\ntopic: other\nlang: fr\n---\nBonjour {{ contact }}.\n"

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
        path.write_text(text, encoding="utf-8")
        return path

    into("brand.yaml", BRAND)
    into("protocol.yaml", PROTOCOL)
    into("templates/other.fr.md", HELLO)
    return into


def told(library: Library) -> list[str]:
    library.refresh()
    return [str(problem).removeprefix(f"{library.root}/") for problem in library.problems]


def said(library: Library, template: str = "other.fr", brand: str = MAIN) -> str:
    house = library.house(brand)
    complaint = Complaint(id="x", brand=brand, text="Toujours rien", received_at=datetime.now(UTC))
    return house.templates[template].render(house.variables(complaint, "fr"))


def test_a_good_folder_is_a_brand_without_problems(root: Path, write: Write) -> None:
    """It knows its templates, its rules and its checks."""
    library = Library.load(root)
    assert (library.problems, list(library.houses)) == ((), [MAIN])
    assert library.brand(MAIN).name == "Lune"
    assert library.knows(MAIN, "other.fr")
    assert not library.knows(MAIN, "gone")
    complaint = Complaint(id="x", brand=MAIN, text="Toujours rien", received_at=datetime.now(UTC))
    [finding] = library.check(Case(complaint=complaint, updated_at=complaint.received_at), " ", Length(1, None))
    assert finding.check == "empty"


def test_a_brand_that_is_not_there_is_refused_by_name(root: Path, write: Write) -> None:
    """And those that are there are named."""
    with pytest.raises(PromptsError, match=r"There is no brand “acme” in .*; it holds main\."):
        Library.load(root).house("acme")


def test_no_folder_at_all_says_how_to_get_one(root: Path) -> None:
    """At the first start there is nothing to go on."""
    with pytest.raises(PromptsError, match=r"is no folder; run “portevoix init” or set PROMPTS_DIR"):
        Library.load(root)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("brand.yaml", "name: [", "brand.yaml:1: a text is missing here, or a bracket is not closed"),
        ("brand.yaml", None, "brand.yaml: is missing; “portevoix init” writes one"),
        ("protocol.yaml", "fallback: other\n", "protocol.yaml:1: “topics” is missing; add it"),
        ("protocol.yaml", None, "protocol.yaml: is missing"),
        ("never.md", "a\n- b\x1b[0m", "never.md:2: holds an invisible character (U+001B)"),
    ],
)
def test_a_broken_first_start_is_refused_with_file_and_line(
    root: Path, write: Write, name: str, text: str | None, says: str
) -> None:
    """No brand is built without its rules, nor without the list of what it never says."""
    path = write(name, text or "")
    if text is None:
        path.unlink()
    with pytest.raises(PromptsError) as error:
        Library.load(root)
    assert str(error.value).startswith(f"{root}/{says}")


def test_a_new_template_is_in_use_and_a_deleted_one_gone(root: Path, write: Write) -> None:
    """Renaming is both."""
    library = Library.load(root)
    second = write("templates/other-2.fr.md", HELLO.replace("Bonjour", "Salut"))
    assert told(library) == []
    assert said(library, "other-2.fr") == "Salut en DM."
    second.rename(second.with_name("other-3.fr.md"))
    library.refresh()
    assert sorted(library.house(MAIN).templates) == ["other-3.fr", "other.fr"]
    second.with_name("other-3.fr.md").unlink()
    library.refresh()
    assert list(library.house(MAIN).templates) == ["other.fr"]


def test_a_broken_template_keeps_its_last_good_version_until_it_is_mended(root: Path, write: Write) -> None:
    """The problem is told as long as it lasts; others go on."""
    library = Library.load(root)
    version = library.house(MAIN).templates["other.fr"].version
    write("templates/other.fr.md", HELLO.replace("{{ contact }}.", "{{ contact"))
    for _ in range(2):
        assert told(library) == ["templates/other.fr.md:5: {{ or {% is not closed; close it with }} or %}"]
        assert (said(library), library.house(MAIN).templates["other.fr"].version) == ("Bonjour en DM.", version)
    write("templates/other.fr.md", HELLO.replace("Bonjour", "Salut"))
    assert told(library) == []
    assert said(library) == "Salut en DM."
    assert library.house(MAIN).templates["other.fr"].version != version


def test_a_template_broken_from_the_start_is_told_and_left_out(root: Path, write: Write) -> None:
    """The brand works without it."""
    write("templates/other-2.fr.md", HELLO + "{% for %}")
    library = Library.load(root)
    assert [problem.path.name for problem in library.problems] == ["other-2.fr.md"]
    assert list(library.house(MAIN).templates) == ["other.fr"]


def test_a_fact_that_is_taken_away_stays_for_the_templates_that_still_use_it(root: Path, write: Write) -> None:
    """They are told; the last good ones go on saying it, and new ones cannot use it."""
    library = Library.load(root)
    write("brand.yaml", BRAND.replace("contact", "adresse"))
    for _ in range(2):
        assert [line.split(";")[0] for line in told(library)] == ["templates/other.fr.md:5: unknown variable “contact”"]
        assert said(library) == "Bonjour en DM."
    write("templates/other.fr.md", HELLO.replace("contact", "adresse"))
    assert told(library) == []
    assert set(library.house(MAIN).rules.facts) == {"adresse"}


@pytest.mark.parametrize(
    ("name", "text"),
    [("brand.yaml", "name: Soleil\n"), ("brand.yaml", "\x00"), ("protocol.yaml", "fallback: gone\ntopics: {a: {}}\n")],
)
def test_broken_rules_keep_the_last_good_ones(root: Path, write: Write, name: str, text: str) -> None:
    """A half-written brand.yaml never changes who may say yes."""
    library = Library.load(root)
    before = library.house(MAIN)
    write(name, text)
    assert told(library)
    assert (library.house(MAIN).rules, library.house(MAIN).protocol) == (before.rules, before.protocol)
    assert said(library) == "Bonjour en DM."


def test_who_may_say_yes_is_never_taken_over_from_another_brand(root: Path, write: Write) -> None:
    """Not even while the brand's own file is away: the main brand's managers are not Acme's."""
    own = write("acme/brand.yaml", BRAND.replace("Lune", "Acme").replace("[console]", "[slack:U1]"))
    library = Library.load(root)
    own.unlink()
    assert told(library) == ["acme/brand.yaml: is missing; “portevoix init” writes one"]
    assert library.brand("acme").managers.default == {"slack:U1"}


def test_rules_that_are_away_for_a_moment_keep_the_last_good_ones(root: Path, write: Write) -> None:
    """Some editors delete before they write."""
    write("acme/brand.yaml", BRAND.replace("Lune", "Acme"))
    library = Library.load(root)
    (root / "brand.yaml").unlink()
    (root / "acme" / "brand.yaml").unlink()
    assert told(library) == [
        f"{name}: is missing; “portevoix init” writes one" for name in ("brand.yaml", "acme/brand.yaml")
    ]
    assert [house.brand.name for house in library.houses.values()] == ["Lune", "Acme"]
    shutil.rmtree(root / "acme")
    library.refresh()
    assert list(library.houses) == [MAIN]


def test_a_list_of_what_is_never_said_that_breaks_keeps_the_last_good_one(root: Path, write: Write) -> None:
    """A slip of an editor never opens the door; taking the file away does, and is meant."""
    path = write("never.md", "- bon courage\n")
    write("voice.md", "Warm.\n")
    library = Library.load(root)
    path.write_bytes(b"\xff\xfe")
    (root / "voice.md").write_bytes(b"\xff\xfe")
    assert [line.split(":")[0] for line in told(library)] == ["never.md", "voice.md"]
    assert [never.phrase for never in library.house(MAIN).never] == ["bon courage"]
    assert library.house(MAIN).voice == "Warm.\n"
    path.unlink()
    library.refresh()
    assert library.house(MAIN).never == ()


STRAYS = [
    ("templates/a.fr.md", "---\ntopic: othr\nlang: fr\n---\nx", "templates/a.fr.md:2: the topic “othr” is not in"),
    (
        "templates/a.de.md",
        "---\n\nlang: de\ntopic: other\n---\nx",
        "templates/a.de.md:3: brand.yaml does not name the language",
    ),
    (
        "brand.yaml",
        BRAND + "approvals: {default: 1, othr: 2}\n",
        "brand.yaml:5: “othr” under approvals is no topic and",
    ),
    (
        "brand.yaml",
        BRAND + "own_draft:\n  default: yes\n  hgh: no\n",
        "brand.yaml:7: “hgh” under own_draft is no topic and no",
    ),
    (
        "protocol.yaml",
        PROTOCOL + "  late: {}\n",
        "protocol.yaml:4: “late” has no template in fr; write templates/late.fr.md",
    ),
]


@pytest.mark.parametrize(("name", "text", "says"), STRAYS)
def test_files_that_do_not_fit_each_other_are_told(root: Path, write: Write, name: str, text: str, says: str) -> None:
    """A topic, a language or an exception that another file does not know, on its line; the brand works on."""
    write(name, text)
    [line] = told(Library.load(root))
    assert line.startswith(says)


def test_a_topic_without_reply_needs_no_template(root: Path, write: Write) -> None:
    """Spam is not answered."""
    write("protocol.yaml", PROTOCOL + "  spam: {kind: spam, reply: false}\n")
    assert told(Library.load(root)) == []


def test_another_brand_lies_over_the_main_one_file_by_file(root: Path, write: Write) -> None:
    """Its own protocol, templates and never-list win; what it lacks is taken over, but never brand.yaml."""
    write("acme/brand.yaml", BRAND.replace("Lune", "Acme").replace("en DM", "par mail"))
    write("acme/templates/other.fr.md", HELLO.replace("Bonjour", "Salut"))
    write("templates/other-2.fr.md", HELLO.replace("Bonjour", "Coucou"))
    write("acme/never.md", "- policy\n")
    library = Library.load(root)
    assert (library.problems, list(library.houses)) == ((), [MAIN, "acme"])
    assert (said(library, brand="acme"), said(library)) == ("Salut par mail.", "Bonjour en DM.")
    assert said(library, "other-2.fr", "acme") == "Coucou par mail."
    assert (len(library.house("acme").never), len(library.house(MAIN).never)) == (1, 0)


def test_what_another_brand_takes_over_need_not_all_fit(root: Path, write: Write) -> None:
    """It may speak fewer languages and know fewer topics than the main one; of its own files it hears."""
    write("protocol.yaml", PROTOCOL + "  late: {}\n")
    write("templates/late.fr.md", HELLO.replace("other", "late"))
    write("acme/brand.yaml", BRAND.replace("[fr]", "[en]"))
    write("acme/protocol.yaml", PROTOCOL)
    write("acme/templates/other.en.md", HELLO.replace("lang: fr", "lang: en"))
    write("acme/templates/odd.md", HELLO.replace("lang: fr", "lang: de"))
    library = Library.load(root)
    assert [str(problem.path.relative_to(root)) for problem in library.problems] == ["acme/templates/odd.md"]
    assert list(library.house("acme").templates) == ["other.en"]


def test_only_a_folder_with_a_brand_file_is_a_brand(root: Path, write: Write) -> None:
    """Never templates/, cases/ or a hidden folder."""
    for name in ("templates", "cases", ".git", "main"):
        write(f"{name}/brand.yaml", BRAND.replace("Lune", "Nobody"))
    write("drafts/templates/x.fr.md", HELLO)
    library = Library.load(root)
    assert {brand_id: house.brand.name for brand_id, house in library.houses.items()} == {MAIN: "Lune"}


def test_brands_may_all_have_folders_of_their_own(root: Path, write: Write) -> None:
    """Then prompts/ itself is none, and one good brand is enough to start."""
    (root / "brand.yaml").unlink()
    write("acme/brand.yaml", BRAND)
    write("soleil/brand.yaml", "name: [")
    library = Library.load(root)
    assert list(library.houses) == ["acme"]
    assert [problem.path.parent.name for problem in library.problems] == ["soleil"]


def test_a_house_that_somebody_holds_stays_as_it_was(root: Path, write: Write) -> None:
    """A draft that is being written is written from one consistent state, whatever is saved meanwhile."""
    library = Library.load(root)
    held = library.house(MAIN)
    write("brand.yaml", BRAND.replace("Lune", "Soleil"))
    write("templates/other.fr.md", HELLO.replace("Bonjour", "Salut"))
    library.refresh()
    assert (held.brand.name, held.templates["other.fr"].body) == ("Lune", "Bonjour {{ contact }}.\n")
    assert (library.brand(MAIN).name, said(library)) == ("Soleil", "Salut en DM.")


def test_versions_do_not_depend_on_the_computer(root: Path, write: Write) -> None:
    """Windows' line ends and mark are no other content."""
    library = Library.load(root)
    version = library.house(MAIN).templates["other.fr"].version
    (root / "templates/other.fr.md").write_bytes(b"\xef\xbb\xbf" + HELLO.replace("\n", "\r\n").encode())
    assert told(library) == []
    assert library.house(MAIN).templates["other.fr"].version == version


@asynccontextmanager
async def watching(library: Library) -> AsyncIterator[asyncio.Queue[tuple[Problem, ...]]]:
    """The library watched for real; what it tells arrives in the queue."""
    heard: asyncio.Queue[tuple[Problem, ...]] = asyncio.Queue()
    stop = asyncio.Event()
    watcher = asyncio.create_task(library.watch(heard.put_nowait, stop))
    await asyncio.sleep(0.2)  # until the system has begun to watch
    yield heard
    stop.set()
    await asyncio.wait_for(watcher, 5)


async def until(library: Library, heard: asyncio.Queue[tuple[Problem, ...]], good: Callable[[], bool]) -> None:
    """Wait for what was told last, until it is so."""
    async with asyncio.timeout(5):
        while not good():
            await heard.get()


async def test_saving_a_file_is_enough(root: Path, write: Write) -> None:
    """A change, a slip and its cure: each is in use, or told, within a moment."""
    library = Library.load(root)
    async with watching(library) as heard:
        write("templates/other.fr.md", HELLO.replace("Bonjour", "Salut"))
        await until(library, heard, lambda: said(library) == "Salut en DM.")
        write("templates/other.fr.md", HELLO.replace("}}", "}"))
        await until(library, heard, lambda: bool(library.problems))
        assert said(library) == "Salut en DM."
        write("templates/other.fr.md", HELLO)
        await until(library, heard, lambda: said(library) == "Bonjour en DM." and not library.problems)


async def test_editors_that_rename_and_several_files_at_once_are_noticed(root: Path, write: Write) -> None:
    """What an editor moves into place counts as saved, and so does a new folder with a brand in it."""
    library = Library.load(root)
    async with watching(library) as heard:
        fresh = write("templates/.other.fr.md.tmp", HELLO.replace("Bonjour", "Salut"))
        os.replace(fresh, root / "templates/other.fr.md")  # noqa: PTH105  # as editors do
        write("brand.yaml", BRAND.replace("en DM", "par mail"))
        await until(library, heard, lambda: said(library) == "Salut par mail.")
        write("acme/brand.yaml", BRAND.replace("Lune", "Acme"))
        await until(library, heard, lambda: "acme" in library.houses)
        (root / "templates/other.fr.md").unlink()
        await until(library, heard, lambda: not library.knows(MAIN, "other.fr"))


async def test_a_half_written_file_is_repaired_by_the_next_event(root: Path, write: Write) -> None:
    """In between the last good version serves."""
    library = Library.load(root)
    text = HELLO.replace("Bonjour", "Salut")
    async with watching(library) as heard:
        write("templates/other.fr.md", text[: text.index("lang")])
        await until(library, heard, lambda: bool(library.problems))
        assert said(library) == "Bonjour en DM."
        write("templates/other.fr.md", text)
        await until(library, heard, lambda: said(library) == "Salut en DM." and not library.problems)


PROMPT = "You write for {{ brand }}.\n{# ===== THE CASE ===== #}\n{{ complaint }}\n"


def asked(library: Library, brand: str = MAIN) -> str:
    """What a model would be told of the brand; nothing where it is not asked."""
    house = library.house(brand)
    return house.prompt.prompt(house, MATTER).fixed if house.prompt else ""


MATTER = Matter(complaint="Toujours rien", lang="fr", network="x", topic="other")


def test_a_brand_without_a_prompt_asks_no_model(root: Path, write: Write) -> None:
    """That is no problem: templates serve."""
    library = Library.load(root)
    assert (library.problems, asked(library)) == ((), "")


def test_a_prompt_is_in_use_once_it_is_saved(root: Path, write: Write) -> None:
    """And gone with its file."""
    library = Library.load(root)
    path = write("draft.md.j2", PROMPT)
    assert told(library) == []
    assert asked(library) == "You write for Lune.\n"
    path.unlink()
    assert (told(library), asked(library)) == ([], "")


def test_a_broken_prompt_keeps_its_last_good_version(root: Path, write: Write) -> None:
    """The problem has file and line; what was asked before is asked still."""
    write("draft.md.j2", PROMPT)
    library = Library.load(root)
    write("draft.md.j2", PROMPT.replace("{{ brand }}", "\n{{ brnad }}"))
    assert told(library) == ["draft.md.j2:2: unknown variable “brnad”; did you mean “brand”?"]
    assert asked(library) == "You write for Lune.\n"


def test_a_prompt_broken_at_the_start_leaves_the_templates(root: Path, write: Write) -> None:
    """Nobody waits for a model that cannot be asked."""
    write("draft.md.j2", "You write.")
    library = Library.load(root)
    assert [str(problem) for problem in library.problems if "has lost the line" in problem.says]
    assert (asked(library), said(library)) == ("", "Bonjour en DM.")


def test_a_brands_own_prompt_comes_before_that_of_all(root: Path, write: Write) -> None:
    """What a brand has not is taken from prompts/ itself."""
    write("draft.md.j2", PROMPT)
    write("acme/brand.yaml", BRAND.replace("Lune", "Acme"))
    library = Library.load(root)
    assert asked(library, "acme") == "You write for Acme.\n"
    write("acme/draft.md.j2", PROMPT.replace("You write", "Write"))
    assert told(library) == []
    assert (asked(library, "acme"), asked(library)) == ("Write for Acme.\n", "You write for Lune.\n")
    assert library.prompt_file("acme") == root / "acme" / "draft.md.j2"


def test_a_prompt_may_not_lead_out_of_the_folder(root: Path, write: Write, tmp_path: Path) -> None:
    """A link is not followed to what is nobody's business."""
    (tmp_path / "secret").write_text(PROMPT)
    (root / "draft.md.j2").symlink_to(tmp_path / "secret")
    library = Library.load(root)
    assert told(library) == ["draft.md.j2: leads outside of prompts/; put the file itself here"]
    assert asked(library) == ""
