"""A reply that is public is taken away again from its card in Discord: by managers, with a reason, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from discord_desk import Desk, at_work
from discord_standin import Call, Message, fail

from bot.chat.discord import unheard
from bot.desk.ports import Posted, Refused
from bot.network.discord import reply

DELETE = "DELETE /channels/*/messages/*"
DELETE_BY_WEBHOOK = "DELETE /webhooks/*/*/messages/*"


async def posted(desk: Desk, *, webhook: bool = False) -> tuple[Message, Message]:
    """The customer's message, and the card of the reply that stands below it."""
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    shop = desk.discord.add_channel("boutique")
    (desk.discord.permit if webhook else desk.discord.forbid)(shop, desk.discord.bot_user, "manage_webhooks")
    await desk.discord.post(lea, shop, "Toujours rien reçu !")
    message = desk.discord.messages_in(shop)[-1]
    await desk.discord.forward(desk.alex, desk.complaints, message)
    card = await desk.card()
    await desk.discord.press(desk.camille, card, "pv:approve:1")
    await desk.shows("Posted")
    return message, card


async def deleted(desk: Desk, card: Message, reason: str = "a typo") -> None:
    """Camille presses the button and says why."""
    await desk.discord.press(desk.camille, card, "pv:delete:1")
    await desk.form(desk.camille)
    await desk.discord.submit(desk.camille, {"reason": reason})


def answers(desk: Desk, message: Message) -> list[str]:
    return [one.content for one in desk.discord.messages_in(message.channel)[1:]]


@pytest.mark.parametrize("webhook", [True, False])
async def test_a_manager_deletes_a_reply(desk: Desk, webhook: bool):
    """Whether the brand spoke or the bot did; the reason stands on the card."""
    message, card = await posted(desk, webhook=webhook)
    assert "[Delete this reply…]" in card.seen
    await deleted(desk, card, "the wrong customer")
    assert "[Undo]" in await desk.shows("Deleted again: the wrong customer")
    assert "The reply is deleted" in await desk.told(desk.camille, "deleted")
    assert answers(desk, message) == []
    assert bool(desk.discord.called(DELETE_BY_WEBHOOK)) is webhook


async def test_after_undo_another_one_can_be_approved(desk: Desk):
    """And is posted once: what was deleted is not taken for it."""
    message, card = await posted(desk, webhook=True)
    await deleted(desk, card)
    await desk.shows("Deleted again")
    await desk.discord.press(desk.camille, card, "pv:undo:1")
    await desk.shows("[Approve]")
    await desk.discord.press(desk.camille, card, "pv:approve:1")
    await desk.shows("Posted")
    assert len(answers(desk, message)) == 1


async def test_who_is_no_manager_is_told_before_they_write_why(desk: Desk):
    """No form, nothing gone."""
    message, card = await posted(desk)
    await desk.discord.press(desk.alex, card, "pv:delete:1")
    assert "Only a manager of Lune & Tilleul" in await desk.told(desk.alex, "Only a manager")
    assert desk.discord.modal(desk.alex) is None
    assert len(answers(desk, message)) == 1


async def test_without_a_reason_nothing_is_deleted(desk: Desk):
    """Blanks are none."""
    message, card = await posted(desk)
    await deleted(desk, card, " \n ")
    assert "Please say why" in await desk.told(desk.camille, "why")
    assert len(answers(desk, message)) == 1


async def test_a_slow_network_is_waited_for(desk: Desk):
    """Discord hears of us at once; the person hears what came of it."""
    _, card = await posted(desk)
    go_on = asyncio.Event()

    async def hold(_: Call) -> None:
        await go_on.wait()

    desk.discord.before(DELETE, 1, hold)
    await deleted(desk, card)
    [waits] = desk.discord.ephemerals_for(desk.camille)
    assert waits.is_loading
    go_on.set()
    assert "The reply is deleted" in await desk.told(desk.camille, "deleted")
    assert not waits.is_loading


