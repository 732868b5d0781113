"""Answering comments on a Page: which calls are made, where the reply stands, and what links tell."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from contract import Fault, approved, now, raises_unread
from graph_standin import PAGE, SECRET, TOKEN, Refusal
from graph_world import FacebookWorld

from bot.desk.ports import Absent, Posted, Refused, Unclear
from bot.errors import SettingsError
from bot.network import facebook as room
from bot.network.account import PostGone
from bot.network.wire import Trouble, WireError

pytest_plugins = ["graph_fixtures"]

TEXT = "Bonjour Léa, votre colis part demain."


async def posted(world: FacebookWorld, complaint, reply) -> Posted:
    outcome = await world.account.publish(complaint, reply)
    assert isinstance(outcome, Posted), outcome
    return outcome


async def test_every_call_carries_token_and_proof(facebook: FacebookWorld):
    """The token in the header only; the proof is the token's HMAC, keyed by the app's secret; the API's version."""
    await posted(facebook, await facebook.complains("Toujours rien reçu !"), approved(TEXT))
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    for call in facebook.server.calls:
        assert call.headers["Authorization"] == f"Bearer {TOKEN}"
        assert call.query["appsecret_proof"] == proof
        assert call.path.startswith("/v25.0/")
        assert TOKEN not in f"{call.path}{call.query}{call.sent}"


async def test_the_reply_is_posted_as_documented(facebook: FacebookWorld):
    """POST /{comment-id}/comments with the message, and nothing but what was approved."""
    complaint = await facebook.complains("Toujours rien reçu !")
    await posted(facebook, complaint, approved(TEXT))
    (call,) = [call for call in facebook.server.calls if call.method == "POST"]
    assert call.path == f"/v25.0/{facebook.written[complaint.link].id}/comments"
    assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert call.sent == {"message": TEXT, "fields": "id,parent{id}"}


async def test_brand_yaml_may_name_another_version(facebook: FacebookWorld):
    """An API version ends some day."""
    await facebook.rebuilt(options={"version": "v26.0"})
    await facebook.account.whoami()
    assert [call.path for call in facebook.server.calls] == ["/v26.0/me"]


async def test_a_reply_to_a_reply_stands_under_the_top_and_names_the_customer(facebook: FacebookWorld):
    """Facebook has threads of two floors; who stands on the second is named, and our answer is known again."""
    top = facebook.says(facebook.post, "Moi aussi !", facebook.server.max)
    complaint = facebook.complaint(facebook.says(top, "Toujours rien reçu !"))
    reply = approved(TEXT)
    outcome = await posted(facebook, complaint, reply)
    (call,) = [call for call in facebook.server.calls if call.method == "POST"]
    assert (call.path, call.sent["message"]) == (f"/v25.0/{top.id}/comments", f"@[7001] {TEXT}")
    assert await facebook.thread(complaint) == [f"Léa Moreau {TEXT}"]
    assert await facebook.account.find(complaint, reply) == outcome
    assert [each.text for each in (await facebook.account.resolve(complaint.link)).ours] == [TEXT]


async def test_answers_to_others_in_a_thread_are_others(facebook: FacebookWorld):
    """The same words to three people in one thread are three replies; none stops or stands for another."""
    top = facebook.says(facebook.post, "Toujours rien reçu !")
    two = facebook.says(top, "Moi non plus !", facebook.server.max)
    three = facebook.says(top, "Et moi donc !")
    complaints = [facebook.complaint(each) for each in (top, two, three)]
    outcomes = [await posted(facebook, each, approved(TEXT, at=now() - timedelta(minutes=1))) for each in complaints]
    assert len({outcome.ref for outcome in outcomes}) == 3
    assert [await facebook.account.find(each, approved(TEXT)) for each in complaints] == outcomes
    assert await facebook.thread(complaints[0]) == [TEXT, f"Max {TEXT}", f"Léa Moreau {TEXT}"]


async def test_a_reply_that_became_a_comment_of_its_own_is_withdrawn(facebook: FacebookWorld):
    """The parent in the answer is looked at: refused in words, and nothing stands there."""
    facebook.server.strays = True
    complaint = await facebook.complains("Toujours rien reçu !")
    outcome = await facebook.account.publish(complaint, approved(TEXT))
    assert isinstance(outcome, Refused)
    assert "deleted again" in str(outcome.reason)
    assert await facebook.thread(complaint) == []


