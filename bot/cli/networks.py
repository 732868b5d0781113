"""``portevoix networks list | check | whoami | try``: the brands' accounts, without posting anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import specs
from bot.chat.console.card import plain
from bot.desk.case import Complaint
from bot.network.account import Capabilities, PostGone, Spec, Unread
from bot.network.accounts import Accounts, Connected
from bot.network.dispatch import ByNetwork
from bot.network.links import recognise
from bot.network.manual import Manual
from bot.settings import Settings
from bot.voice.library import Library

NONE = "No account is connected: name some under `accounts` in brand.yaml (the README says how)."


@asynccontextmanager
async def connected(settings: Settings, library: Library) -> AsyncIterator[Accounts]:
    """Every account that brand.yaml names, as far as it can be built."""
    accounts = Accounts(ByNetwork({}, Manual()))
    await accounts.follow(specs(settings, library))
    try:
        yield accounts
    finally:
        await accounts.close()


async def listing(settings: Settings, library: Library) -> None:
    """A table of the accounts, then what is wrong with those that cannot be used."""
    table = Table(box=None, header_style="dim")
    for title in ("brand", "network", "name", "account", "can", "listens", "secrets"):
        table.add_column(title)
    async with connected(settings, library) as accounts:
        for one in accounts:
            table.add_row(*map(Text, _row(one)))
        if table.row_count:
            Console(highlight=False).print(table)
        _say_wrong(accounts)


def _row(one: Connected) -> Iterator[str]:
    spec = one.spec
    yield from (spec.brand, spec.network, spec.name, one.speaks_as(_about(spec, "")))
    can = [field.name.replace("_", " ") for field in fields(Capabilities) if getattr(one.room.can, field.name)]
    yield ", ".join(["reply", *can])
    yield "yes" if spec.listen else ""
    yield ", ".join(spec.secret_name(short) for short in spec.secrets)


def _say_wrong(accounts: Accounts) -> bool:
    for spec, says in accounts.wrong:
        typer.echo(f"✗ {_named(spec)}: {says}")
    if not accounts.wrong and not list(accounts):
        typer.echo(NONE)
    return bool(accounts.wrong)


async def check(settings: Settings, library: Library) -> bool:
    """One line per account; True when all may post."""
    found = await seen(settings, library)
    for name, wrong in found:
        typer.echo(f"✗ {name}: {wrong}" if wrong else f"✓ {name}: may post")
    if not found:
        typer.echo(NONE)
    return not any(wrong for _, wrong in found)


async def seen(settings: Settings, library: Library) -> list[tuple[str, str]]:
    """Every account by its name, and why it may not post; empty where it may."""
    async with connected(settings, library) as accounts:
        wrong = [(_named(spec), says) for spec, says in accounts.wrong]
        return wrong + [(_named(one.spec), await _wrong_with(one)) for one in accounts]


async def _wrong_with(one: Connected) -> str:
    try:
        await one.room.whoami()
    except Unread as error:
        return str(error.remark)
    return str(one.room.problem or "")


async def whoami(settings: Settings, library: Library) -> bool:
    """One line per account: its name on the network; True when all are known there."""
    async with connected(settings, library) as accounts:
        wrong = _say_wrong(accounts)
        for one in accounts:
            try:
                typer.echo(f"✓ {_named(one.spec)}: {plain(await one.room.whoami())}")
            except Unread as error:
                wrong = True
                typer.echo(f"✗ {_named(one.spec)}: {error.remark}")
    return not wrong


async def attempt(settings: Settings, library: Library, brand: str, link: str, text: str) -> bool:
    """What stands behind the link, and how long the reply would be; False where the post cannot be read."""
    house = library.house(brand)
    network = recognise(link).network
    async with connected(settings, library) as accounts:
        own = [one for one in accounts if one.spec.brand == house.brand.id]
        one = next((one for one in own if one.name == network), None) or await _whose(own, link)
        if one is None:
            typer.echo(f"{house.brand.name} has no account for this link ({network}); its replies are posted by hand.")
            return False
        return await _tried(one, link, text)


async def _whose(own: list[Connected], link: str) -> Connected | None:
    """An instance of its own has links that nobody knows: the account on that host."""
    return next((one for one in own if one.spec.server and link.startswith(one.spec.server)), None)


async def _tried(one: Connected, link: str, text: str) -> bool:
    try:
        post = await one.room.resolve(link)
    except PostGone:
        typer.echo("The post is not there, or not for us to see.")
        return False
    except Unread as error:
        typer.echo(str(error.remark))
        return False
    written = f" · {post.written_at:%Y-%m-%d %H:%M}" if post.written_at else ""
    typer.echo(plain(f"{post.author_name or post.author} {post.author}{written}\n{post.text}"))
    if post.closed:
        typer.echo(f"! {post.closed}")
    for answer in post.ours:
        typer.echo(plain(f"! The brand has answered already: {answer.text}"))
    if text:
        length = one.measure(_about(one.spec, link, post.author), text)
        limit = f" of {length.limit}" if length.limit else ""
        typer.echo(f"{'✓' if length.fits else '✗'} the reply: {length.used}{limit} {length.unit}")
    return True


def _named(spec: Spec) -> str:
    return " ".join(filter(None, (spec.brand, spec.network, spec.name)))


def _about(spec: Spec, link: str, author: str = "") -> Complaint:
    """A complaint as the account would answer it."""
    return Complaint(
        id="try",
        brand=spec.brand,
        text="",
        received_at=datetime.now(UTC),
        network=spec.network,
        link=link,
        author=author,
        source=f"account:{spec.network}:{spec.name}",
    )
