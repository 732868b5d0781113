"""prompts/: read strictly, watched, and swapped whole; the last good version of a broken file stays in use."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TypeVar

from watchfiles import awatch

from bot.desk.brand import Brand
from bot.desk.case import Case, Finding, Origin, Severity
from bot.desk.ports import Length
from bot.errors import PromptsError
from bot.voice.checks import check
from bot.voice.house import House
from bot.voice.never import Never, read_never
from bot.voice.prompt import FILE, PromptTemplate, build_prompt
from bot.voice.protocol import VARIABLES, BrandFile, Mode, ProtocolFile, meant
from bot.voice.template import ReplyTemplate, build_template, read_template
from bot.voice.yamlfile import Broken, Problem, line_of, parse, read_text

log = logging.getLogger(__name__)

M = TypeVar("M", BrandFile, ProtocolFile)

#: The brand whose files lie in prompts/ itself; every other brand is a folder with a brand.yaml of its own.
MAIN = "main"
#: Folders of prompts/ that are never a brand's.
NO_BRANDS = ("templates", "cases")


class Library:
    """Every brand's voice. ``houses`` is replaced as a whole; whoever holds a house keeps a consistent one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.houses: dict[str, House] = {}
        self.problems: tuple[Problem, ...] = ()
        self._one_at_a_time = Lock()

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
        with self._one_at_a_time:
            problems: list[Problem] = []
            houses: dict[str, House] = {}
            for brand_id, folders in self._folders().items():
                house = _Reading(folders, self.houses.get(brand_id), problems).house(brand_id)
                if house is not None:
                    houses[brand_id] = house
            self.houses, self.problems = _neighbours(houses), tuple(dict.fromkeys(problems))
            return self.problems

    def warm(self) -> None:
        """Load now what the first complaint would wait for: half a second of language models."""
        for house in self.houses.values():
            house.rank("", house.languages.detect("Bonjour, hello"))

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

    def check(self, case: Case, text: str, length: Length, origin: Origin = Origin.PERSON) -> tuple[Finding, ...]:
        """What is wrong with this text as a reply to this case."""
        return check(self.house(case.brand), case, text, length, origin)

    def folders(self, brand_id: str) -> list[Path]:
        """Where the brand's files are looked for, its own folder first. Raises ``PromptsError``."""
        self.house(brand_id)
        return self._folders().get(brand_id) or [self.root / brand_id, self.root]

    def template_files(self, brand_id: str) -> dict[str, Path]:
        """Every template's file by name, good or broken, the brand's own before one of prompts/ itself."""
        return {path.name.removesuffix(".md"): path for path in _template_files(self.folders(brand_id))}

    def prompt_file(self, brand_id: str) -> Path | None:
        """The brand's ``draft.md.j2``, good or broken, its own before that of prompts/ itself; None without one."""
        return _found(self.folders(brand_id), FILE)

    def tried_prompt(self, brand_id: str, path: Path, source: str) -> PromptTemplate:
        """The prompt that the library would hold if this stood in ``path``. Raises ``Broken``."""
        template = build_prompt(source, path)
        template.require_short(self.house(brand_id))
        return template

    def tried(self, brand_id: str, path: Path, source: str) -> ReplyTemplate:
        """The template that the library would hold if this stood in ``path``. Raises ``Broken``."""
        house = self.house(brand_id)
        return _Reading(self.folders(brand_id), house, []).tried(path, source, house)

    def _folders(self) -> dict[str, list[Path]]:
        """Brand by brand, where its files are looked for, the brand's own folder first.

        A brand in use whose brand.yaml is away, as while an editor saves it, stays as long as its folder does.
        """
        found = {path.parent for path in self.root.glob("*/brand.yaml") if _plain(path.parent)}
        found |= {self.root / brand_id for brand_id in self.houses if (self.root / brand_id).is_dir()}
        own = {path.name: [path, self.root] for path in sorted(found) if path.name not in NO_BRANDS}
        at_root = os.path.lexists(self.root / "brand.yaml") or not own or (MAIN in self.houses and MAIN not in own)
        main = {MAIN: [self.root]} if at_root else {}
        return main | {brand_id: folders for brand_id, folders in own.items() if brand_id not in main}


