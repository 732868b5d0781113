"""The lines of a card, before a chat draws them: what is said about the complaint, the draft and the end. Pure.

``words`` says single facts; here they stand in order, with their signs and cuts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.chat import words
from bot.chat.around import Around
from bot.chat.cutting import clip, cut, visible, web
from bot.desk.case import Case, Draft, Finding, Reply, Severity, Status
from bot.locale import Sentences
from bot.network.links import recognise

#: While one of these, all of the case is shown; afterwards the gist of it.
OPEN = frozenset({Status.RECEIVED, Status.AWAITING, Status.REFUSED})
SIGNS = {Severity.HIGH: "🟠 ", Severity.CRITICAL: "🔴 "}
MARKS = {Status.POSTED: "✅ ", Status.REJECTED: "🚫 ", Status.REFUSED: "❗ ", Status.UNKNOWN: "❓ "}
_FINDINGS = 6
_REMARKS = 4
_LONGEST_LINK = 1_000
_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line: words, a link with its label, or a moment.

    ``text`` says a moment in UTC, for chats and readers that know no other way; ``to_the_second`` only its time.
    """

    text: str
    bold: bool = False
    url: str = ""
    at: datetime | None = None
    to_the_second: bool = False


# The complaint


def title(case: Case, now: datetime, say: Sentences, brand: str = "") -> str:
    """Brand, network, author, age; a sign before what is severe, which the card also says in words."""
    said = clip(" · ".join(filter(None, (brand, words.headline(case, now, say)))), 200)
    return SIGNS.get(case.severity, "") + said[:1].upper() + said[1:]


def complaint(case: Case, most: int, say: Sentences) -> str:
    """The customer's words, or their beginning."""
    return shortened(case.complaint.text, most, say) if case.complaint.text.strip() else "…"


def shortened(text: str, most: int, say: Sentences) -> str:
    """The text, or its beginning and how much more there is."""
    text = visible(text).strip()
    seen = cut(text, most)
    more = len(text) - len(seen)
    return seen + (say(" … ({number} more characters)", number=more) if more else "")


def beside(case: Case, say: Sentences) -> list[str]:
    """Attachments and what colleagues said, six lines at most."""
    said = [say("Attached: {name}", name=name) for name in case.complaint.attachments]
    said += [say("Note: {note}", note=note) for note in case.complaint.notes]
    more = len(said) - 5
    return [clip(line, 240) for line in said[:5]] + ([say("… and {number} more", number=more)] if more > 0 else [])


def about(case: Case, say: Sentences) -> str:
    """Topic, kind, severity, language, who is on it."""
    return clip(" · ".join(words.about(case, say)), 300)


def link_to(case: Case) -> str:
    """The link to the complaint, when it is one that a chat takes; else empty."""
    return web(recognise(case.complaint.link).link, _LONGEST_LINK)


def original(draft: Draft, say: Sentences) -> list[Run]:
    """What the original is by now, where that is not as it was: a line each, five at most; in bold that it is gone."""
    gone, said = words.original(draft, say)
    lines = [Run(f"⚠️ {_on_one_line(one)}", bold=gone and not place) for place, one in enumerate(said[:_REMARKS])]
    more = len(said) - _REMARKS
    return lines + ([Run(say("… and {number} more", number=more))] if more > 0 else [])


def _on_one_line(said: str) -> str:
    return clip(" ".join(said[:_LOOKED_AT].split()), 320)


# The draft


def remarks(draft: Draft, say: Sentences) -> list[str]:
    """What to know about how it was written, five lines at most; to stand apart, or it seems part of the text."""
    said = words.remarks(draft, say)
    more = len(said) - _REMARKS
    rest = [say("… and {number} more", number=more)] if more > 0 else []
    return [f"ℹ️ {clip(one, 320)}" for one in said[:_REMARKS]] + rest


def checked(found: Sequence[Finding], say: Sentences) -> tuple[list[str], list[str]]:
    """What must be changed, and what a manager may let pass, in sentences."""
    must = [say.remark(finding.remark) for finding in found if finding.blocks]
    return must, [say.remark(finding.remark) for finding in found if not finding.blocks]


def findings(found: Sequence[Finding], say: Sentences) -> Iterator[tuple[str, list[str]]]:
    """What the checks found, under headings: what must be changed, then what to look at; six lines of each."""
    must, look = checked(found, say)
    yield from _listed(f"⛔ {say('To change before it can be posted:')}", must, say)
    yield from _listed(f"⚠️ {say('Please check:')}", look, say)


