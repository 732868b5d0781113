"""The log: one line per event with its ids, on standard error."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from bot.settings import LogFormat, LogLevel, Settings

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger


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
    last: list[Processor] = [structlog.dev.ConsoleRenderer(colors=False)]
    if settings.log_format is LogFormat.JSON:
        last = [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
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
