"""One complaint's way through Slack, as people see it."""

from __future__ import annotations

from conftest import Desk


async def forwarded(desk: Desk, text: str = "Toujours rien reçu !") -> None:
    """Alex forwards a customer's message from another channel."""
    other = desk.slack.add_channel("boutique", [desk.alex])
    await desk.slack.post(desk.alex, other, text)
    message = desk.slack.messages_in(other)[-1]
    await desk.slack.forward(desk.alex, desk.complaints, message)


async def test_a_forward_becomes_a_card(desk: Desk):
    """Forwarding is enough: the complaint and a draft stand in the channel."""
    await forwarded(desk)
    card = await desk.card()
    assert "Toujours rien reçu" in card.seen
    assert "nous cherchons votre colis" in card.seen


async def test_a_manager_approves_by_button(desk: Desk):
    """One click, one reply in the customer's thread."""
    await forwarded(desk)
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    card = await desk.shows("Camille Durand")
