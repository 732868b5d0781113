"""The web side, over real sockets."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
import pytest
from fastapi import Response

from bot import web as module
from bot.errors import SettingsError, StoreError
from bot.metrics import Metrics
from bot.store import Store
from bot.web import BODY_LIMIT, Answer, Health, serve, web


async def well() -> None:
    """A database that answers."""


async def numbers() -> tuple[bytes, str]:
    return b"portevoix_x 1\n", "text/plain; version=0.0.4; charset=utf-8"


class Slack:
    """Keeps what it is asked, and answers as a Slack app does."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, Mapping[str, str]]] = []

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> Response:
        self.asked.append((body, headers))
        return Response("challenge", status_code=202, headers={"x-from": "slack"})


@asynccontextmanager
async def visiting(health: Health | None = None, slack: Answer | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a site that is served."""
    async with (
        serve(web(health=health or Health(well), metrics=numbers, slack=slack)) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield client


async def told(health: Health, path: str) -> tuple[int, dict[str, object]]:
    async with visiting(health) as client, client.get(path) as answer:
        return answer.status, await answer.json()


# Slack


async def test_slack_gets_what_its_app_says():
    """Body and headers arrive untouched, since they are signed; the app's answer goes back as it is."""
    slack = Slack()
    signed = {"data": b"a=%C3%A9", "headers": {"X-Slack-Signature": "v0=1"}}
    async with visiting(slack=slack) as client, client.post("/slack/events", **signed) as answer:
        assert (answer.status, answer.headers["x-from"], await answer.text()) == (202, "slack", "challenge")
    body, headers = slack.asked[0]
    assert (body, headers["x-slack-signature"]) == (b"a=%C3%A9", "v0=1")


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000):
        yield b"x" * 1000
    yield b"x" * (size % 1000)


def whole(size: int) -> BytesIO:
    return BytesIO(b"x" * size)


@pytest.mark.parametrize("send", [whole, chunks], ids=["with its length told", "in chunks"])
async def test_a_body_that_is_too_large_is_refused(send):
    """Nobody fills our memory; the connection serves the next request."""
    slack = Slack()
    async with visiting(slack=slack) as client:
        for size, status in [(BODY_LIMIT + 1, 413), (3 * BODY_LIMIT, 413), (BODY_LIMIT, 202)]:
            async with client.post("/slack/events", data=send(size)) as answer:
                assert answer.status == status
    assert [len(body) for body, _ in slack.asked] == [BODY_LIMIT]


async def test_slack_is_only_posted_to():
    """A browser that opens the address does not reach the app."""
    slack = Slack()
    async with visiting(slack=slack) as client, client.get("/slack/events") as answer:
        assert answer.status == 405
    assert slack.asked == []


async def test_in_socket_mode_nothing_can_be_posted():
    """Where no app takes it there is no such address."""
    async with visiting() as client, client.post("/slack/events", data=b"{}") as answer:
        assert answer.status == 404


async def test_whoever_hangs_up_in_the_middle_is_no_error(caplog):
    """A cut connection is not worth a traceback."""
    slack = Slack()
    async with visiting(slack=slack) as client:
        _, writer = await asyncio.open_connection("127.0.0.1", client._base_url.port)
        writer.write(b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.05)
    assert (slack.asked, caplog.records) == ([], [])


# Health


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/health/live", {"live": True}),
        ("/health/ready", {"ready": True, "problems": [], "notices": []}),
        ("/health", {"live": True, "ready": True, "problems": [], "notices": []}),
    ],
)
async def test_all_is_well(path, body):
    """The three addresses say so, and with 200."""
    assert await told(Health(well), path) == (200, body)


async def test_a_chat_that_is_broken_makes_it_not_ready():
    """The sentence says which; the process itself lives."""
    health = Health(well, lambda: ["Slack T1: the token was revoked."])
    problems = {"ready": False, "problems": ["Slack T1: the token was revoked."], "notices": []}
    assert await told(health, "/health/ready") == (503, problems)
    assert await told(health, "/health") == (503, {"live": True, **problems})
    assert (await told(health, "/health/live"))[0] == 200


async def test_a_database_that_hangs_makes_it_not_ready(monkeypatch):
    """Nobody waits for it longer than two seconds."""
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    status, body = await told(Health(asyncio.Event().wait), "/health/ready")
    assert (status, body["problems"]) == (503, ["The database has not answered for 0.01 seconds."])


async def test_a_database_that_is_away_is_told_in_its_sentence():
    """A known error is the sentence for the person."""

    async def away():
        raise StoreError(reason="The database cannot be reached.")

    assert (await told(Health(away), "/health/ready"))[1]["problems"] == ["The database cannot be reached."]


