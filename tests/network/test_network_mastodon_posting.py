"""What is sent to an instance, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from contract import Fault, approved, brought, now
from mastodon_standin import Late
from test_network_mastodon import TOKEN, MastodonWorld, a_world, complaint

from bot.desk.ports import Absent, NotSent, Posted, Refused, Unclear
from bot.errors import SettingsError
from bot.network.account import PostGone, Spec, Unread
from bot.network.mastodon import build

TEXT = "Bonjour Léa, votre colis part demain."


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


async def sent(world: MastodonWorld, text: str = TEXT, **of: object) -> dict[str, object]:
    """What is posted in answer to a complaint like this."""
    said = world.server.write(world.customer, "Toujours rien reçu ! @acme@social.example", **of)
    outcome = await world.account.publish(complaint(world.server, said, lang="fr"), approved(text))
    assert isinstance(outcome, Posted), outcome
    return world.server.calls[-2].sent


def words(outcome: object) -> str:
    """The sentence for the team."""
    assert isinstance(outcome, Refused | NotSent | Unclear), outcome
    return str(outcome.reason)


async def test_a_reply_names_the_customer_and_their_language(world):
    """In answer to their post, as plain text."""
    posted = await sent(world)
    assert posted["status"] == f"@lea@autre.example {TEXT}"
    assert (posted["language"], posted["content_type"], posted["visibility"]) == ("fr", "text/plain", "public")
    assert "spoiler_text" not in posted


async def test_a_yes_has_its_key(world):
    """The same for each try of one yes, where a server minds it; another for another yes."""
    world.server.honours_keys = True
    brought_to = await world.complains("Toujours rien reçu !")
    at = now()
    for reply in (approved(TEXT, at=at), approved(TEXT, at=at), approved(TEXT, at=at + timedelta(seconds=1))):
        await world.account.publish(brought_to, reply)
        world.server.remove(next(iter(world.server.keys.values())))
    keys = [call.headers["Idempotency-Key"] for call in world.server.calls if call.method == "POST"]
    assert keys[0] == keys[1] != keys[-1]
    assert TEXT not in keys[0]


@pytest.mark.parametrize(
    ("theirs", "wanted", "ours"),
    [
        ("public", "", "public"),
        ("public", "unlisted", "unlisted"),
        ("unlisted", "public", "unlisted"),
        ("private", "public", "direct"),
        ("direct", "unlisted", "direct"),
        ("mutuals_only", "public", "direct"),
    ],
)
async def test_a_reply_is_never_more_public_than_the_customers_post(world, theirs, wanted, ours):
    """A message to the brand alone is answered to the customer alone."""
    await world.rebuilt(options={"visibility": wanted} if wanted else {})
    assert (await sent(world, visibility=theirs))["visibility"] == ours


async def test_a_private_answer_that_a_server_makes_public_is_deleted(world):
    """A server that knows no such thing: refused, in words."""
    world.server.ignores_visibility = True
    said = world.server.write(world.customer, "@acme@social.example entre nous", visibility="direct")
    outcome = await world.account.publish(complaint(world.server, said), approved())
    assert isinstance(outcome, Refused)
    assert "in public" in words(outcome)
    assert world.server.below(said) == []


async def test_a_content_warning_is_kept(world):
    """The customer's, and it counts: what is too long with it is not sent."""
    assert (await sent(world, spoiler="Livraison"))["spoiler_text"] == "Livraison"
    said = world.server.write(world.customer, "@acme@social.example encore", spoiler="Livraison")
    outcome = await world.account.publish(complaint(world.server, said), approved("a" * (world.limit - 8)))
    assert "501 of 500" in words(outcome)
    assert world.server.below(said) == []


async def test_a_warning_is_part_of_what_the_customer_says(world):
    """The brand reads both."""
    said = world.server.write(world.customer, "Toujours rien reçu !", spoiler="Livraison")
    post = await world.account.resolve(world.server.link(said))
    assert post.text == "Livraison\n\nToujours rien reçu !"


@pytest.mark.parametrize("limit", [200, 5000])
async def test_an_instance_has_its_own_limit(world, limit):
    """Known once the instance was asked, and until then Mastodon's."""
    world.server.limit = limit
    complained = await world.complains("Toujours rien reçu !")
    assert world.account.measure(complained, "a").limit == 500
    assert await world.account.check(complained) is None
    assert world.account.measure(complained, "Oui").used == len("@lea Oui")
    assert world.account.measure(complained, "a").limit == limit


