"""What a period's edits suggest: phrases, sentences, and what is left alone."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.desk.case import Case
from bot.desk.decision import Approve, Redraft, Reject
from bot.network.measure import measure
from bot.report.suggest.copy import HEADING, Copy, unified
from bot.report.suggest.diff import Suggestions
from bot.report.suggest.edits import Period
from bot.report.suggest.phrases import phrases
from bot.report.suggest.proposal import NEVER, VOICE, Evidence, Proposal
from bot.report.suggest.rewrites import rewrites
from bot.store.queries import Filters
from bot.voice.library import Library
from tests.report.past_cases import Past, past, write_prompts

DELAY = " dans les meilleurs délais"


def length_of(complaint, text):  # type: ignore[no-untyped-def]
    return measure(complaint.network, text)


async def approve(desk: Past, change: Callable[[str], str] = str, number: int = 1, **fields: str) -> Case | None:
    """So many complaints, their drafts changed so."""
    case = None
    for _ in range(number):
        case = await desk.complaint(**fields)
        assert case.draft
        case = await desk.decide(case, Approve(case.draft.number, change(case.draft.text)))
    return case


async def read(desk: Past, prompts: Path) -> Period:
    period, house = Period(), Library.load(prompts).house("main")
    async for case, drafts, records in desk.store.stories.walk(Filters()):
        period.add(house, case, drafts, records)
    return period


def suggested(prompts: Path, period: Period, least: int = 3) -> str:
    library = Library.load(prompts)
    with Copy(library, "main", length_of) as copy:
        found = Suggestions(copy)
        found.count(library.house("main"), period, least)
        return found.written(found.comments(library.house("main"), period, least))


# Reading


async def test_the_bot_s_last_draft_is_compared_with_what_was_approved(tmp_path: Path, prompts: Path) -> None:
    """Not with a colleague's suggestion on the way there."""
    async with past(tmp_path, prompts) as desk:
        case = await desk.complaint()
        case = await desk.decide(case, Redraft(1, "plus court"))
        await desk.desk.draft(case.id)
        await approve(desk, lambda text: text.replace(DELAY, ""))
        period = await read(desk, prompts)
    (edit,) = period.edits
    assert (DELAY in edit.before, DELAY in edit.after, edit.changed) == (True, False, True)
    assert period.asked("redraft", 1) == [("plus court", 1)]


async def test_other_blanks_and_apostrophes_are_no_edit(tmp_path: Path, prompts: Path) -> None:
    """What a form makes of a text on its way is nobody's wish."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(" ", "\u00a0", 2).replace("'", "’"))
        assert (await read(desk, prompts)).changed == []


# Phrases


async def test_a_phrase_that_is_taken_out_again_and_again(tmp_path: Path, prompts: Path) -> None:
    """The whole phrase and nothing of what stood around it, with how often."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(DELAY, ""), 5)
        await approve(desk, number=2)
        period = await read(desk, prompts)
    (phrase,) = phrases(Library.load(prompts).house("main"), period.edits, 3)
    assert (phrase.words, len(phrase.taken_out), phrase.stood) == ("dans les meilleurs délais", 5, 7)


async def test_a_long_word_that_is_taken_out_alone(tmp_path: Path, prompts: Path) -> None:
    """“sincèrement” says nothing that “désolés” does not; a short word is everybody's."""
    template = prompts / "templates" / "late-delivery.fr.md"
    template.write_text(template.read_text().replace("désolés pour", "bien sincèrement désolés, pour"))
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(" sincèrement", "").replace(" nous sommes", " sommes"), 3)
        period = await read(desk, prompts)
    assert [phrase.words for phrase in phrases(Library.load(prompts).house("main"), period.edits, 3)] == ["sincèrement"]


