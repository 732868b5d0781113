"""The brand's rules in Slack: undo, two yeses, where customers write, other languages, hostile and endless words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from blockkit import formats, pings
from slack_desk import Desk, at_work, people, write_prompts
from standin import Message, Slack

HOSTILE = "<!channel> <@U1> *bold* _it_ `code` {{ 7*7 }} <https://evil.example|click> &lt;!here&gt; @everyone"


def prepared(slack: Slack, folder: Path, more: str = "", **names: Any) -> Desk:
    """A team whose brand.yaml says more."""
    desk = people(slack, folder)
    group = slack.add_usergroup("managers", [desk.sacha])
    names = {"complaints": desk.complaints, "camille": desk.camille, "group": group, "more": more} | names
    write_prompts(folder / "prompts", **names)
    return desk


async def customer_writes(desk: Desk, text: str, **channel: Any) -> Message:
    lea = desk.slack.add_user("Léa Moreau")
    shop = desk.slack.add_channel("boutique", [lea, desk.alex], **channel)
    await desk.slack.post(lea, shop, text)
    return desk.slack.messages_in(shop)[-1]


async def card_of(desk: Desk, text: str = "Toujours rien reçu !") -> tuple[Message, Message]:
    message = await customer_writes(desk, text)
    await desk.slack.forward(desk.alex, desk.complaints, message)
    return message, await desk.card()


def answers(desk: Desk, message: Message) -> list[str]:
    return [
        one.text for one in desk.slack.messages_in(message.channel, message.ts, by_bot=True) if one.ts != message.ts
    ]


async def test_an_approval_can_be_undone_in_time(slack: Slack, tmp_path: Path):
    """Taking the tick back, or pressing Undo, cancels: nothing has gone out."""
    async with at_work(prepared(slack, tmp_path, "undo_seconds: 600")) as desk:
        message, card = await card_of(desk)
        await slack.react(desk.camille, desk.complaints, card.ts, "white_check_mark")
        await desk.shows("[Undo]")
        await slack.unreact(desk.camille, desk.complaints, card.ts, "white_check_mark")
        await desk.shows("[Approve]")
        await slack.press(desk.camille, desk.complaints, card.ts, "approve")
        await desk.shows("[Undo]")
        await slack.press(desk.camille, desk.complaints, card.ts, "undo")
        await desk.shows("[Approve]")
        assert answers(desk, message) == []


async def test_after_the_undo_window_it_is_posted(slack: Slack, tmp_path: Path):
    """A yes that nobody takes back goes out by itself."""
    async with at_work(prepared(slack, tmp_path, "undo_seconds: 1")) as desk:
        message, card = await card_of(desk)
        await slack.react(desk.camille, desk.complaints, card.ts, "white_check_mark")
        await desk.shows("Posted")
        assert len(answers(desk, message)) == 1


async def test_two_managers_must_say_yes(slack: Slack, tmp_path: Path):
    """The first yes is shown, can be taken back, and posts nothing."""
    async with at_work(prepared(slack, tmp_path, "approvals: 2")) as desk:
        message, card = await card_of(desk)
        await slack.react(desk.camille, desk.complaints, card.ts, "+1")
        await desk.shows("Camille Durand said yes")
        await slack.unreact(desk.camille, desk.complaints, card.ts, "+1")
        await slack.until(lambda: "said yes" not in desk.cards()[0].seen)
        await slack.react(desk.sacha, desk.complaints, card.ts, "+1")
        await slack.react(desk.camille, desk.complaints, card.ts, "+1")
        await desk.shows("Posted")
        assert len(answers(desk, message)) == 1


async def test_where_customers_write_every_message_counts(slack: Slack, tmp_path: Path):
    """Their words become cards in the review room; the team's own, and the bot's replies, do not."""
    desk = people(slack, tmp_path)
    review = slack.add_channel("relecture", [desk.camille, desk.alex])
    lea = slack.add_user("Léa Moreau")
    await slack.post(desk.alex, desk.complaints, "before the bot was there")
    more = f"intake: everything\nreview: slack:{review}"
    write_prompts(tmp_path / "prompts", complaints=desk.complaints, camille=desk.camille, group="S1", more=more)
    async with at_work(desk) as desk:
        await slack.post(lea, desk.complaints, "Toujours rien reçu !")
        await slack.post(desk.camille, desk.complaints, "Bonjour Léa, je regarde.")
        card = await desk.card(1, review)
        assert "Léa Moreau" in card.seen
        await slack.react(desk.camille, review, card.ts, "white_check_mark")
        await desk.shows("Posted", 1, review)
        [reply] = desk.cards(desk.complaints)
        assert reply.thread_ts
        assert len(await desk.service.store.list()) == 1


async def test_a_card_never_stands_where_another_company_reads(slack: Slack, tmp_path: Path):
    """Calling the bot in a customer's channel without a review room: the person is told, the customer sees nothing."""
    async with at_work(prepared(slack, tmp_path)) as desk:
        message = await customer_writes(desk, "Toujours rien reçu !", shared=True)
        await slack.post(desk.alex, message.channel, f"<@{slack.bot_user}>", thread_ts=message.ts)
        assert "shared with another company" in await desk.told(desk.alex)
        await desk.service.store.list()
        assert desk.cards(message.channel) == []


