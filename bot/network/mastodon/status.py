"""A status as the API tells it, and what it is to us. What the API tells beside that is not read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.desk.case import Remark
from bot.network.account import Answer, Post
from bot.network.mastodon.instance import Instance
from bot.network.mastodon.plain import plain, skeleton, without_mentions

#: The more private, the higher; what a server calls otherwise is taken for the most private.
_PRIVACY = {"public": 0, "unlisted": 1, "private": 2, "direct": 3}
DIRECT = "direct"
#: GoToSocial, ``interaction_policy.can_reply``: "me" is whoever asks.
_INVITED = frozenset({"public", "me"})


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(value: Any) -> Any:
    return "" if value is None else value


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else []


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Text = Annotated[str, BeforeValidator(_text)]


class _Told(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, frozen=True)


class Author(_Told):
    """An account; ``acct`` has no server where it is the instance's own."""

    id: str
    acct: str
    display_name: Text = ""

    def handle(self, domain: str) -> str:
        """The name with its server; ``domain`` is the instance's own."""
        return f"@{self.acct}" if "@" in self.acct else f"@{self.acct}@{domain}"


class Media(_Told):
    """What is attached."""

    type: Text = ""
    description: Text = ""


class Status(_Told):
    """A post."""

    id: str
    account: Author
    content: Text = ""
    text: Text = ""  # as it was written: some servers tell it of one's own posts
    url: Text = ""
    uri: Text = ""
    spoiler_text: Text = ""
    visibility: Text = DIRECT
    language: Text = ""
    created_at: Moment = None
    edited_at: Moment = None
    in_reply_to_id: str | None = None
    mentions: Annotated[list[dict[str, Any]], BeforeValidator(_listed)] = []
    media_attachments: Annotated[list[Media], BeforeValidator(_listed)] = []
    interaction_policy: dict[str, Any] | None = None

    @property
    def link(self) -> str:
        """Where people read it."""
        return self.url or self.uri

    @property
    def says(self) -> str:
        """The author's words, a content warning first."""
        return "\n\n".join(filter(None, (self.spoiler_text.strip(), plain(self.content))))

    @property
    def privacy(self) -> int:
        """0 for everybody to 3 for the persons named."""
        return _PRIVACY.get(self.visibility, _PRIVACY[DIRECT])

    def reads_like(self, text: str) -> bool:
        """Whether it is this text, as servers draw it: other quotes and links, the customer's name in front."""
        wanted = skeleton(text)
        return any(skeleton(each) == wanted for each in (self.text, plain(self.content)) if each)


def post(status: Status, instance: Instance, ours: tuple[Status, ...], me: str) -> Post:
    """What stands behind a link; ``ours`` are the brand's own answers to it, ``me`` is its account's id."""
    return Post(
        ref=status.id,
        link=status.link,
        text=status.says,
        author=status.account.handle(instance.domain),
        author_name=status.account.display_name,
        written_at=status.created_at,
        edited_at=status.edited_at,
        lang=status.language.partition("-")[0].lower(),
        answers=status.in_reply_to_id or "",
        closed=_closed(status, me),
        ours=tuple(_answer(each) for each in ours),
        private=status.privacy > _PRIVACY["unlisted"],
        attachments=tuple(media.description[:200] or media.type for media in status.media_attachments),
    )


def visibility(original: Status, wanted: str) -> str:
    """Who may read our answer: as the brand wants it, and never more people than read the customer's post."""
    if original.privacy > _PRIVACY["unlisted"]:
        return DIRECT
    return max(wanted, original.visibility, key=_PRIVACY.__getitem__)


def addressed(handle: str, domain: str, text: str) -> str:
    """The text with the customer's name in front, unless it stands in it: who is not named may hear of nothing.

    ``handle`` is the name with its server; on ``domain``, the instance's own, people are named without it.
    """
    name = handle.removesuffix(f"@{domain}")
    named = {word.strip("(.,:;!?)").casefold() for word in text.split()}
    return text if not handle or named & {handle.casefold(), name.casefold()} else f"{name} {text}"


def _answer(status: Status) -> Answer:
    text = without_mentions(plain(status.content))
    return Answer(ref=status.id, link=status.link, text=text, at=status.created_at)


def _closed(status: Status, me: str) -> Remark | None:
    rule = (status.interaction_policy or {}).get("can_reply")
    if not isinstance(rule, dict) or status.account.id == me:
        return None
    lists = (rule.get(key) for key in ("always", "with_approval", "automatic_approval", "manual_approval"))
    invited = {who for names in lists if isinstance(names, list) for who in names if isinstance(who, str)}
    named = any(str(each.get("id")) == me for each in status.mentions)
    if invited & _INVITED or (named and "mentioned" in invited):
        return None
    return Remark("The author lets only certain people answer this post, and the brand's account is none of them.")
