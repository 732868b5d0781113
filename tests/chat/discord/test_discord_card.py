"""The card in Discord: complete, short enough, and without effect on who reads it."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from discord import ui
from discord.components import _component_factory
from discord_sample import CARD, HOSTILE, LINK, NOW, a_case, a_reply, around, pressed, said, sent, texts, walk
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.cutting import units
from bot.chat.discord.buttons import card_items
from bot.chat.discord.card import COPIED, VIEW, card, collapsed
from bot.chat.grammar import ALL_TEMPLATES, Act
from bot.desk.case import Approval, Finding, Level, Origin, Remark, Severity, Status, Usage, Wish
from bot.desk.ports import Length
from bot.locale import Sentences

MUST = Finding(
    "never", Level.BLOCK, Remark("The brand never says “{quote}”.{why}", {"quote": "calmez-vous", "why": ""})
)
LOOK = Finding("capitals", Level.WARN, Remark("Written in capitals: it reads as shouting."))
EMPTY = Remark("The text is empty.")
FAR = f"{LINK}?{'q' * 900}"


def drawn(case=None, **changes):
    return sent(card(case or a_case(), around(**changes)))


def acts(body):
    return [name.split(":")[1] if name.startswith("pv:") else name for name in pressed(body)]


def options(body, act, draft=2):
    return [option["value"] for option in pressed(body)[f"pv:{act}:{draft}"]["options"]]


def test_the_card_says_who_where_when_and_what():
    """All that a manager needs before deciding, in the team's language."""
    words = said(drawn(length=Length(34, 280)))
    assert words.startswith("### 🟠 X · Zoé Petit · @zoe_ptt · il y a 12 minutes\n> Toujours rien reçu !")
    assert f"late-delivery · gravité élevée · français · [Voir sur X]({LINK})" in words
    assert "-# modèle late-delivery.fr (4c1f09e) · 34 caractères sur 280" in words
    assert "Bonjour Zoé, écrivez-nous. *^CD*" in words


def test_the_card_speaks_english_to_an_english_team():
    """The same card, the other language."""
    body = drawn(lang="en")
    assert "12 minutes ago" in said(body)
    assert pressed(body)["pv:approve:2"]["label"] == "Approve"


def test_a_grave_case_has_a_colour_a_sign_and_a_word():
    """Colour alone says nothing to who does not see it."""
    body = drawn(a_case(severity=Severity.CRITICAL))
    assert body["components"][0]["accent_color"] == 0xD83A42
    assert said(body).startswith("### 🔴 X")
    assert drawn(a_case(severity=Severity.NORMAL))["components"][0].get("accent_color") is None


def test_the_buttons_carry_the_draft():
    """The message leads to the case; a click needs no memory of ours."""
    assert list(pressed(drawn())) == [f"pv:{act}:2" for act in ("approve", "edit", "redraft", "template", "more")]


def test_discord_py_keeps_nothing_of_a_card():
    """A thousand cards are a thousand messages, not a thousand views in memory."""
    assert card(a_case(), around()).is_finished()


def test_the_best_templates_stand_first_and_say_so():
    """The three that fit best, then the others, none twice."""
    body = drawn(templates=("late-delivery.fr", "refund.fr", "other.fr"))
    assert options(body, "template") == ["refund.fr", "late-delivery.fr", "other.fr"]
    first, second, _ = pressed(body)["pv:template:2"]["options"]
    assert first["description"] == "Les plus proches"
    assert "description" not in second


@pytest.mark.parametrize(("count", "last"), [(24, "topic-23.fr"), (25, ALL_TEMPLATES), (300, ALL_TEMPLATES)])
def test_templates_beyond_twenty_five_wait_behind_the_last_line(count, last):
    """Discord's menus hold no more."""
    found = options(drawn(templates=tuple(f"topic-{number}.fr" for number in range(count))), "template")
    assert len(found) == 25
    assert found[0] == "refund.fr"
    assert found[-1] == last


