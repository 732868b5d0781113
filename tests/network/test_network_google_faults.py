"""Faults between the desk and Google, and colleagues who answer meanwhile: ours is there once, theirs stays.

Two hundred of them, by hand::

    PYTHONPATH=.:tests/network uv run python tests/network/test_network_google_faults.py 200 --seed 7
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from contract import an_id
from google_standin import CLIENT, PLACE, REFRESH, SECRET, GoogleStandIn
from reddit_standin import StandIn
from test_network_reddit_faults import SHORT, SLOW, House, from_the_command_line

from bot.desk.case import Complaint, Status
from bot.network import wire
from bot.network.account import Spec
from bot.network.google import build
from bot.store import Store
from tests.fakes import NOON


def connected(server: StandIn) -> tuple[Any, Callable[[], None]]:
    secrets = {"client_id": CLIENT, "client_secret": SECRET, "refresh_token": REFRESH}
    account = build(Spec(brand="main", network="google", id=PLACE, server=server.url, secrets=secrets))
    return account, account._location.forget


async def story(house: House) -> None:
    """In the end our answer stands there, or a colleague's, or the review is gone, and it is told so."""
    server = house.server
    assert isinstance(server, GoogleStandIn)
    review = server.write("Léa Moreau", "Toujours rien reçu !")
    colleague = house.chance.random() < 0.2

    def answered() -> None:
        if colleague:
            review.reply = ("On regarde.", house.clock.now() + timedelta(seconds=3))

    house.meanwhile = answered
    case = await house.story(
        Complaint(
            id=an_id(),
            brand="main",
            text=review.text,
            received_at=NOON,
            network="google",
            author_name=review.by,
            link=server.link(review),
            lang="fr",
        )
    )
    assert case.reply
    if colleague:
        assert (case.status, review.reply and review.reply[0]) == (Status.REFUSED, "On regarde."), case
        return
    gone = review.id not in server.reviews
    assert case.status is (Status.REFUSED if gone and not review.reply else Status.POSTED), case
    assert gone or (review.reply and review.reply[0] == case.reply.text), case
    assert gone or case.reply.ref == f"{server.name(review)}/reply", case


@asynccontextmanager
async def a_house(folder: Path, seed: int) -> AsyncIterator[House]:
    with GoogleStandIn(slow=SLOW) as server:
        async with Store.open(f"sqlite:///{folder / 'cases.db'}") as store:
            house = House(server, store, random.Random(seed), connected)
            yield house
            await house.account.close()


@pytest.mark.parametrize("seed", range(2))
async def test_ten_faults_and_each_answer_is_there(seed, tmp_path, monkeypatch):
    """Cut, failed, slow, busy, delivered twice, killed, restarted, the review deleted: one yes, one answer."""
    monkeypatch.setattr(wire, "TIMEOUT", SHORT)
    async with a_house(tmp_path, seed) as house:
        for _ in range(10):
            await story(house)


if __name__ == "__main__":
    from_the_command_line(__doc__, a_house, story)
