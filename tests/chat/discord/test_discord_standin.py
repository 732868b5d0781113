"""The Discord stand-in itself: it refuses, forgets, pings and resumes as Discord does, seen by discord.py."""

import asyncio

import aiohttp
import discord
import pytest
from discord import app_commands, ui
from discord_standin import ANSWER, EDIT, SEND, Discord, NotSent, drop, fail, kill, reached, too_many

INTENTS = discord.Intents(guilds=True, messages=True, reactions=True, message_content=True)
NONE = discord.AllowedMentions.none()


def options(*names):
    return [discord.SelectOption(label=name.title(), value=name) for name in names]


class Form(ui.Modal, title="Modifier"):
    text: ui.TextInput = ui.TextInput(label="Réponse", custom_id="text", default="Bonjour", max_length=10)

    async def on_submit(self, interaction):
        await interaction.response.send_message(f"Envoyé : {self.text.value}", ephemeral=True)


class Card(ui.LayoutView):
    def __init__(self, text="Brouillon", **button):
        super().__init__(timeout=None)
        menu = ui.Select(custom_id="template", placeholder="Modèle", options=options("retard", "colis"))
        buttons = ui.ActionRow(ui.Button(**{"label": "Publier", "custom_id": "approve"} | button))
        self.add_item(ui.Container(ui.TextDisplay(text), buttons, ui.ActionRow(menu)))


class Bot(discord.Client):
    """A bot with one command, one menu, one form; it keeps all that it hears."""

    def __init__(self, intents=INTENTS):
        super().__init__(intents=intents, guild_ready_timeout=0.05)
        self.heard = []
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(app_commands.Command(name="reply", description="Répondre", callback=reply))
        self.tree.get_command("reply").autocomplete("text")(suggest)
        self.tree.add_command(app_commands.ContextMenu(name="Draft a reply", callback=draft))

    async def before_identify_hook(self, shard_id, *, initial=False):
        """No five seconds before a second login."""

    def dispatch(self, event, /, *args):
        self.heard.append((event, args))
        super().dispatch(event, *args)

    def of(self, event):
        """What an event brought, each time."""
        return [args[0] if len(args) == 1 else args for name, args in self.heard if name == event]

    async def on_interaction(self, interaction):
        if interaction.type is discord.InteractionType.component:
            await answers[interaction.data["custom_id"]](interaction)


async def reply(interaction: discord.Interaction, text: str = ""):
    await interaction.response.send_message(view=Card(f"Pour vous : {text}"), ephemeral=True)


async def suggest(interaction: discord.Interaction, current: str):
    return [app_commands.Choice(name=f"{current} aide", value="help")]


async def draft(interaction: discord.Interaction, message: discord.Message):
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.followup.send(f"Lu : {message.content}", ephemeral=True)


async def open_form(interaction):
    await interaction.response.send_modal(Form())


async def redraw(interaction):
    await interaction.response.edit_message(view=Card(f"Modèle {interaction.data['values'][0]}"))


async def open_long_form(interaction):
    interaction.extras["code"] = await refused(interaction.response.send_modal(Form(title="x" * 46)))


async def ignore(interaction):
    pass


class Press(ui.DynamicItem[ui.Button], template=r"pv:(?P<draft>\d+)"):
    """A button that works after a restart."""

    def __init__(self, draft):
        super().__init__(ui.Button(label="Choisir", custom_id=f"pv:{draft}"))

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(match["draft"])

    async def callback(self, interaction):
        await interaction.response.send_modal(Choice())


class Choice(ui.Modal, title="Choisir"):
    """A form of labels: a field and a menu."""

    why = ui.Label(text="Pourquoi", component=ui.TextInput(custom_id="why", required=False))
    what = ui.Label(text="Modèle", component=ui.Select(custom_id="what", options=options("retard", "colis")))

    async def on_submit(self, interaction):
        await interaction.response.defer()
        await interaction.edit_original_response(
            view=Card(f"{self.what.component.values[0]} {self.why.component.value}")
        )


