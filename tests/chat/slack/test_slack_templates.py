"""Templates in Slack: the list, the forms and what is read from them, whatever the brand and whatever people write."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from blockkit import check_message, check_view, elements_of, formats, pings, seen
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.slack.template_reading import EditedText, Form, NewText, Press, pressed, read_edit, read_new
from bot.chat.slack.templates import edit_view, listing, new_view, saved, unknown
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
#: The first section of the model's prompt, which the menu opens too.
PROMPT = "draft: Your task"
HOSTILE = "<!channel> *gras* _x_ ~y~ `z` <@U1> & <https://evil.example|ici> @here\n> cité :tada: \u202e\x07"


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


def complaint(text: str) -> Complaint:
    return Complaint(id="x:1", brand=MAIN, text=text, received_at=NOON)


def last(before: str, after: str, name: str = "Camille Durand") -> TemplateEdit:
    return TemplateEdit(
        brand=MAIN, template="late-delivery.fr", at=NOON, by="slack:U1", by_name=name, before=before, after=after
    )


def problem(line: int) -> Problem:
    return Problem(Path("x.md"), line, "unknown variable “x”; it knows brand")


def many(house: House, topics: int, languages: list[str], length: int = 10) -> House:
    """A house of the same kind with far more topics, each with one template per language."""
    [some] = house.templates_for("other", "en")
    names = [f"{'topic-' * (length // 6)}{number}" for number in range(topics)]
    protocol = house.protocol.model_copy(update={"topics": dict.fromkeys(names, house.protocol.topics["other"])})
    rules = house.rules.model_copy(update={"languages": languages})
    templates = {
        f"{name}.{lang}": replace(
            some, name=f"{name}.{lang}", front=some.front.model_copy(update={"topic": name, "lang": lang})
        )
        for name in names
        for lang in languages
    }
    return replace(house, protocol=protocol, rules=rules, templates=templates)


def menu(payload: Mapping[str, Any], act: str) -> dict[str, Any]:
    found = [element for block in payload["blocks"] for element in elements_of(block) if element["action_id"] == act]
    return found[0]


def entry(view: Mapping[str, Any], name: str = "text") -> dict[str, Any]:
    """The block of a field."""
    return next(block for block in view["blocks"] if block.get("block_id", "").partition(":")[0] == name)


def state(view: Mapping[str, Any], **typed: str | None) -> dict[str, Any]:
    """The view as Slack sends it back, with this typed."""
    values = {
        entry(view, name)["block_id"]: {"entry": {"type": "plain_text_input", "value": value}}
        for name, value in typed.items()
    }
    return {**view, "id": "V1", "hash": "1.a", "state": {"values": values}}


# The list


def test_the_list_names_every_topic_with_its_languages(house: House) -> None:
    """And gives a way to each of them, and to a new one."""
    message = listing(house, EN)
    check_message(message)
    words = seen(message)
    assert "late-delivery — fr ×2, en ×2\n" in words
    assert "price — fr, en\n" in words
    assert "troll" not in words  # is not answered
    assert "[New template]" in words
    options = [option["value"] for option in menu(message, Press.EDIT)["options"]]
    assert {"late-delivery.fr", "distress.fr", PROMPT} <= set(options) <= {*house.templates, PROMPT}


def test_the_list_says_what_is_missing(house: House) -> None:
    """A topic without a template in one of the brand's languages is seen here."""
    templates = {name: held for name, held in house.templates.items() if name != "price.en"}
    lines = seen(listing(replace(house, templates=templates), FR)).splitlines()
    assert "price — fr, manque : en" in [line.replace("\u00a0", " ") for line in lines]


@pytest.mark.parametrize(("topics", "length"), [(150, 20), (300, 70), (1_000, 10), (60, 200), (0, 0), (1, 3)])
@pytest.mark.parametrize("say", [EN, FR])
def test_a_list_of_any_length_fits_a_message(house: House, topics: int, length: int, say: Sentences) -> None:
    """What finds no place is counted; every option opens a template."""
    big = many(house, topics, ["fr", "en"], length)
    message = listing(big, say)
    check_message(message)
    for block in message["blocks"]:
        for element in elements_of(block):
            assert all(option["value"] in (*big.templates, PROMPT) for option in element.get("options", []))