@pytest.mark.parametrize(
    ("complaint", "lacks"),
    [
        ({"author": "", "author_name": ""}, "Il manque\u00a0: l’auteur."),
        ({"link": ""}, "Il manque\u00a0: le lien de la réclamation."),
        ({"text": " "}, "Il manque\u00a0: les mots du client."),
    ],
)
def test_what_is_missing_is_said_beside_a_button_to_add_it(complaint, lacks):
    """Nobody has to find out why the bot cannot post."""
    body = drawn(a_case(complaint=complaint))
    assert f"{lacks}\n[Compléter…]" in said(body)
    assert "pv:add:2" in pressed(body)


def test_a_text_that_may_not_be_posted_cannot_be_approved():
    """The card says what to change, and offers to."""
    body = drawn(a_case(draft={"findings": (MUST, LOOK)}))
    assert acts(body)[:2] == ["edit", "redraft"]
    assert "**⛔ À corriger avant de publier\u00a0:**\n- La marque ne dit jamais" in said(body)


def test_warnings_leave_the_decision_to_the_manager():
    """They are said, and the button stays."""
    body = drawn(a_case(draft={"findings": (LOOK,)}))
    assert "⚠️ À vérifier" in said(body)
    assert "pv:approve:2" in pressed(body)


def test_without_a_draft_a_person_writes():
    """The card says why there is none."""
    reason = Remark("No template fits. Please write the reply yourself.")
    body = drawn(a_case(draft={"text": "", "template": "", "reason": reason}))
    assert "ℹ️ Aucun modèle ne convient" in said(body)
    assert pressed(body)["pv:edit:2"]["label"] == "Écrire la réponse"
    assert "pv:approve:2" not in pressed(body)


def test_a_first_yes_can_be_taken_back():
    """Two are needed: the card says whose is there."""
    body = drawn(a_case(approvals=(Approval("discord:2", "Ana"),)))
    assert "Ana a dit oui" in said(body)
    assert {"pv:approve:2", "pv:undo:2"} <= pressed(body).keys()


def test_nothing_can_be_pressed_while_a_new_draft_is_written():
    """And the note that asked for it is repeated."""
    body = drawn(a_case(status=Status.RECEIVED, wish=Wish(note="plus chaleureux")))
    assert "Un nouveau brouillon arrive\u00a0: «\u00a0plus chaleureux\u00a0»" in said(body)
    assert not pressed(body)


def test_an_approval_can_be_taken_back_until_it_is_sent():
    """The seconds, the time in the reader's own zone, and the button."""
    case = a_case(status=Status.APPROVED, reply=a_reply())
    body = drawn(case, undo_until=NOW + timedelta(seconds=10))
    assert "**Publication dans 10 s** · <t:1772366410:T> · approuvé par Camille" in said(body)
    assert acts(body) == ["undo"]
    assert not pressed(drawn(case, undo_until=NOW))


def test_what_is_posted_by_hand_can_be_copied_whole():
    """The text as approved, the composer with it, and the button for afterwards."""
    text = "Bonjour *Zoé*,\n\n" + '"très" ' * 200 + "désolés @everyone."
    loud = {"text": "*" * 5_000, "author_name": "_" * 500}
    body = drawn(a_case(status=Status.APPROVED, reply=a_reply(text=text), complaint=loud), by_hand=True)
    assert f"```\n{text}\n```" in texts(body)
    assert acts(body) == ["Ouvrir la réclamation", "mark-posted", "undo"]


def test_the_composer_opens_where_there_is_one():
    """By a button; by a link in the text where the address is too long for a button; else the complaint."""
    case = a_case(status=Status.APPROVED, reply=a_reply())
    assert pressed(drawn(case, by_hand=True))["Ouvrir X avec ce texte"]["url"].startswith("https://x.com/intent/post")
    longer = replace(case, reply=a_reply(text="é" * 100))
    assert "[Ouvrir X avec ce texte](https://x.com/intent/post" in said(drawn(longer, by_hand=True))
    review = {"network": "trustpilot", "link": "https://fr.trustpilot.com/reviews/66a1"}
    case = replace(case, complaint=replace(case.complaint, **review))
    assert pressed(drawn(case, by_hand=True))["Ouvrir la réclamation"]["url"] == review["link"]


