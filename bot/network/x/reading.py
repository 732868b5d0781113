"""A post as X tells it, and what it is to us. docs.x.com/x-api/fundamentals/data-dictionary"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Annotated, Any, TypeVar
from unicodedata import normalize

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.desk.case import Remark
from bot.network.account import Answer, Post
from bot.network.wire import Trouble, WireError

#: What is asked of every post.
FIELDS: Mapping[str, str] = {
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,"
    "note_tweet,referenced_tweets,reply_settings",
    "expansions": "author_id,referenced_tweets.id,attachments.media_keys",
    "user.fields": "name,username",
    "media.fields": "preview_image_url,type,url",
}
_Shape = TypeVar("_Shape", bound=BaseModel)
#: An id carries its time: milliseconds since this moment (in epoch milliseconds), shifted by 22 bits.
_EPOCH, _SHIFT = 1_288_834_974_657, 22
_SHORT = re.compile(r"https?://t\.co/\w+")
_NAMES = re.compile(r"^(?:@\w+\s+)+")


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else []


class _Told(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, frozen=True)


class User(_Told):
    """An account; ``username`` is its handle without the @."""

    id: str
    username: str
    name: str = ""


class Mention(_Told):
    """Somebody named in a text."""

    username: str = ""
    id: str = ""


class Link(_Told):
    """A link in a text: as it stands there, and where it leads; of the post's own picture where ``media_key`` is."""

    url: str = ""
    expanded_url: str = ""
    media_key: str = ""


class Entities(_Told):
    """What X found in a text."""

    mentions: Annotated[list[Mention], BeforeValidator(_listed)] = []
    urls: Annotated[list[Link], BeforeValidator(_listed)] = []


class Reference(_Told):
    """Another post: ``replied_to``, ``quoted`` or ``retweeted``."""

    type: str
    id: str


class Note(_Told):
    """The whole of a text longer than 280."""

    text: str
    entities: Entities = Entities()


class Attached(_Told):
    """The keys of what is attached."""

    media_keys: Annotated[list[str], BeforeValidator(_listed)] = []


class Media(_Told):
    """A picture or a film."""

    media_key: str = ""
    type: str = ""
    url: str = ""
    preview_image_url: str = ""


class Tweet(_Told):
    """A post. Each edit is a post of its own; ``edit_history_tweet_ids`` are all of them, oldest first."""

    id: str
    text: str = ""
    author_id: str = ""
    created_at: Annotated[datetime | None, BeforeValidator(_moment)] = None
    lang: str = ""
    in_reply_to_user_id: str = ""
    reply_settings: str = ""
    entities: Entities = Entities()
    note_tweet: Note | None = None
    attachments: Attached = Attached()
    referenced_tweets: Annotated[list[Reference], BeforeValidator(_listed)] = []
    edit_history_tweet_ids: Annotated[list[str], BeforeValidator(_listed)] = []

    @property
    def versions(self) -> tuple[str, ...]:
        """The ids of all its versions, oldest first."""
        return tuple(self.edit_history_tweet_ids) or (self.id,)

    @property
    def full(self) -> str:
        """The text as it is written, with X's short links."""
        return unescape(self.note_tweet.text if self.note_tweet else self.text)

    @property
    def says(self) -> str:
        """The text as people read it: links lead where they lead, the one of its own picture is left out."""
        text = self.full
        for link in (*self.entities.urls, *(self.note_tweet.entities.urls if self.note_tweet else ())):
            if link.url:
                text = text.replace(link.url, "" if link.media_key else link.expanded_url or link.url)
        return text.strip()

    def refers(self, how: str) -> str:
        """The id of the post that this one answers (``replied_to``), quotes or repeats; empty where it does not."""
        return next((each.id for each in self.referenced_tweets if each.type == how), "")

    def names(self, who: User) -> bool:
        """Whether the account is mentioned; an answer to its post mentions it."""
        named = (*self.entities.mentions, *(self.note_tweet.entities.mentions if self.note_tweet else ()))
        handles = {each.username.casefold() for each in named}
        return self.in_reply_to_user_id == who.id or who.username.casefold() in handles

    def reads_like(self, text: str) -> bool:
        """Whether it is this text: with any link where X has put a short one, and the customer's name in front."""
        pieces = _SHORT.split(_even(self.full))
        return re.fullmatch(r"\S+".join(map(re.escape, pieces)), _even(text)) is not None


