"""What a model is told of a case: masked, with the best of what was approved before, and what was wrong so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from rapidfuzz import fuzz

from bot.desk.brand import Person
from bot.desk.case import Case, Draft
from bot.desk.decision import Record
from bot.desk.ports import Length
from bot.voice.house import House, first_name, handle
from bot.voice.privacy import Kind, Mask, personal
from bot.voice.prompt import Earlier, Example, Frame, Matter
from bot.voice.protocol import VARIABLES

#: Examples and earlier drafts that are told.
MOST_EXAMPLES, MOST_EARLIER = 4, 3
#: Longer complaints and replies, in characters, teach nothing that shorter ones do not; longer drafts are cut.
LONG_COMPLAINT, LONG_REPLY, LONG_DRAFT = 800, 600, 1_500
#: From so many per cent of likeness on two texts are the same example.
ALIKE = 85
#: Who approves is not known yet: initials of two letters, a name of usual length.
_SOMEBODY = Person("", "Camille Durand")


def matter(
    house: House,
    case: Case,
    mask: Mask,
    *,
    examples: Sequence[Case],
    drafts: Sequence[Draft],
    records: Sequence[Record],
    length: Length,
    frame: Frame | None,
) -> Matter:
    """All that is told of a case.

    ``examples`` are posted cases of the same topic and language, newest first; ``drafts`` and ``records`` the case's
    own past; ``length`` is that of an empty reply on the case's network; ``frame`` is unmasked.
    """
    complaint = case.complaint
    lang = case.lang or house.languages.detect(complaint.text)
    own = handle(complaint.author)
    covered = mask.cover(Kind.HANDLE, own) if own else ""  # before the text is: it may name its author
    name = first_name(complaint.author_name)
    return Matter(
        complaint=mask.hide(complaint.text),
        lang=lang,
        network=complaint.network,
        limit=None if length.limit is None else max(0, length.limit - length.used - _signature(house)),
        unit=length.unit,
        topic=case.topic or _guessed(house, complaint.text, lang),
        first_name=name,
        handle=covered,
        facts=_facts(house, case, lang),
        notes=tuple(map(mask.hide, complaint.notes)),
        wish=mask.hide(case.wish.note) if case.wish else "",
        examples=tuple(_best(house, case, name, examples)),
        earlier=tuple(_earlier(case, mask, drafts, records)),
        frame=Frame(mask.hide(frame.text), tuple(map(mask.hide, frame.locked)), frame.change) if frame else None,
    )


def _signature(house: House) -> int:
    """What the signature will take, its blank included."""
    return len(house.brand.sign("x", _SOMEBODY)) - 1


def _guessed(house: House, text: str, lang: str) -> str:
    ranking = house.rank(text, lang)
    return ranking[0].topic if ranking else house.protocol.fallback


def _facts(house: House, case: Case, lang: str) -> dict[str, str]:
    """The brand's facts in the customer's language, in the brand's first one where it does not write in that."""
    spoken = lang if lang in house.rules.languages else house.rules.languages[0]
    known = house.variables(case.complaint, spoken)
    return {name: text for name, text in known.items() if text and name not in VARIABLES}


# Earlier drafts


def _earlier(case: Case, mask: Mask, drafts: Sequence[Draft], records: Sequence[Record]) -> Iterator[Earlier]:
    """The last drafts of the case, and what checks and people found wrong with them."""
    asked = case.wish.note if case.wish else ""
    for draft in [draft for draft in drafts if draft.text.strip()][-MOST_EARLIER:]:
        found = [str(finding.remark) for finding in draft.findings]
        said = [record.note for record in records if record.draft == draft.number and record.action in _OBJECTIONS]
        wrong = dict.fromkeys(filter(None, (*found, *(note for note in said if note != asked))))
        yield Earlier(mask.hide(draft.text[:LONG_DRAFT]), tuple(map(mask.hide, wrong)))


#: What people do to a draft that they do not like, and say why.
_OBJECTIONS = frozenset({"redraft", "reject"})


# Examples


def _best(house: House, case: Case, name: str, examples: Iterable[Case]) -> Iterator[Example]:
    """The few to learn from: approved without a warning before others, newest first, none like another."""
    usable = [one for one in examples if one.id != case.id and one.reply and _told(house, one)]
    usable.sort(key=lambda one: bool(one.draft and one.draft.findings))
    seen: list[Example] = []
    for one in usable:
        example = _example(house, one, name)
        if example and not any(_alike(example, other) for other in seen):
            seen.append(example)
            yield example
        if len(seen) == MOST_EXAMPLES:
            return


def _told(house: House, case: Case) -> bool:
    """Whether both texts are there, and short enough to be worth their place."""
    return 0 < len(case.complaint.text.strip()) <= LONG_COMPLAINT and 0 < len(_unsigned(house, case)) <= LONG_REPLY


def _example(house: House, case: Case, name: str) -> Example | None:
    """The complaint and its reply without what was that customer's; None where the reply is all about it.

    Another customer's data must not come back in this one's reply: it is not masked under this case's placeholders,
    but gone for good.
    """
    reply = _addressed(_unsigned(house, case), case, name)
    if personal(reply, house.privacy):
        return None
    complaint = _redacted(house, case.complaint.text)
    return Example(complaint, reply) if reply else None


def _unsigned(house: House, case: Case) -> str:
    """The approved text without its signature."""
    if case.reply is None:
        return ""
    if case.draft is not None and case.draft.number == case.reply.draft:
        return case.draft.text.strip()
    text = case.reply.text.rstrip()
    people = [Person(approval.by, approval.name) for approval in case.reply.approved_by]
    signed = (house.brand.sign("x", person).removeprefix("x").strip() for person in people)
    return next((text.removesuffix(end).rstrip() for end in signed if end and text.endswith(end)), text)


def _addressed(text: str, case: Case, name: str) -> str:
    """The reply as if it were to this customer: the other one's handle is gone, the first name replaced."""
    if own := handle(case.complaint.author):
        text = re.sub(rf"^{re.escape(own)}[\s,:]*|(?<!\w){re.escape(own)}(?!\w)", "", text).strip()
    if other := first_name(case.complaint.author_name):
        text = re.sub(rf"[ \u00a0]?(?<!\w){re.escape(other)}(?!\w)", f" {name}" if name else "", text).strip()
    text = text.lstrip(" ,;:!")
    return text[:1].upper() + text[1:]


def _redacted(house: House, text: str) -> str:
    return _NUMBERED.sub(r"[\1]", Mask(house.privacy).hide(text))


_NUMBERED = re.compile(r"\[([A-Z]+)_\d+\]")


def _alike(one: Example, other: Example) -> bool:
    like: Callable[[str, str], float] = fuzz.ratio
    return like(one.reply.casefold(), other.reply.casefold()) >= ALIKE or (
        like(one.complaint.casefold(), other.complaint.casefold()) >= ALIKE
    )
