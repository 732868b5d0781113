"""REST: messages, reactions, threads, direct messages."""

from typing import TYPE_CHECKING, Any

from discord_components import check_message
from discord_people import is_emoji, take_back
from discord_refusals import Form, Refused
from discord_rest import KEPT_FLAGS, Call, message_of, room_of, route, shown
from discord_things import DM, FORUM, Channel, Message

if TYPE_CHECKING:
    from discord_standin import Discord

NONCE_SECONDS = 300.0
MOST_FILE_BYTES = 10_485_760


# --- sending ---------------------------------------------------------------------------------------------------------


@route("POST", "/channels/{channel}/messages")
def create(discord: "Discord", call: Call, channel: int) -> dict[str, Any]:
    room = room_of(discord, channel)
    check_sendable(discord, room, call.args)
    check_message(call.args)
    nonce = nonce_of(call.args)
    if nonce and (known := discord.remembered(channel, nonce)):
        return shown(discord, known)
    message = discord.keep(written(discord, call, room), discord.bot_user, allowed=call.args.get("allowed_mentions"))
    room.archived = False
    discord.remember(channel, nonce, message)
    echo = {"nonce": call.args["nonce"]} if "nonce" in call.args else {}
    discord.tell("MESSAGE_CREATE", discord.message_event(message) | echo, **discord.place(channel))
    return shown(discord, message) | echo


def check_sendable(discord: "Discord", room: Channel, args: dict[str, Any]) -> None:
    """May the bot write this into this channel?"""
    if room.kind == FORUM:
        raise Refused(50008)
    if room.kind == DM and any(discord.users[user].dms_closed for user in room.people):
        raise Refused(50007)
    if room.locked and room.archived:
        raise Refused(50083)
    needed = ["send_messages_in_threads" if room.is_thread else "send_messages"]
    needed += ["embed_links"] if args.get("embeds") else []
    needed += ["attach_files"] if args.get("attachments") else []
    if not discord.may(discord.bot_user, room.id, *needed):
        raise Refused(50013)


def nonce_of(args: dict[str, Any]) -> str:
    """The nonce of a message where it is to be enforced."""
    nonce = args.get("nonce")
    if nonce is not None and len(str(nonce)) > 25:
        form = Form()
        form.wrong("nonce", "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")
        form.done()
    return str(nonce) if nonce is not None and args.get("enforce_nonce") else ""


def written(discord: "Discord", call: Call, room: Channel) -> dict[str, Any]:
    """The body of a new message of the bot."""
    body = discord.blank(discord.user_json(discord.bot_user), room.id) | discord.drawn(room.id, call.args)
    body["flags"] = (call.args.get("flags") or 0) & KEPT_FLAGS
    body["tts"] = bool(call.args.get("tts"))
    if reference := call.args.get("message_reference"):
        body |= answering(discord, room, reference)
    return body


def answering(discord: "Discord", room: Channel, reference: dict[str, Any]) -> dict[str, Any]:
    """What makes a message an answer to another one; Refused where that is not there or may not be read."""
    if not discord.may(discord.bot_user, room.id, "read_message_history"):
        raise Refused(160002)
    answered = discord.messages.get(int(reference.get("message_id") or 0))
    if answered is None or answered.deleted or answered.channel != room.id:
        if reference.get("fail_if_not_exists", True):
            form = Form()
            form.wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            form.done()
        return {}
    return {"type": 19} | discord.reference(answered, kind=0)


# --- reading, changing -----------------------------------------------------------------------------------------------


@route("GET", "/channels/{channel}/messages")
def history(discord: "Discord", call: Call, channel: int) -> list[dict[str, Any]]:
    room_of(discord, channel)
    limit = call.number("limit", 50, 100)
    if not discord.may(discord.bot_user, channel, "read_message_history"):
        return []
    every = discord.messages_in(channel)
    return [shown(discord, one) for one in page(every, call.query, limit)]


