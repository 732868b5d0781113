"""One complaint's way through Slack, as people see it."""

from __future__ import annotations

from slack_desk import Desk
from standin import Message

X = "https://x.com/lea_m/status/1790000000000000001"


async def customer_writes(desk: Desk, text: str = "Toujours rien reçu !") -> Message:
    """In a channel shared with a customer, where the bot is a member."""
    lea = desk.slack.add_user("Léa Moreau")
    shop = desk.slack.add_channel("boutique", [lea, desk.alex])
    await desk.slack.post(lea, shop, text)
    return desk.slack.messages_in(shop)[-1]


async def forwarded(desk: Desk, text: str = "Toujours rien reçu !") -> Message:
    """Alex forwards what the customer wrote; gives the customer's message."""
    message = await customer_writes(desk, text)
    await desk.slack.forward(desk.alex, desk.complaints, message)
    return message


def answers(desk: Desk, message: Message) -> list[Message]:
    """What stands in the customer's thread."""
    return [one for one in desk.slack.messages_in(message.channel, message.ts, by_bot=True) if one.ts != message.ts]


# In


async def test_a_forward_becomes_a_card(desk: Desk):
    """Forwarding is enough: the complaint, its author and a draft stand in the channel."""
    await forwarded(desk)
    card = await desk.card()
    assert all(words in card.seen for words in ("Toujours rien reçu", "Léa Moreau", "nous cherchons votre colis"))


async def test_two_forwards_of_one_message_are_one_case(desk: Desk):
    """The second person gets a link to the card instead of another one."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.slack.forward(desk.camille, desk.complaints, message)
    assert desk.slack.permalink(desk.complaints, card.ts) in await desk.told(desk.camille)
    assert len(desk.cards()) == 1


async def test_plain_talk_is_left_alone(desk: Desk):
    """Colleagues may talk in the complaints' channel."""
    await desk.slack.post(desk.alex, desk.complaints, "Who takes the one from this morning?")
    await desk.slack.post(desk.alex, desk.complaints, "See https://docs.example/handbook")
    await forwarded(desk)
    await desk.card()
    assert len(await desk.service.store.list()) == 1


async def test_a_link_waits_for_its_preview(desk: Desk):
    """The text comes a moment after the link, and is drafted once."""
    await desk.slack.post(desk.alex, desk.complaints, f"<{X}> look at this")
    preview = {
        "from_url": X,
        "service_name": "X (formerly Twitter)",
        "author_name": "Léa",
        "author_subname": "@lea_m",
        "text": "@lunetilleul Toujours rien reçu !",
    }
    await desk.slack.unfurl(desk.complaints, desk.slack.messages_in(desk.complaints)[-1].ts, preview)
    card = await desk.card()
    assert all(words in card.seen for words in ("X · Léa · @lea_m", "Toujours rien reçu", "look at this", "Draft 1"))
    assert len(desk.cards()) == 1


async def test_a_mail_becomes_a_card(desk: Desk):
    """Mail that is sent to the channel has a sender and a subject."""
    await desk.slack.email(desk.complaints, "Colis", "Toujours rien reçu.", "Léa Moreau", "lea@shop.example")
    card = await desk.card()
    assert all(words in card.seen for words in ("Colis", "Toujours rien reçu.", "Léa Moreau"))


async def test_another_app_posts_a_complaint(desk: Desk):
    """A monitoring tool's message is a complaint by itself."""
    await desk.slack.post("", desk.complaints, "Toujours rien reçu, service client absent !", bot="Radar")
    assert "service client absent" in (await desk.card()).seen


async def test_a_photo_is_named(desk: Desk):
    """A screenshot without words waits for somebody to type what it says."""
    await desk.slack.post(desk.alex, desk.complaints, "", files=[{"name": "avis.png"}])
    card = await desk.card()
    assert "avis.png" in card.seen
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "add")
    await desk.slack.until(lambda: desk.slack.view(desk.alex))
    await desk.slack.submit(desk.alex, values={"text": "Vase arrivé cassé", "author": "Zoé", "link": X})
    second = await desk.card(2)
    assert all(words in second.seen for words in ("Vase arrivé cassé", "Zoé", "désolés pour la casse"))


async def test_reply_with_words(desk: Desk):
    """`/reply` and the customer's words: a draft comes, and only the person sees the thanks."""
    delivery = await desk.slack.command(desk.alex, desk.complaints, "/reply", f"Toujours rien reçu ! {X}")
    assert delivery.ok
    assert "on its way" in await desk.told(desk.alex)
    card = await desk.card()
    assert all(words in card.seen for words in ("Toujours rien reçu", "@lea_m"))


