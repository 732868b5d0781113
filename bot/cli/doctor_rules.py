"""What doctor says of a brand's rooms and managers in the same words for every chat, and how it asks them."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.cli.doctor import Look
from bot.settings import Settings
from bot.voice.library import Library
from bot.voice.protocol import BrandFile

T = TypeVar("T")

#: So many questions are under way at a time.
AT_ONCE = 8
#: So many names stand for all that are well.
TOLD = 6


class Asking:
    """Asks a chat a few things at a time, until the time is up."""

    def __init__(self, patience: float) -> None:
        self._until = asyncio.get_running_loop().time() + patience
        self._room = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call returns. Raises what the call raises; ``TimeoutError`` when the time is up."""
        async with asyncio.timeout_at(self._until), self._room:
            return await call()


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as brand.yaml writes it: how rooms and people begin there, and groups; ``manager``: one, and its id."""

    name: str
    begins: str
    group: str
    manager: str

    def ids(self, named: Iterable[str]) -> list[str]:
        """This chat's rooms or people among what brand.yaml names, by the chat's own ids, each once."""
        return _without(self.begins, named)

    def groups(self, named: Iterable[str]) -> list[str]:
        """This chat's groups among what brand.yaml names, likewise."""
        return _without(self.group, named)


def _without(begins: str, named: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one.removeprefix(begins) for one in named if one.startswith(begins)))


def managers(rules: BrandFile) -> list[str]:
    """All that a brand names as managers, of whatever topic."""
    return [one for people in rules.managers.values() for one in people]


def file_of(settings: Settings, library: Library, brand: str) -> str:
    """Where the brand's rules are to be mended."""
    if settings.prompts != settings.prompts_dir:
        return "prompts/brand.yaml, which “portevoix init” writes"
    return str(library.folders(brand)[0] / "brand.yaml")


def both(name: str, ident: str) -> str:
    """As people call it, and as brand.yaml does."""
    return f"{name} ({ident})" if name else ident


def some(names: Sequence[str]) -> str:
    """The first few of them, and how many more."""
    more = len(names) - TOLD
    return f"{', '.join(names[:TOLD])} and {more} more" if more > 1 else ", ".join(names)


def unseen(chat: Chat, unanswered: Counter[str]) -> Look:
    """What could not be looked at; ``unanswered`` counts by the reason."""
    why = ", ".join({"TimeoutError": "no answer in time"}.get(why, why) for why in unanswered)
    what = f"channels and managers that could not be looked at: {unanswered.total()} ({why})"
    return Look(chat.begins.rstrip(":"), wrong=f"{what}. Mend what stands above, or run doctor again in a minute")


def in_two(chat: Chat, brands: Mapping[str, BrandFile], called: Callable[[str], str]) -> Iterator[Look]:
    """Rooms that several brands name: what comes in there goes to the first of them. ``called`` names a room."""
    homes: dict[str, list[str]] = defaultdict(list)
    for brand, rules in brands.items():
        for room in chat.ids((*rules.channels, *rules.review)):
            homes[room].append(brand)
    for room, names in ((room, names) for room, names in homes.items() if len(names) > 1):
        what, whose = f"brands {' and '.join(names)}, {called(room)}", f"what comes in there is {names[0]}'s"
        if any(room in chat.ids(brands[brand].channels) for brand in names):
            yield Look(what, wrong=f"they share it, and {whose} alone: name it in one brand.yaml only")
        else:
            yield Look(what, advice=f"they share it as review room, and {whose}: forward complaints elsewhere")


@dataclass(frozen=True, slots=True)
class Rules:
    """One brand's rules before one chat; ``alone`` when there is no other brand, ``file`` is where they stand."""

    title: str
    rules: BrandFile
    file: str
    alone: bool
    chat: Chat

    @property
    def channels(self) -> list[str]:
        """Where complaints come in, by this chat's ids."""
        return self.chat.ids(self.rules.channels)

    @property
    def review(self) -> list[str]:
        """Where the cards stand, by this chat's ids."""
        return self.chat.ids(self.rules.review)

    @property
    def here(self) -> bool:
        """Whether the chat is this brand's concern: among several brands, one may live in another chat alone."""
        named = (*self.rules.channels, *self.rules.review)
        return self.alone or bool(self.channels or self.review) or not named

    def rooms(self, kind: str, told: Iterable[tuple[str, str, str]]) -> Iterator[Look]:
        """The rooms of a kind: id, name, and what is wrong."""
        well = []
        for ident, name, wrong in told:
            if wrong:
                yield Look(f"{self.title}, {kind} {both(name, f'{self.chat.begins}{ident}')}", wrong=wrong)
            else:
                well.append(name)
        if well:
            yield Look(f"{self.title}, {kind}{'s' * (len(well) > 1)}", well=f"Portevoix is in {some(well)}")

    def nowhere(self, own: Sequence[str] | None, well: str, wrong: str) -> Iterator[Look]:
        """A brand that names no channel: alone it has all of them (``own``, where that is known), else none."""
        if self.channels or not self.here or (self.review and not self.alone):
            return
        what = f"{self.title}, channels"
        if not self.alone:
            lacks = f"none is named in {self.file}, so no complaint comes in from {self.chat.name}"
            yield Look(what, advice=lacks)
        elif own is not None:
            yield Look(what, well=f"none is named, so every one {well}: {some(own)}", wrong="" if own else wrong)

    def intake(self) -> Iterator[Look]:
        """Whether ``intake: everything`` has the rooms that it needs."""
        elsewhere = self.rules.channels and not self.channels  # everything that is written in another chat
        if self.rules.intake != "everything" or not self.here or elsewhere:
            return
        if not self.channels:
            lacks = "takes every message of the rooms under “channels”, and none is named there"
        elif not self.review:
            lacks = "needs a room for the cards: name one as “review”. Without, plain messages are left alone"
        elif self.review[0] in self.channels:
            lacks = "needs cards and complaints in two rooms: the same one is under “channels” and “review”"
        else:
            return
        yield Look(f"{self.title}, intake everything", wrong=f"{lacks} ({self.file})")

    def nobody(self) -> Iterator[Look]:
        """Topics that nobody in this chat decides."""
        for topic, people in self.rules.managers.items() if self.here else ():
            if not self.chat.ids(people) and not self.chat.groups(people):
                of = "" if topic == "default" else f" of {topic}"
                how = f"add {self.chat.manager} to “managers” in {self.file}"
                yield Look(f"{self.title}, managers{of}", wrong=f"nobody in {self.chat.name} can say yes: {how}")

    def managed(self, told: Iterable[tuple[str, str, str]]) -> Iterator[Look]:
        """The managers: as brand.yaml writes them, name, and what is wrong."""
        well = []
        for ident, name, wrong in told:
            if wrong:
                yield Look(f"{self.title}, manager {both(name, ident)}", wrong=wrong)
            else:
                well.append(name)
        if well:
            yield Look(f"{self.title}, managers", well=some(well))
