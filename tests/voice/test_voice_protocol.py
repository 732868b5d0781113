"""brand.yaml and protocol.yaml: what they may say, and what a wrong word is told."""

from pathlib import Path
from typing import get_args

import pytest

from bot.desk.case import Level, Severity
from bot.voice.protocol import CHECKS, BrandFile, CheckName, ProtocolFile, meant
from bot.voice.yamlfile import Broken, parse

GOOD = "name: Lune\nlanguages: [fr, en]\nmanagers: [console]\n"
TOPICS = "topics:\n  other: {severity: low}\n  late-delivery: {triggers: {fr: [pas reçu]}}\n"


def brand(extra: str = "") -> BrandFile:
    return parse(BrandFile, GOOD + extra, Path("brand.yaml"))


def protocol(source: str) -> ProtocolFile:
    return parse(ProtocolFile, source, Path("protocol.yaml"))


def told(error: pytest.ExceptionInfo[Broken]) -> tuple[int, str]:
    [problem] = error.value.problems
    return problem.line, problem.says


WRONG = [
    ("review: [general]", "“review”: “general” is no channel; write slack:C…, discord:… or console"),
    ("approvals: {default: 1, late: 0}", "“approvals.late”: should be 1 or more"),
    ("approvals: {late: 2}", "“approvals”: needs a “default” beside the exceptions"),
    ("links: [lune tilleul]", "“links”: “lune tilleul” is no link; write a site or a page, like shop.example"),
    ("links: ['@lune']", "“links”: “@lune” is no link"),
    ("links: ['https://']", "“links”: “https://” is no link"),
    ("mentions: ['']", "“mentions”: “” is empty; write some words, or delete it"),
    ("signature: '{initial}'", "“signature”: “{initial}” may hold {initials} and {name}, no other braces"),
    ("facts: {Help-Page: x}", "“facts.Help-Page”: “Help-Page” cannot be used in a template, or is taken"),
    ("facts: {first_name: x}", "“facts.first_name”: “first_name” cannot be used in a template, or is taken"),
    ("facts: {self: x}", "“facts.self”: “self” cannot be used in a template, or is taken"),
    ("facts: {page: [a]}", "“facts.page”: should be one text, or texts by language and network"),
    ("facts: {page: {fr: {x: {y: z}}}}", "“facts.page”: should be one text, or texts by language and network"),
    ("facts: {page: {fr: a}}", "“facts.page”: says nothing in en on some networks; add en: … or default: …"),
    ("facts: {page: {x: a}}", "“facts.page”: says nothing in fr on some networks"),
    ("facts: {page: {default: {fr: a, en: b}, x: {fr: c}}}", "“facts.page”: says nothing in en on some networks"),
    ("facts: {page: %s}" % ("a" * 501), "“facts.page”: is longer than 500 characters; a fact is a few words"),
]


@pytest.mark.parametrize(("extra", "says"), WRONG, ids=[extra[:40] for extra, _ in WRONG])
def test_a_wrong_word_in_brand_yaml_is_told_what_to_write(extra: str, says: str) -> None:
    """The rules of people who do not program, in their words, on the line of the slip."""
    with pytest.raises(Broken) as broken:
        brand(extra)
    line, said = told(broken)
    assert line == 4
    assert said.startswith(says)


@pytest.mark.parametrize("who", ["bob", "@camille", "slack:bob", "slack:C024", "discord:bob", "discord:١٢", "console "])
def test_a_manager_who_is_nobody_is_told_what_one_looks_like(who: str) -> None:
    """Names mean nothing to a chat; ids do."""
    with pytest.raises(Broken, match="is nobody; write console, slack:U…, slack-group:S…") as broken:
        parse(BrandFile, f"name: x\nlanguages: [fr]\nmanagers: ['{who}']\n", Path("brand.yaml"))
    assert told(broken)[0] == 3


@pytest.mark.parametrize("managers", ["[]", "{default: []}", "{default: [console], other: []}"])
def test_a_brand_without_managers_is_refused(managers: str) -> None:
    """Nobody could ever say yes."""
    with pytest.raises(Broken, match="is empty; write at least one"):
        parse(BrandFile, f"name: x\nlanguages: [fr]\nmanagers: {managers}\n", Path("brand.yaml"))


FACTS = [
    "page: a",
    "page: {default: a}",
    "page: {fr: a, en: b}",
    "page: {fr: a, default: b}",
    "page: {x: a, default: b}",
]
FACTS += ["page: {fr: {x: a, default: b}, en: c}", "page: {default: {fr: a, en: b}, x: {fr: c, en: d}}", "page: ''"]


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_that_says_something_everywhere_is_good(fact: str) -> None:
    """In every language of the brand, and on a network that is not named; an empty text is meant so."""
    assert "page" in brand(f"facts: {{{fact}}}").facts


