"""Discord goes away and comes back: nothing that was written meanwhile is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from discord import Client
from discord_desk import Desk, at_work, people, write_prompts
from discord_standin import Call, Discord, Message, drop, fail

from bot.chat.discord.review import DiscordWall
from bot.desk.case import Case, Complaint, Reply
from bot.desk.ports import Absent
from bot.errors import StoreError
from bot.network.discord.connection import Connection
from bot.network.discord.reply import DiscordReplies
from bot.voice.library import Library


@pytest.fixture
async def shop(desk: Desk) -> int:
    """A channel in which Léa writes."""
    return desk.discord.add_channel("boutique")


async def forward(desk: Desk, shop: int, text: str) -> None:
    """A customer's message, forwarded to the team."""
    lea = desk.discord.add_user("Léa Moreau", locale="fr")
    message = (await desk.discord.post(lea, shop, text)).message
    await desk.discord.forward(desk.alex, desk.complaints, message)


async def health(desk: Desk) -> tuple[int, list[str]]:
    """Status and problems of /health/ready."""
    address = f"http://127.0.0.1:{desk.service.port}/health/ready"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status, (await answer.json())["problems"]


async def until_healthy(desk: Desk) -> None:
    for _ in range(300):
        if (await health(desk))[0] == 200:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


def crash(discord: Discord) -> None:
    """An event that discord.py cannot read ends its client; the session is lost."""
    discord.tell("MESSAGE_REACTION_ADD", {"guild_id": str(discord.guild)}, guild=discord.guild)


async def known(desk: Desk, room: int) -> None:
    """The room is one that the bot has begun to hear."""
    for _ in range(300):
        if await desk.service.store.heard.last(f"discord:{desk.discord.guild}:{room}"):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def told(desk: Desk, *texts: str) -> None:
    """These complaints, and no others, are cases; each has exactly one card."""
    await desk.card(len(texts))
    await asyncio.sleep(0.1)
    assert sorted(case.complaint.text for case in await desk.service.store.list()) == sorted(texts)
    assert len(desk.cards()) == len(texts)


async def test_a_cut_connection_is_resumed(desk: Desk, shop: int):
    """What was forwarded while nobody was connected comes with the resume, and once; /health knew."""
    await forward(desk, shop, "one")
    await desk.card()
    desk.discord.outage()
    await forward(desk, shop, "two")
    await forward(desk, shop, "three")
    await desk.discord.until(lambda: desk.service.sides[0].problems())
    assert await health(desk) == (503, ["discord: disconnected"])
    desk.discord.recover()
    await until_healthy(desk)
    await told(desk, "one", "three", "two")
    assert (desk.discord.logins, desk.discord.resumes) == (1, 1)


async def test_a_session_that_is_lost(desk: Desk, shop: int):
    """The rooms are read on from where they were left, though newer messages are told before that."""
    discord = desk.discord
    await forward(desk, shop, "one")
    await desk.card()
    crash(discord)
    await forward(desk, shop, "two")
    await discord.until(lambda: discord.logins == 2, within=15)
    await forward(desk, shop, "three")  # Discord tells it at once; that we are ready comes later
    await until_healthy(desk)
    await desk.card(3)
    await told(desk, "one", "three", "two")


async def test_what_was_missed_is_not_forgotten_by_an_error(desk: Desk, shop: int):
    """The history cannot be read at once; what is told meanwhile does not hide what was missed."""
    discord = desk.discord
    await forward(desk, shop, "one")
    await desk.card()
    crash(discord)
    await forward(desk, shop, "two")
    discord.before("GET /channels/*/messages", 1, fail(503))
    await discord.until(lambda: discord.logins == 2, within=15)
    await until_healthy(desk)
    await forward(desk, shop, "three")
    await desk.card(2)
    discord.disconnect()
    await desk.card(3)
    await told(desk, "one", "three", "two")


