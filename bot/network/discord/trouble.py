"""What a failed call to Discord means: whether anything happened, and whether it will ever work."""

from __future__ import annotations

from enum import Enum, auto

import aiohttp
import discord

#: What a call may raise: RuntimeError where the client is closed, AttributeError where it is not logged in yet.
CALL_ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError, AttributeError)


class Trouble(Enum):
    """What to make of an error of discord.py's."""

    SIGNED_OUT = auto()  # the token is no good
    GONE = auto()  # the channel is not there for us, or we may not do that in it
    NO_MESSAGE = auto()  # the message is not there any more
    BUSY = auto()  # too many calls; nothing happened
    REFUSED = auto()  # Discord said no; nothing happened
    NOT_SENT = auto()  # Discord was not reached; nothing happened
    UNSURE = auto()  # it may have happened


_UNKNOWN_MESSAGE, _ANSWERED = 10008, 40060
_TOO_MANY, _UNAUTHORIZED, _SERVER_ERROR = 429, 401, 500


def trouble(error: BaseException) -> Trouble:
    """Sort an error of a call. Codes: docs.discord.com/developers/topics/opcodes-and-status-codes."""
    match error:
        case discord.HTTPException(code=code) if code == _UNKNOWN_MESSAGE:
            return Trouble.NO_MESSAGE
        case discord.HTTPException(status=status) if status == _TOO_MANY:
            return Trouble.BUSY
        case discord.HTTPException(status=status) if status == _UNAUTHORIZED:
            return Trouble.SIGNED_OUT
        case discord.HTTPException(status=status) if status >= _SERVER_ERROR:
            return Trouble.UNSURE
        case discord.Forbidden() | discord.NotFound():
            return Trouble.GONE
        case discord.LoginFailure():
            return Trouble.SIGNED_OUT
        case discord.HTTPException():
            return Trouble.REFUSED
        case discord.RateLimited():
            return Trouble.BUSY
        case aiohttp.ClientConnectorError():
            return Trouble.NOT_SENT
        case AttributeError(obj=obj) if obj is discord.utils.MISSING:
            return Trouble.NOT_SENT
        case RuntimeError(args=("Session is closed",)):
            return Trouble.NOT_SENT
        case _:
            return Trouble.UNSURE


def is_answered(error: BaseException) -> bool:
    """Whether an interaction had its answer before."""
    return isinstance(error, discord.HTTPException) and error.code == _ANSWERED


def words(error: BaseException) -> str:
    """Discord's own words for what went wrong, or the error's name."""
    if isinstance(error, discord.HTTPException):
        return f"{error.code or error.status} {error.text}".strip()[:200]
    return type(error).__name__


def wait_asked(error: BaseException) -> float:
    """The seconds that Discord asks us to wait; 1 when it does not say."""
    if isinstance(error, discord.RateLimited):
        return max(error.retry_after, 1.0)
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return max(float(headers.get("Retry-After", 1)), 1.0)
    except ValueError:
        return 1.0
