"""What people do in Slack, part three: they press and choose in messages, run commands, open the home tab."""

import copy
from typing import Any

from blockkit import check_message
from standin_fields import FIELDS, acted, find, state_value, values_of
from standin_forms import Forms
from standin_post import Delivery
from standin_text import filled
from standin_world import Ephemeral, Hook, Message


class Clicks(Forms):
    """Deeds in a channel; they carry a response_url as well as a trigger id."""

    def __init__(self) -> None:
        super().__init__()
        self.typed_in_messages: dict[tuple[str, str], dict[tuple[str, str], Any]] = {}

    # --- in messages -------------------------------------------------------------------------------------------------

    async def press(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        value: str | None = None,
        option: str | None = None,
        block_id: str | None = None,
    ) -> Delivery:
        """Somebody uses an element of a message (or of an ephemeral one that only they see): block_actions.

        `option` is the value of a menu's option; `value` what is typed into a field, or tells apart buttons that share
        an action id. LookupError where the element or the option is not there.
        """
        message = self._visible(user, channel, ts)
        block, element = find(message.blocks, action_id, value, block_id)
        typed = self.typed_in_messages.setdefault((ts, user), {})
        action = acted(block, element, value, option)
        if element["type"] in FIELDS:
            typed[block["block_id"], action_id] = state_value(element, option if option is not None else value)
        return await self.interact("interactive", self._message_action(user, channel, message, action, typed))

    def fill(self, user: str, channel: str, ts: str, action_id: str, value: Any) -> None:
        """Somebody fills an input of a message without sending anything: it comes along with the next click."""
        block, element = find(self._visible(user, channel, ts).blocks, action_id)
        self.typed_in_messages.setdefault((ts, user), {})[block["block_id"], action_id] = state_value(element, value)

    def _visible(self, user: str, channel: str, ts: str) -> Message | Ephemeral:
        own = (e for e in self.ephemerals if (e.channel, e.user, e.ts) == (channel, user, ts))
        return next(own, None) or self.message(channel, ts)

    def _message_action(
        self, user: str, channel: str, message: Message | Ephemeral, action: dict[str, Any], typed: dict[Any, Any]
    ) -> dict[str, Any]:
        hidden = isinstance(message, Ephemeral)
        container = {"type": "message", "message_ts": message.ts, "channel_id": channel, "is_ephemeral": hidden}
        if thread := message.body.get("thread_ts"):
            container["thread_ts"] = thread
        payload = self._interaction("block_actions", user) | {
            "container": container,
            "trigger_id": self.trigger(user),
            "channel": self._channel(channel),
            "state": {"values": values_of(message.blocks, typed)},
            "response_url": self.hook(user, channel, message.ts),
            "actions": [action | {"action_ts": self.fresh_ts()}],
        }
        return payload if hidden else payload | {"message": copy.deepcopy(message.body)}

    # --- commands, shortcuts, the home tab ---------------------------------------------------------------------------

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Delivery:
        """Somebody runs a slash command; an answer in the acknowledgement becomes an ephemeral message."""
        workspace, who = self.workspace_of(user), self.users[user]
        payload = {
            "token": self.verification_token,
            "team_id": workspace.id,
            "team_domain": workspace.domain,
            "channel_id": channel,
            "channel_name": self.channels[channel].name,
            "user_id": user,
            "user_name": who.name,
            "command": command,
            "text": text,
            "api_app_id": self.app,
            "is_enterprise_install": "false",
            "response_url": self.hook(user, channel),
            "trigger_id": self.trigger(user),
        }
        delivery = await self.interact("slash_commands", payload)
        if delivery.ok and delivery.body:
            self.respond(self.hooks[payload["response_url"]], delivery.body)
        return delivery

    async def shortcut(self, user: str, callback_id: str) -> Delivery:
        """Somebody runs a global shortcut."""
        payload = self._interaction("shortcut", user) | {"callback_id": callback_id, "trigger_id": self.trigger(user)}
        del payload["api_app_id"]
        return await self.interact("interactive", payload | {"action_ts": self.fresh_ts()})

    async def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Delivery:
        """Somebody runs a shortcut on a message; it works where the bot is not in the channel, too."""
        payload = self._interaction("message_action", user) | {
            "action_ts": self.fresh_ts(),
            "channel": self._channel(channel),
            "callback_id": callback_id,
            "trigger_id": self.trigger(user),
            "response_url": self.hook(user, channel),
            "message_ts": ts,
            "message": copy.deepcopy(self.message(channel, ts).body),
        }
        del payload["api_app_id"]
        return await self.interact("interactive", payload)

    async def open_home(self, user: str, tab: str = "home") -> Delivery:
        """Somebody opens the app's home tab (or its `messages`)."""
        event = {"type": "app_home_opened", "user": user, "channel": self.dm(user), "tab": tab}
        if tab == "home" and user in self.homes:
            event["view"] = self._with_state(self.homes[user])
        return await self.event(self.event_body(event, self.workspace_of(user)))

    # --- what came back ----------------------------------------------------------------------------------------------

    def respond(self, hook: Hook, answer: Any) -> None:
        """Carry out what came to a response_url, or with the acknowledgement of a command."""
        answer = {"text": answer} if isinstance(answer, str) else answer
        original = self.messages.get((hook.channel, hook.ts or ""))
        if answer.get("delete_original"):
            self.ephemerals = [e for e in self.ephemerals if e.ts != hook.ts]
            if original:
                original.deleted = True
            return
        check_message(answer)
        body = {"type": "message", "ts": self.fresh_ts(), "text": answer.get("text", "")}
        body |= {"user": self.workspaces[hook.team].bot_user, "bot_id": self.workspaces[hook.team].bot}
        body |= {key: answer[key] for key in ("attachments", "thread_ts") if key in answer}
        body |= {"blocks": filled(answer["blocks"])} if answer.get("blocks") else {}
        if answer.get("replace_original") and original:
            original.before.append(original.body)
            original.body = original.body | body | {"ts": original.ts}
        elif answer.get("response_type") == "in_channel":
            self.keep(hook.channel, body)
        else:
            self.ephemerals.append(Ephemeral(hook.channel, hook.user, body))
