"""E-mail keeps every network's promises, against a real mail server."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from contract import TEXT, Contract, Fault, World, an_id, approved
from smtp_standin import CUT, FAULTS, At, ImapStandIn, SmtpStandIn

from bot.desk.case import Complaint, Reply
from bot.desk.ports import NotSent, Outcome, Posted, Refused, Unclear
from bot.network.account import Spec
from bot.network.email import build, door
from bot.network.email.account import EmailAccount
from tests.fakes import NOON

SENDER, PASSWORD = "bonjour@brand.example", "s3cr3t-passw0rd"
LEA = "lea@customer.example"


class EmailWorld(World):
    """A brand with a mail server, and customers with a mailbox each."""

    handle = SENDER
    faults = frozenset(FAULTS)

    def __init__(self, server: SmtpStandIn) -> None:
        self.server = server
        self.account: EmailAccount = build(spec(server))

    async def complains(self, text: str) -> Complaint:
        case_id = an_id()
        return complaint(id=case_id, link=f"mid:{case_id.replace(':', '.')}@customer.example", text=text)

    async def thread(self, complaint: Complaint) -> list[str]:
        asked = f"<{complaint.link.removeprefix('mid:')}>"
        return [letter.text for letter in self.server.to(LEA) if letter.mail["In-Reply-To"] == asked]

    async def withdraw(self, complaint: Complaint) -> None:
        self.server.gone.add(complaint.author)

    async def fault(self, *faults: Fault) -> None:
        for at, happens in (FAULTS[fault] for fault in faults):
            self.server.at[at].append(happens)

    async def down(self) -> None:
        await self.server.stop()

    async def up(self) -> None:
        await self.server.start()

    async def revoke(self) -> None:
        self.server.users[SENDER] = "another one"

    async def mend(self) -> None:
        self.server.users[SENDER] = PASSWORD

    def elsewhere(self, host: str) -> list[str]:
        return [f"http://{host}/mail/1", f"https://{host}/mail/1", f"mid:1@{host}"]

    def time_passes(self) -> None:
        self.account._standing.paused_until = self.account._locked_until = 0.0
        self.account._taken.clear()


def spec(server: SmtpStandIn, **changed: Any) -> Spec:
    told = {"host": "127.0.0.1", "port": str(server.port), "security": "none", "name": "Éclair & Fils"}
    options = told | changed.pop("options", {})
    plain = Spec(brand="acme", network="email", handle=SENDER, options=options, secrets={"password": PASSWORD})
    return replace(plain, **changed)


def complaint(**changed: Any) -> Complaint:
    plain = Complaint(
        id=an_id(), brand="acme", text="Toujours rien reçu !", received_at=NOON, network="email", author=LEA
    )
    return replace(plain, **changed)


@asynccontextmanager
async def a_world(monkeypatch: pytest.MonkeyPatch, **server: Any) -> AsyncIterator[EmailWorld]:
    """A server that knows the brand, and a brand that waits for a second at most."""
    monkeypatch.setattr(door, "GO_AHEAD", 1.0)
    monkeypatch.setattr(door, "TAKEN", 1.2)
    async with SmtpStandIn(**{"users": {SENDER: PASSWORD}} | server) as running:
        yield EmailWorld(running)


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


class TestEmailPromises(Contract):
    pass


async def sent(world: EmailWorld, asked: Complaint | None = None, reply: Reply | None = None) -> Outcome:
    return await world.account.publish(asked or complaint(), reply or approved())


# What is handed over, and when it is not


async def test_the_servers_answer_is_all_that_makes_it_posted(world):
    """Taken: posted, with the Message-ID as its id and no link."""
    outcome = await sent(world)
    (letter,) = world.server.letters
    assert outcome == Posted(link="", ref=letter.mail["Message-ID"])
    assert (letter.sender, letter.to) == (SENDER, LEA)


@pytest.mark.parametrize("at", [At.CONNECT, At.EHLO, At.AUTH, At.MAIL, At.RCPT, At.DATA])
@pytest.mark.parametrize("happens", ["421 4.3.2 Later", "451 4.7.1 Greylisted", CUT, 1.2, "nonsense"])
async def test_whatever_passes_before_the_letter_is_surely_not_sent(world, at, happens):
    """Refused for now, cut or too slow at any step before the letter itself: it waits, and goes out later, once."""
    world.server.at[at].append(happens)
    if happens == "nonsense":  # EHLO is followed by HELO there
        world.server.at[at].append(CUT)
    outcome = await sent(world, asked := complaint(), reply := approved())
    assert isinstance(outcome, NotSent), outcome
    assert outcome.wait > 0
    assert world.server.letters == []
    world.server.at.clear()
    world.time_passes()
    assert isinstance(await sent(world, asked, reply), Posted)
    assert [letter.text for letter in world.server.letters] == [TEXT]


@pytest.mark.parametrize("at", [At.CONNECT, At.AUTH, At.MAIL])
async def test_a_no_for_good_to_the_account_makes_the_reply_wait(world, at):
    """It is about us, not about this letter: told as a problem, and over once it is mended."""
    world.server.at[at].append("554 5.7.1 You are on our list")
    assert isinstance(await sent(world), NotSent)
    assert "on our list" in str(world.account.problem)
    assert isinstance(await sent(world), NotSent), "not tried again at once"
    assert len([each for each in world.server.said if each == "CONNECT"]) == 1
    world.time_passes()
    assert isinstance(await sent(world), Posted)
    assert world.account.problem is None


@pytest.mark.parametrize("at", [At.RCPT, At.DATA, At.DOT])
async def test_a_no_for_good_to_the_letter_is_final(world, at):
    """Refused, in the server's words; nothing arrives."""
    world.server.at[at].append("554 5.7.9 Not today")
    outcome = await sent(world)
    assert isinstance(outcome, Refused)
    assert "5.7.9 Not today" in str(outcome.reason)
    assert (world.server.letters, world.account.problem) == ([], None)


