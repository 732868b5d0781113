"""What people do in Slack, part two: they open, fill in, send and close forms, and use what is on the home tab."""

import copy
from typing import Any

from blockkit import Refused, check_view, elements_of
from standin_fields import FIELDS, acted, check_filled, field, find, state_value, values_of
from standin_people import People
from standin_post import Delivery
from standin_text import filled
from standin_world import Hook, Trigger, View


class Forms(People):
    """Views: what people do in them, and how Slack keeps and draws them. Every deed carries a fresh trigger id."""

    # filled in by the server
    base = ""

    # --- in views ----------------------------------------------------------------------------------------------------

    async def press_in_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: str | None = None,
        option: str | None = None,
        block_id: str | None = None,
    ) -> Delivery:
        """Somebody uses a button or a menu of a modal or of the home tab."""
        view = self._open(user, view_id)
        block, element = find(view.blocks, action_id, value, block_id)
        action = acted(block, element, value, option)
        if element["type"] in FIELDS:
            view.typed[block["block_id"], action_id] = state_value(element, option if option is not None else value)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Delivery("interactive")
        return await self.interact("interactive", self._view_action(view, action))

    async def type_in_view(self, user: str, view_id: str, block_id: str, action_id: str, value: Any) -> Delivery:
        """Somebody fills a field; the bot hears of it only where the block has `dispatch_action`."""
        view = self._open(user, view_id)
        block, element = find(view.blocks, action_id, None, block_id)
        view.typed[block_id, action_id] = state_value(element, value)
        if not block.get("dispatch_action"):
            return Delivery("interactive")
        return await self.interact("interactive", self._view_action(view, acted(block, element, value, value)))

    def _view_action(self, view: View, action: dict[str, Any]) -> dict[str, Any]:
        return self._interaction("block_actions", view.user) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.trigger(view.user),
            "view": self._with_state(view),
            "actions": [action | {"action_ts": self.fresh_ts()}],
        }

    async def submit(self, user: str, view_id: str | None = None, values: dict[Any, Any] | None = None) -> Delivery:
        """Somebody sends the topmost modal, after filling `values`: by action id, block id or (block, action).

        Raises NotSent where Slack's own client would not send it. What the bot answers is carried out: errors are kept
        in `view.errors`, update and push change the stack, clear empties it, nothing closes the view.
        """
        view = self._open(user, view_id)
        for key, value in (values or {}).items():
            block, element = field(view, key)
            view.typed[block["block_id"], element["action_id"]] = state_value(element, value)
        check_filled(view)
        payload = self._interaction("view_submission", user) | {
            "trigger_id": self.trigger(user),
            "view": self._with_state(view),
            "response_urls": [],
        }
        delivery = await self.interact("interactive", payload)
        if delivery.ok:
            self._carry_out(view, delivery.body if isinstance(delivery.body, dict) else {})
        return delivery

    def _carry_out(self, view: View, answer: dict[str, Any]) -> None:
        stack = self.stacks.get(view.user, [])
        view.errors = {}
        match answer.get("response_action"):
            case "errors":
                view.errors = answer["errors"]
                inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
                if strange := view.errors.keys() - inputs:
                    raise AssertionError(f"errors for blocks that are no inputs of this view: {sorted(strange)}")
            case "update":
                self.replace_view(view, answer["view"])
            case "push":
                stack.append(self.new_view(view.user, answer["view"], below=view))
            case "clear":
                stack.clear()
            case None:
                stack.remove(view)
            case other:
                raise AssertionError(f"unknown response_action: {other}")

    async def close(self, user: str, view_id: str | None = None) -> Delivery:
        """Somebody closes a modal; the bot hears of it only where it asked to (`notify_on_close`)."""
        view = self._open(user, view_id)
        self.stacks[user].remove(view)
        if not view.body["notify_on_close"]:
            return Delivery("interactive")
        payload = self._interaction("view_closed", user)
        return await self.interact("interactive", payload | {"view": self._with_state(view), "is_cleared": False})

    def _open(self, user: str, view_id: str | None) -> View:
        mine = [*self.stacks.get(user, []), *([self.homes[user]] if user in self.homes else [])]
        view = self.view(user) if view_id is None else next((v for v in mine if v.id == view_id), None)
        if view is None:
            raise LookupError(f"{user} does not see the view {view_id or ''}")
        return view

    def _with_state(self, view: View) -> dict[str, Any]:
        return copy.deepcopy(view.body) | {"state": {"values": values_of(view.blocks, view.typed)}}

    # --- making views ------------------------------------------------------------------------------------------------

    def new_view(self, user: str, given: dict[str, Any], below: View | None = None) -> View:
        """A view as Slack keeps it; Refused where it is not valid."""
        check_view(given)
        view = View(self.fresh("V"), user, {})
        root = below.body["root_view_id"] if below else view.id
        self._draw(view, given, {"root_view_id": root, "previous_view_id": below.id if below else None})
        self.views[view.id] = view
        return view

    def replace_view(self, view: View, given: dict[str, Any]) -> None:
        """Draw a view anew; what was typed stays where block id and action id stay."""
        check_view(given)
        self._draw(view, given, {key: view.body[key] for key in ("root_view_id", "previous_view_id")})
        kept = {(b["block_id"], e["action_id"]) for b in view.blocks for e in elements_of(b)}
        view.typed = {key: value for key, value in view.typed.items() if key in kept}

    def _draw(self, view: View, given: dict[str, Any], place: dict[str, Any]) -> None:
        external = given.get("external_id", "")
        if external and any(v is not view and v.body["external_id"] == external for v in self.views.values()):
            raise Refused("duplicate_external_id")
        workspace = self.workspace_of(view.user)
        view.body = place | {
            "id": view.id,
            "team_id": workspace.id,
            "type": given["type"],
            "blocks": filled(given["blocks"]),
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "state": {"values": {}},
            "hash": f"{int(self.now())}.{self.fresh('h')}",
            "title": labelled(given.get("title", {"type": "plain_text", "text": "View Title"})),
            "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False),
            "close": labelled(given.get("close")),
            "submit": labelled(given.get("submit")),
            "app_id": self.app,
            "external_id": external,
            "app_installed_team_id": workspace.id,
            "bot_id": workspace.bot,
        }

    # --- what interactions share -------------------------------------------------------------------------------------

    def trigger(self, user: str) -> str:
        """A trigger id for what this person did just now."""
        secret = f"{int(self.now() * 1000)}.{self._count}.{self.fresh('').lower()}"
        self.triggers[secret] = Trigger(user, self.workspace_of(user).id, self.now())
        return secret

    def hook(self, user: str, channel: str, ts: str | None = None) -> str:
        """A response_url for what this person did just now."""
        team = self.workspace_of(user).id
        url = f"{self.base}/actions/{team}/{self.fresh('')}/{self.fresh('h')}"
        self.hooks[url] = Hook(user, team, channel, self.now(), ts)
        return url

    def _interaction(self, kind: str, user: str) -> dict[str, Any]:
        workspace, who = self.workspace_of(user), self.users[user]
        return {
            "type": kind,
            "user": {"id": user, "username": who.name, "name": who.name, "team_id": workspace.id},
            "api_app_id": self.app,
            "token": self.verification_token,
            "team": {"id": workspace.id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _channel(self, channel: str) -> dict[str, str]:
        return {"id": channel, "name": self.channels[channel].name}


def labelled(text: dict[str, Any] | None) -> dict[str, Any] | None:
    """A title or a button of a view, as Slack completes it."""
    return {"emoji": True} | text if text else None
