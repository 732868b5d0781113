"""How the bot's answers to interactions are carried out in the Discord stand-in, and when they come too late."""

import asyncio
import copy
from dataclasses import dataclass, field
from typing import Any

from discord_components import check_message, check_modal
from discord_fields import check_choices, preset
from discord_people import People
from discord_refusals import Form, Refused
from discord_shapes import numbered
from discord_things import EPHEMERAL, LOADING, V2, Message, stamp
from discord_words import seen, walk

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SAY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, OPEN_MODAL = 4, 5, 6, 7, 8, 9
MAY_ANSWER = {
    COMMAND: {SAY, DEFER, OPEN_MODAL},
    COMPONENT: {SAY, DEFER, DEFER_UPDATE, UPDATE, OPEN_MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL: {SAY, DEFER, DEFER_UPDATE, UPDATE},
}
TOKEN_SECONDS = 900.0
# what may ping where nothing is said of it: people, in answers and through webhooks
USERS_ONLY = {"parse": ["users"]}
# ephemeral, components V2, no previews, silent
SENT_ALONG = EPHEMERAL | V2 | 1 << 2 | 1 << 12


@dataclass
class Modal:
    """A form that somebody sees; `body` as the bot sent it."""

    user: int
    body: dict[str, Any]
    interaction: "Interaction"

    @property
    def custom_id(self) -> str:
        return self.body["custom_id"]

    @property
    def title(self) -> str:
        return self.body["title"]

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The fields by custom_id."""
        return {one["custom_id"]: one for one in walk(self.body["components"]) if "custom_id" in one}

    @property
    def values(self) -> dict[str, Any]:
        """What stands in the fields when it opens."""
        return {name: preset(one) for name, one in self.fields.items()}

    @property
    def seen(self) -> str:
        return seen(self.body)


@dataclass(eq=False)
class Interaction:
    """One deed that the bot has to answer within three seconds, and what it answered."""

    id: int
    token: str
    kind: int
    user: int
    channel: int
    at: float
    payload: dict[str, Any] = field(default_factory=dict)
    message: Message | None = None
    type: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    original: Message | None = None
    modal: Modal | None = None
    followups: list[Message] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Answers(People):
    """Interactions and what came back. `patience` is how long Discord waits for the first answer, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.patience = 3.0
        self.interactions: dict[int, Interaction] = {}
        self.modals: dict[int, list[Modal]] = {}

    # --- carrying out the answers ------------------------------------------------------------------------------------

    def asked(self, ident: int, token: str) -> Interaction:
        """The interaction that waits for its first answer; Refused where that is too late or made up."""
        found = self.interactions.get(ident)
        if found is None or found.token != token:
            raise Refused(10062)
        if found.type is not None:
            raise Refused(40060)
        if self.now() - found.at > self.patience:
            raise Refused(10062)
        return found

    def by_token(self, token: str) -> Interaction:
        """The interaction whose token still serves for messages; Refused where it does not."""
        found = next((one for one in self.interactions.values() if one.token == token), None)
        if found is None or found.type is None:
            raise Refused(10015)
        if self.now() - found.at > TOKEN_SECONDS:
            raise Refused(50027)
        return found

    def answer(self, asked: Interaction, kind: int, data: dict[str, Any]) -> None:
        """Carry out the first answer; Refused where it does not fit."""
        if kind not in MAY_ANSWER[asked.kind] or (kind in (DEFER_UPDATE, UPDATE) and asked.message is None):
            form = Form()
            form.wrong("type", "INTERACTION_RESPONSE_TYPE_INVALID", f"{kind} does not answer this interaction.")
            form.done()
        match kind:
            case 4:
                asked.original = self.say(asked, data)
            case 5:
                asked.original = self._thinking(asked, data)
            case 6 | 7:
                asked.original = asked.message
                if kind == UPDATE and asked.message:
                    self.rewrite(asked.message, data)
            case 8:
                check_choices(data)
            case 9:
                check_modal(data)
                body = copy.deepcopy(data) | {"components": numbered(data["components"])}
                asked.modal = Modal(asked.user, body, asked)
                self.modals.setdefault(asked.user, []).append(asked.modal)
        asked.type, asked.data = kind, data
        asked.done.set()

    def say(self, asked: Interaction, data: dict[str, Any], *, root: int = 0) -> Message:
        """A message that answers an interaction; `root`: the id of the message that it follows."""
        check_message(data)
        body = self._answer_body(asked, data)
        if root:
            body |= {"type": 0, "message_reference": {"type": 0, "message_id": str(root)} | self._where(asked)}
            body["message_reference"].pop("guild_id", None)
        only_for = asked.user if body["flags"] & EPHEMERAL else None
        allowed = data.get("allowed_mentions", USERS_ONLY)
        message = self.keep(body, self.bot_user, allowed=allowed, only_for=only_for)
        self.tell("MESSAGE_CREATE", self.message_event(message), **self.place(asked.channel))
        return message

    def _where(self, asked: Interaction) -> dict[str, str]:
        return {"channel_id": str(asked.channel)}

    def _answer_body(self, asked: Interaction, data: dict[str, Any]) -> dict[str, Any]:
        kind = 23 if asked.payload["data"].get("type") == 3 else 20 if asked.kind == COMMAND else 0
        origin = {"id": str(asked.id), "type": asked.kind, "user": self.user_json(asked.user)}
        origin["authorizing_integration_owners"] = asked.payload["authorizing_integration_owners"]
        if asked.message and asked.kind == COMPONENT:
            origin["interacted_message_id"] = str(asked.message.id)
        if asked.kind == MODAL:
            origin["triggering_interaction_metadata"] = origin | {"type": COMMAND}
        body = self.blank(self.user_json(self.bot_user), asked.channel)
        body |= {"type": kind, "application_id": str(self.app), "webhook_id": str(self.app)}
        body |= {"interaction_metadata": origin, "flags": (data.get("flags") or 0) & SENT_ALONG}
        return body | self.drawn(asked.channel, data)

    def drawn(self, channel: int, data: dict[str, Any]) -> dict[str, Any]:
        """What of an answer or an edit goes into the message."""
        fields: dict[str, Any] = {}
        if "content" in data:
            fields["content"] = data["content"] or ""
        if "embeds" in data:
            fields["embeds"] = [{"type": "rich"} | embed for embed in data["embeds"] or []]
        if "components" in data:
            fields["components"] = numbered(data["components"] or [])
        if "attachments" in data:
            fields["attachments"] = [self.file_json(channel, one) for one in data["attachments"] or []]
        return fields

    def _thinking(self, asked: Interaction, data: dict[str, Any]) -> Message:
        body = self._answer_body(asked, {})
        body["flags"] = ((data.get("flags") or 0) & EPHEMERAL) | LOADING
        only_for = asked.user if body["flags"] & EPHEMERAL else None
        message = self.keep(body, self.bot_user, only_for=only_for)
        self.tell("MESSAGE_CREATE", self.message_event(message), **self.place(asked.channel))
        return message

    def follow_up(self, asked: Interaction, data: dict[str, Any]) -> Message:
        """A further message; the first one after a deferred answer takes the place of `thinking`."""
        if asked.original and asked.original.is_loading:
            self.rewrite(asked.original, data)
            return asked.original
        message = self.say(asked, data, root=asked.original.id if asked.original else 0)
        asked.followups.append(message)
        return message

    def rewrite(self, message: Message, data: dict[str, Any]) -> Message:
        """Edit a message; Refused where the result is none that Discord takes. `thinking` ends, and then it pings."""
        loading = message.is_loading
        flags = message.flags & ~LOADING | ((data.get("flags") or 0) & (V2 | 1 << 2))
        whole = {key: message.body[key] for key in ("content", "embeds", "components", "attachments")}
        whole |= {key: data[key] for key in (*whole, "allowed_mentions") if key in data}
        check_message(whole | {"flags": flags})
        fields = {"flags": flags} | self.drawn(message.channel, data)
        allowed = data.get("allowed_mentions")
        fields |= self.mentioned(message.body | fields, message.channel, allowed)
        if loading:
            allowed = data.get("allowed_mentions", USERS_ONLY)
            pinged = self.pinged_by(message.body | fields, message.channel, message.author, allowed)
            message.pinged = pinged if message.only_for is None else pinged & {message.only_for}
        else:
            fields["edited_timestamp"] = stamp(self.now())
        self.change(message, fields)
        return message