def test_a_brands_name_is_only_a_name(house: House) -> None:
    """Whatever somebody wrote into brand.yaml."""
    message = listing(replace(house, brand=replace(house.brand, name="<!here> *Lune*")), EN)
    assert pings(message) == formats({"text": message["text"]}) == []


def test_an_unknown_name_is_answered_with_those_that_are_alike(editing: Editing) -> None:
    """Or with the way to the list."""
    close = editing.find(MAIN, "late-delivry").close
    assert unknown("late-delivry", close[:1], EN) == "There is no template “late-delivry”. Did you mean late-delivery?"
    assert "/reply template" in unknown("x" * 5_000, [], FR)
    assert len(unknown("x" * 5_000, [], FR)) < 250
    assert pings({"text": unknown(HOSTILE, [HOSTILE], EN)}) == formats({"text": unknown(HOSTILE, [HOSTILE], EN)}) == []


# The form of one template


def test_the_form_holds_the_text_as_it_stands_in_the_file(editing: Editing, source: Source) -> None:
    """With the names that are filled in, and a way to the other languages."""
    view = edit_view(source, editing.siblings(source), EN)
    check_view(view)
    assert view["callback_id"] == Form.EDIT
    assert entry(view)["element"]["initial_value"] + "\n" == source.body
    assert entry(view)["element"]["max_length"] == 3_000
    assert "{{ first_name }}" in seen(view)
    assert menu(view, Press.CHOOSE)["initial_option"]["value"] == "late-delivery.fr"
    options = [option["text"]["text"] for option in menu(view, Press.CHOOSE)["options"]]
    assert options[0] == "French · late-delivery.fr"
    assert options[-1] == "English · late-delivery-2.en"
    assert json.loads(view["private_metadata"]) == {
        "brand": MAIN,
        "name": "late-delivery.fr",
        "version": source.version,
    }


def test_every_shipped_template_fits_its_form(editing: Editing) -> None:
    """In both languages, with the preview that the bot shows at first."""
    for name in editing.names(MAIN):
        source = editing.source(MAIN, name)
        preview = editing.preview(MAIN, name, source.body, editing.example(source))
        for say in (EN, FR):
            view = edit_view(source, editing.siblings(source), say, preview=preview)
            check_view(view)
            assert preview.text.split("\n")[0] in seen(view)


def test_another_template_has_fields_of_its_own(editing: Editing, source: Source) -> None:
    """Slack keeps what stands in a field as long as its id is the same: the French text must not end in the English."""
    other = editing.source(MAIN, "late-delivery.en")
    ids = [entry(edit_view(one, [], EN))["block_id"] for one in (source, other)]
    assert ids[0] != ids[1]
    view = edit_view(other, [], EN)
    answered = state(view)
    answered["state"]["values"] = {ids[0]: {"entry": {"type": "plain_text_input", "value": "Bonjour"}}}
    assert read_edit(answered).body == other.body.strip()


def test_problems_have_the_lines_of_the_form(editing: Editing, source: Source) -> None:
    """Where the text stands in the file does not matter to who types it."""
    body = "Bonjour\n\n{{ contct }}"
    problems = editing.lint(MAIN, source.name, body)
    view = edit_view(source, [], FR, body=body, problems=problems)
    check_view(view)
    assert "• Ligne 3\u00a0: variable inconnue «\u00a0contct\u00a0»" in seen(view)
    assert entry(view)["element"]["initial_value"] == body


def test_problems_above_the_text_have_the_lines_of_the_file(source: Source) -> None:
    """They are for who may change the file."""
    words = seen(edit_view(source, [], EN, problems=[problem(2), problem(0)]))
    assert "• Above the text, in line 2 of the file: unknown variable" in words
    assert "\n• unknown variable" in words


def test_the_preview_answers_the_last_complaint(source: Source) -> None:
    """As the customer would read it, with what the checks find."""
    found = Finding("never", Level.BLOCK, Remark("The text is empty."))
    preview = Preview("Bonjour Léa, désolés.", (found,))
    view = edit_view(source, [], EN, preview=preview, complaint=complaint("Où est mon colis ?"))
    check_view(view)
    words = seen(view)
    assert words.index("Preview on the last complaint about late-delivery") < words.index("Où est mon colis ?")
    assert words.index("Où est mon colis ?") < words.index("Bonjour Léa, désolés.") < words.index("The text is empty.")


