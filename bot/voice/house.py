"""All that one brand says and how: a snapshot of its part of prompts/, never changed once built."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.desk.brand import Brand
from bot.desk.case import Complaint, Severity
from bot.voice.language import Languages, languages
from bot.voice.match import Match, Matcher, Telltale
from bot.voice.never import Never
from bot.voice.privacy import PrivacyRules, personal
from bot.voice.promises import kept, promises
from bot.voice.prompt import PromptTemplate
from bot.voice.protocol import BrandFile, Fact, Mode, ProtocolFile, Topic
from bot.voice.template import ReplyTemplate
from bot.voice.words import fold

_WORD = re.compile(r"\w+")
#: There are some dozen networks; what a file calls its networks may be anything.
_KNOWN_FACTS = 200
# a first name as people sign: letters, one hyphen or apostrophe; no digits, no markup, nothing to abuse
_FIRST_NAME = re.compile(r"[^\W\d_]{2,20}(?:[-'’][^\W\d_]{2,20})?")
# a handle as networks write them: @lea_m, u/lea-m, @lea@social.example, Lea M.; nothing that draws, pings or formats
_HANDLE = re.compile(r"(?:@|/?u/)?\w[\w.-]{0,60}(?:@[\w.-]{1,60}|(?: [\w.'’-]{1,30}){1,3})?")
# what stands first in a name and is none
_NO_NAME = re.compile(
    r"an?|the|one|l[ea]|les|une?|m[ao]n?|my|notre|our|mrs?|ms|miss|mx|mister|sir|dr|prof|monsieur|madame|mme|mlle"
    r"|mademoiselle|docteur|ma[iî]tre|cliente?|customer|user|utilisat(?:eur|rice)|membre|member|google|facebook|anonyme"
    r"|anonymous|unknown|inconnue?|team|[ée]quipe|admin|everyone|here|channel",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class House:
    """One brand's voice. ``templates`` are by name; without a ``prompt`` no model is asked.

    ``others`` are the names of the other brands in prompts/: no reply of this one speaks of them.
    """

    brand: Brand
    rules: BrandFile
    protocol: ProtocolFile
    templates: Mapping[str, ReplyTemplate]
    never: tuple[Never, ...] = ()
    voice: str = ""
    prompt: PromptTemplate | None = None
    others: tuple[str, ...] = ()

    @cached_property
    def languages(self) -> Languages:
        """Tells this brand's languages apart."""
        return languages(tuple(self.rules.languages))

    @cached_property
    def _matchers(self) -> dict[str, Matcher]:
        return {lang: Matcher(self._telltales(lang), lang) for lang in self.rules.languages}

    def _telltales(self, lang: str) -> list[Telltale]:
        return [self._telltale(name, topic, lang) for name, topic in self.protocol.topics.items()]

    def _telltale(self, name: str, topic: Topic, lang: str) -> Telltale:
        fronts = [t.front for t in self.templates.values() if t.front.topic == name and t.front.lang == lang]
        return Telltale(
            topic=name,
            triggers=tuple(dict.fromkeys([*topic.triggers.get(lang, []), *(t for f in fronts for t in f.triggers)])),
            hints=tuple(dict.fromkeys([*topic.hints.get(lang, []), *(h for f in fronts for h in f.hints)])),
            examples=tuple(dict.fromkeys([*topic.examples.get(lang, []), *(e for f in fronts for e in f.examples)])),
            urgent=topic.urgent,
            by_hints=topic.by_hints,
        )

    def rank(self, text: str, lang: str) -> list[Match]:
        """The topics that fit, best first; for a language the brand does not speak, by its first language's words."""
        return self._matchers.get(lang, self._matchers[self.rules.languages[0]]).rank(text)

    def topic(self, name: str) -> Topic:
        """The topic's rules; the fallback's for a name that the protocol no longer holds."""
        return self.protocol.topics.get(name) or self.protocol.topics[self.protocol.fallback]

    def mode(self, topic: str) -> Mode:
        """Who drafts the replies to this topic."""
        return self.topic(topic).mode or self.protocol.mode

    def wants_templates(self, topic: str) -> bool:
        """Whether every language needs one: not where nobody answers, or a person writes."""
        return self.topic(topic).reply and self.mode(topic) is not Mode.PERSON

    def change(self, topic: str) -> float:
        """How much of a template a model may change for this topic: 0 nothing, 1 everything."""
        chosen = self.topic(topic).change
        return self.protocol.change if chosen is None else chosen

    def secrets(self) -> tuple[str, ...]:
        """What a model is told and nobody else should read: the voice, the phrases never said, the prompt itself."""
        told = self.voice, *(never.phrase for never in self.never), self.prompt.source if self.prompt else ""
        return tuple(filter(None, told))

    @cached_property
    def privacy(self) -> PrivacyRules:
        """How this brand's order and account numbers look, and what is its own and nobody's personal data."""
        rules = self.rules
        told = *rules.contacts, *(text for fact in rules.facts.values() for text in _texts(fact))
        own = (datum.text for text in told for datum in personal(text))
        return PrivacyRules(
            numbers=tuple(map(re.compile, rules.numbers)),
            spared=frozenset((*rules.links, *rules.mentions, *rules.contacts, *own)),
        )

    def severity(self, topic: str, text: str) -> Severity:
        """The topic's severity, raised by the words that the protocol names."""
        said = _WORD.findall(fold(text))
        line = f" {' '.join(said)} "
        found = (
            level
            for first in self._raises.keys() & set(said)
            for level, phrase in self._raises[first]
            if phrase in line
        )
        return max([self.topic(topic).severity, *found], key=lambda severity: severity.rank)

    @cached_property
    def _raises(self) -> dict[str, list[tuple[Severity, str]]]:
        """What raises the severity, by first word: a complaint is searched for the few whose first word it holds."""
        raises: dict[str, list[tuple[Severity, str]]] = {}
        for level, by_lang in self.protocol.raises.items():
            for phrase in (phrase for phrases in by_lang.values() for phrase in phrases):
                if said := _WORD.findall(fold(phrase)):
                    raises.setdefault(said[0], []).append((level, f" {' '.join(said)} "))
        return raises

    def templates_for(self, topic: str, lang: str) -> list[ReplyTemplate]:
        """The topic's templates in this language, those made for certain networks first."""
        return self._by_topic.get((topic, lang), [])

    @cached_property
    def _by_topic(self) -> dict[tuple[str, str], list[ReplyTemplate]]:
        found: dict[tuple[str, str], list[ReplyTemplate]] = {}
        for template in sorted(self.templates.values(), key=lambda t: (not t.front.networks, t.name.split("."))):
            found.setdefault((template.front.topic, template.front.lang), []).append(template)
        return found

    def promises(self, topic: str) -> frozenset[str]:
        """What the protocol, or a template of this topic, promises, as ``kept`` writes it."""
        return self._promises.get(topic, frozenset()) | self._promises[""]

    @cached_property
    def _promises(self) -> dict[str, frozenset[str]]:
        allowed = self.protocol.promises
        held: dict[str, set[str]] = {"": {kept(p) for phrase in allowed for p in (phrase, *promises(phrase))}}
        for template in self.templates.values():
            found = (promise for text in self._tellings(template) for promise in promises(text))
            held.setdefault(template.front.topic, set()).update(map(kept, found))
        return {topic: frozenset(found) for topic, found in held.items()}

    def _tellings(self, template: ReplyTemplate) -> Iterator[str]:
        """All that a template may say: as it is written, and filled in for every network that a fact tells apart."""
        yield template.body
        texts = (fact for fact in self.rules.facts.values() if not isinstance(fact, str))
        networks = {
            key for fact in texts for inner in (fact, *fact.values()) if isinstance(inner, dict) for key in inner
        }
        filled = {
            template.render(self._facts(template.front.lang, network) | {"first_name": name, "handle": name})
            for network in template.front.networks or networks | {"default"}
            for name in ("", "Camille")
        }
        yield from filled

    def variables(self, complaint: Complaint, lang: str) -> dict[str, str]:
        """What a template may say about this complaint, and the brand's facts for this language and network."""
        return self._facts(lang, complaint.network) | {
            "first_name": first_name(complaint.author_name),
            "handle": handle(complaint.author),
        }

    def _facts(self, lang: str, network: str) -> dict[str, str]:
        known = self._known_facts.get((lang, network))
        if known is None:
            known = {name: pick(fact, lang, network) for name, fact in self.rules.facts.items()}
            known |= {"brand": self.rules.name, "network": network}
            if len(self._known_facts) < _KNOWN_FACTS:
                self._known_facts[lang, network] = known
        return known

    @cached_property
    def _known_facts(self) -> dict[tuple[str, str], dict[str, str]]:
        """By language and network; remembered, since they are looked up for every draft."""
        return {}


def pick(fact: Fact | str | dict[str, str], lang: str, network: str) -> str:
    """The fact's text for this language and network; ``default`` for what is not named, else empty."""
    if isinstance(fact, str):
        return fact
    for key in (lang, network, "default"):
        if key in fact:
            return pick(fact[key], lang, network)
    return ""


def _texts(fact: Fact | str | dict[str, str]) -> Iterator[str]:
    """All that a fact may say."""
    if isinstance(fact, str):
        yield fact
    else:
        yield from (text for inner in fact.values() for text in _texts(inner))


def first_name(full_name: str) -> str:
    """``Camille`` of ``Camille Durand``; empty for a pseudonym, a handle, a shop."""
    first = unicodedata.normalize("NFC", full_name[:200]).split(maxsplit=1)[:1]
    name = first[0] if first else ""
    letters = re.sub("[-'’]", "", name)  # a superscript is a letter to a pattern, and is none
    if not _FIRST_NAME.fullmatch(name) or not letters.isalpha() or not name[0].isupper() or _NO_NAME.fullmatch(name):
        return ""
    return name.title() if name.isupper() else name


def handle(author: str) -> str:
    """The handle as the network writes it; empty for what no network would."""
    return author if _HANDLE.fullmatch(author) else ""