async def test_a_mention_that_became_a_mere_name_is_known_again(facebook: FacebookWorld):
    """And the reply under it is not taken for one to the same customer's comment at the top."""
    facebook.server.plain_names = True
    top = facebook.complaint(facebook.says(facebook.post, "Toujours rien reçu !"))
    nested = facebook.complaint(facebook.says(facebook.written[top.link], "Et le remboursement ?"))
    outcome = await posted(facebook, nested, approved(TEXT))
    assert await facebook.account.find(nested, approved(TEXT)) == outcome
    assert await facebook.account.find(top, approved(TEXT)) == Absent()


async def test_a_colleagues_answer_to_somebody_else_does_not_stop_ours(facebook: FacebookWorld):
    """In one thread several people are answered; only an answer to this customer counts, and only a later one."""
    reply = approved(TEXT, at=now() - timedelta(minutes=1))
    top = facebook.complaint(facebook.says(facebook.post, "Toujours rien reçu !"))
    said = facebook.written[top.link]
    facebook.says(said, "@[7001] On regarde.", facebook.server.acme)
    facebook.server.now = lambda: now() + timedelta(seconds=5)
    nested = facebook.complaint(facebook.says(said, "Et le remboursement ?", facebook.server.max))
    other = facebook.complaint(facebook.says(said, "Et moi ?"))
    facebook.says(said, "@[7002] Bientôt.", facebook.server.acme)
    assert [each.text for each in (await facebook.account.resolve(top.link)).ours] == ["On regarde."]
    assert [each.text for each in (await facebook.account.resolve(nested.link)).ours] == ["Bientôt."]
    assert (await facebook.account.resolve(other.link)).ours == ()
    facebook.says(said, "Tout est parti.", facebook.server.acme)
    assert (await facebook.account.resolve(other.link)).ours == ()
    await posted(facebook, other, reply)
    assert isinstance(await facebook.account.publish(nested, reply), Refused)


async def test_the_same_words_long_ago_are_another_reply(facebook: FacebookWorld):
    """To a comment further down only what was said since the yes counts; at the top there is one reply of a text."""
    top = facebook.says(facebook.post, "Moi aussi !", facebook.server.max)
    complaint = facebook.complaint(facebook.says(top, "Toujours rien reçu !"))
    facebook.server.now = lambda: now() - timedelta(minutes=5)
    facebook.says(top, f"@[7001] {TEXT}", facebook.server.acme)
    facebook.says(top, TEXT, facebook.server.acme)
    assert await facebook.account.find(complaint, approved(TEXT)) == Absent()
    assert isinstance(await facebook.account.find(facebook.complaint(top), approved(TEXT)), Posted)


async def test_a_thread_without_end_is_left_to_people(facebook: FacebookWorld):
    """What was not read to its end is neither absent nor safe to answer."""
    facebook.server.page = 2
    complaint = await facebook.complains("Toujours rien reçu !")
    for number in range(41):
        facebook.says(facebook.written[complaint.link], f"Pareil, {number}", facebook.server.max)
    assert isinstance(await facebook.account.find(complaint, approved(TEXT)), Unclear)
    assert isinstance(await facebook.account.publish(complaint, approved(TEXT)), Refused)
    await raises_unread(facebook.account.resolve(complaint.link))


async def test_a_read_that_was_cut_is_made_again(facebook: FacebookWorld):
    """Servers close idle connections without a word; nothing was changed."""
    complaint = await facebook.complains("Toujours rien reçu !")
    facebook.server.read_faults.append(Fault.CUT_BEFORE)
    assert (await facebook.account.resolve(complaint.link)).text == complaint.text


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.FAIL_AFTER])
async def test_a_deletion_that_was_cut_is_made_again(facebook: FacebookWorld, fault: Fault):
    """Deleting twice is deleting."""
    complaint, reply = await facebook.complains("Toujours rien reçu !"), approved(TEXT)
    await posted(facebook, complaint, reply)
    facebook.server.delete_faults.append(fault)
    assert isinstance(await facebook.account.delete(complaint, reply), Posted)
    assert await facebook.thread(complaint) == []


async def test_a_reply_without_the_name_is_for_a_person_to_look_at(facebook: FacebookWorld):
    """Facebook left the mention out: neither surely there for this customer, nor absent."""
    top = facebook.says(facebook.post, "Moi aussi !", facebook.server.max)
    complaint = facebook.complaint(facebook.says(top, "Toujours rien reçu !"))
    facebook.says(top, TEXT, facebook.server.acme)
    assert isinstance(await facebook.account.find(complaint, approved(TEXT)), Unclear)


