"""REST: the app, servers, members, channels."""

from typing import TYPE_CHECKING, Any

from discord_refusals import Refused
from discord_rest import Call, guild_of, room_of, route

if TYPE_CHECKING:
    from discord_standin import Discord

# --- the app ---------------------------------------------------------------------------------------------------------


@route("GET", "/users/@me")
def me(discord: "Discord", call: Call) -> dict[str, Any]:
    return discord.user_json(discord.bot_user) | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0}


@route("GET", "/users/{user}")
def user(discord: "Discord", call: Call, user: int) -> dict[str, Any]:
    if user not in discord.users:
        raise Refused(10013)
    return discord.user_json(user)


@route("GET", "/oauth2/applications/@me")
def app(discord: "Discord", call: Call) -> dict[str, Any]:
    return {
        "id": str(discord.app),
        "name": discord.app_name,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": discord.flags,
        "owner": discord.user_json(discord.owner),
        "team": None,
        "approximate_guild_count": sum(guild.bot_in for guild in discord.guilds.values()),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
    }


@route("GET", "/applications/@me")
def app_too(discord: "Discord", call: Call) -> dict[str, Any]:
    return app(discord, call)


@route("GET", "/gateway/bot")
def gateway(discord: "Discord", call: Call) -> dict[str, Any]:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": discord.gateway, "shards": 1, "session_start_limit": limit}


@route("GET", "/gateway", auth=False)
def gateway_too(discord: "Discord", call: Call) -> dict[str, Any]:
    return {"url": discord.gateway}


# --- servers ---------------------------------------------------------------------------------------------------------


@route("GET", "/users/@me/guilds")
def my_guilds(discord: "Discord", call: Call) -> list[dict[str, Any]]:
    base = [guild for guild in discord.guilds.values() if guild.bot_in]
    return [
        {"id": str(one.id), "name": one.name, "icon": None, "owner": False, "features": []}
        | {"permissions": str(discord.base_permissions(discord.bot_user, one.id))}
        for one in base
    ]


@route("GET", "/guilds/{guild}")
def guild(discord: "Discord", call: Call, guild: int) -> dict[str, Any]:
    return discord.guild_json(guild_of(discord, guild))


@route("GET", "/guilds/{guild}/roles")
def roles(discord: "Discord", call: Call, guild: int) -> list[dict[str, Any]]:
    return [discord.role_json(role) for role in guild_of(discord, guild).roles.values()]


@route("GET", "/guilds/{guild}/roles/{role}")
def role(discord: "Discord", call: Call, guild: int, role: int) -> dict[str, Any]:
    found = guild_of(discord, guild).roles.get(role)
    if found is None:
        raise Refused(10011)
    return discord.role_json(found)


@route("GET", "/guilds/{guild}/channels")
def channels(discord: "Discord", call: Call, guild: int) -> list[dict[str, Any]]:
    guild_of(discord, guild)
    rooms = [one for one in discord.channels.values() if one.guild == guild and not one.deleted and not one.is_thread]
    return [discord.channel_json(one.id) for one in rooms]


@route("GET", "/guilds/{guild}/members")
def members(discord: "Discord", call: Call, guild: int) -> list[dict[str, Any]]:
    found = guild_of(discord, guild)
    if "members" not in discord.privileged:
        raise Refused(50001)
    limit, after = call.number("limit", 1, 1000), int(call.query.get("after") or 0)
    people = sorted((one for one in found.members.values() if one.user > after), key=lambda one: one.user)
    return [discord.member_json(one) for one in people[:limit]]


@route("GET", "/guilds/{guild}/members/{user}")
def member(discord: "Discord", call: Call, guild: int, user: int) -> dict[str, Any]:
    found = guild_of(discord, guild)
    if user not in found.members:
        raise Refused(10007 if user in discord.users else 10013)
    return discord.member_json(found.members[user])


@route("GET", "/guilds/{guild}/threads/active")
def active_threads(discord: "Discord", call: Call, guild: int) -> dict[str, Any]:
    guild_of(discord, guild)
    rooms = [one for one in discord.channels.values() if one.guild == guild and one.is_thread]
    rooms = [one for one in rooms if not one.archived and not one.deleted]
    seen = [one for one in rooms if discord.may(discord.bot_user, one.id, "view_channel")]
    return {"threads": [discord.channel_json(one.id) for one in seen], "members": []}


@route("GET", "/channels/{channel}")
def channel(discord: "Discord", call: Call, channel: int) -> dict[str, Any]:
    return discord.channel_json(room_of(discord, channel).id)


@route("PUT", "/channels/{channel}/thread-members/@me")
def join_thread(discord: "Discord", call: Call, channel: int) -> None:
    room_of(discord, channel)
