"""views.* of the Slack stand-in."""

from typing import TYPE_CHECKING, Any

from blockkit import Refused
from standin_api import Call, method
from standin_world import Trigger, View

if TYPE_CHECKING:
    from standin import Slack

TRIGGER_SECONDS = 3.0
PUSHES = 3


@method("views.open")
def open_view(slack: "Slack", call: Call) -> dict[str, Any]:
    given, trigger = asked(call, "modal"), spend(slack, call)
    view = slack.new_view(trigger.user, given)
    slack.stacks[trigger.user] = [view]
    return {"view": view.body}


@method("views.push")
def push_view(slack: "Slack", call: Call) -> dict[str, Any]:
    given, trigger = asked(call, "modal"), spend(slack, call)
    stack = slack.stacks.get(trigger.user)
    if not stack:
        raise Refused("not_found", "no modal is open")
    if len(stack) >= PUSHES:
        raise Refused("push_limit_reached")
    view = slack.new_view(trigger.user, given, below=stack[-1])
    stack.append(view)
    return {"view": view.body}


@method("views.update")
def update_view(slack: "Slack", call: Call) -> dict[str, Any]:
    given, view = asked(call, "modal"), shown(slack, call)
    same_hash(call, view)
    slack.replace_view(view, given)
    return {"view": view.body}


@method("views.publish")
def publish_view(slack: "Slack", call: Call) -> dict[str, Any]:
    (user,) = call.need("user_id")
    given = asked(call, "home")
    if user not in slack.users or slack.users[user].team != call.team:
        raise Refused("invalid_arguments", "user_id")
    if view := slack.homes.get(user):
        same_hash(call, view)
        slack.replace_view(view, given)
    else:
        view = slack.homes[user] = slack.new_view(user, given)
    return {"view": view.body}


def asked(call: Call, kind: str) -> dict[str, Any]:
    """The view that was given, of the one kind that this method takes."""
    (given,) = call.need("view")
    if not isinstance(given, dict) or given.get("type") != kind:
        raise Refused("invalid_arguments", f"must be a view of type {kind} [json-pointer:/view/type]")
    return given


def spend(slack: "Slack", call: Call) -> Trigger:
    """The trigger of this call: known, fresh, and used only now."""
    (secret,) = call.need("trigger_id")
    trigger = slack.triggers.get(secret)
    if trigger is None or trigger.team != call.team:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if call.at - trigger.at > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger


def shown(slack: "Slack", call: Call) -> View:
    """The modal that is meant, as long as somebody sees it."""
    ident, external = call.args.get("view_id"), call.args.get("external_id")
    if not ident and not external:
        raise Refused("invalid_arguments", "view_id or external_id is required")
    for view in (view for stack in slack.stacks.values() for view in stack):
        if view.body["team_id"] == call.team and (
            view.id == ident or (external and view.body["external_id"] == external)
        ):
            return view
    raise Refused("not_found")


def same_hash(call: Call, view: View) -> None:
    if call.args.get("hash") and call.args["hash"] != view.body["hash"]:
        raise Refused("hash_conflict")
