"""Messages, components, embeds and modals as Discord refuses them: 50035 with the path of every flaw, or 50006."""

import re
from collections.abc import Callable
from typing import Any

from discord_refusals import Form, Refused
from discord_things import V2
from discord_words import walk

MOST_COMPONENTS, MOST_TEXT = 40, 4000
SELECTS = {3, 5, 6, 7, 8}
IN_MESSAGE_V2 = {1, 9, 10, 12, 13, 14, 17}
IN_CONTAINER = IN_MESSAGE_V2 - {17}
IN_LABEL = {3, 4, 5, 6, 7, 8, 19, 21, 22, 23}
NAMED = SELECTS | {4, 19, 21, 22, 23}
LEGACY = ("content", "embeds", "sticker_ids", "poll")
REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")


# --- messages --------------------------------------------------------------------------------------------------------


def check_message(body: dict[str, Any], *, empty: bool = False) -> None:
    """Raise Refused where Discord would not take this message; `empty`: it need not say anything."""
    form = Form()
    v2 = bool((body.get("flags") or 0) & V2)
    form.optional("content", body.get("content"), 2000)
    check_embeds(form, body.get("embeds") or [])
    check_allowed(form, body.get("allowed_mentions") or {})
    if v2:
        check_v2(form, body)
    else:
        check_rows(form, body.get("components") or [])
    check_ids(form, body.get("components") or [])
    form.done()
    says = ("content", "embeds", "components", "attachments", "sticker_ids", "poll")
    if not empty and not any(has_words(body.get(key)) for key in says):
        raise Refused(50006)