@pytest.mark.parametrize("given", [True, False])
def test_without_a_complaint_the_preview_says_that_it_is_an_example(
    editing: Editing, source: Source, given: bool
) -> None:
    """Nobody takes it for a customer's words."""
    example = editing.example(source) if given else None
    words = seen(edit_view(source, [], EN, preview=Preview("Bonjour."), complaint=example))
    assert "Nobody has complained about late-delivery yet; this is an example." in words
    assert source.examples[0] in words


def test_who_changed_it_last_is_shown_with_the_difference(source: Source) -> None:
    """And when, in the reader's own time."""
    edit = last("Bonjour. Désolés !", "Bonjour. Navrés !")
    view = edit_view(source, [], EN, last=edit, changed_as_file=NOON)
    check_view(view)
    words = seen(view)
    assert "Last changed in the chat by Camille Durand · 2026-03-02 12:00 UTC" in words
    assert "- Désolés !\n+ Navrés !" in words
    assert "Changed in the file itself · " in words


def test_who_comes_second_keeps_their_text_and_sees_the_other(source: Source) -> None:
    """By name where it is known, and saving once more is saving over what they saw."""
    theirs = last("Bonjour.", source.body)
    view = edit_view(source, [], EN, body="Mon texte", last=theirs, conflict_diff="- Bonjour.\n+ Salut.")
    check_view(view)
    words = seen(view)
    assert words.splitlines()[1].startswith("⚠️ Camille Durand has changed this template meanwhile:")
    assert "- Bonjour.\n+ Salut." in words
    assert read_edit(state(view)) == EditedText(brand=MAIN, name=source.name, version=source.version, body="Mon texte")
    by_hand = edit_view(source, [], FR, last=last("a", "b"), conflict_diff="- a")
    assert "Quelqu’un a modifié ce modèle entre-temps" in seen(by_hand)


def test_a_template_that_is_too_long_for_slack_is_said_and_not_cut(source: Source) -> None:
    """A form that held its beginning would save its beginning."""
    long = replace(source, body="🎉" * 1_600)
    view = edit_view(long, ["late-delivery.fr", "late-delivery.en"], EN)
    check_view(view)
    assert "submit" not in view
    assert not [block for block in view["blocks"] if block["type"] == "input"]
    assert "has 3200 characters" in seen(view)
    assert str(source.path) in seen(view)


def test_saving_what_all_brands_share_is_said_to_make_a_copy(source: Source) -> None:
    """Before it is saved."""
    assert "All brands share this template" in seen(edit_view(replace(source, inherited=True), [], EN))


@pytest.mark.parametrize("say", [EN, FR])
def test_nothing_that_people_wrote_pings_or_formats(source: Source, say: Sentences) -> None:
    """Customer, colleague or template: their words are data, and stay as long as Slack takes them."""
    for text in (HOSTILE, HOSTILE * 500, " ", "\n"):
        view = edit_view(
            replace(source, body=text[:2_000], topic="late-delivery", examples=(text,)),
            [f"{number}-{HOSTILE}"[:200] for number in range(300)],
            say,
            preview=Preview(text, (Finding("x", Level.WARN, Remark("{text}", {"text": text})),)),
            complaint=complaint(text),
            last=last(text[:3_000], text[1:3_000], text),
            changed_as_file=NOON,
            conflict_diff=text[:2_000],
        )
        check_view(view)
        assert pings(view) == formats(view) == []


def test_what_was_saved_is_said(source: Source) -> None:
    """And that it is in use."""
    view = saved(source, EN)
    check_view(view)
    assert "The next draft from it has this text." in seen(view)


# The form for a new one


def test_a_new_template_is_asked_for_with_topics_that_lack_one_first(house: House) -> None:
    """The brand's languages, the text, and what leads to it."""
    templates = {name: held for name, held in house.templates.items() if name != "price.en"}
    view = new_view(replace(house, templates=templates), EN)
    check_view(view)
    groups = entry(view, "topic")["element"]["option_groups"]
    assert [option["text"]["text"] for option in groups[0]["options"]] == ["price · missing: en"]
    assert len(groups[1]["options"]) == len(house.protocol.topics) - 1
    assert [option["value"] for option in entry(view, "lang")["element"]["options"]] == ["fr", "en"]
    assert view["callback_id"] == Form.NEW


