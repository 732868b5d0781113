"""``portevoix run``: every configured chat, and the web beside it, until somebody stops it."""

from __future__ import annotations

import asyncio
import logging
import signal

import typer

from bot.service import Service, serving
from bot.settings import Settings
from bot.voice.library import Library

log = logging.getLogger(__name__)


async def run(settings: Settings, library: Library) -> None:
    """Serve until SIGINT or SIGTERM; what is under way is finished then, within ten seconds."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(settings, library) as service:
        typer.echo(_ready(settings, service))
        await stop.wait()
        log.info("stopping")


def _ready(settings: Settings, service: Service) -> str:
    rooms = " and ".join(side.where() for side in service.sides)
    return f"Portevoix is at work in {rooms}. http://{settings.web_host}:{service.port}/health tells how it is."
