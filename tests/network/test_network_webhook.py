"""A webhook keeps every network's promises, against a tool on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from contract import TEXT, Contract, Fault, World, an_id, approved
from hook_standin import HookStandIn, documented

from bot.desk.case import Approval, Complaint, Reply
from bot.desk.ports import Absent, NotSent, Outcome, Posted, Refused, Unclear
from bot.errors import SettingsError
from bot.network import wire
from bot.network.account import Spec, Unread
from bot.network.webhook import build
from bot.network.webhook.account import WebhookAccount, signed
from tests.fakes import NOON

SECRET = "a-secret-of-more-than-sixteen"


class WebhookWorld(World):
    """A brand with a tool that posts reviews' answers; customers who write reviews."""

    handle = "Avis-Robot"
    limit = 10_000  # YouTube's

    def __init__(self, tool: HookStandIn, **options: str) -> None:
        self.tool = tool
        self.account: WebhookAccount = build(spec(tool, options=options))
        # A key that the tool does not honour makes no second call harmless.
        self.faults = frozenset(Fault) if tool.honours_keys else frozenset(Fault) - {Fault.TWICE}

    async def complains(self, text: str) -> Complaint:
        return complaint(text=text)

    async def thread(self, complaint: Complaint) -> list[str]:
        return [each["text"] for each in self.tool.posted if each["id"] == complaint.id]

    async def withdraw(self, complaint: Complaint) -> None:
        self.tool.gone.add(complaint.id)

    async def by_hand(self, complaint: Complaint, text: str) -> None:
        self.tool.posted.append({"id": complaint.id, "key": "by hand", "text": text})

    async def fault(self, *faults: Fault) -> None:
        self.tool.faults.extend(faults)

    async def down(self) -> None:
        await self.tool.stop()

    async def up(self) -> None:
        await self.tool.start()

    async def revoke(self) -> None:
        self.tool.secret = "another one"

    async def mend(self) -> None:
        self.tool.secret = SECRET

    def elsewhere(self, host: str) -> list[str]:
        return [f"http://{host}/reply", f"https://{host}/reply"]

    def time_passes(self) -> None:
        super().time_passes()
        self.account._checked.clear()


def spec(tool: HookStandIn, **changed: Any) -> Spec:
    plain = Spec(brand="acme", network="webhook", handle="Avis-Robot", server=tool.url, secrets={"secret": SECRET})
    return replace(plain, **changed)


def complaint(**changed: Any) -> Complaint:
    plain = Complaint(
        id=an_id(),
        brand="acme",
        text="Toujours rien reçu !",
        received_at=NOON,
        network="youtube",
        author="@lea",
        author_name="Léa Moreau",
        link="https://www.youtube.com/watch?v=abc&lc=Ugx",
        lang="fr",
    )
    return replace(plain, **changed)


@asynccontextmanager
async def a_world(monkeypatch: pytest.MonkeyPatch, tool: dict[str, Any], **options: str) -> AsyncIterator[WebhookWorld]:
    monkeypatch.setattr(wire, "TIMEOUT", wire.httpx2.Timeout(0.4, connect=5.0))
    async with HookStandIn(secret=SECRET, **tool) as running:
        world = WebhookWorld(running, **options)
        yield world
        await world.account.close()


class TestPromisesOfAToolThatCanBeAsked(Contract):
    @pytest.fixture
    async def world(self, monkeypatch):
        async with a_world(monkeypatch, {"finds": True, "honours_keys": True}, find="true") as world:
            yield world


@pytest.fixture
async def world(monkeypatch):
    """A tool that can only be told."""
    async with a_world(monkeypatch, {}) as world:
        yield world


async def sent(world: WebhookWorld, asked: Complaint | None = None, reply: Reply | None = None) -> Outcome:
    return await world.account.publish(asked or complaint(), reply or approved())


# What is sent


async def test_the_tool_is_told_all_that_it_needs(world):
    """The case's id, the words as approved, whom they answer and who said yes."""
    yes = (Approval("slack:U1", "Camille Durand"), Approval("slack:U2", ""))
    reply = Reply(text="Désolés ! 🙏🏽", draft=2, approved_by=yes, approved_at=NOON)
    await sent(world, asked := complaint(), reply)
    (call,) = world.tool.calls
    assert call.sent == {
        "id": asked.id,
        "key": call.headers["Idempotency-Key"],
        "draft": 2,
        "text": "Désolés ! 🙏🏽",
        "network": "youtube",
        "link": "https://www.youtube.com/watch?v=abc&lc=Ugx",
        "author": "@lea",
        "author_name": "Léa Moreau",
        "lang": "fr",
        "brand": "acme",
        "approved_by": ["Camille Durand", "slack:U2"],
        "approved_at": "2026-03-02T12:00:00+00:00",
    }
    assert (call.path, call.headers["Content-Type"]) == ("/reply", "application/json")


