"""chat.* and reactions.* of the Slack stand-in."""

from typing import TYPE_CHECKING, Any

from blockkit import Refused, check_message
from rich.emoji import Emoji, NoEmoji
from standin_api import Call, demand, message_of, method, room_of, workspace_of
from standin_people import bot_profile
from standin_text import filled, rich_text, typed
from standin_world import Channel, Ephemeral, Message

if TYPE_CHECKING:
    from standin import Slack

# the docs say characters; the server counts bytes: https://docs.slack.dev/reference/methods/chat.update
LONGEST_UPDATE = 4_000
CUSTOM = ("username", "icon_url", "icon_emoji")


@method("chat.postMessage", "chat:write")
def post_message(slack: "Slack", call: Call) -> dict[str, Any]:
    call.need("channel")
    room = writable(slack, call)
    check_message(call.args)
    if any(call.args.get(key) for key in CUSTOM):
        demand(slack, "chat:write.customize")
    body = composed(slack, call) | threaded(slack, call, room)
    message = slack.keep(room.id, body)
    slack.echoes(room.id, slack.written(message))
    return {"channel": room.id, "ts": message.ts, "message": message.body}


def writable(slack: "Slack", call: Call) -> Channel:
    """The channel to post to: an id, a name, or a person's id for their direct messages."""
    target, bot = str(call.args["channel"]), workspace_of(slack, call).bot_user
    if target in slack.users and slack.users[target].team == call.team:
        target = slack.dm(target)
    named = (c.id for c in slack.channels.values() if c.team == call.team and c.name == target.lstrip("#"))
    call.args["channel"] = next(named, target)
    room = room_of(slack, call, joined=False)
    if room.archived:
        raise Refused("is_archived")
    if bot not in room.members and "chat:write.public" not in slack.scopes:
        raise Refused("not_in_channel")
    return room


def composed(slack: "Slack", call: Call) -> dict[str, Any]:
    """A message of the bot as the history shows it."""
    own, text = workspace_of(slack, call), typed(call.args.get("text") or "")
    body: dict[str, Any] = {"type": "message", "ts": slack.fresh_ts(), "bot_id": own.bot, "app_id": slack.app}
    body |= {"text": text, "team": own.id}
    if any(call.args.get(key) for key in CUSTOM):
        body |= {"subtype": "bot_message"} | {key: call.args[key] for key in CUSTOM if call.args.get(key)}
    else:
        body |= {"user": own.bot_user, "bot_profile": bot_profile(own.bot, slack.app, slack.app_name, own.id)}
    body |= drawn(call.args, text)
    return body | ({"metadata": call.args["metadata"]} if call.args.get("metadata") else {})


def drawn(args: dict[str, Any], text: str) -> dict[str, Any]:
    """The blocks and attachments of a message; a text alone is drawn as rich text."""
    blocks = filled(args["blocks"]) if args.get("blocks") else rich_text(text)
    attachments = [{"id": n, **one} for n, one in enumerate(args.get("attachments") or [], 1)]
    return ({"blocks": blocks} if blocks else {}) | ({"attachments": attachments} if attachments else {})


def threaded(slack: "Slack", call: Call, room: Channel) -> dict[str, Any]:
    if not (thread := call.args.get("thread_ts")):
        return {}
    parent = message_of(slack, room.id, thread, "thread_not_found")
    if parent.is_reply:
        raise Refused("cannot_reply_to_message", "thread_ts is a reply itself")
    return {"thread_ts": parent.ts, "parent_user_id": parent.body.get("user")}


@method("chat.update", "chat:write")
def update(slack: "Slack", call: Call) -> dict[str, Any]:
    call.need("channel", "ts")
    room = room_of(slack, call, joined=False)
    message = own_message(slack, call, room, "cant_update_message")
    given = call.args
    if given.get("blocks") is None and not given.get("text") and given.get("metadata") is None:
        raise Refused("no_text")
    check_message(given | ({} if given.get("text") or given.get("blocks") else {"text": message.text}))
    if len((given.get("text") or "").encode()) > LONGEST_UPDATE:
        raise Refused("msg_too_long")
    body = rewritten(call.args, message)
    slack.echoes(room.id, slack.change(message, body))
    return {"channel": room.id, "ts": message.ts, "text": body["text"], "message": body}


