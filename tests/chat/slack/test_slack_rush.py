"""Many complaints at once, and a Slack that is busy, has forgotten us, or has closed a channel."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_desk import Desk, at_work, people, write_prompts
from standin import Slack, drop, fail

import bot.service
from bot.desk.case import Case
from bot.desk.ports import Writing
from bot.writer.templated import TemplatedWriter

FORWARDS, FEWER = 40, 15


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


async def all_forwarded(desk: Desk, count: int = FEWER) -> None:
    shares = (share(desk, number) for number in range(count))
    done = await asyncio.gather(*(desk.slack.forward(desk.alex, desk.complaints, one) for one in shares))
    assert all(one.ok for one in done)


def cards_by_complaint(desk: Desk) -> Counter[str]:
    return Counter(card.metadata["event_payload"]["key"] for card in desk.cards())


async def until_all_have_cards(desk: Desk, count: int = FEWER) -> None:
    """What Slack has put off is drawn by the sweep of every minute; here it comes more often."""
    async with asyncio.timeout(20):
        while len(cards_by_complaint(desk)) < count:
            await asyncio.sleep(0.3)
            await desk.service.desk.review.catch_up()


async def test_forty_forwards_at_once_are_forty_cards(desk: Desk):
    """All are acknowledged before the first draft is written; none is lost, none comes twice."""
    await all_forwarded(desk, FORWARDS)
    assert desk.cards() == []
    await desk.card(FORWARDS)
    assert set(cards_by_complaint(desk).values()) == {1}
    assert len(await desk.service.store.list()) == FORWARDS


async def test_slack_asks_for_patience(desk: Desk):
    """HTTP 429 now and then, with Retry-After: a card comes later, and once."""
    desk.slack.limit("chat.postMessage", per_second=20, burst=5, full=False)
    desk.slack.limit("reactions.add", per_second=200, burst=20)
    await all_forwarded(desk)
    await until_all_have_cards(desk)
    await asyncio.sleep(0.3)
    assert any(call.status == 429 for call in desk.slack.called("chat.postMessage"))
    assert (len(cards_by_complaint(desk)), len(desk.cards())) == (FEWER, FEWER)


async def test_slack_sends_events_again(desk: Desk):
    """An acknowledgement comes late for Slack, which sends the same event up to four times: it is one case."""
    desk.slack.patience = 0.002
    shares = (share(desk, number) for number in range(FEWER))
    await asyncio.gather(*(desk.slack.forward(desk.alex, desk.complaints, one) for one in shares))
    desk.slack.patience = 3.0
    await desk.card(FEWER)
    await asyncio.sleep(0.3)
    assert any(len(one.attempts) > 1 for one in desk.slack.deliveries)
    assert set(cards_by_complaint(desk).values()) == {1}
    assert len(await desk.service.store.list()) == FEWER


async def test_a_restart_in_the_middle_of_a_rush(team: Desk):
    """What was acknowledged before the process ended has its card after the next start."""
    async with at_work(team) as desk:
        await all_forwarded(desk)
    async with at_work(team) as desk:
        await desk.card(FEWER)
        assert set(cards_by_complaint(desk).values()) == {1}
        assert len(await desk.service.store.list()) == FEWER


# What does not work is said once, and not tried for ever


async def health(desk: Desk) -> tuple[int, list[str]]:
    """Status and problems of /health/ready."""
    address = f"http://127.0.0.1:{desk.service.port}/health/ready"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, (await answer.json())["problems"]


async def minutes(desk: Desk, count: int) -> int:
    """Sweep as often as the service does in so many minutes; returns how many calls that made to Slack."""
    before = len(desk.slack.calls)
    for _ in range(count):
        await desk.service.desk.resume()
        await desk.service.desk.review.catch_up()
    return len(desk.slack.calls) - before


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]


async def test_a_token_that_is_withdrawn(desk: Desk, caplog: pytest.LogCaptureFixture):
    """Nothing is tried any more; the log says it once, and /health/ready as long as it lasts."""
    await all_forwarded(desk, 3)
    desk.slack.bad_tokens[desk.slack.bot_token] = "token_revoked"
    await desk.slack.until(lambda: errors(caplog))
    await asyncio.sleep(0.2)
    assert await minutes(desk, 5) == 0
    assert len(errors(caplog)) == 1
    assert await health(desk) == (503, [f"slack {desk.slack.team}: the token is refused (token_revoked)"])
    assert len(await desk.service.store.list()) == 3


async def test_a_channel_that_the_bot_has_to_leave(desk: Desk, caplog: pytest.LogCaptureFixture):
    """One call finds out, no sweep tries again; invited again, the bot brings what has waited."""
    await all_forwarded(desk, 3)
    desk.slack.channels[desk.complaints].members.remove(desk.slack.bot_user)
    await desk.slack.until(lambda: errors(caplog))
    await asyncio.sleep(0.2)
    assert await minutes(desk, 5) == 0
    assert len(errors(caplog)) == 1
    assert (await health(desk))[0] == 503
    await desk.slack.invite(desk.slack.bot_user, desk.complaints)
    await desk.card(3)
    assert await health(desk) == (200, [])


async def test_an_archived_channel(desk: Desk):
    """What stands in it stays as it is; nothing is tried for ever."""
    await all_forwarded(desk, 1)
    card = await desk.card()
    await desk.slack.settle()
    desk.slack.channels[desk.complaints].archived = True
    await desk.slack.react(desk.camille, desk.complaints, card.ts, "x")
    await asyncio.sleep(0.3)
    assert await minutes(desk, 5) == 0
    assert (await health(desk))[0] == 503


async def test_a_room_for_cards_that_moved_and_was_closed(slack: Slack, tmp_path: Path):
    """Cards in the old, archived room cannot follow their cases: that is found out once, too."""
    desk = people(slack, tmp_path)
    rooms = [slack.add_channel(name, [desk.camille, desk.alex]) for name in ("old", "new")]
    names = {"complaints": desk.complaints, "camille": desk.camille, "group": "S0NOBODY"}
    prompts = write_prompts(tmp_path / "prompts", **names, more=f"review: slack:{rooms[0]}\n")
    async with at_work(desk):
        await all_forwarded(desk, 1)
        card = await desk.card(room=rooms[0])
    brand = prompts / "brand.yaml"
    brand.write_text(brand.read_text().replace(rooms[0], rooms[1]))
    async with at_work(desk):
        await slack.react(desk.alex, rooms[0], card.ts, "eyes")
        slack.channels[rooms[0]].archived = True
        await slack.react(desk.camille, rooms[0], card.ts, "x")
        await asyncio.sleep(0.3)
        await minutes(desk, 1)
        assert await minutes(desk, 5) == 0


async def test_a_refusal_that_will_not_change(desk: Desk):
    """Only admins may post: neither the calls nor the log grow with every minute."""
    desk.slack.refuse_next("chat.postMessage", "restricted_action_read_only_channel", times=50)
    await all_forwarded(desk, 1)
    await desk.slack.until(lambda: desk.slack.called("chat.postMessage"))
    assert await minutes(desk, 5) <= 1


async def test_slack_is_down_for_a_while(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """A card that was posted just before nothing answered any more is found again, however long that took."""
    slack, now = desk.slack, bot.service.SystemClock.now
    slack.after("chat.postMessage", 1, drop())
    for number in range(1, 5):
        slack.before("conversations.history", number, fail(503, "service_unavailable"))
    await all_forwarded(desk, 1)
    await desk.card()
    await asyncio.sleep(0.3)
    for minute in range(1, 7):
        monkeypatch.setattr(bot.service.SystemClock, "now", lambda clock, m=minute: now(clock) + timedelta(minutes=m))
        await desk.service.desk.review.catch_up()
    assert len(slack.called("conversations.history")) >= 5
    assert len(desk.cards()) == 1


# Never to itself


@pytest.fixture
async def everything(slack: Slack, tmp_path: Path) -> Any:
    """A channel in which every message is a complaint; the cards stand in another."""
    desk = people(slack, tmp_path)
    room = slack.add_channel("relecture", [desk.camille, desk.alex])
    more = f"review: slack:{room}\nintake: everything\n"
    names = {"complaints": desk.complaints, "camille": desk.camille, "group": "S0NOBODY"}
    write_prompts(tmp_path / "prompts", **names, more=more)
    async with at_work(desk):
        yield desk, room


async def test_the_bot_never_answers_itself(everything: tuple[Desk, str]):
    """Its replies, cards, and reactions come back to it as events, and another app repeats them: no new case."""
    desk, room = everything
    slack, lea = desk.slack, desk.slack.add_user("Léa Moreau")
    await slack.post(lea, desk.complaints, "Toujours rien reçu !")
    card = await desk.card(room=room)
    await slack.press(desk.camille, room, card.ts, "approve")
    await desk.shows("Posted", room=room)
    [reply] = desk.cards(desk.complaints)
    await slack.settle()
    assert "nous cherchons" in reply.text
    await slack.forward(desk.camille, room, card)
    for channel in (room, desk.complaints):
        await slack.post("", channel, "", bot="Mirror", attachments=[slack.shared(card)])
    await asyncio.sleep(0.5)
    assert len(await desk.service.store.list()) == 1
    assert len(desk.cards(room)) == 1