def test_the_desk_gets_exceptions_by_topic_and_by_severity() -> None:
    """A single value holds for all."""
    rules = brand("approvals: {default: 1, critical: 2}\nown_draft: no\nundo_seconds: 20\n").for_desk("main")
    assert (rules.approvals.default, rules.approvals.special) == (1, {"critical": 2})
    assert (rules.own_draft.default, rules.undo_seconds) == (False, 20)
    assert rules.managers.default == {"console"}


@pytest.mark.parametrize(
    ("languages", "team", "expected"),
    [("[fr, en]", "", "fr"), ("[en, fr]", "", "en"), ("[de]", "", "en"), ("[fr]", "team_language: en", "en")],
)
def test_cards_are_in_the_teams_language(languages: str, team: str, expected: str) -> None:
    """French where the brand's first language is, else English, unless the team says otherwise."""
    source = f"name: x\nlanguages: {languages}\nmanagers: [console]\n{team}"
    assert parse(BrandFile, source, Path("brand.yaml")).for_desk("main").team_language == expected


PROTOCOLS = [
    ("fallback: othr\n" + TOPICS, 1, "“fallback”: “othr” is not among the topics; did you mean “other”?"),
    (TOPICS + "fallback: zzz\n", 4, "“fallback”: “zzz” is not among the topics; it knows other, late-delivery"),
    (
        "fallback: other\n" + TOPICS + "  Late Delivery: {}\n",
        5,
        "“topics.Late Delivery”: “Late Delivery” should be small",
    ),
    (
        "fallback: other\n" + TOPICS + "  spam: {serverity: low}\n",
        5,
        "unknown key “topics.spam.serverity”; did you mean",
    ),
    (
        "fallback: other\n" + TOPICS + "  spam: {severity: huge}\n",
        5,
        "“topics.spam.severity”: “huge” is not known; choose",
    ),
    ("fallback: other\n" + TOPICS + "  spam: {triggers: {fr: x}}\n", 5, "“topics.spam.triggers.fr”: should be a list"),
    (
        "fallback: other\n" + TOPICS + "  spam: {triggers: {french: [x]}}\n",
        5,
        "“topics.spam.triggers.french”: “french” is",
    ),
    ("fallback: other\n" + TOPICS + "checks: {promis: warn}\n", 5, "“checks.promis”: “promis” is not known; choose"),
    ("fallback: other\n" + TOPICS + "checks: {length: warn}\n", 5, "“checks.length”: “length” is not known; choose"),
    (
        "fallback: other\n" + TOPICS + "checks: {never: off}\n",
        5,
        "“checks.never”: “off” is not known; choose 'warn' or",
    ),
    ("fallback: other\n" + TOPICS + "raises: {critical: {fr: ['']}}\n", 5, "“raises.critical.fr”: “” is empty"),
    ("fallback: other\n" + TOPICS + "raises: {hgh: {fr: [avocat]}}\n", 5, "“raises.hgh”: “hgh” is not known; choose"),
]


@pytest.mark.parametrize(("source", "line", "says"), PROTOCOLS, ids=range(len(PROTOCOLS)))
def test_a_wrong_word_in_protocol_yaml_is_told_what_to_write(source: str, line: int, says: str) -> None:
    """A misspelt rule is never silently ignored."""
    with pytest.raises(Broken) as broken:
        protocol(source)
    at, said = told(broken)
    assert at == line
    assert said.startswith(says)


def test_the_protocol_may_change_a_checks_level() -> None:
    """What it does not name stays as we think best."""
    rules = protocol("fallback: other\n" + TOPICS + "checks: {promise: block, never: warn}\n")
    assert (rules.level("promise"), rules.level("never")) == (Level.BLOCK, Level.WARN)
    assert {rules.level(name) for name in ("placeholder", "link", "mention")} == {Level.BLOCK}
    models = {"contact", "private", "leak", "machine", "instruction", "foreign", "stranger"}
    assert set(CHECKS) == {"placeholder", "never", "link", "mention", "promise", "language", "capitals", *models}
    assert set(CHECKS) == set(get_args(CheckName))


def test_a_topic_is_a_complaint_of_normal_severity_unless_said() -> None:
    """And it is answered."""
    topic = protocol("fallback: other\n" + TOPICS).topics["late-delivery"]
    assert (topic.kind, topic.severity, topic.reply) == ("complaint", Severity.NORMAL, True)


def test_the_word_that_was_meant_is_guessed() -> None:
    """Or all of them are named."""
    assert meant("critcal", ["low", "critical"]) == "did you mean “critical”?"
    assert meant("zzz", ["low", "critical"]) == "it knows low, critical"
