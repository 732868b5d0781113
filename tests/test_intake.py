"""``POST /intake`` over real sockets, on a real store; and what a tester makes of its own description."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.app import intake_tokens
from bot.desk.case import Case, Complaint
from bot.errors import StoreError
from bot.intake import LONGEST, router
from bot.settings import Settings
from bot.store import Store
from bot.voice.library import Library
from bot.web import BODY_LIMIT, Health, serve, web

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
TOKEN, OTHER = "secret-lune", "secret-acme"
TOKENS = {TOKEN: "main", OTHER: "acme"}
GIVEN = {"text": "Toujours rien reçu !", "author": "@lea_m", "network": "x"}


async def nothing() -> Any:
    return b"", "text/plain"


def site_of(store: Store) -> Any:
    """The site as it runs; received complaints are stored and nothing else happens."""

    async def receive(complaint: Complaint) -> tuple[Case, bool]:
        return await store.add(Case(complaint=complaint, updated_at=datetime.now(UTC)))

    return web(health=Health(nothing), metrics=nothing, intake=router(TOKENS, receive, store.get))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(f"sqlite:///{tmp_path / 'cases.db'}") as opened:
        yield opened


@asynccontextmanager
async def tool(site: Any, token: str = TOKEN) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with serve(site) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as client:
        yield client


async def sent(store: Store, body: Any, token: str = TOKEN, **headers: str) -> tuple[int, Any]:
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    async with tool(site_of(store), token) as client, client.post("/intake", json=body, headers=told) as got:
        return got.status, await got.json()


async def count(store: Store) -> int:
    return sum((await store.count_by_status()).values())


async def test_a_complaint_becomes_a_case_of_the_token_s_brand(store: Store) -> None:
    """202, with where to ask how it stands."""
    async with tool(site_of(store), OTHER) as client:
        async with client.post("/intake", json=GIVEN) as got:
            told = await got.json()
            assert (got.status, got.headers["Location"]) == (202, told["cases"][0]["address"])
        async with client.get(told["cases"][0]["address"]) as got:
            assert (got.status, (await got.json())["status"]) == (200, "received")
    case = await store.get(told["cases"][0]["id"])
    assert case
    assert (case.brand, case.complaint.text, case.complaint.network) == ("acme", GIVEN["text"], "x")


async def test_a_link_is_the_same_complaint_as_when_it_is_forwarded(store: Store) -> None:
    """A tool and a colleague who bring the same post make one case."""
    status, told = await sent(store, {"link": "https://twitter.com/lea_m/status/1790000000000000001?s=20"})
    assert (status, told["cases"][0]["id"]) == (202, "x:1790000000000000001")


async def test_the_same_request_again_stores_nothing(store: Store) -> None:
    """By key, by id, or by the words themselves."""
    key = {"Idempotency_Key": "k1"}
    for headers, body in ((key, GIVEN), ({}, GIVEN | {"id": "7"}), ({}, GIVEN | {"text": "Cassé"})):
        first = (await sent(store, body, **headers))[1]["cases"][0]
        again = (await sent(store, body, **headers))[1]["cases"][0]
        assert (first["new"], again["new"], first["id"]) == (True, False, again["id"])
    assert await count(store) == 3


async def test_a_key_that_stands_for_something_else_is_refused(store: Store) -> None:
    """A sender's mistake is told, and the first complaint stays as it was; nothing of a batch is stored."""
    await sent(store, GIVEN, Idempotency_Key="k1")
    status, told = await sent(store, GIVEN | {"text": "Autre chose"}, Idempotency_Key="k1")
    assert (status, "another complaint" in told["detail"]) == (409, True)
    status, _ = await sent(store, [GIVEN | {"id": "a"}, GIVEN | {"id": "a", "text": "Autre chose"}])
    assert (status, await count(store)) == (409, 1)


