"""A model beside the desk, as far as chats see it: it translates, and the cards offer what only a model can do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bot import service
from bot.chat.review import CardReview
from bot.chat.side import Parts
from bot.desk.case import Case, Remark
from bot.errors import ModelTrouble

SLOW = ModelTrouble(Remark("The model did not answer within {seconds} s.", {"seconds": 20}))


class FakeInterpreter:
    """Writes the language before the text; ``fails`` makes it break, and nothing is done while it is ``held``."""

    def __init__(self) -> None:
        self.fails: Exception | None = None
        self.asked: list[tuple[str, str]] = []
        self._free = asyncio.Event()
        self._free.set()

    def hold(self) -> None:
        self._free.clear()

    def release(self) -> None:
        self._free.set()

    async def translate(self, case: Case, lang: str) -> str:
        self.asked.append((case.id, lang))
        await asyncio.sleep(0)
        await self._free.wait()
        if self.fails:
            raise self.fails
        return f"[{lang}] {case.draft.text if case.draft else ''}"


def wired(monkeypatch: Any, interpreter: FakeInterpreter, models: Callable[[Case], bool] = lambda _: True) -> None:
    """Every service that starts from now on has this model."""
    monkeypatch.setattr(service, "CardReview", lambda *args, **more: CardReview(*args, **(more | {"models": models})))
    monkeypatch.setattr(service, "Parts", lambda **parts: Parts(**(parts | {"interpreter": interpreter})))