answers = {"approve": open_form, "template": redraw, "long": open_long_form, "silent": ignore}


async def refused(call):
    """The JSON error code that a call gets."""
    with pytest.raises(discord.HTTPException) as caught:
        await call
    return caught.value.code


@pytest.fixture
async def standin():
    async with Discord() as standin:
        with reached(standin):
            yield standin


@pytest.fixture
def lea(standin):
    return standin.add_user("Léa Martin")


@pytest.fixture
def room(standin):
    return standin.add_channel("plaintes")


@pytest.fixture
async def start(standin):
    """Start bots that are stopped in the end; each `start()` waits until the bot is ready."""
    running = []

    async def start(bot=None):
        bot = bot or Bot()
        running.append((bot, asyncio.create_task(bot.start(standin.bot_token))))
        await standin.until(lambda: bot.is_ready() or running[-1][1].done())
        return bot

    yield start
    for bot, task in running:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def bot(start, standin, lea, room):
    return await start()


@pytest.fixture
def channel(bot, room):
    return bot.get_channel(room)


# --- logging in ------------------------------------------------------------------------------------------------------


async def test_a_bot_logs_in_and_knows_its_server(standin, bot, room):
    """READY and GUILD_CREATE bring the server, its channels and the bot's own permissions."""
    guild = bot.get_guild(standin.guild)
    assert (guild.name, guild.get_channel(room).name, bot.application_id) == ("Atelier Dupont", "plaintes", standin.app)
    assert guild.me.guild_permissions.manage_webhooks
    assert bot.application_flags.gateway_message_content_limited


async def test_a_bad_token_is_refused(standin):
    """401 from REST: discord.py gives up at login."""
    async with Bot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("wrong")


async def test_an_intent_that_is_not_switched_on(standin):
    """The gateway closes with 4014."""
    standin.privileged.clear()
    async with Bot() as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.start(standin.bot_token)
    assert standin.closed == [4014]


async def test_a_token_that_was_changed(standin, bot):
    """At the next connection the gateway closes with 4004, and discord.py gives up."""
    standin.bot_token = "another"
    standin.drop_connections()
    await standin.until(bot.is_closed)
    assert standin.closed == [4004]


async def test_members_come_in_a_chunk(standin, start, lea):
    """A bot with the members intent asks for all of them (op 8) and gets them."""
    standin.privileged.add("members")
    bot = await start(Bot(INTENTS | discord.Intents(members=True)))
    assert bot.get_guild(standin.guild).get_member(lea).global_name == "Léa Martin"


# --- what people write -----------------------------------------------------------------------------------------------


async def test_a_post_a_reply_a_file(standin, bot, lea, room):
    """The words, the answered message, the attachment, the author as a member."""
    first = await standin.post(lea, room, "Bonjour")
    await standin.post(lea, room, "Voici", reply_to=first.id, attachments=[{"filename": "photo.jpg"}])
    await standin.settle()
    one, two = bot.of("message")
    assert (one.content, one.author.display_name, one.author.guild.id) == ("Bonjour", "Léa Martin", standin.guild)
    assert (two.reference.resolved.content, two.attachments[0].filename) == ("Bonjour", "photo.jpg")


async def test_a_forward_is_empty_with_a_snapshot(standin, bot, lea, room):
    """The words are in the snapshot, without an author; a comment is a message of its own."""
    origin = await standin.post(lea, standin.add_channel("clients"), "Colis perdu")
    delivery = await standin.forward(lea, room, origin.message, "regardez")
    await standin.settle()
    told = bot.of("message")
    assert [message.content for message in told] == ["Colis perdu", "", "regardez"]
    assert (told[1].message_snapshots[0].content, told[1].reference.type.value) == ("Colis perdu", 1)
    assert told[1].reference.message_id == origin.id
    assert "author" not in delivery.payload["message_snapshots"][0]["message"]


