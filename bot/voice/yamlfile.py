"""YAML read strictly: every mistake has a file, a line and a sentence that says what to do.

Only what people write by hand is read: names, lists and texts. Every value is a text (``no``, ``404``, ``2024-01-01``)
until a model asks for a number or for true and false; tags, anchors and aliases are refused.
"""

from __future__ import annotations

import difflib
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, RootModel, ValidationError

M = TypeVar("M", bound=BaseModel)

#: No file in prompts/ is larger, nor nested deeper, unless it is something else.
MAX_BYTES = 200_000
MAX_DEPTH = 12
#: Beyond these a file is not mistyped but something else.
MAX_PROBLEMS = 20

#: What nobody types: terminal colours, halves of characters, marks that turn the reading direction.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in prompts/ that a person should mend. ``line`` counts from 1; 0 is the file as a whole."""

    path: Path
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.says}" if self.line else f"{self.path}: {self.says}"


class Broken(Exception):
    """A file that cannot be used, with all that is wrong in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems[:MAX_PROBLEMS])))
        self.problems = tuple(problems[:MAX_PROBLEMS])


def read_text(path: Path) -> str:
    """The file's text, lines ended by ``\\n``. Raises ``Broken`` when it cannot be read or holds no plain text."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Broken([Problem(path, 0, "is no file; move it away, or rename it")])
        if found.st_size > MAX_BYTES:
            raise Broken([Problem(path, 0, f"is larger than {MAX_BYTES // 1000} kB; keep only what people read")])
        raw = path.read_bytes()
    except OSError as error:
        raise Broken([Problem(path, 0, f"cannot be read ({error.strerror}); see whether it may be opened")]) from None
    try:
        return plain_text(raw.decode("utf-8-sig"), path)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Broken([Problem(path, line, "is not UTF-8; save the file as UTF-8")]) from None


def plain_text(source: str, path: Path) -> str:
    """The text with its lines ended by ``\\n``. Raises ``Broken`` for control characters, such as terminal colours."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if control := CONTROL.search(source):
        line = source.count("\n", 0, control.start()) + 1
        says = f"holds an invisible character (U+{ord(control.group()):04X}); delete the line and type it again"
        raise Broken([Problem(path, line, says)])
    return source


def line_of(key: str, source: str) -> int:
    """The line on which a name of YAML stands, whatever its depth; 0 when it stands nowhere."""
    found = re.search(rf"^[ \t-]*([\"']?){re.escape(key)}\1\s*:", source, re.MULTILINE)
    found = found or re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", source)
    return source.count("\n", 0, found.start()) + 1 if found else 0


def parse(model: type[M], source: str, path: Path, first_line: int = 1) -> M:
    """Read YAML into a model; ``first_line`` is where ``source`` begins in the file. Raises ``Broken``."""
    reading = _Reading(source, path, first_line)
    data = reading.data()
    if data is None:
        data = {}
    if not isinstance(data, dict) and not issubclass(model, RootModel):
        says = f"should hold lines such as “{next(iter(model.model_fields))}: …”, a colon and a space behind each name"
        raise Broken([Problem(path, first_line, says)])
    try:
        parsed = model.model_validate(data)
    except ValidationError as error:
        raise Broken([*reading.problems, *reading.mistakes(error, model)]) from None
    if reading.problems:
        raise Broken(reading.problems)
    return parsed


At = tuple[str | int, ...]
Events = Iterator[Any]  # the stubs of yaml know nothing of an event's value


@dataclass
class _Reading:
    """One reading of YAML: its data as dicts, lists and texts, the line of each, and what is wrong with it."""

    source: str
    path: Path
    first: int
    lines: dict[At, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def data(self) -> Any:
        """All that it holds. Raises ``Broken`` when it is not YAML."""
        events: Events = yaml.parse(self.source, Loader=yaml.CSafeLoader)
        try:
            return self._document(events)
        except yaml.MarkedYAMLError as error:
            line, says = _syntax(error, self.source)
            raise Broken([*self.problems, Problem(self.path, self.first + line, says)]) from None
        except yaml.YAMLError as error:
            raise Broken([Problem(self.path, self.first, f"is not valid YAML: {error}")]) from None

    def _document(self, events: Events) -> Any:
        data = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and data is not None:
                self._stop(event, "a line --- stands a second time; delete it")
            elif isinstance(event, yaml.NodeEvent):
                data = self._value(event, events, ())
        return data

    def _value(self, event: Any, events: Events, at: At) -> Any:
        self._refuse(event, at)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, at)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._noted(item, events, (*at, number)) for number, item in enumerate(_inside(events))]
        empty = isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value in ("", "~", "null")
        return None if empty else event.value

    def _noted(self, event: Any, events: Events, at: At) -> Any:
        self.lines[at] = self.first + event.start_mark.line
        return self._value(event, events, at)

    def _mapping(self, events: Events, at: At) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for event in _inside(events):
            self._refuse(event, at)
            line = self.first + event.start_mark.line
            if not isinstance(event, yaml.ScalarEvent):
                self._stop(event, "a name is expected here; if this is a text, put it in quotes")
            here = (*at, event.value)
            if here in self.lines:
                says = f"“{event.value}” is written twice (first on line {self.lines[here]}); keep one"
                self.problems.append(Problem(self.path, line, says))
            self.lines[here] = line
            data[event.value] = self._value(next(events), events, here)
        return data

    def _refuse(self, event: Any, at: At) -> None:
        if len(at) > MAX_DEPTH:
            self._stop(event, "is nested too deeply; look for a bracket or a space too many")
        if isinstance(event, yaml.AliasEvent):
            self._stop(event, 'a text that begins with * must stand in quotes: "*…"')
        if event.anchor is not None:
            self._stop(event, 'a text that begins with & must stand in quotes: "&…"')
        if event.tag is not None:
            self._stop(event, 'a text that begins with ! must stand in quotes: "!…"')
        if isinstance(event, yaml.ScalarEvent) and CONTROL.search(event.value):
            self._stop(event, "holds an invisible character; delete the text and type it again")

    def _stop(self, event: Any, says: str) -> NoReturn:
        raise Broken([*self.problems, Problem(self.path, self.first + event.start_mark.line, says)])

    def mistakes(self, error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
        """What pydantic found, where it stands in the file and in words."""
        for one in error.errors(include_url=False)[:MAX_PROBLEMS]:
            at = self._place(one["loc"])
            yield Problem(self.path, self.lines.get(at, self.first), _says(one, at, model))

    def _place(self, loc: At) -> At:
        """As much of pydantic's location as stands in the file: no “default” that we added, no branch of a union."""
        at: At = ()
        for part in loc:
            if (*at, part) in self.lines:
                at = (*at, part)
        return at


