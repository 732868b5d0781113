"""What can be done with a case as it stands: the rows of buttons under its card. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bot.chat import choices
from bot.chat.around import Around
from bot.chat.choices import Choice
from bot.chat.grammar import ALL_TEMPLATES, Act
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.decisions import block_id
from bot.desk.case import Case
from bot.locale import Sentences
from bot.network.manual import Handout

_LISTED = 90  # Slack takes a hundred lines
_BESIDE = 1_500  # what the other buttons take
_COPIED = 6_000


def buttons(case: Case, around: Around, room: int) -> Block | None:
    """The row under a card, in at most ``room`` characters of JSON; None when there is nothing to do."""
    elements = list(_elements(case, around, room))
    return kit.actions(block_id("decide", case), *elements) if elements else None


def quiet_buttons(case: Case, around: Around) -> Block | None:
    """The second row: the draft in another tone or language; None where no model writes."""
    elements = [_button(choice) for choice in choices.rewordings(case, around)]
    return kit.actions(block_id("reword", case), *elements) if elements else None


def _elements(case: Case, around: Around, room: int) -> Iterator[Block]:
    given = around.given(case)
    fits = given is None or fits_card(given.text)
    yield from map(_button, choices.choices(case, around, fits=fits, longest_url=kit.URL))
    if choices.has_menus(case):
        if menu := _templates(case, around, room - _BESIDE):
            yield menu
        yield kit.overflow(Act.MORE, [(choice.act.value, choice.label) for choice in choices.more(case, around.say)])


def _button(choice: Choice) -> Block:
    asks = choice.question
    confirm = kit.confirm(asks.title, asks.text, asks.yes, asks.no) if asks else None
    return kit.button(choice.act, choice.label, style=choice.look.value, url=choice.url, confirm=confirm)


def _templates(case: Case, around: Around, room: int) -> Block | None:
    """The three best first, then all; what does not fit on the card waits behind the last line, in a form."""
    say = around.say
    best, others = choices.templates(case, around, kit.OPTION)
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
    return choices.is_name(name, kit.OPTION)


def _fitting(names: Sequence[str], room: int) -> Iterator[str]:
    for name in names[:_LISTED]:
        room -= kit.size([kit.option(name, name)]) + 2
        if room < 0:
            return
        yield name


def fits_card(text: str) -> bool:
    """Whether a card can hold the whole of a text to copy."""
    return kit.units(json.dumps(kit.visible(text), ensure_ascii=False)) <= _COPIED


def way_to_post(case: Case, given: Handout, say: Sentences) -> Block | None:
    """The button to where a person posts the reply: the network's composer, else the complaint."""
    choice = choices.way_to_post(case, given, say, kit.URL)
    return _button(choice) if choice else None
