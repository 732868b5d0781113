"""Instagram keeps every promise that a network makes, against a stand-in of the Graph API."""

import pytest
from contract import Contract
from graph_world import InstagramWorld

pytest_plugins = ["graph_fixtures"]


@pytest.fixture
def world(instagram: InstagramWorld) -> InstagramWorld:
    return instagram


class TestInstagramPromises(Contract):
    pass
