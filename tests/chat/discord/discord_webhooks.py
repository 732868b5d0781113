"""REST: webhooks, and the answers to interactions, which share their paths."""

from typing import TYPE_CHECKING, Any

from discord_answers import USERS_ONLY, Interaction
from discord_components import check_message
from discord_people import webhook_author
from discord_refusals import Form, Refused
from discord_rest import KEPT_FLAGS, Call, room_of, route, shown
from discord_things import EPHEMERAL, FORUM, LOADING, Channel, Message, Webhook

if TYPE_CHECKING:
    from discord_standin import Discord


# --- webhooks --------------------------------------------------------------------------------------------------------


@route("POST", "/channels/{channel}/webhooks")
def make_webhook(discord: "Discord", call: Call, channel: int) -> dict[str, Any]:
    room = room_of(discord, channel, "manage_webhooks")
    if room.kind not in (0, FORUM):
        raise Refused(50024)
    check_webhook_name(call.args.get("name"))
    if len(discord.webhooks_in(channel)) >= 15:
        raise Refused(30007)
    return discord.webhook_json(discord.add_webhook(channel, call.args["name"], own=True))


def check_webhook_name(name: Any) -> None:
    form = Form()
    form.text("name", name, 1, 80)
    for word in ("clyde", "discord"):
        if word in str(name).casefold():
            form.wrong("name", "USERNAME_INVALID_CONTAINS", f'Username cannot contain "{word}"')
    form.done()


@route("GET", "/channels/{channel}/webhooks")
def webhooks(discord: "Discord", call: Call, channel: int) -> list[dict[str, Any]]:
    room_of(discord, channel, "manage_webhooks")
    return [discord.webhook_json(hook) for hook in discord.webhooks_in(channel)]


@route("GET", "/webhooks/{hook}")
def webhook(discord: "Discord", call: Call, hook: int) -> dict[str, Any]:
    found = known_webhook(discord, hook)
    room_of(discord, found.channel, "manage_webhooks")
    return discord.webhook_json(found)


@route("DELETE", "/webhooks/{hook}")
def delete_webhook(discord: "Discord", call: Call, hook: int) -> None:
    found = known_webhook(discord, hook)
    room_of(discord, found.channel, "manage_webhooks")
    found.deleted = True


@route("GET", "/webhooks/{hook}/{token}", auth=False)
def webhook_by_token(discord: "Discord", call: Call, hook: int, token: str) -> dict[str, Any]:
    body = discord.webhook_json(known_webhook(discord, hook, token))
    body.pop("user", None)
    return body


@route("DELETE", "/webhooks/{hook}/{token}", auth=False)
def delete_webhook_by_token(discord: "Discord", call: Call, hook: int, token: str) -> None:
    known_webhook(discord, hook, token).deleted = True


def known_webhook(discord: "Discord", hook: int, token: str | None = None) -> Webhook:
    """A webhook, with its token where that is what opens it; Refused otherwise."""
    found = discord.webhooks.get(hook)
    if found is None or found.deleted or discord.channels[found.channel].deleted:
        raise Refused(10015)
    if token is not None and token != found.token:
        raise Refused(50027)
    return found


def execute(discord: "Discord", call: Call, hook: Webhook) -> dict[str, Any] | None:
    """A message through a webhook; it is shown only with `?wait=true`."""
    room = webhook_room(discord, call, hook)
    check_message(call.args)
    name = call.args.get("username")
    if name is not None:
        check_webhook_name(name)
    own = hook.application is not None
    body = discord.blank(webhook_author(hook, name or ""), room.id) | discord.drawn(room.id, call.args)
    body |= {"webhook_id": str(hook.id)} | ({"application_id": str(hook.application)} if own else {})
    body["flags"] = (call.args.get("flags") or 0) & KEPT_FLAGS
    allowed = call.args.get("allowed_mentions", USERS_ONLY)
    message = discord.keep(body, hook.id, allowed=allowed)
    discord.tell("MESSAGE_CREATE", discord.message_event(message), **discord.place(room.id))
    return shown(discord, message) if call.query.get("wait") in ("true", "1") else None


