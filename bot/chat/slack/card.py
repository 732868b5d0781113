"""Case -> Block Kit. Pure: the same case gives the same card.

What customers and colleagues wrote stands in ``plain_text`` and ``rich_text`` only, which never format and never ping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.chat import lines, words
from bot.chat.around import Around as Around
from bot.chat.grammar import Act
from bot.chat.lines import Run
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.buttons import buttons, fits_card, quiet_buttons
from bot.chat.slack.decisions import block_id
from bot.chat.slack.text import inert
from bot.desk.case import Case, Draft, Finding
from bot.locale import Sentences

#: How much of a text is shown, in characters; what is kept and posted is never cut.
VIEW = 1_200
GLIMPSE = 240
DRAFT_VIEW = 2_500
FALLBACK = 3_000
_ROOM = 12_500  # for all blocks, some way below what Slack takes
_BUTTONS = 4_000  # of it, for the rows under the card


def card(case: Case, around: Around) -> Block:
    """The card of a case: ``text`` for notifications and screen readers, and ``blocks``."""
    drawn = shown(case, around)
    quiet = [row] if (row := quiet_buttons(case, around)) else []
    if row := buttons(case, around, room=_ROOM - kit.size(drawn) - kit.size(quiet)):
        drawn.append(row)
    drawn += quiet
    return {"text": _fallback(case, around), "blocks": drawn}


def collapsed(draft: int, link: str, say: Sentences) -> Block:
    """What is left of the message that showed a draft which another one has replaced."""
    said = say("Draft {number} · replaced by a newer draft", number=draft)
    link = kit.web(link)
    runs = [kit.words(f"{said} · " if link else said, italic=True)]
    if link:
        runs.append(kit.link(link, say("see below")))
    return {"text": escaped(f"{said} · {link}" if link else said, FALLBACK), "blocks": [kit.rich(kit.line(*runs))]}


def shown(case: Case, around: Around) -> list[Block]:
    """The card without its buttons: all of the case while somebody may decide, the gist of it afterwards."""
    return kit.fit(
        list(_in_full(case, around) if case.status in lines.OPEN else _in_short(case, around)), _ROOM - _BUTTONS
    )


def _in_full(case: Case, around: Around) -> Iterator[Block]:
    say = around.say
    yield kit.rich(_headline(case, around), kit.quote(kit.words(lines.complaint(case, VIEW, say))))
    if beside := lines.beside(case, say):
        yield kit.context(*beside)
    yield kit.rich(_about(case, say))
    if missing := words.missing(case, say):
        yield kit.section(missing, kit.button(Act.ADD, say("Add…")), block_id("missing", case))
    if case.draft:
        if original := lines.original(case.draft, say):
            yield kit.rich(*(kit.line(drawn(run)) for run in original))
        yield kit.divider()
        if text := list(_draft(case.draft, around)):
            yield kit.rich(*text)
        if told := lines.remarks(case.draft, say):
            yield kit.rich(*(kit.line(kit.words(one)) for one in told))
        if found := list(findings(case.draft.findings, say)):
            yield kit.rich(*found)
        if small := list(lines.small_print(case, case.draft, around)):
            yield kit.context(*small)
    if standing := lines.standing(case, around):
        yield kit.rich(*(kit.line(kit.words(said, bold=True)) for said in standing))


def _in_short(case: Case, around: Around) -> Iterator[Block]:
    say = around.say
    quoted = kit.quote(kit.words(lines.complaint(case, GLIMPSE, say)))
    url = lines.link_to(case)
    where = [kit.line(_where(case, url, say))] if url else []
    yield kit.rich(_headline(case, around), quoted, *where)
    given = around.given(case)
    if case.reply and case.reply.text.strip() and not given:
        yield kit.rich(kit.line(kit.words(lines.shortened(case.reply.text, DRAFT_VIEW, say))))
    yield kit.rich(kit.line(*map(drawn, lines.ending(case, around))))
    if given:
        text = given.text if fits_card(given.text) else lines.shortened(given.text, VIEW, say)
        yield kit.rich(kit.verbatim(text))


def _headline(case: Case, around: Around) -> Block:
    return kit.line(kit.words(lines.title(case, around.now, around.say), bold=True))


def _about(case: Case, say: Sentences) -> Block:
    runs = [kit.words(lines.about(case, say))]
    if url := lines.link_to(case):
        runs += [kit.words(" · "), _where(case, url, say)]
    return kit.line(*runs)


def _where(case: Case, url: str, say: Sentences) -> Block:
    return kit.link(url, say("See it on {network}", network=case.complaint.network))


# The draft


def _draft(draft: Draft, around: Around) -> Iterator[Block]:
    say = around.say
    if words.is_headed(draft):
        yield kit.line(kit.words(say("Draft {number}", number=draft.number), bold=True))
    if draft.text.strip():
        signature = [kit.words(f" {kit.clip(around.signature, 100)}", italic=True)] if around.signature.strip() else []
        yield kit.line(kit.words(lines.shortened(draft.text, DRAFT_VIEW, say)), *signature)


def findings(found: Sequence[Finding], say: Sentences) -> Iterator[Block]:
    """What the checks found, as paragraphs of a rich text: what must be changed, then what to look at."""
    for heading, said in lines.findings(found, say):
        yield kit.line(kit.words(heading, bold=True))
        yield kit.bullets(*(kit.line(kit.words(one)) for one in said))


# What became of it


def drawn(run: Run) -> Block:
    """A part of a line."""
    if run.at:
        form = "{time_secs}" if run.to_the_second else "{date_short_pretty} {time}"
        return kit.moment(run.at.timestamp(), form, run.text)
    style = {"bold": True} if run.bold else {}
    return kit.link(run.url, run.text) if run.url else kit.words(run.text, **style)


# For notifications and screen readers


def _fallback(case: Case, around: Around) -> str:
    return escaped("\n".join(kit.visible(line) for line in _spoken(case, around) if line.strip()), FALLBACK)


def _spoken(case: Case, around: Around) -> Iterator[str]:
    say = around.say
    yield lines.title(case, around.now, say)
    yield say("“{text}”", text=lines.complaint(case, 700 if case.status in lines.OPEN else GLIMPSE, say))
    yield from lines.beside(case, say)[:3]
    yield kit.clip(lines.about(case, say), 200)
    yield kit.cut(lines.link_to(case), 300)
    if case.status in lines.OPEN:
        yield words.missing(case, say)
        yield from _spoken_draft(case.draft, around) if case.draft else ()
        yield from (kit.clip(said, 300) for said in lines.standing(case, around))
    else:
        yield "".join(run.text for run in lines.ending(case, around))
        yield kit.cut(case.reply.link, 300) if case.reply else ""
        yield lines.shortened(case.reply.text, 700, say) if case.reply else ""


def _spoken_draft(draft: Draft, around: Around) -> Iterator[str]:
    say = around.say
    yield kit.clip(" ".join(run.text for run in lines.original(draft, say)), 300) if draft.remarks else ""
    if words.is_headed(draft):
        heading = (say("Draft {number}", number=draft.number), words.origin(draft, say))
        yield kit.clip(" · ".join(filter(None, heading)), 160)
    yield f"{lines.shortened(draft.text, 700, say)} {kit.cut(around.signature, 100)}" if draft.text.strip() else ""
    if told := words.remarks(draft, say):
        yield kit.clip(" ".join(told), 300)
    must, look = lines.checked(draft.findings, say)
    yield kit.clip(f"{say('To change before it can be posted:')} {' '.join(must)}", 300) if must else ""
    yield kit.clip(f"{say('Please check:')} {' '.join(look)}", 300) if look else ""


def escaped(text: str, most: int) -> str:
    """The text with no ping, link or format in it, at most so long."""
    said = inert(text)
    if len(said) <= most:
        return said
    return _HALF.sub("", said[: most - 1]) + "…"


_HALF = re.compile("&[a-z]{0,4}$")
