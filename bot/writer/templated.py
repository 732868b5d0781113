"""The pen that needs no model: the protocol and the brand's templates."""

from __future__ import annotations

from collections.abc import Iterator

from bot.desk.case import Alternative, Case, Complaint, Origin, Remark
from bot.desk.ports import Writing
from bot.errors import UnknownTemplate
from bot.voice.house import House
from bot.voice.library import Library
from bot.voice.match import Match
from bot.voice.protocol import Mode
from bot.voice.template import ReplyTemplate

BEST = 3
#: Templates in the customer's language from which on nobody needs one in another.
ENOUGH = 4


class TemplatedWriter:
    """Writes the next draft from a template; never fails for want of one, it says so instead."""

    def __init__(self, library: Library) -> None:
        self.library = library

    async def write(self, case: Case) -> Writing:
        """The draft that ``compose`` makes."""
        return compose(self.library.house(case.brand), case)


def compose(house: House, case: Case) -> Writing:
    """Choose a template for a case and fill it in.

    The reply is in the customer's language where the brand has a template for it. A second draft of the same case
    comes from the next template that fits, or from the one that ``case.wish`` names.
    """
    complaint = case.complaint
    if not complaint.text.strip() and not (case.wish and case.wish.template):
        return _unread(house, case)
    lang = case.lang or house.languages.detect(complaint.text)
    ranking = house.rank(complaint.text, lang)
    topic = ranking[0].topic if ranking else house.protocol.fallback
    fitting = _fitting(house, complaint, ranking, lang)
    chosen, reason = _choose(house, case, topic, [template for template, _ in fitting])
    return Writing(
        text=chosen.render(house.variables(complaint, chosen.front.lang)) if chosen else "",
        origin=Origin.TEMPLATE,
        lang=lang,
        kind=house.topic(topic).kind,
        topic=topic,
        severity=house.severity(topic, complaint.text),
        template=chosen.name if chosen else "",
        version=chosen.version if chosen else "",
        alternatives=tuple(_alternatives(fitting)),
        reason=reason or _language_remark(chosen, lang),
    )


def _unread(house: House, case: Case) -> Writing:
    """Only a link or a picture came: nobody should answer what nobody has read."""
    fallback = house.protocol.fallback
    return Writing(
        text="",
        origin=Origin.TEMPLATE,
        lang=case.lang,
        kind=house.topic(fallback).kind,
        topic=fallback,
        severity=house.topic(fallback).severity,
        reason=Remark("No draft: what the customer wrote is missing. Please add it, or write the reply yourself."),
    )


def _fitting(house: House, complaint: Complaint, ranking: list[Match], lang: str) -> list[tuple[ReplyTemplate, float]]:
    """Every template that could serve, best first, the general one last; other languages' where few do."""
    fallback = Match(house.protocol.fallback, 0.0)
    topics = [*ranking, *([fallback] if all(match.topic != fallback.topic for match in ranking) else [])]
    fitting: list[tuple[ReplyTemplate, float]] = []
    for code in dict.fromkeys([lang, *house.rules.languages]):
        variables = house.variables(complaint, code)
        fitting += [
            (template, match.score if code == lang else 0.0)
            for match in topics
            for template in house.templates_for(match.topic, code)
            if template.fits(complaint.network, variables)
        ]
        if len(fitting) >= ENOUGH:
            break
    return fitting


def _choose(
    house: House, case: Case, topic: str, fitting: list[ReplyTemplate]
) -> tuple[ReplyTemplate | None, Remark | None]:
    """The template to use, and what the approver should know about the choice."""
    if case.wish and case.wish.template in house.templates:
        return house.templates[case.wish.template], None
    first = case.draft is None or case.wish is None  # without a wish the complaint itself has become another
    if house.mode(topic) is Mode.PERSON and first:
        return None, Remark("No draft: the protocol leaves “{topic}” to a person.", {"topic": topic})
    if not house.topic(topic).reply and first:
        return None, Remark("No reply needed: the protocol leaves “{topic}” unanswered.", {"topic": topic})
    if not fitting:
        return None, Remark("No template fits. Please write the reply yourself.")
    if first:
        return fitting[0], _general_remark(fitting[0], topic)
    return _next(house, case, fitting)


def _next(house: House, case: Case, fitting: list[ReplyTemplate]) -> tuple[ReplyTemplate, Remark | None]:
    """Another template than the one on the table; a note is for a person or a model, templates cannot follow it."""
    names = [template.name for template in fitting]
    shown = case.draft.template if case.draft else ""
    after = names.index(shown) + 1 if shown in names else 0
    chosen = fitting[after % len(fitting)]
    if chosen.name == shown:
        return chosen, Remark("There is no other template that fits.")
    if case.wish and case.wish.template:  # deleted since
        return chosen, Remark(UnknownTemplate.says, {"template": case.wish.template, "brand": house.brand.name})
    if case.wish and case.wish.note:
        note = Remark("Templates cannot follow a note (“{note}”): here is another one.", {"note": case.wish.note})
        return chosen, note
    return chosen, None


def _general_remark(chosen: ReplyTemplate, topic: str) -> Remark | None:
    if chosen.front.topic == topic:
        return None
    return Remark("“{topic}” has no template here: this is the general one.", {"topic": topic})


def _language_remark(chosen: ReplyTemplate | None, lang: str) -> Remark | None:
    if chosen is None or chosen.front.lang == lang:
        return None
    return Remark(
        "There is no template in the customer's language ({lang}): this one is in {written}.",
        {"lang": lang, "written": chosen.front.lang},
    )


def _alternatives(fitting: list[tuple[ReplyTemplate, float]]) -> Iterator[Alternative]:
    """The best template of each of the three best topics."""
    seen: set[str] = set()
    for template, score in fitting:
        if template.front.topic not in seen and len(seen) < BEST:
            seen.add(template.front.topic)
            yield Alternative(template.name, template.front.topic, round(score, 3))
