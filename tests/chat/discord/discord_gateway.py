"""The gateway of the Discord stand-in: hello, identify, resume, events in order, and connections that end badly."""

import asyncio
import contextlib
import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from discord_shapes import Shapes
from discord_things import DM

INTENTS = {
    "guilds": 1 << 0,
    "members": 1 << 1,
    "webhooks": 1 << 5,
    "presences": 1 << 8,
    "guild_messages": 1 << 9,
    "guild_reactions": 1 << 10,
    "dm_messages": 1 << 12,
    "dm_reactions": 1 << 13,
    "message_content": 1 << 15,
}
PRIVILEGED = ("members", "presences", "message_content")
# the flags that the portal sets for an app in fewer than a hundred servers
LIMITED = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
NEEDS = {
    "GUILD_MEMBER_ADD": "members",
    "GUILD_MEMBER_UPDATE": "members",
    "GUILD_MEMBER_REMOVE": "members",
    "WEBHOOKS_UPDATE": "webhooks",
}


@dataclass(eq=False)
class Session:
    """One login of the bot: the events told so far, and the connection that it holds now (if any)."""

    id: str
    intents: int
    compress: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)
    socket: "Socket | None" = None

    def has(self, intent: str) -> bool:
        return bool(self.intents & INTENTS[intent])


@dataclass(eq=False)
class Socket:
    """One websocket of the bot; what is sent goes through a queue so that the order stays."""

    number: int
    ws: web.WebSocketResponse
    request: web.Request
    packed: Any = None
    queue: asyncio.Queue[dict[str, Any] | int] = field(default_factory=asyncio.Queue)
    session: Session | None = None
    heartbeats: int = 0

    def send(self, op: int, d: Any = None, **more: Any) -> None:
        self.queue.put_nowait({"op": op, "d": d, "s": None, "t": None} | more)

    def close(self, code: int) -> None:
        """End it with this code once everything before is sent."""
        self.queue.put_nowait(code)

    async def write(self) -> None:
        """Send what is queued, until it closes."""
        while True:
            item = await self.queue.get()
            if isinstance(item, int):
                await self.ws.close(code=item)
                return
            text = json.dumps(item)
            if self.packed:
                data = self.packed.compress(text.encode()) + self.packed.flush(zlib.Z_SYNC_FLUSH)
                await self.ws.send_bytes(data)
            else:
                await self.ws.send_str(text)


