"""What a failed call to a PDS means, in words. Names of errors: the lexicons, and docs.bsky.app/docs/api."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Refused, Unclear
from bot.network.account import PostGone, Unread
from bot.network.wire import AGAIN, MENDED, PAUSE, Trouble, WireError
from bot.network.wire import outcome as outcome_of

NAME = "bluesky"

GONE = Remark("The post is not there any more, or not for us to see.")
NO_LINK = Remark("The link leads to no post on Bluesky. Post the reply by hand, then mark it as posted.")
_PASSWORD = Remark(
    "Bluesky does not accept the account's handle and app password; please make a new app password in Bluesky's "
    "settings and connect the account again, then it goes on by itself."
)
_DOWN = Remark("Bluesky has taken the account down; please write to Bluesky's support, the replies wait.")
_ASLEEP = Remark("The account is deactivated on Bluesky; please activate it there, the replies wait.")
_AWAY = Remark(
    "Bluesky does not find the account any more: it is deactivated, moved to another server or taken down. Please sign "
    "in to Bluesky and look; the replies wait."
)
_CODE = Remark("Bluesky asks for a code by e-mail: that is the account's main password, please use an app password.")
_ACCESS: Mapping[str, Remark] = {
    "AuthenticationRequired": _PASSWORD,
    "AccountTakedown": _DOWN,
    "RepoTakendown": _DOWN,
    "RepoSuspended": _DOWN,
    "AccountDeactivated": _ASLEEP,
    "RepoDeactivated": _ASLEEP,
    "AccountNotFound": _AWAY,
    "OwnRepoAway": _AWAY,
    "AuthFactorTokenRequired": _CODE,
}
#: The token is too old, or of a session that has ended: another one will do.
STALE = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})
_MISSING = frozenset({"NotFound", "RecordNotFound", "RepoNotFound"})
_NOT_THERE = 404


#: How a PDS speaks of an account that is not there, or may not be shown; we only ever ask for our own.
_OWN_REPO_AWAY = ("Could not find repo", "Could not find user info")


def code(body: Any) -> str:
    """The error's name in an answer; empty where it has none."""
    if not isinstance(body, dict):
        return ""
    away = str(body.get("message", "")).startswith(_OWN_REPO_AWAY)
    return "OwnRepoAway" if away else str(body.get("error", ""))


def inactive(status: str) -> WireError:
    """The account is there, and may do nothing: ``getSession`` says so."""
    named = "AccountDeactivated" if status == "deactivated" else "AccountTakedown"
    return WireError(Trouble.ACCESS, named, body={"error": named})


def reason(body: Any) -> str:
    """The server's own words; the bare name of an error that ``access`` has words for."""
    return str(body.get("message") or code(body)) if isinstance(body, dict) else ""


def kind_of(status: int, body: Any) -> Trouble | None:
    """A refusal by its name. A bare 404 is some other server's: it says nothing of any post."""
    named = code(body)
    if status in {400, 401, 403, 404}:
        if named in STALE:
            return Trouble.REFUSED
        if named in _MISSING:
            return Trouble.MISSING
        if named in _ACCESS:
            return Trouble.ACCESS
        if status == _NOT_THERE:
            return Trouble.BROKEN
    return None


def is_stale(error: WireError) -> bool:
    """Whether only the token was refused: nothing has happened, and a new one helps."""
    return code(error.body) in STALE


def words(error: WireError) -> Remark:
    """Why a call failed."""
    match error.kind:
        case Trouble.UNREACHED:
            return Remark("{network} cannot be reached.", {"network": NAME})
        case Trouble.BUSY:
            return Remark("{network} asks us to wait.", {"network": NAME})
        case Trouble.ACCESS:
            return _ACCESS.get(code(error.body), _PASSWORD)
        case Trouble.MISSING:
            return GONE
        case Trouble.REFUSED:
            return Remark("{network} says: {words}", {"network": NAME, "words": error.says or error.status})
        case Trouble.BROKEN:
            return Remark("{network} does not answer properly at the moment.", {"network": NAME})


def unread(error: WireError) -> PostGone | Unread:
    """A reading call failed."""
    return PostGone() if error.kind is Trouble.MISSING else Unread(words(error))


def unsent(error: WireError) -> Outcome:
    """A call failed before anything was sent."""
    match error.kind:
        case Trouble.MISSING | Trouble.REFUSED if not is_stale(error):
            return Refused(words(error))
        case Trouble.BUSY:
            return NotSent(words(error), wait=error.wait or PAUSE)
        case Trouble.ACCESS:
            return NotSent(words(error), wait=MENDED)
        case _:
            return NotSent(words(error), wait=AGAIN)


def sent(error: WireError) -> Outcome:
    """The call that was to post failed."""
    if error.kind is Trouble.ACCESS:
        return NotSent(words(error), wait=MENDED)
    if is_stale(error):
        return NotSent(words(error), wait=AGAIN)
    return outcome_of(error, NAME)


def unsure(error: WireError) -> Unclear:
    """The look failed: neither there nor absent."""
    return Unclear(words(error))
