"""One brand's voice: names, facts, severity, and what its templates promise."""

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.case import Complaint, Severity
from bot.voice.house import House, first_name, handle, pick
from bot.voice.never import read_never
from bot.voice.privacy import Kind, personal
from bot.voice.promises import kept
from bot.voice.prompt import build_prompt
from bot.voice.protocol import BrandFile, ProtocolFile
from bot.voice.template import build_template
from bot.voice.yamlfile import parse

BRAND = """\
name: Lune
languages: [fr, en]
managers: [console]
facts:
  contact: {fr: {default: par mail, x: en DM}, en: {default: by mail, x: by DM}}
  delay: {default: sous deux jours, google: sous 24 h}
"""
PROTOCOL = """\
fallback: other
topics:
  late: {}
  safety: {severity: critical}
  other: {severity: low}
promises: [jusqu'à 14 jours, "Retour gratuit !"]
"""


def house(bodies: Mapping[str, str] | None = None, brand: str = BRAND, protocol: str = PROTOCOL) -> House:
    """A house whose templates are named topic.lang."""
    rules = parse(BrandFile, brand, Path("brand.yaml"))
    templates = [
        build_template(
            f"---\ntopic: {name.split('.')[0]}\nlang: {name.split('.')[-1]}\nneeds: [first_name?]\n---\n{body}",
            Path(f"{name}.md"),
            rules.facts,
        )
        for name, body in (bodies or {"late.fr": "Bonjour"}).items()
    ]
    built = {template.name: template for template in templates}
    return House(rules.for_desk("main"), rules, parse(ProtocolFile, protocol, Path("protocol.yaml")), built)


def complaint(**known: str) -> Complaint:
    return Complaint(id="x", brand="main", text="Toujours rien", received_at=datetime.now(UTC), **known)


NAMES = [
    ("Camille Durand", "Camille"),
    ("  Zoé  ", "Zoé"),
    ("Zoe\u0301 Petit", "Zoé"),
    ("MARIE Leroy", "Marie"),
    ("JEAN-PAUL Roux", "Jean-Paul"),
    ("Marie-Noëlle V.", "Marie-Noëlle"),
    ("Ngozi\tAdeyemi", "Ngozi"),
    ("Ægir", "Ægir"),
    ("Олена Шевченко", "Олена"),
]
NOT_NAMES = [
    "",
    " ",
    "camille",
    "lea_m",
    "Lea_M",
    "xX_Dark_Xx",
    "Kev1n",
    "C. Durand",
    "M",
    "🌙moonie🌙",
    "<!everyone> Winner",
]
NOT_NAMES += [
    "{{ 7*7 }}",
    "{%if%}",
    "\x1b[31mRed",
    "Camille\u202eDurand",
    "[Camille](https://evil.example)",
    "@Camille",
]
NOT_NAMES += [
    "LE BOSS",
    "Maître Yoda",
    "Utilisateur Google",
    "Client mécontent",
    "Mme Durand",
    "Dr House",
    "The Real One",
]
NOT_NAMES += ["A" * 41, "Anonymous", "*Camille*", "Camille_", "evil.example", "李明", "\ud83dLea"]


@pytest.mark.parametrize(("full", "first"), NAMES)
def test_a_first_name_is_found(full: str, first: str) -> None:
    """As people sign; capitals are calmed."""
    assert first_name(full) == first


@pytest.mark.parametrize("full", NOT_NAMES, ids=ascii)
def test_a_pseudonym_a_title_or_a_trick_is_no_first_name(full: str) -> None:
    """Better no name than a wrong one, and nothing that draws, pings or formats."""
    assert first_name(full) == ""


@settings(deadline=None, database=None)
@given(st.text(max_size=60))
def test_a_first_name_is_letters_whatever_the_customer_calls_himself(full: str) -> None:
    """At most one hyphen or apostrophe among them."""
    found = first_name(full)
    assert all(part.isalpha() for part in found.replace("’", "-").replace("'", "-").split("-")) or found == ""


@pytest.mark.parametrize(
    "author", ["@lea_m", "u/lea-m", "/u/lea-m", "@lea@social.example", "@lea.bsky.example", "Lea M.", "lea"]
)
def test_a_handle_is_said_as_the_network_writes_it(author: str) -> None:
    """The networks have their own ways."""
    assert handle(author) == author


