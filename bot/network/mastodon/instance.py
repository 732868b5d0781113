"""What an instance allows, and how it counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.desk.ports import Length
from bot.network.measure import measure

#: Characters where the instance does not say: Mastodon's own figures.
LIMIT, PER_LINK = 500, 23
#: Servers that speak Mastodon's API and count every character, of links and names too: GoToSocial's
#: ``validateNormalizeCreateStatus``, Takahē's ``post_status``; measured in their sources.
_IN_FULL = ("gotosocial", "takahe", "pleroma", "akkoma", "snac")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Instance:
    """Its name in handles, and its rules for a post."""

    domain: str
    limit: int = LIMIT
    per_link: int = PER_LINK
    in_full: bool = False

    def measure(self, text: str, warning: str = "") -> Length:
        """The length of a post; a content warning counts too."""
        if self.in_full:
            return Length(len(text) + len(warning), self.limit)
        links = (self.per_link - PER_LINK) * len(_LINK.findall(text))
        used = measure("mastodon", text).used + measure("mastodon", warning).used + links
        return Length(used, self.limit)


def read(told: Any, host: str) -> Instance:
    """Out of ``/api/v2/instance``, or ``/api/v1/instance``; Pleroma has its limit in ``max_toot_chars``."""
    told = told if isinstance(told, dict) else {}
    rules = _within(told, "configuration", "statuses")
    software = f"{told.get('source_url', '')} {told.get('version', '')}".lower()
    return Instance(
        domain=_domain(told.get("domain") or told.get("uri")) or host,
        limit=_number(rules.get("max_characters")) or _number(told.get("max_toot_chars")) or LIMIT,
        per_link=_number(rules.get("characters_reserved_per_url")) or PER_LINK,
        in_full=any(name in software for name in _IN_FULL),
    )


def _within(told: dict[str, Any], *path: str) -> dict[str, Any]:
    for key in path:
        inner = told.get(key)
        told = inner if isinstance(inner, dict) else {}
    return told


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _domain(value: Any) -> str:
    """The name alone: some servers write their whole address."""
    if not isinstance(value, str):
        return ""
    return urlsplit(value if "://" in value else f"//{value}").netloc.lower()
