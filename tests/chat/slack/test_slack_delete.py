"""A reply that is public is taken away again from its card in Slack: by managers, with a reason, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from slack_desk import Desk
from standin import Call, Message, NotSent, Slack, drop, fail

from bot.desk.case import Complaint
from bot.desk.ports import Posted, Refused
from bot.network.slack.reply import SlackThreads


async def posted(desk: Desk) -> tuple[Message, Message]:
    """The customer's message, and the card of the reply that stands below it."""
    lea = desk.slack.add_user("Léa Moreau")
    shop = desk.slack.add_channel("boutique", [lea, desk.alex])
    await desk.slack.post(lea, shop, "Toujours rien reçu !")
    message = desk.slack.messages_in(shop)[-1]
    await desk.slack.forward(desk.alex, desk.complaints, message)
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    await desk.shows("Posted")
    return message, card


async def asked_why(desk: Desk, card: Message) -> None:
    """Camille has pressed the button, and the form stands open."""
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "delete")
    await desk.slack.until(lambda: desk.slack.view(desk.camille))


async def reads(desk: Desk, words: str) -> str:
    """What Camille's form says, once it says these words."""
    await desk.slack.until(lambda: (view := desk.slack.view(desk.camille)) and words in view.seen, within=10)
    return desk.slack.view(desk.camille).seen


def held(desk: Desk) -> asyncio.Event:
    """Slack takes its time with the next deletion, until this is set."""
    go_on = asyncio.Event()

    async def hold(_: Call) -> None:
        await go_on.wait()

    desk.slack.before("chat.delete", 1, hold)
    return go_on


def answers(desk: Desk, message: Message) -> list[str]:
    return [one.text for one in desk.slack.messages_in(message.channel, message.ts, by_bot=True)]


async def test_a_manager_deletes_a_reply(desk: Desk):
    """With a reason, which stands on the card; nobody reads the reply any more."""
    message, card = await posted(desk)
    assert "[Delete this reply…]" in card.seen
    await asked_why(desk, card)
    assert "takes the reply off Slack for everyone" in await reads(desk, "Why is it deleted?")
    await desk.slack.submit(desk.camille, values={"reason": "the wrong customer"})
    await reads(desk, "The reply is deleted")
    assert "[Undo]" in (await desk.shows("Deleted again: the wrong customer")).seen
    assert answers(desk, message) == []


async def test_after_undo_another_one_can_be_approved(desk: Desk):
    """And is posted once."""
    message, card = await posted(desk)
    await asked_why(desk, card)
    await desk.slack.submit(desk.camille, values={"reason": "a typo"})
    await desk.shows("Deleted again: a typo")
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "undo")
    await desk.shows("[Approve]")
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    await desk.shows("Posted")
    assert len(answers(desk, message)) == 1


async def test_who_is_no_manager_is_told_before_they_write_why(desk: Desk):
    """No form, nothing gone."""
    message, card = await posted(desk)
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "delete")
    assert "Only a manager of Lune & Tilleul" in await desk.told(desk.alex)
    assert desk.slack.view(desk.alex) is None
    assert len(answers(desk, message)) == 1


async def test_who_is_no_manager_any_more_is_told_by_the_desk(desk: Desk):
    """The form was open when the list changed."""
    message, card = await posted(desk)
    await asked_why(desk, card)
    brand = desk.service.desk.voice.houses["main"]  # type: ignore[attr-defined]
    object.__setattr__(brand.brand.managers, "default", frozenset())
    await desk.slack.submit(desk.camille, values={"reason": "a typo"})
    await reads(desk, "Only a manager of Lune & Tilleul")
    assert len(answers(desk, message)) == 1


@pytest.mark.parametrize("reason", ["", "  \n "])
async def test_without_a_reason_nothing_is_deleted(desk: Desk, reason: str):
    """Slack asks again, or we do."""
    message, card = await posted(desk)
    await asked_why(desk, card)
    try:
        await desk.slack.submit(desk.camille, values={"reason": reason})
    except NotSent:
        assert not reason
    else:
        assert "Please say why" in str(desk.slack.view(desk.camille).errors)
    assert len(answers(desk, message)) == 1


async def test_a_slow_network_keeps_nobody_waiting_for_slack_s_answer(desk: Desk):
    """The form says that it is at work, then what came of it."""
    _, card = await posted(desk)
    await asked_why(desk, card)
    go_on = held(desk)
    delivery = await desk.slack.submit(desk.camille, values={"reason": "a typo"})
    assert delivery.ok
    assert "being deleted…" in desk.slack.view(desk.camille).seen
    go_on.set()
    await reads(desk, "The reply is deleted")


async def test_who_has_closed_the_form_is_told_below_the_card(desk: Desk):
    """To them alone."""
    _, card = await posted(desk)
    await asked_why(desk, card)
    go_on = held(desk)
    await desk.slack.submit(desk.camille, values={"reason": "a typo"})
    await desk.slack.close(desk.camille)
    go_on.set()
    assert "The reply is deleted" in await desk.told(desk.camille, "deleted")


