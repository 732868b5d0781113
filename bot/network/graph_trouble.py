"""What the Graph API's errors mean, and what to say of them.

developers.facebook.com: /docs/graph-api/guides/error-handling ("Error Codes", "Authentication Error Subcodes"),
/docs/graph-api/overview/rate-limiting ("Error Codes"), /docs/messenger-platform/error-codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Refused, Unclear
from bot.network.account import PostGone, Unread
from bot.network.wire import AGAIN, MENDED, PAUSE, Trouble, WireError

GONE = Remark("The post is not there any more, or not for us to see.")
_ACCESS = frozenset({101, 102, 104, 190, 450, 452, 2500})
_PROOF = "appsecret_proof"
_BUSY = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
#: Also where the object may not be seen: the API does not tell the one from the other.
_MISSING = frozenset({(100, 33), (803, 0)})
#: Whatever they say of it, the call may have come true.
_TRANSIENT = frozenset({1, 2, 1705})
_BLOCKED, _DUPLICATE, _LINK = 368, 506, 1_609_005
#: A private reply: one for each comment, and not to everybody.
ANSWERED_PRIVATELY = 10_900
_NOT_IN_PRIVATE = frozenset({(10, 2018278), (10_902, 0), (100, 2018292), (100, 2018001), (200, 1545041), (551, 0)})
_RIGHTS = frozenset({3, 10, *range(200, 300)})

_ACCESS_WORDS: Mapping[int, Remark] = {
    458: Remark("The app has been removed from the account on {network}; please connect it again, the replies wait."),
    459: Remark("{network} wants whoever connected the account to sign in there and confirm it; the replies wait."),
    460: Remark("{network} has ended our access: a password was changed. Please make a new token, the replies wait."),
    463: Remark("The access token for {network} has expired; please make a new one, the replies wait."),
    464: Remark("{network} wants whoever connected the account to sign in there and confirm it; the replies wait."),
}
_TOKEN = Remark("{network} does not accept the access token any more; please make a new one, the replies wait.")
_SECRET = Remark("The app secret and the access token for {network} are not of the same app; the replies wait.")
_STOPPED = Remark(
    "{network} keeps the account from posting for a while: it took something for spam, or against its rules. "
    "Please look there before you approve again."
)
_TWICE = Remark("{network} has this very text from the brand already; please change it a little, then approve again.")
_BAD_LINK = Remark("{network} does not accept the link in the text; please change it, then approve again.")
_NO_MORE = Remark("The author has had a private reply to this comment, and {network} allows one only.")
_NOT_TO_THEM = Remark("{network} does not let us write to the author of this comment in private; please post by hand.")
_LACKS = Remark(
    "The access token may not do this on {network}, or the comment is not ours to answer. It needs: {rights}"
)
_UNUSABLE = Remark("{network} gives no usable answer.")

_NUMBER = re.compile(r"^\(#[0-9]+\) *")
#: A token that an error quotes: "Malformed access token EAAG…".
_SECRETIVE = re.compile(r"[A-Za-z0-9_|.-]{24,}")
_PROXYS = frozenset({401, 403, 404})


def code(body: Any) -> tuple[int, int]:
    """Code and subcode of an answer's error; zeros where it has none."""
    told = _error(body)
    return _number(told.get("code")), _number(told.get("error_subcode"))


def reason(body: Any) -> str:
    """The network's own words in a refusal, for the person where it has such; its code where our access is refused."""
    told = _error(body)
    if _refuses_access(body):
        return "/".join(str(each) for each in code(body) if each)
    words = str(told.get("error_user_msg") or told.get("message") or "")
    return _SECRETIVE.sub("…", _NUMBER.sub("", words))


def kind_of(status: int, body: Any) -> Trouble | None:
    """What an answer means by its code. Without one it comes from somewhere between us and the network."""
    if not _error(body):
        return Trouble.BROKEN if status in _PROXYS else None
    known = code(body)
    if _refuses_access(body):
        return Trouble.ACCESS
    if known[0] in _BUSY:
        return Trouble.BUSY
    if known in _MISSING or (known[0], 0) in _MISSING:
        return Trouble.MISSING
    if known[0] in _TRANSIENT or (_error(body).get("is_transient") is True and known[0] != _BLOCKED):
        return Trouble.BROKEN
    return Trouble.BROKEN if status >= 500 else Trouble.REFUSED


def words(error: WireError, network: str, rights: str) -> Remark:
    """Why a call failed, for a person; ``rights`` are those that the room's tokens need."""
    match error.kind:
        case Trouble.UNREACHED:
            return said(Remark("{network} cannot be reached."), network)
        case Trouble.BUSY:
            return said(Remark("{network} asks us to wait."), network)
        case Trouble.MISSING:
            return GONE
        case Trouble.BROKEN:
            return said(_UNUSABLE, network)
        case Trouble.ACCESS:
            return said(_access(error.body), network)
        case Trouble.REFUSED:
            return _refusal(error, network, rights)


def unread(error: WireError, network: str, rights: str) -> PostGone | Unread:
    """Something could not be read."""
    return PostGone() if error.kind is Trouble.MISSING else Unread(words(error, network, rights))


def unsent(error: WireError, network: str, rights: str) -> Outcome:
    """Something could not be read before the reply was sent: it is surely not public."""
    says = words(error, network, rights)
    match error.kind:
        case Trouble.MISSING | Trouble.REFUSED:
            return Refused(says)
        case Trouble.BUSY:
            return NotSent(says, wait=error.wait or PAUSE)
        case Trouble.ACCESS:
            return NotSent(says, wait=MENDED)
        case _:
            return NotSent(says, wait=AGAIN)


def sent(error: WireError, network: str, rights: str) -> Outcome:
    """The call that was to post has failed."""
    if error.kind is Trouble.BROKEN:
        return Unclear(said(Remark("The connection to {network} broke while posting."), network))
    return unsent(error, network, rights)


def is_duplicate(error: WireError) -> bool:
    """Whether it was refused for standing there already."""
    return code(error.body)[0] in {_DUPLICATE, ANSWERED_PRIVATELY}


def said(remark: Remark, network: str, **facts: object) -> Remark:
    """The sentence with the network's name in it."""
    return Remark(remark.says, {"network": network, **facts})


def _refusal(error: WireError, network: str, rights: str) -> Remark:
    known = code(error.body)
    by_code = {_BLOCKED: _STOPPED, _DUPLICATE: _TWICE, _LINK: _BAD_LINK, ANSWERED_PRIVATELY: _NO_MORE}
    if known in _NOT_IN_PRIVATE or (known[0], 0) in _NOT_IN_PRIVATE:
        return said(_NOT_TO_THEM, network)
    if ours := by_code.get(known[0]):
        return said(ours, network)
    if known[0] in _RIGHTS:
        return said(_LACKS, network, rights=rights)
    return said(Remark("{network} says: {words}"), network, words=error.says or error.status)


def _access(body: Any) -> Remark:
    return _SECRET if _is_about_proof(body) else _ACCESS_WORDS.get(code(body)[1], _TOKEN)


def _refuses_access(body: Any) -> bool:
    return code(body)[0] in _ACCESS or _is_about_proof(body)


def _is_about_proof(body: Any) -> bool:
    return _PROOF in str(_error(body).get("message", ""))


def _error(body: Any) -> Mapping[str, Any]:
    told = body.get("error") if isinstance(body, dict) else None
    return told if isinstance(told, dict) else {}


def _number(told: Any) -> int:
    return told if isinstance(told, int) else 0
