"""A replay as one page of HTML: figures, then every complaint with the draft of that time, today's, and the approved.

The page holds no script and loads nothing; whatever customers wrote is escaped text, and its policy forbids the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, StrictUndefined, Template

from bot.desk.case import Remark
from bot.locale import Sentences
from bot.report.figures import Figures
from bot.report.page_cases import Cases, plain
from bot.report.page_figures import Amounts
from bot.report.veil import Veil
from bot.report.versions import Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the replay was: for the head of the page."""

    brand: str
    since: datetime
    until: datetime
    model: str  # empty: written from templates
    prompts: str
    masked: bool
    total: int
    done: int
    unanswered: int = 0
    trouble: Remark | None = None


def page(setting: Setting, figures: Figures, shown: Iterable[tuple[Compared, Veil]], say: Sentences) -> str:
    """The whole page."""
    cases = [Cases(say).case(one, veil) for one, veil in shown]
    return _template().render(
        lang=say.lang,
        words=_words(say),
        head=_head(setting, say),
        notes=_notes(setting, figures, len(cases), say),
        tiles=Amounts(say).tiles(figures.total),
        rows=[Amounts(say).row(topic, row) for topic, row in figures.rows],
        cases=cases,
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((Path(__file__).parent / "page.html.j2").read_text(encoding="utf-8"))


def _words(say: Sentences) -> dict[str, str]:
    return {
        "title": say("Replay"),
        "topic": say("Topic"),
        "complaints": say("Complaints"),
        "passes": say("Pass the checks"),
        "changed": say("To change until approved"),
        "length": say("Length"),
        "cost": say("Cost"),
        "time": say("Time"),
        "all": say("All"),
        "blocked": say("Blocked now"),
        "regressed": say("Blocked now, not then"),
        "another": say("Another text than then"),
        "far": say("Far from the approved text"),
        "better": say("better"),
        "worse": say("worse"),
        "show": say("Show"),
        "legend": say("Marked words are not in the approved text."),
        "explained": say(
            "Both drafts are checked by the rules of the prompts tried here. “To change” is the share of a draft's "
            "characters to change until it is the approved text; it, length and time are medians."
        ),
    }


def _head(setting: Setting, say: Sentences) -> dict[str, str]:
    since, until = (format_date(day.date(), "long", locale=say.lang) for day in (setting.since, setting.until))
    return {
        "brand": plain(setting.brand),
        "period": say("Complaints from {since} to {until}", since=since, until=until),
        "pen": say("drafted by the model {model}", model=plain(setting.model))
        if setting.model
        else say("drafted from templates"),
        "prompts": say("prompts: {folder}", folder=plain(setting.prompts)),
    }


def _notes(setting: Setting, figures: Figures, shown: int, say: Sentences) -> list[str]:
    notes = [say("Nothing was posted and no case was changed.")]
    if setting.masked:
        notes.append(say("Personal data is masked."))
    else:
        notes.append(say("Personal data is not masked: keep this page within the team."))
    if setting.done < setting.total:
        facts = {"done": setting.done, "total": setting.total}
        notes.append(say("{done} of {total} complaints so far: the same command goes on with the rest.", **facts))
    if setting.unanswered:
        says = "Not drafted by the model, and not counted here: {number}. {reason}"
        notes.append(say(says, number=setting.unanswered, reason=setting.trouble or ""))
    if shown < figures.total.now.complaints:
        says = "{number} of {total} are shown: those that a check blocks, then those furthest from the approved text."
        notes.append(say(says, number=shown, total=figures.total.now.complaints))
    return notes