async def test_what_somebody_has_deleted_by_hand_is_gone_as_well(desk: Desk):
    """Asked for a second time, it is recorded."""
    message, card = await posted(desk)
    [reply] = desk.slack.messages_in(message.channel, message.ts, by_bot=True)
    await desk.slack.delete(message.channel, reply.ts)
    await asked_why(desk, card)
    await desk.slack.submit(desk.camille, values={"reason": "a typo"})
    await desk.shows("Deleted again: a typo")


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (fail(200, "cant_delete_message"), "Slack does not let the app delete this message (cant_delete_message)."),
        (fail(500, "internal_error"), "It does not say whether the reply is gone."),
        (drop(), "It does not say whether the reply is gone."),
    ],
    ids=["refused", "broken", "cut"],
)
async def test_what_is_not_surely_gone_stays_posted(desk: Desk, does, told):
    """The reason is told in the form, and it can be tried again."""
    message, card = await posted(desk)
    await asked_why(desk, card)
    desk.slack.before("chat.delete", 1, does)
    await desk.slack.submit(desk.camille, values={"reason": "a typo"})
    await reads(desk, told)
    assert await desk.status() == "posted"
    await desk.slack.close(desk.camille)
    await asked_why(desk, card)
    await desk.slack.submit(desk.camille, values={"reason": "a typo"})
    await desk.shows("Deleted again: a typo")
    assert answers(desk, message) == []


async def test_the_button_of_a_card_that_was_slower_says_that_it_is_done(desk: Desk):
    """Two managers press at once."""
    _, card = await posted(desk)
    await asked_why(desk, card)
    await desk.slack.press(desk.sacha, desk.complaints, card.ts, "delete")
    await desk.slack.until(lambda: desk.slack.view(desk.sacha))
    await desk.slack.submit(desk.camille, values={"reason": "a typo"})
    await desk.shows("Deleted again: a typo")
    await desk.slack.submit(desk.sacha, values={"reason": "a slip"})
    await desk.slack.until(lambda: "nothing to do here" in desk.slack.view(desk.sacha).seen, within=10)
    assert "a slip" not in desk.cards()[0].seen


async def test_a_reply_that_a_person_posted_has_no_such_button(desk: Desk):
    """Nobody knows where it is."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "Toujours rien ! https://x.com/lea_m/status/179")
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    await desk.slack.until(lambda: "[Mark as posted" in desk.cards()[0].seen)
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "mark-posted")
    await desk.slack.until(lambda: desk.slack.view(desk.camille))
    await desk.slack.submit(desk.camille)
    assert "Delete" not in (await desk.shows("Posted")).seen


async def test_a_reply_of_unknown_place_is_left_to_a_person(desk: Desk, slack: Slack):
    """Nothing is asked of Slack."""
    await posted(desk)
    [case] = await desk.service.store.list()
    assert case.reply is not None
    network = desk.service.desk.networks.of(case.complaint)
    assert isinstance(await network.delete(case.complaint, replace(case.reply, ref="")), Refused)
    nowhere: Complaint = replace(case.complaint, link="https://atelier-dupont.slack.com/")
    assert isinstance(await network.delete(nowhere, case.reply), Refused)
    assert slack.called("chat.delete") == []
    assert isinstance(await network.delete(case.complaint, case.reply), Posted)


async def test_the_card_names_the_account_that_will_post(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """As the network tells it."""
    monkeypatch.setattr(SlackThreads, "speaks_as", lambda *_: "@lune")
    lea = desk.slack.add_user("Léa Moreau")
    shop = desk.slack.add_channel("boutique", [lea, desk.alex])
    await desk.slack.post(lea, shop, "Toujours rien reçu !")
    await desk.slack.forward(desk.alex, desk.complaints, desk.slack.messages_in(shop)[-1])
    assert "Once approved, @lune posts it on Slack." in (await desk.card()).seen


async def test_what_waits_to_be_sent_says_why(desk: Desk):
    """On the card, in the queue, in the App Home; and goes out by itself."""
    lea = desk.slack.add_user("Léa Moreau")
    shop = desk.slack.add_channel("boutique", [lea, desk.alex])
    await desk.slack.post(lea, shop, "Toujours rien reçu !")
    await desk.slack.forward(desk.alex, desk.complaints, desk.slack.messages_in(shop)[-1])
    card = await desk.card()
    desk.slack.refuse_next("chat.postMessage", "ratelimited", status=429, headers={"Retry-After": "2"})
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    await desk.shows("not sent yet: Slack asks us to wait.")
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "queue")
    assert "Approved, not sent: 1" in await desk.told(desk.alex)
    await desk.slack.open_home(desk.alex)
    await desk.slack.until(lambda: desk.alex in desk.slack.homes)
    home = desk.slack.homes[desk.alex].seen
    assert all(words in home for words in ("Approved, not sent yet (1)", "Slack asks us to wait."))
    await desk.shows("Posted")
