"""What is sent to Reddit, what it says no to, and how that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from contract import MINUTE, Fault, approved, brought, now
from hypothesis import given
from hypothesis import strategies as st
from reddit_standin import CLIENT, PASSWORD, SECRET, shown
from test_network_reddit import RedditWorld, a_world, complaint, spec

from bot.desk.ports import NotSent, Posted, Refused, Unclear
from bot.errors import SettingsError
from bot.network.account import PostGone, Unread
from bot.network.reddit import build
from bot.network.reddit.markdown import escaped, plain, reads_like
from bot.network.reddit.thing import where
from bot.network.reddit.trouble import waits

MARKS = st.text(alphabet="ab é_*`~^|<>[]()#+-.!=&;\\1\n", max_size=40)


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


async def published(world: RedditWorld, text: str = "Bonjour."):
    return await world.account.publish(await world.complains("Toujours rien !"), approved(text))


async def test_a_comment_is_sent_as_the_api_wants_it(world):
    """Method, path, headers and form."""
    await published(world)
    (call,) = world.server.posts()
    assert (call.method, call.path) == ("POST", "/api/comment")
    assert call.headers["User-Agent"] == "server:portevoix:v1 (by /u/acme_care)"
    assert call.headers["Authorization"].startswith("Bearer t0k3n-")
    assert call.sent == {"api_type": "json", "raw_json": "1", "thing_id": "t1_k2", "text": "Bonjour."}


async def test_a_script_app_logs_in_with_a_password(world):
    """The other grant; the account's name is its handle."""
    await world.rebuilt(secrets={"client_id": CLIENT, "client_secret": SECRET, "password": PASSWORD})
    assert isinstance(await published(world), Posted)
    sent = world.server.calls[0].sent
    assert sent == {"grant_type": "password", "username": "acme_care", "password": PASSWORD}


async def test_a_wrong_password_stops_the_account(world):
    """Reddit tells it with 200 and ``invalid_grant``."""
    await world.rebuilt(secrets={"client_id": CLIENT, "client_secret": SECRET, "password": "other"})
    outcome = await published(world)
    assert isinstance(outcome, NotSent)
    assert "invalid_grant" in str(world.account.problem)


async def test_a_token_that_has_ended_is_replaced(world):
    """One 401, another token, and the comment stands there once."""
    assert isinstance(await published(world), Posted)
    world.server.tokens.clear()
    assert isinstance(await published(world), Posted)
    assert world.account.problem is None


@pytest.mark.parametrize(
    ("code", "says", "words"),
    [
        ("THREAD_LOCKED", "Comments are locked.", "locked"),
        ("TOO_OLD", "that's a piece of history now", "archived"),
        ("DELETED_COMMENT", "that comment has been deleted", "not there any more"),
        ("TOO_LONG", "this is too long (max: 10000)", "too long"),
        ("BANNED_FROM_SUBREDDIT", "that user is banned", "may not write in this community"),
        ("SUBREDDIT_NO_ACCESS", "you aren't allowed access", "private"),
        ("SOMETHING_IS_BROKEN", "Something is broken", "blocked"),
        ("SUBREDDIT_OUTBOUND_LINKING_DISALLOWED", "no links", "links"),
        ("NEVER_HEARD_OF", "Only on Tuesdays.", "Only on Tuesdays."),
    ],
)
async def test_a_refusal_inside_a_200_is_told_in_words(world, code, says, words):
    """``json.errors``: refused for good, in our words where we know the code, else in Reddit's."""
    world.server.errors.append(([code, says, "parent"], {}))
    outcome = await published(world)
    assert isinstance(outcome, Refused)
    assert words in str(outcome.reason)


@pytest.mark.parametrize("code", ["USER_REQUIRED", "IN_TIMEOUT", "VERIFIED_USER_REQUIRED"])
async def test_what_the_account_may_not_do_waits_for_a_person(world, code):
    """Signed out, suspended, no address: the reply waits, and the problem is told."""
    world.server.errors.append(([code, "no", "x"], {}))
    assert isinstance(await published(world), NotSent)
    assert world.account.problem is not None


