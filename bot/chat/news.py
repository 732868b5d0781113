"""Tells the teams when something in prompts/ is broken, and when it is mended."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.chat.later import Later
from bot.locale import Sentences
from bot.voice.house import House
from bot.voice.library import Library
from bot.voice.remarks import remark
from bot.voice.yamlfile import Problem

log = logging.getLogger(__name__)

#: Problems told in one message.
MOST = 5
#: Says something in a room as brand.yaml writes it.
Post = Callable[[str, str], Awaitable[object]]


class PromptsNews:
    """What was told last is not told again."""

    def __init__(self, post: Post, library: Library, later: Later) -> None:
        self._post = post
        self._library = library
        self._later = later
        self._told: frozenset[Problem] = frozenset(library.problems)

    def tell(self, problems: tuple[Problem, ...]) -> None:
        """These are the problems now; the rooms hear of those that are new, or that none is left."""
        new = [problem for problem in problems if problem not in self._told]
        mended = bool(self._told) and not problems
        self._told = frozenset(problems)
        if not new and not mended:
            return
        for problem in new:
            log.warning("prompts: %s", problem)
        for room, say in self._rooms().items():
            self._later.start(self._say(room, _said(new, self._library, say)))

    async def _say(self, room: str, said: str) -> None:
        await self._post(room, said)

    def _rooms(self) -> dict[str, Sentences]:
        """The rooms of all brands, each with its team's language."""
        houses = list(self._library.houses.values())
        return {room: Sentences(house.brand.team_language) for house in reversed(houses) for room in rooms(house)}


def rooms(house: House) -> list[str]:
    """One room of the brand in every chat: where the cards are, else the first channel."""
    firsts: dict[str, str] = {}
    for room in (*house.rules.review, *house.rules.channels):
        firsts.setdefault(room.partition(":")[0], room)
    return list(firsts.values())


def _said(new: Sequence[Problem], library: Library, say: Sentences) -> str:
    if not new:
        return say("The prompts are in order again.")
    lines = [f"• {_line(problem, library, say)}" for problem in new[:MOST]]
    if len(new) > MOST:
        lines.append(say("… and {number} more", number=len(new) - MOST))
    head = say("Something in prompts/ is broken. The last good version stays in use.")
    return "\n".join([head, *lines])


def _line(problem: Problem, library: Library, say: Sentences) -> str:
    path = problem.path.relative_to(library.root) if problem.path.is_relative_to(library.root) else problem.path
    where = say("{file}, line {line}", file=path, line=problem.line) if problem.line else str(path)
    return f"{where}: {say.remark(remark(problem))}"
