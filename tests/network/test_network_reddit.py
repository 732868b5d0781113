"""Reddit keeps every network's promises, against a stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from contract import Contract, Fault, World, an_id
from reddit_standin import CLIENT, REFRESH, SECRET, RedditStandIn, Said

from bot.desk.case import Complaint
from bot.network import wire
from bot.network.account import Spec
from bot.network.reddit import build
from tests.fakes import NOON


class RedditWorld(World):
    """A brand and a customer in one community."""

    handle = "u/acme_care"
    limit = 10_000
    edits = closes = True

    def __init__(self, server: RedditStandIn) -> None:
        self.server = server
        self.account = build(spec(server))

    async def rebuilt(self, **changed: object) -> None:
        """The same account, as brand.yaml names it otherwise."""
        await self.account.close()
        self.account = build(spec(self.server, **changed))

    async def complains(self, text: str) -> Complaint:
        return complaint(self.server, self.server.write("lea_m", text, mentions="acme_care"))

    async def thread(self, complaint: Complaint) -> list[str]:
        return self.server.below(self.server.at(complaint.link))

    async def withdraw(self, complaint: Complaint) -> None:
        self.server.at(complaint.link).gone = True

    async def by_hand(self, complaint: Complaint, text: str) -> None:
        self.server.write("acme_care", text, under=self.server.at(complaint.link))

    async def fault(self, *faults: Fault) -> None:
        self.server.faults.extend(faults)

    async def down(self) -> None:
        self.server.stop()

    async def up(self) -> None:
        self.server.start()

    async def revoke(self) -> None:
        self.server.revoked = True

    async def mend(self) -> None:
        self.server.revoked = False

    def elsewhere(self, host: str) -> list[str]:
        paths = ("/r/acme/comments/k1/x/k2/", "/comments/k1", "/api/info")
        return [f"{scheme}://{host}{path}" for scheme in ("http", "https") for path in paths]

    async def edit(self, complaint: Complaint, text: str) -> None:
        said = self.server.at(complaint.link)
        said.body, said.edited = text, self.server.now()

    async def close(self, complaint: Complaint) -> None:
        self.server.at(complaint.link).locked = True

    def time_passes(self) -> None:
        self.account._server.forget()


def spec(server: RedditStandIn, **more: object) -> Spec:
    secrets = {"client_id": CLIENT, "client_secret": SECRET, "refresh_token": REFRESH}
    plain = Spec(brand="acme", network="reddit", handle="u/acme_care", server=server.url, secrets=secrets)
    return replace(plain, **more)


def complaint(server: RedditStandIn, said: Said, **more: object) -> Complaint:
    link = server.link(said)
    plain = Complaint(
        id=an_id(), brand="acme", text="", received_at=NOON, network="reddit", author=f"u/{said.by}", link=link
    )
    return replace(plain, **more)


@asynccontextmanager
async def a_world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RedditWorld]:
    """A stand-in whose slow answers are slower than we wait, with a brand and a customer."""
    monkeypatch.setattr(wire, "TIMEOUT", wire.httpx2.Timeout(0.4, connect=5.0))
    with RedditStandIn(slow=0.6) as server:
        world = RedditWorld(server)
        yield world
        await world.account.close()


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


class TestRedditPromises(Contract):
    pass
