"""The page of a replay: complete, in the team's language, and deaf to whatever customers write."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.desk.case import Complaint, Origin, Remark, Severity, Usage
from bot.desk.ports import Length, Writing
from bot.locale import Sentences
from bot.network.measure import measure
from bot.report.figures import Figures
from bot.report.notebook import Entry
from bot.report.page import Setting, page
from bot.report.page_cases import VIEW
from bot.report.veil import Clear, Veil
from bot.report.versions import Compared, compared
from bot.voice.library import Library
from tests.report.past_cases import LATE, START, Past, past

HOSTILE = "</blockquote></article><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}&lt;b&gt; \x00\u202e"
NOW = Writing(
    text="Bonjour, nous cherchons votre colis.",
    origin=Origin.MODEL,
    lang="fr",
    kind="complaint",
    topic="late-delivery",
    severity=Severity.NORMAL,
    usage=Usage(model="m", tokens_in=1000, tokens_out=200, seconds=1.4, price=0.0123, currency="EUR"),
)
SETTING = Setting(
    brand="Lune",
    since=START,
    until=START + timedelta(days=30),
    model="gpt",
    prompts="prompts",
    masked=True,
    total=1,
    done=1,
)


class Read(HTMLParser):
    """A page as a browser would take it: its elements, its text, what they would load or run."""

    VOID = {"meta", "br", "input", "img", "link"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.said += data


def length_of(complaint: Complaint, text: str) -> Length:
    return measure(complaint.network, text)


async def one(desk: Past, prompts: Path, writing: Writing = NOW, text: str = LATE, **fields: str) -> Compared:
    case = await desk.approved("Bonjour Zoé, nous cherchons votre colis.", text, **fields)
    entry = Entry(pen="pen", case=case.id, revision=case.revision, seconds=1.4, writing=writing)
    drafts, _ = await desk.store.history(case.id)
    return compared(Library.load(prompts), length_of, case, drafts, entry)


def drawn(prompts: Path, *shown: Compared, lang: str = "en", setting: Setting = SETTING, clear: bool = False) -> Read:
    figures, house = Figures(), Library.load(prompts).house("main")
    for each in shown:
        figures.add(each)
    veil = Clear if clear else Veil
    cases = [(each, veil(house, each.case.complaint)) for each in shown]
    return Read(page(setting, figures, cases, Sentences(lang)))


async def test_the_three_texts_stand_side_by_side(tmp_path: Path, prompts: Path) -> None:
    """The complaint, the draft of that time, today's and the approved one, with what the checks say."""
    async with past(tmp_path, prompts) as desk:
        read = drawn(prompts, await one(desk, prompts, replace(NOW, text="Cher client, un instant.")))
    for said in (LATE, "nous sommes désolés pour ce retard", "Cher client", "nous cherchons votre colis", "x:1"):
        assert said in read.said
    assert "The brand never says “Cher client”." in read.said
    assert read.tags.count("section") == 3


async def test_the_page_speaks_the_team_s_language(tmp_path: Path, prompts: Path) -> None:
    """All of it: nothing of our own is left in English, and numbers are written as French ones."""
    async with past(tmp_path, prompts) as desk:
        read = drawn(prompts, await one(desk, prompts), lang="fr")
    assert ("lang", "fr") in read.attributes
    for said in ("Essai sur le passé", "Réclamations du 1 mars 2025", "0,0123 EUR", "1,4 s", "Bloquées aujourd’hui"):
        assert said in read.said
    assert not re.search(r"\b(Then|Now|Complaints|Pass|drafted|checks)\b", read.said)


@pytest.mark.parametrize("where", ["complaint", "draft", "approved", "name", "topic", "network", "remark", "folder"])
async def test_hostile_words_stay_words(tmp_path: Path, prompts: Path, where: str) -> None:
    """Wherever they stand they are read, and nothing is opened, run or loaded."""
    async with past(tmp_path, prompts) as desk:
        tame = await one(desk, prompts)
        evil = await _evil(desk, prompts, where)
        setting = replace(SETTING, prompts=HOSTILE if where == "folder" else "prompts")
        read = drawn(prompts, evil, setting=setting, clear=True)
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}&lt;b&gt;" in read.said
    assert set(read.tags) <= {*drawn(prompts, tame).tags, "mark", "ul", "li"}
    assert not {"\x00", "\u202e"} & set(read.said)
    assert read.open == []


async def _evil(desk: Past, prompts: Path, where: str) -> Compared:
    found = await one(desk, prompts, text=HOSTILE if where == "complaint" else LATE)
    complaint = found.case.complaint
    if where in ("network", "name"):
        told = {"network": HOSTILE} if where == "network" else {"id": HOSTILE}
        return replace(found, case=replace(found.case, complaint=replace(complaint, **told)))
    if where == "approved":
        return replace(found, approved=HOSTILE)
    if where == "topic":
        return replace(found, topic=HOSTILE)
    told = {"text": HOSTILE} if where == "draft" else {"remarks": (Remark("{x}", {"x": HOSTILE}),)}
    return replace(found, now=replace(found.now, **told))


async def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path, prompts: Path) -> None:
    """No script, no address, and a policy that forbids both."""
    async with past(tmp_path, prompts) as desk:
        read = drawn(prompts, await one(desk, prompts))
    assert not {"script", "link", "img", "iframe", "a", "form"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name in {"src", "href", "srcset", "action"} or name[:2] == "on"]
    policy = next(value for name, value in read.attributes if name == "content" and "default-src" in (value or ""))
    assert (policy or "").startswith("default-src 'none'; style-src 'unsafe-inline'")


async def test_a_novel_is_cut_in_view(tmp_path: Path, prompts: Path) -> None:
    """Two hundred thousand characters are read nowhere but in the store."""
    async with past(tmp_path, prompts) as desk:
        read = drawn(prompts, await one(desk, prompts, text="Toujours rien " + "A" * 200_000))
    assert f"… ({200_014 - VIEW} more characters)" in read.said
    assert len(read.said) < 3 * VIEW


async def test_personal_data_is_masked_unless_asked_for(tmp_path: Path, prompts: Path) -> None:
    """A page is a file, and travels; the page says which of both it is."""
    async with past(tmp_path, prompts) as desk:
        text = "Toujours rien reçu, écrivez à zoe.petit@example.com"
        found = await one(desk, prompts, text=text, author_name="Zoé Petit", author="@zoe_p")
    masked, clear = drawn(prompts, found).said, drawn(prompts, found, clear=True).said
    assert "zoe.petit@example.com" in clear
    assert "Bonjour Zoé" in clear
    assert "[EMAIL_1]" in masked
    assert not re.search("zoe|zoé|petit", masked, re.IGNORECASE)


async def test_the_head_says_what_is_missing(tmp_path: Path, prompts: Path) -> None:
    """A page of a run that was stopped must not be taken for the whole."""
    trouble = Remark("The model's server is not reachable.")
    setting = replace(SETTING, total=40, done=3, unanswered=2, trouble=trouble, masked=False)
    async with past(tmp_path, prompts) as desk:
        said = drawn(prompts, await one(desk, prompts), setting=setting).said
    assert "3 of 40 complaints so far" in said
    assert "not counted here: 2. The model's server is not reachable." in said
    assert "Personal data is not masked" in said
