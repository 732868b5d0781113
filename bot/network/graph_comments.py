"""A comment, as Facebook and Instagram both have them: what is said under a post, in threads of two floors."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot.desk.case import Complaint, Remark, Reply
from bot.network.account import Answer, Post

#: How far the network's clock may be from ours: what is older than the yes by this was no answer to it.
CLOCKS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment. ``top`` is the one at the top of its thread, under which every answer stands: maybe itself.

    ``sent`` is the text as we would have to send it: mentions in the API's own form; ``named`` the mention that it
    begins with. ``private``: whether its author may be written to in private; None where the network does not tell.
    ``blind``: it may be answered, but what stands below it is not shown to us.
    """

    id: str
    top: str
    text: str
    sent: str = ""
    named: str = ""
    by: str = ""  # the author's id; empty where the network keeps it to itself
    handle: str = ""
    name: str = ""
    at: datetime | None = None
    link: str = ""
    ours: bool = False
    closed: Remark | None = None
    private: bool | None = None
    blind: bool = False
    attachments: tuple[str, ...] = ()

    @property
    def nested(self) -> bool:
        """Whether it stands under another comment: its author has to be named in the answer."""
        return self.top != self.id

    def since(self, reply: Reply) -> bool:
        """Whether it was written after the yes."""
        return self.at is None or self.at >= reply.approved_at - CLOCKS


@dataclass(frozen=True, slots=True)
class Spot:
    """What a link tells: a post, and a comment of it with the one at the top of its thread; empty where it does not."""

    post: str
    comment: str = ""
    top: str = ""


@dataclass(frozen=True, slots=True)
class Me:
    """The account that our access belongs to, or why it is not the one of brand.yaml."""

    id: str
    handle: str
    stranger: Remark | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a call that posted has told: ``top`` is empty for a comment that answers nothing, None where untold."""

    id: str
    top: str | None = None


class Comments(Protocol):
    """What each of the two networks does in its own way. Everything that reads raises ``WireError``."""

    network: str  # as people call it
    rights: str  # that the access token needs
    platform: str  # as the API calls it where it is about private messages

    def spot(self, link: str) -> Spot | None:
        """Where a link leads; None where that is no post of this network."""

    def mention(self, comment: Comment) -> str:
        """The author's name in the API's form for a mention; empty where it is not known."""

    async def me(self) -> Me:
        """The account, asked with our access."""

    async def behind(self, spot: Spot) -> Comment | Remark:
        """The comment that a link leads to, or why it cannot be read."""

    async def comment(self, ref: str) -> Comment:
        """A comment by its id."""

    def below(self, spot: Spot) -> AsyncIterator[Comment]:
        """The comments under a post of the account's own."""

    def replies(self, top: str) -> AsyncIterator[Comment]:
        """Everything in a thread, below its top."""

    async def post(self, comment: Comment, text: str) -> Sent:
        """Post once in the comment's thread."""


def addressed(comments: Comments, comment: Comment, text: str) -> str:
    """The text with the customer named in front where they stand further down in a thread."""
    name = comments.mention(comment) if comment.nested else ""
    return f"{name} {text}" if name and name.casefold() not in text.casefold() else text


def answers(comments: Comments, comment: Comment, own: list[Comment]) -> list[Comment]:
    """The brand's replies in a thread that answer this comment of it, and not somebody else's."""
    name = comments.mention(comment).casefold()
    return [each for each in own if _answers(each, comment, name)]


def twins(comments: Comments, comment: Comment, own: list[Comment], reply: Reply) -> list[Comment]:
    """The brand's replies in a thread that are this very reply to this very comment, oldest first."""
    forms = {even(addressed(comments, comment, reply.text))}
    if comment.nested and comment.name:  # a mention that the network made plain text of
        forms |= {even(f"{comment.name} {reply.text}"), even(f"@{comment.name} {reply.text}")}
    alike = [each for each in own if even(each.sent or each.text) in forms]
    return sorted((each for each in alike if not comment.nested or each.since(reply)), key=by_age)


def unnamed(own: list[Comment], reply: Reply) -> list[Comment]:
    """Replies of this text since the yes, whoever they are for."""
    return [each for each in own if each.since(reply) and even(each.text).endswith(even(reply.text))]


def the_one(found: list[Comment], complaint: Complaint) -> Comment | None:
    """The complaint among a post's comments; None where it is not there, or nobody could tell which it is."""
    alike = [each for each in found if not each.ours and even(each.text) == even(complaint.text)]
    who = {even(name).casefold() for name in (complaint.author, complaint.author_name) if name}
    if who:
        alike = [each for each in alike if who & {each.handle.casefold(), even(each.name).casefold()}]
    return alike[0] if len(alike) == 1 else None


def post_of(comment: Comment, link: str, closed: Remark | None, ours: list[Comment]) -> Post:
    """A comment as the post that a complaint is."""
    return Post(
        ref=comment.id,
        link=comment.link or link,
        text=comment.text,
        author=comment.handle,
        author_name=comment.name,
        written_at=comment.at,
        answers=comment.top if comment.nested else "",
        closed=closed,
        ours=tuple(Answer(ref=each.id, link=each.link, text=_bare(each), at=each.at) for each in ours),
        attachments=comment.attachments,
    )


def even(text: str) -> str:
    """A text as it compares: networks even out spaces and the way that accents are written."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def same(one: str, other: str) -> bool:
    """Whether two ids name one comment: the API writes the post's before it, or not."""
    return one.rpartition("_")[2] == other.rpartition("_")[2]


def by_age(comment: Comment) -> tuple[float, int, str]:
    """Sorts comments, oldest first."""
    return comment.at.timestamp() if comment.at else 0.0, len(comment.id), comment.id


def moment(told: Any) -> datetime | None:
    """A time as the API tells it: ISO, or seconds; None where it is none."""
    try:
        at = datetime.fromtimestamp(told, UTC) if isinstance(told, int) else datetime.fromisoformat(str(told))
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def held(told: Any) -> Mapping[str, Any]:
    """An object in an answer; an empty one where there is none."""
    return told if isinstance(told, dict) else {}


def text_of(told: Any) -> str:
    """A text or a number in an answer; empty where there is none."""
    return str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""


def _answers(each: Comment, comment: Comment, name: str) -> bool:
    if comment.nested and each.at and comment.at and each.at < comment.at:
        return False
    if each.named:
        return bool(name) and each.named.casefold() == name
    return not comment.nested or not name


def _bare(comment: Comment) -> str:
    """What it says, without the name in front."""
    return comment.sent.removeprefix(comment.named).lstrip() if comment.named else comment.text