def test_the_signature_is_what_the_documentation_says():
    """A known value, and the documented receiver; another body, secret or time is refused."""
    headers = signed("0123456789abcdef", b'{"id": "1"}', 1_700_000_000)
    # printf '1700000000.{"id": "1"}' | openssl dgst -sha256 -hmac 0123456789abcdef
    assert headers["X-Portevoix-Signature"] == "v1=8346f475c88f911d12ed26fbe288d74840c081bed7da3c5818851cbb66ad4ecc"
    is_ours, now = documented(), int(wire.time.time())
    good = signed("0123456789abcdef", b"{}", now)
    assert is_ours("0123456789abcdef", good, b"{}")
    assert not is_ours("0123456789abcdef", good, b"{ }")
    assert not is_ours("another-secret-of-16", good, b"{}")
    assert not is_ours("0123456789abcdef", signed("0123456789abcdef", b"{}", now - 301), b"{}")
    assert not is_ours("0123456789abcdef", good | {"X-Portevoix-Timestamp": str(now + 1)}, b"{}")


async def test_every_try_has_the_same_key(world):
    """And a new yes another one, also to the same words."""
    asked, reply = complaint(), approved(at=NOON)
    for one in (reply, replace(reply, draft=2), approved(at=NOON.replace(minute=1)), approved("Autre.", at=NOON)):
        world.tool.answers.extend([(500, None), (500, None)])
        await sent(world, asked, one)
        await sent(world, asked, one)
    keys = [call.headers["Idempotency-Key"] for call in world.tool.calls]
    assert keys[::2] == keys[1::2]
    assert len(set(keys)) == 4


async def test_words_of_no_alphabet_are_sent_as_json_has_them(world):
    """A lone surrogate breaks neither the call nor the signature."""
    assert isinstance(await sent(world, reply=approved("\ud83d seul")), Posted)
    assert world.tool.posted[0]["text"] == "\ud83d seul"


# What the answer means


@pytest.mark.parametrize(
    ("status", "body", "link", "ref"),
    [
        (200, {"link": "https://tiktok.example/c/1", "ref": "c1"}, "https://tiktok.example/c/1", "c1"),
        (201, {"link": "https://tiktok.example/c/1", "ref": 17}, "https://tiktok.example/c/1", "17"),
        (200, {"link": "javascript:alert(1)", "ref": ["c1"]}, "", ""),
        (200, {"link": "https://a.example/ b"}, "", ""),
        (200, {"error": ""}, "", ""),
        (200, {"error": None, "ref": "c1"}, "", "c1"),
        (200, {"status": "success", "attempt": "018e"}, "", ""),  # Zapier
        (200, {"message": "Workflow was started"}, "", ""),  # n8n
        (200, "Accepted", "", ""),  # Make
        (200, ["odd"], "", ""),
        (202, None, "", ""),
        (204, None, "", ""),
        (409, {"link": "https://tiktok.example/c/1", "error": "duplicate"}, "https://tiktok.example/c/1", ""),
    ],
)
async def test_taken_is_posted(world, status, body, link, ref):
    """With the link where the tool tells one that may stand on a card."""
    world.tool.answers.append((status, body))
    assert await sent(world) == Posted(link=link, ref=ref)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, {"error": "The review\nis gone."}, "Avis-Robot says: The review is gone."),
        (422, {"error": {"message": "Too long"}}, "Avis-Robot says: Too long"),
        (400, {"error": {"code": 7}}, 'Avis-Robot says: {"code": 7}'),
        (404, {"error": "No such review"}, "Avis-Robot says: No such review"),
        (403, {"error": "Not for us"}, "Avis-Robot says: Not for us"),
        (418, None, "Avis-Robot says: 418"),
    ],
)
async def test_an_error_is_final_in_the_tools_words(world, status, body, says):
    """Whatever the tool calls an error will not be posted; a manager reads why."""
    world.tool.answers.append((status, body))
    outcome = await sent(world)
    assert isinstance(outcome, Refused)
    assert str(outcome.reason) == says
    assert world.account.problem is None


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, None, "compare its secret with ACME_WEBHOOK_SECRET"),
        (404, "no webhook registered", "switched off (404)"),
        (410, None, "switched off (410)"),
        (403, "<html>Forbidden</html>", "switched off (403)"),
        (301, None, "correct “server”"),
        (308, None, "correct “server”"),
    ],
)
async def test_a_wrong_address_or_secret_makes_the_replies_wait(world, status, body, says):
    """It is about the account: told as a problem, and over once a reply gets through."""
    world.tool.answers.append((status, body))
    outcome = await sent(world, asked := complaint(), reply := approved())
    assert isinstance(outcome, NotSent)
    assert says in str(outcome.reason)
    assert await world.account.check(asked) == world.account.problem == outcome.reason
    assert isinstance(await sent(world, asked, reply), Posted)
    assert await world.account.check(asked) is None