async def test_a_long_thread_is_read_to_its_end(facebook: FacebookWorld):
    """Page by page; the address of the next one, which carries the token, is never called."""
    complaint = await facebook.complains("Toujours rien reçu !")
    for number in range(60):
        facebook.says(facebook.written[complaint.link], f"Pareil, {number}", facebook.server.max)
    assert await facebook.account.find(complaint, approved(TEXT)) == Absent()
    await facebook.by_hand(complaint, TEXT)
    assert isinstance(await facebook.account.find(complaint, approved(TEXT)), Posted)
    assert not [call for call in facebook.server.calls if "access_token" in call.query]


async def test_the_same_reply_twice_stays_once(facebook: FacebookWorld):
    """What was delivered twice is taken away again; what a person had posted long before stays."""
    complaint = await facebook.complains("Toujours rien reçu !")
    facebook.server.now = lambda: now() - timedelta(hours=2)
    await facebook.by_hand(complaint, TEXT)
    await facebook.by_hand(complaint, TEXT)
    facebook.server.now = now
    await facebook.by_hand(complaint, TEXT)
    assert isinstance(await facebook.account.find(complaint, approved(TEXT)), Posted)
    assert await facebook.thread(complaint) == [TEXT, TEXT]


async def test_hidden_comments_and_our_own_are_not_answered(facebook: FacebookWorld):
    """Said before the yes, in words."""
    complaint = await facebook.complains("Toujours rien reçu !")
    facebook.written[complaint.link].hidden = True
    assert "hidden" in str(await facebook.account.check(complaint))
    ours = facebook.complaint(facebook.says(facebook.post, "Nos délais", facebook.server.acme))
    assert "own" in str(await facebook.account.check(ours))
    assert isinstance(await facebook.account.publish(ours, approved(TEXT)), Refused)


async def test_without_a_link_only_the_access_is_checked(facebook: FacebookWorld):
    """What ``networks check`` asks."""
    complaint = await facebook.complains("Toujours rien reçu !")
    empty = type(complaint)(id="1", brand="acme", text="", received_at=complaint.received_at, network="facebook")
    assert await facebook.account.check(empty) is None
    assert [call.path for call in facebook.server.calls] == ["/v25.0/me"]
    facebook.time_passes()
    await facebook.revoke()
    assert "expired" in str(await facebook.account.check(empty))


async def test_nothing_is_posted_as_somebody_else(facebook: FacebookWorld):
    """The token is another Page's, or a person's: the reply waits and the problem is told."""
    facebook.server.acme.id = "999"
    complaint = await facebook.complains("Toujours rien reçu !")
    outcome = await facebook.account.publish(complaint, approved(TEXT))
    assert "brand.yaml" in str(outcome.reason)
    assert facebook.account.problem == outcome.reason
    assert not [call for call in facebook.server.calls if call.method == "POST"]


async def test_a_customers_comment_is_never_deleted(facebook: FacebookWorld):
    """A Page may delete whatever stands below its posts; we delete what is ours."""
    complaint = await facebook.complains("Toujours rien reçu !")
    reply = type(approved())(
        text=TEXT, draft=1, approved_by=(), approved_at=now(), ref=facebook.written[complaint.link].id
    )
    assert isinstance(await facebook.account.delete(complaint, reply), Refused)
    assert facebook.written[complaint.link].id in facebook.server.said
    assert not [call for call in facebook.server.calls if call.method == "DELETE"]


# Links


def links(world: FacebookWorld, said) -> dict[str, str]:
    post, number = said.post.id.partition("_")[2], said.id.partition("_")[2]
    whole = base64.b64encode(f"comment:{said.id}".encode()).decode()
    return {
        "by name": f"https://www.facebook.com/acme.shop/posts/{post}?comment_id={number}&__cft__[0]=AZX",
        "by the Page's number": f"https://facebook.com/{PAGE}/posts/{post}?comment_id={number}",
        "on a phone": f"https://m.facebook.com/story.php?story_fbid={post}&id={PAGE}&comment_id={number}",
        "whole, in base64": f"https://www.facebook.com/acme/posts/pfbid0abcXYZ?comment_id={whole.replace('=', '%3D')}",
        "beside an opaque post": f"https://www.facebook.com/acme.shop/posts/{said.post.code}?comment_id={number}",
    }


@pytest.mark.parametrize("shape", ["by name", "by the Page's number", "on a phone", "whole, in base64"])
async def test_links_lead_to_their_comment(facebook: FacebookWorld, shape: str):
    """However Facebook writes them."""
    said = facebook.says(facebook.post, "Toujours rien reçu !")
    post = await facebook.account.resolve(links(facebook, said)[shape])
    assert (post.ref, post.text, post.author_name) == (said.id, said.text, "Léa Moreau")


