"""The mailbox's Sent folder, by IMAP: many providers file there what was sent."""

from __future__ import annotations

import asyncio
import imaplib
import re
import ssl
from contextlib import suppress

from bot.desk.case import Remark
from bot.network.account import Unread

#: Seconds for each step.
PATIENCE = 5.0
_ENTRY = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>.+)', re.DOTALL)


class Sent:
    """Reads one folder; where ``folder`` is empty, the one that the server marks as Sent (RFC 6154)."""

    def __init__(self, host: str, port: int, user: str, password: str, *, tls: bool = True, folder: str = "") -> None:
        self._host = host
        self._port = port
        self._user = user
        self._password = password
        self._tls = tls
        self._folder = folder

    async def holds(self, message_id: str) -> bool:
        """Whether the letter of this id is there. Not there yet is not unsent: ids are filed late, or never.

        Raises ``Unread``.
        """
        try:
            return await asyncio.to_thread(self._look, message_id)
        except imaplib.IMAP4.error as error:
            facts = {"network": self._host, "words": _words(error)}
            raise Unread(Remark("{network} says: {words}", facts)) from error
        except OSError as error:
            raise Unread(Remark("{network} cannot be reached.", {"network": self._host})) from error

    def _look(self, message_id: str) -> bool:
        box = self._opened()
        try:
            box.login(self._user, self._password)
            box.select(_quoted(self._folder) if self._folder else _marked(box), readonly=True)
            _, found = box.search(None, "HEADER", "Message-ID", _quoted(message_id))
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                box.logout()
        return any(found)

    def _opened(self) -> imaplib.IMAP4:
        if self._tls:
            context = ssl.create_default_context()
            return imaplib.IMAP4_SSL(self._host, self._port, ssl_context=context, timeout=PATIENCE)
        return imaplib.IMAP4(self._host, self._port, timeout=PATIENCE)


def _marked(box: imaplib.IMAP4) -> str:
    _, told = box.list()
    for entry in told:
        whole = b" ".join(entry) if isinstance(entry, tuple) else entry or b""
        if (found := _ENTRY.fullmatch(whole)) and b"\\sent" in found["flags"].lower():
            return found["name"].decode("ascii", "replace")
    return "Sent"


def _words(error: imaplib.IMAP4.error) -> str:
    told = error.args[0] if error.args else ""
    return " ".join((told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)).split())[:200]


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
