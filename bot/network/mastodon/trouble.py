"""What an instance says when it says no, and what that means in plain words.

docs.joinmastodon.org/methods/statuses and /accounts, "403", "404", "422"; GoToSocial's and Takahē's own texts.
"""

from __future__ import annotations

from typing import Any

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Posted, Refused
from bot.network.wire import AGAIN, Trouble, WireError, outcome

GONE = Remark("The post is not there any more, or not for us to see.")
NOWHERE = Remark("The link leads to no post there. Post the reply by hand, then mark it as posted.")
MOVED = Remark("The brand's account has moved away from {network}.")
SUSPENDED = Remark("{network} has suspended the brand's account.")
UNUSABLE = Remark("{network} gives no usable answer.")
_ELSEWHERE = Remark("{network} sends us on to another address; please correct “server” in brand.yaml.")

#: The account itself may not do anything: nothing is posted until a person has mended that.
_SIGNED_OUT = (
    "access token",
    "authenticated user",
    "login is currently disabled",
    "login is currently pending",
    "confirmed e-mail",
)
#: The server's words, and ours.
_IN_WORDS = (
    (
        ("character limit", "too long"),
        Remark("The text is too long for {network}; please shorten it, then approve again."),
    ),
    (
        ("authorized scopes", "insufficient scope", "insufficient permission"),
        Remark(
            "The access token may not post on {network}: please create one with the rights {rights}.",
            {"rights": "read, write:statuses"},
        ),
    ),
    (("has moved", "moved elsewhere"), MOVED),
    (("suspended",), SUSPENDED),
    (
        ("permission to reply", "action is not allowed", "blocked", "not allowed to reply"),
        Remark("The author of the post, or {network}, does not let this account answer it."),
    ),
)
_TIMED_OUT = 408
_FORBIDDEN = frozenset({403, 421, 422})


def reason(body: Any) -> str:
    """The instance's own words in a refusal's body."""
    told = body.get("error_description") or body.get("error") if isinstance(body, dict) else None
    return told if isinstance(told, str) else ""


def kind_of(status: int, body: Any) -> Trouble | None:
    """What HTTP alone does not tell: who may do nothing at all is signed out, and a late 408 may have come true."""
    if status == _TIMED_OUT:
        return Trouble.BROKEN
    if status in _FORBIDDEN and any(words in reason(body).lower() for words in _SIGNED_OUT):
        return Trouble.ACCESS
    return None


def while_reading(error: WireError, network: str) -> Outcome:
    """What it means for a reply that something could not be read before it was sent: never that it may be public."""
    if error.kind in {Trouble.MISSING, Trouble.REFUSED}:
        return Refused(in_words(error, network))
    if error.kind in {Trouble.BUSY, Trouble.ACCESS}:
        return outcome(error, network)
    return NotSent(in_words(error, network), wait=AGAIN)


def while_posting(error: WireError, network: str) -> Outcome:
    """What a call that was to post means for the reply."""
    if error.kind in {Trouble.MISSING, Trouble.REFUSED}:
        return Refused(in_words(error, network))
    return outcome(error, network)


def in_words(error: WireError, network: str) -> Remark:
    """Why a call failed, for a person."""
    if error.kind is Trouble.MISSING:
        return GONE
    if error.kind is Trouble.BROKEN:
        return said_of(network, _ELSEWHERE if 300 <= error.status < 400 else UNUSABLE)
    for words, ours in _IN_WORDS:
        if error.kind is Trouble.REFUSED and any(word in error.says.lower() for word in words):
            return said_of(network, ours)
    meant = outcome(error, network)
    return GONE if isinstance(meant, Posted) else meant.reason


def said_of(network: str, remark: Remark, **facts: object) -> Remark:
    """The sentence with the instance's name in it."""
    return Remark(remark.says, {**remark.facts, "network": network, **facts})
