"""prompts/: read strictly, watched, and swapped whole; the last good version of a broken file stays in use."""

from __future__ import annotations

import asyncio
import difflib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from watchfiles import awatch

from bot.desk.brand import Brand
from bot.desk.case import Case, Finding
from bot.desk.ports import Length
from bot.errors import PromptsError
from bot.voice.checks import check
from bot.voice.house import House
from bot.voice.never import read_never
from bot.voice.protocol import BrandFile, ProtocolFile
from bot.voice.template import ReplyTemplate, read_template
from bot.voice.yamlfile import Broken, Problem, parse, read_text

log = logging.getLogger(__name__)

M = TypeVar("M", BrandFile, ProtocolFile)

#: The brand whose files lie in prompts/ itself; every other brand is a folder with a brand.yaml of its own.
MAIN = "main"


class Library:
    """Every brand's voice. ``houses`` is replaced as a whole; whoever holds a house keeps a consistent one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.houses: dict[str, House] = {}
        self.problems: tuple[Problem, ...] = ()

    @classmethod
    def load(cls, root: Path) -> Library:
        """Read prompts/. Raises ``PromptsError`` when there is no folder or no brand can be built."""
        library = cls(root)
        if not root.is_dir():
            raise PromptsError(reason=f"{root} is no folder; run “portevoix init” or set PROMPTS_DIR.")
        library.refresh()
        if not library.houses:
            raise PromptsError(reason="\n".join(map(str, library.problems)))
        return library

    def refresh(self) -> tuple[Problem, ...]:
        """Read everything again; what is broken stays as it was when it was last good. Returns the problems."""
        problems: list[Problem] = []
        houses: dict[str, House] = {}
        for brand_id, folders in self._folders().items():
            house = _Reading(folders, self.houses.get(brand_id), problems).house(brand_id)
            if house is not None:
                houses[brand_id] = house
        self.houses, self.problems = houses, tuple(dict.fromkeys(problems))
        return self.problems

    async def watch(self, tell: Callable[[tuple[Problem, ...]], None], stop: asyncio.Event) -> None:
        """Refresh whenever a file changes, until ``stop``; ``tell`` gets the problems, none when all is well."""
        async for _ in awatch(self.root, stop_event=stop):
            problems = await asyncio.to_thread(self.refresh)
            log.info("prompts read again", extra={"problems": len(problems)})
            tell(problems)

    def house(self, brand_id: str) -> House:
        """The brand's voice. Raises ``PromptsError`` when prompts/ holds no such brand."""
        if brand_id not in self.houses:
            known = ", ".join(self.houses)
            raise PromptsError(reason=f"There is no brand “{brand_id}” in {self.root}; it holds {known}.")
        return self.houses[brand_id]

    def brand(self, brand_id: str) -> Brand:
        """The brand's rules, for the desk."""
        return self.house(brand_id).brand

    def knows(self, brand_id: str, template: str) -> bool:
        """Whether the brand has a template of this name."""
        return template in self.house(brand_id).templates

    def check(self, case: Case, text: str, length: Length) -> tuple[Finding, ...]:
        """What is wrong with this text as a reply to this case."""
        return check(self.house(case.brand), case, text, length)

    def _folders(self) -> dict[str, list[Path]]:
        """Brand by brand, where its files are looked for, the brand's own folder first."""
        own = {path.parent.name: [path.parent, self.root] for path in sorted(self.root.glob("*/brand.yaml"))}
        main = {MAIN: [self.root]} if (self.root / "brand.yaml").exists() or not own else {}
        return main | own


class _Reading:
    """One reading of one brand's files; ``last`` is the house that was good before."""

    def __init__(self, folders: list[Path], last: House | None, problems: list[Problem]) -> None:
        self.folders = folders
        self.last = last
        self.problems = problems

    def house(self, brand_id: str) -> House | None:
        last = self.last
        rules = self._yaml(BrandFile, "brand.yaml", last.rules if last else None)
        protocol = self._yaml(ProtocolFile, "protocol.yaml", last.protocol if last else None)
        if rules is None or protocol is None:
            return None
        return House(
            brand=rules.for_desk(brand_id),
            rules=rules,
            protocol=protocol,
            templates=self._templates(rules, protocol),
            never=read_never(self._text("never.md")),
            voice=self._text("voice.md"),
        )

    def _find(self, name: str) -> Path | None:
        return next((folder / name for folder in self.folders if (folder / name).exists()), None)

    def _yaml(self, model: type[M], name: str, last: M | None) -> M | None:
        path = self._find(name)
        if path is None:
            self.problems.append(Problem(self.folders[0] / name, 0, "is missing; “portevoix init” writes one"))
            return last
        try:
            return parse(model, read_text(path), path)
        except Broken as broken:
            self.problems += broken.problems
            return last

    def _text(self, name: str) -> str:
        path = self._find(name)
        try:
            return read_text(path) if path else ""
        except Broken as broken:
            self.problems += broken.problems
            return ""

    def _templates(self, rules: BrandFile, protocol: ProtocolFile) -> dict[str, ReplyTemplate]:
        found: dict[str, ReplyTemplate] = {}
        for path in self._template_files():
            template = self._template(path, rules)
            if template is not None and self._belongs(template, rules, protocol):
                found[template.name] = template
        self._check_coverage(found, rules, protocol)
        return found

    def _template_files(self) -> list[Path]:
        own_last = [path for folder in reversed(self.folders) for path in sorted((folder / "templates").glob("*.md"))]
        return list({path.name: path for path in own_last}.values())

    def _template(self, path: Path, rules: BrandFile) -> ReplyTemplate | None:
        try:
            return read_template(path, rules.facts)
        except Broken as broken:
            self.problems += broken.problems
            return self.last.templates.get(path.name.removesuffix(".md")) if self.last else None

    def _belongs(self, template: ReplyTemplate, rules: BrandFile, protocol: ProtocolFile) -> bool:
        front = template.front
        if front.topic not in protocol.topics:
            says = f"the topic “{front.topic}” is not in protocol.yaml; " + _meant(front.topic, protocol.topics)
        elif front.lang not in rules.languages:
            says = f"brand.yaml does not name the language “{front.lang}”; " + _meant(front.lang, rules.languages)
        else:
            return True
        self.problems.append(Problem(template.path, 2, says))
        return False

    def _check_coverage(self, found: dict[str, ReplyTemplate], rules: BrandFile, protocol: ProtocolFile) -> None:
        covered = {(template.front.topic, template.front.lang) for template in found.values()}
        for name, topic in protocol.topics.items():
            missing = [lang for lang in rules.languages if topic.reply and (name, lang) not in covered]
            if missing:
                says = f"“{name}” has no template in {', '.join(missing)}; write templates/{name}.{missing[0]}.md"
                self.problems.append(Problem(self._find("protocol.yaml") or self.folders[0], 0, says))


def _meant(word: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean “{close[0]}”?" if close else f"it knows {', '.join(known)}"