async def test_without_the_intent_a_message_is_empty(standin, start, lea, room):
    """Nothing to read, except in direct messages and where the bot is named."""
    bot = await start(Bot(discord.Intents(guilds=True, messages=True)))
    await standin.post(lea, room, "Secret")
    await standin.post(lea, room, f"<@{standin.bot_user}> Colis perdu")
    await standin.post(lea, standin.dm(lea), "En privé")
    await standin.settle()
    texts = [message.content for message in bot.of("message")]
    assert texts == ["", f"<@{standin.bot_user}> Colis perdu", "En privé"]


async def test_other_services_edits_previews_deletions(standin, bot, lea, room):
    """A webhook's embed, an edit, a preview without edit time, a deletion."""
    await standin.webhook_post("Trustpilot", room, embeds=[{"title": "1 étoile", "description": "Jamais reçu"}])
    post = await standin.post(lea, room, "https://a.fr")
    await standin.unfurl(post.message, {"title": "Article"})
    await standin.edit(lea, post.message, "Corrigé")
    await standin.delete(post.message)
    await standin.settle()
    hooked = bot.of("message")[0]
    assert (hooked.webhook_id is not None, hooked.author.name, hooked.embeds[0].title) == (
        True,
        "Trustpilot",
        "1 étoile",
    )
    unfurled, edited = bot.of("raw_message_edit")
    assert (unfurled.message.edited_at, edited.message.content) == (None, "Corrigé")
    assert bot.of("raw_message_delete")[0].message_id == post.id


async def test_reactions_with_skin_tones(standin, bot, lea, room):
    """The raw events carry the person with their roles, and the emoji as it is."""
    boss = standin.add_role("managers", people=[lea])
    post = await standin.post(lea, room, "x")
    await standin.react(lea, room, post.message, "👍🏽")
    await standin.unreact(lea, room, post.message, "👍🏽")
    await standin.settle()
    (added,), (removed,) = bot.of("raw_reaction_add"), bot.of("raw_reaction_remove")
    assert (str(added.emoji), added.user_id, boss in [role.id for role in added.member.roles]) == ("👍🏽", lea, True)
    assert removed.message_id == post.id


async def test_posts_of_a_forum(standin, bot, lea):
    """A thread whose first message has its id."""
    forum = standin.add_channel("avis", forum=True)
    delivery = await standin.forum_post(lea, forum, "Déçue", "Colis perdu")
    await standin.settle()
    told = bot.of("message")[0]
    assert (told.id, told.channel.id, told.content) == (delivery.id, delivery.id, "Colis perdu")


async def test_unseen_channels_are_not_told_of(standin, bot, lea):
    """Where the bot may not look, it hears nothing."""
    hidden = standin.add_channel("direction", private=[lea])
    assert not (await standin.post(lea, hidden, "x")).sent
    await standin.settle()
    assert bot.of("message") == []


# --- what the bot writes ---------------------------------------------------------------------------------------------


async def test_a_nonce_sends_once(standin, channel, room):
    """The same nonce gives the first message; after some minutes a new one."""
    one, two = await channel.send("Carte", nonce="draft-1"), await channel.send("Carte", nonce="draft-1")
    assert (one.id, len(standin.cards(room))) == (two.id, 1)
    standin.advance(600)
    await channel.send("Carte", nonce="draft-1")
    assert len(standin.cards(room)) == 2
    assert await refused(channel.send("x", nonce="n" * 26)) == 50035


async def test_history_pages(channel, standin, room):
    """Newest first; before, after and around."""
    sent = [await channel.send(str(number)) for number in range(5)]
    assert [m.content async for m in channel.history(limit=2)] == ["4", "3"]
    assert [m.content async for m in channel.history(after=sent[2])] == ["3", "4"]
    assert [m.content async for m in channel.history(before=sent[2])] == ["1", "0"]
    assert [m.content async for m in channel.history(around=sent[2], limit=3)] == ["3", "2", "1"]