async def test_what_a_database_that_was_away_has_missed(desk: Desk, shop: int, monkeypatch: pytest.MonkeyPatch):
    """Newer messages are worked through; the one that could not be is found again, while the connection stands."""
    monkeypatch.setattr("bot.chat.discord.events.AGAIN", 0.4)
    with monkeypatch.context() as away:
        away.setattr(desk.service.store, "add", broken)
        await forward(desk, shop, "one")
        await desk.discord.settle()
        await asyncio.sleep(0.1)
    await forward(desk, shop, "two")
    await desk.card()
    await desk.card(2)
    await told(desk, "one", "two")


async def broken(*_: object) -> None:
    raise StoreError(reason="away")


async def test_a_gateway_event_that_breaks_the_library(desk: Desk, shop: int):
    """discord.py ends the client; another one is there soon, and hears what was forwarded meanwhile."""
    discord = desk.discord
    await forward(desk, shop, "one")
    card = await desk.card()
    crash(discord)
    await forward(desk, shop, "two")
    await discord.until(lambda: discord.logins == 2, within=15)
    await desk.card(2)
    await until_healthy(desk)
    await discord.press(desk.camille, card, "pv:approve:1")
    await desk.shows("Posted")
    await told(desk, "one", "two")


async def test_a_customers_room_after_an_outage(discord: Discord, tmp_path: Path):
    """In its threads too; what a manager by role wrote there is no complaint, though Discord tells no roles then."""
    desk = people(discord, tmp_path)
    review, lea = discord.add_channel("relecture"), discord.add_user("Léa Moreau", locale="fr")
    names = {"complaints": desk.complaints, "camille": desk.camille, "role": desk.role}
    write_prompts(tmp_path / "prompts", **names, more=f"intake: everything\nreview: discord:{review}")
    async with at_work(desk):
        await known(desk, desk.complaints)
        crash(discord)
        first = (await discord.post(lea, desk.complaints, "Toujours rien reçu !")).message
        await discord.post(desk.sacha, desk.complaints, "Bonjour Léa, je regarde.")
        thread = await discord.open_thread(lea, first, "Colis")
        await discord.post(lea, thread, "Et le vase est cassé.")
        await desk.card(2, review)
        await asyncio.sleep(0.2)
        texts = [case.complaint.text for case in await desk.service.store.list()]
        assert sorted(texts) == ["Et le vase est cassé.", "Toujours rien reçu !"]


async def test_rooms_that_nobody_has_named(discord: Discord, tmp_path: Path):
    """A brand that names no channel is at home in all that the bot reads; there, too, nothing is lost."""
    desk = people(discord, tmp_path)
    prompts = write_prompts(tmp_path / "prompts", complaints=desk.complaints, camille=desk.camille, role=desk.role)
    brand = prompts / "brand.yaml"
    brand.write_text(brand.read_text().replace(f"channels: [discord:{desk.complaints}]\n", ""))
    async with at_work(desk):
        await known(desk, desk.complaints)
        await forward(desk, discord.add_channel("boutique"), "one")
        await desk.card()
    await forward(desk, discord.add_channel("atelier"), "two")
    async with at_work(desk):
        await desk.card(2)
        await told(desk, "one", "two")


async def test_a_card_waits_until_discord_has_told_of_its_room(desk: Desk, tmp_path: Path):
    """Between two connections nobody knows the room's server: a card posted now would not be known again."""
    room = f"discord:{desk.complaints}"
    brand = tmp_path / "prompts" / "brand.yaml"
    brand.write_text(brand.read_text() + f"review: {room}\n")
    library, now = Library.load(tmp_path / "prompts"), datetime.now(UTC)
    complaint = Complaint(id="x:1", brand="main", text="x", received_at=now, source="slack:T1:C1:1")
    case = Case(complaint=complaint, updated_at=now)
    stands, new = desk.service.sides[0].connection, Connection(lambda wanted: Client(intents=wanted))
    assert DiscordWall(stands, library).place(case) == f"discord:{desk.discord.guild}:{desk.complaints}"
    assert DiscordWall(new, library).place(case) == ""


