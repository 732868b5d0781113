"""``portevoix doctor`` in Slack: tokens, scopes, and what to click where one lacks; brands: ``doctor_brands``."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.chat.slack.manifest import OPTIONAL_SCOPES, PATH, SCOPES
from bot.cli import doctor_brands
from bot.cli.doctor import Look
from bot.cli.doctor_sight import Asking, NotSlack
from bot.network.slack.trouble import CALL_ERRORS, Trouble, code, trouble
from bot.network.slack.workspace import Workspace, open_workspace
from bot.settings import Settings, SlackAccess
from bot.voice.library import Library

#: Seconds for all that is asked of Slack.
PATIENCE = 8.0
APP = "api.slack.com/apps → your app"
BOT_TOKEN = f"{APP} → Install App → Bot User OAuth Token (xoxb-…)"
APP_TOKEN = f"{APP} → Basic Information → App-Level Tokens → Generate, with the scope connections:write (xapp-…)"
SECRET = f"{APP} → Basic Information → App Credentials → Signing Secret"
#: https://docs.slack.dev/authentication/tokens
_KINDS = {
    "xoxb-": "a bot token",
    "xapp-": "an app-level token",
    "xoxp-": "a user's token",
    "xoxe": "a token that expires, as of an app with token rotation",
}
_BOT_REFUSED = {
    "invalid_auth": f"Slack does not know this token. Copy it again: {BOT_TOKEN}",
    "account_inactive": f"the app was removed from the workspace. Install it again and copy the new token: {BOT_TOKEN}",
    "token_revoked": f"the token was withdrawn. Install the app again and copy the new token: {BOT_TOKEN}",
    "token_expired": "the token has expired: token rotation is on, which cannot be undone. Create the app anew from "
    "“portevoix slack manifest”",
}
_APP_REFUSED = {
    "invalid_auth": f"Slack does not know this token. Copy it again, or make another: {APP_TOKEN}",
    "missing_scope": f"the token may not open sockets. Make another: {APP_TOKEN}",
    "not_allowed_token_type": f"this is no app-level token. Make one: {APP_TOKEN}",
}
_LOST = {
    "chat:write.customize": "replies to customers in Slack bear the app's name instead of the brand's",
    "usergroups:read": "managers have to be named one by one, as slack:U…",
}
_ADD = f"Add under {APP} → OAuth & Permissions → Scopes → Bot Token Scopes, then Install App → Reinstall"
_APP_ID = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")


@dataclass(frozen=True, slots=True)
class Hall:
    """One workspace as doctor goes through it; ``title`` is how it is called before we know its name."""

    title: str
    workspace: Workspace
    access: SlackAccess
    settings: Settings
    asking: Asking


async def looks(settings: Settings, library: Library | None, *, patience: float = PATIENCE) -> list[Look]:
    """Everything about Slack, in at most ``patience`` seconds.

    Raises:
        SettingsError: a token lacks its other half.
    """
    asking, access = Asking(patience), settings.slack
    titles = ["slack"] if len(access) == 1 else [f"slack {n}" for n in range(1, len(access) + 1)]
    async with AsyncExitStack() as stack:
        halls = [
            Hall(title, await _opened(stack, one, settings), one, settings, asking)
            for title, one in zip(titles, access, strict=True)
        ]
        parts = await asyncio.gather(*(_hall(hall, library) for hall in halls))
        found = [*_unused(settings), *(look for part in parts for look in part)]
        if library is not None:
            signed = [hall.workspace for hall, part in zip(halls, parts, strict=True) if not part[0].wrong]
            found += await doctor_brands.looks(settings, library, signed, asking)
    return found


async def _opened(stack: AsyncExitStack, access: SlackAccess, settings: Settings) -> Workspace:
    return await stack.enter_async_context(open_workspace(access.bot_token, settings.slack_api_url))


def _unused(settings: Settings) -> list[Look]:
    both = settings.slack_app_token and settings.slack_signing_secret
    return (
        [Look("slack", advice="SLACK_SIGNING_SECRET is not used: there is an app token, so a socket")] if both else []
    )


async def _hall(hall: Hall, library: Library | None) -> list[Look]:
    """One workspace: are we let in (that comes first), do we hear of anything, may we do what we must."""
    signed_in, reached = await _signed_in(hall)
    if not reached:
        return [signed_in]
    heard = await _app_token(hall) if hall.access.app_token else _signing_secret(hall)
    return [signed_in, heard, *([] if signed_in.wrong else _scopes(hall, library))]


async def _signed_in(hall: Hall) -> tuple[Look, bool]:
    """How we are let in, and whether Slack was reached at all."""
    if wrong := _wrong_kind("SLACK_BOT_TOKEN", hall.access.bot_token, "xoxb-", BOT_TOKEN):
        return Look(hall.title, wrong=wrong), True
    try:
        await hall.asking(hall.workspace.sign_in)
        told = await hall.asking(hall.workspace.client.auth_test)  # once more, for the names
    except CALL_ERRORS as error:
        refused = f"Slack refuses the token ({code(error)}). Install the app again and copy the new one: {BOT_TOKEN}"
        wrong = _unreached(error, hall.settings) or _BOT_REFUSED.get(code(error), refused)
        return Look(hall.title, wrong=wrong), isinstance(error, SlackApiError)
    return Look(hall.title, well=f"{told['team']} lets us in as @{told['user']}"), True


async def _app_token(hall: Hall) -> Look:
    """Whether a socket could be opened; none is."""
    what, token, client = f"{hall.title} app token", hall.access.app_token, hall.workspace.client
    if wrong := _wrong_kind("SLACK_APP_TOKEN", token, "xapp-", APP_TOKEN):
        return Look(what, wrong=wrong)
    try:
        await hall.asking(lambda: client.apps_connections_open(app_token=token))
    except CALL_ERRORS as error:
        refused = f"Slack refuses it ({code(error)}). Make another: {APP_TOKEN}"
        return Look(what, wrong=_unreached(error, hall.settings) or _APP_REFUSED.get(code(error), refused))
    return Look(what, well="Slack would open a socket", wrong=_other_app(hall))


def _other_app(hall: Hall) -> str:
    """An app's socket tells nothing of what another app's bot sees."""
    own, its = hall.workspace.app_id, _APP_ID.match(hall.access.app_token)
    if not own or its is None or its[1] == own:
        return ""
    return f"it belongs to the app {its[1]}, the bot token to {own}: take both from the same app, in the same order"


def _signing_secret(hall: Hall) -> Look:
    what, settings = f"{hall.title} signing secret", hall.settings
    if wrong := _wrong_kind("SLACK_SIGNING_SECRET", hall.access.signing_secret, "", SECRET):
        return Look(what, wrong=wrong)
    here = f"http://{settings.web_host}:{settings.web_port}{PATH}"
    return Look(
        what,
        advice="is set; whether it is the right one shows only when Slack posts. Slack must reach "
        f"{here} under a public https address: “portevoix slack manifest --url https://…” names it to the app",
    )


def _wrong_kind(setting: str, token: str, wanted: str, where: str) -> str:
    """Told by its beginning alone: no token is ever shown."""
    begins = next((begins for begins in _KINDS if token.startswith(begins)), "")
    if begins == wanted or not begins:
        return ""
    return f"{setting} holds {_KINDS[begins]} ({begins}…). What belongs there: {where}"


def _unreached(error: Exception, settings: Settings) -> str:
    """Why nobody knows; empty where Slack has said no."""
    if isinstance(error, NotSlack):
        return f"what answers at {settings.slack_api_url} is not Slack. Check SLACK_API_URL, and slack-status.com"
    if isinstance(error, TimeoutError):
        return "Slack does not answer in time. Run doctor again in a minute, and look at slack-status.com"
    if not isinstance(error, SlackApiError):
        where = settings.slack_api_url
        return f"Slack cannot be reached at {where} ({code(error)}). Check the network, a proxy, and SLACK_API_URL"
    if trouble(error) in {Trouble.BUSY, Trouble.UNSURE}:
        return f"Slack cannot tell now ({code(error)}). Run doctor again in a minute, and look at slack-status.com"
    return ""


def _scopes(hall: Hall, library: Library | None) -> list[Look]:
    what, granted = f"{hall.title} scopes", hall.workspace.scopes
    if not granted:
        return [Look(what, advice="Slack's answer does not tell which are granted; a proxy may drop its headers")]
    missing = [scope for scope in SCOPES if scope not in granted]
    needed = [scope for scope in missing if scope not in OPTIONAL_SCOPES]
    found = [Look(what, wrong=f"not granted: {', '.join(needed)}. {_ADD}")] if needed else []
    found += [_optional(what, scope, library) for scope in missing if scope in OPTIONAL_SCOPES]
    return found or [Look(what, well=f"all {len(SCOPES)} are granted")]


def _optional(what: str, scope: str, library: Library | None) -> Look:
    if scope == "usergroups:read" and library is not None and doctor_brands.names_groups(library):
        return Look(
            what, wrong=f"managers are named by user group, and without {scope} nobody sees who is in one. {_ADD}"
        )
    return Look(what, advice=f"without {scope} {_LOST[scope]}. {_ADD}")
