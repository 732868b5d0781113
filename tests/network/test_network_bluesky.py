"""Bluesky keeps every promise that a network makes, on its own server: a real PDS on loopback."""

import pytest
from bluesky_world import BlueskyWorld
from contract import Contract

pytest_plugins = ["bluesky_fixtures"]


@pytest.fixture
def world(bluesky: BlueskyWorld) -> BlueskyWorld:
    return bluesky


class TestBlueskyPromises(Contract):
    pass
