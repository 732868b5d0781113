"""Templates in Discord: the list, the sheet of one, the forms, whatever the brand and whatever people write."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord_sample import HOSTILE, fields, opened, pressed, said, sent, submitted, texts, walk

from bot.chat.discord import templates
from bot.chat.discord.templates import Hooks, choose_topic, listing, new_template, saved, sheet, unknown
from bot.chat.template_lines import EditedText, NewText
from bot.desk.case import Complaint, Finding, Level, Remark
from bot.desk.edit import TemplateEdit
from bot.locale import Sentences
from bot.voice.editing import Editing, Preview
from bot.voice.house import House
from bot.voice.library import MAIN, Library
from bot.voice.source import Source
from bot.voice.yamlfile import Problem

PROMPTS = Path(__file__).parents[3] / "prompts"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EN, FR = Sentences("en"), Sentences("fr")
#: The first section of the model's prompt, which the menus open too.
PROMPT = "draft: Your task"


class Heard:
    """What was handed over, by the hook's name."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def by(self, name: str) -> Any:
        async def hear(_: object, value: object = None) -> None:
            self.told.append((name, value))

        return hear

    @property
    def hooks(self) -> Hooks:
        return Hooks(choose=self.by("choose"), save=self.by("save"), preview=self.by("preview"))


NOBODY = Heard()


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(PROMPTS)


@pytest.fixture(scope="module")
def house(library: Library) -> House:
    return library.house(MAIN)


@pytest.fixture
def editing(library: Library) -> Editing:
    return Editing(library)


@pytest.fixture
def source(editing: Editing) -> Source:
    return editing.source(MAIN, "late-delivery.fr")


def drawn(source: Source, siblings: Any = (), say: Sentences = EN, **more: Any) -> dict[str, Any]:
    return sent(sheet(source, siblings, say, NOBODY.hooks, **more))


def labels(body: dict[str, Any]) -> list[str]:
    return [one["label"] for one in walk(body["components"]) if one["type"] == 2]


def menus(body: dict[str, Any]) -> list[list[str]]:
    return [[option["value"] for option in one["options"]] for one in walk(body["components"]) if one["type"] == 3]


async def press(view: discord.ui.LayoutView, label: str, value: str = "") -> list[Any]:
    """Press a button, or choose in the menu with this placeholder; returns the modals that were opened."""
    shown: list[Any] = []

    async def send_modal(modal: Any) -> None:
        shown.append(modal)

    def named(item: Any) -> bool:
        return label in {getattr(item, "label", ""), getattr(item, "placeholder", "")}

    item = next(filter(named, view.walk_children()))
    data = {"values": [value]}
    await item.callback(SimpleNamespace(data=data, response=SimpleNamespace(send_modal=send_modal)))  # type: ignore
    return shown


def last(before: str, after: str, name: str = "Camille Durand") -> TemplateEdit:
    return TemplateEdit(
        brand=MAIN, template="late-delivery.fr", at=NOON, by="discord:1", by_name=name, before=before, after=after
    )


def problem(line: int) -> Problem:
    return Problem(Path("x.md"), line, "unknown variable “x”; it knows brand")


def many(house: House, topics: int, languages: list[str], length: int = 10) -> House:
    """A house of the same kind with far more topics, each with one template per language."""
    [some] = house.templates_for("other", "en")
    names = [f"{'topic-' * (length // 6)}{number}" for number in range(topics)]
    protocol = house.protocol.model_copy(update={"topics": dict.fromkeys(names, house.protocol.topics["other"])})
    rules = house.rules.model_copy(update={"languages": languages})
    held = {
        f"{name}.{lang}": replace(
            some, name=f"{name}.{lang}", front=some.front.model_copy(update={"topic": name, "lang": lang})
        )
        for name in names
        for lang in languages
    }
    return replace(house, protocol=protocol, rules=rules, templates=held)


# The list


async def test_the_list_names_every_topic_with_its_languages(house: House) -> None:
    """And gives a way to each of them, and to a new one."""
    heard = Heard()
    view = listing(house, EN, heard.by("choose"), heard.by("new"))
    body = sent(view)
    assert "- late-delivery — fr ×2, en ×2\n" in said(body)
    assert "troll" not in said(body)  # is not answered
    opens = {name for menu in menus(body) for name in menu}
    assert {"late-delivery.fr", "distress.fr", PROMPT} <= opens <= {*house.templates, PROMPT}
    await press(view, "New template")
    await press(view, next(one["placeholder"] for one in walk(body["components"]) if one["type"] == 3), "price.fr")
    assert heard.told == [("new", None), ("choose", "price.fr")]


