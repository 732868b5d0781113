import pytest

from bot.desk.brand import Person, Scoped
from bot.desk.case import Severity, Status
from tests.fakes import ALEX, CAMILLE, NOOR, brand_with, case_in

RULE = Scoped("default", {"legal": "by topic", "critical": "by severity"})


@pytest.mark.parametrize(
    ("topic", "severity", "rule"),
    [
        ("legal", Severity.NORMAL, "by topic"),
        ("legal", Severity.CRITICAL, "by topic"),
        ("late", Severity.CRITICAL, "by severity"),
        ("late", Severity.HIGH, "default"),
        ("", Severity.NORMAL, "default"),
    ],
)
def test_a_topic_goes_before_a_severity(topic, severity, rule):
    """The most particular rule holds; the default where none does."""
    assert RULE.of(case_in(Status.AWAITING, topic=topic, severity=severity)) == rule


def test_a_rule_may_say_no_to_one_topic():
    """A false or empty exception is an exception, not a missing one."""
    rule = Scoped(True, {"legal": False, "critical": True})
    assert rule.of(case_in(Status.AWAITING, topic="legal", severity=Severity.CRITICAL)) is False


@pytest.mark.parametrize(("person", "manages"), [(CAMILLE, True), (NOOR, True), (ALEX, False)])
def test_managers_are_people_or_groups(person, manages):
    """By their own id, or through a group they are in."""
    assert brand_with().manages(person, case_in(Status.AWAITING)) is manages


def test_a_name_is_no_id():
    """Who calls themselves like a manager is none."""
    impostor = Person("slack:U666", CAMILLE.id, frozenset({CAMILLE.name}))
    assert not brand_with().manages(impostor, case_in(Status.AWAITING))


def test_a_topic_may_have_its_own_managers():
    """Then the usual ones do not decide it."""
    brand = brand_with(managers=Scoped(frozenset({CAMILLE.id}), {"legal": frozenset({ALEX.id})}))
    legal = case_in(Status.AWAITING, topic="legal")
    assert (brand.manages(ALEX, legal), brand.manages(CAMILLE, legal)) == (True, False)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Camille Durand", "CD"),
        ("camille", "C"),
        ("Jean-Pierre Durand", "JPD"),
        ("Marie-Hélène de la Tour", "MHD"),
        ("Élodie", "É"),
        ("🦊 Camille", "C"),
        ("🦊", ""),
        ("", ""),
        ("  Camille   Durand ", "CD"),
        ("Camille - Durand", "CD"),
        ("(Camille) Durand", "D"),
    ],
)
def test_initials(name, initials):
    """At most three capitals, of words that begin with a letter or a digit."""
    assert Person("console", name).initials == initials


@pytest.mark.parametrize(
    ("signature", "signed"),
    [
        ("^{initials}", "Bonjour. ^CD"),
        ("{name}, chez Lune", "Bonjour. Camille Durand, chez Lune"),
        ("L'équipe Lune", "Bonjour. L'équipe Lune"),
        ("", "Bonjour."),
        ("   ", "Bonjour."),
    ],
)
def test_a_reply_is_signed(signature, signed):
    """With the brand's signature and the approver's name; as it is where the brand has none."""
    assert brand_with(signature=signature).sign("Bonjour.", CAMILLE) == signed


def test_a_reply_is_signed_once():
    """Neither a second time, nor below a signature that the author wrote."""
    brand = brand_with(signature="^{initials}")
    once = brand.sign("Bonjour.\n", CAMILLE)
    assert brand.sign(once, CAMILLE) == once
    assert brand.sign("Bonjour ! ^CD  ", CAMILLE) == "Bonjour ! ^CD  "


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_is_not_signed(text):
    """A signature alone is no reply, and must not get past the check for empty texts."""
    assert brand_with(signature="^{initials}").sign(text, CAMILLE) == text


@pytest.mark.parametrize("signature", ["^{initials}", "— {name}"])
def test_a_nameless_person_signs_nothing(signature):
    """A customer must not read a lone caret."""
    assert brand_with(signature=signature).sign("Bonjour.", Person("slack:U5", "")) == "Bonjour."


def test_a_name_is_not_filled_in_again():
    """Braces in somebody's name stay braces."""
    signed = brand_with(signature="{name}").sign("Bonjour.", Person("slack:U5", "{initials}"))
    assert signed == "Bonjour. {initials}"
