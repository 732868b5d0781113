"""What is addressed to a brand becomes cases: once, from where the last look stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk.case import Case, Complaint, Remark
from bot.listening import Listening
from bot.network.account import Heard, Post, Unread
from bot.network.accounts import Connected
from bot.store import Store
from tests.fakes import FakeClock
from tests.network.test_network_accounts import FakeRoom, spec

LINK = "https://bsky.app/profile/lea.bsky.social/post/3l{}"


def post(number: int) -> Post:
    return Post(ref=f"at://{number}", link=LINK.format(number), text=f"@lune rien reçu ({number})", author="@lea")


class Talking(FakeRoom):
    """An account to which one post more is addressed at every look."""

    def __init__(self, **told: Any) -> None:
        super().__init__(spec(network="bluesky", listen=True, **told))
        self.asked: list[str] = []
        self.deaf = False

    async def mentions(self, cursor: str) -> Heard:
        self.asked.append(cursor)
        if self.deaf:
            raise Unread(Remark("{network} cannot be reached.", {"network": "Bluesky"}))
        number = int(cursor or 0) + 1
        return Heard((post(number),), str(number))


class Team:
    """Listens with this room, over a store; ``look`` lets two minutes pass before."""

    def __init__(self, store: Store, *rooms: FakeRoom) -> None:
        self.store, self.clock = store, FakeClock()
        self.fails = False
        self.listening = Listening([*map(Connected, rooms)], store.heard, self.receive, self.clock)

    async def receive(self, complaint: Complaint) -> tuple[Case, bool]:
        if self.fails:
            raise ConnectionError("the database is away")
        return await self.store.add(Case(complaint=complaint, updated_at=self.clock.now()))

    async def look(self, after: timedelta = timedelta(minutes=2)) -> list[str]:
        self.clock.time += after
        await self.listening.look()
        return sorted([case.id async for case in self.store.export()])


@pytest.fixture
async def store(tmp_path: Path) -> Any:
    async with Store.open(f"sqlite:///{tmp_path / 'cases.db'}") as opened:
        yield opened


async def test_what_is_heard_becomes_a_case_as_if_its_link_had_been_forwarded(store: Store) -> None:
    """The same id, and the account that heard it is the one that answers."""
    team = Team(store, Talking(name="fr"))
    assert await team.look() == ["bluesky:3l1"]
    case = await store.get("bluesky:3l1")
    assert case
    assert (case.complaint.text, case.complaint.source[:19]) == ("@lune rien reçu (1)", "account:bluesky:fr:")


async def test_another_process_goes_on_where_this_one_stopped(store: Store) -> None:
    """How far an account was heard stands beside the cases."""
    await Team(store, Talking()).look()
    room = Talking()
    assert await Team(store, room).look() == ["bluesky:3l1", "bluesky:3l2"]
    assert room.asked == ["1"]


async def test_what_could_not_be_stored_is_heard_again(store: Store) -> None:
    """The place moves on behind what is stored, never before."""
    team = Team(store, room := Talking())
    team.fails = True
    with pytest.raises(ConnectionError):
        await team.look()
    team.fails = False
    assert await team.look() == ["bluesky:3l1"]
    assert room.asked == ["", ""]


async def test_a_network_that_is_away_is_told_and_keeps_nobody_else_waiting(store: Store) -> None:
    """Until it can be heard again."""
    deaf, well = Talking(name="a"), Talking(name="b")
    deaf.deaf = True
    team = Team(store, deaf, well)
    assert await team.look() == ["bluesky:3l1"]
    assert team.listening.problems == ["bluesky of main could not be heard: Bluesky cannot be reached."]
    deaf.deaf = False
    await team.look()
    assert team.listening.problems == []


async def test_an_account_is_left_alone_between_two_looks(store: Store) -> None:
    """A minute, or what brand.yaml says; accounts that do not listen are never asked."""
    slow, quiet = Talking(options={"every": "300"}), Talking()
    quiet.spec = replace(quiet.spec, listen=False)
    team = Team(store, slow, quiet)
    for minutes in (2, 2, 2):
        await team.look(timedelta(minutes=minutes))
    assert (len(slow.asked), quiet.asked) == (1, [])
    await team.look()
    assert len(slow.asked) == 2
