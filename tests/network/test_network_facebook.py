"""Facebook keeps every promise that a network makes, against a stand-in of the Graph API."""

import pytest
from contract import Contract
from graph_world import FacebookWorld

pytest_plugins = ["graph_fixtures"]


@pytest.fixture
def world(facebook: FacebookWorld) -> FacebookWorld:
    return facebook


class TestFacebookPromises(Contract):
    pass
