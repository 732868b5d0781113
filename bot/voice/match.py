"""Which topic fits a complaint, without a model: the triggers, hints and examples that the team wrote.

A trigger is one or more words that speak for a topic; its words may stand up to ``GAP`` other words apart, accents,
capitals and endings do not matter. A hint is a word that only tips the balance. Examples are whole complaints.

1. Each word of the complaint counts once for a topic, with the credit of the best trigger it belongs to: 1 for a
   trigger of one word, a little less for each word of a longer one, which thus weighs more as a whole.
2. What several topics claim counts less for each of them.
3. Hints, and the likeness to the nearest example (its rarer and longer words that the complaint shares), add a little:
   without a trigger no topic reaches 0.5.
4. A topic with nothing but hints stands below those with a trigger. Where every topic has nothing but hints, only those
   are found whose hints suffice; where there is none, the protocol's fallback answers.
5. An urgent topic with a trigger stands above all others. Equal topics stand in the order of the protocol.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.voice.words import words

GAP = 2
#: Characters that are read: whoever pastes a whole log must not hold up the others.
READ = 20_000

#: How the weight of a trigger grows with its words: 1, 1.7, 2.3 for one, two, three.
LENGTH = 0.75
#: What a hint counts, where a trigger counts 1; no trigger counts less, however many topics share it.
HINT = 0.35
#: What hints alone can reach beside another topic's trigger: less than the least of triggers.
ONLY_HINTS = 0.3
#: What a complaint that repeats an example adds, and what hints and examples add at most.
EXAMPLE = 0.6
SOFT = 0.8
#: The sum that scores 0.5: one trigger of one topic scores a little more, hints and examples alone a little less.
HALF = 0.9

#: The share of an example from which on a complaint is like it. One word is never enough.
ALIKE = 0.25
#: The share of the topics whose examples may have a word that is to say anything; two topics always may.
SPREAD = 0.25

_Stems = tuple[str, ...]
_Where = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Telltale:
    """What speaks for one topic in one language.

    ``urgent``: one trigger of it outweighs all other topics. ``by_hints``: its hints suffice where nothing else speaks.
    """

    topic: str
    triggers: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    urgent: bool = False
    by_hints: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A topic that fits: ``score`` from 0 (nothing speaks for it) to 1; ``because`` holds the triggers found."""

    topic: str
    score: float
    because: tuple[str, ...] = ()


class Matcher:
    """The topics of one brand in one language, ready to be asked."""

    def __init__(self, telltales: Iterable[Telltale], lang: str) -> None:
        self.lang = lang
        telltales = list(telltales)
        self._order = {telltale.topic: at for at, telltale in enumerate(telltales)}
        self._urgent = {telltale.topic for telltale in telltales if telltale.urgent}
        self._by_hints = {telltale.topic for telltale in telltales if telltale.by_hints}
        self._phrases = _by_rarest_word(_phrases(telltales, lang))
        self._examples = _Examples(telltales, lang)

    def rank(self, text: str) -> list[Match]:
        """The topics that something speaks for, best first; none where no trigger, example or sufficient hint fits."""
        where = _positions(words(text[:READ], self.lang))
        spoken: dict[str, _Spoken] = defaultdict(_Spoken)
        for phrase in self._found(where):
            spoken[phrase.topic].add(phrase)
        for topic, likeness in self._examples.likeness(where).items():
            spoken[topic].likeness = likeness
        clearly = any(said.clearly for said in spoken.values())
        matches = [
            Match(topic, said.score(hints_suffice=not clearly), tuple(said.because))
            for topic, said in spoken.items()
            if clearly or topic in self._by_hints
        ]
        return sorted(matches, key=self._rank)

    def _rank(self, match: Match) -> tuple[bool, float, int]:
        urgent = match.topic in self._urgent and bool(match.because)
        return not urgent, -match.score, self._order[match.topic]

    def _found(self, where: _Where) -> list[_Phrase]:
        said = set(where)
        return [
            phrase
            for stem in where
            for phrase in self._phrases.get(stem, ())
            if phrase.single or (phrase.needs <= said and phrase.stands_in(where))
        ]


class _Phrase:
    """A trigger or a hint of one of the ``claims`` topics that have it; ``credit`` is what each of its words counts."""

    __slots__ = ("credit", "hint", "needs", "single", "source", "stems", "topic")

    def __init__(self, stems: _Stems, topic: str, source: str, claims: int, *, hint: bool) -> None:
        self.stems = stems
        self.topic = topic
        self.source = source
        self.hint = hint
        self.needs = frozenset(stems)
        self.single = len(stems) == 1
        own = len(stems) ** (LENGTH - 1) / math.sqrt(claims)
        self.credit = HINT * own if hint else max(HINT, own)

    def stands_in(self, where: _Where) -> bool:
        """Whether its words stand there in order, near enough; ``where`` holds all of them."""
        reached: Iterable[int] = where[self.stems[0]]
        for stem in self.stems[1:]:
            near = {at + step for at in reached for step in range(1, GAP + 2)}
            reached = near.intersection(where[stem])
        return bool(reached)


