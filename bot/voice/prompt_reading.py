"""``draft.md.j2`` read strictly: a small, safe part of Jinja2, a little larger than a reply template's.

Texts, ``{% if %}``, and loops through the lists that a prompt knows. Every name and every part behind a dot is known
when the file is read, with its kind: whatever passes can be filled in for any brand and any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from bot.voice.prompt_kinds import FLAG, LOOP, NUMBER, TEXT, Kind, Many, Thing
from bot.voice.prompt_slips import slip
from bot.voice.prompt_words import BRAND, CASE
from bot.voice.protocol import meant
from bot.voice.yamlfile import CONTROL, Broken, Problem

#: What a person can still read: words and signs between braces, tags, blocks in each other, loops in each other.
MAX_WORDS, MAX_TAGS, MAX_BLOCKS, MAX_LOOPS = 50, 300, 6, 2

Names = Mapping[str, Kind]
#: A line and what is wrong there.
Wrong = tuple[int, str]

_REFUSED = {
    nodes.Call: "a call", nodes.Getitem: "an index", nodes.Include: "include", nodes.Import: "import",
    nodes.FromImport: "import", nodes.Extends: "extends", nodes.Macro: "macro", nodes.CallBlock: "call",
    nodes.Assign: "set", nodes.AssignBlock: "set", nodes.With: "with", nodes.Block: "block",
    nodes.FilterBlock: "a filter block", nodes.Scope: "autoescape", nodes.Test: "“is”", nodes.List: "a list",
    nodes.Tuple: "a list", nodes.Dict: "“{…}”",
}  # fmt: skip


def compiled(fixed: str, case: str, path: Path, case_line: int) -> tuple[Template, Template]:
    """Both parts, ready to be filled in; ``case_line`` is where the second begins. Raises ``Broken``."""
    problems: list[Problem] = []
    trees = [
        _checked(fixed, path, 1, BRAND, problems),
        _checked(case, path, case_line, {**BRAND, **CASE}, problems),
    ]
    if not problems and not _says_complaint(trees[1]):
        lost = "{{ complaint }} is missing below the line THE CASE; write it there, outside of {% if %} and {% for %}"
        problems.append(Problem(path, case_line, lost))
    if problems:
        raise Broken(problems)
    first, second = map(_ENVIRONMENT.from_string, trees)
    return first, second


def piece(source: str, path: Path) -> Template:
    """A section of a prompt by itself, ready to be filled in. Raises ``Broken``, also where it cuts a block in two."""
    problems: list[Problem] = []
    tree = _checked(source, path, 1, {**BRAND, **CASE}, problems)
    if problems:
        raise Broken(problems)
    return _ENVIRONMENT.from_string(tree)


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters = {"join": environment.filters["join"]}
    environment.tests.clear()
    environment.globals.clear()
    return environment


_ENVIRONMENT = _environment()


def _checked(source: str, path: Path, first: int, known: Mapping[str, Kind], problems: list[Problem]) -> nodes.Template:
    """The syntax tree of one part; what is wrong in it is added to the problems."""
    tree = nodes.Template([])
    try:
        wrong = list(_tangled(source))
        if not wrong:
            tree = _ENVIRONMENT.parse(source)
            wrong = _Check(known).problems(tree)
    except TemplateSyntaxError as error:
        wrong = [slip(error, source)]
    except RecursionError:
        wrong = [(1, "is nested too deeply; write it flatter")]
    problems += (Problem(path, line + first - 1, says) for line, says in wrong)
    return tree


def _tangled(source: str) -> Iterator[Wrong]:
    """Where nobody can follow the template any more; Jinja has not parsed it yet."""
    words = tags = 0
    for line, kind, _ in _ENVIRONMENT.lex(source):
        if kind in ("variable_begin", "block_begin"):
            words, tags = 0, tags + 1
        elif kind not in ("whitespace", "data"):
            words += 1
        if kind in ("integer", "float"):
            yield line, "a number cannot stand between braces; write it as text"
            return
        if words > MAX_WORDS or tags > MAX_TAGS:
            yield line, "is too tangled; write it simpler"
            return


def _says_complaint(tree: nodes.Template) -> bool:
    """Whether the complaint is told in any case."""
    shown = (node for output in tree.body if isinstance(output, nodes.Output) for node in output.nodes)
    return any(isinstance(node, nodes.Name) and node.name == "complaint" for node in shown)


class _Refused(Exception):
    """This cannot stand here."""

    def __init__(self, node: nodes.Node, says: str) -> None:
        super().__init__(says)
        self.wrong = node.lineno, says


class _Check:
    """One look at a syntax tree: every name, every part, every kind."""

    def __init__(self, known: Names) -> None:
        self.known = known

    def problems(self, tree: nodes.Template) -> list[Wrong]:
        """What must not stand there: line and sentence, in the order of the lines."""
        return sorted(dict.fromkeys(self._body(tree.body, self.known, (), 0)))

    def _body(self, body: Iterable[nodes.Node], names: Names, loops: tuple[str, ...], depth: int) -> Iterator[Wrong]:
        """``loops`` are the names that the loops around it have given."""
        for node in body:
            if depth > MAX_BLOCKS:
                yield node.lineno, "is nested too deeply; write it flatter"
                return
            match node:
                case nodes.Output():
                    yield from self._output(node, names)
                case nodes.If():
                    yield from self._if(node, names, loops, depth)
                case nodes.For():
                    yield from self._for(node, names, loops, depth)
                case _:
                    yield node.lineno, _refusal(node)

    def _output(self, output: nodes.Output, names: Names) -> Iterator[Wrong]:
        for node in output.nodes:
            if not isinstance(node, nodes.TemplateData):
                yield from self._tried(node, names, (TEXT, NUMBER))

    def _if(self, node: nodes.If, names: Names, loops: tuple[str, ...], depth: int) -> Iterator[Wrong]:
        yield from self._tried(node.test, names)
        yield from self._body(node.body, names, loops, depth + 1)
        for other in node.elif_:
            yield from self._if(other, names, loops, depth)
        yield from self._body(node.else_, names, loops, depth + 1)

    def _for(self, node: nodes.For, names: Names, loops: tuple[str, ...], depth: int) -> Iterator[Wrong]:
        try:
            inner = {**names, **self._each(node, names, loops), "loop": LOOP}
        except _Refused as refused:
            yield refused.wrong
            return
        target = node.target.name if isinstance(node.target, nodes.Name) else ""
        yield from self._body(node.body, inner, (*loops, target), depth + 1)
        yield from self._body(node.else_, names, loops, depth + 1)

    def _each(self, node: nodes.For, names: Names, loops: tuple[str, ...]) -> dict[str, Kind]:
        """The name that a loop gives to each, and its kind."""
        kind = self.kind(node.iter, names)
        if not isinstance(kind, Many):
            raise _Refused(node, f"only a list can be gone through: {_lists(names)}")
        if node.test is not None or node.recursive or not isinstance(node.target, nodes.Name):
            raise _Refused(node, "a loop is written like {% for topic in topics %} … {% endfor %}")
        if node.target.name in names or node.target.name == "loop":
            raise _Refused(node, f"“{node.target.name}” has a meaning already; give it another name in this loop")
        if len(loops) >= MAX_LOOPS or (loops and not _belongs(node.iter, loops[-1])):
            raise _Refused(node, "a loop within a loop can only go through what belongs to the outer one")
        return {node.target.name: kind.of}

    def _tried(self, node: nodes.Node, names: Names, wanted: tuple[Kind, ...] = ()) -> Iterator[Wrong]:
        try:
            kind = self.kind(node, names)
        except _Refused as refused:
            yield refused.wrong
        else:
            if wanted and kind not in wanted:
                yield node.lineno, _unprintable(kind)

    def kind(self, node: nodes.Node, names: Names) -> Kind:
        """What an expression is. Raises ``_Refused``."""
        match node:
            case nodes.Name():
                return self._named(node, names)
            case nodes.Getattr():
                return self._part(node, names)
            case nodes.Const() if isinstance(node.value, str) and not CONTROL.search(node.value):
                return TEXT
            case nodes.Concat():
                return self._all_texts(node, node.nodes, names)
            case nodes.CondExpr() if node.expr2 is not None:
                self.kind(node.test, names)
                return self._all_texts(node, [node.expr1, node.expr2], names)
            case nodes.CondExpr():
                raise _Refused(node, 'needs an “else”, as in {{ "a" if wish else "b" }}')
            case nodes.And() | nodes.Or():
                self.kind(node.left, names)
                self.kind(node.right, names)
                return FLAG
            case nodes.Not():
                self.kind(node.node, names)
                return FLAG
            case nodes.Compare():
                return self._compared(node, names)
            case nodes.Filter():
                return self._joined(node, names)
            case _:
                raise _Refused(node, _refusal(node))

    def _named(self, node: nodes.Name, names: Names) -> Kind:
        if node.name in names:
            return names[node.name]
        if node.name in CASE:
            raise _Refused(node, f"“{node.name}” changes with every case; use it below the line THE CASE")
        raise _Refused(node, f"unknown variable “{node.name}”; {meant(node.name, sorted(names))}")

    def _part(self, node: nodes.Getattr, names: Names) -> Kind:
        kind = self.kind(node.node, names)
        if not isinstance(kind, Thing):
            raise _Refused(node, f"“.{node.attr}” cannot stand here: what stands before the dot has no parts")
        if node.attr not in kind.parts:
            raise _Refused(node, f"unknown “.{node.attr}”; {meant(node.attr, kind.parts)}")
        return kind.parts[node.attr]

    def _all_texts(self, node: nodes.Node, parts: Iterable[nodes.Node], names: Names) -> Kind:
        for part in parts:
            if (kind := self.kind(part, names)) not in (TEXT, NUMBER):
                raise _Refused(node, _unprintable(kind))
        return TEXT

    def _compared(self, node: nodes.Compare, names: Names) -> Kind:
        sides = [node.expr, *(op.expr for op in node.ops)]
        if any(op.op not in ("eq", "ne") for op in node.ops) or any(self.kind(side, names) != TEXT for side in sides):
            raise _Refused(node, "only texts can be compared, with == or !=")
        return FLAG

    def _joined(self, node: nodes.Filter, names: Names) -> Kind:
        if node.name != "join" or node.node is None:
            raise _Refused(node, f"unknown filter “{node.name}”; there is only join")
        plain = all(isinstance(arg, nodes.Const) and isinstance(arg.value, str) for arg in node.args)
        if len(node.args) > 1 or not plain or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise _Refused(node, 'join is written like {{ links | join(", ") }}')
        if self.kind(node.node, names) != Many(TEXT):
            raise _Refused(node, "only a list of texts can be joined; go through this one with {% for %}")
        return TEXT


def _lists(names: Names) -> str:
    return ", ".join(name for name, kind in names.items() if isinstance(kind, Many))


def _belongs(node: nodes.Node, outer: str) -> bool:
    """Whether it is a part of what the outer loop goes through."""
    while isinstance(node, nodes.Getattr):
        node = node.node
    return isinstance(node, nodes.Name) and node.name == outer


def _unprintable(kind: Kind) -> str:
    match kind:
        case Many():
            return "a list cannot be written as it is; go through it with {% for %}"
        case Thing():
            return f"has several parts; write one of them, with a dot: {', '.join(f'.{part}' for part in kind.parts)}"
        case _:
            return "says yes or no; use it in {% if %}"


def _refusal(node: nodes.Node) -> str:
    if isinstance(node, nodes.Const):
        return f"{str(node.value).lower()} must stand in quotes"
    what = _REFUSED.get(type(node), "a calculation" if isinstance(node, nodes.Expr) else type(node).__name__.lower())
    return f"{what} cannot be used in a prompt; write the text out"