@pytest.mark.parametrize(
    ("says", "more", "seconds"),
    [
        ("Take a break for 9 minutes before trying again.", {}, 600),
        ("you are doing that too much. try again in 53 seconds.", {}, 54),
        ("try again later", {}, 60),
        ("Take a break for 9 minutes before trying again.", {"ratelimit": 512.3}, 512.3),
    ],
)
async def test_too_many_comments_wait_as_long_as_reddit_says(world, says, more, seconds):
    """RATELIMIT: the reply waits; nothing is sent meanwhile, but all can be read."""
    world.server.errors.append((["RATELIMIT", says, "ratelimit"], more))
    outcome = await published(world)
    assert isinstance(outcome, NotSent)
    assert outcome.wait == pytest.approx(seconds)
    assert isinstance(await published(world), NotSent)
    assert len(world.server.posts()) == 1
    said = await world.complains("Encore.")
    assert "min." in str(await world.account.check(said))
    assert (await world.account.resolve(said.link)).text == "Encore."


def test_spans_of_time_are_read():
    """Milliseconds to days; nothing where there are none."""
    told = [waits(None, says) for says in ("in 202 milliseconds", "1 hour", "2 days", "soon")]
    assert told == [pytest.approx(1.001), 7200.0, 259200.0, 0.0]


async def test_the_last_allowed_call_pauses_the_account(world):
    """``x-ratelimit-remaining`` is down: no further call until its reset."""
    said = await world.complains("Toujours rien !")
    world.server.left = 0.4
    await world.account.check(said)
    before = len(world.server.calls)
    outcome = await world.account.publish(said, approved())
    assert isinstance(outcome, NotSent)
    assert 60 < outcome.wait <= 120
    assert len(world.server.calls) == before


async def test_a_comment_that_landed_elsewhere_is_deleted_again(world):
    """The parent in the answer is looked at."""
    world.server.astray = True
    said = await world.complains("Toujours rien !")
    assert isinstance(await world.account.publish(said, approved()), Refused)
    assert await world.thread(said) == []


@pytest.mark.parametrize("what", ["locked", "archived"])
async def test_a_shut_discussion_is_told(world, what):
    """The submission's lock and age count for its comments."""
    said = await world.complains("Toujours rien !")
    setattr(world.server.said["t3_k1"], what, True)
    assert what in str((await world.account.resolve(said.link)).closed)
    assert isinstance(await world.account.publish(said, approved()), Refused)


@pytest.mark.parametrize("word", ["[deleted]", "[removed]", "[ Removed by Reddit ]"])
async def test_words_that_were_taken_away_are_gone(world, word):
    """By the author, a moderator, or Reddit."""
    said = await world.complains("Toujours rien !")
    world.server.at(said.link).removed = word
    with pytest.raises(PostGone):
        await world.account.resolve(said.link)


async def test_a_submission_is_answered_too(world):
    """Title and text; the short link leads to it."""
    said = world.server.write("lea_m", "Trois semaines !", title="Toujours rien reçu")
    post = await world.account.resolve(f"https://redd.it/{said.id}")
    assert (post.ref, post.text) == (said.name, "Toujours rien reçu\n\nTrois semaines !")
    assert isinstance(await world.account.publish(complaint(world.server, said), approved()), Posted)
    assert world.server.posts()[0].sent["thing_id"] == said.name


async def test_a_share_link_is_asked_for_in_full(world):
    """It hides where it leads, and no redirect is followed."""
    with pytest.raises(Unread, match="whole link"):
        await world.account.resolve("https://www.reddit.com/r/acme/s/AbCdEf123")
    assert world.server.calls == []


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://www.reddit.com/r/acme/comments/1ab2/titre/", "t3_1ab2"),
        ("https://old.reddit.com/r/acme/comments/1ab2/titre/kx1/?context=3", "t1_kx1"),
        ("https://www.reddit.com/r/acme/comments/1ab2/comment/kx1/", "t1_kx1"),
        ("https://www.reddit.com/user/lea-m/comments/1ab2/titre/kx1", "t1_kx1"),
        ("https://www.reddit.com/gallery/1ab2", "t3_1ab2"),
        ("https://redd.it/1ab2", "t3_1ab2"),
    ],
)
def test_links_name_things(link, name):
    """Comments and submissions, however the link is written."""
    assert where(link).name == name


