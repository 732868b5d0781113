"""What Google says when it says no, and what that means in plain words.

cloud.google.com/apis/design/errors: ``{"error": {"code", "message", "status", "details"}}``.
"""

from __future__ import annotations

from typing import Any

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Posted, Refused
from bot.network.wire import AGAIN, Trouble, WireError, outcome

GOOGLE = "Google"

GONE = Remark("The review is not there any more.")
NOWHERE = Remark(
    "The link does not tell which review is meant. Please answer by hand, or add the review's words and its author."
)
ELSEWHERE = Remark("The review is of another place than {place}, which this account answers for.")
REJECTED = Remark("Google's moderation does not show this answer ({words}); please change it, then approve again.")
_RIGHTS = Remark("The Google account behind our access may not answer for this place; please make it a manager there.")
_SCOPE = Remark("Our access to Google lacks the right business.manage; please connect the account again with it.")
_OFF = Remark("The Google My Business API is not switched on in the project; please switch it on in the Cloud console.")
_UNAPPROVED = Remark("Google has not yet let the project use its Business Profile API; please ask Google for access.")
_SIGNED_OUT = Remark("Google refuses our access ({code}); please connect the account again, the reply waits.")
_UNVERIFIED = Remark("Google takes answers only for a place that is verified; please verify it first.")
_TOO_LONG = Remark("The text is too long for {network}; please shorten it, then approve again.", {"network": GOOGLE})
_UNUSABLE = Remark("{network} gives no usable answer.", {"network": GOOGLE})

#: By the reason in ``details``, which Google keeps stable.
_BY_REASON = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _SCOPE,
    "SERVICE_DISABLED": _OFF,
    "NO_QUOTA": _UNAPPROVED,
    "PERMISSION_DENIED": _RIGHTS,
    "IAM_PERMISSION_DENIED": _RIGHTS,
    "FAILED_PRECONDITION": _UNVERIFIED,
}
_RATES = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})
_FORBIDDEN, _TOO_MANY, _TIMED_OUT = 403, 429, 408


def reason(body: Any) -> str:
    """The most telling word in a refusal's body, or Google's sentence where none is."""
    error = _error(body)
    if _has_no_quota(error):
        return "NO_QUOTA"
    told = [each.get("reason") for each in _details(error)]
    words = next((each for each in told if isinstance(each, str) and each in _BY_REASON), "")
    status = error.get("status")
    if not words and isinstance(status, str) and status in _BY_REASON:
        words = status
    return words or str(error.get("message") or "")


def kind_of(status: int, body: Any) -> Trouble | None:
    """What HTTP alone does not tell: this account is for one place, so what it may not do it may not do at all."""
    if status == _TIMED_OUT:
        return Trouble.BROKEN
    error = _error(body)
    if status == _TOO_MANY and _has_no_quota(error):
        return Trouble.ACCESS
    if status == _FORBIDDEN:
        told = error.get("errors")
        rates = {each.get("reason") for each in told if isinstance(each, dict)} if isinstance(told, list) else set()
        return Trouble.BUSY if rates & _RATES else Trouble.ACCESS
    return None


def in_words(error: WireError) -> Remark:
    """Why a call failed, for a person."""
    if known := _BY_REASON.get(error.says):
        return known
    if error.kind is Trouble.MISSING:
        return GONE
    if error.kind is Trouble.ACCESS:
        return Remark(_SIGNED_OUT.says, {"code": error.says or error.status})
    if error.kind is Trouble.BROKEN:
        return _UNUSABLE
    if error.kind is Trouble.REFUSED and "4096" in error.says.replace(",", ""):
        return _TOO_LONG
    meant = outcome(error, GOOGLE)
    return GONE if isinstance(meant, Posted) else meant.reason


def while_reading(error: WireError) -> Outcome:
    """What it means for a reply that something could not be read before it was sent: never that it may be public."""
    if error.kind is Trouble.BROKEN:
        return NotSent(in_words(error), wait=AGAIN)
    return while_posting(error)


def while_posting(error: WireError) -> Outcome:
    """What a call that was to post means for the reply."""
    if error.kind in {Trouble.MISSING, Trouble.REFUSED}:
        return Refused(in_words(error))
    meant = outcome(error, GOOGLE)
    return NotSent(in_words(error), wait=meant.wait) if isinstance(meant, NotSent) else meant


def _error(body: Any) -> dict[str, Any]:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _details(error: dict[str, Any]) -> list[dict[str, Any]]:
    told = error.get("details")
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _has_no_quota(error: dict[str, Any]) -> bool:
    """A project that Google has not approved yet may call zero times a minute."""
    told = (each.get("metadata") for each in _details(error))
    return any(isinstance(each, dict) and each.get("quota_limit_value") == "0" for each in told)
