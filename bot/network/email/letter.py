"""The mail itself: the approved words, and nothing else."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bot.desk.case import Complaint, Reply
from bot.network.email.conversation import LONGEST_SUBJECT, Conversation, line

_LONGEST_NAME = 60
_RE = re.compile(r"(?:re|ré|rép)\s?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, ready to be sent. ``data`` are its lines with their CRLF; ``ref`` is its Message-ID in ``<…>``."""

    sender: str
    to: str
    ref: str
    data: bytes = field(repr=False)


def letter(complaint: Complaint, reply: Reply, talk: Conversation, sender: str, name: str) -> Letter:
    """The reply as a mail from ``sender``, whom people know as ``name``; the same each time it is made.

    Neither marked as automatic (a person has said yes to it) nor quoting the complaint (nobody approved that).
    """
    ref = message_id(complaint, reply, sender)
    known = line(name, _LONGEST_NAME)
    subject = line(talk.subject, LONGEST_SUBJECT) or known or sender.rpartition("@")[2]
    lines = [
        f"From: {_phrase(known)} <{sender}>" if known else f"From: {sender}",
        f"To: {talk.address}",
        f"Subject: {_words(subject if _RE.match(subject) else f'Re: {subject}', len('Subject: '))}",
        f"Date: {format_datetime(reply.approved_at.astimezone(UTC))}",
        f"Message-ID: {ref}",
    ]
    if talk.asked:
        before = dict.fromkeys((*talk.before, talk.asked))
        lines += [f"In-Reply-To: {talk.asked}", "References: " + "\r\n ".join(before)]
    head = "".join(f"{each}\r\n" for each in lines).encode("utf-8" if not talk.address.isascii() else "ascii")
    return Letter(sender, talk.address, ref, head + _body(reply.text))


def message_id(complaint: Complaint, reply: Reply, sender: str) -> str:
    """One id for each yes: a retry has the same, what is approved anew has another."""
    parts = (complaint.id, str(reply.draft), reply.approved_at.astimezone(UTC).isoformat(), reply.text)
    key = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"<portevoix.{key[:40]}@{sender.rpartition('@')[2]}>"


# The headers are written here, not by EmailMessage: it reads what looks like an encoded word in a value before it
# writes it, and so lets a line end into a header (=?utf-8?q?=0D=0ABcc:…?=); and it encodes ids that are longer than a
# line, which then join no conversation (Outlook's are).


def _words(text: str, indent: int) -> str:
    """RFC 2047: encoded where it is not plain ASCII, or looks as if it were encoded."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=75, header_name="x" * indent).encode(linesep="\r\n")


def _phrase(name: str) -> str:
    """RFC 5322, 3.2.5: quoted where it is ASCII."""
    if name.isascii() and "=?" not in name:
        return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return _words(name, len("From: "))


def _body(text: str) -> bytes:
    """Quoted-printable: short lines, and ASCII, so that no server on the way has a reason to rewrite it."""
    sound = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    part = EmailMessage(policy=SMTP)
    part.set_content(sound, cte="quoted-printable")
    return part.as_bytes()
