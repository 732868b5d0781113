"""The App Home, /reply queue and /reply help."""

from dataclasses import replace
from datetime import timedelta

import pytest
from blockkit import check_message, check_view, formats, pings, seen
from sample_case import CARD, NASTY, NOW, a_case, a_reply

from bot.chat.grammar import Act
from bot.chat.slack.decisions import click
from bot.chat.slack.home import SHORT, SHOWN, Pile, Queue, QueuedCase, help_message, home, queue_message
from bot.desk.board import Week
from bot.desk.case import Remark, Status
from bot.locale import Sentences

FR, EN = Sentences("fr"), Sentences("en")


def waiting(number=1, hours=1, brand="", **changes):
    since = NOW - timedelta(hours=hours)
    case = a_case(
        complaint={"id": f"x:{number}", "received_at": since, "written_at": since, "text": f"Plainte {number}"}
    )
    return QueuedCase(replace(case, **changes), f"{CARD}{number}", brand)


def a_queue():
    stuck = waiting(1, status=Status.UNKNOWN, reply=a_reply(), reason=Remark("The bot stopped while posting."))
    return Queue(
        refused_or_unknown=Pile((stuck,), 1),
        escalated=Pile((waiting(2, escalated="presse"),), 1),
        mine=Pile((waiting(3, taken_by="Camille"),), 1),
        waiting=Pile(tuple(waiting(10 + n, hours=n) for n in range(30)), 34),
        week=Week(received=128, posted=97, rejected=12, median_minutes=84),
    )


def drawn(queue, say=FR):
    view = home(queue, say, NOW)
    check_view(view)
    assert len(view["blocks"]) <= 100
    return view


def test_what_may_be_public_stands_first():
    """Then what was escalated, what is mine, what waits."""
    said = seen(drawn(a_queue()))
    titles = [
        "Refusé, ou peut-être public (1)",
        "Remontés à un responsable (1)",
        "À moi (1)",
        "En attente d’une décision (34)",
    ]
    assert sorted(titles, key=said.index) == titles


def test_what_is_approved_and_not_sent_says_why():
    """The network is paused, or refuses our account: it stands right behind what may be public."""
    held = waiting(5, status=Status.APPROVED, reply=a_reply(), reason=Remark("Slack asks us to wait."))
    queue = replace(a_queue(), unsent=Pile((held,), 1))
    said = seen(drawn(queue, EN))
    titles = ["Refused, or perhaps public (1)", "Approved, not sent yet (1)", "Slack asks us to wait.", "Escalated (1)"]
    assert sorted(titles, key=said.index) == titles
    message = queue_message(queue, EN, NOW)
    assert "To look at: 1 · approved, not sent: 1 · escalated: 1" in seen(message)
    assert not Queue(unsent=Pile((held,), 1)).is_empty


def test_the_oldest_stands_first():
    """Who waits longest is answered first."""
    said = seen(drawn(Queue(waiting=Pile((waiting(1, hours=1), waiting(2, hours=9), waiting(3, hours=5)), 3))))
    assert sorted(("Plainte 2", "Plainte 3", "Plainte 1"), key=said.index) == ["Plainte 2", "Plainte 3", "Plainte 1"]


def test_a_long_queue_ends_with_a_way_on():
    """Ten of a kind, and how many more there are."""
    view = drawn(a_queue())
    assert seen(view).count("Plainte 1") <= SHOWN + 1
    last = view["blocks"][-1]["elements"][0]["elements"][0]
    assert last["text"] == "… et 24 de plus"
    assert last["url"].startswith(CARD)


def test_a_full_house_fits():
    """Forty cases to show, thousands behind them."""
    pile = Pile(tuple(waiting(n, hours=n, brand="Lune") for n in range(200)), 5_000)
    drawn(Queue(refused_or_unknown=pile, escalated=pile, mine=pile, waiting=pile, week=Week()))