def rewritten(given: dict[str, Any], message: Message) -> dict[str, Any]:
    """What stays and what goes: a text without blocks takes the old blocks away; metadata stays unless given."""
    body, new_words = dict(message.body), bool(given.get("text") or given.get("blocks"))
    if new_words:
        body["text"] = typed(given.get("text") or "")
        body.pop("blocks", None)
        body |= drawn(given, body["text"])
    if given.get("attachments") == []:
        body.pop("attachments", None)
    if given.get("metadata") is not None:
        body["metadata"] = given["metadata"]
    if new_words and not given.get("blocks"):
        body["edited"] = {"user": body["bot_id"], "ts": f"{message.ts.split('.')[0]}.000000"}
    return body


def own_message(slack: "Slack", call: Call, room: Channel, error: str) -> Message:
    """A message of the bot itself, in a channel that is not archived."""
    message = message_of(slack, room.id, call.args["ts"])
    if message.body.get("bot_id") != workspace_of(slack, call).bot:
        raise Refused(error)
    if room.archived:
        raise Refused("is_archived")
    return message


@method("chat.delete", "chat:write")
def delete(slack: "Slack", call: Call) -> dict[str, Any]:
    call.need("channel", "ts")
    room = room_of(slack, call, joined=False)
    message = own_message(slack, call, room, "cant_delete_message")
    slack.echoes(room.id, slack.gone(message))
    return {"channel": room.id, "ts": message.ts}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(slack: "Slack", call: Call) -> dict[str, Any]:
    call.need("channel", "user")
    room, user = room_of(slack, call), call.args["user"]
    if room.archived:
        raise Refused("is_archived")
    if user not in room.members:
        raise Refused("user_not_in_channel")
    check_message(call.args)
    body = composed(slack, call) | threaded(slack, call, room)
    slack.ephemerals.append(Ephemeral(room.id, user, body))
    return {"message_ts": body["ts"]}


@method("chat.getPermalink")
def permalink(slack: "Slack", call: Call) -> dict[str, Any]:
    call.need("channel", "message_ts")
    room = room_of(slack, call, joined=False)
    message = message_of(slack, room.id, call.args["message_ts"])
    return {"channel": room.id, "permalink": slack.permalink(room.id, message.ts)}


# --- reactions -------------------------------------------------------------------------------------------------------


@method("reactions.add", "reactions:write")
def react(slack: "Slack", call: Call) -> dict[str, Any]:
    message, name, bot = reacted(slack, call)
    if bot in message.reactions.get(name, []):
        raise Refused("already_reacted")
    message.reactions.setdefault(name, []).append(bot)
    slack.echoes(message.channel, slack.reaction("reaction_added", bot, message, name))
    return {}


@method("reactions.remove", "reactions:write")
def unreact(slack: "Slack", call: Call) -> dict[str, Any]:
    message, name, bot = reacted(slack, call)
    if bot not in message.reactions.get(name, []):
        raise Refused("no_reaction")
    message.reactions[name].remove(bot)
    if not message.reactions[name]:
        del message.reactions[name]
    slack.echoes(message.channel, slack.reaction("reaction_removed", bot, message, name))
    return {}


def reacted(slack: "Slack", call: Call) -> tuple[Message, str, str]:
    """The message, the reaction and who reacts."""
    call.need("channel", "name", "timestamp")
    room = room_of(slack, call)
    if room.archived:
        raise Refused("is_archived")
    message = message_of(slack, room.id, call.args["timestamp"])
    name = str(call.args["name"])
    try:
        Emoji(name.split("::")[0])
    except NoEmoji:
        raise Refused("invalid_name", name) from None
    return message, name, workspace_of(slack, call).bot_user


@method("reactions.get", "reactions:read")
def reactions(slack: "Slack", call: Call) -> dict[str, Any]:
    call.need("channel", "timestamp")
    room = room_of(slack, call)
    message = message_of(slack, room.id, call.args["timestamp"])
    return {"type": "message", "channel": room.id, "message": shown(message)}


def shown(message: Message) -> dict[str, Any]:
    """A message with its reactions, without its metadata."""
    body = {key: value for key, value in message.body.items() if key != "metadata"}
    listed = [{"name": name, "users": list(who), "count": len(who)} for name, who in message.reactions.items()]
    return body | ({"reactions": listed} if listed else {})
