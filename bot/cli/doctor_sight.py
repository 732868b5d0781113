"""What Slack knows of the rooms and managers that the brands name, for ``portevoix doctor``: asked in any workspace."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli import doctor_rules
from bot.cli.doctor_rules import Chat, managers
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.network.slack.workspace import Workspace
from bot.voice.protocol import BrandFile

T = TypeVar("T")
Question = Callable[[AsyncWebClient, str], Awaitable[T]]

SLACK = Chat("Slack", "slack:", "slack-group:", "slack:U… (a profile → ⋮ → Copy member ID)")
#: From so many rooms on a list of those that we are in is asked for first: Slack allows some 50 questions a minute.
MANY = 20
_ROOMS = "public_channel,private_channel"
_PAGE = 999  # https://docs.slack.dev/reference/methods/users.conversations
_NOT_THERE = {"channel_not_found", "user_not_found", "user_not_visible"}


class NotSlack(ClientError):
    """Something answers at Slack's address that does not speak as Slack does."""


class Asking(doctor_rules.Asking):
    """Asks Slack."""

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call returns. Raises one of ``CALL_ERRORS``; ``TimeoutError`` when the time is up."""
        try:
            return await super().__call__(call)
        except (SlackApiError, AttributeError) as error:  # slack_sdk stumbles over an answer that is a plain text
            told = getattr(getattr(error, "response", None), "data", None)
            if isinstance(told, dict) and "error" in told:
                raise
            raise NotSlack from error


@dataclass(frozen=True, slots=True)
class Room:
    """A channel as one of our workspaces sees it."""

    name: str
    ours: bool
    archived: bool
    shared: bool

    @classmethod
    def of(cls, told: Mapping[str, Any], *, ours: bool = False) -> Room:
        """Slack's conversation object; ``ours`` says that we are in it where the object does not."""
        name = f"#{told['name']}" if told.get("name") else "the direct messages"
        ours = bool(ours or told.get("is_member") or told.get("is_im"))
        return cls(name, ours, archived=bool(told.get("is_archived")), shared=bool(told.get("is_ext_shared")))


@dataclass(slots=True)
class Seen:
    """What Slack told. None: no workspace knows this id; ids for which there was no answer are missing."""

    rooms: dict[str, Room | None] = field(default_factory=dict)
    people: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    groups: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    ours: list[Room] | None = None  # all that we are in, where that was asked
    unanswered: Counter[str] = field(default_factory=Counter)  # by Slack's word for why


async def see(brands: Sequence[BrandFile], signed: Sequence[Workspace], ask: Asking) -> Seen:
    """Look up all that the brands name; ``signed`` are the workspaces that let us in."""
    seen = Seen()
    if signed:
        await _Eye(seen, signed, ask).look(brands)
    return seen


@dataclass(frozen=True, slots=True)
class _Eye:
    """Goes through the workspaces; what one of them does not know is fine where another does."""

    seen: Seen
    signed: Sequence[Workspace]
    ask: Asking

    async def look(self, brands: Sequence[BrandFile]) -> None:
        named = [one for rules in brands for one in managers(rules)]
        rooms = SLACK.ids(one for rules in brands for one in (*rules.channels, *rules.review))
        takes_all = len(brands) == 1 and not SLACK.ids(brands[0].channels)
        await asyncio.gather(
            self._rooms(rooms, all_of_ours=takes_all),
            self._each(self.seen.people, SLACK.ids(named), _person),
            self._groups(SLACK.groups(named)),
        )

    async def _rooms(self, rooms: Sequence[str], *, all_of_ours: bool) -> None:
        ours: dict[str, Room] = {}
        if all_of_ours or len(rooms) > MANY:
            try:
                ours = await self._ours()
                self.seen.ours = list(ours.values())
            except CALL_ERRORS as error:  # then each is asked for by itself
                self.seen.unanswered.update([code(error)] if all_of_ours else [])
        self.seen.rooms.update({room: ours[room] for room in rooms if room in ours})
        await self._each(self.seen.rooms, [room for room in rooms if room not in ours], _room)

    async def _ours(self) -> dict[str, Room]:
        """The rooms that we are in, by id."""
        lists = await asyncio.gather(*(self._ours_in(one.client) for one in self.signed))
        return {room: found for listed in lists for room, found in listed.items()}

    async def _ours_in(self, client: AsyncWebClient) -> dict[str, Room]:
        found, cursor = dict[str, Room](), ""
        while True:
            call = partial(client.users_conversations, types=_ROOMS, exclude_archived=True, limit=_PAGE)
            page = await self.ask(partial(call, cursor=cursor or None))
            found |= {one["id"]: Room.of(one, ours=True) for one in page["channels"]}
            if not (cursor := (page.get("response_metadata") or {}).get("next_cursor") or ""):
                return found

    async def _each(self, into: dict[str, T | None], ids: Iterable[str], question: Question[T]) -> None:
        async def one(ident: str) -> None:
            asked = [self.ask(partial(question, workspace.client, ident)) for workspace in self.signed]
            try:
                known = _known(await asyncio.gather(*asked, return_exceptions=True))
            except CALL_ERRORS as error:
                self.seen.unanswered[code(error)] += 1
                return
            into[ident] = max(known, key=lambda found: isinstance(found, Room) and found.ours) if known else None

        await asyncio.gather(*map(one, ids))

    async def _groups(self, groups: Sequence[str]) -> None:
        """All groups come in one answer; that a workspace lacks the scope is said where its scopes are."""
        may = [one for one in self.signed if not one.scopes or "usergroups:read" in one.scopes]
        if not groups or not may:
            return
        calls = [partial(one.client.usergroups_list, include_disabled=True, include_users=True) for one in may]
        try:
            answers = await asyncio.gather(*map(self.ask, calls))
        except CALL_ERRORS as error:
            self.seen.unanswered[code(error)] += len(groups)
            return
        known = {group["id"]: group for told in answers for group in told["usergroups"]}
        sure = len(may) == len(self.signed)
        self.seen.groups.update({group: known.get(group) for group in groups if sure or group in known})


def _known(answers: Iterable[T | BaseException]) -> list[T]:
    """What was told. Raises the first error that does not mean "no such thing", where nothing was told."""
    told = list(answers)
    known = [answer for answer in told if not isinstance(answer, BaseException)]
    for error in told if not known else ():
        if isinstance(error, BaseException) and not (isinstance(error, Exception) and code(error) in _NOT_THERE):
            raise error
    return known


async def _room(client: AsyncWebClient, channel: str) -> Room:
    return Room.of((await client.conversations_info(channel=channel))["channel"])


async def _person(client: AsyncWebClient, user: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (await client.users_info(user=user))["user"]
    return found
