"""Google Business keeps every network's promises, against a stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from contract import Contract, Fault, World, an_id
from google_standin import CLIENT, PLACE, REFRESH, SECRET, GoogleStandIn, Written

from bot.desk.case import Complaint
from bot.network import wire
from bot.network.account import Spec
from bot.network.google import build
from tests.fakes import NOON


class GoogleWorld(World):
    """A place and its customer."""

    handle = PLACE
    limit = 4_096
    edits = True

    def __init__(self, server: GoogleStandIn) -> None:
        self.server = server
        self.account = build(spec(server))

    async def complains(self, text: str) -> Complaint:
        return complaint(self.server, self.server.write("Léa Moreau", text))

    async def thread(self, complaint: Complaint) -> list[str]:
        review = self._written(complaint)
        return [review.reply[0]] if review.reply else []

    async def withdraw(self, complaint: Complaint) -> None:
        self.server.remove(self._written(complaint).id)

    async def by_hand(self, complaint: Complaint, text: str) -> None:
        self._written(complaint).reply = (text, self.server.now())

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
        path = f"/locations/22/reviews/{'AbFvOqk00001'}"
        return [f"{scheme}://{host}{each}" for scheme in ("http", "https") for each in (path, f"/v4/{PLACE}/reviews/x")]

    async def edit(self, complaint: Complaint, text: str) -> None:
        review = self._written(complaint)
        review.text, review.changed = text, self.server.now()

    def time_passes(self) -> None:
        self.account._location.forget()

    def _written(self, complaint: Complaint) -> Written:
        written = {**self.server.reviews, **self.server.removed}
        return next(each for each in written.values() if self.server.link(each) == complaint.link)


def spec(server: GoogleStandIn, **more: object) -> Spec:
    secrets = {"client_id": CLIENT, "client_secret": SECRET, "refresh_token": REFRESH}
    plain = Spec(brand="acme", network="google", server=server.url, id=PLACE, secrets=secrets)
    return replace(plain, **more)


def complaint(server: GoogleStandIn, review: Written, **more: object) -> Complaint:
    plain = Complaint(
        id=an_id(),
        brand="acme",
        text=review.text,
        received_at=NOON,
        network="google",
        author=review.by,
        author_name=review.by,
        link=server.link(review),
    )
    return replace(plain, **more)


@asynccontextmanager
async def a_world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GoogleWorld]:
    """A stand-in whose slow answers are slower than we wait, with a place and a customer."""
    monkeypatch.setattr(wire, "TIMEOUT", wire.httpx2.Timeout(0.4, connect=5.0))
    with GoogleStandIn(slow=0.6) as server:
        world = GoogleWorld(server)
        yield world
        await world.account.close()


@pytest.fixture
async def world(monkeypatch):
    async with a_world(monkeypatch) as world:
        yield world


class TestGooglePromises(Contract):
    pass
