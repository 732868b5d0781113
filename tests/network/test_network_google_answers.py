"""What is sent to Google, what it says no to, and that nobody's answer is overwritten without a word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from contract import MINUTE, Fault, approved, now
from google_standin import PLACE
from test_network_google import GoogleWorld, a_world, spec

from bot.desk.ports import Absent, NotSent, Posted, Refused, Unclear
from bot.errors import SettingsError
from bot.network.account import Unread
from bot.network.google import build
from bot.network.google.review import original


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


async def published(world: GoogleWorld, text: str = "Bonjour."):
    return await world.account.publish(await world.complains("Toujours rien !"), approved(text))


async def test_an_answer_is_sent_as_the_api_wants_it(world):
    """Method, path, headers and body."""
    await published(world)
    (call,) = world.server.posts()
    assert (call.method, call.path) == ("PUT", f"/v4/{PLACE}/reviews/AbFvOqk00001/reply")
    assert call.headers["Authorization"].startswith("Bearer ya29.")
    assert call.sent == {"comment": "Bonjour."}


async def test_a_token_that_has_ended_is_replaced(world):
    """One 401, another token, and the answer stands there."""
    assert isinstance(await published(world), Posted)
    world.server.tokens.clear()
    assert isinstance(await published(world), Posted)
    assert world.account.problem is None


async def test_an_older_answer_is_shown_and_then_replaced(world):
    """There when the yes was given: the manager knew, and ours takes its place."""
    said = await world.complains("Toujours rien !")
    await world.by_hand(said, "On regarde.")
    (given,) = (await world.account.resolve(said.link)).ours
    assert given.text == "On regarde."
    assert isinstance(await world.account.publish(said, approved("Trouvé !", at=now() + MINUTE)), Posted)
    assert await world.thread(said) == ["Trouvé !"]


async def test_a_newer_answer_is_never_overwritten(world):
    """Not even after a cut, when it is tried again: the colleague's answer stays."""
    said, reply = await world.complains("Toujours rien !"), approved("Trouvé !", at=now() - MINUTE)
    await world.fault(Fault.CUT_BEFORE)
    assert isinstance(await world.account.publish(said, reply), Unclear)
    await world.by_hand(said, "On regarde.")
    assert await world.account.find(said, reply) == Absent()
    outcome = await world.account.publish(said, reply)
    assert isinstance(outcome, Refused)
    assert "On regarde." in str(outcome.reason)
    assert await world.thread(said) == ["On regarde."]


async def test_only_our_own_answer_is_deleted(world):
    """Another one that stands in its place by now stays."""
    said, reply = await world.complains("Toujours rien !"), approved("Trouvé !")
    assert isinstance(await world.account.publish(said, reply), Posted)
    await world.by_hand(said, "Mieux dit.")
    assert isinstance(await world.account.delete(said, reply), Posted)
    assert await world.thread(said) == ["Mieux dit."]


INFO = "type.googleapis.com/google.rpc.ErrorInfo"
NO_QUOTA = [{"@type": INFO, "reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit_value": "0"}}]
SCOPE = [{"@type": INFO, "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]
OFF = [{"@type": INFO, "reason": "SERVICE_DISABLED"}]


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        ((400, "INVALID_ARGUMENT", "Reply must be at most 4096 bytes.", []), Refused, "too long"),
        ((400, "INVALID_ARGUMENT", "Only on Tuesdays.", []), Refused, "Only on Tuesdays."),
        ((400, "FAILED_PRECONDITION", "Location is not verified.", []), Refused, "verified"),
        ((403, "PERMISSION_DENIED", "The caller does not have permission", []), NotSent, "manager"),
        ((403, "PERMISSION_DENIED", "insufficient scopes", SCOPE), NotSent, "business.manage"),
        ((403, "PERMISSION_DENIED", "has not been used in project", OFF), NotSent, "switched on"),
        ((429, "RESOURCE_EXHAUSTED", "Quota exceeded", NO_QUOTA), NotSent, "ask Google for access"),
        ((429, "RESOURCE_EXHAUSTED", "Quota exceeded", []), NotSent, "asks us to wait"),
        ((401, "UNAUTHENTICATED", "Invalid credentials", []), NotSent, "connect the account again"),
        ((404, "NOT_FOUND", "Requested entity was not found.", []), Refused, "not there any more"),
        ((503, "UNAVAILABLE", "The service is unavailable.", []), Unclear, "broke"),
        ((504, "DEADLINE_EXCEEDED", "Deadline expired.", []), Unclear, "broke"),
    ],
)
async def test_every_error_is_told_in_words(world, told, kind, words):
    """Refused for good, waiting for a person, or nobody knows."""
    world.server.broken_rules.extend([told, told])
    outcome = await published(world)
    assert isinstance(outcome, kind), outcome
    assert words in str(outcome.reason)


@pytest.mark.parametrize("code", ["invalid_grant", "invalid_client", "unauthorized_client"])
async def test_a_refresh_token_that_has_ended_stops_the_account(world, code):
    """In words, with Google's code."""
    world.server.revoked, world.server.dead = True, code
    assert isinstance(await published(world), NotSent)
    assert code in str(world.account.problem)


