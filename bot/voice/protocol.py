"""The brand's rules as the team writes them: brand.yaml and protocol.yaml."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from bot.desk.brand import Brand, Scoped
from bot.desk.case import Level, Severity


def _like(pattern: str, says: str) -> AfterValidator:
    """A text of this shape; ``says`` tells people what it looks like."""

    def checked(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"“{value[:60]}” {says}")
        return value

    return AfterValidator(checked)


def _pattern(value: str) -> str:
    """A regular expression that says how a number looks, and does not match nothing."""
    try:
        found = re.compile(value)
    except re.error as error:
        raise ValueError(f"“{value[:60]}” is no pattern ({error}); write it like LT-[0-9]{{6}}") from None
    if found.search("") or len(value) > _LONGEST_PATTERN or _NESTED.search(value):
        raise ValueError(f"“{value[:60]}” would find too much; write it like LT-[0-9]{{6}}")
    return value


#: Longer ones nobody can read; and a repetition within a repetition may search for hours.
_LONGEST_PATTERN = 100
_NESTED = re.compile(r"[*+}]\??\)\??[*+{]")

#: A fact is an address or a turn of phrase.
MAX_FACT = 500


def _fact(value: Any, info: ValidationInfo) -> Any:
    """Refuse what is neither a text nor texts by language and network, and a fact that some reply would find empty."""
    deep = [inner for outer in _values(value) for inner in _values(outer)]
    if not all(isinstance(inner, str) for inner in deep):
        raise ValueError("should be one text, or texts by language and network, like {fr: …, en: {x: …, default: …}}")
    if any(len(inner) > MAX_FACT for inner in deep):
        raise ValueError(f"is longer than {MAX_FACT} characters; a fact is a few words")
    languages = info.data.get("languages", [])
    for lang in languages:
        if not _complete(value, lang, languages):
            raise ValueError(f"says nothing in {lang} on some networks; add {lang}: … or default: …")
    return value


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else [value]


def _complete(fact: Any, lang: str, languages: list[str]) -> bool:
    if isinstance(fact, str):
        return True
    if lang in fact:
        return _complete(fact[lang], lang, languages)
    others = [inner for key, inner in fact.items() if key not in languages]
    return "default" in fact and all(_complete(inner, lang, languages) for inner in others)


#: How much of a template a model may change: 0 nothing, 1 everything.
Share = Annotated[float, Field(ge=0, le=1)]
Lang = Annotated[str, _like("[a-z]{2}", "is no language code; write its two small letters, like fr or en")]
Slug = Annotated[
    str, _like("[a-z0-9]+(-[a-z0-9]+)*", "should be small letters, digits and hyphens, like late-delivery")
]
Person = Annotated[
    str,
    _like(
        r"console|slack:[UW]\w+|slack-group:S\w+|discord:[0-9]+|discord-role:[0-9]+",
        "is nobody; write console, slack:U…, slack-group:S…, discord:… or discord-role:…, with the id from the chat",
    ),
]
Channel = Annotated[
    str,
    _like(
        r"slack:[CGD]\w+|discord:[0-9]+|console",
        "is no channel; write slack:C…, discord:… or console, with the id from the chat",
    ),
]
Site = Annotated[
    str,
    _like(
        r"(https?://)?[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?|[\w.+-]+@[\w-]+(\.[\w-]+)+",
        "is no link; write a site or a page, like shop.example or shop.example/help",
    ),
]
Phrase = Annotated[str, _like(r"(?s).*\S.*", "is empty; write some words, or delete it")]
#: How the brand's order and account numbers are written: a regular expression, short and without surprises.
Pattern = Annotated[str, AfterValidator(_pattern)]
#: What every template may use beside the brand's own facts.
VARIABLES = ("brand", "network", "first_name", "handle")
_RESERVED = "|".join((*VARIABLES, "true|false|none|and|or|not|in|is|if|else|self|super|loop|caller|varargs|kwargs"))
FactName = Annotated[
    str,
    _like(
        rf"(?!(?:{_RESERVED})$)[a-z][a-z0-9_]*", "cannot be used in a template, or is taken; write it like help_page"
    ),
]
#: One text, or a text by language and by network, with ``default`` for the rest.
Fact = Annotated[str | dict[str, str | dict[str, str]], BeforeValidator(_fact)]

#: What each check does unless the protocol says otherwise. ``length`` and ``empty`` always block.
CHECKS: dict[str, Level] = {
    "placeholder": Level.BLOCK,
    "never": Level.BLOCK,
    "link": Level.BLOCK,
    "mention": Level.BLOCK,
    "promise": Level.WARN,
    "language": Level.WARN,
    "capitals": Level.WARN,
    "contact": Level.BLOCK,
    "private": Level.BLOCK,
    "leak": Level.BLOCK,
    "machine": Level.BLOCK,
    "instruction": Level.BLOCK,
    "foreign": Level.BLOCK,
    "stranger": Level.BLOCK,
}
CheckName = Literal[
    "placeholder", "never", "link", "mention", "promise", "language", "capitals",
    "contact", "private", "leak", "machine", "instruction", "foreign", "stranger",
]  # fmt: skip


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _by_default(value: Any) -> Any:
    """``managers: […]`` and ``managers: {default: […], legal-threat: […]}`` are both fine."""
    return value if isinstance(value, dict) else {"default": value}


def meant(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or all of them."""
    known = list(known)
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean “{close[0]}”?" if close else f"it knows {', '.join(known)}"


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt rule must not be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reactions(Strict):
    """Which emoji means what, and whether the bot puts the first ones under a card."""

    seed: bool = True
    approve: list[str] = ["white_check_mark", "+1"]
    reject: list[str] = ["x"]
    redraft: list[str] = ["repeat"]
    take: list[str] = ["eyes"]
    escalate: list[str] = ["rotating_light"]