async def test_a_card_is_read_and_redrawn(standin, channel, room):
    """Components V2: what people read; an edit keeps the old body; content beside it is refused."""
    message = await channel.send(view=Card())
    card = standin.cards(room)[0]
    assert card.seen == "Brouillon\n[Publier]\n[Modèle: Retard / Colis]"
    await message.edit(view=Card("Publié"))
    assert (card.seen.split("\n")[0], len(card.before)) == ("Publié", 1)
    assert await refused(message.edit(content="x")) == 50035


@pytest.mark.parametrize(
    "card",
    [
        Card("x" * 3999),
        Card(custom_id="template"),
        Card(label="x" * 81),
    ],
    ids=["4,000 characters", "custom_id twice", "long label"],
)
async def test_cards_that_are_refused(channel, card):
    """Too much text, one custom_id twice, a label of more than 80 characters."""
    card.add_item(ui.TextDisplay("xx"))
    assert await refused(channel.send(view=card)) == 50035


async def test_a_card_of_41_parts_is_refused(standin, bot, room):
    """discord.py counts to 40 itself, so this one goes past it."""
    parts = [{"type": 10, "content": "x"}] * 41
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=room)
    assert await refused(bot.http.request(route, json={"flags": 1 << 15, "components": parts})) == 50035
    sent = await bot.http.request(route, json={"flags": 1 << 15, "components": parts[:40]})
    assert len(sent["components"]) == 40


async def test_too_long_or_empty(channel):
    """2,000 characters; nothing at all; an embed of more than 6,000."""
    embed = discord.Embed(description="x" * 4000).add_field(name="n", value="v")
    assert await refused(channel.send("x" * 2001)) == 50035
    assert await refused(channel.send(" ")) == 50006
    assert await refused(channel.send(embeds=[embed, embed])) == 50035


async def test_who_is_pinged(standin, channel, lea, room):
    """By what is allowed, by the bot's rights; in text displays, not in code or escaped."""
    boss = standin.add_role("managers", people=[lea], mentionable=True)
    loud = [
        await channel.send(f"<@{lea}>"),
        await channel.send(f"<@&{boss}>"),
        await channel.send(view=Card(f"<@{lea}>")),
    ]
    quiet = [await channel.send(f"<@{lea}>", allowed_mentions=NONE), await channel.send("@everyone")]
    quiet += [await channel.send(f"`<@{lea}>` \\<@{lea}>")]
    assert [standin.pings(message.id) for message in loud] == [{lea}] * 3
    assert [standin.pings(message.id) for message in quiet] == [set()] * 3


async def test_what_is_not_there_or_not_allowed(standin, bot, channel, room, lea):
    """Each refusal has Discord's own code."""
    post = await standin.post(lea, room, "x")
    theirs = await channel.fetch_message(post.id)
    assert await refused(bot.fetch_channel(1)) == 10003
    assert await refused(channel.fetch_message(1)) == 10008
    assert await refused(theirs.add_reaction("ok")) == 10014
    assert await refused(theirs.delete()) == 50013
    assert await refused(channel.get_partial_message(post.id).edit(content="x")) == 50005
    assert await refused(bot.get_guild(standin.guild).fetch_member(1)) == 10013
    standin.forbid(room, standin.guild, "send_messages")
    assert await refused(channel.send("x")) == 50013
    standin.forbid(room, standin.guild, "view_channel")
    assert await refused(channel.send("x")) == 50001


async def test_closed_direct_messages(standin, bot, lea):
    """A person who takes none: 50007; others get them."""
    await (await bot.fetch_user(lea)).send("Bonjour")
    assert [message.seen for message in standin.cards(standin.dm(lea))] == ["Bonjour"]
    closed = standin.add_user("Sacha Petit", dms_closed=True)
    assert await refused((await bot.fetch_user(closed)).send("x")) == 50007


async def test_threads(standin, channel):
    """A message has one thread, with its own id; a forum takes posts only."""
    message = await channel.send("Carte")
    thread = await message.create_thread(name="Discussion")
    await thread.send("Dedans")
    assert (thread.id, [one.seen for one in standin.messages_in(thread.id)]) == (message.id, ["Dedans"])
    assert await refused(message.create_thread(name="Encore")) == 160004


