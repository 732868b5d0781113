"""What Bluesky's answers mean, in words; what an account needs to be built. No server of Bluesky's is needed here."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from bluesky_line import Line
from contract import approved

from bot.desk.case import Complaint
from bot.desk.ports import NotSent, Posted, Refused, Unclear
from bot.errors import SettingsError
from bot.network.account import PostGone, Spec, Unread
from bot.network.bluesky import build
from bot.network.bluesky.account import BlueskyAccount

SPEC = Spec(brand="acme", network="bluesky", handle="acme.test", secrets={"app_password": "aaaa-bbbb"})
COMPLAINT = Complaint(
    id="bluesky:3k",
    brand="acme",
    text="Toujours rien reçu !",
    received_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    network="bluesky",
    link="https://bsky.app/profile/lea.test/post/3jzfcijpj2z2a",
)
POST = {
    "uri": "at://did:plc:lea/app.bsky.feed.post/3jzfcijpj2z2a",
    "cid": "bafy",
    "author": {"did": "did:plc:lea", "handle": "lea.test", "displayName": "Léa"},
    "record": {"text": "Toujours rien reçu !", "createdAt": "2026-03-02T12:00:00Z"},
    "indexedAt": "2026-03-02T12:00:00Z",
}
WELL = {
    "com.atproto.server.createSession": {
        "did": "did:plc:acme",
        "handle": "acme.test",
        "accessJwt": "a",
        "refreshJwt": "r",
    },
    "com.atproto.server.getSession": {"did": "did:plc:acme", "handle": "acme.test", "active": True},
    "app.bsky.feed.getPostThread": {"thread": {"post": POST}},
    "com.atproto.repo.listRecords": {"records": []},
    "com.atproto.repo.putRecord": {},
}

Told = tuple[int, Any, dict[str, str]]


class Answers:
    """Stands where a PDS stands, and says what it is told to say."""

    def __init__(self, line: Line, account: BlueskyAccount) -> None:
        self.line, self.account = line, account
        self.said: dict[str, Told] = {}
        self.heard: list[web.Request] = []
        line.answers = self.answer

    def answer(self, request: web.Request) -> web.Response:
        self.heard.append(request)
        name = request.match_info["name"]
        status, body, headers = self.said.get(name, (200, WELL.get(name, {}), {}))
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=headers, content_type="text/html")
        return web.json_response(body, status=status, headers=headers)

    def says(self, name: str, status: int, body: Any, **headers: str) -> None:
        self.said[name] = status, body, headers


@pytest.fixture
async def answers() -> AsyncIterator[Answers]:
    line = Line("http://127.0.0.1:1")
    await line.up()
    account = build(replace(SPEC, server=line.url, options={"appview": "did:web:appview.test#bsky_appview"}))
    yield Answers(line, account)
    await account.close()
    await line.close()


def error(name: str, message: str = "") -> dict[str, str]:
    return {"error": name, "message": message or name}


async def test_another_servers_404_is_no_sign_of_absence(answers: Answers):
    """A page of a proxy while the server is rebuilt: neither absent nor gone."""
    answers.says("com.atproto.repo.getRecord", 404, "<h1>Not Found</h1>")
    answers.says("app.bsky.feed.getPostThread", 404, "<h1>Not Found</h1>")
    assert isinstance(await answers.account.find(COMPLAINT, approved()), Unclear)
    assert isinstance(await answers.account.publish(COMPLAINT, approved()), NotSent)
    with pytest.raises(Unread):
        await answers.account.resolve(COMPLAINT.link)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, error("InternalServerError")),
        (502, "<h1>Bad Gateway</h1>"),
        (200, "<h1>Please sign in to this wifi</h1>"),
        (302, "elsewhere"),
        (200, {}),
    ],
)
async def test_what_is_no_answer_of_a_pds_leaves_it_open(answers: Answers, status: int, body: Any):
    """After the call that posts, nobody can say."""
    answers.says("com.atproto.repo.putRecord", status, body)
    assert isinstance(await answers.account.publish(COMPLAINT, approved()), Unclear)


@pytest.mark.parametrize(
    ("status", "name", "says"),
    [
        (401, "AccountTakedown", "taken the account down"),
        (401, "AccountDeactivated", "deactivated"),
        (403, "AccountNotFound", "does not find the account"),
    ],
)
async def test_an_account_that_may_not_post_waits(answers: Answers, status: int, name: str, says: str):
    """The reply is kept, and the words say what a person has to do."""
    answers.says("com.atproto.repo.putRecord", status, error(name))
    outcome = await answers.account.publish(COMPLAINT, approved())
    assert isinstance(outcome, NotSent)
    assert says in str(outcome.reason)
    assert says in str(answers.account.problem)


async def test_the_main_password_is_told_from_an_app_password(answers: Answers):
    """Bluesky asks for a code by e-mail then."""
    answers.says("com.atproto.server.createSession", 401, error("AuthFactorTokenRequired"))
    with pytest.raises(Unread, match="use an app password"):
        await answers.account.whoami()


async def test_a_refused_record_is_told_in_bluesky_s_words(answers: Answers):
    """For good: the same record will never do."""
    answers.says("com.atproto.repo.putRecord", 400, error("InvalidRequest", "Record/text must not be longer"))
    outcome = await answers.account.publish(COMPLAINT, approved())
    assert isinstance(outcome, Refused)
    assert "Record/text must not be longer" in str(outcome.reason)


async def test_a_pause_is_as_long_as_bluesky_says(answers: Answers):
    """There is no Retry-After: ratelimit-reset tells the second at which it ends."""
    reset = {"ratelimit-reset": str(int(time.time()) + 240)}
    answers.says("com.atproto.repo.putRecord", 429, error("RateLimitExceeded"), **reset)
    outcome = await answers.account.publish(COMPLAINT, approved())
    assert isinstance(outcome, NotSent)
    assert 230 < outcome.wait <= 240
    calls = len(answers.heard)
    assert "wait" in str(await answers.account.check(COMPLAINT))
    assert len(answers.heard) == calls


async def test_a_post_not_found_is_gone(answers: Answers):
    """The AppView's word for deleted, or not there for us."""
    answers.says("app.bsky.feed.getPostThread", 400, error("NotFound", "Post not found: at://…"))
    with pytest.raises(PostGone):
        await answers.account.resolve(COMPLAINT.link)
    assert isinstance(await answers.account.publish(COMPLAINT, approved()), Refused)


