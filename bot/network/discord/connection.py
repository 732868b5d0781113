"""Our connection to Discord: one client at a time, started again when it ends, and what is out of order meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import discord
from tenacity import AsyncRetrying, retry_if_not_exception_type, wait_random_exponential

from bot.network.discord.trouble import CALL_ERRORS, Trouble, trouble, words

log = logging.getLogger(__name__)

#: Seconds before the first and at most before any other new start; discord.py itself resumes what merely drops.
FIRST, LONGEST = 1, 60
#: Seconds that we wait for the first connection before the rest of the house opens without it.
PATIENCE = 20
NO_INTENT = "message content is switched off: see portevoix doctor"

#: Builds a client that listens; ``content`` says whether we may read what people write.
Build = Callable[[discord.Intents], discord.Client]


class Connection:
    """Use ``connected``. ``client`` is the one at work; between two of them calls raise RuntimeError."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self.content = True  # whether the message-content intent is switched on
        self.client = build(intents(content=True))
        self.ready = asyncio.Event()
        self.signed_out = ""
        self.down = "not connected yet"
        self.webhooks: set[str] = set()  # the ids of those under which our brands speak
        self.gone: dict[int, str] = {}  # channel -> why nothing can be posted there

    async def run(self, token: str) -> None:
        """Stay connected until cancelled; only a token that is no good ends it."""
        again = AsyncRetrying(
            wait=wait_random_exponential(multiplier=FIRST, max=LONGEST),
            retry=retry_if_not_exception_type((discord.LoginFailure, asyncio.CancelledError)),
        )
        try:
            await again(self._once, token)
        except discord.LoginFailure as error:
            self.sign_out(str(error))

    async def _once(self, token: str) -> None:
        try:
            async with self.client:
                await self.client.start(token)
        except discord.PrivilegedIntentsRequired:
            log.warning("%s: forwards and plain messages cannot be read", NO_INTENT)
            self.content = False
            raise
        except discord.LoginFailure:
            raise
        except Exception:
            log.exception("Discord ended our connection; a new one begins")
            raise
        finally:
            self.ready.clear()
            self.down = "disconnected"
            self.client = self._build(intents(content=self.content))
        raise ConnectionError("Discord closed the connection")

    def up(self) -> None:
        """Discord is there, and tells us what happens."""
        self.down = ""
        self.ready.set()

    def note(self, error: BaseException, channel: int = 0) -> Trouble:
        """Remember what will not work until somebody mends it, and say it once in the log."""
        kind = trouble(error)
        if kind is Trouble.SIGNED_OUT:
            self.sign_out(words(error))
        if kind is Trouble.GONE and channel:
            self.close(channel, words(error))
        return kind

    def sign_out(self, why: str) -> None:
        """The token is no good: nothing is tried until a restart."""
        if not self.signed_out:
            self.signed_out = why
            log.error("Discord does not know our token (%s): reset it in the developer portal, then restart", why)
        self.ready.set()

    def close(self, channel: int, why: str) -> None:
        """Nothing is posted in this channel until something comes from it again."""
        if channel not in self.gone:
            self.gone[channel] = why
            log.error("nothing can be posted in this channel: %s", why, extra={"channel": channel})

    def alive(self, channel: int) -> None:
        """Something came from this channel: it is there again."""
        self.gone.pop(channel, None)

    def usable(self, channel: int) -> bool:
        """Whether a message in this channel has a chance."""
        return not self.signed_out and channel not in self.gone

    def problems(self) -> list[str]:
        """What is out of order, for the operator."""
        if self.signed_out:
            return [f"discord: the token is refused ({self.signed_out})"]
        found = [f"discord: {self.down}"] if self.down else []
        return found + [f"discord: channel {channel}: {why}" for channel, why in self.gone.items()]


def intents(*, content: bool) -> discord.Intents:
    """What Discord is to tell us: only ``content`` is privileged, and has to be switched on in the portal."""
    wanted = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True)
    wanted.message_content = content
    return wanted


@asynccontextmanager
async def connected(connection: Connection, token: str) -> AsyncIterator[None]:
    """Connected until the block is left; a Discord that does not answer keeps nobody waiting."""
    running = asyncio.create_task(connection.run(token))
    try:
        async with asyncio.timeout(PATIENCE):
            await connection.ready.wait()
    except TimeoutError:
        log.warning("Discord has not answered for %s seconds; it is tried again", PATIENCE)
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        try:
            await connection.client.close()
        except CALL_ERRORS as error:
            log.warning("Discord was not left cleanly: %s", words(error))
