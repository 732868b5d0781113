"""Mastodon keeps every network's promises, against a stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from contract import Contract, Fault, World, an_id
from mastodon_standin import Account, MastodonStandIn, Status

from bot.desk.case import Complaint
from bot.network import wire
from bot.network.account import Spec
from bot.network.mastodon import build
from tests.fakes import NOON

TOKEN = "s3cr3t-t0k3n"


class MastodonWorld(World):
    """A brand on an instance, and a customer on another one."""

    handle = "@acme@social.example"
    edits = closes = True

    def __init__(self, server: MastodonStandIn, brand: Account, customer: Account) -> None:
        self.server, self.brand, self.customer = server, brand, customer
        self.account = build(spec(server))
        self.limit = server.limit - len("@lea ")

    async def rebuilt(self, **changed: object) -> None:
        """The same account, as brand.yaml names it otherwise."""
        await self.account.close()
        self.account = build(spec(self.server, **changed))

    async def complains(self, text: str) -> Complaint:
        said = self.server.write(self.customer, f"@acme@social.example {text}")
        return complaint(self.server, said)

    async def thread(self, complaint: Complaint) -> list[str]:
        return [text.removeprefix("@lea@autre.example ") for text in self.server.below(self._said(complaint))]

    async def withdraw(self, complaint: Complaint) -> None:
        self.server.remove(self._said(complaint).id)

    async def by_hand(self, complaint: Complaint, text: str) -> None:
        self.server.write(self.brand, f"@lea@autre.example {text}", answers=self._said(complaint).id)

    async def fault(self, *faults: Fault) -> None:
        self.server.faults.extend(faults)

    async def down(self) -> None:
        self.server.stop()

    async def up(self) -> None:
        self.server.start()

    async def revoke(self) -> None:
        self.brand.token = "another one"

    async def mend(self) -> None:
        self.brand.token = TOKEN

    def elsewhere(self, host: str) -> list[str]:
        return [f"{scheme}://{host}/@lea/{post}" for scheme in ("http", "https") for post in ("123", "1" * 18)]

    async def edit(self, complaint: Complaint, text: str) -> None:
        self.server.edit(self._said(complaint), text)

    async def close(self, complaint: Complaint) -> None:
        self._said(complaint).shut = True

    def time_passes(self) -> None:
        self.account._server.wire.standing.paused_until = 0.0
        self.account._server.forget()

    def _said(self, complaint: Complaint) -> Status:
        written = {**self.server.statuses, **self.server.removed}
        return next(said for said in written.values() if self.server.link(said) == complaint.link)


def spec(server: MastodonStandIn, **more: object) -> Spec:
    plain = Spec(brand="acme", network="mastodon", server=server.url, secrets={"access_token": TOKEN})
    return replace(plain, **more)


def complaint(server: MastodonStandIn, said: Status, **more: object) -> Complaint:
    who = f"@{said.by.username}@{said.by.host or server.domain}"
    plain = Complaint(
        id=an_id(), brand="acme", text="", received_at=NOON, network="mastodon", author=who, link=server.link(said)
    )
    return replace(plain, **more)


@asynccontextmanager
async def a_world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MastodonWorld]:
    """A stand-in whose slow answers are slower than we wait, with a brand and a customer."""
    monkeypatch.setattr(wire, "TIMEOUT", wire.httpx2.Timeout(0.4, connect=5.0))
    with MastodonStandIn(slow=0.6) as server:
        world = MastodonWorld(server, server.account("acme", token=TOKEN), server.account("lea", host="autre.example"))
        yield world
        await world.account.close()


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


class TestMastodonPromises(Contract):
    pass
