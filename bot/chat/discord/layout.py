"""Tiny builders of Components V2, within Discord's limits. What people wrote goes through ``inert`` before it is drawn.

The limits are Discord's, "Component Reference"; a length counts an emoji as two, which is never less than Discord does.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import discord
from discord import ui

from bot.chat import cutting
from bot.chat.choices import Look
from bot.chat.cutting import clip as clip
from bot.chat.cutting import units, visible
from bot.chat.discord.text import inert as text_inert
from bot.chat.lines import Run

#: Characters of all texts of a message; a little below what Discord takes.
TOTAL = 3_950
OPTIONS = 25
OPTION = 100
LABEL = 80
BUTTON_URL = 512
#: Seconds for which we listen to a message that one person alone sees.
LISTENED_TO = 3_600.0

V = TypeVar("V", bound=ui.LayoutView)
Item = ui.Item[Any]
Interaction = discord.Interaction[Any]
Heard = Callable[[Interaction], Awaitable[None]]
Chosen = Callable[[Interaction, str], Awaitable[None]]

STYLES = {
    Look.PLAIN: discord.ButtonStyle.secondary,
    Look.MAIN: discord.ButtonStyle.success,
    Look.GRAVE: discord.ButtonStyle.danger,
}


class Still(ui.LayoutView):
    """A message as it is drawn. discord.py forgets it once it is sent: what is pressed is heard by ``card_items``."""

    def __init__(self, *items: Item) -> None:
        super().__init__(timeout=None)
        for item in items:
            self.add_item(item)

    def is_finished(self) -> bool:
        """Yes: there is nothing to listen to, and nothing to keep for as long as the message stands."""
        return True


class Aside(ui.LayoutView):
    """A message for one person alone, whose buttons are heard here for an hour."""

    def __init__(self, *items: Item) -> None:
        super().__init__(timeout=LISTENED_TO)
        for item in items:
            self.add_item(item)


class Press(ui.Button[Any]):
    """A button of an ``Aside``."""

    def __init__(self, label: str, then: Heard, look: Look = Look.PLAIN, *, disabled: bool = False) -> None:
        super().__init__(label=clip(label, LABEL), style=STYLES[look], disabled=disabled)
        self._then = then

    async def callback(self, interaction: Interaction) -> None:
        """Do what the button is for."""
        await self._then(interaction)


class Pick(ui.Select[Any]):
    """A menu of an ``Aside``."""

    def __init__(self, placeholder: str, options: list[discord.SelectOption], then: Chosen) -> None:
        super().__init__(placeholder=clip(placeholder, 150), options=options)
        self._then = then

    async def callback(self, interaction: Interaction) -> None:
        """Do what was chosen."""
        await self._then(interaction, chosen(interaction))


def chosen(interaction: Interaction) -> str:
    """The option that was chosen in a menu; empty when none was."""
    data: Any = interaction.data
    values = data.get("values") if isinstance(data, dict) else None
    return str(values[0]) if values else ""


# Text


def inert(text: str) -> str:
    """The text as it was written: nothing in it formats, links or pings, nothing hides."""
    return text_inert(_LINE_END.sub("\n", visible(text)))


_LINE_END = re.compile("[\u2028\u2029]")


def bold(text: str) -> str:
    """Our words or theirs, in bold."""
    return f"**{inert(_one_line(text))}**"


def italic(text: str) -> str:
    """Our words or theirs, in italics."""
    return f"*{inert(_one_line(text))}*"


def heading(text: str) -> str:
    """A line a little larger than the others."""
    return f"### {inert(_one_line(text))}"


def small(text: str) -> str:
    """A line of small print."""
    return f"-# {inert(_one_line(text))}"


def bullets(said: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {inert(_one_line(one))}" for one in said)


def quote(text: str) -> str:
    """What somebody wrote, with a bar beside it."""
    return "\n".join(f"> {one}" for one in inert(text).split("\n"))


def code(text: str) -> str:
    """A text to copy, sign by sign; one that no block of code can hold stands as ordinary text."""
    text = visible(text).strip("\n") or "–"
    return f"{_FENCE}\n{text}\n{_FENCE}" if copyable(text) else inert(text)


_FENCE = "```"


def copyable(text: str) -> bool:
    """Whether a block of code holds the text as it is."""
    return _FENCE not in text


def link(url: str, label: str) -> str:
    """A link that says where it leads; ``url`` is one that ``cutting.web`` took."""
    named = inert(_one_line(label)).replace("]", "\\]")
    return f"[{named}]({_within(url)})"


def web(url: str, most: int = BUTTON_URL) -> str:
    """The link, when it is one that Discord takes; else empty."""
    return cutting.web(url, most)


def run(part: Run) -> str:
    """A part of a line; a moment is drawn in the reader's own time zone."""
    if part.at:
        return f"<t:{int(part.at.timestamp())}:{'T' if part.to_the_second else 'f'}>"
    if part.url:
        return link(part.url, part.text)
    before, said, after = _edges(part.text)
    return f"{before}{bold(said) if part.bold and said else inert(said)}{after}"


def _edges(text: str) -> tuple[str, str, str]:
    said = text.strip()
    start = text.find(said)
    return text[:start], said, text[start + len(said) :]


def _one_line(text: str) -> str:
    return " ".join(_LINE_END.sub("\n", visible(text)).split("\n")).strip() or "–"


def _within(url: str) -> str:
    """The link with nothing in it that ends a link."""
    return url.translate({ord(sign): f"%{ord(sign):02X}" for sign in "()<>[]\\\"'`*|"})


# Components


def said(*lines: str) -> ui.TextDisplay[Any]:
    """A paragraph."""
    return ui.TextDisplay("\n".join(line for line in lines if line))


def box(items: Iterable[Item], colour: int | None = None) -> ui.Container[Any]:
    """What belongs together, with a bar of colour at its side."""
    return ui.Container(*items, accent_colour=colour)


def line() -> ui.Separator[Any]:
    """A line across."""
    return ui.Separator()


def row(*items: Item) -> ui.ActionRow[Any]:
    """Up to five buttons, or one menu."""
    return ui.ActionRow(*items)


def rows(buttons: Sequence[Item]) -> list[Item]:
    """Any number of buttons, five in a row."""
    return [row(*buttons[start : start + 5]) for start in range(0, len(buttons), 5)]


def opens(label: str, url: str) -> ui.Button[Any]:
    """A button that opens a link."""
    return ui.Button(label=clip(label, LABEL), url=url)


def option(label: str, value: str, description: str = "", *, default: bool = False) -> discord.SelectOption:
    """One line of a menu."""
    beside = clip(description, OPTION) if description else None
    return discord.SelectOption(label=clip(label, OPTION), value=value, description=beside, default=default)


def size(view: ui.LayoutView) -> int:
    """How long Discord may find all texts of a message."""
    return sum(units(item.content) for item in view.walk_children() if isinstance(item, ui.TextDisplay))


# Cuts


class Room:
    """How much of each text is shown: first all that is wanted, then less, until the whole fits a message."""

    def __init__(self, share: float = 1.0) -> None:
        self._share = share

    def __call__(self, most: int) -> int:
        """How many characters of a text are shown where ``most`` are wanted."""
        return max(_LEAST, int(most * self._share))


_LEAST = 20
_SHARES = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05)


def fitted(draw: Callable[[Room], V]) -> V:
    """The fullest drawing that a message can hold."""
    for share in _SHARES:
        view = draw(Room(share))
        if size(view) <= TOTAL:
            break
    return view
