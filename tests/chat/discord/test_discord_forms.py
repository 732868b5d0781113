"""The forms and what is said to one person alone: Discord takes them, and nothing that was typed is lost."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from discord_sample import (
    CARD,
    HOSTILE,
    LINK,
    a_case,
    a_reply,
    around,
    fields,
    opened,
    pressed,
    said,
    sent,
    submitted,
    texts,
    walk,
)
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import choices
from bot.chat.answers import Brought
from bot.chat.discord import asides, forms, modal
from bot.chat.discord.forms import Edited
from bot.chat.grammar import Act, Form
from bot.desk.case import Finding, Level, Remark
from bot.desk.decision import Amend
from bot.desk.ports import Length
from bot.locale import Sentences
from bot.network.manual import handout

FR, EN = Sentences("fr"), Sentences("en")
TOO_LONG = Remark(
    "Too long: {used} of {limit} {unit}, signature included.", {"used": 300, "limit": 280, "unit": "characters"}
)
LONG = Finding("length", Level.BLOCK, TOO_LONG)
BRANDS = [("main", "Lune & Tilleul"), ("b", "Bloom")]
MANY = [(f"b{number}", f"Brand {number}") for number in range(300)]


async def nobody(*_):
    raise AssertionError("nothing was sent")


def every_form(say):
    case, bare = a_case(), {"text": "", "author": "", "author_name": "", "link": ""}
    seen_by = around(say.lang, length=Length(34, 280))
    yield forms.new_complaint(say, BRANDS, nobody, text=HOSTILE, brand="b")
    yield forms.new_complaint(say, MANY, nobody, brand="b7")
    yield forms.edit(case, seen_by, nobody, manager=True)
    yield forms.edit(case, seen_by, nobody, manager=False, text=HOSTILE, found=(LONG,), length=Length(300, 280))
    yield forms.edit(
        a_case(complaint={"text": HOSTILE}, draft={"findings": (LONG,) * 40}), seen_by, nobody, manager=True
    )
    yield forms.redraft(say, 2, nobody)
    yield forms.reject(say, 2, nobody)
    yield forms.escalate(say, 2, nobody)
    yield forms.mark_posted(say, 2, nobody)
    yield forms.delete(say, 2, "x", nobody)
    yield forms.add_missing(a_case(complaint=bare), say, nobody)
    yield forms.add_missing(a_case(complaint={"author": HOSTILE, "link": f"{LINK}?{'q' * 900}"}), say, nobody)


@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_discord_takes_every_form(lang):
    """Titles and labels of 45 characters, five parts at most, no pings."""
    for form in every_form(Sentences(lang)):
        opened(form)


async def filled(make, **entered):
    """What is handed over when this form is sent with these entries; ``make`` takes who is to hear of it."""
    told = []

    async def hear(_, value):
        told.append(value)

    form = make(hear)
    await form.on_submit(SimpleNamespace(data=submitted(opened(form), **entered)))
    return told[0]


async def test_two_people_may_have_the_same_form_open():
    """discord.py finds a form by its id, so no two are alike; each still tells what it is about."""
    one, other = (forms.reject(FR, 2, nobody).custom_id for _ in range(2))
    assert one != other
    assert modal.form_of(one) == modal.form_of(other) == (Form.REJECT, 2)
    assert modal.form_of("something:else") is None


# A new complaint


async def test_a_new_complaint_is_read_with_its_network_and_author():
    """The link tells both, where nobody wrote an author."""
    link = "https://x.com/zoe/status/17?s=20"
    read = await filled(lambda hear: forms.new_complaint(FR, BRANDS[:1], hear), text=" Rien reçu ! ", link=link)
    assert read == Brought(text="Rien reçu !", link="https://x.com/zoe/status/17", network="x", author="@zoe")


async def test_the_brand_is_asked_for_where_there_are_several():
    """The channel's own is chosen already."""
    ask = lambda hear: forms.new_complaint(FR, BRANDS, hear, brand="b")  # noqa: E731
    assert (await filled(ask, text="x")).brand == "b"
    assert (await filled(ask, text="x", brand="main")).brand == "main"
    assert "Marque" not in said(opened(forms.new_complaint(FR, BRANDS[:1], nobody)))