async def test_webhooks_write_edit_and_delete(standin, channel, room):
    """With wait the message comes back; it can be read, changed, taken away; without the right 50013."""
    hook = await channel.create_webhook(name="Lune & Tilleul")
    message = await hook.send("Bonjour <@1>", username="Lune", wait=True, allowed_mentions=NONE)
    assert (await hook.fetch_message(message.id)).author.name == "Lune"
    await hook.edit_message(message.id, content="Corrigé")
    assert [one.content for one in standin.messages_in(room)] == ["Corrigé"]
    assert [one.id for one in await channel.webhooks()] == [hook.id]
    await hook.delete()
    assert await refused(hook.send("x")) == 10015
    standin.forbid(room, standin.bot_user, "manage_webhooks")
    assert await refused(channel.webhooks()) == 50013


async def test_files_are_kept_by_name(standin, channel, room, tmp_path):
    """A multipart upload arrives with its name and size."""
    (tmp_path / "photo.png").write_bytes(b"12345")
    await channel.send("Voici", file=discord.File(tmp_path / "photo.png"))
    (told,) = standin.cards(room)[0].body["attachments"]
    assert (told["filename"], told["size"]) == ("photo.png", 5)


# --- commands, buttons, forms ----------------------------------------------------------------------------------------


async def test_a_command_is_answered_for_one_person(standin, bot, lea, room):
    """The ephemeral answer is seen by that person alone and is not in the channel."""
    await bot.tree.sync()
    delivery = await standin.command(lea, room, "reply", text="aide")
    assert (delivery.ok, delivery.type, delivery.reply) == (True, 4, standin.ephemerals_for(lea)[0])
    assert delivery.reply.seen.startswith("Pour vous : aide\n[Publier]")
    assert standin.messages_in(room) == []


async def test_suggestions_while_typing(standin, bot, lea, room):
    """The choices that the bot offers; the words so far go with the question."""
    await bot.tree.sync(guild=None)
    assert await standin.autocomplete(lea, room, "reply", "ap") == [{"name": "ap aide", "value": "help"}]


async def test_a_menu_of_a_message_brings_its_words(standin, start, lea, room):
    """Without the message content intent, too; a follow-up takes the place of `thinking`."""
    bot = await start(Bot(discord.Intents(guilds=True)))
    await bot.tree.sync()
    post = await standin.post(lea, room, "Colis perdu")
    delivery = await standin.message_command(lea, post.message, "Draft a reply")
    await standin.until(lambda: delivery.reply.seen == "Lu : Colis perdu")
    assert (delivery.type, delivery.reply.only_for, delivery.followups) == (5, lea, [])


async def test_a_button_opens_a_form_and_the_form_is_answered(standin, bot, channel, lea, room):
    """What stands in it, what is typed, what comes back; too long a text is never sent."""
    await channel.send(view=Card())
    pressed = await standin.press(lea, standin.cards(room)[0], "approve")
    assert (pressed.type, standin.modal(lea).values) == (9, {"text": "Bonjour"})
    with pytest.raises(NotSent):
        await standin.submit(lea, {"text": "x" * 11})
    sent = await standin.submit(lea, {"text": "Merci"})
    assert (sent.reply.seen, standin.modal(lea)) == ("Envoyé : Merci", None)


async def test_a_menu_redraws_the_card(standin, bot, channel, lea, room):
    """UPDATE_MESSAGE changes the message in place; only what is offered can be chosen."""
    await channel.send(view=Card())
    card = standin.cards(room)[0]
    assert (await standin.press(lea, card, "template", ["colis"])).type == 7
    assert card.seen.startswith("Modèle colis")
    with pytest.raises(LookupError):
        await standin.press(lea, card, "template", ["autre"])
    with pytest.raises(LookupError):
        await standin.press(lea, card, "reject")


