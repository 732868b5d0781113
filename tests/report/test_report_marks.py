"""Which words of a draft the approved text has not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.report.marks import Piece, pieces


def marked(text: str, against: str) -> list[str]:
    return [piece.text for piece in pieces(text, against) if piece.other]


def test_words_that_went_are_marked() -> None:
    """And nothing else: punctuation alone makes no word another one."""
    assert marked("Bonjour, nous sommes sincèrement désolés.", "Bonjour ! Nous sommes désolés") == [
        "nous",
        "sincèrement",
    ]


def test_without_an_approved_text_nothing_is_marked() -> None:
    """There is nothing to differ from."""
    assert pieces("Bonjour.", "") == [Piece("Bonjour.", other=False)]


@given(st.text(), st.text())
def test_the_pieces_are_the_text(text: str, against: str) -> None:
    """Not a character is lost or moved, save blanks behind the last word."""
    assert "".join(piece.text for piece in pieces(text, against)).rstrip() == text.rstrip()


def test_blanks_before_a_marked_word_are_not_marked() -> None:
    """A marked blank looks like an accident."""
    assert marked("a b c", "a c") == ["b"]
