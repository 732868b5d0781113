"""The two ways by which Slack reaches us: a socket that we open, or HTTP with signed requests. One app a workspace."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.listeners import Listeners, listen
from bot.errors import SettingsError
from bot.network.slack.trouble import CALL_ERRORS, code
from bot.network.slack.workspace import Workspace

log = logging.getLogger(__name__)

#: Around all that happens until Slack has its acknowledgement; the name is what was acknowledged.
Acked = Callable[[str], AbstractContextManager[None]]
_KINDS = {"block_actions": "action", "view_submission": "view", "view_closed": "view"}
_KINDS |= dict.fromkeys(("shortcut", "message_action"), "shortcut")


class Door:
    """Bolt's app for one workspace, with our listeners."""

    def __init__(self, workspace: Workspace, listeners: Listeners, acked: Acked, signing_secret: str = "") -> None:
        # acknowledged once the listener returns: what was forwarded is stored before Slack hears "ok"
        self.app = AsyncApp(
            client=AsyncWebClient(base_url=workspace.client.base_url, session=workspace.client.session),
            authorize=_authorize(workspace),
            signing_secret=signing_secret or "socket mode needs none",
            process_before_response=True,
            logger=_bolt_log(),
        )
        listen(self.app, listeners)
        self.workspace = workspace
        self._acked = acked
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._dispatch = self.app.async_dispatch
        self.app.async_dispatch = self._timed  # type: ignore[method-assign]  # bolt has no place around everything

    async def _timed(self, req: AsyncBoltRequest) -> BoltResponse:
        with self._acked(_kind(req.body)):
            return await self._dispatch(req)

    def signed(self, body: str, headers: Mapping[str, str]) -> bool:
        """Whether this request is signed with our secret, lately."""
        return self._verifier is not None and self._verifier.is_valid_request(body, dict(headers))


def _authorize(workspace: Workspace) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Who we are is known since we signed in: Bolt need not ask Slack before it lets a complaint in."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id or workspace.team,
            bot_user_id=workspace.bot_user,
            bot_id=workspace.bot_id,
            bot_token=workspace.client.token,
        )

    return authorize


def _bolt_log() -> logging.Logger:
    """Bolt's own log, errors only: it warns of events that we leave alone, and of what it reads in the environment."""
    quiet = logging.getLogger("slack_bolt")
    quiet.setLevel(logging.ERROR)
    return quiet


def _kind(body: Mapping[str, Any]) -> str:
    if "command" in body:
        return "command"
    return _KINDS.get(str(body.get("type")), "event")


@asynccontextmanager
async def socket(door: Door, app_token: str) -> AsyncIterator[None]:
    """Socket Mode, until the block is left. Connections that break are opened again.

    Raises:
        SettingsError: Slack does not take the app token, or cannot be reached.
    """
    asking = AsyncWebClient(app_token, base_url=door.workspace.client.base_url)
    handler = AsyncSocketModeHandler(door.app, app_token, web_client=asking)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]
    except CALL_ERRORS as error:
        await handler.close_async()  # type: ignore[no-untyped-call]
        raise SettingsError(reason=refused("SLACK_APP_TOKEN", error)) from error
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def refused(setting: str, error: Exception) -> str:
    """Why Slack does not let us in, and what to do."""
    if isinstance(error, SlackApiError):
        return f"{setting}: Slack refuses it ({code(error)}). “portevoix doctor” says what to click."
    return f"Slack cannot be reached ({code(error)}). Check the network, and SLACK_API_URL."


def answer(doors: Sequence[Door]) -> Callable[[bytes, Mapping[str, str]], Awaitable[BoltResponse]]:
    """What answers Slack's HTTP requests: the door whose secret signed it, and whose workspace it is about."""

    async def answered(body: bytes, headers: Mapping[str, str]) -> BoltResponse:
        text = body.decode("utf-8", "replace")
        request = AsyncBoltRequest(body=text, headers=dict(headers))
        signed = [door for door in doors if door.signed(text, headers)]
        if not signed:
            log.warning("a request without a valid signature was refused")
            return BoltResponse(status=401, body="")
        team = request.context.team_id
        door = next((door for door in signed if door.workspace.team == team), signed[0])
        return await door.app.async_dispatch(request)

    return answered
