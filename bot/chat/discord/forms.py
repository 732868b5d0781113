"""The modals, and how they are read back. Reading never raises, whatever comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.chat import answers, lines, words
from bot.chat.answers import Brought
from bot.chat.around import Around
from bot.chat.cutting import clip, cut, visible
from bot.chat.discord import layout as kit
from bot.chat.discord.buttons import shown_draft
from bot.chat.discord.card import findings
from bot.chat.discord.layout import Item, Room
from bot.chat.discord.modal import Asked, Sent, Typed, choice, entry, fits, labelled, menu
from bot.chat.grammar import Form
from bot.desk.case import Case, Finding
from bot.desk.decision import Amend
from bot.desk.ports import Length
from bot.errors import Refusal
from bot.locale import Sentences

_APPROVE, _SAVE = "approve", "save"
_QUOTED = 400


class TooLongToEdit(Refusal):
    """No form of Discord's holds the draft."""

    says = "This draft is too long for a form of Discord's (4,000 characters). Ask for a new draft."


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The text as it stands in the form, and whether it is to be approved with it."""

    text: str = ""
    approve: bool = False


# A new complaint


def new_complaint(
    say: Sentences,
    brands: Sequence[tuple[str, str]],
    sent: Sent[Brought],
    *,
    text: str = "",
    brand: str = "",
) -> Asked[Brought]:
    """The form behind ``/reply``; ``brands`` are ids and names, asked for where there are several."""
    fields = [
        labelled(say("What the customer wrote"), entry("text", text, long=True, required=True)),
        labelled(
            say("Link to it"),
            entry("link", like="https://…"),
            say("It says which network and where to reply."),
        ),
        labelled(say("Author"), entry("author", most=200), answers.author_hint(say)),
    ]
    if len(brands) > 1:
        fields.insert(0, labelled(say("Brand"), _brand(brands, brand, say)))
    read = _reader(brands)
    return Asked(Form.NEW_COMPLAINT, say("A new complaint"), fields, read, sent)


def _brand(brands: Sequence[tuple[str, str]], chosen: str, say: Sentences) -> Item:
    """A menu, or a field for a name where there are more brands than a menu holds."""
    if len(brands) > kit.OPTIONS:
        return entry("brand", dict(brands).get(chosen, ""), most=200, required=True, like=brands[0][1])
    options = [kit.option(name, key, default=key == chosen) for key, name in brands]
    return menu("brand", options, say("Which brand?"))


def _reader(brands: Sequence[tuple[str, str]]) -> Callable[[Typed], Brought]:
    ids = {name.casefold(): key for key, name in brands}

    def read(typed: Typed) -> Brought:
        said = typed.get("brand", "")
        return read_new_complaint({**typed, "brand": ids.get(said.casefold(), said)})

    return read


def read_new_complaint(typed: Typed) -> Brought:
    """The complaint that was written into the form."""
    return answers.brought(
        text=typed.get("text", ""),
        link=typed.get("link", ""),
        author=typed.get("author", ""),
        brand=typed.get("brand", ""),
    )


# Edit


def edit(
    case: Case,
    around: Around,
    sent: Sent[Edited],
    *,
    manager: bool,
    text: str | None = None,
    found: Sequence[Finding] | None = None,
    length: Length | None = None,
) -> Asked[Edited]:
    """The draft to change, with its length and what the checks find: Discord cannot count while somebody types.

    ``text`` is what was typed before, with what is ``found`` in it and its ``length``.

    Raises:
        TooLongToEdit: the draft is longer than a field.
    """
    say, draft = around.say, case.draft
    begin = text if text is not None else draft.text if draft else ""
    if not fits(begin):
        raise TooLongToEdit
    found = found if found is not None else draft.findings if draft else ()
    field = entry("text", begin, long=True, required=True)
    items = [*_asked(case), labelled(say("Reply"), field, _measured(length or around.length, around.signature, say))]
    if told := list(findings(found, say, Room(0.5))):
        items.append(kit.said(*told))
    if manager:
        then = [(_APPROVE, say("Save and approve")), (_SAVE, say("Save as a draft"))]
        items.append(labelled(say("What to do"), choice("then", then, _APPROVE, required=True)))
    title = say("Edit draft {number}", number=draft.number) if draft and begin else say("Write the reply")
    return Asked(Form.EDIT, title, items, read_edit, sent, shown_draft(case))


def _asked(case: Case) -> Iterator[Item]:
    if text := case.complaint.text.strip():
        yield kit.said(kit.quote(clip(text, _QUOTED)))


def _measured(length: Length | None, signature: str, say: Sentences) -> str:
    """How long it is now, and how it will be signed."""
    told = words.length(length, say) if length else ""
    signed = say("Signed {signature} when posted.", signature=clip(signature, 40)) if signature.strip() else ""
    return " · ".join(filter(None, (told if not length or length.fits else f"⛔ {told}", signed)))


def read_edit(typed: Typed) -> Edited:
    """The text, and what is to become of it; who is no manager was not asked, and saves."""
    return Edited(text=typed.get("text", ""), approve=typed.get("then") == _APPROVE)


# Another draft


def redraft(say: Sentences, draft: int, sent: Sent[str]) -> Asked[str]:
    """What the next draft should be like; for a model, since a template cannot follow a note."""
    items = [
        kit.said(kit.small(answers.note_hint(say))),
        labelled(say("What should be different?"), entry("note", long=True, most=500)),
    ]
    return Asked(Form.REDRAFT, say("New draft"), items, read_redraft, sent, draft)


def read_redraft(typed: Typed) -> str:
    """The note, empty when none was given."""
    return typed.get("note", "")


# Reject, escalate, mark as posted


def reject(say: Sentences, draft: int, sent: Sent[str]) -> Asked[str]:
    """Why there is no reply: one tap, or words; both may stay open."""
    reasons = [(reason, reason) for reason in answers.reasons(say)]
    items = [
        labelled(say("Why is there no reply?"), choice("reason", reasons, required=False)),
        labelled(say("In your words"), entry("words", most=500)),
    ]
    return Asked(Form.REJECT, say("No reply"), items, read_reject, sent, draft)


def read_reject(typed: Typed) -> str:
    """The reason, empty when none was given."""
    return answers.reason(typed.get("reason", ""), typed.get("words", ""))


def escalate(say: Sentences, draft: int, sent: Sent[str]) -> Asked[str]:
    """What a senior should know."""
    items = [labelled(say("What should they know?"), entry("reason", long=True, most=1_000))]
    return Asked(Form.ESCALATE, say("Escalate"), items, read_escalate, sent, draft)


def read_escalate(typed: Typed) -> str:
    """The reason, empty when none was given."""
    return typed.get("reason", "")


def mark_posted(say: Sentences, draft: int, sent: Sent[str]) -> Asked[str]:
    """Where the reply can be read; may stay open."""
    items = [labelled(say("Link to the reply"), entry("link", like="https://…"))]
    return Asked(Form.MARK_POSTED, say("Mark as posted"), items, read_mark_posted, sent, draft)


def read_mark_posted(typed: Typed) -> str:
    """The link, empty when none was given."""
    return typed.get("link", "")


# Taken off the network again


def delete(say: Sentences, draft: int, network: str, sent: Sent[str]) -> Asked[str]:
    """Why a reply that is public goes again; that must be said."""
    items = [
        kit.said(kit.inert(answers.deleting(say, network))),
        labelled(say("Why is it deleted?"), entry("reason", long=True, most=500, required=True)),
    ]
    return Asked(Form.DELETE, say("Delete this reply"), items, read_delete, sent, draft)


def read_delete(typed: Typed) -> str:
    """The reason; empty when only blanks were given."""
    return typed.get("reason", "")


# What a complaint lacks


def add_missing(case: Case, say: Sentences, sent: Sent[Amend]) -> Asked[Amend]:
    """Author and link, to add or to correct; the text only where there is none."""
    complaint = case.complaint
    who = cut(visible(complaint.author or complaint.author_name), 200)
    items = [
        labelled(say("Link to it"), entry("link", lines.link_to(case), like="https://…")),
        labelled(say("Author"), entry("author", who, most=200), answers.author_hint(say)),
    ]
    if not complaint.text.strip():
        items.insert(0, labelled(say("What the customer wrote"), entry("text", long=True, required=True)))
    return Asked(Form.ADD, say("What is missing"), items, read_missing, sent, shown_draft(case))


def read_missing(typed: Typed) -> Amend:
    """What was added; what stayed open is empty, and changes nothing."""
    return answers.missing(text=typed.get("text", ""), link=typed.get("link", ""), author=typed.get("author", ""))
