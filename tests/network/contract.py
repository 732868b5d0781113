"""The same promises on every network: a room's tests run all of this.

In ``test_network_<name>.py``::

    from contract import Contract, World

    class NameWorld(World): ...        # what this file's ``World`` asks for, on the network's stand-in or real server

    @pytest.fixture
    async def world(...):
        ...                            # a fresh account per test: nothing cached, nothing paused
        yield NameWorld(...)

    class TestNamePromises(Contract):
        pass

What a network cannot do its ``World`` says (``faults``, ``edits``, ``closes``) or its account (``can``): those tests
then see that the account says so too, or are skipped with that reason.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import Enum

import pytest

from bot.desk.case import Approval, Complaint, Reply
from bot.desk.ports import Absent, NotSent, Posted, Refused, Unclear
from bot.network.account import Account, PostGone, Unread
from bot.network.wire import Wire

MINUTE = timedelta(minutes=1)
TEXT = "Bonjour Léa, votre colis part demain : https://acme.example/suivi?id=42&l=fr\nDésolés ! 🙏🏽"


class Fault(Enum):
    """What happens to one call that posts."""

    BUSY = "429, nothing happens"
    CUT_BEFORE = "the connection is cut before the server has read it"
    FAIL_BEFORE = "503, nothing happens"
    CUT_AFTER = "the server does it, then the connection is cut"
    FAIL_AFTER = "the server does it, then says 500"
    SLOW = "the answer takes its time"
    TWICE = "the network between delivers it twice"


class World:
    """What a room's test gives: its account, the customer and the public, and the hands on the line between."""

    account: Account
    handle: str = ""  # as ``whoami`` is to tell it
    limit: int = 0  # how many "a" fit into a reply; 0 where there is no limit
    #: TWICE is left out where the network has no key that makes a second call harmless: nobody could hold that.
    faults: frozenset[Fault] = frozenset(Fault)
    edits: bool = False  # customers can change what they wrote, and the network tells
    closes: bool = False  # a post can be shut for our replies, and the network tells

    async def complains(self, text: str) -> Complaint:
        """A customer writes in public, in a way that ``mentions`` hears; the complaint carries the link.

        Its id is a new one: ``an_id()``.
        """
        raise NotImplementedError

    async def thread(self, complaint: Complaint) -> list[str]:
        """What the public reads of the brand below the complaint, oldest first, and all its stray top-level posts.

        Without what the network adds by itself (the mention in front, shortened links): as it was approved.
        """
        raise NotImplementedError

    async def withdraw(self, complaint: Complaint) -> None:
        """The customer deletes the complaint."""
        raise NotImplementedError

    async def by_hand(self, complaint: Complaint, text: str) -> None:
        """A colleague answers from the brand's account, in the network's own app, now."""
        raise NotImplementedError

    async def fault(self, *faults: Fault) -> None:
        """The next calls that post meet these, one each; all others work."""
        raise NotImplementedError

    async def down(self) -> None:
        """From now on the server refuses connections."""
        raise NotImplementedError

    async def up(self) -> None:
        """It is back, with all that it held."""
        raise NotImplementedError

    async def revoke(self) -> None:
        """Our access is taken away (also from tokens and sessions handed out already)."""
        raise NotImplementedError

    async def mend(self) -> None:
        """The same access works again."""
        raise NotImplementedError

    def elsewhere(self, host: str) -> list[str]:
        """Links in this network's form that lead to another host, ``127.0.0.1:4711``: with http and https."""
        raise NotImplementedError

    async def edit(self, complaint: Complaint, text: str) -> None:
        """The customer changes the post. Only where ``edits``."""
        raise NotImplementedError

    async def close(self, complaint: Complaint) -> None:
        """The post is shut for our replies: locked, blocked, followers only … Only where ``closes``."""
        raise NotImplementedError

    def time_passes(self) -> None:
        """Pauses are over and whatever was remembered for a while is forgotten. Rooms add their own caches."""
        for held in vars(self.account).values():
            if isinstance(held, Wire):
                held.standing.paused_until = 0.0


def an_id() -> str:
    """An id that no other case has."""
    return f"contract:{uuid.uuid4().hex}"


def approved(text: str = TEXT, *, at: datetime | None = None) -> Reply:
    """A reply that somebody said yes to just now, or then."""
    yes = (Approval("slack:U1", "Camille Durand"),)
    return Reply(text=text, draft=1, approved_by=yes, approved_at=at or datetime.now(UTC))


