"""The shapes of Block Kit, as small checks put together: what each block and element must and may hold.

Limits: https://docs.slack.dev/reference/block-kit. Details are worded as Slack words them, with a JSON pointer.
"""

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[Any, str], None]

SCHEME = re.compile(r"^(?:https?|slack)://\S+$|^(?:mailto|tel):\S+$")
DATE = re.compile(r"^\d{4}-\d\d-\d\d$")
CLOCK = re.compile(r"^\d\d:\d\d$")


class Flaw(Exception):
    """What is wrong, and where."""

    def __init__(self, what: str, pointer: str) -> None:
        super().__init__(f"{what} [json-pointer:{pointer}]")


# --- what shapes are made of -----------------------------------------------------------------------------------------


def string(longest: int, shortest: int = 1) -> Check:
    def check(value: Any, at: str) -> None:
        if not isinstance(value, str):
            raise Flaw("must be a string", at)
        if len(value) < shortest:
            raise Flaw(f"must be more than {shortest - 1} characters", at)
        if len(value) > longest:
            raise Flaw(f"must be less than {longest + 1} characters", at)

    return check


def matching(pattern: re.Pattern[str], what: str, longest: int = 3000) -> Check:
    def check(value: Any, at: str) -> None:
        string(longest)(value, at)
        if not pattern.search(value):
            raise Flaw(f"must be {what}", at)

    return check


