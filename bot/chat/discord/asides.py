"""What is said to one person alone: notices, questions, texts to copy, and what they typed that could not be saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from discord import ui

from bot.chat import choices, lines
from bot.chat.around import Around
from bot.chat.choices import Choice, Look, Question
from bot.chat.cutting import clip, visible
from bot.chat.discord import layout as kit
from bot.chat.discord.card import boxed, shown
from bot.chat.discord.layout import Aside, Chosen, Heard, Interaction, Item, Pick, Press, Room, Still
from bot.chat.grammar import Act
from bot.desk.case import Case, Finding
from bot.locale import Sentences
from bot.network.manual import Handout

#: The longest part of a text to copy: a block of code around it, one part is one message.
PART = 1_900
_MENUS = 8
_PAGE = _MENUS * kit.OPTIONS
_TYPED = 3_000
_SIGNS = ("⛔", "⚠️")


def notice(sentence: str, *, link: str = "", label: str = "") -> Still:
    """A sentence; perhaps with a button that opens a link."""
    url = kit.web(link)
    below = [kit.row(kit.opens(label, url))] if url else []
    return kit.fitted(lambda room: Still(kit.said(kit.inert(clip(sentence, room(3_000)))), *below))


def error(sentence: str) -> Still:
    """Why something could not be done, and what to do next."""
    return notice(f"⚠️ {sentence}")


def saved(say: Sentences, number: int, *, approved: bool = False) -> Still:
    """The draft is saved; where to look next."""
    if approved:
        return notice(say("Draft {number} is saved and approved.", number=number))
    return notice(say("Draft {number} is saved: its card waits for a manager.", number=number))


def kept(sentence: str, typed: str, reopen: Callable[[], ui.Modal], say: Sentences) -> Aside:
    """What somebody typed could not be saved: why, their text, and the form again with all of it.

    ``reopen`` makes the form with what was typed, also where the text is longer than what is shown here.
    """

    async def again(interaction: Interaction) -> None:
        await interaction.response.send_modal(reopen())

    why = sentence if sentence.startswith(_SIGNS) else f"⚠️ {sentence}"

    def draw(room: Room) -> Aside:
        told = [kit.said(kit.inert(lines.shortened(why, room(1_500), say)))]
        if typed.strip():
            told.append(kit.said(*_wrote(typed, room, say)))
        return Aside(*told, kit.row(Press(say("Edit again"), again, Look.MAIN)))

    return kit.fitted(draw)


def translation(case: Case, text: str, say: Sentences, lang: str) -> Still:
    """The draft in the language ``lang``, and as it stands."""

    def draw(room: Room) -> Still:
        translated, own = lines.translated(case, text, room(1_700), say, lang)
        return Still(
            kit.said(kit.bold(translated[0]), kit.inert(translated[1])),
            kit.line(),
            kit.said(kit.bold(own[0]), kit.quote(own[1])),
            kit.said(kit.small(lines.for_reading(say))),
        )

    return kit.fitted(draw)


def lost(sentence: str, typed: str, say: Sentences) -> Still:
    """Why a form came to nothing, and what stood in it, to copy."""

    def draw(room: Room) -> Still:
        wrote = [kit.said(*_wrote(typed, room, say))] if typed.strip() else []
        return Still(kit.said(kit.inert(f"⚠️ {sentence}")), *wrote)

    return kit.fitted(draw)


def _wrote(typed: str, room: Room, say: Sentences) -> tuple[str, str]:
    return kit.bold(say("You wrote:")), kit.code(lines.shortened(typed, room(_TYPED), say))


def ask(question: Question, yes: Heard) -> Aside:
    """A question before something that can hardly be taken back; "not yet" is to leave it alone."""
    told = kit.said(kit.heading(question.title), kit.inert(question.text))
    return Aside(told, kit.row(Press(question.yes, yes, Look.GRAVE)))


def approve(case: Case, around: Around, pressed: Callable[[Interaction, Act], Any]) -> Aside:
    """One waiting case in whole, to approve it from ``/reply approve``; ``pressed`` hears Approve or Edit."""
    say = around.say
    offered = [Choice(Act.APPROVE, say("Approve"), Look.MAIN), Choice(Act.EDIT, say("Edit"))]
    buttons = [_press(choice, pressed) for choice in offered] if choices.postable(case) else []

    def draw(room: Room) -> Aside:
        items = shown(case, around, room, amendable=False)
        return Aside(kit.said(kit.heading(say("Approve this reply?"))), boxed(case, items), *kit.rows(buttons))

    return kit.fitted(draw)


def _press(choice: Choice, pressed: Callable[[Interaction, Act], Any]) -> Press:
    async def then(interaction: Interaction) -> None:
        await pressed(interaction, choice.act)

    return Press(choice.label, then, choice.look)


# Copying


def copy_text(case: Case, say: Sentences, given: Handout) -> list[Still]:
    """The text to copy, in whole, a message for each part; the way to where it goes below the last."""
    parts = [Still(kit.said(kit.code(part))) for part in _parts(visible(given.text).strip() or "–")]
    if opens := choices.way_to_post(case, given, say, kit.BUTTON_URL):
        parts[-1].add_item(kit.row(kit.opens(opens.label, opens.url)))
    return parts


def _parts(text: str) -> Iterator[str]:
    """Parts that end where a line or at least a word does, if one does so late enough."""
    while len(text) > PART:
        end = max(text.rfind("\n", PART // 2, PART), text.rfind(" ", PART // 2, PART)) + 1 or PART
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


# Choosing


def choose_template(
    best: Sequence[str], names: Sequence[str], say: Sentences, chosen: Chosen, *, page: int = 0
) -> Aside | Still:
    """All templates, where the card's menu could not hold them: menus of twenty-five, pages of two hundred."""
    first, others = choices.sorted_names(best, names, kit.OPTION)
    if not first and not others:
        return notice(say("No template fits. Please write the reply yourself."))
    held = others[page * _PAGE : (page + 1) * _PAGE]
    parts = [held[start : start + kit.OPTIONS] for start in range(0, len(held), kit.OPTIONS)]
    menus: list[Item] = [kit.row(_pick(say("Best fit"), first, chosen))] if first else []
    menus += [kit.row(_pick(f"{part[0]} – {part[-1]}", part, chosen)) for part in parts]
    turns = [_turn(label, best, names, say, chosen, to) for label, to in _pages(page, len(others), say)]
    return Aside(kit.said(kit.heading(say("Which template?"))), *menus, *kit.rows(turns))


def _pick(heading: str, names: Sequence[str], chosen: Chosen) -> Pick:
    return Pick(heading, [kit.option(name, name) for name in names], chosen)


def _pages(page: int, count: int, say: Sentences) -> Iterator[tuple[str, int]]:
    if page:
        yield say("Previous"), page - 1
    if (page + 1) * _PAGE < count:
        yield say("Next"), page + 1


def _turn(label: str, best: Sequence[str], names: Sequence[str], say: Sentences, chosen: Chosen, page: int) -> Press:
    async def then(interaction: Interaction) -> None:
        await interaction.response.edit_message(view=choose_template(best, names, say, chosen, page=page))

    return Press(label, then)


def found(findings: Sequence[Finding], say: Sentences) -> str:
    """What the checks found as one text, for ``kept``."""
    return "\n".join(
        line for heading, said in lines.findings(findings, say) for line in (heading, *(f"• {one}" for one in said))
    )