async def test_only_what_the_appview_answers_is_sent_there(answers: Answers):
    """Another AppView is named in the header of its own calls, and no other."""
    await answers.account.publish(COMPLAINT, approved())
    proxied = {request.match_info["name"] for request in answers.heard if "atproto-proxy" in request.headers}
    assert proxied == {"app.bsky.feed.getPostThread"}


async def test_the_record_is_put_only_where_nothing_stands(answers: Answers):
    """``swapRecord`` is there, and null: without it another record would be overwritten."""
    answers.said["com.atproto.repo.putRecord"] = 200, {}, {}
    await answers.account.publish(COMPLAINT, approved())
    (put,) = answers.line.bodies
    assert put["swapRecord"] is None
    assert (put["repo"], put["collection"]) == ("did:plc:acme", "app.bsky.feed.post")


async def test_check_is_cheap(answers: Answers):
    """Ten looks at a card are one look at Bluesky."""
    for _ in range(10):
        assert await answers.account.check(COMPLAINT) is None
    assert sum(request.match_info["name"] == "app.bsky.feed.getPostThread" for request in answers.heard) == 1


async def test_what_hangs_on_a_post_is_told(answers: Answers):
    """Pictures by their descriptions, and the post that is quoted."""
    images = [{"alt": "Un carton ouvert"}, {"alt": "", "image": {"mimeType": "image/jpeg"}}]
    quoted = {"record": {"uri": "at://did:plc:acme/app.bsky.feed.post/3k"}}
    embed = {"media": {"images": images}, "record": quoted}
    post = POST | {"record": POST["record"] | {"embed": embed, "langs": ["fr-CA"]}}
    answers.says("app.bsky.feed.getPostThread", 200, {"thread": {"post": post}})
    found = await answers.account.resolve(COMPLAINT.link)
    expected = ("Un carton ouvert", "image/jpeg", "https://bsky.app/profile/did:plc:acme/post/3k")
    assert (found.attachments, found.lang, found.author_name) == (expected, "fr", "Léa")


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://x.com/lea/status/17",
        "https://bsky.app/profile/lea.test",
        "https://bsky.app.evil.example/profile/a.b/post/3k",
    ],
)
async def test_a_link_to_no_post_is_asked_for(answers: Answers, link: str):
    """Nothing is called over it, and a reply to it is refused in words."""
    with pytest.raises(Unread):
        await answers.account.resolve(link)
    assert await answers.account.check(replace(COMPLAINT, link=link)) is not None
    assert isinstance(await answers.account.publish(replace(COMPLAINT, link=link), approved()), Refused)
    assert answers.heard == []


async def test_only_our_own_reply_is_deleted(answers: Answers):
    """A link to somebody else's post beside it deletes nothing."""
    theirs = replace(approved(), ref="at://did:plc:lea/app.bsky.feed.post/3k")
    assert isinstance(await answers.account.delete(COMPLAINT, theirs), Refused)
    ours = replace(approved(), ref="at://did:plc:acme/app.bsky.feed.post/3k")
    assert isinstance(await answers.account.delete(COMPLAINT, ours), Posted)
    assert [request.match_info["name"] for request in answers.heard][-1] == "com.atproto.repo.deleteRecord"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"handle": ""}, "handle"),
        ({"secrets": {}}, "ACME_BLUESKY_FR_APP_PASSWORD"),
        ({"server": "http://pds.example"}, "https"),
        ({"server": "ftp://pds.example"}, "https"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], names: str):
    """The variable or the key, so that it can be set; never a password over an open line."""
    with pytest.raises(SettingsError, match=names):
        build(replace(SPEC, name="fr", **changes))


@pytest.mark.parametrize("server", ["", "pds.example", "https://pds.example/", "http://127.0.0.1:2583"])
async def test_a_server_may_be_named_as_people_write_it(server: str):
    """Without a scheme, with a slash at the end, or on this machine."""
    await build(replace(SPEC, server=server)).close()
