"""Clicks, reactions and the words behind /reply become our own values; nothing that Slack sends raises."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_case import CARD, a_case

from bot.chat.grammar import (
    ALL_TEMPLATES,
    Act,
    ApproveCase,
    DraftReply,
    EditTemplate,
    Help,
    NewForm,
    NewTemplate,
    RejectCase,
    ShowQueue,
    Templates,
    command,
    decision_of,
    reaction,
)
from bot.chat.slack.decisions import Click, block_id, click, message_of
from bot.desk.decision import Approve, Escalate, Redraft, Reject, Take, TryAgain, Undo, UseTemplate
from bot.voice.protocol import Reactions

PAYLOADS = Path("/work/shared/data/payloads_slack.jsonl")


def payload(action_id="approve", about="decide:2:x:17@shop", **action):
    """As Slack sends it when a button of a message is pressed."""
    return {
        "type": "block_actions",
        "user": {"id": "U1", "username": "camille", "team_id": "T1"},
        "team": {"id": "T1", "domain": "acme"},
        "container": {"type": "message", "message_ts": "1718000000.000100", "channel_id": "C042"},
        "trigger_id": "1.2.abc",
        "channel": {"id": "C042", "name": "reponses"},
        "message": {"type": "message", "ts": "1718000000.000100"},
        "actions": [{"type": "button", "action_id": action_id, "block_id": about, "action_ts": "1.2"} | action],
    }


def chosen(value):
    return {"selected_option": {"text": {"type": "plain_text", "text": "…"}, "value": value}}


def test_a_click_says_which_draft_of_which_case():
    """Who, where, on what; the case's id may hold colons."""
    assert click(payload()) == Click(
        act=Act.APPROVE, case_id="x:17@shop", draft=2, user="U1", team="T1", channel="C042",
        message="1718000000.000100", trigger="1.2.abc",
    )  # fmt: skip


def test_a_block_id_is_read_back():
    """What the card writes is what the click says."""
    case = a_case()
    read = click(payload(about=block_id("decide", case)))
    assert (read.case_id, read.draft) == (case.id, 2)


def test_the_menu_of_three_dots_holds_acts():
    """Its options are what is meant."""
    assert click(payload("more", **chosen("reject"))).act is Act.REJECT
    assert click(payload("more", **chosen("rm -rf"))) is None


def test_what_is_typed_comes_with_the_form_it_is_typed_in():
    """The live count needs the text and the view."""
    typed = payload("typed", about="text:2:x:17", value="Bonjour") | {"channel": None, "message": None}
    typed |= {"container": {"type": "view", "view_id": "V1"}, "view": {"id": "V1"}}
    read = click(typed)
    assert (read.act, read.value, read.view, read.channel, read.message) == (Act.TYPED, "Bonjour", "V1", "", "")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (payload("approve"), Approve(2)),
        (payload("redraft"), Redraft(2)),
        (payload("shorter", value="Plus court"), Redraft(2, "Plus court")),
        (payload("shorter"), None),
        (payload("translate"), None),
        (payload("template", **chosen("refund.fr")), UseTemplate(2, "refund.fr")),
        (payload("template", **chosen(ALL_TEMPLATES)), None),
        (payload("more", **chosen("take")), Take()),
        (payload("undo"), Undo()),
        (payload("try-again"), TryAgain()),
        (payload("more", **chosen("reject")), None),
        (payload("edit"), None),
        (payload("open"), None),
    ],
)
def test_a_click_decides_unless_a_form_has_to_ask(read, meant):
    """Reject asks why, Edit asks what."""
    pressed = click(read)
    assert decision_of(pressed.act, pressed.draft, pressed.value) == meant


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"actions": None},
        {"actions": [None]},
        payload(about="decide:two:x:17"),
        payload(about="decide:²:x:17"),
        payload(about=f"decide:{'9' * 5_000}:x:17"),
        payload(about="Kz3x"),
        payload(action_id="click_me_123"),
        payload(action_id=None),
        payload() | {"user": None},
        payload("more", selected_option="reject"),
    ],
)
def test_what_is_not_ours_is_no_click(broken):
    """Other apps' buttons, and nonsense."""
    assert click(broken) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["approve", "more", "d:1:x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["actions", "user", "id", "block_id", "action_id", "selected_option", "value", "view", "message", "ts"]
            ),
            inner,
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(["actions", "user", "team", "container", "view", "channel"]), JSON))
def test_no_payload_raises(sent):
    """A click that cannot be read is no click."""
    read = click(sent)
    assert read is None or read.user


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the recorded payloads lie on the team's machine only")
def test_recorded_payloads_of_other_apps_are_not_ours():
    """Real ones, none of them about a case."""
    recorded = [json.loads(row)["payload"] for row in PAYLOADS.read_text().splitlines()]
    assert len(recorded) > 100
    assert [sent for sent in recorded if isinstance(sent, dict) and click(sent)] == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("white_check_mark", Approve(3)),
        ("+1", Approve(3)),
        ("thumbsup", Approve(3)),
        ("thumbsup::skin-tone-3", Approve(3)),
        ("+1::skin-tone-6", Approve(3)),
        ("x", Reject(3)),
        ("repeat", Redraft(3)),
        ("eyes", Take()),
        ("rotating_light", Escalate()),
        ("heart_eyes", None),
        ("", None),
    ],
)
def test_reactions_decide_about_the_draft_that_stands_there(name, meant):
    """Skin tones do not count; other emoji say nothing."""
    assert reaction(name, Reactions(), 3) == meant


