"""Calls with the account's access, and what they say about it."""

from __future__ import annotations

import time
from typing import Any

from bot.desk.case import Remark
from bot.network.wire import Told, Trouble, Wire, WireError
from bot.network.x.access import Access
from bot.network.x.trouble import in_words, kind_of, reason

#: Seconds until posting is tried again after X has said that the account may not: only a try tells that it may.
FORGIVEN = 900.0
_UNAUTHORIZED = 401


class Session:
    """One account's calls. Reading and posting may be allowed apart: what is wrong is kept for each."""

    def __init__(self, base: str, account: str, access: Access) -> None:
        self.wire = Wire(base, account, reason=reason, kind_of=kind_of)
        self._access = access
        self._wrong: dict[bool, Remark] = {}  # with posting (True), with reading
        self._since = 0.0

    async def close(self) -> None:
        """Close the connections."""
        await self.wire.close()

    @property
    def problem(self) -> Remark | None:
        """Why nothing can be posted until a person mends it."""
        if time.monotonic() - self._since > FORGIVEN:
            self._wrong.pop(True, None)
        return self._wrong.get(True) or self._wrong.get(False)

    @property
    def pause(self) -> float:
        """Seconds until the account may call again; 0 when it may."""
        return self.wire.standing.pause

    async def ask(self, method: str, path: str, *, aside: bool = False, **sent: Any) -> Told:
        """One call. Only one that X refused for its token is made again, with another token.

        ``aside``: where the account may not do this, it may do all the rest.

        Raises:
            WireError: it failed.
        """
        posts = method != "GET"
        try:
            told = await self._asked(method, path, sent)
        except WireError as error:
            self._note(error, posts=posts, aside=aside)
            raise
        self._wrong.pop(posts, None)
        return told

    async def _asked(self, method: str, path: str, sent: dict[str, Any]) -> Told:
        auth = await self._before(self._access.auth(self.wire))
        try:
            return await self.wire.ask(method, path, auth=auth, **sent)
        except WireError as error:
            if error.status != _UNAUTHORIZED:
                raise
            another = await self._before(self._access.again(self.wire, auth))
            if another is None:
                raise
        return await self.wire.ask(method, path, auth=another, **sent)

    async def _before(self, getting: Any) -> Any:
        """An access that could not be had is no call that may have come true."""
        try:
            return await getting
        except WireError as error:
            if error.kind is Trouble.BROKEN:
                raise WireError(Trouble.UNREACHED, error.says) from error
            raise

    def _note(self, error: WireError, *, posts: bool, aside: bool) -> None:
        self.wire.standing.problem = None  # in our own words, and for longer than until the next call that works
        if error.kind is Trouble.ACCESS and (not aside or error.status == _UNAUTHORIZED):
            self._wrong[posts] = in_words(error)
            self._since = time.monotonic() if posts else self._since