def _listed(heading: str, said: list[str], say: Sentences) -> Iterator[tuple[str, list[str]]]:
    more = len(said) - _FINDINGS
    if said:
        rest = [say("… and {number} more", number=more)] if more > 0 else []
        yield heading, [clip(one, 200) for one in said[:_FINDINGS]] + rest


def small_print(case: Case, draft: Draft, around: Around) -> Iterator[str]:
    """Where the text comes from and how long it is; what it cost; where it goes."""
    say = around.say
    measured = words.length(around.length, say) if around.length and draft.text.strip() else ""
    if said := " · ".join(filter(None, (words.origin(draft, say), measured))):
        yield said
    if cost := words.usage(draft, say):
        yield clip(cost, 240)
    if case.status is not Status.RECEIVED and draft.text.strip():
        yield destination(case, around)


def destination(case: Case, around: Around) -> str:
    """Who will post the draft, and where."""
    say, network = around.say, case.complaint.network
    if around.by_hand:
        return say("Once approved, this card gives the text to copy and post on {network}.", network=network)
    if around.account.strip():
        account = clip(around.account, 80)
        return say("Once approved, {account} posts it on {network}.", account=account, network=network)
    return say("Once approved, the bot posts it on {network}.", network=network)


def translated(case: Case, text: str, most: int, say: Sentences, lang: str) -> Iterator[tuple[str, str]]:
    """Headings and texts: the draft in the language ``lang``, then as the customer would read it."""
    number, own = (case.draft.number, case.draft.text) if case.draft else (0, "")
    yield say("Draft {number}, translated into {lang}", number=number, lang=lang), shortened(text, most, say) or "–"
    yield say("The draft itself, in {lang}", lang=case.lang), shortened(own, most, say)


def for_reading(say: Sentences) -> str:
    """What stands below a translation."""
    return say("Translated by the model, for you alone to read. What is posted is the draft itself.")


# What became of it


def standing(case: Case, around: Around) -> list[str]:
    """What there is to know before deciding."""
    say = around.say
    if case.status is Status.RECEIVED:
        return [_on_its_way(case, say)]
    state = MARKS.get(case.status, "") + words.state(case, say)
    escalated = say("Escalated: {reason}", reason=case.escalated) if case.escalated else ""
    said = [f"🚨 {escalated}" if escalated else "", "" if state == escalated else state]
    return [clip(line, 600) for line in said if line]


def _on_its_way(case: Case, say: Sentences) -> str:
    if case.draft is None:
        return say("A draft is on its way…")
    note = clip(case.wish.note, 500) if case.wish and case.wish.note else ""
    return say("A new draft is on its way: “{note}”", note=note) if note else say("A new draft is on its way…")


def ending(case: Case, around: Around) -> Iterator[Run]:
    """One line: what became of the case, and what to do now."""
    say = around.say
    if case.status is Status.POSTED and case.reply:
        yield from _posted(case.reply, say)
        return
    if left := around.left(case):
        yield from _posting(case, around, left)
        return
    yield Run(MARKS.get(case.status, "") + clip(words.state(case, say), 600), bold=True)
    if around.given(case):
        network = case.complaint.network
        then = say("Copy this text, post it on {network}, then mark it as posted:", network=network)
        yield Run(f" {then}")
    elif case.status in {Status.APPROVED, Status.SENDING} and not case.reason:
        yield Run(f" {say('It is being posted…')}")


def _posting(case: Case, around: Around, left: int) -> Iterator[Run]:
    """The seconds do not tick, so the time stands beside them."""
    until = around.undo_until or around.now
    yield Run(around.say("Posting in {seconds} s", seconds=left), bold=True)
    yield Run(" · ")
    yield Run(f"{until.astimezone(UTC):%H:%M:%S} UTC", at=until, to_the_second=True)
    yield from _approvers(case.reply, around.say)


def _posted(reply: Reply, say: Sentences) -> Iterator[Run]:
    yield Run(f"✅ {say('Posted')}", bold=True)
    yield from _approvers(reply, say)
    at = reply.posted_at or reply.approved_at
    yield Run(" · ")
    yield moment(at)
    if url := web(reply.link, _LONGEST_LINK):
        yield Run(" · ")
        yield Run(say("See the reply"), url=url)


def moment(at: datetime) -> Run:
    """A day and a time."""
    return Run(f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC", at=at)


def _approvers(reply: Reply | None, say: Sentences) -> Iterator[Run]:
    names = " + ".join(approval.name for approval in reply.approved_by) if reply else ""
    if names.strip():
        yield Run(f" · {say('approved by {names}', names=clip(names, 200))}")
