"""The contract's world on a real PDS: a customer, a brand with an app password, and the line between."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from bluesky_line import Line
from bluesky_server import POSTS, Person, now
from contract import Fault, World, an_id

from bot.desk.case import Complaint
from bot.network.account import Spec
from bot.network.bluesky import build
from bot.network.bluesky.account import BlueskyAccount


class BlueskyWorld(World):
    account: BlueskyAccount
    limit = 300
    closes = True

    def __init__(self, brand: Person, customer: Person, app_password: str, line: Line) -> None:
        self.brand, self.customer, self.line = brand, customer, line
        self.handle = brand.handle
        self.account = self.connected(app_password)

    def connected(self, app_password: str, **options: str) -> BlueskyAccount:
        """Another process's account: nothing known yet."""
        secrets, server = {"app_password": app_password}, self.line.url
        spec = Spec(
            brand="acme", network="bluesky", handle=self.handle, server=server, options=options, secrets=secrets
        )
        return build(spec)

    async def complains(self, text: str) -> Complaint:
        name = f"@{self.brand.handle}"
        mention = {"$type": "app.bsky.richtext.facet#mention", "did": self.brand.did}
        facet = {"index": {"byteStart": 0, "byteEnd": len(name)}, "features": [mention]}
        return self.complaint(self.customer.post(f"{name} {text}", facets=[facet], langs=["fr"])["uri"], text)

    def complaint(self, uri: str, text: str) -> Complaint:
        """What a team knows of a post that it was given the link of."""
        return Complaint(
            id=an_id(),
            brand="acme",
            text=text,
            received_at=datetime.now(UTC),
            network="bluesky",
            author=f"@{self.customer.handle}",
            link=f"https://bsky.app/profile/{self.customer.handle}/post/{uri.rpartition('/')[2]}",
            lang="fr",
        )

    def uri(self, complaint: Complaint) -> str:
        return f"at://{self.customer.did}/{POSTS}/{urlsplit(complaint.link).path.rpartition('/')[2]}"

    async def thread(self, complaint: Complaint) -> list[str]:
        uri = self.uri(complaint)
        held = [post["value"] for post in self.brand.posts()]
        return [post["text"] for post in held if "reply" not in post or post["reply"]["parent"]["uri"] == uri]

    async def withdraw(self, complaint: Complaint) -> None:
        self.customer.remove(self.uri(complaint))

    async def by_hand(self, complaint: Complaint, text: str) -> None:
        held = self.brand.server.record(self.uri(complaint))
        there = {"uri": held["uri"], "cid": held["cid"]}
        self.brand.post(text, reply={"root": there, "parent": there})

    async def close(self, complaint: Complaint) -> None:
        uri = self.uri(complaint)
        gate = {"post": uri, "allow": [], "createdAt": now()}
        self.customer.write("app.bsky.feed.threadgate", gate, key=uri.rpartition("/")[2])

    async def fault(self, *faults: Fault) -> None:
        self.line.writes.extend(faults)

    async def down(self) -> None:
        await self.line.down()

    async def up(self) -> None:
        await self.line.up()

    async def revoke(self) -> None:
        self.brand.taken_down(True)

    async def mend(self) -> None:
        self.brand.taken_down(False)

    def elsewhere(self, host: str) -> list[str]:
        path = f"/profile/{self.customer.did}/post/3mabcdefghijk"
        return [f"{scheme}://{place}{path}" for scheme in ("http", "https") for place in (host, f"bsky.app@{host}")]

    def time_passes(self) -> None:
        super().time_passes()
        self.account._session._closed_until = 0.0
        self.account._checked.clear()
