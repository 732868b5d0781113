"""``/meta/webhook``: what Facebook and Instagram tell becomes cases, when it is signed with the brand's secret."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.desk.case import Case, Complaint
from bot.listening import MetaHook
from bot.network.accounts import Connected
from bot.store import Store
from bot.web import Health, serve, web
from tests.fakes import FakeClock
from tests.network.test_network_accounts import FakeRoom, spec

SECRETS = {"app_secret": "s3cret", "verify_token": "v3rify"}
COMMENT = {
    "field": "feed",
    "value": {
        "item": "comment", "verb": "add", "comment_id": "100_7", "post_id": "42_100", "parent_id": "42_100",
        "message": "Toujours rien reçu !", "created_time": 1_772_000_000, "from": {"id": "9", "name": "Léa Moreau"},
    },
}  # fmt: skip
TOLD = {"object": "page", "entry": [{"id": "42", "time": 1_772_000_000, "changes": [COMMENT]}]}


async def nothing() -> Any:
    return b"", "text/plain"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(f"sqlite:///{tmp_path / 'cases.db'}") as opened:
        yield opened


@asynccontextmanager
async def meta(store: Store, *, listen: bool = True, fails: bool = False) -> AsyncIterator[aiohttp.ClientSession]:
    """Meta's side of a site at work."""
    clock = FakeClock()

    async def receive(complaint: Complaint) -> object:
        if fails:
            raise ConnectionError("the database is away")
        return await store.add(Case(complaint=complaint, updated_at=clock.now()))

    page = FakeRoom(spec(network="facebook", id="42", listen=listen, secrets=SECRETS))
    hook = MetaHook([Connected(page)], receive, clock)
    site = web(health=Health(nothing), metrics=nothing, meta=hook)
    async with serve(site) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        yield client


def signed(body: bytes, secret: str = "s3cret") -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


async def told(client: aiohttp.ClientSession, body: bytes, secret: str = "s3cret") -> int:
    async with client.post("/meta/webhook", data=body, headers=signed(body, secret)) as got:
        return got.status


async def test_a_comment_becomes_a_case_once(store: Store) -> None:
    """Meta tells things twice."""
    async with meta(store) as client:
        assert [await told(client, json.dumps(TOLD).encode()) for _ in range(2)] == [200, 200]
    [case] = [case async for case in store.export()]
    assert (case.complaint.text, case.complaint.network) == ("Toujours rien reçu !", "facebook")
    assert case.complaint.source.startswith("account:facebook:")


async def test_what_is_not_signed_with_our_secret_is_not_read(store: Store) -> None:
    """Anybody may post to a public address; and an account that does not listen is told nothing."""
    async with meta(store) as client:
        assert await told(client, json.dumps(TOLD).encode(), "wrong") == 403
    async with meta(store, listen=False) as client:
        assert await told(client, json.dumps(TOLD).encode()) == 403
    assert [case async for case in store.export()] == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"entry": 7}', b"[" * 100_000])
async def test_a_signed_body_that_says_nothing_is_taken(store: Store, body: bytes) -> None:
    """Or Meta would send it for days."""
    async with meta(store) as client:
        assert await told(client, body) == 200


async def test_what_cannot_be_stored_is_asked_for_again(store: Store) -> None:
    """Nothing is lost: 503 brings it back."""
    async with meta(store, fails=True) as client:
        assert await told(client, json.dumps(TOLD).encode()) == 503


async def test_the_address_is_confirmed_to_who_knows_the_token(store: Store) -> None:
    """As Meta asks once, when the address is entered."""
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "v3rify"}
    async with meta(store) as client:
        async with client.get("/meta/webhook", params=asked) as got:
            assert (got.status, await got.text()) == (200, "1158201444")
        async with client.get("/meta/webhook", params=asked | {"hub.verify_token": "guess"}) as got:
            assert got.status == 403
