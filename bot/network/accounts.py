"""The brands' accounts: which one answers which complaint, and what each looks like to the desk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from importlib import import_module

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Length, Network, Networks, Original, Outcome, Sighting
from bot.errors import SettingsError
from bot.network.account import Account, PostGone, Spec, Unread, seen

#: A complaint that an account heard itself names it in its source: ``account:bluesky:fr`` or ``account:bluesky:``.
HEARD = "account"


def build(spec: Spec) -> Account:
    """The account, from its network's room; imported only where a brand has one. Raises ``SettingsError``."""
    account: Account = import_module(f"bot.network.{spec.network}").build(spec)
    return account


class Accounts:
    """The desk's ``Networks``: a connected account of the brand where there is one, else ``otherwise``.

    ``follow`` takes what brand.yaml names by now: accounts that stay the same keep their sessions.
    """

    def __init__(self, otherwise: Networks) -> None:
        self._otherwise = otherwise
        self._connected: list[Connected] = []
        self.wrong: list[tuple[Spec, str]] = []

    def __iter__(self) -> Iterator[Connected]:
        return iter(self._connected)

    def of(self, complaint: Complaint) -> Network:
        """The network that carries a reply to this complaint."""
        return self.answering(complaint) or self._otherwise.of(complaint)

    def answering(self, complaint: Complaint) -> Connected | None:
        """The account that answers it: the one that heard it, else the brand's first on its network."""
        told = complaint.source.split(":")
        heard_by = told[2] if len(told) > 2 and told[0] == HEARD else None
        own = [one for one in self if one.spec.brand == complaint.brand and one.name == complaint.network]
        return next((one for one in own if one.spec.name == heard_by), own[0] if own else None)

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
            return Connected(build(spec))
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

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length as the network counts it."""
        return self.room.measure(complaint, text)

    def speaks_as(self, complaint: Complaint) -> str:
        """The account's handle, or what brand.yaml has in its place."""
        return self.spec.handle or self.spec.id or self.spec.name

    async def original(self, complaint: Complaint) -> Original | None:
        """The post as it stands now; None where the network does not show posts, or shows nothing this time."""
        if not self.room.can.resolve or not complaint.link:
            return None
        try:
            post = await self.room.resolve(complaint.link)
        except PostGone:
            return Original(remarks=(Remark("The original is gone: the customer, or the network, has deleted it."),))
        except Unread as error:
            return Original(remarks=(error.remark,))
        return Original(text=post.text, author=post.author, author_name=post.author_name, remarks=seen(post, complaint))

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
