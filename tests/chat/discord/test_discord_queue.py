"""/reply queue and /reply help in Discord."""

from datetime import timedelta

import pytest
from discord_sample import CARD, HOSTILE, NOW, a_case, a_reply, pressed, said, sent, texts

from bot.chat.discord.queue import SHOWN, help_message, queue_message
from bot.chat.waiting import Pile, Queue, QueuedCase
from bot.desk.board import Week
from bot.desk.case import Remark, Status
from bot.locale import Sentences

FR, EN = Sentences("fr"), Sentences("en")


def waiting(number=1, hours=1, brand="", link=CARD, text="", **changes):
    since = NOW - timedelta(hours=hours)
    wrote = {"id": f"x:{number}", "received_at": since, "written_at": since, "text": text or f"Plainte {number}."}
    return QueuedCase(a_case(complaint=wrote, **changes), link, brand)


def a_queue(each=1):
    stuck = waiting(1, status=Status.UNKNOWN, reply=a_reply(), reason=Remark("The bot stopped while posting."))
    return Queue(
        refused_or_unknown=Pile((stuck,), 1),
        escalated=Pile((waiting(2, escalated="presse"),), 1),
        mine=Pile((waiting(3, taken_by="Camille"),), 1),
        waiting=Pile(tuple(waiting(10 + n, hours=n) for n in range(30)), 34),
        week=Week(received=128, posted=97, rejected=12, median_minutes=84),
    )


def test_what_may_be_public_stands_first():
    """Then what was escalated, what is mine, what waits; each with the way to its card."""
    words = said(sent(queue_message(a_queue(), FR, NOW)))
    titles = [
        "Refusé, ou peut-être public (1)",
        "Remontés à un responsable (1)",
        "À moi (1)",
        "En attente d’une décision (34)",
    ]
    assert sorted(titles, key=words.index) == titles
    assert words.count(f"]({CARD})") == SHOWN
    assert "… et 27 de plus" in words
    assert "128" in words


def test_what_is_approved_and_not_sent_says_why():
    """The network is paused, or refuses our account: it stands right behind what may be public."""
    held = waiting(5, status=Status.APPROVED, reply=a_reply(), reason=Remark("Slack asks us to wait."))
    words = said(sent(queue_message(Queue(unsent=Pile((held,), 1), waiting=Pile((waiting(6),), 1)), EN, NOW)))
    assert words.index("Approved, not sent yet (1)") < words.index("Slack asks us to wait.") < words.index("Plainte 6.")
    assert "Approved, not sent: 1 · waiting: 1" in words


def test_the_oldest_stands_first_and_none_twice():
    """Who waits longest is answered first."""
    one, two = waiting(1, hours=1), waiting(2, hours=9)
    words = said(sent(queue_message(Queue(mine=Pile((one, two), 2), waiting=Pile((two,), 1)), EN, NOW)))
    assert words.index("Plainte 2.") < words.index("Plainte 1.")
    assert words.count("Plainte 2.") == 1


def test_an_empty_queue_says_so():
    """And a new complaint can be brought from there."""
    body = sent(queue_message(Queue(week=Week()), FR, NOW))
    assert "Rien ne vous attend" in said(body) or "attend" in said(body)
    assert list(pressed(body)) == ["pv:new:0"]


@pytest.mark.parametrize("sign", ["*", "🤬", HOSTILE])
def test_any_queue_fits_a_message(sign):
    """Whatever customers wrote."""
    held = tuple(waiting(n, brand=sign, text=sign * 900, taken_by=sign * 90, escalated=sign * 90) for n in range(30))
    pile = Pile(held, 300)
    body = sent(queue_message(Queue(refused_or_unknown=pile, escalated=pile, mine=pile, waiting=pile), FR, NOW))
    assert "https://evil" not in "".join(texts(body))


@pytest.mark.parametrize("say", [FR, EN])
def test_the_help_names_every_command(say):
    """In the team's language."""
    for model in (False, True):
        assert said(sent(help_message(say, model=model))).count("`/reply") == 5
    words = said(sent(help_message(say)))
    assert "🔁" in words


def test_help_tells_of_notes_and_tones_only_where_a_model_writes():
    """Without one a word in the thread asks for another template, and the help says no more than that."""
    plain, more = said(sent(help_message(EN))), said(sent(help_message(EN, model=True)))
    assert "only a model can do as you write" in plain
    assert not any(word in plain for word in ("warmer", "Shorter", "Translate"))
    assert all(word in more for word in ("warmer, no refund", "Shorter, Warmer and More formal", "Translate"))
