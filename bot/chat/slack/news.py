"""Tells the teams when something in prompts/ is broken, and when it is mended."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.chat.later import Later
from bot.chat.slack.text import escape
from bot.locale import Sentences
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.network.slack.workspace import Workspace
from bot.voice.library import Library
from bot.voice.remarks import remark
from bot.voice.yamlfile import Problem

log = logging.getLogger(__name__)

#: Problems told in one message.
MOST = 5


class PromptsNews:
    """What was told last is not told again."""

    def __init__(self, workspaces: Sequence[Workspace], library: Library, later: Later) -> None:
        self._workspaces = workspaces
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
            self._later.start(self._post(room, _said(new, self._library, say)))

    def _rooms(self) -> dict[str, Sentences]:
        """One room of every brand, with its language: where the cards are, else its first channel."""
        rooms: dict[str, Sentences] = {}
        for house in self._library.houses.values():
            named = [one for one in (*house.rules.review, *house.rules.channels) if one.startswith("slack:")]
            if named:
                rooms.setdefault(named[0].removeprefix("slack:"), Sentences(house.brand.team_language))
        return rooms

    async def _post(self, channel: str, said: str) -> None:
        for workspace in self._workspaces:
            if not workspace.usable(channel):
                continue
            try:
                await workspace.post(channel, {"text": said, "unfurl_links": False})
            except CALL_ERRORS as error:
                log.warning("could not tell of prompts/: %s", code(error), extra={"channel": channel})
            else:
                return


def _said(new: Sequence[Problem], library: Library, say: Sentences) -> str:
    if not new:
        return say("The prompts are in order again.")
    lines = [f"• {_line(problem, library, say)}" for problem in new[:MOST]]
    if len(new) > MOST:
        lines.append(say("… and {number} more", number=len(new) - MOST))
    head = say("Something in prompts/ is broken. The last good version stays in use.")
    return escape("\n".join([head, *lines]))


def _line(problem: Problem, library: Library, say: Sentences) -> str:
    path = problem.path.relative_to(library.root) if problem.path.is_relative_to(library.root) else problem.path
    where = say("{file}, line {line}", file=path, line=problem.line) if problem.line else str(path)
    return f"{where}: {say.remark(remark(problem))}"
