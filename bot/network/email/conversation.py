"""What a complaint tells of the mail that it is: where the reply goes, and into which conversation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.desk.case import Complaint

#: Characters of a subject: mail programs show fewer.
LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a reply goes. ``asked`` is the complaint's Message-ID, ``before`` those it refers to; all in ``<…>``.

    What is not known is empty: without ``asked`` the reply begins a conversation of its own.
    """

    address: str
    subject: str = ""
    asked: str = ""
    before: tuple[str, ...] = ()


def conversation(complaint: Complaint, own: str) -> Conversation:
    """The conversation that a complaint began; ``own`` is the brand's address, which is never written to.

    The address is the author's, or that of a ``mailto:`` link, which may also tell the rest as RFC 6068 has it:
    ``mailto:lea@example.com?subject=Colis&in-reply-to=%3C1%40example.com%3E``. The Message-ID may stand in a link
    ``mid:1@example.com`` (RFC 2392) too, or be the id under which a tool handed the complaint in: ``<1@example.com>``.
    """
    linked, told = _mailto(complaint.link)
    addresses = (address_of(linked), address_of(complaint.author))
    given = _HANDED_IN.match(complaint.id)
    asked = next(iter(_ids(told.get("in-reply-to", ""))), "") or _mid(complaint.link) or (given[1] if given else "")
    return Conversation(
        address=next((each for each in addresses if each and each.casefold() != own.casefold()), ""),
        subject=line(told.get("subject", "") or _leading(complaint.text), LONGEST_SUBJECT),
        asked=next(iter(_ids(asked)), ""),
        before=_ids(told.get("references", ""))[-10:],
    )


def address_of(text: str) -> str:
    """The mail address that a text is, ``lea@example.com`` or ``Léa <lea@example.com>``; empty when it is none.

    A domain is written in ASCII (RFC 3490). Quoted local parts, and addresses without a domain's dot, are none.
    """
    text = text.strip()
    if named := _NAMED.fullmatch(text):
        text = named[1].strip()
    local, at, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        return ""
    fits = len(local.encode("utf-8", "replace")) <= 64 and len(domain) <= 253 and _is_word(local)
    return f"{local}{at}{domain}" if fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) else ""


def _is_word(local: str) -> bool:
    return local.isascii() or all(each.isascii() or unicodedata.category(each)[0] in "LMNS" for each in local)


def line(text: str, longest: int) -> str:
    """The text as one line of a header: no control characters, no line ends of any alphabet, none that turn letters."""
    sound = text.encode("utf-8", "replace").decode()
    spaced = "".join(" " if unicodedata.category(each) in _NO_LETTERS else each for each in _TURNING.sub("", sound))
    even = " ".join(spaced.split())
    return even if len(even) <= longest else even[: longest - 1].rstrip() + "…"


def _leading(text: str) -> str:
    """A subject leads a mail's text where the chat tells both; a greeting or a long first line is none."""
    first, _, rest = text.strip().partition("\n")
    short = LONGEST_SUBJECT if rest.strip() else 60
    return "" if len(first) > short or first.rstrip().endswith(",") else first


def _mailto(link: str) -> tuple[str, dict[str, str]]:
    """The address and the headers of a ``mailto:`` link."""
    if not link.lower().startswith("mailto:"):
        return "", {}
    try:
        parts = urlsplit(link)
        told = parse_qsl(parts.query.replace("+", "%2B"))  # a plus is no space there
    except ValueError:
        return "", {}
    return unquote(parts.path), {name.lower(): value for name, value in reversed(told)}


def _mid(link: str) -> str:
    scheme, _, told = link.partition(":")
    return f"<{unquote(told.partition('/')[0])}>" if scheme.lower() == "mid" else ""


def _ids(text: str) -> tuple[str, ...]:
    return tuple(_ID.findall(text))


_NAMED = re.compile(r"[^<>@\x00-\x1f]*<([^<>]+)>")
# RFC 5322, 3.2.3, and RFC 6531: letters of any alphabet.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_HANDED_IN = re.compile(r"intake:(<[^<>@\s]+@[^<>@\s]+>)")
_NO_LETTERS = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
