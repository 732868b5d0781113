"""What brand.yaml may say, and every documented no of a mail server in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from contract import approved
from smtp_standin import At
from test_network_email import SENDER, a_world, complaint, sent

from bot.desk.ports import NotSent, Refused
from bot.errors import SettingsError
from bot.network.account import Spec
from bot.network.email import build
from bot.network.email.trouble import SPENT


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


PLAIN = Spec(
    brand="acme",
    network="email",
    handle=SENDER,
    options={"host": "smtp.brand.example"},
    secrets={"password": "s3cr3t"},
)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"handle": ""}, "handle must be the address"),
        ({"handle": "@acme"}, "handle must be the address"),
        ({"handle": "été@brand.example"}, "handle must be the address"),
        ({"options": {}}, "option host"),
        ({"options": {"host": "smtp.brand.example/x"}}, "option host"),
        ({"options": {"host": "a\r\nb"}}, "option host"),
        ({"options": {"host": "h.example", "security": "ssl"}}, "starttls, tls or none"),
        ({"options": {"host": "h.example", "security": "none"}}, "this machine"),
        ({"options": {"host": "10.0.0.1", "security": "none"}}, "this machine"),
        ({"options": {"host": "h.example", "port": "smtp"}}, "option port"),
        ({"options": {"host": "h.example", "port": "70000"}}, "option port"),
        ({"secrets": {}}, "ACME_EMAIL_PASSWORD is missing"),
        ({"secrets": {}, "name": "fr"}, "ACME_EMAIL_FR_PASSWORD is missing"),
        (
            {"secrets": {}, "options": {"host": "h.example", "auth": "none", "imap-host": "i.example"}},
            "ACME_EMAIL_PASS",
        ),
        ({"options": {"host": "h.example", "imap-host": "i.example", "imap-port": "x"}}, "option imap-port"),
    ],
)
def test_what_is_wrong_is_named(changed, says):
    """The key in brand.yaml, or the variable in the environment."""
    with pytest.raises(SettingsError, match=says):
        build(replace(PLAIN, **changed))


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465)])
def test_ports_are_the_usual_ones(security, port):
    """Where nothing is said."""
    one = build(replace(PLAIN, options={"host": "smtp.brand.example", "security": security}))
    assert one._postman._door.port == port
    assert (one._postman._door.user, one.can.find) == (SENDER, False)


def test_a_server_may_know_us_without_a_password():
    """``auth: none``, or one on this machine."""
    for options in ({"host": "relay.brand.example", "auth": "none"}, {"host": "localhost", "security": "none"}):
        assert build(replace(PLAIN, options=options, secrets={}))._postman._door.user == ""


@pytest.mark.parametrize(
    ("at", "answer", "says"),
    [
        (At.RCPT, "550 5.1.1 User unknown", "is not there, or not any more: “5.1.1 User unknown”"),
        (At.RCPT, "550 No such mailbox", "is not there"),
        (At.RCPT, "551 5.1.6 Moved", "is not there"),
        (At.RCPT, "550 5.2.1 Mailbox disabled", "is not there"),
        (At.RCPT, "553 5.1.3 Bad address", "is not there"),
        (At.RCPT, "550 5.1.2 Bad destination system", "cannot be found"),
        (At.RCPT, "556 5.1.10 Null MX", "cannot be found"),
        (At.RCPT, "552 5.2.2 Over quota", "mailbox is full"),
        (At.RCPT, "550 5.7.1 Relaying denied", "does not let the reply through"),
        (At.MAIL, "552 5.3.4 Message size exceeds limit", "too long"),
        (At.DOT, "552 Too much mail data", "too long"),
        (At.DOT, "550 5.7.1 Looks like spam", "does not let the reply through: “5.7.1 Looks like spam”"),
        (At.DOT, "550 5.7.26 Unauthenticated", "does not let the reply through"),
        (At.DATA, "503 5.5.1 Bad sequence", "127.0.0.1 says: 5.5.1 Bad sequence"),
        (At.DOT, "554 Transaction failed", "127.0.0.1 says: Transaction failed"),
    ],
)
async def test_a_no_to_a_letter_is_told_in_words(world, at, answer, says):
    """By its enhanced code, else by its code, with the server's own words."""
    world.server.at[at].append(answer)
    outcome = await sent(world)
    assert isinstance(outcome, Refused)
    assert says in str(outcome.reason)


@pytest.mark.parametrize(
    ("at", "answer", "says"),
    [
        (At.AUTH, "535 5.7.8 Bad credentials", "does not accept user and password: “5.7.8 Bad credentials”"),
        (At.AUTH, "534 5.7.9 Application-specific password required", "does not accept user and password"),
        (At.AUTH, "454 4.7.0 Too many login attempts", "asks us to wait"),
        (At.MAIL, "530 5.7.0 Authentication required", "does not accept user and password"),
        (At.MAIL, "553 5.7.1 Not owned by user", "does not let us write from this address"),
        (At.CONNECT, "554 5.7.1 Blocked", "does not serve us"),
        (At.CONNECT, "421 4.7.0 Try again later", "asks us to wait: “4.7.0 Try again later”"),
        (At.MAIL, "550 5.4.5 Daily user sending limit exceeded", "takes no more mails today"),
        (At.DOT, "550 5.4.5 Daily user sending limit exceeded", "takes no more mails today"),
        (At.RCPT, "450 4.2.0 Greylisted", "asks us to wait: “4.2.0 Greylisted”"),
    ],
)
async def test_a_no_to_the_account_lets_the_letter_wait(world, at, answer, says):
    """Nothing was sent, and it goes out once that is over."""
    world.server.at[at].append(answer)
    outcome = await sent(world)
    assert isinstance(outcome, NotSent)
    assert says in str(outcome.reason)
    assert outcome.wait >= 60


async def test_a_spent_day_pauses_the_account_for_an_hour(world):
    """Other letters are not tried either; one put off by greylisting holds up none."""
    world.server.at[At.RCPT].append("451 4.7.1 Greylisted")
    await sent(world)
    assert await world.account.check(complaint(author="max@customer.example")) is None
    world.server.at[At.DOT].append("550 5.4.5 Daily user sending limit exceeded")
    await sent(world)
    outcome = await sent(world, complaint(author="max@customer.example"))
    assert isinstance(outcome, NotSent)
    assert outcome.wait == pytest.approx(SPENT, abs=5)


async def test_words_of_a_server_stay_on_one_line(world):
    """Several lines, other alphabets, no alphabet at all, a whole page: one short line on the card."""
    world.server.at[At.DOT].append("554-Première ligne\r\n554-\udcff\r\n554 " + "x" * 3_000)
    outcome = await sent(world, reply=approved())
    assert isinstance(outcome, Refused)
    assert str(outcome.reason).startswith("127.0.0.1 says: Première ligne")
    assert len(str(outcome.reason)) < 250
    assert "\n" not in str(outcome.reason)
