"""What may not leave the house: found, quoted, and at the level the protocol says."""

import gc
import time
import weakref
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.case import Case, Complaint, Finding, Level
from bot.desk.ports import Length
from bot.voice.checks import MOST, check
from bot.voice.house import House
from bot.voice.never import read_never
from bot.voice.protocol import BrandFile, ProtocolFile
from bot.voice.template import build_template
from bot.voice.yamlfile import parse

BRAND = """\
name: Lune & Tilleul
languages: [fr, en]
managers: [console]
signature: "^{initials} de {name}"
links: [lune-tilleul.example, https://Shop.example/Help/, "play.example/app?id=our", sav@partner.example]
mentions: ["@LuneTilleul"]
"""
PROTOCOL = "fallback: other\ntopics: {late: {}, other: {}}\n"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FITS = Length(10, 280)


def house(protocol: str = PROTOCOL) -> House:
    rules = parse(BrandFile, BRAND, Path("brand.yaml"))
    template = build_template("---\ntopic: late\nlang: fr\n---\nRéponse sous 48 h.", Path("late.fr.md"), [])
    never = read_never("- bon courage — moqueur\n- n’hésitez pas\n- cœur")
    return House(
        rules.for_desk("main"), rules, parse(ProtocolFile, protocol, Path("p.yaml")), {"late.fr": template}, never
    )


HOUSE = house()


def case(author: str = "@lea_m", lang: str = "fr", topic: str = "late") -> Case:
    complaint = Complaint(id="x", brand="main", text="Toujours rien", received_at=NOW, author=author)
    return Case(complaint=complaint, updated_at=NOW, lang=lang, topic=topic)


def found(text: str, **of: str) -> list[tuple[str, str]]:
    return [(finding.check, finding.quote) for finding in check(HOUSE, case(**of), text, FITS)]


def quotes(name: str, text: str, **of: str) -> list[str]:
    return [quote for check_name, quote in found(text, **of) if check_name == name]


def test_a_good_reply_has_nothing_against_it() -> None:
    """Two of them, one in each language, with all that a reply may hold."""
    french = (
        "Bonjour @lea_m, ce retard n’est pas normal. Écrivez-nous sur lune-tilleul.example/contact : réponse sous 48h !"
    )
    english = (
        "Hello Léa, this delay isn't right. Please write to sav@lune-tilleul.example, and we look into it. Thank you!"
    )
    assert found(french) == []
    assert found(english, lang="en") == []


PLACEHOLDERS = [
    "{{ first_name }}",
    "{% if x %}",
    "{# note #}",
    "{name}",
    "{prénom du client}",
    "[PRÉNOM]",
    "[votre nom]",
]
PLACEHOLDERS += [
    "[insert name]",
    "<name>",
    "<Nom du client>",
    "<n° de commande>",
    "%PRENOM%",
    "XX",
    "XXX",
    "xxx",
    "XXXX",
]
PLACEHOLDERS += ["___", "TODO", "TBD", "Lorem ipsum"]


@pytest.mark.parametrize("hole", PLACEHOLDERS)
def test_an_unfilled_placeholder_is_found(hole: str) -> None:
    """Whatever brackets people and models use."""
    assert quotes("placeholder", f"Bonjour {hole}, merci.") == [hole]


@pytest.mark.parametrize("half", ["Bonjour {{ first_name", "Bonjour }} merci", "Bonjour {% merci", "Bonjour %} merci"])
def test_half_a_placeholder_is_found(half: str) -> None:
    """A brace lost in an edit."""
    assert quotes("placeholder", half)


FILLED = [
    "[1/2]",
    "(2/2)",
    "<3",
    "a < b > c",
    "<lea@lune-tilleul.example>",
    "<https://lune-tilleul.example>",
    "[sic]",
    "[FR]",
]
FILLED += [
    "taille XXL",
    "XXe siècle",
    "merci xx",
    "100 %",
    "50 % + 20 %",
    ":-{",
    "[+33]",
    "[…]",
    "@lea___m",
    "👍🏽",
    "^CD",
    "a_b_c",
]
FILLED += ["[notre page](https://lune-tilleul.example)", "<:coeur:123>", "<t:1700000000>", "Todo bien"]


