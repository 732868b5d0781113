"""Tells the teams once when a network refuses a brand's account, and once when that is mended."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.chat.later import Later
from bot.chat.news import Post, rooms
from bot.desk.case import Remark
from bot.locale import Sentences
from bot.network.accounts import Connected
from bot.voice.library import Library

log = logging.getLogger(__name__)

#: Brand -> account as people know it -> why it is refused.
Problems = Mapping[str, Mapping[str, Remark]]


@dataclass(frozen=True, slots=True)
class _Told:
    """Which room heard that which account is refused."""

    brand: str
    account: str
    room: str


class AccountsNews:
    """What was told is not told again while it lasts, however often it is looked at."""

    def __init__(self, post: Post, library: Library, later: Later) -> None:
        """``post`` answers False where nothing could be said: then it is said at the next look."""
        self._post = post
        self._library = library
        self._later = later
        self._told: set[_Told] = set()

    def look(self, problems: Problems) -> None:
        """These accounts are refused now; asked for every minute."""
        lasting = {
            _Told(brand, account, room): why
            for brand, accounts in problems.items()
            for account, why in accounts.items()
            for room in self._rooms(brand)
        }
        new = lasting.keys() - self._told
        mended = {told for told in self._told if told.account not in problems.get(told.brand, {})}
        self._told = set(lasting)
        for told in new:
            log.warning("an account is refused: %s", lasting[told], extra={"brand": told.brand})
            self._later.start(self._tell_refused(told, lasting[told]))
        for told in mended:
            self._later.start(self._tell_mended(told))

    async def _tell_refused(self, told: _Told, why: Remark) -> None:
        if await self._post(told.room, _refusal(told.account, why, self._say(told.brand))) is False:
            self._told.discard(told)

    async def _tell_mended(self, told: _Told) -> None:
        say = self._say(told.brand)
        said = say("{account} is no longer refused. What waited goes out now.", account=told.account)
        if await self._post(told.room, f"✅ {said}") is False:
            self._told.add(told)

    def _rooms(self, brand: str) -> list[str]:
        house = self._library.houses.get(brand)
        return rooms(house) if house else []

    def _say(self, brand: str) -> Sentences:
        house = self._library.houses.get(brand)
        return Sentences(house.brand.team_language if house else "en")


def _refusal(account: str, why: Remark, say: Sentences) -> str:
    reason = say.remark(why)
    named = reason if account in reason else f"{account}: {reason}"
    return f"⚠️ {named} {say('Approved replies wait for it; their cards say so.')}"


def refused(accounts: Iterable[Connected]) -> dict[str, dict[str, Remark]]:
    """The accounts that cannot post until somebody mends them."""
    found: dict[str, dict[str, Remark]] = {}
    for one in accounts:
        if why := one.room.problem:
            found.setdefault(one.spec.brand, {})[_called(one)] = why
    return found


def _called(one: Connected) -> str:
    handle = one.spec.handle or one.spec.id or one.spec.name
    return f"{Sentences('en').network(one.spec.network)} {handle}".strip()