@pytest.mark.parametrize("text", ["é" * (COPIED + 1), "du code\u00a0: ```x```"])
def test_a_text_that_no_card_holds_can_be_copied_elsewhere(text):
    """What is cut or drawn otherwise is never what is copied."""
    body = drawn(a_case(status=Status.APPROVED, reply=a_reply(text=text)), by_hand=True)
    assert "pv:copy:2" in pressed(body)
    assert not any(text.startswith("```") for text in texts(body))


@pytest.mark.parametrize(
    ("status", "reason", "words", "buttons"),
    [
        (Status.SENDING, None, "Publication en cours", []),
        (Status.APPROVED, EMPTY, "pas encore envoyé", ["undo", "mark-posted"]),
        (Status.POSTED, None, "**✅ Publié** · approuvé par Camille · <t:1772366400:f>", []),
        (Status.REJECTED, EMPTY, "**🚫 Sans réponse. Le texte est vide.**", ["undo"]),
        (Status.UNKNOWN, EMPTY, "**❓ La réponse est peut-être déjà publique.", ["mark-posted", "try-again"]),
    ],
)
def test_afterwards_the_card_is_short_and_says_what_became_of_it(status, reason, words, buttons):
    """The complaint in a few lines, the reply, the end; and what a person can still do."""
    body = drawn(a_case(complaint={"text": "Rien. " * 200}, reply=a_reply(), status=status, reason=reason))
    assert words in said(body)
    assert acts(body) == buttons
    assert len(said(body)) < 900


def test_the_reply_s_link_stands_on_the_card():
    """Whoever looks later finds what the customer reads."""
    assert f"[Voir la réponse]({LINK}9)" in said(drawn(a_case(status=Status.POSTED, reply=a_reply(link=f"{LINK}9"))))


@pytest.mark.parametrize(("reply", "deletes"), [({"ref": "12"}, True), ({}, True), ({"ref": "12"}, False)])
def test_a_posted_reply_can_be_deleted_where_that_is_possible(reply, deletes):
    """By the bot only what the bot has posted; a grey button, so that nobody is drawn to it."""
    found = pressed(drawn(a_case(status=Status.POSTED, reply=a_reply(**reply)), deletes=deletes))
    if reply and deletes:
        assert [(one["label"], one["style"]) for one in found.values()] == [("Supprimer cette réponse…", 2)]
        assert list(found) == ["pv:delete:2"]
    else:
        assert not found


def test_a_reply_that_was_deleted_again_says_why():
    """And another one can be approved after Undo."""
    reason = Remark("Deleted again: {reason}", {"reason": "mauvais client"})
    body = drawn(a_case(status=Status.REJECTED, reason=reason), deletes=True)
    assert "**🚫 Supprimée ensuite\u00a0: mauvais client**" in said(body)
    assert acts(body) == ["undo"]


def test_the_card_names_the_account_that_will_post():
    """Before anybody says yes to it."""
    assert "-# Once approved, @lune posts it on X." in said(drawn(account="@lune", lang="en"))
    assert "-# Once approved, the bot posts it on X." in said(drawn(lang="en"))


GONE = Remark("The original is gone: the customer, or the network, has deleted it.")
CHANGED = Remark("The original reads differently now: “{text}”", {"text": HOSTILE})


def test_that_the_original_is_gone_stands_before_the_draft_in_bold():
    """What else is remarked stands behind it; the customer's new words have no effect."""
    body = drawn(a_case(draft={"remarks": (CHANGED, GONE, EMPTY)}), lang="en")
    words = said(body)
    assert "\n**⚠️ The original is gone" in words
    assert words.index("is gone") < words.index("\n⚠️ The original reads") < words.index("Draft 2")
    assert words.index("écrivez-nous") < words.index("ℹ️ The text is empty.")
    assert "**gras**" not in "".join(texts(body))


def test_a_refused_reply_can_be_decided_again():
    """With the reason, but nothing that a refused case does not take."""
    body = drawn(a_case(status=Status.REFUSED, reply=a_reply(), reason=EMPTY))
    assert "❗ Refusé\u00a0: Le texte est vide." in said(body)
    assert "pv:approve:2" in pressed(body)
    assert options(body, "more") == ["reject", "mark-posted", "copy"]


