"""What all our modals share: the frame, their fields, and what stands in them when they are sent."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

import discord
from discord import ui

from bot.chat.cutting import clip, cut, units, visible
from bot.chat.discord.layout import Interaction, Item
from bot.chat.grammar import Form

#: Characters that a field takes.
LONGEST = 4_000
#: Seconds for which we wait for a form to be sent.
WAITED_FOR = 24 * 3_600.0
_TITLE, _LABEL, _HINT = 45, 45, 100

T = TypeVar("T")
#: What stands in the fields, by name.
Typed = Mapping[str, str]
Read = Callable[[Typed], T]
Sent = Callable[[Interaction, T], Awaitable[None]]


class Asked(ui.Modal, Generic[T]):
    """A form. What somebody sends is read and given to ``sent``."""

    def __init__(
        self, form: Form | str, title: str, items: Iterable[Item], read: Read[T], sent: Sent[T], draft: int = 0
    ) -> None:
        # several people may have the same form open, so its id ends differently each time
        custom_id = f"pv-form:{form}:{draft}:{secrets.token_hex(4)}"
        super().__init__(title=clip(title, _TITLE), timeout=WAITED_FOR, custom_id=custom_id)
        for item in items:
            self.add_item(item)
        self._read = read
        self._sent = sent

    async def on_submit(self, interaction: Interaction) -> None:
        """Hand over what was typed."""
        await self._sent(interaction, self._read(typed(interaction.data)))


def form_of(custom_id: str) -> tuple[str, int] | None:
    """Which form this is and the draft it is about; None when it is none of ours.

    For one that was opened before a restart: nobody waits for it any more, but ``typed`` reads it all the same.
    """
    found = _FORM.fullmatch(custom_id)
    return (found[1], int(found[2])) if found else None


_FORM = re.compile(r"pv-form:([a-z-]+):([0-9]{1,9}):[0-9a-f]{8}")


def typed(data: object) -> Typed:
    """What stands in the fields of a form that was sent (``Interaction.data``), by name, without blanks around it."""
    return dict(_fields(data.get("components"))) if isinstance(data, Mapping) else {}


def _fields(components: object) -> Iterable[tuple[str, str]]:
    for held in components if isinstance(components, list) else ():
        if not isinstance(held, Mapping):
            continue
        inner = held.get("component")
        if isinstance(inner, Mapping):
            yield from _fields([inner])
        elif isinstance(name := held.get("custom_id"), str):
            yield name, _value(held)
        else:
            yield from _fields(held.get("components"))


def _value(field: Mapping[str, Any]) -> str:
    values = field.get("values")
    value = values[0] if isinstance(values, list) and values else field.get("value")
    return value.strip() if isinstance(value, str) else ""


# Fields


def labelled(label: str, component: Item, hint: str = "") -> ui.Label[Any]:
    """A question, with what is to be known for the answer."""
    return ui.Label(text=clip(label, _LABEL), component=component, description=clip(hint, _HINT) if hint else None)


def entry(
    name: str, initial: str = "", *, long: bool = False, most: int = LONGEST, required: bool = False, like: str = ""
) -> ui.TextInput[Any]:
    """A text to type; ``like`` shows what one looks like."""
    return ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        default=cut(visible(initial), most) or None,
        placeholder=clip(like, _HINT) if like else None,
        required=required,
        max_length=most,
    )


def fits(text: str) -> bool:
    """Whether a field holds all of this text."""
    return units(visible(text)) <= LONGEST


def choice(name: str, options: Iterable[tuple[str, str]], chosen: str = "", *, required: bool) -> ui.RadioGroup[Any]:
    """Two to ten things to choose from, all of them seen: pairs of value and label."""
    drawn = [
        discord.RadioGroupOption(label=clip(label, 100), value=value, default=value == chosen)
        for value, label in options
    ]
    return ui.RadioGroup(custom_id=name, options=drawn, required=required)


def menu(name: str, options: list[discord.SelectOption], placeholder: str) -> ui.Select[Any]:
    """Up to twenty-five things to choose one from."""
    return ui.Select(custom_id=name, options=options, placeholder=clip(placeholder, 150), required=True)