async def test_a_hidden_discussion_is_read_back_from_our_own_comments(world):
    """What was cut is found in the account's list."""
    said, reply = await world.complains("Toujours rien !"), approved()
    world.server.hides_threads = True
    await world.fault(Fault.CUT_AFTER)
    assert isinstance(await world.account.publish(said, reply), Unclear)
    await brought(world, said, reply)
    assert await world.thread(said) == [reply.text]


async def test_too_long_a_list_is_no_proof_of_absence(world):
    """A thousand comments since: nobody can say."""
    said = await world.complains("Toujours rien !")
    other = world.server.write("mod", "", title="Un autre fil")
    for number in range(1_050):
        world.server.write("acme_care", f"Réponse {number}", under=other)
    assert isinstance(await world.account.find(said, approved()), Unclear)


async def test_a_stranger_posts_nothing(world):
    """Secrets of another account than brand.yaml names."""
    await world.rebuilt(handle="u/someone_else")
    assert isinstance(await published(world), NotSent)
    assert "someone_else" in str(world.account.problem)
    assert world.server.posts() == []


async def test_a_suspended_account_waits(world):
    """Told in words."""
    world.server.suspended = True
    outcome = await published(world)
    assert isinstance(outcome, NotSent)
    assert "suspended" in str(outcome.reason)


async def test_without_a_link_only_the_access_is_checked(world):
    """None while all is well, a sentence when it is not."""
    nowhere = replace(await world.complains("x"), link="")
    assert await world.account.check(nowhere) is None
    await world.revoke()
    world.time_passes()
    assert await world.account.check(nowhere) is not None


async def test_the_inbox_is_heard_in_order_and_late_ones_too(world):
    """Answers and mentions, older ones that a filter let through, none twice, no letters, not our own."""
    server = world.server
    start = (await world.account.mentions("")).cursor
    ours = server.write("acme_care", "Bonjour à tous.")
    for number in range(130):
        server.write("lea_m", f"Plainte {number}", under=ours)
    heard = await world.account.mentions(start)
    assert [post.text for post in heard.posts] == [f"Plainte {number}" for number in range(130)]
    late = server.write("noor", "En retard.", under=ours)
    late.at = datetime.now(UTC) - timedelta(minutes=5)
    again = await world.account.mentions(heard.cursor)
    assert [post.text for post in again.posts] == ["En retard."]
    assert (await world.account.mentions(again.cursor)).posts == ()


async def test_a_colleagues_answer_of_long_ago_is_not_ours_to_delete(world):
    """The same words stood there before the yes: it is taken for the reply, and stays."""
    said = await world.complains("Toujours rien !")
    await world.by_hand(said, "Bonjour.")
    outcome = await world.account.publish(said, approved("Bonjour.", at=now() + MINUTE))
    assert isinstance(outcome, Posted)
    assert await world.thread(said) == ["Bonjour."]


@given(MARKS)
def test_text_is_shown_as_it_is_written(text):
    """Whatever Markdown would make of it; a reader of its own (markdown-it) sees the very words."""
    assert shown(escaped(text)).split() == text.split()


@given(MARKS)
def test_what_was_escaped_reads_like_the_text(text):
    """Also when read back."""
    assert reads_like(escaped(text), text)
    assert plain(escaped(text)).split() == text.split()


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("Bonjour,\nvotre colis *part*.", "Bonjour,  \nvotre colis \\*part\\*."),
        ("https://a.example/x_y?z=1&l=fr u/lea_m r/acme", "https://a.example/x_y?z=1&l=fr u/lea_m r/acme"),
        ("1. Un\n- deux\n#trois\n-5 €", "1\\. Un  \n\\- deux  \n\\#trois  \n-5 €"),
        ("AT&amp;T & fils", "AT\\&amp;T & fils"),
    ],
)
def test_as_little_as_needed_is_escaped(text, body):
    """Links and names stay whole; lines stay lines."""
    assert escaped(text) == body


@pytest.mark.parametrize("lacks", ["client_id", "client_secret", "refresh_token"])
def test_a_missing_secret_is_named(lacks):
    """With its variable."""
    secrets = {"client_id": "a", "client_secret": "b", "refresh_token": "c"}
    del secrets[lacks]
    account = spec.__globals__["Spec"](brand="acme", network="reddit", handle="acme", secrets=secrets)
    with pytest.raises(SettingsError, match=f"ACME_REDDIT_{lacks.upper()}"):
        build(account)
