"""The forms: what they ask, and that whatever is sent back can be read."""

import json
from dataclasses import replace

import pytest
from blockkit import check_view, pings, seen, size
from hypothesis import given
from hypothesis import strategies as st
from sample_case import NASTY, a_case, a_reply, around, pressed

from bot.chat.grammar import Act, Form
from bot.chat.slack import forms, modal
from bot.desk.case import Finding, Level, Remark
from bot.desk.decision import Amend
from bot.desk.ports import Length
from bot.locale import Sentences
from bot.network.manual import handout

FR = Sentences("fr")
OF = modal.Subject(case_id="x:17", draft=2, channel="C042", message="1718.0001")
TOO_LONG = Remark(
    "Too long: {used} of {limit} {unit}, signature included.", {"used": 300, "limit": 280, "unit": "characters"}
)
LONG = Finding("length", Level.BLOCK, TOO_LONG)


def sent(view, **entered):
    """The view as Slack sends it back, with what was entered by the first part of the block's id."""
    fields = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    values = {}
    for name, element in fields.items():
        value = entered.get(name.partition(":")[0])
        chosen = {"selected_option": value and {"text": {"type": "plain_text", "text": "…"}, "value": value}}
        held = chosen if element["type"] in {"radio_buttons", "static_select"} else {"value": value}
        values[name] = {element["action_id"]: {"type": element["type"], **held}}
    return view | {"id": "V1", "state": {"values": values}}


def views():
    case = a_case()
    yield forms.loading(FR)
    yield forms.error(FR, "Le texte est vide.")
    yield forms.saved(FR, 3)
    yield forms.saved(FR, 3, approved=True)
    yield forms.new_complaint(FR, [("main", "Lune & Tilleul"), ("b", "Bloom")], NASTY, brand="b", channel="C042")
    yield forms.edit(case, around(), OF, manager=True)
    yield forms.edit(case, around(), OF, manager=False, found=(LONG,), length=Length(300, 280))
    yield forms.redraft(FR, OF)
    yield forms.loading(FR, "Traduction…")
    yield forms.translation(case, NASTY, FR)
    yield forms.reject(FR, OF)
    yield forms.escalate(FR, OF)
    yield forms.mark_posted(FR, OF)
    yield forms.delete(FR, OF, "x")
    yield forms.deleted(FR)
    yield forms.add_missing(a_case(complaint={"text": "", "author": "", "author_name": "", "link": ""}), FR, OF)
    yield forms.add_missing(case, FR, OF)
    yield forms.choose_template(FR, OF, ["refund.fr"], [f"topic-{n}.fr" for n in range(300)])
    yield forms.copy_text(case, FR, OF, handout(case.complaint, "Bonjour"))
    yield forms.approve(case, around(), OF)


@pytest.mark.parametrize("view", list(views()), ids=lambda view: view["title"]["text"])
def test_slack_takes_every_form(view):
    """Titles of 24 characters, fields with a button to send them, no pings."""
    check_view(view)
    assert pings(view) == []


def test_a_form_knows_what_it_is_about():
    """It comes back with the case, the draft and the card."""
    assert modal.subject(forms.reject(FR, OF)) == OF
    assert modal.about(a_case(), "C1", "1.2") == modal.Subject(
        case_id="x:1790000000000000001", draft=2, channel="C1", message="1.2"
    )


@pytest.mark.parametrize("held", [None, "", "{", "[]", "3", '{"draft": "two", "case_id": null}', '{"draft": true}'])
def test_a_form_that_says_nothing_is_about_nothing(held):
    """Never an error."""
    assert isinstance(modal.subject({"private_metadata": held}).draft, int)
    assert modal.subject({"private_metadata": held}).channel == ""


# A new complaint


def test_a_new_complaint_is_read_with_its_network_and_author():
    """The link tells both, where nobody wrote an author."""
    view = forms.new_complaint(FR, [("main", "Lune")])
    read = forms.read_new_complaint(sent(view, text=" Rien reçu ! ", link="https://x.com/zoe/status/17?s=20"))
    assert read == forms.Brought(text="Rien reçu !", link="https://x.com/zoe/status/17", network="x", author="@zoe")


@pytest.mark.parametrize(
    ("said", "author", "name"),
    [("@zoe_ptt", "@zoe_ptt", ""), ("u/zoe", "u/zoe", ""), ("Zoé Petit", "", "Zoé Petit"), ("", "", "")],
)
def test_a_handle_is_told_from_a_name(said, author, name):
    """Handles begin as handles do."""
    read = forms.read_new_complaint(sent(forms.new_complaint(FR, []), text="Bonjour", author=said))
    assert (read.author, read.author_name, read.link, read.network) == (author, name, "", "")