async def brought(world: World, complaint: Complaint, reply: Reply, tries: int = 12) -> Posted:
    """Bring a reply to the customer as the desk does: send once; then look, and send again only if surely absent."""
    account = world.account
    for _ in range(tries):
        outcome = await account.publish(complaint, reply)
        while isinstance(outcome, Unclear) and tries:
            world.time_passes()
            outcome, tries = await account.find(complaint, reply), tries - 1
        if isinstance(outcome, Posted):
            return outcome
        assert isinstance(outcome, NotSent | Absent), f"a passing fault was told as final: {outcome}"
        world.time_passes()
    raise AssertionError("never got there")


class Contract:
    """Every test takes a ``world``, made anew for it."""

    # Reading

    async def test_the_post_behind_a_link_is_read(self, world: World) -> None:
        """Text and author of the complaint, and that it can be answered."""
        complaint = await world.complains("Toujours rien reçu, 3 semaines ! 😡")
        if not world.account.can.resolve:
            await raises_unread(world.account.resolve(complaint.link))
            return
        post = await world.account.resolve(complaint.link)
        assert "Toujours rien reçu, 3 semaines ! 😡" in post.text, post
        assert post.author == complaint.author, post
        assert (post.closed, post.ours) == (None, ()), post
        assert post.ref, post
        assert post.link.startswith("http"), post

    async def test_a_post_that_is_not_there_is_gone(self, world: World) -> None:
        """What the customer has deleted is told as gone, not as trouble."""
        complaint = await world.complains("Je supprime tout.")
        if not world.account.can.resolve:
            pytest.skip("this network does not show the post behind a link")
        await world.withdraw(complaint)
        with pytest.raises(PostGone):
            await world.account.resolve(complaint.link)

    async def test_only_the_networks_own_hosts_are_called(self, world: World) -> None:
        """A link to another server, however it looks, is not followed: nobody there hears from us."""
        async with listener() as (host, calls):
            for link in world.elsewhere(host):
                with pytest.raises((PostGone, Unread)):
                    await world.account.resolve(link)
            assert calls == []

    async def test_the_account_tells_its_name(self, world: World) -> None:
        """As the network knows it."""
        assert (await world.account.whoami()).lstrip("@") == world.handle.lstrip("@")

    # Posting

    async def test_a_reply_stands_below_the_complaint(self, world: World) -> None:
        """With its link and id, word for word; and it is found again, and told as ours."""
        complaint, reply = await world.complains("Toujours rien reçu !"), approved()
        assert await world.account.check(complaint) is None
        posted = await world.account.publish(complaint, reply)
        assert isinstance(posted, Posted), posted
        assert posted.ref, posted
        assert await world.thread(complaint) == [TEXT]
        if world.account.can.find:
            assert await world.account.find(complaint, reply) == posted
        if world.account.can.resolve:
            assert [answer.ref for answer in (await world.account.resolve(complaint.link)).ours] == [posted.ref]

    async def test_publishing_twice_posts_once(self, world: World) -> None:
        """A retry of the same approval finds the reply there."""
        complaint, reply = await world.complains("Toujours rien reçu !"), approved()
        first = await world.account.publish(complaint, reply)
        assert isinstance(first, Posted), first
        assert await world.account.publish(complaint, reply) == first
        assert await world.thread(complaint) == [TEXT]

    async def test_what_is_not_there_is_absent(self, world: World) -> None:
        """Neither before posting, nor when only another text of ours stands there."""
        if not world.account.can.find:
            pytest.skip("this network cannot be read back")
        complaint = await world.complains("Toujours rien reçu !")
        assert await world.account.find(complaint, approved()) == Absent()
        await world.by_hand(complaint, "Bonjour, on regarde.")
        assert await world.account.find(complaint, approved()) == Absent()

    async def test_one_customer_gets_one_reply_each_complaint(self, world: World) -> None:
        """The same words to two complaints of one customer are two replies."""
        one, two, reply = await world.complains("Et d'une."), await world.complains("Et de deux !"), approved()
        outcomes = [await world.account.publish(complaint, reply) for complaint in (one, two)]
        assert all(isinstance(outcome, Posted) for outcome in outcomes), outcomes
        assert len({outcome.ref for outcome in outcomes if isinstance(outcome, Posted)}) == 2
        if world.account.can.find:
            assert [await world.account.find(complaint, reply) for complaint in (one, two)] == outcomes

    async def test_a_reply_to_nothing_is_refused(self, world: World) -> None:
        """The complaint is gone: refused in words, and no stray post is left behind."""
        complaint = await world.complains("Je supprime tout.")
        await world.withdraw(complaint)
        assert await world.account.check(complaint) is not None
        assert isinstance(await world.account.publish(complaint, approved()), Refused)
        assert await world.thread(complaint) == []

    async def test_a_closed_post_is_not_answered(self, world: World) -> None:
        """Shut for us: said by ``resolve`` and ``check``, refused by ``publish``."""
        if not world.closes:
            pytest.skip("posts cannot be shut there, or nobody tells")
        complaint = await world.complains("Je ne veux plus rien entendre.")
        await world.close(complaint)
        if world.account.can.resolve:
            assert (await world.account.resolve(complaint.link)).closed is not None
        assert await world.account.check(complaint) is not None
        assert isinstance(await world.account.publish(complaint, approved()), Refused)
        assert await world.thread(complaint) == []

    async def test_a_post_edited_after_the_yes_is_read_again_first(self, world: World) -> None:
        """The customer changed the words meanwhile: the manager is asked once more."""
        if not world.edits:
            pytest.skip("posts cannot be edited there, or nobody tells")
        complaint = await world.complains("Toujours rien reçu !")
        await world.edit(complaint, "C'est arrivé, merci !")
        assert isinstance(await world.account.publish(complaint, approved(at=now() - MINUTE)), Refused)
        assert isinstance(await world.account.publish(complaint, approved(at=now())), Posted)

    async def test_a_colleagues_answer_after_the_yes_stops_ours(self, world: World) -> None:
        """Answered by hand meanwhile: refused; answered before the yes, the manager knew: it goes out."""
        if not world.account.can.resolve:
            pytest.skip("this network does not show what was answered")
        complaint = await world.complains("Toujours rien reçu !")
        await world.by_hand(complaint, "Bonjour, on regarde.")
        assert isinstance(await world.account.publish(complaint, approved(at=now() - MINUTE)), Refused)
        assert await world.thread(complaint) == ["Bonjour, on regarde."]
        if not world.account.can.one_answer:
            assert isinstance(await world.account.publish(complaint, approved(at=now())), Posted)
            assert await world.thread(complaint) == ["Bonjour, on regarde.", TEXT]

    async def test_a_text_of_full_length_is_taken(self, world: World) -> None:
        """What ``measure`` lets through the network takes, and one more it does not."""
        complaint = await world.complains("Toujours rien reçu !")
        if not world.limit:
            assert world.account.measure(complaint, "a" * 3_000).fits
            return
        full = "a" * world.limit
        assert world.account.measure(complaint, full).fits
        assert not world.account.measure(complaint, full + "a").fits
        assert isinstance(await world.account.publish(complaint, approved(full)), Posted)
        assert await world.thread(complaint) == [full]

    # Faults

    @pytest.mark.parametrize("fault", Fault)
    async def test_whatever_happens_on_the_way_it_is_there_once(self, world: World, fault: Fault) -> None:
        """A fault while posting is no lie about what happened, and in the end the reply stands there once."""
        if fault not in world.faults:
            pytest.skip("this network cannot hold that")
        complaint, reply = await world.complains("Toujours rien reçu !"), approved()
        await world.fault(fault)
        outcome = await world.account.publish(complaint, reply)
        stands = await world.thread(complaint)
        match outcome:
            case Posted():
                assert stands == [TEXT], outcome
            case NotSent(wait=wait):
                assert stands == [], outcome
                assert wait > 0, outcome
            case _:
                assert isinstance(outcome, Unclear), outcome
        world.time_passes()
        if world.account.can.find:
            await brought(world, complaint, reply)
            assert await world.thread(complaint) == [TEXT]

    async def test_several_faults_in_a_row_post_once(self, world: World) -> None:
        """Cut before, done and cut, busy, done and failed: one reply."""
        if not world.account.can.find:
            pytest.skip("this network cannot be read back")
        faults = [f for f in (Fault.CUT_BEFORE, Fault.BUSY, Fault.CUT_AFTER, Fault.FAIL_AFTER) if f in world.faults]
        complaint, reply = await world.complains("Toujours rien reçu !"), approved()
        await world.fault(*faults)
        await brought(world, complaint, reply)
        assert await world.thread(complaint) == [TEXT]

    async def test_too_many_calls_pause_the_account(self, world: World) -> None:
        """After a 429 nothing is sent until the pause is over, and ``check`` says why."""
        if Fault.BUSY not in world.faults:
            pytest.skip("this network has no such limit")
        complaint, reply = await world.complains("Toujours rien reçu !"), approved()
        await world.fault(Fault.BUSY)
        assert isinstance(await world.account.publish(complaint, reply), NotSent)
        assert isinstance(await world.account.publish(complaint, reply), NotSent)
        assert await world.account.check(complaint) is not None
        assert world.account.problem is None
        assert await world.thread(complaint) == []

    async def test_a_server_that_is_away_is_no_answer(self, world: World) -> None:
        """Not sent, not seen, not readable; never absent, never gone; and it goes on once the server is back."""
        complaint, reply = await world.complains("Toujours rien reçu !"), approved()
        await world.down()
        assert await world.account.check(complaint) is not None
        assert isinstance(await world.account.publish(complaint, reply), NotSent)
        if world.account.can.find:
            assert isinstance(await world.account.find(complaint, reply), Unclear)
        await raises_unread(world.account.resolve(complaint.link))
        await raises_unread(world.account.whoami())
        await world.up()
        world.time_passes()
        await brought(world, complaint, reply)
        assert await world.thread(complaint) == [TEXT]

    async def test_a_revoked_access_stops_the_account_until_it_is_mended(self, world: World) -> None:
        """The reply waits, the problem is told; once mended it goes on by itself."""
        complaint, reply = await world.complains("Toujours rien reçu !"), approved()
        await world.revoke()
        assert isinstance(await world.account.publish(complaint, reply), NotSent)
        assert world.account.problem is not None
        assert await world.account.check(complaint) is not None
        await world.mend()
        world.time_passes()
        assert isinstance(await world.account.publish(complaint, reply), Posted)
        assert world.account.problem is None
        assert await world.account.check(complaint) is None

    # Hearing, deleting

    async def test_a_mention_is_heard_once(self, world: World) -> None:
        """From now on, not the past; oldest first; never the brand's own posts."""
        account = world.account
        if not account.can.mentions:
            await raises_unread(account.mentions(""))
            return
        await world.complains("Avant.")
        start = (await account.mentions("")).cursor
        one, two = await world.complains("Première."), await world.complains("Deuxième.")
        await account.publish(one, approved())
        heard = await account.mentions(start)
        assert [said(post.text) for post in heard.posts] == ["Première.", "Deuxième."], heard
        assert [post.author for post in heard.posts] == [one.author, two.author], heard
        assert (await account.mentions(heard.cursor)).posts == ()

    async def test_what_is_heard_is_what_the_link_shows(self, world: World) -> None:
        """A mention carries the link, the id and the text by which it can be answered."""
        account = world.account
        if not (account.can.mentions and account.can.resolve):
            pytest.skip("this network cannot do both")
        start = (await account.mentions("")).cursor
        await world.complains("Toujours rien reçu !")
        (post,) = (await account.mentions(start)).posts
        shown = await account.resolve(post.link)
        assert (shown.ref, shown.text, shown.author) == (post.ref, post.text, post.author)

    async def test_a_reply_can_be_taken_away(self, world: World) -> None:
        """It is gone for the public, and a second time is the same; the customer's post stays."""
        complaint, reply = await world.complains("Toujours rien reçu !"), approved()
        posted = await world.account.publish(complaint, reply)
        assert isinstance(posted, Posted), posted
        there = Reply(text=reply.text, draft=1, approved_by=(), approved_at=reply.approved_at, ref=posted.ref)
        if not world.account.can.delete:
            assert isinstance(await world.account.delete(complaint, there), Refused)
            return
        assert isinstance(await world.account.delete(complaint, there), Posted)
        assert await world.thread(complaint) == []
        assert isinstance(await world.account.delete(complaint, there), Posted)
        if world.account.can.resolve:
            assert (await world.account.resolve(complaint.link)).ours == ()

    # Secrets

    async def test_secrets_are_nowhere_to_be_read(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        """Neither in what an account shows of itself, nor in the log of a call that works or fails, nor in an error."""
        caplog.set_level("DEBUG")
        complaint = await world.complains("Toujours rien reçu !")
        shown = [repr(world.account), repr(world.account.spec)]
        shown += [repr(await world.account.publish(complaint, approved()))]
        await world.revoke()
        world.time_passes()
        shown += [repr(await world.account.publish(complaint, approved("Encore."))), repr(world.account.problem)]
        shown += [caplog.text]
        for secret in filter(None, world.account.spec.secrets.values()):
            assert not any(secret in text for text in shown), "a secret is told"


def now() -> datetime:
    """Aware."""
    return datetime.now(UTC)


def said(text: str) -> str:
    """A mention's text without the handles in front."""
    return " ".join(word for word in text.split() if not word.startswith("@"))


async def raises_unread(call: object) -> None:
    """The account cannot tell, and says so in words."""
    with pytest.raises(Unread) as caught:
        await call  # type: ignore[misc]
    assert str(caught.value.remark)


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[str, list[str]]]:
    """A server of somebody else on loopback: its host with port, and who called."""
    calls: list[str] = []

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append("a call")
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(heard, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", calls
    finally:
        server.close()
        await server.wait_closed()