async def test_an_old_instance_tells_its_limit_in_the_first_version(world):
    """``/api/v2/instance`` is not there before Mastodon 4, nor on snac."""
    world.server.v2, world.server.limit = False, 700
    await world.account.whoami()
    assert world.account._server.rules.limit == 700
    assert await world.account.whoami() == "@acme@social.example"


@pytest.mark.parametrize("link", ["/@lea@autre.example/{id}", "/@lea@autre.example/{id}?x=1", "/web/statuses/{id}"])
async def test_a_link_to_our_own_instance_holds_its_id(world, link):
    """Whoever wrote the post: nothing is searched for."""
    said = world.server.write(world.customer, "Toujours rien reçu !")
    post = await world.account.resolve(world.server.url + link.format(id=said.id))
    assert (post.ref, post.author, post.text) == (said.id, "@lea@autre.example", "Toujours rien reçu !")
    assert not any(call.path == "/api/v2/search" for call in world.server.calls)


async def test_a_link_to_another_instance_is_resolved_through_ours(world):
    """Once: afterwards its id here is known. Nobody but our instance is called."""
    said = world.server.write(world.customer, "Toujours rien reçu !")
    for _ in range(2):
        assert (await world.account.resolve(said.remote)).ref == said.id
    searches = [call.sent for call in world.server.calls if call.path == "/api/v2/search"]
    assert [(asked["q"], asked["resolve"]) for asked in searches] == [(said.remote, "true")]


async def test_another_servers_view_of_a_third_ones_post_is_resolved(world):
    """``https://other/@user@third/1``: the instance finds the original, the author tells that it is the one."""
    link = "https://ailleurs.example/@lea@autre.example/5"
    said = world.server.also_finds[link] = world.server.write(world.customer, "Toujours rien reçu !")
    assert (await world.account.resolve(link)).ref == said.id


async def test_a_search_that_finds_something_else_found_nothing(world):
    """A server that searches its texts for the link: somebody else's post is not the customer's."""
    link = "https://autre.example/@lea/77"
    world.server.also_finds[link] = world.server.write(world.server.account("tom"), f"Regardez : {link}")
    with pytest.raises(PostGone):
        await world.account.resolve(link)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "10.0.0.8", "[::1]", "nas.local", "2130706433"])
async def test_our_instance_is_not_sent_into_a_house(world, host):
    """It would fetch what it is asked for: not even that."""
    with pytest.raises(PostGone):
        await world.account.resolve(f"https://{host}/@lea/{'1' * 18}")
    assert not any(call.path == "/api/v2/search" for call in world.server.calls)


async def test_no_link_is_no_post(world):
    """A complaint that came without: to be answered by hand."""
    complained = complaint(world.server, world.server.write(world.customer, "Bonjour"), link="")
    assert "by hand" in str(await world.account.check(complained))
    assert "by hand" in words(await world.account.publish(complained, approved()))


async def test_an_answer_to_nothing_is_deleted_again(world):
    """The post vanishes between our look and our answer, and the server makes a post of its own of it."""
    complained = await world.complains("Je supprime tout.")
    look = world.account._server.post

    async def vanishing(*args: object) -> object:
        await world.withdraw(complained)
        return await look(*args)

    world.account._server.post = vanishing
    outcome = await world.account.publish(complained, approved())
    assert isinstance(outcome, Refused)
    assert "all by itself" in words(outcome)
    assert await world.thread(complained) == []


async def test_an_answer_to_nothing_whose_fate_is_unknown_is_found_and_deleted(world):
    """The same, and the connection is cut: found among our own posts; then the post is told as gone."""
    complained, reply = await world.complains("Je supprime tout."), approved()
    world.server.faults.append(Late.VANISHED)
    assert isinstance(await world.account.publish(complained, reply), Unclear)
    assert len(await world.thread(complained)) == 1
    assert await world.account.find(complained, reply) == Absent()
    assert await world.thread(complained) == []
    assert isinstance(await world.account.publish(complained, reply), Refused)


async def test_what_a_person_posted_all_by_itself_is_not_deleted(world):
    """The same words in answer to nothing, while the customer's post stands: a person looks."""
    complained, reply = await world.complains("Toujours rien reçu !"), approved()
    world.server.write(world.brand, f"@lea@autre.example {reply.text}")
    found = await world.account.find(complained, reply)
    assert "answers nothing" in words(found)
    assert len(await world.thread(complained)) == 1


