"""REST: application commands of all servers or of one, with the limits of their names, words and options."""

import re
from typing import TYPE_CHECKING, Any

from discord_refusals import Form, Refused
from discord_rest import Call, guild_of, route

if TYPE_CHECKING:
    from discord_standin import Discord

LOCALES = {
    *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR"),
    *("ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
}
SLASH_NAME = re.compile(r"[-_'\w]{1,32}")


@route("GET", "/applications/{app}/commands")
def commands(discord: "Discord", call: Call, app: int) -> list[dict[str, Any]]:
    return discord.commands.get(None, [])


@route("PUT", "/applications/{app}/commands")
def put_commands(discord: "Discord", call: Call, app: int) -> list[dict[str, Any]]:
    return replace(discord, call, None)


@route("POST", "/applications/{app}/commands")
def post_command(discord: "Discord", call: Call, app: int) -> dict[str, Any]:
    return upsert(discord, call, None)


@route("DELETE", "/applications/{app}/commands/{command}")
def delete_command(discord: "Discord", call: Call, app: int, command: int) -> None:
    remove(discord, None, command)


@route("GET", "/applications/{app}/guilds/{guild}/commands")
def guild_commands(discord: "Discord", call: Call, app: int, guild: int) -> list[dict[str, Any]]:
    return discord.commands.get(guild_of(discord, guild).id, [])


@route("PUT", "/applications/{app}/guilds/{guild}/commands")
def put_guild_commands(discord: "Discord", call: Call, app: int, guild: int) -> list[dict[str, Any]]:
    return replace(discord, call, guild_of(discord, guild).id)


@route("POST", "/applications/{app}/guilds/{guild}/commands")
def post_guild_command(discord: "Discord", call: Call, app: int, guild: int) -> dict[str, Any]:
    return upsert(discord, call, guild_of(discord, guild).id)


@route("DELETE", "/applications/{app}/guilds/{guild}/commands/{command}")
def delete_guild_command(discord: "Discord", call: Call, app: int, guild: int, command: int) -> None:
    remove(discord, guild_of(discord, guild).id, command)


def replace(discord: "Discord", call: Call, guild: int | None) -> list[dict[str, Any]]:
    """Put these commands in the place of all others; those of the same name and type keep their id."""
    given = call.args.get("_list") or []
    check_commands(given)
    old = {(one["name"], one["type"]): one["id"] for one in discord.commands.get(guild, [])}
    made = [command_json(discord, one, guild, old.get((one["name"], one.get("type", 1)))) for one in given]
    discord.commands[guild] = made
    return made


def upsert(discord: "Discord", call: Call, guild: int | None) -> dict[str, Any]:
    """Add one command, or put it in the place of the one of the same name and type."""
    kept = discord.commands.setdefault(guild, [])
    same = [one for one in kept if (one["name"], one["type"]) == (call.args.get("name"), call.args.get("type", 1))]
    check_commands([*[one for one in kept if one not in same], call.args])
    made = command_json(discord, call.args, guild, same[0]["id"] if same else None)
    discord.commands[guild] = [*[one for one in kept if one not in same], made]
    return made


def remove(discord: "Discord", guild: int | None, command: int) -> None:
    kept = discord.commands.get(guild, [])
    if str(command) not in [one["id"] for one in kept]:
        raise Refused(10063)
    discord.commands[guild] = [one for one in kept if one["id"] != str(command)]


def command_json(discord: "Discord", given: dict[str, Any], guild: int | None, ident: str | None) -> dict[str, Any]:
    defaults = {"type": 1, "description": "", "default_member_permissions": None, "nsfw": False, "contexts": None}
    defaults |= {"name_localizations": None, "description_localizations": None, "dm_permission": True}
    own = {"id": ident or str(discord.fresh()), "application_id": str(discord.app), "version": str(discord.fresh())}
    return defaults | given | own | ({"guild_id": str(guild)} if guild else {})


def check_commands(given: list[dict[str, Any]]) -> None:
    """At most 100 slash commands and 5 of each menu, each with a name of its own and within the limits."""
    form = Form()
    most = {1: 100, 2: 5, 3: 5}
    met: set[tuple[Any, Any]] = set()
    for number, one in enumerate(given):
        kind = one.get("type", 1)
        most[kind] -= 1
        if most[kind] < 0:
            raise Refused(30032)
        if (one.get("name"), kind) in met:
            words = "Application command names must be unique"
            form.wrong(str(number), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
        met.add((one.get("name"), kind))
        check_command(form, str(number), one, kind)
    form.done()


def check_command(form: Form, at: str, one: dict[str, Any], kind: int) -> None:
    check_names(form, f"{at}.name", one.get("name"), one.get("name_localizations"), slash=kind == 1)
    if kind == 1:
        check_words(form, at, one)
        check_options(form, at, one.get("options") or [])
    elif one.get("description"):
        form.wrong(f"{at}.description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "A menu has no description")


def check_names(form: Form, path: str, name: Any, others: dict[str, str] | None, *, slash: bool) -> None:
    for at, one in [(path, name), *((f"{path}_localizations.{k}", v) for k, v in (others or {}).items())]:
        form.text(at, one, 1, 32)
        if slash and isinstance(one, str) and not (SLASH_NAME.fullmatch(one) and one == one.lower()):
            form.wrong(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    check_locales(form, f"{path}_localizations", others)


def check_words(form: Form, at: str, one: dict[str, Any]) -> None:
    form.text(f"{at}.description", one.get("description"), 1, 100)
    for locale, words in (one.get("description_localizations") or {}).items():
        form.text(f"{at}.description_localizations.{locale}", words, 1, 100)
    check_locales(form, f"{at}.description_localizations", one.get("description_localizations"))


def check_locales(form: Form, at: str, words: dict[str, str] | None) -> None:
    for locale in (words or {}).keys() - LOCALES:
        form.wrong(f"{at}.{locale}", "ENUM_TYPE_COERCE", f'Value "{locale}" is not a valid enum value.')


def check_options(form: Form, at: str, options: list[dict[str, Any]]) -> None:
    form.length(f"{at}.options", len(options), 0, 25)
    for number, option in enumerate(options):
        here = f"{at}.options.{number}"
        check_names(form, f"{here}.name", option.get("name"), option.get("name_localizations"), slash=True)
        check_words(form, here, option)
        form.length(f"{here}.choices", len(option.get("choices") or []), 0, 25)
        if option.get("autocomplete") and option.get("choices"):
            form.wrong(f"{here}.autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE", "Not beside choices")
        if option.get("required") and not all(before.get("required") for before in options[:number]):
            words = "Required options must be placed before non-required options"
            form.wrong(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        check_options(form, here, option.get("options") or [])
