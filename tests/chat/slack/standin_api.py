"""The table of Web API methods, and what every one of them gets: a Call."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blockkit import Refused
from standin_world import Channel, Message, Workspace

if TYPE_CHECKING:
    from standin import Slack

NESTED = {"blocks", "attachments", "metadata", "view"}


@dataclass
class Call:
    """One call of the bot: what it asked for, when (Slack's clock), and what it was told."""

    method: str
    args: dict[str, Any]
    at: float
    token: str = ""
    team: str = ""
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return bool(self.answer.get("ok"))

    @property
    def error(self) -> str:
        return self.answer.get("error", "")

    def need(self, *names: str) -> list[Any]:
        """These arguments; refused where one is missing."""
        for name in names:
            if self.args.get(name) in (None, ""):
                raise Refused("invalid_arguments", f"missing required field: {name}")
        return [self.args[name] for name in names]

    def truth(self, name: str) -> bool:
        return self.args.get(name) in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int, most: int) -> int:
        """A page size; refused where it is no number or out of range."""
        try:
            given = int(self.args.get(name) or default)
        except ValueError:
            raise Refused("invalid_limit") from None
        if not 0 < given <= most:
            raise Refused("invalid_limit")
        return given

    def load_nested(self) -> None:
        """Blocks, attachments, metadata and views may come as JSON in a string."""
        for name in NESTED & self.args.keys():
            if isinstance(self.args[name], str):
                try:
                    self.args[name] = json.loads(self.args[name] or "null")
                except ValueError:
                    raise Refused(
                        f"invalid_{name}_format" if name in ("blocks", "metadata") else "invalid_json"
                    ) from None


Run = Callable[["Slack", Call], dict[str, Any] | Awaitable[dict[str, Any]]]


@dataclass
class Method:
    """How a method runs, and the scopes that it needs (one of them)."""

    run: Run
    scopes: tuple[str, ...]


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str) -> Callable[[Run], Run]:
    """Put a function into the table under Slack's name for it."""

    def put(run: Run) -> Run:
        METHODS[name] = Method(run, scopes)
        return run

    return put


def workspace_of(slack: "Slack", call: Call) -> Workspace:
    """The workspace that the token of a call belongs to."""
    return slack.workspaces[call.team]


def room_of(slack: "Slack", call: Call, *, scope: str = "", joined: bool = True) -> Channel:
    """The channel of a call, as far as the bot may see and use it; `scope`: `read` or `history`."""
    call.need("channel")
    room = slack.channels.get(call.args["channel"])
    bot = workspace_of(slack, call).bot_user
    if room is None or room.team != call.team or (room.kind != "channel" and bot not in room.members):
        raise Refused("channel_not_found")
    if scope:
        family = {"channel": "channels", "group": "groups", "im": "im"}[room.kind]
        demand(slack, f"{family}:{scope}")
    if joined and bot not in room.members:
        raise Refused("not_in_channel")
    return room


def demand(slack: "Slack", *scopes: str) -> None:
    """Refused unless one of these scopes is granted."""
    if scopes and not slack.scopes & set(scopes):
        raise MissingScope(",".join(scopes))


class MissingScope(Refused):
    """The app was not granted this scope."""

    def __init__(self, needed: str) -> None:
        super().__init__("missing_scope", needed)


def message_of(slack: "Slack", channel: str, ts: Any, error: str = "message_not_found") -> Message:
    """The message with this ts in a channel, or refused."""
    message = slack.messages.get((channel, str(ts)))
    if message is None or message.deleted:
        raise Refused(error)
    return message
