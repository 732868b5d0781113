"""What people do in Slack, part one: they write, forward, edit, delete, mail into a channel, react."""

import copy
import hashlib
import time
from typing import Any

from standin_post import Delivery, Post
from standin_text import rich_text, typed
from standin_world import Message

OTHER_APP = "A0ZAPIER"


class People(Post):
    """Each deed changes the state and tells the bot as Slack would; the Delivery says how the bot answered.

    With `echo`, the bot is told of its own messages and reactions too, as Slack does.
    """

    echo = True

    # --- writing -----------------------------------------------------------------------------------------------------

    async def post(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        attachments: list[dict[str, Any]] | None = None,
        files: list[dict[str, Any]] | None = None,
        bot: str | None = None,
        subtype: str | None = None,
    ) -> Delivery:
        """Somebody writes (`user`), or another app does (`bot`: its name, `user` is then ignored).

        Known tokens in the text (`<@U1>`, `<https://…|label>`) stay, everything else becomes what Slack makes of typed
        words. Sends `message`, and `app_mention` (in `also`) where the bot is named.
        """
        text = typed(text)
        body: dict[str, Any] = {"type": "message", "ts": self.fresh_ts(), "text": text, "blocks": rich_text(text)}
        body |= self._as_app(bot, channel, subtype) if bot else self._as_person(user, channel)
        body |= self._thread(channel, thread_ts) | ({"attachments": attachments} if attachments else {})
        if files:
            body |= {"subtype": "file_share", "files": [self._file(user, f) for f in files]}
            body |= {"upload": True, "display_as_bot": False}
            body.pop("team", None)
        if any(one.get("is_share") for one in attachments or []):
            body.pop("client_msg_id", None)
        if subtype:
            body["subtype"] = subtype
        if not body["blocks"]:
            del body["blocks"]
        message = self.keep(channel, body)
        delivery = await self.tell_message(message)
        if f"<@{self.workspace_of(channel).bot_user}>" in text and delivery.sent:
            delivery.also.append(await self.tell(channel, body | {"type": "app_mention", "channel": channel}))
        return delivery

    def _as_person(self, user: str, channel: str) -> dict[str, Any]:
        team = self.workspace_of(user).id
        ident = hashlib.sha256(f"{user}{channel}{self._latest}".encode()).hexdigest()
        own = f"{ident[:8]}-{ident[8:12]}-4{ident[13:16]}-a{ident[17:20]}-{ident[20:32]}"
        return {"user": user, "team": team, "client_msg_id": own}

    def _as_app(self, name: str, channel: str, subtype: str | None) -> dict[str, Any]:
        bot = "B" + hashlib.sha256(name.encode()).hexdigest()[:9].upper()
        if subtype == "bot_message":
            return {"bot_id": bot, "app_id": OTHER_APP, "username": name}
        team = self.workspace_of(channel).id
        return {"user": "U" + bot[1:], "bot_id": bot, "app_id": OTHER_APP, "team": team} | {
            "bot_profile": bot_profile(bot, OTHER_APP, name, team)
        }

    def _thread(self, channel: str, thread_ts: str | None) -> dict[str, Any]:
        if not thread_ts:
            return {}
        return {"thread_ts": thread_ts, "parent_user_id": self.message(channel, thread_ts).body.get("user")}

    def _file(self, user: str, file: dict[str, Any]) -> dict[str, Any]:
        name, ident = file.get("name", "image.png"), self.fresh("F")
        team = self.workspace_of(user)
        private = f"https://files.slack.com/files-pri/{team.id}-{ident}"
        return {
            "id": ident,
            "created": int(self.now()),
            "timestamp": int(self.now()),
            "name": name,
            "title": name,
            "mimetype": "image/png",
            "filetype": name.rpartition(".")[2],
            "pretty_type": "PNG",
            "user": user,
            "user_team": team.id,
            "editable": False,
            "size": 12_345,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": True,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{private}/{name}",
            "url_private_download": f"{private}/download/{name}",
            "permalink": f"{team.url}files/{user}/{ident}/{name}",
            "permalink_public": f"https://slack-files.com/{team.id}-{ident}",
            "has_rich_preview": False,
            "file_access": "visible",
        } | file

    async def email(self, channel: str, subject: str, text: str, from_name: str, from_address: str) -> Delivery:
        """A mail arrives at the channel's address: a file_share by Slackbot with one `email` file."""
        original = f"{from_name} <{from_address}>"
        file = {
            "mimetype": "text/html",
            "filetype": "email",
            "pretty_type": "Email",
            "editable": True,
            "mode": "email",
            "display_as_bot": True,
            "username": "Email",
            "subject": subject,
            "to": [{"address": "", "name": "Email", "original": "Email <>"}],
            "from": [{"address": from_address, "name": from_name, "original": original}],
            "cc": [],
            "attachments": [],
            "original_attachment_count": 0,
            "plain_text": text,
            "preview": text,
            "preview_plain_text": text,
            "headers": {"date": "", "in_reply_to": None, "reply_to": None, "message_id": f"<1@{from_address}>"},
            "has_more": False,
            "sent_to_self": False,
            "bot_id": "B0EMAIL",
        }
        workspace = self.workspace_of(channel)
        whole = self._file(workspace.bot_user, file | {"name": subject, "user": "USLACKBOT"})
        body = {"type": "message", "text": "", "files": [whole], "upload": True, "user": "USLACKBOT"}
        body |= {"display_as_bot": True, "bot_id": "B0EMAIL", "ts": self.fresh_ts(), "subtype": "file_share"}
        return await self.tell_message(self.keep(channel, body))

    # --- forwarding and previews -------------------------------------------------------------------------------------

    async def forward(self, user: str, channel: str, what: Message | dict[str, Any], comment: str = "") -> Delivery:
        """Somebody shares a message (or an attachment of yours) into the channel, with or without a comment."""
        attachment = self.shared(what) if isinstance(what, Message) else what
        return await self.post(user, channel, comment, attachments=[attachment])

    def shared(self, message: Message) -> dict[str, Any]:
        """A message as the attachment that a forward carries."""
        channel, body = self.channels[message.channel], message.body
        workspace, link = self.workspace_of(message.channel), self.permalink(message.channel, message.ts)
        author = self.users.get(body.get("user", ""))
        name = author.display_name or author.real_name if author else body.get("username", "")
        when = time.strftime("%B %d, %Y %I:%M %p", time.gmtime(float(message.ts)))
        inner = {"team": workspace.id, "channel": channel.id, "ts": message.ts}
        attachment = {
            "ts": message.ts,
            "author_id": body.get("user"),
            "channel_id": channel.id,
            "channel_team": workspace.id,
            "is_msg_unfurl": True,
            "message_blocks": [inner | {"message": {"blocks": copy.deepcopy(message.blocks)}}],
            "color": "D0D0D0",
            "from_url": link,
            "is_share": True,
            "fallback": f"[{when}] {name}: {body['text']}",
            "text": body["text"],
            "author_name": name,
            "author_link": f"{workspace.url}team/{body.get('user')}",
            "author_icon": "https://avatars.slack-edge.com/standin_48.png",
            "author_subname": name,
            "mrkdwn_in": ["text"],
            "footer": "Slack Conversation",
        }
        return attachment | ({"files": body["files"]} if "files" in body else {})

    async def unfurl(self, channel: str, ts: str, attachment: dict[str, Any]) -> Delivery:
        """The preview of a link appears under a message: a hidden message_changed without `edited`."""
        message = self.message(channel, ts)
        attachments = [*message.body.get("attachments", []), {"id": 1} | attachment]
        return await self.tell_changed(message, message.body | {"attachments": attachments})

    # --- changing ----------------------------------------------------------------------------------------------------

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Delivery:
        """Somebody rewrites their message."""
        text, message = typed(text), self.message(channel, ts)
        edited = {"user": user, "ts": f"{int(self.now())}.000000"}
        return await self.tell_changed(
            message, message.body | {"text": text, "blocks": rich_text(text), "edited": edited}
        )

    async def delete(self, channel: str, ts: str) -> Delivery:
        """Somebody deletes a message."""
        return await self.tell_deleted(self.message(channel, ts))

    def keep(self, channel: str, body: dict[str, Any]) -> Message:
        """Store a message, and count it in its thread."""
        message = Message(channel, body)
        self.messages[channel, body["ts"]] = message
        if message.is_reply and (parent := self.messages.get((channel, body["thread_ts"]))):
            parent.body["thread_ts"] = parent.ts
        return message

    # --- reacting ----------------------------------------------------------------------------------------------------

    async def react(self, user: str, channel: str, ts: str, name: str) -> Delivery:
        """Somebody adds a reaction (`+1`, `thumbsup::skin-tone-3`)."""
        people = self.message(channel, ts).reactions.setdefault(name, [])
        if user in people:
            raise LookupError(f"{user} has reacted with {name} before")
        people.append(user)
        return await self.tell_reaction("reaction_added", user, channel, ts, name)

    async def unreact(self, user: str, channel: str, ts: str, name: str) -> Delivery:
        """Somebody takes a reaction back."""
        reactions = self.message(channel, ts).reactions
        reactions.get(name, []).remove(user)
        if not reactions[name]:
            del reactions[name]
        return await self.tell_reaction("reaction_removed", user, channel, ts, name)

    # --- coming and going --------------------------------------------------------------------------------------------

    async def invite(self, user: str, channel: str, inviter: str = "") -> Delivery:
        """Somebody (the bot too) comes into the channel: member_joined_channel."""
        room = self.channels[channel]
        room.members.append(user)
        joined = {"type": "member_joined_channel", "user": user, "channel": channel, "team": room.team}
        return await self.tell(
            channel,
            joined
            | {"channel_type": "C" if room.kind == "channel" else "G"}
            | ({"inviter": inviter} if inviter else {}),
        )

    # --- telling the bot ---------------------------------------------------------------------------------------------

    async def tell(self, channel: str, event: dict[str, Any]) -> Delivery:
        """Send an event about a channel; nothing is sent where the bot is not in it."""
        room, workspace = self.channels[channel], self.workspace_of(channel)
        event = copy.deepcopy(event)
        ts = event.get("ts") or event.get("item", {}).get("ts", "")
        if workspace.bot_user not in room.members:
            return Delivery("events_api", event, ts=ts)
        delivery = await self.event(self.event_body(event, workspace, shared=room.shared))
        delivery.ts = ts
        return delivery

    async def tell_message(self, message: Message) -> Delivery:
        return await self.tell(message.channel, self.written(message))

    async def tell_changed(self, message: Message, body: dict[str, Any]) -> Delivery:
        delivery = await self.tell(message.channel, self.change(message, body))
        delivery.ts = message.ts
        return delivery

    async def tell_deleted(self, message: Message) -> Delivery:
        return await self.tell(message.channel, self.gone(message))

    async def tell_reaction(self, kind: str, user: str, channel: str, ts: str, name: str) -> Delivery:
        return await self.tell(channel, self.reaction(kind, user, self.message(channel, ts), name))

    def echoes(self, channel: str, event: dict[str, Any]) -> None:
        """Tell the bot of what it did itself, as Slack does."""
        if self.echo and self.reachable:
            self.in_background(self.tell(channel, copy.deepcopy(event)))

    # --- events about messages ---------------------------------------------------------------------------------------

    def written(self, message: Message) -> dict[str, Any]:
        where = {"channel": message.channel, "event_ts": message.ts}
        return message.body | where | self._kind(message.channel)

    def change(self, message: Message, body: dict[str, Any]) -> dict[str, Any]:
        """Put the new body in place of the old one; returns the message_changed event."""
        message.before.append(message.body)
        previous, message.body = message.body, body
        return self._hidden(message, {"subtype": "message_changed", "message": body, "previous_message": previous})

    def gone(self, message: Message) -> dict[str, Any]:
        """Take a message away; returns the message_deleted event."""
        message.deleted = True
        deleted = {"subtype": "message_deleted", "previous_message": message.body, "deleted_ts": message.ts}
        return self._hidden(message, deleted)

    def reaction(self, kind: str, user: str, message: Message, name: str) -> dict[str, Any]:
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        event = {"type": kind, "user": user, "item": item, "reaction": name}
        return event | ({"item_user": message.body["user"]} if "user" in message.body else {})

    def _hidden(self, message: Message, event: dict[str, Any]) -> dict[str, Any]:
        ts = self.fresh_ts()
        when = {"channel": message.channel, "hidden": True, "ts": ts, "event_ts": ts}
        return {"type": "message"} | event | when | self._kind(message.channel)

    def _kind(self, channel: str) -> dict[str, str]:
        return {"channel_type": self.channels[channel].kind}


def bot_profile(bot: str, app: str, name: str, team: str) -> dict[str, Any]:
    """How Slack introduces the bot that wrote a message."""
    icons = {f"image_{size}": f"https://a.slack-edge.com/bot_{size}.png" for size in (36, 48, 72)}
    profile = {"id": bot, "deleted": False, "name": name, "updated": 1_700_000_000, "app_id": app}
    return profile | {"icons": icons, "team_id": team}