def has_words(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def check_v2(form: Form, body: dict[str, Any]) -> None:
    """Only components, at most 40 of them, at most 4,000 characters."""
    for key in LEGACY:
        if body.get(key):
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            form.wrong(key, code, f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
    components = body.get("components") or []
    check_parts(form, "components", components, IN_MESSAGE_V2)
    every = list(walk(components))
    if len(every) > MOST_COMPONENTS:
        form.wrong(
            "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components is too high"
        )
    size = sum(len(one.get("content") or "") for one in every if one["type"] == 10)
    if size > MOST_TEXT:
        words = f"The total displayable text size exceeds the maximum of {MOST_TEXT}"
        form.wrong("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)


def check_rows(form: Form, components: list[dict[str, Any]]) -> None:
    """Without the V2 flag: at most five rows of buttons and menus, nothing else."""
    form.length("components", len(components), 0, 5)
    check_parts(form, "components", components, {1})


def check_ids(form: Form, components: list[dict[str, Any]]) -> None:
    """No custom_id and no id twice."""
    met: set[Any] = set()
    for one in walk(components):
        for key in {"custom_id", "id"} & one.keys():
            if (key, one[key]) in met and one[key] not in (None, 0):
                code = f"COMPONENT_{key.upper()}_DUPLICATED"
                form.wrong("components", code, f"Component {key.replace('_', ' ')} cannot be duplicated: {one[key]}")
            met.add((key, one[key]))


def check_allowed(form: Form, allowed: dict[str, Any]) -> None:
    """A list of people beside `parse: users` contradicts itself."""
    for kind in ("users", "roles"):
        if kind in allowed.get("parse", []) and allowed.get(kind):
            words = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.wrong("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)
        form.length(f"allowed_mentions.{kind}", len(allowed.get(kind) or []), 0, 100)


# --- components ------------------------------------------------------------------------------------------------------


def check_parts(form: Form, path: str, parts: Any, kinds: set[int]) -> None:
    """Components of these kinds, each in order."""
    for number, part in enumerate(parts):
        check_part(form, f"{path}.{number}", part, kinds)


def check_part(form: Form, at: str, part: dict[str, Any], kinds: set[int]) -> None:
    kind = part.get("type")
    if kind not in kinds:
        words = f"Value of field 'type' must be one of {tuple(sorted(kinds))}."
        form.wrong(f"{at}.type", "UNION_TYPE_CHOICES", words)
    elif kind in CHECKS:
        CHECKS[kind](form, at, part)


def check_row(form: Form, at: str, row: dict[str, Any]) -> None:
    parts = row.get("components") or []
    check_parts(form, f"{at}.components", parts, {2} | SELECTS)
    width = sum(1 if part.get("type") == 2 else 5 for part in parts)
    if not parts:
        form.wrong(f"{at}.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    elif width > 5:
        form.wrong(f"{at}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the width.")


def check_button(form: Form, at: str, button: dict[str, Any]) -> None:
    form.optional(f"{at}.label", button.get("label"), 80)
    if not button.get("label") and not button.get("emoji") and button.get("style") != 6:
        form.wrong(at, "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji.")
    if button.get("style") not in range(1, 7):
        form.wrong(f"{at}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6}.")
    if button.get("style") == 5:
        check_url(form, at, button)
    elif button.get("style") != 6:
        check_name(form, at, button)
        if "url" in button:
            form.wrong(f"{at}.url", "BUTTON_COMPONENT_URL_INVALID", "Only link buttons have a URL.")


def check_url(form: Form, at: str, button: dict[str, Any]) -> None:
    url = button.get("url") or ""
    form.text(f"{at}.url", url, 1, 512)
    if not re.match(r"(?:https?|discord)://", url):
        form.wrong(f"{at}.url", "URL_TYPE_INVALID_SCHEME", f'Scheme "{url}" must be one of (http, https, discord).')
    if "custom_id" in button:
        form.wrong(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be there")


def check_name(form: Form, at: str, part: dict[str, Any]) -> None:
    form.text(f"{at}.custom_id", part.get("custom_id"), 1, 100)


def check_menu(form: Form, at: str, menu: dict[str, Any]) -> None:
    check_name(form, at, menu)
    form.optional(f"{at}.placeholder", menu.get("placeholder"), 150)
    form.number(f"{at}.min_values", menu.get("min_values"), 0, 25)
    form.number(f"{at}.max_values", menu.get("max_values"), 1, 25)
    if menu["type"] in (3, 21, 22):
        check_options(form, at, menu)


def check_options(form: Form, at: str, menu: dict[str, Any]) -> None:
    options, most = menu.get("options") or [], 25 if menu["type"] == 3 else 10
    form.length(f"{at}.options", len(options), 1, most)
    for number, option in enumerate(options):
        here = f"{at}.options.{number}"
        form.text(f"{here}.label", option.get("label"), 1, 100)
        form.text(f"{here}.value", option.get("value"), 1, 100)
        form.optional(f"{here}.description", option.get("description"), 100)
        if option.get("value") in [one.get("value") for one in options[:number]]:
            words = "The specified option value is already used"
            form.wrong(f"{here}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words)
    least, many = menu.get("min_values", 1), menu.get("max_values", 1)
    if isinstance(least, int) and isinstance(many, int) and (least > many or many > max(len(options), 1)):
        form.wrong(f"{at}.max_values", "SELECT_COMPONENT_MAX_VALUES", "More values than there are options.")
    if sum(bool(option.get("default")) for option in options) > many:
        form.wrong(f"{at}.options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "There are too many default values.")


def check_section(form: Form, at: str, section: dict[str, Any]) -> None:
    form.length(f"{at}.components", len(section.get("components") or []), 1, 3)
    check_parts(form, f"{at}.components", section.get("components") or [], {10})
    if section.get("accessory"):
        check_part(form, f"{at}.accessory", section["accessory"], {2, 11})
    else:
        form.wrong(f"{at}.accessory", *REQUIRED)


def check_text(form: Form, at: str, text: dict[str, Any]) -> None:
    form.text(f"{at}.content", text.get("content"), 1, MOST_TEXT)


def check_picture(form: Form, at: str, picture: dict[str, Any]) -> None:
    form.text(f"{at}.media.url", (picture.get("media") or {}).get("url"), 1, 2048)
    form.optional(f"{at}.description", picture.get("description"), 1024)


def check_gallery(form: Form, at: str, gallery: dict[str, Any]) -> None:
    form.length(f"{at}.items", len(gallery.get("items") or []), 1, 10)
    for number, item in enumerate(gallery.get("items") or []):
        check_picture(form, f"{at}.items.{number}", item)


def check_container(form: Form, at: str, container: dict[str, Any]) -> None:
    form.number(f"{at}.accent_color", container.get("accent_color"), 0, 0xFFFFFF)
    if not container.get("components"):
        form.wrong(f"{at}.components", *REQUIRED)
    check_parts(form, f"{at}.components", container.get("components") or [], IN_CONTAINER)


# --- modals ----------------------------------------------------------------------------------------------------------


def check_modal(modal: dict[str, Any]) -> None:
    """Raise Refused where Discord would not open this modal."""
    form = Form()
    form.text("data.title", modal.get("title"), 1, 45)
    form.text("data.custom_id", modal.get("custom_id"), 1, 100)
    parts = modal.get("components") or []
    form.length("data.components", len(parts), 1, 5)
    for number, part in enumerate(parts):
        check_modal_part(form, f"data.components.{number}", part)
    check_ids(form, parts)
    form.done()


def check_modal_part(form: Form, at: str, part: dict[str, Any]) -> None:
    match part.get("type"):
        case 1:
            inner = part.get("components") or []
            form.length(f"{at}.components", len(inner), 1, 1)
            check_parts(form, f"{at}.components", inner, {4})
            for field in inner:
                form.text(f"{at}.components.0.label", field.get("label"), 1, 45)
        case 10:
            check_text(form, at, part)
        case 18:
            check_label(form, at, part)
        case _:
            form.wrong(f"{at}.type", "UNION_TYPE_CHOICES", "Value of field 'type' must be one of (1, 10, 18).")


def check_label(form: Form, at: str, label: dict[str, Any]) -> None:
    form.text(f"{at}.label", label.get("label"), 1, 45)
    form.optional(f"{at}.description", label.get("description"), 100)
    inner = label.get("component") or {}
    if inner.get("type") not in IN_LABEL:
        form.wrong(f"{at}.component.type", "UNION_TYPE_CHOICES", f"Value must be one of {tuple(sorted(IN_LABEL))}.")
        return
    if inner.get("label"):
        form.wrong(f"{at}.component.label", "BASE_TYPE_INVALID", "A field in a label has no label of its own.")
    if inner["type"] in CHECKS:
        CHECKS[inner["type"]](form, f"{at}.component", inner)
    else:
        check_name(form, f"{at}.component", inner)


def check_field(form: Form, at: str, field: dict[str, Any]) -> None:
    check_name(form, at, field)
    if field.get("style") not in (1, 2):
        form.wrong(f"{at}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    form.number(f"{at}.min_length", field.get("min_length"), 0, 4000)
    form.number(f"{at}.max_length", field.get("max_length"), 1, 4000)
    form.optional(f"{at}.placeholder", field.get("placeholder"), 100)
    form.optional(f"{at}.value", field.get("value"), min(field.get("max_length") or 4000, 4000))


CHECKS: dict[int, Callable[[Form, str, dict[str, Any]], None]] = {
    1: check_row,
    2: check_button,
    4: check_field,
    **dict.fromkeys((*SELECTS, 21, 22), check_menu),
    9: check_section,
    10: check_text,
    11: check_picture,
    12: check_gallery,
    17: check_container,
}


# --- embeds ----------------------------------------------------------------------------------------------------------


def check_embeds(form: Form, embeds: list[dict[str, Any]]) -> None:
    form.length("embeds", len(embeds), 0, 10)
    for number, embed in enumerate(embeds):
        check_embed(form, f"embeds.{number}", embed)
    if sum(embed_size(embed) for embed in embeds) > 6000:
        words = "Embed size exceeds maximum size of 6000"
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", words)


def check_embed(form: Form, at: str, embed: dict[str, Any]) -> None:
    form.optional(f"{at}.title", embed.get("title"), 256)
    form.optional(f"{at}.description", embed.get("description"), 4096)
    form.optional(f"{at}.footer.text", (embed.get("footer") or {}).get("text"), 2048)
    form.optional(f"{at}.author.name", (embed.get("author") or {}).get("name"), 256)
    fields = embed.get("fields") or []
    form.length(f"{at}.fields", len(fields), 0, 25)
    for number, field in enumerate(fields):
        form.text(f"{at}.fields.{number}.name", field.get("name"), 1, 256)
        form.text(f"{at}.fields.{number}.value", field.get("value"), 1, 1024)


def embed_size(embed: dict[str, Any]) -> int:
    """The characters of an embed that count."""
    whole = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    whole += [(embed.get("author") or {}).get("name")]
    whole += [field.get(key) for field in embed.get("fields") or [] for key in ("name", "value")]
    return sum(len(text) for text in whole if isinstance(text, str))
