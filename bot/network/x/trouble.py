"""What X says when it says no, and what that means in plain words.

docs.x.com/x-api/fundamentals/response-codes-and-errors ("type", "title", "reason"); docs.x.com/x-api/posts/
manage-tweets/integrate (what self-serve plans may not post); for "detail" and "message" the texts of the codes that
developer.x.com/en/support/x-api/error-troubleshooting lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.desk.case import Remark
from bot.desk.ports import NotSent, Outcome, Refused, Unclear
from bot.network.account import PostGone, Unread
from bot.network.wire import AGAIN, MENDED, PAUSE, Trouble, WireError, outcome

NAME = "X"

GONE = Remark("The post is not there any more, or not for us to see.")
NO_LINK = Remark("The link leads to no post on X. Post the reply by hand, then mark it as posted.")
BUSY = Remark("{network} asks us to wait.", {"network": NAME})
_ACCESS = Remark("X does not accept the account's access any more; please make new tokens and connect it again.")

#: Seconds until a day's or an hour's worth of posts is tried again.
LATER = 3600.0
_PAYMENT, _TIMED_OUT, _TOO_MANY = 402, 408, 429
_NO = range(400, 500)


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a refusal: ``kinds`` are the last parts of its types, ``reasons`` its reasons, in small letters."""

    kinds: frozenset[str]
    reasons: frozenset[str]
    words: str  # titles, details and messages


@dataclass(frozen=True, slots=True)
class _Row:
    """A documented refusal: by its type, its reason, or a piece of its words."""

    trouble: Trouble
    remark: Remark
    kinds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def fits(self, said: _Said) -> bool:
        """Whether that is the refusal."""
        by_name = said.kinds & set(self.kinds) or said.reasons & set(self.reasons)
        return bool(by_name) or any(piece in said.words for piece in self.words)


_DUPLICATE = _Row(
    Trouble.REFUSED,
    Remark("X has these very words from the brand already; please change a few of them, then approve again."),
    words=("duplicate content", "status is a duplicate"),
)
_BY_HAND = _Row(
    Trouble.REFUSED,
    Remark("X only lets us answer by hand here."),
    words=("not been mentioned", "where you are mentioned", "summoned"),
)
_CREDITS = _Row(
    Trouble.ACCESS,
    Remark("The app's credits at X are used up; please add some at console.x.com, then it goes on by itself."),
    kinds=("credits-depleted",),
    words=("creditsdepleted", "credits depleted"),
)
#: The first that fits is it. ACCESS stops the account, BUSY lets the reply wait, REFUSED is about this reply.
_ROWS: tuple[_Row, ...] = (
    _DUPLICATE,
    _BY_HAND,
    _CREDITS,
    _Row(
        Trouble.ACCESS,
        Remark("The app has used all that its plan at X allows; please raise the cap at console.x.com, or wait."),
        kinds=("usage-capped",),
        words=("usagecapexceeded", "usage cap exceeded"),
    ),
    _Row(
        Trouble.ACCESS,
        Remark("The app may only read on X: set it to “Read and write” at console.x.com, then make new tokens."),
        kinds=("oauth1-permissions",),
        words=("oauth1 app permissions", "read-only application"),
    ),
    _Row(
        Trouble.ACCESS,
        Remark("X wants the account's own access here: please connect it with user tokens, not with the app's."),
        kinds=("unsupported-authentication",),
    ),
    _Row(
        Trouble.ACCESS,
        Remark("The app's plan at X does not include this; please put it into a project and a plan at console.x.com."),
        kinds=("client-forbidden",),
        reasons=("client-not-enrolled",),
        words=("client-not-enrolled", "subset of x api", "subset of twitter api"),
    ),
    _Row(
        Trouble.ACCESS,
        Remark("X has locked or suspended the account; please log in at x.com and follow what it says there."),
        words=("account is suspended", "temporarily locked", "account has been locked"),
    ),
    _Row(
        Trouble.BUSY,
        Remark("The account has posted as much as X allows for now."),
        words=("daily status update limit", "daily limit"),
    ),
    _Row(
        Trouble.MISSING,
        GONE,
        kinds=("resource-not-found",),
        words=("deleted or not visible", "could not find tweet"),
    ),
    _Row(
        Trouble.REFUSED,
        Remark("The author shows posts to followers only, and the brand's account is none of them."),
        kinds=("not-authorized-for-resource",),
    ),
    _Row(
        Trouble.REFUSED,
        Remark("X does not show this post to anybody here."),
        kinds=("disallowed-resource", "resource-unavailable"),
    ),
    _Row(
        Trouble.REFUSED,
        Remark("The author has blocked the brand's account."),
        words=("you have been blocked", "blocked from"),
    ),
    _Row(
        Trouble.REFUSED,
        Remark("The author lets only certain people answer this post; the brand's account is not among them."),
        words=("restricted who can reply", "reply to this conversation is not allowed"),
    ),
    _Row(
        Trouble.REFUSED,
        Remark("The text is too long for X; please shorten it, then approve again."),
        words=("a bit shorter", "too long", "character limit"),
    ),
    _Row(
        Trouble.REFUSED,
        Remark("X takes one $symbol of a share in a post at most; please write the others without the $."),
        words=("cashtag",),
    ),
    _Row(
        Trouble.REFUSED,
        Remark("X takes the reply for a machine's and refuses it; please post it by hand, then mark it as posted."),
        words=("might be automated", "looks like it might be"),
    ),
    _Row(
        Trouble.REFUSED,
        Remark("X does not permit this reply and does not say why; please post it by hand, then mark it as posted."),
        words=("not permitted to perform this action",),
    ),
)


