"""``portevoix prompts test``: the brand's own cases, tried against its prompts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import RootModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.desk.case import Case, Complaint, Severity, Wish
from bot.desk.ports import Writing
from bot.errors import PromptsError
from bot.locale import Sentences
from bot.voice.house import House
from bot.voice.protocol import Lang, Mode, Slug, Strict
from bot.voice.yamlfile import Broken, parse, read_text
from bot.writer.templated import compose


class Trial(Strict):
    """One case of prompts/cases: a complaint, and what must come of it."""

    complaint: str
    topic: Slug
    lang: Lang | None = None
    severity: Severity | None = None
    author: str = ""
    network: str = "x"
    must: list[str] = []
    must_not: list[str] = []


class Trials(RootModel[list[Trial]]):
    """A file of cases."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a case; ``wrong`` is empty when all is as it must be."""

    trial: Trial
    wrong: tuple[str, ...]


def run(house: House, root: Path) -> bool:
    """Try every case, print a table per topic and every failure; True when none failed.

    Raises:
        PromptsError: there are no cases, or a file of cases cannot be read.
    """
    tried = [_try(house, trial) for trial in read(_folder(house, root))]
    console = Console(highlight=False)
    console.print(_table(tried))
    for one in tried:
        for wrong in one.wrong:
            console.print(Text(f"✗ {one.trial.topic}: {wrong}\n  {one.trial.complaint.strip()[:160]}", "red"))
    failed = sum(bool(one.wrong) for one in tried)
    console.print(f"{len(tried) - failed} passed, {failed} failed")
    return not failed


def read(folder: Path) -> list[Trial]:
    """The cases of a folder, file by file. Raises ``PromptsError``."""
    trials: list[Trial] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            trials += parse(Trials, read_text(path), path).root
        except Broken as broken:
            raise PromptsError(reason="\n".join(map(str, broken.problems))) from None
    if not trials:
        raise PromptsError(reason=f"{folder} holds no cases; write {folder}/late-delivery.yaml, say.")
    return trials


def _folder(house: House, root: Path) -> Path:
    own = root / house.brand.id / "cases"
    return own if own.is_dir() else root / "cases"


def _try(house: House, trial: Trial) -> Tried:
    now = datetime.now(UTC)
    complaint = Complaint(
        id="trial",
        brand=house.brand.id,
        text=trial.complaint,
        received_at=now,
        network=trial.network,
        author_name=trial.author,
    )
    return Tried(trial, tuple(_wrong(trial, _written(house, Case(complaint=complaint, updated_at=now)))))


def _written(house: House, case: Case) -> Writing:
    """The draft; where the protocol leaves the topic to a person, the template that is offered first."""
    writing = compose(house, case)
    if house.mode(writing.topic) is not Mode.PERSON or not writing.alternatives:
        return writing
    offered = compose(house, replace(case, wish=Wish(template=writing.alternatives[0].template)))
    return replace(writing, text=offered.text, template=offered.template)


def _wrong(trial: Trial, writing: Writing) -> Iterator[str]:
    text = writing.text.casefold()
    if writing.topic != trial.topic:
        yield f"the topic is “{writing.topic}”"
    if trial.lang and writing.lang != trial.lang:
        yield f"the language is {Sentences('en').language(writing.lang)}"
    if trial.severity and writing.severity is not trial.severity:
        yield f"the severity is {writing.severity}, not {trial.severity}"
    yield from (f"the draft does not say “{must}”" for must in trial.must if must.casefold() not in text)
    yield from (f"the draft says “{never}”" for never in trial.must_not if never.casefold() in text)


def _table(tried: list[Tried]) -> Table:
    table = Table("topic", "cases", "passed", "failed")
    cases = Counter(one.trial.topic for one in tried)
    failed = Counter(one.trial.topic for one in tried if one.wrong)
    for topic in sorted(cases):
        style = "red" if failed[topic] else ""
        table.add_row(topic, str(cases[topic]), str(cases[topic] - failed[topic]), str(failed[topic]), style=style)
    return table