def _inside(events: Events) -> Events:
    """The events up to the end of this list or mapping; whoever asks takes the events of each item himself."""
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            return
        yield event


#: YAML's own words for what people do wrong, and what to tell them.
_SYNTAX = {
    "mapping values are not allowed": "a second colon, or a line indented differently; put the text in quotes",
    "unexpected end of stream": "a quotation mark is opened here and not closed; close it",
    "could not find expected ':'": "a name, a colon and a space are expected, like “topic: late-delivery”",
    "',' or ']'": 'a bracket [ is not closed, or a comma is missing; put texts with an apostrophe in “"…"”',
    "',' or '}'": 'a brace { is not closed, or a comma is missing; put texts with an apostrophe in “"…"”',
    "did not find expected key": "does not fit the lines above; look at its indent and its quotation marks",
    "did not find expected '-'": "does not fit the list above; begin it with “- ”, under the others",
    "expected node content": "a text is missing here, or a bracket is not closed",
    "expected <document start>": "does not fit what stands before it; put the whole text in quotes",
    "expected directive name": "a text that begins with “%” must stand in quotes",
    "unknown escape character": "a \\ stands between double quotes; write \\\\, or use single quotes",
    "hexdecimal number": "a \\ stands between double quotes; write \\\\, or use single quotes",
    "alphabetic or numeric character": "a text that begins with * or & must stand in quotes",
    "cannot start any token": "a text that begins with “{found}” must stand in quotes",
}
#: For these the place where it begins is the place to mend.
_BEGINS = ("unexpected end of stream", "could not find expected ':'", "',' or ']'", "',' or '}'")


def _syntax(error: yaml.MarkedYAMLError, source: str) -> tuple[int, str]:
    """What YAML's parser could not read: the line, from 0, and what to do."""
    problem = error.problem or "unreadable"
    begins = error.context_mark and any(words in problem for words in _BEGINS)
    mark = error.context_mark if begins else error.problem_mark
    line, column = (min(mark.line, source.rstrip().count("\n")), mark.column) if mark else (0, 0)
    found = "".join(source.split("\n")[line : line + 1])[column : column + 1]
    if found == "\t":
        return line, "begins with a tab; use spaces"
    says = next((says for words, says in _SYNTAX.items() if words in problem), f"is not valid YAML: {problem}")
    return line, says.replace("{found}", found)


#: pydantic's words for a wrong value, and ours.
_VALUES = {
    "string_type": "should be one text; put it in quotes if it holds a colon, a bracket or a brace",
    "list_type": "should be a list: write [{value}]",
    "dict_type": "should hold names and values, like {{fr: …, en: …}}",
    "model_type": "should hold names and values, like {{approve: […]}}",
    "int_parsing": "should be a whole number, not “{value}”",
    "bool_parsing": "should be true or false, not “{value}”",
    "greater_than_equal": "should be {ge} or more, not {value}",
    "less_than_equal": "should be {le} or less, not {value}",
    "literal_error": "“{value}” is not known; choose {expected}",
    "enum": "“{value}” is not known; choose {expected}",
    "too_short": "is empty; write at least one",
    "string_too_short": "is empty; write it",
    "value_error": "{error}",
}


def _says(error: Any, at: At, model: type[BaseModel]) -> str:
    """A sentence for one of pydantic's errors; ``at`` is where it stands in the file."""
    if error["type"] == "missing":
        return f"“{_named(error['loc'])}” is missing; add it"
    if error["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(at[-1]), _names(model), n=1)
        return f"unknown key “{_named(at)}”" + (f"; did you mean “{close[0]}”?" if close else "; remove it")
    if error["input"] is None:
        return f"“{_named(at)}” is empty; write something behind it, or delete it"
    says = _VALUES.get(error["type"], "{msg}")
    value = error["input"] if isinstance(error["input"], str) else "…"
    says = says.format(msg=error["msg"], value=value[:60], **error.get("ctx", {}))
    return f"“{_named(at)}”: {says}" if at else says


def _named(at: Sequence[str | int]) -> str:
    return ".".join(part for part in at if isinstance(part, str))[:100]


def _names(model: type[BaseModel]) -> list[str]:
    names = list(model.model_fields)
    for info in model.model_fields.values():
        for inner in (info.annotation, *getattr(info.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                names += _names(inner)
    return names
