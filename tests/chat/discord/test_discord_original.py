"""A permalink of Discord's is enough: what the customer wrote there, and who they are, is read where we may read it."""

from __future__ import annotations

import pytest
from discord_desk import Desk, at_work
from discord_standin import Message, fail

from bot.network.discord import reply

SAID = "Toujours rien reçu !"


async def customer_writes(desk: Desk, text: str = SAID) -> Message:
    """In a public channel of the brand's server."""
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    shop = desk.discord.add_channel("boutique")
    await desk.discord.post(lea, shop, text)
    return desk.discord.messages_in(shop)[-1]


async def reply_with(desk: Desk, message: Message) -> str:
    """What the card says of a permalink behind ``/reply``."""
    await desk.discord.command(desk.alex, desk.complaints, "reply", text=desk.discord.link(message))
    return (await desk.card()).seen


async def until_heard(desk: Desk) -> None:
    """All that was posted is worked through: a complaint behind it has its card."""
    await desk.discord.forward(desk.alex, desk.complaints, await customer_writes(desk, "Vase arrivé cassé !"))
    await desk.discord.until(lambda: any("cassé" in card.seen for card in desk.cards()), within=15)


async def test_reply_with_a_permalink_reads_the_message(desk: Desk):
    """Words and author stand on the card; nobody is asked for them."""
    card = await reply_with(desk, await customer_writes(desk))
    assert all(words in card for words in (SAID, "Léa Moreau", "Bonjour Léa, nous cherchons votre colis"))
    assert "Missing" not in card


async def test_the_first_message_of_a_forum_post_has_its_title(desk: Desk):
    """As when it is brought in any other way."""
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    forum = desk.discord.add_channel("avis", forum=True)
    delivery = await desk.discord.forum_post(lea, forum, "Colis perdu", SAID)
    card = await reply_with(desk, delivery.message)
    assert "Colis perdu" in card
    assert SAID in card


async def test_what_cannot_be_read_is_asked_for(desk: Desk):
    """We may not read that channel: the card came back without the words, and only then asks."""
    message = await customer_writes(desk)
    desk.discord.forbid(message.channel, desk.discord.bot_user, "read_message_history")
    card = await reply_with(desk, message)
    assert "Missing: the customer's words, the author." in card


async def test_a_pasted_permalink_is_the_message_it_names(desk: Desk):
    """Discord shows no preview of it: the message is read."""
    message = await customer_writes(desk)
    await desk.discord.post(desk.alex, desk.complaints, f"{desk.discord.link(message)} please")
    card = (await desk.card()).seen
    assert all(words in card for words in (SAID, "Léa Moreau", "Draft 1"))
    await desk.discord.forward(desk.camille, desk.complaints, message)
    await until_heard(desk)
    assert len(await desk.service.store.list()) == 2


async def test_a_permalink_within_talk_is_talk(desk: Desk):
    """Beside words, in a reply, of this very channel, of our own, or of what nobody may read."""
    message, hidden = await customer_writes(desk), await customer_writes(desk)
    desk.discord.forbid(hidden.channel, desk.discord.bot_user, "read_message_history")
    await desk.discord.post(desk.alex, desk.complaints, "Bonjour à tous")
    first, there = desk.discord.messages_in(desk.complaints)[-1], desk.discord.link(message)
    for said in (
        f"Je viens de lui répondre au téléphone, c'est réglé depuis hier : {there}",
        desk.discord.link(first),
        desk.discord.link(hidden),
    ):
        await desk.discord.post(desk.alex, desk.complaints, said)
    await desk.discord.post(desk.alex, desk.complaints, there, reply_to=first)
    await until_heard(desk)
    assert len(await desk.service.store.list()) == 1


async def test_a_pasted_permalink_of_our_own_is_talk(desk: Desk):
    """A reply that we posted, by webhook or not, is no complaint."""
    message = await customer_writes(desk)
    desk.discord.permit(message.channel, desk.discord.bot_user, "manage_webhooks")
    await reply_with(desk, message)
    await desk.discord.press(desk.camille, desk.cards()[0], "pv:approve:1")
    await desk.shows("Posted")
    ours = desk.discord.messages_in(message.channel)[-1]
    await desk.discord.post(desk.alex, desk.complaints, desk.discord.link(ours))
    await until_heard(desk)
    assert len(await desk.service.store.list()) == 2


async def test_that_the_original_is_gone_is_said_first(desk: Desk):
    """Whoever would answer it sees so; the words are asked for."""
    message = await customer_writes(desk)
    await desk.discord.delete(message)
    card = await reply_with(desk, message)
    assert "**⚠️ The original is gone: the customer, or the network, has deleted it.**" in card
    assert "Missing: the customer's words" in card


async def test_an_edit_shows_on_the_next_draft(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """The draft before answers what no longer stands there."""
    monkeypatch.setattr(reply, "FRESH", reply.FRESH * 0)
    message = await customer_writes(desk)
    await desk.discord.forward(desk.alex, desk.complaints, message)
    card = await desk.card()
    assert "⚠️" not in card.seen
    await desk.discord.edit(message.author, message, "Reçu ce matin, merci.")
    await desk.discord.press(desk.alex, card, "pv:redraft:1")
    assert "⚠️ The original reads differently now: “Reçu ce matin, merci.”" in (await desk.card(2)).seen


async def test_discord_that_does_not_tell_costs_nothing_but_the_look(desk: Desk):
    """The draft is written all the same."""
    message = await customer_writes(desk)
    desk.discord.before("GET /channels/*/messages/*", 1, fail(503))
    card = await reply_with(desk, message)
    assert "Missing: the customer's words" in card
    assert "gone" not in card


async def test_without_the_message_content_intent_the_words_are_asked_for(team: Desk):
    """Discord tells who wrote it, and not what."""
    team.discord.privileged = set()
    async with at_work(team) as desk:
        await desk.discord.until(lambda: desk.discord.online, within=15)
        card = await reply_with(desk, await customer_writes(desk))
        assert "Missing: the customer's words" in card