@pytest.mark.parametrize(("typed", "brand"), [("Brand 299", "b299"), ("brand 7", "b7"), ("b12", "b12"), ("?", "?")])
async def test_more_brands_than_a_menu_holds_are_typed(typed, brand):
    """By name or id."""
    ask = lambda hear: forms.new_complaint(FR, MANY, hear)  # noqa: E731
    assert (await filled(ask, text="x", brand=typed)).brand == brand


# Edit


async def test_a_manager_saves_and_approves_in_one_step():
    """Or saves a draft: the form asks, as it has one button only."""
    ask = lambda hear: forms.edit(a_case(), around(), hear, manager=True)  # noqa: E731
    assert await filled(ask) == Edited(text="Bonjour Zoé, écrivez-nous.", approve=True)
    assert await filled(ask, text="Salut", then="save") == Edited(text="Salut", approve=False)


async def test_anybody_else_saves_a_draft():
    """They are not even asked."""
    form = opened(forms.edit(a_case(), around(), nobody, manager=False))
    assert list(fields(form)) == ["text"]
    assert await filled(lambda hear: forms.edit(a_case(), around(), hear, manager=False)) == Edited(
        text="Bonjour Zoé, écrivez-nous."
    )


async def test_the_form_says_how_long_the_text_is_and_what_the_checks_found():
    """Discord cannot count while somebody types."""
    words = said(opened(forms.edit(a_case(), around(length=Length(34, 280)), nobody, manager=True)))
    assert words.startswith("Éditer le brouillon 2\n> Toujours rien reçu !\nRéponse\n34 caractères sur 280 · ")
    again = forms.edit(a_case(), around(), nobody, manager=True, text="x" * 300, found=(LONG,), length=Length(300, 280))
    assert "⛔ 300 caractères sur 280" in said(opened(again))
    assert "Trop long" in said(opened(again))
    assert fields(opened(again))["text"]["value"] == "x" * 300


async def test_what_a_form_cannot_hold_is_not_cut():
    """A longer draft is said to be too long rather than shortened."""
    held = forms.edit(a_case(draft={"text": "é" * 4_000}), around(), nobody, manager=True)
    assert len(fields(opened(held))["text"]["value"]) == 4_000
    with pytest.raises(forms.TooLongToEdit):
        forms.edit(a_case(draft={"text": "🤬" * 2_001}), around(), nobody, manager=True)


# Reject, escalate, mark as posted, add


async def test_a_reason_is_a_tap_or_words_or_nothing():
    """Whoever is in a hurry says nothing."""
    ask = lambda hear: forms.reject(FR, 2, hear)  # noqa: E731
    assert await filled(ask) == ""
    assert await filled(ask, reason="Pas pour nous") == "Pas pour nous"
    assert await filled(ask, reason="Pas pour nous", words="Voir le SAV") == "Pas pour nous. Voir le SAV"
    assert len(fields(opened(forms.reject(FR, 2, nobody)))["reason"]["options"]) == 5


async def test_a_note_for_the_next_draft_may_stay_open():
    """The form says what a note can do, and that a template could not."""
    form = said(opened(forms.redraft(EN, 2, nobody)))
    assert "offer the 10 % code" in form
    assert "a template could not" in form
    assert await filled(lambda hear: forms.redraft(FR, 2, hear), note=" tutoie ") == "tutoie"
    assert await filled(lambda hear: forms.redraft(FR, 2, hear)) == ""


async def test_escalation_and_link_are_read():
    """Both may stay open."""
    assert await filled(lambda hear: forms.escalate(FR, 2, hear), reason=" presse ") == "presse"
    assert await filled(lambda hear: forms.mark_posted(FR, 2, hear)) == ""
    assert await filled(lambda hear: forms.mark_posted(FR, 2, hear), link=LINK) == LINK


async def test_the_reason_of_a_deletion_must_be_given():
    """And the form says what it means."""
    form = opened(forms.delete(FR, 2, "x", nobody))
    assert fields(form)["reason"]["required"]
    assert "disparaît de X pour tout le monde" in str(form)
    assert await filled(lambda hear: forms.delete(FR, 2, "x", hear), reason=" erreur ") == "erreur"


