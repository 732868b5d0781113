"""Which account answers which complaint, and what it looks like to the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Absent, Length, Outcome, Posted, Sighting
from bot.errors import SettingsError
from bot.network.account import Answer, Capabilities, Heard, Post, PostGone, Spec, Unread
from bot.network.accounts import Accounts, Connected
from bot.network.dispatch import ByNetwork
from bot.network.manual import Manual
from tests.fakes import COMPLAINT, NOON

LINK = "https://x.com/lea_m/status/1790000000000000001"
SAID = replace(COMPLAINT, link=LINK, text="Toujours rien reçu !")
POST = Post(ref="1", link=LINK, text="Toujours rien reçu !", author="@lea_m", author_name="Léa")


class FakeRoom:
    """An account whose network says what the test wants."""

    by_hand = False
    settles = 1.0
    can = Capabilities()

    def __init__(self, spec: Spec) -> None:
        if spec.handle == "wrong":
            raise SettingsError(reason="ACME_X_TOKEN is missing.")
        self.spec = spec
        self.name = spec.network
        self.problem: Remark | None = None
        self.post: Post | Exception = POST
        self.closed = False

    def measure(self, complaint: Complaint, text: str) -> Length:
        return Length(len(text), 280)

    async def check(self, complaint: Complaint) -> Remark | None:
        return None

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        return Posted()

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        return Absent()

    async def whoami(self) -> str:
        return self.spec.handle

    async def resolve(self, link: str) -> Post:
        if isinstance(self.post, Exception):
            raise self.post
        return self.post

    async def mentions(self, cursor: str) -> Heard:
        return Heard((), cursor)

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        return Posted()

    async def close(self) -> None:
        self.closed = True


class Careful(FakeRoom):
    """A network that wants a person for those who did not name the brand."""

    def by_hand_for(self, complaint: Complaint) -> Remark | None:
        return None if "@lune" in complaint.text else Remark("X lets us answer by hand only.")


def spec(**told: Any) -> Spec:
    return Spec(**{"brand": "main", "network": "x", "handle": "@lune"} | told)


async def accounts(*specs: Spec, room: type[FakeRoom] = FakeRoom) -> Accounts:
    made = Accounts(ByNetwork({}, Manual()), room)
    await made.follow(specs)
    return made


async def test_the_brands_own_account_answers() -> None:
    """Another brand's, or another network's, does not: a person posts it."""
    connected = await accounts(spec(), spec(brand="acme", network="bluesky"))
    assert connected.of(SAID).speaks_as(SAID) == "@lune"
    assert connected.of(replace(SAID, brand="acme")).by_hand
    assert connected.of(replace(SAID, network="google")).by_hand


async def test_of_several_accounts_the_one_that_heard_it_answers() -> None:
    """Else the first that brand.yaml names."""
    connected = await accounts(spec(name="fr", handle="@fr"), spec(name="en", handle="@en"))
    heard = replace(SAID, source="account:x:en:1")
    assert [connected.of(one).speaks_as(one) for one in (SAID, heard)] == ["@fr", "@en"]


async def test_what_the_network_leaves_to_a_person_is_answered_by_hand() -> None:
    """X takes replies through its API only to those who named the brand."""
    connected = await accounts(spec(), room=Careful)
    assert connected.of(SAID).by_hand
    assert not connected.of(replace(SAID, text="@lune toujours rien")).by_hand


@pytest.mark.parametrize(("networks", "taken"), [("*", True), ("tiktok, google", True), ("tiktok", False)])
async def test_a_webhook_takes_what_would_be_answered_by_hand(networks: str, taken: bool) -> None:
    """On the networks that it names; an account of the network's own comes first."""
    connected = await accounts(spec(), spec(network="webhook", handle="flow", options={"networks": networks}))
    review = replace(SAID, network="google")
    assert (connected.of(review).name == "webhook") is taken
    assert connected.of(SAID).name == "x"


async def test_a_changed_brand_file_keeps_the_accounts_that_stay() -> None:
    """Their sessions go on; what is gone is closed, what is wrong is told and keeps nobody else out."""
    connected = await accounts(spec(), spec(network="bluesky"))
    kept, gone = connected
    await connected.follow([spec(), spec(network="reddit", handle="wrong")])
    assert [*connected] == [kept]
    assert (kept.room.closed, gone.room.closed) == (False, True)
    assert [says for _, says in connected.wrong] == ["ACME_X_TOKEN is missing."]


async def looked(post: Post | Exception, complaint: Complaint = SAID) -> list[str]:
    room = FakeRoom(spec())
    room.post = post
    original = await Connected(room).original(complaint)
    return [str(remark) for remark in original.remarks] if original else ["nothing"]


async def test_the_original_is_read_for_what_the_complaint_lacks() -> None:
    """A bare link becomes words to answer."""
    original = await Connected(FakeRoom(spec())).original(replace(SAID, text="", author=""))
    assert original
    assert (original.text, original.author, original.remarks) == (POST.text, "@lea_m", ())
    assert await Connected(FakeRoom(spec())).original(replace(SAID, link="")) is None


async def test_an_approver_is_told_what_became_of_the_original() -> None:
    """Gone, changed, closed, answered already, or not to be read this time."""
    assert await looked(PostGone()) == ["The original is gone: the customer, or the network, has deleted it."]
    assert await looked(replace(POST, text="Ça va !")) == ["The original reads differently now: “Ça va !”"]
    assert await looked(replace(POST, closed=Remark("Replies are limited."))) == ["Replies are limited."]
    answered = Answer(ref="2", link="", text="Bonjour Léa", at=NOON)
    assert await looked(replace(POST, ours=(answered,))) == ["The brand has answered already: “Bonjour Léa”"]
    assert await looked(Unread(Remark("x cannot be reached."))) == ["x cannot be reached."]
    assert await looked(replace(POST, text="toujours  rien REÇU !")) == []


async def test_where_there_is_one_answer_the_card_says_what_it_replaces() -> None:
    """On Google a second answer overwrites the first."""
    room = FakeRoom(spec(network="google"))
    room.can = Capabilities(one_answer=True)
    room.post = replace(POST, ours=(Answer(ref="2", link="", text="Bonjour Léa", at=NOON),))
    original = await Connected(room).original(SAID)
    assert original
    assert [str(remark) for remark in original.remarks] == [
        "There is one answer to a review: yours replaces “Bonjour Léa”"
    ]


async def test_a_reply_that_goes_out_in_private_is_announced() -> None:
    """Also where there is no link to read behind."""
    room = FakeRoom(spec())
    room.aside = Remark("The reply goes out as a private message.")  # type: ignore[attr-defined]
    for complaint in (SAID, replace(SAID, link="")):
        original = await Connected(room).original(complaint)
        assert original
        assert str(original.remarks[-1]) == "The reply goes out as a private message."


async def test_a_problem_of_the_account_keeps_an_approval_from_being_taken() -> None:
    """Until it is mended."""
    room = FakeRoom(spec())
    room.problem = Remark("@lune was refused access.")
    assert str(await Connected(room).check(SAID)) == "@lune was refused access."
    room.problem = None
    assert await Connected(room).check(SAID) is None
