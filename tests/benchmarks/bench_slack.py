"""A rush in Slack: 200 forwards in 4 seconds, drafts of 5 seconds each, beside a bare Bolt app. Run by hand:

uv run python tests/benchmarks/bench_slack.py

The service and the bare app (an empty listener, the same web server) run in processes of their own; each has a Slack
of its own in this process, which sends to both in turn. Exits 1 where an acknowledgement or a card misses its bar.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

HERE = str(Path(__file__).resolve())
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "chat" / "slack")]

import psutil  # noqa: E402
from fastapi import FastAPI, Request, Response  # noqa: E402
from slack_desk import Desk, people, write_prompts  # noqa: E402
from standin import Delivery, Slack  # noqa: E402

BAR, TIMES_BARE, CARDS_WITHIN = 0.1, 1.5, 60.0
SAID = ("Toujours rien reçu, où est mon colis ?", "Still waiting for my parcel!", "The lamp arrived broken.")
READY = re.compile(rb"ready (\d+)|/health tells")


# --- the processes ---------------------------------------------------------------------------------------------------


async def service(seconds: float, pace: float) -> None:
    """Portevoix with a writer that takes its time, until it is told to stop."""
    import bot.service
    from bot.settings import Settings
    from bot.voice.library import Library
    from bot.writer.templated import TemplatedWriter

    class Slow(TemplatedWriter):
        async def write(self, case: Any) -> Any:
            await asyncio.sleep(seconds)
            return await super().write(case)

    bot.service.TemplatedWriter = Slow  # type: ignore[misc]
    settings = Settings.read()
    async with bot.service.serving(settings, Library.load(settings.prompts), pace=pace) as running:
        await until_stopped(running.port)


async def bare() -> None:
    """Bolt with an empty listener behind the same web server, or on a socket of its own."""
    from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.settings import Settings
    from bot.web import serve

    settings = Settings.read()
    client = AsyncWebClient(settings.slack_bot_token, base_url=settings.slack_api_url)
    secret = settings.slack_signing_secret or "none"
    app = AsyncApp(client=client, signing_secret=secret, process_before_response=True)

    @app.event(re.compile(""))
    async def nothing() -> None:
        pass

    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    answered = AsyncSlackRequestHandler(app)

    @site.post("/slack/events")
    async def events(request: Request) -> Response:
        return await answered.handle(request)

    async with serve(site) as port:
        if not settings.slack_app_token:
            await until_stopped(port)
            return
        asking = AsyncWebClient(settings.slack_app_token, base_url=settings.slack_api_url)
        handler = AsyncSocketModeHandler(app, settings.slack_app_token, web_client=asking)
        await handler.connect_async()
        await until_stopped(port)
        await handler.close_async()


async def until_stopped(port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", port, flush=True)
    await stop.wait()


# --- one side: a Slack, and what listens to it -----------------------------------------------------------------------


@dataclass
class Side:
    """A Slack with its people, and the process that listens; what was sent to it, and how it was acknowledged."""

    desk: Desk
    pid: int = 0
    ready: float = 0.0
    sent: list[Delivery] = field(default_factory=list)

    @property
    def acks(self) -> list[float]:
        return [one.seconds for one in self.sent]

    @property
    def rss(self) -> float:
        """Megabytes."""
        return psutil.Process(self.pid).memory_info().rss / 1e6


@asynccontextmanager
async def side(command: Sequence[str], *, socket: bool) -> AsyncIterator[Side]:
    """A process that runs our command, reached by a socket or by HTTP."""
    folder = Path(tempfile.mkdtemp(prefix="bench-slack-"))
    async with Slack() as slack:
        own = Side(people(slack, folder))
        group = slack.add_usergroup("managers", [own.desk.sacha])
        write_prompts(folder / "prompts", complaints=own.desk.complaints, camille=own.desk.camille, group=group)
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=folder, env=environment(own.desk, socket=socket), stdout=PIPE
        )
        try:
            port = await _port(process)
            own.pid, own.ready = process.pid, time.perf_counter() - begun
            if socket:
                await slack.connected()
            else:
                slack.url = f"http://127.0.0.1:{port}/slack/events"
            yield own
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            shutil.rmtree(folder)


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stdout
    async with asyncio.timeout(60):
        async for line in process.stdout:
            if found := READY.search(line):
                return int(found[1] or 0)
    sys.exit("the process has ended before it was ready")


def environment(desk: Desk, *, socket: bool) -> dict[str, str]:
    opens = {"SLACK_APP_TOKEN": desk.slack.app_token} if socket else {"SLACK_SIGNING_SECRET": desk.slack.signing_secret}
    more = {"PYTHONPATH": str(ROOT), "WEB_PORT": "0", "LOG_LEVEL": "error"}
    slack = {"SLACK_BOT_TOKEN": desk.slack.bot_token, "SLACK_API_URL": desk.slack.api}
    return os.environ | slack | opens | more


# --- the rush --------------------------------------------------------------------------------------------------------


async def rush(ours: Side, other: Side, count: int, within: float) -> None:
    """Forward to both in turn, each at its moment, whether the one before is acknowledged or not."""
    begun, gap = time.perf_counter(), within / count
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            for each, moment in ((ours, number), (other, number + 0.5)):
                await asyncio.sleep(begun + moment * gap - time.perf_counter())
                group.create_task(forward(each, number))


async def forward(each: Side, number: int) -> None:
    desk = each.desk
    attachment = {
        "is_share": True, "is_msg_unfurl": True, "channel_id": "C0BOUTIQUE", "channel_team": desk.slack.team,
        "ts": f"17000{number:05}.000100", "author_id": f"U0CLIENT{number}", "author_name": f"Client {number}",
        "text": f"{SAID[number % len(SAID)]} ({number})", "fallback": "…", "mrkdwn_in": ["text"],
        "from_url": f"{desk.slack.workspaces[desk.slack.team].url}archives/C0BOUTIQUE/p17000{number:05}000100",
    }  # fmt: skip
    each.sent.append(await desk.slack.forward(desk.alex, desk.complaints, attachment))


async def cards(ours: Side, count: int, within: float) -> Counter[str]:
    """How many cards stand there by complaint, once all are there or nobody waits any longer."""

    def found() -> Counter[str]:
        keys = (card.metadata.get("event_payload", {}).get("key", "?") for card in ours.desk.cards())
        return Counter(keys)

    try:
        await ours.desk.slack.until(lambda: len(found()) >= count, within=within)
        await asyncio.sleep(1)  # for one too many to come
    except TimeoutError:
        pass
    return found()


def told(name: str, seconds: Sequence[float]) -> str:
    at = sorted(one * 1000 for one in seconds)
    p99 = quantiles(at, n=100, method="inclusive")[98]
    return f"{name:10} p50 {median(at):6.1f} ms   p99 {p99:6.1f} ms   max {at[-1]:6.1f} ms"


async def measured(given: argparse.Namespace, *, socket: bool) -> bool:
    """One run by one way; returns whether every bar is met."""
    count = given.forwards
    way = "Socket Mode" if socket else "HTTP"
    print(f"--- {count} forwards in {given.within:g} s by {way}, drafts of {given.draft:g} s")
    slow = ["--draft", str(given.draft), "--pace", str(given.pace)]
    async with (
        side([HERE, "--as", "service", *slow], socket=socket) as ours,
        side([HERE, "--as", "bare"], socket=socket) as other,
    ):
        before = ours.rss
        await rush(ours, other, count, given.within)
        began = time.perf_counter()
        shown = await cards(ours, count, CARDS_WITHIN + count / given.pace)
        waited = time.perf_counter() - began
        await ours.desk.slack.settle()
        p99 = quantiles(ours.acks, n=100, method="inclusive")[98]
        ratio = median(ours.acks) / median(other.acks)
        bad = [one for one in (*ours.sent, *other.sent) if not one.ok or len(one.attempts) > 1]
        twice = sum(many > 1 for many in shown.values())
        echoes = [d.seconds for d in ours.desk.slack.deliveries if d not in ours.sent]
        print(told("Portevoix", ours.acks), told("bare Bolt", other.acks), sep="\n")
        print(told("its echoes", echoes), f"  ({len(echoes)}: Slack tells us of our own cards and reactions)")
        print(f"median {ratio:.2f} x the bare one's (bar {TIMES_BARE}); {len(bad)} not acknowledged at once")
        print(f"{len(shown)} cards of {count}, {count - len(shown)} lost, {twice} twice; {waited:.1f} s after the last")
        print(f"ready after {ours.ready:.2f} s, {before:.0f} MB then, {ours.rss:.0f} MB after the rush")
        return p99 < BAR and ratio <= TIMES_BARE and not bad and not twice and len(shown) == count


async def starts() -> None:
    """The real command: how long until it is ready, and how large it is then."""
    for socket in (True, False):
        async with side(["-m", "bot", "run"], socket=socket) as ours:
            way = "Socket Mode" if socket else "HTTP"
            print(f"portevoix run by {way}: ready after {ours.ready:.2f} s, {ours.rss:.0f} MB")


async def everything(given: argparse.Namespace) -> bool:
    await starts()
    fine = [await measured(given, socket=socket) for _ in range(given.rounds) for socket in (False, True)]
    return all(fine)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--forwards", type=int, default=200)
    options.add_argument("--within", type=float, default=4.0, help="seconds in which they come")
    options.add_argument("--draft", type=float, default=5.0, help="seconds that a draft takes")
    options.add_argument("--pace", type=float, default=1000, help="cards a second in one channel; Slack allows 1")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--as", dest="role", choices=["service", "bare"], help=argparse.SUPPRESS)
    given = options.parse_args()
    logging.basicConfig(level=logging.ERROR)
    if given.role:
        asyncio.run(service(given.draft, given.pace) if given.role == "service" else bare())
    else:
        sys.exit(not asyncio.run(everything(given)))


if __name__ == "__main__":
    main()