@pytest.mark.parametrize(("taken_out", "kept"), [(2, 0), (3, 2), (4, 9)])
async def test_a_phrase_that_mostly_stays_is_none(tmp_path: Path, prompts: Path, taken_out: int, kept: int) -> None:
    """Twice is chance, and what stands in many approved replies is the brand's own."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(DELAY, ""), taken_out)
        await approve(desk, number=kept)
        period = await read(desk, prompts)
    assert phrases(Library.load(prompts).house("main"), period.edits, 3) == []


async def test_a_phrase_that_people_write_themselves_is_none(tmp_path: Path, prompts: Path) -> None:
    """It went here and came there."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(DELAY, ""), 3)
        await approve(desk, lambda text: f"{text} Nous répondons{DELAY}.", 3, text="Bof.")
        period = await read(desk, prompts)
    assert phrases(Library.load(prompts).house("main"), period.edits, 3) == []


async def test_names_and_numbers_are_no_phrases(tmp_path: Path, prompts: Path) -> None:
    """A customer who writes often must not end in never.md."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(" Maximilienne", ""), 4, author_name="Maximilienne Petit")
        period = await read(desk, prompts)
    assert phrases(Library.load(prompts).house("main"), period.edits, 3) == []


# Sentences of templates


async def test_a_sentence_that_is_rewritten_in_the_same_way(tmp_path: Path, prompts: Path) -> None:
    """Across names and networks it is one sentence; the template gets it, variables and all."""
    async with past(tmp_path, prompts) as desk:
        for name, network in (("Zoé Petit", "x"), ("", "facebook"), ("Camille Durand", "google")):
            await approve(
                desk, lambda t: t.replace("sommes désolés pour", "regrettons"), author_name=name, network=network
            )
        period = await read(desk, prompts)
    (found,) = rewrites(Library.load(prompts).house("main"), period.edits, 3)
    assert found.path == "templates/late-delivery.fr.md"
    assert found.passage.endswith("nous sommes désolés pour ce retard.")
    assert found.instead == 'Bonjour{{ " " ~ first_name if first_name }}, nous regrettons ce retard.'
    assert found.why == "rewritten in the same way in 3 of 3 replies."


async def test_different_rewritings_are_no_proposal(tmp_path: Path, prompts: Path) -> None:
    """Everybody writes otherwise: there is nothing to agree on."""
    async with past(tmp_path, prompts) as desk:
        for word in ("navrés", "confus", "tristes"):
            await approve(desk, lambda text, word=word: text.replace("désolés", word))
        period = await read(desk, prompts)
    assert rewrites(Library.load(prompts).house("main"), period.edits, 3) == []


async def test_a_sentence_that_mostly_stays_is_left_alone(tmp_path: Path, prompts: Path) -> None:
    """Three of ten are a minority."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace("désolés", "navrés"), 3)
        await approve(desk, number=7)
        period = await read(desk, prompts)
    assert rewrites(Library.load(prompts).house("main"), period.edits, 3) == []


async def test_a_sentence_that_is_added_follows_the_one_before_it(tmp_path: Path, prompts: Path) -> None:
    """What is always said belongs into the template."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: f"{text} Merci de votre patience.", 3)
        period = await read(desk, prompts)
    (found,) = rewrites(Library.load(prompts).house("main"), period.edits, 3)
    assert found.instead == f"Nous revenons vers vous{DELAY}. Merci de votre patience."


async def test_a_template_that_has_changed_since_is_left_alone(tmp_path: Path, prompts: Path) -> None:
    """What the edits were about no longer stands there."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace("désolés", "navrés"), 3)
        period = await read(desk, prompts)
    template = prompts / "templates" / "late-delivery.fr.md"
    template.write_text(template.read_text().replace("désolés", "confus"))
    assert rewrites(Library.load(prompts).house("main"), period.edits, 3) == []


