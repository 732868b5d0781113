"""``portevoix prompts preview draft``: just what a model would be sent, and how many tokens that is."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.desk.case import Case, Complaint, Draft
from bot.desk.decision import Record
from bot.desk.ledger import Past
from bot.desk.ports import Length, Writing
from bot.errors import PromptsError, UnknownCase
from bot.network.measure import measure
from bot.settings import Settings, Switch
from bot.store.store import Store
from bot.voice.house import House
from bot.voice.instructions import instructions
from bot.voice.library import Library
from bot.voice.prompt import FILE, Prompt, tokens
from bot.voice.protocol import Mode
from bot.writer.answers import Drafted
from bot.writer.model import ModelWriter
from bot.writer.server import Access, ModelServer
from bot.writer.server_schema import strict_schema
from bot.writer.templated import compose

#: What is answered where no complaint is named.
_SAMPLES = {
    "fr": "Commande passée il y a trois semaines, toujours rien reçu ! Mon adresse : zoe.petit@courriel.example. "
    "Vous comptez me répondre un jour ?",
    "en": "Ordered three weeks ago and still nothing! My address is zoe.petit@mail.example. "
    "Is anybody ever going to answer me?",
}


class _NoPast:
    """Nothing was approved before."""

    async def examples(self, brand: str, topic: str, lang: str, limit: int) -> list[Case]:
        """None."""
        return []

    async def history(self, case_id: str) -> tuple[list[Draft], list[Record]]:
        """None."""
        return [], []


@dataclass(frozen=True, slots=True)
class Shown:
    """What would be sent for a case, and what the templates know of it."""

    case: Case
    templated: Writing
    prompt: Prompt


async def preview(settings: Settings, library: Library, brand: str, on: str, author: str, network: str) -> None:
    """Write both parts of the prompt, and their tokens, to standard output.

    ``on`` is a stored case's id, a file with a complaint, ``-`` for standard input, or empty for an invented one.
    Raises ``UnknownCase``, and ``PromptsError`` where the brand has no prompt.
    """
    async with _past(settings, on) as past:
        case = await _case(past, library.house(brand), on, author, network)
        house = library.house(case.brand)
        if house.prompt is None:
            raise PromptsError(reason=f"There is no {FILE} in {library.root}; “portevoix init” writes one.")
        model = ModelWriter(_unasked(settings), past, _length, mask=settings.openai_mask is Switch.ON)
        templated = compose(house, case)
        prompt = await model.prompt(house, case, templated, model.mask(house))
    for line in _told(settings, house, Shown(case, templated, prompt), masked=model.masks(house)):
        typer.echo(line)


@asynccontextmanager
async def _past(settings: Settings, on: str) -> AsyncIterator[Store | _NoPast]:
    """The store; an invented complaint needs none."""
    if not on:
        yield _NoPast()
        return
    async with Store.open(settings.database_url) as store:
        yield store


async def _case(past: Past, house: House, on: str, author: str, network: str) -> Case:
    """The case that is meant, stored or made of a text. Raises ``UnknownCase``."""
    if isinstance(past, Store) and (stored := await past.get(on)):
        return stored
    now = datetime.now(UTC)
    complaint = Complaint(
        id="preview",
        brand=house.brand.id,
        text=_text(house, on),
        received_at=now,
        network=network,
        author_name=author,
    )
    return Case(complaint=complaint, updated_at=now)


def _text(house: House, on: str) -> str:
    """The complaint. Raises ``UnknownCase`` for what is no file either."""
    if on == "-":
        return sys.stdin.read().strip()
    if on and not Path(on).is_file():
        raise UnknownCase(case=on)
    if on:
        return Path(on).read_text(encoding="utf-8", errors="replace").strip()
    return next((_SAMPLES[lang] for lang in house.rules.languages if lang in _SAMPLES), _SAMPLES["en"])


def _unasked(settings: Settings) -> ModelServer:
    """The server that would be asked; nothing is sent to it here."""
    return ModelServer(Access(model=settings.openai_model))


def _length(complaint: Complaint, text: str) -> Length:
    return measure(complaint.network, text)


def _told(settings: Settings, house: House, shown: Shown, *, masked: bool) -> Iterator[str]:
    fixed, case = shown.prompt.fixed, shown.prompt.case
    yield _heading("system", "the same for every case", fixed)
    yield fixed
    yield _heading("user", "this case", case)
    yield case
    yield f"--- {tokens(fixed) + tokens(case):,} tokens ---"
    share = len(fixed.encode()) / len((fixed + case).encode())
    yield f"{share:.0%} of it is the same for every case, so that servers can keep it."
    yield "Counted with OpenAI's vocabulary o200k; the models of others count some per cent more or less."
    schema = tokens(json.dumps(strict_schema(Drafted), ensure_ascii=False))
    yield f"The form of the answer goes with it, as a JSON schema of about {schema:,} tokens."
    yield from _remarks(settings, house, shown, masked=masked)


def _heading(role: str, what: str, text: str) -> str:
    return f"--- {role}: {what}, {len(text.encode()):,} bytes, {tokens(text):,} tokens ---"


def _remarks(settings: Settings, house: House, shown: Shown, *, masked: bool) -> Iterator[str]:
    """What is not as the prompt alone would make believe."""
    mode, topic = house.mode(shown.templated.topic), shown.templated.topic
    if not masked:
        yield "Personal data is not masked for this brand's model."
    if mode is Mode.PERSON:
        yield f"No model is asked about “{topic}”: the protocol leaves it to a person."
    elif mode is Mode.TEMPLATE:
        yield f"No model is asked about “{topic}”: the protocol wants its template as it stands."
    elif instructions(shown.case.complaint.text):
        yield "No model is asked: the complaint holds instructions to a machine, and a template answers it."
    if not settings.has_model:
        yield "No model is set up: OPENAI_API_KEY or OPENAI_BASE_URL names one."