async def test_what_somebody_has_deleted_by_hand_is_gone_as_well(desk: Desk):
    """Asked for a second time, it is recorded."""
    message, card = await posted(desk)
    await desk.discord.delete(desk.discord.messages_in(message.channel)[-1])
    await deleted(desk, card)
    await desk.shows("Deleted again: a typo")


@pytest.mark.parametrize(
    ("does", "told"),
    [
        (fail(403, 50013, "Missing Permissions"), "Discord does not let the bot delete this message"),
        (fail(503), "It does not say whether the reply is gone."),
    ],
    ids=["forbidden", "broken"],
)
async def test_what_is_not_surely_gone_stays_posted(desk: Desk, does, told):
    """The reason is told, and it can be tried again."""
    message, card = await posted(desk)
    desk.discord.before(DELETE, 1, does)
    await deleted(desk, card)
    await desk.told(desk.camille, told)
    assert await desk.status() == "posted"
    await deleted(desk, card)
    await desk.shows("Deleted again: a typo")
    assert answers(desk, message) == []


async def test_a_brand_s_words_need_its_webhook(desk: Desk):
    """Without the right to manage webhooks they are another's message: a person deletes it."""
    message, card = await posted(desk, webhook=True)
    desk.discord.forbid(message.channel, desk.discord.bot_user, "manage_webhooks")
    await deleted(desk, card)
    assert "Please do it there." in await desk.told(desk.camille, "do it there")
    assert len(answers(desk, message)) == 1


async def test_two_processes_delete_once(team: Desk):
    """Each hears the form; one does what it asks for."""
    async with at_work(team), at_work(team) as desk:
        _, card = await posted(desk)
        await deleted(desk, card)
        await desk.shows("Deleted again: a typo")
        await desk.told(desk.camille, "The reply is deleted")
    assert len(desk.discord.called(DELETE)) == 1
    assert len(desk.discord.ephemerals_for(desk.camille)) == 1


async def test_a_form_from_before_a_restart_deletes_as_well(team: Desk, monkeypatch: pytest.MonkeyPatch):
    """As if the process that opened it were still there."""
    monkeypatch.setattr(unheard, "UNHEARD", 0.05)
    async with at_work(team) as desk:
        message, card = await posted(desk)
        await desk.discord.press(desk.camille, card, "pv:delete:1")
        await desk.form(desk.camille)
    async with at_work(team) as desk:
        await desk.discord.until(lambda: desk.discord.online, within=15)
        await desk.discord.submit(desk.camille, {"reason": "a slip"})
        await desk.shows("Deleted again: a slip")
        assert answers(desk, message) == []


async def test_a_reply_of_unknown_place_is_left_to_a_person(desk: Desk):
    """Nothing is asked of Discord."""
    await posted(desk)
    [case] = await desk.service.store.list()
    assert case.reply is not None
    network = desk.service.desk.networks.of(case.complaint)
    assert isinstance(await network.delete(case.complaint, replace(case.reply, ref="")), Refused)
    assert isinstance(await network.delete(replace(case.complaint, link=""), case.reply), Refused)
    assert desk.discord.called(DELETE) == []
    assert isinstance(await network.delete(case.complaint, case.reply), Posted)


async def test_what_waits_to_be_sent_says_why(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """On the card and in the queue; and goes out by itself."""
    monkeypatch.setattr(reply, "AGAIN", 3.0)
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    shop = desk.discord.add_channel("boutique")
    await desk.discord.post(lea, shop, "Toujours rien reçu !")
    await desk.discord.forward(desk.alex, desk.complaints, desk.discord.messages_in(shop)[-1])
    card = await desk.card()
    desk.discord.before("GET /channels/*/messages/*", 2, fail(503))  # first it is looked whether we may answer
    await desk.discord.press(desk.camille, card, "pv:approve:1")
    await desk.shows("not sent yet: Discord cannot be reached.")
    await desk.discord.command(desk.alex, desk.complaints, "reply", text="queue")
    assert "Discord cannot be reached." in await desk.told(desk.alex, "Approved, not sent yet (1)")
    await desk.shows("Posted")