@pytest.mark.parametrize(
    "author",
    ["", "<!channel>", "@lea\nm", "\x1b[31m", "{{ brand }}", "[x](y)", "@a\u202eb", "a/b", "*lea*", "@" + "a" * 99],
)
def test_what_no_network_would_call_a_handle_is_none(author: str) -> None:
    """A template that needs one does not fit then."""
    assert handle(author) == ""


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("always", "always"),
        ({"fr": "oui", "en": "yes"}, "oui"),
        ({"x": "DM", "default": "mail"}, "DM"),
        ({"google": "site", "default": "mail"}, "mail"),
        ({"fr": {"x": "en DM", "default": "par mail"}}, "en DM"),
        ({"default": {"fr": "oui", "en": "yes"}, "google": {"fr": "non"}}, "oui"),
        ({"en": "yes"}, ""),
    ],
)
def test_a_fact_is_picked_by_language_then_by_network(fact: str | dict[str, str | dict[str, str]], said: str) -> None:
    """``default`` is for what is not named."""
    assert pick(fact, "fr", "x") == said


def test_a_template_hears_the_brand_the_network_the_name_and_the_facts() -> None:
    """In the language it is written in."""
    known = house().variables(complaint(network="x", author="@lea_m", author_name="Léa Morin"), "en")
    assert known == {
        "brand": "Lune", "network": "x", "first_name": "Léa", "handle": "@lea_m",
        "contact": "by DM", "delay": "sous deux jours",
    }  # fmt: skip


def test_what_a_template_promises_is_held_for_its_topic_only() -> None:
    """And what the protocol allows is held for all, as whole phrases and as the promise in them."""
    home = house({"late.fr": "Réponse sous 48 h.", "safety.fr": "Nous vous remboursons."})
    assert kept("sous 48h") in home.promises("late")
    assert kept("sous 48h") not in home.promises("safety")
    for topic in ("late", "safety", "other", "gone"):
        assert {kept("jusqu'à 14 jours"), kept("Gratuit")} <= home.promises(topic)


def test_a_promise_that_a_fact_or_a_name_completes_is_held() -> None:
    """What the template says when filled in, on every network that the facts tell apart."""
    home = house({"late.fr": "Réponse {{ delay }}.{% if first_name %} Et demain, promis.{% endif %}"})
    assert {kept("sous deux jours"), kept("sous 24 h"), kept("demain")} <= home.promises("late")


def test_severity_is_the_topics_unless_the_words_raise_it() -> None:
    """It is never lowered."""
    home = house(protocol=PROTOCOL + "raises: {high: {fr: [mon avocat]}, low: {en: [lamp]}}\n")
    assert home.severity("other", "Nul.") is Severity.LOW
    assert home.severity("other", "J’appelle MON\n avocat !") is Severity.HIGH
    assert home.severity("other", "mon avocate") is Severity.LOW
    assert home.severity("safety", "The lamp burnt, mon avocat vous écrit") is Severity.CRITICAL


def test_a_topic_that_the_protocol_no_longer_holds_is_the_fallback() -> None:
    """Cases live longer than rules."""
    home = house()
    assert home.topic("gone") is home.topic("other")


def test_templates_made_for_certain_networks_come_first() -> None:
    """They know better; a topic without any has an empty list."""
    rules = house().rules
    general = build_template("---\ntopic: late\nlang: fr\n---\na", Path("late.fr.md"), ())
    special = build_template("---\ntopic: late\nlang: fr\nnetworks: [x]\n---\nb", Path("late-x.fr.md"), ())
    home = House(rules.for_desk("main"), rules, house().protocol, {"late.fr": general, "late-x.fr": special})
    assert home.templates_for("late", "fr") == [special, general]
    assert home.templates_for("late", "de") == []


def test_a_house_never_changes() -> None:
    """Whoever holds one may rely on it."""
    with pytest.raises(FrozenInstanceError):
        house().voice = "louder"  # type: ignore[misc]


def test_what_a_model_is_told_is_a_secret() -> None:
    """The voice, each phrase never said, the prompt; nothing where there is nothing."""
    prompt = build_prompt("You write.\n{# THE CASE #}\n{{ complaint }}\n", Path("draft.md.j2"))
    told = replace(house(), voice="Warm.", never=read_never("- calm down — why\n- rest assured"), prompt=prompt)
    assert told.secrets() == ("Warm.", "calm down", "rest assured", prompt.source)
    assert house().secrets() == ()


OWN = """\
links: [lune.example]
mentions: ["@lune"]
contacts: [04 72 00 00 12]
numbers: ["LT-[0-9]{6}"]
"""


def test_what_is_the_brands_own_is_nobodys_personal_data() -> None:
    """Its sites, accounts and numbers, in its facts too; the customer's order number is personal by its pattern."""
    brand = BRAND + "  hotline: {fr: au 01 45 67 89 01, en: at help@lune-care.example}\n" + OWN
    rules = house(brand=brand).privacy
    ours = "@lune, contact@lune.example, 04.72.00.00.12, 01 45 67 89 01, help@lune-care.example"
    assert personal(ours, rules) == []
    found = personal("LT-123456, lea@mail.example, @lea_m, 06 12 34 56 78", rules)
    assert [one.kind for one in found] == [Kind.ORDER, Kind.EMAIL, Kind.HANDLE, Kind.PHONE]