@pytest.mark.parametrize("written", ["tada", ":tada:"])
def test_a_brand_chooses_its_own_reactions(written):
    """As a name or between colons; the usual ones then mean nothing."""
    own = Reactions(approve=[written])
    assert reaction("tada", own, 1) == Approve(1)
    assert reaction("white_check_mark", own, 1) is None


@pytest.mark.parametrize("written", ["✅", "👍🏽"])
def test_a_reaction_may_be_written_as_the_emoji_itself(written):
    """People who edit brand.yaml paste it."""
    named = {"✅": "white_check_mark", "👍🏽": "thumbsup::skin-tone-4"}[written]
    assert reaction(named, Reactions(approve=[written]), 1) == Approve(1)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", NewForm()),
        ("help", Help()),
        ("Aide", Help()),
        ("queue", ShowQueue()),
        ("file", ShowQueue()),
        ("approve", ApproveCase()),
        (f"approuver {CARD}", ApproveCase(CARD)),
        (f"approve <{CARD}>", ApproveCase(f"<{CARD}>")),
        ("rejeter", RejectCase()),
        (f"reject {CARD}", RejectCase(CARD)),
        (f"reject {CARD} déjà  répondu hier", RejectCase(CARD, "déjà  répondu hier")),
        ("templates", Templates()),
        ("Modèles", Templates()),
        ("template late-delivery", EditTemplate("late-delivery")),
        ("modele late-delivery.fr", EditTemplate("late-delivery.fr")),
        ("template Weird_Name", EditTemplate("Weird_Name")),
        ("template new", NewTemplate()),
        ("modèle nouveau", NewTemplate()),
    ],
)
def test_the_commands_are_understood_in_both_languages(text, meant):
    """A few words, each with its French twin."""
    assert command(text, {"Weird_Name"}, leads_to_message=message_of) == meant


@pytest.mark.parametrize(
    "text",
    [
        "approve my refund now!",
        "help me, my parcel is lost",
        "reject this excuse",
        "queue at your shop: two hours!",
        "file d'attente interminable, bravo",
        "modèle cassé dès le premier jour",
        "template Weird!",
        f"approve {CARD} now",
        "approve https://x.com/zoe/status/17",
        "https://x.com/zoe/status/17",
    ],
)
def test_a_complaint_may_begin_with_a_word_of_ours(text):
    """Whatever does not fit a command is what a customer wrote."""
    assert command(f"  {text} ", leads_to_message=message_of) == DraftReply(text)


@given(st.text())
def test_any_text_is_some_command(text):
    """And a complaint is kept to the letter."""
    meant = command(text, leads_to_message=message_of)
    assert not isinstance(meant, DraftReply) or meant.text == text.strip()


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (CARD, ("C042", "1718000000.000100")),
        (f"{CARD}?thread_ts=1718000000.000100&cid=C042", ("C042", "1718000000.000100")),
        (f"<{CARD}|une carte>", ("C042", "1718000000.000100")),
        ("https://acme.enterprise.slack.com/archives/G1/p1718000000000100", ("G1", "1718000000.000100")),
        ("https://evil.example/archives/C042/p1718000000000100", None),
        ("https://slack.com.evil.example/archives/C042/p1718000000000100", None),
        ("https://acme.slack.com/archives/C042", None),
        ("C042", None),
        ("", None),
    ],
)
def test_a_link_to_a_message_names_channel_and_ts(link, message):
    """Only Slack's own links do."""
    assert message_of(link) == message
