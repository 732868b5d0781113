"""Personal data on what leaves the desk as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.desk.case import Complaint
from bot.report.veil import Clear, Veil, cut
from bot.voice.house import House
from bot.voice.library import Library
from tests.report.past_cases import START


@pytest.fixture
def house(prompts: Path) -> House:
    return Library.load(prompts).house("main")


def veil(house: House, author_name: str = "Camille Durand", author: str = "@camille75") -> Veil:
    told = {"author_name": author_name, "author": author}
    return Veil(house, Complaint(id="x:1", brand="main", text="", received_at=START, **told))


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Écrivez à camille.durand@example.com", "Écrivez à [EMAIL_1]"),
        ("Bonjour Camille, désolés.", "Bonjour [NAME], désolés."),
        ("CAMILLE DURAND attend", "[NAME] attend"),
        ("Mme Durand attend", "Mme [NAME] attend"),
        ("signé camille75", "signé [NAME]"),
        ("la camillerie", "la camillerie"),
    ],
)
def test_data_and_the_customer_s_name_are_hidden(house: House, text: str, hidden: str) -> None:
    """The voice's masks know no names; the case knows this one."""
    assert veil(house).hide(text) == hidden


@pytest.mark.parametrize("name", ["La Poste", "client mécontent", "", "🌙", "  "])
def test_what_is_no_name_hides_no_words(house: House, name: str) -> None:
    """A pseudonym made of everyday words must not eat the text."""
    said = "Bonjour, la poste de la rue : le client attend."
    assert veil(house, name, "").hide(said).replace("[NAME]", "la poste") == said


def test_the_same_datum_is_the_same_placeholder(house: House) -> None:
    """A reader sees that the reply repeats what the customer wrote."""
    one = veil(house)
    assert one.hide("a@example.com et b@example.com") == "[EMAIL_1] et [EMAIL_2]"
    assert one.hide("Nous écrivons à b@example.com.") == "Nous écrivons à [EMAIL_2]."


def test_no_datum_is_cut_in_two(house: House) -> None:
    """The first half of an address would be enough to find somebody."""
    text = "x " * 45 + "camille.durand@example.com " + "y " * 500
    shown, more = cut(text, 100, veil(house))
    assert "camille" not in shown
    assert more == len(text) - 100


def test_many_data_before_the_cut_do_not_bring_its_edge_into_view(house: House) -> None:
    """Placeholders are shorter than what they hide: what stands at the edge stays out of sight."""
    text = "long.address.of.somebody@very.long.example.com " * 20
    shown, _ = cut(text, 300, veil(house))
    assert set(shown.split()) == {"[EMAIL_1]"}


def test_case_ids_stay_readable(house: House) -> None:
    """Whoever reads the page looks the case up by it."""
    assert veil(house).name("slack:T1:C042:1718000000.0001") == "slack:T1:C042:1718000000.0001"
    assert "camille" not in veil(house).name("mail:camille.durand@example.com")


def test_clear_hides_nothing(house: House) -> None:
    """For a page that stays within the team."""
    clear = Clear(house, Complaint(id="x:1", brand="main", text="", received_at=START, author_name="Camille Durand"))
    assert clear.hide("Camille : a@example.com") == "Camille : a@example.com"