@pytest.mark.parametrize(("topics", "length"), [(150, 20), (300, 70), (1_000, 10), (60, 200), (0, 0), (1, 3)])
@pytest.mark.parametrize("say", [EN, FR])
async def test_a_list_of_any_length_fits_a_message(house: House, topics: int, length: int, say: Sentences) -> None:
    """What finds no place is counted; every option opens a template."""
    big = many(house, topics, ["fr", "en"], length)
    body = sent(listing(big, say, NOBODY.by("choose"), NOBODY.by("new")))
    assert {name for menu in menus(body) for name in menu} <= {*big.templates, PROMPT}


async def test_an_unknown_name_is_answered_with_those_that_are_alike(editing: Editing) -> None:
    """Or with the way to the list; nothing of what was typed formats."""
    close = editing.find(MAIN, "late-delivry").close
    assert said(sent(unknown("late-delivry", close[:1], EN))).endswith("Did you mean late-delivery?")
    assert "/reply template" in said(sent(unknown("x" * 5_000, [], FR)))
    assert "https://evil" not in "".join(texts(sent(unknown(HOSTILE, [HOSTILE], EN))))


# One template


async def test_the_sheet_leads_to_the_text_and_to_the_other_languages(editing: Editing, source: Source) -> None:
    """A modal of Discord's cannot change its text: each language has a button here."""
    heard = Heard()
    view = sheet(source, editing.siblings(source), EN, heard.hooks)
    body = sent(view)
    assert said(body).startswith("### French · late-delivery.fr")
    assert labels(body)[:3] == ["Edit the text", "French · late-delivery.fr", "French · late-delivery-2.fr"]
    assert pressed(body)
    await press(view, "English · late-delivery.en")
    [form] = await press(view, "Edit the text")
    assert fields(opened(form))["text"]["value"] + "\n" == source.body
    assert heard.told == [("choose", "late-delivery.en")]


async def test_a_topic_with_many_variants_has_a_menu(source: Source) -> None:
    """Ten buttons are the most that anybody reads."""
    body = drawn(source, [f"late-delivery-{number}.fr" for number in range(40)])
    assert len(menus(body)[0]) == 25
    assert labels(body) == ["Edit the text"]


async def test_what_is_sent_is_saved_or_tried_first(source: Source) -> None:
    """With the version that was seen, so that nobody overwrites what they have not read."""
    heard = Heard()
    form = templates.edit_text(source, EN, heard.hooks, body="Bonjour")
    for entered in ({}, {"text": "Salut", "then": "preview"}):
        await form.on_submit(SimpleNamespace(data=submitted(opened(form), **entered)))  # type: ignore
    held = EditedText(brand=MAIN, name=source.name, version=source.version, body="Bonjour")
    assert heard.told == [("save", held), ("preview", replace(held, body="Salut"))]


async def test_what_was_tried_can_be_saved_as_it_stands(source: Source) -> None:
    """Or edited once more; the text in the form is the one that was typed."""
    heard = Heard()
    view = sheet(source, [], EN, heard.hooks, body="Salut", preview=Preview("Salut Léa"))
    assert labels(sent(view)) == ["Save", "Edit the text"]
    await press(view, "Save")
    [form] = await press(view, "Edit the text")
    assert heard.told[0][1].body == fields(opened(form))["text"]["value"] == "Salut"


async def test_every_shipped_template_fits_its_sheet(editing: Editing) -> None:
    """In both languages, with the preview that the bot shows at first."""
    for name in editing.names(MAIN):
        source = editing.source(MAIN, name)
        preview = editing.preview(MAIN, name, source.body, editing.example(source))
        for say in (EN, FR):
            body = drawn(source, editing.siblings(source), say, preview=preview)
            assert preview.text.split("\n")[0] in said(body)
            opened(templates.edit_text(source, say, NOBODY.hooks, body=source.body))


async def test_problems_have_the_lines_of_the_form(editing: Editing, source: Source) -> None:
    """And what was typed stands below them; it cannot be saved, only edited."""
    typed = "Bonjour\n\n{{ contct }}"
    body = drawn(source, [], FR, body=typed, problems=editing.lint(MAIN, source.name, typed))
    assert "- Ligne 3\u00a0: variable inconnue «\u00a0contct\u00a0»" in said(body)
    assert f"```\n{typed}\n```" in said(body)
    assert labels(body) == ["Modifier le texte"]


async def test_the_preview_answers_the_last_complaint(source: Source) -> None:
    """As the customer would read it, with what the checks find."""
    found = Finding("never", Level.BLOCK, Remark("The text is empty."))
    complaint = Complaint(id="x:1", brand=MAIN, text="Où est mon colis ?", received_at=NOON)
    words = said(drawn(source, preview=Preview("Bonjour Léa, désolés.", (found,)), complaint=complaint))
    assert words.index("Preview on the last complaint about late-delivery") < words.index("Où est mon colis ?")
    assert words.index("Où est mon colis ?") < words.index("Bonjour Léa, désolés.") < words.index("The text is empty.")


