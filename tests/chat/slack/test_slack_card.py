"""The card in Slack: complete, short enough, and without effect on who reads it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from blockkit import check_message, formats, pings, seen, size
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_case import CARD, LINK, NASTY, NOW, a_case, a_reply, around, pressed

from bot.chat.grammar import ALL_TEMPLATES, Act
from bot.chat.slack import blocks as kit
from bot.chat.slack.card import FALLBACK, VIEW, card, collapsed
from bot.desk.case import Approval, Finding, Level, Origin, Remark, Severity, Status, Usage, Wish
from bot.desk.ports import Length
from bot.locale import Sentences

MUST = Finding(
    "never", Level.BLOCK, Remark("The brand never says “{quote}”.{why}", {"quote": "calmez-vous", "why": ""})
)
LOOK = Finding("capitals", Level.WARN, Remark("Written in capitals: it reads as shouting."))


def drawn(case=None, **changes):
    message = card(case or a_case(), around(**changes))
    check_message(message)
    return message


def labels(message):
    return {act: element.get("text", {}).get("text", "") for act, element in pressed(message).items()}


def test_the_card_says_who_where_when_and_what():
    """All that a manager needs before deciding, in the team's language."""
    said = seen(drawn(length=Length(34, 280)))
    assert "🟠 X · Zoé Petit · @zoe_ptt · il y a 12 minutes" in said
    assert "Toujours rien reçu !" in said
    assert "late-delivery · gravité élevée · français" in said
    assert "modèle late-delivery.fr (4c1f09e) · 34 caractères sur 280" in said
    assert "Bonjour Zoé, écrivez-nous. ^CD" in said


def test_the_fallback_says_the_same_in_plain_words():
    """A screen reader and a notification get the complaint, the draft and its warnings too."""
    text = drawn(a_case(draft={"findings": (MUST, LOOK)}, taken_by="Max"))["text"]
    for said in ("Zoé Petit", "Toujours rien reçu", "gravité élevée", "Max s’en occupe", "écrivez-nous. ^CD", LINK):
        assert said in text
    assert "À corriger avant de publier\u00a0: La marque ne dit jamais" in text
    assert "À vérifier\u00a0: Écrit en majuscules" in text


def test_the_card_speaks_english_to_an_english_team():
    """The same card, the other language."""
    assert "12 minutes ago" in seen(drawn(lang="en"))
    assert labels(drawn(lang="en"))[Act.APPROVE] == "Approve"


def test_the_buttons_carry_case_and_draft():
    """A click needs no memory of ours."""
    row = drawn()["blocks"][-1]
    assert row["block_id"] == "decide:2:x:1790000000000000001"
    assert [element["action_id"] for element in row["elements"]] == ["approve", "edit", "redraft", "template", "more"]


def test_the_best_templates_stand_first():
    """The three that fit best, then the others, none twice."""
    others = ("late-delivery.fr", "refund.fr", "other.fr")
    best, rest = pressed(drawn(templates=others))[Act.TEMPLATE]["option_groups"]
    assert [option["value"] for option in best["options"]] == ["refund.fr"]
    assert [option["value"] for option in rest["options"]] == ["late-delivery.fr", "other.fr"]


def test_templates_that_do_not_fit_on_the_card_wait_in_a_form():
    """Three hundred names would be too much for one message."""
    menu = pressed(drawn(templates=tuple(f"a-rather-long-topic-{n}.fr" for n in range(300))))[Act.TEMPLATE]
    values = [option["value"] for option in menu["option_groups"][-1]["options"]]
    assert values[0] == "a-rather-long-topic-0.fr"
    assert values[-1] == ALL_TEMPLATES


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
    message = drawn(a_case(complaint=complaint))
    assert lacks in seen(message)
    assert lacks in message["text"]
    assert pressed(message)[Act.ADD]["block_id"] == "missing:2:x:1790000000000000001"


def test_a_complete_complaint_lacks_nothing():
    """No button without a use."""
    assert Act.ADD not in pressed(drawn())


def test_a_text_that_may_not_be_posted_cannot_be_approved():
    """The card says what to change, and offers to."""
    message = drawn(a_case(draft={"findings": (MUST, LOOK)}))
    assert Act.APPROVE not in pressed(message)
    assert pressed(message)[Act.EDIT]["style"] == "primary"
    assert "⛔ À corriger avant de publier" in seen(message)


def test_warnings_leave_the_decision_to_the_manager():
    """They are said, and the button stays."""
    message = drawn(a_case(draft={"findings": (LOOK,)}))
    assert "⚠️ À vérifier" in seen(message)
    assert Act.APPROVE in pressed(message)