def page(every: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    """Newest first: before, after or around a message, or the newest."""
    if "after" in query:
        found = [one for one in every if one.id > int(query["after"])][:limit]
    elif "around" in query:
        pivot = int(query["around"])
        older = [one for one in every if one.id < pivot][-(limit // 2) :]
        found = older + [one for one in every if one.id >= pivot][: limit - len(older)]
    else:
        before = int(query.get("before") or 1 << 63)
        found = [one for one in every if one.id < before][-limit:]
    return found[::-1]


@route("GET", "/channels/{channel}/messages/{message}")
def get(discord: "Discord", call: Call, channel: int, message: int) -> dict[str, Any]:
    room_of(discord, channel)
    if not discord.may(discord.bot_user, channel, "read_message_history"):
        raise Refused(50001)
    return shown(discord, message_of(discord, channel, message))


@route("PATCH", "/channels/{channel}/messages/{message}")
def edit(discord: "Discord", call: Call, channel: int, message: int) -> dict[str, Any]:
    room = room_of(discord, channel)
    one = message_of(discord, channel, message)
    if one.author != discord.bot_user:
        raise Refused(50005)
    if room.locked and room.archived:
        raise Refused(50083)
    return shown(discord, discord.rewrite(one, call.args))


@route("DELETE", "/channels/{channel}/messages/{message}")
def delete(discord: "Discord", call: Call, channel: int, message: int) -> None:
    room_of(discord, channel)
    one = message_of(discord, channel, message)
    if one.author != discord.bot_user and not discord.may(discord.bot_user, channel, "manage_messages"):
        raise Refused(50013)
    discord.remove(one)


@route("POST", "/channels/{channel}/typing")
def typing(discord: "Discord", call: Call, channel: int) -> None:
    room_of(discord, channel, "send_messages")


# --- reactions -------------------------------------------------------------------------------------------------------


@route("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")
def react(discord: "Discord", call: Call, channel: int, message: int, emoji: str) -> None:
    room_of(discord, channel, "read_message_history")
    one = message_of(discord, channel, message)
    if not is_emoji(str(emoji)):
        raise Refused(10014)
    if emoji not in one.reactions and not discord.may(discord.bot_user, channel, "add_reactions"):
        raise Refused(50013)
    if emoji not in one.reactions and len(one.reactions) >= 20:
        raise Refused(30010)
    people = one.reactions.setdefault(emoji, [])
    if discord.bot_user not in people:
        people.append(discord.bot_user)
        discord.tell_reaction("MESSAGE_REACTION_ADD", discord.bot_user, one, emoji)


@route("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/{who}")
def unreact(discord: "Discord", call: Call, channel: int, message: int, emoji: str, who: int | str) -> None:
    whose = discord.bot_user if who == "@me" else int(who)
    room_of(discord, channel, *([] if whose == discord.bot_user else ["manage_messages"]))
    one = message_of(discord, channel, message)
    if whose in one.reactions.get(emoji, []):
        take_back(one, whose, emoji)
        discord.tell_reaction("MESSAGE_REACTION_REMOVE", whose, one, emoji)


@route("GET", "/channels/{channel}/messages/{message}/reactions/{emoji}")
def reactions(discord: "Discord", call: Call, channel: int, message: int, emoji: str) -> list[dict[str, Any]]:
    room_of(discord, channel)
    one = message_of(discord, channel, message)
    limit, after = call.number("limit", 25, 100), int(call.query.get("after") or 0)
    people = sorted(user for user in one.reactions.get(emoji, []) if user > after)
    return [discord.user_json(user) for user in people[:limit]]


# --- threads ---------------------------------------------------------------------------------------------------------


@route("POST", "/channels/{channel}/messages/{message}/threads")
def thread_at(discord: "Discord", call: Call, channel: int, message: int) -> dict[str, Any]:
    room = room_of(discord, channel, "create_public_threads")
    root = message_of(discord, channel, message)
    check_name(call.args.get("name"))
    if message in discord.channels:
        raise Refused(160004)
    thread = discord.new_thread(room, call.args["name"], discord.bot_user, root)
    discord.tell_thread(thread)
    return discord.channel_json(thread.id)


@route("POST", "/channels/{channel}/threads")
def thread_in(discord: "Discord", call: Call, channel: int) -> dict[str, Any]:
    room = room_of(discord, channel, "create_public_threads")
    check_name(call.args.get("name"))
    given = call.args.get("message") or {}
    if room.kind == FORUM:
        check_message(given)
    thread = discord.new_thread(room, call.args["name"], discord.bot_user)
    discord.tell_thread(thread)
    if room.kind != FORUM:
        return discord.channel_json(thread.id)
    body = discord.blank(discord.user_json(discord.bot_user), thread.id, thread.id) | discord.drawn(thread.id, given)
    body["flags"] = (given.get("flags") or 0) & KEPT_FLAGS
    message = discord.keep(body, discord.bot_user, allowed=given.get("allowed_mentions"))
    discord.tell("MESSAGE_CREATE", discord.message_event(message), **discord.place(thread.id))
    return discord.channel_json(thread.id) | {"message": shown(discord, message)}


def check_name(name: Any) -> None:
    form = Form()
    form.text("name", name, 1, 100)
    form.done()


# --- direct messages -------------------------------------------------------------------------------------------------


@route("POST", "/users/@me/channels")
def open_dm(discord: "Discord", call: Call) -> dict[str, Any]:
    user = int(call.args["recipient_id"])
    if user not in discord.users:
        raise Refused(10013)
    if user == discord.bot_user:
        raise Refused(50007)
    return discord.channel_json(discord.dm(user))


class Nonces:
    """Which message a nonce made, for a few minutes."""

    def __init__(self) -> None:
        super().__init__()
        self.nonces: dict[tuple[int, str], tuple[float, Message]] = {}

    def remember(self, channel: int, nonce: str, message: Message) -> None:
        if nonce:
            self.nonces[channel, nonce] = (self.now(), message)  # type: ignore[attr-defined]

    def remembered(self, channel: int, nonce: str) -> Message | None:
        """The message that this nonce made not long ago."""
        at, message = self.nonces.get((channel, nonce), (0.0, None))
        return message if self.now() - at < NONCE_SECONDS else None  # type: ignore[attr-defined]
