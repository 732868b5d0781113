"""What a mail server says when it says no, and what that means in plain words.

RFC 5321, 4.2 (a 4xx may pass, a 5xx stays; both mean: not taken), and the enhanced codes of RFC 3463 and its registry,
iana.org/assignments/smtp-enhanced-status-codes.
"""

from __future__ import annotations

import re
from enum import Enum

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Refused, Unclear
from bot.network.wire import AGAIN, MENDED, PAUSE, Trouble


class Stage(Enum):
    """How far a letter got. Whatever fails before the last one has surely sent nothing."""

    CONNECT = "connect"  # up to the greeting, TLS and EHLO included
    LOGIN = "login"
    SENDER = "sender"  # MAIL FROM
    RECIPIENT = "recipient"  # RCPT TO
    LETTER = "letter"  # DATA, up to the server's "go ahead"
    HANDED_OVER = "handed over"  # the letter is written, its last dot too


class Why(Enum):
    """Where no code tells it."""

    BROKEN = "broken"  # no connection, or cut, or too slow
    CROWDED = "crowded"  # other letters of ours took too long
    CERTIFICATE = "certificate"
    NO_TLS = "no TLS"
    NO_LOGIN = "no login"


class MailError(Exception):
    """The server said no, with ``code`` and words, or nothing more: code 0."""

    def __init__(self, stage: Stage, code: int = 0, says: str = "", why: Why = Why.BROKEN) -> None:
        super().__init__(f"{stage.value} {code} {says}")
        self.stage = stage
        self.code = code
        self.says = _one_line(says)
        self.why = why

    @property
    def enhanced(self) -> str:
        """The enhanced code at the head of the server's words, ``5.1.1``; empty where there is none."""
        found = _ENHANCED.match(self.says)
        return found[0] if found else ""


#: Seconds until a letter is tried again that was put off: greylisting lasts five minutes, mostly.
LATER = 300.0
#: Seconds until an account is tried again that has sent its day's letters.
SPENT = 3600.0

NO_ADDRESS = Remark(
    "There is no e-mail address to answer: the case names none of the customer's. Write to them by hand, then mark it "
    "as posted."
)
MACHINE = Remark("{address} is an address that nobody reads: write to the customer by hand, then mark it as posted.")
UNSURE = Remark(
    "{network} took the reply and did not say whether it goes out. Please look among the mails sent, or ask the "
    "customer; then mark it as posted, or try again."
)
UNSEEN = Remark(
    "Whether the reply went out cannot be read back. Please look among the mails sent; then mark it as posted, or try "
    "again."
)
NOT_SHOWN = Remark("A mail cannot be read back from its link.")
NOT_HEARD = Remark("Mails do not come in here: forward them to the team's chat, or hand them in at /intake.")
FOR_EVER = Remark("A mail that was sent cannot be taken back.")

_CUT = Remark("The connection to {network} broke before the reply was sent.")
_CERTIFICATE = Remark(
    "{network} shows a certificate that is not to be trusted ({words}). Please correct “host” in brand.yaml, or have "
    "the certificate renewed; the replies wait."
)
_NO_TLS = Remark(
    "{network} offers no encrypted connection on this port. Please correct “port” and “security” in brand.yaml; the "
    "replies wait."
)
_NO_LOGIN = Remark("{network} offers no login that we know. Please correct “port” in brand.yaml; the replies wait.")
_LOGIN = Remark("{network} does not accept user and password: “{words}” Please correct them; the replies wait.")
_SENDER = Remark("{network} does not let us write from this address: “{words}” Please correct it; the replies wait.")
_SPENT = Remark("{network} takes no more mails today: “{words}” The replies wait.")
_WAIT = Remark("{network} asks us to wait: “{words}”")
_UNWILLING = Remark("{network} does not serve us: “{words}” Please ask its provider; the replies wait.")
_SAYS = Remark("{network} says: {words}")
#: Enhanced codes without their first digit, and codes where the server tells no enhanced one.
_IN_WORDS = (
    (
        {".1.1", ".1.3", ".1.6", ".2.1", "550", "551", "553"},
        Remark("The customer's address is not there, or not any more: “{words}”"),
    ),
    (
        {".1.2", ".1.10", ".4.1", ".4.4", "556"},
        Remark("The customer's mail server cannot be found, or takes no mail: “{words}”"),
    ),
    ({".2.2"}, Remark("The customer's mailbox is full: “{words}”")),
    (
        {".2.3", ".3.4", "552"},
        Remark("The reply is too long for {network}: “{words}” Please shorten it, then approve again."),
    ),
    (
        {".6.7", ".6.10"},
        Remark("{network} cannot write to this address: it has letters that are not ASCII. Write by hand."),
    ),
    ({".7.1", ".7.26", ".7.27", ".7.28"}, Remark("{network} does not let the reply through: “{words}”")),
)
_DAY_IS_SPENT = frozenset({"5.4.5", "5.1.90", "5.2.120"})  # Gmail's, Microsoft's
_ACCESS = frozenset({530, 534, 535, 538})
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_CLOSING = 421


