"""One complaint's way through Discord, as people see it."""

from __future__ import annotations

from discord_desk import Desk
from discord_standin import Message

X = "https://x.com/lea_m/status/1790000000000000001"


async def customer_writes(desk: Desk, text: str = "Toujours rien reçu !") -> Message:
    """In a public channel of the brand's server."""
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    shop = desk.discord.add_channel("boutique")
    await desk.discord.post(lea, shop, text)
    return desk.discord.messages_in(shop)[-1]


async def forwarded(desk: Desk, text: str = "Toujours rien reçu !") -> Message:
    """Alex forwards what the customer wrote; gives the customer's message."""
    message = await customer_writes(desk, text)
    await desk.discord.forward(desk.alex, desk.complaints, message)
    return message


def answers(desk: Desk, message: Message) -> list[Message]:
    """What we wrote where the customer did."""
    return desk.discord.messages_in(message.channel)[1:]


async def test_a_forward_becomes_a_card(desk: Desk):
    """Forwarding is enough; a forward does not tell the author, who is looked up where the customer wrote."""
    await forwarded(desk)
    card = (await desk.card()).seen
    assert all(words in card for words in ("Toujours rien reçu", "Léa Moreau", "Bonjour Léa, nous cherchons"))
    assert "Missing" not in card


async def test_a_forward_from_where_we_may_not_read(desk: Desk):
    """Discord tells no author, so the card asks for it."""
    message = await customer_writes(desk)
    desk.discord.forbid(message.channel, desk.discord.bot_user, "read_message_history")
    await desk.discord.forward(desk.alex, desk.complaints, message)
    card = (await desk.card()).seen
    assert all(words in card for words in ("Toujours rien reçu", "nous cherchons votre colis", "Missing: the author."))


async def test_a_manager_approves_by_button(desk: Desk):
    """One click, one reply below the customer's message; the card says who and where."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.discord.press(desk.camille, card, "pv:approve:1")
    await desk.shows("Camille Durand")
    await desk.shows("Posted")
    [answer] = answers(desk, message)
    assert answer.content.endswith("Bonjour Léa, nous cherchons votre colis.")
    assert await desk.status() == "posted"


async def test_a_manager_approves_by_reaction(desk: Desk):
    """A tick by somebody who is a manager through a role."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.discord.react(desk.sacha, desk.complaints, card, "👍🏽")
    await desk.shows("Posted")
    assert len(answers(desk, message)) == 1


async def test_who_is_no_manager_is_told_alone(desk: Desk):
    """Nothing is posted, and only that person hears why."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.discord.press(desk.alex, card, "pv:approve:1")
    assert "Only a manager of Lune & Tilleul" in await desk.told(desk.alex)
    assert answers(desk, message) == []


async def test_reply_with_words(desk: Desk):
    """`/reply` and the customer's words: a draft comes, and only the person sees the thanks."""
    await desk.discord.command(desk.alex, desk.complaints, "reply", text=f"Toujours rien reçu ! {X}")
    assert "on its way" in await desk.told(desk.alex)
    assert r"@lea\_m" in (await desk.card()).seen


async def test_the_message_command(desk: Desk):
    """*Draft a reply* on a customer's message: the card has the author."""
    message = await customer_writes(desk)
    await desk.discord.message_command(desk.alex, message, "Draft a reply")
    assert "on its way" in await desk.told(desk.alex)
    assert "Léa Moreau" in (await desk.card(1, message.channel)).seen


async def test_a_new_draft_is_a_new_message(desk: Desk):
    """What a reaction says yes to never changes: the old message folds and points to the new one."""
    await forwarded(desk)
    card = await desk.card()
    await desk.discord.react(desk.alex, desk.complaints, card, "🔁")
    second = await desk.card(2)
    await desk.shows("replaced")
    assert "Draft 2" in second.seen
    await desk.discord.react(desk.camille, desk.complaints, card, "✅")
    room = desk.discord.dm(desk.camille)
    await desk.discord.until(lambda: any("newer draft" in one.seen for one in desk.discord.messages_in(room)))
    assert await desk.status() == "awaiting"


async def test_the_bot_seeds_the_reactions(desk: Desk):
    """What people are to press stands under the card already; the bot's own ticks decide nothing."""
    await forwarded(desk)
    card = await desk.card()
    await desk.discord.until(lambda: len(card.reactions) == 3)
    assert list(card.reactions) == ["✅", "🔁", "❌"]
    assert await desk.status() == "awaiting"


async def test_a_reply_to_the_card_is_a_wish(desk: Desk):
    """Words below a card are never published: they ask for another draft."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.discord.post(desk.alex, desk.complaints, "warmer, no refund", reply_to=card)
    assert "warmer, no refund" in (await desk.card(2)).seen
    assert answers(desk, message) == []


async def test_save_and_approve(desk: Desk):
    """The form posts exactly what was typed."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.discord.press(desk.camille, card, "pv:edit:1")
    await desk.form(desk.camille)
    await desk.discord.submit(desk.camille, {"text": "Bonjour Léa, c'est parti."})
    await desk.shows("Posted", 2)
    assert [answer.content.partition("> ")[2] or answer.content for answer in answers(desk, message)] == [
        "Bonjour Léa, c'est parti."
    ]


