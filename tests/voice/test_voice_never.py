"""never.md: how the phrases that no reply holds are written, and found."""

import pytest

from bot.voice.never import read_never
from bot.voice.words import fold

BULLETS = [
    ("- bon courage", [("bon courage", "")]),
    ("* bon courage — moqueur", [("bon courage", "moqueur")]),
    ("+ bon courage – moqueur", [("bon courage", "moqueur")]),
    ("• bon courage -- moqueur", [("bon courage", "moqueur")]),
    ("  - bon courage - moqueur", [("bon courage", "moqueur")]),
    ("- « bon courage »", [("bon courage", "")]),
    ("- “calm down” (nobody ever did)", [("calm down", "(nobody ever did)")]),
    (
        '- "policy", “procedure” or «process» — who cares',
        [(word, "who cares") for word in ("policy", "procedure", "process")],
    ),
    ("- **sincères** — dites “navrés”", [("sincères", "dites “navrés”")]),
    ("- Cordialement.", [("Cordialement", "")]),
    ("- soi-disant", [("soi-disant", "")]),
    ("- !!!", [("!!!", "")]),
    ("- sorry for the\n  inconvenience\n- next", [("sorry for the inconvenience", ""), ("next", "")]),
    ("# Title\n\nProse - not a bullet.\n\n---\n- - -\n-\n- \n- ''\n- \"\"\n1. one", []),
    ("- 'calm down' — no", [("calm down", "no")]),
]


@pytest.mark.parametrize(("source", "expected"), BULLETS, ids=[source[:24] for source, _ in BULLETS])
def test_a_bullet_is_a_phrase_and_perhaps_why(source: str, expected: list[tuple[str, str]]) -> None:
    """However people make bullets, dashes and quotation marks; headings and prose are for people."""
    assert [(never.phrase, never.why) for never in read_never(source)] == expected


def holds(phrase: str, text: str) -> bool:
    [never] = read_never(f"- {phrase}")
    return never.pattern.search(fold(text)) is not None


FOUND = [
    ("bon courage", "Bon  Courage à vous"),
    ("bon courage", "BON\nCOURAGE !"),
    ("n’hésitez pas", "N'HESITEZ PAS à écrire"),
    ("n'hésitez pas", "n’hésitez\u00a0pas"),
    ("désolé", "Desole."),
    ("cœur", "de tout coeur"),
    ("!!!", "merci!!!"),
    ("…", "on verra..."),
    ("100 %", "à 100 % d'accord"),
    ("a.b (c)", "voir A.B (C)"),
]


@pytest.mark.parametrize(("phrase", "text"), FOUND)
def test_a_phrase_is_found_however_it_is_written(phrase: str, text: str) -> None:
    """Capitals, accents, apostrophes, blanks and line ends do not hide it."""
    assert holds(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("calm", "calmly"),
        ("calm", "becalm"),
        ("bon courage", "bon, courage"),
        ("policy", "policyholder"),
        ("de", "idée"),
    ],
)
def test_only_whole_words_are_found(phrase: str, text: str) -> None:
    """A word within another is another word."""
    assert not holds(phrase, text)


def test_an_empty_list_forbids_nothing() -> None:
    """No file, no bullets, bullets without words."""
    assert read_never("") == read_never("# Never\n\nNothing yet.\n- \n* * *\n") == ()
