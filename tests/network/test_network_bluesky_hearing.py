"""Mentions are heard once each: in a rush, late ones, and never the brand's own."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.network.bluesky.hearing import LATE, PAGES, hear

OWN = "did:plc:acme"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def told(number: int, at: datetime, reason: str = "mention", by: str = "did:plc:lea") -> dict[str, Any]:
    return {
        "uri": f"at://{by}/app.bsky.feed.post/{number}",
        "reason": reason,
        "author": {"did": by, "handle": "lea.test"},
        "record": {"text": str(number), "createdAt": at.isoformat()},
        "indexedAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


class AppView:
    """Pages of ``size``, newest first, behind a cursor that is a time."""

    def __init__(self, size: int = 3) -> None:
        self.size = size
        self.held: list[dict[str, Any]] = []
        self.calls = 0

    async def page(self, cursor: str) -> dict[str, Any]:
        self.calls += 1
        newest = sorted(self.held, key=lambda one: one["indexedAt"], reverse=True)
        rest = [one for one in newest if not cursor or one["indexedAt"] < cursor]
        more = {"cursor": rest[self.size - 1]["indexedAt"]} if len(rest) > self.size else {}
        return {"notifications": rest[: self.size], **more}


async def drained(view: AppView, cursor: str) -> tuple[list[str], str]:
    """Everything behind the cursor, in as many goes as it takes."""
    said: list[str] = []
    while True:
        heard = await hear(cursor, view.page, OWN)
        said, cursor = said + [post.text for post in heard.posts], heard.cursor
        if '"behind":""' in cursor:
            return said, cursor


async def test_from_now_on_means_not_the_past():
    """The first time nothing is heard, whatever stands there; then what came since."""
    view = AppView()
    view.held = [told(n, START + timedelta(minutes=n)) for n in range(5)]
    heard = await hear("", view.page, OWN)
    assert heard.posts == ()
    view.held.append(told(9, datetime.now(UTC)))
    assert (await drained(view, heard.cursor))[0] == ["9"]


async def test_likes_and_our_own_posts_are_not_addressed_to_us():
    """Only mentions and replies, and only others'."""
    view, now = AppView(), datetime.now(UTC)
    cursor = (await hear("", view.page, OWN)).cursor
    view.held = [told(1, now, "like"), told(2, now, "mention", OWN), told(3, now, "reply"), told(4, now, "follow")]
    assert (await drained(view, cursor))[0] == ["3"]


async def test_a_rush_is_heard_to_its_end_in_several_goes():
    """One go reads so many pages and no more; the next ones go on below, and nothing is heard twice."""
    view, now = AppView(), datetime.now(UTC)
    cursor = (await hear("", view.page, OWN)).cursor
    view.held = [told(n, now + timedelta(seconds=n)) for n in range(100)]
    view.calls = 0
    first = await hear(cursor, view.page, OWN)
    assert view.calls == PAGES
    view.held.append(told(100, now + timedelta(seconds=101)))  # meanwhile
    rest, cursor = await drained(view, first.cursor)
    later, _ = await drained(view, cursor)
    said = [post.text for post in first.posts] + rest + later
    assert sorted(map(int, said)) == list(range(101))
    assert [post.text for post in first.posts] == sorted((post.text for post in first.posts), key=int)


async def test_one_that_turns_up_below_the_newest_is_heard():
    """Its author's clock was slow, or the network was: it is told once all the same."""
    view, now = AppView(), datetime.now(UTC)
    cursor = (await hear("", view.page, OWN)).cursor
    view.held = [told(1, now)]
    said, cursor = await drained(view, cursor)
    view.held.append(told(2, now - LATE / 2))
    assert (said, (await drained(view, cursor))[0]) == (["1"], ["2"])


STEPS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, int(LATE.total_seconds()) - 1)), max_size=12)


@settings(max_examples=40)
@given(STEPS, st.integers(1, 7))
def test_whatever_comes_is_heard_once(steps: list[tuple[int, int]], size: int):
    """Any number at a time, each a little late or not, in pages of any size."""

    async def walk() -> None:
        view, now, number, said = AppView(size), datetime.now(UTC), 0, []
        cursor = (await hear("", view.page, OWN)).cursor
        for come, late in steps:
            now += timedelta(seconds=7)
            for n in range(come):
                at = now - timedelta(seconds=late) + timedelta(milliseconds=n)
                view.held.append(told(number, at))
                number += 1
            heard, cursor = await drained(view, cursor)
            said += heard
        assert sorted(map(int, said)) == list(range(number))

    asyncio.run(walk())


async def test_the_cursor_stays_small_after_a_rush():
    """Only what was heard shortly before the newest is remembered."""
    view, now = AppView(100), datetime.now(UTC)
    cursor = (await hear("", view.page, OWN)).cursor
    for n in range(1_000):
        view.held.append(told(n, now + timedelta(minutes=n)))
    _, cursor = await drained(view, cursor)
    assert len(cursor) < 1_000