async def test_a_clear_not_now_to_the_whole_letter_is_not_sent(world):
    """A 4xx after the last dot means not taken (RFC 5321, 4.2.1)."""
    world.server.at[At.DOT].append("452 4.3.1 Out of disk space")
    assert isinstance(await sent(world), NotSent)
    assert world.server.letters == []


@pytest.mark.parametrize("at", [At.DOT, At.TAKEN])
@pytest.mark.parametrize("happens", ["421 4.3.0 Going down", CUT, 1.5, "", "nonsense", "354 Go on"])
async def test_nobody_knows_what_became_of_a_letter_without_an_answer(world, at, happens):
    """Cut, too slow, going down or nonsense after the last dot: unclear, whether it was taken or not."""
    world.server.at[at].append(happens or "nonsense\r\n250 OK")
    outcome = await sent(world, asked := complaint(), reply := approved())
    assert isinstance(outcome, Unclear), outcome
    assert "look among the mails sent" in str(outcome.reason)
    assert isinstance(await world.account.find(asked, reply), Unclear)


async def test_a_retry_after_a_person_said_so_has_the_same_id(world):
    """Nobody answered, and whoever looked says "try again": two letters with one Message-ID."""
    world.server.at[At.TAKEN].append(CUT)
    await sent(world, asked := complaint(), reply := approved())
    await sent(world, asked, reply)
    first, second = (letter.raw for letter in world.server.letters)
    assert first == second


async def test_a_new_yes_is_another_letter(world):
    """Approved again, another text, another draft, another case: each has an id of its own."""
    asked, reply = complaint(), approved(at=NOON)
    others = [approved(at=NOON.replace(minute=1)), approved("Autre.", at=NOON), replace(reply, draft=2)]
    for one, said in [(asked, reply), *((asked, other) for other in others), (complaint(), reply)]:
        assert isinstance(await sent(world, one, said), Posted)
    assert len({letter.mail["Message-ID"] for letter in world.server.letters}) == 5


async def test_a_letter_that_is_too_long_is_refused_before_it_is_sent(monkeypatch):
    """The server's SIZE is told the letter's own, and its no comes in words."""
    async with a_world(monkeypatch, size=2_000) as world:
        outcome = await sent(world, reply=approved("a" * 3_000))
        assert isinstance(outcome, Refused)
        assert "too long" in str(outcome.reason)
        assert "DATA" not in world.server.said


async def test_only_so_many_letters_are_on_their_way_at_once(world, monkeypatch):
    """Providers allow few connections; who does not get his turn in time is not sent."""
    monkeypatch.setattr(door, "GO_AHEAD", 0.2)
    for _ in range(door.AT_ONCE):
        await world.account._postman._turns.acquire()
    outcome = await sent(world)
    assert isinstance(outcome, NotSent)
    assert "asks us to wait" in str(outcome.reason)
    assert world.server.said == []


# The mailbox's Sent folder