@pytest.mark.parametrize(
    "text", [HOSTILE, "🙂" * 30_000, "Toujours rien reçu ! " * 9_000, "\u202egnp.exe \x00 toujours rien reçu"]
)
async def test_hostile_and_endless_words(slack: Slack, tmp_path: Path, text: str):
    """The customer's words ping nobody, format nothing, compute nothing, and do not stop the card."""
    async with at_work(prepared(slack, tmp_path)) as desk:
        await slack.command(desk.alex, desk.complaints, "/reply", text)
        card = await desk.card()
        assert pings(card.body) == []
        assert formats(card.body) == []
        assert "49" not in card.seen.replace("{{ 7*7 }}", "")
        await slack.press(desk.camille, desk.complaints, card.ts, "more", option="reject")
        await slack.until(lambda: slack.view(desk.camille))
        await slack.submit(desk.camille, values={"words": HOSTILE})
        await slack.until(lambda: "bold" in desk.cards()[0].seen)
        assert pings(desk.cards()[0].body) == []


async def test_a_french_team_reads_french(slack: Slack, tmp_path: Path):
    """Cards, refusals and thanks, whatever the customer's language."""
    async with at_work(prepared(slack, tmp_path, lang="fr")) as desk:
        await slack.command(desk.alex, desk.complaints, "/reply", "Still waiting for my parcel!")
        assert "Un brouillon arrive" in await desk.told(desk.alex)
        card = await desk.card()
        assert all(words in card.seen for words in ("gravité", "[Approuver]", "looking for your parcel"))
        await slack.press(desk.alex, desk.complaints, card.ts, "approve")
        assert "responsable" in await desk.told(desk.alex, "responsable")


async def test_two_brands_each_in_its_channel(slack: Slack, tmp_path: Path):
    """One process, two brands: each complaint is the channel's brand's, each decision its managers'."""
    desk = prepared(slack, tmp_path)
    nord = slack.add_channel("nordwind", [desk.alex, desk.camille])
    (tmp_path / "prompts" / "nordwind").mkdir()
    (tmp_path / "prompts" / "nordwind" / "brand.yaml").write_text(
        f"name: Nordwind\nlanguages: [en]\nchannels: [slack:{nord}]\nmanagers: [slack:{desk.alex}]\n"
    )
    async with at_work(desk) as desk:
        await slack.command(desk.alex, nord, "/reply", "Still waiting for my parcel!")
        card = await desk.card(1, nord)
        await slack.press(desk.camille, nord, card.ts, "approve")
        assert "Only a manager of Nordwind" in await desk.told(desk.camille)
        elsewhere = slack.add_channel("general", [desk.alex])
        await slack.command(desk.alex, elsewhere, "/reply", "Still waiting!")
        assert "belongs to no brand" in await desk.told(desk.alex)


async def test_a_deleted_card_comes_again(slack: Slack, tmp_path: Path):
    """Somebody tidies up: a case that waits keeps exactly one card."""
    async with at_work(prepared(slack, tmp_path)) as desk:
        await slack.command(desk.alex, desk.complaints, "/reply", "Toujours rien reçu !")
        card = await desk.card()
        await slack.delete(desk.complaints, card.ts)
        await slack.command(desk.alex, desk.complaints, "/reply", f"reject {slack.permalink(desk.complaints, card.ts)}")
        await slack.shortcut(desk.alex, "new_complaint")
        case = (await desk.service.store.list())[0]
        await desk.service.desk.review.show(case)
        assert len(desk.cards()) <= 1


async def test_a_broken_template_is_said_in_the_channel(slack: Slack, tmp_path: Path):
    """The last good version stays in use, and the team hears of it once, and when it is mended."""
    async with at_work(prepared(slack, tmp_path)) as desk:
        path = tmp_path / "prompts" / "templates" / "late.fr.md"
        good = path.read_text()
        path.write_text(good + "{{ nope }}")
        await slack.until(lambda: any("late.fr.md" in one.seen for one in desk.cards()), within=15)
        path.write_text(good)
        await slack.until(lambda: any("in order again" in one.seen for one in desk.cards()), within=15)
        assert len(desk.cards()) == 2
