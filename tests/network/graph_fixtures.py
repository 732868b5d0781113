"""Fixtures of the Facebook and Instagram tests: ``pytest_plugins = ["graph_fixtures"]``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from graph_standin import GraphStandIn
from graph_world import FacebookWorld, InstagramWorld

from bot.network import wire


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[GraphStandIn]:
    monkeypatch.setattr(wire, "TIMEOUT", wire.httpx2.Timeout(0.4, connect=5.0))
    with GraphStandIn(slow=0.6) as server:
        yield server


@pytest.fixture
async def facebook(graph: GraphStandIn) -> AsyncIterator[FacebookWorld]:
    world = FacebookWorld(graph)
    yield world
    await world.account.close()


@pytest.fixture
async def instagram(graph: GraphStandIn) -> AsyncIterator[InstagramWorld]:
    world = InstagramWorld(graph)
    yield world
    await world.account.close()
