"""A team hears once that a network refuses its account, and once that this is mended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.chat.accounts_news import AccountsNews, refused
from bot.chat.later import Later
from bot.desk.case import Remark
from bot.network.account import Capabilities, Spec
from bot.network.accounts import Connected
from bot.voice.library import Library

REFUSED = Remark(
    "{account} was refused access ({code}); please connect it again, then it goes on by itself.",
    {"account": "Bluesky acme.example", "code": 401},
)
OTHER = Remark("{network} refuses our access; please connect the account again, the reply waits.", {"network": "x"})
BSKY = "Bluesky acme.example"


@dataclass
class Rooms:
    """What was said where; ``away`` chats take nothing."""

    said: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    async def post(self, room: str, said: str) -> bool:
        if not self.away:
            self.said.append((room, said))
        return not self.away


@dataclass
class Desk:
    rooms: Rooms
    later: Later
    news: AccountsNews

    async def look(self, **problems: dict[str, Remark]) -> list[tuple[str, str]]:
        """What is said at this minute's look."""
        self.rooms.said.clear()
        self.news.look(problems)
        await self.later.close()
        return list(self.rooms.said)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One French brand with a review room in Slack and a channel in Discord, and an English one with a channel."""
    main = "name: Lune\nlanguages: [fr]\nteam_language: fr\nreview: [slack:C1]\nchannels: [slack:C2, discord:30]\n"
    nord = "name: Nord\nlanguages: [en]\nteam_language: en\nchannels: [slack:C7, slack:C8]\n"
    (tmp_path / "nord").mkdir()
    (tmp_path / "brand.yaml").write_text(f"{main}managers: [slack:U1]\n")
    (tmp_path / "nord" / "brand.yaml").write_text(f"{nord}managers: [slack:U1]\n")
    (tmp_path / "protocol.yaml").write_text("fallback: other\ntopics:\n  other: {severity: low}\n")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "other.fr.md").write_text("---\ntopic: other\nlang: fr\n---\nBonjour.\n")
    rooms, later = Rooms(), Later()
    return Desk(rooms, later, AccountsNews(rooms.post, Library.load(tmp_path), later))


async def test_it_is_told_once_in_the_room_where_the_cards_are(desk: Desk):
    """In each chat of that brand, in its team's language; nobody else hears of it."""
    said = await desk.look(main={BSKY: REFUSED})
    assert sorted(room for room, _ in said) == ["discord:30", "slack:C1"]
    assert all("Les réponses approuvées attendent" in text and text.count(BSKY) == 1 for _, text in said)
    assert await desk.look(main={BSKY: REFUSED}) == []


async def test_that_it_is_mended_is_told_once(desk: Desk):
    """And when it happens again, that is told again."""
    await desk.look(nord={BSKY: REFUSED})
    [(room, said)] = await desk.look()
    assert (room, said) == ("slack:C7", f"✅ {BSKY} is no longer refused. What waited goes out now.")
    assert await desk.look() == []
    assert len(await desk.look(nord={BSKY: REFUSED})) == 1


async def test_another_reason_is_no_news_and_another_account_is(desk: Desk):
    """The account is named where the network's own sentence does not."""
    await desk.look(nord={BSKY: REFUSED})
    [(_, said)] = await desk.look(nord={BSKY: OTHER, "X acme": OTHER})
    assert said.startswith("⚠️ X acme: X refuses our access;")
    [(_, mended)] = await desk.look(nord={BSKY: OTHER})
    assert "X acme is no longer refused" in mended


async def test_what_could_not_be_said_is_said_later(desk: Desk):
    """The chat was away for a minute: both news come once it is back."""
    desk.rooms.away = True
    assert await desk.look(nord={BSKY: REFUSED}) == []
    desk.rooms.away = False
    assert len(await desk.look(nord={BSKY: REFUSED})) == 1
    desk.rooms.away = True
    assert await desk.look() == []
    desk.rooms.away = False
    [(_, said)] = await desk.look()
    assert "no longer refused" in said


async def test_a_brand_that_is_gone_is_nobody_s(desk: Desk):
    """Its folder was deleted while its account was refused."""
    assert await desk.look(gone={BSKY: REFUSED}) == []
    assert await desk.look() == []


def test_only_refused_accounts_are_looked_at():
    """By brand, as people know them."""

    class Room:
        def __init__(self, problem: Remark | None, **told: str) -> None:
            self.spec = Spec(**{"brand": "main", "network": "bluesky", **told})  # type: ignore[arg-type]
            self.name, self.settles, self.can, self.problem = self.spec.network, 25.0, Capabilities(), problem

    rooms = [Room(REFUSED, handle="acme.example"), Room(None, handle="b"), Room(OTHER, network="x", id="17")]
    found = refused([Connected(room) for room in rooms])  # type: ignore[arg-type]
    assert found == {"main": {"Bluesky acme.example": REFUSED, "X 17": OTHER}}
