"""What people get from a message or a modal: the words that they read, the mentions in it."""

import re
from collections.abc import Iterator
from typing import Any

CODE = re.compile(r"```.+?```|``.+?``|`[^`\n]+`", re.DOTALL)
USER, ROLE = re.compile(r"(?<!\\)<@!?(\d+)>"), re.compile(r"(?<!\\)<@&(\d+)>")
EVERYONE = re.compile(r"(?<!\\)@(?:everyone|here)\b")


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component, nested ones too, in the order in which a person meets them."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        yield from walk([component[key] for key in ("accessory", "component") if component.get(key)])


def texts(body: dict[str, Any]) -> list[str]:
    """The texts of a message in which a mention pings: its content and its text displays."""
    shown = [one["content"] for one in walk(body.get("components") or []) if one["type"] == 10]
    return [text for text in (body.get("content") or "", *shown) if text]


def mentions(body: dict[str, Any]) -> tuple[set[int], set[int], bool]:
    """Users, roles, and whether everybody is named in a message; code and escaped mentions do not count."""
    text = "\n".join(CODE.sub(" ", one) for one in texts(body))
    return {int(i) for i in USER.findall(text)}, {int(i) for i in ROLE.findall(text)}, bool(EVERYONE.search(text))


# --- what is read ----------------------------------------------------------------------------------------------------


def seen(body: dict[str, Any]) -> str:
    """All the words a person reads in a message or a modal, one line for each piece.

    Buttons are `[Label]` with their emoji in front, menus `[what is shown: option / option]`, fields `[what is in
    them]`. Marks of markdown stay. A message on which the bot still works reads `[thinking]`.
    """
    lines = [body.get("title") or "", body.get("content") or ""]
    lines += [line for one in body.get("message_snapshots") or [] for line in seen(one["message"]).split("\n")]
    lines += [line for embed in body.get("embeds") or [] for line in read_embed(embed)]
    lines += [f"[file: {one['filename']}]" for one in body.get("attachments") or []]
    lines += [line for one in body.get("components") or [] for line in read(one)]
    if body.get("flags", 0) & 1 << 7:
        lines.append("[thinking]")
    return "\n".join(line for line in lines if line)


def read(component: dict[str, Any]) -> list[str]:
    """One component and what is in it, line by line."""
    match component["type"]:
        case 1:
            return [" ".join(line for one in component["components"] for line in read(one))]
        case 2:
            emoji = (component.get("emoji") or {}).get("name")
            return [f"[{' '.join(part for part in (emoji, component.get('label')) if part)}]"]
        case 3 | 5 | 6 | 7 | 8 | 21 | 22:
            return [f"[{': '.join(part for part in (shown(component), offered(component)) if part)}]"]
        case 4:
            return [component.get("label") or "", f"[{component.get('value') or component.get('placeholder') or ''}]"]
        case 9 | 17:
            inner = [line for one in component["components"] for line in read(one)]
            return inner + read(component.get("accessory") or {"type": 0})
        case 10:
            return [component["content"]]
        case 11:
            return [f"({component['description']})"] if component.get("description") else []
        case 12:
            return [f"({one['description']})" for one in component["items"] if one.get("description")]
        case 18:
            return [component["label"], component.get("description") or "", *read(component["component"])]
    return []


def shown(menu: dict[str, Any]) -> str:
    """What stands in a menu before anybody touches it."""
    chosen = [option["label"] for option in menu.get("options") or [] if option.get("default")]
    return ", ".join(chosen) or menu.get("placeholder") or ""


def offered(menu: dict[str, Any]) -> str:
    """The options of a menu with their descriptions."""
    return " / ".join(
        f"{one['label']} ({one['description']})" if one.get("description") else one["label"]
        for one in menu.get("options") or []
    )


def read_embed(embed: dict[str, Any]) -> list[str]:
    lines = [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
    lines += [f"{field['name']}: {field['value']}" for field in embed.get("fields") or []]
    return [line for line in (*lines, (embed.get("footer") or {}).get("text")) if line]