async def test_a_sentence_about_one_customer_is_no_template_s(tmp_path: Path, prompts: Path) -> None:
    """The same person wrote three times; what was told to her stays with her."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: f"{text} À très vite, Zoé Petit.", 3, author_name="Zoé Petit")
        period = await read(desk, prompts)
    assert rewrites(Library.load(prompts).house("main"), period.edits, 3) == []


# The copy, and the diff


def apply(tool: list[str], to: Path, folder: Path) -> None:
    subprocess.run([*tool, str(to)], cwd=folder, check=True, capture_output=True)


def held(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "-p1", "-i"]])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
async def test_the_diff_is_taken_by_git_and_by_patch(tmp_path: Path, prompts: Path, tool: list[str], ends: str) -> None:
    """In the folder of prompts, comments and all; then the prompts are as proposed, and without a fault."""
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    template = prompts / "templates" / "late-delivery.fr.md"
    template.write_bytes(template.read_bytes().rstrip(b"\n").replace(b"\n", ends.encode()))
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(DELAY, ""), 4)
        (tmp_path / "s.diff").write_bytes(suggested(prompts, await read(desk, prompts)).encode())
    apply(tool, tmp_path / "s.diff", prompts)
    assert template.read_bytes().endswith(b"{{ contact }}. Nous revenons vers vous.")
    assert "- dans les meilleurs délais — retiré de 4 réponses sur 4." in (prompts / "never.md").read_text()
    assert Library.load(prompts).problems == ()


async def test_the_diff_applies_below_the_top_of_a_repository(tmp_path: Path, prompts: Path) -> None:
    """Where most teams keep their prompts; git would silently skip paths that are not below the folder."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace("désolés", "navrés"), 3)
        (tmp_path / "s.diff").write_text(suggested(prompts, await read(desk, prompts)))
    apply(["git", "init", "-q"], tmp_path, tmp_path)
    apply(["git", "apply"], tmp_path / "s.diff", prompts)
    assert "navrés" in (prompts / "templates" / "late-delivery.fr.md").read_text()


async def test_nothing_changes_by_itself(tmp_path: Path, prompts: Path) -> None:
    """Every byte of the folder is as before."""
    before = held(prompts)
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(DELAY, ""), 4)
        assert "+++ b/never.md" in suggested(prompts, await read(desk, prompts))
    assert held(prompts) == before


async def test_a_phrase_that_a_template_says_is_not_forbidden(tmp_path: Path, prompts: Path) -> None:
    """Every draft of that template would be blocked: the proposal is left out, and says so."""
    async with past(tmp_path, prompts) as desk:
        for word in ("demain", "bientôt", "lundi", "mardi"):
            await approve(desk, lambda text, word=word: text.replace(DELAY, f" {word}"))
        said = suggested(prompts, await read(desk, prompts))
    assert "# Left out: never.md: “dans les meilleurs délais” was taken out in 4 of 4 replies." in said
    assert "late-delivery.fr would be blocked" in said
    assert "+++" not in said


async def test_one_template_s_wording_is_mended_there_alone(tmp_path: Path, prompts: Path) -> None:
    """Words that made place for others are no offence."""
    async with past(tmp_path, prompts) as desk:
        await approve(desk, lambda text: text.replace(DELAY, " dès demain"), 4)
        said = suggested(prompts, await read(desk, prompts))
    assert "+++ b/templates/late-delivery.fr.md" in said
    assert "never.md" not in said


async def test_what_came_up_besides_is_said(tmp_path: Path, prompts: Path) -> None:
    """Notes, reasons and additions, for a person to make something of."""
    async with past(tmp_path, prompts) as desk:
        for n in range(3):
            await desk.decide(await desk.complaint("Bof."), Reject(1, "doublon"))
            await desk.decide(await desk.complaint("Bof."), Redraft(1, "plus  court"))
            await approve(desk, lambda text, n=n: f"Numéro {n}. {text[:-4]} {n}. À très vite.", text="Bof.")
        said = suggested(prompts, await read(desk, prompts))
    assert "# Asked of a new draft 3 times: “plus court”" in said
    assert "# The reason for no reply 3 times: “doublon”" in said
    assert "# Added to 3 replies: “À très vite.”" in said


def take(prompts: Path, path: str, passage: str, instead: str) -> tuple[str, str]:
    proposal = Proposal(path=path, passage=passage, instead=instead, why="why")
    with Copy(Library.load(prompts), "main", length_of) as copy:
        reason = copy.take(proposal)
        return reason, "" if reason else copy.diff(path)


