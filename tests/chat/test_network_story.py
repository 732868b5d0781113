"""From Slack to a customer's own network and back: a link, a draft, a yes, one reply on the instance; and listening."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mastodon_standin import MastodonStandIn, Status
from slack_desk import Desk, at_work, people, write_prompts
from standin import Slack

MORE = """
review: slack:{room}
accounts: {{mastodon: {{server: {server}, handle: acme, listen: true, options: {{every: "10"}}}}}}
"""


@asynccontextmanager
async def team(folder: Path, server: MastodonStandIn, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A team in Slack whose brand has an account on the instance."""
    server.account("acme", token="t0k3n")
    monkeypatch.setenv("MAIN_MASTODON_ACCESS_TOKEN", "t0k3n")
    async with Slack() as slack:
        desk = people(slack, folder)
        group = slack.add_usergroup("managers", [desk.sacha])
        more = MORE.format(room=desk.complaints, server=server.url)
        write_prompts(
            folder / "prompts", complaints=desk.complaints, camille=desk.camille, group=group, lang="en", more=more
        )
        async with at_work(desk) as working:
            yield working


@pytest.fixture
def said(instance: MastodonStandIn) -> Status:
    return instance.write(instance.account("lea"), "@acme Toujours rien reçu, je suis furieuse !")


@pytest.fixture
def instance() -> object:
    with MastodonStandIn() as server:
        yield server


async def test_a_pasted_link_is_read_drafted_approved_and_answered_there(
    tmp_path: Path, instance: MastodonStandIn, said: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody typed the customer's words; the card names the account; one reply stands in the thread."""
    async with team(tmp_path, instance, monkeypatch) as desk:
        await desk.slack.post(desk.alex, desk.complaints, instance.link(said))
        card = await desk.shows("Toujours rien reçu, je suis furieuse")
        assert "acme" in card.seen
        await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
        await desk.shows("See the reply")
        assert await desk.status() == "posted"
    [reply] = instance.below(said)
    assert "nous cherchons votre colis" in reply


async def test_a_revoked_token_keeps_the_reply_waiting_and_is_told_once(
    tmp_path: Path, instance: MastodonStandIn, said: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card says why it waits, the team hears it once; nothing is lost and nothing is public."""
    async with team(tmp_path, instance, monkeypatch) as desk:
        await desk.slack.post(desk.alex, desk.complaints, instance.link(said))
        card = await desk.shows("Toujours rien reçu")
        [acme] = [one for one in instance.accounts.values() if one.username == "acme"]
        acme.token = "another"
        await desk.slack.press(desk.camille, desk.complaints, card.ts, "approve")
        await desk.slack.until(lambda: "access" in desk.cards()[0].seen, within=15)
        assert await desk.status() == "approved"
        for _ in range(2):
            await desk.service.look_around()
        assert "acme" in (await desk.card(2)).seen
        assert (len(desk.cards()), instance.below(said)) == (2, [])


async def test_what_the_account_hears_becomes_a_card_by_itself(
    tmp_path: Path, instance: MastodonStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From now on: what was said before the first look is history."""
    async with team(tmp_path, instance, monkeypatch) as desk:
        await desk.service.listening.look()
        instance.write(instance.account("lea"), "@acme Toujours rien reçu depuis un mois !")
        await desk.service.listening.look(at_once=True)
        card = await desk.shows("Toujours rien reçu depuis un mois")
        assert "acme" in card.seen