async def test_an_answer_that_moderation_hides_is_told(world):
    """Google keeps it and shows it to nobody: refused in words, also when it is looked for."""
    world.server.state, world.server.violation = "REJECTED", "OFF_TOPIC"
    said, reply = await world.complains("Toujours rien !"), approved()
    for _ in range(2):
        outcome = await world.account.publish(said, reply)
        assert isinstance(outcome, Refused)
        assert "OFF_TOPIC" in str(outcome.reason)
    assert await world.account.find(said, reply) == Absent()


async def test_an_answer_under_review_counts_as_posted(world):
    """Google looks at it first."""
    world.server.state = "PENDING"
    assert isinstance(await published(world), Posted)


SHARED = "https://maps.app.goo.gl/AbCdEf123456"


async def test_a_shared_link_is_answered_by_the_very_words(world):
    """The link hides the review: one of the latest with the same words and author is meant."""
    said = replace(await world.complains("Toujours rien !"), link=SHARED)
    with pytest.raises(Unread, match="which review"):
        await world.account.resolve(SHARED)
    assert await world.account.check(said) is None
    assert isinstance(await world.account.publish(said, approved()), Posted)
    assert [each.reply is not None for each in world.server.reviews.values()] == [True]


@pytest.mark.parametrize("changed", [{"text": "Toujours rien"}, {"author_name": "Noor"}, {"text": ""}])
async def test_similar_words_are_not_enough(world, changed):
    """Nor are those of somebody else."""
    said = replace(await world.complains("Toujours rien !"), link=SHARED, **changed)
    assert isinstance(await world.account.publish(said, approved()), Refused)
    assert isinstance(await world.account.find(said, approved()), Unclear)


async def test_two_reviews_alike_are_one_too_many(world):
    """Nobody knows which is meant."""
    said = replace(await world.complains("Toujours rien !"), link=SHARED)
    await world.complains("Toujours rien !")
    assert isinstance(await world.account.publish(said, approved()), Refused)


async def test_another_places_review_is_told_as_such(world):
    """Not as gone."""
    with pytest.raises(Unread, match="another place"):
        await world.account.resolve("https://business.google.com/locations/99/reviews/AbFvOqk00001")


async def test_stars_alone_are_a_review(world):
    """They are its words; beside words they stand apart."""
    review = world.server.write("Léa Moreau", "", stars="TWO")
    assert (await world.account.resolve(world.server.link(review))).text == "★★☆☆☆"
    said = await world.complains("Bof.")
    assert (await world.account.resolve(said.link)).attachments == ("★☆☆☆☆",)


def test_googles_translation_is_left_out():
    """Before or behind the author's own words."""
    assert original("(Translated by Google) Nothing!\n\n(Original)\nRien !") == "Rien !"
    assert original("Rien !\n\n(Translated by Google)\nNothing!") == "Rien !"
    assert original(" Rien ! ") == "Rien !"


async def test_changed_reviews_are_heard_page_by_page_and_once(world):
    """Oldest first; those at the cursor's very moment once; a change is heard again."""
    moment = world.server.now()
    world.server.now = lambda: moment
    await world.complains("Avant.")
    start = (await world.account.mentions("")).cursor
    await world.complains("En même temps.")
    heard = await world.account.mentions(start)
    assert [post.text for post in heard.posts] == ["En même temps."]
    world.server.now = now
    for number in range(120):
        await world.complains(f"Plainte {number}")
    heard = await world.account.mentions(heard.cursor)
    assert [post.text for post in heard.posts] == [f"Plainte {number}" for number in range(120)]
    first = next(iter(world.server.reviews.values()))
    first.text, first.changed = "Toujours pas !", now()
    assert [post.text for post in (await world.account.mentions(heard.cursor)).posts] == ["Toujours pas !"]


async def test_a_place_without_reviews_is_heard_from_the_first_one_on(world):
    """Whatever comes is new."""
    start = (await world.account.mentions("")).cursor
    await world.complains("Première.")
    assert [post.text for post in (await world.account.mentions(start)).posts] == ["Première."]


async def test_without_a_link_only_the_access_is_checked(world):
    """None while all is well, a sentence when it is not."""
    nowhere = replace(await world.complains("x"), link="")
    assert await world.account.check(nowhere) is None
    await world.revoke()
    world.time_passes()
    assert await world.account.check(nowhere) is not None


@pytest.mark.parametrize("lacks", ["client_id", "client_secret", "refresh_token"])
def test_a_missing_secret_is_named(world, lacks):
    """With its variable."""
    secrets = {**spec(world.server).secrets, lacks: ""}
    with pytest.raises(SettingsError, match=f"ACME_GOOGLE_{lacks.upper()}"):
        build(spec(world.server, secrets=secrets))


@pytest.mark.parametrize("place", ["", "22", "locations/22", "accounts/11/locations/22/x", "accounts/a/locations/b"])
def test_a_place_is_asked_for_in_full(world, place):
    """Accounts and locations, as numbers."""
    with pytest.raises(SettingsError, match="accounts/123/locations/456"):
        build(spec(world.server, id=place))
