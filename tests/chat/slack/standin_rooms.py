"""conversations.*, users.*, usergroups.* and who we are, of the Slack stand-in."""

import base64
from typing import TYPE_CHECKING, Any

from blockkit import Refused
from standin_api import Call, message_of, method, room_of, workspace_of
from standin_chat import shown
from standin_world import Channel, Message, User

if TYPE_CHECKING:
    from standin import Slack

# --- who we are ------------------------------------------------------------------------------------------------------


@method("auth.test")
def auth_test(slack: "Slack", call: Call) -> dict[str, Any]:
    own = workspace_of(slack, call)
    return {
        "url": own.url,
        "team": own.name,
        "user": slack.users[own.bot_user].name,
        "team_id": own.id,
        "user_id": own.bot_user,
        "bot_id": own.bot,
        "is_enterprise_install": False,
    }


@method("team.info", "team:read")
def team_info(slack: "Slack", call: Call) -> dict[str, Any]:
    own = workspace_of(slack, call)
    return {"team": {"id": own.id, "name": own.name, "domain": own.domain, "url": own.url, "email_domain": ""}}


@method("bots.info", "users:read")
def bots_info(slack: "Slack", call: Call) -> dict[str, Any]:
    own = workspace_of(slack, call)
    if call.args.get("bot", own.bot) != own.bot:
        raise Refused("bot_not_found")
    return {
        "bot": {"id": own.bot, "deleted": False, "name": slack.app_name, "app_id": slack.app, "user_id": own.bot_user}
    }


@method("apps.connections.open", "connections:write")
def open_connection(slack: "Slack", call: Call) -> dict[str, Any]:
    return {"url": f"{slack.base.replace('http', 'ws')}/link/?ticket={slack.ticket()}&app_id={slack.app}"}


# --- messages in a channel -------------------------------------------------------------------------------------------


@method("conversations.history")
def history(slack: "Slack", call: Call) -> dict[str, Any]:
    room = room_of(slack, call, scope="history")
    found = [m for m in reversed(slack.messages_in(room.id)) if not m.is_reply or broadcast(m)]
    page, rest = paged([m for m in found if between(call, m.ts)], call, 100, 999)
    return {"messages": [told(slack, call, m) for m in page], "pin_count": 0} | rest


@method("conversations.replies")
def replies(slack: "Slack", call: Call) -> dict[str, Any]:
    call.need("channel", "ts")
    room = room_of(slack, call, scope="history")
    if (grave := gravestone(slack, room, call)) is not None:
        return {"messages": [grave]}
    parent = message_of(slack, room.id, call.args["ts"], "thread_not_found")
    inside = [m for m in slack.messages_in(room.id, parent.ts) if between(call, m.ts)]
    page, rest = paged([parent, *inside], call, 1000, 1000)
    return {"messages": [told(slack, call, m) for m in page]} | rest