async def test_what_is_missing_is_asked_for():
    """The text only where there is none; what stays open changes nothing."""
    bare = a_case(complaint={"text": "", "author": "", "author_name": "", "link": ""})
    assert list(fields(opened(forms.add_missing(bare, FR, nobody)))) == ["text", "link", "author"]
    assert list(fields(opened(forms.add_missing(a_case(), FR, nobody)))) == ["link", "author"]
    assert await filled(lambda hear: forms.add_missing(bare, FR, hear), text="Bonjour") == Amend(text="Bonjour")


# Reading

KEYS = ["components", "component", "custom_id", "value", "values"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["components", "component", "custom_id", "value", "values"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(anything)
def test_reading_never_raises(data):
    """Whatever comes."""
    typed = modal.typed(data)
    assert all(isinstance(value, str) for value in typed.values())
    assert isinstance(forms.read_edit(typed), Edited)
    assert isinstance(forms.read_new_complaint(typed), Brought)
    assert isinstance(forms.read_missing(typed), Amend)
    assert isinstance(forms.read_reject(typed), str)


# To one person alone


def labels(view):
    return [item.label for item in view.walk_children() if hasattr(item, "label")]


async def press(view, label):
    """Press a button of an aside; returns what was answered."""
    answered = []

    async def answer(*said, **named):
        answered.append((*said, *named.values()))

    button = next(item for item in view.walk_children() if getattr(item, "label", "") == label)
    await button.callback(SimpleNamespace(response=SimpleNamespace(send_modal=answer, edit_message=answer)))
    return answered


async def test_what_was_typed_is_kept_and_can_be_edited_again():
    """The reason, the text, and the form with all of it."""
    text = "x" * 4_000
    case, why = a_case(), asides.found((LONG,), FR)
    view = asides.kept(why, text, lambda: forms.edit(case, around(), nobody, manager=True, text=text), FR)
    words = said(sent(view))
    assert words.startswith("⛔ À corriger avant de publier")
    assert "Vous avez écrit" in words
    [(form,)] = await press(view, "Modifier à nouveau")
    assert fields(opened(form))["text"]["value"] == text


@pytest.mark.parametrize("text", ["", "\n", "*" * 4_000, "```" * 1_000, HOSTILE * 20, "\u2028" * 3_000])
async def test_whatever_was_typed_fits_the_message(text):
    """With a reason of any length."""
    body = sent(asides.kept(text, text, lambda: forms.reject(FR, 2, nobody), FR))
    assert "https://evil" not in "".join(one for one in texts(body) if "```" not in one)


async def test_notices_are_plain():
    """A sentence, perhaps with a way to go on."""
    body = sent(asides.notice(HOSTILE, link=CARD, label="Voir la carte"))
    assert pressed(body)["Voir la carte"]["url"] == CARD
    assert "https://evil" not in "".join(texts(body))
    assert said(sent(asides.error("Trop tard."))) == "⚠️ Trop tard."
    sent(asides.error(HOSTILE * 90))
    assert "brouillon 3" in said(sent(asides.saved(FR, 3)))
    assert said(sent(asides.saved(FR, 3))) != said(sent(asides.saved(FR, 3, approved=True)))


async def test_a_second_try_is_asked_about():
    """A button of Discord's cannot ask by itself."""
    told = []

    async def yes(interaction):
        told.append(interaction)

    view = asides.ask(choices.twice(FR), yes)
    assert "La publier encore" in said(sent(view)) or "nouveau" in said(sent(view))
    await press(view, labels(view)[0])
    assert len(told) == 1


async def test_the_oldest_case_is_read_in_whole_before_it_is_approved():
    """Nobody says yes to what they have not read; a draft that may not be posted has no button."""
    told = []

    async def hear(_, act):
        told.append(act)

    view = asides.approve(a_case(complaint={"link": ""}), around(), hear)
    words = said(sent(view))
    assert all(part in words for part in ("Approuver", "Toujours rien reçu", "écrivez-nous", "Il manque"))
    await press(view, "Approuver")
    await press(view, "Éditer")
    assert told == [Act.APPROVE, Act.EDIT]
    assert not labels(asides.approve(a_case(draft={"findings": (LONG,)}), around(), hear))


async def test_the_largest_case_can_be_approved_too():
    """It is cut in view as its card is."""
    loud = a_case(complaint={"text": HOSTILE * 90}, draft={"text": "*" * 9_000})
    sent(asides.approve(loud, around(), nobody))


def given_of(text):
    return handout(a_case().complaint, text)


async def test_a_text_to_copy_is_whole():
    """In parts that end between words, the way to go on below the last."""
    text = "Bonjour *Zoé*, " * 400
    parts = [sent(part) for part in asides.copy_text(a_case(), FR, given_of(text))]
    copied = [one.strip("`\n") for part in parts for one in texts(part)]
    assert " ".join(copied).split() == text.split()
    assert max(map(len, copied)) <= asides.PART
    assert list(pressed(parts[-1])) == ["Ouvrir la réclamation"]
    assert not pressed(parts[0])


@pytest.mark.parametrize("text", ["", "```", "é" * 9_000, HOSTILE])
async def test_any_text_can_be_copied(text):
    """Also one that no block of code holds."""
    for part in asides.copy_text(a_case(reply=a_reply(text=text)), EN, given_of(text)):
        sent(part)


@pytest.mark.parametrize(("count", "menus", "turns"), [(3, 2, 0), (25, 2, 0), (26, 3, 0), (200, 9, 0), (450, 9, 1)])
async def test_any_number_of_templates_can_be_chosen_from(count, menus, turns):
    """Menus of twenty-five, pages of two hundred."""
    names = [f"topic-{number:03}.fr" for number in range(count)]
    view = asides.choose_template(["refund.fr"], names, FR, nobody)
    drawn = [one for one in walk(sent(view)["components"]) if one["type"] == 3]
    assert len(drawn) == menus
    assert len(labels(view)) == turns
    assert drawn[0]["options"][0]["value"] == "refund.fr"


async def test_pages_of_templates_can_be_turned():
    """Forward to the last and back again."""
    names = [f"topic-{number:03}.fr" for number in range(450)]
    [(second,)] = await press(asides.choose_template([], names, FR, nobody), "Suivants")
    [(third,)] = await press(second, "Suivants")
    assert labels(second) == ["Précédents", "Suivants"]
    assert labels(third) == ["Précédents"]
    assert "topic-400.fr" in said(sent(third))


async def test_a_chosen_template_is_handed_over():
    """By its name."""
    told = []

    async def hear(_, name):
        told.append(name)

    view = asides.choose_template(["refund.fr"], [], FR, hear)
    menu = next(item for item in view.walk_children() if hasattr(item, "options"))
    await menu.callback(SimpleNamespace(data={"values": ["refund.fr"]}))
    assert told == ["refund.fr"]
    assert "Aucun modèle" in said(sent(asides.choose_template([], [], FR, hear)))


async def test_without_a_reply_there_is_still_something_to_copy():
    """The draft, before it is approved."""
    case = replace(a_case(), reply=None)
    assert texts(sent(asides.copy_text(case, FR, given_of(case.draft.text))[0])) == [
        "```\nBonjour Zoé, écrivez-nous.\n```"
    ]


# Said to one person alone, where a model writes


def test_a_translation_stands_beside_the_draft():
    """Each under the name of its language; what is posted is said."""
    words = said(sent(asides.translation(a_case(lang="de"), "Bonjour, en français.", FR, "fr")))
    assert words.startswith("**Brouillon 2, traduit en français**\nBonjour, en français.")
    assert "**Le brouillon lui-même, en allemand**\n> Bonjour Zoé, écrivez-nous." in words
    assert "sera publié" in words


@pytest.mark.parametrize("sign", ["é", "🤬", "*", "\n\\", HOSTILE])
def test_a_long_translation_is_cut_with_a_word(sign):
    """Discord takes 4,000 characters in one message."""
    body = sent(asides.translation(a_case(draft={"text": sign * 5_000}, lang="de"), sign * 5_000, FR, "fr"))
    assert said(body).count(" caractères)") == 2
    assert "".join(texts(body)).count("https://evil") == 0


@pytest.mark.parametrize("typed", ["", "Bonjour Léa", HOSTILE * 90])
def test_what_a_lost_form_held_can_be_copied(typed):
    """With the reason; nothing where nothing was typed."""
    words = said(sent(asides.lost("J’ai redémarré.", typed, FR)))
    assert words.startswith("⚠️ J’ai redémarré.")
    assert ("Vous avez écrit" in words) is bool(typed)
