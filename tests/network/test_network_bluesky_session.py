"""One login, kept and refreshed: a PDS allows thirty in five minutes."""

import asyncio
import time
from collections.abc import Callable

import pytest
from aiohttp import web
from bluesky_world import BlueskyWorld
from contract import approved

from bot.desk.ports import NotSent, Posted
from bot.network.account import Unread
from bot.network.bluesky.session import Tokens

pytest_plugins = ["bluesky_fixtures"]

LOGIN, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"


def logins(world: BlueskyWorld) -> tuple[int, int]:
    return world.line.calls[LOGIN], world.line.calls[REFRESH]


def expired(world: BlueskyWorld, renewed_by: str) -> Callable[[web.Request], web.Response | None]:
    """The server's answer to every access token, until there was such a call: a new one looks like the old one."""
    said = {"error": "ExpiredToken", "message": "Token has expired"}
    known = world.line.calls[renewed_by]

    def answer(request: web.Request) -> web.Response | None:
        over = world.line.calls[renewed_by] == known and request.match_info["name"] not in {LOGIN, REFRESH}
        return web.json_response(said, status=400) if over else None

    return answer


async def test_many_calls_at_once_log_in_once(stranger: BlueskyWorld):
    """Whoever comes first logs in, the others wait for it."""
    await asyncio.gather(*(stranger.account.whoami() for _ in range(8)))
    assert logins(stranger) == (1, 0)


async def test_a_token_near_its_end_is_renewed_without_a_login(stranger: BlueskyWorld):
    """Once, by the refresh token, before any call fails over it."""
    session = stranger.account._session
    old = await session.tokens()
    session._tokens = Tokens(old.did, old.access, old.refresh, ends=time.time() + 30)
    await asyncio.gather(*(stranger.account.whoami() for _ in range(8)))
    assert logins(stranger) == (1, 1)


async def test_an_expired_token_is_renewed_and_the_call_made_again(stranger: BlueskyWorld):
    """The reply is there once, and nobody hears of it."""
    complaint = await stranger.complains("Toujours rien reçu !")
    await stranger.account.whoami()
    stranger.line.answers = expired(stranger, REFRESH)
    assert isinstance(await stranger.account.publish(complaint, approved()), Posted)
    assert len(await stranger.thread(complaint)) == 1
    assert logins(stranger) == (1, 1)


async def test_a_refused_refresh_logs_in_once(stranger: BlueskyWorld):
    """The session was ended on the server, as when a person signs out everywhere."""
    session = stranger.account._session
    old = await session.tokens()
    session._tokens = Tokens(old.did, old.access, "no.refresh.token")
    stranger.line.answers = expired(stranger, LOGIN)
    await asyncio.gather(*(stranger.account.whoami() for _ in range(8)))
    assert logins(stranger) == (2, 1)


async def test_a_revoked_app_password_is_told_and_not_hammered(stranger: BlueskyWorld):
    """Revoked in Bluesky's settings: the reply waits, one login is tried, and the words say what to do."""
    complaint = await stranger.complains("Toujours rien reçu !")
    account = stranger.connected(stranger.brand.app_password(name="lost"))
    await account.whoami()
    stranger.line.answers = expired(stranger, "never")
    stranger.brand.revoke("lost")
    before = logins(stranger)[0]
    outcomes = [await account.publish(complaint, approved()) for _ in range(5)]
    await account.close()
    assert all(isinstance(outcome, NotSent) for outcome in outcomes), outcomes
    assert logins(stranger)[0] == before + 1
    assert "new app password" in str(account.problem)


async def test_a_deactivated_account_cannot_approve(bluesky: BlueskyWorld):
    """Others' posts can still be read with it: that alone does not make it well."""
    complaint = await bluesky.complains("Toujours rien reçu !")
    bluesky.brand.deactivated(True)
    try:
        assert "deactivated" in str(await bluesky.account.check(complaint))
        assert isinstance(await bluesky.account.publish(complaint, approved()), NotSent)
        with pytest.raises(Unread):
            await bluesky.account.mentions("")
        assert bluesky.account.problem is not None
    finally:
        bluesky.brand.deactivated(False)
    assert await bluesky.account.check(complaint) is None
    assert bluesky.account.problem is None


async def test_a_handle_that_nobody_has_is_told(stranger: BlueskyWorld):
    """A wrong handle or a wrong password reads the same: the network does not say which."""
    account = stranger.connected("aaaa-bbbb-cccc-dddd")
    with pytest.raises(Unread, match="does not accept"):
        await account.whoami()
    await account.close()