def test_each_case_can_be_opened_and_taken():
    """Except what is taken already, or cannot be."""
    rows = [block for block in drawn(a_queue())["blocks"] if block["type"] == "actions"][1:5]
    acts = [[element["action_id"] for element in row["elements"]] for row in rows]
    assert acts == [["open"], ["open", "take"], ["open"], ["open", "take"]]


def test_a_click_in_the_home_says_which_case():
    """Case and draft stand in the block's id, as on a card."""
    view = drawn(a_queue())
    row = [block for block in view["blocks"] if block["type"] == "actions"][2]
    action = {"type": "button", "action_id": "take", "block_id": row["block_id"]}
    read = click({"user": {"id": "U1"}, "view": {"id": "V1"}, "actions": [action]})
    assert (read.act, read.case_id, read.draft, read.view) == (Act.TAKE, "x:2", 2, "V1")


def test_the_week_is_one_line():
    """Figures that a manager is asked for."""
    said = seen(drawn(a_queue()))
    assert "7 jours\u00a0: 128 reçus · 97 publiés · 12 sans réponse · la moitié des réponses en moins de 1 h 24" in said
    assert "moitié" not in seen(drawn(Queue(week=Week())))


@pytest.mark.parametrize(("minutes", "said"), [(0.2, "1 min"), (59.4, "59 min"), (59.6, "1 h 00"), (125, "2 h 05")])
def test_times_are_said_as_people_say_them(minutes, said):
    """Minutes below an hour, hours above."""
    assert f"within {said}" in seen(drawn(Queue(week=Week(posted=1, median_minutes=minutes)), EN))


def test_an_empty_queue_says_so():
    """And still offers to bring a complaint."""
    said = seen(drawn(Queue()))
    assert "Rien ne vous attend. Bravo." in said
    assert "[Nouvelle réclamation]" in said


def test_a_case_without_a_card_has_no_link():
    """A queue of one's own, without a link to open: no empty row."""
    bare = replace(waiting(1), link="")
    drawn(Queue(mine=Pile((bare,), 1), waiting=Pile((bare,), 1)))


def test_the_queue_in_a_channel_is_short():
    """Counts, and what to look at first, each case once."""
    message = queue_message(a_queue(), FR, NOW)
    check_message(message)
    said = seen(message)
    assert "À vérifier\u00a0: 1 · remontés\u00a0: 1 · à moi\u00a0: 1 · en attente\u00a0: 34" in said
    assert said.count("Plainte") == SHORT
    assert "Plainte 39" in message["text"]


def test_customers_ping_nobody_from_the_queue():
    """Their words stand there as written."""
    held = QueuedCase(a_case(complaint={"text": NASTY, "author_name": NASTY}), CARD, NASTY)
    queue = Queue(waiting=Pile((held,), 1), mine=Pile((held,), 1))
    for payload in (drawn(queue), queue_message(queue, FR, NOW)):
        assert pings(payload) == formats(payload) == []
        assert pings({"text": payload.get("text", "")}) == []


@pytest.mark.parametrize(
    ("say", "words"), [(FR, ["/reply file", "jamais publié"]), (EN, ["/reply queue", "never published"])]
)
def test_help_is_short_and_in_the_team_s_language(say, words):
    """Ten lines; the commands are those that the bot understands."""
    message = help_message(say)
    check_message(message)
    assert all(word in seen(message) and word in message["text"] for word in words)
    assert seen(message).count("•") == 10


def test_help_tells_of_notes_and_tones_only_where_a_model_writes():
    """Without one a word in the thread asks for another template, and the help says no more than that."""
    plain, more = seen(help_message(EN)), seen(help_message(EN, model=True))
    assert "only a model can do as you write" in plain
    assert not any(word in plain for word in ("warmer", "Shorter", "Translate"))
    assert all(word in more for word in ("warmer, no refund", "Shorter, Warmer and More formal", "Translate"))
    check_message(help_message(FR, model=True))