async def test_a_problem_that_only_a_reply_could_clear_is_forgotten_after_a_while(world, monkeypatch):
    """Else no reply could be approved any more, once the one that found it was taken back."""
    world.tool.answers.append((404, None))
    await sent(world)
    later = wire.time.monotonic() + 301
    monkeypatch.setattr(wire.time, "monotonic", lambda: later)
    assert await world.account.check(complaint()) is None


@pytest.mark.parametrize(
    "answer", [(500, None), (502, "<html>"), (503, None), (504, None), (408, None), (302, None), (303, None)]
)
async def test_nobody_knows_what_became_of_it(world, answer):
    """A failure of the tool's may come after it has posted: never sent again by itself."""
    world.tool.answers.append(answer)
    outcome = await sent(world, asked := complaint(), reply := approved())
    assert isinstance(outcome, Unclear)
    found = await world.account.find(asked, reply)
    assert isinstance(found, Unclear)
    assert "try again" in str(found.reason)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            {"error": "Timed out at TikTok"},
            "Avis-Robot says “Timed out at TikTok”, and not whether the reply is posted.",
        ),
        (None, "Avis-Robot did not say whether the reply is posted."),
    ],
)
async def test_a_failure_is_told_in_the_tools_words(world, body, says):
    """For whoever has to look."""
    world.tool.answers.append((500, body))
    outcome = await sent(world)
    assert isinstance(outcome, Unclear)
    assert str(outcome.reason).startswith(says)


async def test_a_conflict_without_a_link_may_be_under_way(world):
    """Another try with the same key has not ended yet: looked at again, not posted, not refused."""
    world.tool.answers.append((409, {"error": "already running"}))
    assert isinstance(await sent(world), Unclear)


async def test_a_redirect_is_not_followed(world):
    """Not even to another path of the tool's own."""
    other = HookStandIn(secret=SECRET)
    async with other:
        world.tool.answers.append((307, None))
        await sent(world)
        assert (len(world.tool.calls), other.calls) == (1, [])


# Looking, and sending again


async def test_what_is_not_known_is_sent_again_where_the_key_is_honoured(monkeypatch):
    """Cut after it was posted: not seen, sent again with the same key, and the tool tells the first one's link."""
    async with a_world(monkeypatch, {"honours_keys": True}, idempotent="true") as world:
        world.tool.faults.append(Fault.CUT_AFTER)
        asked, reply = complaint(), approved()
        assert isinstance(await sent(world, asked, reply), Unclear)
        assert await world.account.find(asked, reply) == Absent()
        assert await sent(world, asked, reply) == Posted(link="https://reviews.example/r/1", ref="1")
        assert await world.account.find(asked, reply) == Posted(link="https://reviews.example/r/1", ref="1")
        assert await world.thread(asked) == [TEXT]


async def test_a_tool_is_asked_with_a_signature_over_the_question(monkeypatch):
    """By id and key, with the query that the address has of its own; the key is left out before there is a yes."""
    async with a_world(monkeypatch, {"finds": True}, find="true") as world:
        asked = complaint(id="trustpilot:é&x=1")
        await world.account.check(asked)
        await world.account.find(asked, approved(at=NOON))
        about = "network=youtube&link=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3Dabc%26lc%3DUgx"
        assert world.tool.calls[0].signed.decode() == f"flow=7&id=trustpilot%3A%C3%A9%26x%3D1&{about}"
        assert "&key=" in world.tool.calls[1].signed.decode()
        assert [call.method for call in world.tool.calls] == ["GET", "GET"]


