"""How Slack reaches us: signed requests, sockets, repeats, and every payload that was ever recorded."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_desk import Desk, at_work
from standin import fail

from bot.chat.later import Later
from bot.errors import SettingsError

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "payloads_slack.jsonl"


@pytest.fixture
async def desk(team: Desk) -> AsyncIterator[Desk]:
    """A team at work, reached by HTTP."""
    async with at_work(team, slack_signing_secret=team.slack.signing_secret, slack_app_token="") as desk:
        desk.slack.url = f"http://127.0.0.1:{desk.service.port}/slack/events"
        yield desk


async def sent(desk: Desk, body: str, headers: dict[str, str]) -> int:
    async with aiohttp.ClientSession() as client, client.post(desk.slack.url, data=body, headers=headers) as answer:
        return answer.status


async def test_a_complaint_goes_its_way_by_http(desk: Desk):
    """The same listeners, the same card, the same reply."""
    assert (await desk.slack.verify_url()).ok
    delivery = await desk.slack.command(desk.alex, desk.complaints, "/reply", "Toujours rien reçu !")
    assert delivery.status == 200
    card = await desk.card()
    assert (await desk.slack.react(desk.camille, desk.complaints, card.ts, "eyes")).status == 200
    await desk.shows("Camille Durand is on it")


async def test_a_request_that_slack_did_not_sign_is_refused(desk: Desk):
    """No signature, a wrong one, an old one: nothing is read."""
    body = json.dumps({"type": "event_callback", "event": {"type": "message", "text": "hi"}})
    signed = desk.slack.signed(body)
    old = {**signed, "X-Slack-Request-Timestamp": str(int(time.time()) - 3600)}
    statuses = [await sent(desk, body, headers) for headers in ({}, old, {**signed, "X-Slack-Signature": "v0=00"})]
    assert statuses == [401, 401, 401]


async def test_what_could_not_be_stored_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """The database is away for a moment: the forward was noted before Slack heard "ok", and is tried again."""
    store, calls = desk.service.store, []
    add = store.add

    async def add_the_second_time(case: Any) -> Any:
        calls.append(case.id)
        if len(calls) == 1:
            raise ConnectionError("the database is away")
        return await add(case)

    monkeypatch.setattr(store, "add", add_the_second_time)
    shop = desk.slack.add_channel("boutique", [desk.alex])
    await desk.slack.post(desk.alex, shop, "Toujours rien reçu !")
    delivery = await desk.slack.forward(desk.alex, desk.complaints, desk.slack.messages_in(shop)[-1])
    assert [attempt.status for attempt in delivery.attempts] == [200]
    await desk.slack.until(lambda: calls)
    monkeypatch.setattr("bot.chat.slack.side.LEFT", 0.0)
    for side in desk.service.sides:
        await side.catch_up()
    await desk.card()
    assert len(set(calls)) == 1
    assert store.inbox.left() == []


async def test_what_can_neither_be_stored_nor_kept_comes_again(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Then Slack is not told "ok", and sends it again."""
    store, calls = desk.service.store, []
    monkeypatch.setattr(store.inbox, "keep", lambda *_: False)
    add = store.add

    async def add_the_second_time(case: Any) -> Any:
        calls.append(case.id)
        if len(calls) == 1:
            raise ConnectionError("the database is away")
        return await add(case)

    monkeypatch.setattr(store, "add", add_the_second_time)
    shop = desk.slack.add_channel("boutique", [desk.alex])
    await desk.slack.post(desk.alex, shop, "Toujours rien reçu !")
    delivery = await desk.slack.forward(desk.alex, desk.complaints, desk.slack.messages_in(shop)[-1])
    assert [attempt.status for attempt in delivery.attempts] == [500, 200]
    await desk.card()


