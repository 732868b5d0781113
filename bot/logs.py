"""The log: one line per event with its ids, on standard error. Personal data in messages and tracebacks is masked."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING, TextIO

from bot.settings import LogFormat, LogLevel, Settings

if TYPE_CHECKING:
    from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger


def start(settings: Settings) -> None:
    """Send what our modules log to standard error, as text or JSON."""
    root = logging.getLogger()
    root.handlers = [_Handler(settings)]
    root.setLevel(settings.log_level.upper())
    if settings.log_level is LogLevel.INFO:  # what libraries tell of their own work is for debug
        root.setLevel(logging.WARNING)
        logging.getLogger("bot").setLevel(logging.INFO)


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]  # only generic in the stubs
    """Loads structlog with the first line to be written: most runs of the command line write none."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(sys.stderr)
        self._settings = settings

    def format(self, record: logging.LogRecord) -> str:
        if self.formatter is None:
            self.formatter = _formatter(self._settings)
        return super().format(record)


def _formatter(settings: Settings) -> logging.Formatter:
    import structlog

    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [
        _redacted,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_write_traceback),
    ]
    if settings.log_format is LogFormat.JSON:
        # without the frames' variables: a complaint may be among them
        as_data = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        last = [
            structlog.processors.ExceptionRenderer(as_data),
            _redacted,
            structlog.processors.JSONRenderer(),
        ]
    elif settings.log_level is not LogLevel.DEBUG:
        last = [_in_one_line, *last]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )


def _in_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A traceback is for whoever asked for debug or JSON; a person at a terminal gets the error's own words."""
    error = event.pop("exc_info", None)
    if error and error[1] is not None:
        event["error"] = f"{type(error[1]).__name__}: {error[1]}"
    return event


#: What is text of ours or of an error; everything else is an id, a count or a time and stays as it is.
_TOLD = ("event", "error", "exception", "stack")


def _redacted(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Mask the personal data in what is told, not in the ids beside it."""
    for name in _TOLD:
        if name in event:
            event[name] = _without_data(event[name])
    return event


def _without_data(told: object) -> object:
    """The same text, list or mapping with personal data as ``[EMAIL]``."""
    from bot.voice.privacy import redact

    match told:
        case str():
            return redact(told)
        case dict():
            return {key: _without_data(value) for key, value in told.items()}
        case list() | tuple():
            return [_without_data(value) for value in told]
    return told


def _write_traceback(to: TextIO, error: ExcInfo) -> None:
    """A traceback on a terminal: Python's own, masked."""
    from bot.voice.privacy import redact

    to.write(redact("".join(traceback.format_exception(*error)).rstrip()))
