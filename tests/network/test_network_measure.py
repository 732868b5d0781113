import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.ports import Length
from bot.network.measure import measure

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("Bonjour", 7),
        ("Désolés, l’équipe — “CD”", 24),
        ("e\u0301", 1),
        ("5 € …", 7),
        ("日本", 4),
        ("😀", 2),
        (FAMILY, 2),
        ("🙏🏽 ❤️", 5),
        ("🇫🇷🇧🇪", 4),
        ("1️⃣", 2),
        ("© ®", 3),
        ("©️", 2),
    ],
)
def test_x_weighs_characters(text, weight):
    """Latin weighs 1, the rest 2; an emoji weighs 2 however it is put together."""
    assert measure("x", text) == Length(weight, 280)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("https://exemple.example/une/page/assez/longue?a=b", 23),
        ("Voir https://a.example.", 5 + 23 + 1),
        ("(https://exemple.example/a_(b))", 23 + 2),
        ("exemple.com, www.exemple.fr", 23 + 2 + 23),
        ("exemple.fr/aide", 23),
        ("exemple.fr", 10),
        ("lea@exemple.com", 15),
        ("Fini.Merci etc...", 17),
        ("日本exemple.com", 4 + 23),
    ],
)
def test_x_counts_each_link_as_23(text, weight):
    """With its scheme or without, as X itself finds links; an address or a missing space is none."""
    assert measure("x", text).used == weight


def test_bluesky_counts_graphemes_while_they_are_nearer():
    """A family is one grapheme; so is a line break of two characters, and a letter with its accent apart."""
    assert measure("bluesky", "Désolés\r\ne\u0301") == Length(9, 300, "graphemes")
    assert not measure("bluesky", "a" * 301).fits


def test_bluesky_counts_bytes_once_they_are_nearer():
    """121 families are few graphemes and too many bytes."""
    length = measure("bluesky", FAMILY * 121)
    assert length == Length(121 * 25, 3_000, "bytes")
    assert not length.fits


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("https://exemple.example/une/page/assez/longue", 23),
        ("exemple.com", 11),
        ("@lea@social.example bonjour", 12),
        ("@lea.m-x@un.deux.example, @camille", 8 + 2 + 8),
        ("lea@social.example", 18),
        (FAMILY, 1),
    ],
)
def test_mastodon_counts_links_and_mentions_its_own_way(text, used):
    """A link with its scheme is 23, a mention only its name, a family one character."""
    assert measure("mastodon", text) == Length(used, 500)


def test_google_counts_bytes():
    """An accent costs two; half a character, which cannot be sent, is counted all the same."""
    assert measure("google", "désolés") == Length(9, 4_096, "bytes")
    assert measure("google", "\ud800").used == 3


@pytest.mark.parametrize(
    ("network", "limit"),
    [
        ("discord", 2_000),
        ("slack", 4_000),
        ("play", 350),
        ("appstore", 5_970),
        ("facebook", 8_000),
        ("instagram", 2_200),
        ("reddit", 10_000),
        ("tiktok", 150),
        ("youtube", 10_000),
        ("linkedin", 1_250),
    ],
)
def test_a_plain_limit_is_a_number_of_characters(network, limit):
    """The last character fits, the next one does not."""
    assert measure(network, "é" * limit) == Length(limit, limit)
    assert not measure(network, "é" * (limit + 1)).fits


@pytest.mark.parametrize("network", ["web", "trustpilot", "a network nobody knows"])
def test_elsewhere_everything_fits(network):
    """Where no limit is known, the length is told and nothing is refused."""
    assert measure(network, "a" * 100_000) == Length(100_000, None)


CHARACTERS = st.sampled_from("a é\r\n\u0301\u200d\ufe0f🏽😀👩©❤🇫🇷1\u20e3日한ᄒ\u0600…’\u0e33\u0903.")


@given(st.text(CHARACTERS))
def test_the_quick_count_of_graphemes_is_the_slow_one(text):
    """Counting only where characters may join gives what counting every cluster gives."""
    assert measure("bluesky", text).used in {len(regex.findall(r"\X", text)), len(text.encode())}
    assert measure("mastodon", text).used == len(regex.findall(r"\X", text))


@given(st.text())
def test_x_weighs_between_half_and_all_of_the_heaviest(text):
    """Without links and emoji sequences every code point weighs 1 or 2."""
    text = unicodedata.normalize("NFC", regex.sub(r"\p{Emoji}|\u200d|\ufe0f|\.", "", text))
    assert len(text) <= measure("x", text).used <= 2 * len(text)


@given(st.sampled_from(["x", "bluesky", "mastodon", "google", "slack", "web"]), st.text(st.characters()))
def test_measuring_never_raises(network, text):
    """Any text has a length on any network, lone surrogates included."""
    assert measure(network, text).used >= 0
