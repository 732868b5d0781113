"""What X documents as refusals: each in plain words, and each with the right consequence."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from contract import Fault, approved, now
from test_network_x import XWorld, ref_of, spec
from x_standin import DELETED, DUPLICATE, NOT_MENTIONED, XServer, said

from bot.desk.ports import Absent, NotSent, Posted, Refused, Unclear
from bot.network.account import PostGone, Unread

PROJECT = (
    "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a Twitter "
    "developer App that is attached to a Project."
)
OAUTH1 = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."


@pytest.fixture
async def world() -> AsyncIterator[XWorld]:
    async with XServer() as server:
        world = XWorld(server, spec(server))
        yield world
        await world.account.close()


def forbidden(detail: str) -> dict[str, Any]:
    """What X says most of the time: only the words tell which."""
    return said(403, "about:blank", "Forbidden", detail)


def old(code: int, message: str) -> dict[str, Any]:
    """A refusal as version 1.1 wrote it; some still come so."""
    return {"errors": [{"code": code, "message": message}]}


REFUSED = [
    (403, forbidden(NOT_MENTIONED), "by hand here: the author has neither"),
    (403, forbidden("You can only reply to or quote posts where you are mentioned or are the author."), "in_reply_to="),
    (400, said(400, "invalid-request", "Invalid Request", DELETED), "not there any more"),
    (403, old(385, DELETED), "not there any more"),
    (403, old(433, "The original Tweet author restricted who can reply to this Tweet."), "only certain people"),
    (403, forbidden("You have been blocked from the author of this Tweet."), "has blocked"),
    (403, old(186, "Tweet needs to be a bit shorter."), "too long"),
    (403, forbidden("Posts are limited to a maximum of one cashtag."), "$symbol"),
    (403, old(226, "This request looks like it might be automated."), "for a machine's"),
    (403, forbidden("You are not permitted to perform this action."), "does not say why"),
    (403, forbidden("Something that nobody has heard of."), "X says: Something"),
    (
        400,
        said(400, "invalid-request", "Invalid Request", "One or more parameters to your request was invalid."),
        "X says: One",
    ),
    (403, "<html>Attention Required! you have been blocked</html>", "X says: 403"),
]
STOPPED = [
    (402, said(402, "credits-depleted", "Payment Required", "credits depleted"), "credits at X are used up"),
    (402, {"title": "CreditsDepleted", "detail": "Your enrolled account does not have any credits."}, "credits at X"),
    (402, "", "credits at X"),
    (
        429,
        said(
            429,
            "usage-capped",
            "UsageCapExceeded",
            "Usage cap exceeded: Monthly product cap",
            period="Monthly",
            scope="Product",
        ),
        "raise the cap",
    ),
    (
        403,
        said(403, "client-forbidden", "Client Forbidden", PROJECT, reason="client-not-enrolled"),
        "plan at X does not include",
    ),
    (403, said(403, "oauth1-permissions", "Forbidden", OAUTH1), "Read and write"),
    (
        403,
        said(
            403,
            "unsupported-authentication",
            "Unsupported Authentication",
            "Authenticating with OAuth 2.0 Application-Only is forbidden",
        ),
        "user tokens",
    ),
    (403, old(326, "To protect our users from spam, this account is temporarily locked."), "log in at x.com"),
    (403, old(64, "Your account is suspended and is not permitted to access this feature."), "log in at x.com"),
]


@pytest.mark.parametrize(("status", "body", "words"), REFUSED)
async def test_a_refusal_of_this_reply_is_told_in_words(world: XWorld, status: int, body: Any, words: str) -> None:
    """For good: the manager changes something, or a person posts it by hand; the account goes on."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.refusals.append((status, body))
    outcome = await world.account.publish(complaint, approved())
    assert isinstance(outcome, Refused), outcome
    assert words in str(outcome.reason)
    assert world.account.problem is None
    assert await world.thread(complaint) == []