async def test_a_button_works_after_a_restart(standin, start, lea, room):
    """The message brings its components along, so a new process knows what was pressed; the form has labels."""
    bot = await start()
    view = ui.LayoutView(timeout=None)
    await bot.get_channel(room).send(view=view.add_item(ui.ActionRow(Press(7))))
    await bot.close()
    (await start()).add_dynamic_items(Press)
    await standin.press(lea, standin.cards(room)[0], "pv:7")
    assert standin.modal(lea).seen == "Choisir\nPourquoi\n[]\nModèle\n[Retard / Colis]"
    assert (await standin.submit(lea, {"what": ["colis"], "why": "perdu"})).type == 6
    await standin.until(lambda: standin.cards(room)[0].seen.startswith("colis perdu"))


async def test_a_command_in_direct_messages(standin, bot, lea):
    """There is a user instead of a member, and no server."""
    await bot.tree.sync()
    delivery = await standin.command(lea, standin.dm(lea), "reply")
    (interaction,) = bot.of("interaction")
    assert (delivery.ok, interaction.guild, interaction.user.id) == (True, None, lea)
    assert interaction.locale is discord.Locale.french


async def test_no_answer_in_time(standin, bot, channel, lea, room):
    """After three seconds (by Discord's clock) the bot hears 10062."""
    standin.patience = 0.05
    await channel.send(view=Card(custom_id="silent"))
    delivery = await standin.press(lea, standin.cards(room)[0], "silent")
    assert (delivery.sent, delivery.ok) == (True, False)
    (interaction,) = await standin.until(lambda: bot.of("interaction"))
    assert await refused(interaction.response.send_message("trop tard")) == 10062


async def test_only_one_first_answer(standin, bot, channel, lea, room):
    """A second one gets 40060; follow-ups go on for a quarter of an hour."""
    await channel.send(view=Card())
    await standin.press(lea, standin.cards(room)[0], "approve")
    (interaction,) = bot.of("interaction")
    interaction.response._response_type = None
    assert await refused(interaction.response.defer()) == 40060
    await interaction.followup.send("encore", ephemeral=True)
    assert [one.seen for one in standin.ephemerals_for(lea)] == ["encore"]
    standin.advance(901)
    assert await refused(interaction.followup.send("trop tard")) == 50027


async def test_forms_and_commands_that_are_refused(standin, bot, channel, lea, room):
    """A title of 46 characters; a command with capital letters."""
    await channel.send(view=Card(custom_id="long"))
    press = asyncio.create_task(standin.press(lea, standin.cards(room)[0], "long"))
    assert await standin.until(lambda: [one.extras["code"] for one in bot.of("interaction") if one.extras]) == [50035]
    press.cancel()
    body = {"name": "Reply", "description": "x", "type": 1}
    assert await refused(bot.http.upsert_global_command(standin.app, body)) == 50035


async def test_commands_speak_the_persons_language(standin, bot, room):
    """A localized name is found by those who read it; the bot gets the real one and the locale."""
    names = {"name": "reply", "name_localizations": {"fr": "repondre"}, "description": "x", "type": 1}
    await bot.http.upsert_global_command(standin.app, names)
    claire, john = standin.add_user("Claire"), standin.add_user("John", locale="en-US")
    standin.patience = 0.05
    told = (await standin.command(claire, room, "repondre")).payload
    assert (told["data"]["name"], told["locale"]) == ("reply", "fr")
    with pytest.raises(LookupError):
        await standin.command(john, room, "repondre")


# --- when things go wrong --------------------------------------------------------------------------------------------


async def test_too_many_requests_with_and_without_via(standin, channel, room):
    """With a Via header discord.py waits and tries again; without it raises at once."""
    standin.before(SEND, 1, too_many(0.05))
    await channel.send("deux fois")
    assert [call.status for call in standin.called(SEND)] == [429, 200]
    standin.before(SEND, 1, too_many(0.05, via=False))
    with pytest.raises(discord.HTTPException) as caught:
        await channel.send("une fois")
    assert caught.value.status == 429
    assert len(standin.called(SEND)) == 3


