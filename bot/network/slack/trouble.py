"""What a failed call to Slack means: whether anything happened, and whether it will ever work."""

from __future__ import annotations

from enum import Enum, auto

from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError

#: What a call may raise.
CALL_ERRORS = (SlackApiError, ClientError, TimeoutError)


class Trouble(Enum):
    """What to make of an error of Slack's client."""

    SIGNED_OUT = auto()  # the token is no good: nothing works any more in this workspace
    GONE = auto()  # the channel is not there for us
    BUSY = auto()  # too many calls; nothing happened
    REFUSED = auto()  # Slack said no; nothing happened
    NOT_SENT = auto()  # Slack was not reached; nothing happened
    UNSURE = auto()  # it may have happened


_SIGNED_OUT = {"invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed", "org_login_required"}
_GONE = {"channel_not_found", "is_archived", "not_in_channel", "restricted_action", "no_permission"}
# "it's possible some aspect of the operation succeeded before the error was raised", says every method's page
_UNSURE = {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
_SERVER_ERROR = 500
_TOO_MANY = 429


def trouble(error: Exception) -> Trouble:
    """Sort an error of slack_sdk's or aiohttp's."""
    if isinstance(error, SlackApiError):
        return _answered(code(error), getattr(error.response, "status_code", None) or 200)
    return Trouble.NOT_SENT if isinstance(error, ClientConnectorError) else Trouble.UNSURE


def code(error: Exception) -> str:
    """Slack's own word for what went wrong, or the error's name."""
    if isinstance(error, SlackApiError):
        try:
            return str(error.response["error"])
        except (KeyError, TypeError, ValueError):
            pass
    return type(error).__name__


def wait_asked(error: Exception) -> float:
    """The seconds that Slack asks us to wait; 1 when it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    asked = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return max(float(asked), 1.0)
    except ValueError:
        return 1.0


def _answered(said: str, status: int) -> Trouble:
    if status == _TOO_MANY or said in {"ratelimited", "rate_limited"}:
        return Trouble.BUSY
    if status >= _SERVER_ERROR or said in _UNSURE:
        return Trouble.UNSURE
    if said in _SIGNED_OUT:
        return Trouble.SIGNED_OUT
    return Trouble.GONE if said in _GONE else Trouble.REFUSED
