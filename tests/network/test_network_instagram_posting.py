"""Answering comments on Instagram: which calls are made, where the reply stands, what links tell; and mentions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from contract import Fault, approved, raises_unread
from graph_standin import ACCOUNT
from graph_world import InstagramWorld

from bot.desk.ports import Absent, Posted, Refused, Unclear
from bot.network.account import Post, Unread

pytest_plugins = ["graph_fixtures"]

TEXT = "Bonjour Léa, votre colis part demain."


async def test_the_reply_is_posted_as_documented(instagram: InstagramWorld):
    """POST /{comment-id}/replies with the message, and nothing but what was approved."""
    complaint = await instagram.complains("Toujours rien reçu !")
    posted = await instagram.account.publish(complaint, approved(TEXT))
    assert isinstance(posted, Posted)
    (call,) = [call for call in instagram.server.calls if call.method == "POST"]
    assert call.path == f"/v25.0/{instagram.written[complaint.link].id}/replies"
    assert call.sent == {"message": TEXT}
    assert posted.link == f"{complaint.link}r/{posted.ref}/"


async def test_a_reply_to_a_reply_stands_under_the_top_and_names_the_customer(instagram: InstagramWorld):
    """Instagram answers only what is at the top; who stands below is named, and our answer is known again."""
    top = instagram.says(instagram.post, "Moi aussi !", instagram.server.max)
    complaint, reply = instagram.complaint(instagram.says(top, "Toujours rien reçu !")), approved(TEXT)
    posted = await instagram.account.publish(complaint, reply)
    assert isinstance(posted, Posted)
    (call,) = [call for call in instagram.server.calls if call.method == "POST"]
    assert (call.path, call.sent) == (f"/v25.0/{top.id}/replies", {"message": f"@lea_m {TEXT}"})
    assert await instagram.account.find(complaint, reply) == posted
    assert await instagram.account.find(instagram.complaint(top), reply) == Absent()
    assert [each.text for each in (await instagram.account.resolve(complaint.link)).ours] == [TEXT]


async def test_with_the_name_it_may_be_too_long(instagram: InstagramWorld):
    """Refused in words before anything is sent: the name was not yet part of the text."""
    top = instagram.says(instagram.post, "Moi aussi !", instagram.server.max)
    complaint = instagram.complaint(instagram.says(top, "Toujours rien reçu !"))
    outcome = await instagram.account.publish(complaint, approved("a" * 2_200))
    assert isinstance(outcome, Refused)
    assert "2207 of 2200" in str(outcome.reason)


async def test_a_reply_that_became_a_comment_of_its_own_is_withdrawn(instagram: InstagramWorld):
    """The answer tells only an id: the reply is read back for its parent."""
    instagram.server.strays = True
    complaint = await instagram.complains("Toujours rien reçu !")
    assert isinstance(await instagram.account.publish(complaint, approved(TEXT)), Refused)
    assert await instagram.thread(complaint) == []


async def test_what_stands_in_the_thread_needs_no_parent_told(instagram: InstagramWorld):
    """Listed below the comment is below the comment: nothing is withdrawn."""
    instagram.server.hides_parents = True
    complaint = await instagram.complains("Toujours rien reçu !")
    assert isinstance(await instagram.account.publish(complaint, approved(TEXT)), Posted)
    assert await instagram.thread(complaint) == [TEXT]


@pytest.mark.parametrize("kind", ["p", "reel", "tv"])
async def test_links_lead_to_their_comment(instagram: InstagramWorld, kind: str):
    """Of posts and reels, with what tracks people."""
    said = instagram.says(instagram.post, "Toujours rien reçu !")
    link = f"https://instagram.com/acme_shop/{kind}/{instagram.post.code}/c/{said.id}/?igsh=abc"
    post = await instagram.account.resolve(link)
    assert (post.ref, post.author, post.text) == (said.id, "@lea_m", said.text)


async def test_a_link_cut_to_its_post_is_told_by_the_words(instagram: InstagramWorld):
    """The shortcode is looked up among the account's own media, the words and the author among its comments."""
    said = instagram.says(instagram.says(instagram.post, "Bravo !", instagram.server.max), "Toujours rien reçu !")
    cut = f"https://www.instagram.com/p/{instagram.post.code}/"
    complaint = replace(instagram.complaint(said), link=cut)
    instagram.says(instagram.post, "Toujours rien reçu !", instagram.server.max)
    await raises_unread(instagram.account.resolve(cut))
    posted = await instagram.account.publish(complaint, approved(TEXT))
    assert isinstance(posted, Posted)
    assert instagram.server.said[posted.ref].parent is said.parent
    assert "whole post" in str(await instagram.account.check(replace(complaint, author="")))