def _neighbours(houses: dict[str, House]) -> dict[str, House]:
    """Every house knows the names of the others; brands of the same name are no strangers."""
    names = {house.brand.name for house in houses.values()}
    return {
        brand_id: replace(house, others=tuple(sorted(names - {house.brand.name}))) for brand_id, house in houses.items()
    }


def inside(path: Path, root: Path) -> Path:
    """The path. Raises ``Broken`` for a link that leads out of prompts/: what is there is not ours to tell."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise Broken([Problem(path, 0, "leads outside of prompts/; put the file itself here")])
    return path


def _found(folders: list[Path], name: str) -> Path | None:
    return next((folder / name for folder in folders if os.path.lexists(folder / name)), None)


def _template_files(folders: list[Path]) -> list[Path]:
    own_last = [path for folder in reversed(folders) for path in sorted((folder / "templates").glob("*.md"))]
    return list({path.name: path for path in own_last if _plain(path)}.values())


def _plain(path: Path) -> bool:
    """Whether it is meant for us: no editor's or system's hidden file, and a name that can be shown."""
    return path.name.isprintable() and not path.name.startswith(".")


def _stranger(template: ReplyTemplate, rules: BrandFile, protocol: ProtocolFile) -> tuple[str, str] | None:
    """The key by which the template does not belong to the brand, and the sentence; None when it does."""
    front = template.front
    if front.topic not in protocol.topics:
        says = f"the topic “{front.topic}” is not in protocol.yaml; " + meant(front.topic, protocol.topics)
        return "topic", says
    if front.lang not in rules.languages:
        says = f"brand.yaml does not name the language “{front.lang}”; " + meant(front.lang, rules.languages)
        return "lang", says
    return None


class _Reading:
    """One reading of one brand's files; ``last`` is the house that was good before."""

    def __init__(self, folders: list[Path], last: House | None, problems: list[Problem]) -> None:
        self.folders = folders
        self.last = last
        self.problems = problems

    def house(self, brand_id: str) -> House | None:
        """The brand's house; None when there is neither a good file nor a last good one of what no brand can lack."""
        last = self.last
        own = self.folders[0] / "brand.yaml"  # who may say yes is never taken over from another brand
        rules = self._yaml(BrandFile, own, last.rules if last else None)
        shared = self._find("protocol.yaml") or self.folders[0] / "protocol.yaml"
        protocol = self._yaml(ProtocolFile, shared, last.protocol if last else None)
        never = self._never()
        if rules is None or protocol is None or never is None:
            return None
        self._check_exceptions(rules, protocol)
        templates = self._templates(rules, protocol)
        house = House(
            brand=rules.for_desk(brand_id),
            rules=self._with_facts_of(templates, rules),
            protocol=protocol,
            templates=templates,
            never=never,
            voice=self._voice(),
        )
        return replace(house, prompt=self._prompt(house))

    def _find(self, name: str) -> Path | None:
        return _found(self.folders, name)

    def tried(self, path: Path, source: str, last: House) -> ReplyTemplate:
        """The template that this source would be in ``path``, by the rules as they lie there. Raises ``Broken``."""
        rules = self._yaml(BrandFile, self.folders[0] / "brand.yaml", last.rules) or last.rules
        template = build_template(source, path, rules.facts)
        if stranger := _stranger(template, rules, last.protocol):
            key, says = stranger
            raise Broken([Problem(path, line_of(key, source), says)])
        return template

    def _inside(self, path: Path) -> Path:
        return inside(path, self.folders[-1])

    def _yaml(self, model: type[M], path: Path, last: M | None) -> M | None:
        if not os.path.lexists(path):
            self.problems.append(Problem(path, 0, "is missing; “portevoix init” writes one"))
            return last
        try:
            return parse(model, read_text(self._inside(path)), path)
        except Broken as broken:
            self.problems += broken.problems
            return last

    def _never(self) -> tuple[Never, ...] | None:
        path = self._find("never.md")
        try:
            return read_never(read_text(self._inside(path))) if path else ()
        except Broken as broken:
            self.problems += broken.problems
            return self.last.never if self.last else None

    def _voice(self) -> str:
        path = self._find("voice.md")
        try:
            return read_text(self._inside(path)) if path else ""
        except Broken as broken:
            self.problems += broken.problems
            return self.last.voice if self.last else ""

    def _prompt(self, house: House) -> PromptTemplate | None:
        path = self._find(FILE)
        try:
            if path is None:
                return None
            template = build_prompt(read_text(self._inside(path)), path)
            template.require_short(house)
        except Broken as broken:
            self.problems += broken.problems
            return self.last.prompt if self.last else None
        return template

    def _templates(self, rules: BrandFile, protocol: ProtocolFile) -> dict[str, ReplyTemplate]:
        found: dict[str, ReplyTemplate] = {}
        for path in _template_files(self.folders):
            template = self._template(path, rules)
            if template is not None and self._belongs(template, rules, protocol):
                found[template.name] = template
        self._check_coverage(found, rules, protocol)
        return found

    def _template(self, path: Path, rules: BrandFile) -> ReplyTemplate | None:
        try:
            return read_template(self._inside(path), rules.facts)
        except Broken as broken:
            self.problems += broken.problems
            return self.last.templates.get(path.name.removesuffix(".md")) if self.last else None

    def _with_facts_of(self, templates: dict[str, ReplyTemplate], rules: BrandFile) -> BrandFile:
        """The rules, with the facts that only last good templates still use, until these are mended."""
        used = {name for template in templates.values() for name in template.uses}
        gone = used - {*VARIABLES, *rules.facts}
        kept = {name: fact for name, fact in self.last.rules.facts.items() if name in gone} if self.last else {}
        return rules.model_copy(update={"facts": rules.facts | kept}) if kept else rules

    def _belongs(self, template: ReplyTemplate, rules: BrandFile, protocol: ProtocolFile) -> bool:
        """Whether the brand has its topic and language; of a template taken over from prompts/ it need not."""
        stranger = _stranger(template, rules, protocol)
        if stranger and template.path.is_relative_to(self.folders[0]):
            self._say(template.path, *stranger)
        return not stranger

    def _check_exceptions(self, rules: BrandFile, protocol: ProtocolFile) -> None:
        known = ["default", *protocol.topics, *Severity]
        for name in ("managers", "approvals", "own_draft"):
            for key in getattr(rules, name):
                if key not in known:
                    says = f"“{key}” under {name} is no topic and no severity; {meant(key, known)}"
                    self._say(self.folders[0] / "brand.yaml", key, says)

    def _check_coverage(self, found: dict[str, ReplyTemplate], rules: BrandFile, protocol: ProtocolFile) -> None:
        covered = {(template.front.topic, template.front.lang) for template in found.values()}
        for name, topic in protocol.topics.items():
            drafted = topic.reply and (topic.mode or protocol.mode) is not Mode.PERSON
            missing = [lang for lang in rules.languages if drafted and (name, lang) not in covered]
            if missing:
                says = f"“{name}” has no template in {', '.join(missing)}; write templates/{name}.{missing[0]}.md"
                self._say(self._find("protocol.yaml") or self.folders[0], name, says)

    def _say(self, path: Path, key: str, says: str) -> None:
        """Note a problem where the key stands in the file."""
        try:
            line = line_of(key, read_text(self._inside(path)))
        except Broken:
            line = 0
        self.problems.append(Problem(path, line, says))