async def test_an_event_that_comes_twice_is_one(desk: Desk):
    """A repeat that Slack sends although we had answered changes nothing and tells nobody."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "Toujours rien reçu !")
    card = await desk.card()
    delivery = await desk.slack.react(desk.alex, desk.complaints, card.ts, "repeat")
    await desk.card(2)
    before = len(desk.slack.ephemerals_for(desk.alex))
    await desk.slack.event(delivery.payload)
    await asyncio.sleep(0.1)
    assert len(desk.cards()) == 2
    assert len(desk.slack.ephemerals_for(desk.alex)) == before


def as_sent(desk: Desk, kind: str, payload: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """A recorded payload as Slack posts it: events as JSON, everything else in a form."""
    if kind.startswith(("event", "fragment", "FileObject", "schema")):
        body = payload if "event" in payload else {"type": "event_callback", "event": {"type": "message", **payload}}
        text, kind = json.dumps(body), "application/json"
    else:
        form = payload if kind == "slash_command" else {"payload": json.dumps(payload)}
        text, kind = urlencode(form), "application/x-www-form-urlencoded"
    return text, desk.slack.signed(text) | {"Content-Type": kind}


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded payloads are not on this machine")
async def test_every_recorded_payload_is_answered(desk: Desk, caplog: pytest.LogCaptureFixture):
    """Whatever Slack has ever sent: an answer, no exception."""
    for row in [json.loads(line) for line in RECORDED.read_text().splitlines()]:
        text, headers = as_sent(desk, row["kind"], row["payload"])
        assert await sent(desk, text, headers) in {200, 404}, row["id"]
    await asyncio.sleep(0.2)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


async def test_health_and_metrics(desk: Desk):
    """An operator sees that it works, and how much."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "Toujours rien reçu !")
    await desk.card()
    base = desk.slack.url.removesuffix("/slack/events")
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{base}/health") as answer:
            assert (answer.status, (await answer.json())["problems"]) == (200, [])
        async with client.get(f"{base}/metrics") as answer:
            told = await answer.text()
    assert 'portevoix_cases{status="awaiting"} 1.0' in told
    assert 'portevoix_acknowledgement_seconds_count{kind="command"} 1.0' in told


async def test_a_withdrawn_token_is_said_once(desk: Desk, caplog: pytest.LogCaptureFixture):
    """Nothing is tried for ever; /health says what is wrong."""
    desk.slack.bad_tokens[desk.slack.bot_token] = "token_revoked"
    for number in range(3):
        await desk.slack.command(desk.alex, desk.complaints, "/reply", f"Toujours rien reçu ! {number}")
    base = desk.slack.url.removesuffix("/slack/events")

    async def problems() -> list[str]:
        async with aiohttp.ClientSession() as client, client.get(f"{base}/health/ready") as answer:
            return (await answer.json())["problems"]

    async with asyncio.timeout(5):
        while not await problems():  # noqa: ASYNC110  # it is asked over HTTP
            await asyncio.sleep(0.02)
    calls = len(desk.slack.calls)
    for _ in range(3):
        await desk.service.desk.resume()
    assert "token" in (await problems())[0]
    assert [r for r in caplog.records if "does not know our token" in r.getMessage()][1:] == []
    assert len(desk.slack.calls) == calls
    assert len(await desk.service.store.list()) == 3


async def test_a_refused_token_at_the_start(team: Desk):
    """A sentence that names the setting, not a traceback."""
    team.slack.bad_tokens[team.slack.bot_token] = "invalid_auth"
    with pytest.raises(SettingsError, match=r"SLACK_BOT_TOKEN: Slack refuses it \(invalid_auth\)"):
        async with at_work(team):
            pass


async def test_a_busy_slack_is_waited_for(team: Desk):
    """429 with its wait is honoured: the card comes, once."""
    async with at_work(team) as desk:
        desk.slack.before("chat.postMessage", 1, fail(429, "ratelimited", {"Retry-After": "1"}))
        await desk.slack.command(desk.alex, desk.complaints, "/reply", "Toujours rien reçu !")
        await asyncio.sleep(0.3)
        assert desk.cards() == []
        await desk.service.desk.review.catch_up()
        await desk.card()
        assert len(desk.cards()) == 1


async def test_a_process_that_ends_right_after_its_acknowledgement(team: Desk, monkeypatch: pytest.MonkeyPatch):
    """What Slack was told "ok" for is worked through by the next start."""
    shop = team.slack.add_channel("boutique", [team.alex])
    with monkeypatch.context() as patch:
        async with at_work(team) as desk:
            patch.setattr(Later, "start", lambda _, work: work.close())
            await desk.slack.post(desk.alex, shop, "Toujours rien reçu !")
            delivery = await desk.slack.forward(desk.alex, desk.complaints, desk.slack.messages_in(shop)[-1])
            assert delivery.ok
            assert await desk.service.store.list() == []
    async with at_work(team) as desk:
        assert "Toujours rien" in (await desk.card()).seen
