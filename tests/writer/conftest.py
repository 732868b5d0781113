"""A model's server for each test that wants one."""

from collections.abc import Iterator

import pytest
from model_server import ModelServerStandIn


@pytest.fixture
def server() -> Iterator[ModelServerStandIn]:
    """Listens on 127.0.0.1 until the test is over."""
    with ModelServerStandIn() as standing:
        yield standing