class Gateway(Shapes):
    """Tells the bot what happens; a session outlives its connection and is told what it missed.

    `heartbeat` is the interval that the bot is asked for, in seconds. `replies` is false where heartbeats are not
    acknowledged. `logins` and `resumes` count what succeeded, `closed` holds every code that the stand-in closed with.
    """

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        super().__init__()
        self.heartbeat = 41.25
        self.replies = True
        self.sockets: list[Socket] = []
        self.logins = 0
        self.resumes = 0
        self.closed: list[int] = []
        self.base = ""
        self._reachable = True
        self._numbers = 0

    @property
    def gateway(self) -> str:
        """The address for DiscordWebSocket.DEFAULT_GATEWAY."""
        return f"{self.base.replace('http', 'ws', 1)}/gateway"

    @property
    def flags(self) -> int:
        """The flags of the app: which privileged intents are switched on for it."""
        return sum(LIMITED[name] for name in self.privileged)

    # --- telling -----------------------------------------------------------------------------------------------------

    def tell(self, kind: str, body: dict[str, Any], *, guild: int | None = None, channel: int | None = None) -> bool:
        """Send an event to every session that is to hear of it; True where there is one."""
        heard = False
        for session in list(self.sessions.values()):
            if self._hears(session, kind, body, guild, channel):
                self._dispatch(session, kind, body)
                heard = True
        return heard

    def _hears(self, session: Session, kind: str, body: dict[str, Any], guild: int | None, channel: int | None) -> bool:
        if guild is not None and not self.guilds[guild].bot_in:
            return False
        if channel is not None and not self.may(self.bot_user, channel, "view_channel"):
            return False
        if kind in NEEDS:
            about_bot = (body.get("user") or {}).get("id") == str(self.bot_user)
            return session.has(NEEDS[kind]) or (kind == "GUILD_MEMBER_UPDATE" and about_bot)
        if channel is not None and kind.startswith("MESSAGE_"):
            what = "reactions" if "REACTION" in kind else "messages"
            where = "dm" if self.channels[channel].kind == DM else "guild"
            return session.has(f"{where}_{what}")
        return kind == "INTERACTION_CREATE" or guild is None or session.has("guilds")

    def _dispatch(self, session: Session, kind: str, body: dict[str, Any]) -> None:
        if kind in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            body = self.readable(body, allowed=session.has("message_content"))
        event = {"op": 0, "t": kind, "s": len(session.events) + 1, "d": json.loads(json.dumps(body))}
        session.events.append(event)
        if session.socket:
            session.socket.queue.put_nowait(event)

    # --- a connection ------------------------------------------------------------------------------------------------

    async def serve_socket(self, request: web.Request) -> web.StreamResponse:
        """The websocket endpoint."""
        if not self._reachable:
            if request.transport:
                request.transport.abort()
            return web.Response(status=503)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        self._numbers += 1
        packed = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        socket = Socket(self._numbers, ws, request, packed)
        self.sockets.append(socket)
        writer = asyncio.ensure_future(socket.write())
        try:
            socket.send(10, {"heartbeat_interval": int(self.heartbeat * 1000), "_trace": []})
            await self._listen(socket)
        finally:
            self._gone(socket)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError, RuntimeError):
                await writer
        return ws

    async def _listen(self, socket: Socket) -> None:
        async for message in socket.ws:
            if message.type == aiohttp.WSMsgType.TEXT:
                said = json.loads(message.data)
                self._heard(socket, said["op"], said.get("d"))
        # a client that closes with 1000 or 1001 ends its session
        if socket.session and socket.ws.close_code in (1000, 1001) and not self._hung_up(socket):
            self.sessions.pop(socket.session.id, None)

    def _hung_up(self, socket: Socket) -> bool:
        return socket not in self.sockets

    def _heard(self, socket: Socket, op: int, d: Any) -> None:
        match op:
            case 1:
                socket.heartbeats += 1
                if self.replies:
                    socket.send(11)
            case 2:
                self._identify(socket, d)
            case 6:
                self._resume(socket, d)
            case 8:
                self._members(socket, d)
            case 3 | 4:
                pass
            case _:
                self._refuse(socket, 4001)

    def _refuse(self, socket: Socket, code: int) -> None:
        self.closed.append(code)
        socket.close(code)

    def _identify(self, socket: Socket, d: dict[str, Any]) -> None:
        wanted = d.get("intents", 0)
        if d["token"] != self.bot_token:
            return self._refuse(socket, 4004)
        if any(wanted & INTENTS[name] for name in PRIVILEGED if name not in self.privileged):
            return self._refuse(socket, 4014)
        session = Session(secrets.token_hex(8), wanted)
        self.sessions[session.id] = session
        self._take(session, socket)
        self._ready(session)
        self.logins += 1
        return None

    def _take(self, session: Session, socket: Socket) -> None:
        session.socket, socket.session = socket, session

    def _ready(self, session: Session) -> None:
        mine = [guild for guild in self.guilds.values() if guild.bot_in]
        ready = {
            "v": 10,
            "user": self.user_json(self.bot_user) | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.gateway,
            "application": {"id": str(self.app), "flags": self.flags},
            "private_channels": [],
        }
        self._dispatch(session, "READY", ready)
        if session.has("guilds"):
            for guild in mine:
                self._dispatch(session, "GUILD_CREATE", self.guild_created(guild))

    def _resume(self, socket: Socket, d: dict[str, Any]) -> None:
        session = self.sessions.get(d["session_id"])
        if d["token"] != self.bot_token:
            return self._refuse(socket, 4004)
        if session is None or (d["seq"] or 0) > len(session.events):
            return socket.send(9, False)
        if session.socket:
            session.socket.session = None
        self._take(session, socket)
        for event in session.events[d["seq"] or 0 :]:
            socket.queue.put_nowait(event)
        self._dispatch(session, "RESUMED", {"_trace": []})
        self.resumes += 1
        return None

    def _members(self, socket: Socket, d: dict[str, Any]) -> None:
        """Tell the members that were asked for, in one chunk."""
        guild = self.guilds[int(d["guild_id"])]
        ids = {int(one) for one in d.get("user_ids") or []}
        query = (d.get("query") or "").lower()
        found = [
            self.member_json(member)
            for member in guild.members.values()
            if member.user in ids or (not ids and self.users[member.user].name.startswith(query))
        ]
        found = found[: d.get("limit") or None]
        missing = [str(one) for one in ids if one not in guild.members]
        chunk = {"guild_id": str(guild.id), "members": found, "chunk_index": 0, "chunk_count": 1, "not_found": missing}
        if socket.session:
            self._dispatch(socket.session, "GUILD_MEMBERS_CHUNK", chunk | {"nonce": d.get("nonce")})

    def _gone(self, socket: Socket) -> None:
        if socket in self.sockets:
            self.sockets.remove(socket)
        if socket.session and socket.session.socket is socket:
            socket.session.socket = None

    # --- endings -----------------------------------------------------------------------------------------------------

    async def until(self, true: Callable[[], Any], within: float = 5.0) -> Any:
        """Wait until this holds; returns what it gave. TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not (result := true()):  # noqa: ASYNC110 - it may hang on anything, there is no event to wait for
                await asyncio.sleep(0.005)
        return result

    @property
    def online(self) -> bool:
        """Is the bot connected and logged in now?"""
        return any(session.socket for session in self.sessions.values())

    async def connected(self, within: float = 5.0) -> None:
        """Wait until the bot is logged in."""
        await self.until(lambda: self.online, within)

    def disconnect(self, code: int = 4000) -> None:
        """Close every connection with this code; the sessions can be resumed (see `forget`)."""
        for socket in list(self.sockets):
            self._gone(socket)
            self._refuse(socket, code)

    def reconnect(self) -> None:
        """Ask the bot to connect again and resume (op 7)."""
        for socket in list(self.sockets):
            socket.send(7)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tell the bot that its session is invalid (op 9); without `resumable` it is forgotten."""
        if not resumable:
            self.forget()
        for socket in list(self.sockets):
            socket.send(9, resumable)

    def forget(self) -> None:
        """Forget all sessions: resuming gets op 9, what happened meanwhile is lost for the bot."""
        self.sessions.clear()

    def drop_connections(self) -> None:
        """Cut every connection without a word."""
        for socket in list(self.sockets):
            self._gone(socket)
            if socket.request.transport:
                socket.request.transport.abort()

    def outage(self) -> None:
        """From now on the gateway is out of reach; existing connections are cut. The sessions stay."""
        self._reachable = False
        self.drop_connections()

    def recover(self) -> None:
        """The gateway can be reached again."""
        self._reachable = True

    async def hang_up(self) -> None:
        """End everything."""
        for socket in list(self.sockets):
            self._gone(socket)
            await socket.ws.close(code=1001)
