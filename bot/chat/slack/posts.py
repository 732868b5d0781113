"""An app's message in Slack -> what ``bot.chat.posts`` reads."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import posts
from bot.chat.identity import Source
from bot.chat.payload import Part, maps, moment, words
from bot.chat.posts import Panel
from bot.chat.slack.sources import is_share, previewed, previews, who
from bot.chat.slack.text import WRITING, marked, plain, unescape


def posted(raw: str, parts: Sequence[Part]) -> list[Source]:
    """The complaints in an app's message, of its words and its attachments."""
    panels = [_panel(part) for part in parts if not (is_share(part) or previewed(part))]
    return posts.posted(raw, previews(parts), panels, WRITING)


def _panel(part: Part) -> Panel:
    """An attachment, as apps have built them since before there were blocks."""
    author, name = who(part)
    frame = (words(part, "from_url"), words(part, "title_link"))
    return Panel(
        text=words(part, "text") or marked(part.get("blocks")),
        title=words(part, "title"),
        fields=tuple((words(field, "title"), words(field, "value")) for field in maps(part.get("fields"))),
        links=tuple(unescape(link) for link in frame if link),
        author=author,
        author_name=name,
        written_at=moment(part.get("ts")),
        above=words(part, "pretext"),
        fallback=plain(words(part, "fallback")),
        unfurled=bool(words(part, "from_url", "original_url")),
    )
