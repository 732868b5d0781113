"""``portevoix cases list | show | export``: everything the store knows."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.chat import words
from bot.chat.console.card import card, plain
from bot.desk.case import Case, Draft, Status
from bot.desk.decision import Record
from bot.errors import UnknownCase
from bot.locale import Sentences
from bot.settings import Settings
from bot.store.queries import Filters
from bot.store.store import Store

SAY = Sentences("en")


def filters(status: Status | None, brand: str, network: str, since: datetime | None) -> Filters:
    """The options as the store's filters; ``since`` without a zone is UTC."""
    return Filters(
        status=status,
        brand=brand or None,
        network=network or None,
        since=since.replace(tzinfo=UTC) if since and since.tzinfo is None else since,
    )


async def listing(settings: Settings, wanted: Filters, limit: int) -> None:
    """A table, newest first, and how many there are of each status."""
    console = Console(highlight=False)
    async with Store.open(settings.database_url) as store:
        found = await store.list(wanted, limit)
        counts = await store.count_by_status(wanted.brand)
    now = datetime.now(UTC)
    table = Table(box=None, header_style="dim", expand=True)
    for name in ("id", "status", "network", "topic", "age"):
        table.add_column(name, no_wrap=True)  # an id cut short is of no use
    table.add_column("complaint", no_wrap=True, overflow="ellipsis", ratio=1)
    for case in found:
        table.add_row(*(Text(plain(cell)) for cell in _row(case, now)))
    if found:
        console.print(table)
    said = ", ".join(f"{count} {status.value}" for status, count in counts.items() if count)
    console.print(said or "No cases yet: portevoix demo brings some.")


def _row(case: Case, now: datetime) -> tuple[str, ...]:
    complaint = case.complaint
    return (
        case.id,
        case.status.value,
        complaint.network,
        case.topic,
        SAY.age(complaint.received_at, now),
        " ".join(complaint.text.split())[:200],
    )


async def show(settings: Settings, case_id: str) -> None:
    """The card, then every draft and every decision. Raises ``UnknownCase``."""
    console = Console(highlight=False)
    async with Store.open(settings.database_url) as store:
        case = await store.get(case_id)
        if case is None:
            raise UnknownCase(case=case_id)
        drafts, decisions = await store.history(case_id)
    console.print(card(case, datetime.now(UTC), SAY))
    if case.reply:
        console.print(Text(f"Reply: {plain(case.reply.text)}", "bold"))
    for draft in drafts:
        console.print(Text(f"draft {draft.number} · {words.origin(draft, SAY)} · {plain(draft.text)}", "dim"))
    for record in decisions:
        console.print(Text(plain(_decision(record))))


def _decision(record: Record) -> str:
    said = [f"{record.at:%Y-%m-%d %H:%M:%S}", record.by_name, record.action]
    said += [f"draft {record.draft} ({record.origin})"] if record.draft else []
    said += [record.note] if record.note else []
    said += [f"overrode {', '.join(record.overridden)}"] if record.overridden else []
    return f"{' · '.join(said)} → {record.status}"


async def export(settings: Settings, wanted: Filters, form: str) -> None:
    """Every case on standard output: JSON lines with all drafts and decisions, or one CSV row each."""
    async with Store.open(settings.database_url) as store:
        table = csv.writer(sys.stdout)
        if form == "csv":
            table.writerow(_CSV)
        async for case in store.export(wanted):
            if form == "csv":
                table.writerow([_safe(value) for value in _csv_row(case)])
            else:
                sys.stdout.write(json.dumps(_held(case, *await store.history(case.id)), ensure_ascii=False) + "\n")


def _held(case: Case, drafts: list[Draft], decisions: list[Record]) -> dict[str, Any]:
    held = asdict(case) | {"drafts": [asdict(d) for d in drafts], "decisions": [asdict(d) for d in decisions]}
    return {"id": case.id, "brand": case.brand, **json.loads(json.dumps(held, default=str))}


_CSV = ("id", "brand", "status", "network", "author", "link", "lang", "kind", "topic", "severity", "received_at",
        "text", "draft", "origin", "model", "tokens_in", "cached", "tokens_out", "price", "currency",
        "reply", "approved_by", "posted_at", "reply_link")  # fmt: skip


def _csv_row(case: Case) -> tuple[object, ...]:
    complaint, reply = case.complaint, case.reply
    return (
        case.id, case.brand, case.status.value, complaint.network, complaint.author, complaint.link, case.lang,
        case.kind, case.topic, case.severity.value, complaint.received_at.isoformat(), complaint.text,
        case.draft.text if case.draft else "", case.draft.origin.value if case.draft else "", *_cost(case),
        reply.text if reply else "",
        " + ".join(approval.name for approval in reply.approved_by) if reply else "",
        reply.posted_at.isoformat() if reply and reply.posted_at else "", reply.link if reply else "",
    )  # fmt: skip


def _cost(case: Case) -> tuple[object, ...]:
    """What the draft that stands cost at a model's server; empty where none was asked."""
    usage = case.draft.usage if case.draft else None
    if usage is None:
        return ("",) * 6
    price = "" if usage.price is None else f"{usage.price:.6f}"
    return usage.model, usage.tokens_in, usage.cached, usage.tokens_out, price, usage.currency


def _safe(value: object) -> object:
    """A cell that begins like a formula would run in a spreadsheet: the customer's words are data."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
