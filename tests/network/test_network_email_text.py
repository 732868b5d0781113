"""What a mail looks like: the approved words, whole and alone, in the customer's conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from aiosmtplib.email import parse_address
from contract import an_id, approved
from hypothesis import example, given
from hypothesis import strategies as st
from test_network_email import LEA, SENDER, a_world, complaint, sent, spec

from bot.desk.ports import Posted, Refused
from bot.network.email import build
from bot.network.email.conversation import Conversation, address_of, conversation
from bot.network.email.letter import letter
from tests.fakes import NOON

ANY_TEXT = st.text(st.characters(exclude_characters="\r\x00"), max_size=2_000)
NASTY = [
    ".\n..\n.hidden\n\n.",
    "From the start\nSubject: not a header\n\nBcc: everybody@else.example",
    "é" * 5_000,
    "a" * 20_000 + "\n" + "👩🏽‍🚀" * 900,
    "Espaces à la fin  \n\tet tabulations \n = =3D =\n",
    "\u2028ligne\u2029paragraphe\x0bvertical\x0cpage\x1c\x85",
    "\ud800 seul",
]


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


def read(data: bytes):
    return message_from_bytes(data, policy=policy.default)


def made(text: str = "Bonjour.", name: str = "Acme", **told):
    talk = Conversation(**{"address": LEA} | told)
    return letter(complaint(), approved(text), talk, SENDER, name)


@pytest.mark.parametrize("text", ["Bonjour Léa 🙏🏽, désolés !\n\nÀ bientôt,\nCamille", *NASTY])
async def test_every_text_arrives_as_it_was_approved(world, text):
    """Accents, emoji, long lines, dots at the start of lines, words that look like headers: nothing else."""
    assert isinstance(await sent(world, reply=approved(text)), Posted)
    (received,) = world.server.letters
    assert received.text == text.encode("utf-8", "replace").decode().removesuffix("\n")
    assert received.mail.get_content_type() == "text/plain"
    assert received.mail["Bcc"] is None
    assert max(map(len, received.raw.splitlines())) < 100


@given(ANY_TEXT)
def test_any_text_is_read_back(text):
    """Whatever a person may approve, written and read as mail."""
    data = made(text).data
    found = read(data).get_content().replace("\r\n", "\n")
    assert found.removesuffix("\n") == text.encode("utf-8", "replace").decode().removesuffix("\n")
    assert data.isascii()


@given(st.text(max_size=300), st.text(max_size=100))
@example("Colis\r\nBcc: all@else.example", "Acme\nX-Evil: 1")
@example("a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g", '"; <x@y.example>, "')
@example("=?utf-8?q?a=0D=0ABcc:_x?=", "=?utf-8?q?=0D=0A?=")
@example("é" * 120, "Ünïcode, Señor (et fils) <sarl>" * 3)
def test_no_header_can_be_slipped_in(subject, name):
    """Line ends of every alphabet, encoded words, commas and brackets: the headers stay ours, and the addresses too."""
    data = made(subject=subject, name=name).data
    found = read(data)
    assert list(found) == [
        "From", "To", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"
    ]  # fmt: skip
    assert [each.addr_spec for each in found["From"].addresses] == [SENDER]
    assert [each.addr_spec for each in found["To"].addresses] == [LEA]
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) < 200


@pytest.mark.parametrize(
    "subject",
    [
        "Commande 1234 : toujours rien reçu 😡",
        "x" * 120,
        "Où est ma commande ? " * 4 + "👩🏽‍🚀",
        "é" * 120,
        "=?utf-8?q?=C3=A9?= literally",
    ],
)
def test_a_subject_is_answered(subject):
    """As it was, behind one Re:."""
    assert b"\r\nSubject: Re: Colis 7\r\n" in made(subject="Colis 7").data
    assert subject_of(made(subject=subject).data) == f"Re: {subject}"
    assert subject_of(made(subject=f"RE : {subject}"[:120]).data) == f"RE : {subject}"[:120]


def subject_of(data: bytes) -> str:
    """As a mail program decodes it."""
    return str(make_header(decode_header(message_from_bytes(data)["Subject"])))


def test_a_persons_letter_is_not_marked_as_automatic():
    """A person has approved it; it names its sender and the moment of the yes, and asks for nothing."""
    assert read(made().data)["Auto-Submitted"] is None


@pytest.mark.parametrize("name", ["Éclair & Fils", 'Acme "the" shop, Ltd.', "Acme (Paris) <x@y>", "a\\b"])
def test_the_brands_name_stands_before_its_address(name):
    """Accents, quotes, commas, brackets."""
    (found,) = read(made(name=name).data)["From"].addresses
    assert (found.display_name, found.addr_spec) == (name, SENDER)


def test_a_long_name_is_told_in_several_words():
    """RFC 2047 allows 75 characters each; a mail program joins them."""
    raw = message_from_bytes(made(name="日本語の会社" * 10).data)["From"]
    assert str(make_header(decode_header(raw))) == f"{'日本語の会社' * 10} <{SENDER}>"


def test_the_date_is_the_approvals():
    """So that a retry is the same letter, wherever the process runs."""
    at = datetime(2026, 3, 2, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    one, two = approved(at=at), approved(at=at.astimezone(UTC))
    asked, talk = complaint(), Conversation(LEA)
    assert letter(asked, one, talk, SENDER, "Acme") == letter(asked, two, talk, SENDER, "Acme")
    assert read(letter(asked, one, talk, SENDER, "").data)["Date"].datetime == at


@pytest.mark.parametrize("length", [10, 80, 400])
def test_the_reply_joins_the_conversation(length):
    """Ids are told as they are, however long: Outlook's do not fit into a line."""
    asked, first = f"<{'a' * length}@mail.example>", "<first@mail.example>"
    data = made(asked=asked, before=(first, asked)).data
    assert f"\r\nIn-Reply-To: {asked}\r\n".encode() in data
    assert f"\r\nReferences: {first}\r\n {asked}\r\n".encode() in data
    assert read(data)["In-Reply-To"] == asked


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"link": "mid:1.2%2B3@mail.example"}, "<1.2+3@mail.example>"),
        ({"link": "mid:1@mail.example/part@mail.example"}, "<1@mail.example>"),
        ({"link": f"mailto:{LEA}?subject=Colis&In-Reply-To=%3C1%2B2%40mail.example%3E"}, "<1+2@mail.example>"),
        ({"id": "intake:<CAF+a=b@mail.gmail.com>"}, "<CAF+a=b@mail.gmail.com>"),
        ({"id": "intake:<1@mail.example>@acme"}, "<1@mail.example>"),
        ({"id": "intake:1@mail.example"}, ""),
        ({"link": "https://acme.slack.com/files/U1/F1/mail"}, ""),
        ({"link": "mid:a%0D%0ABcc:x@mail.example"}, ""),
        ({"link": "mid:a b@mail.example"}, ""),
        ({"link": "mid:"}, ""),
        ({"link": "mailto:[not-a-link"}, ""),
    ],
)
def test_the_complaints_own_id_is_where_a_chat_or_tool_told_it(told, expected):
    """In a mid: or mailto: link, or as the id that it was handed in under."""
    assert conversation(complaint(**told), SENDER).asked == expected


