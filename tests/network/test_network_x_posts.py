"""What goes over the line to X, who may be answered there, and how its posts are read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract import approved
from hypothesis import given
from hypothesis import strategies as st
from test_network_x import XWorld, ref_of, spec
from x_standin import XServer

from bot.desk.case import Complaint
from bot.desk.ports import Posted, Refused
from bot.network.account import Unread
from bot.network.links import recognise
from bot.network.x.reading import Tweet, User, id_at, time_of


@pytest.fixture
async def server() -> AsyncIterator[XServer]:
    async with XServer() as server:
        yield server


@pytest.fixture
async def world(server: XServer) -> AsyncIterator[XWorld]:
    world = XWorld(server, spec(server))
    yield world
    await world.account.close()


def about(world: XWorld, ref: int) -> Complaint:
    return Complaint(
        id="c1",
        brand="acme",
        text="Toujours rien reçu !",
        received_at=datetime.now(UTC),
        network="x",
        link=f"https://twitter.com/lea_m/status/{ref}?s=20",
    )


async def test_the_calls_are_those_of_the_documentation(world: XWorld) -> None:
    """Method, path, query, headers and body of one reply, from the first look to the last."""
    complaint = await world.complains("Toujours rien reçu !")
    posted = await world.account.publish(complaint, approved("Bonjour & désolés ! 🙏🏽"))
    assert isinstance(posted, Posted)
    ref = ref_of(complaint)
    calls = world.server.calls
    assert [(call.method, call.path) for call in calls] == [
        ("GET", "/2/users/me"),
        ("GET", f"/2/tweets/{ref}"),
        ("GET", "/2/users/1001/tweets"),
        ("POST", "/2/tweets"),
        ("GET", f"/2/tweets/{posted.ref}"),
    ]
    assert calls[2].query["since_id"] == str(ref)
    assert calls[3].json == {"text": "Bonjour & désolés ! 🙏🏽", "reply": {"in_reply_to_tweet_id": str(ref)}}
    assert calls[3].headers["content-type"] == "application/json"
    assert all(call.headers["authorization"].startswith("OAuth ") for call in calls)
    assert posted.link == f"https://x.com/acme/status/{posted.ref}"
    assert world.server.wrong == []


async def test_looking_and_deleting_are_those_of_the_documentation(world: XWorld) -> None:
    """The brand's own posts since the complaint; DELETE with the id."""
    complaint, reply = await world.complains("Toujours rien reçu !"), approved()
    posted = await world.account.publish(complaint, reply)
    assert isinstance(posted, Posted)
    world.server.calls.clear()
    await world.account.find(complaint, reply)
    await world.account.delete(complaint, replace(reply, ref=posted.ref))
    told = [(call.method, call.path) for call in world.server.calls]
    ref = ref_of(complaint)
    assert told == [("GET", f"/2/tweets/{ref}"), ("GET", "/2/users/1001/tweets"), ("DELETE", f"/2/tweets/{posted.ref}")]


async def test_what_is_there_is_not_sent_again(world: XWorld) -> None:
    """A refused post costs as well: the brand's own posts are looked through first."""
    complaint, reply = await world.complains("Toujours rien reçu !"), approved()
    for _ in range(3):
        assert isinstance(await world.account.publish(complaint, reply), Posted)
    assert len(world.server.sent) == 1


# The rule of February 2026


async def test_who_has_not_called_the_brand_is_answered_by_hand(world: XWorld) -> None:
    """Known at intake, said with the link to the composer, refused before anything is sent."""
    stored = world.server.write(world.server.lea, "La marque Acme, jamais plus !")
    complaint = about(world, stored.id)
    assert world.account.by_hand_for(complaint) is None
    closed = (await world.account.resolve(complaint.link)).closed
    assert closed is not None
    assert str(closed).endswith(f"https://x.com/intent/post?in_reply_to={stored.id}")
    assert "neither mentioned nor quoted @acme" in str(closed)
    assert await world.account.check(complaint) == closed == world.account.by_hand_for(complaint)
    assert await world.account.publish(complaint, approved()) == Refused(closed)
    assert world.server.sent == []


