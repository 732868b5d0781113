"""What the Slack stand-in knows: workspaces, people, channels, messages, views. No network here."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from blockkit import seen


@dataclass
class Workspace:
    """One workspace with the app installed in it."""

    id: str
    name: str
    domain: str
    bot_token: str
    bot_user: str
    bot: str

    @property
    def url(self) -> str:
        return f"https://{self.domain}.slack.com/"


@dataclass
class User:
    """Somebody, or the user side of a bot."""

    id: str
    team: str
    real_name: str
    display_name: str = ""
    is_bot: bool = False
    tz: str = "Europe/Paris"
    locale: str = "fr-FR"
    deleted: bool = False

    @property
    def name(self) -> str:
        return self.real_name.lower().replace(" ", ".")


@dataclass
class Channel:
    """A room; `kind` is what events call channel_type: channel, group, im."""

    id: str
    team: str
    name: str
    members: list[str]
    kind: str = "channel"
    archived: bool = False
    shared: bool = False


@dataclass
class Usergroup:
    """@handle for several people."""

    id: str
    team: str
    handle: str
    users: list[str]


@dataclass
class Message:
    """A message: `body` as conversations.history shows it, `before` what it was before each change."""

    channel: str
    body: dict[str, Any]
    reactions: dict[str, list[str]] = field(default_factory=dict)
    before: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False

    @property
    def ts(self) -> str:
        return self.body["ts"]

    @property
    def text(self) -> str:
        return self.body["text"]

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.body.get("blocks", [])

    @property
    def metadata(self) -> dict[str, Any]:
        return self.body.get("metadata", {})

    @property
    def thread_ts(self) -> str | None:
        return self.body.get("thread_ts")

    @property
    def is_reply(self) -> bool:
        return self.thread_ts not in (None, self.ts)

    @property
    def seen(self) -> str:
        return seen(self.body)


@dataclass
class Ephemeral:
    """A message that only one person sees."""

    channel: str
    user: str
    body: dict[str, Any]

    @property
    def ts(self) -> str:
        return self.body["ts"]

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.body.get("blocks", [])

    @property
    def seen(self) -> str:
        return seen(self.body)


@dataclass
class View:
    """A modal or a home tab: `body` as Slack sends it, `typed` what the person put into it, by (block, action)."""

    id: str
    user: str
    body: dict[str, Any]
    typed: dict[tuple[str, str], Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def callback_id(self) -> str:
        return self.body["callback_id"]

    @property
    def private_metadata(self) -> str:
        return self.body["private_metadata"]

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.body["blocks"]

    @property
    def seen(self) -> str:
        return seen(self.body)


@dataclass
class Trigger:
    """A trigger id: good once, for three seconds."""

    user: str
    team: str
    at: float
    used: bool = False


@dataclass
class Hook:
    """A response_url: good five times, for thirty minutes."""

    user: str
    team: str
    channel: str
    at: float
    ts: str | None = None
    uses: int = 0


class World:
    """All state of the stand-in, and the words to set it up."""

    app = "A0PORTEVOIX"
    app_name = "Portevoix"

    def __init__(self) -> None:
        self.workspaces: dict[str, Workspace] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.messages: dict[tuple[str, str], Message] = {}
        self.ephemerals: list[Ephemeral] = []
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.hooks: dict[str, Hook] = {}
        self._ahead = 0.0
        self._latest = 0.0
        self._count = 0
        self.team = self.add_workspace("T0ATELIER", "Atelier Dupont", "atelier-dupont")

    # --- time and names ----------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970, by Slack's clock."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass for Slack: trigger ids expire, limits recover."""
        self._ahead += seconds

    def fresh_ts(self) -> str:
        """A ts later than all before it."""
        self._latest = max(self.now(), self._latest + 0.000_001)
        return f"{self._latest:.6f}"

    def fresh(self, prefix: str) -> str:
        """An id like Slack's that is not taken."""
        self._count += 1
        return f"{prefix}0{self._count:08X}"

    # --- setting up --------------------------------------------------------------------------------------------------

    def add_workspace(self, team: str, name: str, domain: str) -> str:
        """Install the app in one more workspace, with its own bot user and token; returns the team id."""
        bot = self.fresh("U")
        self.workspaces[team] = Workspace(team, name, domain, f"xoxb-{team}-standin", bot, self.fresh("B"))
        self.users[bot] = User(bot, team, self.app_name, self.app_name, is_bot=True)
        return team

    def add_user(self, real_name: str, *, id: str = "", team: str = "", **more: Any) -> str:  # noqa: A002
        """Somebody in the workspace; returns the user id. More: display_name, is_bot, tz, locale, deleted."""
        user = User(id or self.fresh("U"), team or self.team, real_name, **more)
        self.users[user.id] = user
        return user.id

    def add_channel(
        self,
        name: str,
        members: Iterable[str] = (),
        *,
        id: str = "",  # noqa: A002
        team: str = "",
        bot: bool = True,
        private: bool = False,
        archived: bool = False,
        shared: bool = False,
    ) -> str:
        """A channel, the bot in it unless `bot=False`; returns the channel id."""
        team = team or self.team
        people = [*members, *([self.workspaces[team].bot_user] if bot else [])]
        kind = "group" if private else "channel"
        channel = Channel(id or self.fresh("C"), team, name, people, kind, archived, shared)
        self.channels[channel.id] = channel
        return channel.id

    def add_usergroup(self, handle: str, users: Iterable[str], *, team: str = "") -> str:
        """A user group; returns its id."""
        group = Usergroup(self.fresh("S"), team or self.team, handle, list(users))
        self.usergroups[group.id] = group
        return group.id

    def dm(self, user: str) -> str:
        """The direct messages of this person with the bot; returns the channel id."""
        team = self.users[user].team
        pair = [user, self.workspaces[team].bot_user]
        known = next((c.id for c in self.channels.values() if c.kind == "im" and c.members == pair), None)
        if known:
            return known
        channel = Channel(self.fresh("D"), team, "directmessage", pair, "im")
        self.channels[channel.id] = channel
        return channel.id

    # --- looking -----------------------------------------------------------------------------------------------------

    def workspace_of(self, user_or_channel: str) -> Workspace:
        owner = self.users.get(user_or_channel) or self.channels[user_or_channel]
        return self.workspaces[owner.team]

    @property
    def bot_user(self) -> str:
        return self.workspaces[self.team].bot_user

    @property
    def bot_token(self) -> str:
        return self.workspaces[self.team].bot_token

    def message(self, channel: str, ts: str) -> Message:
        """This message; LookupError where there is none."""
        message = self.messages.get((channel, ts))
        if message is None or message.deleted:
            raise LookupError(f"no message {ts} in {channel}")
        return message

    def messages_in(self, channel: str, thread_ts: str | None = None, *, by_bot: bool = False) -> list[Message]:
        """Messages oldest first: of the whole channel, or the replies in one thread; `by_bot`: of our app only."""
        bots = {workspace.bot for workspace in self.workspaces.values()}
        return [
            m
            for m in sorted(self.messages.values(), key=lambda m: m.ts)
            if m.channel == channel and not m.deleted
            if thread_ts is None or (m.is_reply and m.thread_ts == thread_ts)
            if not by_bot or m.body.get("bot_id") in bots
        ]

    def ephemerals_for(self, user: str) -> list[Ephemeral]:
        """What only this person sees, oldest first."""
        return [e for e in self.ephemerals if e.user == user]

    def view(self, user: str) -> View | None:
        """The topmost modal that this person sees."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message, in Slack's form."""
        thread = self.messages[channel, ts].thread_ts if (channel, ts) in self.messages else None
        query = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
        return f"{self.workspace_of(channel).url}archives/{channel}/p{ts.replace('.', '')}{query}"
