"""What an answer of a network's API, or its absence, says; over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.desk.ports import NotSent, Refused, Unclear
from bot.network.wire import PAUSE, Trouble, Wire, WireError, outcome, wait_asked


@asynccontextmanager
async def wire(status: int = 200, **headers: str) -> AsyncIterator[Wire]:
    """A wire to a server that always answers so."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"error": "because"}, status=status, headers=headers)

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made = Wire(f"http://127.0.0.1:{runner.addresses[0][1]}", "@lune", reason=lambda body: str(body["error"]))
    try:
        yield made
    finally:
        await made.close()
        await runner.cleanup()


async def trouble(made: Wire, path: str = "/") -> WireError:
    with pytest.raises(WireError) as caught:
        await made.ask("GET", path)
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, Trouble.BROKEN),
        (401, Trouble.ACCESS),
        (403, Trouble.REFUSED),
        (404, Trouble.MISSING),
        (410, Trouble.MISSING),
        (422, Trouble.REFUSED),
        (429, Trouble.BUSY),
        (500, Trouble.BROKEN),
        (503, Trouble.BROKEN),
    ],
)
async def test_a_status_means_what_http_says(status: int, kind: Trouble) -> None:
    """With the network's own words; a redirect is not followed."""
    async with wire(status) as made:
        error = await trouble(made)
    assert (error.kind, error.says, error.status) == (kind, "because", status)


async def test_too_many_calls_pause_this_account() -> None:
    """The next one does not leave the house."""
    async with wire(429, **{"Retry-After": "7"}) as made:
        await trouble(made)
        assert (await trouble(made)).says == "paused"
        assert 5 < made.standing.pause <= 7


async def test_a_refused_access_is_a_problem_until_a_call_succeeds() -> None:
    """Mended by itself, without a restart."""
    async with wire(401) as refused, wire() as well:
        await trouble(refused)
        assert "@lune was refused access" in str(refused.standing.problem)
        well.standing = refused.standing
        await well.ask("GET", "/")
        assert well.standing.problem is None


async def test_no_other_host_is_called() -> None:
    """Wherever an answer points to."""
    async with wire() as made, wire() as other:
        address = str(other._client.base_url).replace("127.0.0.1", "localhost")
        assert (await trouble(made, address)).kind is Trouble.UNREACHED


async def test_nobody_at_the_other_end_is_surely_nothing_sent() -> None:
    """Connection refused: it may be tried again."""
    made = Wire("http://127.0.0.1:9", "@lune")
    error = await trouble(made)
    await made.close()
    assert isinstance(outcome(error, "x"), NotSent)


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        (Trouble.UNREACHED, NotSent),
        (Trouble.BUSY, NotSent),
        (Trouble.ACCESS, NotSent),
        (Trouble.MISSING, Refused),
        (Trouble.REFUSED, Refused),
        (Trouble.BROKEN, Unclear),
    ],
)
def test_only_what_surely_did_not_happen_is_tried_again(kind: Trouble, becomes: type) -> None:
    """What broke after sending may be public."""
    assert isinstance(outcome(WireError(kind), "x"), becomes)


def test_every_networks_way_to_say_wait_is_understood() -> None:
    """Seconds, a date, epoch seconds, an ISO time; else a minute is left."""
    later = datetime.now(UTC) + timedelta(seconds=90)
    for name, value in {
        "retry-after": "90",
        "ratelimit-reset": str(int(later.timestamp())),
        "x-ratelimit-reset": later.isoformat(),
        "x-rate-limit-reset": str(int(later.timestamp())),
    }.items():
        assert 85 < wait_asked({name: value}) <= 91
    assert wait_asked({"retry-after": later.strftime("%a, %d %b %Y %H:%M:%S GMT")}) > 85
    assert wait_asked({"retry-after": "soon"}) == 0
    assert PAUSE == 60


async def test_a_cancelled_call_leaves_nothing_open() -> None:
    """The desk's patience ends calls."""
    async with wire() as made:
        call = asyncio.create_task(made.ask("GET", "/"))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert (await made.ask("GET", "/")).status == 200