@pytest.mark.parametrize("how", ["mention", "MENTION", "quote", "answer"])
async def test_who_has_called_the_brand_is_answered(world: XWorld, how: str) -> None:
    """By its name in any case of letters, by quoting a post of it, or by answering one."""
    ours = world.server.write(world.server.acme, "Notre nouvelle collection est là.")
    stored = {
        "mention": lambda: world.server.write(world.server.lea, "Et alors, @acme ?"),
        "MENTION": lambda: world.server.write(world.server.lea, "Et alors, @ACME ?"),
        "quote": lambda: world.server.write(world.server.lea, "Et ma commande ?", quotes=ours.id),
        "answer": lambda: world.server.answers(world.server.lea, ours.id, "Et ma commande ?"),
    }[how]()
    complaint = about(world, stored.id)
    assert await world.account.check(complaint) is None
    assert isinstance(await world.account.publish(complaint, approved()), Posted)
    assert world.account.by_hand_for(complaint) is None


@pytest.mark.parametrize(
    "told",
    [{"entities": {"mentions": [{"username": "ACME"}]}}, {"in_reply_to_user_id": "1001"},
     {"note_tweet": {"text": "…", "entities": {"mentions": [{"username": "acme", "id": "1001"}]}}}],
)  # fmt: skip
def test_a_name_is_found_wherever_x_tells_it(told: dict[str, Any]) -> None:
    """In any case of letters, in the far end of a long text, or only as the author of what is answered."""
    assert Tweet.model_validate({"id": "1", **told}).names(User(id="1001", username="Acme"))
    assert not Tweet.model_validate({"id": "1", **told}).names(User(id="1002", username="acme_fr"))


async def test_who_answers_somebody_else_has_not_called_the_brand(world: XWorld) -> None:
    """A mention further up in the conversation is another author's, or another post."""
    first = world.server.write(world.server.lea, "@acme n'a rien livré.")
    other = world.server.write(world.server.lea, "Pareil ici.", to=first.id, prefix="@lea_m ")
    assert (await world.account.resolve(about(world, other.id).link)).closed is not None


async def test_an_enterprise_contract_lifts_the_rule(server: XServer) -> None:
    """options: enterprise: true. What an author has restricted stays closed."""
    server.enterprise = True
    world = XWorld(server, spec(server, options={"enterprise": "true"}))
    free = server.write(server.lea, "La marque Acme, jamais plus !")
    assert isinstance(await world.account.publish(about(world, free.id), approved()), Posted)
    restricted = server.write(server.lea, "Entre nous.", reply_settings="mentionedUsers")
    assert "certain people" in str((await world.account.resolve(about(world, restricted.id).link)).closed)
    assert world.account.by_hand_for(about(world, restricted.id)) is None
    await world.account.close()


async def test_a_rule_that_x_reads_otherwise_is_learnt_from_its_refusal(world: XWorld) -> None:
    """We thought that it could be answered; X says the rule forbids it: by hand from then on."""
    stored = world.server.write(world.server.lea, "Et alors, @acme ?")
    stored.author = replace(world.server.lea)
    world.server._summoned = lambda parent: False  # type: ignore[method-assign]
    complaint = about(world, stored.id)
    assert await world.account.check(complaint) is None
    outcome = await world.account.publish(complaint, approved())
    assert isinstance(outcome, Refused)
    assert world.account.by_hand_for(complaint) == outcome.reason == await world.account.check(complaint)


async def test_a_check_costs_one_read_in_half_a_minute(world: XWorld) -> None:
    """Reads are paid for: looking at the card again asks nothing anew."""
    complaint = await world.complains("Toujours rien reçu !")
    for _ in range(5):
        assert await world.account.check(complaint) is None
    assert len(world.server.calls) == 2  # who we are, and the post


# Reading


