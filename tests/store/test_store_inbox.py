"""What a chat told us, kept until it is worked through."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.errors import StoreError
from bot.store import Store
from bot.store.inbox import open_inbox


async def test_what_was_noted_outlives_the_process(url: str) -> None:
    """Whatever was not struck out is there at the next start, oldest first, once."""
    async with Store.open(url) as store:
        assert store.inbox is not None
        for key in ("a", "b", "a", "c"):
            assert store.inbox.keep(key, f"body of {key}")
        store.inbox.done("b")
    async with Store.open(url) as store:
        assert store.inbox is not None
        assert store.inbox.left() == [("a", "body of a"), ("c", "body of c")]


def test_what_came_just_now_is_somebody_s_work(tmp_path: Path) -> None:
    """Another process may be at it: only what is older is asked for."""
    with open_inbox(make_url(f"sqlite:///{tmp_path / 'cases.db'}")) as inbox:
        assert inbox is not None
        inbox.keep("a", "body")
        assert (inbox.left(older_than=30), len(inbox.left())) == ([], 1)


def test_several_machines_have_no_inbox_in_common() -> None:
    """Beside PostgreSQL a note on this machine's disk would be lost with it."""
    with open_inbox(make_url("postgresql+asyncpg://host/name")) as inbox:
        assert inbox is None


def test_an_inbox_that_cannot_be_opened(tmp_path: Path) -> None:
    """A sentence, not a traceback."""
    (tmp_path / "cases.inbox.db").mkdir()
    with pytest.raises(StoreError, match="cannot be used"), open_inbox(make_url(f"sqlite:///{tmp_path / 'cases.db'}")):
        pass
