"""What every connected account can do: the same promises on each network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Length, Outcome, Refused, Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One account as brand.yaml names it, with its secrets from the environment.

    ``server`` is the base address of an instance, a PDS or a stand-in; empty for the network's own. ``id`` is what
    the network calls the account where a handle does not do: a page, a location. ``secrets`` are by their short
    names in small letters: ``app_password`` for ``ACME_BLUESKY_APP_PASSWORD``.
    """

    brand: str
    network: str
    name: str = ""  # tells several accounts of one network apart
    handle: str = ""
    server: str = ""
    id: str = ""
    listen: bool = False
    options: Mapping[str, str] = field(default_factory=dict)  # what only this network knows: visibility, host, port …
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def secret_name(self, short: str) -> str:
        """The environment variable that holds a secret: the brand first."""
        parts = (self.brand, self.network, *filter(None, (self.name,)), short)
        return "_".join(parts).upper().replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the network lets this account do, beside posting a reply."""

    resolve: bool = True  # read the post behind a link
    find: bool = True  # see whether our reply is there
    mentions: bool = True  # be asked for what was addressed to the brand
    delete: bool = True  # take a reply of ours away again
    one_answer: bool = False  # a second reply replaces the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What stands behind a link, as it stands now.

    ``ref`` is the network's own id of the post; ``answers`` that of the post it answers; ``closed`` says why the brand
    may not reply; ``ours`` are the brand's own answers below it; ``private``: only the brand and the author read it.
    """

    ref: str
    link: str
    text: str
    author: str = ""  # the handle, as the network writes it
    author_name: str = ""
    written_at: datetime | None = None
    edited_at: datetime | None = None
    lang: str = ""
    answers: str = ""
    closed: Remark | None = None
    ours: tuple[Answer, ...] = ()
    private: bool = False
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply that the brand's account gave already."""

    ref: str
    link: str
    text: str
    at: datetime | None = None


class PostGone(Exception):
    """The post behind the link is not there, or not for us to see."""


class Unread(Exception):
    """The network did not tell, this time; ``remark`` says why."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(str(remark))
        self.remark = remark


@dataclass(frozen=True, slots=True)
class Heard:
    """What was addressed to the brand since the last time, oldest first, and where to go on from."""

    posts: tuple[Post, ...]
    cursor: str


class Account(Protocol):
    """One account of a brand on one network: what the desk asks of a ``Network``, and more.

    ``accounts.Connected`` makes a ``Network`` of it, so that no room has to read the original for the desk itself.
    """

    spec: Spec
    name: str  # the network's
    by_hand: bool
    settles: float
    can: Capabilities

    @property
    def problem(self) -> Remark | None:
        """Why nothing can be posted until a person mends it: a token was revoked. None while all is well."""

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length of a text as a reply to this complaint, as the network counts it."""

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why this account could not post a reply to this complaint now; None when it can."""

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Read the post again, send once, and look at the answer."""

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Look whether the reply is there already."""

    async def whoami(self) -> str:
        """The account's name on the network, asked of it with our access. Raises ``Unread``."""

    async def resolve(self, link: str) -> Post:
        """The post behind a link. Raises ``PostGone`` and ``Unread``."""

    async def mentions(self, cursor: str) -> Heard:
        """What was addressed to the brand behind this cursor, its own posts left out; empty: from now on.

        Raises ``Unread``.
        """

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Take the reply away: ``Posted`` means that it is gone now."""

    async def close(self) -> None:
        """Close the connections."""


#: Clocks differ: what changed this shortly after the yes was there when it was given.
_SKEW = timedelta(seconds=2)


def changed_since(post: Post, reply: Reply) -> Refused | None:
    """Why a reply that was approved must not go out any more, read right before it is sent."""
    if post.closed:
        return Refused(post.closed)
    if post.edited_at and post.edited_at > reply.approved_at + _SKEW:
        return Refused(Remark("The customer has changed the post since: please read it again, then approve again."))
    for answer in post.ours:
        if answer.at and answer.at > reply.approved_at + _SKEW and answer.text.strip() != reply.text.strip():
            says = "Somebody has answered from the brand's account meanwhile: “{text}” Please look, then approve again."
            return Refused(Remark(says, {"text": answer.text[:200]}))
    return None


def seen(post: Post, complaint: Complaint, *, one_answer: bool = False) -> tuple[Remark, ...]:
    """What an approver should know of the original as it stands now; ``one_answer``: ours replaces what stands."""
    said: list[Remark] = []
    if post.closed:
        said.append(post.closed)
    if complaint.text and post.text and _even(post.text) != _even(complaint.text):
        said.append(Remark("The original reads differently now: “{text}”", {"text": post.text[:300]}))
    said += [_answered(answer, one_answer=one_answer) for answer in post.ours]
    return tuple(said)


def _answered(answer: Answer, *, one_answer: bool) -> Remark:
    told = {"text": answer.text[:200]}
    if one_answer:
        return Remark("There is one answer to a review: yours replaces “{text}”", told)
    return Remark("The brand has answered already: “{text}”", told)


def _even(text: str) -> str:
    return " ".join(text.split()).casefold()
