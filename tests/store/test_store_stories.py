"""Cases with all that happened to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_cases import NOW, new, shown, yes

from bot.store import Filters, Store

PAGE = 3


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.stories.PAGE", PAGE)


@pytest.mark.usefixtures("small_pages")
async def test_every_case_comes_once_with_its_own_past(store: Store) -> None:
    """Oldest first over several pages; a draft or a decision of one never turns up with another."""
    for n in range(2 * PAGE + 1):
        case, _ = await store.add(new(f"{n:05}", at=NOW + timedelta(minutes=n)))
        for number in range(n):
            after = shown(case, f"{case.id} draft {number + 1}")
            assert await store.change(case, after, yes(case))
            case = after
    told = [story async for story in store.stories.walk(Filters())]
    assert [case.id for case, _, _ in told] == [f"{n:05}" for n in range(2 * PAGE + 1)]
    for case, drafts, records in told:
        assert (drafts, records) == await store.history(case.id)


async def test_until_is_excluded_and_since_is_not(store: Store) -> None:
    """Two periods that follow each other hold every complaint once."""
    for n in range(3):
        await store.add(new(str(n), at=NOW + timedelta(days=n)))
    wanted, until = Filters(since=NOW + timedelta(days=1)), NOW + timedelta(days=2)
    assert [case.id async for case, _, _ in store.stories.walk(wanted, until)] == ["1"]
    assert await store.stories.count(wanted, until) == 1


async def test_the_count_is_that_of_the_walk(store: Store) -> None:
    """With the same filters, and never above the limit."""
    for n in range(5):
        await store.add(new(str(n), brand="a" if n % 2 else "b"))
    assert await store.stories.count(Filters()) == 5
    assert await store.stories.count(Filters(brand="a")) == 2
    assert await store.stories.count(Filters(), limit=3) == 3
