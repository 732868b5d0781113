"""The few calls of Reddit's API that we make."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.network.bearer import Bearer
from bot.network.reddit.thing import Thing, Where, after, below, nonsense, things
from bot.network.reddit.trouble import failed, kind_of, reason
from bot.network.wire import LONGEST_PAUSE, PAUSE, Told, Trouble, Wire, WireError

#: Seconds for which the account is known to be ours and well.
FRESH = 30.0
#: Entries of a list in one answer, and how many answers of one list there are: Reddit keeps a thousand.
PAGE, PAGES = 100, 10
_UNAUTHORIZED, _FORBIDDEN = 401, 403


@dataclass(frozen=True, slots=True)
class Me:
    """The account that the token belongs to."""

    name: str
    suspended: bool = False


class Server:
    """Reads may be repeated once where a connection was cut; what changes something is called once."""

    def __init__(self, base: str, account: str, access: Bearer, agent: str) -> None:
        headers = {"User-Agent": agent, "Accept": "application/json"}
        self.wire = Wire(base, account, headers=headers, reason=reason, kind_of=kind_of)
        self.refused: WireError | None = None
        self.access = access
        self._silent_until = 0.0
        self._me: Me | None = None
        self._me_until = 0.0

    async def close(self) -> None:
        """Close the connections."""
        await self.wire.close()
        await self.access.wire.close()

    def forget(self) -> None:
        """Pauses are over, and what was remembered for a while is asked for again."""
        self._silent_until = self._me_until = 0.0
        self.wire.standing.paused_until = self.access.wire.standing.paused_until = 0.0

    # Reading

    async def me(self) -> Me:
        """Our account. Raises ``WireError``."""
        if self._me is None or time.monotonic() >= self._me_until:
            self._me = await self._asked_me()
            self._me_until = time.monotonic() + FRESH
        return self._me

    async def _asked_me(self) -> Me:
        told = await self.read("/api/v1/me")
        if not isinstance(told, dict) or not isinstance(told.get("name"), str):
            raise nonsense()
        return Me(told["name"], bool(told.get("is_suspended")))

    async def behind(self, where: Where) -> tuple[Thing, Thing] | None:
        """What a link names, and the submission it belongs to; None where it is gone. Raises ``WireError``."""
        try:
            found = {each.name: each for each in things(await self.read("/api/info", id=where.names))}
        except WireError as error:
            if error.kind is Trouble.MISSING:
                return None
            raise
        thing = found.get(where.name)
        return None if thing is None or thing.gone else (thing, found.get(where.submission, thing))

    async def below(self, where: Where) -> list[Thing]:
        """The answers to what a link names, as far as the page shows them. Raises ``WireError``."""
        path = f"/comments/{where.submission.removeprefix('t3_')}"
        asked = {"comment": where.comment.removeprefix("t1_"), "context": "0"} if where.comment else {}
        depth = "2" if where.comment else "1"
        return below(await self.read(path, sort="new", limit="500", depth=depth, **asked), where)

    async def own_comments(self, since: datetime | None) -> tuple[list[Thing], bool]:
        """What our account wrote since then, newest first, and whether that is all. Raises ``WireError``."""
        return await self.listed(f"/user/{(await self.me()).name}/comments", since, sort="new")

    async def listed(
        self, path: str, since: datetime | None, *, pages: int = PAGES, **asked: str
    ) -> tuple[list[Thing], bool]:
        """A list that is newest first, read back to then, and whether it was read to there. Raises ``WireError``."""
        found: list[Thing] = []
        on: dict[str, str] = {}
        for _ in range(pages):
            told = await self.read(path, limit=str(PAGE), **asked, **on)
            page = things(told)
            found += page
            if any(each.created_utc and since and each.created_utc < since for each in page) or not after(told):
                return found, True
            on = {"after": after(told)}
        return found, False

    async def read(self, path: str, **asked: str) -> Any:
        """A call that changes nothing. Raises ``WireError``."""
        with suppress(_Cut):
            return (await self._ask("GET", path, harmless=True, params={"raw_json": "1", **asked})).body
        return (await self._ask("GET", path, params={"raw_json": "1", **asked})).body

    # Writing

    @property
    def silence(self) -> float:
        """Seconds in which Reddit wants no comment from this account; 0 where it does not mind."""
        return max(0.0, self._silent_until - time.monotonic())

    async def comment(self, parent: str, text: str) -> Thing:
        """Answer a thing, once. Raises ``WireError``."""
        if self.silence:
            raise WireError(Trouble.BUSY, "RATELIMIT", wait=self.silence)
        sent = {"api_type": "json", "raw_json": "1", "thing_id": parent, "text": text}
        told = await self._ask("POST", "/api/comment", data=sent)
        if error := failed(told.body):
            self._note(error)
            raise error
        try:
            return Thing.model_validate(told.body["json"]["data"]["things"][0]["data"])
        except (KeyError, IndexError, TypeError, ValidationError) as error:
            raise nonsense() from error

    async def delete(self, name: str) -> None:
        """Delete a comment of ours; one that is not there is deleted. Raises ``WireError``."""
        sent = {"id": name}
        try:
            with suppress(_Cut):
                await self._ask("POST", "/api/del", harmless=True, data=sent)
                return
            await self._ask("POST", "/api/del", data=sent)
        except WireError as error:
            if error.kind is not Trouble.MISSING:
                raise

    async def _ask(self, method: str, path: str, *, harmless: bool = False, **sent: Any) -> Told:
        try:
            told = await self._with_token(method, path, sent)
        except WireError as error:
            if harmless and error.kind is Trouble.BROKEN and not error.status and "Timeout" not in error.says:
                raise _Cut from error
            self._note(error)
            raise
        self.refused = None
        self._slow_down(told)
        return told

    async def _with_token(self, method: str, path: str, sent: dict[str, Any]) -> Told:
        """One call; one that Reddit refuses for its token, which may have ended, is made again with another."""
        token = await self.access.token()
        try:
            return await self.wire.ask(method, path, headers=_bearer(token), **sent)
        except WireError as error:
            if error.status == _FORBIDDEN and path == "/api/v1/me":  # the app may not even tell who it is
                raise WireError(Trouble.ACCESS, error.says, status=error.status) from error
            if error.status != _UNAUTHORIZED:
                raise
        self.access.spent(token)
        return await self.wire.ask(method, path, headers=_bearer(await self.access.token()), **sent)

    def _note(self, error: WireError) -> None:
        if error.kind is Trouble.ACCESS:
            self.refused = error
        if error.kind is Trouble.BUSY and isinstance(error.body, str):  # only writing is too much
            self._silent_until = time.monotonic() + min(error.wait or PAUSE, LONGEST_PAUSE)

    def _slow_down(self, told: Told) -> None:
        """``x-ratelimit-remaining`` and ``-reset``: calls left, and seconds until there are new ones."""
        try:
            left, reset = (float(told.headers[f"x-ratelimit-{name}"]) for name in ("remaining", "reset"))
        except (KeyError, ValueError):
            return
        if left < 1:
            self.wire.standing.paused_until = time.monotonic() + min(max(reset, 1.0), LONGEST_PAUSE)


class _Cut(Exception):
    """The server closed a connection without an answer: an idle one, as a rule."""


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
