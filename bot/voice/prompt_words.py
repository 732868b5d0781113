"""The words of a prompt: what each name in ``draft.md.j2`` stands for, and what kind of thing it is.

Whatever a customer or a colleague wrote is put in so that it stays what it is: fenced by the boundary, or quoted line
by line, and without the boundary's own brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

from bot.voice.prompt_kinds import FLAG, TEXT, Kind, Many, Thing
from bot.voice.prompt_matter import Earlier, Example, Frame, Matter, Told
from bot.voice.protocol import Mode
from bot.voice.yamlfile import CONTROL

#: What a prompt may tell of a brand.
BRAND: Mapping[str, Kind] = {
    "brand": TEXT,
    "team": TEXT,
    "languages": Many(TEXT),
    "voice": TEXT,
    "topics": Many(
        Thing({"name": TEXT, "kind": TEXT, "severity": TEXT, "examples": Many(TEXT), "silent": FLAG, "person": FLAG})
    ),
    "never": Many(Thing({"phrase": TEXT, "why": TEXT})),
    "promises": Many(TEXT),
    "links": Many(TEXT),
    "mentions": Many(TEXT),
    "contacts": Many(TEXT),
}
#: What it may tell of a case beside that.
CASE: Mapping[str, Kind] = {
    "complaint": TEXT,
    "lang": TEXT,
    "network": TEXT,
    "limit": TEXT,
    "topic": TEXT,
    "first_name": TEXT,
    "handle": TEXT,
    "facts": Many(Thing({"name": TEXT, "text": TEXT})),
    "notes": Many(TEXT),
    "wish": TEXT,
    "examples": Many(Thing({"complaint": TEXT, "reply": TEXT})),
    "earlier": Many(Thing({"text": TEXT, "wrong": Many(TEXT)})),
    "template": TEXT,
    "locked": Many(TEXT),
    "change": TEXT,
}
#: Characters of a complaint that are told: its beginning and, of a longer one, its end.
LONGEST, LAST = 4_000, 1_000
#: Characters of an example of what customers write about a topic.
_SAMPLE = 90
#: In so many languages.
_SAMPLES = 2


def of_brand(house: Told) -> dict[str, object]:
    """The fixed part's words: nothing of them depends on a case."""
    rules = house.rules
    return {
        "brand": rules.name,
        "team": rules.for_desk("").team_language,
        "languages": rules.languages,
        "voice": house.voice.strip(),
        "topics": [_topic(house, name) for name in house.protocol.topics],
        "never": [{"phrase": never.phrase, "why": never.why} for never in house.never],
        "promises": house.protocol.promises,
        "links": rules.links,
        "mentions": rules.mentions,
        "contacts": rules.contacts,
    }


def _topic(house: Told, name: str) -> dict[str, object]:
    topic = house.protocol.topics[name]
    return {
        "name": name,
        "kind": topic.kind,
        "severity": topic.severity.value,
        "examples": list(_said(house, name)),
        "silent": not topic.reply,
        "person": house.mode(name) is Mode.PERSON,
    }


def _said(house: Told, topic: str) -> Iterator[str]:
    """What customers write about a topic, once in each language."""
    fronts = [template.front for _, template in sorted(house.templates.items()) if template.front.topic == topic]
    for lang in house.rules.languages[:_SAMPLES]:
        own = (one for front in fronts if front.lang == lang for one in front.examples)
        for said in islice(chain(house.protocol.topics[topic].examples.get(lang, ()), own), 1):
            yield clipped(" ".join(said.split()), _SAMPLE)


def of_case(matter: Matter, code: str) -> dict[str, object]:
    """What changes by case; ``code`` is the boundary's."""
    return {
        "complaint": fenced("complaint", _shortened(matter.complaint), code),
        "lang": matter.lang,
        "network": matter.network,
        "limit": f"{matter.limit} {matter.unit}" if matter.limit is not None else "",
        "topic": matter.topic,
        "first_name": _line(matter.first_name),
        "handle": _line(matter.handle),
        "facts": [{"name": name, "text": _line(text)} for name, text in matter.facts.items()],
        "notes": list(map(quoted, matter.notes)),
        "wish": quoted(matter.wish),
        "examples": [_example(example, code) for example in matter.examples],
        "earlier": [_earlier(earlier) for earlier in matter.earlier],
        **_frame(matter.frame, code),
    }


def _example(example: Example, code: str) -> dict[str, object]:
    return {"complaint": fenced("complaint", example.complaint, code), "reply": quoted(example.reply)}


def _earlier(earlier: Earlier) -> dict[str, object]:
    return {"text": quoted(earlier.text), "wrong": list(map(_line, earlier.wrong))}


def _frame(frame: Frame | None, code: str) -> dict[str, object]:
    if frame is None:
        return {"template": "", "locked": [], "change": ""}
    return {
        "template": fenced("template", frame.text, code),
        "locked": list(map(quoted, frame.locked)),
        "change": f"{frame.change:.0%}",
    }


def fenced(what: str, text: str, code: str) -> str:
    """The text between two lines that only this prompt has: ``⟦complaint 9f3ac27d01be⟧`` and ``⟦end 9f3ac27d01be⟧``."""
    return f"⟦{what} {code}⟧\n{inert(text).strip()}\n⟦end {code}⟧"


def quoted(text: str) -> str:
    """The text with ``> `` before each line; empty for none."""
    lines = inert(text).strip().split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines) if any(lines) else ""


def _line(text: str) -> str:
    return " ".join(inert(text).split())


# brackets like the boundary's; square ones stay, placeholders have them, and must not become of others
_BRACKETS = str.maketrans(dict.fromkeys("⟦〚", "(") | dict.fromkeys("⟧〛", ")"))
# letters that no eye sees and a model reads: Unicode's tags
_UNSEEN = re.compile("[\U000e0000-\U000e007f]+")


def inert(text: str) -> str:
    """The text without what could end its fence, hide in it or break the line: brackets, tags, control characters."""
    lines = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    return _UNSEEN.sub("", CONTROL.sub("", lines)).translate(_BRACKETS)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - LAST].rstrip()}\n…\n{text[-LAST:].lstrip()}"


def clipped(text: str, most: int) -> str:
    """The text, cut at a word where it is longer."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(maxsplit=1)[0].rstrip(" ,;:") + "…"


def named(kinds: Mapping[str, Kind]) -> Iterable[str]:
    """The names that stand for a text, which can be written between braces as they are."""
    return (name for name, kind in kinds.items() if kind is TEXT)
