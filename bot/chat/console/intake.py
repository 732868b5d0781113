"""Rows of a file or stream -> complaints: CSV, JSON lines, or one complaint per line."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import itertools
import json
import queue
import re
import sys
import threading
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.chat.console.formats import Format
from bot.desk.case import Complaint
from bot.errors import InputError
from bot.network.links import find_link, recognise

#: The names under which files of the field hold what we look for, best first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "customer_text", "complaint", "message", "content", "body", "review", "tweet", "comment",
             "texte", "avis", "commentaire"),
    "id": ("id", "row_id", "pair_id", "tweet_id", "review_id"),
    "author": ("author", "handle", "username", "user", "screen_name", "auteur"),
    "author_name": ("author_name", "name", "display_name", "customer_name", "nom"),
    "network": ("network", "platform", "réseau"),
    "link": ("link", "url", "permalink", "lien"),
    "lang": ("lang", "language", "langue"),
    "written_at": ("written_at", "created_at", "date"),
    "minutes_ago": ("minutes_ago",),
}  # fmt: skip
#: No complaint is longer; the rest of a longer text is dropped, and said.
MAX_TEXT = 200_000
#: Rows handed on together.
BATCH = 256
_SNIFF = 65_536
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One complaint as it stood in the input. ``number`` counts from 1; ``wrong`` says why it cannot be used."""

    number: int
    fields: Mapping[str, str]
    wrong: str = ""

    @property
    def name(self) -> str:
        """What the input calls the row: its own id, else its number."""
        return self.fields.get("id") or str(self.number)


@contextmanager
def rows(source: str, text_column: str = "", form: Format | None = None) -> Iterator[Iterator[Row]]:
    """Open a file, or standard input for ``-``, and give its rows one by one.

    Raises:
        InputError: the file cannot be read, or no column holds the text.
    """
    stream = _opened(source)
    head = stream.peek(_SNIFF)
    text = io.TextIOWrapper(stream, encoding=_encoding(head), errors="replace", newline="")
    try:
        yield _rows(text, form or _format(head, Path(source).suffix.lower(), text_column), text_column)
    finally:
        if source != "-":  # closing would wait for a thread that waits for input
            text.close()


def _opened(source: str) -> io.BufferedReader:
    if source == "-":  # a reader of its own: sys.stdin's cannot be closed at the end while a thread waits in it
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return Path(source).open("rb")
    except OSError as error:
        raise InputError(reason=f"{source} cannot be read: {error.strerror}.") from None


def batches(found: Iterator[Row]) -> Iterator[list[Row]]:
    """Whatever has arrived, at most ``BATCH`` rows at a time: a file goes fast, a slow stream is not kept waiting."""
    arrived: queue.Queue[Row | Exception | None] = queue.Queue(maxsize=2 * BATCH)
    threading.Thread(target=_read, args=(found, arrived), daemon=True).start()
    while True:
        batch = [arrived.get()]
        while len(batch) < BATCH and batch[-1] is not None and not arrived.empty():
            batch.append(arrived.get())
        yield [row for row in batch if isinstance(row, Row)]
        if isinstance(batch[-1], Exception):
            raise batch[-1]
        if batch[-1] is None:
            return


async def arriving(found: Iterator[Row]) -> AsyncIterator[list[Row]]:
    """``batches`` for a loop that has other work; whoever leaves does not wait for input that may never come."""
    incoming = batches(found)
    loop = asyncio.get_running_loop()
    while True:
        batch: asyncio.Future[list[Row] | None] = loop.create_future()
        threading.Thread(target=_next, args=(incoming, batch, loop), daemon=True).start()
        if (rows_now := await batch) is None:
            return
        yield rows_now


def _next(
    incoming: Iterator[list[Row]], batch: asyncio.Future[list[Row] | None], loop: asyncio.AbstractEventLoop
) -> None:
    try:
        found, error = next(incoming, None), None
    except Exception as raised:  # noqa: BLE001  # raised again where the rows are read
        found, error = None, raised
    with suppress(RuntimeError):  # the loop has ended: nobody waits any more
        loop.call_soon_threadsafe(_answer, batch, found, error)


def _answer(batch: asyncio.Future[list[Row] | None], found: list[Row] | None, error: Exception | None) -> None:
    if batch.done():
        return
    if error is None:
        batch.set_result(found)
    else:
        batch.set_exception(error)


