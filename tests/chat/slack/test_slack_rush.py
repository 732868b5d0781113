"""Many complaints at once: each has one card, whatever Slack asks of us meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from conftest import Desk, at_work

import bot.service
from bot.desk.case import Case
from bot.desk.ports import Writing
from bot.writer.templated import TemplatedWriter

FORWARDS = 40


@pytest.fixture(autouse=True)
def slow_drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft takes a fifth of a second."""

    class Slow(TemplatedWriter):
        async def write(self, case: Case) -> Writing:
            await asyncio.sleep(0.2)
            return await super().write(case)

    monkeypatch.setattr(bot.service, "TemplatedWriter", Slow)


def share(desk: Desk, number: int) -> dict[str, Any]:
    """A customer's message in another channel, as a forward carries it."""
    ts = f"17000{number:05}.000100"
    return {
        "is_share": True,
        "is_msg_unfurl": True,
        "channel_id": "C0BOUTIQUE",
        "channel_team": desk.slack.team,
        "ts": ts,
        "author_id": f"U0CLIENT{number}",
        "author_name": f"Client {number}",
        "text": f"Toujours rien reçu ! ({number})",
        "from_url": f"https://atelier-dupont.slack.com/archives/C0BOUTIQUE/p{ts.replace('.', '')}",
        "mrkdwn_in": ["text"],
    }


async def all_forwarded(desk: Desk, count: int = FORWARDS) -> None:
    shares = (share(desk, number) for number in range(count))
    done = await asyncio.gather(*(desk.slack.forward(desk.alex, desk.complaints, one) for one in shares))
    assert all(one.ok for one in done)


def cards_by_complaint(desk: Desk) -> Counter[str]:
    return Counter(card.metadata["event_payload"]["key"] for card in desk.cards())


async def until_all_have_cards(desk: Desk, count: int = FORWARDS) -> None:
    """What Slack has put off is drawn by the sweep of every minute; here it comes more often."""
    async with asyncio.timeout(20):
        while len(cards_by_complaint(desk)) < count:
            await asyncio.sleep(0.3)
            await desk.service.desk.review.catch_up()


async def test_forty_forwards_at_once_are_forty_cards(desk: Desk):
    """All are acknowledged before the first draft is written; none is lost, none comes twice."""
    await all_forwarded(desk)
    assert desk.cards() == []
    await desk.card(FORWARDS)
    assert set(cards_by_complaint(desk).values()) == {1}
    assert len(await desk.service.store.list()) == FORWARDS


async def test_slack_asks_for_patience(desk: Desk):
    """HTTP 429 now and then, with Retry-After: a card comes later, and once."""
    desk.slack.limit("chat.postMessage", per_second=20, burst=10)
    desk.slack.limit("reactions.add", per_second=200, burst=50)
    await all_forwarded(desk)
    await until_all_have_cards(desk)
    await asyncio.sleep(0.3)
    assert any(call.status == 429 for call in desk.slack.called("chat.postMessage"))
    assert (len(cards_by_complaint(desk)), len(desk.cards())) == (FORWARDS, FORWARDS)


async def test_slack_sends_events_again(desk: Desk):
    """An acknowledgement comes late for Slack, which sends the same event up to four times: it is one case."""
    desk.slack.patience = 0.02
    shares = (share(desk, number) for number in range(FORWARDS))
    await asyncio.gather(*(desk.slack.forward(desk.alex, desk.complaints, one) for one in shares))
    desk.slack.patience = 3.0
    await desk.card(FORWARDS)
    await asyncio.sleep(0.5)
    assert any(len(one.attempts) > 1 for one in desk.slack.deliveries)
    assert set(cards_by_complaint(desk).values()) == {1}
    assert len(await desk.service.store.list()) == FORWARDS


async def test_a_restart_in_the_middle_of_a_rush(team: Desk):
    """What was acknowledged before the process ended has its card after the next start."""
    async with at_work(team) as desk:
        await all_forwarded(desk, 20)
    async with at_work(team, pace=1000) as desk:
        await desk.card(20)
        assert set(cards_by_complaint(desk).values()) == {1}
        assert len(await desk.service.store.list()) == 20
