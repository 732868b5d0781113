"""Case -> Components V2. Pure: the same case gives the same card.

Such a message has no ``content``: what a notification shows of it is Discord's choice, so the first line says most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from discord import ui

from bot.chat import lines, words
from bot.chat.around import Around
from bot.chat.choices import Choice
from bot.chat.cutting import clip, units, visible
from bot.chat.discord import layout as kit
from bot.chat.discord.buttons import button, rows, shown_draft
from bot.chat.discord.layout import Item, Room
from bot.chat.grammar import Act
from bot.chat.lines import Run
from bot.desk.case import Case, Draft, Finding, Severity
from bot.locale import Sentences
from bot.network.manual import Handout

#: How much of a text is shown, in characters; what is kept and posted is never cut.
VIEW = 900
GLIMPSE = 240
DRAFT_VIEW = 1_800
#: The longest text to copy that a card holds in whole.
COPIED = 1_800
_COMPOSER = 1_200
_COLOURS = {Severity.HIGH: 0xE8850C, Severity.CRITICAL: 0xD83A42}


def card(case: Case, around: Around) -> kit.Still:
    """The card of a case. Its buttons are heard by ``buttons.card_items``."""
    fits = fits_card(case, around)
    return kit.fitted(lambda room: kit.Still(boxed(case, [*shown(case, around, room), *rows(case, around, fits=fits)])))


def collapsed(draft: int, link: str, say: Sentences) -> kit.Still:
    """What is left of the message that showed a draft which another one has replaced."""
    told = kit.italic(say("Draft {number} · replaced by a newer draft", number=draft))
    url = kit.web(link)
    return kit.Still(kit.said(f"{told} · {kit.link(url, say('see below'))}" if url else told))


def shown(case: Case, around: Around, room: Room, *, amendable: bool = True) -> list[Item]:
    """The card without its buttons: all of the case while somebody may decide, the gist of it afterwards."""
    if case.status in lines.OPEN:
        return list(_in_full(case, around, room, amendable=amendable))
    return list(_in_short(case, around, room))


def boxed(case: Case, items: list[Item]) -> ui.Container[Any]:
    """In a box with the colour of the case's severity, which the title's sign and the words say too."""
    return kit.box(items, _COLOURS.get(case.severity))


def _in_full(case: Case, around: Around, room: Room, *, amendable: bool) -> Iterator[Item]:
    say = around.say
    yield _complaint(case, around, room, VIEW)
    if beside := lines.beside(case, say):
        yield kit.said(*(kit.small(clip(one, room(240))) for one in beside))
    yield kit.said(_about(case, say, room))
    if missing := words.missing(case, say):
        add = Choice(Act.ADD, say("Add…"))
        told = kit.said(kit.inert(missing))
        yield ui.Section(told, accessory=button(add, shown_draft(case))) if amendable else told
    if case.draft:
        if original := lines.original(case.draft, say):
            yield kit.said(*(_cut(run, room) for run in original))
        yield kit.line()
        yield from _draft(case, case.draft, around, room)
    if standing := lines.standing(case, around):
        yield kit.said(*(kit.bold(clip(said, room(600))) for said in standing))


def _in_short(case: Case, around: Around, room: Room) -> Iterator[Item]:
    say = around.say
    yield _complaint(case, around, room, GLIMPSE)
    if url := lines.link_to(case):
        yield kit.said(_where(case, url, say))
    given = around.given(case)
    if case.reply and case.reply.text.strip() and not given:
        yield kit.said(kit.inert(lines.shortened(case.reply.text, room(DRAFT_VIEW), say)))
    yield kit.said("".join(map(kit.run, lines.ending(case, around))))
    if given:
        yield from _to_copy(case, given, around, room)


# The complaint


def _cut(run: Run, room: Room) -> str:
    return kit.run(replace(run, text=clip(run.text, room(320))))


def _complaint(case: Case, around: Around, room: Room, most: int) -> Item:
    title = clip(lines.title(case, around.now, around.say), room(240))
    return kit.said(kit.heading(title), kit.quote(lines.complaint(case, room(most), around.say)))


def _about(case: Case, say: Sentences, room: Room) -> str:
    told = kit.inert(clip(lines.about(case, say), room(300)))
    url = lines.link_to(case)
    return f"{told} · {_where(case, url, say)}" if url else told


def _where(case: Case, url: str, say: Sentences) -> str:
    return kit.link(url, say("See it on {network}", network=case.complaint.network))


# The draft


def _draft(case: Case, draft: Draft, around: Around, room: Room) -> Iterator[Item]:
    say = around.say
    if text := list(_text(draft, around, room)):
        yield kit.said(*text)
    if told := lines.remarks(draft, say):
        yield kit.said(*(kit.inert(clip(one, room(320))) for one in told))
    if found := list(findings(draft.findings, say, room)):
        yield kit.said(*found)
    if printed := list(lines.small_print(case, draft, around)):
        yield kit.said(*(kit.small(clip(one, room(300))) for one in printed))


def _text(draft: Draft, around: Around, room: Room) -> Iterator[str]:
    say = around.say
    if words.is_headed(draft):
        yield kit.bold(say("Draft {number}", number=draft.number))
    if draft.text.strip():
        signature = f" {kit.italic(clip(around.signature, room(100)))}" if around.signature.strip() else ""
        yield kit.inert(lines.shortened(draft.text, room(DRAFT_VIEW), say)) + signature


def findings(found: Sequence[Finding], say: Sentences, room: Room) -> Iterator[str]:
    """What the checks found: what must be changed, then what to look at."""
    for heading, said in lines.findings(found, say):
        yield kit.bold(heading)
        yield kit.bullets(clip(one, room(200)) for one in said)


# What to copy


def fits_card(case: Case, around: Around) -> bool:
    """Whether the card holds the whole of the text that a person is to copy."""
    given = around.given(case)
    return given is None or (units(visible(given.text)) <= COPIED and kit.copyable(given.text))


def _to_copy(case: Case, given: Handout, around: Around, room: Room) -> Iterator[Item]:
    say = around.say
    if fits_card(case, around):
        yield kit.said(kit.code(given.text))
    else:
        yield kit.said(kit.inert(lines.shortened(given.text, room(VIEW), say)))
    if len(given.composer) > kit.BUTTON_URL and (url := kit.web(given.composer, _COMPOSER)):
        label = say("Open {network} with this text", network=case.complaint.network)
        yield kit.said(kit.link(url, label))
