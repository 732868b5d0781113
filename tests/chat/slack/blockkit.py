"""Block Kit as Slack refuses it: `check_message` and `check_view` raise `Refused` with Slack's own error code.

Stricter than Slack where Slack only ignores: unknown arguments of a message, two options with one value.
"""

import json
from typing import Any

from blockkit_shapes import Flaw, distinct, each, message_block, view
from blockkit_words import formats, pings, seen

__all__ = ["Refused", "check_blocks", "check_message", "check_view", "elements_of", "formats", "pings", "seen", "size"]

MESSAGE_BLOCKS = 50
LONGEST_TEXT = 40_000
LONGEST_METADATA = 15_000
LARGEST_VIEW = 250_000
# undocumented; measured by others: 13,297 in one block, and every further block costs about 125
# https://github.com/slackapi/bolt-js/issues/2509
LONGEST_BLOCKS = 13_200
SMALLEST_BLOCK = 125

MESSAGE_KEYS = {
    *(
        "token",
        "team_id",
        "channel",
        "user",
        "ts",
        "thread_ts",
        "text",
        "blocks",
        "attachments",
        "metadata",
        "mrkdwn",
        "parse",
    ),
    *("link_names", "unfurl_links", "unfurl_media", "username", "icon_url", "icon_emoji", "reply_broadcast", "as_user"),
    *("file_ids", "response_type", "replace_original", "delete_original"),
}
ATTACHMENT_KEYS = {
    *("fallback", "color", "pretext", "author_name", "author_link", "author_icon", "author_subname", "title"),
    *("title_link", "text", "fields", "image_url", "thumb_url", "footer", "footer_icon", "ts", "mrkdwn_in", "blocks"),
    *("id", "from_url", "original_url", "service_name", "service_icon", "callback_id", "actions"),
}


class Refused(Exception):
    """Slack says no: its error code, and what it adds for the developer."""

    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(f"{error}: {detail}" if detail else error)
        self.error = error
        self.detail = detail


def check_message(payload: dict[str, Any]) -> None:
    """Raise Refused where chat.postMessage or chat.update would refuse these arguments."""
    if unknown := payload.keys() - MESSAGE_KEYS:
        raise Refused("invalid_arguments", f"unknown argument: {', '.join(sorted(unknown))}")
    check_text(payload)
    if payload.get("blocks"):
        check_blocks(payload["blocks"])
    check_attachments(payload.get("attachments") or [])
    if payload.get("metadata"):
        check_metadata(payload["metadata"])


def check_text(payload: dict[str, Any]) -> None:
    """A message says something, and not more than 40,000 characters of it."""
    text = payload.get("text") or ""
    if not isinstance(text, str):
        raise Refused("invalid_arguments", "text must be a string")
    if not text.strip() and not payload.get("blocks") and not payload.get("attachments"):
        raise Refused("no_text")
    if len(text) > LONGEST_TEXT:
        raise Refused("msg_too_long", f"{len(text)} characters")


def check_blocks(blocks: Any, at: str = "/blocks") -> None:
    """Raise Refused where these blocks cannot stand in a message."""
    try:
        each(message_block, MESSAGE_BLOCKS)(blocks, at)
        own_ids(blocks, at)
    except Flaw as flaw:
        raise Refused("invalid_blocks", str(flaw)) from None
    if size(blocks) > LONGEST_BLOCKS:
        raise Refused("msg_blocks_too_long", f"{size(blocks)} characters over all blocks")


def size(blocks: list[dict[str, Any]]) -> int:
    """How much of the 13,200 characters these blocks take: what they weigh as JSON, at least 125 each."""
    return sum(max(SMALLEST_BLOCK, len(json.dumps(b, ensure_ascii=False, separators=(",", ":")))) for b in blocks)


def check_attachments(attachments: Any) -> None:
    """Raise Refused where these attachments cannot stand in a message."""
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise Refused("invalid_attachments")
    if len(attachments) > 100:
        raise Refused("too_many_attachments")
    for number, one in enumerate(attachments):
        if unknown := one.keys() - ATTACHMENT_KEYS:
            raise Refused("invalid_attachments", f"unknown: {', '.join(sorted(unknown))}")
        if one.get("blocks"):
            check_blocks(one["blocks"], f"/attachments/{number}/blocks")


def check_metadata(metadata: Any) -> None:
    """Raise Refused unless this is {event_type, event_payload} of a fair size."""
    if not isinstance(metadata, dict) or metadata.keys() - {"event_type", "event_payload", "entities"}:
        raise Refused("invalid_metadata_format")
    kind, facts = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or len(kind) > 255 or not isinstance(facts, dict):
        raise Refused("invalid_metadata_format", "event_type (a string) and event_payload (an object) are required")
    if len(json.dumps(facts)) > LONGEST_METADATA:
        raise Refused("metadata_too_large")


def check_view(payload: dict[str, Any]) -> None:
    """Raise Refused where views.open, views.update, views.push or views.publish would refuse this view."""
    try:
        view(payload, "/view")
        own_ids(payload["blocks"], "/view/blocks")
        submittable(payload)
    except Flaw as flaw:
        raise Refused("invalid_arguments", str(flaw)) from None
    if len(json.dumps(payload)) > LARGEST_VIEW:
        raise Refused("view_too_large")


def own_ids(blocks: list[dict[str, Any]], at: str) -> None:
    """Block ids are unique, and at most one element takes the focus."""
    distinct([block["block_id"] for block in blocks if "block_id" in block], "block_id", at)
    if sum(bool(element.get("focus_on_load")) for block in blocks for element in elements_of(block)) > 1:
        raise Flaw("only one element can have focus_on_load", at)


def submittable(payload: dict[str, Any]) -> None:
    """A modal with inputs needs a button to send them."""
    inputs = any(block["type"] == "input" for block in payload["blocks"])
    if payload["type"] == "modal" and inputs and "submit" not in payload:
        raise Flaw("`submit` is required when an `input` block is in the view", "/view")


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of one block."""
    if block["type"] == "actions":
        return block["elements"]
    return [block[key] for key in ("accessory", "element") if key in block]
