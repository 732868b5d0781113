"""How X knows that a call is the account's: signatures, and tokens that change at each use."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest
from contract import Fault, approved
from test_network_x import XWorld, spec
from x_standin import XServer

import bot.network.x.access as access
from bot.desk.ports import NotSent, Posted
from bot.errors import SettingsError
from bot.network.account import Spec, Unread
from bot.network.x import build
from bot.network.x.access import Keys, Passing, Signed

#: docs.x.com/fundamentals/authentication/oauth-1-0a/creating-a-signature
EXAMPLE = Keys(
    "xvz1evFS4wEEPTGEFPHBog",
    "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
    "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
    "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
)


class Shelf(Passing):
    """Two processes share it; it suspends as a database does."""

    async def get(self, key: str) -> str:
        await asyncio.sleep(0)
        return await super().get(key)

    async def put(self, key: str, value: str) -> None:
        await asyncio.sleep(0)
        await super().put(key, value)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[XServer]:
    monkeypatch.setattr(access, "LOOKS", (0.02, 0.05, 0.1))
    async with XServer() as server:
        yield server


def test_the_signature_is_that_of_the_documentation() -> None:
    """X's own example, with its nonce and time, comes out as X prints it."""
    signed = Signed(EXAMPLE, nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", timestamp="1318622958")
    status = "Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21"
    url = f"https://api.x.com/1.1/statuses/update.json?include_entities=true&status={status}"
    request = next(iter(signed.auth_flow(httpx2.Request("POST", url))))
    assert 'oauth_signature="Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D"' in request.headers["Authorization"]


async def test_a_wrong_secret_is_refused(server: XServer) -> None:
    """The stand-in does look at the signature: with another secret nothing works."""
    wrong = spec(server)
    wrong = replace(wrong, secrets={**wrong.secrets, "access_token_secret": "another"})
    account = build(wrong)
    with pytest.raises(Unread, match="does not accept"):
        await account.whoami()
    assert server.wrong == ["signature"]
    await account.close()


@pytest.mark.parametrize(
    ("secrets", "missing"),
    [
        ({}, ["ACME_X_API_KEY", "ACME_X_ACCESS_TOKEN_SECRET", "ACME_X_CLIENT_ID"]),
        ({"api_key": "a", "api_secret": "b", "access_token": "c"}, ["ACME_X_ACCESS_TOKEN_SECRET"]),
        ({"client_id": "a"}, ["ACME_X_REFRESH_TOKEN"]),
    ],
)
def test_a_missing_secret_is_named(secrets: dict[str, str], missing: list[str]) -> None:
    """The message holds the names of the variables that are to be set."""
    with pytest.raises(SettingsError) as caught:
        build(Spec(brand="acme", network="x", secrets=secrets))
    assert all(name in str(caught.value) for name in missing)


def test_a_server_that_is_no_https_address_is_refused() -> None:
    """Tokens never travel in the clear, but to this machine."""
    secrets = {"client_id": "a", "refresh_token": "b"}
    with pytest.raises(SettingsError, match="https"):
        build(Spec(brand="acme", network="x", server="http://api.example", secrets=secrets))


async def test_the_new_refresh_token_survives_a_restart(server: XServer) -> None:
    """The one in the environment is good once; the next process goes on with the one that was kept."""
    shelf, given = Shelf(), spec(server, "oauth2")
    for renewals in (1, 1, 2):
        if renewals == 2:
            server.access.clear()  # its two hours are over
        account = build(given, shelf)
        assert await account.whoami() == "@acme"
        assert server.renewals == renewals
        await account.close()


async def test_two_processes_that_renew_at_once_both_go_on(server: XServer) -> None:
    """X refuses the second use of a refresh token: that process takes what the other has kept."""
    shelf, given = Shelf(), spec(server, "oauth2")
    server.slow_renewal = 0.05
    accounts = [build(given, shelf) for _ in range(2)]
    assert await asyncio.gather(*(account.whoami() for account in accounts)) == ["@acme", "@acme"]
    assert server.renewals == 1
    assert [account.problem for account in accounts] == [None, None]
    for account in accounts:
        await account.close()


async def test_many_calls_at_once_renew_once(server: XServer) -> None:
    """Whoever comes first renews, the others wait for it."""
    account = build(spec(server, "oauth2"), Shelf())
    await asyncio.gather(*(account.whoami() for _ in range(10)))
    assert server.renewals == 1
    await account.close()


async def test_a_token_that_ends_early_is_renewed_and_the_call_made_again(server: XServer) -> None:
    """A 401 is no harm while there is a refresh token; the reply is there once."""
    world = XWorld(server, spec(server, "oauth2"))
    complaint = await world.complains("Toujours rien reçu !")
    await world.account.whoami()
    server.access.clear()
    assert isinstance(await world.account.publish(complaint, approved("Bonjour !")), Posted)
    assert await world.thread(complaint) == ["Bonjour !"]
    await world.account.close()


async def test_whoever_stops_waiting_does_not_lose_the_new_token(server: XServer) -> None:
    """The desk gives up after its patience; the renewal goes on to the shelf all the same."""
    shelf, given = Shelf(), spec(server, "oauth2")
    server.slow_renewal = 0.1
    account = build(given, shelf)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.03):
            await account.whoami()
    await asyncio.sleep(0.2)
    assert json.loads(await shelf.get("x:acme:"))["refresh"] == server.refresh
    assert await account.whoami() == "@acme"
    await account.close()


