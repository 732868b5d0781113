"""Reading our own replies back: no server's ``Idempotency-Key`` is trusted, what stands there is.

A network between us and the server may have delivered a post twice: the first one stays, the others are deleted.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from bot.desk.case import Remark, Reply
from bot.desk.ports import Absent, Posted, Sighting, Unclear
from bot.network.links import Place
from bot.network.mastodon.plain import plain
from bot.network.mastodon.server import Me, Server, TooMany, by_age
from bot.network.mastodon.status import Status
from bot.network.mastodon.trouble import in_words, said_of
from bot.network.wire import Trouble, WireError

log = logging.getLogger(__name__)

#: How far a server's clock may be from ours: what is older than the yes by this was no answer to it.
CLOCKS = timedelta(minutes=2)
#: Our own posts are read back to this long before the yes.
BACK = timedelta(hours=1)
#: A list that this server does not show at all, ever: the other one has to do.
_NOT_SHOWN = frozenset({Trouble.MISSING, Trouble.REFUSED})

_ASTRAY = Remark("A post with this text stands on {network}, but answers nothing: {link} Please look.")
_HIDDEN = Remark("{network} does not show what was posted.")


async def find(server: Server, place: Place, original: Status | None, reply: Reply) -> Sighting:
    """Look for our reply in the thread, and among our own posts. Raises ``WireError``."""
    me = await server.me()
    parent = original.id if original else server.id_of(place)
    below = await _below(server, original, me)
    own = await _own(server, me, reply)
    alike = {each.id: each for each in (*(below or ()), *(own or ())) if each.reads_like(reply.text)}
    if twins := sorted((each for each in alike.values() if _answers(each, parent, place, reply)), key=by_age):
        return await only_first(server, twins, reply)
    if strays := [each for each in alike.values() if each.in_reply_to_id is None and _meant(each, place, reply)]:
        return await _stray(server, strays, original)
    if below is None and own is None:
        return Unclear(said_of(server.host, _HIDDEN))
    return Absent()


async def only_first(server: Server, twins: list[Status], reply: Reply) -> Posted | Unclear:
    """Of the same reply, posted several times over, the first one stays."""
    first, *others = twins
    for each in others:
        if not _since(each, reply):
            continue  # a person posted it, long before: not ours to delete
        try:
            await server.delete(each.id)
        except WireError as error:
            return Unclear(in_words(error, server.host))
        log.warning("the same reply stood there twice; one is deleted", extra={"network": server.host})
    return Posted(link=first.link, ref=first.id)


async def _below(server: Server, original: Status | None, me: Me) -> tuple[Status, ...] | None:
    """Our answers in the thread; None where there is none to be read."""
    try:
        return await server.answers(original.id, me) if original else None
    except WireError as error:
        if error.kind not in _NOT_SHOWN:
            raise
        return None


async def _own(server: Server, me: Me, reply: Reply) -> list[Status] | None:
    """Our posts since before the yes; None where the server does not show them, or too many."""
    try:
        return [each async for each in server.own_posts(me, reply.approved_at - BACK)]
    except TooMany:
        return None
    except WireError as error:
        if error.kind not in _NOT_SHOWN:
            raise
        return None


async def _stray(server: Server, strays: list[Status], original: Status | None) -> Sighting:
    """Where the post that we answered is gone, some servers have made a post of its own of the answer."""
    if original:
        return Unclear(said_of(server.host, _ASTRAY, link=strays[0].link))
    for each in strays:
        try:
            await server.delete(each.id)
        except WireError as error:
            return Unclear(in_words(error, server.host))
    return Absent()


def _answers(status: Status, parent: str, place: Place, reply: Reply) -> bool:
    if parent:
        return status.in_reply_to_id == parent
    return status.in_reply_to_id is not None and _meant(status, place, reply)


def _meant(status: Status, place: Place, reply: Reply) -> bool:
    """Whether it was posted for this yes: not before it, and with the customer's name."""
    name = place.author.lstrip("@").partition("@")[0].casefold()
    return _since(status, reply) and f"@{name}" in plain(status.content).casefold()


def _since(status: Status, reply: Reply) -> bool:
    return status.created_at is None or status.created_at >= reply.approved_at - CLOCKS
