"""A submission or a comment as the API tells it, and what it is to us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.network.account import Answer, Post
from bot.network.links import recognise
from bot.network.reddit.markdown import plain, reads_like
from bot.network.reddit.trouble import ARCHIVED, LOCKED
from bot.network.wire import Trouble, WireError

SITE = "https://www.reddit.com"
#: What stands in the place of a text that its author, or a moderator, has taken away.
_TAKEN_AWAY = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})


def _text(value: Any) -> Any:
    return "" if value is None else value


def _moment(value: Any) -> Any:
    """``edited`` is False, or epoch seconds; very old ones are only True."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return datetime.fromtimestamp(value, UTC) if known else None


Text = Annotated[str, BeforeValidator(_text)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]


@dataclass(frozen=True, slots=True)
class Where:
    """What a link names: a submission, or a comment under it. Names are ``t3_`` and ``t1_`` with the id."""

    submission: str
    comment: str = ""

    @property
    def name(self) -> str:
        """Of what is to be answered."""
        return self.comment or self.submission

    @property
    def names(self) -> str:
        """Of all that has to be known for that."""
        return ",".join(filter(None, (self.comment, self.submission)))


def where(link: str) -> Where | None:
    """What a link names; None where it is no link of Reddit's, or hides what it leads to."""
    place = recognise(link)
    if place.network != "reddit" or not place.post:
        return None
    parts = [part for part in urlsplit(place.link).path.split("/") if part]
    kinds = [each for each in ("comments", "gallery") if each in parts]
    after = parts[parts.index(kinds[0]) + 1 :] if kinds else [place.post]
    submission = after[0].lower()
    comment = place.post.lower()
    return Where(f"t3_{submission}", f"t1_{comment}" if comment != submission else "")


class Thing(BaseModel):
    """What the two have in common, and what only one of them has."""

    model_config = ConfigDict(frozen=True)

    name: str
    author: Text = ""
    title: Text = ""
    selftext: Text = ""
    body: Text = ""
    permalink: Text = ""
    context: Text = ""  # the permalink's place in the inbox
    parent_id: Text = ""
    created_utc: Moment = None
    edited: Moment = None
    locked: bool = False
    archived: bool = False
    removed_by_category: Text = ""

    @property
    def link(self) -> str:
        """Where people read it."""
        return SITE + (self.permalink or self.context.partition("?")[0])

    @property
    def says(self) -> str:
        """The author's words, a title first."""
        return "\n\n".join(filter(None, (self.title.strip(), plain(self.selftext), plain(self.body))))

    @property
    def gone(self) -> bool:
        """Whether its words are taken away."""
        return bool({self.body, self.selftext} & _TAKEN_AWAY) or bool(self.removed_by_category)

    def reads_like(self, text: str) -> bool:
        """Whether it is a comment with this text."""
        return reads_like(self.body, text)


def post(thing: Thing, submission: Thing, ours: Iterable[Thing]) -> Post:
    """What stands behind a link; ``submission`` is the thing itself where it is one."""
    shut = LOCKED if thing.locked or submission.locked else None
    return Post(
        ref=thing.name,
        link=thing.link,
        text=thing.says,
        author=f"u/{thing.author}",
        written_at=thing.created_utc,
        edited_at=thing.edited,
        answers=thing.parent_id,
        closed=ARCHIVED if thing.archived or submission.archived else shut,
        ours=tuple(Answer(ref=own.name, link=own.link, text=own.says, at=own.created_utc) for own in ours),
    )


def things(told: Any) -> list[Thing]:
    """The things of a listing. Raises ``WireError`` where it is none."""
    try:
        return [Thing.model_validate(each["data"]) for each in _children(told) if each["kind"] in {"t1", "t3"}]
    except (ValidationError, KeyError, TypeError) as error:
        raise nonsense() from error


def after(told: Any) -> str:
    """Where the listing goes on; empty at its end."""
    return str(told["data"].get("after") or "")


def below(told: Any, where: Where) -> list[Thing]:
    """The answers to what a link names, out of a whole page of comments. Raises ``WireError``."""
    try:
        _, listing = told
    except (ValueError, TypeError) as error:
        raise nonsense() from error
    return [each for each in _all(listing) if each.parent_id == where.name]


def by_age(thing: Thing) -> tuple[float, int, str]:
    """Sorts things, oldest first."""
    return thing.created_utc.timestamp() if thing.created_utc else 0.0, len(thing.name), thing.name


def nonsense() -> WireError:
    """An answer that is none of this API's."""
    return WireError(Trouble.BROKEN, "no answer of this API", status=200)


def _all(listing: Any) -> Iterator[Thing]:
    yield from things(listing)
    for each in _children(listing):
        if replies := each["data"].get("replies"):  # an empty string where there are none
            yield from _all(replies)


def _children(told: Any) -> list[Any]:
    try:
        found = told["data"]["children"]
    except (KeyError, TypeError) as error:
        raise nonsense() from error
    if not isinstance(found, list):
        raise nonsense()
    return found