async def test_a_post_is_read_with_all_that_it_tells(world: XWorld) -> None:
    """Characters that X escapes, links that it shortens, its picture, language, author and what it answers."""
    ours = world.server.write(world.server.acme, "Bonjour à tous.")
    text = "A < B & C > D : https://acme.example/x?a=1&b=2 !"
    stored = world.server.answers(world.server.lea, ours.id, text, picture="https://pbs.example/1.jpg")
    post = await world.account.resolve(f"https://x.com/lea_m/status/{stored.id}")
    assert post.text == f"@acme {text}"
    assert (post.author, post.author_name, post.lang) == ("@lea_m", "Léa Moreau", "fr")
    assert (post.answers, post.attachments) == (str(ours.id), ("https://pbs.example/1.jpg",))
    assert post.written_at == time_of(str(stored.id))
    assert post.edited_at is None


async def test_an_edited_post_is_read_in_its_last_version(world: XWorld) -> None:
    """By the link of the first one; the ref stays the first one's, and the reply goes to the last."""
    complaint = await world.complains("Toujours rien reçu !")
    edited = world.server.edit(ref_of(complaint), "@acme Toujours rien, 3 semaines !")
    post = await world.account.resolve(complaint.link)
    assert post.text == "@acme Toujours rien, 3 semaines !"
    assert (post.ref, post.link) == (str(ref_of(complaint)), f"https://x.com/lea_m/status/{edited.id}")
    assert post.edited_at == time_of(str(edited.id))
    posted = await world.account.publish(complaint, approved())
    assert world.server.sent[0].json["reply"] == {"in_reply_to_tweet_id": str(edited.id)}
    assert await world.account.find(complaint, approved()) == posted


async def test_a_reply_to_the_version_before_is_found(world: XWorld) -> None:
    """The customer edits after we have answered: our reply stands below the older version."""
    complaint, reply = await world.complains("Toujours rien reçu !"), approved()
    posted = await world.account.publish(complaint, reply)
    world.server.edit(ref_of(complaint), "@acme Merci !")
    assert await world.account.find(complaint, reply) == posted
    assert await world.account.publish(complaint, reply) == posted


async def test_mentions_of_many_pages_come_in_order(world: XWorld) -> None:
    """Oldest first, over all pages; an own post and another's post to others are none."""
    start = (await world.account.mentions("")).cursor
    world.server.page_size = 2
    for number in range(7):
        await world.complains(f"Message {number}")
    world.server.write(world.server.acme, "@acme se parle")
    world.server.write(world.server.lea, "Sans nom.")
    heard = await world.account.mentions(start)
    assert [post.text for post in heard.posts] == [f"@acme Message {number}" for number in range(7)]
    assert (await world.account.mentions(heard.cursor)).posts == ()


async def test_an_edited_mention_keeps_its_ref(world: XWorld) -> None:
    """X lists it again, as a new post: whoever files it by its ref finds the case that is there."""
    start = (await world.account.mentions("")).cursor
    complaint = await world.complains("Toujours rien !")
    heard = await world.account.mentions(start)
    world.server.edit(ref_of(complaint), "@acme Toujours rien reçu !")
    again = await world.account.mentions(heard.cursor)
    assert [post.ref for post in heard.posts] == [post.ref for post in again.posts] == [str(ref_of(complaint))]


async def test_a_page_of_mentions_that_fails_loses_none(world: XWorld) -> None:
    """All or nothing: the cursor stays where it was."""
    start = (await world.account.mentions("")).cursor
    world.server.page_size = 2
    for number in range(4):
        await world.complains(f"Message {number}")
    world.server.reads.extend([(200, {"meta": {"next_token": "t2"}}), (503, "")])
    with pytest.raises(Unread):
        await world.account.mentions(start)
    assert len((await world.account.mentions(start)).posts) == 4


@pytest.mark.parametrize(
    "link",
    ["", "https://x.com/lea_m", "https://x.com/lea_m/status/" + "9" * 400, "https://t.co/abc", "https://bsky.app/profile/a.b/post/1"],
)  # fmt: skip
async def test_what_is_no_post_on_x_asks_nobody(world: XWorld, link: str) -> None:
    """Nothing is called for it; the sentence says what to do."""
    complaint = replace(about(world, 1), link=link)
    with pytest.raises(Unread, match="no post on X"):
        await world.account.resolve(link)
    assert "no post on X" in str(await world.account.check(complaint))
    assert isinstance(await world.account.publish(complaint, approved()), Refused)
    assert world.server.calls == []


