"""Templates changed from chat: what a form shows, what is saved, and who did it. The same in every chat."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.chat.review import SOMEBODY
from bot.chat.team import Team
from bot.chat.template_lines import EditedText, NewText
from bot.desk.brand import Person
from bot.desk.case import Complaint
from bot.desk.edit import TemplateEdit
from bot.desk.ports import Length
from bot.voice.editing import Changed, Preview
from bot.voice.source import Source
from bot.voice.yamlfile import Broken, Problem

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that the form of one template shows; ``body`` is what is typed, None while it is the file's."""

    source: Source
    siblings: tuple[str, ...]
    body: str | None = None
    problems: tuple[Problem, ...] = ()
    preview: Preview | None = None
    complaint: Complaint | None = None
    last: TemplateEdit | None = None
    changed_as_file: datetime | None = None
    conflict_diff: str = field(default="")


async def sheet(
    team: Team, brand: str, name: str, *, typed: EditedText | None = None, changed: Changed | None = None
) -> Sheet:
    """The template as its file has it, or with what is typed and what that would answer.

    ``changed`` is what somebody else has saved meanwhile: what is saved next replaces that.
    """
    source = changed.source if changed else await asyncio.to_thread(team.editing.source, brand, name)
    if typed and typed.version and not changed:
        source = replace(source, version=typed.version)  # a preview does not change what was seen
    complaint = await _complaint(team, source)
    body = typed.body if typed else source.body
    preview, problems = await asyncio.to_thread(_tried, team, source, body, complaint)
    last = await team.edits.last(brand, name)
    return Sheet(
        source=source,
        siblings=await asyncio.to_thread(team.editing.siblings, source),
        body=typed.body if typed else None,
        problems=problems,
        preview=preview,
        complaint=complaint,
        last=last,
        changed_as_file=source.modified_at if last is not None and last.after != source.body else None,
        conflict_diff=changed.difference if changed else "",
    )


async def _complaint(team: Team, source: Source) -> Complaint:
    """The last real complaint of the topic, else the template's own example; any that waits, for the prompt."""
    if source.part:
        waiting = await team.board.waiting([source.brand])
        return waiting[-1].complaint if waiting else team.editing.example(source)
    latest = await team.board.latest(source.brand, source.topic, source.lang)
    return latest.complaint if latest else team.editing.example(source)


def _tried(team: Team, source: Source, body: str, complaint: Complaint) -> tuple[Preview | None, tuple[Problem, ...]]:
    def length(text: str) -> Length:
        signed = team.library.brand(source.brand).sign(text, SOMEBODY)
        return team.desk.networks.of(complaint).measure(complaint, signed)

    try:
        return team.editing.preview(source.brand, source.name, body, complaint, length), ()
    except Broken as broken:
        return None, tuple(broken.problems)


def may_change(team: Team, person: Person, brand: str, name: str = "") -> None:
    """Who may answer a topic's complaints may change its templates. Raises ``NotManager``."""
    template = team.library.house(brand).templates.get(name)
    team.may_change(person, brand, template.front.topic if template else "")


async def save(team: Team, typed: EditedText, by: Person) -> Source | Sheet:
    """Save what is typed; where it cannot be saved, the form that says why, with all that was typed.

    Raises:
        PortevoixError: the person may not, or the file cannot be written.
    """
    may_change(team, by, typed.brand, typed.name)
    try:
        before = await asyncio.to_thread(team.editing.source, typed.brand, typed.name)
        after = await asyncio.to_thread(team.editing.save, typed.brand, typed.name, typed.body, typed.version)
    except Broken:
        return await sheet(team, typed.brand, typed.name, typed=typed)
    except Changed as changed:
        return await sheet(team, typed.brand, typed.name, typed=typed, changed=changed)
    if after.version != before.version:
        await _keep(team, before.body, after, by)
    return after


async def create(team: Team, filled: NewText, by: Person) -> Source:
    """Write a new template.

    Raises:
        Broken: the text cannot be used; lines count in it.
        PortevoixError: the person may not, the topic is unknown, the file cannot be written.
    """
    may_change(team, by, filled.brand)
    told = filled.brand, filled.topic, filled.lang, filled.body, filled.triggers, filled.examples
    made = await asyncio.to_thread(team.editing.create, *told)
    await _keep(team, "", made, by)
    return made


async def _keep(team: Team, before: str, after: Source, by: Person) -> None:
    edit = TemplateEdit(
        brand=after.brand,
        template=after.name,
        at=team.now(),
        by=by.id,
        by_name=by.name,
        before=before,
        after=after.body,
    )
    await team.edits.add(edit)
    log.info("template changed", extra={"brand": after.brand, "template": after.name, "by": by.id})
