"""What people do in Discord, part two: they run commands, press buttons, choose from menus, fill in forms."""

import asyncio
import contextlib
import copy
import secrets
import time
from typing import Any

from discord_answers import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Answers, Interaction, Modal
from discord_components import SELECTS
from discord_fields import check_field_value, check_options, chosen, nest, option_type, submitted
from discord_rooms import Delivery, NotSent
from discord_things import Message
from discord_words import walk


class Interactions(Answers):
    """Deeds that wait for an answer."""

    # --- commands ----------------------------------------------------------------------------------------------------

    def known_commands(self, guild: int | None) -> list[dict[str, Any]]:
        """The commands that people are offered in a server (or in direct messages)."""
        return [*(self.commands.get(guild, []) if guild else []), *self.commands.get(None, [])]

    async def command(self, user: int, channel: int, name: str, **options: Any) -> Delivery:
        """Somebody runs a slash command (`reply`, or `group sub`); NotSent where the client would not send it."""
        found, path, spec = self._slash(user, channel, name)
        given = [{"name": key, "type": option_type(spec, key), "value": value} for key, value in options.items()]
        check_options(spec, options)
        data = {"id": found["id"], "name": found["name"], "type": 1, "options": nest(path, given)}
        return await self._ask(COMMAND, user, channel, self._in_guild(data, found))

    async def autocomplete(
        self, user: int, channel: int, name: str, text: str, *, option: str = "text", **others: Any
    ) -> list[dict[str, Any]]:
        """What somebody is offered while they type into an option; empty where nothing came in time."""
        found, path, spec = self._slash(user, channel, name)
        field_ = next(one for one in spec["options"] if one["name"] == option)
        if not field_.get("autocomplete"):
            raise NotSent(f"{option} has no autocomplete")
        given = [{"name": key, "type": option_type(spec, key), "value": value} for key, value in others.items()]
        given.append({"name": option, "type": field_["type"], "value": text, "focused": True})
        data = {"id": found["id"], "name": found["name"], "type": 1, "options": nest(path, given)}
        delivery = await self._ask(AUTOCOMPLETE, user, channel, self._in_guild(data, found))
        return delivery.data.get("choices", [])

    async def message_command(self, user: int, message: int | Message, name: str) -> Delivery:
        """Somebody chooses a command from the menu of a message; the bot gets its content without any intent."""
        target = self.message(message)
        found = self._offered(user, target.channel, name, 3)
        resolved = {"messages": {str(target.id): self.message_json(target)}}
        data = {"id": found["id"], "name": found["name"], "type": 3, "target_id": str(target.id), "resolved": resolved}
        return await self._ask(COMMAND, user, target.channel, self._in_guild(data, found))

    def _in_guild(self, data: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
        return data | ({"guild_id": found["guild_id"]} if "guild_id" in found else {})

    def _slash(self, user: int, channel: int, name: str) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
        """The command, the subcommands on the way, and what has the options."""
        root, *subs = name.removeprefix("/").split()
        found = self._offered(user, channel, root, 1)
        spec, path = found, []
        for sub in subs:
            spec = next(one for one in spec["options"] if one["name"] == sub and one["type"] in (1, 2))
            path.append(spec)
        return found, path, spec

    def _offered(self, user: int, channel: int, name: str, kind: int) -> dict[str, Any]:
        """The command of this name, in the person's own language too; NotSent where they are not offered it."""
        guild, locale = self.channels[channel].guild, self.users[user].locale
        for one in self.known_commands(guild):
            if one["type"] == kind and name in (one["name"], (one.get("name_localizations") or {}).get(locale)):
                self._check_offer(user, channel, one)
                return one
        raise LookupError(f"no command {name}: {[one['name'] for one in self.known_commands(guild)]}")

    def _check_offer(self, user: int, channel: int, found: dict[str, Any]) -> None:
        guild = self.channels[channel].guild
        if guild is None:
            if 1 not in (found.get("contexts") or [0, 1, 2]) or found.get("dm_permission") is False:
                raise NotSent("this command is not for direct messages")
            return
        if 0 not in (found.get("contexts") or [0, 1, 2]) or not self.guilds[guild].bot_in:
            raise NotSent("this command is not for servers")
        if not self.may(user, channel, "view_channel", "use_application_commands"):
            raise NotSent("may not use commands here")
        needed = int(found.get("default_member_permissions") or 0)
        if self.permissions(user, channel) & needed != needed:
            raise NotSent("this command is for others")

    # --- components --------------------------------------------------------------------------------------------------

    async def press(
        self, user: int, message: int | Message, custom_id: str, values: list[str] | None = None
    ) -> Delivery:
        """Somebody presses a button or chooses `values` of a menu; LookupError where it is not in the message."""
        target = self.message(message)
        if target.only_for not in (None, user):
            raise LookupError("only somebody else sees this message")
        part = next((one for one in walk(target.components) if one.get("custom_id") == custom_id), None)
        if part is None:
            raise LookupError(f"{custom_id} is not in {[one.get('custom_id') for one in walk(target.components)]}")
        if part.get("disabled"):
            raise NotSent(f"{custom_id} is disabled")
        data = {"custom_id": custom_id, "component_type": part["type"], "id": part["id"]}
        if part["type"] in SELECTS:
            data["values"] = chosen(part, values or [])
        return await self._ask(COMPONENT, user, target.channel, data, target)

    # --- modals ------------------------------------------------------------------------------------------------------

    def modal(self, user: int) -> Modal | None:
        """The form that this person sees."""
        mine = self.modals.get(user)
        return mine[-1] if mine else None

    async def submit(self, user: int, values: dict[str, Any] | None = None, modal: Modal | None = None) -> Delivery:
        """Somebody sends the form opened last, after filling `values` by custom_id; an answer closes it.

        NotSent where Discord's client would not send it: something required is missing, too long, too short.
        """
        form = modal or self.modal(user)
        if form is None:
            raise LookupError(f"{user} sees no form")
        if strange := (values or {}).keys() - form.fields.keys():
            raise LookupError(f"no such fields: {sorted(strange)}, but {sorted(form.fields)}")
        filled_in = form.values | (values or {})
        for name, part in form.fields.items():
            check_field_value(part, filled_in[name])
        data = {"custom_id": form.custom_id, "components": list(submitted(form.body["components"], filled_in))}
        source = form.interaction
        delivery = await self._ask(MODAL, user, source.channel, data, source.message)
        if delivery.ok:
            self.modals[user].remove(form)
        return delivery

    def close(self, user: int) -> None:
        """Somebody closes the form without sending it; the bot never hears of it."""
        self.modals[user].pop()

    # --- asking the bot ----------------------------------------------------------------------------------------------

    async def _ask(
        self, kind: int, user: int, channel: int, data: dict[str, Any], message: Message | None = None
    ) -> Delivery:
        asked = Interaction(self.fresh(), secrets.token_urlsafe(24), kind, user, channel, self.now(), message=message)
        asked.payload = self._payload(asked, data)
        self.interactions[asked.id] = asked
        began = time.monotonic()
        sent = self.tell("INTERACTION_CREATE", asked.payload)
        delivery = Delivery("INTERACTION_CREATE", asked.payload, sent, message, asked)
        if sent:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asked.done.wait(), self.patience)
        delivery.seconds = time.monotonic() - began
        return delivery

    def _payload(self, asked: Interaction, data: dict[str, Any]) -> dict[str, Any]:
        room, who = self.channels[asked.channel], self.users[asked.user]
        channel = self.channel_json(room.id) | {"permissions": str(self.permissions(who.id, room.id))}
        payload = {
            "id": str(asked.id),
            "application_id": str(self.app),
            "type": asked.kind,
            "token": asked.token,
            "version": 1,
            "data": copy.deepcopy(data),
            "channel": channel,
            "channel_id": str(room.id),
            "app_permissions": str(self.permissions(self.bot_user, room.id)),
            "locale": who.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": 10_485_760,
        }
        payload |= {"message": self.message_json(asked.message)} if asked.message else {}
        if room.guild is None:
            owners = {"authorizing_integration_owners": {"0": "0"}, "context": 1}
            return payload | owners | {"user": self.user_json(who.id)}
        guild = self.guilds[room.guild]
        member = self.member_json(guild.members[who.id]) | {"permissions": str(self.permissions(who.id, room.id))}
        return payload | {
            "member": member,
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "authorizing_integration_owners": {"0": str(guild.id)},
            "context": 0,
        }
