"""Shared by all tests."""

import pytest
from hypothesis import settings

from tests.fakes import Room

pytest.register_assert_rewrite("contract")  # what every network has to hold

# the same walk every time: what is red here is red everywhere
settings.register_profile("steady", derandomize=True, database=None, deadline=None)
settings.load_profile("steady")


@pytest.fixture
def room() -> Room:
    """A desk on fakes, with nothing on it yet."""
    return Room()