def test_the_brand_is_asked_for_where_there_are_several():
    """The channel's own is chosen already."""
    view = forms.new_complaint(FR, [("main", "Lune"), ("b", "Bloom")], brand="b")
    assert view["blocks"][0]["element"]["initial_option"]["value"] == "b"
    assert forms.read_new_complaint(sent(view, brand="main", text="x")).brand == "main"
    assert "Marque" not in seen(forms.new_complaint(FR, [("main", "Lune")]))


# Edit


def test_a_manager_saves_and_approves_in_one_step():
    """Or saves a draft with a button of its own; others save drafts."""
    view = forms.edit(a_case(), around(), OF, manager=True)
    assert view["submit"]["text"] == "Enregistrer et approuver"
    assert pressed(view)[Act.SAVE]["block_id"] == "save:2:x:1790000000000000001"
    view = forms.edit(a_case(), around(), OF, manager=False)
    assert view["submit"]["text"] == "Enregistrer"
    assert Act.SAVE not in pressed(view)


def test_the_count_and_the_checks_are_those_of_what_is_typed():
    """The field keeps its ids and its first text, so Slack keeps what is typed."""
    before = forms.edit(a_case(), around(length=Length(30, 280)), OF, manager=True)
    after = forms.edit(a_case(), around(), OF, manager=True, found=(LONG,), length=Length(300, 280))
    assert "30 caractères sur 280" in seen(before)
    assert "⛔ 300 caractères sur 280" in seen(after)
    assert "Trop long" in seen(after)
    assert pressed(before)[Act.TYPED] == pressed(after)[Act.TYPED]


def test_typing_is_told_at_every_character():
    """That is what makes the count live."""
    field = next(
        block for block in forms.edit(a_case(), around(), OF, manager=False)["blocks"] if block["type"] == "input"
    )
    assert field["dispatch_action"] is True
    assert field["element"]["dispatch_action_config"] == {"trigger_actions_on": ["on_character_entered"]}


def test_the_edited_text_is_read_back():
    """The same on sending the form and on a button within it."""
    view = forms.edit(a_case(), around(), OF, manager=True)
    assert view["callback_id"] == Form.EDIT
    assert forms.read_edit(sent(view, text="Bonjour.\n\nÀ bientôt ")) == "Bonjour.\n\nÀ bientôt"


def test_what_a_form_cannot_hold_is_not_cut():
    """A longer draft is said to be too long rather than shortened."""
    view = forms.edit(a_case(draft={"text": "é" * 3_001}), around(), OF, manager=True)
    check_view(view)
    assert "trop long pour un formulaire" in seen(view)
    assert Act.TYPED not in pressed(view)


def test_an_empty_draft_is_written_from_nothing():
    """The complaint stands above the field."""
    view = forms.edit(a_case(draft={"text": ""}), around(), OF, manager=False)
    check_view(view)
    assert view["title"]["text"] == "Écrire la réponse"
    assert "Toujours rien reçu !" in seen(view)


# The small ones


@pytest.mark.parametrize(
    ("entered", "reason"),
    [
        ({}, ""),
        ({"reason": "Déjà répondu"}, "Déjà répondu"),
        ({"reason": "Déjà répondu", "words": "par téléphone"}, "Déjà répondu. par téléphone"),
    ],
)
def test_a_rejection_may_have_a_reason(entered, reason):
    """One tap, or words, or nothing."""
    assert forms.read_reject(sent(forms.reject(FR, OF), **entered)) == reason


def test_the_other_forms_are_read_back():
    """Each with its one field."""
    assert forms.read_escalate(sent(forms.escalate(FR, OF), reason="presse")) == "presse"
    assert (
        forms.read_mark_posted(sent(forms.mark_posted(FR, OF), link="https://x.com/a/status/1"))
        == "https://x.com/a/status/1"
    )
    chosen = sent(forms.choose_template(FR, OF, [], ["refund.fr"]), template="refund.fr")
    assert forms.read_template(chosen) == "refund.fr"