# Posted, and broken off before Discord had answered


async def until_posted(desk: Desk, card: Message) -> None:
    """What is unclear is looked after every minute; here it is more often."""
    for _ in range(100):
        if "See the reply" in card.seen:
            return
        await desk.service.desk.resume()
        await asyncio.sleep(0.1)
    raise TimeoutError


@pytest.mark.parametrize("webhooks", [True, False])
async def test_a_post_that_broke_off_is_found_again(desk: Desk, shop: int, webhooks: bool, monkeypatch: Any):
    """Through a webhook, where no nonce helps, and as the bot: one reply to each, though both get the same words."""
    monkeypatch.setattr("bot.desk.desk.LOOK_AGAIN", timedelta(seconds=0.3))
    monkeypatch.setattr(DiscordReplies, "settles", 0.1)
    discord = desk.discord
    (discord.permit if webhooks else discord.forbid)(shop, discord.bot_user, "manage_webhooks")
    lea, tom = (discord.add_user(name, locale="fr") for name in ("Léa Moreau", "Tom Roux"))
    messages = [(await discord.post(one, shop, "Toujours rien reçu !")).message for one in (lea, tom)]
    for number, message in enumerate(messages, 1):
        await discord.forward(desk.alex, desk.complaints, message)
        card = await desk.card(number)
        path = "POST /webhooks/*/*" if webhooks else f"POST /channels/{shop}/messages"
        (discord.after if number == 1 else discord.before)(path, 1, drop())
        await discord.react(desk.camille, desk.complaints, card, "✅")
        await until_posted(desk, card)
    replies = [one for one in discord.messages_in(shop) if one not in messages]
    assert [discord.pings(one) for one in replies] == [{lea}, {tom}]
    refs = {case.reply.ref for case in await desk.service.store.list() if case.reply}
    assert refs == {str(one.id) for one in replies}


async def test_a_remark_of_ours_is_not_the_reply(desk: Desk, shop: int):
    """What else we say below a customer's message is drawn as a card is: nobody takes it for the brand's answer."""
    message = (await desk.discord.post(desk.alex, shop, "Toujours rien reçu !")).message
    side, now = desk.service.sides[0], datetime.now(UTC)
    below = side.connection.client.get_partial_messageable(shop).get_partial_message(message.id)
    await side._listeners.events.team.told(below, "This complaint is known already.", "x")
    assert len(desk.discord.messages_in(shop)) == 2
    link = desk.discord.link(message)
    complaint = Complaint(id="x", brand="main", text="x", received_at=now, network="discord", link=link)
    reply = Reply(text="Bonjour", draft=1, approved_by=(), approved_at=now)
    assert isinstance(await side.network.find(complaint, reply), Absent)


async def test_a_message_that_is_deleted_at_the_last_moment(desk: Desk, shop: int):
    """After the check and before the post: refused, and the card says why."""
    message = (await desk.discord.post(desk.alex, shop, "Toujours rien reçu !")).message
    await desk.discord.forward(desk.alex, desk.complaints, message)
    card = await desk.card()

    async def deleted(_: Call) -> None:
        await desk.discord.delete(message)

    desk.discord.before(f"GET /channels/{shop}/messages/*", 2, deleted)
    await desk.discord.press(desk.camille, card, "pv:approve:1")
    assert "The message has been deleted." in await desk.shows("has been deleted")
    assert await desk.status() == "refused"
    assert desk.discord.messages_in(shop) == []


async def test_a_gateway_that_is_away_at_the_start(team: Desk):
    """discord.py ends a client whose first connection fails; it is tried again, and the service opens."""
    team.discord.outage()
    starting = asyncio.create_task(asyncio.sleep(0.8))
    starting.add_done_callback(lambda _: team.discord.recover())
    async with at_work(team) as desk:
        assert len(desk.discord.called("GET /users/@me")) > 1
        await desk.discord.command(desk.alex, desk.complaints, "reply", text="Toujours rien reçu !")
        await desk.card()
