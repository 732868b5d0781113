"""What the terminal asks a person: a key, a text, a reason, a template."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import FuzzyWordCompleter
from prompt_toolkit.input import create_input
from prompt_toolkit.keys import Keys

from bot.chat.console.decisions import Key
from bot.locale import Sentences


async def ask_key(allowed: Collection[Key]) -> Key:
    """The next of these keys that is pressed; Ctrl-C, Ctrl-D and a closed terminal are ``quit``. May be cancelled."""
    pressed: asyncio.Queue[Key] = asyncio.Queue()
    terminal = create_input(always_prefer_tty=True)

    def read() -> None:
        for press in terminal.read_keys():
            if key := _key(press.key):
                pressed.put_nowait(key)

    with terminal.raw_mode(), terminal.attach(read):
        while not terminal.closed:
            key = await pressed.get()
            if key is Key.QUIT or key in allowed:
                return key
    return Key.QUIT


def _key(pressed: str) -> Key | None:
    if pressed in {Keys.ControlC, Keys.ControlD}:
        return Key.QUIT
    return Key(pressed.lower()) if pressed.lower() in set(Key) else None


async def edit(text: str, say: Sentences) -> str | None:
    """The text as a person changed it, inline or in their editor; None when they gave up or emptied it."""
    many_lines = "\n" in text
    done = say("Esc then Enter saves") if many_lines else say("Enter saves")
    hint = say("{done} · Ctrl-X Ctrl-E opens your editor · Ctrl-C keeps the draft", done=done)
    return await _ask("> ", default=text, hint=hint, multiline=many_lines)


async def ask(question: str, hint: str = "") -> str | None:
    """One line of text, or None when the person gave up; an empty answer is an empty string."""
    return await _ask(f"{question} ", default="", hint=hint, empty="")


async def choose(names: Sequence[str], question: str, hint: str) -> str | None:
    """One of the names, completed as it is typed, or its number; None when the person gave up."""
    answer = await _ask(f"{question} ", default="", hint=hint, names=names)
    if answer and answer.isdigit() and 0 < int(answer) <= len(names):
        return names[int(answer) - 1]
    return answer


async def _ask(
    question: str,
    default: str,
    hint: str,
    *,
    multiline: bool = False,
    names: Sequence[str] = (),
    empty: str | None = None,
) -> str | None:
    session: PromptSession[str] = PromptSession(
        completer=FuzzyWordCompleter(list(names)) if names else None, enable_open_in_editor=True
    )
    try:
        answer = await session.prompt_async(question, default=default, bottom_toolbar=hint or None, multiline=multiline)
    except (KeyboardInterrupt, EOFError):
        return None
    return answer.strip() or empty
