"""What a card says of the original as it stands now: in front, gravest first, and tidy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.chat import lines, words
from bot.desk.case import Complaint, Draft, Origin, Remark
from bot.locale import Sentences
from bot.network.account import Answer, Capabilities, Post, PostGone, Spec, seen
from bot.network.accounts import Connected

EN = Sentences("en")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WROTE = Complaint(
    id="x:1", brand="main", text="Toujours rien reçu !", received_at=NOW, network="x", link="https://x.com/a/status/1"
)
SLOW = Remark("The model did not answer within {seconds} s.", {"seconds": 20})


class Gone:
    """An account on a network where the customer has deleted the post."""

    spec = Spec(brand="main", network="x", handle="@lune")
    name, settles, can = "x", 25.0, Capabilities()

    async def resolve(self, link: str) -> Post:
        raise PostGone


def draft(*remarks: Remark) -> Draft:
    return Draft(number=1, text="Bonjour.", origin=Origin.TEMPLATE, written_at=NOW, remarks=remarks)


async def test_that_the_original_is_gone_is_said_as_the_networks_say_it():
    """In bold, before anything else, and not a second time among what is remarked of the draft."""
    found = await Connected(Gone()).original(WROTE)  # type: ignore[arg-type]
    assert found is not None
    held = draft(SLOW, *found.remarks)
    [said] = lines.original(held, EN)
    assert said.text.startswith("⚠️ The original is gone")
    assert said.bold
    assert words.remarks(held, EN) == ["The model did not answer within 20 s."]


def test_what_was_answered_and_changed_since_is_said_too():
    """The sentences that every network makes of a post; none of them shouts."""
    post = Post(ref="1", link=WROTE.link, text="Merci !", ours=(Answer(ref="2", link="", text="On regarde."),))
    said = lines.original(draft(*seen(post, WROTE)), EN)
    assert [(run.text, run.bold) for run in said] == [
        ("⚠️ The brand has answered already: “On regarde.”", False),
        ("⚠️ The original reads differently now: “Merci !”", False),
    ]


def test_a_long_list_stays_tidy():
    """One line each, cut, four at most."""
    answers = tuple(Answer(ref=str(n), link="", text=f"{n}\n\n{'mot ' * 90}") for n in range(9))
    said = lines.original(draft(*seen(Post(ref="1", link="", text="", ours=answers), WROTE)), EN)
    assert len(said) == 5
    assert said[-1].text == "… and 5 more"
    assert all(len(run.text) <= 330 and "\n" not in run.text for run in said)


def test_an_original_as_it_was_needs_no_word():
    """Nor does a network that could not be read stand in front."""
    post = Post(ref="1", link=WROTE.link, text="toujours  rien reçu !")
    unread = Remark("Slack cannot be reached.")
    assert lines.original(draft(*seen(post, WROTE), unread), EN) == []
    assert words.remarks(draft(unread), EN) == ["Slack cannot be reached."]


@pytest.mark.parametrize("text", ["", "Bonjour."])
def test_no_draft_is_headed_though_the_original_is_gone(text):
    """“No draft: …” stands for itself; a draft keeps its heading."""
    gone = Remark(words.GONE)
    held = replace(draft(gone), text=text, reason=None if text else SLOW)
    assert words.is_headed(held) is bool(text)
