"""Our own sentences, in French and in English. The English sentence is the key; ``fr.po`` holds the French ones."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, default_locale
from babel.dates import format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.desk.case import Remark
from bot.errors import PortevoixError

LANGUAGES = ("en", "fr")
_NETWORKS = {
    "x": "X", "facebook": "Facebook", "instagram": "Instagram", "reddit": "Reddit", "google": "Google",
    "appstore": "App Store", "play": "Google Play", "bluesky": "Bluesky", "mastodon": "Mastodon",
    "trustpilot": "Trustpilot", "tiktok": "TikTok", "youtube": "YouTube", "linkedin": "LinkedIn",
    "slack": "Slack", "discord": "Discord",
}  # fmt: skip
#: Below this many seconds the age is not worth a number.
_NOW = 60
#: Facts that hold a language's code and are said as its name.
_LANGUAGE_FACTS = frozenset({"lang", "found", "expected", "written"})


class Sentences:
    """Says things in one language, ``en`` or ``fr``; anything else is said in English."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else "en"
        self._catalog = _catalog(self.lang)

    def __call__(self, says: str, **facts: object) -> str:
        """The sentence with its facts filled in."""
        return self._fill(self._catalog.gettext(says), facts)

    def many(self, one: str, other: str, number: int, **facts: object) -> str:
        """The sentence for this number of things; ``{number}`` may stand in it."""
        return self._fill(self._catalog.ngettext(one, other, number), {"number": number, **facts})

    def remark(self, remark: Remark | PortevoixError) -> str:
        """A remark, finding or error of the desk."""
        return self(remark.says, **remark.facts)

    def network(self, name: str) -> str:
        """A network's name as people write it."""
        return _NETWORKS.get(name) or (self("the web") if name == "web" else self.word(name))

    def word(self, word: str) -> str:
        """A status, severity, kind or unit as people say it."""
        return self._catalog.pgettext("word", word) if word else ""

    def age(self, since: datetime, now: datetime) -> str:
        """How long ago that was: ``just now``, ``3 hours ago``, ``il y a 3 heures``."""
        if (now - since).total_seconds() < _NOW:
            return self("just now")
        return format_timedelta(since - now, add_direction=True, locale=self.lang)

    def language(self, code: str) -> str:
        """The language's name: ``French``, ``français``."""
        return str(Locale(self.lang).languages.get(code, code))

    def _fill(self, sentence: str, facts: Mapping[str, Any]) -> str:
        return sentence.format(**{name: self._fact(name, value) for name, value in facts.items()})

    def _fact(self, name: str, value: object) -> object:
        if isinstance(value, Remark):
            return self.remark(value)
        if isinstance(value, tuple | list):
            return " ".join(str(self._fact(name, item)) for item in value)
        if name in _LANGUAGE_FACTS:
            return self.language(str(value))
        if name == "network":
            return self.network(str(value))
        return self.word(str(value)) if name in {"unit", "status"} else value


def machine_language() -> str:
    """The language that this machine speaks to its person, where we speak it too; else an empty string."""
    told = default_locale("LC_MESSAGES") or ""
    return told[:2] if told[:2] in LANGUAGES and not told.endswith("POSIX") else ""


@cache
def _catalog(lang: str) -> gettext.NullTranslations:
    if lang == "en":
        return gettext.NullTranslations()
    with (Path(__file__).parent / f"{lang}.po").open("rb") as source:
        catalog = read_po(source, locale=lang)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
