"""The modals, and how they are read back. Pure; reading never raises, whatever comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat import answers, choices, lines, words
from bot.chat.answers import Brought as Brought
from bot.chat.around import Around
from bot.chat.grammar import Act, Form
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.buttons import way_to_post
from bot.chat.slack.card import findings, shown
from bot.chat.slack.decisions import block_id
from bot.chat.slack.modal import Subject, View, modal, typed
from bot.desk.case import Case, Finding
from bot.desk.decision import Amend
from bot.desk.ports import Length
from bot.locale import Sentences
from bot.network.manual import Handout

#: Longer texts cannot be edited in a form of Slack's.
LONGEST = 3_000
_PART = 2_900
_PARTS = 40
_TRANSLATED = 3_000  # twice that, each sign escaped, is still one form


# Short ones


def loading(say: Sentences, sentence: str = "") -> View:
    """Opened at once, since Slack gives three seconds; another view takes its place."""
    return notice(say, say("One moment"), sentence or say("Loading…"))


def notice(say: Sentences, title: str, sentence: str) -> View:
    """A sentence and nothing to send."""
    return modal(Form.NOTICE, title, [kit.section(sentence)], say("Close"))


def error(say: Sentences, sentence: str) -> View:
    """Why something could not be done, and what to do next."""
    return notice(say, say("That did not work"), f"⚠️ {sentence}")


def saved(say: Sentences, number: int, *, approved: bool = False) -> View:
    """The draft is saved; where to look next."""
    if approved:
        return notice(say, say("Approved"), say("Draft {number} is saved and approved.", number=number))
    return notice(
        say, say("Saved"), say("Draft {number} is saved: its card waits for a manager in the channel.", number=number)
    )


# A new complaint


def new_complaint(
    say: Sentences, brands: Sequence[tuple[str, str]], text: str = "", *, brand: str = "", channel: str = ""
) -> View:
    """The form behind ``/reply``; ``brands`` are ids and names, asked for where there are several."""
    fields = [
        kit.field("text", say("What the customer wrote"), kit.entry(text, multiline=True)),
        kit.field(
            "link",
            say("Link to it"),
            kit.address(),
            hint=say("It says which network and where to reply."),
            optional=True,
        ),
        kit.field("author", say("Author"), kit.entry(most=200), hint=answers.author_hint(say), optional=True),
    ]
    if len(brands) > 1:
        fields.insert(0, _brand(brands, brand, say))
    of = Subject(channel=channel)
    return modal(Form.NEW_COMPLAINT, say("A new complaint"), fields, say("Cancel"), say("Draft a reply"), of)


def _brand(brands: Sequence[tuple[str, str]], chosen: str, say: Sentences) -> Block:
    options = {key: kit.option(name, key) for key, name in brands[:100]}
    select: Block = {
        "type": "static_select",
        "action_id": kit.ENTRY,
        "placeholder": kit.plain(say("Which brand?")),
        "options": list(options.values()),
    }
    if chosen in options:
        select["initial_option"] = options[chosen]
    return kit.field("brand", say("Brand"), select)


def read_new_complaint(view: Mapping[str, Any]) -> Brought:
    """The complaint that was written into the form."""
    return answers.brought(
        text=typed(view, "text"), link=typed(view, "link"), author=typed(view, "author"), brand=typed(view, "brand")
    )


# Edit


def edit(
    case: Case,
    around: Around,
    of: Subject,
    *,
    manager: bool,
    text: str | None = None,
    found: Sequence[Finding] | None = None,
    length: Length | None = None,
) -> View:
    """The draft to change, with its length and what the checks find.

    ``found`` and ``length`` are those of what is typed so far, for ``views.update`` while somebody types: the field
    keeps its ids, so nothing typed is lost. ``text`` is to begin with another text than the draft's.
    """
    say, draft = around.say, case.draft
    begin = text if text is not None else draft.text if draft else ""
    if kit.units(begin) > LONGEST:
        return error(say, say("This draft is too long for a form of Slack's (3,000 characters). Ask for a new draft."))
    found = found if found is not None else draft.findings if draft else ()
    blocks = [*_asked(case), _text(case, begin, say), *_live(length or around.length, found, say)]
    if around.signature.strip():
        blocks.append(kit.context(say("Signed {signature} when posted.", signature=around.signature)))
    if manager:
        blocks.append(kit.actions(block_id("save", case), kit.button(Act.SAVE, say("Save as a draft"))))
    title = say("Edit draft {number}", number=draft.number) if draft and begin else say("Write the reply")
    return modal(Form.EDIT, title, blocks, say("Cancel"), say("Save and approve") if manager else say("Save"), of)


def _asked(case: Case) -> list[Block]:
    text = case.complaint.text.strip()
    return [kit.rich(kit.quote(kit.words(kit.clip(text, 400))))] if text else []


def _text(case: Case, text: str, say: Sentences) -> Block:
    entry = kit.entry(text, act=Act.TYPED, multiline=True)
    entry["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    return kit.field(block_id("text", case), say("Reply"), entry) | {"dispatch_action": True}


def _live(length: Length | None, found: Sequence[Finding], say: Sentences) -> list[Block]:
    blocks = []
    if length:
        blocks.append(kit.context(f"{'' if length.fits else '⛔ '}{words.length(length, say)}"))
    if said := list(findings(found, say)):
        blocks.append(kit.rich(*said))
    return blocks


def read_edit(view: Mapping[str, Any]) -> str:
    """The text as it stands in the form; on ``view_submission`` and on a button within the form alike."""
    return typed(view, "text")


# Another draft, and this one in another language


def redraft(say: Sentences, of: Subject) -> View:
    """What the next draft should be like; for a model, since a template cannot follow a note."""
    entry = kit.entry(multiline=True, most=500)
    hint = answers.note_hint(say)
    fields = [kit.field("note", say("What should be different?"), entry, hint=hint, optional=True)]
    return modal(Form.REDRAFT, say("New draft"), fields, say("Cancel"), say("New draft"), of)


def read_redraft(view: Mapping[str, Any]) -> str:
    """The note, empty when none was given."""
    return typed(view, "note")


def translation(case: Case, text: str, say: Sentences) -> View:
    """The draft in the team's language, and as it stands."""
    translated, own = lines.translated(case, text, _TRANSLATED, say, say.lang)
    blocks = [
        kit.rich(kit.line(kit.words(translated[0], bold=True)), kit.line(kit.words(translated[1]))),
        kit.divider(),
        kit.rich(kit.line(kit.words(own[0], bold=True)), kit.quote(kit.words(own[1]))),
        kit.context(lines.for_reading(say)),
    ]
    return modal(Form.NOTICE, say("Translation"), blocks, say("Close"))