class Price(Strict):
    """What a model costs, by million tokens."""

    input: Annotated[float, Field(ge=0)]
    output: Annotated[float, Field(ge=0)]
    cached: Annotated[float, Field(ge=0)] | None = None


class ModelRules(Strict):
    """How a brand uses a model. What is left out is as the settings have it."""

    mask: bool | None = None
    budget_per_day: float | None = Field(default=None, ge=0)
    currency: Annotated[str, _like("[A-Z]{3}", "is no currency; write its three capital letters, like EUR")] = "EUR"
    prices: dict[str, Price] = {}


class AccountFile(Strict):
    """One account of the brand on a network; its secrets stand in the environment, never here."""

    name: Slug | Literal[""] = ""
    handle: str = ""
    server: Annotated[str, _like(r"(https?://[^/\s]+\S*)?", "is no address; write it like https://social.example")] = ""
    id: str = ""
    listen: bool = False
    options: dict[Slug, str] = {}


#: The networks on which a brand's account can answer.
NetworkName = Literal[
    "bluesky", "mastodon", "x", "facebook", "instagram", "reddit", "google", "email", "webhook"
]  # fmt: skip


def _several(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class BrandFile(Strict):
    """brand.yaml."""

    name: Phrase
    languages: list[Lang] = Field(min_length=1)
    team_language: Literal["fr", "en"] | None = None
    signature: Annotated[
        str, _like(r"(?:[^{}]|\{initials\}|\{name\})*", "may hold {initials} and {name}, no other braces")
    ] = ""
    picture: Annotated[str, _like(r"https://\S+|", "is no picture's address; write one that begins with https://")] = ""
    channels: list[Channel] = []
    review: Annotated[list[Channel], BeforeValidator(_listed)] = []
    managers: Annotated[dict[str, Annotated[list[Person], Field(min_length=1)]], BeforeValidator(_by_default)]
    approvals: Annotated[dict[str, Annotated[int, Field(ge=1, le=9)]], BeforeValidator(_by_default)] = {"default": 1}
    own_draft: Annotated[dict[str, bool], BeforeValidator(_by_default)] = {"default": True}
    intake: Literal["forwards", "everything"] = "forwards"
    undo_seconds: int = Field(default=0, ge=0, le=3600)
    reactions: Reactions = Reactions()
    links: list[Site] = []
    mentions: list[Phrase] = []
    contacts: list[Phrase] = []
    numbers: list[Pattern] = []
    accounts: dict[NetworkName, Annotated[list[AccountFile], BeforeValidator(_several), Field(min_length=1)]] = {}
    model: ModelRules = ModelRules()
    facts: dict[FactName, Fact] = {}

    @field_validator("accounts")
    @classmethod
    def _named(cls, value: dict[str, list[AccountFile]]) -> dict[str, list[AccountFile]]:
        for network, accounts in value.items():
            names = [account.name for account in accounts]
            if len(set(names)) < len(names):
                raise ValueError(f"has several accounts on {network}: give each a name of its own, like name: fr")
        return value

    @field_validator("managers", "approvals", "own_draft")
    @classmethod
    def _has_default(cls, value: dict[str, Any]) -> dict[str, Any]:
        if "default" not in value:
            raise ValueError("needs a “default” beside the exceptions")
        return value

    def for_desk(self, brand_id: str) -> Brand:
        """What the desk needs of it."""
        return Brand(
            id=brand_id,
            name=self.name,
            languages=tuple(self.languages),
            team_language=self.team_language or ("fr" if self.languages[0] == "fr" else "en"),
            signature=self.signature,
            managers=_scoped({key: frozenset(people) for key, people in self.managers.items()}),
            approvals=_scoped(self.approvals),
            own_draft=_scoped(self.own_draft),
            undo_seconds=self.undo_seconds,
        )


def _scoped(values: dict[str, Any]) -> Scoped[Any]:
    return Scoped(values["default"], {key: value for key, value in values.items() if key != "default"})


class Mode(StrEnum):
    """Who drafts the replies to a topic. Without a model every one but ``person`` is ``template``."""

    TEMPLATE = "template"  # no model
    MODEL = "model"
    BOTH = "template+model"  # the model fits the template's text to the complaint
    PERSON = "person"  # no draft: somebody writes, or chooses a template


class Topic(Strict):
    """One topic of the protocol; its templates name it. ``mode`` and ``change`` are the protocol's when left out."""

    kind: Slug = "complaint"
    severity: Severity = Severity.NORMAL
    reply: bool = True
    mode: Mode | None = None
    change: Share | None = None
    urgent: bool = False
    by_hints: bool = False
    triggers: dict[Lang, list[Phrase]] = {}
    hints: dict[Lang, list[Phrase]] = {}
    examples: dict[Lang, list[Phrase]] = {}


class ProtocolFile(Strict):
    """protocol.yaml: which kind of message gets which treatment."""

    topics: dict[Slug, Topic]
    fallback: Slug
    mode: Mode = Mode.MODEL
    change: Share = 0.5
    raises: dict[Severity, dict[Lang, list[Phrase]]] = {}
    checks: dict[CheckName, Level] = {}
    promises: list[Phrase] = []

    @field_validator("fallback")
    @classmethod
    def _is_a_topic(cls, value: str, info: ValidationInfo) -> str:
        if "topics" in info.data and value not in info.data["topics"]:
            raise ValueError(f"“{value}” is not among the topics; {meant(value, info.data['topics'])}")
        return value

    def level(self, check: str) -> Level:
        """Whether a finding of this check warns or blocks."""
        chosen: dict[str, Level] = {**self.checks}  # type: ignore[dict-item]  # a literal is a string
        return chosen.get(check) or CHECKS[check]