async def test_an_unknown_error_of_the_database_stays_in_the_log(caplog):
    """What broke is for the log; the world learns that it did."""

    async def broken():
        raise ValueError("secret")

    assert (await told(Health(broken), "/health/ready"))[1]["problems"] == [
        "The database cannot be asked; the log says why."
    ]
    assert "the database could not be asked" in caplog.text


async def test_a_real_store_is_ready_and_counted(tmp_path):
    """Health and metrics ask the store itself."""
    async with Store.open(f"sqlite:///{tmp_path / 'cases.db'}") as store:
        site = web(health=Health(lambda: store.get("")), metrics=Metrics(store.count_by_status).render)
        async with serve(site) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            async with client.get("/health/ready") as answer:
                assert answer.status == 200
            async with client.get("/metrics") as answer:
                assert 'portevoix_cases{status="awaiting"} 0.0' in await answer.text()


# What everybody may see


async def test_metrics_keep_their_content_type():
    """Prometheus reads the version from it."""
    async with visiting() as client, client.get("/metrics") as answer:
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert await answer.text() == "portevoix_x 1\n"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/"])
async def test_there_are_no_other_pages(path):
    """Nothing describes the site to strangers."""
    async with visiting() as client, client.get(path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/health", "/nowhere"])
async def test_every_answer_has_the_same_headers(path):
    """No program's name, no guessing of types, no copies kept."""
    async with visiting() as client, client.get(path) as answer:
        assert "server" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


# Serving


async def test_a_port_that_is_taken_is_told_in_a_sentence():
    """The process does not simply end: whoever runs it learns which setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=f"WEB_PORT: another program listens on 127.0.0.1:{port}"):
            async with serve(web(health=Health(well), metrics=numbers), port=port):
                pass


async def test_an_address_of_another_machine_is_told_in_a_sentence():
    """It is WEB_HOST that is wrong then."""
    with pytest.raises(SettingsError, match="WEB_HOST"):
        async with serve(web(health=Health(well), metrics=numbers), host="192.0.2.1"):
            pass


async def test_the_signals_stay_ours():
    """Whoever runs the loop has said what SIGTERM and SIGINT do."""
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    async with visiting() as client, client.get("/health/live"):
        assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


async def test_it_closes_though_connections_stay_open():
    """A proxy keeps its connections; nobody waits for it. The port is free again afterwards."""
    site = web(health=Health(well), metrics=numbers)
    serving = serve(site)
    port = await serving.__aenter__()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        async with client.get("/health/live") as answer:
            await answer.read()
        async with asyncio.timeout(3):
            await serving.__aexit__(None, None, None)
    async with serve(site, port=port):
        pass


async def test_it_closes_though_an_answer_hangs(monkeypatch):
    """An answer under way has its time of grace, then it is cut."""
    monkeypatch.setattr(module, "GRACE", 1)
    hanging = web(health=Health(asyncio.Event().wait), metrics=numbers)
    monkeypatch.setattr(module, "PATIENCE", 60)
    serving = serve(hanging)
    port = await serving.__aenter__()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        asking = asyncio.create_task(client.get("/health/ready"))
        await asyncio.sleep(0.1)
        async with asyncio.timeout(3):
            await serving.__aexit__(None, None, None)
        assert (await asking).status == 500


async def test_it_closes_though_a_body_never_ends(monkeypatch):
    """Whoever holds back the rest of a request holds up nobody."""
    monkeypatch.setattr(module, "GRACE", 1)
    serving = serve(web(health=Health(well), metrics=numbers, slack=Slack()))
    port = await serving.__aenter__()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf")
    await asyncio.sleep(0.1)
    async with asyncio.timeout(3):
        await serving.__aexit__(None, None, None)
        await reader.read()  # to the end: the connection is closed
    writer.close()


def test_other_commands_load_none_of_it():
    """They answer in a quarter of a second."""
    slow = {"fastapi", "uvicorn", "prometheus_client"}
    code = f"import sys, bot.cli.demo, bot.cli.commands; print({slow} & {{*sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "set()\n"


async def test_an_error_of_ours_is_logged_and_not_shown(caplog):
    """Slack gets a 500, and tries again; the traceback is in our log."""

    async def broken(body: bytes, headers: Mapping[str, str]) -> Response:
        raise ValueError("secret")

    async with visiting(slack=broken) as client, client.post("/slack/events", data=b"{}") as answer:
        assert answer.status == 500
        assert "secret" not in await answer.text()
    assert "secret" in caplog.text