def test_without_a_draft_a_person_writes():
    """The card says why there is none."""
    reason = Remark("No template fits. Please write the reply yourself.")
    message = drawn(a_case(draft={"text": "", "template": "", "reason": reason}))
    assert "Aucun modèle ne convient" in seen(message)
    assert Act.APPROVE not in pressed(message)
    assert labels(message)[Act.EDIT] == "Écrire la réponse"


NO_DRAFT = Remark("No draft: what the customer wrote is missing. Please add it, or write the reply yourself.")
USED = Usage(model="gpt-x", tokens_in=1_240, cached=1_100, tokens_out=85, seconds=2.1, price=0.0012, currency="EUR")


def test_a_card_without_a_draft_says_so_first():
    """No “Draft 2” above it, nothing to be posted below it, the templates beside “Write the reply”."""
    message = drawn(a_case(draft={"text": "", "template": "", "reason": NO_DRAFT}), templates=("other.fr",), lang="en")
    assert "Draft 2" not in seen(message) + message["text"]
    assert "ℹ️ No draft: what the customer wrote is missing." in seen(message)
    assert "Once approved" not in seen(message)
    assert {Act.EDIT, Act.TEMPLATE} <= pressed(message).keys()


def test_a_model_s_draft_says_what_it_took():
    """Who wrote it, its length, and the details of the cost."""
    said = seen(drawn(a_case(draft={"origin": Origin.MODEL, "template": "", "usage": USED}), length=Length(34, 280)))
    assert "écrit par le modèle de langage gpt-x · 34 caractères sur 280" in said
    assert "1\u202f240 jetons lus (dont 1\u202f100 en cache), 85 écrits · 2,1\u00a0s · 0,0012\u00a0EUR" in said


def test_remarks_stand_apart_from_the_text():
    """What is ours must not look like a part of the reply; each sentence once, also for who hears the card."""
    slow = Remark("The model did not answer within {seconds} s.", {"seconds": 20})
    message = drawn(a_case(draft={"reason": NO_DRAFT, "remarks": (slow, NO_DRAFT)}), lang="en")
    [told] = [block for block in message["blocks"] if "did not answer" in json.dumps(block)]
    assert "écrivez-nous" not in json.dumps(told, ensure_ascii=False)
    assert seen({"blocks": [told]}).count("ℹ️") == 2
    assert message["text"].count("No draft:") == message["text"].count("did not answer within 20 s.") == 1


TONES = [Act.SHORTER, Act.WARMER, Act.FORMAL]


def test_where_a_model_writes_a_quiet_row_offers_another_tone():
    """Below the decisions; the draft is in the team's own language, so nobody needs a translation."""
    *_, row, quiet = drawn(model=True)["blocks"]
    assert row["elements"][0]["action_id"] == Act.APPROVE
    assert [element["action_id"] for element in quiet["elements"]] == TONES
    assert [element["text"]["text"] for element in quiet["elements"]] == [
        "Plus court",
        "Plus chaleureux",
        "Plus formel",
    ]
    assert not any("style" in element for element in quiet["elements"])


def test_a_draft_in_another_language_can_be_translated():
    """For an approver who does not read the customer's."""
    quiet = drawn(replace(a_case(), lang="de"), model=True)["blocks"][-1]
    assert [element["action_id"] for element in quiet["elements"]] == [*TONES, Act.TRANSLATE]
    assert Act.TRANSLATE not in pressed(drawn(replace(a_case(), lang=""), model=True))


@pytest.mark.parametrize(
    ("changes", "model"),
    [
        ({}, False),
        ({"draft": {"text": " "}}, True),
        ({"status": Status.RECEIVED}, True),
        ({"status": Status.POSTED, "reply": a_reply()}, True),
    ],
)
def test_no_tone_without_a_model_or_a_text_or_a_choice(changes, model):
    """A button that could do nothing is not there."""
    offered = pressed(drawn(a_case(lang="de", **changes), model=model)).keys()
    assert not offered & {*TONES, Act.TRANSLATE}


def test_a_first_yes_can_be_taken_back():
    """Two are needed: the card says whose is there."""
    message = drawn(a_case(approvals=(Approval("slack:U2", "Ana"),)))
    assert "Ana a dit oui" in seen(message)
    assert {Act.APPROVE, Act.UNDO} <= pressed(message).keys()


