"""Which pen writes: the protocol's mode, the budget, and what becomes of a draft when the model does not answer."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import lru_cache

from bot.desk.case import Case, Origin, Remark, Usage
from bot.desk.ledger import Call, Ledger
from bot.desk.ports import Clock, Writing
from bot.errors import ModelTrouble, StoreError
from bot.voice.house import House
from bot.voice.instructions import instructions
from bot.voice.library import Library
from bot.voice.protocol import Mode, ModelRules
from bot.writer.model import ModelWriter
from bot.writer.templated import compose

log = logging.getLogger(__name__)

#: Translations that are kept: a card is read by several people.
_KEPT = 500


class Pens:
    """The writer of a desk with a model. A draft that the model cannot write comes from a template, and says so."""

    def __init__(
        self,
        library: Library,
        model: ModelWriter,
        ledger: Ledger,
        clock: Clock,
        *,
        budget: float,
        purpose: str = "draft",
    ) -> None:
        """``budget`` is what a brand may spend a day where brand.yaml says nothing; 0 is no limit."""
        self.library = library
        self._model = model
        self._ledger = ledger
        self._clock = clock
        self._budget = budget
        self._purpose = purpose
        self._translations: dict[tuple[str, int, str], str] = {}

    @property
    def problem(self) -> str:
        """What is wrong with the model's server, in English; empty when nothing is known to be."""
        return self._model.server.problem

    async def write(self, case: Case) -> Writing:
        """The next draft, from the pen that the protocol names."""
        house = self.library.house(case.brand)
        templated = compose(house, case)
        if not _wants_model(house, case, templated):
            return templated
        if reason := _spared(case) or await self._too_dear(house):
            return _instead(templated, reason)
        try:
            writing = await self._model.write(house, case, templated)
        except ModelTrouble as trouble:
            log.info("no draft of the model", extra={"case": case.id, "trouble": str(trouble.says)})
            spent = await self._noted(house, case, trouble.usage, self._purpose)
            return _instead(replace(templated, usage=spent), trouble.remark)
        usage = await self._noted(house, case, writing.usage, self._purpose)
        if house.mode(writing.topic) is Mode.PERSON and _first(case):
            return _for_a_person(replace(writing, usage=usage))
        return replace(writing, usage=usage)

    def writes(self, case: Case) -> bool:
        """Whether the model would write the next draft of this case."""
        house = self.library.houses.get(case.brand)
        return house is not None and house.mode(case.topic) in _MODELS and _instruction(case.complaint.text) == ""

    async def translate(self, case: Case, lang: str) -> str:
        """The case's current draft in this language. Raises ``ModelTrouble``."""
        key = (case.id, case.draft.number if case.draft else 0, lang)
        if key not in self._translations:
            house = self.library.house(case.brand)
            if reason := await self._too_dear(house):
                raise ModelTrouble(reason)
            text, usage = await self._model.translate(house, case, lang)
            await self._noted(house, case, usage, "translate")
            if len(self._translations) >= _KEPT:
                self._translations.pop(next(iter(self._translations)))
            self._translations[key] = text
        return self._translations[key]

    async def _too_dear(self, house: House) -> Remark | None:
        rules = house.rules.model
        budget = self._budget if rules.budget_per_day is None else rules.budget_per_day
        if not budget:
            return None
        midnight = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        if await self._ledger.spent(house.brand.id, midnight) < budget:
            return None
        facts = {"budget": f"{budget:g} {rules.currency}"}
        return Remark("Today's budget for the model ({budget}) is spent; it begins anew at midnight UTC.", facts)

    async def _noted(self, house: House, case: Case, usage: Usage | None, purpose: str) -> Usage | None:
        """The usage with its price, kept; a ledger that cannot be written must not cost the draft."""
        if usage is None:
            return None
        usage = priced(house.rules.model, usage)
        try:
            await self._ledger.note(Call(house.brand.id, self._clock.now(), purpose, usage, case.id))
        except StoreError:
            log.exception("a call of the model could not be noted", extra={"case": case.id})
        return usage


_MODELS = frozenset({Mode.MODEL, Mode.BOTH})


def priced(rules: ModelRules, usage: Usage) -> Usage:
    """The usage with what it costs by brand.yaml's table, by million tokens; cached ones at their own price."""
    price = rules.prices.get(usage.model)
    if price is None:
        return usage
    fresh = usage.tokens_in - usage.cached
    known = price.input if price.cached is None else price.cached
    cost = fresh * price.input + usage.cached * known + usage.tokens_out * price.output
    return replace(usage, price=cost / 1_000_000, currency=rules.currency)


def _wants_model(house: House, case: Case, templated: Writing) -> bool:
    if not case.complaint.text.strip() or (case.wish and case.wish.template):
        return False
    answered = house.topic(templated.topic).reply or not _first(case)
    return answered and house.mode(templated.topic) in _MODELS


def _first(case: Case) -> bool:
    """Whether nobody asked for this draft: the complaint itself did."""
    return case.draft is None or case.wish is None


def _spared(case: Case) -> Remark | None:
    """Whoever writes to a machine gets no machine: the model is not asked what the customer wants of it."""
    quote = _instruction(case.complaint.text)
    if not quote:
        return None
    facts = {"quote": quote}
    return Remark("The complaint holds instructions to a machine (“{quote}”): the model was not asked.", facts)


@lru_cache(maxsize=256)  # a card is drawn again and again
def _instruction(text: str) -> str:
    """What in a complaint speaks to a machine, shortened; empty for an ordinary one."""
    quotes = instructions(text)
    return " ".join(quotes[0].split())[:80] if quotes else ""


def _instead(templated: Writing, reason: Remark) -> Writing:
    """The template's draft, and why it is one."""
    return replace(templated, remarks=(reason, *templated.remarks))


def _for_a_person(writing: Writing) -> Writing:
    reason = Remark("No draft: the protocol leaves “{topic}” to a person.", {"topic": writing.topic})
    return replace(writing, text="", origin=Origin.MODEL, template="", findings=(), reason=reason)
