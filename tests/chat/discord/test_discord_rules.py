"""The brand's rules in Discord: where customers write, languages, hostile words, what we may not, what we missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from discord_desk import Desk, at_work, people, write_prompts
from discord_standin import Discord, Message

HOSTILE = "@everyone <@1> <#2> [x](https://evil.example) **b** # h > q {{ 7*7 }} ||s|| `c` -# small"


def prepared(discord: Discord, folder: Path, more: str = "", **names: Any) -> Desk:
    """A team whose brand.yaml says more."""
    desk = people(discord, folder)
    names = {"complaints": desk.complaints, "camille": desk.camille, "role": desk.role, "more": more} | names
    write_prompts(folder / "prompts", **names)
    return desk


async def customer_writes(desk: Desk, text: str = "Toujours rien reçu !") -> Message:
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    shop = desk.discord.add_channel("boutique")
    await desk.discord.post(lea, shop, text)
    return desk.discord.messages_in(shop)[-1]


async def test_where_customers_write_every_message_counts(discord: Discord, tmp_path: Path):
    """Their words become cards in the review room; the team's own, and the bot's replies, do not."""
    desk = people(discord, tmp_path)
    review = discord.add_channel("relecture")
    lea = discord.add_user("Léa Moreau", locale="fr")
    more = f"intake: everything\nreview: discord:{review}"
    names = {"complaints": desk.complaints, "camille": desk.camille, "role": desk.role}
    write_prompts(tmp_path / "prompts", **names, more=more)
    async with at_work(desk) as desk:
        await discord.post(lea, desk.complaints, "Toujours rien reçu !")
        await discord.post(desk.camille, desk.complaints, "Bonjour Léa, je regarde.")
        card = await desk.card(1, review)
        assert "Léa Moreau" in card.seen
        await discord.react(desk.camille, review, card, "✅")
        await desk.shows("Posted", 1, review)
        assert len(discord.messages_in(desk.complaints)) == 3
        assert len(await desk.service.store.list()) == 1


async def test_the_reply_bears_the_brand_s_name(discord: Discord, tmp_path: Path):
    """Through a webhook of ours, which pings nobody but the customer."""
    async with at_work(prepared(discord, tmp_path)) as desk:
        message = await customer_writes(desk)
        discord.permit(message.channel, discord.bot_user, "manage_webhooks")
        await discord.message_command(desk.alex, message, "Draft a reply")
        card = await desk.card(1, message.channel)
        await discord.react(desk.camille, message.channel, card, "✅")
        await desk.shows("Posted", 1, message.channel)
        answer = next(one for one in discord.messages_in(message.channel) if "cherchons" in one.content)
        assert answer.body["author"]["username"] == "Lune & Tilleul"
        assert discord.pings(answer) == {int(message.body["author"]["id"])}


async def test_without_webhooks_the_bot_replies(discord: Discord, tmp_path: Path):
    """A reply to the customer's message, so that they are told."""
    async with at_work(prepared(discord, tmp_path)) as desk:
        message = await customer_writes(desk)
        discord.forbid(message.channel, discord.bot_user, "manage_webhooks")
        await discord.forward(desk.alex, desk.complaints, message)
        await discord.react(desk.camille, desk.complaints, await desk.card(), "✅")
        await desk.shows("Posted")
        answer = discord.messages_in(message.channel)[-1]
        assert answer.body["message_reference"]["message_id"] == str(message.id)
        assert answer.content == "Bonjour Léa, nous cherchons votre colis."


async def test_a_message_that_was_deleted_meanwhile(discord: Discord, tmp_path: Path):
    """Nothing is posted into the void: the card says why."""
    async with at_work(prepared(discord, tmp_path)) as desk:
        message = await customer_writes(desk)
        await discord.forward(desk.alex, desk.complaints, message)
        card = await desk.card()
        await discord.delete(message)
        await discord.press(desk.camille, card, "pv:approve:1")
        assert "deleted" in await desk.told(desk.camille, "deleted")
        assert await desk.status() == "awaiting"


@pytest.mark.parametrize("text", [HOSTILE, "🙂" * 1_500, "Toujours rien reçu ! " * 80])
async def test_hostile_and_endless_words(discord: Discord, tmp_path: Path, text: str):
    """The customer's words ping nobody, format nothing, compute nothing, and do not stop the card."""
    async with at_work(prepared(discord, tmp_path)) as desk:
        message = await customer_writes(desk, text)
        await discord.forward(desk.alex, desk.complaints, message)
        card = await desk.card()
        assert discord.pings(card) == set()
        assert "49" not in card.seen.replace(discord.link(message), "")
        assert "[x](https" not in card.seen


async def test_a_french_team_reads_french(discord: Discord, tmp_path: Path):
    """The card in the team's language; what is for one person's eyes in theirs."""
    async with at_work(prepared(discord, tmp_path, lang="fr")) as desk:
        await discord.command(desk.alex, desk.complaints, "reply", text="Still waiting for my parcel!")
        assert "on its way" in await desk.told(desk.alex)
        card = await desk.card()
        assert all(words in card.seen for words in ("gravité", "[Approuver]", "looking for your parcel"))
        luc = discord.add_user("Luc Noir", locale="fr")
        await discord.press(luc, card, "pv:approve:1")
        assert "responsable" in await desk.told(luc, "responsable")


async def test_without_the_message_content_intent(discord: Discord, tmp_path: Path):
    """What people point us at still works; the operator is told what to switch on."""
    discord.privileged = set()
    async with at_work(prepared(discord, tmp_path)) as desk:
        await discord.until(lambda: discord.online, within=15)
        message = await customer_writes(desk)
        await discord.message_command(desk.alex, message, "Draft a reply")
        assert "Toujours rien" in (await desk.card(1, message.channel)).seen


async def test_two_brands_each_in_its_channel(discord: Discord, tmp_path: Path):
    """One process, two brands: each complaint is the channel's brand's, each decision its managers'."""
    desk = prepared(discord, tmp_path)
    nord = discord.add_channel("nordwind")
    (tmp_path / "prompts" / "nordwind").mkdir()
    (tmp_path / "prompts" / "nordwind" / "brand.yaml").write_text(
        f"name: Nordwind\nlanguages: [en]\nchannels: [discord:{nord}]\nmanagers: [discord:{desk.alex}]\n"
    )
    async with at_work(desk) as desk:
        await discord.command(desk.alex, nord, "reply", text="Still waiting for my parcel!")
        card = await desk.card(1, nord)
        await discord.press(desk.camille, card, "pv:approve:1")
        assert "Only a manager of Nordwind" in await desk.told(desk.camille, "Nordwind")


async def test_what_was_forwarded_while_we_were_away(discord: Discord, tmp_path: Path):
    """After a restart the rooms are read on from where they were left: nothing lost, nothing twice."""
    desk = prepared(discord, tmp_path)
    async with at_work(desk):
        await discord.forward(desk.alex, desk.complaints, await customer_writes(desk, "Toujours rien reçu !"))
        await desk.card()
    message = await customer_writes(desk, "Vase arrivé cassé !")
    await discord.forward(desk.alex, desk.complaints, message)
    async with at_work(desk):
        assert "cassé" in (await desk.card(2)).seen
        assert len(await desk.service.store.list()) == 2
