"""A brand that writes its triggers with care gets good matches: Meridian Air, against real tweets to airlines.

The tweets are material of the workshop and not part of the repo; where they are missing, their tests are skipped. One
half, by a hash of the row's id, was read while the triggers were written; the other half is reported here.
"""

import csv
import hashlib
from pathlib import Path

import pytest

from bot.voice.house import House
from bot.voice.library import Library

BRAND = Path(__file__).parent / "airline"
TWEETS = Path(__file__).parents[3] / "shared" / "data" / "airline_sentiment_en.csv"
TOPICS = {
    "Customer Service Issue": "customer-service-issue",
    "Late Flight": "late-flight",
    "Cancelled Flight": "cancelled-flight",
    "Lost Luggage": "lost-luggage",
    "Bad Flight": "bad-flight",
    "Flight Booking Problems": "flight-booking-problems",
    "Flight Attendant Complaints": "flight-attendant-complaints",
    "longlines": "longlines",
    "Damaged Luggage": "damaged-luggage",
}
LEAST_SURE = 0.6


def reported(row: dict[str, str]) -> bool:
    """Whether the row belongs to the half that nobody read while writing."""
    return hashlib.sha256(row["row_id"].encode()).digest()[0] % 2 == 1


def complaints() -> list[tuple[str, str]]:
    """The reporting half: tweet and topic."""
    with TWEETS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["negativereason"] in TOPICS and reported(row)]
    sure = [row for row in rows if float(row["negativereason_confidence"] or 0) >= LEAST_SURE]
    return [(row["text"], TOPICS[row["negativereason"]]) for row in sure if row["airline_sentiment"] == "negative"]


def best(house: House, text: str, count: int) -> list[str]:
    """What the team is shown: the topics found, best first, and the fallback behind them."""
    found = [match.topic for match in house.rank(text, "en")]
    return list(dict.fromkeys([*found[:count], house.protocol.fallback]))[:count]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(BRAND)


@pytest.fixture(scope="module")
def house(library) -> House:
    return library.houses["main"]


@pytest.fixture(scope="module")
def half() -> list[tuple[str, str]]:
    if not TWEETS.exists():
        pytest.skip(f"the tweets are not here: {TWEETS}")
    return complaints()


def test_the_test_brand_is_sound(library, house):
    """Meridian Air is a brand like any other: no problem, a template for each topic."""
    assert library.problems == ()
    assert {template.front.topic for template in house.templates.values()} == set(TOPICS.values())


def test_its_replies_are_short(house):
    """Each fits a short message as it stands."""
    assert all(len(t.render({"brand": "Meridian Air", **house.rules.facts})) <= 280 for t in house.templates.values())


def test_the_right_topic_is_first(house, half):
    """For at least 60 % of the tweets that nobody read while writing."""
    right = sum(best(house, text, 1) == [topic] for text, topic in half)
    assert right / len(half) >= 0.60


def test_the_right_topic_is_among_the_three_best(house, half):
    """For at least 85 % of them."""
    right = sum(topic in best(house, text, 3) for text, topic in half)
    assert right / len(half) >= 0.85


def test_without_its_fallback_it_does_as_well(house, half):
    """The triggers earn it: a silent ranking counts as wrong here."""
    ranked = [([match.topic for match in house.rank(text, "en")], topic) for text, topic in half]
    assert sum(found[:1] == [topic] for found, topic in ranked) / len(half) >= 0.60
    assert sum(topic in found[:3] for found, topic in ranked) / len(half) >= 0.85


@pytest.mark.parametrize(
    ("complaint", "topic"),
    [
        ("You left my suitcase in Lisbon and nobody brings it.", "lost-luggage"),
        ("Suitcase back at last, with two wheels torn off.", "damaged-luggage"),
        ("Third delay today, we still sit at the gate.", "late-flight"),
        ("Tonight's flight was just canceled, when can we go?", "cancelled-flight"),
        ("Your hotline puts me on hold and then hangs up.", "customer-service-issue"),
        ("The purser was rude to my son.", "flight-attendant-complaints"),
        ("Seat would not recline and there was no legroom.", "bad-flight"),
        ("My card was charged twice when I booked online.", "flight-booking-problems"),
        ("Only one kiosk works, the queue goes out of the door.", "longlines"),
    ],
)
def test_plain_complaints_find_their_topic(house, complaint, topic):
    """One complaint a topic that any reader would place."""
    assert best(house, complaint, 1) == [topic]


@pytest.mark.parametrize("text", ["Good morning!", "hm", "What a lovely sunset over the sea."])
def test_other_talk_finds_nothing(house, text):
    """What speaks for no topic is left to the fallback."""
    assert house.rank(text, "en") == []
