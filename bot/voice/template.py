"""One reply template: front matter, and a small, safe part of Jinja2.

A reply needs text, variables, a few filters and ``{% if %}``. Loops, calls, attributes, includes and assignments are
refused when the file is read, with the line: what cannot be written cannot run for ever, read a file or blow up.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from frontmatter.default_handlers import YAMLHandler
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field

from bot.voice.protocol import VARIABLES, Lang, Phrase, Slug, Strict, meant
from bot.voice.yamlfile import CONTROL, Broken, Problem, line_of, parse, plain_text, read_text

#: Of the variables a complaint may lack some: a template that uses one says so under ``needs``.
OFTEN_ABSENT = ("first_name", "handle")
#: The filters, and how many texts each takes in brackets.
FILTERS = {"capitalize": 0, "lower": 0, "upper": 0, "title": 0, "trim": 0, "default": 2, "d": 2}
MAX_SOURCE = 20_000
#: What a person can still read: words and signs between braces, ifs in each other, tags, digits.
MAX_WORDS, MAX_IFS, MAX_TAGS, MAX_DIGITS = 50, 10, 300, 20

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr, nodes.Filter,
    nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Tuple, nodes.List,
)  # fmt: skip
_REFUSED = {
    nodes.For: "a loop", nodes.Call: "a call", nodes.Getattr: "a dot behind a name", nodes.Getitem: "an index",
    nodes.Include: "include", nodes.Import: "import", nodes.FromImport: "import", nodes.Extends: "extends",
    nodes.Macro: "macro", nodes.CallBlock: "call", nodes.Assign: "set", nodes.AssignBlock: "set", nodes.With: "with",
    nodes.Block: "block", nodes.FilterBlock: "a filter block", nodes.Scope: "autoescape",
    nodes.Mul: "“*”", nodes.Pow: "“**”", nodes.Div: "“/”", nodes.FloorDiv: "“//”", nodes.Mod: "“%”", nodes.Neg: "“-”",
    nodes.Sub: "“-” (in a name write _)", nodes.Add: "“+” (write ~)", nodes.Pos: "“+”", nodes.Dict: "“{…}”",
}  # fmt: skip
#: What is surely a text, so that it can be compared, and how.
_TEXTS = (nodes.Name, nodes.Filter, nodes.Concat)
_COMPARED = ("eq", "ne", "in", "notin")


class Front(Strict):
    """The front matter of a reply template."""

    topic: Slug
    lang: Lang
    networks: list[Slug] = []
    triggers: list[Phrase] = []
    hints: list[Phrase] = []
    examples: list[Phrase] = []
    locked: list[Phrase] = Field(default=[], description="passages that a model must leave as they stand")
    needs: list[Phrase] = Field(default=[], description="variables; a ? behind one means that it may be absent")


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A template that has been read and found good. ``version`` is the hash of the file's content.

    ``uses`` are the variables in its text; ``required`` those without which it cannot be used.
    """

    name: str
    path: Path
    front: Front
    body: str
    version: str
    compiled: Template
    uses: frozenset[str]
    required: frozenset[str]
    passages: tuple[Template, ...] = ()

    def fits(self, network: str, variables: Mapping[str, str]) -> bool:
        """Whether it may be used there with what is known."""
        on_network = not self.front.networks or network in self.front.networks
        return on_network and all(variables.get(name) for name in self.required)

    def render(self, variables: Mapping[str, str]) -> str:
        """The reply's text, blanks tidied. Missing optional variables are empty."""
        return _filled(self.compiled, variables)

    def locked(self, variables: Mapping[str, str]) -> tuple[str, ...]:
        """The passages that a model must leave as they stand, filled in like the text."""
        return tuple(filter(None, (_filled(passage, variables) for passage in self.passages)))


def _filled(template: Template, variables: Mapping[str, str]) -> str:
    return tidy(template.render(dict.fromkeys(OFTEN_ABSENT, "") | dict(variables)))


def tidy(text: str) -> str:
    """One space at most, no blank at a line's end, one empty line at most; no-break spaces stay."""
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def read_template(path: Path, facts: Collection[str]) -> ReplyTemplate:
    """Read and check one template; ``facts`` are the names that brand.yaml adds. Raises ``Broken``."""
    return build_template(read_text(path), path, facts)