@pytest.mark.parametrize("topics", [1, 100, 101, 350])
def test_any_number_of_topics_can_be_chosen_from(house: House, topics: int) -> None:
    """Slack takes a hundred under one heading."""
    view = new_view(many(house, topics, ["fr"]), FR)
    check_view(view)
    groups = entry(view, "topic")["element"]["option_groups"]
    assert sum(len(group["options"]) for group in groups) == topics


def test_what_was_typed_stays_when_something_is_wrong_with_it(house: House) -> None:
    """With the reason on top, and the lines of the text."""
    filled = NewText(
        brand=MAIN, topic="price", lang="en", body="Hello", triggers=("too dear", "a: b"), examples=("Why so much?",)
    )
    view = new_view(house, EN, filled=filled, problems=[problem(1)], sentence="No.")
    check_view(view)
    assert read_new(view) == filled
    assert "⛔ No." in seen(view)
    assert "• Line 1: unknown variable" in seen(view)


def test_a_brand_without_topics_is_told(house: House) -> None:
    """There is nothing to choose from."""
    view = new_view(many(house, 0, ["fr"]), EN)
    check_view(view)
    assert "The protocol has no topic to answer." in seen(view)


# Reading


def test_what_is_typed_is_read(source: Source) -> None:
    """Emoji as signs, since Slack sends their names; blanks are the file's matter."""
    view = edit_view(source, [], EN)
    assert read_edit(state(view, text="Merci :pray:\nÀ 10:30:45 & <b>")).body == "Merci 🙏\nÀ 10:30:45 & <b>"
    assert read_edit(state(view, text=None)).body == source.body.strip()


def test_a_field_that_was_emptied_is_empty(house: House) -> None:
    """Other than one that Slack left out."""
    filled = NewText(brand=MAIN, topic="price", lang="en", body="Hello", triggers=("dear",), examples=("Why?",))
    view = new_view(house, EN, filled=filled)
    assert read_new(state(view, triggers=None)) == replace(filled, triggers=())
    assert read_new(state(view, examples=" a \n\n b\na")).examples == ("a", "b")


def test_a_press_says_what_and_where(source: Source) -> None:
    """In the list, and in the form with what stands in it."""
    chosen = {"action_id": Press.EDIT, "selected_option": {"value": "price.fr"}}
    where = {"user": {"id": "U1"}, "team": {"id": "T1"}, "trigger_id": "1.2", "channel": {"id": "C1"}}
    press = pressed({**where, "actions": [chosen]})
    assert press
    assert (press.press, press.name, press.user, press.trigger, press.channel) == (
        Press.EDIT,
        "price.fr",
        "U1",
        "1.2",
        "C1",
    )
    view = state(edit_view(source, [], EN), text="Salut")
    press = pressed({**where, "actions": [{"action_id": Press.PREVIEW}], "view": view})
    assert press
    assert (press.view, press.hash, press.form.body, press.form.version) == ("V1", "1.a", "Salut", source.version)


def test_other_buttons_are_none_of_ours() -> None:
    """Those of a card are read elsewhere."""
    assert pressed({"user": {"id": "U1"}, "actions": [{"action_id": "approve"}]}) is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["state", "values", "blocks", "view", "actions", "action_id", "user", "id", "private_metadata"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["state", "blocks", "view", "actions", "user", "private_metadata"]), anything))
def test_reading_never_raises(payload: dict[str, Any]) -> None:
    """Whatever comes."""
    assert isinstance(read_edit(payload), EditedText)
    assert isinstance(read_new(payload), NewText)
    assert pressed(payload) is None or payload


@pytest.mark.parametrize("held", ["", "[", "[]", "null", "1", "{}", "[" * 100_000, '{"name": 1}'])
def test_odd_metadata_is_no_template(held: str) -> None:
    """A form of an older version, or of nobody."""
    assert read_edit({"private_metadata": held}).name == ""