async def test_comments_elsewhere_are_told_apart_from_gone_ones(instagram: InstagramWorld):
    """Instagram shows us what stands under the account's own media only."""
    with pytest.raises(Unread, match="none of the account's latest"):
        await instagram.account.resolve("https://www.instagram.com/p/CxOthers_1/c/17900000000000001/")
    complaint = await instagram.complains("Toujours rien reçu !")
    await instagram.withdraw(complaint)
    assert "not there any more" in str(await instagram.account.check(complaint))


async def test_hidden_comments_and_our_own_are_not_answered(instagram: InstagramWorld):
    """Said before the yes, in words."""
    complaint = await instagram.complains("Toujours rien reçu !")
    instagram.written[complaint.link].hidden = True
    assert "hidden" in str(await instagram.account.check(complaint))
    ours = instagram.complaint(instagram.says(instagram.post, "Nos délais", instagram.server.acme_ig))
    assert "own" in str(await instagram.account.check(ours))


async def test_without_a_link_only_the_access_is_checked(instagram: InstagramWorld):
    """And that the account is the one of brand.yaml."""
    complaint = replace(await instagram.complains("Toujours rien reçu !"), link="")
    assert await instagram.account.check(complaint) is None
    assert [call.path for call in instagram.server.calls] == [f"/v25.0/{ACCOUNT}"]
    await instagram.rebuilt(handle="@acme_officiel")
    assert "acme_officiel" in str(await instagram.account.check(complaint))
    await instagram.rebuilt(id="17840000000000000")
    assert "17840000000000000" in str(await instagram.account.check(complaint))
    assert not isinstance(await instagram.account.publish(complaint, approved(TEXT)), Posted | Refused)


# Mentions under others' posts


def mention(instagram: InstagramWorld, ref: str, **told: str):
    """Somebody names the account elsewhere; the complaint that a webhook makes of it."""
    instagram.server.mentions[ref] = {"id": ref.split("_")[0], "timestamp": "2026-03-02T12:00:00+0000", **told}
    source = f"account:instagram::{ref}"
    said = instagram.says(instagram.post, "…")
    return replace(instagram.complaint(said), source=source, link="", text=told.get("text", told.get("caption", "")))


@pytest.mark.parametrize(
    ("ref", "told", "sent"),
    [
        ("17901_17911", {"text": "@acme_shop rien reçu"}, {"media_id": "17901", "comment_id": "17911"}),
        ("17902_caption", {"caption": "@acme_shop ?", "username": "lea_m"}, {"media_id": "17902"}),
    ],
)
async def test_a_mention_elsewhere_is_answered_there(instagram: InstagramWorld, ref, told, sent):
    """POST /{account}/mentions; what is cut cannot be read back, so a person looks."""
    complaint = mention(instagram, ref, **told)
    assert await instagram.account.check(complaint) is None
    assert isinstance(await instagram.account.publish(complaint, approved(TEXT)), Posted)
    assert instagram.server.answers == [sent | {"message": TEXT}]
    await instagram.fault(Fault.CUT_AFTER)
    assert isinstance(await instagram.account.publish(complaint, approved(TEXT)), Unclear)
    assert isinstance(await instagram.account.find(complaint, approved(TEXT)), Unclear)


async def test_what_a_webhook_leaves_out_is_read(instagram: InstagramWorld):
    """A comment's link; a mention's text. Our own are dropped, and what is gone; what cannot be read is asked later."""
    said = instagram.says(instagram.post, "Toujours rien reçu !")
    completed = await instagram.account.completed(Post(ref=said.id, link="", text=said.text))
    assert completed
    assert (completed.link, completed.text, completed.author) == (instagram.server.link(said), said.text, "@lea_m")
    mention(instagram, "17901_17911", text="@acme_shop rien reçu")
    told = await instagram.account.completed(Post(ref="17901_17911", link="", text=""))
    assert told
    assert told.text == "@acme_shop rien reçu"
    ours = instagram.says(said, "Bonjour", instagram.server.acme_ig)
    assert await instagram.account.completed(Post(ref=ours.id, link="", text="Bonjour")) is None
    assert await instagram.account.completed(Post(ref="17999_17999", link="", text="")) is None
    await instagram.down()
    with_text = Post(ref=said.id, link="", text=said.text)
    assert await instagram.account.completed(with_text) == with_text
    await raises_unread(instagram.account.completed(Post(ref="17901_17911", link="", text="")))
