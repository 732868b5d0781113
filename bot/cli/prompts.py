"""``portevoix prompts check | list | preview``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.desk.case import Case, Complaint
from bot.desk.desk import SOMEBODY
from bot.desk.ports import Length
from bot.errors import PortevoixError, UnknownTemplate
from bot.locale import Sentences
from bot.network.measure import measure
from bot.settings import Settings
from bot.voice.checks import check as check_text
from bot.voice.house import House
from bot.voice.library import Library
from bot.voice.prompt import FILE
from bot.voice.template import ReplyTemplate

#: Where a template that names no network is measured: the narrowest of the common ones.
NARROWEST = "x"


def check(settings: Settings) -> bool:
    """Say every problem with file and line, and what the checks find in the templates; True when there is none."""
    try:
        library = Library.load(settings.prompts)
    except PortevoixError as error:
        typer.echo(str(error))
        return False
    wrong = [*map(str, library.problems), *(w for house in library.houses.values() for w in _findings(house))]
    for line in wrong:
        typer.echo(line)
    for brand_id in library.houses:
        if library.prompt_file(brand_id) is None:
            typer.echo(f"{brand_id}: no {FILE}, so no model is asked; “portevoix init” writes one")
    count = sum(len(house.templates) for house in library.houses.values())
    typer.echo(f"{count} templates, {len(wrong)} problems in {library.root}")
    return not wrong


def is_prompt(name: str) -> bool:
    """Whether the model's prompt is meant, and no template."""
    return name in ("draft", FILE, FILE.removesuffix(".j2"))


def listing(house: House) -> None:
    """A table of the brand's templates."""
    table = Table(box=None, header_style="dim")
    for title in ("template", "topic", "language", "triggers", "version"):
        table.add_column(title, no_wrap=True)
    table.add_column("networks")
    for name, template in sorted(house.templates.items()):
        front = template.front
        networks = ", ".join(front.networks) or "all"
        table.add_row(name, front.topic, front.lang, str(len(front.triggers)), template.version[:7], networks)
    Console(highlight=False).print(table)


def preview(house: House, name: str, author: str, network: str) -> None:
    """What a template says, its length, and what the checks find. Raises ``UnknownTemplate``."""
    template = house.templates.get(name.removesuffix(".md"))
    if template is None:
        raise UnknownTemplate(template=name, brand=house.brand.name)
    case, text, length = _tried(house, template, author, network)
    say = Sentences(house.brand.team_language)
    console = Console(highlight=False)
    console.print(Text(text, "green"))
    limit = f" of {length.limit}" if length.limit else ""
    console.print(f"{say.network(network)}: {length.used}{limit} {length.unit}, signature included", style="dim")
    for finding in check_text(house, case, text, length):
        console.print(Text(f"{'✗' if finding.blocks else '!'} {say.remark(finding.remark)}", "yellow"))


def _findings(house: House) -> Iterator[str]:
    """What the brand's own checks find in its own templates, with a name and without."""
    for template in house.templates.values():
        networks = template.front.networks or [NARROWEST]
        said = [
            str(finding.remark)
            for network in networks
            for author in ("", "Maximilienne")
            for finding in check_text(house, *_tried(house, template, author, network))
        ]
        yield from (f"{template.path}: {sentence}" for sentence in dict.fromkeys(said))


def _tried(house: House, template: ReplyTemplate, author: str, network: str) -> tuple[Case, str, Length]:
    now = datetime.now(UTC)
    front = template.front
    complaint = Complaint(
        id="preview", brand=house.brand.id, text="", received_at=now, network=network, author_name=author
    )
    case = Case(complaint=complaint, updated_at=now, lang=front.lang, topic=front.topic)
    text = template.render(house.variables(complaint, front.lang))
    return case, text, measure(network, house.brand.sign(text, SOMEBODY))
