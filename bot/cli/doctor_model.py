"""Whether the model's server answers, for ``portevoix doctor``: asked for one short answer, as a draft would be."""

from __future__ import annotations

from bot.cli.doctor import Look
from bot.errors import ModelTrouble
from bot.settings import Settings
from bot.voice.library import Library
from bot.voice.prompt import Prompt
from bot.writer.answers import Translated
from bot.writer.server import Access, ModelServer

_ASKED = Prompt("You translate from English into French.", "Good morning.")


async def looks(settings: Settings, access: Access, library: Library | None) -> list[Look]:
    """The server, and what the brands say of it."""
    seen = [await _server(access)]
    for brand_id, house in library.houses.items() if library else ():
        if house.prompt is None:
            wrong = "there is no draft.md.j2 to ask the model with; “portevoix init” writes one in an empty folder"
            seen.append(Look(f"model {brand_id}", wrong=wrong))
        if (advice := _uncounted(settings, house.rules.model.budget_per_day, house.rules.model.prices)) is not None:
            seen.append(Look(f"model {brand_id}", advice=advice))
    return seen


async def _server(access: Access) -> Look:
    async with ModelServer(access) as server:
        try:
            _, usage = await server.ask(_ASKED, Translated, brand="doctor")
        except ModelTrouble as trouble:
            return Look("model", wrong=str(trouble))
    tokens = usage.tokens_in + usage.tokens_out
    return Look("model", well=f"{usage.model} answers ({usage.seconds:.1f} s, {tokens} tokens)")


def _uncounted(settings: Settings, budget: float | None, prices: object) -> str | None:
    """A budget that nothing is counted against, since brand.yaml does not say what the model costs."""
    limit = settings.budget_per_day if budget is None else budget
    if not limit or (isinstance(prices, dict) and settings.openai_model in prices):
        return None
    return f"the budget of {limit:g} a day counts nothing: brand.yaml has no price for {settings.openai_model}"
