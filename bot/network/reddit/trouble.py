"""What Reddit says when it says no, and what that means in plain words.

github.com/reddit-archive/reddit, ``r2/lib/errors.py``; reddit.com/dev/api; PRAW's "Ratelimits".
"""

from __future__ import annotations

import math
import re
from typing import Any

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Posted, Refused
from bot.network.wire import AGAIN, Trouble, WireError, outcome

REDDIT = "Reddit"
#: The rights that the app's token needs.
RIGHTS = "identity, read, history, submit, edit, privatemessages"

GONE = Remark("The post is not there any more, or not for us to see.")
LOCKED = Remark("The discussion on Reddit is locked: nobody can answer there any more.")
ARCHIVED = Remark("The discussion on Reddit is archived: nobody can answer there any more.")
SUSPENDED = Remark("{network} has suspended the brand's account.", {"network": REDDIT})
NOWHERE = Remark("The link does not name the post on Reddit: please give the whole link, as the address bar shows it.")
_TOO_LONG = Remark("The text is too long for {network}; please shorten it, then approve again.", {"network": REDDIT})
_BANNED = Remark("The brand's account may not write in this community on Reddit.")
_BLOCKED = Remark("Reddit does not take the answer; its author may have blocked the brand's account.")
_LINKS = Remark("This community on Reddit does not take the links in the text.")
_VERIFY = Remark("Reddit wants the e-mail address of the brand's account to be confirmed first.")
_RIGHTS = Remark("Reddit refuses the app this; please give it the rights {rights}.", {"rights": RIGHTS})
_PRIVATE = Remark("Reddit does not let the brand's account in there: the community is private, or has banned it.")
_WAIT = Remark("Reddit lets this account write again in {minutes} min.")
_UNUSABLE = Remark("{network} gives no usable answer.", {"network": REDDIT})
_SIGNED_OUT = Remark("Reddit refuses our access ({code}); please look at the app's secrets and the account's password.")

#: By Reddit's own codes, in a 200's ``json.errors``.
_BY_CODE = {
    "THREAD_LOCKED": LOCKED,
    "TOO_OLD": ARCHIVED,
    "TOO_LONG": _TOO_LONG,
    "BANNED_FROM_SUBREDDIT": _BANNED,
    "SUBREDDIT_NOTALLOWED": _BANNED,
    "SUBREDDIT_NO_ACCESS": _PRIVATE,
    "USER_MUTED": _BANNED,
    "USER_BLOCKED": _BLOCKED,
    "USER_BLOCKED_MESSAGE": _BLOCKED,
    "SOMETHING_IS_BROKEN": _BLOCKED,  # on the field "parent", for whoever is blocked: PRAW's issues
    "SUBREDDIT_OUTBOUND_LINKING_DISALLOWED": _LINKS,
    "DOMAIN_BANNED": _LINKS,
}
_BUSY = frozenset({"RATELIMIT", "SUBREDDIT_RATELIMIT", "QUOTA_FILLED"})
_MISSING = frozenset(
    {"DELETED_COMMENT", "DELETED_LINK", "DELETED_THING", "COMMENT_NOT_ACCESSIBLE", "POST_NOT_ACCESSIBLE"}
)
#: The account itself may do nothing until a person has mended that.
_ACCESS = {"USER_REQUIRED": _SIGNED_OUT, "IN_TIMEOUT": SUSPENDED, "VERIFIED_USER_REQUIRED": _VERIFY}
_SPAN = re.compile(r"(\d+) ?(milli\w*|s\w*|m\w*|h\w*|d\w*)", re.IGNORECASE)
_SECONDS = {"milli": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_FORBIDDEN = 403
_TIMED_OUT = 408


def reason(body: Any) -> str:
    """Reddit's own words in a refusal's body."""
    told = body.get("reason") or body.get("message") if isinstance(body, dict) else ""
    return told if isinstance(told, str) else ""


def kind_of(status: int, body: Any) -> Trouble | None:
    """A late 408 may have come true."""
    return Trouble.BROKEN if status == _TIMED_OUT else None


def failed(body: Any) -> WireError | None:
    """What went wrong where HTTP said 200: ``{"json": {"errors": [[code, sentence, field], …]}}``."""
    told = body.get("json") if isinstance(body, dict) else None
    errors = told.get("errors") if isinstance(told, dict) else None
    if not errors or not isinstance(errors, list) or not isinstance(told, dict):
        return None
    first = errors[0] if isinstance(errors[0], list) else []
    code, says, *_ = (*map(str, first), "", "")
    wait = waits(told.get("ratelimit"), says) if code in _BUSY else 0.0
    return WireError(_kind(code), says[:200], status=200, wait=wait, body=code)


def waits(seconds: Any, says: str) -> float:
    """How long Reddit wants us to wait: as a number where it gives one, else in its sentence; 0 where nowhere."""
    if isinstance(seconds, int | float) and seconds > 0:
        return float(seconds)
    found = _SPAN.search(says)
    if not found:
        return 0.0
    unit = next(unit for unit in _SECONDS if found[2].lower().startswith(unit))
    return math.ceil(int(found[1]) * _SECONDS[unit]) + _SECONDS[unit]  # "9 minutes" may be nearly ten


def in_words(error: WireError) -> Remark:
    """Why a call failed, for a person."""
    if isinstance(error.body, str) and (known := (_BY_CODE | _ACCESS).get(error.body)):
        return Remark(known.says, {"code": error.body, **known.facts})
    if error.kind is Trouble.MISSING:
        return GONE
    if error.kind is Trouble.ACCESS:
        return _RIGHTS if error.status == _FORBIDDEN else Remark(_SIGNED_OUT.says, {"code": error.says or error.status})
    if error.kind is Trouble.REFUSED and error.status == _FORBIDDEN:
        return _PRIVATE
    if error.kind is Trouble.BUSY and error.wait:
        return Remark(_WAIT.says, {"minutes": math.ceil(error.wait / 60)})
    if error.kind is Trouble.BROKEN:
        return _UNUSABLE
    meant = outcome(error, REDDIT)
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
    meant = outcome(error, REDDIT)
    return NotSent(in_words(error), wait=meant.wait) if isinstance(meant, NotSent) else meant


def _kind(code: str) -> Trouble:
    if code in _BUSY:
        return Trouble.BUSY
    if code in _MISSING:
        return Trouble.MISSING
    return Trouble.ACCESS if code in _ACCESS else Trouble.REFUSED