# Reject, escalate, mark as posted


def reject(say: Sentences, of: Subject) -> View:
    """Why there is no reply: one tap, or words; both may stay open."""
    radio: Block = {
        "type": "radio_buttons",
        "action_id": kit.ENTRY,
        "options": [kit.option(reason, reason) for reason in answers.reasons(say)],
    }
    fields = [
        kit.field("reason", say("Why is there no reply?"), radio, optional=True),
        kit.field("words", say("In your words"), kit.entry(most=500), optional=True),
    ]
    return modal(Form.REJECT, say("No reply"), fields, say("Cancel"), say("Reject"), of)


def read_reject(view: Mapping[str, Any]) -> str:
    """The reason, empty when none was given."""
    return answers.reason(typed(view, "reason"), typed(view, "words"))


def escalate(say: Sentences, of: Subject) -> View:
    """What a senior should know."""
    entry = kit.entry(multiline=True, most=1_000)
    fields = [kit.field("reason", say("What should they know?"), entry, optional=True)]
    return modal(Form.ESCALATE, say("Escalate"), fields, say("Cancel"), say("Escalate"), of)


def read_escalate(view: Mapping[str, Any]) -> str:
    """The reason, empty when none was given."""
    return typed(view, "reason")


def mark_posted(say: Sentences, of: Subject) -> View:
    """Where the reply can be read; may stay open."""
    entry = kit.address()
    fields = [kit.field("link", say("Link to the reply"), entry, optional=True)]
    return modal(Form.MARK_POSTED, say("Mark as posted"), fields, say("Cancel"), say("It is posted"), of)


