"""A rush in Discord: 200 forwards in 4 seconds, drafts of 5 seconds each, beside a bare discord.py client. By hand:

uv run python tests/benchmarks/bench_discord.py

The service and the bare client (an empty listener, a command that answers at once) run in processes of their own; each
has a Discord of its own in this process. Of a forward it is measured how long after its gateway event the case is
stored (the bare client: its listener runs), of a click and a command how long until Discord has the first answer.
Exits 1 where one of them or a card misses its bar.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
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
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "chat" / "discord")]

import psutil  # noqa: E402
from discord_desk import Desk, people, write_prompts  # noqa: E402
from discord_standin import Delivery, Discord  # noqa: E402

BAR, CARDS_WITHIN = 0.1, 60.0
SAID = ("Toujours rien reçu, où est mon colis ?", "Still waiting for my parcel!", "The lamp arrived broken.")
TIMES = "times.jsonl"  # what the process tells of each forward: the id of the message, and when it was done


# --- the processes ---------------------------------------------------------------------------------------------------


def reach() -> None:
    """Move discord.py's two base addresses to the stand-in."""
    from discord.gateway import DiscordWebSocket
    from discord.http import Route
    from yarl import URL

    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = os.environ["BENCH_API"], URL(os.environ["BENCH_GATEWAY"])


async def service(seconds: float) -> None:
    """Portevoix with a writer that takes its time, until it is told to stop."""
    import bot.service
    from bot.settings import Settings
    from bot.store.store import Store
    from bot.voice.library import Library
    from bot.writer.templated import TemplatedWriter

    class Slow(TemplatedWriter):
        async def write(self, case: Any) -> Any:
            await asyncio.sleep(seconds)
            return await super().write(case)

    add = Store.add

    async def timed(self: Store, case: Any) -> Any:
        result = await add(self, case)
        note(case.id.rpartition(":")[2])
        return result

    bot.service.TemplatedWriter, Store.add = Slow, timed  # type: ignore[misc,method-assign]
    settings = Settings.read()
    async with bot.service.serving(settings, Library.load(settings.prompts)):
        await until_stopped()


async def bare() -> None:
    """discord.py with an empty listener, and a command that answers at once."""
    import discord
    from discord import app_commands

    client = discord.Client(intents=discord.Intents(guilds=True, guild_messages=True, message_content=True))
    tree = app_commands.CommandTree(client)

    @client.event
    async def on_message(message: discord.Message) -> None:
        if message.reference:
            note(str(message.reference.message_id))

    @tree.command(name="reply", description="…")
    async def reply(interaction: discord.Interaction, text: str = "") -> None:
        await interaction.response.defer(ephemeral=True)

    async with client:
        await client.login(os.environ["DISCORD_BOT_TOKEN"])
        await tree.sync()
        running = asyncio.create_task(client.connect())
        await client.wait_until_ready()
        await until_stopped()
        await client.close()
        await running


def note(message: str) -> None:
    """A forward is done."""
    with Path(TIMES).open("a") as told:
        print(json.dumps([message, time.time()]), file=told)


async def until_stopped() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)
    await stop.wait()


# --- one side: a Discord, and what listens to it ---------------------------------------------------------------------


@dataclass
class Side:
    """A Discord with its people, and the process that listens; what was sent to it."""

    desk: Desk
    pid: int = 0
    ready: float = 0.0
    sent: dict[str, float] = field(default_factory=dict)  # forwarded message -> when
    asked: list[Delivery] = field(default_factory=list)  # clicks and commands

    @property
    def took(self) -> list[float]:
        """Seconds from a forward's event until it was done; one for each, also where it was told twice."""
        done: dict[str, float] = {}
        for line in (self.desk.folder / TIMES).read_text().splitlines():
            message, at = json.loads(line)
            done.setdefault(message, at)
        return [done[message] - at for message, at in self.sent.items() if message in done]

    @property
    def rss(self) -> float:
        """Megabytes."""
        return psutil.Process(self.pid).memory_info().rss / 1e6


@asynccontextmanager
async def side(*command: str) -> AsyncIterator[Side]:
    """A process that runs our command."""
    folder = Path(tempfile.mkdtemp(prefix="bench-discord-"))
    async with Discord() as discord:
        own = Side(people(discord, folder))
        names = {"complaints": own.desk.complaints, "camille": own.desk.camille, "role": own.desk.role}
        write_prompts(folder / "prompts", **names)
        (folder / TIMES).touch()
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, HERE, *command, cwd=folder, env=environment(discord), stdout=PIPE
        )
        try:
            await _ready(process)
            own.pid, own.ready = process.pid, time.perf_counter() - begun
            await discord.connected()
            yield own
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            shutil.rmtree(folder)


async def _ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout
    async with asyncio.timeout(60):
        if b"ready" not in await process.stdout.readline():
            sys.exit("the process has ended before it was ready")


