"""Templates edited from chat: found, tried, previewed and saved; the next draft is written from what was saved.

Every call reads or writes files: run it in a thread. Only the text below the front matter is edited; the front matter
keeps every byte. What somebody else saved meanwhile is never overwritten.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from threading import Lock

from bot.desk.case import Case, Complaint, Finding
from bot.desk.ports import Length
from bot.errors import PortevoixError, Refusal, UnknownTemplate
from bot.voice.checks import check
from bot.voice.house import House
from bot.voice.library import Library, inside
from bot.voice.prompt import FILE, PromptTemplate
from bot.voice.prompt_editing import preview_section, prompt_sections, section, sections_meant
from bot.voice.prompt_parts import NAME, Part, is_part
from bot.voice.protocol import VARIABLES
from bot.voice.remarks import BUSY, remark
from bot.voice.saving import Meanwhile, add, put
from bot.voice.source import Source, body_of, difference, front_matter, phrases, tidied
from bot.voice.template import OFTEN_ABSENT, ReplyTemplate, build_template
from bot.voice.yamlfile import Broken, Problem, plain_text, read_text

#: The id of the complaint that serves for a preview while there is no real one.
EXAMPLE = "example"
#: How many versions that somebody has open are remembered, to show what changed meanwhile.
MOST_SEEN = 500
#: How many templates a topic may have in one language.
MOST_VARIANTS = 99
#: How much of a word that was typed is looked at, and repeated.
_LONGEST_WORD = 200


class NotEditable(PortevoixError):
    """The file cannot be edited from chat: not readable, not UTF-8, a link that leads out of prompts/."""

    says = "The template “{template}” cannot be edited here: its file {reason}."


class UnknownTopic(Refusal):
    """The protocol has no such topic."""

    says = "The protocol has no topic “{topic}”. Please choose one from the list, or add it to protocol.yaml first."


class UnspokenLanguage(Refusal):
    """The brand does not write in this language."""

    says = "{brand} does not write in “{code}”. Please choose one of its languages, or add it to brand.yaml first."


class TooManyVariants(Refusal):
    """The topic has more templates in this language than anybody can choose from."""

    says = "“{topic}” has {number} templates in this language already. Please change one of them instead."


class Changed(Refusal):
    """Somebody saved the template meanwhile. ``source`` is how it stands now, ``difference`` what was changed in it.

    Where it is no longer known what this person saw, as after a restart, the difference is from their own text.
    """

    says = "Somebody has changed “{template}” meanwhile. Nothing was saved; please look at what changed."

    def __init__(self, source: Source, changed: str) -> None:
        super().__init__(template=source.name)
        self.source = source
        self.difference = changed


@dataclass(frozen=True, slots=True)
class Found:
    """The templates that somebody's words mean; if none, ``close`` holds names and topics spelt alike."""

    names: tuple[str, ...]
    close: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as the customer would read it, the signature aside, and what the checks find in it."""

    text: str
    findings: tuple[Finding, ...] = ()


def _unlimited(text: str) -> Length:
    return Length(len(text), None)


class Editing:
    """Reads and writes the templates of a library, one save at a time.

    Every method raises ``PromptsError`` for a brand that is not there, and those that name a template
    ``UnknownTemplate``, or ``NotEditable`` when its file is none of ours to edit.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self._one_at_a_time = Lock()
        self._seen: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    # Finding

    def names(self, brand_id: str) -> tuple[str, ...]:
        """Every template that the brand uses, and those that are broken, by topic and language."""
        used = self.library.house(brand_id).templates
        broken = {problem.path for problem in self.library.problems}
        files = self.library.template_files(brand_id).items()
        return self._sorted(brand_id, (name for name, path in files if name in used or path in broken))

    def find(self, brand_id: str, what: str) -> Found:
        """The templates meant by a name, with or without ``.md`` or its language, or by a topic.

        ``draft`` means the model's prompt: its sections.
        """
        if sections := sections_meant(self.library, brand_id, what[:_LONGEST_WORD]):
            return Found(sections)
        what = what.strip()[:_LONGEST_WORD].casefold().removesuffix(".md")
        names = self.names(brand_id)
        topics = {name: self._topic(brand_id, name) for name in names}
        exact = [name for name in names if name.casefold() == what]
        meant = exact or [name for name in names if what in (topics[name].casefold(), _stem(name).casefold())]
        if meant:
            return Found(tuple(meant))
        prompt = [NAME] if prompt_sections(self.library, brand_id) else []
        known = {word.casefold(): word for word in chain(names, map(_stem, names), topics.values(), prompt)}
        return Found((), tuple(known[word] for word in difflib.get_close_matches(what, known, n=5)))

    def siblings(self, source: Source) -> tuple[str, ...]:
        """The template and the others of its topic, in the order of the brand's languages; a prompt's sections."""
        if source.part:
            return prompt_sections(self.library, source.brand)
        same = (name for name in self.names(source.brand) if self._topic(source.brand, name) == source.topic)
        return self._sorted(source.brand, {source.name, *same})

    def _topic(self, brand_id: str, name: str) -> str:
        template = self.library.house(brand_id).templates.get(name)
        return template.front.topic if template else _guessed(name)[0]

    def _sorted(self, brand_id: str, names: Iterable[str]) -> tuple[str, ...]:
        languages = self.library.house(brand_id).rules.languages

        def place(name: str) -> tuple[str, int, list[str]]:
            lang = _guessed(name)[1]
            spoken = languages.index(lang) if lang in languages else len(languages)
            return self._topic(brand_id, name), spoken, name.split(".")

        return tuple(sorted(names, key=place))

    # Reading

    def source(self, brand_id: str, name: str) -> Source:
        """The template as it stands in its file now."""
        path = self._path(brand_id, name)
        try:
            read_text(inside(path, self.library.root))  # says what is wrong with a file that is none of ours
            source = self._source(brand_id, path, path.read_bytes(), lambda part: part.name == name)
        except Broken as broken:
            raise NotEditable(template=name, reason=remark(broken.problems[0])) from None
        except (OSError, UnicodeDecodeError):
            raise NotEditable(template=name, reason=remark(Problem(path, 0, BUSY))) from None
        self._remember(source)
        return source

    def _path(self, brand_id: str, name: str) -> Path:
        files, library = self.library.template_files(brand_id), self.library
        path = library.prompt_file(brand_id) if is_part(name) and name not in files else files.get(name)
        if path is None:
            raise self._unknown(brand_id, name)
        return path

    def _unknown(self, brand_id: str, name: str) -> UnknownTemplate:
        return UnknownTemplate(template=name[:_LONGEST_WORD], brand=self.library.brand(brand_id).name)

    def _source(self, brand_id: str, path: Path, raw: bytes, pick: Callable[[Part], bool]) -> Source:
        """The template in this file; of the prompt the section that is meant."""
        if path.name != FILE:
            return self._template(brand_id, path, raw)
        found = section(self.library, brand_id, path, raw, pick)
        if found is None:
            raise self._unknown(brand_id, NAME)
        return found

    def _template(self, brand_id: str, path: Path, raw: bytes) -> Source:
        text = plain_text(raw.decode("utf-8-sig"), path)
        name = path.name.removesuffix(".md")
        house = self.library.house(brand_id)
        template = _built(text, path, house.rules.facts) or house.templates.get(name)
        topic, lang = (template.front.topic, template.front.lang) if template else _guessed(name)
        body = body_of(text, path)
        return Source(
            brand=brand_id,
            name=name,
            path=path,
            topic=topic,
            lang=lang,
            text=text,
            body=body,
            body_line=text.count("\n", 0, len(text) - len(body)) + 1,
            version=hashlib.sha256(text.encode()).hexdigest()[:12],
            modified_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            inherited=not path.is_relative_to(self.library.folders(brand_id)[0]),
            variables=tuple(_usable(house, template)),
            triggers=tuple(template.front.triggers) if template else (),
            examples=tuple(dict.fromkeys(_examples(house, topic, lang, template))),
            raw=raw,
        )

    def _remember(self, source: Source) -> None:
        key = source.brand, source.name, source.version
        self._seen[key] = source.seen
        self._seen.move_to_end(key)
        while len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)

    # Trying

    def lint(self, brand_id: str, name: str, body: str) -> tuple[Problem, ...]:
        """All that forbids this text; lines count in the file, whose text begins at ``Source.body_line``."""
        source = self.source(brand_id, name)
        try:
            self._tried(source, body)
        except Broken as broken:
            return broken.problems
        return ()

    def preview(
        self, brand_id: str, name: str, body: str, complaint: Complaint, length: Callable[[str], Length] = _unlimited
    ) -> Preview:
        """What this text would answer; ``length`` measures it, signature included. Raises ``Broken``."""
        source = self.source(brand_id, name)
        template = self._tried(source, body)
        if isinstance(template, PromptTemplate):
            return Preview(preview_section(self.library, template, body, complaint, brand_id))
        house = self.library.house(brand_id)
        house = replace(house, templates={**house.templates, name: template})  # what it promises, it may say
        front = template.front
        text = template.render(house.variables(complaint, front.lang))
        case = Case(complaint=complaint, updated_at=complaint.received_at, lang=front.lang, topic=front.topic)
        return Preview(text, check(house, case, text, length(text)))

    def example(self, source: Source) -> Complaint:
        """A complaint to preview the template on while nobody has complained about its topic."""
        text = source.examples[0] if source.examples else ""
        return Complaint(id=EXAMPLE, brand=source.brand, text=text, received_at=datetime.now(UTC), lang=source.lang)

    def _tried(self, source: Source, body: str) -> ReplyTemplate | PromptTemplate:
        if source.part:
            return self.library.tried_prompt(source.brand, self._own(source), source.with_body(body))
        return self.library.tried(source.brand, self._own(source), source.with_body(body))

    def _own(self, source: Source) -> Path:
        """Where the brand's own file lies, or would lie."""
        if not source.inherited:
            return source.path
        folder = self.library.folders(source.brand)[0] if source.part else self._folder(source.brand)
        return folder / source.path.name

    def _folder(self, brand_id: str) -> Path:
        return self.library.folders(brand_id)[0] / "templates"

    # Saving

    def save(self, brand_id: str, name: str, body: str, seen_version: str) -> Source:
        """Save the text; once this returns, drafts are written from it. Returns the template as it is then.

        Nothing is written, and raised are ``Broken`` for a text that cannot be used, ``Changed`` when the file is no
        longer at the version that the person saw, ``NotWritable`` where we may not write.
        """
        with self._one_at_a_time:
            now = self.source(brand_id, name)
            same = tidied(body) == tidied(now.body)
            if now.version != seen_version and not same:
                raise self._changed(now, body, seen_version)
            self._tried(now, body)
            return now if same else self._saved(now, body, seen_version)

    def _saved(self, now: Source, body: str, seen_version: str) -> Source:
        data, own = now.written(body), self._own(now)
        self._check_inside(own)
        try:
            if now.inherited:
                add(own, data)
            else:
                put(own, data, still=lambda: now.path.read_bytes() == now.raw, like=now.path)
        except Meanwhile:
            raise self._changed(self.source(now.brand, now.name), body, seen_version) from None
        return self._in_use(now.brand, own, data, now.start)

    def _changed(self, now: Source, body: str, seen_version: str) -> Changed:
        seen = self._seen.get((now.brand, now.name, seen_version))
        changed = difference(seen, now.seen) if seen else ""
        return Changed(now, changed or difference(tidied(body), now.body) or "…")

    def _check_inside(self, path: Path) -> None:
        try:
            inside(path, self.library.root)
        except Broken as broken:
            raise NotEditable(template=path.name, reason=remark(broken.problems[0])) from None

    def _in_use(self, brand_id: str, path: Path, data: bytes, start: int = 0) -> Source:
        self.library.refresh()
        source = self._source(brand_id, path, data, lambda part: part.end > start)
        self._remember(source)
        return source

    # Writing new ones

    def create(
        self,
        brand_id: str,
        topic: str,
        lang: str,
        body: str,
        triggers: Iterable[str] = (),
        examples: Iterable[str] = (),
    ) -> Source:
        """Write a new template, as a file of its own. The same once more gives the one that is there.

        Raises ``UnknownTopic``, ``UnspokenLanguage``, ``TooManyVariants``, ``NotWritable``; and ``Broken``, whose lines
        count in ``body``, 0 being what is not the body.
        """
        house = self.library.house(brand_id)
        if topic not in house.protocol.topics:
            raise UnknownTopic(topic=topic[:_LONGEST_WORD])
        if lang not in house.rules.languages:
            raise UnspokenLanguage(brand=house.brand.name, code=lang[:_LONGEST_WORD])
        with self._one_at_a_time:
            data = self._fresh(brand_id, (topic, lang, phrases(triggers), phrases(examples)), tidied(body)).encode()
            return self._in_use(brand_id, self._added(brand_id, topic, lang, data), data)

    def _fresh(self, brand_id: str, front: tuple[str, str, Collection[str], Collection[str]], body: str) -> str:
        """The new file's text. Raises ``Broken``."""
        head = front_matter(*front, absent=OFTEN_ABSENT)
        path = self._folder(brand_id) / f"{front[0]}.{front[1]}.md"
        try:
            template = self.library.tried(brand_id, path, head + body)
        except Broken as broken:
            above = head.count("\n")
            raise Broken([replace(one, line=max(0, one.line - above)) for one in broken.problems]) from None
        return front_matter(*front, absent=[name for name in OFTEN_ABSENT if name in template.uses]) + body

    def _added(self, brand_id: str, topic: str, lang: str, data: bytes) -> Path:
        files = self.library.template_files(brand_id)
        for name in self._free_names(brand_id, topic, lang):
            if name in files and _holds(files[name], data):
                return files[name]
            path = self._folder(brand_id) / f"{name}.md"
            self._check_inside(path)
            with suppress(Meanwhile):
                if name not in files:
                    add(path, data)
                    return path
        raise TooManyVariants(topic=topic, number=MOST_VARIANTS)

    def _free_names(self, brand_id: str, topic: str, lang: str) -> Iterator[str]:
        """What the topic's templates may be called, save what belongs to another topic, free or taken."""
        others = self.library.house(brand_id).protocol.topics
        stems = (f"{topic}-{number}" for number in range(2, MOST_VARIANTS + 1))
        yield from (f"{stem}.{lang}" for stem in chain([topic], (stem for stem in stems if stem not in others)))


