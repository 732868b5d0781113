"""What may be wrong with a template or a prompt edited from chat, as remarks said in the reader's language.

The parsers say their problems in English; people who edit in a form read them in theirs. A problem that is not listed
here stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from bot.desk.case import Remark
from bot.voice.yamlfile import Problem

#: The file was replaced while it was being read.
BUSY = "is being saved by somebody else; please try again"

_KNOWN = (
    # the file
    Remark("is being saved by somebody else; please try again"),
    Remark("leads outside of prompts/; put the file itself here"),
    Remark("is no file; move it away, or rename it"),
    Remark("is larger than {number} kB; keep only what people read"),
    Remark("cannot be read ({reason}); see whether it may be opened"),
    Remark("is not UTF-8; save the file as UTF-8"),
    Remark("holds an invisible character (U+{code}); delete the line and type it again"),
    Remark("holds an invisible character; delete the text and type it again"),
    Remark("is longer than {number} characters; a reply is short"),
    # the front matter
    Remark("has no front matter; begin with a line ---, topic: …, lang: …, a line ---"),
    Remark("the front matter is not closed; end it with a line ---"),
    Remark("the topic “{topic}” is not in protocol.yaml; {hint}"),
    Remark("brand.yaml does not name the language “{code}”; {hint}"),
    Remark("needs “{name}”, which nobody knows; {hint}"),
    # the text
    Remark("has no text below the front matter; write the reply there"),
    Remark("unknown variable “{name}”; {hint}"),
    Remark("uses “{name}” without saying so; add {needs}"),
    Remark("unknown filter “{name}”; use one of {known}"),
    Remark("the filter “{name}” cannot take that in brackets; delete it"),
    Remark("“is {name}” cannot be used in a reply template; write {{% if first_name %}}"),
    Remark("{what} cannot be used in a reply template; write the text out"),
    Remark("only texts can be compared, with ==, != or in"),
    Remark("a list can only stand behind “in”"),
    Remark("{value} must stand in quotes"),
    Remark("holds an invisible character; delete it"),
    Remark("is too tangled; write it simpler, or as two templates"),
    Remark("is nested too deeply; write it flatter"),
    # its braces
    Remark(
        "this tag does not belong here; "
        "there are only {{% if … %}}, {{% elif … %}}, {{% else %}}, {{% endif %}}"
    ),
    Remark("an {{% if … %}} is not closed; end it with {{% endif %}}"),
    Remark("{{{{ or {{% is not closed; close it with }}}} or %}}"),
    Remark("between {{{{ and }}}} stands one name, as in {{{{ first_name }}}}"),
    Remark("between {{% and %}} stands a condition, as in {{% if first_name %}}"),
    Remark("something is missing here; a name stands like {{{{ first_name }}}}"),
    Remark("a dot cannot stand behind a name; close the braces with }}}}"),
    Remark("a brace is missing; a name stands like {{{{ first_name }}}}"),
    Remark("{{# is not closed; close it with #}}"),
    Remark("raw is not closed; end it with {{% endraw %}}"),
    Remark('holds a character that cannot stand between braces; use straight quotes "…"'),
    Remark("is no valid template: {message}"),
    # a model's prompt
    Remark("is longer than {number} characters; the voice belongs into voice.md"),
    Remark("becomes {number} characters long for every case, {most} at most; shorten it, or voice.md"),
    Remark("has lost the line {marker}; put it where what changes by case begins"),
    Remark("the line {{# ===== THE CASE ===== #}} stands a second time; delete it"),
    Remark(
        "{{{{ complaint }}}} is missing below the line THE CASE; "
        "write it there, outside of {{% if %}} and {{% for %}}"
    ),
    Remark("“{name}” changes with every case; use it below the line THE CASE"),
    Remark("a number cannot stand between braces; write it as text"),
    Remark("is too tangled; write it simpler"),
    Remark("only a list can be gone through: {names}"),
    Remark("a loop is written like {{% for topic in topics %}} … {{% endfor %}}"),
    Remark("“{name}” has a meaning already; give it another name in this loop"),
    Remark("a loop within a loop can only go through what belongs to the outer one"),
    Remark('needs an “else”, as in {{{{ "a" if wish else "b" }}}}'),
    Remark("“.{name}” cannot stand here: what stands before the dot has no parts"),
    Remark("unknown “.{name}”; {hint}"),
    Remark("only texts can be compared, with == or !="),
    Remark("unknown filter “{name}”; there is only join"),
    Remark('join is written like {{{{ links | join(", ") }}}}'),
    Remark("only a list of texts can be joined; go through this one with {{% for %}}"),
    Remark("a list cannot be written as it is; go through it with {{% for %}}"),
    Remark("has several parts; write one of them, with a dot: {names}"),
    Remark("says yes or no; use it in {{% if %}}"),
    Remark("{what} cannot be used in a prompt; write the text out"),
    Remark("this tag does not belong here; there are only {{% if … %}}, {{% for … in … %}} and what ends them"),
    Remark("an {{% if … %}} or {{% for … %}} is not closed; end it with {{% endif %}} or {{% endfor %}}"),
    Remark("between {{{{ and }}}} stands one name, as in {{{{ brand }}}}"),
    Remark("between {{% and %}} stands a condition or a loop, as in {{% if wish %}}"),
    Remark("something is missing here; a name stands like {{{{ brand }}}}"),
    Remark("a brace is missing; a name stands like {{{{ brand }}}}"),
    # what stands in the holes of others
    Remark("did you mean “{word}”?"),
    Remark("it knows {known}"),
    Remark("a loop"),
    Remark("a list"),
    Remark("a calculation"),
    Remark("a call"),
    Remark("a dot behind a name"),
    Remark("an index"),
    Remark("a filter block"),
    Remark("“-” (in a name write _)"),
    Remark("“+” (write ~)"),
)  # fmt: skip


def remark(problem: Problem) -> Remark:
    """The problem's sentence, to be said in any of our languages; ``str`` of it is the sentence itself."""
    return _remark(problem.says) or Remark("{reason}", {"reason": problem.says})


def _remark(says: str) -> Remark | None:
    for known, pattern in _patterns():
        if found := pattern.fullmatch(says):
            return Remark(known.says, {hole: _remark(held) or held for hole, held in found.groupdict().items()})
    return None


@cache
def _patterns() -> tuple[tuple[Remark, re.Pattern[str]], ...]:
    return tuple((known, _pattern(known.says)) for known in _KNOWN)


def _pattern(says: str) -> re.Pattern[str]:
    """Finds the sentence whatever its facts."""
    parts = [re.escape(text) + (f"(?P<{hole}>.+?)" if hole else "") for text, hole, _, _ in Formatter().parse(says)]
    return re.compile("".join(parts), re.DOTALL)