@pytest.mark.parametrize(
    ("approved_text", "there"),
    [
        ("Bonjour & pardon", "@lea_m Bonjour &amp; pardon"),
        ("Suivi : https://a.example/x?b=1&c=2.", "@lea_m Suivi : https://t.co/abc123."),
        ("Voir acme.com ou acme.fr/aide", "Voir https://t.co/abc123 ou https://t.co/abc124"),
        ("@lea_m  Bonjour\n\nLéa", "@lea_m Bonjour\nLe\u0301a"),
        ("(https://a.example)", "(https://t.co/abc123)"),
    ],
)
def test_a_text_is_known_again_as_x_shows_it(approved_text: str, there: str) -> None:
    """Escaped, with short links, the customer's name in front, evened, in another Unicode form."""
    assert Tweet(id="1", text=there).reads_like(approved_text)


@pytest.mark.parametrize(
    ("approved_text", "there"),
    [
        ("Bonjour", "@lea_m Bonjour Léa"),
        ("Bonjour Léa", "@lea_m Bonjour"),
        ("👍", "🙏"),
        ("Voir la page.", "Voir https://t.co/abc123 la page."),
        ("Voir ici et là", "Voir https://t.co/abc123"),
    ],
)
def test_another_text_is_not_taken_for_it(approved_text: str, there: str) -> None:
    """A colleague's answer by hand is no reply of ours."""
    assert not Tweet(id="1", text=there).reads_like(approved_text)


@given(st.text(min_size=1), st.text())
def test_reading_a_text_again_never_takes_long_or_raises(text: str, other: str) -> None:
    """Whatever stands there; a text is always like itself."""
    assert Tweet(id="1", text=text.replace("&", "&amp;")).reads_like(text) or "t.co" in text
    Tweet(id="1", text=other).reads_like(text)


def test_an_id_tells_its_time() -> None:
    """X's own example: 1301573587187331074 was written on 2020-09-03 at 17:31:39 UTC."""
    example = time_of("1301573587187331074")
    assert example is not None
    assert example.replace(microsecond=0) == datetime(2020, 9, 3, 17, 31, 39, tzinfo=UTC)
    assert time_of("20") is None  # the first post of all is older than that
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert time_of(str(id_at(at))) == at
    assert time_of(str(id_at(at) - 1)) == at - timedelta(milliseconds=1)


def test_the_composer_answers_the_right_post() -> None:
    """The link in the remark and the one on a card lead to the same composer."""
    place = recognise("https://x.com/lea_m/status/1700?s=20")
    assert (place.network, place.post) == ("x", "1700")


async def test_longer_posts_for_who_may_write_them(server: XServer) -> None:
    """options: limit: 25000 for an account with X Premium."""
    world = XWorld(server, spec(server, options={"limit": "25000"}))
    assert world.account.measure(about(world, 1), "a" * 300).fits
    await world.account.close()


# Lengths: docs.x.com/fundamentals/counting-characters and twitter-text's config/v3.json


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("a" * 280, 280),
        ("日" * 140, 280),  # "CJK glyphs count as two characters"
        ("안녕하세요", 10),
        ("Ж" * 280, 280),  # up to U+10FF: one
        ("ሀ" * 140, 280),  # U+1200: two
        ("👨‍👩‍👧‍👦" * 140, 280),  # "all emoji count as two characters", sequences too
        ("👍🏿", 2),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", 2),
        ("café", 4),  # "normalized to NFC": the accent apart is counted with its letter
        ("cafe\u0301", 4),
        ("— ‘’ “”", 7),  # U+2010 to U+201F: one
        ("…", 2),  # U+2026 is in none of the ranges
        ("https://acme.example/" + "a" * 300, 23),  # "all URLs are 23 characters"
        ("http://a.co", 23),
        ("日本語 https://acme.example/é 👍", 6 + 1 + 23 + 1 + 2),
    ],
)
async def test_lengths_are_those_that_x_publishes(world: XWorld, text: str, weight: int) -> None:
    """Weighted characters, 280 of them."""
    length = world.account.measure(about(world, 1), text)
    assert (length.used, length.limit) == (weight, 280)