# Names

_NAME = re.compile(r"(.+?)(?:-\d+)?\.([a-z]{2})")


def _stem(name: str) -> str:
    """The name without its language."""
    return name.rpartition(".")[0] or name


def _guessed(name: str) -> tuple[str, str]:
    """Topic and language, as far as a file's name tells them."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")


def _built(text: str, path: Path, facts: Collection[str]) -> ReplyTemplate | None:
    with suppress(Broken):
        return build_template(text, path, facts)
    return None


def _usable(house: House, template: ReplyTemplate | None) -> Iterator[str]:
    """The names that the text may use: what may be absent must stand in the front matter, which is not edited here."""
    needs = {name.removesuffix("?") for name in template.front.needs} if template else OFTEN_ABSENT
    yield from (name for name in VARIABLES if name not in OFTEN_ABSENT or name in needs)
    yield from house.rules.facts


def _holds(path: Path, data: bytes) -> bool:
    with suppress(OSError):
        return path.read_bytes() == data
    return False


def _examples(house: House, topic: str, lang: str, own: ReplyTemplate | None) -> Iterator[str]:
    """What people write about it: as the template, the others of its topic and the protocol tell."""
    if own:
        yield from own.front.examples
    for template in house.templates_for(topic, lang):
        yield from template.front.examples
    yield from house.topic(topic).examples.get(lang, ())