async def test_a_limit_is_told_before_it_is_reached(standin, channel):
    """discord.py reads the headers and waits by itself: no 429."""
    standin.limit(SEND, calls=2, seconds=0.2)
    began = asyncio.get_running_loop().time()
    for number in range(3):
        await channel.send(str(number))
    assert asyncio.get_running_loop().time() - began > 0.15
    assert {call.status for call in standin.called(SEND)} == {200}


async def test_refusals_cuts_and_kills_on_demand(standin, channel, room):
    """An error code, a 503, a cut after the effect, and a process that dies in the middle."""
    message = await channel.send("Carte")
    standin.refuse_next(EDIT, 10008)
    assert await refused(message.edit(content="x")) == 10008
    standin.before(EDIT, 1, fail(503))
    with pytest.raises(discord.DiscordServerError):
        await message.edit(content="x")
    standin.after(SEND, 1, drop())
    with pytest.raises(aiohttp.ClientError):
        await channel.send("gardé")
    process = await asyncio.create_subprocess_exec("sleep", "60")
    standin.after(SEND, 1, kill(process.pid))
    await channel.send("aussi")
    assert (await process.wait(), [one.seen for one in standin.cards(room)]) == (-9, ["Carte", "gardé", "aussi"])


async def test_a_lost_answer_to_a_click(standin, bot, channel, lea, room):
    """The callback took effect although the bot did not hear of it."""
    standin.after(ANSWER, 1, drop())
    await channel.send(view=Card())
    await standin.press(lea, standin.cards(room)[0], "template", ["colis"])
    assert standin.cards(room)[0].seen.startswith("Modèle colis")


@pytest.mark.parametrize("cut", ["drop_connections", "disconnect", "reconnect"])
async def test_a_cut_connection_resumes_and_hears_what_it_missed(standin, bot, lea, room, cut):
    """By a dead socket, a close code, op 7: the session goes on, nothing is lost or told twice."""
    await standin.post(lea, room, "avant")
    await standin.settle()
    getattr(standin, cut)()
    await standin.post(lea, room, "pendant")
    await standin.until(lambda: standin.resumes == 1)
    await standin.settle()
    assert [message.content for message in bot.of("message")] == ["avant", "pendant"]
    assert (standin.logins, standin.resumes) == (1, 1)


async def test_a_forgotten_session_logs_in_anew(standin, bot, lea, room):
    """Op 9: the bot identifies again, and what happened meanwhile is lost to it."""
    standin.forget()
    standin.drop_connections()
    await standin.post(lea, room, "perdu")
    await standin.until(lambda: standin.logins == 2)
    await standin.post(lea, room, "entendu")
    await standin.settle()
    assert [message.content for message in bot.of("message")] == ["entendu"]


async def test_an_outage_of_the_gateway(standin, bot, lea, room):
    """Out of reach until it recovers; then the session is resumed."""
    standin.outage()
    await standin.post(lea, room, "pendant")
    assert not standin.online
    await asyncio.sleep(0.05)
    standin.recover()
    await standin.connected(within=10)
    await standin.settle()
    assert [message.content for message in bot.of("message")] == ["pendant"]


async def test_rights_change_while_it_runs(standin, bot, lea):
    """Roles, channels, a second server: the bot's picture follows."""
    boss = standin.add_role("managers")
    await standin.change_role(boss, name="responsables")
    added = standin.add_channel("nouveau")
    standin.forbid(added, standin.guild, "send_messages")
    other = standin.add_guild("Annexe", bot=False)
    await standin.invite_bot(other)
    await standin.settle()
    assert {guild.name for guild in bot.guilds} == {"Atelier Dupont", "Annexe"}
    assert bot.get_guild(standin.guild).get_role(boss).name == "responsables"
    assert not bot.get_channel(added).permissions_for(bot.get_guild(standin.guild).me).send_messages
    await standin.kick_bot(other)
    await standin.settle()
    assert [guild.name for guild in bot.guilds] == ["Atelier Dupont"]
