"""The prompt coming back: its boundary, or a run of its own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.voice.never import Never
from bot.voice.passages import level, quoted

#: So many words in a row that stand in the prompt and in no reply of the brand's are the prompt's.
RUN = 6
#: No reply is longer; what stands behind is not searched.
LONGEST = 20_000
# ⟦complaint 9f3ac27d01be⟧, whole, cut, or with other brackets
_BOUNDARY = re.compile(
    r"[⟦⟧][^\n⟦⟧]{0,60}[⟦⟧]?"
    r"|[\[【《<{]{1,3} ?/?(?:complaint|plainte|customer|case|facts?|notes?|end) [0-9a-f]{8,32} ?[\]】》>}]{0,3}"
    r"|\b(?:complaint|end) [0-9a-f]{12}\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
# a voice says how a good reply sounds: its tables and quotes are examples, and no secret
_EXAMPLES = re.compile(r"^\s*\|.*$|[“\"«][^“”\"«»\n]{1,400}[”\"»]", re.MULTILINE)


def boundaries(text: str) -> Iterator[str]:
    """The marks between which a prompt holds a complaint."""
    for match in _BOUNDARY.finditer(text):
        yield match.group().strip()


def runs(secrets: Iterable[str], open_texts: Iterable[str] = ()) -> frozenset[int]:
    """The secret texts as runs of ``RUN`` words, for ``leaked``; what also stands in an open text is no secret."""
    told = {run for text in secrets for run, _, _ in _runs(_EXAMPLES.sub("\n", text))}
    return frozenset(told.difference(run for text in open_texts for run, _, _ in _runs(text)))


def listed(nevers: Iterable[Never]) -> str:
    """The never-list as a prompt holds it: phrase by phrase, with the reasons."""
    return "\n".join(f"{never.phrase} {never.why}" for never in nevers)


def leaked(text: str, secret: frozenset[int]) -> Iterator[str]:
    """The passages of a text whose words stand in the secret texts, in the same order."""
    start = end = -1
    for run, begins, ends in _runs(text[:LONGEST]) if secret else ():
        if run not in secret:
            continue
        if begins >= end > 0:
            yield quoted(text[start:end])
        start, end = (start, ends) if begins < end else (begins, ends)
    if end > 0:
        yield quoted(text[start:end])


def _runs(text: str) -> Iterator[tuple[int, int, int]]:
    """Every run of ``RUN`` words, as a number, with where it begins and ends."""
    found = list(_WORD.finditer(level(text)))
    said = [match.group() for match in found]
    for at in range(len(said) - RUN + 1):
        yield hash(tuple(said[at : at + RUN])), found[at].start(), found[at + RUN - 1].end()
