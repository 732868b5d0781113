"""What stands in the fields of a form: how Slack writes it into `state.values`."""

from typing import Any

from blockkit import elements_of
from blockkit_shapes import options_of
from standin_world import View

# type of element -> (key in state.values, key of what stands there from the start, several values)
FIELDS = {
    "plain_text_input": ("value", "initial_value", False),
    "email_text_input": ("value", "initial_value", False),
    "url_text_input": ("value", "initial_value", False),
    "number_input": ("value", "initial_value", False),
    "static_select": ("selected_option", "initial_option", False),
    "external_select": ("selected_option", "initial_option", False),
    "radio_buttons": ("selected_option", "initial_option", False),
    "checkboxes": ("selected_options", "initial_options", True),
    "multi_static_select": ("selected_options", "initial_options", True),
    "multi_external_select": ("selected_options", "initial_options", True),
    "users_select": ("selected_user", "initial_user", False),
    "multi_users_select": ("selected_users", "initial_users", True),
    "channels_select": ("selected_channel", "initial_channel", False),
    "multi_channels_select": ("selected_channels", "initial_channels", True),
    "conversations_select": ("selected_conversation", "initial_conversation", False),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", True),
    "datepicker": ("selected_date", "initial_date", False),
    "timepicker": ("selected_time", "initial_time", False),
    "datetimepicker": ("selected_date_time", "initial_date_time", False),
}


class NotSent(Exception):
    """Slack's own client does not send this form; the person sees why."""


def values_of(blocks: list[dict[str, Any]], typed: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """`state.values`: every field of these blocks, as typed or as it stood from the start."""
    values: dict[str, Any] = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in FIELDS:
                state = typed.get((block["block_id"], element["action_id"])) or initial(element)
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def initial(element: dict[str, Any]) -> dict[str, Any]:
    """What stands in a field before anybody touches it."""
    key, start, several = FIELDS[element["type"]]
    return {"type": element["type"], key: element.get(start, [] if several else None)}


def state_value(element: dict[str, Any], given: Any) -> dict[str, Any]:
    """What stands in a field once somebody put `given` into it: text, the value of an option, a list of them."""
    key, _, several = FIELDS[element["type"]]
    if key in ("selected_option", "selected_options") and options_of(element):
        given = (
            [chosen(element, one) for one in given or []] if several else (chosen(element, given) if given else None)
        )
    return {"type": element["type"], key: given or ([] if several else None)}


def chosen(element: dict[str, Any], value: str | None) -> dict[str, Any]:
    """The option with this value; LookupError where the menu does not offer it."""
    for option in options_of(element):
        if option["value"] == value:
            return {key: option[key] for key in ("text", "value", "description") if key in option}
    raise LookupError(f"no option {value!r}; there are {[option['value'] for option in options_of(element)]}")


# --- finding and using an element ------------------------------------------------------------------------------------


def find(
    blocks: list[dict[str, Any]], action_id: str, value: str | None = None, block_id: str | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The block and the element with this action id; LookupError where there is none, or more than one."""
    found = [
        (block, element)
        for block in blocks
        for element in elements_of(block)
        if element["action_id"] == action_id and block_id in (None, block["block_id"])
    ]
    if len(found) > 1 and value is not None:
        found = [(block, element) for block, element in found if element.get("value") == value]
    if len(found) != 1:
        there = sorted(element["action_id"] for block in blocks for element in elements_of(block))
        raise LookupError(f"{len(found)} elements {action_id!r}; there are {there}")
    return found[0]


def field(view: View, key: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The block and element that somebody means by an action id, a block id, or both."""
    block_id, action_id = key if isinstance(key, tuple) else (None, key)
    if block_id is None and any(block["block_id"] == key for block in view.blocks):
        block = next(block for block in view.blocks if block["block_id"] == key)
        return block, elements_of(block)[0]
    return find(view.blocks, action_id, None, block_id)


def acted(block: dict[str, Any], element: dict[str, Any], value: Any, option: Any) -> dict[str, Any]:
    """One entry of `actions`, as Slack writes it for this kind of element."""
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    match element["type"]:
        case "button":
            return action | {
                key: element[key] for key in ("text", "value", "style", "url", "confirm") if key in element
            }
        case "overflow":
            return action | {"selected_option": chosen(element, option)}
    shown = {key: element[key] for key in ("placeholder",) if key in element and options_of(element)}
    before = initial(element)
    kept = {"initial_option": before["selected_option"]} if before.get("selected_option") else {}
    return action | state_value(element, option if option is not None else value) | shown | kept


def check_filled(view: View) -> None:
    """Raise NotSent where Slack's client would keep the modal open: a field is empty, too short or too long."""
    values = values_of(view.blocks, view.typed)
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = values[block["block_id"]][element["action_id"]]
        content = next((value for key, value in state.items() if key not in ("type", "timezone")), None)
        if not content and not block["optional"]:
            raise NotSent(f"{block['label']['text']}: please complete this required field")
        if isinstance(content, str) and content:
            lowest, highest = element.get("min_length", 0), element.get("max_length", 3000)
            if not lowest <= len(content) <= highest:
                raise NotSent(f"{block['label']['text']}: {len(content)} characters, {lowest} to {highest} are allowed")
