"""A real mail server on this machine (aiosmtpd), whose every step can be told to refuse, to dawdle, or to cut the line.

::

    async with SmtpStandIn(users={"acme@brand.example": "s3cr3t"}) as server:
        server.port
        server.at[At.RCPT].append("550 5.1.1 No such user")    # the next one meets this, and does nothing
        server.at[At.TAKEN].append(CUT)                        # the letter is there, nobody says so
        server.letters                                         # what customers find in their mailboxes

And a mailbox that can be read (``ImapStandIn``), as far as imaplib needs it.
"""
# ruff: noqa: N802  # aiosmtpd's names

from __future__ import annotations

import asyncio
import re
import ssl
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import Enum, auto
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from contract import Fault


class At(Enum):
    """Where a letter is on its way."""

    CONNECT = auto()
    EHLO = auto()
    AUTH = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()  # the whole letter has been read, and is not taken yet
    TAKEN = auto()  # it is taken, and nothing said yet


class _Cut:
    pass


class _Strike:
    pass


CUT = _Cut()
#: The client's process ends here: ``strike`` is to see to that; then the line is cut.
STRIKE = _Strike()
#: An answer in the place of the server's own; seconds to wait before it; the line cut; the client killed.
Happens = str | float | _Cut | _Strike

FAULTS: dict[Fault, tuple[At, Happens]] = {
    Fault.BUSY: (At.MAIL, "421 4.3.2 Too many letters, try again later"),
    Fault.CUT_BEFORE: (At.DATA, CUT),
    Fault.FAIL_BEFORE: (At.RCPT, "451 4.3.0 Temporary lookup failure"),
    Fault.CUT_AFTER: (At.TAKEN, CUT),
    Fault.FAIL_AFTER: (At.TAKEN, "421 4.3.0 Shutting down"),
    Fault.SLOW: (At.TAKEN, 1.5),
}


@dataclass(frozen=True)
class Received:
    sender: str
    to: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        found = message_from_bytes(self.raw, policy=default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        return str(self.mail.get_content()).replace("\r\n", "\n").removesuffix("\n")


class SmtpStandIn:
    """``tls``: a certificate's context, for STARTTLS, or from the first byte where ``implicit``."""

    def __init__(
        self,
        *,
        users: dict[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        size: int = 10_000_000,
        utf8: bool = True,
        logins: bool = True,
    ) -> None:
        self.users = users or {}
        self.at: dict[At, deque[Happens]] = defaultdict(deque)
        self.letters: list[Received] = []
        self.gone: set[str] = set()  # addresses that nobody has any more
        self.may_write: set[str] = set()  # from which addresses; empty: from all
        self.said: list[str] = []  # what clients have said, passwords left out
        self.logins: list[str] = []
        self.strike: Callable[[], object] = lambda: None
        self.port = 0
        self._offers = {"data_size_limit": size, "enable_SMTPUTF8": utf8, "auth_require_tls": False}
        self._offers |= {"tls_context": None if implicit else tls, "hostname": "mail.example"}
        self._offers |= {} if logins else {"auth_exclude_mechanism": ["LOGIN", "PLAIN"]}
        self._tls = tls if implicit else None
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.BaseTransport] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after ``stop`` again on the same port, with all that it held."""
        loop = asyncio.get_running_loop()
        made = lambda: _Session(self, authenticator=self._knows, loop=loop, **self._offers)  # noqa: E731
        self._server = await loop.create_server(made, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """From now on connections are refused; open ones end."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        for transport in tuple(self._open):
            transport.abort()  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)

    def to(self, address: str) -> list[Received]:
        """What that mailbox holds."""
        return [each for each in self.letters if each.to == address]

    def _knows(self, server: SMTP, session: Any, envelope: Any, mechanism: str, who: LoginPassword) -> AuthResult:
        login, password = who.login.decode(), who.password.decode()
        self.logins.append(mechanism)
        return AuthResult(success=self.users.get(login) == password, handled=False)

    # aiosmtpd's hooks

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.users and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.may_write and address not in self.may_write:
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address in self.gone:
            return "550 5.1.1 The email account that you tried to reach does not exist"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: _Session, session: Any, envelope: Any) -> str:
        if met := await server.meets(At.DOT):
            return met
        (to,) = envelope.rcpt_tos
        self.letters.append(Received(envelope.mail_from, to, envelope.content))
        return await server.meets(At.TAKEN) or f"250 2.0.0 OK queued as {len(self.letters)}"