def test_what_was_missing_is_added():
    """The link tells the network; what stays open changes nothing."""
    bare = a_case(complaint={"author": "", "author_name": "", "link": ""})
    view = forms.add_missing(bare, FR, OF)
    assert forms.read_missing(sent(view, link="https://fr.trustpilot.com/reviews/66a1")) == Amend(
        link="https://fr.trustpilot.com/reviews/66a1", network="trustpilot"
    )
    assert forms.read_missing(sent(view)) == Amend()


def test_the_customer_s_words_are_asked_for_only_where_there_are_none():
    """They are never rewritten."""
    assert "Ce que le client a écrit" in seen(forms.add_missing(a_case(complaint={"text": ""}), FR, OF))
    assert "Ce que le client a écrit" not in seen(forms.add_missing(a_case(), FR, OF))


@pytest.mark.parametrize("length", [5, 5_000, 100_000])
def test_a_text_can_be_copied_whole(length):
    """In several parts where one block cannot hold it."""
    text = "".join(str(n % 10) for n in range(length))
    view = forms.copy_text(a_case(), FR, OF, handout(a_case().complaint, text))
    check_view(view)
    parts = [block["elements"][0]["elements"][0]["text"] for block in view["blocks"] if block["type"] == "rich_text"]
    assert "".join(parts) == text
    assert pressed(view)[Act.OPEN]["url"].startswith("https://x.com/")


def test_a_case_can_be_approved_from_a_form():
    """All of it stands there, and the button carries case and draft."""
    view = forms.approve(a_case(), around(), OF)
    assert "écrivez-nous. ^CD" in seen(view)
    assert pressed(view)[Act.APPROVE]["block_id"] == "decide:2:x:1790000000000000001"
    blocked = a_case(draft={"findings": (LONG,)})
    assert Act.APPROVE not in pressed(forms.approve(blocked, around(), OF))


def test_no_templates_no_menu():
    """A menu without lines would be refused."""
    view = forms.choose_template(FR, OF, [], [])
    check_view(view)
    assert "Aucun modèle ne convient" in seen(view)


READERS = [
    forms.read_new_complaint, forms.read_edit, forms.read_reject, forms.read_escalate, forms.read_mark_posted,
    forms.read_missing, forms.read_template,
]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(["values", "text", "link", "text:1:x", "reason", "value", "selected_option"]), inner
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["state", "private_metadata", "id"]), ANYTHING))
def test_no_view_raises(view):
    """Whatever comes back can be read, if only as nothing."""
    assert modal.subject(view) is not None
    assert all(read(view) is not None for read in READERS)


@given(text=st.text('a"\\\n\x00\ud83e\u202e🏳️‍🌈<&>', max_size=400), times=st.sampled_from([1, 30]))
def test_any_words_make_a_form(text, times):
    """The customer's and the draft's, whatever they hold."""
    case = a_case(complaint={"text": text * times, "author": text, "link": text}, draft={"text": text * times})
    for view in (
        forms.edit(case, around(signature=text), OF, manager=True),
        forms.add_missing(case, FR, OF),
        forms.copy_text(case, FR, OF, handout(case.complaint, text * times)),
        forms.approve(replace(case, reply=a_reply()), around(), OF),
    ):
        check_view(view)
        json.dumps(view, ensure_ascii=False).encode()  # no half characters


# Another draft, and this one in another language


def test_a_note_for_the_next_draft_may_stay_open():
    """The form says what a note can do, and that a template could not."""
    view = forms.redraft(Sentences("en"), OF)
    assert "offer the 10 % code" in seen(view)
    assert "a template could not" in seen(view)
    assert (forms.read_redraft(sent(view, note=" warmer ")), forms.read_redraft(sent(view))) == ("warmer", "")


def test_a_translation_stands_beside_the_draft():
    """Each under the name of its language; what is posted is said."""
    said = seen(forms.translation(a_case(lang="de"), "Bonjour, en français.", FR))
    assert "Brouillon 2, traduit en français\nBonjour, en français." in said
    assert "Le brouillon lui-même, en allemand" in said
    assert said.index("français.") < said.index("Bonjour Zoé, écrivez-nous.")
    assert "sera publié" in said


@pytest.mark.parametrize("sign", ["é", "🤬", '"', "\n\\", "\x00"])
def test_a_long_translation_is_cut_with_a_word(sign):
    """Slack takes no more in one form."""
    view = forms.translation(a_case(draft={"text": sign * 20_000}, lang="de"), sign * 20_000, FR)
    check_view(view)
    assert seen(view).count(" caractères)") == 2
    assert size(view["blocks"]) < 13_200
