"""The server for outgoing mail: one connection for each letter, and never the same letter twice."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

import aiosmtplib

from bot.network.email.letter import Letter
from bot.network.email.trouble import MailError, Stage, Why

#: Seconds until the server has to say "go ahead", and until it has to have said whether it takes the letter; counted
#: from the beginning, and below the desk's patience of 25.
GO_AHEAD, TAKEN = 10.0, 23.0
#: Connections at once: some providers allow an account no more.
AT_ONCE = 3
_DOT = re.compile(rb"(?m)^\.")
_READY = 354

T = TypeVar("T")


class Security(Enum):
    """How the connection is kept private."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class Door:
    """Where letters are handed in; without a user nobody logs in."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


class _Client(aiosmtplib.SMTP):
    AUTH_METHODS = ("plain", "login", "cram-md5")

    @property
    def supported_auth_methods(self) -> list[str]:
        """One of them: each wrong password counts towards a locked account."""
        return super().supported_auth_methods[:1]


class Postman:
    """Carries letters to the door. ``says_who`` is the domain under which he greets."""

    def __init__(self, door: Door, says_who: str) -> None:
        self._door = door
        self._says_who = says_who
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def knock(self, sender: str, to: str = "") -> None:
        """Go through all but the letter: may ``sender`` write, to ``to`` where it is given. Raises ``MailError``."""
        async with self._inside(until := time.monotonic() + GO_AHEAD) as smtp:
            await _addressed(smtp, sender, to, until)

    async def hand_over(self, letter: Letter) -> None:
        """Send the letter, once. Raises ``MailError``; from ``HANDED_OVER`` on it may have gone out."""
        started = time.monotonic()
        async with self._inside(until := started + GO_AHEAD) as smtp:
            await _addressed(smtp, letter.sender, letter.to, until, size=len(letter.data))
            ready = await _step(Stage.LETTER, smtp.execute_command(b"DATA"), until)
            if ready.code != _READY:
                raise MailError(Stage.LETTER, ready.code, ready.message)
            protocol = smtp.protocol
            if protocol is None or not protocol.is_connected:
                raise MailError(Stage.LETTER)
            # Not smtp.data(): its errors do not tell whether the dot had left.
            protocol.write(_DOT.sub(b"..", letter.data) + b".\r\n")
            answer = await _step(Stage.HANDED_OVER, protocol.read_response(), started + TAKEN)
            if not 200 <= answer.code < 300:
                raise MailError(Stage.HANDED_OVER, answer.code, answer.message)

    @asynccontextmanager
    async def _inside(self, until: float) -> AsyncIterator[_Client]:
        """A connection on which we are known."""
        try:
            await _step(Stage.CONNECT, self._turns.acquire(), until)
        except MailError as error:
            raise MailError(Stage.CONNECT, why=Why.CROWDED) from error
        smtp = _Client(
            hostname=self._door.host,
            port=self._door.port,
            use_tls=self._door.security is Security.TLS,
            start_tls=self._door.security is Security.STARTTLS,
            local_hostname=self._says_who,
        )
        try:
            await _step(Stage.CONNECT, _greeted(smtp), until)
            if self._door.user:
                await _step(Stage.LOGIN, smtp.login(self._door.user, self._door.password), until)
            yield smtp
        finally:
            _say_good_bye(smtp)
            self._turns.release()


def _say_good_bye(smtp: _Client) -> None:
    """Without waiting for an answer: what became of the letter is known, and has to be stored."""
    if smtp.protocol is not None and smtp.protocol.is_connected:
        smtp.protocol.write(b"QUIT\r\n")
    smtp.close()


async def _greeted(smtp: _Client) -> None:
    await smtp.connect()
    if smtp.is_ehlo_or_helo_needed:
        await smtp.ehlo()


async def _addressed(smtp: _Client, sender: str, to: str, until: float, *, size: int = 0) -> None:
    """From whom and, where it is given, to whom; ``size`` in bytes."""
    options = [f"SIZE={size}"] if size and smtp.supports_extension("size") else []
    encoding = "ascii" if to.isascii() else "utf-8"
    if not to.isascii():
        if not smtp.supports_extension("smtputf8"):
            raise MailError(Stage.RECIPIENT, 553, "5.6.7 SMTPUTF8 is not supported")
        options.append("SMTPUTF8")
    await _step(Stage.SENDER, smtp.mail(sender, options=options, encoding=encoding), until)
    if to:
        await _step(Stage.RECIPIENT, smtp.rcpt(to, encoding=encoding), until)


async def _step(stage: Stage, doing: Awaitable[T], until: float) -> T:
    """One step, in time. Raises ``MailError`` with its stage."""
    try:
        async with asyncio.timeout(max(0.0, until - time.monotonic())):
            return await doing
    except aiosmtplib.SMTPResponseException as error:
        raise MailError(stage, error.code, error.message) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise MailError(stage, says=_certificate(error), why=_why(stage, error)) from error


def _why(stage: Stage, error: Exception) -> Why:
    if _certificate(error):
        return Why.CERTIFICATE
    if type(error) is aiosmtplib.SMTPException:  # the bare one: what the client says itself of the server's offers
        return Why.NO_LOGIN if stage is Stage.LOGIN else Why.NO_TLS
    plainly = any(isinstance(each, ssl.SSLError) and each.reason in _PLAINLY for each in _chain(error))
    return Why.NO_TLS if plainly else Why.BROKEN


#: The other side answered, and not in TLS.
_PLAINLY = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST"})


def _certificate(error: Exception) -> str:
    """What is wrong with the server's certificate; empty where nothing is known to be."""
    told = (each.verify_message for each in _chain(error) if isinstance(each, ssl.SSLCertVerificationError))
    return next(told, "")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
