"""A small brand's prompts, and a model's server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import ModelServerStandIn

from tests.report.past_cases import write_prompts


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return write_prompts(tmp_path / "prompts")


@pytest.fixture
def server() -> Iterator[ModelServerStandIn]:
    """Listens on 127.0.0.1 until the test is over."""
    with ModelServerStandIn() as standing:
        yield standing
