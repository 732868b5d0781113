"""Shared by all tests."""

import pytest

from tests.fakes import Room


@pytest.fixture
def room() -> Room:
    """A desk on fakes, with nothing on it yet."""
    return Room()