async def test_a_batch_keeps_its_order(store: Store) -> None:
    """A hundred at most."""
    batch = [GIVEN | {"id": str(number)} for number in range(100)]
    status, told = await sent(store, batch)
    assert (status, [case["id"] for case in told["cases"]]) == (202, [f"intake:{number}" for number in range(100)])
    assert (await sent(store, [*batch, GIVEN]))[0] == 422


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "é"])
async def test_without_the_token_nothing_is_taken_and_nothing_told(store: Store, token: str) -> None:
    """Neither complaints nor how a case stands."""
    status, told = await sent(store, GIVEN, token)
    assert (status, told) == (401, {"detail": "The token is missing or wrong."})
    assert await count(store) == 0


async def test_a_brand_does_not_see_another_s_cases(store: Store) -> None:
    """A token opens its own brand."""
    address = (await sent(store, GIVEN))[1]["cases"][0]["address"]
    async with tool(site_of(store), OTHER) as client, client.get(address) as got:
        assert got.status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"text": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
        (b"\xff\xfe", 400),
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"text": "   "}', 422),
        (b'{"text": 7}', 422),
        (b'{"text": "\\ud800"}', 422),
        (b'{"text": "x", "txet": "y"}', 422),
        (b'{"link": "javascript:alert(1)"}', 422),
        (b'{"text": "x", "written_at": "yesterday"}', 422),
        (b'{"text": "x", "written_at": "2026-11-01T10:00:00"}', 422),
        (b'[{"text": "x"}, {"text": 7}]', 422),
        (b'{"text": "' + b"x" * (LONGEST + 1) + b'"}', 422),
        (b" " * (BODY_LIMIT + 1), 413),
    ],
)
async def test_a_wrong_body_has_a_sentence_and_stores_nothing(store: Store, body: bytes, status: int) -> None:
    """Giant, deep, of the wrong kind: a clear 4xx."""
    headers = {"Content-Type": "application/json"}
    async with tool(site_of(store)) as client, client.post("/intake", data=body, headers=headers) as got:
        assert got.status == status
        assert len(await got.text()) > 10
    assert await count(store) == 0


async def test_a_database_that_is_away_asks_for_another_try() -> None:
    """503: the tool sends it again, and nothing doubles."""

    async def away(_: object) -> Any:
        raise StoreError(reason="the database is away")

    site = web(health=Health(nothing), metrics=nothing, intake=router(TOKENS, away, away))
    async with tool(site) as client, client.post("/intake", json=GIVEN) as got:
        assert (got.status, "send them again" in (await got.json())["detail"]) == (503, True)


async def test_the_description_stands_where_the_intake_is(store: Store) -> None:
    """At /docs; without an intake there is neither."""
    async with tool(site_of(store)) as client, client.get("/docs") as page, client.get("/openapi.json") as document:
        assert (page.status, list((await document.json())["paths"])) == (200, ["/intake", "/intake/cases/{case_id}"])
    async with tool(web(health=Health(nothing), metrics=nothing)) as client, client.get("/docs") as page:
        assert page.status == 404


def test_a_brands_token_stands_in_the_environment_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A brand without one takes nothing in."""
    library = Library.load(Path(__file__).parents[1] / "prompts")
    monkeypatch.delenv("MAIN_INTAKE_TOKEN", raising=False)
    assert intake_tokens(Settings(), library) == {}
    monkeypatch.setenv("MAIN_INTAKE_TOKEN", TOKEN)
    assert intake_tokens(Settings(), library) == {TOKEN: "main"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The intake in a loop of its own, for a tester that knows no asyncio."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    address: list[str] = []

    async def serving() -> None:
        path = tmp_path_factory.mktemp("intake") / "cases.db"
        async with Store.open(f"sqlite:///{path}") as store, serve(site_of(store)) as port:
            address.append(f"http://127.0.0.1:{port}")
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serving(),))
    thread.start()
    assert ready.wait(20)
    yield address[0]
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), [("/intake", "POST"), ("/intake/cases/{case_id}", "GET")])
def test_whatever_fits_or_does_not_fit_the_description_gets_what_it_says(
    running: str, path: str, method: str, mode: GenerationMode
) -> None:
    """Property-based, from the document itself: no 5xx, no answer that the document does not name."""
    described = schemathesis.openapi.from_url(f"{running}/openapi.json")

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=described[path][method].as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)

    holds()
