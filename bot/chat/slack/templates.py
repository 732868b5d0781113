"""Templates in Slack: the list, the form to change one, the form for a new one. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.chat import template_lines
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.buttons import is_name
from bot.chat.slack.card import drawn, findings
from bot.chat.slack.forms import LONGEST, error, notice
from bot.chat.slack.modal import View
from bot.chat.slack.template_reading import Form, Press, field_id
from bot.chat.slack.text import inert
from bot.chat.template_lines import NewText
from bot.desk.case import Complaint
from bot.desk.edit import TemplateEdit
from bot.locale import Sentences
from bot.voice.editing import Preview
from bot.voice.house import House
from bot.voice.source import Source
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
        *_sections(template_lines.rows(house, say), say),
        kit.actions("template-list", *_menu(house, say), kit.button(Press.NEW, say("New template"))),
        kit.context(say("Any other: /reply template and its name or topic.")),
    ]
    return {"text": inert(title), "blocks": blocks}


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
    options = [kit.option(topic, name) for topic, name in template_lines.first_of_each(house, is_name)]
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
    return template_lines.unknown(what, close, say, inert)


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
        *_problems(problems, template_lines.lines_of(source, text), say),
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
    said = template_lines.conflict(source, last, say)
    yield kit.rich(kit.line(kit.words(f"⚠️ {said}", bold=True)), kit.verbatim(changed))
    yield kit.section(say("Your text stands below and is not saved yet. Saving it now replaces the other one."))


def _languages(source: Source, siblings: Sequence[str], say: Sentences) -> Iterator[Block]:
    names = [name for name in dict.fromkeys((*siblings, source.name)) if is_name(name)]
    options = [kit.option(template_lines.named(name, say), name) for name in names[:_MENU_OPTIONS]]
    if options:
        label = template_lines.which(source, say)
        yield kit.actions(field_id("which", source.name), _select(Press.CHOOSE, label, options, source.name))
    if source.inherited:
        yield kit.context(say("All brands share this template. Saving it makes a copy for this brand alone."))


def _text(source: Source, text: str, say: Sentences) -> list[Block]:
    entry = kit.entry(text, multiline=True)
    button = kit.button(Press.PREVIEW, say("Preview"))
    return [
        kit.field(field_id("text", source.name), say("Text"), entry, hint=template_lines.hint(source.variables, say)),
        kit.actions(field_id("preview", source.name), button),
    ]


def _too_long(source: Source, text: str, say: Sentences) -> list[Block]:
    said = say(
        "This template has {number} characters; a form of Slack's takes 3,000. Please change the file itself: {file}",
        number=kit.units(text),
        file=source.path,
    )
    return [kit.section(said)]


def _problems(problems: Sequence[Problem], where: range, say: Sentences) -> Iterator[Block]:
    if not problems:
        return
    title = kit.line(kit.words(f"⛔ {say('This text cannot be saved yet:')}", bold=True))
    said = template_lines.problems(problems, where, say)
    yield kit.rich(title, kit.bullets(*(kit.line(kit.words(one)) for one in said)))


def _preview(source: Source, preview: Preview | None, complaint: Complaint | None, say: Sentences) -> Iterator[Block]:
    if preview is None:
        return
    title, asked = template_lines.preview_title(source, complaint, say), template_lines.asked(source, complaint)
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
    for runs, changed in template_lines.history(last, by_hand, say, told=told):
        yield kit.rich(kit.line(*map(drawn, runs)), *([kit.verbatim(changed)] if changed else []))


def saved(source: Source, say: Sentences) -> View:
    """It is saved, and what that means."""
    return notice(say, say("Saved"), f"✅ {template_lines.saved(source, say)}")


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
    options = [kit.option(template_lines.language(lang, say), lang) for lang in house.rules.languages[:_MENU_OPTIONS]]
    topics = kit.menu(kit.ENTRY, say("Topic"), groups)
    topics |= _initial([option for _, held in groups for option in held], filled.topic)
    hint = template_lines.hint(template_lines.all_variables(house), say)
    blocks = [
        *([kit.section(f"⛔ {sentence}")] if sentence else []),
        *_problems(problems, template_lines.ALL, say),
        kit.field("topic", say("Topic"), topics),
        kit.field("lang", say("Language"), _select(kit.ENTRY, say("Language"), options, filled.lang)),
        kit.field("text", say("Text"), kit.entry(filled.body, multiline=True), hint=hint),
        _lines("triggers", say("Words that lead to it"), filled.triggers, say),
        _lines("examples", say("Complaints that it answers"), filled.examples, say),
    ]
    return _view(Form.NEW, say("New template"), blocks, {"brand": house.brand.id}, say)


def _lines(name: str, label: str, said: Sequence[str], say: Sentences) -> Block:
    entry = kit.entry("\n".join(said), multiline=True)
    return kit.field(name, label, entry, hint=say("One per line; may stay empty."), optional=True)


def _topics(house: House, say: Sentences) -> list[tuple[str, list[Block]]]:
    """The topics, those first that lack a template; at most a hundred under one heading."""
    short, rest = template_lines.topics(house, is_name, say)
    lacking = [kit.option(label, topic) for label, topic in short]
    others = [kit.option(topic, topic) for topic in rest]
    groups = [*_parts(say("Without a template"), lacking), *_parts(say("All others"), others)]
    return groups[:_MENU_OPTIONS]


def _parts(heading: str, options: list[Block]) -> Iterator[tuple[str, list[Block]]]:
    for start in range(0, len(options), _MENU_OPTIONS):
        yield heading, options[start : start + _MENU_OPTIONS]
