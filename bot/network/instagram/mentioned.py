"""Where somebody names the account under a post that is not its own: a comment, or the caption itself.

Such a comment is read and answered by way of the account: /docs/instagram-platform/instagram-api-with-facebook-login/
mentions. What stands below it is not shown: an answer cannot be read back.
"""

from __future__ import annotations

import re

from bot.network.graph_calls import Graph, nonsense, part
from bot.network.graph_comments import Comment, held, moment, text_of
from bot.network.wire import Trouble, WireError

_REF = re.compile(r"(?P<media>[0-9]+)_(?P<comment>[0-9]+|caption)")


def ref(media: str, comment: str) -> str:
    """A mention's id among ours: of a media and a comment; without one it is in the caption."""
    return f"{media}_{comment or 'caption'}"


def is_one(name: str) -> bool:
    """Whether an id is a mention's."""
    return _REF.fullmatch(name) is not None


async def read(graph: Graph, account: str, name: str) -> Comment:
    """The comment or caption with the mention. Raises ``WireError``."""
    media, comment = _parts(name)
    if comment:
        asked = f"mentioned_comment.comment_id({comment}){{id,text,timestamp}}"
        told = held((await graph.read(part(account), fields=asked)).get("mentioned_comment"))
    else:
        asked = f"mentioned_media.media_id({media}){{id,caption,timestamp,username}}"
        told = held((await graph.read(part(account), fields=asked)).get("mentioned_media"))
    if not told:
        raise WireError(Trouble.MISSING)
    who = text_of(told.get("username"))
    return Comment(
        id=name,
        top=name,
        text=text_of(told.get("text")) or text_of(told.get("caption")),
        handle=f"@{who}" if who else "",
        at=moment(told.get("timestamp")),
        blind=True,
    )


async def answer(graph: Graph, account: str, name: str, text: str) -> str:
    """Answer the mention once; the answer's id. Raises ``WireError``."""
    media, comment = _parts(name)
    sent = {"media_id": media, "message": text} | ({"comment_id": comment} if comment else {})
    told = await graph.ask("POST", f"{part(account)}/mentions", data=sent)
    if not (posted := text_of(told.get("id"))):
        raise nonsense()
    return posted


def _parts(name: str) -> tuple[str, str]:
    found = _REF.fullmatch(name)
    if not found:
        raise nonsense()
    return found["media"], "" if found["comment"] == "caption" else found["comment"]