def test_escalation_and_a_first_yes_are_both_said():
    """Neither hides the other."""
    words = said(drawn(a_case(escalated="presse", approvals=(Approval("a", "Ana"),))))
    assert "🚨 Remonté à un responsable\u00a0: presse" in words
    assert "Ana a dit oui" in words


def test_a_link_cannot_break_out_of_its_brackets():
    """Brackets in an address are written as numbers."""
    body = drawn(a_case(complaint={"link": "https://fr.wikipedia.org/wiki/Colis_(paquet)"}))
    assert "(https://fr.wikipedia.org/wiki/Colis_%28paquet%29)" in said(body)


@pytest.mark.parametrize("where", ["text", "author_name", "link", "notes", "attachments"])
def test_a_customer_s_words_ping_nobody_and_format_nothing(where):
    """They stand as they were written."""
    held = (HOSTILE,) if where in {"notes", "attachments"} else HOSTILE
    body = drawn(a_case(complaint={where: held}))
    assert where == "link" or "@everyone <@123456789012345678> [ici](https://evil.example)" in said(body)
    assert "https://evil" not in "".join(texts(body))  # the sign before // is escaped
    assert "**gras**" not in "".join(texts(body))


@pytest.mark.parametrize("status", list(Status))
def test_a_colleague_s_words_ping_nobody_either(status):
    """Names, reasons and drafts are data too."""
    case = a_case(
        draft={"text": HOSTILE, "by_name": HOSTILE, "origin": Origin.PERSON}, status=status, taken_by=HOSTILE,
        escalated=HOSTILE, reason=Remark("{reason}", {"reason": HOSTILE}), wish=Wish(note=HOSTILE),
        reply=a_reply(text=HOSTILE, approved_by=(Approval("discord:1", HOSTILE),)),
    )  # fmt: skip
    assert "https://evil" not in "".join(texts(drawn(case, by_hand=True, signature=HOSTILE)))


def test_a_long_complaint_is_cut_in_view():
    """And the card says how much more there is."""
    assert "encore 50 caractères" in said(drawn(a_case(complaint={"text": "a" * (VIEW + 50)})))


def test_the_old_message_of_a_draft_points_to_the_new_one():
    """One line, with nothing to press."""
    body = sent(collapsed(1, CARD, Sentences("fr")))
    assert said(body) == f"*Brouillon 1 · remplacé par un plus récent* · [voir plus bas]({CARD})"
    assert not pressed(body)
    assert said(sent(collapsed(1, "", Sentences("en")))) == "*Draft 1 · replaced by a newer draft*"


# Heard


async def press(body, custom_id, value=""):
    """Press a drawn button or menu as discord.py does, with nothing in memory but ``card_items``."""
    told = []

    async def on_press(_, *what):
        told.append(what)

    view = ui.LayoutView.from_message(SimpleNamespace(components=components(body)), timeout=None)
    base = next(item for item in view.walk_children() if getattr(item, "custom_id", None) == custom_id)
    interaction = SimpleNamespace(data={"values": [value] if value else []})
    for kind in card_items(on_press):
        if found := kind.__discord_ui_compiled_template__.fullmatch(custom_id):
            item = await kind.from_custom_id(interaction, base, found)
            await item.callback(interaction)
    return told


def components(body):
    return [_component_factory(one, None) for one in body["components"]]


@pytest.mark.parametrize(
    ("custom_id", "value", "told"),
    [
        ("pv:approve:2", "", (Act.APPROVE, 2, "")),
        ("pv:redraft:2", "", (Act.REDRAFT, 2, "")),
        ("pv:template:2", "refund.fr", (Act.TEMPLATE, 2, "refund.fr")),
        ("pv:more:2", "reject", (Act.REJECT, 2, "")),
        ("pv:more:2", "mark-posted", (Act.MARK_POSTED, 2, "")),
    ],
)
async def test_what_is_pressed_is_heard_once_with_its_draft(custom_id, value, told):
    """Whatever the process remembers of the message."""
    assert await press(drawn(), custom_id, value) == [told]