async def test_a_mention_in_a_thread_is_about_the_thread(desk: Desk):
    """Calling the bot below a customer's message is enough."""
    message = await customer_writes(desk)
    await desk.slack.post(desk.alex, message.channel, f"<@{desk.slack.bot_user}> please", thread_ts=message.ts)
    await desk.slack.until(lambda: desk.slack.ephemerals_for(desk.alex) or desk.cards(message.channel), within=10)
    assert desk.cards(message.channel) == [] or "Toujours rien" in desk.cards(message.channel)[0].seen


async def test_the_message_shortcut(desk: Desk):
    """*Draft a reply* on any message in the channel, plain words included."""
    await desk.slack.post(desk.alex, desk.complaints, "Toujours rien reçu !")
    [message] = desk.slack.messages_in(desk.complaints)
    await desk.slack.message_shortcut(desk.alex, desk.complaints, message.ts, "draft_reply")
    assert "Toujours rien reçu" in (await desk.card()).seen


async def test_the_form_for_a_new_complaint(desk: Desk):
    """From anywhere in Slack; the person sees that it worked."""
    await desk.slack.shortcut(desk.alex, "new_complaint")
    await desk.slack.until(lambda: desk.slack.view(desk.alex))
    await desk.slack.submit(desk.alex, values={"text": "Toujours rien reçu !", "author": "@lea_m", "link": X})
    assert "on its way" in desk.slack.view(desk.alex).seen
    assert "@lea_m" in (await desk.card()).seen


# Decide


async def test_a_manager_approves_by_button(desk: Desk):
    """One click, one reply in the customer's thread, under the brand's name; the card says who and where."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    card = await desk.shows("Posted")
    [answer] = answers(desk, message)
    assert (answer.text, answer.body["username"]) == ("Bonjour Léa, nous cherchons votre colis.", "Lune & Tilleul")
    assert "Camille Durand" in card.seen
    assert await desk.status() == "posted"


async def test_a_manager_approves_by_reaction(desk: Desk):
    """A tick with any skin tone, by somebody who is a manager through a user group."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.slack.react(desk.sacha, desk.complaints, card.ts, "thumbsup::skin-tone-3")
    await desk.shows("Sacha Petit")
    await desk.shows("Posted")
    assert len(answers(desk, message)) == 1


async def test_who_is_no_manager_is_told_kindly(desk: Desk):
    """Nothing is posted, and only that person hears why."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "approve")
    assert "Only a manager of Lune & Tilleul" in await desk.told(desk.alex)
    assert answers(desk, message) == []


async def test_the_bot_seeds_the_reactions(desk: Desk):
    """What people are to press stands under the card already; the bot's own ticks decide nothing."""
    await forwarded(desk)
    card = await desk.card()
    await desk.slack.until(lambda: len(card.reactions) == 3)
    assert list(card.reactions) == ["white_check_mark", "repeat", "x"]
    assert await desk.status() == "awaiting"


async def test_a_new_draft_is_a_new_message(desk: Desk):
    """What a reaction says yes to never changes: the old message folds and points to the new one."""
    await forwarded(desk)
    card = await desk.card()
    await desk.slack.react(desk.alex, desk.complaints, card.ts, "repeat")
    second = await desk.card(2)
    await desk.slack.until(lambda: "replaced" in desk.cards()[0].seen)
    assert "Draft 2" in second.seen
    await desk.slack.react(desk.camille, desk.complaints, card.ts, "+1")
    assert "newer draft" in await desk.told(desk.camille)
    assert await desk.status() == "awaiting"


async def test_a_note_in_the_thread_is_a_wish(desk: Desk):
    """Words below a card are never published: they ask for another draft."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.slack.post(desk.alex, desk.complaints, "warmer, no refund", thread_ts=card.ts)
    second = await desk.card(2)
    assert "warmer, no refund" in second.seen
    assert answers(desk, message) == []


async def test_save_and_approve(desk: Desk):
    """The form counts while one types, and posts exactly what was typed."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "edit")
    await desk.slack.until(lambda: desk.slack.view(desk.camille))
    view = desk.slack.view(desk.camille)
    block = next(block["block_id"] for block in view.blocks if block["type"] == "input")
    await desk.slack.type_in_view(desk.camille, view.id, block, "typed", "Bonjour Léa, c'est parti.")
    await desk.slack.until(lambda: "25 of 4000" in desk.slack.view(desk.camille).seen)
    await desk.slack.submit(desk.camille, values={"typed": "Bonjour Léa, c'est parti."})
    await desk.shows("Posted", 2)
    assert [answer.text for answer in answers(desk, message)] == ["Bonjour Léa, c'est parti."]


async def test_what_is_blocked_stays_in_the_form(desk: Desk):
    """A text that may not leave the house is not lost: the form says what is wrong with it."""
    await forwarded(desk)
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "edit")
    await desk.slack.until(lambda: desk.slack.view(desk.camille))
    await desk.slack.submit(desk.camille, values={"typed": "Écrivez à @everyone sur evil.example/x"})
    view = desk.slack.view(desk.camille)
    assert view is not None
    assert "cannot be posted" in str(view.errors)
    assert await desk.status() == "awaiting"