@pytest.mark.parametrize(("status", "body", "words"), STOPPED)
async def test_a_refusal_of_the_account_stops_it_until_it_is_mended(
    world: XWorld, status: int, body: Any, words: str
) -> None:
    """The reply waits, the problem is told, reading on does not hide it; the next one that works takes it away."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.refusals.append((status, body))
    outcome = await world.account.publish(complaint, approved())
    assert isinstance(outcome, NotSent), outcome
    assert words in str(outcome.reason)
    assert await world.account.check(complaint) == world.account.problem == outcome.reason
    assert isinstance(await world.account.publish(complaint, approved()), Posted)
    assert await world.account.check(complaint) is None


async def test_a_refusal_to_post_is_forgiven_after_a_while(world: XWorld) -> None:
    """Only a try tells that the account may post again: with nothing waiting, approvals are taken again."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.refusals.append((402, ""))
    await world.account.publish(complaint, approved())
    world.account._session._since -= 1_000
    assert await world.account.check(complaint) is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_error_while_reading_is_no_unclear_reply(world: XWorld, status: int) -> None:
    """Nothing was sent yet: tried again in a while."""
    complaint = await world.complains("Toujours rien reçu !")
    await world.account.whoami()
    world.server.reads.append((status, ""))
    assert isinstance(await world.account.publish(complaint, approved()), NotSent)


async def test_a_day_full_of_posts_waits(world: XWorld) -> None:
    """Code 185 is no refusal of this reply: it goes out later."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.refusals.append((403, old(185, "User is over daily status update limit.")))
    outcome = await world.account.publish(complaint, approved())
    assert isinstance(outcome, NotSent), outcome
    assert world.account.problem is None


async def test_the_pause_is_as_long_as_the_header_says(world: XWorld) -> None:
    """x-rate-limit-reset, in epoch seconds."""
    complaint = await world.complains("Toujours rien reçu !")
    await world.fault(Fault.BUSY)
    outcome = await world.account.publish(complaint, approved())
    assert isinstance(outcome, NotSent)
    assert 55 < outcome.wait <= 61


async def test_a_duplicate_that_stands_there_is_posted(world: XWorld) -> None:
    """X refuses the text because it has it: under this very post, where its lists did not show it before."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.answers(world.server.acme, ref_of(complaint), "Bonjour !")
    world.server.lags = 1
    outcome = await world.account.publish(complaint, approved("Bonjour !"))
    assert isinstance(outcome, Posted), outcome
    assert await world.thread(complaint) == ["Bonjour !"]


async def test_a_duplicate_that_stands_elsewhere_is_refused(world: XWorld) -> None:
    """The words went to this customer under another post: never taken for the reply to this one."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.refusals.append((403, forbidden(DUPLICATE)))
    outcome = await world.account.publish(complaint, approved("Bonjour !"))
    assert isinstance(outcome, Refused), outcome
    assert "change a few" in str(outcome.reason)


async def test_a_duplicate_that_cannot_be_looked_for_is_unclear(world: XWorld) -> None:
    """Refused as known, and nobody can look: it may be there."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.refusals.append((403, forbidden(DUPLICATE)))
    await world.account.check(complaint)
    world.server.reads.extend([Fault.SLOW, Fault.SLOW, (503, "")])
    assert isinstance(await world.account.publish(complaint, approved("Bonjour !")), Unclear)


async def test_a_reply_that_became_a_post_of_its_own_is_taken_away(world: XWorld) -> None:
    """X answers 201 and the reply answers nothing: deleted, and said."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.strays = True
    outcome = await world.account.publish(complaint, approved())
    assert isinstance(outcome, Refused), outcome
    assert "of its own; it is deleted again" in str(outcome.reason)
    assert await world.thread(complaint) == []


async def test_a_stray_post_that_cannot_be_deleted_is_told_with_its_link(world: XWorld) -> None:
    """Never sent a second time: a person deletes it."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.strays = world.server.keeps = True
    outcome = await world.account.publish(complaint, approved())
    assert isinstance(outcome, Refused), outcome
    assert "delete it by hand: https://x.com/acme/status/" in str(outcome.reason)


async def test_a_new_post_that_x_does_not_show_yet_is_posted(world: XWorld) -> None:
    """It has its id: that X's lookup is late changes nothing."""
    complaint = await world.complains("Toujours rien reçu !")
    await world.account.check(complaint)
    missing = {"errors": [{"type": "https://api.x.com/2/problems/resource-not-found", "title": "Not Found Error"}]}
    world.server.reads.extend([Fault.SLOW, Fault.SLOW, (200, missing)])
    assert isinstance(await world.account.publish(complaint, approved()), Posted)


