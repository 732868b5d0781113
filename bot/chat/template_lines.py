"""What is said of templates in the list and in their forms, and what is written there. Pure; the same in every chat."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from bot.chat.cutting import clip
from bot.chat.lines import Run, moment
from bot.desk.case import Complaint
from bot.desk.edit import TemplateEdit
from bot.locale import Sentences
from bot.voice.editing import EXAMPLE
from bot.voice.house import House
from bot.voice.prompt_parts import NAME, parts
from bot.voice.protocol import VARIABLES
from bot.voice.remarks import remark
from bot.voice.source import Source, difference, tidied
from bot.voice.yamlfile import Problem

_PROBLEMS = 10
#: A text that is the whole file, as far as lines are counted.
ALL = range(1, sys.maxsize)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """A new template as somebody wrote it into the form; what they left open is empty."""

    brand: str = ""
    topic: str = ""
    lang: str = ""
    body: str = ""
    triggers: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedText:
    """What stands in the form of a template: which one, at which version it was opened, and the text typed."""

    brand: str = ""
    name: str = ""
    version: str = ""
    body: str = ""


def phrases(text: str) -> tuple[str, ...]:
    """What was written one per line."""
    return tuple(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))


# The list


def rows(house: House, say: Sentences) -> list[str]:
    """``late-delivery — fr ×2, en``: every topic that is answered, and the languages that it lacks; then the prompt."""
    count = Counter((template.front.topic, template.front.lang) for template in house.templates.values())
    found = ((topic, _coverage(topic, count, house, say)) for topic in house.protocol.topics)
    prompt = [f"{NAME} — {say('what a model is told before it writes')}"] if house.prompt else []
    return [f"{topic} — {coverage}" for topic, coverage in found if coverage] + prompt


def _coverage(topic: str, count: Counter[tuple[str, str]], house: House, say: Sentences) -> str:
    """``fr ×2, en``, and what is missing; empty for a topic that is not answered."""
    languages = house.rules.languages
    there = [
        f"{lang} ×{count[topic, lang]}" if count[topic, lang] > 1 else lang for lang in languages if count[topic, lang]
    ]
    if not there and not house.wants_templates(topic):
        return ""
    missing = [lang for lang in languages if not count[topic, lang]]
    return ", ".join(there + ([say("missing: {codes}", codes=", ".join(missing))] if missing else []))


def first_of_each(house: House, usable: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Every topic with one template of its own, the prompt with its first section: the others can be chosen there."""
    for topic in house.protocol.topics:
        found = (template for lang in house.rules.languages for template in house.templates_for(topic, lang))
        if name := next((template.name for template in found if usable(template.name)), ""):
            yield topic, name
    sections = (part.name for part in parts(house.prompt.source)) if house.prompt else iter(())
    yield from ((NAME, name) for name in islice(filter(usable, sections), 1))


def unknown(what: str, close: Sequence[str], say: Sentences, inert: Callable[[str], str]) -> str:
    """There is no such template; which were probably meant. ``inert`` keeps what was typed from formatting."""
    what = inert(clip(what, 100))
    if not close:
        return say("There is no template “{template}”. /reply template lists them all.", template=what)
    names = ", ".join(map(inert, close))
    return say("There is no template “{template}”. Did you mean {names}?", template=what, names=names)


# The form of one


def conflict(source: Source, last: TemplateEdit | None, say: Sentences) -> str:
    """Who changed the template while somebody else had it open."""
    theirs = last is not None and tidied(last.after) == tidied(source.body)
    if last and theirs:
        return say("{name} has changed this template meanwhile:", name=clip(last.by_name or last.by, 100))
    return say("Somebody has changed this template meanwhile:")


def named(name: str, say: Sentences) -> str:
    """``French · late-delivery-2.fr``."""
    lang = name.rpartition(".")[2]
    return name if say.language(lang) == lang else f"{language(lang, say)} · {name}"


def language(lang: str, say: Sentences) -> str:
    """A language's name as a title."""
    name = say.language(lang)
    return name[:1].upper() + name[1:]


def hint(variables: Sequence[str], say: Sentences) -> str:
    """What may stand in a text."""
    return say("What is filled in: {variables}", variables=", ".join(f"{{{{ {name} }}}}" for name in variables))


def all_variables(house: House) -> tuple[str, ...]:
    """What may stand in a new text."""
    return (*VARIABLES, *house.rules.facts)


def which(source: Source, say: Sentences) -> str:
    """What the other templates that the form offers differ in."""
    return say("Section") if source.part else say("Language")


def lines_of(source: Source, text: str) -> range:
    """The lines of the file that a text typed in the form takes; a template's goes on to the end."""
    first = source.body_line
    return range(first, first + tidied(text).count("\n") if source.part else sys.maxsize)


def problems(found: Sequence[Problem], where: range, say: Sentences) -> list[str]:
    """What is wrong, at most ten sentences, with lines as they are counted in the form; ``where`` it stands."""
    return [clip(_problem(problem, where, say), 400) for problem in found[:_PROBLEMS]]


def _problem(problem: Problem, where: range, say: Sentences) -> str:
    what, first_line = remark(problem), where.start
    if problem.line >= where.stop:
        return say("Below the text, in line {number} of the file: {problem}", number=problem.line, problem=what)
    if problem.line >= first_line:
        return say("Line {number}: {problem}", number=problem.line - first_line + 1, problem=what)
    if problem.line:
        return say("Above the text, in line {number} of the file: {problem}", number=problem.line, problem=what)
    return say.remark(what)


def preview_title(source: Source, complaint: Complaint | None, say: Sentences) -> str:
    """Whose complaint the preview answers."""
    if source.part:
        return say("What the model would read:")
    if complaint is not None and complaint.id != EXAMPLE:
        return say("Preview on the last complaint about {topic}", topic=source.topic)
    return say("Preview. Nobody has complained about {topic} yet; this is an example.", topic=source.topic)


def asked(source: Source, complaint: Complaint | None) -> str:
    """The complaint that the preview answers; none where the preview holds it."""
    if source.part:
        return ""
    return complaint.text if complaint else next(iter(source.examples), "")


def history(
    last: TemplateEdit | None, by_hand: datetime | None, say: Sentences, *, told: bool
) -> Iterator[tuple[list[Run], str]]:
    """Who changed it last, and what; ``told``: what changed stands above already."""
    if by_hand:
        yield [Run(f"{say('Changed in the file itself')} · "), moment(by_hand)], ""
    if last:
        said = say("Last changed in the chat by {name}", name=clip(last.by_name or last.by, 100))
        yield [Run(f"{said} · "), moment(last.at)], "" if told else difference(last.before, last.after)


def saved(source: Source, say: Sentences) -> str:
    """It is saved, and what that means."""
    if source.part:
        return say("“{template}” is saved. The model's next draft follows it.", template=source.name)
    return say("“{template}” is saved. The next draft from it has this text.", template=source.name)


# The form for a new one


def topics(house: House, usable: Callable[[str], bool], say: Sentences) -> tuple[list[tuple[str, str]], list[str]]:
    """The topics that lack a template, as label and name, and all others."""
    lacking, others = [], []
    for topic in filter(usable, house.protocol.topics):
        missing = [lang for lang in house.rules.languages if not house.templates_for(topic, lang)]
        if missing and house.wants_templates(topic):
            lacking.append((f"{topic} · {say('missing: {codes}', codes=', '.join(missing))}", topic))
        else:
            others.append(topic)
    return lacking, others