async def test_an_older_reply_with_the_same_words_is_not_deleted(world):
    """A colleague's, from last week: it is the reply; only what came after the yes is one too many."""
    complained, reply = await world.complains("Toujours rien reçu !"), approved()
    told, world.server.now = world.server.now, lambda: datetime.now(UTC) - timedelta(days=7)
    await world.by_hand(complained, reply.text)
    await world.by_hand(complained, reply.text)
    world.server.now = told
    await world.by_hand(complained, reply.text)
    assert isinstance(await world.account.find(complained, reply), Posted)
    assert len(await world.thread(complained)) == 2


async def test_a_busy_brands_reply_is_found_far_back(world):
    """Own posts are read page by page, down to the yes, where the thread is gone."""
    complained, reply = await world.complains("Toujours rien reçu !"), approved()
    posted = await world.account.publish(complained, reply)
    for number in range(90):
        world.server.write(world.brand, f"Annonce {number}")
    assert await world.account.find(complained, reply) == posted
    pages = [call for call in world.server.calls if call.path.endswith(f"{world.brand.id}/statuses")]
    assert len(pages) == 4


async def test_a_list_too_long_to_be_read_is_no_absence(world):
    """The customer's post is gone, and our own are too many: nobody can say."""
    complained, reply = await world.complains("Toujours rien reçu !"), approved()
    for number in range(450):
        world.server.write(world.brand, f"Annonce {number}")
    assert await world.account.find(complained, reply) == Absent()
    await world.withdraw(complained)
    assert isinstance(await world.account.find(complained, reply), Unclear)


async def test_a_pause_lasts_until_the_time_that_the_server_told(world):
    """429 without Retry-After: the ISO time in ``X-RateLimit-Reset``; meanwhile nothing is called at all."""
    complained = await world.complains("Toujours rien reçu !")
    await world.fault(Fault.BUSY)
    outcome = await world.account.publish(complained, approved())
    assert isinstance(outcome, NotSent)
    assert 80 < outcome.wait <= 90
    calls = len(world.server.calls)
    assert "to wait" in str(await world.account.check(complained))
    assert len(world.server.calls) == calls


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (403, "This action is not allowed", "does not let this account answer"),
        (403, "Forbidden: you do not have permission to reply to this status", "does not let this account answer"),
        (403, "This action is outside the authorized scopes", "write:statuses"),
        (403, "your account has Moved or is currently Moving", "has moved away"),
        (422, "Validation failed: Text character limit of 500 exceeded", "too long"),
        (400, "Status is too long", "too long"),
        (422, "Validation failed: Language is invalid", "says: Validation failed: Language is invalid"),
        (404, "The post you are trying to reply to does not appear to exist.", "not there any more"),
        (410, "Gone", "not there any more"),
    ],
)
async def test_a_refusal_is_told_in_words(world, status, error, says):
    """Each documented one; an unknown one in the server's own."""
    world.server.refusal = status, {"error": error}
    outcome = await world.account.publish(await world.complains("Toujours rien reçu !"), approved())
    assert isinstance(outcome, Refused)
    assert says in words(outcome)
    assert world.account.problem is None


@pytest.mark.parametrize(
    "error",
    [
        *("Your login is currently disabled", "Your login is currently pending approval"),
        *("Your login is missing a confirmed e-mail address", "This method requires an authenticated user"),
    ],
)
async def test_an_account_that_may_do_nothing_waits_until_it_is_mended(world, error):
    """No refusal of this reply: it goes out once the account works again."""
    world.server.refusal = 403, {"error": error}
    complained, reply = await world.complains("Toujours rien reçu !"), approved()
    assert isinstance(await world.account.publish(complained, reply), NotSent)
    assert error in str(world.account.problem)
    world.server.refusal = None
    await brought(world, complained, reply)
    assert world.account.problem is None


@pytest.mark.parametrize("body", ["<html>ok</html>", {"id": "1"}, [], {"id": "1", "account": {}}, None])
async def test_an_answer_that_is_none_is_unclear(world, body):
    """200 and nonsense: it may be public, we look."""
    world.server.refusal = 200, body
    outcome = await world.account.publish(await world.complains("Toujours rien reçu !"), approved())
    assert isinstance(outcome, Unclear)


async def test_the_token_of_another_account_posts_nothing(world):
    """brand.yaml names one account, the token belongs to another: the reply waits, and check says why."""
    await world.rebuilt(handle="@autre@social.example")
    complained = await world.complains("Toujours rien reçu !")
    assert "belongs to @acme@social.example" in str(await world.account.check(complained))
    assert isinstance(await world.account.publish(complained, approved()), NotSent)
    assert "belongs to" in str(world.account.problem)
    assert await world.thread(complained) == []


