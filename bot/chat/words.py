"""What a card says, whatever the chat: who and where, topic, the draft's origin, warnings, and what to do next."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from babel.numbers import format_decimal

from bot.desk.case import Case, Draft, Origin, Remark, Status, Usage
from bot.desk.ports import Length
from bot.locale import Sentences


def author(case: Case, say: Sentences) -> str:
    """Who complains: display name and handle, as far as known."""
    known = [part for part in (case.complaint.author_name, case.complaint.author) if part]
    return " · ".join(dict.fromkeys(known)) or say("author unknown")


def headline(case: Case, now: datetime, say: Sentences) -> str:
    """One line: network, author, age."""
    age = say.age(case.complaint.written_at or case.complaint.received_at, now)
    return " · ".join([say.network(case.complaint.network), author(case, say), age])


def about(case: Case, say: Sentences) -> list[str]:
    """Topic, kind, severity, language, and who is on it."""
    said = [case.topic or say("topic unknown")]
    if case.kind and case.kind not in {"complaint", case.topic}:
        said.append(say.word(case.kind))
    said += [say("severity: {severity}", severity=say.word(case.severity)), say.language(case.lang)]
    if case.taken_by:
        said.append(say("{name} is on it", name=case.taken_by))
    return said


def missing(case: Case, say: Sentences) -> str:
    """What the complaint lacks, as one sentence; empty when nothing does."""
    complaint = case.complaint
    lacks = [
        "" if complaint.text.strip() else say("the customer's words"),
        "" if complaint.author or complaint.author_name else say("the author"),
        "" if complaint.link else say("a link to the complaint"),
    ]
    lacks = [lack for lack in lacks if lack]
    return say("Missing: {lacks}.", lacks=", ".join(lacks)) if lacks else ""


def length(measured: Length, say: Sentences) -> str:
    """How long a text is, as its network counts: ``126 of 280 characters``."""
    if measured.limit is None:
        return say("{used} {unit}", used=measured.used, unit=measured.unit)
    return say("{used} of {limit} {unit}", used=measured.used, limit=measured.limit, unit=measured.unit)


def origin(draft: Draft, say: Sentences) -> str:
    """Where the draft's text comes from; empty where there is none."""
    if not draft.text.strip():
        return ""
    match draft.origin:
        case Origin.TEMPLATE if draft.template:
            return say("template {template} ({version})", template=draft.template, version=draft.version[:7])
        case Origin.TEMPLATE:
            return ""
        case Origin.MODEL:
            return _by_model(draft, draft.usage.model if draft.usage else "", say)
        case Origin.PERSON:
            return say("written by {name}", name=draft.by_name or draft.by)


def _by_model(draft: Draft, model: str, say: Sentences) -> str:
    if draft.template and model:
        return say("from the template {template}, fitted by the model {model}", template=draft.template, model=model)
    if draft.template:
        return say("from the template {template}, fitted by the model", template=draft.template)
    return say("written by the model {model}", model=model) if model else say("written by the model")


def remarks(draft: Draft, say: Sentences) -> list[str]:
    """Why there is no text, and what else to know about how it was written: every sentence once."""
    return _each_once([*filter(None, (draft.reason,)), *(one for one in draft.remarks if one.says not in _SEEN)], say)


def original(draft: Draft, say: Sentences) -> tuple[bool, list[str]]:
    """Whether the original is gone, and what else the approver should know of it as it stands now."""
    told = sorted((one for one in draft.remarks if one.says in _SEEN), key=lambda one: _SEEN.index(one.says))
    return any(one.says == GONE for one in told), _each_once(told, say)


#: As ``bot.network`` says it, gravest first.
GONE = "The original is gone: the customer, or the network, has deleted it."
_SEEN = (GONE, "The brand has answered already: “{text}”", "The original reads differently now: “{text}”")


def _each_once(told: Iterable[Remark], say: Sentences) -> list[str]:
    return [said for said in dict.fromkeys(map(say.remark, told)) if said.strip()]


def is_headed(draft: Draft) -> bool:
    """Whether “Draft 1” stands above it; “No draft: …” needs no such heading."""
    return bool(draft.text.strip()) or not (draft.reason or draft.remarks)


def usage(draft: Draft, say: Sentences) -> str:
    """What the model took for it: tokens, time, price; empty where none was asked."""
    spent = draft.usage
    if spent is None:
        return ""
    told = [
        _tokens(spent, say),
        say("{number} calls", number=spent.calls) if spent.calls > 1 else "",
        say("{seconds} s", seconds=format_decimal(spent.seconds, format="0.0", locale=say.lang)),
        _price(spent, say),
        "" if draft.origin is Origin.MODEL else say("in vain, on {model}", model=spent.model),
    ]
    return " · ".join(filter(None, told))


def _tokens(spent: Usage, say: Sentences) -> str:
    if not spent.tokens_in and not spent.tokens_out:
        return ""
    read, known, wrote = (
        format_decimal(count, locale=say.lang) for count in (spent.tokens_in, spent.cached, spent.tokens_out)
    )
    if spent.cached:
        return say("{read} tokens in ({known} cached), {wrote} out", read=read, known=known, wrote=wrote)
    return say("{read} tokens in, {wrote} out", read=read, wrote=wrote)


def _price(spent: Usage, say: Sentences) -> str:
    """``0.0012 EUR``: two digits that count, two behind the point at least."""
    if spent.price is None:
        return ""
    digits = 1 - math.floor(math.log10(spent.price)) if spent.price > 0 else 2
    pattern = "#,##0.00" + "#" * min(max(digits - 2, 0), _DIGITS)
    return f"{format_decimal(spent.price, format=pattern, locale=say.lang)}\u00a0{spent.currency}".strip()


#: A price below a billionth is nothing.
_DIGITS = 7


def findings(draft: Draft, say: Sentences) -> list[tuple[bool, str]]:
    """Every finding as a sentence, and whether it blocks."""
    return [(finding.blocks, say.remark(finding.remark)) for finding in draft.findings]


def state(case: Case, say: Sentences) -> str:
    """What became of the case, and what a person can do now; empty while it simply waits for a decision."""
    reason = say.remark(case.reason) if case.reason else ""
    names = " + ".join(approval.name for approval in case.reply.approved_by) if case.reply else ""
    match case.status:
        case Status.POSTED:
            link = case.reply.link if case.reply else ""
            return say("Posted, approved by {names}. {link}", names=names, link=link).strip()
        case Status.REJECTED if case.reason and case.reason.says == _DELETED:
            return reason
        case Status.REJECTED:
            return say("No reply. {reason}", reason=reason).strip()
        case Status.REFUSED:
            return say("Refused: {reason} Change the text and approve again, or reject.", reason=reason)
        case Status.UNKNOWN:
            return say("It may be public. {reason} Look, then say “posted” or “try again”.", reason=reason)
        case Status.APPROVED if reason:
            return say("Approved by {names}, not sent yet: {reason}", names=names, reason=reason)
        case Status.APPROVED | Status.SENDING:
            return say("Approved by {names}.", names=names)
        case Status.AWAITING if case.approvals:
            yes = " + ".join(approval.name for approval in case.approvals)
            return say("{names} said yes; another manager's yes is needed.", names=yes)
        case Status.AWAITING | Status.RECEIVED:
            return say("Escalated: {reason}", reason=case.escalated) if case.escalated else ""


#: As the desk says it of a reply that was public.
_DELETED = "Deleted again: {reason}"
