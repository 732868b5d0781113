"""A review as the API tells it, and what it is to us.

developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.network.account import Answer, Post
from bot.network.links import Place, recognise

_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_REJECTED = "REJECTED"
_TRANSLATED, _ORIGINAL = "(Translated by Google)", "(Original)"
_FINER_THAN_PYTHON = re.compile(r"(\.[0-9]{6})[0-9]+")


def _moment(value: Any) -> datetime | None:
    """RFC 3339, with up to nine digits of a second."""
    try:
        at = datetime.fromisoformat(_FINER_THAN_PYTHON.sub(r"\1", value))
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(value: Any) -> Any:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class Reviewer(_Told):
    """Who wrote it."""

    displayName: Text = ""  # noqa: N815  # Google's names, here and below
    isAnonymous: bool = False  # noqa: N815


class Given(_Told):
    """The place's answer: there is one, or none."""

    comment: Text = ""
    updateTime: Moment = None  # noqa: N815
    reviewReplyState: Text = ""  # noqa: N815
    policyViolation: Text = ""  # noqa: N815

    @property
    def rejected(self) -> bool:
        """Whether Google's moderation keeps it from the public."""
        return self.reviewReplyState == _REJECTED

    def reads_like(self, text: str) -> bool:
        """Whether it is this text."""
        return even(original(self.comment)) == even(text)


class Review(_Told):
    """A customer's review."""

    name: str  # accounts/…/locations/…/reviews/…
    reviewer: Reviewer = Reviewer()
    starRating: Text = ""  # noqa: N815
    comment: Text = ""
    createTime: Moment = None  # noqa: N815
    updateTime: Moment = None  # noqa: N815
    reviewReply: Given | None = None  # noqa: N815
    reviewReplyUrl: Text = ""  # noqa: N815

    @property
    def id(self) -> str:
        """The last part of the name."""
        return self.name.rpartition("/")[2]

    @property
    def link(self) -> str:
        """Google's own where it names the review, else one of the same form."""
        if recognise(self.reviewReplyUrl) == Place("google", self.id, "", self.reviewReplyUrl):
            return self.reviewReplyUrl
        return f"https://business.google.com/locations/{self.name.partition('/locations/')[2]}"

    @property
    def stars(self) -> str:
        """★★☆☆☆; empty where it tells none."""
        given = _STARS.get(self.starRating, 0)
        return "★" * given + "☆" * (5 - given) if given else ""

    @property
    def says(self) -> str:
        """The author's words; the stars where there are none."""
        return original(self.comment) or self.stars


def post(review: Review) -> Post:
    """What stands behind a link."""
    given = review.reviewReply
    edited = review.updateTime if review.createTime != review.updateTime else None
    who = "" if review.reviewer.isAnonymous else review.reviewer.displayName
    return Post(
        ref=review.name,
        link=review.link,
        text=review.says,
        author=who,
        author_name=who,
        written_at=review.createTime,
        edited_at=edited,
        ours=(answer(review, given),) if given else (),
        attachments=(review.stars,) if review.stars and review.comment else (),
    )


def answer(review: Review, given: Given) -> Answer:
    """The answer that stands there."""
    return Answer(ref=f"{review.name}/reply", link=review.link, text=original(given.comment), at=given.updateTime)


def original(text: str) -> str:
    """What was written, without the translation that Google puts before or behind it."""
    before, translated, behind = text.partition(_TRANSLATED)
    if not translated:
        return text.strip()
    return (behind.partition(_ORIGINAL)[2] or before).strip()


def even(text: str) -> str:
    """The words alone."""
    return " ".join(text.split())


def review_id(link: str) -> tuple[str, str]:
    """The place and the review that a link names: ``456`` and ``AbFv…``; empty where it does not tell."""
    place = recognise(link)
    if place.network != "google":
        return "", ""
    found = re.search(r"/locations/([0-9]+)/", urlsplit(place.link).path)
    return found[1] if found else "", place.post
