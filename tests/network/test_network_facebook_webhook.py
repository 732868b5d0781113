"""Meta's webhook: who may speak, and what is heard of it."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from graph_standin import ACCOUNT, PAGE, SECRET, VERIFY
from graph_world import FacebookWorld
from hypothesis import given
from hypothesis import strategies as st

from bot.listening import complaints
from bot.network.graph import challenge, posts, signed
from tests.fakes import FakeClock

pytest_plugins = ["graph_fixtures"]

BODY = b'{"object":"page","entry":[{"id":"101234567890"}]}'
IDS = {PAGE, ACCOUNT}


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def on_facebook(**more: object) -> dict:
    """A comment as the Page's feed tells of it."""
    value = {
        "from": {"id": "7001", "name": "Léa Moreau"},
        "post": {"status_type": "mobile_status_update", "is_published": True, "id": f"{PAGE}_122"},
        "message": "Toujours rien reçu !",
        "post_id": f"{PAGE}_122",
        "comment_id": "122_555",
        "created_time": 1772452800,
        "item": "comment",
        "parent_id": f"{PAGE}_122",
        "verb": "add",
    } | more
    return {
        "object": "page",
        "entry": [{"id": PAGE, "time": 1772452801, "changes": [{"field": "feed", "value": value}]}],
    }


def on_instagram(field: str = "comments", **value: object) -> dict:
    """A comment or a mention as Instagram tells of it."""
    plain = {
        "id": "17911",
        "from": {"id": "7001", "username": "lea_m"},
        "media": {"id": "17901", "media_product_type": "FEED"},
        "text": "Toujours rien reçu !",
    }
    change = {"field": field, "value": value or plain}
    return {"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1772452801, "changes": [change]}]}


def test_metas_question_is_answered_with_its_challenge():
    """Only where the word is ours."""
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY}
    assert challenge(asked, VERIFY) == "1158201444"
    assert challenge(asked, "another word") is None
    assert challenge(asked | {"hub.mode": "unsubscribe"}, VERIFY) is None
    assert challenge({}, VERIFY) is None
    assert challenge(asked | {"hub.verify_token": ""}, "") is None


def test_only_what_is_signed_is_heard():
    """HMAC-SHA256 of the raw body, keyed by the app's secret."""
    assert signed(BODY, signature(BODY), SECRET)
    assert not signed(BODY + b" ", signature(BODY), SECRET)
    assert not signed(BODY, signature(BODY, "another app's"), SECRET)
    assert not signed(BODY, signature(BODY).removeprefix("sha256="), SECRET)
    assert not signed(BODY, signature(BODY, ""), "")
    assert not signed(BODY, "", SECRET)


@given(st.binary(), st.text(), st.text())
def test_no_signature_is_too_strange(body, header, secret):
    """Whatever stands in the header, it is refused without an error."""
    assert not signed(body, header, secret)
    assert challenge({"hub.mode": "subscribe", "hub.verify_token": header}, secret) in {None, ""}


def test_a_comment_on_facebook_is_heard():
    """Its id, text and author, and a link that leads to it."""
    ((account, post),) = posts(on_facebook(), IDS)
    assert account == PAGE
    assert (post.ref, post.text, post.author_name) == ("122_555", "Toujours rien reçu !", "Léa Moreau")
    assert post.link == f"https://www.facebook.com/{PAGE}/posts/122?comment_id=555"
    assert post.written_at == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_reply_on_facebook_names_what_it_answers():
    """By the parent, which is the post for a comment at the top."""
    ((_, post),) = posts(on_facebook(parent_id="122_444"), IDS)
    assert post.answers == "122_444"
    assert post.link.endswith("comment_id=444&reply_comment_id=555")


@pytest.mark.parametrize("verb", ["edit", "edited"])
def test_an_edited_comment_keeps_its_id(verb):
    """So it is the same complaint."""
    assert [post.ref for _, post in posts(on_facebook(verb=verb), IDS)] == ["122_555"]