def kind(error: MailError) -> Trouble:
    """What a failure means: only a letter that was handed over, and got no clear no, may have gone out."""
    if error.stage is Stage.HANDED_OVER and not _is_a_no(error):
        return Trouble.BROKEN
    if not error.code:
        return Trouble.UNREACHED if error.why in {Why.BROKEN, Why.CROWDED} else Trouble.ACCESS
    if error.code < 500 or error.enhanced in _DAY_IS_SPENT:
        return Trouble.BUSY
    if error.code in _ACCESS or (error.stage in _OURS and not _is_too_long(error)):
        return Trouble.ACCESS
    return Trouble.REFUSED


def _is_a_no(error: MailError) -> bool:
    """421 comes from a server that goes down, whatever became of the letter; nonsense tells nothing."""
    return 400 <= error.code < 600 and error.code != _CLOSING


#: Where a no for good is about us, not about this letter.
_OURS = frozenset({Stage.CONNECT, Stage.LOGIN, Stage.SENDER})


def outcome(error: MailError, network: str) -> Outcome:
    """What a failure means for the reply."""
    said = in_words(error, network)
    match kind(error):
        case Trouble.BROKEN:
            return Unclear(said)
        case Trouble.REFUSED:
            return Refused(said)
        case _:
            return NotSent(said, wait=wait(error))


def wait(error: MailError) -> float:
    """Seconds until another try."""
    if error.enhanced in _DAY_IS_SPENT:
        return SPENT
    match kind(error):
        case Trouble.ACCESS:
            return MENDED
        case Trouble.BUSY:
            return PAUSE if stops_all(error) else LATER
        case _:
            return AGAIN


def stops_all(error: MailError) -> bool:
    """Whether the server puts off the whole account, not just this letter."""
    ours = error.code == _CLOSING or error.stage in _OURS or error.enhanced in _DAY_IS_SPENT
    return kind(error) is Trouble.BUSY and ours


def in_words(error: MailError, network: str) -> Remark:
    """Why it failed, for a person."""
    facts = {"network": network, "words": error.says or error.code}
    return Remark(_sentence(error).says, facts)


def _sentence(error: MailError) -> Remark:
    match kind(error):
        case Trouble.BROKEN:
            return UNSURE
        case Trouble.UNREACHED if error.why is Why.CROWDED:
            return Remark("{network} asks us to wait.")
        case Trouble.UNREACHED:
            return Remark("{network} cannot be reached.") if error.stage is Stage.CONNECT else _CUT
        case Trouble.ACCESS:
            return _about_us(error)
        case Trouble.BUSY if error.enhanced in _DAY_IS_SPENT:
            return _SPENT
        case Trouble.BUSY:
            return _WAIT
        case _:
            return next((ours for known, ours in _IN_WORDS if _code(error) in known), _SAYS)


def _about_us(error: MailError) -> Remark:
    plain = {Why.CERTIFICATE: _CERTIFICATE, Why.NO_TLS: _NO_TLS, Why.NO_LOGIN: _NO_LOGIN}
    if not error.code:
        return plain[error.why]
    if error.code in _ACCESS or error.stage is Stage.LOGIN:
        return _LOGIN
    return _SENDER if error.stage is Stage.SENDER else _UNWILLING


def _code(error: MailError) -> str:
    """A bare code is about the address only where that was told; 552 is about the size everywhere."""
    if error.enhanced:
        return error.enhanced[1:]
    return str(error.code) if error.stage is Stage.RECIPIENT or _is_too_long(error) else ""


def _is_too_long(error: MailError) -> bool:
    return error.code == 552 or error.enhanced in {"5.3.4", "5.2.3"}


def _one_line(says: str) -> str:
    return " ".join(says.encode("utf-8", "replace").decode().split())[:200]
