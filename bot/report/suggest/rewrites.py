"""Sentences of a template that people write anew in the same way, again and again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bot.report.suggest.edits import Edit
from bot.report.suggest.proposal import Evidence, Proposal
from bot.report.suggest.sentences import Filled, Passage, found_in, key, passages, sentences, shaped, source_of
from bot.report.veil import Veil
from bot.voice.house import House
from bot.voice.template import ReplyTemplate

#: Of the replies with that sentence so many must have been changed in the same way.
SHARE = 0.5


@dataclass
class _Place:
    """One stretch of a template's sentences: what people made of it, and from how many drafts."""

    instead: dict[str, list[Evidence]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class _Votes:
    """All that was made of one template."""

    template: ReplyTemplate
    parts: list[Passage | None]
    said: Counter[int] = field(default_factory=Counter)  # by sentence: the drafts that held it
    places: dict[tuple[int, int], _Place] = field(default_factory=lambda: defaultdict(_Place))

    def add(self, house: House, edit: Edit) -> None:
        """Count one reply."""
        variables = house.variables(edit.complaint, self.template.front.lang)
        filled = [part.said(self.template, variables) if part else None for part in self.parts]
        spoken, after = sentences(edit.before), sentences(edit.after)
        known = found_in(spoken, filled)
        self.said.update(known.values())
        if edit.changed:
            for first, last, written in _changes(spoken, after):
                self._vote(house, edit, filled, [known.get(at) for at in range(first, last)], written)

    def _vote(
        self, house: House, edit: Edit, filled: Sequence[Filled | None], at: Sequence[int | None], written: str
    ) -> None:
        first = at[0]
        if first is None or list(at) != list(range(first, first + len(at))):
            return
        said = [one for one in filled[first : first + len(at)] if one]
        shape = shaped(said, written)
        veil = Veil(house, edit.complaint)
        if shape is not None and veil.hide(shape) == shape:  # no template is about one customer
            before = veil.hide(" ".join(one.text for one in said))
            evidence = Evidence(edit.case_id, before, veil.hide(written))
            self.places[first, first + len(at)].instead[shape].append(evidence)

    def proposals(self, path: str, least: int) -> Iterator[Proposal]:
        """What came up often enough; of stretches that overlap the most frequent."""
        taken: set[int] = set()
        ranked = sorted(self._frequent(least), key=lambda one: (-len(one[2]), one[0]))
        for (first, last), shape, evidence in ranked:
            if taken.isdisjoint(range(first, last)):
                taken |= set(range(first, last))
                yield self._proposal(path, first, last, shape, evidence)

    def _frequent(self, least: int) -> Iterator[tuple[tuple[int, int], str, list[Evidence]]]:
        for (first, last), place in self.places.items():
            shape, evidence = max(place.instead.items(), key=lambda item: len(item[1]))
            if len(evidence) >= least and len(evidence) >= SHARE * self.said[first]:
                yield (first, last), shape, evidence

    def _proposal(self, path: str, first: int, last: int, shape: str, evidence: Sequence[Evidence]) -> Proposal:
        said = [part for part in self.parts[first:last] if part]
        passage = self._source(said)
        what = "rewritten in the same way" if shape else "taken out"
        return Proposal(
            path=path,
            passage=passage,
            instead=source_of(shape, said),
            why=f"{what} in {len(evidence)} of {self.said[first]} replies.",
            evidence=tuple(evidence),
        )

    def _source(self, said: Sequence[Passage]) -> str:
        """The stretch as it stands in the template, with what lies between its sentences."""
        body = self.template.body
        start = body.index(said[0].source)
        end = body.index(said[-1].source, start) + len(said[-1].source)
        return body[start:end]


def rewrites(house: House, edits: Sequence[Edit], least: int) -> list[Proposal]:
    """A new sentence for a template where at least so many approved replies, and most, have it."""
    votes: dict[str, _Votes] = {}
    for edit in edits:
        template = house.templates.get(edit.template)
        if template is not None:
            known = votes.setdefault(template.name, _Votes(template, passages(template.body)))
            known.add(house, edit)
    return [
        proposal for name, vote in sorted(votes.items()) for proposal in vote.proposals(f"templates/{name}.md", least)
    ]


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Which sentences became which text; what was added belongs to the sentence before it."""
    same = SequenceMatcher(None, [key(text) for text in before], [key(text) for text in after], autojunk=False)
    for tag, i1, i2, j1, j2 in same.get_opcodes():
        if tag == "replace" and i2 - i1 == j2 - j1:
            yield from ((i1 + at, i1 + at + 1, after[j1 + at]) for at in range(i2 - i1))
        elif tag in ("replace", "delete"):
            yield i1, i2, " ".join(after[j1:j2])
        elif tag == "insert" and before:
            anchor = max(0, i1 - 1)
            added = [*after[j1:j2], before[0]] if i1 == 0 else [before[anchor], *after[j1:j2]]
            yield anchor, anchor + 1, " ".join(added)