def whole(lowest: int, highest: int) -> Check:
    def check(value: Any, at: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Flaw("must be an integer", at)
        if not lowest <= value <= highest:
            raise Flaw(f"must be between {lowest} and {highest}", at)

    return check


def flag(value: Any, at: str) -> None:
    if not isinstance(value, bool):
        raise Flaw("must be a boolean", at)


def one_of(*allowed: Any) -> Check:
    def check(value: Any, at: str) -> None:
        if value not in allowed:
            raise Flaw(f"must be a valid enum value: {value}", at)

    return check


def each(check_one: Check, longest: int, shortest: int = 1) -> Check:
    def check(value: Any, at: str) -> None:
        if not isinstance(value, list):
            raise Flaw("must be an array", at)
        if len(value) < shortest:
            raise Flaw(f"no less than {shortest} items allowed", at)
        if len(value) > longest:
            raise Flaw(f"no more than {longest} items allowed", at)
        for number, item in enumerate(value):
            check_one(item, f"{at}/{number}")

    return check


def shape(must: dict[str, Check] | None = None, may: dict[str, Check] | None = None, *rules: Check) -> Check:
    """An object with exactly these keys; `rules` look at the whole of it afterwards."""
    must, may = must or {}, may or {}

    def check(value: Any, at: str) -> None:
        if not isinstance(value, dict):
            raise Flaw("must provide an object", at)
        for key in sorted(must.keys() - value.keys()):
            raise Flaw(f"missing required field: {key}", at)
        for key in sorted(value.keys() - must.keys() - may.keys() - {"type"}):
            raise Flaw(f"invalid additional property: {key}", at)
        for key, check_key in (must | may).items():
            if key in value:
                check_key(value[key], f"{at}/{key}")
        for rule in rules:
            rule(value, at)

    return check


def kinds(shapes: dict[str, Check]) -> Check:
    def check(value: Any, at: str) -> None:
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            raise Flaw("missing required field: type", at)
        if value["type"] not in shapes:
            raise Flaw(f"unsupported type: {value['type']}", f"{at}/type")
        shapes[value["type"]](value, at)

    return check


def exactly_one(*keys: str) -> Check:
    def rule(value: Any, at: str) -> None:
        if sum(key in value for key in keys) != 1:
            raise Flaw(f"must define exactly one of {', '.join(keys)}", at)

    return rule


def distinct(value: list[str], what: str, at: str) -> None:
    if twice := next((item for item in value if value.count(item) > 1), None):
        raise Flaw(f"`{what}` {twice!r} already exists", at)


# --- objects inside elements -----------------------------------------------------------------------------------------


def plain(longest: int) -> Check:
    return kinds({"plain_text": shape({"text": string(longest)}, {"emoji": flag})})


def text(longest: int) -> Check:
    return kinds(
        {
            "plain_text": shape({"text": string(longest)}, {"emoji": flag}),
            "mrkdwn": shape({"text": string(longest)}, {"verbatim": flag}),
        }
    )


url = matching(SCHEME, "a valid url")
style = one_of("primary", "danger")
confirm = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": style},
)
option = shape({"text": plain(75), "value": string(150)}, {"description": plain(75)})
choice = shape({"text": text(75), "value": string(150)}, {"description": text(75)})
menu_option = shape({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": url})
option_group = shape({"label": plain(75), "options": each(option, 100)})
dispatch = shape({}, {"trigger_actions_on": each(one_of("on_enter_pressed", "on_character_entered"), 2)})

ACTION = {"action_id": string(255)}
ASKING = ACTION | {"confirm": confirm}
INPUT = ACTION | {"placeholder": plain(150), "focus_on_load": flag}


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """All options of a menu, those of its groups included."""
    return [*element.get("options", []), *(o for group in element.get("option_groups", []) for o in group["options"])]


def known_options(element: dict[str, Any], at: str) -> None:
    """Values are unique, and what is chosen from the start is one of the options, to the letter."""
    offered = options_of(element)
    distinct([option["value"] for option in offered], "value", at)
    chosen = [
        *element.get("initial_options", []),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]
    if any(option not in offered for option in chosen):
        raise Flaw("initial option must be one of the options", at)


def sane_lengths(element: dict[str, Any], at: str) -> None:
    if element.get("min_length", 0) > element.get("max_length", 3000):
        raise Flaw("min_length must be at most max_length", at)


def one_source(element: dict[str, Any], at: str) -> None:
    exactly_one("image_url", "slack_file")(element, at)


# --- elements --------------------------------------------------------------------------------------------------------

IMAGE = {"image_url": url, "slack_file": shape({}, {"id": string(255), "url": url})}
image_element = shape({"alt_text": string(2000)}, IMAGE, one_source)
button = shape(
    {"text": plain(75)},
    ASKING | {"url": url, "value": string(2000, 0), "style": style, "accessibility_label": string(75)},
)
SELECT = INPUT | {"confirm": confirm}
MENU = {"options": each(option, 100), "option_groups": each(option_group, 100)}
static_select = shape(
    {}, SELECT | MENU | {"initial_option": option}, exactly_one("options", "option_groups"), known_options
)
multi_static_select = shape(
    {},
    SELECT | MENU | {"initial_options": each(option, 100), "max_selected_items": whole(1, 100)},
    exactly_one("options", "option_groups"),
    known_options,
)


def picker(initial: str, check: Check, **more: Check) -> Check:
    return shape({}, SELECT | {initial: check} | more)


ident = string(255)
SINGLE = {
    "static_select": static_select,
    "external_select": picker("initial_option", option, min_query_length=whole(0, 1000)),
    "users_select": picker("initial_user", ident),
    "conversations_select": picker(
        "initial_conversation", ident, default_to_current_conversation=flag, response_url_enabled=flag, filter=shape()
    ),
    "channels_select": picker("initial_channel", ident, response_url_enabled=flag),
    "overflow": shape({"options": each(menu_option, 5)}, ASKING, known_options),
    "datepicker": picker("initial_date", matching(DATE, "a date")),
    "timepicker": picker("initial_time", matching(CLOCK, "a time"), timezone=string(100)),
    "checkboxes": shape(
        {"options": each(choice, 10)},
        ASKING | {"initial_options": each(choice, 10), "focus_on_load": flag},
        known_options,
    ),
    "radio_buttons": shape(
        {"options": each(choice, 10)}, ASKING | {"initial_option": choice, "focus_on_load": flag}, known_options
    ),
}
MULTIPLE = {
    "multi_external_select": picker("initial_options", each(option, 100), max_selected_items=whole(1, 100)),
    "multi_static_select": multi_static_select,
    "multi_users_select": picker("initial_users", each(ident, 100), max_selected_items=whole(1, 100)),
    "multi_conversations_select": picker("initial_conversations", each(ident, 100), max_selected_items=whole(1, 100)),
    "multi_channels_select": picker("initial_channels", each(ident, 100), max_selected_items=whole(1, 100)),
}
datetimepicker = shape({}, ASKING | {"initial_date_time": whole(10**9, 10**10 - 1), "focus_on_load": flag})
TYPED = INPUT | {"dispatch_action_config": dispatch}
LENGTHS = {"min_length": whole(0, 3000), "max_length": whole(1, 3000)}
plain_text_input = shape({}, TYPED | LENGTHS | {"multiline": flag, "initial_value": string(3000, 0)}, sane_lengths)

in_actions = kinds({**SINGLE, "button": button, "datetimepicker": datetimepicker})
in_section = kinds({**SINGLE, **MULTIPLE, "button": button, "image": image_element})
in_context = kinds(
    {
        "image": image_element,
        "plain_text": shape({"text": string(2000)}, {"emoji": flag}),
        "mrkdwn": shape({"text": string(2000)}, {"verbatim": flag}),
    }
)
in_input = kinds(
    {
        **{kind: check for kind, check in SINGLE.items() if kind != "overflow"},
        **MULTIPLE,
        "datetimepicker": datetimepicker,
        "plain_text_input": plain_text_input,
        "email_text_input": shape({}, TYPED | {"initial_value": string(3000)}),
        "url_text_input": shape({}, TYPED | {"initial_value": string(3000)}),
        "number_input": shape(
            {"is_decimal_allowed": flag},
            TYPED | {"initial_value": string(100), "min_value": string(100), "max_value": string(100)},
        ),
        "file_input": shape({}, ACTION | {"filetypes": each(string(20), 100), "max_files": whole(1, 10)}),
    }
)

# --- rich text -------------------------------------------------------------------------------------------------------

marks = shape(
    {}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight"), flag)
)
STYLED = {"style": marks}
rich_words = {
    "text": shape({"text": string(13_200)}, STYLED),
    "link": shape({"url": url}, {"text": string(13_200), "unsafe": flag} | STYLED),
}
rich_element = kinds(
    {
        **rich_words,
        "emoji": shape(
            {"name": matching(re.compile(r"^[^\s:]+$"), "an emoji name")}, {"unicode": string(100)} | STYLED
        ),
        "user": shape({"user_id": matching(re.compile(r"^[UW]\w+$"), "a user id")}, STYLED),
        "channel": shape({"channel_id": matching(re.compile(r"^[CGD]\w+$"), "a channel id")}, STYLED),
        "usergroup": shape({"usergroup_id": matching(re.compile(r"^S\w+$"), "a usergroup id")}, STYLED),
        "broadcast": shape({"range": one_of("here", "channel", "everyone")}, STYLED),
        "date": shape(
            {"timestamp": whole(0, 10**11), "format": string(1000)}, {"url": url, "fallback": string(1000)} | STYLED
        ),
        "color": shape({"value": matching(re.compile(r"^#[0-9A-Fa-f]{6}$"), "a hex color")}),
    }
)
MANY = 1000
rich_section = kinds({"rich_text_section": shape({"elements": each(rich_element, MANY)})})
rich_part = kinds(
    {
        "rich_text_section": shape({"elements": each(rich_element, MANY)}),
        "rich_text_quote": shape({"elements": each(rich_element, MANY)}, {"border": one_of(0, 1)}),
        "rich_text_preformatted": shape({"elements": each(kinds(rich_words), MANY)}, {"border": one_of(0, 1)}),
        "rich_text_list": shape(
            {"elements": each(rich_section, MANY), "style": one_of("bullet", "ordered")},
            {"indent": whole(0, 8), "offset": whole(0, 10**6), "border": one_of(0, 1)},
        ),
    }
)

# --- blocks ----------------------------------------------------------------------------------------------------------

BLOCK = {"block_id": string(255)}


def said(block: dict[str, Any], at: str) -> None:
    if not block.keys() & {"text", "fields"}:
        raise Flaw("must define either `text` or `fields`", at)


def own_actions(block: dict[str, Any], at: str) -> None:
    distinct([e["action_id"] for e in block["elements"] if "action_id" in e], "action_id", at)


BLOCKS = {
    "section": shape(
        {}, BLOCK | {"text": text(3000), "fields": each(text(2000), 10), "accessory": in_section, "expand": flag}, said
    ),
    "header": shape({"text": plain(150)}, BLOCK),
    "divider": shape({}, BLOCK),
    "context": shape({"elements": each(in_context, 10)}, BLOCK),
    "actions": shape({"elements": each(in_actions, 25)}, BLOCK, own_actions),
    "input": shape(
        {"label": plain(2000), "element": in_input},
        BLOCK | {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "image": shape({"alt_text": string(2000)}, BLOCK | IMAGE | {"title": plain(2000)}, one_source),
    "rich_text": shape({"elements": each(rich_part, MANY)}, BLOCK),
}
message_block = kinds(BLOCKS | {"markdown": shape({"text": string(12_000)}, BLOCK)})
view_block = kinds(BLOCKS)

PRIVATE = {"callback_id": string(255, 0), "private_metadata": string(3000, 0), "external_id": string(255, 0)}
view = kinds(
    {
        "modal": shape(
            {"title": plain(24), "blocks": each(view_block, 100, 0)},
            PRIVATE
            | {"submit": plain(24), "close": plain(24)}
            | {"clear_on_close": flag, "notify_on_close": flag, "submit_disabled": flag},
        ),
        "home": shape({"blocks": each(view_block, 100, 0)}, PRIVATE),
    }
)