async def test_somebody_else_s_edit_is_a_draft(desk: Desk):
    """Anybody may suggest a text; a manager approves it."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "edit")
    await desk.slack.until(lambda: desk.slack.view(desk.alex))
    await desk.slack.submit(desk.alex, values={"typed": "Bonjour Léa !"})
    second = await desk.shows("Alex Roy", 2)
    assert answers(desk, message) == []
    await desk.slack.react(desk.camille, desk.complaints, second.ts, "white_check_mark")
    await desk.slack.until(lambda: answers(desk, message))
    assert answers(desk, message)[0].text == "Bonjour Léa !"


async def test_a_template_from_the_menu(desk: Desk):
    """Another template is another draft."""
    await forwarded(desk)
    card = await desk.card()
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "template", option="broken.fr")
    assert "désolés pour la casse" in (await desk.card(2)).seen


async def test_reject_with_a_reason_and_undo(desk: Desk):
    """No reply, and why; a slip can be taken back."""
    await forwarded(desk)
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "more", option="reject")
    await desk.slack.until(lambda: desk.slack.view(desk.camille))
    await desk.slack.submit(desk.camille, values={"words": "a test of ours"})
    await desk.shows("a test of ours")
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "undo")
    await desk.shows("[Approve]")
    assert await desk.status() == "awaiting"


async def test_take_and_escalate(desk: Desk):
    """Who is on it, and that a senior should look, stands on the card."""
    await forwarded(desk)
    card = await desk.card()
    await desk.slack.react(desk.alex, desk.complaints, card.ts, "eyes")
    await desk.shows("Alex Roy is on it")
    await desk.slack.press(desk.alex, desk.complaints, card.ts, "more", option="escalate")
    await desk.slack.until(lambda: desk.slack.view(desk.alex))
    await desk.slack.submit(desk.alex, values={"reason": "a journalist"})
    await desk.shows("a journalist")


async def test_by_hand_where_no_account_is_connected(desk: Desk):
    """The text to copy, the composer's link, and the place to say that it is posted."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", f"Toujours rien reçu ! {X}")
    card = await desk.card()
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
    card = await desk.shows("nous cherchons votre colis")
    await desk.slack.until(lambda: "[Mark as posted" in desk.cards()[0].seen)
    await desk.slack.press(desk.camille, desk.complaints, card.ts, "mark-posted")
    await desk.slack.until(lambda: desk.slack.view(desk.camille))
    await desk.slack.submit(desk.camille, values={"link": "https://x.com/lune/status/1790000000000000009"})
    card = await desk.shows("Posted")
    assert "1790000000000000009" in str(card.blocks)


# Commands


async def test_approve_by_command_shows_the_whole_text_first(desk: Desk):
    """Nobody says yes to what they have not read; with the card's link the text is the card's."""
    message = await forwarded(desk)
    card = await desk.card()
    await desk.slack.command(desk.camille, desk.complaints, "/reply", "approve")
    await desk.slack.until(lambda: desk.slack.view(desk.camille))
    view = desk.slack.view(desk.camille)
    assert "nous cherchons votre colis" in view.seen
    await desk.slack.press_in_view(desk.camille, view.id, "approve")
    await desk.slack.until(lambda: answers(desk, message))
    link = desk.slack.permalink(desk.complaints, card.ts)
    await desk.slack.command(desk.sacha, desk.complaints, "/reply", f"approve {link}")
    assert "nothing to do" in await desk.told(desk.sacha)
    assert len(answers(desk, message)) == 1


async def test_reject_by_command(desk: Desk):
    """With the card's link and a reason."""
    await forwarded(desk)
    card = await desk.card()
    link = desk.slack.permalink(desk.complaints, card.ts)
    await desk.slack.command(desk.camille, desk.complaints, "/reply", f"reject {link} not ours")
    await desk.shows("not ours")


async def test_the_queue_and_the_app_home(desk: Desk):
    """What waits, for whom it waits, with a way to the card."""
    await forwarded(desk)
    card = await desk.card()
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "queue")
    assert "Toujours rien" in await desk.told(desk.alex)
    await desk.slack.open_home(desk.alex)
    await desk.slack.until(lambda: desk.alex in desk.slack.homes)
    home = desk.slack.homes[desk.alex]
    assert "Toujours rien" in home.seen
    await desk.slack.press_in_view(desk.alex, home.id, "take")
    await desk.shows("Alex Roy is on it")
    assert desk.slack.permalink(desk.complaints, card.ts) in str(home.blocks)


async def test_help(desk: Desk):
    """How to use it, in the team's language, for the one who asks."""
    await desk.slack.command(desk.alex, desk.complaints, "/reply", "help")
    assert "/reply" in await desk.told(desk.alex)
