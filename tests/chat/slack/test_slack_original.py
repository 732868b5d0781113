"""A permalink of Slack's is enough: what the customer wrote there, and who they are, is read where we may read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from slack_desk import Desk
from standin import Message

from bot.chat.slack import events
from bot.network.slack import reply

SAID = "Toujours rien reçu !"


async def customer_writes(desk: Desk, text: str = SAID, **channel: bool) -> Message:
    """In a channel shared with a customer, where the bot is a member unless told otherwise."""
    lea = desk.slack.add_user("Léa Moreau")
    shop = desk.slack.add_channel("boutique", [lea, desk.alex], **channel)
    await desk.slack.post(lea, shop, text)
    return desk.slack.messages_in(shop)[-1]


def link(desk: Desk, message: Message) -> str:
    return desk.slack.permalink(message.channel, message.ts)


async def paste(desk: Desk, said: str) -> Message:
    """Alex posts this among colleagues."""
    await desk.slack.post(desk.alex, desk.complaints, said)
    return desk.slack.messages_in(desk.complaints)[-1]


async def worked_through(desk: Desk) -> None:
    """All that Slack has told of so far."""
    await desk.slack.settle()
    await desk.slack.until(lambda: not desk.service.store.inbox.left(), within=10)


async def test_reply_with_a_permalink_reads_the_message(desk: Desk):
    """Words and author stand on the card; nobody is asked for them."""
    message = await customer_writes(desk)
    await desk.slack.command(desk.alex, desk.complaints, "/reply", link(desk, message))
    card = (await desk.card()).seen
    assert all(words in card for words in (SAID, "Léa Moreau", "Bonjour Léa, nous cherchons votre colis"))
    assert "Missing" not in card


async def test_an_answer_in_a_thread_is_read_as_well(desk: Desk):
    """The message that the link names, not the one above it; and it is answered in that thread."""
    root = await customer_writes(desk, "Bonjour")
    lea = root.body["user"]
    await desk.slack.post(lea, root.channel, "Vase arrivé cassé !", thread_ts=root.ts)
    [message] = desk.slack.messages_in(root.channel, root.ts)
    await desk.slack.command(desk.alex, desk.complaints, "/reply", link(desk, message))
    card = await desk.card()
    assert all(words in card.seen for words in ("Vase arrivé cassé !", "désolés pour la casse"))
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    await desk.shows("Posted")
    assert len(desk.slack.messages_in(root.channel, root.ts, by_bot=True)) == 1


async def test_what_cannot_be_read_is_asked_for(desk: Desk):
    """We are not in that channel: the card came back without the words, and only then asks."""
    message = await customer_writes(desk, bot=False)
    await desk.slack.command(desk.alex, desk.complaints, "/reply", link(desk, message))
    card = await desk.card()
    assert "Missing: the customer's words, the author." in card.seen
    assert "[Add…]" in card.seen


async def test_a_pasted_permalink_is_the_message_it_names(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """The card waits for no preview of it; one that comes later all the same adds nothing."""
    monkeypatch.setattr(events, "PREVIEW", timedelta(hours=1))
    message = await customer_writes(desk)
    post = await paste(desk, f"<{link(desk, message)}> please")
    card = await desk.card()
    assert all(words in card.seen for words in (SAID, "Léa Moreau", "Draft 1"))
    shown = {key: value for key, value in desk.slack.shared(message).items() if key != "is_share"}
    await desk.slack.unfurl(desk.complaints, post.ts, shown)
    await worked_through(desk)
    [case] = await desk.service.store.list()
    assert (case.complaint.author, case.complaint.author_name) == ("", "Léa Moreau")
    assert len(desk.cards()) == 1


async def test_a_pasted_permalink_of_our_own_is_talk(desk: Desk):
    """A card, or a reply that we posted."""
    message = await customer_writes(desk)
    await desk.slack.command(desk.alex, desk.complaints, "/reply", link(desk, message))
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    await desk.shows("Posted")
    [ours] = desk.slack.messages_in(message.channel, message.ts, by_bot=True)
    other = desk.slack.add_channel("autre", [desk.alex])
    desk.service.desk.voice.houses["main"].rules.channels.append(f"slack:{other}")  # type: ignore[attr-defined]
    for one in (ours, card):
        await desk.slack.post(desk.alex, other, f"<{link(desk, one)}>")
    await worked_through(desk)
    assert len(await desk.service.store.list()) == 1


async def test_a_permalink_within_talk_is_talk(desk: Desk):
    """Beside words, below a message, of this very channel, of what we may not read, of what is not there any more."""
    message = await customer_writes(desk)
    hidden = await customer_writes(desk, bot=False)
    first = await paste(desk, "Bonjour à tous")
    here = link(desk, message)
    await paste(desk, f"Je viens de lui répondre au téléphone, c'est réglé depuis hier : <{here}>")
    await paste(desk, f"<{link(desk, first)}>")
    await paste(desk, f"<{link(desk, hidden)}>")
    gone = await customer_writes(desk)
    await desk.slack.delete(gone.channel, gone.ts)
    await paste(desk, f"<{link(desk, gone)}>")
    await desk.slack.post(desk.alex, desk.complaints, f"<{here}>", thread_ts=first.ts)
    await worked_through(desk)
    assert await desk.service.store.list() == []


async def test_that_the_original_is_gone_is_said_first(desk: Desk):
    """Whoever would answer it sees so; the words are asked for."""
    message = await customer_writes(desk)
    await desk.slack.delete(message.channel, message.ts)
    await desk.slack.command(desk.alex, desk.complaints, "/reply", link(desk, message))
    card = await desk.card()
    assert "⚠️ The original is gone: the customer, or the network, has deleted it." in card.seen
    assert "Missing: the customer's words" in card.seen


async def test_a_message_that_leaves_a_gravestone_is_gone(desk: Desk):
    """Slack keeps its place where answers stand below it."""
    message = await customer_writes(desk)
    await desk.slack.post(desk.alex, message.channel, "Je regarde", thread_ts=message.ts)
    await desk.slack.delete(message.channel, message.ts)
    await desk.slack.command(desk.alex, desk.complaints, "/reply", link(desk, message))
    card = (await desk.card()).seen
    assert "The original is gone" in card
    assert "This message was deleted" not in card


async def test_an_edit_shows_on_the_next_draft(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """The draft before answers what no longer stands there."""
    monkeypatch.setattr(reply, "FRESH", reply.FRESH * 0)
    message = await customer_writes(desk)
    await desk.slack.forward(desk.alex, desk.complaints, message)
    card = await desk.card()
    assert "⚠️" not in card.seen
    await desk.slack.edit(message.body["user"], message.channel, message.ts, "Reçu ce matin, merci & pardon.")
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "redraft")
    assert "⚠️ The original reads differently now: “Reçu ce matin, merci & pardon.”" in (await desk.card(2)).seen


async def test_what_was_just_brought_in_whole_is_not_looked_up(desk: Desk):
    """A rush of forwards would wait for Slack, which lets few messages be read a minute."""
    message = await customer_writes(desk)
    await desk.slack.forward(desk.alex, desk.complaints, message)
    await desk.card()
    assert desk.slack.called("conversations.replies") == []


async def test_slack_that_does_not_tell_costs_nothing_but_the_look(desk: Desk):
    """The draft is written all the same."""
    message = await customer_writes(desk)
    desk.slack.refuse_next("conversations.replies", "internal_error", status=500)
    await desk.slack.command(desk.alex, desk.complaints, "/reply", link(desk, message))
    card = (await desk.card()).seen
    assert "Missing: the customer's words" in card
    assert "gone" not in card