def test_nothing_can_be_pressed_while_a_new_draft_is_written():
    """And the note that asked for it is repeated."""
    message = drawn(a_case(status=Status.RECEIVED, wish=Wish(note="plus chaleureux")))
    assert "Un nouveau brouillon arrive\u00a0: «\u00a0plus chaleureux\u00a0»" in seen(message)
    assert not pressed(message)


def test_an_approval_can_be_taken_back_until_it_is_sent():
    """The seconds, the time, and the button."""
    message = drawn(a_case(status=Status.APPROVED, reply=a_reply()), undo_until=NOW + timedelta(seconds=10))
    assert "Publication dans 10 s · 12:00:10 UTC · approuvé par Camille" in seen(message)
    assert list(pressed(message)) == [Act.UNDO]


def test_after_that_moment_there_is_nothing_to_take_back():
    """A button that comes too late would be a lie."""
    message = drawn(a_case(status=Status.APPROVED, reply=a_reply()), undo_until=NOW)
    assert "Publication en cours" in seen(message)
    assert not pressed(message)


def test_a_reply_that_could_not_be_sent_is_not_said_to_be_on_its_way():
    """The reason stands there, however long it could still be taken back."""
    case = a_case(status=Status.APPROVED, reply=a_reply(), reason=Remark("The text is empty."))
    said = seen(drawn(case, undo_until=NOW + timedelta(seconds=60)))
    assert "pas encore envoyé\u00a0: Le texte est vide." in said
    assert "Publication" not in said


def test_what_is_posted_by_hand_can_be_copied_whole():
    """The text as approved, the composer with it, and the button for afterwards."""
    text = "Bonjour, " + '"très" ' * 600 + "désolés."
    loud = {"text": '"' * 5_000, "author_name": '"' * 500, "link": f"{LINK}?{'q' * 900}"}
    message = drawn(a_case(status=Status.APPROVED, reply=a_reply(text=text), complaint=loud), by_hand=True)
    copied = [part for block in message["blocks"] for part in block["elements"] if part["type"].endswith("formatted")]
    assert copied[0]["elements"][0]["text"] == text
    assert list(pressed(message)) == [Act.OPEN, Act.MARK_POSTED, Act.UNDO]


def test_a_text_too_long_for_a_card_can_be_copied_from_a_form():
    """What is cut is never what is copied."""
    reply = a_reply(text="é" * 9_000)
    message = drawn(a_case(status=Status.APPROVED, reply=reply), by_hand=True)
    assert "encore 7800 caractères" in seen(message)
    assert Act.COPY in pressed(message)


def test_the_composer_opens_where_there_is_one():
    """Else the complaint itself."""
    case = a_case(status=Status.APPROVED, reply=a_reply())
    opens = pressed(drawn(case, by_hand=True))[Act.OPEN]
    assert opens["url"].startswith("https://x.com/intent/post?in_reply_to=1790000000000000001")
    review = {"network": "trustpilot", "link": "https://fr.trustpilot.com/reviews/66a1"}
    case = replace(case, complaint=replace(case.complaint, **review))
    assert pressed(drawn(case, by_hand=True))[Act.OPEN]["url"] == "https://fr.trustpilot.com/reviews/66a1"


EMPTY = Remark("The text is empty.")


@pytest.mark.parametrize(
    ("status", "reason", "said", "acts"),
    [
        (Status.SENDING, None, "Publication en cours", []),
        (Status.APPROVED, EMPTY, "pas encore envoyé", ["undo", "mark-posted"]),
        (Status.POSTED, None, "✅ Publié · approuvé par Camille · 2026-03-01 12:00 UTC", []),
        (Status.REJECTED, EMPTY, "🚫 Sans réponse. Le texte est vide.", ["undo"]),
        (Status.UNKNOWN, EMPTY, "❓ La réponse est peut-être déjà publique.", ["mark-posted", "try-again"]),
    ],
)
def test_afterwards_the_card_is_short_and_says_what_became_of_it(status, reason, said, acts):
    """The complaint in a few lines, the reply, the end; and what a person can still do."""
    message = drawn(a_case(complaint={"text": "Rien. " * 200}, reply=a_reply(), status=status, reason=reason))
    assert said in seen(message)
    assert said in message["text"]
    assert list(pressed(message)) == acts
    assert size(message["blocks"]) < 2_500


def test_the_reply_s_link_stands_on_the_card():
    """Whoever looks later finds what the customer reads."""
    message = drawn(a_case(status=Status.POSTED, reply=a_reply(link=f"{LINK}9")))
    assert f"{LINK}9" in json.dumps(message["blocks"])
    assert f"{LINK}9" in message["text"]