def read_mark_posted(view: Mapping[str, Any]) -> str:
    """The link, empty when none was given."""
    return typed(view, "link")


# Taken off the network again


def delete(say: Sentences, of: Subject, network: str) -> View:
    """Why a reply that is public goes again; that must be said."""
    entry = kit.entry(multiline=True, most=500)
    fields = [
        kit.section(answers.deleting(say, network)),
        kit.field("reason", say("Why is it deleted?"), entry),
    ]
    return modal(Form.DELETE, say("Delete this reply"), fields, say("Cancel"), say("Delete"), of)


def read_delete(view: Mapping[str, Any]) -> str:
    """The reason; empty when only blanks were given."""
    return typed(view, "reason")


def deleted(say: Sentences) -> View:
    """It is gone."""
    return notice(say, say("Deleted"), answers.deleted(say))


# What a complaint lacks


def add_missing(case: Case, say: Sentences, of: Subject) -> View:
    """Author and link, to add or to correct; the text only where there is none."""
    complaint = case.complaint
    who = kit.cut(kit.visible(complaint.author or complaint.author_name), 200)
    fields = [
        kit.field("link", say("Link to it"), kit.address(lines.link_to(case)), optional=True),
        kit.field("author", say("Author"), kit.entry(who, most=200), hint=answers.author_hint(say), optional=True),
    ]
    if not complaint.text.strip():
        fields.insert(0, kit.field("text", say("What the customer wrote"), kit.entry(multiline=True)))
    return modal(Form.ADD, say("What is missing"), fields, say("Cancel"), say("Add"), of)


def read_missing(view: Mapping[str, Any]) -> Amend:
    """What was added; what stayed open is empty, and changes nothing."""
    return answers.missing(text=typed(view, "text"), link=typed(view, "link"), author=typed(view, "author"))


# Templates, copying, approving


def choose_template(say: Sentences, of: Subject, best: Sequence[str], names: Sequence[str]) -> View:
    """All templates, where the card's menu could not hold them."""
    first, others = choices.sorted_names(best, names, kit.OPTION)
    parts = [others[start : start + 100] for start in range(0, min(len(others), 2_000), 100)]
    groups = [(say("Best fit"), first), *((f"{part[0]} – {part[-1]}", part) for part in parts)]
    options = [(label, [kit.option(name, name) for name in held]) for label, held in groups]
    menu = kit.menu(Act.TEMPLATE, say("Template"), options)
    fields = [kit.field("template", say("Which template?"), menu)] if first or others else []
    if not fields:
        return error(say, say("No template fits. Please write the reply yourself."))
    return modal(Form.TEMPLATE, say("Template"), fields, say("Cancel"), say("New draft"), of)


def read_template(view: Mapping[str, Any]) -> str:
    """The name of the chosen template."""
    return typed(view, "template")


def copy_text(case: Case, say: Sentences, of: Subject, given: Handout) -> View:
    """The text to copy, in whole, and the way to where it goes."""
    text = kit.visible(given.text).strip() or "–"
    parts = [text[start : start + _PART] for start in range(0, len(text), _PART)][:_PARTS]
    blocks = [kit.rich(kit.verbatim(part)) for part in parts]
    if opens := way_to_post(case, given, say):
        blocks.append(kit.actions(block_id("open", case), opens))
    return modal(Form.COPY, say("Copy text"), blocks, say("Close"), of=of)


def approve(case: Case, around: Around, of: Subject) -> View:
    """One waiting case in whole, to approve it from ``/reply approve``."""
    say = around.say
    blocks = [_without_buttons(block) for block in shown(case, around)]
    if choices.postable(case):
        pressed = kit.button(Act.APPROVE, say("Approve"), style="primary")
        blocks.append(kit.actions(block_id("decide", case), pressed, kit.button(Act.EDIT, say("Edit"))))
    return modal(Form.APPROVE, say("Approve this reply?"), blocks, say("Close"), of=of)


def _without_buttons(block: Block) -> Block:
    return {key: value for key, value in block.items() if key != "accessory"}
