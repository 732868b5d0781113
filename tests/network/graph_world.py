"""The contract's worlds on Facebook and Instagram."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

from contract import Fault, World, an_id
from graph_standin import ACCOUNT, PAGE, SECRET, TOKEN, GraphStandIn, Person, Post, Said

from bot.desk.case import Complaint
from bot.network import facebook as facebook_room
from bot.network import instagram as instagram_room
from bot.network.account import Spec
from bot.network.graph_account import CommentsAccount
from tests.fakes import NOON


class GraphWorld(World):
    """A post of the brand's, and a customer who comments on it."""

    account: CommentsAccount
    closes = True
    room: ModuleType
    id: str
    post: Post
    brand: Person

    def __init__(self, server: GraphStandIn) -> None:
        self.server = server
        self.written: dict[str, Said] = {}
        self.account = self.connected()

    def connected(self, **more: object) -> CommentsAccount:
        """Another process's account: nothing known yet."""
        return self.room.build(self.spec(**more))

    async def rebuilt(self, **changed: object) -> None:
        """The same account, as brand.yaml names it otherwise."""
        await self.account.close()
        self.account = self.connected(**changed)

    def spec(self, **more: object) -> Spec:
        secrets = {"page_token": TOKEN, "app_secret": SECRET}
        name = self.room.__name__.rpartition(".")[2]
        return replace(Spec(brand="acme", network=name, id=self.id, server=self.server.url, secrets=secrets), **more)

    def says(self, under: Post | Said, text: str, by: Person | None = None, **more: object) -> Said:
        """A customer comments, or answers a comment."""
        return self.server.comment(under, by or self.server.lea, text, **more)

    def complaint(self, said: Said, **more: object) -> Complaint:
        """What a team knows of a comment that it was given the link of."""
        link = self.server.link(said)
        self.written[link] = said
        author = f"@{said.by.username}" if said.post.on == "instagram" else ""
        plain = Complaint(
            id=an_id(),
            brand="acme",
            text=said.text,
            received_at=NOON,
            network=said.post.on,
            author=author,
            link=link,
            lang="fr",
        )
        return replace(plain, **more)

    async def complains(self, text: str) -> Complaint:
        return self.complaint(self.says(self.post, text))

    async def thread(self, complaint: Complaint) -> list[str]:
        return self.server.below(self.written[complaint.link])

    async def withdraw(self, complaint: Complaint) -> None:
        self.server.remove(self.written[complaint.link].id)

    async def by_hand(self, complaint: Complaint, text: str) -> None:
        self.server.comment(self.written[complaint.link], self.brand, text)

    async def fault(self, *faults: Fault) -> None:
        self.server.faults.extend(faults)

    async def down(self) -> None:
        self.server.stop()

    async def up(self) -> None:
        self.server.start()

    async def revoke(self) -> None:
        self.server.token = "another one"

    async def mend(self) -> None:
        self.server.token = TOKEN

    async def close(self, complaint: Complaint) -> None:
        self.written[complaint.link].shut = True
        self.post.shut = self.post.on == "instagram"

    def time_passes(self) -> None:
        self.account._graph.wire.standing.paused_until = 0.0
        self.account._me_until = 0.0


class FacebookWorld(GraphWorld):
    handle = "Acme"
    limit = 8_000
    room = facebook_room
    id = PAGE

    def __init__(self, server: GraphStandIn) -> None:
        super().__init__(server)
        self.post, self.brand = server.page_post("Nos nouveautés"), server.acme

    def elsewhere(self, host: str) -> list[str]:
        places = (host, f"www.facebook.com@{host}")
        return [f"{scheme}://{place}/acme/posts/1?comment_id=2" for scheme in ("http", "https") for place in places]


class InstagramWorld(GraphWorld):
    handle = "@acme_shop"
    limit = 2_200
    room = instagram_room
    id = ACCOUNT

    def __init__(self, server: GraphStandIn) -> None:
        super().__init__(server)
        self.post, self.brand = server.media("Nos nouveautés"), server.acme_ig

    def elsewhere(self, host: str) -> list[str]:
        places = (host, f"www.instagram.com@{host}")
        return [f"{scheme}://{place}/p/Cabc/c/17900000000000001/" for scheme in ("http", "https") for place in places]
