"""Reading our own comments back: Reddit knows no key that makes a second call harmless.

Whatever was posted twice on its way: the first one stays, the others are deleted.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from bot.desk.case import Remark, Reply
from bot.desk.ports import Absent, Posted, Sighting, Unclear
from bot.network.reddit.server import Server
from bot.network.reddit.thing import Thing, Where, by_age
from bot.network.reddit.trouble import in_words
from bot.network.wire import Trouble, WireError

log = logging.getLogger(__name__)

#: How far Reddit's clock may be from ours: what is older than the yes by this was no answer to it.
CLOCKS = timedelta(minutes=2)
#: Our own comments are read back to this long before the yes.
BACK = timedelta(hours=1)

_HIDDEN = Remark("The brand's account has written too much on Reddit since to see whether the reply is there.")


async def find(server: Server, where: Where, reply: Reply) -> Sighting:
    """Look for our reply in the discussion, and among our own comments. Raises ``WireError``."""
    own, whole = await server.own_comments(reply.approved_at - BACK)
    ours = [*await _below(server, where), *(each for each in own if each.parent_id == where.name)]
    if twins := alike(ours, reply):
        return await only_first(server, twins, reply)
    return Absent() if whole else Unclear(_HIDDEN)


async def answers(server: Server, where: Where) -> list[Thing]:
    """What our account has answered, oldest first, as far as can be seen. Raises ``WireError``."""
    recent = await server.listed(f"/user/{(await server.me()).name}/comments", None, sort="new", pages=1)
    own = [each for each in recent[0] if each.parent_id == where.name]
    found = {each.name: each for each in (*await _below(server, where), *own)}
    return sorted(found.values(), key=by_age)


def alike(ours: list[Thing], reply: Reply) -> list[Thing]:
    """Those with the reply's text, once each, oldest first."""
    return sorted({each.name: each for each in ours if each.reads_like(reply.text)}.values(), key=by_age)


async def only_first(server: Server, twins: list[Thing], reply: Reply) -> Posted | Unclear:
    """Of the same reply, posted several times over, the first one stays."""
    first, *others = twins
    for each in others:
        if each.created_utc and each.created_utc < reply.approved_at - CLOCKS:
            continue  # a person wrote it, long before: not ours to delete
        try:
            await server.delete(each.name)
        except WireError as error:
            return Unclear(in_words(error))
        log.warning("the same reply stood there twice; one is deleted", extra={"network": "reddit"})
    return Posted(link=first.link, ref=first.name)


async def _below(server: Server, where: Where) -> list[Thing]:
    me = await server.me()
    try:
        found = await server.below(where)
    except WireError as error:
        if error.kind in {Trouble.MISSING, Trouble.REFUSED}:  # our own list has to do
            return []
        raise
    return [each for each in found if each.author.casefold() == me.name.casefold()]
