"""What goes into a command, a menu or a form, and what Discord's own client would not send."""

from collections.abc import Iterator
from typing import Any

from discord_refusals import Form
from discord_rooms import NotSent


def nest(path: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options inside the subcommands on the way to them."""
    for one in reversed(path):
        given = [{"name": one["name"], "type": one["type"], "options": given}]
    return given


def option_type(spec: dict[str, Any], name: str) -> int:
    found = next((one for one in spec.get("options") or [] if one["name"] == name), None)
    if found is None:
        raise LookupError(f"no option {name}: {[one['name'] for one in spec.get('options') or []]}")
    return found["type"]


def check_options(spec: dict[str, Any], options: dict[str, Any]) -> None:
    """Would Discord's client send a command with these options?"""
    for one in spec.get("options") or []:
        value = options.get(one["name"])
        if one.get("required") and value in (None, ""):
            raise NotSent(f"{one['name']} is required")
        if isinstance(value, str) and not one.get("min_length", 0) <= len(value) <= one.get("max_length", 6000):
            raise NotSent(f"{one['name']} has {len(value)} characters")
        if value is not None and one.get("choices") and value not in [choice["value"] for choice in one["choices"]]:
            raise NotSent(f"{value} is not offered")


def chosen(menu: dict[str, Any], values: list[str]) -> list[str]:
    """The values of a menu; LookupError where they are not offered, NotSent where there are too few or too many."""
    offered = [option["value"] for option in menu.get("options") or []]
    if menu["type"] == 3 and (strange := [value for value in values if value not in offered]):
        raise LookupError(f"not offered: {strange}, but {offered}")
    if not menu.get("min_values", 1) <= len(values) <= menu.get("max_values", 1):
        raise NotSent(f"{len(values)} values")
    return values


def preset(part: dict[str, Any]) -> Any:
    """What stands in a field of a form before anybody touches it."""
    if part["type"] == 4:
        return part.get("value") or ""
    if part["type"] == 23:
        return bool(part.get("default"))
    defaults = [option["value"] for option in part.get("options") or [] if option.get("default")]
    return next(iter(defaults), None) if part["type"] == 21 else defaults


def check_field_value(part: dict[str, Any], value: Any) -> None:
    """Would Discord's client send a form with this in the field?"""
    name, required = part["custom_id"], part.get("required", True)
    if value in ("", None, []) and part["type"] != 23:
        if required:
            raise NotSent(f"{name} is required")
        return
    if part["type"] == 4 and not (part.get("min_length") or 0) <= len(value) <= (part.get("max_length") or 4000):
        raise NotSent(f"{name} has {len(value)} characters")
    if part["type"] in (3, 22):
        chosen(part | {"type": 3}, value)


def submitted(components: list[dict[str, Any]], values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a form as they come back, in the same nesting."""
    for one in components:
        base = {"type": one["type"], "id": one["id"]}
        match one["type"]:
            case 1:
                yield base | {"components": list(submitted(one["components"], values))}
            case 18:
                yield base | {"component": next(submitted([one["component"]], values))}
            case 4 | 21 | 23:
                yield base | {"custom_id": one["custom_id"], "value": values[one["custom_id"]]}
            case 10:
                yield base
            case _:
                yield base | {"custom_id": one["custom_id"], "values": values[one["custom_id"]]}


def check_choices(data: dict[str, Any]) -> None:
    """At most 25 choices with names and values of at most 100 characters."""
    form = Form()
    choices = data.get("choices") or []
    form.length("data.choices", len(choices), 0, 25)
    for number, choice in enumerate(choices):
        form.text(f"data.choices.{number}.name", choice.get("name"), 1, 100)
        if isinstance(choice.get("value"), str):
            form.text(f"data.choices.{number}.value", choice["value"], 1, 100)
    form.done()
