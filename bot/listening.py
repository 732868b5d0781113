"""What is addressed to a brand on its networks becomes a case by itself: once, from where the last look stopped."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta

from bot.chat.identity import Bringing, Source, made
from bot.desk.card import Heard
from bot.desk.case import Complaint
from bot.desk.ports import Clock
from bot.network import graph
from bot.network.account import Post, Spec, Unread
from bot.network.accounts import HEARD, Connected
from bot.network.links import Place, recognise

log = logging.getLogger(__name__)

#: Between two looks, unless brand.yaml says it (``options: {every: "300"}``, in seconds).
EVERY = timedelta(seconds=60)

Receive = Callable[[Complaint], Awaitable[object]]


class Listening:
    """Asks each account that listens. ``problems`` says what could not be heard the last time, for the operator."""

    def __init__(self, accounts: Iterable[Connected], heard: Heard, receive: Receive, clock: Clock) -> None:
        """``receive`` stores a complaint, known ones too: the same post is the same complaint."""
        self._accounts = accounts
        self._heard = heard
        self._receive = receive
        self._clock = clock
        self._next: dict[str, datetime] = {}
        self._deaf: dict[str, str] = {}

    @property
    def problems(self) -> list[str]:
        """A sentence for each account that could not be heard."""
        return list(self._deaf.values())

    async def look(self, *, at_once: bool = False) -> None:
        """Ask every account whose turn it is, or all of them at once; asked for every minute."""
        able = [one for one in self._accounts if one.spec.listen and one.room.can.mentions]
        turn = [one for one in able if self._is_due(one.spec) or at_once]
        await asyncio.gather(*map(self._hear, turn))

    def _is_due(self, spec: Spec) -> bool:
        now, place = self._clock.now(), place_of(spec)
        due = self._next.get(place)
        if due is not None and now < due:
            return False
        self._next[place] = now + every(spec) - timedelta(seconds=5)  # the minute's beat is not exact
        return True

    async def _hear(self, one: Connected) -> None:
        place = place_of(one.spec)
        cursor = await self._heard.last(place)
        try:
            heard = await one.room.mentions(cursor)
        except Unread as error:
            self._deaf[place] = f"{one.spec.network} of {one.spec.brand} could not be heard: {error.remark}"
            log.warning("could not listen", extra={"brand": one.spec.brand, "network": one.spec.network})
            return
        self._deaf.pop(place, None)
        for post in heard.posts:
            for complaint in complaints(one.spec, post, self._clock):
                await self._receive(complaint)
        if heard.cursor != cursor:  # behind the last complaint that is stored: a crash hears again, and stores nothing
            await self._heard.note(place, heard.cursor)


class MetaHook:
    """What Facebook and Instagram post to ``/meta/webhook``: comments below what the brands' accounts published."""

    def __init__(self, accounts: Iterable[Connected], receive: Receive, clock: Clock) -> None:
        self._accounts = accounts
        self._receive = receive
        self._clock = clock

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What Meta wants to hear when the address is entered in its console; None: it is not ours."""
        tokens = {one.spec.secrets.get("verify_token", "") for one in self._listening()}
        return next((told for token in tokens if (told := graph.challenge(query, token)) is not None), None)

    async def take(self, body: bytes, signature: str) -> bool:
        """Store what was said to accounts that listen; False where the signature is none of theirs.

        Raises ``Unread`` where a comment could not be read in full: it has to be told again.
        """
        ours = [one for one in self._listening() if _signed(one, body, signature)]
        if not ours:
            return False
        by_id = {one.spec.id: one for one in ours}
        for account, post in graph.posts(_read(body), by_id.keys()):
            await self._store(by_id[account], post)
        return True

    async def _store(self, one: Connected, post: Post) -> None:
        complete: Callable[[Post], Awaitable[Post | None]] | None = getattr(one.room, "completed", None)
        whole = await complete(post) if complete else post
        for complaint in complaints(one.spec, whole, self._clock) if whole else ():
            await self._receive(complaint)

    def _listening(self) -> list[Connected]:
        return [one for one in self._accounts if one.spec.listen and one.spec.network in _BY_HOOK]


_BY_HOOK = frozenset({"facebook", "instagram"})


def _signed(one: Connected, body: bytes, signature: str) -> bool:
    return graph.signed(body, signature, one.spec.secrets.get("app_secret", ""))


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def place_of(spec: Spec) -> str:
    """Under which name it is kept how far an account was heard."""
    return f"{HEARD}:{spec.network}:{spec.name}@{spec.brand}"


def every(spec: Spec) -> timedelta:
    """How long to leave the account alone between two looks."""
    told = spec.options.get("every", "")
    return timedelta(seconds=max(10, int(told))) if told.isdecimal() else EVERY


def complaints(spec: Spec, post: Post, clock: Clock) -> list[Complaint]:
    """The complaint that a post is; the same id as when somebody forwards its link."""
    place = recognise(post.link)
    if place.network != spec.network:  # an instance of its own, a mail: the link tells no network
        place = Place(spec.network, post.ref, post.author, post.link)
    source = Source(
        text=post.text,
        place=place,
        author=post.author,
        author_name=post.author_name,
        written_at=post.written_at,
        files=post.attachments,
        told=post.text,
        origin=(spec.network, post.ref),
    )
    by = Bringing(
        message=f"{HEARD}:{spec.network}:{spec.name}:{post.ref}",
        brand=spec.brand,
        received_at=clock.now(),
        named=lambda network, ref: f"{network}:{ref}",
    )
    return made([source], by)
