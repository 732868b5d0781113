"""What can be done with a case as it stands: the rows under its card, and who hears them after a restart."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Self

import discord
from discord import ui

from bot.chat import choices
from bot.chat.around import Around
from bot.chat.choices import Choice
from bot.chat.discord import layout
from bot.chat.discord.layout import Interaction, Item
from bot.chat.grammar import ALL_TEMPLATES, Act
from bot.desk.case import Case

#: What a person pressed: the act, the number of the draft that the card shows, and the chosen option if any.
OnPress = Callable[[Interaction, Act, int, str], Awaitable[None]]

_MENUS = (Act.TEMPLATE, Act.MORE)
_MENU = f"pv:(?P<act>{'|'.join(_MENUS)}):(?P<draft>[0-9]{{1,9}})"
_BUTTON = f"pv:(?P<act>{'|'.join(act for act in Act if act not in _MENUS)}):(?P<draft>[0-9]{{1,9}})"


def custom_id(act: Act, draft: int) -> str:
    """What Discord gives back when it is pressed; the message leads to the case."""
    return f"pv:{act.value}:{draft}"


def shown_draft(case: Case) -> int:
    """The number of the draft that the case's card shows; 0 before the first."""
    return case.draft.number if case.draft else 0


# Drawn


def rows(case: Case, around: Around, *, fits: bool) -> list[Item]:
    """The rows under a card; ``fits``: the card holds the whole of the text to copy."""
    draft = shown_draft(case)
    pressed = choices.choices(case, around, fits=fits, longest_url=layout.BUTTON_URL)
    drawn = layout.rows([button(choice, draft) for choice in pressed])
    drawn += layout.rows([button(choice, draft) for choice in choices.rewordings(case, around)])
    return drawn + [layout.row(menu) for menu in _menus(case, around, draft)]


def button(choice: Choice, draft: int) -> ui.Button[Any]:
    """One button of a card."""
    if choice.url:
        return layout.opens(choice.label, choice.url)
    label = layout.clip(choice.label, layout.LABEL)
    return ui.Button(label=label, style=layout.STYLES[choice.look], custom_id=custom_id(choice.act, draft))


def _menus(case: Case, around: Around, draft: int) -> Iterator[ui.Select[Any]]:
    if not choices.has_menus(case):
        return
    say = around.say
    if options := _templates(case, around):
        yield ui.Select(custom_id=custom_id(Act.TEMPLATE, draft), placeholder=say("Another template…"), options=options)
    rarer = [layout.option(choice.label, choice.act.value) for choice in choices.more(case, say)]
    yield ui.Select(custom_id=custom_id(Act.MORE, draft), placeholder=say("More…"), options=rarer)


def _templates(case: Case, around: Around) -> list[discord.SelectOption]:
    """The three best first; what finds no place waits behind the last line."""
    say = around.say
    best, others = choices.templates(case, around, layout.OPTION)
    options = [layout.option(name, name, say("Best fit")) for name in best]
    options += [layout.option(name, name) for name in others]
    if len(options) > layout.OPTIONS:
        options[layout.OPTIONS - 1 :] = [layout.option(say("All templates…"), ALL_TEMPLATES)]
    return options


# Heard


def card_items(on_press: OnPress) -> tuple[type[ui.DynamicItem[Any]], ...]:
    """What hears the buttons and menus of every card, also of those from before a restart.

    To be given to ``Client.add_dynamic_items`` once.
    """

    class CardButton(ui.DynamicItem[ui.Button[Any]], template=_BUTTON):
        @classmethod
        async def from_custom_id(cls, _: Interaction, item: Item, __: re.Match[str], /) -> Self:
            return cls(item)  # type: ignore[arg-type]

        async def callback(self, interaction: Interaction) -> None:
            await on_press(interaction, *_read(self), "")

    class CardMenu(ui.DynamicItem[ui.Select[Any]], template=_MENU):
        @classmethod
        async def from_custom_id(cls, _: Interaction, item: Item, __: re.Match[str], /) -> Self:
            return cls(item)  # type: ignore[arg-type]

        async def callback(self, interaction: Interaction) -> None:
            act, draft = _read(self)
            value = layout.chosen(interaction)
            if act is not Act.MORE:
                await on_press(interaction, act, draft, value)
            elif value in set(Act):
                await on_press(interaction, Act(value), draft, "")

    return CardButton, CardMenu


def _read(item: ui.DynamicItem[Any]) -> tuple[Act, int]:
    _, act, draft = item.custom_id.split(":")
    return Act(act), int(draft)
