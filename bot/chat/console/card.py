"""Case -> what the terminal shows. Pure: the same case gives the same card."""

from __future__ import annotations

import re
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.chat import lines, words
from bot.desk.case import Case, Draft, Severity
from bot.locale import Sentences

#: Longer complaints are cut in view, never in what is kept.
VIEW = 1_200
_TRANSLATED = 5_000
# what moves a cursor, rings, colours, or turns the reading direction: harmless once it is visible
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_COLOURS = {Severity.LOW: "dim", Severity.NORMAL: "cyan", Severity.HIGH: "yellow", Severity.CRITICAL: "bold red"}


def card(case: Case, now: datetime, say: Sentences, signature: str = "", goes: str = "") -> RenderableType:
    """The card of a case: who and where, the complaint, the draft with its warnings, what to do next.

    ``signature`` is what will stand behind the draft when the one who looks at it approves; ``goes`` says where it
    goes then.
    """
    parts: list[RenderableType] = [_complaint(case, say), _about(case, say)]
    if case.draft:
        parts += [
            Text(plain(run.text), "bold red" if run.bold else "yellow") for run in lines.original(case.draft, say)
        ]
        parts += [Text(), *_draft(case.draft, say, signature)]
    if goes:
        parts.append(Text(plain(goes), "dim"))
    if state := words.state(case, say):
        parts += [Text(), Text(plain(state), "bold")]
    return Panel(
        Group(*parts),
        title=Text(plain(words.headline(case, now, say)), "bold"),
        title_align="left",
        border_style=_COLOURS[case.severity],
        padding=(1, 2),
    )


def plain(text: str) -> str:
    """The text without effect on a terminal: control characters become a visible sign."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


def _complaint(case: Case, say: Sentences) -> RenderableType:
    text = plain(case.complaint.text)
    if len(text) > VIEW:
        text = text[:VIEW] + say(" … ({number} more characters)", number=len(text) - VIEW)
    quoted = [Text(say("“{text}”", text=text), "italic")]
    quoted += [Text(say("Attached: {name}", name=plain(name)), "dim") for name in case.complaint.attachments]
    quoted += [Text(say("Note: {note}", note=plain(note)), "dim") for note in case.complaint.notes]
    if case.complaint.link:
        quoted.append(Text(plain(case.complaint.link), "dim", overflow="fold"))
    return Group(*quoted)


def _about(case: Case, say: Sentences) -> RenderableType:
    return Text(plain(" · ".join(words.about(case, say))), _COLOURS[case.severity])


def _draft(draft: Draft, say: Sentences, signature: str) -> list[RenderableType]:
    title = " · ".join(filter(None, [say("Draft {number}", number=draft.number), words.origin(draft, say)]))
    parts: list[RenderableType] = [Text(plain(title), "bold")] if words.is_headed(draft) else []
    if draft.text:
        signed = Text.assemble((plain(draft.text), "green"), (f" {plain(signature)}" if signature else "", "dim green"))
        parts.append(Padding(signed, (0, 0, 0, 2)))
    parts += [Text("ℹ " + plain(one), "dim") for one in words.remarks(draft, say)]
    for blocks, sentence in words.findings(draft, say):
        parts.append(Text(("✗ " if blocks else "! ") + plain(sentence), "red" if blocks else "yellow"))
    if cost := words.usage(draft, say):
        parts.append(Text(plain(cost), "dim"))
    return parts


def translation(case: Case, text: str, say: Sentences) -> RenderableType:
    """The draft in the language that is spoken here; the card above shows it as it stands."""
    (heading, said), _ = lines.translated(case, plain(text), _TRANSLATED, say, say.lang)
    return Group(Text(plain(heading), "bold"), Padding(Text(said), (0, 0, 0, 2)), Text(lines.for_reading(say), "dim"))
