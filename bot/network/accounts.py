"""The brands' accounts: which one answers which complaint, and what each looks like to the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Length, Network, Networks, Original, Outcome, Sighting
from bot.errors import SettingsError
from bot.network.account import Account, PostGone, Spec, Unread, seen

if TYPE_CHECKING:
    from bot.network.x.access import Tokens

#: A complaint that an account heard itself names it in its source: ``account:bluesky:fr`` or ``account:bluesky:``.
HEARD = "account"
WEBHOOK = "webhook"


def build(spec: Spec, tokens: Tokens | None = None) -> Account:
    """The account, from its network's room; imported only where a brand has one. Raises ``SettingsError``.

    ``tokens`` keeps what a network changes at each use.
    """
    room = import_module(f"bot.network.{spec.network}")
    account: Account = room.build(spec, tokens) if spec.network in _RENEWING else room.build(spec)
    return account


#: Networks whose refresh tokens are good for one use.
_RENEWING = frozenset({"x"})


class Accounts:
    """The desk's ``Networks``: a connected account of the brand where there is one, else ``otherwise``.

    ``follow`` takes what brand.yaml names by now: accounts that stay the same keep their sessions.
    """

    def __init__(self, otherwise: Networks, build: Callable[[Spec], Account] = build) -> None:
        self._otherwise = otherwise
        self._build = build
        self._connected: list[Connected] = []
        self.wrong: list[tuple[Spec, str]] = []

    def __iter__(self) -> Iterator[Connected]:
        return iter(self._connected)

    def of(self, complaint: Complaint) -> Network:
        """The network that carries a reply to this complaint."""
        if own := self.answering(complaint):
            return own
        other = self._otherwise.of(complaint)
        return (other.by_hand and self._passing_on(complaint)) or other

    def answering(self, complaint: Complaint) -> Connected | None:
        """The account that answers it: the one that heard it, else the brand's first on its network.

        None where there is none, or where the network wants a person to answer this one.
        """
        told = complaint.source.split(":")
        heard_by = told[2] if len(told) > 2 and told[0] == HEARD else None
        own = [one for one in self if one.spec.brand == complaint.brand and one.name == complaint.network]
        found = next((one for one in own if one.spec.name == heard_by), own[0] if own else None)
        return found if found and not found.leaves(complaint) else None

    def _passing_on(self, complaint: Complaint) -> Connected | None:
        """The brand's webhook that takes what would be answered by hand on this network."""
        hooks = [one for one in self if one.spec.brand == complaint.brand and one.name == WEBHOOK]
        return next((one for one in hooks if one.takes(complaint.network)), None)

    async def follow(self, specs: Iterable[Spec]) -> None:
        """Connect what is new, close what is gone; what cannot be used stands in ``wrong``, with the sentence."""
        wanted = list(specs)
        gone = [one for one in self if one.spec not in wanted]
        known = {_key(one.spec): one for one in self if one.spec in wanted}
        self.wrong = []
        self._connected = [one for spec in wanted if (one := known.get(_key(spec)) or self._built(spec))]
        await asyncio.gather(*(one.room.close() for one in gone), return_exceptions=True)

    def _built(self, spec: Spec) -> Connected | None:
        try:
            return Connected(self._build(spec))
        except SettingsError as error:
            self.wrong.append((spec, str(error)))
            return None

    async def close(self) -> None:
        """Close every connection."""
        await self.follow(())


def _key(spec: Spec) -> tuple[str, str, str]:
    return spec.brand, spec.network, spec.name


class Connected:
    """An account's room as the desk's ``Network``: it also reads the original for the desk."""

    by_hand = False

    def __init__(self, room: Account) -> None:
        self.room = room
        self.spec = room.spec
        self.name = room.name
        self.settles = room.settles
        self.deletes = room.can.delete

    def leaves(self, complaint: Complaint) -> bool:
        """Whether the network lets nobody but a person answer this one (X: who did not mention the brand).

        Known once the post was read.
        """
        by_hand: Callable[[Complaint], Remark | None] | None = getattr(self.room, "by_hand_for", None)
        return by_hand is not None and by_hand(complaint) is not None

    def takes(self, network: str) -> bool:
        """Whether a webhook passes on what is answered on this network: ``options: {networks: "tiktok, web"}``."""
        told = self.spec.options.get("networks", "*")
        return told.strip() == "*" or network in {one.strip() for one in told.split(",")}

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length as the network counts it."""
        return self.room.measure(complaint, text)

    def speaks_as(self, complaint: Complaint) -> str:
        """The account's handle, or what brand.yaml has in its place."""
        return self.spec.handle or self.spec.id or self.spec.name

    async def original(self, complaint: Complaint) -> Original | None:
        """The post as it stands now; None where the network does not show posts, or shows nothing this time."""
        found = await self._read(complaint) if self.room.can.resolve and complaint.link else None
        aside: Remark | None = getattr(self.room, "aside", None)  # how the reply will go out, where that is unusual
        if aside is None:
            return found
        known = found or Original()
        return replace(known, remarks=(*known.remarks, aside))

    async def _read(self, complaint: Complaint) -> Original:
        try:
            post = await self.room.resolve(complaint.link)
        except PostGone:
            return Original(remarks=(Remark("The original is gone: the customer, or the network, has deleted it."),))
        except Unread as error:
            return Original(remarks=(error.remark,))
        said = seen(post, complaint, one_answer=self.room.can.one_answer)
        return Original(text=post.text, author=post.author, author_name=post.author_name, remarks=said)

    async def check(self, complaint: Complaint) -> Remark | None:
        """Why the account could not post a reply now; None when it can."""
        return await self.room.check(complaint) or self.room.problem

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Send once."""
        return await self.room.publish(complaint, reply)

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Take the reply away."""
        return await self.room.delete(complaint, reply)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Look whether the reply is there already."""
        return await self.room.find(complaint, reply)