def build_template(source: str, path: Path, facts: Collection[str]) -> ReplyTemplate:
    """Check a template's source as if it stood in ``path``. Raises ``Broken``."""
    if len(source) > MAX_SOURCE:
        raise Broken([Problem(path, 0, f"is longer than {MAX_SOURCE:,} characters; a reply is short")])
    source = plain_text(source, path)
    head, head_line, body, body_line = split(source, path)
    front = parse(Front, head, path, head_line)
    known = {*VARIABLES, *facts}
    tree, problems = _parsed(body, path, body_line)
    problems = problems or list(_unknown(tree, front, path, body_line, known))
    problems += _loose(front, path, head_line + line_of("locked", head) - 1, body)
    problems += _unknown_needs(front, path, head_line + line_of("needs", head) - 1, known)
    if problems:
        raise Broken(problems)
    return ReplyTemplate(
        name=path.name.removesuffix(".md"),
        path=path,
        front=front,
        body=body,
        version=hashlib.sha256(source.encode()).hexdigest()[:12],
        compiled=_ENVIRONMENT.from_string(tree),
        uses=frozenset(node.name for node in tree.find_all(nodes.Name)),
        required=frozenset(name for name in front.needs if not name.endswith("?")),
        passages=tuple(map(_ENVIRONMENT.from_string, front.locked)),
    )


def _default(value: object, other: object = "", _: object = True) -> str:
    """Jinja's filter, but an empty text is as absent as an undefined one: here nothing is ever undefined."""
    return str(value or other)


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    ours = {"default": _default, "d": _default}
    environment.filters = {name: ours.get(name, environment.filters[name]) for name in FILTERS}
    environment.tests = {"defined": lambda value: bool(value), "undefined": lambda value: not value}
    environment.globals.clear()
    return environment


_ENVIRONMENT = _environment()
_BOUNDARY = YAMLHandler.FM_BOUNDARY
_IF = re.compile(r"\{%[-+]?\s*(end)?if\b")


def split(source: str, path: Path) -> tuple[str, int, str, int]:
    """Front matter and body, each with the line on which it starts. Raises ``Broken`` when there is none."""
    ends = [(found.start(), found.end()) for found in islice(_BOUNDARY.finditer(source), 2)]
    if not ends or ends[0][0] > 0:
        raise Broken([Problem(path, 1, "has no front matter; begin with a line ---, topic: …, lang: …, a line ---")])
    if len(ends) < 2:
        raise Broken([Problem(path, 1, "the front matter is not closed; end it with a line ---")])
    (_, start), (end, rest) = ends
    body = source[rest:].lstrip("\n")
    return source[start:end], _line(source, start), body, _line(source, len(source) - len(body))


def _parsed(body: str, path: Path, first: int) -> tuple[nodes.Template, list[Problem]]:
    """The body's syntax tree, and what in it is not allowed. Raises ``Broken`` when it has none."""
    try:
        if tangle := _tangled(body):
            raise Broken([Problem(path, tangle + first - 1, "is too tangled; write it simpler, or as two templates")])
        tree = _ENVIRONMENT.parse(body)
    except TemplateSyntaxError as error:
        line, says = _syntax(error, body)
        raise Broken([Problem(path, line + first - 1, says)]) from None
    except RecursionError:
        raise Broken([Problem(path, first, "is nested too deeply; write it flatter")]) from None
    problems = list(_forbidden(tree, path, first))
    if not problems and tree.find(nodes.Output) is None:
        problems.append(Problem(path, first, "has no text below the front matter; write the reply there"))
    return tree, problems


def _tangled(body: str) -> int:
    """The line from which on nobody can follow the template any more, 0 for none; Jinja has not parsed it yet."""
    words = ifs = tags = 0
    for line, kind, value in _ENVIRONMENT.lex(body):
        if kind in ("variable_begin", "block_begin"):
            words, tags = 0, tags + 1
        elif kind not in ("whitespace", "data"):
            words += 1
            ifs += (words == 1 and value == "if") - (words == 1 and value == "endif")
        number = kind in ("integer", "float") and len(value)
        if words > MAX_WORDS or ifs > MAX_IFS or tags > MAX_TAGS or number > MAX_DIGITS:
            return line
    return 0


def _forbidden(tree: nodes.Template, path: Path, first: int) -> Iterator[Problem]:
    """What a reply template must not hold. Whatever passes renders any texts to a text, without an error."""
    fine: set[nodes.Node] = set()  # lists and truths, where they may stand
    found: list[nodes.Node] = [tree]
    while found:
        node = found.pop()
        if isinstance(node, nodes.Compare):
            fine |= {op.expr for op in node.ops if op.op in ("in", "notin")}
        elif isinstance(node, nodes.Filter):
            fine |= {arg for arg in node.args if isinstance(arg, nodes.Const)}
        if says := _refusal(node, fine):
            line = node.lineno or next((inner.lineno for inner in node.find_all(nodes.Node) if inner.lineno), 1)
            yield Problem(path, line + first - 1, says)
        else:
            found += reversed(list(node.iter_child_nodes()))