def test_a_mailto_link_tells_everything():
    """RFC 6068: address, subject, both kinds of reference; a plus stays a plus."""
    told = "subject=Colis+1%20perdu&in-reply-to=%3C2%40x%3E&references=%3C1%40x%3E%20%3C2%40x%3E"
    found = conversation(complaint(author="Léa M.", link=f"mailto:lea%2Bshop@customer.example?{told}"), SENDER)
    assert found == Conversation("lea+shop@customer.example", "Colis+1 perdu", "<2@x>", ("<1@x>", "<2@x>"))


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Commande 1234\nBonjour,\ntoujours rien.", "Commande 1234"),
        ("Bonjour,\ntoujours rien.", ""),
        ("Toujours rien reçu !", "Toujours rien reçu !"),
        ("Toujours rien reçu depuis la commande que j'ai passée chez vous il y a trois semaines.", ""),
        ("x" * 130 + "\nreste", ""),
        ("", ""),
    ],
)
def test_a_mails_subject_leads_its_text(text, subject):
    """As the chats tell it; a greeting or a paragraph is none, then the brand's name stands there."""
    assert conversation(complaint(text=text), SENDER).subject == subject
    assert read(made(subject="").data)["Subject"] == "Re: Acme"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("lea@customer.example", "lea@customer.example"),
        ("Léa Moreau <Lea.M+x@Customer.Example> ", "Lea.M+x@customer.example"),
        ("léa@société.example", "léa@xn--socit-esab.example"),
        ("o'brien@customer.example", "o'brien@customer.example"),
        ("@lea", ""),
        ("Léa M.", ""),
        ("lea@localhost", ""),
        ("lea@[127.0.0.1]", ""),
        ("lea@127.0.0.1", ""),
        ("lea@customer.example\r\nRCPT TO:<x@y.example>", ""),
        ("lea@customer.example>\r\nDATA", ""),
        ("lea@customer.example, max@customer.example", ""),
        ("a b@customer.example", ""),
        ('"lea"@customer.example', ""),
        ("lea..m@customer.example", ""),
        ("lea@a..example", ""),
        ("lea@" + "a" * 64 + ".example", ""),
        ("l" * 65 + "@customer.example", ""),
        ("lea\ud800@customer.example", ""),
        ("lea\u2028@customer.example", ""),
        ("\u202elea@customer.example", ""),
        ("é" * 40 + "@x.example", ""),
        ("", ""),
    ],
)
def test_what_an_address_is(text, address):
    """One mailbox of one domain, and nothing that a mail server could take for a command."""
    assert address_of(text) == address


