"""What people get from a message or a view: the words they read, who is pinged, what is formatted."""

import html
import re
from collections.abc import Iterator
from typing import Any

MENTION = re.compile(r"<(?:@[UW]\w+|!(?:channel|here|everyone|subteam\^\w+))(?:\|[^<>]*)?>")
BARE_MENTION = re.compile(r"(?<![\w<!@])@(?:channel|here|everyone)\b")
NAMED_MENTION = re.compile(r"(?<![\w<!@])@[\w.\-]+")
LINK = re.compile(r"<(?:https?://|mailto:|tel:|slack://)[^<>]+>")
FENCE = re.compile(r"```.+?```", re.DOTALL)
SPANS = [
    re.compile(r"(?<![\w`])`[^`\n]+`(?![\w`])", re.MULTILINE),
    re.compile(r"(?<![\w*])\*(?=[^\s*])[^*\n]*(?<=[^\s])\*(?![\w*])", re.MULTILINE),
    re.compile(r"(?<![\w_])_(?=[^\s_])[^_\n]*(?<=[^\s])_(?![\w_])", re.MULTILINE),
    re.compile(r"(?<![\w~])~(?=[^\s~])[^~\n]*(?<=[^\s])~(?![\w~])", re.MULTILINE),
]
QUOTE = re.compile(r"^(?:>|&gt;).*$", re.MULTILINE)


# --- looking through a payload ---------------------------------------------------------------------------------------


def dicts(node: Any) -> Iterator[dict[str, Any]]:
    """Every object inside, outermost first."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from dicts(item)


def drawn(payload: dict[str, Any]) -> list[Any]:
    """The parts of a payload that are drawn as blocks."""
    return [payload.get("blocks") or [], payload.get("attachments") or []]


def mrkdwn(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every text object that Slack reads as mrkdwn."""
    return (part for part in dicts(drawn(payload)) if part.get("type") == "mrkdwn")


def loose(payload: dict[str, Any]) -> list[str]:
    """Texts outside blocks that Slack reads as mrkdwn: the top-level text, those of attachments."""
    attached = [one.get(key) for one in payload.get("attachments") or [] for key in ("pretext", "text", "title")]
    return [text for text in (payload.get("text"), *attached) if isinstance(text, str)]


# --- who is pinged ---------------------------------------------------------------------------------------------------


def pings(payload: dict[str, Any]) -> list[str]:
    """Every mention in it, as `<!here>`, `<@U1>` or `<!subteam^S1>`; a bare `@here` where Slack would read one.

    Slack reads bare mentions in mrkdwn that is not `verbatim`, and in the text with `parse: full` or `link_names`.
    The top-level text counts even beside blocks: it is the notification.
    """
    found = [ping for part in dicts(drawn(payload)) for ping in rich_ping(part)]
    for part in mrkdwn(payload):
        found += MENTION.findall(part["text"])
        found += [] if part.get("verbatim") else BARE_MENTION.findall(part["text"])
    eager = payload.get("parse") == "full" or payload.get("link_names")
    for text in loose(payload):
        found += MENTION.findall(text) + (NAMED_MENTION.findall(text) if eager else [])
    return found


def rich_ping(part: dict[str, Any]) -> list[str]:
    match part:
        case {"type": "broadcast", "range": str(whom)}:
            return [f"<!{whom}>"]
        case {"type": "user", "user_id": str(whom)}:
            return [f"<@{whom}>"]
        case {"type": "usergroup", "usergroup_id": str(whom)}:
            return [f"<!subteam^{whom}>"]
    return []


# --- what is formatted -----------------------------------------------------------------------------------------------


def formats(payload: dict[str, Any]) -> list[str]:
    """Every span of mrkdwn that Slack would draw otherwise than written: `*bold*`, `_x_`, `~x~`, code, quotes, links.

    A line that begins with `&gt;` is a quote too. The top-level text counts where there are no blocks.
    """
    texts = [part["text"] for part in mrkdwn(payload)]
    if not payload.get("blocks") and payload.get("mrkdwn") is not False:
        texts += loose(payload)
    return [span for text in texts for span in spans(text)]


def spans(text: str) -> list[str]:
    """The formatted spans of one mrkdwn text."""
    found = FENCE.findall(text) + LINK.findall(text) + QUOTE.findall(text)
    rest = LINK.sub("", FENCE.sub("", text))
    return found + [span for pattern in SPANS for span in pattern.findall(rest)]


# --- what is read ----------------------------------------------------------------------------------------------------