@pytest.mark.parametrize(("reply", "deletes"), [({"ref": "1.2"}, True), ({}, True), ({"ref": "1.2"}, False)])
def test_a_posted_reply_can_be_deleted_where_that_is_possible(reply, deletes):
    """By the bot only what the bot has posted; quietly: nobody is to be drawn to it."""
    message = drawn(a_case(status=Status.POSTED, reply=a_reply(**reply)), deletes=deletes)
    found = pressed(message)
    if reply and deletes:
        assert labels(message) == {Act.DELETE: "Supprimer cette réponse…"}
        assert "style" not in found[Act.DELETE]
        assert found[Act.DELETE]["block_id"] == "decide:2:x:1790000000000000001"
    else:
        assert not found


def test_a_reply_that_was_deleted_again_says_why():
    """And another one can be approved after Undo."""
    reason = Remark("Deleted again: {reason}", {"reason": "mauvais client"})
    message = drawn(a_case(status=Status.REJECTED, reason=reason), deletes=True)
    assert "🚫 Supprimée ensuite\u00a0: mauvais client" in seen(message)
    assert "Sans réponse" not in seen(message)
    assert list(pressed(message)) == [Act.UNDO]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"account": "@lune"}, "Une fois approuvée, la réponse est publiée par @lune sur X."),
        ({}, "publiée par le bot sur X."),
        ({"account": "@lune", "by_hand": True}, "cette carte donne le texte à copier"),
    ],
)
def test_the_card_names_the_account_that_will_post(changes, says):
    """Before anybody says yes to it."""
    assert says in seen(drawn(**changes))


GONE = Remark("The original is gone: the customer, or the network, has deleted it.")
CHANGED = Remark("The original reads differently now: “{text}”", {"text": NASTY})


def test_that_the_original_is_gone_stands_before_the_draft_in_bold():
    """What else is remarked stands behind it; who hears the card hears it first too."""
    message = drawn(a_case(draft={"remarks": (CHANGED, GONE, Remark("The text is empty."))}), lang="en")
    said = seen(message)
    assert said.index("⚠️ The original is gone") < said.index("⚠️ The original reads") < said.index("Draft 2")
    assert said.index("écrivez-nous") < said.index("ℹ️ The text is empty.")
    assert message["text"].index("The original is gone") < message["text"].index("écrivez-nous")
    [block] = [block for block in message["blocks"] if "is gone" in json.dumps(block)]
    gone, changed = (line["elements"][0] for line in block["elements"])
    assert gone["style"] == {"bold": True}
    assert "style" not in changed


def test_a_second_try_is_asked_about():
    """Only a person who has looked may send again."""
    message = drawn(a_case(status=Status.UNKNOWN, reply=a_reply(), reason=Remark("The bot stopped while posting.")))
    assert "confirm" in pressed(message)[Act.TRY_AGAIN]
    assert "confirm" not in pressed(message)[Act.MARK_POSTED]


def test_a_refused_reply_can_be_decided_again():
    """With the reason, but nothing that a refused case does not take."""
    message = drawn(a_case(status=Status.REFUSED, reply=a_reply(), reason=EMPTY))
    assert "❗ Refusé\u00a0: Le texte est vide." in seen(message)
    offered = [option["value"] for option in pressed(message)[Act.MORE]["options"]]
    assert Act.APPROVE in pressed(message)
    assert offered == ["reject", "mark-posted", "copy"]


def test_escalation_and_a_first_yes_are_both_said():
    """Neither hides the other."""
    said = seen(drawn(a_case(escalated="presse", approvals=(Approval("a", "Ana"),))))
    assert "🚨 Remonté à un responsable\u00a0: presse" in said
    assert "Ana a dit oui" in said


@pytest.mark.parametrize("where", ["text", "author_name", "link", "notes", "attachments"])
def test_a_customer_s_words_ping_nobody_and_format_nothing(where):
    """They stand as they were written, on the card and in its fallback."""
    held = (NASTY,) if where in {"notes", "attachments"} else NASTY
    message = drawn(a_case(complaint={where: held}))
    assert pings(message) == []
    assert formats(message) == formats({"text": message["text"]}) == []
    assert where == "link" or "<!channel> <@U1> *gras* _x_" in seen(message)