class Included(_Told):
    """What the posts refer to."""

    users: Annotated[list[User], BeforeValidator(_listed)] = []
    tweets: Annotated[list[Tweet], BeforeValidator(_listed)] = []
    media: Annotated[list[Media], BeforeValidator(_listed)] = []


class Meta(_Told):
    """Where a list goes on."""

    next_token: str = ""
    newest_id: str = ""


class Page(_Told):
    """Posts, newest first, and what they refer to."""

    data: Annotated[list[Tweet], BeforeValidator(lambda told: [told] if isinstance(told, dict) else _listed(told))] = []
    includes: Included = Included()
    meta: Meta = Meta()

    def author(self, tweet: Tweet) -> User | None:
        """Who wrote it."""
        return next((user for user in self.includes.users if user.id == tweet.author_id), None)

    def quotes(self, tweet: Tweet, who: User) -> bool:
        """Whether it quotes a post of this account."""
        quoted = tweet.refers("quoted")
        return any(each.id == quoted and each.author_id == who.id for each in self.includes.tweets)

    def media(self, tweet: Tweet) -> tuple[str, ...]:
        """Where its pictures are; what they are, where that is not told."""
        keys = tweet.attachments.media_keys
        shown = (each for each in self.includes.media if each.media_key in keys)
        return tuple(each.url or each.preview_image_url or each.type for each in shown)


def page(body: Any) -> Page:
    """An answer with posts. Raises ``WireError`` for one that is none."""
    return _read(Page, body)


def user(body: Any) -> User:
    """An answer with an account. Raises ``WireError`` for one that is none."""
    return _read(User, body.get("data") if isinstance(body, dict) else None)


def _read(shape: type[_Shape], body: Any) -> _Shape:
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        raise WireError(Trouble.BROKEN, "an answer of another shape") from error


def post(shown: Page, tweet: Tweet, ours: tuple[Answer, ...], closed: Remark | None) -> Post:
    """What stands there. ``ref`` is the id of its first version, which edits do not change."""
    author = shown.author(tweet)
    return Post(
        ref=tweet.versions[0],
        link=link(tweet.versions[-1], author.username if author else "i"),
        text=tweet.says,
        author=f"@{author.username}" if author else "",
        author_name=author.name if author else "",
        written_at=time_of(tweet.versions[0]) or tweet.created_at,
        edited_at=time_of(tweet.versions[-1]) if len(tweet.versions) > 1 else None,
        lang=tweet.lang if len(tweet.lang) == 2 else "",  # "und", "qme": nobody knows
        answers=tweet.refers("replied_to"),
        closed=closed,
        ours=ours,
        attachments=shown.media(tweet),
    )


def answer(tweet: Tweet, me: User) -> Answer:
    """A post of the brand's as an answer it gave."""
    text = _NAMES.sub("", tweet.says)
    return Answer(ref=tweet.id, link=link(tweet.id, me.username), text=text, at=tweet.created_at)


def closed(shown: Page, tweet: Tweet, me: User, *, enterprise: bool) -> Remark | None:
    """Why the account may not answer through the API; by hand a person may try all the same."""
    if tweet.author_id == me.id or tweet.names(me):
        return None
    if not enterprise and not shown.quotes(tweet, me):
        return by_hand(tweet.versions[-1], me.username)
    if tweet.reply_settings.casefold() == "mentionedusers":
        return Remark("The author lets only certain people answer this post; the brand's account is not among them.")
    return None


def by_hand(ref: str, account: str) -> Remark:
    """X's rule of February 2026, with the way around it."""
    return Remark(
        "X only lets us answer by hand here: the author has neither mentioned nor quoted {account}. "
        "This opens the reply on X: {composer}",
        {"account": f"@{account}", "composer": f"https://x.com/intent/post?in_reply_to={ref}"},
    )


def is_by_hand(remark: Remark) -> bool:
    """Whether this is that rule."""
    return remark.says == by_hand("", "").says


def link(ref: str, username: str) -> str:
    """Where people read a post."""
    return f"https://x.com/{username}/status/{ref}"


def time_of(ref: str) -> datetime | None:
    """When a post was written, from its id; None for one of before November 2010, whose id does not tell."""
    milliseconds = int(ref) >> _SHIFT if ref.isdecimal() else 0
    if not milliseconds:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds + _EPOCH)


def id_at(at: datetime) -> int:
    """The first id of that moment."""
    return max(0, int(at.timestamp() * 1000) - _EPOCH) << _SHIFT


def _even(text: str) -> str:
    return _NAMES.sub("", " ".join(normalize("NFC", text).split()))