async def test_what_is_blocked_is_not_lost(desk: Desk):
    """A text that may not leave the house comes back with the reason, and the form with all of it."""
    await forwarded(desk)
    card = await desk.card()
    await desk.discord.press(desk.camille, card, "pv:edit:1")
    await desk.form(desk.camille)
    await desk.discord.submit(desk.camille, {"text": "Écrivez à @everyone sur evil.example/x"})
    assert "evil" in await desk.told(desk.camille, "evil")
    assert await desk.status() == "awaiting"
    aside = desk.discord.ephemerals_for(desk.camille)[-1]
    again = next(one["custom_id"] for one in walked(aside.components) if one.get("label") == "Edit again")
    await desk.discord.press(desk.camille, aside, again)
    assert "evil.example/x" in (await desk.form(desk.camille)).values["text"]


def walked(components: list) -> list[dict]:
    found = []
    for one in components:
        found += [one, *walked(one.get("components") or [])]
    return found


async def test_reject_with_a_reason_and_undo(desk: Desk):
    """No reply, and why; a slip can be taken back."""
    await forwarded(desk)
    card = await desk.card()
    await desk.discord.press(desk.camille, card, "pv:more:1", ["reject"])
    await desk.form(desk.camille)
    await desk.discord.submit(desk.camille, {"words": "a test of ours"})
    await desk.shows("a test of ours")
    await desk.discord.press(desk.camille, card, "pv:undo:1")
    await desk.shows("[Approve]")


async def test_a_template_from_the_menu(desk: Desk):
    """Another template is another draft."""
    await forwarded(desk)
    card = await desk.card()
    await desk.discord.press(desk.alex, card, "pv:template:1", ["broken.fr"])
    assert "désolés pour la casse" in (await desk.card(2)).seen


async def test_what_is_missing_is_added(desk: Desk):
    """A forward from elsewhere has no author: somebody adds it, and the next draft greets by name."""
    message = await customer_writes(desk)
    desk.discord.forbid(message.channel, desk.discord.bot_user, "read_message_history")
    await desk.discord.forward(desk.alex, desk.complaints, message)
    card = await desk.card()
    await desk.discord.press(desk.alex, card, "pv:add:1")
    await desk.form(desk.alex)
    await desk.discord.submit(desk.alex, {"author": "Léa Moreau"})
    assert "Bonjour Léa" in (await desk.card(2)).seen


async def test_by_hand_where_no_account_is_connected(desk: Desk):
    """The text to copy, and the place to say that it is posted."""
    await desk.discord.command(desk.alex, desk.complaints, "reply", text=f"Toujours rien reçu ! {X}")
    card = await desk.card()
    await desk.discord.press(desk.camille, card, "pv:approve:1")
    await desk.shows("[Mark as posted")
    await desk.discord.press(desk.camille, card, "pv:mark-posted:1")
    await desk.form(desk.camille)
    await desk.discord.submit(desk.camille, {"link": "https://x.com/lune/status/1790000000000000009"})
    await desk.shows("Posted")


async def test_approve_by_command_shows_the_whole_text_first(desk: Desk):
    """Nobody says yes to what they have not read; with the card's link the text is the card's."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.discord.command(desk.camille, desk.complaints, "reply", text="approve")
    assert "nous cherchons votre colis" in await desk.told(desk.camille, "Approve this reply")
    aside = desk.discord.ephemerals_for(desk.camille)[-1]
    yes = next(one["custom_id"] for one in walked(aside.components) if one.get("label") == "Approve")
    await desk.discord.press(desk.camille, aside, yes)
    await desk.discord.until(lambda: answers(desk, message), within=10)
    await desk.discord.command(desk.sacha, desk.complaints, "reply", text=f"approve {desk.discord.link(card)}")
    assert "nothing to do" in await desk.told(desk.sacha, "nothing to do")
    assert len(answers(desk, message)) == 1


async def test_the_queue_and_help(desk: Desk):
    """What waits with a way to its card, and how it all works."""
    await forwarded(desk)
    card = await desk.card()
    await desk.discord.until(lambda: card.reactions)
    await desk.discord.command(desk.alex, desk.complaints, "reply", text="queue")
    assert "Toujours rien" in await desk.told(desk.alex, "Toujours rien")
    assert desk.discord.link(card) in str(desk.discord.ephemerals_for(desk.alex)[-1].body)
    await desk.discord.command(desk.alex, desk.complaints, "reply", text="help")
    assert "/reply" in await desk.told(desk.alex, "/reply")


async def test_the_command_suggests(desk: Desk):
    """While one types, the words that mean something are offered."""
    assert "queue" in str(await desk.discord.autocomplete(desk.alex, desk.complaints, "reply", "qu"))


async def test_templates_from_chat(desk: Desk):
    """The sheet, the form, the file; the next draft has the new text."""
    await desk.discord.command(desk.camille, desk.complaints, "reply", text="template late.en")
    await desk.told(desk.camille, "looking for your parcel")
    sheet = desk.discord.ephemerals_for(desk.camille)[-1]
    edit = next(one["custom_id"] for one in walked(sheet.components) if "text" in str(one.get("label", "")).lower())
    await desk.discord.press(desk.camille, sheet, edit)
    await desk.form(desk.camille)
    await desk.discord.submit(desk.camille, {"text": "Hello, your parcel is being looked for."})
    await desk.told(desk.camille, "saved")
    assert "is being looked for" in (desk.folder / "prompts" / "templates" / "late.en.md").read_text()