def gravestone(slack: "Slack", room: Channel, call: Call) -> dict[str, Any] | None:
    """What is left of a message that was deleted while answers to it stand."""
    root = slack.messages.get((room.id, call.args["ts"]))
    if root is None or not root.deleted or not slack.messages_in(room.id, root.ts):
        return None
    left = {"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "hidden": True}
    return left | {"user": "USLACKBOT", "ts": root.ts, "thread_ts": root.ts}


def broadcast(message: Message) -> bool:
    return message.body.get("subtype") == "thread_broadcast"


def between(call: Call, ts: str) -> bool:
    """Is this message in the span that was asked for; its ends count with `inclusive` only."""
    oldest, latest = float(call.args.get("oldest") or 0), float(call.args.get("latest") or "inf")
    if call.truth("inclusive"):
        return oldest <= float(ts) <= latest
    return oldest < float(ts) < latest


def told(slack: "Slack", call: Call, message: Message) -> dict[str, Any]:
    """A message as the history shows it: reactions, what is known of its thread, metadata if asked for."""
    body = shown(message) | thread_facts(slack.messages_in(message.channel, message.ts))
    metadata = call.truth("include_all_metadata") and message.metadata
    return body | ({"metadata": metadata} if metadata else {})


def thread_facts(answers: list[Message]) -> dict[str, Any]:
    if not answers:
        return {}
    users = list(dict.fromkeys(m.body.get("user", m.body.get("bot_id")) for m in answers))
    facts = {"thread_ts": answers[0].thread_ts, "reply_count": len(answers), "reply_users_count": len(users)}
    return facts | {"latest_reply": answers[-1].ts, "reply_users": users, "is_locked": False, "subscribed": True}


def paged(items: list[Any], call: Call, default: int, most: int) -> tuple[list[Any], dict[str, Any]]:
    """One page, and what points to the next one."""
    size, start = call.number("limit", default, most), 0
    if cursor := call.args.get("cursor"):
        try:
            start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
        except ValueError:
            raise Refused("invalid_cursor") from None
    more = len(items) > start + size
    following = base64.b64encode(f"next:{start + size}".encode()).decode() if more else ""
    return items[start : start + size], {"has_more": more, "response_metadata": {"next_cursor": following}}


# --- channels --------------------------------------------------------------------------------------------------------


@method("conversations.info")
def channel_info(slack: "Slack", call: Call) -> dict[str, Any]:
    return {"channel": described(slack, room_of(slack, call, scope="read", joined=False))}


@method("conversations.list", "channels:read", "groups:read")
def channel_list(slack: "Slack", call: Call) -> dict[str, Any]:
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    wanted = {kinds.get(kind.strip()) for kind in (call.args.get("types") or "public_channel").split(",")}
    bot = workspace_of(slack, call).bot_user
    found = [
        room
        for room in slack.channels.values()
        if room.team == call.team and room.kind in wanted and (room.kind == "channel" or bot in room.members)
        if not (room.archived and call.truth("exclude_archived"))
    ]
    page, rest = paged(found, call, 100, 1000)
    return {"channels": [described(slack, room) for room in page]} | rest


@method("conversations.members")
def channel_members(slack: "Slack", call: Call) -> dict[str, Any]:
    room = room_of(slack, call, scope="read", joined=False)
    page, rest = paged(room.members, call, 100, 1000)
    return {"members": page} | rest


@method("conversations.join", "channels:join")
def join(slack: "Slack", call: Call) -> dict[str, Any]:
    room, bot = room_of(slack, call, joined=False), workspace_of(slack, call).bot_user
    if room.archived:
        raise Refused("is_archived")
    if room.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if bot not in room.members:
        room.members.append(bot)
    return {"channel": described(slack, room)}


@method("conversations.open", "im:write")
def open_dm(slack: "Slack", call: Call) -> dict[str, Any]:
    (user,) = call.need("users")
    if user not in slack.users or slack.users[user].team != call.team:
        raise Refused("user_not_found")
    return {"channel": {"id": slack.dm(user)}}


def described(slack: "Slack", room: Channel) -> dict[str, Any]:
    bot = slack.workspaces[room.team].bot_user
    if room.kind == "im":
        return {"id": room.id, "is_im": True, "user": room.members[0], "is_archived": False, "is_org_shared": False}
    return {
        "id": room.id,
        "name": room.name,
        "name_normalized": room.name,
        "is_channel": room.kind == "channel",
        "is_group": room.kind == "group",
        "is_im": False,
        "is_mpim": False,
        "is_private": room.kind == "group",
        "is_archived": room.archived,
        "is_general": False,
        "is_shared": room.shared,
        "is_ext_shared": room.shared,
        "is_org_shared": False,
        "is_member": bot in room.members,
        "created": 1_700_000_000,
        "creator": room.members[0] if room.members else "",
        "context_team_id": room.team,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


# --- people ----------------------------------------------------------------------------------------------------------


@method("users.info", "users:read")
def user_info(slack: "Slack", call: Call) -> dict[str, Any]:
    (ident,) = call.need("user")
    user = slack.users.get(ident)
    if user is None or user.team != call.team:
        raise Refused("user_not_found")
    return {"user": profiled(user) | ({"locale": user.locale} if call.truth("include_locale") else {})}


def profiled(user: User) -> dict[str, Any]:
    names = {"real_name": user.real_name, "display_name": user.display_name}
    return {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "tz": user.tz,
        "profile": names | {f"{key}_normalized": value for key, value in names.items()} | {"team": user.team},
    }


@method("usergroups.list", "usergroups:read")
def usergroup_list(slack: "Slack", call: Call) -> dict[str, Any]:
    groups = [
        {"id": g.id, "team_id": g.team, "handle": g.handle, "name": g.handle, "is_usergroup": True, "date_delete": 0}
        | {"user_count": len(g.users)}
        | ({"users": list(g.users)} if call.truth("include_users") else {})
        for g in slack.usergroups.values()
        if g.team == call.team
    ]
    return {"usergroups": groups}


@method("usergroups.users.list", "usergroups:read")
def usergroup_users(slack: "Slack", call: Call) -> dict[str, Any]:
    (ident,) = call.need("usergroup")
    group = slack.usergroups.get(ident)
    if group is None or group.team != call.team:
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}
