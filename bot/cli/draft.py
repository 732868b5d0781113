"""``portevoix draft``: complaints in, drafts out, one JSON object per line. Nothing is stored or posted."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.chat.console.formats import Format
from bot.chat.console.intake import Row, batches, complaint, rows
from bot.desk.case import Case, Draft, Finding, Status
from bot.desk.desk import SOMEBODY, written
from bot.locale import Sentences
from bot.network.measure import measure
from bot.voice.checks import check
from bot.voice.house import House
from bot.writer.templated import compose

Write = Callable[[Row, Case | None, Sentences], str]


def run(house: House, source: str, text_column: str, form: Format | None, write: Write) -> int:
    """Draft a reply to every row of the source, in order; returns how many rows could not be read."""
    say = Sentences(house.brand.team_language)
    unread = 0
    with rows(source, text_column, form) as found:
        for batch in batches(found):
            drafted = draft(house, batch)
            unread += drafted.count(None)
            sys.stdout.write("".join(write(row, case, say) for row, case in zip(batch, drafted, strict=True)))
            sys.stdout.flush()
    return unread


def draft(house: House, batch: Sequence[Row]) -> list[Case | None]:
    """A case with its first draft for every row, in order; None for a row that cannot be read."""
    now = datetime.now(UTC)
    complaints = [None if row.wrong else complaint(row, house.brand.id, now) for row in batch]
    detected = iter(house.languages.detect_all([c.text for c in complaints if c and not c.lang]))
    return [
        _drafted(house, Case(complaint=c, updated_at=now, lang=c.lang or next(detected))) if c else None
        for c in complaints
    ]


def _drafted(house: House, case: Case) -> Case:
    writing = compose(house, case)
    case = replace(case, kind=writing.kind, topic=writing.topic, severity=writing.severity, status=Status.AWAITING)
    length = measure(case.complaint.network, house.brand.sign(writing.text, SOMEBODY))
    findings = check(house, case, writing.text, length) if writing.text else ()
    return replace(case, draft=written(writing, case.updated_at, findings))


def write_json(row: Row, case: Case | None, say: Sentences) -> str:
    """The row as one line of JSON; a row that cannot be read has an ``error`` instead of a draft."""
    if case is None or case.draft is None:
        held = {"id": row.name, "text": row.fields.get("text", ""), "error": row.wrong}
        return json.dumps(held, ensure_ascii=False) + "\n"
    return json.dumps(_fields(row, case, case.draft, say), ensure_ascii=False) + "\n"


def _fields(row: Row, case: Case, draft: Draft, say: Sentences) -> dict[str, Any]:
    return {
        "id": row.name,
        "text": case.complaint.text,
        "lang": case.lang,
        "kind": case.kind,
        "topic": case.topic,
        "severity": case.severity.value,
        "template": draft.template,
        "draft": draft.text,
        "warnings": [_said(finding, say) for finding in draft.warnings],
        "blocks": [_said(finding, say) for finding in draft.blocks],
        "alternatives": [
            {"template": other.template, "topic": other.topic, "score": other.score} for other in draft.alternatives
        ],
        "note": say.remark(draft.reason) if draft.reason else "",
    }


def _said(finding: Finding, say: Sentences) -> dict[str, str]:
    return {"check": finding.check, "says": say.remark(finding.remark), "quote": finding.quote}


def write_cards(row: Row, case: Case | None, say: Sentences) -> str:
    """The row as a card for people."""
    from rich.console import Console  # rich takes longer to import than a hundred drafts to write
    from rich.text import Text

    from bot.chat.console.card import card

    drawn = io.StringIO()
    console = Console(file=drawn, width=min(shutil.get_terminal_size().columns, 100), highlight=False)
    if case is None:
        console.print(Text(say("Row {name} was left out: {reason}.", name=row.name, reason=row.wrong)))
    else:
        console.print(card(case, case.updated_at, say))
    return drawn.getvalue()
