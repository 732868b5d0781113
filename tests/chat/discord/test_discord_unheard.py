"""Forms that were opened before we were started anew: what people send is done all the same, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from discord_desk import Desk, at_work
from discord_standin import Message

from bot.chat.discord import unheard
from bot.chat.discord.unheard import decision_in
from bot.desk.decision import Amend, Escalate, MarkPosted, Redraft, Reject

Restart = Callable[[], Awaitable[Desk]]


@pytest.fixture
async def restart(team: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Restart]:
    """Starts the service, and anew when it runs."""
    monkeypatch.setattr(unheard, "UNHEARD", 0.05)
    running: list[object] = []

    async def start() -> Desk:
        await stop()
        service = at_work(team)
        running.append(service)
        return await service.__aenter__()

    async def stop() -> None:
        while running:
            await running.pop().__aexit__(None, None, None)  # type: ignore[attr-defined]

    yield start
    await stop()


async def forwarded(desk: Desk) -> Message:
    shop = desk.discord.add_channel("boutique")
    await desk.discord.post(desk.discord.add_user("Léa Moreau"), shop, "Toujours rien reçu !")
    await desk.discord.forward(desk.alex, desk.complaints, desk.discord.messages_in(shop)[-1])
    return await desk.card()


async def test_an_edit_is_saved_and_approved_after_a_restart(restart: Restart):
    """As if the process that opened the form were still there."""
    desk = await restart()
    card = await forwarded(desk)
    await desk.discord.press(desk.camille, card, "pv:edit:1")
    await desk.form(desk.camille)
    desk = await restart()
    delivery = await desk.discord.submit(desk.camille, {"text": "Bonjour Léa, c'est parti."})
    assert delivery.ok
    assert "c'est parti" in await desk.shows("Posted", 2)


async def test_a_reason_is_heard_after_a_restart(restart: Restart):
    """The case is closed with it."""
    desk = await restart()
    card = await forwarded(desk)
    await desk.discord.press(desk.camille, card, "pv:more:1", ["reject"])
    await desk.form(desk.camille)
    desk = await restart()
    await desk.discord.submit(desk.camille, {"words": "a test of ours"})
    assert "a test of ours" in await desk.shows("a test of ours")


async def test_a_new_complaint_is_heard_after_a_restart(restart: Restart):
    """It gets its card."""
    desk = await restart()
    await desk.discord.command(desk.alex, desk.complaints, "reply")
    await desk.form(desk.alex)
    desk = await restart()
    await desk.discord.submit(desk.alex, {"text": "Vase arrivé cassé !"})
    assert "on its way" in await desk.told(desk.alex, "on its way")
    assert "cassé" in (await desk.card()).seen


async def test_what_a_form_of_a_template_held_comes_back(restart: Restart):
    """It cannot be finished; the text can be copied."""
    desk = await restart()
    await desk.discord.command(desk.camille, desk.complaints, "reply", text="template late.fr")
    await desk.told(desk.camille, "Edit the text")
    sheet = desk.discord.ephemerals_for(desk.camille)[-1]
    button = next(one for one in walked(sheet.components) if one.get("label") == "Edit the text")
    await desk.discord.press(desk.camille, sheet, button["custom_id"])
    await desk.form(desk.camille)
    desk = await restart()
    await desk.discord.submit(desk.camille, {"text": "Bonjour, un long texte."})
    said = await desk.told(desk.camille, "started anew")
    assert "un long texte" in said


async def test_who_is_heard_is_not_heard_twice(team: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Two processes: the one that opened the form does what it asks for, the other holds back."""
    monkeypatch.setattr(unheard, "UNHEARD", 0.1)
    async with at_work(team), at_work(team) as desk:
        card = await forwarded(desk)
        await desk.discord.press(desk.camille, card, "pv:edit:1")
        await desk.form(desk.camille)
        await desk.discord.submit(desk.camille, {"text": "Bonjour Léa.", "then": "save"})
        await desk.card(2)
        await desk.told(desk.camille, "saved")
        await desk.discord.press(desk.camille, desk.cards()[1], "pv:more:2", ["take"])
        await desk.shows("Camille Durand is on it", 2)
        assert len(desk.cards()) == 2
        assert len(desk.discord.ephemerals_for(desk.camille)) == 1


async def test_what_was_done_is_not_done_again(restart: Restart):
    """Without a restart whoever opened the form hears it: nobody is told that the case is closed already."""
    desk = await restart()
    card = await forwarded(desk)
    await desk.discord.press(desk.camille, card, "pv:more:1", ["reject"])
    await desk.form(desk.camille)
    await desk.discord.submit(desk.camille, {"words": "a test of ours"})
    await desk.shows("a test of ours")
    await asyncio.sleep(4 * unheard.UNHEARD)
    assert desk.discord.ephemerals_for(desk.camille) == []


@pytest.mark.parametrize(
    ("form", "told", "decision"),
    [
        ("redraft", {"note": "warmer"}, Redraft(3, "warmer")),
        ("reject", {"reason": "Not for us", "words": "see SAV"}, Reject(3, "Not for us. see SAV")),
        ("escalate", {"reason": "press"}, Escalate("press")),
        ("delete", {"reason": "wrong"}, None),  # it takes a while, and is answered to the person
        ("mark-posted", {"link": "https://x.com/a/status/1"}, MarkPosted("https://x.com/a/status/1")),
        ("add", {"author": "Zoé"}, Amend(author_name="Zoé")),
        ("template-edit", {"text": "Bonjour"}, None),
    ],
)
def test_every_form_about_a_card_is_understood(form: str, told: dict[str, str], decision: object):
    """The draft it is about stands in its id."""
    assert decision_in(form, 3, told) == decision


def walked(components: list) -> list[dict]:
    found = []
    for one in components:
        found += [one, *walked(one.get("components") or [])]
    return found
