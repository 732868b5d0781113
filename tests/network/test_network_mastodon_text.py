"""A post's HTML as text, texts known again, and lengths as instances count them."""

from __future__ import annotations

import pytest
from mastodon_standin import html_of

from bot.desk.ports import Length
from bot.network.mastodon.instance import Instance, read
from bot.network.mastodon.plain import plain, skeleton, without_mentions
from bot.network.mastodon.status import addressed

FAMILY = "👨‍👩‍👧‍👦"
LONG = "https://exemple.example/une/page/assez/longue?commande=123456&l=fr"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Rien&nbsp;!<br />Désolé &amp; &lt;fâché&gt;</p><p>Léa</p>", "Rien !\nDésolé & <fâché>\n\nLéa"),
        (
            '<p><span class="h-card" translate="no"><a href="https://a.example/@acme" class="u-url mention">@<span>acme'
            '</span></a></span> <a href="https://a.example/tags/sav" class="mention hashtag">#<span>sav</span></a></p>',
            "@acme #sav",
        ),
        ('<a href="https://e.example/aide">notre aide</a>', "notre aide (https://e.example/aide)"),
        ('<a href="https://e.example/tres/longue/adresse">e.example/tres/lo…</a>', "https://e.example/tres/longue/adresse"),
        ('<a href="https://www.e.example/">e.example</a>', "e.example"),
        ("<ul><li>un</li><li>deux</li></ul>fin", "- un\n- deux\nfin"),
        ("<p>a</p><script>alert(1)</script><blockquote>b</blockquote>", "a\n\nb"),
        ('<img alt=":blob:" src="x"> 1 < 2 & 3', ":blob: 1 < 2 & 3"),
        ("<p>non fermé <b>gras", "non fermé gras"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_is_read_as_people_read_it(html, text):
    """Line breaks, names and links stay; nothing is markup any more."""
    assert plain(html) == text


def test_what_mastodon_draws_is_read_as_it_was_written():
    """Invisible parts of links included."""
    text = f"Bonjour, voir {LONG} et #sav.\nÀ bientôt ! {FAMILY}\n\nL’équipe"
    assert plain(html_of(text)) == text


@pytest.mark.parametrize(
    "drawn",
    [
        "@lea Bonjour, “votre colis” part demain : https://e.example/a",
        "@lea@autre.example Bonjour, « votre colis » part demain : https://e.example/a",
        "@lea Bonjour, *votre colis* part\n\ndemain\u202f: <https://e.example/a>",
        "BONJOUR votre colis part demain https://e.example/a 🙏",
    ],
)
def test_a_text_is_known_again_however_it_is_drawn(drawn):
    """Names in front, quotes, emphasis, spaces and line breaks are each server's own."""
    assert skeleton(drawn) == skeleton('Bonjour, "votre colis" part demain : https://e.example/a')


@pytest.mark.parametrize(("one", "other"), [("Oui.", "Non."), ("🙏", "👍"), ("12 €", "13 €"), ("Merci @lea", "Merci")])
def test_other_texts_stay_others(one, other):
    """A letter, a figure, an emoji that stands alone, a name within the text."""
    assert skeleton(one) != skeleton(other)


def test_names_in_front_are_no_text():
    """Only those in front, and no address of e-mail."""
    assert without_mentions("@lea @tom@autre.example, Merci @lea !") == "Merci @lea !"
    assert without_mentions("contact@acme.example") == "contact@acme.example"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Bonjour.", "@lea@autre.example Bonjour."),
        ("Bonjour @Lea@autre.example, merci.", "Bonjour @Lea@autre.example, merci."),
        ("Merci @lea !", "@lea@autre.example Merci @lea !"),
    ],
)
def test_the_customer_is_named_once(text, sent):
    """A reply that names nobody may notify nobody; without the server it would be somebody else's name."""
    assert addressed("@lea@autre.example", "social.example", text) == sent


def test_a_customer_of_the_same_instance_is_named_shortly():
    """As people there write it; the long form counts as named too."""
    assert addressed("@lea@social.example", "social.example", "Bonjour.") == "@lea Bonjour."
    assert addressed("@lea@social.example", "social.example", "@lea@social.example Oui") == "@lea@social.example Oui"


@pytest.mark.parametrize(
    ("text", "used"),
    [
        (LONG, 23),
        (f"Voir {LONG} et {LONG}.", 5 + 23 + 4 + 23 + 1),
        ("@lea@autre.example Oui", 8),
        (f"Désolés {FAMILY} e\u0301", 8 + 1 + 1 + 1),
    ],
)
def test_mastodon_counts_its_own_way(text, used):
    """23 a link, a name without its server, what people see as one character; 500 where nothing else is said."""
    assert Instance("social.example").measure(text) == Length(used, 500)


def test_a_content_warning_counts_too():
    """StatusLengthValidator adds it."""
    assert Instance("social.example").measure("Oui", "Livraison").used == 12


def test_some_servers_count_every_character():
    """GoToSocial and Takahē: links and names in full, code points."""
    told = {"source_url": "https://codeberg.org/superseriousbusiness/gotosocial", "version": "0.20.1"}
    rules = read(told | {"configuration": {"statuses": {"max_characters": 5000}}}, "social.example")
    assert rules.measure(f"@lea@autre.example {FAMILY}{LONG}") == Length(19 + 7 + len(LONG), 5000)


@pytest.mark.parametrize(
    ("told", "limit", "domain"),
    [
        ({"domain": "acme.example", "configuration": {"statuses": {"max_characters": 1500}}}, 1500, "acme.example"),
        ({"uri": "https://acme.example", "max_toot_chars": 5000}, 5000, "acme.example"),
        ({"uri": "acme.example"}, 500, "acme.example"),
        ({"configuration": {"statuses": {"max_characters": "viele"}}}, 500, "social.example"),
        ("<html>", 500, "social.example"),
        (None, 500, "social.example"),
    ],
)  # fmt: skip
def test_an_instance_tells_its_limit(told, limit, domain):
    """In one of three places, or not at all."""
    rules = read(told, "social.example")
    assert (rules.limit, rules.domain) == (limit, domain)


def test_an_instance_may_count_links_otherwise():
    """``characters_reserved_per_url``."""
    rules = read({"configuration": {"statuses": {"characters_reserved_per_url": 32}}}, "social.example")
    assert rules.measure(f"Voir {LONG}").used == 5 + 32