@pytest.mark.parametrize("text", FILLED)
def test_what_only_looks_like_a_placeholder_is_left_alone(text: str) -> None:
    """Threads, hearts, sizes, addresses, kisses."""
    assert quotes("placeholder", f"Bonjour {text} merci.", author="@lea___m") == []


@pytest.mark.parametrize(
    "said", ["Bon  Courage", "BON\nCOURAGE", "bon cou\u200brage", "bon\u00a0courage", "de tout cœur", "N'HESITEZ PAS"]
)
def test_what_the_brand_never_says_is_found_and_quoted_as_said(said: str) -> None:
    """The quote is the text's own words, so that they can be found in it; the reason is told."""
    [finding] = [f for f in check(HOUSE, case(), f"Bonjour, {said}.", FITS) if f.check == "never"]
    assert finding.quote in (" ".join(said.replace("\u200b", "").split()), "cœur")
    assert "moqueur" in str(finding.remark) or "courage" not in said.lower()


GOOD_LINKS = [
    "https://lune-tilleul.example/x?y=z#a",
    "lune-tilleul.example",
    "www.lune-tilleul.example.",
    "LUNE-TILLEUL.EXAMPLE",
]
GOOD_LINKS += ["aide.lune-tilleul.example/a", "(lune-tilleul.example/a)", "<https://lune-tilleul.example|la page>"]
GOOD_LINKS += [
    "shop.example/help",
    "https://www.shop.example/help/a?b",
    "shop.example/help#a",
    "play.example/app?id=our",
]
GOOD_LINKS += ["https://play.example/app?id=our&hl=fr", "sav@partner.example", "contact@lune-tilleul.example"]
GOOD_LINKS += [
    "mailto:contact@lune-tilleul.example",
    "https://lune-tilleul.example:443/",
    "[ici](https://lune-tilleul.example)",
]


@pytest.mark.parametrize("link", GOOD_LINKS)
def test_a_link_on_the_brands_list_is_fine(link: str) -> None:
    """A site with all below it, a page with all below it, an address; whatever the punctuation around."""
    assert quotes("link", f"Voir {link}, merci.") == []


BAD_LINKS = """\
https://evil.com/a
http://evil.com
evil.com
EVIL.COM
Evil.com/a
bit.ly/x
bit.ly
youtu.be/x
https://lune-tilleul.example.evil.com
lune-tilleul.example.evil.com
evil.com/lune-tilleul.example
evil.com/?u=lune-tilleul.example
evil.com#.lune-tilleul.example
https://evil.com?.lune-tilleul.example
https://lune-tilleul.example@evil.com
https://evil.com\\@lune-tilleul.example
https://evil.com\\.lune-tilleul.example
https://evil.com;.lune-tilleul.example
https://lune-tilleul.example:8080/
ftp://lune-tilleul.example
javascript://lune-tilleul.example
hxxps://evil.com
http://1.2.3.4/a
xlune-tilleul.example
lune-tïlleul.example
https://lune-tіlleul.example
ｅｖｉｌ.com
shop.example
shop.example/helpers
shop.example/help/../admin
shop.example/help/%2e%2e/admin
play.example/app?id=evil
play.example/app?id=ours
jean@evil.com
sav@partner.example.evil.com
other@partner.example""".splitlines()


@pytest.mark.parametrize("link", BAD_LINKS)
def test_any_other_link_is_found(link: str) -> None:
    """Look-alikes, user names before an @, other sites behind a path, other letters, bare sites and addresses."""
    assert quotes("link", f"Voir {link} merci.")


def test_a_foreign_link_is_found_behind_dots_and_brackets_and_among_good_ones() -> None:
    """Each is quoted without the punctuation behind it."""
    text = "Voir...evil.com, <https://a.evil.com/x|lune-tilleul.example>, lune-tilleul.example et (b.evil.com/y)."
    assert quotes("link", text) == ["evil.com", "https://a.evil.com/x", "b.evil.com/y"]