async def test_an_option_that_is_none_of_ours_is_nothing():
    """Of an older version, or of nobody."""
    assert await press(drawn(), "pv:more:2", "explode") == []
    assert await press(drawn(), "pv:more:2") == []


@pytest.mark.parametrize("odd", ["pv:explode:1", "pv:approve:x", "pv:approve:1:2", "approve", "pv:approve:99999999999"])
def test_other_buttons_are_none_of_ours(odd):
    """Another bot's, or another version's."""
    kinds = card_items(lambda *_: None)
    assert not any(kind.__discord_ui_compiled_template__.fullmatch(odd) for kind in kinds)


# Whatever comes

# Where a model writes

USED = Usage(model="gpt-x", tokens_in=1_240, cached=1_100, tokens_out=85, seconds=2.1, price=0.0012, currency="EUR")
NO_DRAFT = Remark("No draft: what the customer wrote is missing. Please add it, or write the reply yourself.")
TONES = [Act.SHORTER, Act.WARMER, Act.FORMAL]


def test_a_model_s_draft_says_what_it_took():
    """Who wrote it, its length, and the details of the cost."""
    words = said(drawn(a_case(draft={"origin": Origin.MODEL, "template": "", "usage": USED}), lang="en"))
    assert "-# written by the model gpt-x" in words
    assert "-# 1,240 tokens in (1,100 cached), 85 out · 2.1 s · 0.0012\u00a0EUR" in words


def test_remarks_stand_apart_from_the_text():
    """What is ours must not look like a part of the reply; each sentence once."""
    slow = Remark("The model did not answer within {seconds} s.", {"seconds": 20})
    body = drawn(a_case(draft={"reason": NO_DRAFT, "remarks": (slow, NO_DRAFT)}), lang="en")
    [told] = [one["content"] for one in walk(body["components"]) if "did not answer" in one.get("content", "")]
    assert told.count("ℹ️") == 2
    assert "écrivez-nous" not in told


def test_a_card_without_a_draft_says_so_first():
    """No “Draft 2” above it, nothing to be posted below it, the templates beside “Write the reply”."""
    body = drawn(a_case(draft={"text": "", "template": "", "reason": NO_DRAFT}), lang="en")
    assert "Draft 2" not in said(body)
    assert "Once approved" not in said(body)
    assert acts(body) == [Act.EDIT, Act.REDRAFT, Act.TEMPLATE, Act.MORE]


def test_where_a_model_writes_a_quiet_row_offers_another_tone():
    """Below the decisions, above the menus; Translate where the draft is not in the team's language."""
    assert acts(drawn(model=True)) == [Act.APPROVE, Act.EDIT, Act.REDRAFT, *TONES, Act.TEMPLATE, Act.MORE]
    body = drawn(a_case(lang="de"), model=True)
    [row] = [one for one in walk(body["components"]) if one["type"] == 1 and len(one["components"]) == 4]
    assert [one["label"] for one in row["components"]] == ["Plus court", "Plus chaleureux", "Plus formel", "Traduire"]
    assert {one["style"] for one in row["components"]} == {2}


@pytest.mark.parametrize(
    ("changes", "model"),
    [({}, False), ({"draft": {"text": " "}}, True), ({"status": Status.RECEIVED}, True)],
)
def test_no_tone_without_a_model_or_a_text_or_a_choice(changes, model):
    """A button that could do nothing is not there."""
    assert not set(acts(drawn(a_case(lang="de", **changes), model=model))) & {*TONES, Act.TRANSLATE}


