"""Slack's writing read and written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.slack.text import emoji, escape, inert, links, marked, plain, rich, without
from bot.chat.texts import clean, kept


@pytest.mark.parametrize(
    ("slack", "person"),
    [
        ("Frais &amp; port &lt;10 €", "Frais & port <10 €"),
        ("&amp;lt; typed by hand", "&lt; typed by hand"),
        ("voir <https://acme.fr/a?b=1&amp;c=2>", "voir https://acme.fr/a?b=1&c=2"),
        ("voir <https://acme.fr|notre site>", "voir notre site"),
        ("<mailto:zoe@example.fr|zoe@example.fr>", "zoe@example.fr"),
        ("<mailto:zoe@example.fr>", "zoe@example.fr"),
        ("<@U1|zoe> et <@U2>", "@zoe et @U2"),
        ("<#C1|avis> <#C2>", "#avis #C2"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@sav> <!subteam^S2>", "@sav @S2"),
        ("reçu <!date^1718000000^{date_short}|10 juin>", "reçu 10 juin"),
        ("a <b> c", "a <b> c"),
        ("<>", "<>"),
    ],
)
def test_a_person_reads_labels_names_and_signs(slack, person):
    """Nobody complains in angle brackets."""
    assert plain(slack) == person


@pytest.mark.parametrize(
    ("code", "sign"),
    [
        ("merci :pray:", "merci 🙏"),
        ("merci:pray::pray:", "merci🙏🙏"),
        (":thumbsup::skin-tone-3:", "👍🏼"),
        (":flag-fr:", "🇫🇷"),
        (":x: nul", "❌ nul"),
        ("à 10:30:45", "à 10:30:45"),
        ("ref:id:4", "ref:id:4"),
        (":acme-logo:", ":acme-logo:"),
        ("https://a.fr/urn:star:1", "https://a.fr/urn:star:1"),
    ],
)
def test_the_customers_emoji_come_back(code, sign):
    """Slack stores names; a clock, a reference and a link are no emoji."""
    assert emoji(code) == sign


@given(st.text())
def test_what_is_escaped_reads_as_it_was(text):
    """Escaping loses nothing, and leaves nothing that Slack would read as a ping or a link."""
    assert "<" not in escape(text)
    assert escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@given(st.text(alphabet="*_~`>a b<&\n"))
def test_inert_text_formats_nothing(text):
    """No sign that Slack formats by stands at the edge of a word, no line begins with a quote."""
    shown = inert(text)
    assert not re.search(r"[*~`]|(?<!\w)_|_(?!\w)", shown)
    assert not re.search(r"^&gt;", shown, re.MULTILINE)
    assert "\u200b" not in shown


def test_inert_text_keeps_words_with_an_underscore():
    """An order number is copied as it is."""
    assert inert("commande FR_2024_17 *urgent*") == "commande FR_2024_17 ∗urgent∗"


def test_blocks_are_read_whole():
    """Rich text with its lists, and the older blocks; buttons say nothing."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Prix < 10 & "}, link("ici")]}
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": said}]} for said in ("un", "deux")]
    numbered = {"type": "rich_text_list", "style": "ordered", "elements": items}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Avis <1>"}},
        {"type": "rich_text", "elements": [section, numbered]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U1> &amp; co"}, "fields": [{"text": "Note: 1"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "hier"}, {"type": "image", "alt_text": "x"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Répondre"}}]},
    ]
    assert rich(blocks) == "Avis <1>\nPrix < 10 & ici\n1. un\n2. deux\n@U1 & co\nNote: 1\nhier"


def link(label: str) -> dict[str, str]:
    return {"type": "link", "url": "https://acme.fr/a?b=1&c=2", "text": label}


def test_rich_elements_say_what_they_show():
    """People, groups, channels, dates and emoji, by their exact sign where Slack gives it."""
    elements = [
        {"type": "user", "user_id": "U1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "broadcast", "range": "here"},
        {"type": "date", "timestamp": 1, "fallback": "hier"},
        {"type": "emoji", "name": "thumbsup", "unicode": "1f44d-1f3fb"},
        {"type": "emoji", "name": "acme"},
    ]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    assert rich([block]) == "@U1@S1#C1@herehier👍🏻:acme:"
    assert links(
        marked([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link("")]}]}])
    ) == ["https://acme.fr/a?b=1&c=2"]


def test_a_link_in_blocks_is_a_link():
    """Apps post blocks without a text; their links count too."""
    section = {"type": "rich_text_section", "elements": [link("")]}
    assert links(marked([{"type": "rich_text", "elements": [section]}])) == ["https://acme.fr/a?b=1&c=2"]


def test_links_are_found_in_every_form_and_once():
    """In brackets, with a label, bare with a full stop behind."""
    text = "<https://a.fr/1?x=1&amp;y=2|ici>, https://b.fr/2. Et <https://a.fr/1?x=1&amp;y=2> <mailto:a@b.fr>"
    assert links(text) == ["https://a.fr/1?x=1&y=2", "https://b.fr/2"]
    assert without(text, {"https://b.fr/2"}).startswith("<https://a.fr/1?x=1&amp;y=2|ici>, . Et")


def test_long_and_broken_texts_can_be_stored():
    """Controls and lone surrogates go, line ends are one sign, what is cut says so."""
    assert clean("a\x00b\r\nc\ud800\x85") == "ab\nc\ufffd"
    assert kept("é" * 50_000) == "é" * 39_999 + "…"
    assert kept("court") == "court"


def test_endless_nesting_ends():
    """A payload nested a thousand deep is read as far as it makes sense."""
    block: dict = {"type": "rich_text_section", "elements": [{"type": "text", "text": "au fond"}]}
    for _ in range(1000):
        block = {"type": "rich_text_section", "elements": [{"type": "text", "text": "."}, block]}
    assert rich([{"type": "rich_text", "elements": [block]}]).startswith(".")
