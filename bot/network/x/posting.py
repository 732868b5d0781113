"""Posting and taking away: every call here changes what the public reads."""

from __future__ import annotations

from typing import Any

from bot.desk.case import Remark
from bot.desk.ports import Outcome, Posted, Refused, Unclear
from bot.network.account import PostGone, Unread
from bot.network.wire import Trouble, WireError
from bot.network.x import reading, trouble
from bot.network.x.readback import ALL, Readback, Shown
from bot.network.x.session import Session


class Posting:
    """Sends each text once, and looks where it went."""

    def __init__(self, session: Session, readback: Readback) -> None:
        self._session = session
        self._readback = readback

    async def send(self, shown: Shown, text: str) -> Outcome:
        """Post this as the answer, once."""
        to = shown.versions[-1]
        body = {"text": text, "reply": {"in_reply_to_tweet_id": to}}
        try:
            told = await self._session.ask("POST", "/2/tweets", json=body)
        except WireError as error:
            if trouble.is_duplicate(error):
                return await self._there_already(shown, text, error)
            if trouble.is_by_hand(error):
                return Refused(reading.by_hand(to, shown.me.username))
            return trouble.sent(error)
        if not (ref := _id(told.body)):
            return Unclear(trouble.in_words(WireError(Trouble.BROKEN)))
        return await self._looked_at(shown, ref)

    async def _there_already(self, shown: Shown, text: str, error: WireError) -> Outcome:
        """X refuses a text that it has: after an unclear try it is ours, and there."""
        try:
            ours, _ = await self._readback.answers(shown.versions, shown.versions[0], pages=ALL)
        except (WireError, Unread):
            return Unclear(trouble.in_words(error))
        return shown.holds(ours, text) or trouble.sent(error)

    async def _looked_at(self, shown: Shown, ref: str) -> Outcome:
        """X's answer does not tell under which post the reply stands; one that stands alone is taken away again."""
        posted = Posted(link=reading.link(ref, shown.me.username), ref=ref)
        try:
            parent = (await self._readback.lookup(ref)).data[0].refers("replied_to")
        except (WireError, Unread, PostGone):  # it is there: X shows a new post a moment later
            return posted
        if parent in shown.versions:
            return posted
        if isinstance(await self.delete(ref), Posted):
            return Refused(Remark("X has posted the reply as a post of its own; it is deleted again. Please try anew."))
        says = "X has posted the reply as a post of its own. Please delete it by hand: {link}"
        return Refused(Remark(says, {"link": posted.link}))

    async def delete(self, ref: str) -> Outcome:
        """Take a post of ours away."""
        try:
            told = await self._session.ask("DELETE", f"/2/tweets/{ref}")
        except WireError as error:
            if error.kind not in {Trouble.MISSING, Trouble.REFUSED}:
                return trouble.sent(error)
            return Posted(ref=ref) if await self._is_gone(ref) else trouble.sent(error)
        if _deleted(told.body) or await self._is_gone(ref):
            return Posted(ref=ref)
        return Refused(Remark("X has not deleted the reply; please delete it by hand: {link}", {"link": _link(ref)}))

    async def _is_gone(self, ref: str) -> bool:
        try:
            await self._readback.lookup(ref)
        except PostGone:
            return True
        except (WireError, Unread):
            return False
        return False


def _id(body: Any) -> str:
    data = body.get("data") if isinstance(body, dict) else None
    ref = data.get("id") if isinstance(data, dict) else None
    return ref if isinstance(ref, str) and ref.isdecimal() else ""


def _deleted(body: Any) -> bool:
    data = body.get("data") if isinstance(body, dict) else None
    return isinstance(data, dict) and data.get("deleted") is True


def _link(ref: str) -> str:
    return reading.link(ref, "i")