@dataclass(slots=True)
class _Spoken:
    """What a complaint says for one topic: the credit of each word, of triggers and of hints apart."""

    triggers: dict[str, float] = field(default_factory=dict)
    hints: dict[str, float] = field(default_factory=dict)
    likeness: float = 0.0
    because: list[str] = field(default_factory=list)

    def add(self, phrase: _Phrase) -> None:
        counted = self.hints if phrase.hint else self.triggers
        for stem in phrase.stems:
            if counted.get(stem, 0.0) < phrase.credit:
                counted[stem] = phrase.credit
        if not phrase.hint:
            self.because.append(phrase.source)

    @property
    def clearly(self) -> bool:
        return bool(self.triggers) or self.likeness > 0

    def score(self, *, hints_suffice: bool) -> float:
        hints = sum([credit for stem, credit in self.hints.items() if stem not in self.triggers])
        most = SOFT if self.clearly or hints_suffice else ONLY_HINTS
        soft = min(most, hints + EXAMPLE * self.likeness)
        total = sum(self.triggers.values()) + soft
        return round(total / (total + HALF), 4)


class _Examples:
    """Whole complaints; another is like one of them by the words that they share."""

    def __init__(self, telltales: Sequence[Telltale], lang: str) -> None:
        self._topics: list[str] = []
        self._shares: dict[str, list[tuple[int, float]]] = defaultdict(list)
        said = [(t.topic, dict.fromkeys(words(example, lang))) for t in telltales for example in t.examples]
        weights = _weights(said, len(telltales))
        for topic, stems in said:
            self._add(topic, {stem: weights[stem] for stem in stems if stem in weights})

    def _add(self, topic: str, weights: Mapping[str, float]) -> None:
        whole = sum(weights.values())
        for stem, weight in weights.items():
            self._shares[stem].append((len(self._topics), min(weight / whole, 0.99 * ALIKE)))
        self._topics.append(topic)

    def likeness(self, said: Iterable[str]) -> dict[str, float]:
        """For each topic how much of its nearest example is there, from ``ALIKE`` to 1."""
        shared: dict[int, float] = defaultdict(float)
        for stem in said:
            for example, share in self._shares.get(stem, ()):
                shared[example] += share
        nearest: dict[str, float] = {}
        for example, share in shared.items():
            if share >= ALIKE:
                topic = self._topics[example]
                nearest[topic] = max(nearest.get(topic, 0.0), share)
        return nearest


def _weights(said: Iterable[tuple[str, Iterable[str]]], topics: int) -> dict[str, float]:
    """What each stem of the examples weighs: more if it is long or in few topics, nothing if it is one letter."""
    spread: dict[str, set[str]] = defaultdict(set)
    for topic, stems in said:
        for stem in stems:
            spread[stem].add(topic)
    most = max(2, topics * SPREAD)
    return {
        stem: len(stem) * math.log((topics + 1) / len(found))
        for stem, found in spread.items()
        if len(stem) > 1 and len(found) <= most
    }


def _positions(stems: Iterable[str]) -> dict[str, list[int]]:
    where: dict[str, list[int]] = {}
    for at, stem in enumerate(stems):
        where.setdefault(stem, []).append(at)
    return where


def _phrases(telltales: Sequence[Telltale], lang: str) -> list[_Phrase]:
    triggers = _claims(((t.topic, t.triggers) for t in telltales), lang)
    hints = _claims(((t.topic, t.hints) for t in telltales), lang)
    found: list[_Phrase] = []
    for stems, sources in triggers.items():
        found += [_Phrase(stems, topic, source, len(sources), hint=False) for topic, source in sources.items()]
    for stems, sources in hints.items():
        claims = len(sources.keys() | triggers.get(stems, {}).keys())
        found += [_Phrase(stems, topic, source, claims, hint=True) for topic, source in sources.items()]
    return found


def _claims(told: Iterable[tuple[str, Iterable[str]]], lang: str) -> dict[_Stems, dict[str, str]]:
    """For each phrase the topics that have it, each with the phrase as it is written there first."""
    claims: dict[_Stems, dict[str, str]] = defaultdict(dict)
    for topic, sources in told:
        for source in sources:
            stems = tuple(words(source, lang))
            if stems:
                claims[stems].setdefault(topic, source)
    return claims


def _by_rarest_word(phrases: Sequence[_Phrase]) -> dict[str, list[_Phrase]]:
    """Each phrase under that of its words which fewest phrases have: there a complaint rarely asks for it in vain."""
    common = Counter(stem for phrase in phrases for stem in phrase.needs)
    found: dict[str, list[_Phrase]] = defaultdict(list)
    for phrase in phrases:
        found[min(phrase.stems, key=lambda stem: common[stem])].append(phrase)
    return dict(found)