async def test_a_new_refresh_token_in_the_environment_begins_anew(server: XServer) -> None:
    """After “connect it again” what was kept of the old connection is forgotten."""
    shelf = Shelf()
    first = build(spec(server, "oauth2"), shelf)
    await first.whoami()
    server.access, server.refresh = set(), "refresh-given-anew"
    again = build(spec(server, "oauth2"), shelf)
    assert await again.whoami() == "@acme"
    await first.close()
    await again.close()


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.FAIL_BEFORE])
async def test_a_renewal_that_breaks_off_posts_nothing(server: XServer, fault: Fault) -> None:
    """A token that ends between reading and posting and cannot be had anew is no reply that may be public."""
    world = XWorld(server, spec(server, "oauth2"))
    complaint = await world.complains("Toujours rien reçu !")
    await world.account.whoami()

    async def ends(*_: object, **__: object) -> tuple[list[object], bool]:
        server.access.clear()
        server.renewal_breaks = fault
        return [], True

    world.account._readback.answers = ends  # type: ignore[assignment,method-assign]
    outcome = await world.account.publish(complaint, approved())
    assert isinstance(outcome, NotSent), outcome
    assert world.account.problem is None
    await world.account.close()


async def test_a_dead_refresh_token_is_not_hammered(server: XServer) -> None:
    """X refuses it once; for a minute nobody asks again."""
    server.refresh = "another"
    account = build(
        replace(
            spec(server, "oauth2"),
            secrets={"client_id": "client-id-5", "client_secret": "client-secret-6", "refresh_token": "spent"},
        )
    )
    for _ in range(3):
        with pytest.raises(Unread, match="make new tokens"):
            await account.whoami()
    assert len(server.calls) == 1
    await account.close()


async def test_a_public_client_names_itself_in_the_form(server: XServer) -> None:
    """Without a client secret the client's id stands in the body, and no Authorization is sent."""
    server.client = ("public-client", "")
    secrets = {"client_id": "public-client", "refresh_token": server.refresh}
    account = build(Spec(brand="acme", network="x", server=server.base, secrets=secrets))
    assert await account.whoami() == "@acme"
    assert "authorization" not in server.calls[0].headers
    await account.close()


async def test_renewed_tokens_are_in_no_log(server: XServer, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the one that was spent nor those that came for it."""
    caplog.set_level("DEBUG")
    account = build(spec(server, "oauth2"), Shelf())
    spent = server.refresh
    await account.whoami()
    shown = caplog.text + repr(vars(account)) + repr(account._session._access._pair)
    assert not any(token in shown for token in (spent, server.refresh, *server.access))
    await account.close()
