"""What people mistype in ``draft.md.j2``: Jinja's words for it, and ours."""

from __future__ import annotations

import re

from jinja2 import TemplateSyntaxError

#: What Jinja says of people's slips, and what to tell them.
_SYNTAX = {
    "unknown tag": "this tag does not belong here; there are only {% if … %}, {% for … in … %} and what ends them",
    "looking for": "an {% if … %} or {% for … %} is not closed; end it with {% endif %} or {% endfor %}",
    "unexpected end of template": "{{ or {% is not closed; close it with }} or %}",
    "unexpected 'end of template'": "{{ or {% is not closed; close it with }} or %}",
    "expected token 'end of print statement'": "between {{ and }} stands one name, as in {{ brand }}",
    "expected token 'end of statement block'": "between {% and %} stands a condition or a loop, as in {% if wish %}",
    "expected token 'in'": "a loop is written like {% for topic in topics %} … {% endfor %}",
    "'end of": "something is missing here; a name stands like {{ brand }}",
    "unexpected '}'": "a brace is missing; a name stands like {{ brand }}",
    "Missing end of comment": "{# is not closed; close it with #}",
    "Missing end of raw": "raw is not closed; end it with {% endraw %}",
    "unexpected char": 'holds a character that cannot stand between braces; use straight quotes "…"',
}
_BLOCK = re.compile(r"\{%[-+]?\s*(end)?(?:if|for)\b")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def slip(error: TemplateSyntaxError, source: str) -> tuple[int, str]:
    """Where Jinja's complaint is to be mended, and how."""
    message = error.message or ""
    says = next((says for words, says in _SYNTAX.items() if words in message), f"is no valid template: {message}")
    return (_open(source) if "is not closed; end it with {% endif" in says else error.lineno), says


def _open(source: str) -> int:
    """The line of the innermost block that nothing closes."""
    opened: list[int] = []
    for found in _BLOCK.finditer(_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), source)):
        if found[1] is None:
            opened.append(found.string.count("\n", 0, found.start()) + 1)
        elif opened:
            opened.pop()
    return opened[-1] if opened else 1