@pytest.mark.parametrize(
    ("path", "passage", "instead", "reason"),
    [
        ("templates/nobody.fr.md", "a", "b", "there is no such file"),
        ("../brand.yaml", "a", "b", "there is no such file"),
        ("brand.yaml", "Lune", "Soleil", "there is no such file"),
        ("templates/other.fr.md", "", "Merci.", "no list to add to"),
        ("templates/other.fr.md", "bonsoir", "b", "does not stand there"),
        ("templates/other.fr.md", "topic: other", "topic: late-delivery", "does not stand there"),
        ("templates/other.fr.md", "Bonjour", "Bonjour", "nothing would change"),
        ("templates/other.fr.md", "Bonjour", "Bonjour {{ surname }}", "unknown variable “surname”"),
        ("templates/other.fr.md", "Bonjour", "{% for x in brand %}{{ x }}{% endfor %}", "a loop cannot be used"),
        ("templates/other.fr.md", "Bonjour", "Cher client", "The brand never says “Cher client”"),
        ("templates/other.fr.md", "Bonjour", "Bonjour, voyez evil.example", "is not on the brand's list of links"),
        (NEVER, "", "- merci pour votre message", "other.fr would be blocked"),
    ],
)
def test_what_does_not_stand_the_trial_is_refused(
    prompts: Path, path: str, passage: str, instead: str, reason: str
) -> None:
    """Lint, checks, unknown files: the reason is told, and nothing of it is in the diff."""
    assert reason in take(prompts, path, passage, instead)[0]


def test_what_was_wrong_before_does_not_stop_a_proposal(prompts: Path) -> None:
    """A team with one broken template still gets the others mended."""
    (prompts / "templates" / "broken.fr.md").write_text("---\ntopic: other\nlang: fr\n---\n{{ nobody }}\n")
    reason, diff = take(prompts, "templates/other.fr.md", "Bonjour", "Bonsoir")
    assert (reason, "+Bonsoir, merci" in diff) == ("", True)


def test_a_link_is_not_followed_out_of_the_folder(prompts: Path, tmp_path: Path) -> None:
    """What lies elsewhere is not ours to write."""
    (outside := tmp_path / "voice.md").write_text("Ailleurs.\n")
    (prompts / VOICE).unlink()
    (prompts / VOICE).symlink_to(outside)
    assert "by hand" in take(prompts, VOICE, "", "Tutoyer.")[0]
    assert outside.read_text() == "Ailleurs.\n"


def test_a_brand_of_its_own_gets_a_file_of_its_own(prompts: Path) -> None:
    """never.md of prompts/ itself belongs to every brand: the new file holds all of it, and the new line."""
    own = write_prompts(prompts / "soleil")
    (own / NEVER).unlink()
    library = Library.load(prompts)
    with Copy(library, "soleil", length_of) as copy:
        assert copy.take(Proposal(path=NEVER, passage="", instead="- du coup", why="why")) == ""
        diff = copy.diff(NEVER)
    assert diff.startswith("--- /dev/null\n+++ b/soleil/never.md\n")
    assert "+- cher client — Elle a un nom.\n" in diff
    assert diff.endswith(f"+{HEADING}\n+\n+- du coup\n")


def test_evidence_is_one_line_whatever_it_holds(prompts: Path) -> None:
    """A reply's line breaks must not begin a line of the diff."""
    shown = str(Evidence("x:1\n+++ b/evil", "a\r\n--- a/x\u2028b\x0cc", "y" * 500))
    assert "\n" not in shown
    assert len(shown.splitlines()) == 1
    assert len(shown) < 400


def test_a_file_without_a_last_line_end_is_told_as_git_does() -> None:
    """Else neither of them would take the diff."""
    assert unified("never.md", "a", "a\nb").splitlines()[3:] == [
        "-a",
        "\\ No newline at end of file",
        "+a",
        "+b",
        "\\ No newline at end of file",
    ]
