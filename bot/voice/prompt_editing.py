"""The sections of a brand's ``draft.md.j2`` as ``Editing`` finds, reads and tries them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.desk.case import Complaint
from bot.voice.house import House, first_name, handle
from bot.voice.library import Library, inside
from bot.voice.privacy import Kind, Mask
from bot.voice.prompt import FILE, Matter, PromptTemplate, marker
from bot.voice.prompt_parts import NAME, Part, parts
from bot.voice.prompt_reading import piece
from bot.voice.prompt_words import BRAND, CASE, named, of_brand, of_case
from bot.voice.protocol import VARIABLES
from bot.voice.source import Source
from bot.voice.yamlfile import Broken, plain_text, read_text

#: What people call the prompt beside its name.
_ALSO = ("prompt", FILE, FILE.removesuffix(".j2"))
#: The boundary's code in a preview.
_CODE = "0123456789ab"


def prompt_sections(library: Library, brand_id: str) -> tuple[str, ...]:
    """The names of the sections, in their order; none where the brand has no prompt."""
    path = library.prompt_file(brand_id)
    if path is None:
        return ()
    with suppress(Broken):
        return tuple(part.name for part in parts(read_text(inside(path, library.root))))
    held = library.house(brand_id).prompt
    return tuple(part.name for part in parts(held.source)) if held else ()


def sections_meant(library: Library, brand_id: str, what: str) -> tuple[str, ...]:
    """Those that somebody's words mean: all for ``draft``, one for its name or for words of it behind ``draft``."""
    said = what.strip().casefold()
    if said.split(maxsplit=1)[:1] not in ([NAME], [f"{NAME}:"]) and said not in _ALSO:
        return ()
    names = prompt_sections(library, brand_id)
    words = said.removeprefix(NAME).lstrip(": ") if said not in _ALSO else ""
    return tuple(name for name in names if name.casefold() == said) or tuple(
        name for name in names if words in name.casefold()
    )


def section(library: Library, brand_id: str, path: Path, raw: bytes, pick: Callable[[Part], bool]) -> Source | None:
    """The first section of the file that is meant, as it stands in ``raw``. Raises ``Broken`` for no plain text."""
    text = plain_text(raw.decode("utf-8-sig"), path)
    part = next(filter(pick, parts(text)), None)
    if part is None:
        return None
    house, body = library.house(brand_id), text[part.start : part.end]
    return Source(
        brand=brand_id,
        name=part.name,
        path=path,
        topic="",
        lang=house.rules.languages[0],
        text=text,
        body=body,
        below=text[part.end :],
        part=True,
        body_line=text.count("\n", 0, part.start) + 1,
        version=hashlib.sha256(body.encode()).hexdigest()[:12],
        modified_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        inherited=not path.is_relative_to(library.folders(brand_id)[0]),
        variables=tuple(named(BRAND)) + (tuple(named(CASE)) if _by_case(text, part.start, path) else ()),
        examples=tuple(_examples(house)),
        raw=raw,
    )


def _by_case(text: str, start: int, path: Path) -> bool:
    """Whether a section stands below the marker line."""
    with suppress(Broken):
        return start >= marker(text, path)[1]
    return True


def _examples(house: House) -> Iterator[str]:
    """What customers write, for a preview while nobody has written."""
    lang = house.rules.languages[0]
    for template in house.templates.values():
        if template.front.lang == lang:
            yield from template.front.examples[:1]


def preview_section(library: Library, prompt: PromptTemplate, body: str, complaint: Complaint, brand_id: str) -> str:
    """A section as the model would read it for this complaint; where it is none by itself, all of the case."""
    house = library.house(brand_id)
    matter = sample(house, complaint)
    try:
        template = piece(body, prompt.path)
    except Broken:
        return prompt.prompt(house, matter, _CODE).case
    return template.render({**of_brand(house), **of_case(matter, _CODE)}).strip()


def sample(house: House, complaint: Complaint) -> Matter:
    """What is told of a complaint at first, masked: without examples, earlier drafts and the network's limit."""
    mask = Mask(house.privacy)
    lang = complaint.lang or house.languages.detect(complaint.text)
    own = handle(complaint.author)
    ranking = house.rank(complaint.text, lang)
    facts = house.variables(complaint, lang if lang in house.rules.languages else house.rules.languages[0])
    return Matter(
        handle=mask.cover(Kind.HANDLE, own) if own else "",
        complaint=mask.hide(complaint.text),
        lang=lang,
        network=complaint.network,
        topic=ranking[0].topic if ranking else house.protocol.fallback,
        first_name=first_name(complaint.author_name),
        facts={name: text for name, text in facts.items() if text and name not in VARIABLES},
        notes=tuple(map(mask.hide, complaint.notes)),
    )