async def test_who_changed_it_last_is_shown_with_the_difference(source: Source) -> None:
    """And when, in the reader's own time."""
    edit = last("Bonjour. Désolés !", "Bonjour. Navrés !")
    words = said(drawn(source, last=edit, changed_as_file=NOON))
    assert "Last changed in the chat by Camille Durand · <t:1772452800:f>" in words
    assert "- Désolés !\n+ Navrés !" in words
    assert "Changed in the file itself · " in words


async def test_who_comes_second_keeps_their_text_and_sees_the_other(source: Source) -> None:
    """By name where it is known, and saving once more is saving over what they saw."""
    theirs = last("Bonjour.", source.body)
    body = drawn(source, body="Mon texte", last=theirs, conflict_diff="- Bonjour.\n+ Salut.")
    assert "⚠️ Camille Durand has changed this template meanwhile:" in said(body)
    assert "- Bonjour.\n+ Salut." in said(body)
    assert "```\nMon texte\n```" in said(body)
    assert labels(body) == ["Save", "Edit the text"]


async def test_a_template_that_is_too_long_for_discord_is_said_and_not_cut(source: Source) -> None:
    """A form that held its beginning would save its beginning."""
    body = drawn(replace(source, body="🎉" * 2_001))
    assert labels(body) == []
    assert "has 4002 characters" in said(body)
    assert str(source.path) in said(body)


@pytest.mark.parametrize("say", [EN, FR])
@pytest.mark.parametrize("text", [HOSTILE, HOSTILE * 500, " ", "\n", "```" * 900])
async def test_nothing_that_people_wrote_pings_or_formats(source: Source, say: Sentences, text: str) -> None:
    """Customer, colleague or template: their words are data, and fit one message."""
    body = drawn(
        replace(source, body=text[:2_000], topic="late-delivery", examples=(text,), inherited=True),
        [f"{number}-{HOSTILE}"[:100] for number in range(300)],
        say,
        body=text[:3_000],
        problems=[problem(9)] * 20,
        preview=Preview(text, (Finding("x", Level.WARN, Remark("{text}", {"text": text})),)),
        complaint=Complaint(id="x:1", brand=MAIN, text=text, received_at=NOON),
        last=last(text[:3_000], text[1:3_000], text),
        changed_as_file=NOON,
        conflict_diff=text[:2_000],
    )
    assert "https://evil" not in "".join(one for one in texts(body) if "```" not in one)


async def test_what_was_saved_is_said(source: Source) -> None:
    """And that it is in use."""
    assert "The next draft from it has this text." in said(sent(saved(source, EN)))


# A new one


async def test_a_new_template_is_asked_for_with_topics_that_lack_one_first(house: House) -> None:
    """Then its text, in the language that is missing."""
    heard = Heard()
    held = {name: template for name, template in house.templates.items() if name != "price.en"}
    view = choose_topic(replace(house, templates=held), EN, heard.by("new"))
    assert menus(sent(view))[0] == ["price"]
    assert sum(map(len, menus(sent(view)))) == len(house.protocol.topics)
    [form] = await press(view, "Without a template", "price")
    await form.on_submit(SimpleNamespace(data=submitted(opened(form), text="Hello", examples="a\n\n b ")))
    assert heard.told == [("new", NewText(brand=MAIN, topic="price", lang="en", body="Hello", examples=("a", "b")))]


@pytest.mark.parametrize("topics", [1, 25, 26, 350])
async def test_any_number_of_topics_can_be_chosen_from(house: House, topics: int) -> None:
    """Discord's menus hold twenty-five: there are as many as needed."""
    view = choose_topic(many(house, topics, ["fr"]), FR, NOBODY.by("new"))
    assert sum(map(len, menus(sent(view)))) == topics


async def test_what_was_typed_stays_when_something_is_wrong_with_it(house: House) -> None:
    """The form comes back filled, and is read the same."""
    heard = Heard()
    filled = NewText(brand=MAIN, topic="price", lang="en", body="Hello", triggers=("too dear",), examples=("Why?",))
    form = new_template(house, EN, heard.by("new"), filled)
    await form.on_submit(SimpleNamespace(data=submitted(opened(form))))  # type: ignore
    assert heard.told == [("new", filled)]
    assert "• Line 1: unknown variable" in templates.what_is_wrong([problem(1)], EN)


async def test_a_brand_without_topics_is_told(house: House) -> None:
    """There is nothing to choose from."""
    body = sent(choose_topic(many(house, 0, ["fr"]), EN, NOBODY.by("new")))
    assert "The protocol has no topic to answer." in said(body)
