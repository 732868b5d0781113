"""``portevoix doctor``: what is wrong, in one line each, and how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import typer
from sqlalchemy import make_url

from bot.errors import PortevoixError
from bot.network.outbox import Outbox
from bot.settings import Settings
from bot.store.store import Store
from bot.voice.library import Library


@dataclass(frozen=True, slots=True)
class Look:
    """One thing looked at; ``wrong`` says what is the matter and how to mend it, empty when all is well."""

    what: str
    well: str = ""
    wrong: str = ""


async def run() -> bool:
    """Look at everything and say what was seen; True when all is well."""
    looks = [look async for look in _looks()]
    for look in looks:
        typer.echo(f"{'✗' if look.wrong else '✓'} {look.what}: {look.wrong or look.well}")
    return not any(look.wrong for look in looks)


async def _looks() -> AsyncIterator[Look]:
    try:
        settings = Settings.read()
    except PortevoixError as error:
        yield Look("settings", wrong=str(error))
        return
    yield Look("settings", well="read from the environment and .env")
    for look in _prompts(settings):
        yield look
    yield await _database(settings)
    yield await _outbox(settings)


def _prompts(settings: Settings) -> list[Look]:
    try:
        library = Library.load(settings.prompts)
    except PortevoixError as error:
        return [Look("prompts", wrong=line) for line in str(error).splitlines()]
    looks = [Look("prompts", wrong=str(problem)) for problem in library.problems]
    for brand_id, house in library.houses.items():
        languages = " and ".join(house.rules.languages)
        well = f"{house.brand.name}, {len(house.templates)} templates in {languages}"
        looks.append(Look(f"brand {brand_id}", well=well))
    return looks


async def _database(settings: Settings) -> Look:
    try:
        async with Store.open(settings.database_url) as store:
            counts = await store.count_by_status()
    except PortevoixError as error:
        return Look("database", wrong=str(error))
    where = make_url(settings.database_url).render_as_string(hide_password=True)
    return Look("database", well=f"{where} can be used; cases: {sum(counts.values())}")


async def _outbox(settings: Settings) -> Look:
    outbox = Outbox(settings.outbox_file)
    reason = await outbox.check()
    return Look("outbox", well=f"{settings.outbox_file} can be written", wrong=str(reason or ""))
