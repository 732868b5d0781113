"""What can be done with a case as it stands: the row of buttons under its card. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bot.chat.around import Around
from bot.chat.grammar import ALL_TEMPLATES, Act
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.decisions import block_id
from bot.desk.case import Case, Status
from bot.locale import Sentences
from bot.network.manual import Handout

_BEST = 3
_LISTED = 90  # Slack takes a hundred lines
_BESIDE = 1_500  # what the other buttons take
_COPIED = 6_000


def buttons(case: Case, around: Around, room: int) -> Block | None:
    """The row under a card, in at most ``room`` characters of JSON; None when there is nothing to do."""
    elements = list(_elements(case, around, room))
    return kit.actions(block_id("decide", case), *elements) if elements else None


def _elements(case: Case, around: Around, room: int) -> Iterator[Block]:
    say = around.say
    match case.status:
        case Status.AWAITING | Status.REFUSED:
            yield from _decisions(case, around, room)
        case Status.APPROVED if given := around.given(case):
            yield from _by_hand(case, given, say)
        case Status.APPROVED if case.reason:
            yield kit.button(Act.UNDO, say("Undo"))
            yield kit.button(Act.MARK_POSTED, say("Mark as posted"))
        case Status.APPROVED if around.left(case):
            yield kit.button(Act.UNDO, say("Undo"), style="danger")
        case Status.REJECTED:
            yield kit.button(Act.UNDO, say("Undo"))
        case Status.UNKNOWN:
            yield kit.button(Act.MARK_POSTED, say("Posted"), style="primary")
            yield kit.button(Act.TRY_AGAIN, say("Try again"), confirm=_twice(say))
        case Status.RECEIVED | Status.APPROVED | Status.SENDING | Status.POSTED:
            return


def _decisions(case: Case, around: Around, room: int) -> Iterator[Block]:
    say, draft = around.say, case.draft
    written = bool(draft and draft.text.strip())
    postable = bool(draft and written and not draft.blocks)
    if postable:
        yield kit.button(Act.APPROVE, say("Approve"), style="primary")
    label = say("Edit") if written else say("Write the reply")
    yield kit.button(Act.EDIT, label, style="" if postable else "primary")
    yield kit.button(Act.REDRAFT, say("New draft"))
    if case.status is Status.AWAITING and case.approvals:
        yield kit.button(Act.UNDO, say("Take my yes back"))
    more = kit.overflow(Act.MORE, _more(case, say))
    if menu := _templates(case, around, room - _BESIDE):
        yield menu
    yield more


def _more(case: Case, say: Sentences) -> list[tuple[str, str]]:
    waiting = case.status is Status.AWAITING
    labels = {
        Act.REJECT: say("Reject…"),
        Act.ESCALATE: say("Escalate…") if waiting else "",
        Act.TAKE: say("I take this one") if waiting else "",
        Act.MARK_POSTED: say("Mark as posted…"),
        Act.COPY: say("Copy text") if case.draft and case.draft.text.strip() else "",
    }
    return [(act.value, label) for act, label in labels.items() if label]


def _templates(case: Case, around: Around, room: int) -> Block | None:
    """The three best first, then all; what does not fit on the card waits behind the last line, in a form."""
    say = around.say
    best = [other.template for other in case.draft.alternatives] if case.draft else []
    best = [name for name in dict.fromkeys(best) if is_name(name)][:_BEST]
    others = [name for name in dict.fromkeys(around.templates) if is_name(name) and name not in best]
    listed = list(_fitting(others, room))
    if not best and not others:
        return None
    options = [kit.option(name, name) for name in listed]
    if len(listed) < len(others):
        options.append(kit.option(say("All templates…"), ALL_TEMPLATES))
    groups = ((say("Best fit"), [kit.option(name, name) for name in best]), (say("All templates"), options))
    return kit.menu(Act.TEMPLATE, say("Template"), groups)


def is_name(name: str) -> bool:
    """Whether a menu can carry this template's name."""
    return 0 < len(name) <= kit.OPTION and name == kit.visible(name).strip()


def _fitting(names: Sequence[str], room: int) -> Iterator[str]:
    for name in names[:_LISTED]:
        room -= kit.size([kit.option(name, name)]) + 2
        if room < 0:
            return
        yield name


def _by_hand(case: Case, given: Handout, say: Sentences) -> Iterator[Block]:
    opens = way_to_post(case, given, say)
    if opens:
        yield opens
    yield kit.button(Act.MARK_POSTED, say("Mark as posted"), style="" if opens else "primary")
    if not fits_card(given.text):
        yield kit.button(Act.COPY, say("Copy text"))
    yield kit.button(Act.UNDO, say("Undo"))


def fits_card(text: str) -> bool:
    """Whether a card can hold the whole of a text to copy."""
    return kit.units(json.dumps(kit.visible(text), ensure_ascii=False)) <= _COPIED


def way_to_post(case: Case, given: Handout, say: Sentences) -> Block | None:
    """The button to where a person posts the reply: the network's composer, else the complaint."""
    if composer := kit.web(given.composer):
        label = say("Open {network} with this text", network=case.complaint.network)
        return kit.button(Act.OPEN, label, style="primary", url=composer)
    url = kit.web(given.link)
    return kit.button(Act.OPEN, say("Open the complaint"), style="primary", url=url) if url else None


def _twice(say: Sentences) -> Block:
    return kit.confirm(
        say("Post it again?"),
        say("Only when you have looked and it is not there: else the customer reads it twice."),
        say("Post it"),
        say("Not yet"),
    )