@pytest.mark.parametrize("status", list(Status))
def test_a_colleague_s_words_ping_nobody_either(status):
    """Names, reasons and drafts are data too."""
    case = a_case(
        draft={"text": NASTY, "by_name": NASTY, "origin": Origin.PERSON}, status=status, taken_by=NASTY,
        escalated=NASTY, reason=Remark("{reason}", {"reason": NASTY}), wish=Wish(note=NASTY),
        reply=a_reply(text=NASTY, approved_by=(Approval("slack:U1", NASTY),)),
    )  # fmt: skip
    message = drawn(case, by_hand=True, signature=NASTY)
    assert pings(message) == []
    assert formats({"text": message["text"]}) == []


def test_a_long_complaint_is_cut_in_view():
    """And the card says how much more there is."""
    assert "encore 50 caractères" in seen(drawn(a_case(complaint={"text": "a" * (VIEW + 50)})))


def test_the_old_message_of_a_draft_points_to_the_new_one():
    """One line, with nothing to press."""
    message = collapsed(1, CARD, Sentences("fr"))
    check_message(message)
    assert seen(message) == "Brouillon 1 · remplacé par un plus récent · voir plus bas"
    assert CARD in message["text"]


TEXTS = st.text(max_size=60) | st.text('"\\\n\x00\ud83e\u202e\u0627🏳️‍🌈<&>*é', max_size=60)
LONG = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([1, 50, 4_000]))
MANY = st.lists(TEXTS, max_size=30)
REMARKS = LONG.map(lambda text: Remark("{reason}", {"reason": text}))
SEEN = st.just(GONE) | LONG.map(lambda text: Remark(CHANGED.says, {"text": text}))
COMPLAINTS = st.fixed_dictionaries(
    {
        "text": LONG,
        "author": TEXTS,
        "author_name": LONG,
        "link": LONG | st.just("https://a.example/" + "c" * 2_000),
        "network": st.sampled_from(["x", "web", "trustpilot", "bluesky"]),
        "notes": MANY.map(tuple),
        "attachments": MANY.map(tuple),
    }
)
DRAFTS = st.fixed_dictionaries(
    {
        "text": LONG,
        "findings": st.lists(st.builds(Finding, TEXTS, st.sampled_from(Level), REMARKS), max_size=40).map(tuple),
        "by_name": TEXTS,
        "template": TEXTS,
        "reason": st.none() | REMARKS,
        "remarks": st.lists(REMARKS | SEEN, max_size=8).map(tuple),
        "usage": st.none() | st.builds(Usage, model=LONG, tokens_in=st.integers(0, 9**9), currency=TEXTS),
        "origin": st.sampled_from(Origin),
    }
)
REPLIES = st.builds(a_reply, text=LONG, link=TEXTS, approved_by=st.tuples(st.builds(Approval, TEXTS, LONG)))
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
    model=st.booleans(),
    account=LONG,
)
def test_any_case_can_be_drawn(case, by_hand, signature, count, model, account):
    """Whatever was written, Slack takes the card, and nobody is pinged."""
    templates = tuple(f"topic-{number}.fr" for number in range(count))
    more = {"model": model, "account": account, "deletes": True}
    message = drawn(case, by_hand=by_hand, signature=signature, templates=templates, **more)
    assert pings(message) == []
    assert len(message["text"]) <= FALLBACK
    json.dumps(message, ensure_ascii=False).encode()  # no half characters


@pytest.mark.parametrize("sign", ["🤬", '"', "\x00", "é"])
def test_the_largest_card_is_still_one_message(sign):
    """200,000 characters of complaint, forty findings, a draft of 5,000, three hundred templates; all in hard signs.

    A model wrote it, and has much to remark.
    """
    findings = tuple(Finding("x", level, Remark("{reason}", {"reason": sign * 500})) for level in Level) * 20
    wrote = {"text": sign * 200_000, "notes": (sign * 900,) * 9, "author_name": sign * 900}
    remarks = tuple(Remark("{reason}", {"reason": f"{number}{sign * 900}"}) for number in range(9))
    remarks += (GONE, *(Remark(CHANGED.says, {"text": f"{number}{sign * 900}"}) for number in range(9)))
    draft = {"text": sign * 5_000, "findings": findings, "remarks": remarks, "usage": replace(USED, model=sign * 900)}
    case = a_case(complaint=wrote, draft=draft, escalated=sign * 900, lang="de")
    names = tuple(f"modèle-{number}" for number in range(300))
    message = drawn(case, templates=names, length=Length(5_000, 280), model=True, account=sign * 900)
    assert kit.size(message["blocks"]) < 13_200
    assert {Act.TEMPLATE, Act.TRANSLATE} <= pressed(message).keys()