TEXTS = st.text(max_size=60) | st.text('"\\\n\x00\ud83e\u202e\u2028\u0627🏳️‍🌈<&>*_`~|[]()#@:-1.é ', max_size=60)
LANGS = st.sampled_from(["fr", "en"])
LONG = TEXTS | st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([30, 900]))
REMARKS = LONG.map(lambda text: Remark("{reason}", {"reason": text}))
SEEN = st.just(GONE) | LONG.map(lambda text: Remark(CHANGED.says, {"text": text}))
FINDINGS = st.lists(st.builds(Finding, st.just("x"), st.sampled_from(Level), REMARKS), max_size=12).map(tuple)
LINKS = TEXTS | st.sampled_from([LINK, FAR])
COMPLAINTS = st.fixed_dictionaries(
    {
        "text": LONG,
        "author": TEXTS,
        "author_name": LONG,
        "network": st.sampled_from(["x", "web", "discord", ""]) | TEXTS,
        "link": LINKS,
        "notes": st.lists(LONG, max_size=9).map(tuple),
        "attachments": st.lists(TEXTS, max_size=9).map(tuple),
    }
)
DRAFTS = st.fixed_dictionaries(
    {
        "text": LONG,
        "findings": FINDINGS,
        "reason": st.none() | REMARKS,
        "remarks": st.lists(REMARKS | SEEN, max_size=8).map(tuple),
        "usage": st.none() | st.builds(Usage, model=LONG, tokens_in=st.integers(0, 9**9), currency=TEXTS),
        "template": TEXTS,
        "by_name": TEXTS,
        "origin": st.sampled_from(Origin),
    }
)
REPLIES = st.builds(
    a_reply,
    text=LONG,
    link=TEXTS | st.just(f"{LINK}?{'q' * 900}"),
    approved_by=st.tuples(st.builds(Approval, TEXTS, LONG)),
)
CASES = st.builds(
    a_case,
    complaint=COMPLAINTS,
    draft=DRAFTS,
    status=st.sampled_from(Status),
    severity=st.sampled_from(Severity),
    topic=LONG,
    taken_by=TEXTS,
    escalated=LONG,
    reason=st.none() | REMARKS,
    reply=REPLIES,
    approvals=st.lists(st.builds(Approval, TEXTS, TEXTS), max_size=2).map(tuple),
)


@settings(max_examples=150)
@given(
    case=CASES,
    by_hand=st.booleans(),
    signature=TEXTS,
    count=st.sampled_from([0, 3, 300]),
    lang=st.sampled_from(["fr", "en"]),
    model=st.booleans(),
    account=LONG,
)
def test_any_case_can_be_drawn(case, by_hand, signature, count, lang, model, account):
    """Whatever was written, Discord takes the card, and nobody is pinged."""
    templates = tuple(f"topic-{number}.fr" for number in range(count))
    more = {"model": model, "account": account, "deletes": True}
    drawn(case, lang=lang, by_hand=by_hand, signature=signature, templates=templates, **more)


@pytest.mark.parametrize("sign", ["🤬", "*", "\x00", "é", "\n", "> "])
@pytest.mark.parametrize("status", list(Status))
def test_the_largest_card_is_still_one_message(sign, status):
    """200,000 characters of complaint, forty findings, a draft of 5,000, three hundred templates; all in hard signs.

    A model wrote it, and has much to remark.
    """
    remarks = tuple(Remark("{reason}", {"reason": f"{number}{sign * 900}"}) for number in range(9))
    remarks += (GONE, *(Remark(CHANGED.says, {"text": f"{number}{sign * 900}"}) for number in range(9)))
    used = Usage(model=sign * 900, tokens_in=9**9)
    findings = tuple(Finding("x", level, Remark("{reason}", {"reason": sign * 500})) for level in Level) * 20
    wrote = {
        "text": sign * 200_000,
        "notes": (sign * 900,) * 9,
        "author_name": sign * 900,
        "link": f"{LINK}?{'q' * 900}",
    }
    case = a_case(
        complaint=wrote, escalated=sign * 900, status=status,
        draft={"text": sign * 5_000, "findings": findings, "remarks": remarks, "usage": used},
        reply=a_reply(text=sign * 5_000, link=FAR, ref="1"), taken_by=sign * 900, lang="de",
    )  # fmt: skip
    names = tuple(f"modèle-{number}" for number in range(300))
    more = {"model": True, "account": sign * 900, "deletes": True}
    body = drawn(case, templates=names, length=Length(5_000, 280), **more)
    assert units("".join(texts(body))) <= 4_000