@pytest.mark.parametrize("handle", ["acme", "@acme", "acme@social.example", "@Acme@Social.example"])
async def test_a_handle_may_be_written_in_several_ways(world, handle):
    """With its server or without, in capitals or not."""
    await world.rebuilt(handle=handle)
    assert await world.account.check(await world.complains("Toujours rien reçu !")) is None


async def test_a_reply_whose_id_is_not_known_is_found_before_it_is_deleted(world):
    """A person marked it as posted by hand: no id; and what was never there is gone."""
    complained, reply = await world.complains("Toujours rien reçu !"), approved()
    assert isinstance(await world.account.delete(complained, reply), Posted)
    await world.by_hand(complained, reply.text)
    assert isinstance(await world.account.delete(complained, reply), Posted)
    assert await world.thread(complained) == []


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER])
async def test_reading_is_tried_again_where_a_connection_was_cut(world, fault):
    """Idle connections are dropped without a word: that costs no reply its way."""
    complained = await world.complains("Toujours rien reçu !")
    assert await world.account.check(complained) is None
    world.server.read_faults.append(fault)
    assert isinstance(await world.account.publish(complained, approved()), Posted)


async def test_what_cannot_be_read_is_told_in_words(world):
    """No text of a server's error page, and no secret."""
    world.server.read_faults.append(Fault.FAIL_BEFORE)
    with pytest.raises(Unread) as caught:
        await world.account.whoami()
    assert str(caught.value.remark) == f"127.0.0.1:{world.server._port} gives no usable answer."


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"server": ""}, "server"),
        ({"server": "http://social.example"}, "https"),
        ({"server": "https://"}, "server"),
        ({"secrets": {}}, "ACME_MASTODON_ACCESS_TOKEN"),
        ({"secrets": {}, "name": "fr-be"}, "ACME_MASTODON_FR_BE_ACCESS_TOKEN"),
        ({"options": {"visibility": "private"}}, "public or unlisted"),
    ],
)
def test_what_is_missing_is_named(changed, says):
    """The variable, or the key of brand.yaml."""
    plain = Spec(brand="acme", network="mastodon", server="social.example", secrets={"access_token": TOKEN})
    with pytest.raises(SettingsError) as caught:
        build(replace(plain, **changed))
    assert says in str(caught.value)
    assert TOKEN not in str(caught.value)


async def test_a_reply_that_came_true_is_seen_at_once(world):
    """Posted, and the connection broke: one look tells, nobody has to wait for the next."""
    complained, reply = await world.complains("Toujours rien reçu !"), approved()
    await world.fault(Fault.CUT_AFTER)
    assert isinstance(await world.account.publish(complained, reply), Posted)
    assert len(await world.thread(complained)) == 1


async def test_a_private_reply_is_found_again(world):
    """Only the two of us see it; we do."""
    said = world.server.write(world.customer, "@acme@social.example entre nous", visibility="direct")
    complained, reply = complaint(world.server, said), approved()
    posted = await world.account.publish(complained, reply)
    assert isinstance(posted, Posted)
    assert await world.account.find(complained, reply) == posted


@pytest.mark.parametrize(
    ("told", "says"), [({"suspended": True}, "has suspended"), ({"moved": {"acct": "acme@ailleurs.example"}}, "moved")]
)
async def test_an_account_that_is_shut_takes_no_yes(world, told, says):
    """Suspended by the instance, or moved to another."""
    world.server.own_more = told
    complained = await world.complains("Toujours rien reçu !")
    assert says in str(await world.account.check(complained))
    assert says in words(await world.account.publish(complained, approved()))


async def test_an_instance_at_another_address_is_told(world):
    """No redirect is followed; brand.yaml is to be corrected."""
    world.server.elsewhere = "https://new.example"
    complained = await world.complains("Toujours rien reçu !")
    assert "“server” in brand.yaml" in str(await world.account.check(complained))
    assert isinstance(await world.account.publish(complained, approved()), NotSent)


def test_a_complaint_without_an_author_is_measured_by_its_link(world):
    """A bare link names its author too."""
    bare = complaint(world.server, world.server.write(world.customer, "Bonjour"), author="")
    assert world.account.measure(bare, "Oui").used == len("@lea Oui")