@given(st.text(max_size=60), st.text(max_size=60))
def test_an_address_is_one_word(local, domain):
    """Whatever is handed in, an address has no spaces, brackets or control characters."""
    found = address_of(f"{local}@{domain}")
    assert not any(each.isspace() or each in '<>"(),;:\\[]' or ord(each) < 33 for each in found)


@given(st.emails())
def test_what_is_an_address_is_written_to_as_it_is(address):
    """Neither we nor the client change it on its way."""
    found = address_of(address)
    assert found == "" or (found.casefold() == address.casefold() and parse_address(found) == found)


async def test_an_address_that_is_not_ascii_is_written_to_where_the_server_can(world, monkeypatch):
    """With SMTPUTF8, else refused in words before the yes; a domain alone is no trouble."""
    asked = complaint(author="léa@société.example")
    assert await world.account.check(asked) is None
    assert isinstance(await sent(world, asked), Posted)
    assert world.server.letters[0].to == "léa@xn--socit-esab.example"
    async with a_world(monkeypatch, utf8=False) as plain:
        assert "not ASCII" in str(await plain.account.check(asked))
        assert isinstance(await sent(plain, asked), Refused)
        assert isinstance(await sent(plain, replace(asked, author="lea@société.example")), Posted)


def test_no_text_is_too_long(world):
    """E-mail counts no length."""
    assert world.account.measure(complaint(), "a" * 100_000).limit is None


async def test_without_a_name_the_address_stands_alone(world):
    """Where brand.yaml says no name."""
    world.account = build(spec(world.server, options={"name": ""}))
    await sent(
        world, complaint(id=an_id(), text="Où est mon colis, commandé chez vous il y a maintenant un mois entier ?")
    )
    found = world.server.letters[0].mail
    assert (found["From"], found["Subject"]) == (SENDER, "Re: brand.example")


def test_the_id_is_the_same_for_ever():
    """Written down once: a new version of Portevoix must not send a second letter under another id."""
    asked, reply = complaint(id="slack:T1:C1:1.0001"), approved("Bonjour.", at=NOON)
    found = letter(asked, reply, Conversation(LEA), SENDER, "Acme").ref
    assert found == "<portevoix.ef52d3110c1d914b31fb7ed834fd795b1165ee1c@brand.example>"
