"""Fixtures of the Bluesky tests: ``pytest_plugins = ["bluesky_fixtures"]``."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from bluesky_line import Line
from bluesky_server import WHY_NOT, Person, Server, packages, shared
from bluesky_world import BlueskyWorld

from bot.network.bluesky.session import Tokens

_LOGGED_IN: dict[str, Tokens | None] = {}


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Iterator[Server]:
    """The server of this test run: whichever worker comes first starts it."""
    if packages() is None:
        pytest.skip(WHY_NOT)
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    server = shared(folder / f"bluesky-{testrun_uid}")
    yield server
    server.close()


@pytest.fixture(scope="session")
def people(pds: Server) -> tuple[Person, Person, str]:
    """This worker's brand and customer, and an app password of the brand's."""
    mark = os.urandom(4).hex()
    brand, customer = pds.person(f"acme-{mark}"), pds.person(f"lea-{mark}")
    return brand, customer, brand.app_password()


@pytest.fixture
async def stranger(pds: Server, people: tuple[Person, Person, str]) -> AsyncIterator[BlueskyWorld]:
    """The world with an account that has not logged in yet."""
    line = Line(pds.url)
    await line.up()
    world = BlueskyWorld(*people, line)
    yield world
    await world.mend()
    await world.account.close()
    await line.close()


@pytest.fixture
async def bluesky(stranger: BlueskyWorld) -> BlueskyWorld:
    """The world with an account that is logged in: a PDS takes 350 ms over each login."""
    session = stranger.account._session
    session._tokens = _LOGGED_IN.get(stranger.brand.did)
    _LOGGED_IN[stranger.brand.did] = await session.tokens()
    return stranger
