"""Templates in Slack: the list, the form to change one, the form for a new one. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.buttons import is_name
from bot.chat.slack.card import findings
from bot.chat.slack.forms import LONGEST, error, notice
from bot.chat.slack.modal import View
from bot.chat.slack.template_reading import Form, NewText, Press, field_id
from bot.chat.slack.text import inert
from bot.desk.case import Complaint
from bot.desk.edit import TemplateEdit
from bot.locale import Sentences
from bot.voice.editing import EXAMPLE, Preview
from bot.voice.house import House
from bot.voice.protocol import VARIABLES
from bot.voice.remarks import remark
from bot.voice.source import Source, difference, tidied
from bot.voice.yamlfile import Problem

#: How much of a message the list, and the menu below it, may take.
_LIST, _MENU = 5_500, 5_500
_MENU_OPTIONS = 100
_PROBLEMS = 10
_TITLE = 24
#: How much of a complaint is quoted.
_QUOTED = 600


# The list


def listing(house: House, say: Sentences) -> dict[str, Any]:
    """The answer to ``/reply template``: the topics with their languages, a menu to change one, a button for more."""
    title = say("Templates of {brand}", brand=house.brand.name)
    blocks = [
        kit.header(title),
        *_sections(_rows(house, say), say),
        kit.actions("template-list", *_menu(house, say), kit.button(Press.NEW, say("New template"))),
        kit.context(say("Any other: /reply template and its name or topic.")),
    ]
    return {"text": inert(title), "blocks": blocks}


def _rows(house: House, say: Sentences) -> list[str]:
    count = Counter((template.front.topic, template.front.lang) for template in house.templates.values())
    rows = ((topic, _coverage(topic, count, house, say)) for topic in house.protocol.topics)
    return [f"{topic} — {coverage}" for topic, coverage in rows if coverage]


def _coverage(topic: str, count: Counter[tuple[str, str]], house: House, say: Sentences) -> str:
    """``fr ×2, en``, and what is missing; empty for a topic that is not answered."""
    languages = house.rules.languages
    there = [
        f"{lang} ×{count[topic, lang]}" if count[topic, lang] > 1 else lang for lang in languages if count[topic, lang]
    ]
    if not there and not house.topic(topic).reply:
        return ""
    missing = [lang for lang in languages if not count[topic, lang]]
    return ", ".join(there + ([say("missing: {codes}", codes=", ".join(missing))] if missing else []))


def _sections(rows: list[str], say: Sentences) -> Iterator[Block]:
    """The rows in as many blocks as they need; those that find no place are counted."""
    held, used = [""], 0
    for number, row in enumerate(rows):
        if (used := used + kit.units(row) + 2) > _LIST:
            held[-1] += say("… and {number} more", number=len(rows) - number)
            break
        held = [*held, ""] if kit.units(held[-1]) + kit.units(row) > kit.SECTION - 100 else held
        held[-1] += f"{row}\n"
    yield from (kit.section(text, most=kit.SECTION) for text in held if text)


def _menu(house: House, say: Sentences) -> Iterator[Block]:
    """One template of each topic: in its form the others can be chosen."""
    options: list[Block] = []
    for topic in house.protocol.topics:
        found = (template for lang in house.rules.languages for template in house.templates_for(topic, lang))
        names = [template.name for template in found if is_name(template.name)]
        options += [kit.option(topic, names[0])] if names else []
    while len(options) > _MENU_OPTIONS or kit.size(options) > _MENU:
        options.pop()
    if options:
        yield _select(Press.EDIT, say("Change a template"), options)


def _select(act: str, placeholder: str, options: list[Block], chosen: str = "") -> Block:
    menu = {"type": "static_select", "action_id": act, "placeholder": kit.plain(placeholder, 150), "options": options}
    return menu | _initial(options, chosen)


def _initial(options: Sequence[Block], chosen: str) -> Block:
    return next(({"initial_option": option} for option in options if option["value"] == chosen), {})


def unknown(what: str, close: Sequence[str], say: Sentences) -> str:
    """There is no such template; which were probably meant. A sentence for a message, nothing in it formats."""
    what = inert(kit.clip(what, 100))
    if not close:
        return say("There is no template “{template}”. /reply template lists them all.", template=what)
    names = ", ".join(map(inert, close))
    return say("There is no template “{template}”. Did you mean {names}?", template=what, names=names)


# Changing one


def edit_view(
    source: Source,
    siblings: Sequence[str],
    say: Sentences,
    *,
    body: str | None = None,
    problems: Sequence[Problem] = (),
    preview: Preview | None = None,
    complaint: Complaint | None = None,
    last: TemplateEdit | None = None,
    changed_as_file: datetime | None = None,
    conflict_diff: str = "",
) -> View:
    """The form of one template; ``siblings`` are all of its topic.

    ``body`` is what the person typed so far, where it is not the file's; ``problems`` have the lines of the file.
    ``preview`` answers ``complaint``; none, or ``Editing.example``, where nobody has complained about the topic.
    ``conflict_diff`` is what somebody else changed since the form was opened: ``source`` is then how it stands now, and
    what is saved next replaces that.
    """
    text = source.body.strip("\n") if body is None else body
    short = kit.units(text) <= LONGEST
    blocks = [
        *_conflict(source, last, conflict_diff, say),
        *_languages(source, siblings, say),
        *(_text(source, text, say) if short else _too_long(source, text, say)),
        *_problems(problems, source.body_line, say),
        *_preview(source, preview, complaint, say),
        *_history(last, changed_as_file, say, told=bool(conflict_diff)),
    ]
    held = {"brand": source.brand, "name": source.name, "version": source.version}
    return _view(Form.EDIT, say("Change a template"), blocks, held, say, can_save=short)


def _view(form: Form, title: str, blocks: list[Block], held: object, say: Sentences, *, can_save: bool = True) -> View:
    view: View = {
        "type": "modal",
        "callback_id": form.value,
        "title": kit.plain(title, _TITLE),
        "close": kit.plain(say("Cancel"), _TITLE),
        "private_metadata": json.dumps(held),
        "blocks": blocks,
    }
    return view | ({"submit": kit.plain(say("Save"), _TITLE)} if can_save else {})


def _conflict(source: Source, last: TemplateEdit | None, changed: str, say: Sentences) -> Iterator[Block]:
    if not changed:
        return
    theirs = last is not None and tidied(last.after) == tidied(source.body)
    said = (
        say("{name} has changed this template meanwhile:", name=last.by_name or last.by)
        if last and theirs
        else say("Somebody has changed this template meanwhile:")
    )
    yield kit.rich(kit.line(kit.words(f"⚠️ {said}", bold=True)), kit.verbatim(changed))
    yield kit.section(say("Your text stands below and is not saved yet. Saving it now replaces the other one."))


def _languages(source: Source, siblings: Sequence[str], say: Sentences) -> Iterator[Block]:
    names = [name for name in dict.fromkeys((*siblings, source.name)) if is_name(name)]
    options = [kit.option(_named(name, say), name) for name in names[:_MENU_OPTIONS]]
    if options:
        yield kit.actions(field_id("which", source.name), _select(Press.CHOOSE, say("Language"), options, source.name))
    if source.inherited:
        yield kit.context(say("All brands share this template. Saving it makes a copy for this brand alone."))


def _named(name: str, say: Sentences) -> str:
    """``French · late-delivery-2.fr``."""
    lang = name.rpartition(".")[2]
    return name if say.language(lang) == lang else f"{_language(lang, say)} · {name}"


def _text(source: Source, text: str, say: Sentences) -> list[Block]:
    entry = kit.entry(text, multiline=True)
    button = kit.button(Press.PREVIEW, say("Preview"))
    return [
        kit.field(field_id("text", source.name), say("Text"), entry, hint=_hint(source.variables, say)),
        kit.actions(field_id("preview", source.name), button),
    ]


def _hint(variables: Sequence[str], say: Sentences) -> str:
    names = ", ".join(f"{{{{ {name} }}}}" for name in variables)
    return say("What is filled in: {variables}", variables=names)


def _too_long(source: Source, text: str, say: Sentences) -> list[Block]:
    said = say(
        "This template has {number} characters; a form of Slack's takes 3,000. Please change the file itself: {file}",
        number=kit.units(text),
        file=source.path,
    )
    return [kit.section(said)]


def _problems(problems: Sequence[Problem], first_line: int, say: Sentences) -> Iterator[Block]:
    if not problems:
        return
    title = kit.line(kit.words(f"⛔ {say('This text cannot be saved yet:')}", bold=True))
    said = [_problem(problem, first_line, say) for problem in problems[:_PROBLEMS]]
    yield kit.rich(title, kit.bullets(*(kit.line(kit.words(kit.clip(one, 400))) for one in said)))


def _problem(problem: Problem, first_line: int, say: Sentences) -> str:
    """The sentence with the line as it is counted in the form."""
    what = remark(problem)
    if problem.line >= first_line:
        return say("Line {number}: {problem}", number=problem.line - first_line + 1, problem=what)
    if problem.line:
        return say("Above the text, in line {number} of the file: {problem}", number=problem.line, problem=what)
    return say.remark(what)


def _preview(source: Source, preview: Preview | None, complaint: Complaint | None, say: Sentences) -> Iterator[Block]:
    if preview is None:
        return
    real = complaint is not None and complaint.id != EXAMPLE
    title = (
        say("Preview on the last complaint about {topic}", topic=source.topic)
        if real
        else say("Preview. Nobody has complained about {topic} yet; this is an example.", topic=source.topic)
    )
    asked = complaint.text if complaint else next(iter(source.examples), "")
    paragraphs = [kit.line(kit.words(title, bold=True))]
    paragraphs += [kit.quote(kit.words(kit.clip(asked, _QUOTED)))] if asked.strip() else []
    paragraphs.append(kit.line(kit.words(kit.clip(preview.text, kit.SECTION))))
    yield kit.divider()
    yield kit.rich(*paragraphs)
    if said := list(findings(preview.findings, say)):
        yield kit.rich(*said)


def _history(last: TemplateEdit | None, by_hand: datetime | None, say: Sentences, *, told: bool) -> Iterator[Block]:
    """Who changed it last, and what; ``told``: what changed stands above already."""
    if not last and not by_hand:
        return
    yield kit.divider()
    if by_hand:
        yield kit.rich(_at(say("Changed in the file itself"), by_hand))
    if last:
        changed = "" if told else difference(last.before, last.after)
        said = _at(say("Last changed in the chat by {name}", name=kit.clip(last.by_name or last.by, 100)), last.at)
        yield kit.rich(said, *([kit.verbatim(changed)] if changed else []))


def _at(said: str, at: datetime) -> Block:
    time = kit.moment(at.timestamp(), "{date_short_pretty} {time}", f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return kit.line(kit.words(f"{said} · "), time)


def saved(source: Source, say: Sentences) -> View:
    """It is saved, and what that means."""
    sentence = say("“{template}” is saved. The next draft from it has this text.", template=source.name)
    return notice(say, say("Saved"), f"✅ {sentence}")


# A new one


def new_view(
    house: House, say: Sentences, *, filled: NewText | None = None, problems: Sequence[Problem] = (), sentence: str = ""
) -> View:
    """The form for a new template; ``filled`` keeps what was typed, ``sentence`` and ``problems`` say what is wrong.

    The lines of ``problems`` count in the text.
    """
    filled = filled or NewText(lang=house.rules.languages[0])
    groups = _topics(house, say)
    if not groups:
        return error(say, say("The protocol has no topic to answer. Please add one to protocol.yaml first."))
    options = [kit.option(_language(lang, say), lang) for lang in house.rules.languages[:_MENU_OPTIONS]]
    topics = kit.menu(kit.ENTRY, say("Topic"), groups)
    topics |= _initial([option for _, held in groups for option in held], filled.topic)
    variables = (*VARIABLES, *house.rules.facts)
    blocks = [
        *([kit.section(f"⛔ {sentence}")] if sentence else []),
        *_problems(problems, 1, say),
        kit.field("topic", say("Topic"), topics),
        kit.field("lang", say("Language"), _select(kit.ENTRY, say("Language"), options, filled.lang)),
        kit.field("text", say("Text"), kit.entry(filled.body, multiline=True), hint=_hint(variables, say)),
        _lines("triggers", say("Words that lead to it"), filled.triggers, say),
        _lines("examples", say("Complaints that it answers"), filled.examples, say),
    ]
    return _view(Form.NEW, say("New template"), blocks, {"brand": house.brand.id}, say)


def _lines(name: str, label: str, said: Sequence[str], say: Sentences) -> Block:
    entry = kit.entry("\n".join(said), multiline=True)
    return kit.field(name, label, entry, hint=say("One per line; may stay empty."), optional=True)


def _language(lang: str, say: Sentences) -> str:
    name = say.language(lang)
    return name[:1].upper() + name[1:]


def _topics(house: House, say: Sentences) -> list[tuple[str, list[Block]]]:
    """The topics, those first that lack a template; at most a hundred under one heading."""
    lacking, others = [], []
    for topic in filter(is_name, house.protocol.topics):
        missing = [lang for lang in house.rules.languages if not house.templates_for(topic, lang)]
        if missing and house.topic(topic).reply:
            said = say("missing: {codes}", codes=", ".join(missing))
            lacking.append(kit.option(f"{topic} · {said}", topic))
        else:
            others.append(kit.option(topic, topic))
    groups = [*_parts(say("Without a template"), lacking), *_parts(say("All others"), others)]
    return groups[:_MENU_OPTIONS]


def _parts(heading: str, options: list[Block]) -> Iterator[tuple[str, list[Block]]]:
    for start in range(0, len(options), _MENU_OPTIONS):
        yield heading, options[start : start + _MENU_OPTIONS]
