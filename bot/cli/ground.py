"""What every command stands on: settings, log, prompts."""

from __future__ import annotations

import logging

from bot.settings import Settings
from bot.voice.library import Library

log = logging.getLogger(__name__)


def settings() -> Settings:
    """The settings, with the log started. Raises ``SettingsError``."""
    from bot import logs

    found = Settings.read()
    logs.start(found)
    return found


def start() -> tuple[Settings, Library]:
    """Settings and prompts; what is broken in prompts/ is logged, the rest is used.

    Raises:
        SettingsError: a setting is wrong.
        PromptsError: no brand can be built from prompts/.
    """
    found = settings()
    library = Library.load(found.prompts)
    for problem in library.problems:
        log.warning("prompts: %s", problem)
    return found, library