def complaint(row: Row, brand: str, now: datetime) -> Complaint:
    """The complaint of a row.

    Its id is derived from what it holds, so that the same row read again is the same complaint.
    """
    fields = row.fields
    text = fields["text"]
    place = recognise(fields.get("link", "") or find_link(text))
    written = _time(fields.get("written_at", ""))
    if ago := fields.get("minutes_ago", ""):
        written = now - timedelta(minutes=float(ago))
    return Complaint(
        id=_identity(fields),
        brand=brand,
        text=text[:MAX_TEXT],
        received_at=now,
        network=_network(fields.get("network", "")) or place.network,
        author=fields.get("author", "") or place.author,
        author_name=fields.get("author_name", ""),
        link=place.link if fields.get("link") else "",
        lang=fields.get("lang", "").lower()[:2],
        written_at=written,
        source="console",
    )


def _read(found: Iterable[Row], arrived: queue.Queue[Row | Exception | None]) -> None:
    try:
        for row in found:
            arrived.put(row)
    except Exception as error:  # noqa: BLE001  # raised again where the rows are read
        arrived.put(error)
    else:
        arrived.put(None)


def _identity(fields: Mapping[str, str]) -> str:
    told = [fields.get(name, "") for name in ("id", "text", "author", "author_name", "link")]
    return "file:" + hashlib.sha256("\x1f".join(told).encode("utf-8", "replace")).hexdigest()[:20]


def _network(name: str) -> str:
    name = name.strip().lower()
    return {"twitter": "x", "x.com": "x", "insta": "instagram", "google reviews": "google"}.get(name, name)


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _rows(text: io.TextIOWrapper, form: Format, text_column: str) -> Iterator[Row]:
    match form:
        case Format.CSV:
            found = _csv_rows(text, text_column)
        case Format.JSONL:
            found = _json_rows(text, text_column)
        case Format.LINES:
            found = _line_rows(text)
    for number, (fields, wrong) in enumerate(found, 1):
        clean = {name: _storable(value) for name, value in fields.items()}
        if not wrong and not clean.get("text", "").strip():
            wrong = "there is no text in it"
        yield Row(number, clean, wrong)


Found = Iterator[tuple[dict[str, str], str]]


def _csv_rows(text: io.TextIOWrapper, text_column: str) -> Found:
    csv.field_size_limit(2**31 - 1)
    header = text.readline()
    delimiter = max(",;\t", key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    columns = _columns(names, text_column)
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield {}, f"it is not CSV: {error}"
            continue
        if values:
            yield {name: values[at] for name, at in columns.items() if at < len(values)}, ""


def _columns(names: list[str], text_column: str) -> dict[str, int]:
    plain = [name.strip().lower() for name in names]
    wanted = dict(COLUMNS) | ({"text": (text_column.strip().lower(),)} if text_column else {})
    found = {
        name: plain.index(alias)
        for name, aliases in wanted.items()
        for alias in itertools.islice((a for a in aliases if a in plain), 1)
    }
    if "text" not in found:
        held = ", ".join(name.strip() for name in names if name.strip()) or "no columns"
        raise InputError(
            usage=True, reason=f"No column holds the text: the file has {held}. Name one with --text-column."
        )
    return found


def _json_rows(text: Iterable[str], text_column: str) -> Found:
    for line in text:
        if not line.strip():
            continue
        try:
            held = json.loads(line)
        except (ValueError, RecursionError):
            yield {}, "it is not JSON"
            continue
        if not isinstance(held, dict):
            yield {}, "it is no JSON object"
            continue
        yield _json_fields(held, text_column), ""


def _json_fields(held: dict[str, object], text_column: str) -> dict[str, str]:
    wanted = dict(COLUMNS) | ({"text": (text_column,)} if text_column else {})
    found = {name: next((held[a] for a in aliases if held.get(a) is not None), "") for name, aliases in wanted.items()}
    return {name: str(value) for name, value in found.items() if value != ""}


def _line_rows(text: Iterable[str]) -> Found:
    for line in text:
        if line.strip():
            yield {"text": line.strip()}, ""


def _encoding(head: bytes) -> str:
    """UTF-8, or what spreadsheets of the West write when they do not."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _format(head: bytes, suffix: str, text_column: str) -> Format:
    if suffix in {".csv", ".tsv"}:
        return Format.CSV
    if suffix in {".jsonl", ".ndjson"} or head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return Format.JSONL
    if suffix in {".txt", ".md"}:
        return Format.LINES
    header = head.split(b"\n", 1)[0].decode("utf-8", "replace").lstrip("\ufeff").lower()
    names = {name.strip().strip('"') for name in re.split(r"[,;\t]", header)}
    known = {text_column.lower()} if text_column else set(COLUMNS["text"])
    return Format.CSV if text_column or (len(names) > 1 and names & known) else Format.LINES


def _storable(value: str) -> str:
    """Without what no database takes: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", value) if _UNSTORABLE.search(value) else value
