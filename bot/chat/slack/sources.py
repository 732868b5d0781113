"""The parts of a Slack message that may be a complaint: a share, a link with its preview, a mail, a photo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.chat.identity import Source, key, of_post
from bot.chat.payload import Part, inner, maps, moment, words
from bot.chat.previews import Preview, by, linked
from bot.chat.slack.text import WRITING, links, marked, plain, unescape
from bot.chat.texts import clean
from bot.network.links import Place, recognise


def previewed(part: Part) -> Place | None:
    """The place that a preview shows; none where no network is recognised, or the part is no preview."""
    if is_share(part):
        return None
    names = ["from_url", "original_url", "app_unfurl_url", *(["title_link"] if words(part, "service_name") else [])]
    found = (recognise(unescape(words(part, name))) for name in names)
    return next((place for place in found if place.network not in {"web", "slack"}), None)


def is_share(part: Part) -> bool:
    """Whether an attachment is a message of Slack's own: forwarded, or a permalink that unfurled."""
    marks = ("is_share", "is_msg_unfurl", "is_thread_root_unfurl", "is_reply_unfurl")
    return any(part.get(mark) is True for mark in marks) or bool(maps(part.get("message_blocks")))


def preview(part: Part) -> Preview | None:
    """What a part shows of a link; none for what is no preview of a network's."""
    if (place := previewed(part)) is None:
        return None
    author, name = who(part)
    return Preview(
        place=place,
        title=plain(words(part, "title")),
        text=plain(words(part, "text")) or rich(part),
        author=author,
        author_name=name,
        written_at=moment(part.get("ts")),
        links=shown_links(part),
    )


def previews(parts: Iterable[Part]) -> list[Preview]:
    """The previews among parts."""
    return [found for part in parts if (found := preview(part))]


def shown_links(part: Part) -> frozenset[str]:
    """The links that a part may stand for."""
    keys = ("from_url", "original_url", "title_link")
    return frozenset(unescape(words(part, name)) for name in keys) - {""}


def rich(part: Part) -> str:
    """What the blocks of an attachment say, its own or those of the message it shows."""
    return plain(_body(part))


def who(part: Part) -> tuple[str, str]:
    """Handle and name of whom an attachment shows."""
    told, called = by(plain(words(part, "title")))
    name = _name(words(part, "author_name"))
    handle = _name(words(part, "author_subname"))
    if not handle.startswith(("@", "u/")):
        handle = told or recognise(unescape(words(part, "author_link"))).author
    return handle, name or called


def _name(text: str) -> str:
    return plain(text)[:200]


def share(part: Part, siblings: Sequence[Part], workspace_url: str) -> list[Source]:
    """A forwarded message: about the post it links, or the mail it holds, else about itself."""
    raw = _body(part)
    names = filenames(part)
    inside = [*maps(part.get("attachments")), *_shown_in(raw, siblings)]
    origin = (_id(words(part, "channel_id")), _id(words(part, "ts")))
    link = recognise(unescape(words(part, "from_url", "original_url")))
    if link.network == "slack" and not all(origin):
        origin = (_channel(link.link), link.post)
    if about := linked(raw, previews(inside), WRITING, whole=True):
        return [replace(source, files=names) for source in about]
    if mails := [mail(file) for file in maps(part.get("files")) if is_mail(file)]:
        return [replace(each, origin=origin) for each in mails]
    if not link.link:
        link = replace(link, link=permalink(workspace_url, *origin, thread=words(part, "thread_ts")))
    source = Source(
        text=plain(raw),
        place=Place("slack", origin[1], "", link.link),
        author=_id(words(part, "author_id")),
        author_name=_name(words(part, "author_name", "author_subname")),
        written_at=moment(part.get("ts")) or moment(origin[1]),
        files=names,
        origin=origin,
    )
    return [source] if source.text or names else []


def _shown_in(raw: str, parts: Sequence[Part]) -> list[Part]:
    """The previews that show one of a text's links."""
    own = {key(place) for place in map(of_post, links(raw)) if place}
    return [part for part in parts if (place := previewed(part)) and key(place) in own]


_FALLBACK = re.compile(r"\[[^\]]{1,60}\] [^:]{1,100}: ")


def _body(part: Part) -> str:
    """The words of a shared message, wherever they are, as Slack writes them."""
    if said := words(part, "text") or marked(part.get("blocks")):
        return said
    messages = [inner(each, "message") for each in maps(part.get("message_blocks"))]
    said = "\n".join(filter(None, (marked(each.get("blocks")) or words(each, "text") for each in messages)))
    nested = [words(each, "text") or marked(each.get("blocks")) for each in maps(part.get("attachments"))]
    return said or "\n".join(filter(None, nested)) or _FALLBACK.sub("", _spoken(part), count=1)


def _spoken(part: Part) -> str:
    fallback = words(part, "fallback")
    return fallback if _FALLBACK.match(fallback) else ""


def is_mail(file: Part) -> bool:
    """Whether a file is a mail sent to the channel's address."""
    return "email" in {words(file, "filetype"), words(file, "mode")}


def mail(file: Part) -> Source:
    """A mail: its subject leads unless the text repeats it."""
    sender = next(iter(maps(file.get("from"))), {})
    subject = clean(words(file, "subject", "title"))
    text = clean(words(file, "plain_text", "preview_plain_text", "preview"))
    name, address = (clean(words(sender, key))[:200] for key in ("name", "address"))
    return Source(
        text=text if subject in text else f"{subject}\n{text}".strip(),
        place=Place("email", "", address, recognise(words(file, "permalink")).link),
        author=address,
        author_name="" if "@" in name else name,
        written_at=_sent(file) or moment(file.get("created")),
        files=tuple(filter(None, (clean(words(each, "filename", "name")) for each in maps(file.get("attachments"))))),
    )


def _sent(file: Part) -> datetime | None:
    try:
        sent = parsedate_to_datetime(words(inner(file, "headers"), "date")[:100])
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def filenames(part: Part) -> tuple[str, ...]:
    """What the photos and files of a message or share are called; mails are told by ``mail``."""
    files = (file for file in maps(part.get("files")) if not is_mail(file))
    return tuple(filter(None, (clean(words(file, "name", "title"))[:200] for file in files)))


def permalink(workspace_url: str, channel: str, ts: str, thread: str = "") -> str:
    """The link of a message, ``https://acme.slack.com/archives/C1/p1718000000000100``; empty when a part is unknown."""
    if not (workspace_url and channel and _TS.fullmatch(ts)):
        return ""
    link = f"{workspace_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
    return f"{link}?thread_ts={thread}&cid={channel}" if _TS.fullmatch(thread) and thread != ts else link


def slack_message(link: str) -> tuple[str, str]:
    """Channel and ts that a permalink of Slack names; empty for any other link."""
    place = recognise(link)
    return (_channel(place.link), place.post) if place.network == "slack" and place.post else ("", "")


_TS = re.compile(r"[0-9]{1,12}\.[0-9]{6}")


def _channel(link: str) -> str:
    return _id(link.partition("/archives/")[2].partition("/")[0])


def _id(text: str) -> str:
    return text if re.fullmatch(r"[\w.-]{1,64}", text, re.ASCII) else ""