async def test_an_opaque_post_is_found_in_the_pages_feed(facebook: FacebookWorld):
    """The link tells only the comment's number, beside a post's name that means nothing; and one that nobody knows."""
    facebook.post.code = "pfbid0abcXYZ"
    said = facebook.says(facebook.post, "Toujours rien reçu !")
    link = links(facebook, said)["beside an opaque post"]
    assert (await facebook.account.resolve(link)).ref == said.id
    await raises_unread(facebook.account.resolve(link.replace("pfbid0abcXYZ", "pfbid0other")))


async def test_a_number_that_names_something_else_is_not_the_comment(facebook: FacebookWorld):
    """A comment's bare number may be a photo's as well."""
    said = facebook.says(facebook.post, "Toujours rien reçu !")
    facebook.server.aliases["999"] = said
    with pytest.raises(PostGone):
        await facebook.account.resolve(f"https://www.facebook.com/acme.shop/posts/{facebook.post.code}?comment_id=999")


async def test_a_link_cut_to_its_post_is_told_by_the_words(facebook: FacebookWorld):
    """The complaint's own text finds it among the comments, unless two have it."""
    said = facebook.says(facebook.says(facebook.post, "Bravo !", facebook.server.max), "Toujours rien reçu !")
    cut = f"https://www.facebook.com/acme.shop/posts/{facebook.post.code}"
    complaint = facebook.complaint(said)
    shortened = type(complaint)(
        id="1", brand="acme", text=said.text, received_at=complaint.received_at, network="facebook", link=cut
    )
    await raises_unread(facebook.account.resolve(cut))
    facebook.says(facebook.post, said.text, facebook.server.acme)
    assert await facebook.account.check(shortened) is None
    facebook.says(facebook.post, "Toujours rien reçu !", facebook.server.max)
    assert "whole post" in str(await facebook.account.check(shortened))


async def test_where_the_comment_is_gone_nothing_is_sent_again_on_a_guess(facebook: FacebookWorld):
    """The top of the thread gone: surely absent. Only the customer's own words gone: the reply is looked for."""
    top = facebook.says(facebook.post, "Moi aussi !", facebook.server.max)
    complaint, reply = facebook.complaint(facebook.says(top, "Toujours rien reçu !")), approved(TEXT)
    outcome = await posted(facebook, complaint, reply)
    await facebook.rebuilt()
    await facebook.withdraw(complaint)
    assert await facebook.account.find(complaint, reply) == outcome
    facebook.server.remove(top.id)
    assert await facebook.account.find(complaint, reply) == Absent()


async def test_where_the_comment_is_gone_and_the_thread_is_not_shown_nothing_is_absent(facebook: FacebookWorld):
    """An error is no answer."""
    complaint = await facebook.complains("Toujours rien reçu !")
    await facebook.withdraw(complaint)

    async def replies(top):
        raise WireError(Trouble.BROKEN)
        yield

    facebook.account._comments.replies = replies
    assert isinstance(await facebook.account.find(complaint, approved(TEXT)), Unclear)


async def test_a_comment_that_we_may_not_read_is_no_lie(facebook: FacebookWorld):
    """A right that the token lacks is told, with the rights that it needs."""
    complaint = await facebook.complains("Toujours rien reçu !")
    await facebook.account.whoami()
    facebook.server.reading = Refusal(10, "This endpoint requires the 'pages_read_engagement' permission", status=403)
    assert "pages_read_user_content" in str(await facebook.account.check(complaint))
    await raises_unread(facebook.account.resolve(complaint.link))
    assert isinstance(await facebook.account.find(complaint, approved(TEXT)), Unclear)


# Settings


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"id": "acme"}, "id must be the Facebook account's number"),
        ({"secrets": {"app_secret": SECRET}}, "ACME_FACEBOOK_PAGE_TOKEN is missing"),
        ({"secrets": {"page_token": TOKEN}}, "ACME_FACEBOOK_APP_SECRET is missing"),
        ({"listen": True}, "ACME_FACEBOOK_VERIFY_TOKEN is missing"),
        ({"options": {"version": "25"}}, "the option version"),
        ({"options": {"private": "yes"}}, "the option private"),
        ({"server": "http://graph.example.com"}, "server must be an https address"),
    ],
)
def test_what_is_missing_is_named(more, says):
    """Variable by variable, key by key."""
    world = FacebookWorld.__new__(FacebookWorld)
    world.server = type("Nowhere", (), {"url": ""})()
    with pytest.raises(SettingsError, match=says):
        room.build(world.spec(**more))
