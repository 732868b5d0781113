"""What can be done with a case as it stands, and what it is called: the same under every chat's card. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.chat.around import Around
from bot.chat.cutting import units, visible, web
from bot.chat.grammar import Act
from bot.desk.case import Case, Status
from bot.locale import Sentences
from bot.network.manual import Handout

#: How many templates stand first in the menu.
BEST = 3


class Look(Enum):
    """How loud a button is."""

    PLAIN = ""
    MAIN = "primary"
    GRAVE = "danger"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press. One with a ``url`` opens it; one with a ``question`` asks before it does what it says."""

    act: Act
    label: str
    look: Look = Look.PLAIN
    url: str = ""
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Asked before something that can hardly be taken back."""

    title: str
    text: str
    yes: str
    no: str


def has_menus(case: Case) -> bool:
    """Whether the templates and the rarer choices are offered beside the buttons."""
    return case.status in {Status.AWAITING, Status.REFUSED}


def choices(case: Case, around: Around, *, fits: bool, longest_url: int) -> Iterator[Choice]:
    """The buttons under a card, menus aside.

    ``fits``: the card holds the whole of the text to copy; ``longest_url`` is what a button takes.
    """
    say = around.say
    match case.status:
        case Status.AWAITING | Status.REFUSED:
            yield from _decisions(case, say)
        case Status.APPROVED if given := around.given(case):
            yield from _by_hand(case, given, say, fits=fits, longest_url=longest_url)
        case Status.APPROVED if case.reason:
            yield Choice(Act.UNDO, say("Undo"))
            yield Choice(Act.MARK_POSTED, say("Mark as posted"))
        case Status.APPROVED if around.left(case):
            yield Choice(Act.UNDO, say("Undo"), Look.GRAVE)
        case Status.REJECTED:
            yield Choice(Act.UNDO, say("Undo"))
        case Status.UNKNOWN:
            yield Choice(Act.MARK_POSTED, say("Posted"), Look.MAIN)
            yield Choice(Act.TRY_AGAIN, say("Try again"), question=twice(say))
        case Status.POSTED if can_delete(case, around):
            yield Choice(Act.DELETE, say("Delete this reply…"))
        case Status.RECEIVED | Status.APPROVED | Status.SENDING | Status.POSTED:
            return


def rewordings(case: Case, around: Around) -> Iterator[Choice]:
    """The quiet buttons below: the draft in another tone, or in the team's language. A model does both."""
    if not (around.model and has_menus(case) and has_text(case)):
        return
    for act, note in tones(around.say).items():
        yield Choice(act, note)
    if case.lang not in {"", around.say.lang}:
        yield Choice(Act.TRANSLATE, around.say("Translate"))


def tones(say: Sentences) -> dict[Act, str]:
    """The tone buttons, and the note for the next draft that each of them stands for."""
    return {Act.SHORTER: say("Shorter"), Act.WARMER: say("Warmer"), Act.FORMAL: say("More formal")}


def has_text(case: Case) -> bool:
    """Whether there is something to read, to post, to change."""
    return bool(case.draft and case.draft.text.strip())


def postable(case: Case) -> bool:
    """Whether the draft could be approved as it is."""
    return bool(case.draft and has_text(case) and not case.draft.blocks)


def can_delete(case: Case, around: Around) -> bool:
    """Whether the reply can be taken off the network again: the bot has posted it, and the network lets us."""
    return case.status is Status.POSTED and around.deletes and bool(case.reply and case.reply.ref)


def _decisions(case: Case, say: Sentences) -> Iterator[Choice]:
    if postable(case):
        yield Choice(Act.APPROVE, say("Approve"), Look.MAIN)
    label = say("Edit") if has_text(case) else say("Write the reply")
    yield Choice(Act.EDIT, label, Look.PLAIN if postable(case) else Look.MAIN)
    yield Choice(Act.REDRAFT, say("New draft"))
    if case.status is Status.AWAITING and case.approvals:
        yield Choice(Act.UNDO, say("Take my yes back"))


def _by_hand(case: Case, given: Handout, say: Sentences, *, fits: bool, longest_url: int) -> Iterator[Choice]:
    opens = way_to_post(case, given, say, longest_url)
    if opens:
        yield opens
    yield Choice(Act.MARK_POSTED, say("Mark as posted"), Look.PLAIN if opens else Look.MAIN)
    if not fits:
        yield Choice(Act.COPY, say("Copy text"))
    yield Choice(Act.UNDO, say("Undo"))


def way_to_post(case: Case, given: Handout, say: Sentences, longest_url: int) -> Choice | None:
    """The button to where a person posts the reply: the network's composer, else the complaint."""
    if composer := web(given.composer, longest_url):
        label = say("Open {network} with this text", network=case.complaint.network)
        return Choice(Act.OPEN, label, Look.MAIN, composer)
    url = web(given.link, longest_url)
    return Choice(Act.OPEN, say("Open the complaint"), Look.MAIN, url) if url else None


def twice(say: Sentences) -> Question:
    """Before a second try."""
    return Question(
        say("Post it again?"),
        say("Only when you have looked and it is not there: else the customer reads it twice."),
        say("Post it"),
        say("Not yet"),
    )


# The menus


def more(case: Case, say: Sentences) -> list[Choice]:
    """The rarer choices."""
    waiting = case.status is Status.AWAITING
    labels = {
        Act.REJECT: say("Reject…"),
        Act.ESCALATE: say("Escalate…") if waiting else "",
        Act.TAKE: say("I take this one") if waiting else "",
        Act.MARK_POSTED: say("Mark as posted…"),
        Act.COPY: say("Copy text") if has_text(case) else "",
    }
    return [Choice(act, label) for act, label in labels.items() if label]


def templates(case: Case, around: Around, longest: int) -> tuple[list[str], list[str]]:
    """The names of the best templates and of all others, each once; those that a menu can carry."""
    best = [other.template for other in case.draft.alternatives] if case.draft else []
    return sorted_names(best, around.templates, longest)


def sorted_names(best: Sequence[str], names: Sequence[str], longest: int) -> tuple[list[str], list[str]]:
    """The first of the best, and what else there is, each once."""
    first = [name for name in dict.fromkeys(best) if is_name(name, longest)][:BEST]
    return first, [name for name in dict.fromkeys(names) if is_name(name, longest) and name not in first]


def is_name(name: str, longest: int) -> bool:
    """Whether a menu whose lines take ``longest`` units can carry this name, and give it back as it is."""
    return 0 < units(name) <= longest and name == visible(name).strip()
