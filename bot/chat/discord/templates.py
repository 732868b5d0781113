"""Templates in Discord: the list, one template with its preview, and the forms for its text and for a new one.

A modal of Discord's shows no preview and changes nothing while it is open: what Slack has in one form stands here in
a message for the person alone, the *sheet*, and the text alone in a form above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.chat import choices, lines, template_lines
from bot.chat.choices import Look
from bot.chat.cutting import clip, units
from bot.chat.discord import layout as kit
from bot.chat.discord.asides import notice
from bot.chat.discord.card import findings
from bot.chat.discord.layout import Aside, Chosen, Heard, Interaction, Item, Pick, Press, Room, Still
from bot.chat.discord.modal import Asked, Sent, Typed, choice, entry, fits, labelled, menu
from bot.chat.discord.text import inert
from bot.chat.template_lines import EditedText, NewText
from bot.desk.case import Complaint
from bot.desk.edit import TemplateEdit
from bot.locale import Sentences
from bot.voice.editing import Preview
from bot.voice.house import House
from bot.voice.source import Source
from bot.voice.yamlfile import Problem

#: The forms' names in their ``custom_id``.
EDIT, NEW = "template-text", "template-create"
_SAVE, _PREVIEW = "save", "preview"
_LIST = 2_600
_MENUS = 8
_QUOTED = 600
_VARIANTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What to do when something of a template's sheet is pressed or sent."""

    choose: Chosen
    save: Sent[EditedText]
    preview: Sent[EditedText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The text of the form, and whether it is to be tried first."""

    text: EditedText
    preview: bool = False


# The list


def listing(house: House, say: Sentences, choose: Chosen, new: Heard) -> Aside:
    """The answer to ``/reply template``: the topics with their languages, menus to open one, a button for more."""
    told = kit.said(kit.heading(say("Templates of {brand}", brand=clip(house.brand.name, 100))), *_rows(house, say))
    hint = kit.said(kit.small(say("Any other: /reply template and its name or topic.")))
    button = kit.row(Press(say("New template"), new, Look.MAIN))
    return Aside(told, *(kit.row(pick) for pick in _menus(house, say, choose)), button, hint)


def _rows(house: House, say: Sentences) -> Iterator[str]:
    """The rows; those that find no place are counted."""
    rows, used = template_lines.rows(house, say), 0
    for number, row in enumerate(rows):
        drawn = f"- {kit.inert(clip(row, 200))}"
        if (used := used + units(drawn) + 1) > _LIST:
            yield kit.small(say("… and {number} more", number=len(rows) - number))
            return
        yield drawn


def _menus(house: House, say: Sentences, choose: Chosen) -> Iterator[Pick]:
    """One template of each topic: the others are a button away from there."""
    options = [kit.option(topic, name) for topic, name in template_lines.first_of_each(house, _is_name)]
    yield from list(_picks(say("Change a template"), options, choose))[:_MENUS]


def _is_name(name: str) -> bool:
    return choices.is_name(name, kit.OPTION)


def unknown(what: str, close: Sequence[str], say: Sentences) -> Still:
    """There is no such template; which were probably meant."""
    return Still(kit.said(template_lines.unknown(what, close, say, inert)))


# One template


def sheet(
    source: Source,
    siblings: Sequence[str],
    say: Sentences,
    hooks: Hooks,
    *,
    body: str | None = None,
    problems: Sequence[Problem] = (),
    preview: Preview | None = None,
    complaint: Complaint | None = None,
    last: TemplateEdit | None = None,
    changed_as_file: datetime | None = None,
    conflict_diff: str = "",
) -> Aside:
    """One template: what it would answer, who changed it, its other languages, and the way to its text.

    ``siblings`` are all of its topic. ``body`` is what the person typed so far, where it is not the file's;
    ``problems`` have the lines of the file. ``preview`` answers ``complaint``; none, or ``Editing.example``, where
    nobody has complained about the topic. ``conflict_diff`` is what somebody else changed meanwhile: ``source`` is
    then how it stands now, and what is saved next replaces that.
    """
    text = source.body.strip("\n") if body is None else body

    def draw(room: Room) -> Aside:
        items = [
            kit.said(kit.heading(clip(template_lines.named(source.name, say), room(200)))),
            *_conflict(source, last, conflict_diff, say, room),
            *_problems(problems, template_lines.lines_of(source, text), say, room),
            *_typed(text if body is not None and (problems or conflict_diff) else "", say, room),
            *_preview(source, preview, complaint, say, room),
            *_history(last, changed_as_file, say, room, told=bool(conflict_diff)),
            *_notes(source, text, say, room),
        ]
        return Aside(kit.box(items), *_buttons(source, text, say, hooks, unsaved=body is not None and not problems))

    view = kit.fitted(draw)
    for rest in _languages(source, siblings, say, hooks):
        view.add_item(rest)
    return view


def _conflict(source: Source, last: TemplateEdit | None, changed: str, say: Sentences, room: Room) -> Iterator[Item]:
    if changed:
        told = kit.bold(f"⚠️ {template_lines.conflict(source, last, say)}")
        yield kit.said(told, kit.code(clip(changed, room(1_500))))
        replaces = say("Your text stands below and is not saved yet. Saving it now replaces the other one.")
        yield kit.said(kit.inert(replaces))


def _problems(found: Sequence[Problem], where: range, say: Sentences, room: Room) -> Iterator[Item]:
    if found:
        told = template_lines.problems(found, where, say)
        title = kit.bold(f"⛔ {say('This text cannot be saved yet:')}")
        yield kit.said(title, kit.bullets(clip(one, room(400)) for one in told))


def _typed(text: str, say: Sentences, room: Room) -> Iterator[Item]:
    if text.strip():
        yield kit.said(kit.bold(say("You wrote:")), kit.code(lines.shortened(text, room(1_500), say)))


def _preview(
    source: Source, preview: Preview | None, complaint: Complaint | None, say: Sentences, room: Room
) -> Iterator[Item]:
    if preview is None:
        return
    asked = template_lines.asked(source, complaint)
    quoted = kit.quote(clip(asked, room(_QUOTED))) if asked.strip() else ""
    yield kit.said(kit.bold(template_lines.preview_title(source, complaint, say)), quoted)
    yield kit.said(kit.inert(lines.shortened(preview.text, room(1_800), say)) or "–")
    if told := list(findings(preview.findings, say, room)):
        yield kit.said(*told)


def _history(
    last: TemplateEdit | None, by_hand: datetime | None, say: Sentences, room: Room, *, told: bool
) -> Iterator[Item]:
    history = list(template_lines.history(last, by_hand, say, told=told))
    if history:
        yield kit.line()
    for runs, changed in history:
        yield kit.said("".join(map(kit.run, runs)), kit.code(clip(changed, room(1_000))) if changed else "")


def _notes(source: Source, text: str, say: Sentences, room: Room) -> Iterator[Item]:
    told = [template_lines.hint(source.variables, say)]
    if source.inherited:
        told.append(say("All brands share this template. Saving it makes a copy for this brand alone."))
    yield kit.said(*(kit.small(clip(one, room(400))) for one in told))
    if not fits(text):
        too_long = say(
            "This template has {number} characters; a form of Discord's takes 4,000. Please change the file itself: "
            "{file}",
            number=units(text),
            file=source.path,
        )
        yield kit.said(kit.inert(clip(too_long, room(600))))


def _buttons(source: Source, text: str, say: Sentences, hooks: Hooks, *, unsaved: bool) -> Iterator[Item]:
    """To the form, and to save what was tried."""
    written = EditedText(brand=source.brand, name=source.name, version=source.version, body=text)

    async def edit(interaction: Interaction) -> None:
        await interaction.response.send_modal(edit_text(source, say, hooks, body=text))

    async def save(interaction: Interaction) -> None:
        await hooks.save(interaction, written)

    pressed = [Press(say("Edit the text"), edit, Look.PLAIN if unsaved else Look.MAIN)] if fits(text) else []
    if unsaved:
        pressed.insert(0, Press(say("Save"), save, Look.MAIN))
    yield from kit.rows(pressed)


def _languages(source: Source, siblings: Sequence[str], say: Sentences, hooks: Hooks) -> list[Item]:
    """One button for each other language or variant; a menu where they are many."""
    names = [name for name in dict.fromkeys((*siblings, source.name)) if _is_name(name)]
    if len(names) > _VARIANTS:
        options = [kit.option(template_lines.named(name, say), name) for name in names[: kit.OPTIONS]]
        return [kit.row(Pick(template_lines.which(source, say), options, hooks.choose))]
    return kit.rows([_language(name, say, hooks, here=name == source.name) for name in names] if names[1:] else [])


def _language(name: str, say: Sentences, hooks: Hooks, *, here: bool) -> Press:
    async def then(interaction: Interaction) -> None:
        await hooks.choose(interaction, name)

    return Press(template_lines.named(name, say), then, disabled=here)


def edit_text(source: Source, say: Sentences, hooks: Hooks, *, body: str) -> Asked[Written]:
    """The form with the text alone; it fits, or the sheet offers no way here."""
    hint = clip(template_lines.hint(source.variables, say), 1_000)
    then = [(_SAVE, say("Save")), (_PREVIEW, say("Preview"))]
    items = [
        kit.said(kit.small(hint)),
        labelled(say("Text"), entry("text", body, long=True, required=True)),
        labelled(say("What to do"), choice("then", then, _SAVE, required=True)),
    ]

    async def sent(interaction: Interaction, written: Written) -> None:
        await (hooks.preview if written.preview else hooks.save)(interaction, written.text)

    return Asked(EDIT, say("Change a template"), items, _reader(source), sent)


def _reader(source: Source) -> Callable[[Typed], Written]:
    def read(typed: Typed) -> Written:
        body = typed.get("text", "")
        text = EditedText(brand=source.brand, name=source.name, version=source.version, body=body)
        return Written(text=text, preview=typed.get("then") == _PREVIEW)

    return read


def saved(source: Source, say: Sentences) -> Still:
    """It is saved, and what that means."""
    return notice(f"✅ {template_lines.saved(source, say)}")


# A new one


def choose_topic(house: House, say: Sentences, sent: Sent[NewText]) -> Aside | Still:
    """What the new template is for, those topics first that lack one; the form follows. A modal's menu is too short."""
    short, rest = template_lines.topics(house, _is_name, say)
    if not short and not rest:
        return notice(say("The protocol has no topic to answer. Please add one to protocol.yaml first."))

    async def ask(interaction: Interaction, topic: str) -> None:
        await interaction.response.send_modal(new_template(house, say, sent, NewText(topic=topic)))

    lacking = [kit.option(label, topic) for label, topic in short]
    others = [kit.option(topic, topic) for topic in rest]
    heading = say("All others") if lacking else say("Topic")
    picks = [*_picks(say("Without a template"), lacking, ask), *_picks(heading, others, ask)]
    told = kit.said(kit.heading(say("New template")), kit.inert(say("Which topic?")))
    return Aside(told, *(kit.row(pick) for pick in picks[: 2 * _MENUS]))


def _picks(heading: str, options: list[discord.SelectOption], then: Chosen) -> Iterator[Pick]:
    """Menus of twenty-five; where there are several, each says from where to where it goes."""
    for start in range(0, len(options), kit.OPTIONS):
        part = options[start : start + kit.OPTIONS]
        between = f" · {part[0].value} – {part[-1].value}" if len(options) > kit.OPTIONS else ""
        yield Pick(heading + between, part, then)


def new_template(house: House, say: Sentences, sent: Sent[NewText], filled: NewText) -> Asked[NewText]:
    """The form for a new template of ``filled.topic``, with what was typed before."""
    hint = clip(template_lines.hint(template_lines.all_variables(house), say), 1_000)
    once = say("One per line; may stay empty.")
    items = [
        kit.said(f"{kit.bold(say('Topic'))} · {kit.inert(clip(filled.topic, 100))}", kit.small(hint)),
        labelled(say("Language"), _language_menu(house, filled, say)),
        labelled(say("Text"), entry("text", filled.body, long=True, required=True)),
        labelled(say("Words that lead to it"), entry("triggers", "\n".join(filled.triggers), long=True), once),
        labelled(say("Complaints that it answers"), entry("examples", "\n".join(filled.examples), long=True), once),
    ]

    def read(typed: Typed) -> NewText:
        return read_new(typed, house.brand.id, filled.topic)

    return Asked(NEW, say("New template"), items, read, sent)


def _language_menu(house: House, filled: NewText, say: Sentences) -> Item:
    languages = house.rules.languages[: kit.OPTIONS]
    lacking = (lang for lang in languages if not house.templates_for(filled.topic, lang))
    chosen = filled.lang or next(lacking, languages[0])
    options = [kit.option(template_lines.language(lang, say), lang, default=lang == chosen) for lang in languages]
    return menu("lang", options, say("Language"))


def read_new(typed: Typed, brand: str, topic: str) -> NewText:
    """The new template that stands in the form."""
    return NewText(
        brand=brand,
        topic=topic,
        lang=typed.get("lang", ""),
        body=typed.get("text", ""),
        triggers=template_lines.phrases(typed.get("triggers", "")),
        examples=template_lines.phrases(typed.get("examples", "")),
    )


def what_is_wrong(problems: Sequence[Problem], say: Sentences) -> str:
    """Why a new template cannot be saved, for ``asides.kept``; the lines count in its text."""
    told = template_lines.problems(problems, template_lines.ALL, say)
    return "\n".join([say("This text cannot be saved yet:"), *(f"• {one}" for one in told)])