def seen(payload: dict[str, Any]) -> str:
    """All the words a person reads in a message or a view, one line for each piece.

    Buttons are `[Label]`, menus `[what is shown: option / option]`, fields `[what is in them]`; a question asked
    before a click stands behind it in braces. The top-level text counts where there are no blocks.
    """
    blocks = payload.get("blocks") or []
    title = "" if payload.get("type") == "home" else read(payload.get("title"))
    lines = [title, *([] if blocks else [read_mrkdwn(payload.get("text") or "")])]
    lines += [line for block in blocks for line in read_block(block)]
    lines += [line for one in payload.get("attachments") or [] for line in read_attachment(one)]
    lines.append(" ".join(f"[{read(payload[key])}]" for key in ("submit", "close") if payload.get(key)))
    return "\n".join(line for line in lines if line)


def read(text: Any) -> str:
    """One text object, or nothing."""
    if not isinstance(text, dict):
        return ""
    return read_mrkdwn(text["text"]) if text.get("type") == "mrkdwn" else text.get("text", "")


def read_mrkdwn(text: str) -> str:
    """Mrkdwn without its marks: links by their label, dates by their fallback, mentions as @ and the id."""
    text = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<([@#])(\w+)(?:\|([^>]*))?>", lambda m: m[1] + (m[3] or m[2]), text)
    text = re.sub(r"<!(?:subteam\^)?(\w+)(?:\|([^>]*))?>", lambda m: m[2] or f"@{m[1]}", text)
    text = re.sub(r"<([^<>|]+)\|([^<>]*)>", r"\2", text)
    text = re.sub(r"<([^<>|]+)>", r"\1", text)
    text = FENCE.sub(lambda m: m[0][3:-3], text)
    for pattern in SPANS:
        text = pattern.sub(lambda m: m[0][1:-1], text)
    return html.unescape(text)


def read_block(block: dict[str, Any]) -> list[str]:
    match block["type"]:
        case "section":
            fields = [read(field) for field in block.get("fields", [])]
            return [read(block.get("text")), *fields, read_element(block.get("accessory", {}))]
        case "header":
            return [read(block["text"])]
        case "markdown":
            return [block["text"]]
        case "context":
            return [" ".join(read_element(element) for element in block["elements"])]
        case "actions":
            return [" ".join(read_element(element) for element in block["elements"])]
        case "input":
            return [read(block["label"]), read_element(block["element"]), read(block.get("hint"))]
        case "image":
            return [read(block.get("title")), f"({block['alt_text']})"]
        case "rich_text":
            return [read_rich(part) for part in block["elements"]]
    return []


def read_element(element: dict[str, Any]) -> str:
    asked = f" {{{read_confirm(element['confirm'])}}}" if "confirm" in element else ""
    match element.get("type"):
        case None:
            return ""
        case "button":
            return f"[{read(element['text'])}]{asked}"
        case "plain_text" | "mrkdwn":
            return read(element)
        case "image":
            return f"({element['alt_text']})"
    return f"[{': '.join(part for part in (shown(element), offered(element)) if part)}]{asked}"


def shown(element: dict[str, Any]) -> str:
    """What stands in a menu or a field before anybody touches it."""
    chosen = [
        *element.get("initial_options", []),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]
    if chosen:
        return ", ".join(read(option["text"]) for option in chosen)
    first = next((value for key, value in element.items() if key.startswith("initial_")), "")
    return str(first) or read(element.get("placeholder")) or ("…" if element["type"] == "overflow" else "")


def offered(element: dict[str, Any]) -> str:
    """The options of a menu with their descriptions, groups by their label."""
    groups = [f"{read(group['label'])}: {listed(group['options'])}" for group in element.get("option_groups", [])]
    return " / ".join(part for part in (listed(element.get("options", [])), *groups) if part)


def listed(options: list[dict[str, Any]]) -> str:
    return " / ".join(
        f"{read(option['text'])} ({read(option['description'])})" if "description" in option else read(option["text"])
        for option in options
    )


def read_confirm(confirm: dict[str, Any]) -> str:
    return " | ".join(read(confirm[key]) for key in ("title", "text", "confirm", "deny") if key in confirm)


def read_rich(part: dict[str, Any]) -> str:
    if part["type"] == "rich_text_list":
        return "\n".join(f"• {read_rich(item)}" for item in part["elements"])
    return "".join(read_rich_word(word) for word in part["elements"])


def read_rich_word(word: dict[str, Any]) -> str:
    match word["type"]:
        case "text":
            return word["text"]
        case "link":
            return word.get("text") or word["url"]
        case "emoji":
            return f":{word['name']}:"
        case "broadcast":
            return f"@{word['range']}"
        case "date":
            return word.get("fallback") or word["format"]
        case "channel":
            return f"#{word['channel_id']}"
    return "@" + (word.get("user_id") or word.get("usergroup_id") or "")


def read_attachment(one: dict[str, Any]) -> list[str]:
    keys = ("pretext", "author_name", "title", "text", "footer")
    lines = [read_mrkdwn(one[key]) for key in keys if one.get(key)]
    lines += [f"{field.get('title', '')}: {field.get('value', '')}" for field in one.get("fields") or []]
    return lines + [line for block in one.get("blocks") or [] for line in read_block(block)]
