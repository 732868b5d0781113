"""Personal data under placeholders, and back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.voice.privacy import Kind, Mask, personal

ALL = frozenset(Kind)


def test_the_same_datum_is_the_same_placeholder_in_every_text():
    """Complaint, note and draft speak of one phone; another one is another."""
    mask = Mask()
    assert mask.hide("Call 06 12 34 56 78 or 01 42 68 53 00.") == "Call [PHONE_1] or [PHONE_2]."
    assert mask.hide("Il dit 01 42 68 53 00, @lea") == "Il dit [PHONE_2], [HANDLE_1]"


def test_what_was_known_once_is_hidden_where_nothing_tells_what_it_is():
    """A number that a word gave away in the complaint stands alone in a note, but not within a longer one."""
    mask = Mask()
    assert mask.hide("call me: 5551234") == "call me: [PHONE_1]"
    assert mask.hide("he said 5551234, not 55512345") == "he said [PHONE_1], not 55512345"


def test_the_authors_name_on_the_network_can_be_covered_first():
    """It has no sign that would tell."""
    mask = Mask()
    assert mask.cover(Kind.HANDLE, "lea.martin") == "[HANDLE_1]"
    assert mask.hide("c'est lea.martin, la cliente") == "c'est [HANDLE_1], la cliente"


def test_only_what_is_asked_for_comes_back():
    """In public the handle; the phone stays a placeholder, which blocks the draft."""
    mask = Mask()
    mask.hide("@lea 06 12 34 56 78")
    assert mask.show("Hello [HANDLE_1], we call [PHONE_1]", {Kind.HANDLE}) == "Hello @lea, we call [PHONE_1]"
    assert mask.show("[PHONE_2] [EMAIL_1]", ALL) == "[PHONE_2] [EMAIL_1]"


TYPED = [
    "[EMAIL_1]",
    "[email_1]",
    "[EMAIL 1]",
    "[ EMAIL_1 ]",
    "[EMAIL\u200b_1]",
    "［EMAIL_1］",
    "EMAIL_1",
    "[EMAIL_１]",
]


@pytest.mark.parametrize("typed", TYPED)
def test_a_typed_placeholder_never_shows_anothers_datum(typed):
    """It becomes a text like others, whether it comes before the datum or behind it."""
    for texts in ((f"{typed} please", "note: boss@x.example"), ("note: boss@x.example", f"{typed} please")):
        mask = Mask()
        hidden = [mask.hide(text) for text in texts]
        assert [mask.show(text, ALL) for text in hidden] == list(texts)
        assert all(typed not in text or "note" in text for text in hidden)


def test_a_number_that_somebody_typed_is_never_given_out():
    """Should a text be shown twice by mistake, there is nothing to show."""
    mask = Mask()
    hidden = mask.hide("[EMAIL_1] jean@x.example")
    assert hidden == "[TEXT_1] [EMAIL_2]"
    assert mask.show(mask.show("[TEXT_1]", ALL), ALL) == "[EMAIL_1]"


def test_a_draft_that_kept_a_placeholder_is_hidden_again_safely():
    """What the public reply could not hold is no datum of the next prompt."""
    mask = Mask()
    mask.hide("jean@x.example")
    draft = mask.show("We wrote to [EMAIL_1]", {Kind.HANDLE})
    assert mask.show(mask.hide(draft), ALL) == draft


TELLING = [
    "06 12 34 56 78", "jean@x.example", "@lea", "4539578763621486", "FR7630006000011234567890189", "12 rue de Rivoli",
    "81.2.69.142", "[EMAIL_1]", "[PHONE_2]", "[TEXT_1]", "EMAIL_1", "PHONE", "[", "]", "_1", "1", "é", "\u200b",
    "Bonjour",
]  # fmt: skip
BITS = st.sampled_from(TELLING) | st.text(max_size=8)
TEXTS = st.lists(BITS, max_size=12).flatmap(
    lambda bits: st.sampled_from(["", " ", "\n"]).map(lambda gap: gap.join(bits))
)


@given(st.lists(TEXTS, max_size=4))
def test_everything_comes_back_as_it_was(texts):
    """All kinds asked for: each text is what it was, invisible signs included, whatever was hidden before it."""
    mask = Mask()
    hidden = [mask.hide(text) for text in texts]
    assert [mask.show(text, ALL) for text in hidden] == texts


@given(st.lists(TEXTS, max_size=4), st.sets(st.sampled_from(list(Kind))))
def test_nothing_comes_back_that_was_not_asked_for(texts, kinds):
    """What is shown again are placeholders of other kinds, and data of these."""
    mask = Mask()
    for text in texts:
        others = [datum.text for datum in personal(text) if datum.kind not in kinds and datum.kind is not Kind.HANDLE]
        hidden = mask.hide(text)
        left = re.sub(r"\[[A-Z]+_\d+\]", "\n", hidden)
        assert not any(re.search(rf"(?<!\w){re.escape(datum)}(?!\w)", left) for datum in others)
        shown = mask.show(hidden, kinds)
        for word in {kind.upper() for kind in Kind if kind not in kinds}:
            places = re.findall(rf"\[{word}_\d+\]", hidden)
            assert all(shown.count(place) >= hidden.count(place) for place in places)


@given(TEXTS)
def test_a_text_without_data_is_unchanged(text):
    """Nothing found, nothing typed: not a letter is touched."""
    if not personal(text) and not re.search("EMAIL|PHONE|TEXT", text):
        assert Mask().hide(text) == text


@given(TEXTS)
def test_hiding_twice_finds_the_same(text):
    """A text that went out and came back whole is masked as it was."""
    mask = Mask()
    hidden = mask.hide(text)
    assert mask.hide(mask.show(hidden, ALL)) == hidden
