"""All proposals of a period as one diff that a person reads and applies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.report.suggest.copy import Copy
from bot.report.suggest.edits import Period
from bot.report.suggest.phrases import Phrase, bullet, phrases
from bot.report.suggest.proposal import Proposal, one_line
from bot.report.suggest.rewrites import rewrites
from bot.report.suggest.sentences import key, sentences
from bot.voice.house import House

#: Replies that are shown as evidence of a proposal.
SHOWN = 3


@dataclass
class Suggestions:
    """What was taken into the copy, by file, and what was not, with the reason."""

    copy: Copy
    taken: dict[str, list[Proposal]] = field(default_factory=dict)
    left: list[tuple[Proposal, str]] = field(default_factory=list)

    def offer(self, proposal: Proposal, objection: str = "") -> None:
        """Take a proposal in if it stands the trial."""
        objection = objection or self.copy.take(proposal)
        if objection:
            self.left.append((proposal, objection))
        else:
            self.taken.setdefault(proposal.path, []).append(proposal)

    def count(self, house: House, period: Period, least: int) -> None:
        """Offer what came up at least so many times; templates first, so that a phrase may leave them."""
        for proposal in rewrites(house, period.edits, least):
            self.offer(proposal)
        for phrase in phrases(house, period.edits, least):
            if not _is_explained(phrase, self.taken):
                self.offer(bullet(house, phrase))

    def comments(self, house: House, period: Period, least: int) -> list[str]:
        """What came up as often, and is for a person to make something of."""
        shown = (one.after for proposals in self.taken.values() for proposal in proposals for one in proposal.evidence)
        known = {key(sentence) for text in shown for sentence in sentences(text)}
        said = [f"Asked of a new draft {count} times: “{note}”" for note, count in period.asked("redraft", least)]
        said += [f"The reason for no reply {count} times: “{note}”" for note, count in period.asked("reject", least)]
        for sentence, count in _added(house, period, least):
            if key(sentence) not in known:
                said.append(f"Added to {count} replies: “{one_line(sentence)}”")
        return said

    def written(self, head: Sequence[str]) -> str:
        """The diff; lines that begin with # say what it is and why, and are overlooked when it is applied."""
        said = [f"# {line}" for line in head]
        parts = ["\n".join([*said, *self._left()]) + "\n"]
        for path, proposals in self.taken.items():
            why = [line for proposal in proposals for line in _told(path, proposal)]
            parts += ["\n".join(["#", *why]) + "\n", self.copy.diff(path)]
        return "".join(parts)

    def _left(self) -> Iterator[str]:
        for proposal, objection in self.left:
            yield "#"
            yield f"# Left out: {one_line(proposal.path)}: {one_line(proposal.why)} But {one_line(objection, 300)}"
            yield from _shown(proposal)


def _added(house: House, period: Period, least: int) -> Iterator[tuple[str, int]]:
    """Sentences that people wrote into several replies."""
    added: Counter[str] = Counter()
    for edit in period.changed:
        before, after = edit.veiled(house)
        held = {key(sentence) for sentence in sentences(before)}
        added.update({sentence for sentence in sentences(after) if key(sentence) not in held})
    yield from ((sentence, count) for sentence, count in added.most_common() if count >= least)


def _is_explained(phrase: Phrase, taken: dict[str, list[Proposal]]) -> bool:
    """Whether it was but one template's wording, which is mended: reworded, and not struck out."""
    templates = {edit.template for edit in phrase.taken_out}
    if len(templates) > 1 or phrase.struck_out:
        return False
    rewritten = taken.get(f"templates/{templates.pop()}.md", [])
    return any(key(phrase.words) in key(proposal.passage) for proposal in rewritten)


def _told(path: str, proposal: Proposal) -> Iterator[str]:
    yield f"# {path}: {one_line(proposal.why, 400)}"
    yield from _shown(proposal)


def _shown(proposal: Proposal) -> Iterator[str]:
    yield from (f"#   {one}" for one in proposal.evidence[:SHOWN])
    if more := len(proposal.evidence) - SHOWN:
        yield from ([f"#   and {more} more"] if more > 0 else [])