@asynccontextmanager
async def a_mailbox(world: EmailWorld, **told: Any) -> AsyncIterator[ImapStandIn]:
    async with ImapStandIn(world.server, **told) as imap:
        options = {"imap-host": "127.0.0.1", "imap-port": str(imap.port)}
        world.account = build(spec(world.server, options=options))
        yield imap


@pytest.mark.parametrize("marked", ['"[Mail]/Gesendet &AOk-"', ""])
async def test_a_letter_in_the_sent_folder_was_sent(world, marked):
    """Nobody answered, and the mailbox shows it: posted. The folder is the marked one, else it is called Sent."""
    async with a_mailbox(world, marked=marked):
        assert world.account.can.find
        world.server.at[At.TAKEN].append(CUT)
        asked, reply = complaint(), approved()
        assert isinstance(await sent(world, asked, reply), Unclear)
        found = await world.account.find(asked, reply)
        assert found == Posted(ref=world.server.letters[0].mail["Message-ID"])


async def test_a_letter_that_is_not_in_the_sent_folder_may_have_been_sent(world):
    """Many servers file nothing there, or file it late: not seen is never absent."""
    async with a_mailbox(world) as imap:
        imap.files = False
        assert isinstance(await world.account.find(complaint(), approved()), Unclear)
        assert imap.said[-1] == "LOGOUT"


async def test_a_mailbox_that_is_shut_tells_nothing(world):
    """A wrong password, or nobody there: unclear, never absent."""
    async with a_mailbox(world):
        await world.revoke()
        told = await world.account.find(complaint(), approved())
        assert str(told.reason) == "127.0.0.1 says: [AUTHENTICATIONFAILED] Invalid credentials"
    told = await world.account.find(complaint(), approved())
    assert isinstance(told, Unclear)
    assert str(told.reason) == "127.0.0.1 cannot be reached."


# Before the yes


async def test_the_check_goes_through_all_but_the_letter(world):
    """Logged in, the sender and the customer's address told, and nothing sent."""
    assert await world.account.check(complaint()) is None
    said = [each.partition(" ")[0] for each in world.server.said]
    assert said == ["CONNECT", "EHLO", "AUTH", "MAIL", "RCPT"]
    assert world.server.letters == []


async def test_a_second_check_within_half_a_minute_asks_nobody(world):
    """Several looks at one card are one look at the server."""
    for _ in range(3):
        assert await world.account.check(complaint()) is None
    assert world.server.said.count("CONNECT") == 1


async def test_an_account_is_checked_without_a_complaint(world):
    """As ``networks check`` does it: may it log in, and write from its address."""
    bare = complaint(id="try", author="", link="", text="")
    assert await world.account.check(bare) is None
    assert "RCPT" not in " ".join(world.server.said)
    world.time_passes()
    world.server.may_write = {"somebody.else@brand.example"}
    assert "does not let us write from this address" in str(await world.account.check(bare))


async def test_a_case_without_an_address_cannot_be_answered(world):
    """Said in words before the yes, and refused after it; nobody is called."""
    for asked in (complaint(author="Léa M."), complaint(author="", link="https://help.example/ticket/7")):
        assert "no e-mail address" in str(await world.account.check(asked))
        assert isinstance(await sent(world, asked), Refused)
    assert world.server.said == []


@pytest.mark.parametrize("address", ["no-reply@shop.example", "NoReply@shop.example", "ne-pas-repondre@shop.example"])
async def test_nobody_writes_to_a_machine(world, address):
    """A form's mail comes from an address that nobody reads."""
    assert "nobody reads" in str(await world.account.check(complaint(author=address)))


async def test_the_brand_never_writes_to_itself(world):
    """The mail that a colleague sent to the team from the brand's own address has no customer's."""
    assert "no e-mail address" in str(await world.account.check(complaint(author=SENDER.upper())))


async def test_greylisting_does_not_hold_up_the_yes(world):
    """The customer's server wants to be asked again later: it will be."""
    world.server.at[At.RCPT].append("451 4.7.1 Greylisted, come back in five minutes")
    assert await world.account.check(complaint()) is None


async def test_a_wrong_password_is_tried_once_and_told(world):
    """One try with one method, then none for a minute: the provider counts them."""
    await world.revoke()
    assert "password" in str(await world.account.check(complaint()))
    assert await world.account.check(complaint()) is not None
    assert isinstance(await sent(world), NotSent)
    assert world.server.logins == ["PLAIN"]


async def test_a_server_without_logins_is_told(monkeypatch):
    """The wrong port, mostly."""
    async with a_world(monkeypatch, logins=False) as world:
        assert re.search("no login that we know.*port", str(await world.account.check(complaint())))
