"""The few calls of the Google My Business API that we make, for one place."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.network.bearer import Bearer
from bot.network.google.review import Given, Review
from bot.network.google.trouble import kind_of, reason
from bot.network.wire import Told, Trouble, Wire, WireError

#: Seconds for which our access is known to work.
FRESH = 30.0
#: Reviews in one answer (Google gives no more), and answers that are read for one look at what is new.
PAGE, PAGES = 50, 100
_ID = re.compile(r"[\w=-]{4,300}")
_UNAUTHORIZED, _BAD = 401, 400


class _Page(BaseModel):
    reviews: list[Review] = []
    nextPageToken: str = ""  # noqa: N815  # Google's name


class Location:
    """Reads may be repeated once where a connection was cut; what changes something is called once."""

    def __init__(self, base: str, name: str, account: str, access: Bearer) -> None:
        """``name`` is ``accounts/…/locations/…``."""
        self.name = name
        self.wire = Wire(base, account, reason=reason, kind_of=kind_of)
        self.refused: WireError | None = None
        self.access = access
        self._fresh_until = 0.0

    async def close(self) -> None:
        """Close the connections."""
        await self.wire.close()
        await self.access.wire.close()

    def forget(self) -> None:
        """Pauses are over, and what was remembered for a while is asked for again."""
        self._fresh_until = 0.0
        self.wire.standing.paused_until = self.access.wire.standing.paused_until = 0.0

    async def works(self) -> None:
        """See that our access does. Raises ``WireError``."""
        if time.monotonic() >= self._fresh_until:
            await self._page(size=1)
            self._fresh_until = time.monotonic() + FRESH

    async def review(self, review_id: str) -> Review | None:
        """A review of this place; None where it is not there. Raises ``WireError``."""
        if not _ID.fullmatch(review_id):
            return None
        try:
            told = await self._read(f"/v4/{self.name}/reviews/{review_id}")
        except WireError as error:
            if error.kind is Trouble.MISSING or (error.kind is Trouble.REFUSED and error.status == _BAD):
                return None  # 400: no id of theirs
            raise
        try:
            return Review.model_validate(told)
        except ValidationError as error:
            raise _nonsense(error) from error

    async def latest(self, pages: int = PAGES) -> AsyncIterator[Review]:
        """This place's reviews, those changed last first. Raises ``WireError``."""
        token = ""
        for _ in range(pages):
            page = await self._page(token)
            for each in page.reviews:
                yield each
            if not (token := page.nextPageToken):
                return

    async def answer(self, review: Review, text: str) -> Given:
        """Put our answer in the place of the one that stands there, or of none. Raises ``WireError``."""
        told = await self._ask("PUT", f"/v4/{review.name}/reply", json={"comment": text})
        try:
            return Given.model_validate(told.body)
        except ValidationError as error:
            raise _nonsense(error) from error

    async def withdraw(self, review_name: str) -> None:
        """Delete our answer; one that is not there is deleted. Raises ``WireError``."""
        try:
            await self._twice("DELETE", f"/v4/{review_name}/reply")
        except WireError as error:
            if error.kind is not Trouble.MISSING:
                raise

    async def _page(self, token: str = "", size: int = PAGE) -> _Page:
        asked = {"pageSize": str(size), "orderBy": "updateTime desc", **({"pageToken": token} if token else {})}
        try:
            return _Page.model_validate(await self._read(f"/v4/{self.name}/reviews", **asked))
        except ValidationError as error:
            raise _nonsense(error) from error

    async def _read(self, path: str, **asked: str) -> Any:
        return (await self._twice("GET", path, params=asked)).body

    async def _twice(self, method: str, path: str, **sent: Any) -> Told:
        """A call that does no harm when it is made again, where an idle connection was cut."""
        try:
            return await self._ask(method, path, **sent)
        except WireError as error:
            if error.kind is not Trouble.BROKEN or error.status or "Timeout" in error.says:
                raise
        return await self._ask(method, path, **sent)

    async def _ask(self, method: str, path: str, **sent: Any) -> Told:
        try:
            told = await self._with_token(method, path, sent)
        except WireError as error:
            if error.kind is Trouble.ACCESS:
                self.refused = error
            raise
        self.refused = None
        return told

    async def _with_token(self, method: str, path: str, sent: dict[str, Any]) -> Told:
        """One call; one that Google refuses for its token, which may have ended, is made again with another."""
        token = await self.access.token()
        try:
            return await self.wire.ask(method, path, headers=_bearer(token), **sent)
        except WireError as error:
            if error.status != _UNAUTHORIZED:
                raise
        self.access.spent(token)
        return await self.wire.ask(method, path, headers=_bearer(await self.access.token()), **sent)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _nonsense(error: ValidationError) -> WireError:
    """An answer that is none of this API's; not what it says: that may be private."""
    return WireError(Trouble.BROKEN, f"no answer of this API: {error.error_count()} faults", status=200)
