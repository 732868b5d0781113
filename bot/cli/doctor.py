"""``portevoix doctor``: what is wrong, in one line each, and how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import typer
from sqlalchemy import make_url

from bot.app import access_to_model
from bot.errors import PortevoixError, SettingsError
from bot.network.outbox import Outbox
from bot.settings import Settings
from bot.store.store import Store
from bot.voice.library import Library

_ONE_HALF = (
    "there is an app token or a signing secret, and no SLACK_BOT_TOKEN: "
    "api.slack.com/apps → your app → Install App → Bot User OAuth Token (xoxb-…)"
)


@dataclass(frozen=True, slots=True)
class Look:
    """One thing looked at; ``wrong`` says what is the matter and how to mend it, empty when all is well.

    ``advice`` is for what works and could be better, or cannot be seen from here.
    """

    what: str
    well: str = ""
    wrong: str = ""
    advice: str = ""

    def __str__(self) -> str:
        sign = "✗" if self.wrong else "!" if self.advice else "✓"
        return f"{sign} {self.what}: {self.wrong or self.advice or self.well}"


async def run() -> bool:
    """Look at everything and say what was seen; True when nothing is wrong."""
    well = True
    async for look in _looks():
        typer.echo(str(look))
        well = well and not look.wrong
    return well


async def _looks() -> AsyncIterator[Look]:
    try:
        settings = Settings.read()
    except PortevoixError as error:
        yield Look("settings", wrong=str(error))
        return
    yield Look("settings", well="read from the environment and .env")
    library, prompts = _prompts(settings)
    for look in prompts:
        yield look
    yield await _database(settings)
    yield await _outbox(settings)
    for look in await _model(settings, library):
        yield look
    for look in await _networks(settings, library):
        yield look
    for look in await _slack(settings, library):
        yield look
    for look in await _discord(settings, library):
        yield look


def _prompts(settings: Settings) -> tuple[Library | None, list[Look]]:
    """The library too, where one can be built."""
    try:
        library = Library.load(settings.prompts)
    except PortevoixError as error:
        return None, [Look("prompts", wrong=line) for line in str(error).splitlines()]
    looks = [Look("prompts", wrong=str(problem)) for problem in library.problems]
    for brand_id, house in library.houses.items():
        languages = " and ".join(house.rules.languages)
        well = f"{house.brand.name}, {len(house.templates)} templates in {languages}"
        looks.append(Look(f"brand {brand_id}", well=well))
    return library, looks


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


async def _model(settings: Settings, library: Library | None) -> list[Look]:
    access = access_to_model(settings)
    if access is None:
        return [Look("model", well="not configured: drafts come from templates; the README says how")]
    from bot.cli import doctor_model  # the client takes most of a second

    return await doctor_model.looks(settings, access, library)


async def _networks(settings: Settings, library: Library | None) -> list[Look]:
    if library is None or not any(house.rules.accounts for house in library.houses.values()):
        return [Look("networks", well="no account is connected: replies are posted by hand; the README says how")]
    from bot.cli import networks  # what asks them, for those who have some

    found = await networks.seen(settings, library)
    return [Look(f"account {name}", well="may post", wrong=wrong) for name, wrong in found]


async def _slack(settings: Settings, library: Library | None) -> list[Look]:
    try:
        access = settings.slack
    except SettingsError as error:
        return [Look("slack", wrong=str(error))]
    if not access:
        half = settings.slack_app_token or settings.slack_signing_secret
        return [Look("slack", well="not configured; the README says how", wrong=_ONE_HALF if half else "")]
    from bot.cli import doctor_slack  # half a second of Slack's client, for those who use it

    return await doctor_slack.looks(settings, library)


async def _discord(settings: Settings, library: Library | None) -> list[Look]:
    if not settings.discord_bot_token:
        return [Look("discord", well="not configured; the README says how")]
    from bot.cli import doctor_discord  # another half second, for those who use it

    return await doctor_discord.looks(settings, library)
