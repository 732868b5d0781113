"""A real desk over a real store, and what it has lived through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.desk.brand import Person
from bot.desk.case import Case, Complaint
from bot.desk.decision import Approve, Decision
from bot.desk.desk import Desk
from bot.network.everywhere import Everywhere
from bot.network.manual import Manual
from bot.store.store import Store
from bot.voice.library import Library
from bot.writer.templated import TemplatedWriter
from tests.fakes import FakeReview, FakeWork, Steps

START = datetime(2025, 3, 1, 9, tzinfo=UTC)
ANA = Person("console", "Ana Roux")
LATE = "Commande passée il y a 3 semaines, toujours rien reçu !"

BRAND = (
    "name: Lune\nlanguages: [fr, en]\nmanagers: [console]\nsignature: '^{initials}'\n"
    "facts: {contact: {fr: en message privé, en: by direct message}}\n"
)
PROTOCOL = (
    "fallback: other\nmode: template\ntopics:\n  other: {}\n"
    "  late-delivery: {triggers: {fr: [toujours rien, pas reçu], en: [still nothing]}}\n"
)
TEMPLATES = {
    "late-delivery.fr.md": "---\ntopic: late-delivery\nlang: fr\nneeds: [first_name?]\n---\n"
    'Bonjour{{ " " ~ first_name if first_name }}, nous sommes désolés pour ce retard. '
    "Envoyez-nous votre numéro de commande {{ contact }}. Nous revenons vers vous dans les meilleurs délais.\n",
    "late-delivery.en.md": "---\ntopic: late-delivery\nlang: en\n---\nHello, we are sorry for the delay.\n",
    "other.fr.md": "---\ntopic: other\nlang: fr\n---\nBonjour, merci pour votre message.\n",
    "other.en.md": "---\ntopic: other\nlang: en\n---\nHello, thank you for your message.\n",
}


def write_prompts(root: Path, **files: str) -> Path:
    """A small brand's prompts; ``files`` by name with __ for a dot."""
    (root / "templates").mkdir(parents=True, exist_ok=True)
    held = {"brand.yaml": BRAND, "protocol.yaml": PROTOCOL, "never.md": "# Jamais\n\n- cher client — Elle a un nom.\n"}
    held |= {"voice.md": "# La voix\n\nCourt et chaleureux.\n"}
    held |= {f"templates/{name}": text for name, text in TEMPLATES.items()}
    for name, text in (held | files).items():
        (root / name).write_text(text, encoding="utf-8")
    return root


class Past:
    """A desk whose work is done at once."""

    def __init__(self, store: Store, library: Library) -> None:
        self.store = store
        self.count = 0
        self.desk = Desk(
            voice=library,
            writer=TemplatedWriter(library),
            review=FakeReview(Steps()),
            networks=Everywhere(Manual()),
            store=store,
            work=FakeWork(Steps()),
            clock=self,
        )

    def now(self) -> datetime:
        """The time of the complaint at hand."""
        return START + timedelta(minutes=self.count)

    async def complaint(self, text: str = LATE, **fields: str) -> Case:
        """A complaint with its draft; one a minute."""
        self.count += 1
        told = {"id": f"x:{self.count}", "brand": "main", "network": "x"} | fields
        case, _ = await self.desk.receive(Complaint(text=text, received_at=self.now(), **told))
        await self.desk.draft(case.id)
        return await self._case(case.id)

    async def decide(self, case: Case, decision: Decision) -> Case:
        """What Ana decides."""
        return await self.desk.decide(case.id, decision, ANA)

    async def approved(self, reply: str | None = None, text: str = LATE, **fields: str) -> Case:
        """A complaint whose draft is approved, changed to ``reply`` before, where given."""
        case = await self.complaint(text, **fields)
        assert case.draft
        return await self.decide(case, Approve(case.draft.number, reply))

    async def _case(self, case_id: str) -> Case:
        case = await self.store.get(case_id)
        assert case
        return case


@asynccontextmanager
async def past(folder: Path, prompts: Path) -> AsyncIterator[Past]:
    """A desk over ``portevoix.db`` in this folder."""
    async with Store.open(f"sqlite:///{folder / 'portevoix.db'}") as store:
        yield Past(store, Library.load(prompts))
