"""What a tool answers when it does not post, and what that means in plain words."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Posted, Refused, Unclear
from bot.network.wire import AGAIN, MENDED, PAUSE, Trouble, WireError

UNSEEN = Remark(
    "{network} cannot be asked whether the reply is there. Please look; then mark it as posted, or try again."
)
NO_LINKS = Remark("{network} does not show what stands behind a link.")
NO_EARS = Remark("{network} tells of nothing by itself: it hands complaints in at /intake.")
DELETES_NOTHING = Remark("It deletes nothing for us; please do it there.")
UNUSABLE = Remark("{network} gives no usable answer.")

_UNSURE = Remark(
    "{network} did not say whether the reply is posted. Please look there; then mark it as posted, or try again."
)
_UNSURE_SAYS = Remark(
    "{network} says “{words}”, and not whether the reply is posted. Please look there; then mark it as posted, or try "
    "again."
)
_SIGNATURE = Remark(
    "{network} does not accept our signature ({code}). Please compare its secret with {variable}; the replies wait."
)
_AWAY = Remark(
    "{network} has no such flow, or it is switched off ({code}). Please switch it on, or correct “server” in "
    "brand.yaml; the replies wait."
)
_ELSEWHERE = Remark("{network} sends us on to another address; please correct “server” in brand.yaml.")
_REACHED_NOT = Remark("{network} cannot be reached.")
_WAIT = Remark("{network} asks us to wait.")
_SAYS = Remark("{network} says: {words}")

#: RFC 9110: not done here. After the others (302, 303) it may be: that is how forms thank.
_SENT_ON = frozenset({301, 307, 308})
_NO_FLOW = frozenset({403, 404, 405, 410})
_TIMED_OUT, _TOO_EARLY, _CONFLICT = 408, 425, 409


def reason(body: Any) -> str:
    """Why the tool does not post, in its own words, on one line; empty where it gives no ``error``."""
    told = body.get("error") if isinstance(body, dict) else None
    if isinstance(told, dict):
        told = told.get("message") or told
    words = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False) if told else ""
    return " ".join(words.split())


def kind_of(status: int, body: Any) -> Trouble | None:
    """What HTTP alone does not tell: an ``error`` refuses, and a wrong address is about the account, not the reply."""
    if status in {_TIMED_OUT, _CONFLICT}:
        return Trouble.BROKEN
    if status == _TOO_EARLY:
        return Trouble.BUSY
    if reason(body) and (status < 300 or status in _NO_FLOW):
        return Trouble.REFUSED
    return Trouble.ACCESS if status in _NO_FLOW | _SENT_ON else None


def posted(body: Any) -> Posted:
    """Where the reply is, as far as the tool tells."""
    told = body if isinstance(body, dict) else {}
    ref = told.get("ref")
    return Posted(link=_link(told.get("link")), ref=str(ref)[:200] if isinstance(ref, str | int) else "")


def _link(told: object) -> str:
    """An address that may stand on a card; else empty."""
    if not isinstance(told, str) or len(told) > 2_000 or any(each.isspace() or not each.isprintable() for each in told):
        return ""
    try:
        parts = urlsplit(told)
    except ValueError:
        return ""
    return told if parts.scheme in {"http", "https"} and parts.hostname else ""


def is_there_already(error: WireError) -> Posted | None:
    """A 409 with a link: an earlier try came true. Without one, it may be under way."""
    found = posted(error.body)
    return found if error.status == _CONFLICT and found.link else None


def after_posting(error: WireError, network: str, variable: str) -> Outcome:
    """What a failed call that was to post means for the reply."""
    said = in_words(error, network, variable)
    match error.kind:
        case Trouble.BROKEN:
            return Unclear(said)
        case Trouble.REFUSED:
            return Refused(said)
        case _:
            return NotSent(said, wait=wait(error))


def before_posting(error: WireError, network: str, variable: str) -> Outcome:
    """What a failed look means: nothing has been sent."""
    if error.kind is Trouble.REFUSED:
        return Refused(in_words(error, network, variable))
    return NotSent(while_looking(error, network, variable), wait=wait(error))


def wait(error: WireError) -> float:
    """Seconds until another try."""
    match error.kind:
        case Trouble.ACCESS:
            return MENDED
        case Trouble.BUSY:
            return error.wait or PAUSE
        case _:
            return AGAIN


def while_looking(error: WireError, network: str, variable: str) -> Remark:
    """Why nothing can be seen."""
    if error.kind is Trouble.BROKEN:
        return Remark(UNUSABLE.says, {"network": network})
    return in_words(error, network, variable)


def in_words(error: WireError, network: str, variable: str) -> Remark:
    """Why a call failed, for a person; ``variable`` is where our secret stands."""
    facts = {"network": network, "words": error.says or error.status, "code": error.status, "variable": variable}
    return Remark(_sentence(error).says, facts)


def _sentence(error: WireError) -> Remark:
    if 300 <= error.status < 400:
        return _ELSEWHERE
    match error.kind:
        case Trouble.UNREACHED:
            return _REACHED_NOT
        case Trouble.BUSY:
            return _WAIT
        case Trouble.ACCESS:
            return _AWAY if error.status in _NO_FLOW else _SIGNATURE
        case Trouble.BROKEN:
            return _UNSURE_SAYS if error.status and error.says else _UNSURE
        case _:
            return _SAYS