@pytest.mark.parametrize("body", ["", [], {}, {"data": {}}, {"data": {"id": 7}}, {"data": None, "errors": []}])
async def test_a_success_without_an_id_is_unclear(world: XWorld, body: Any) -> None:
    """X took it, or did not: nobody can say."""
    complaint = await world.complains("Toujours rien reçu !")
    world.server.refusals.append((201, body))
    assert isinstance(await world.account.publish(complaint, approved()), Unclear)


@pytest.mark.parametrize("body", ["", [], {}, "<html>", {"data": {"id": {}}}, {"data": [{"text": "x"}], "meta": 7}])
async def test_nonsense_is_neither_absent_nor_gone(world: XWorld, body: Any) -> None:
    """An answer of another shape tells nothing."""
    complaint = await world.complains("Toujours rien reçu !")
    await world.account.whoami()
    world.server.reads.extend([(200, body)] * 3)
    assert isinstance(await world.account.find(complaint, approved()), Unclear)
    with pytest.raises(Unread):
        await world.account.resolve(complaint.link)
    assert isinstance(await world.account.publish(complaint, approved()), NotSent)


async def test_a_protected_post_is_not_gone(world: XWorld) -> None:
    """X says that it is there and not for us."""
    complaint = await world.complains("Toujours rien reçu !")
    gone = {"type": "https://api.x.com/2/problems/not-authorized-for-resource", "title": "Authorization Error"}
    world.server.reads.extend([Fault.SLOW] + [(200, {"errors": [gone]})] * 3)
    with pytest.raises(Unread, match="followers only"):
        await world.account.resolve(complaint.link)
    assert "followers only" in str(await world.account.check(complaint))
    assert isinstance(await world.account.publish(complaint, approved()), Refused)


async def test_a_404_is_gone_too(world: XWorld) -> None:
    """The documents promise a 404 for a deleted post, X answers 200: both are understood."""
    complaint = await world.complains("Toujours rien reçu !")
    await world.account.whoami()
    world.server.reads.append((404, said(404, "resource-not-found", "Not Found Error", "Could not find tweet.")))
    with pytest.raises(PostGone):
        await world.account.resolve(complaint.link)


async def test_a_plan_without_mentions_says_so_and_goes_on_posting(world: XWorld) -> None:
    """Listening is refused in words; the account stays well."""
    complaint = await world.complains("Toujours rien reçu !")
    await world.account.whoami()
    body = said(403, "client-forbidden", "Client Forbidden", PROJECT, reason="client-not-enrolled")
    world.server.reads.append((403, body))
    with pytest.raises(Unread, match="plan at X does not include"):
        await world.account.mentions("")
    assert world.account.problem is None
    assert isinstance(await world.account.publish(complaint, approved()), Posted)


async def test_the_access_of_another_account_is_noticed(world: XWorld) -> None:
    """The tokens are @acme's, brand.yaml says @acme_fr: nothing goes out under the wrong name."""
    server = world.server
    other = XWorld(server, spec(server))
    other.account._readback._handle = "acme_fr"
    complaint = await other.complains("Toujours rien reçu !")
    outcome = await other.account.publish(complaint, approved())
    assert isinstance(outcome, NotSent), outcome
    assert "@acme_fr" in str(other.account.problem)
    assert await other.thread(complaint) == []
    await other.account.close()


async def test_absent_only_where_the_posts_were_read_back_to_the_yes(world: XWorld) -> None:
    """Five pages and still no end: unclear; once the pages reach back before the yes: absent."""
    complaint = await world.complains("Toujours rien reçu !")
    for number in range(12):
        world.server.write(world.server.acme, f"Nouveauté {number}")
    world.server.page_size = 2
    assert isinstance(await world.account.find(complaint, approved(at=now() - timedelta(hours=1))), Unclear)
    assert await world.account.find(complaint, approved(at=now() + timedelta(hours=1))) == Absent()
