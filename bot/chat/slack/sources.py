"""The parts of a Slack message that may be a complaint: a share, a link with its preview, a mail, a photo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import Any

from bot.chat.identity import Source, key, of_post
from bot.chat.slack.payload import inner, maps, moment, words
from bot.chat.slack.text import links, marked, plain, unescape, without
from bot.chat.texts import clean
from bot.network.links import Place, recognise

Part = Mapping[str, Any]  # an attachment, a file, a message: whatever Slack put there


#: Characters beside a link that are a remark of a colleague rather than the customer's words.
REMARK = 40
#: Networks whose previews show the shop, the app or the place: never the review itself.
_PAGES = frozenset({"appstore", "play", "google"})
#: Whoever links a comment gets a preview of the post above it, by somebody else.
_COMMENT = re.compile(r"[?&](?:lc|(?:reply_)?comment_id|(?:dashC|c)ommentUrn|(?:userR|r)eviewId)=", re.IGNORECASE)


def is_remark(said: str, *, asked: bool) -> bool:
    """Whether words beside a link only comment on it: short or, when the bot is ``asked``, any; no quotation."""
    bare = without(said, links(said)).strip()
    quoted = any(first in bare and last in bare for first, last in ("«»", "“”")) or bare.count('"') > 1
    return (asked or len(bare) <= REMARK) and not quoted and not re.search(r"^(?:>|&gt;)", bare, re.MULTILINE)


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


def linked(raw: str, previews: Sequence[Part], *, whole: bool = False, asked: bool = False) -> list[Source]:
    """One source for each post that a text links or a preview shows.

    Args:
        raw: the words around the links, as Slack writes them.
        previews: attachments.
        whole: the words are a customer's however short, as in a forwarded message.
        asked: the words speak to the bot.
    """
    places = {key(place): place for place in map(of_post, links(raw)) if place}
    shown: dict[tuple[str, str], list[Part]] = {}
    for part in previews:
        if place := previewed(part):
            places.setdefault(key(place), place)
            shown.setdefault(key(place), []).append(part)
    said = beside(raw, list(chain.from_iterable(shown.values())))
    own = said if said and len(places) == 1 and (whole or not is_remark(said, asked=asked)) else ""
    return [_linked(place, shown.get(at, []), said, own) for at, place in places.items()]


def beside(raw: str, parts: Sequence[Part] = ()) -> str:
    """The words without the links they are about: of posts, of what is shared or previewed."""
    keys = ("from_url", "original_url", "title_link")
    shown = {unescape(words(part, name)) for part in parts for name in keys}
    about = {link for link in links(raw) if link in shown or of_post(link) or recognise(link).network == "slack"}
    return plain(without(raw, about))


def _linked(place: Place, previews: Sequence[Part], said: str, own: str) -> Source:
    comment = _COMMENT.search(place.link) is not None
    page = place.network in _PAGES or not place.post
    shown = "" if comment else _first(_shown(part, place) for part in previews)
    text = own if page and own else shown or own
    names = [] if comment else [who(part, place) for part in previews]
    return Source(
        text=text,
        place=place,
        author=place.author or _first(author for author, _ in names),
        author_name=_first(name for _, name in names),
        written_at=next(filter(None, (moment(part.get("ts")) for part in previews)), None) if not comment else None,
        notes=(said,) if said and said != text else (),
        told=own,
    )


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


_MEDIA = re.compile(r"https?://t\.co/\w+|(?:https?://)?pic\.(?:twitter|x)\.com/\w+")
_BY = re.compile(r"(?P<name>.{1,200}?) \((?P<handle>@[\w.@-]{1,100})\)(?: (?:on|sur) .{1,40}| [/|•·–-] .{1,100})?")
_SUBREDDIT = re.compile(r"From the \w+ community on Reddit: ?|Explore this post and more from the \w+ community")


def _shown(part: Part, place: Place) -> str:
    """What the customer wrote, as far as the preview shows it."""
    text = plain(words(part, "text")) or rich(part)
    title = plain(words(part, "title"))
    if place.network == "reddit":  # the title is the poster's, the text may be Reddit's own
        said = [_SUBREDDIT.sub("", line).strip() for line in (title, text)]
        return "\n".join(dict.fromkeys(filter(None, said)))
    while (last := text.rsplit(maxsplit=1)[-1:]) and _MEDIA.fullmatch(last[0]):
        text = text[: -len(last[0])].rstrip()
    return text or ("" if _BY.fullmatch(title) else title)


def rich(part: Part) -> str:
    """What the blocks of an attachment say, its own or those of the message it shows."""
    return plain(_body(part))


def who(part: Part, place: Place) -> tuple[str, str]:
    """Handle and name of whom an attachment shows."""
    told = _BY.fullmatch(plain(words(part, "title"))[:400])
    name = _name(words(part, "author_name"))
    handle = _name(words(part, "author_subname"))
    if not handle.startswith(("@", "u/")):
        handle = told["handle"] if told else recognise(unescape(words(part, "author_link"))).author
    return handle, name or (told["name"] if told else "")


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
    if about := linked(raw, inside, whole=True):
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
