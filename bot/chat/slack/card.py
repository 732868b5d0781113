"""Case -> Block Kit. Pure: the same case gives the same card.

What customers and colleagues wrote stands in ``plain_text`` and ``rich_text`` only, which never format and never ping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.chat import words
from bot.chat.around import Around as Around
from bot.chat.grammar import Act
from bot.chat.slack import blocks as kit
from bot.chat.slack.blocks import Block
from bot.chat.slack.buttons import buttons, fits_card
from bot.chat.slack.decisions import block_id
from bot.chat.slack.text import inert
from bot.desk.case import Case, Draft, Finding, Reply, Severity, Status
from bot.locale import Sentences
from bot.network.links import recognise

#: How much of a text is shown, in characters; what is kept and posted is never cut.
VIEW = 1_200
GLIMPSE = 240
DRAFT_VIEW = 2_500
FALLBACK = 3_000
_FINDINGS = 6
_ROOM = 12_500  # for all blocks, some way below what Slack takes
_BUTTONS = 3_500  # of it, for the row under the card
_OPEN = frozenset({Status.RECEIVED, Status.AWAITING, Status.REFUSED})
_SIGNS = {Severity.HIGH: "🟠 ", Severity.CRITICAL: "🔴 "}
_MARKS = {Status.POSTED: "✅ ", Status.REJECTED: "🚫 ", Status.REFUSED: "❗ ", Status.UNKNOWN: "❓ "}


def card(case: Case, around: Around) -> Block:
    """The card of a case: ``text`` for notifications and screen readers, and ``blocks``."""
    drawn = shown(case, around)
    if row := buttons(case, around, room=_ROOM - kit.size(drawn)):
        drawn.append(row)
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
    return kit.fit(list(_in_full(case, around) if case.status in _OPEN else _in_short(case, around)), _ROOM - _BUTTONS)


def _in_full(case: Case, around: Around) -> Iterator[Block]:
    say = around.say
    yield kit.rich(_headline(case, around), kit.quote(kit.words(_complaint(case, VIEW, say))))
    if beside := _beside(case, say):
        yield kit.context(*beside)
    yield kit.rich(_about(case, say))
    if missing := words.missing(case, say):
        yield kit.section(missing, kit.button(Act.ADD, say("Add…")), block_id("missing", case))
    if case.draft:
        yield kit.divider()
        yield kit.rich(*_draft(case.draft, around))
        if found := list(findings(case.draft.findings, say)):
            yield kit.rich(*found)
        if small := list(_small_print(case, case.draft, around)):
            yield kit.context(*small)
    if standing := _standing(case, around):
        yield kit.rich(*(kit.line(kit.words(kit.clip(said, 600), bold=True)) for said in standing))


def _in_short(case: Case, around: Around) -> Iterator[Block]:
    say = around.say
    quoted = kit.quote(kit.words(_complaint(case, GLIMPSE, say)))
    url = link_to(case)
    where = [kit.line(_where(case, url, say))] if url else []
    yield kit.rich(_headline(case, around), quoted, *where)
    given = around.given(case)
    if case.reply and case.reply.text.strip() and not given:
        yield kit.rich(kit.line(kit.words(_cut(case.reply.text, DRAFT_VIEW, say))))
    yield kit.rich(_ending(case, around))
    if given:
        text = given.text if fits_card(given.text) else _cut(given.text, VIEW, say)
        yield kit.rich(kit.verbatim(text))


# The complaint


def _headline(case: Case, around: Around) -> Block:
    return kit.line(kit.words(title(case, around.now, around.say), bold=True))


def title(case: Case, now: datetime, say: Sentences, brand: str = "") -> str:
    """Brand, network, author, age; a sign before what is severe, which the card also says in words."""
    said = kit.clip(" · ".join(filter(None, (brand, words.headline(case, now, say)))), 200)
    return _SIGNS.get(case.severity, "") + said[:1].upper() + said[1:]


def _complaint(case: Case, most: int, say: Sentences) -> str:
    return _cut(case.complaint.text, most, say) if case.complaint.text.strip() else "…"


def _cut(text: str, most: int, say: Sentences) -> str:
    """The text, or its beginning and how much more there is."""
    text = kit.visible(text).strip()
    seen = kit.cut(text, most)
    more = len(text) - len(seen)
    return seen + (say(" … ({number} more characters)", number=more) if more else "")


def _beside(case: Case, say: Sentences) -> list[str]:
    """Attachments and what colleagues said, nine lines at most."""
    said = [say("Attached: {name}", name=name) for name in case.complaint.attachments]
    said += [say("Note: {note}", note=note) for note in case.complaint.notes]
    more = len(said) - 5
    return [kit.clip(line, 240) for line in said[:5]] + ([say("… and {number} more", number=more)] if more > 0 else [])


def _about(case: Case, say: Sentences) -> Block:
    runs = [kit.words(kit.clip(" · ".join(words.about(case, say)), 300))]
    if url := link_to(case):
        runs += [kit.words(" · "), _where(case, url, say)]
    return kit.line(*runs)


def _where(case: Case, url: str, say: Sentences) -> Block:
    return kit.link(url, say("See it on {network}", network=case.complaint.network))


def link_to(case: Case) -> str:
    """The link to the complaint, when it is one that Slack takes; else empty."""
    return kit.web(recognise(case.complaint.link).link, 1_000)


# The draft


def _draft(draft: Draft, around: Around) -> Iterator[Block]:
    say = around.say
    yield kit.line(kit.words(say("Draft {number}", number=draft.number), bold=True))
    if draft.text.strip():
        signature = [kit.words(f" {kit.clip(around.signature, 100)}", italic=True)] if around.signature.strip() else []
        yield kit.line(kit.words(_cut(draft.text, DRAFT_VIEW, say)), *signature)
    if draft.reason:
        yield kit.line(kit.words(f"ℹ️ {kit.clip(say.remark(draft.reason), 400)}"))


def findings(found: Sequence[Finding], say: Sentences) -> Iterator[Block]:
    """What the checks found, as paragraphs of a rich text: what must be changed, then what to look at."""
    must, look = checked(found, say)
    yield from _listed(f"⛔ {say('To change before it can be posted:')}", must, say)
    yield from _listed(f"⚠️ {say('Please check:')}", look, say)


def checked(found: Sequence[Finding], say: Sentences) -> tuple[list[str], list[str]]:
    """What must be changed, and what a manager may let pass, in sentences."""
    must = [say.remark(finding.remark) for finding in found if finding.blocks]
    return must, [say.remark(finding.remark) for finding in found if not finding.blocks]


def _listed(title: str, said: list[str], say: Sentences) -> Iterator[Block]:
    if not said:
        return
    more = len(said) - _FINDINGS
    said = said[:_FINDINGS] + ([say("… and {number} more", number=more)] if more > 0 else [])
    yield kit.line(kit.words(title, bold=True))
    yield kit.bullets(*(kit.line(kit.words(kit.clip(one, 200))) for one in said))


def _small_print(case: Case, draft: Draft, around: Around) -> Iterator[str]:
    """Where the text comes from and how long it is; where it goes."""
    say, network = around.say, case.complaint.network
    measured = words.length(around.length, say) if around.length and draft.text.strip() else ""
    if said := " · ".join(filter(None, (words.origin(draft, say), measured))):
        yield said
    if case.status is Status.RECEIVED:
        return
    if around.by_hand:
        yield say("Once approved, this card gives the text to copy and post on {network}.", network=network)
    else:
        yield say("Once approved, the bot posts it on {network}.", network=network)


# What became of it


def _standing(case: Case, around: Around) -> list[str]:
    """What there is to know before deciding."""
    say = around.say
    if case.status is Status.RECEIVED:
        return [_on_its_way(case, say)]
    state = _MARKS.get(case.status, "") + words.state(case, say)
    escalated = say("Escalated: {reason}", reason=case.escalated) if case.escalated else ""
    said = [f"🚨 {escalated}" if escalated else "", "" if state == escalated else state]
    return [line for line in said if line]


def _on_its_way(case: Case, say: Sentences) -> str:
    if case.draft is None:
        return say("A draft is on its way…")
    note = case.wish.note if case.wish else ""
    return say("A new draft is on its way: “{note}”", note=note) if note else say("A new draft is on its way…")


def _ending(case: Case, around: Around) -> Block:
    """One line: what became of the case, and what to do now."""
    say = around.say
    if case.status is Status.POSTED and case.reply:
        return kit.line(*_posted(case.reply, say))
    if left := around.left(case):
        return kit.line(*_posting(case, around, left))
    said = _MARKS.get(case.status, "") + kit.clip(words.state(case, say), 600)
    if around.given(case):
        network = case.complaint.network
        then = say("Copy this text, post it on {network}, then mark it as posted:", network=network)
        return kit.line(kit.words(said, bold=True), kit.words(f" {then}"))
    if case.status in {Status.APPROVED, Status.SENDING} and not case.reason:
        return kit.line(kit.words(said, bold=True), kit.words(f" {say('It is being posted…')}"))
    return kit.line(kit.words(said, bold=True))


def _posting(case: Case, around: Around, left: int) -> Iterator[Block]:
    """The seconds do not tick, so the time stands beside them."""
    until = around.undo_until or around.now
    yield kit.words(around.say("Posting in {seconds} s", seconds=left), bold=True)
    yield kit.words(" · ")
    yield kit.moment(until.timestamp(), "{time_secs}", f"{until.astimezone(UTC):%H:%M:%S} UTC")
    yield from _approvers(case.reply, around.say)


def _posted(reply: Reply, say: Sentences) -> Iterator[Block]:
    yield kit.words(f"✅ {say('Posted')}", bold=True)
    yield from _approvers(reply, say)
    at = reply.posted_at or reply.approved_at
    yield kit.words(" · ")
    yield kit.moment(at.timestamp(), "{date_short_pretty} {time}", _time(at))
    if url := kit.web(reply.link):
        yield kit.words(" · ")
        yield kit.link(url, say("See the reply"))


def _approvers(reply: Reply | None, say: Sentences) -> Iterator[Block]:
    names = " + ".join(approval.name for approval in reply.approved_by) if reply else ""
    if names.strip():
        yield kit.words(f" · {say('approved by {names}', names=kit.clip(names, 200))}")


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


# For notifications and screen readers


def _fallback(case: Case, around: Around) -> str:
    return escaped("\n".join(kit.visible(line) for line in _spoken(case, around) if line.strip()), FALLBACK)


def _spoken(case: Case, around: Around) -> Iterator[str]:
    say = around.say
    yield title(case, around.now, say)
    yield say("“{text}”", text=_complaint(case, 700 if case.status in _OPEN else GLIMPSE, say))
    yield from _beside(case, say)[:3]
    yield kit.clip(" · ".join(words.about(case, say)), 200)
    yield kit.cut(link_to(case), 300)
    if case.status in _OPEN:
        yield words.missing(case, say)
        yield from _spoken_draft(case.draft, around) if case.draft else ()
        yield from (kit.clip(said, 300) for said in _standing(case, around))
    else:
        yield "".join(run.get("text") or run.get("fallback", "") for run in _ending(case, around)["elements"])
        yield kit.cut(case.reply.link, 300) if case.reply else ""
        yield _cut(case.reply.text, 700, say) if case.reply else ""


def _spoken_draft(draft: Draft, around: Around) -> Iterator[str]:
    say = around.say
    yield kit.clip(
        " · ".join(filter(None, (say("Draft {number}", number=draft.number), words.origin(draft, say)))), 160
    )
    yield f"{_cut(draft.text, 700, say)} {kit.cut(around.signature, 100)}" if draft.text.strip() else ""
    yield kit.clip(say.remark(draft.reason), 200) if draft.reason else ""
    must, look = checked(draft.findings, say)
    yield kit.clip(f"{say('To change before it can be posted:')} {' '.join(must)}", 300) if must else ""
    yield kit.clip(f"{say('Please check:')} {' '.join(look)}", 300) if look else ""


def escaped(text: str, most: int) -> str:
    """The text with no ping, link or format in it, at most so long."""
    said = inert(text)
    if len(said) <= most:
        return said
    return _HALF.sub("", said[: most - 1]) + "…"


_HALF = re.compile("&[a-z]{0,4}$")