def _refusal(node: nodes.Node, fine: Collection[nodes.Node]) -> str:
    match node:
        case nodes.Const() if not isinstance(node.value, str) and not (isinstance(node.value, bool) and node in fine):
            return f"{str(node.value).lower()} must stand in quotes"
        case nodes.Const() if isinstance(node.value, str) and CONTROL.search(node.value):
            return "holds an invisible character; delete it"
        case nodes.Filter() if node.name not in FILTERS:
            return f"unknown filter “{node.name}”; use one of {', '.join(FILTERS)}"
        case nodes.Filter() if _too_much(node, FILTERS[node.name]):
            return f"the filter “{node.name}” cannot take that in brackets; delete it"
        case nodes.Test() if node.name not in _ENVIRONMENT.tests or _too_much(node, 0):
            return f"“is {node.name}” cannot be used in a reply template; write {{% if first_name %}}"
        case nodes.Compare() if not all(map(_is_text, _operands(node))) or any(
            op.op not in _COMPARED for op in node.ops
        ):
            return "only texts can be compared, with ==, != or in"
        case nodes.List() | nodes.Tuple() if node not in fine:
            return "a list can only stand behind “in”"
        case _ if not isinstance(node, _ALLOWED):
            what = _REFUSED.get(type(node), type(node).__name__.lower())
            return f"{what} cannot be used in a reply template; write the text out"
    return ""


def _too_much(node: nodes.Filter | nodes.Test, most: int) -> bool:
    return len(node.args) > most or bool(node.kwargs or node.dyn_args or node.dyn_kwargs)


def _operands(compare: nodes.Compare) -> Iterator[nodes.Node]:
    """What is compared; a list behind ``in`` holds only what may be compared with anything."""
    yield compare.expr
    for op in compare.ops:
        if op.op not in ("in", "notin") or not isinstance(op.expr, nodes.List | nodes.Tuple):
            yield op.expr


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, _TEXTS) or (isinstance(node, nodes.Const) and isinstance(node.value, str))


def _unknown(tree: nodes.Template, front: Front, path: Path, first: int, known: set[str]) -> Iterator[Problem]:
    needed = {name.removesuffix("?") for name in front.needs}
    for node in {node.name: node for node in tree.find_all(nodes.Name)}.values():
        line = node.lineno + first - 1
        if node.name not in known:
            yield Problem(path, line, f"unknown variable “{node.name}”; {meant(node.name, sorted(known))}")
        elif node.name in OFTEN_ABSENT and node.name not in needed:
            yield Problem(path, line, f"uses “{node.name}” without saying so; add needs: [{node.name}?]")


def _loose(front: Front, path: Path, line: int, body: str) -> Iterator[Problem]:
    """Locked passages must stand in the text, word for word: whole sentences, braces included."""
    plain = " ".join(body.split())
    for passage in front.locked:
        if " ".join(passage.split()) not in plain:
            yield Problem(path, line, f"locked “{passage[:60]}” does not stand in the text below; copy it from there")
        elif "{%" in passage or not _parses(passage):
            yield Problem(
                path, line, f"locked “{passage[:60]}” cuts a tag in two; lock whole sentences without {{% … %}}"
            )


def _parses(passage: str) -> bool:
    try:
        _ENVIRONMENT.parse(passage)
    except TemplateSyntaxError:
        return False
    return True


def _unknown_needs(front: Front, path: Path, line: int, known: set[str]) -> list[Problem]:
    return [
        Problem(path, line, f"needs “{name}”, which nobody knows; {meant(name.removesuffix('?'), sorted(known))}")
        for name in front.needs
        if name.removesuffix("?") not in known
    ]


#: What Jinja says of people's slips, and what to tell them.
_SYNTAX = {
    "unknown tag": "this tag does not belong here; there are only {% if … %}, {% elif … %}, {% else %}, {% endif %}",
    "looking for": "an {% if … %} is not closed; end it with {% endif %}",
    "unexpected end of template": "{{ or {% is not closed; close it with }} or %}",
    "unexpected 'end of template'": "{{ or {% is not closed; close it with }} or %}",
    "expected token 'end of print statement'": "between {{ and }} stands one name, as in {{ first_name }}",
    "expected token 'end of statement block'": "between {% and %} stands a condition, as in {% if first_name %}",
    "'end of": "something is missing here; a name stands like {{ first_name }}",
    "expected name or number": "a dot cannot stand behind a name; close the braces with }}",
    "unexpected '}'": "a brace is missing; a name stands like {{ first_name }}",
    "Missing end of comment": "{# is not closed; close it with #}",
    "Missing end of raw": "raw is not closed; end it with {% endraw %}",
    "unexpected char": 'holds a character that cannot stand between braces; use straight quotes "…"',
}


def _syntax(error: TemplateSyntaxError, body: str) -> tuple[int, str]:
    """Where Jinja's complaint is to be mended, and how."""
    message = error.message or ""
    says = next((says for words, says in _SYNTAX.items() if words in message), f"is no valid template: {message}")
    return _open_if(body) if "not closed; end it with {% endif" in says else error.lineno, says


def _open_if(body: str) -> int:
    """The line of the innermost ``{% if %}`` that nothing closes."""
    opened: list[int] = []
    for found in _IF.finditer(body):
        if found[1] is None:
            opened.append(_line(body, found.start()))
        elif opened:
            opened.pop()
    return opened[-1] if opened else 1


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1
