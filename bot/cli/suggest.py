"""``portevoix prompts suggest``: what a period's edits suggest for prompts/, as a diff that a person applies."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.app import access_to_model
from bot.chat.console.card import plain
from bot.cli.replay import length_of
from bot.desk.case import Usage
from bot.desk.ledger import Call
from bot.errors import InputError, ModelTrouble
from bot.report.suggest import asked
from bot.report.suggest.copy import Copy
from bot.report.suggest.diff import Suggestions
from bot.report.suggest.edits import Period
from bot.report.suggest.proposal import one_line
from bot.settings import Settings
from bot.store.queries import Filters
from bot.store.store import Store
from bot.voice.house import House
from bot.voice.library import Library

#: What came up less often is chance.
LEAST = 3


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for; times are aware. Without ``out`` the diff goes to standard output."""

    brand: str
    since: datetime
    until: datetime | None = None
    out: Path | None = None


async def run(settings: Settings, library: Library, chosen: Options) -> None:
    """Read the period's edits, try out what they suggest, write the diff; says so where there is nothing to suggest."""
    house = library.house(chosen.brand)
    async with Store.open(settings.database_url) as store:
        period = await _period(store, house, chosen)
        with Copy(library, chosen.brand, length_of) as copy:
            suggestions = Suggestions(copy)
            suggestions.count(house, period, LEAST)
            if settings.has_model and period.changed:
                await _ask(settings, store, house, period, suggestions)
            _write(library, house, period, suggestions, chosen)


async def _period(store: Store, house: House, chosen: Options) -> Period:
    period = Period()
    wanted = Filters(brand=chosen.brand, since=chosen.since)
    async with aclosing(store.stories.walk(wanted, chosen.until)) as stories:
        async for case, drafts, records in stories:
            period.add(house, case, drafts, records)
    return period


# The model


async def _ask(settings: Settings, store: Store, house: House, period: Period, suggestions: Suggestions) -> None:
    """Offer what the model proposes; without its answer there is what was counted."""
    from bot.writer.pens import priced
    from bot.writer.server import ModelServer

    access = access_to_model(settings)
    if access is None or await _is_spent(settings, store, house):
        return
    told = asked.told(house, period, suggestions.copy.text)
    usage: Usage | None = None
    async with ModelServer(access) as server:
        try:
            wishes, usage = await asked.ask(server, house, told)
        except ModelTrouble as trouble:
            usage = trouble.usage
            _say(f"The model proposed nothing: {trouble} Here is what counting found.", "yellow")
        else:
            approved = [edit.after for edit in period.edits]
            for proposal, objection in asked.proposals(told, wishes, house, approved):
                suggestions.offer(proposal, objection)
    if usage is not None:
        call = Call(house.brand.id, datetime.now(UTC), "suggest", priced(house.rules.model, usage))
        await store.ledger.note(call)


async def _is_spent(settings: Settings, store: Store, house: House) -> bool:
    own = house.rules.model.budget_per_day
    budget = settings.budget_per_day if own is None else own
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = bool(budget) and await store.ledger.spent(house.brand.id, midnight) >= budget
    if spent:
        _say("Today's budget for the model is spent: here is what counting found.", "yellow")
    return spent


# What came of it


def _write(library: Library, house: House, period: Period, suggestions: Suggestions, chosen: Options) -> None:
    comments = suggestions.comments(house, period, LEAST)
    changed = len(period.changed)
    edits = f"{changed} edit{'' if changed == 1 else 's'} since {chosen.since:%Y-%m-%d}"
    if not (suggestions.taken or suggestions.left or comments):
        _say(f"{edits}: nothing came up at least {LEAST} times.")
        return
    head = [
        f"{edits} in {len(period.edits)} approved replies of {one_line(house.brand.name)}; what came up at least "
        f"{LEAST} times, personal data masked.",
        *_how_to_apply(library, suggestions, chosen),
        *map(one_line, comments),
    ]
    _put(suggestions.written(head), chosen.out)
    if chosen.out:
        _say(f"{edits}: {_number(suggestions)} in {chosen.out}. Read it; how to apply it stands at its top.")


def _how_to_apply(library: Library, suggestions: Suggestions, chosen: Options) -> Sequence[str]:
    if not suggestions.taken:
        return ["Nothing of it can be applied as it is."]
    name = chosen.out.absolute() if chosen.out else "FILE"
    return [f"Nothing has changed yet. Once read, in {library.root}: git apply {name}, or patch -p1 < {name}"]


def _number(suggestions: Suggestions) -> str:
    number = sum(map(len, suggestions.taken.values()))
    return f"{number} proposal{'' if number == 1 else 's'}"


def _put(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_bytes(text.encode())
    except OSError as error:
        raise InputError(reason=f"{out} cannot be written ({error.strerror}).") from None


def _say(text: str, style: str = "") -> None:
    """To a person; standard output is the diff's."""
    Console(stderr=True, highlight=False).print(Text(plain(text), style), soft_wrap=True)