@pytest.mark.parametrize(
    "payload",
    [
        on_facebook(**{"from": {"id": PAGE, "name": "Acme"}}),
        on_facebook(verb="remove"),
        on_facebook(verb="hide"),
        on_facebook(item="reaction"),
        on_facebook(item="status"),
        on_facebook() | {"object": "user"},
        on_instagram("story_insights"),
        on_instagram(id="1", **{"from": {"id": ACCOUNT, "username": "acme_shop"}}, text="Bonjour"),
        on_instagram(id="1", **{"from": {"id": "9", "self_ig_scoped_id": "9"}}, text="Bonjour"),
    ],
)
def test_our_own_words_and_whatever_is_no_comment_are_left_out(payload):
    """Also what was removed."""
    assert posts(payload, IDS) == []


def test_other_accounts_are_left_out():
    """Their app's webhook is ours as well, their Page is not."""
    assert posts(on_facebook(), {ACCOUNT}) == []


@pytest.mark.parametrize("field", ["comments", "live_comments"])
def test_a_comment_on_instagram_is_heard(field):
    """Its link is not told."""
    payload = on_instagram(field, **on_instagram()["entry"][0]["changes"][0]["value"])
    ((account, post),) = posts(payload, IDS)
    assert account == ACCOUNT
    assert (post.ref, post.text, post.author, post.link) == ("17911", "Toujours rien reçu !", "@lea_m", "")


@pytest.mark.parametrize(
    ("value", "ref"),
    [({"media_id": "17901", "comment_id": "17911"}, "17901_17911"), ({"media_id": "17901"}, "17901_caption")],
)
def test_a_mention_on_instagram_is_heard(value, ref):
    """By its ids alone: nothing else is told."""
    assert [(post.ref, post.text) for _, post in posts(on_instagram("mentions", **value), IDS)] == [(ref, "")]


def test_one_delivery_may_tell_of_many_and_twice():
    """Up to a thousand changes; the same one counts once."""
    payload = on_facebook()
    payload["entry"] = payload["entry"] * 2 + on_facebook(comment_id="122_556")["entry"]
    assert [post.ref for _, post in posts(payload, IDS)] == ["122_555", "122_556"]


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(PAGE) | st.just("feed") | st.just("comment"),
    lambda each: (
        st.lists(each)
        | st.dictionaries(
            st.sampled_from(["object", "entry", "id", "changes", "field", "value", "from", "item", "verb"]), each
        )
    ),
)


@given(NONSENSE, NONSENSE, NONSENSE)
def test_no_payload_is_too_strange(whole, entry, value):
    """A signed body of any shape is read, or nothing is heard."""
    for payload in (whole, {"object": "page", "entry": entry}, on_facebook(**{"from": value, "created_time": value})):
        for account, post in posts(payload, IDS):
            assert account in IDS
            assert post.ref
    for payload in (on_instagram(id=value, text=value), on_instagram("mentions", media_id=value, comment_id=value)):
        json.dumps([post.ref for _, post in posts(payload, IDS)])


async def test_what_is_heard_is_what_the_link_shows(facebook: FacebookWorld):
    """The complaint of a webhook is read, checked and answered like one whose link somebody pasted."""
    said = facebook.says(facebook.post, "Toujours rien reçu !")
    ((_, post),) = posts(on_facebook(comment_id=said.id, post_id=facebook.post.id, parent_id=facebook.post.id), IDS)
    completed = await facebook.account.completed(post)
    assert completed
    (complaint,) = complaints(facebook.spec(), completed, FakeClock())
    assert (await facebook.account.resolve(complaint.link)).ref == said.id
    assert await facebook.account.check(complaint) is None
    (bare,) = complaints(facebook.spec(), post, FakeClock())
    assert (await facebook.account.resolve(post.link)).ref == said.id
    assert await facebook.account.check(bare) is None