class _Session(SMTP):
    def __init__(self, room: SmtpStandIn, **offers: Any) -> None:
        self._room = room
        super().__init__(room, **offers)

    def connection_made(self, transport: Any) -> None:
        self._room._open.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._room._open.discard(self.transport)
        self._room._open = {each for each in self._room._open if not each.is_closing()}
        super().connection_lost(error)

    async def meets(self, at: At) -> str:
        """What was prepared for this step; empty: go on as usual."""
        while script := self._room.at[at]:
            match script.popleft():
                case str(answer):
                    return answer
                case float(seconds):
                    await asyncio.sleep(seconds)
                    return ""
                case _Strike():
                    self._room.strike()
            self.transport.abort()
            await asyncio.sleep(0.01)
            raise ConnectionResetError
        return ""

    async def push(self, status: str) -> None:
        """An answer may hold bytes of no alphabet, as ``surrogateescape`` writes them."""
        await super().push(status.encode("utf-8", "surrogateescape"))

    async def _instead(self, at: At, arg: str | None) -> bool:
        self._room.said.append(f"{at.name} {'…' if at is At.AUTH else arg or ''}".strip())
        if answer := await self.meets(at):
            await self.push(answer)
            if answer.startswith("421"):
                self.transport.close()
        return bool(answer)

    async def _handle_client(self) -> None:
        try:
            if not await self._instead(At.CONNECT, None):
                await super()._handle_client()
        except ConnectionResetError:  # told by aiosmtpd as nobody's exception
            self.transport and self.transport.abort()

    async def smtp_EHLO(self, arg: str) -> None:
        if not await self._instead(At.EHLO, arg):
            await super().smtp_EHLO(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._instead(At.AUTH, arg):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._instead(At.MAIL, arg):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._instead(At.RCPT, arg):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._instead(At.DATA, arg):
            await super().smtp_DATA(arg)


class ImapStandIn:
    """A mailbox with a Sent folder, which holds what ``server`` was given; as far as looking for an id needs it."""

    def __init__(self, server: SmtpStandIn, *, marked: str = '"[Mail]/Gesendet &AOk-"') -> None:
        self.server = server
        self.marked = marked  # the folder that is marked as Sent; empty: none is
        self.files = True  # whether what was sent is filed there
        self.said: list[str] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK IMAP4rev1\r\n")
        while line := (await reader.readline()).decode().rstrip():
            tag, command, rest = (*line.split(" ", 2), "")[:3]
            self.said.append(f"{command} {'' if command == 'LOGIN' else rest}".strip())
            writer.writelines(f"{each}\r\n".encode() for each in self._answer(tag, command, rest))
            if command == "LOGOUT":
                break
        writer.close()
        await writer.wait_closed()

    def _answer(self, tag: str, command: str, rest: str) -> list[str]:
        match command:
            case "CAPABILITY":
                return ["* CAPABILITY IMAP4rev1 SPECIAL-USE", f"{tag} OK done"]
            case "LOGIN" if rest.replace('"', "") not in {f"{who} {word}" for who, word in self.server.users.items()}:
                return [f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials"]
            case "LIST":
                marked = [f'* LIST (\\HasNoChildren \\Sent) "/" {self.marked}'] if self.marked else []
                return ['* LIST (\\HasNoChildren) "/" "INBOX"', *marked, f"{tag} OK done"]
            case "EXAMINE" if rest != (self.marked or "Sent"):
                return [f"{tag} NO no such folder"]
            case "EXAMINE":
                return ["* 3 EXISTS", f"{tag} OK [READ-ONLY]"]
            case "SEARCH":
                asked = re.fullmatch(r'HEADER Message-ID "(.*)"', rest)
                sent = [f" {n}" for n, each in enumerate(self.server.letters, 1) if each.mail["Message-ID"] == asked[1]]
                return ["* SEARCH" + ("".join(sent) if self.files else ""), f"{tag} OK done"]
        return [f"{tag} OK done"]