NO_LINKS = [
    "etc. M.Dupont",
    "M.Dupont/Mme",
    "fin.Merci",
    "fin.De quoi",
    "S.A.V.",
    "p.ex.",
    "10.50 €",
    "v1.2.3",
    "14.30h",
    "a.m./p.m.",
    "Node.js",
]
NO_LINKS += ["facture.pdf", "reçu...Je", "et/ou", "24/7", "c.-à-d.", "@lea.example"]


@pytest.mark.parametrize("text", NO_LINKS)
def test_a_dot_does_not_make_a_link(text: str) -> None:
    """Abbreviations, a forgotten blank, numbers and files are none on any network."""
    assert quotes("link", f"Bonjour {text} merci", author="@lea.example") == []


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("@lea_m merci", "@lea_m"),
        ("@LEA_M: merci", "lea_m"),
        ("(@lunetilleul)", ""),
        ("@lea@social.example", "@lea@social.example"),
        ("merci u/lea-m !", "u/lea-m"),
        ("jean@lune-tilleul.example", ""),
        ("à 15h @ Paris", ""),
        ("https://lune-tilleul.example/@jean", ""),
    ],
)
def test_the_customers_handle_and_the_brands_list_may_be_named(text: str, author: str) -> None:
    """In any case; an address and a link hold no mention."""
    assert quotes("mention", text, author=author) == []


MENTIONS = [
    "@jean",
    ".@jean",
    "(@jean)",
    "@lea_mm",
    "@lea.m",
    "@lea_m@evil.example",
    "@lunetilleul_fr",
    "u/jean",
    "/u/jean",
    "＠jean",
]
PINGS = [
    "@everyone",
    "@Here",
    "@channel",
    "x@everyone",
    "<!channel>",
    "<!here|here>",
    "<@U1>",
    "<@!123>",
    "<@&123>",
    "<#C1|a b>",
]
PINGS += ["<!subteam^S1|@the team>", "@\u200beveryone", "@every\u00adone"]


@pytest.mark.parametrize("mention", MENTIONS)
def test_nobody_else_is_named(mention: str) -> None:
    """Not even somebody whose handle only begins like an allowed one."""
    assert quotes("mention", f"Merci {mention} !")


@pytest.mark.parametrize("ping", PINGS, ids=ascii)
def test_a_ping_is_found_even_as_the_customers_handle(ping: str) -> None:
    """What rings everybody's phone is never anybody's name."""
    assert quotes("mention", f"Merci {ping} !", author=ping)


def test_a_promise_that_the_topics_templates_make_is_fine() -> None:
    """Another topic's is not, nor a shorter delay."""
    assert quotes("promise", "Réponse sous 48h.") == []
    assert quotes("promise", "Réponse sous 24h.") == ["sous 24h"]
    assert quotes("promise", "Réponse sous 48h.", topic="other") == ["sous 48h"]


def test_a_reply_in_the_other_language_is_told() -> None:
    """In both names, so that the card can say them; without a known language there is nothing to compare."""
    text = "Hello, we are sorry about this and will look into it with you."
    [finding] = check(HOUSE, case(lang="fr"), text, FITS)
    assert (finding.check, finding.remark.facts["found"], finding.remark.facts["expected"]) == ("language", "en", "fr")
    assert found(text, lang="") == found(text, lang="en") == []


SHOUTS = [
    "MERCI BEAUCOUP POUR VOTRE PATIENCE",
    "NOUS SOMMES VRAIMENT DESOLES",
    "Bonjour, CE N'EST PAS NOTRE FAUTE DU TOUT, voyez avec le livreur.",
]
CALM = [
    "SAV IBAN BIC RIB DM",
    "Notre SAV vous répond en DM, avec votre IBAN et le RIB.",
    "OK",
    "Bonjour Madame MARTIN DURAND, merci.",
    "Il est TRÈS tard.",
]


@pytest.mark.parametrize("text", SHOUTS)
def test_shouting_is_found(text: str) -> None:
    """The whole text, or some words in a row."""
    [quote] = quotes("capitals", text)
    assert quote in text


@pytest.mark.parametrize("text", CALM)
def test_abbreviations_and_names_are_not_shouted(text: str) -> None:
    """Nor is one stressed word."""
    assert quotes("capitals", text) == []