def reason(body: Any) -> str:
    """X's own words in a refusal's body, the most telling ones."""
    for problem in _problems(body):
        for name in ("detail", "message", "error_description", "title"):
            if isinstance(told := problem.get(name), str) and told:
                return told
    return ""


def kind_of(status: int, body: Any) -> Trouble | None:
    """What HTTP alone does not tell: who pays nothing gets nothing, and a late 408 may have come true."""
    if status == _TIMED_OUT:
        return Trouble.BROKEN
    if status not in _NO:
        return None
    if row := _row(body):
        return row.trouble
    return Trouble.ACCESS if status == _PAYMENT else None


def is_duplicate(error: WireError) -> bool:
    """Whether X has this very text from the account already."""
    return _row(error.body) is _DUPLICATE


def is_by_hand(error: WireError) -> bool:
    """Whether it is the rule of February 2026: the author has neither mentioned nor quoted the account."""
    return _row(error.body) is _BY_HAND


def told_instead(body: Any) -> PostGone | Unread | WireError:
    """What a lookup that succeeded without a post says in its place."""
    if not (row := _row(body)):
        return WireError(Trouble.BROKEN, reason(body))
    return PostGone() if row.trouble is Trouble.MISSING else Unread(row.remark)


def in_words(error: WireError) -> Remark:
    """Why a call failed, for a person."""
    if error.status in _NO and error.kind is not Trouble.BROKEN and (row := _row(error.body)):
        return row.remark
    match error.kind:
        case Trouble.UNREACHED:
            return Remark("{network} cannot be reached.", {"network": NAME})
        case Trouble.BUSY:
            return BUSY
        case Trouble.ACCESS:
            return _CREDITS.remark if error.status == _PAYMENT else _ACCESS
        case Trouble.MISSING:
            return GONE
        case Trouble.REFUSED:
            return Remark("{network} says: {words}", {"network": NAME, "words": error.says or error.status})
        case Trouble.BROKEN:
            return Remark("X does not answer properly at the moment.")


def unread(error: WireError) -> PostGone | Unread:
    """A call that was to read failed."""
    return PostGone() if error.kind is Trouble.MISSING else Unread(in_words(error))


def unsent(error: WireError) -> Outcome:
    """A call failed before anything was posted."""
    match error.kind:
        case Trouble.MISSING | Trouble.REFUSED:
            return Refused(in_words(error))
        case Trouble.ACCESS:
            return NotSent(in_words(error), wait=MENDED)
        case Trouble.BUSY:
            return NotSent(in_words(error), wait=_wait(error))
        case Trouble.UNREACHED | Trouble.BROKEN:
            return NotSent(in_words(error), wait=AGAIN)


def sent(error: WireError) -> Outcome:
    """The call that was to post failed."""
    return outcome(error, NAME) if error.kind is Trouble.BROKEN else unsent(error)


def unsure(error: WireError) -> Unclear:
    """The look failed: neither there nor absent."""
    return Unclear(in_words(error))


def _wait(error: WireError) -> float:
    return error.wait or (PAUSE if error.status in {0, _TOO_MANY} else LATER)


def _row(body: Any) -> _Row | None:
    said = _said(body)
    return next((row for row in _ROWS if row.fits(said)), None)


def _said(body: Any) -> _Said:
    problems = list(_problems(body))

    def all_of(*names: str, shaped: Callable[[str], str] = str.lower) -> Iterable[str]:
        return (shaped(told) for p in problems for name in names if isinstance(told := p.get(name), str))

    return _Said(
        kinds=frozenset(all_of("type", shaped=lambda kind: kind.rstrip("/").rpartition("/")[2].lower())),
        reasons=frozenset(all_of("reason")),
        words="\n".join(all_of("title", "detail", "message")),
    )


def _problems(body: Any) -> Iterable[dict[str, Any]]:
    """A refusal is one problem, or a list of them, or both. A page of HTML is none: it is not X that speaks there."""
    if isinstance(body, dict):
        yield body
        errors = body.get("errors")
        yield from (each for each in errors if isinstance(each, dict)) if isinstance(errors, list) else ()
