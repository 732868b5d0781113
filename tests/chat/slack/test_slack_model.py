"""What a card in Slack offers where a model writes: another tone, a note, the draft in the team's language."""

from __future__ import annotations

from slack_desk import Desk
from standin import Message

from bot.chat.slack import opening
from tests.chat.model_pen import SLOW, FakeInterpreter


async def forwarded(desk: Desk) -> Message:
    """Its card: the customer wrote in French, the team speaks English."""
    lea = desk.slack.add_user("Léa Moreau")
    shop = desk.slack.add_channel("boutique", [lea, desk.alex])
    await desk.slack.post(lea, shop, "Toujours rien reçu !")
    await desk.slack.forward(desk.alex, desk.complaints, desk.slack.messages_in(shop)[-1])
    return await desk.card()


async def pressed(desk: Desk, act: str) -> Message:
    card = await forwarded(desk)
    await desk.slack.press(desk.alex, desk.complaints, card.ts, act)
    return card


async def modal(desk: Desk, words: str) -> str:
    """What Alex reads in the form that is open, once it says these words."""
    await desk.slack.until(lambda: (view := desk.slack.view(desk.alex)) and words in view.seen, within=10)
    return desk.slack.view(desk.alex).seen


async def test_a_tone_is_a_note_for_the_next_draft(interpreter: FakeInterpreter, desk: Desk):
    """One click, no form: the writer is told in the team's language."""
    await pressed(desk, "shorter")
    assert "“Shorter”" in (await desk.card(2)).seen
    assert desk.slack.view(desk.alex) is None


async def test_a_new_draft_takes_a_note(interpreter: FakeInterpreter, desk: Desk):
    """Where a model follows it, the button asks for one."""
    await pressed(desk, "redraft")
    assert "a template could not" in await modal(desk, "What should be different?")
    await desk.slack.submit(desk.alex, values={"note": "offer the 10 % code"})
    assert "offer the 10 % code" in (await desk.card(2)).seen


async def test_the_note_may_stay_open(interpreter: FakeInterpreter, desk: Desk):
    """Then it is just another draft."""
    await pressed(desk, "redraft")
    await modal(desk, "What should be different?")
    await desk.slack.submit(desk.alex)
    assert "Draft 2" in (await desk.card(2)).seen


async def test_without_a_model_nothing_is_asked(desk: Desk):
    """A new draft comes at once, and the card offers no tone."""
    await pressed(desk, "redraft")
    second = await desk.card(2)
    assert "Draft 2" in second.seen
    assert desk.slack.view(desk.alex) is None
    assert not any(block["block_id"].startswith("reword") for block in second.blocks)


async def test_a_translation_is_for_who_asked(interpreter: FakeInterpreter, desk: Desk):
    """It stands beside the draft, in a form; the channel sees nothing, and the case does not move."""
    card = await pressed(desk, "translate")
    said = await modal(desk, "[en] Bonjour Léa, nous cherchons votre colis.")
    assert "The draft itself, in French" in said
    assert desk.cards() == [card]
    assert await desk.status() == "awaiting"
    assert [lang for _, lang in interpreter.asked] == ["en"]


async def test_a_slow_translation_is_waited_for_in_an_open_form(interpreter: FakeInterpreter, desk: Desk):
    """Slack gives three seconds; a model takes longer."""
    interpreter.hold()
    await pressed(desk, "translate")
    await modal(desk, "being translated…")
    interpreter.release()
    await modal(desk, "[en] Bonjour")


async def test_a_translation_that_fails_at_once_says_why(interpreter: FakeInterpreter, desk: Desk):
    """To the person alone."""
    interpreter.fails = SLOW
    await pressed(desk, "translate")
    assert "The model did not answer within 20 s." in await desk.told(desk.alex)


async def test_a_translation_that_fails_late_says_why(interpreter: FakeInterpreter, desk: Desk, monkeypatch):
    """The form that waits does not wait for ever; what nobody foresaw gets a number."""
    monkeypatch.setattr(opening, "AT_A_GLANCE", 0.01)
    for error, said in ((SLOW, "The model did not answer within 20 s."), (KeyError("x"), "Something unexpected")):
        interpreter.hold()
        interpreter.fails = error
        [card] = desk.cards() or [await forwarded(desk)]
        await desk.slack.press(desk.alex, desk.complaints, card.ts, "translate")
        await modal(desk, "being translated…")
        interpreter.release()
        await modal(desk, said)


async def test_a_form_closed_meanwhile_is_no_trouble(interpreter: FakeInterpreter, desk: Desk):
    """Whoever loses patience may go on."""
    interpreter.hold()
    card = await pressed(desk, "translate")
    await modal(desk, "being translated…")
    await desk.slack.close(desk.alex)
    interpreter.release()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    await desk.shows("Posted")


async def test_an_older_draft_is_not_translated(interpreter: FakeInterpreter, desk: Desk):
    """The buttons of an older card lead nowhere, and say so."""
    card = await forwarded(desk)
    blocks = list(card.blocks)
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "warmer")
    await desk.card(2)
    await desk.slack.until(lambda: "replaced" in desk.cards()[0].seen)
    card.body["blocks"] = blocks
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "translate")
    assert "newer draft" in await desk.told(desk.alex)
    assert interpreter.asked == []


async def test_the_help_tells_of_it(interpreter: FakeInterpreter, desk: Desk):
    """Where a model is at work."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "help")
    assert "Shorter, Warmer and More formal" in await desk.told(desk.alex)