BLANKS = ["", " \n\t", "\u200b\u2060", "\u2800\u3164", "\u00a0", "\ufe0f", "^CD de Camille Durand", " ^ de  ", "\u202e"]


@pytest.mark.parametrize("text", BLANKS, ids=ascii)
def test_a_text_that_shows_nothing_is_empty(text: str) -> None:
    """Blank, invisible, or the signature alone: that is all that is said about it, and it blocks."""
    [finding] = check(HOUSE, case(), text, Length(999, 10))
    assert (finding.check, finding.level) == ("empty", Level.BLOCK)


def test_a_thumb_is_not_empty() -> None:
    """A sign shows something, and so does a word before the signature."""
    assert found("👍") == []
    assert found("Merci ^CD de Camille") == []


def test_too_long_always_blocks_and_says_by_how_much() -> None:
    """Blocks come first."""
    findings = check(HOUSE, case(), "Réponse sous 2 h.", Length(300, 280, "graphemes"))
    assert [(finding.check, finding.level) for finding in findings] == [
        ("length", Level.BLOCK),
        ("promise", Level.WARN),
    ]
    assert str(findings[0].remark) == "Too long: 300 of 280 graphemes, signature included."


def test_the_protocol_says_what_blocks() -> None:
    """The same text, another rule; the sentence quotes the words."""
    strict = house(PROTOCOL + "checks: {promise: block, never: warn}\n")
    findings = check(strict, case(), "Bon courage, réponse demain.", FITS)
    assert [(finding.check, finding.level) for finding in findings] == [("promise", Level.BLOCK), ("never", Level.WARN)]
    assert [str(finding.remark) for finding in findings] == [
        "A promise that no template makes: “demain”.",
        "The brand never says “Bon courage”. moqueur",
    ]


def test_the_same_words_are_told_once_and_a_flood_is_cut() -> None:
    """Five findings of one kind are enough to see what is wrong."""
    assert quotes("placeholder", "[NOM] et [NOM]") == ["[NOM]"]
    assert len(quotes("link", " ".join(f"a{i}.evil.com" for i in range(99)))) == MOST


def test_a_checked_text_is_remembered_without_the_customer_and_forgotten_with_the_house() -> None:
    """Another customer's handle is another mention; a house that has been replaced does not stay in memory."""
    old = house()
    assert check(old, case("@lea_m"), "Merci @lea_m", FITS) == ()
    assert [finding.check for finding in check(old, case("@jean"), "Merci @lea_m", FITS)] == ["mention"]
    gone = weakref.ref(old)
    del old
    gc.collect()
    assert gone() is None


@settings(deadline=None, database=None)
@given(st.text(max_size=200), st.text(max_size=20), st.sampled_from(["", "fr", "en", "es"]))
def test_no_text_makes_a_check_raise(text: str, author: str, lang: str) -> None:
    """Findings all, with a sentence each."""
    for finding in check(HOUSE, case(author, lang), text, FITS):
        assert isinstance(finding, Finding)
        assert str(finding.remark)


HEAVY = [
    "a@",
    "[",
    "[a",
    "1 ",
    "<",
    "<a",
    "{{",
    "{",
    "…",
    "a.",
    "a-",
    "@a ",
    "@",
    "u/",
    "www.",
    "://",
    "https://a",
    "evil.com ",
]
HEAVY += [
    "A ",
    "AAAA ",
    "%aa",
    "_",
    "x",
    " ",
    "\u200b",
    "é",
    "€",
    "12 mars ",
    "<!",
    "bon ",
    "n'",
    "e\u0301",
    "\ud83d",
    "ｅ",
    "a@a.",
]


@pytest.mark.parametrize("unit", HEAVY, ids=ascii)
def test_no_text_takes_long(unit: str) -> None:
    """Two hundred thousand characters of the worst."""
    text = (unit * 200_000)[:200_000]
    check(HOUSE, case(), "warm", FITS)
    started = time.process_time()
    check(HOUSE, case(), text, FITS)
    assert time.process_time() - started < 0.5
