"""What people write, made safe to keep."""

from __future__ import annotations

import re

#: Characters of a complaint or a note that are kept; no chat takes longer messages.
LONGEST = 40_000


def kept(text: str, longest: int = LONGEST) -> str:
    """At most that many characters; what is cut ends with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def clean(text: str) -> str:
    """Without control characters and broken surrogates, which no database and no card takes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BROKEN.sub("\ufffd", _CONTROL.sub("", text)).strip()


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BROKEN = re.compile("[\ud800-\udfff]")
