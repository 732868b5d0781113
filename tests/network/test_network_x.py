"""X keeps the promises of every network, on a stand-in shaped by its documents."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from contract import Contract, Fault, World, an_id, approved
from x_standin import XServer

import bot.network.x.access as access
from bot.desk.case import Complaint
from bot.desk.ports import Posted, Refused
from bot.network.account import Spec
from bot.network.x import build
from bot.network.x.access import Passing, Renewed


class XWorld(World):
    handle = "@acme"
    limit = 280
    edits = True
    closes = True

    def __init__(self, server: XServer, spec: Spec) -> None:
        self.server = server
        self.account = build(spec, Passing())

    async def complains(self, text: str) -> Complaint:
        stored = self.server.write(self.server.lea, f"@acme {text}")
        return Complaint(
            id=an_id(),
            brand="acme",
            text=text,
            received_at=datetime.now(UTC),
            network="x",
            author="@lea_m",
            link=f"https://x.com/lea_m/status/{stored.id}",
        )

    async def thread(self, complaint: Complaint) -> list[str]:
        assert self.server.wrong == []
        return [each.text for each in self.server.below(ref_of(complaint))]

    async def withdraw(self, complaint: Complaint) -> None:
        self.server.remove(ref_of(complaint))

    async def by_hand(self, complaint: Complaint, text: str) -> None:
        self.server.answers(self.server.acme, ref_of(complaint), text)

    async def fault(self, *faults: Fault) -> None:
        self.server.faults.extend(faults)

    async def down(self) -> None:
        await self.server.stop()

    async def up(self) -> None:
        await self.server.start()

    async def revoke(self) -> None:
        self.server.revoked = True

    async def mend(self) -> None:
        self.server.revoked = False

    def elsewhere(self, host: str) -> list[str]:
        return [
            f"http://{host}/lea_m/status/1700",
            f"https://{host}/lea_m/status/1700",
            f"https://x.com@{host}/lea_m/status/1700",
            f"https://{host}/x.com/lea_m/status/1700",
        ]

    async def edit(self, complaint: Complaint, text: str) -> None:
        self.server.edit(ref_of(complaint), f"@acme {text}")

    async def close(self, complaint: Complaint) -> None:
        """The customer takes the brand's name out again: X lets no program answer then."""
        stored = self.server.posts[ref_of(complaint)]
        stored.text = stored.text.replace("@acme ", "")

    def time_passes(self) -> None:
        session = self.account._session
        session.wire.standing.paused_until = 0.0
        self.account._seen.clear()
        if isinstance(session._access, Renewed):
            session._access._refused = ("", 0.0)


def ref_of(complaint: Complaint) -> int:
    return int(complaint.link.rpartition("/")[2])


def spec(server: XServer, way: str = "oauth1", **more: object) -> Spec:
    names = ("api_key", "api_secret", "access_token", "access_token_secret")
    secrets = dict(zip(names, server.keys, strict=True))
    if way == "oauth2":
        secrets = dict(zip(("client_id", "client_secret"), server.client, strict=True))
        secrets["refresh_token"] = server.refresh
    return Spec(brand="acme", network="x", handle="@acme", server=server.base, secrets=secrets, **more)


@pytest.fixture(params=["oauth1", "oauth2"])
async def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[XWorld]:
    """Both ways in."""
    monkeypatch.setattr(access, "LOOKS", (0.01,))
    async with XServer() as server:
        world = XWorld(server, spec(server, request.param))
        yield world
        await world.account.close()


class TestXPromises(Contract):
    """All of them, but one that nobody can keep on X."""

    async def test_one_customer_gets_one_reply_each_complaint(self, world: XWorld) -> None:
        """X refuses the same words twice to one customer: told in words, and never taken for the other reply."""
        one, two, reply = await world.complains("Et d'une."), await world.complains("Et de deux !"), approved()
        assert isinstance(await world.account.publish(one, reply), Posted)
        refused = await world.account.publish(two, reply)
        assert isinstance(refused, Refused)
        assert "change a few of them" in str(refused.reason)
        assert isinstance(await world.account.publish(two, approved("Bonjour, et encore pardon.")), Posted)