def environment(discord: Discord) -> dict[str, str]:
    where = {"BENCH_API": discord.api, "BENCH_GATEWAY": discord.gateway, "DISCORD_BOT_TOKEN": discord.bot_token}
    return os.environ | where | {"PYTHONPATH": str(ROOT), "WEB_PORT": "0", "LOG_LEVEL": "error"}


# --- the rush --------------------------------------------------------------------------------------------------------


async def rush(sides: Sequence[Side], count: int, within: float, every: int) -> None:
    """Forward to each in turn, each at its moment; now and then somebody asks for the queue."""
    begun, gap = time.perf_counter(), within / count
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            for each, moment in zip(sides, (number, number + 0.5), strict=False):
                await asyncio.sleep(begun + moment * gap - time.perf_counter())
                await forward(each, number)
                if number % every == 0:
                    group.create_task(ask(each, number))


async def forward(each: Side, number: int) -> None:
    discord = each.desk.discord
    shot = {"type": 0, "content": f"{SAID[number % len(SAID)]} ({number})", "embeds": [], "attachments": []}
    shot |= {"timestamp": "2026-01-01T10:00:00+00:00", "edited_timestamp": None, "flags": 0, "mentions": []}
    at = time.time()
    told = await discord.forward(each.desk.alex, each.desk.complaints, shot | {"components": []})
    each.sent[told.payload["message_reference"]["message_id"]] = at


async def ask(each: Side, number: int) -> None:
    """A command; and a click on a card that stands there."""
    desk = each.desk
    each.asked.append(await desk.discord.command(desk.camille, desk.complaints, "reply", text="queue"))
    if card := next(iter(desk.cards()), None):
        act = "pv:edit:1" if number % 2 else "pv:add:1"
        each.asked.append(await desk.discord.press(desk.camille, card, act))


async def cards(ours: Side, count: int, within: float) -> Counter[int]:
    """How many cards stand there by complaint, once all are there or nobody waits any longer."""

    def found() -> Counter[int]:
        return Counter(card.components[0].get("id", 0) for card in ours.desk.cards())

    try:
        await ours.desk.discord.until(lambda: len(found()) >= count, within=within)
        await asyncio.sleep(1)  # for one too many to come
    except TimeoutError:
        pass
    return found()


def told(name: str, seconds: Sequence[float]) -> str:
    at = sorted(one * 1000 for one in seconds)
    return f"{name:22} p50 {median(at):6.1f} ms   p99 {p99(at):6.1f} ms   max {at[-1]:6.1f} ms   ({len(at)})"


def p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


async def measured(given: argparse.Namespace) -> bool:
    """One run; returns whether every bar is met."""
    count = given.forwards
    print(f"--- {count} forwards in {given.within:g} s, drafts of {given.draft:g} s")
    async with side("--as", "service", "--draft", str(given.draft)) as ours, side("--as", "bare") as other:
        await forward(ours, -1)  # a card that can be pressed
        await ours.desk.card()
        before = ours.rss
        await rush((ours, other), count, given.within, given.every)
        began = time.perf_counter()
        shown = await cards(ours, count + 1, CARDS_WITHIN)
        waited = time.perf_counter() - began
        answers, others = ([one.seconds for one in each.asked] for each in (ours, other))
        print(told("stored", ours.took), told("bare listener", other.took), sep="\n")
        print(told("answered", answers), told("bare command", others), sep="\n")
        bad = [one for one in ours.asked if not one.ok]
        lost, twice = count + 1 - len(shown), sum(many > 1 for many in shown.values())
        print(f"{len(ours.took)} stored of {count + 1}, {len(bad)} clicks and commands without an answer")
        print(f"{len(shown)} cards of {count + 1}, {lost} lost, {twice} twice; {waited:.1f} s after the last forward")
        print(f"ready after {ours.ready:.2f} s, {before:.0f} MB then, {ours.rss:.0f} MB after the rush")
        quick = p99(ours.took) < BAR and p99(answers) < BAR
        return quick and not bad and not lost and not twice and len(ours.took) == count + 1


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--forwards", type=int, default=200)
    options.add_argument("--within", type=float, default=4.0, help="seconds in which they come")
    options.add_argument("--draft", type=float, default=5.0, help="seconds that a draft takes")
    options.add_argument("--every", type=int, default=5, help="a command and a click at every nth forward")
    options.add_argument("--as", dest="role", choices=["service", "bare"], help=argparse.SUPPRESS)
    given = options.parse_args()
    logging.basicConfig(level=logging.ERROR)
    if given.role:
        reach()
        asyncio.run(service(given.draft) if given.role == "service" else bare())
    else:
        sys.exit(not asyncio.run(measured(given)))


if __name__ == "__main__":
    main()