def webhook_room(discord: "Discord", call: Call, hook: Webhook) -> Channel:
    """Where a webhook writes: its channel or one of its threads; a forum needs a thread, new or old."""
    room = discord.channels[hook.channel]
    if thread := call.query.get("thread_id"):
        found = discord.channels.get(int(thread))
        if found is None or found.deleted or found.parent != hook.channel:
            raise Refused(10003)
        return found
    if room.kind != FORUM:
        return room
    if not call.args.get("thread_name"):
        words = "Webhooks posted to forum channels must have a thread_name or thread_id"
        raise Refused(220001, words)
    made = discord.new_thread(room, call.args["thread_name"], hook.id)
    discord.tell_thread(made)
    return made


def webhook_message(discord: "Discord", hook: Webhook, message: int) -> Message:
    found = discord.messages.get(message)
    if found is None or found.deleted or found.author != hook.id:
        raise Refused(10008)
    return found


def edit_webhook_message(discord: "Discord", call: Call, hook: Webhook, message: int) -> dict[str, Any]:
    return shown(discord, discord.rewrite(webhook_message(discord, hook, message), call.args))


def delete_webhook_message(discord: "Discord", call: Call, hook: Webhook, message: int) -> None:
    discord.remove(webhook_message(discord, hook, message))


# --- answers to interactions -----------------------------------------------------------------------------------------


@route("POST", "/interactions/{interaction}/{token}/callback", auth=False)
def callback(discord: "Discord", call: Call, interaction: int, token: str) -> dict[str, Any] | None:
    asked = discord.asked(interaction, str(token))
    kind = call.args.get("type") or 0
    discord.answer(asked, kind, call.args.get("data") or {})
    return callback_json(discord, asked, kind) if call.query.get("with_response") in ("1", "true") else None


def callback_json(discord: "Discord", asked: Interaction, kind: int) -> dict[str, Any]:
    """What ?with_response=true tells of an answer."""
    told: dict[str, Any] = {"id": str(asked.id), "type": asked.kind}
    answer: dict[str, Any] = {"interaction": told}
    if asked.original and kind in (4, 5, 6, 7):
        flags = asked.original.flags
        told |= {"response_message_id": str(asked.original.id), "response_message_loading": bool(flags & LOADING)}
        told |= {"response_message_ephemeral": bool(flags & EPHEMERAL)}
    if kind in (4, 7) and asked.original:
        answer["resource"] = {"type": kind, "message": discord.message_json(asked.original)}
    elif kind != 6:
        answer["resource"] = {"type": kind}
    return answer


@route("POST", "/webhooks/{hook}/{token}", auth=False)
def send(discord: "Discord", call: Call, hook: int, token: str) -> dict[str, Any] | None:
    if hook != discord.app:
        return execute(discord, call, known_webhook(discord, hook, str(token)))
    return discord.message_json(discord.follow_up(discord.by_token(str(token)), call.args))


@route("GET", "/webhooks/{hook}/{token}/messages/{message}", auth=False)
def get_sent(discord: "Discord", call: Call, hook: int, token: str, message: int | str) -> dict[str, Any]:
    if hook != discord.app:
        known = known_webhook(discord, hook, str(token))
        return shown(discord, webhook_message(discord, known, int(message)))
    return discord.message_json(answered(discord, token, message))


@route("PATCH", "/webhooks/{hook}/{token}/messages/{message}", auth=False)
def edit_sent(discord: "Discord", call: Call, hook: int, token: str, message: int | str) -> dict[str, Any]:
    if hook != discord.app:
        known = known_webhook(discord, hook, str(token))
        return edit_webhook_message(discord, call, known, int(message))
    return discord.message_json(discord.rewrite(answered(discord, token, message), call.args))


@route("DELETE", "/webhooks/{hook}/{token}/messages/{message}", auth=False)
def delete_sent(discord: "Discord", call: Call, hook: int, token: str, message: int | str) -> None:
    if hook != discord.app:
        known = known_webhook(discord, hook, str(token))
        delete_webhook_message(discord, call, known, int(message))
    else:
        discord.remove(answered(discord, token, message))


def answered(discord: "Discord", token: Any, message: int | str) -> Message:
    """A message that answered an interaction: the first one (`@original`) or a later one; Refused otherwise."""
    asked = discord.by_token(str(token))
    mine = [one for one in (asked.original, asked.message, *asked.followups) if one and not one.deleted]
    wanted = asked.original.id if message == "@original" and asked.original else message
    found = next((one for one in mine if one.id == wanted), None)
    if found is None:
        raise Refused(10008)
    return found
