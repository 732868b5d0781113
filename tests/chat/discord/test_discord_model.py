"""What a card in Discord offers where a model writes: another tone, a note, the draft in the team's language."""

from __future__ import annotations

from discord_desk import Desk, at_work
from discord_standin import Message

from tests.chat.model_pen import SLOW, FakeInterpreter


async def forwarded(desk: Desk) -> Message:
    """Its card: the customer wrote in French, the team speaks English."""
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    shop = desk.discord.add_channel("boutique")
    await desk.discord.post(lea, shop, "Toujours rien reçu !")
    await desk.discord.forward(desk.alex, desk.complaints, desk.discord.messages_in(shop)[-1])
    return await desk.card()


async def pressed(desk: Desk, act: str) -> Message:
    card = await forwarded(desk)
    await desk.discord.press(desk.alex, card, f"pv:{act}:1")
    return card


async def test_a_tone_is_a_note_for_the_next_draft(interpreter: FakeInterpreter, desk: Desk):
    """One click, no form; in the team's language, whatever the person's own is."""
    desk.discord.users[desk.alex].locale = "fr"
    await pressed(desk, "more-formal")
    assert "“More formal”" in (await desk.card(2)).seen
    assert desk.discord.modal(desk.alex) is None


async def test_a_new_draft_takes_a_note(interpreter: FakeInterpreter, desk: Desk):
    """Where a model follows it, the button asks for one."""
    await pressed(desk, "redraft")
    assert "a template could not" in (await desk.form(desk.alex)).seen
    await desk.discord.submit(desk.alex, {"note": "offer the 10 % code"})
    assert "offer the 10 % code" in (await desk.card(2)).seen


async def test_without_a_model_nothing_is_asked(desk: Desk):
    """A new draft comes at once, and the card offers no tone."""
    await pressed(desk, "redraft")
    second = await desk.card(2)
    assert "Draft 2" in second.seen
    assert "[Shorter]" not in second.seen
    assert desk.discord.modal(desk.alex) is None


async def test_a_translation_is_for_who_asked(interpreter: FakeInterpreter, desk: Desk):
    """It stands beside the draft; the channel sees nothing, and the case does not move."""
    card = await pressed(desk, "translate")
    said = await desk.told(desk.alex, "[en] Bonjour Léa, nous cherchons votre colis.")
    assert "The draft itself, in French" in said
    assert desk.cards() == [card]
    assert await desk.status() == "awaiting"


async def test_a_slow_translation_is_announced(interpreter: FakeInterpreter, desk: Desk):
    """Discord gives three seconds; a model takes longer."""
    interpreter.hold()
    await pressed(desk, "translate")
    [waits] = desk.discord.ephemerals_for(desk.alex)
    assert waits.is_loading
    interpreter.release()
    await desk.told(desk.alex, "[en] Bonjour")
    assert not waits.is_loading


async def test_a_translation_that_fails_says_why(interpreter: FakeInterpreter, desk: Desk):
    """In a sentence, to the person alone; what nobody foresaw gets a number."""
    interpreter.fails = SLOW
    card = await pressed(desk, "translate")
    assert "The model did not answer within 20 s." in await desk.told(desk.alex, "20 s.")
    interpreter.fails = KeyError("x")
    await desk.discord.press(desk.alex, card, "pv:translate:1")
    assert "Something unexpected happened" in await desk.told(desk.alex, "unexpected")


async def test_two_processes_translate_once(interpreter: FakeInterpreter, team: Desk):
    """Each hears the click; a model is asked by one of them."""
    async with at_work(team), at_work(team) as desk:
        await pressed(desk, "translate")
        await desk.told(desk.alex, "[en] Bonjour")
    assert len(interpreter.asked) == 1


async def test_the_help_tells_of_it(interpreter: FakeInterpreter, desk: Desk):
    """Where a model is at work."""
    await desk.discord.command(desk.alex, desk.complaints, "reply", text="help")
    assert "Shorter, Warmer and More formal" in await desk.told(desk.alex)


# Menus


async def test_a_menu_is_drawn_anew_after_its_form(desk: Desk):
    """Else Discord keeps the chosen line, and whoever closed the form could not choose it again."""
    card = await forwarded(desk)
    await desk.discord.until(lambda: len(card.reactions) == 3)
    before = len(card.before)
    await desk.discord.press(desk.camille, card, "pv:more:1", ["reject"])
    await desk.form(desk.camille)
    await desk.discord.until(lambda: len(card.before) == before + 1)
    desk.discord.close(desk.camille)
    await desk.discord.press(desk.camille, card, "pv:more:1", ["copy"])
    await desk.discord.until(lambda: len(card.before) == before + 2)
    assert "[Approve]" in card.seen


async def test_a_button_draws_nothing_anew(desk: Desk):
    """It keeps nothing; and what moves the case is drawn once."""
    card = await forwarded(desk)
    await desk.discord.press(desk.camille, card, "pv:edit:1")
    await desk.form(desk.camille)
    await desk.discord.press(desk.camille, card, "pv:more:1", ["take"])
    await desk.shows("Camille Durand is on it")
    await desk.discord.press(desk.camille, card, "pv:approve:1")
    await desk.shows("Posted")
    assert [one["components"] for one in card.before].count(card.before[0]["components"]) == 1