@pytest.mark.parametrize("answer", [(200, {"posted": None}), (200, "OK"), (200, {}), (404, None), (500, None)])
async def test_only_a_clear_no_is_absent(monkeypatch, answer):
    """Anything but ``posted: false`` is no answer: nothing is sent on a guess."""
    async with a_world(monkeypatch, {"finds": True}, find="true") as world:
        world.tool.answers.append(answer)
        assert isinstance(await world.account.find(complaint(), approved()), Unclear)
        world.tool.answers.append(answer)
        assert isinstance(await sent(world), NotSent)
        assert world.tool.posted == []


async def test_the_tool_may_say_before_the_yes_why_it_cannot_post(monkeypatch):
    """The review is gone: told on the card, and refused."""
    async with a_world(monkeypatch, {"finds": True}, find="true") as world:
        await world.withdraw(asked := complaint())
        assert str(await world.account.check(asked)) == "Avis-Robot says: The review is gone."
        world.tool.answers.append((200, "It works!"))
        assert "no usable answer" in str(await world.account.check(complaint()))


async def test_a_second_check_within_half_a_minute_asks_nobody(monkeypatch):
    """Several looks at one card are one call."""
    async with a_world(monkeypatch, {"finds": True}, find="true") as world:
        for _ in range(3):
            assert await world.account.check(asked := complaint(id="c1")) is None
        assert len(world.tool.calls) == 1
        assert await world.account.check(replace(asked, id="c2")) is None
        assert len(world.tool.calls) == 2


async def test_a_tool_that_cannot_be_asked_is_not_called_before_the_yes(world):
    """A GET may set off the flow, as at Zapier."""
    asked = complaint()
    assert await world.account.check(asked) is None
    assert await world.account.whoami() == "Avis-Robot"
    assert isinstance(await world.account.find(asked, approved()), Unclear)
    with pytest.raises(Unread):
        await world.account.resolve(asked.link)
    with pytest.raises(Unread):
        await world.account.mentions("")
    assert world.tool.calls == []


async def test_the_pause_that_a_tool_asks_for_is_kept(world):
    """429 with Retry-After."""
    world.tool.faults.append(Fault.BUSY)
    outcome = await sent(world)
    assert isinstance(outcome, NotSent)
    assert outcome.wait == 40
    assert "asks us to wait" in str(await world.account.check(complaint()))
    assert isinstance(await sent(world), NotSent)
    assert len(world.tool.calls) == 1


# What brand.yaml may say


PLAIN = Spec(brand="acme", network="webhook", server="https://flows.brand.example/reply", secrets={"secret": SECRET})


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"server": ""}, "https address"),
        ({"server": "http://flows.brand.example/reply"}, "https address"),
        ({"server": "https://user:pass@flows.brand.example/reply"}, "https address"),
        ({"server": "ftp://127.0.0.1/reply"}, "https address"),
        ({"secrets": {}}, "ACME_WEBHOOK_SECRET is missing"),
        ({"secrets": {"secret": "short"}, "name": "avis"}, "ACME_WEBHOOK_AVIS_SECRET is missing, or shorter than 16"),
        ({"options": {"find": "yes"}}, "option find"),
        ({"options": {"idempotent": "1"}}, "option idempotent"),
    ],
)
def test_what_is_wrong_is_named(changed, says):
    """The key in brand.yaml, or the variable in the environment."""
    with pytest.raises(SettingsError, match=says):
        build(replace(PLAIN, **changed))


@pytest.mark.parametrize("server", ["http://localhost:5678/hook", "http://10.0.0.7/hook", "http://n8n:5678/hook"])
def test_a_tool_in_the_house_needs_no_https(server):
    """A container's name, a private address, this machine."""
    assert build(replace(PLAIN, server=server)).can.find is False


@pytest.mark.parametrize(
    ("networks", "answered"),
    [
        (None, {"trustpilot", "tiktok", "web"}),
        ("*", {"trustpilot", "tiktok", "web"}),
        ("trustpilot, tiktok", {"trustpilot", "tiktok"}),
        ("slack", {"slack"}),
        ("", set()),
    ],
)
def test_whose_complaints_it_answers(networks, answered):
    """Those that are named, or all; what customers write in the team's own chat only where that is named."""
    one = build(replace(PLAIN, options={} if networks is None else {"networks": networks}))
    assert {each for each in ("trustpilot", "tiktok", "web", "slack", "discord") if one.answers(each)} == answered


def test_length_is_the_networks_own():
    """As if it were posted by hand."""
    one = build(PLAIN)
    assert one.measure(complaint(network="tiktok"), "a" * 151).fits is False
    assert one.measure(complaint(network="trustpilot"), "a" * 5_000).fits is True
