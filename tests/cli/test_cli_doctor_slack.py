"""doctor in Slack: each thing that can lack is said, with what to click; a healthy team hears nothing."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

sys.path.append(str(Path(__file__).parents[1] / "chat" / "slack"))  # the stand-in's files know each other by name

from standin import Answer, Slack, wait
from standin_api import METHODS, method
from standin_rooms import described, paged

from bot.chat.slack.manifest import SCOPES
from bot.cli import doctor_slack
from bot.cli.doctor import Look
from bot.settings import Settings
from bot.voice.library import Library

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PROTOCOL = "fallback: other\ntopics: {other: {}, legal-threat: {}}\n"
TEMPLATE = "---\ntopic: {topic}\nlang: en\n---\nHello, please tell us what happened.\n"

if "users.conversations" not in METHODS:

    @method("users.conversations", "channels:read", "groups:read")
    def _own_rooms(slack: Slack, call: Any) -> dict[str, Any]:
        bot = slack.workspaces[call.team].bot_user
        own = [room for room in slack.channels.values() if bot in room.members and room.team == call.team]
        page, rest = paged([room for room in own if room.kind != "im" and not room.archived], call, 100, 999)
        return {"channels": [described(slack, room) | {"is_member": None} for room in page]} | rest


class Team:
    """A small team in Slack, and its prompts."""

    def __init__(self, slack: Slack, folder: Path) -> None:
        self.slack, self.folder = slack, folder
        self.camille = slack.add_user("Camille Durand")
        self.room = slack.add_channel("plaintes", [self.camille])
        (folder / "prompts" / "templates").mkdir(parents=True)
        (folder / "prompts" / "protocol.yaml").write_text(PROTOCOL)
        for topic in ("other", "legal-threat"):
            (folder / "prompts" / "templates" / f"{topic}.en.md").write_text(TEMPLATE.format(topic=topic))
        self.brand()

    def brand(self, brand: str = "", **rules: Any) -> None:
        """Write a brand.yaml; values in YAML's flow style."""
        usual = {"name": "Lune", "languages": "[en]", "channels": f"[slack:{self.room}]"}
        rules = usual | {"managers": f"[slack:{self.camille}]"} | rules
        path = self.folder / "prompts" / brand / "brand.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{key}: {value}\n" for key, value in rules.items() if value is not None))

    async def looks(self, *, patience: float = doctor_slack.PATIENCE, **more: Any) -> list[Look]:
        """What doctor sees; ``more`` are settings."""
        tokens = {"slack_bot_token": self.slack.bot_token, "slack_app_token": self.slack.app_token}
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            prompts_dir=self.folder / "prompts",
            **(tokens | {"slack_signing_secret": "", "slack_api_url": self.slack.api} | more),
        )
        library = Library.load(settings.prompts)
        assert library.problems == ()
        return await doctor_slack.looks(settings, library, patience=patience)

    async def wrong(self, **more: Any) -> str:
        """The only thing that is wrong."""
        [wrong] = [str(look) for look in await self.looks(**more) if look.wrong]
        return wrong

    async def advice(self, **more: Any) -> str:
        """The only advice, where nothing is wrong."""
        [advice] = [str(look) for look in await self.looks(**more) if look.wrong or look.advice]
        assert advice.startswith("! ")
        return advice


@pytest.fixture(autouse=True)
def _no_slack_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET", "API_URL"):
        monkeypatch.delenv(f"SLACK_{name}", raising=False)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as slack:
        slack.scopes = set(SCOPES)
        yield slack


@pytest.fixture
def team(slack: Slack, tmp_path: Path) -> Team:
    return Team(slack, tmp_path)


# --- a healthy team --------------------------------------------------------------------------------------------------


async def test_a_healthy_team_hears_who_and_where_it_is(team):
    """Every line is well: the workspace, the socket, the scopes, the rooms and the managers by name."""
    cards, group = team.slack.add_channel("cards"), team.slack.add_usergroup("care", [team.camille])
    team.brand(review=f"slack:{cards}", managers=f"[slack:{team.camille}, slack-group:{group}]")
    assert [str(look) for look in await team.looks()] == [
        "✓ slack: Atelier Dupont lets us in as @portevoix",
        "✓ slack app token: Slack would open a socket",
        f"✓ slack scopes: all {len(SCOPES)} are granted",
        "✓ brand main, channel: Portevoix is in #plaintes",
        "✓ brand main, review room: Portevoix is in #cards",
        "✓ brand main, managers: Camille Durand, @care (1 person)",
    ]


async def test_looking_posts_nothing_and_opens_no_socket(team):
    """Slack is asked, nothing is changed there."""
    await team.looks()
    assert not team.slack.messages
    assert {call.method for call in team.slack.calls} <= {
        *("auth.test", "bots.info", "apps.connections.open", "conversations.info", "users.info"),
        *("usergroups.list", "users.conversations"),
    }


def test_without_slack_one_line_says_so(portevoix):
    """Not configured is not wrong."""
    ran = portevoix("doctor")
    assert ran.code == 0
    assert "✓ slack: not configured; the README says how" in ran.out.splitlines()


def test_without_slack_its_client_is_not_loaded(folder):
    """Who does not use Slack does not wait for it."""
    code = (
        "import asyncio, sys; from bot.cli import doctor; asyncio.run(doctor.run()); print('slack_sdk' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    assert ran.stdout.splitlines()[-1] == "False"


# --- the way in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"), [("SLACK_BOT_TOKEN", "give SLACK_APP_TOKEN"), ("SLACK_APP_TOKEN", "no SLACK_BOT_TOKEN")]
)
def test_half_the_tokens_are_wrong(portevoix, monkeypatch, name, said):
    """Each half is missed by its name, and nobody asks Slack."""
    monkeypatch.setenv(name, "xoxb-1")
    ran = portevoix("doctor")
    assert ran.code == 1
    assert said in ran.out


@pytest.mark.parametrize(
    ("error", "click"),
    [
        ("invalid_auth", "Copy it again: api.slack.com/apps → your app → Install App"),
        ("token_revoked", "Install the app again"),
        ("account_inactive", "the app was removed from the workspace"),
        ("access_denied", "Slack refuses the token (access_denied)"),
    ],
)
async def test_a_refused_token_is_said_with_what_to_click(team, error, click):
    """Each of Slack's words has its sentence, and an unknown one is shown."""
    team.slack.bad_tokens[team.slack.bot_token] = error
    assert click in await team.wrong()


async def test_swapped_tokens_are_known_by_their_beginning(team):
    """Both are said, Slack is not asked, and neither token is shown."""
    bot, app = team.slack.bot_token, team.slack.app_token
    said = "\n".join(map(str, await team.looks(slack_bot_token=app, slack_app_token=bot)))
    assert "SLACK_BOT_TOKEN holds an app-level token (xapp-…)" in said
    assert "SLACK_APP_TOKEN holds a bot token (xoxb-…)" in said
    assert not team.slack.calls
    assert bot not in said
    assert app not in said


@pytest.mark.parametrize(("error", "click"), [("missing_scope", "connections:write"), ("invalid_auth", "make another")])
async def test_an_app_token_that_opens_no_socket_is_wrong(team, error, click):
    """A token without its scope, or of a deleted app, is found before the bot waits for events in vain."""
    team.slack.refuse_next("apps.connections.open", error)
    wrong = await team.wrong()
    assert "slack app token" in wrong
    assert click in wrong


async def test_an_app_token_of_another_app_is_wrong(team):
    """Its socket would open, and never tell anything of this bot's channels."""
    team.slack.app_token = "xapp-1-A0OTHER-standin"
    assert "it belongs to the app A0OTHER" in await team.wrong()


async def test_by_http_the_address_to_be_reached_is_told(team):
    """The secret cannot be tried from here: advice, with where Slack's requests must end up."""
    advice = await team.advice(slack_app_token="", slack_signing_secret=SECRET, web_host="0.0.0.0", web_port=9000)
    assert "http://0.0.0.0:9000/slack/events" in advice
    assert SECRET not in advice


async def test_a_token_in_place_of_the_signing_secret_is_wrong(team):
    """The app-level token is easily mistaken for it."""
    assert "SLACK_SIGNING_SECRET holds" in await team.wrong(slack_app_token="", slack_signing_secret="xapp-1-A1-2")


async def test_a_secret_beside_an_app_token_is_advice(team):
    """It is simply not used."""
    assert "SLACK_SIGNING_SECRET is not used" in await team.advice(slack_signing_secret=SECRET)


async def test_unreachable_slack_is_said_once(team):
    """With the address that was tried."""
    wrong = await team.wrong(slack_api_url="http://127.0.0.1:9/api/")
    assert "Slack cannot be reached at http://127.0.0.1:9/api/" in wrong


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "application/json"])
async def test_an_address_that_is_not_slacks_is_said(team, kind):
    """Whatever answers there, and however."""

    async def hello(_: web.Request) -> web.Response:
        return web.Response(text='"hello"', content_type=kind)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    assert "is not Slack. Check SLACK_API_URL" in await team.wrong(slack_api_url=f"http://127.0.0.1:{port}/")
    await runner.cleanup()


async def test_a_slack_that_hangs_is_not_waited_for(team):
    """All looks together end in time, and what was not seen is counted, not called missing."""
    for method_name in ("conversations.info", "users.info"):
        team.slack.before(method_name, 1, wait(3))
    began = time.monotonic()
    wrong = await team.wrong(patience=0.5)
    assert time.monotonic() - began < 2
    assert "could not be looked at: 2 (no answer in time)" in wrong


async def test_a_slack_that_asks_to_wait_is_asked_again(team):
    """One 429 is no fault of anybody's."""
    team.slack.refuse_next("users.info", "ratelimited", status=429, headers={"Retry-After": "1"})
    assert not [look for look in await team.looks() if look.wrong]


# --- scopes ----------------------------------------------------------------------------------------------------------


async def test_missing_scopes_are_named(team):
    """All in one line, with the page where they are added and the reinstallation after it."""
    team.slack.scopes -= {"reactions:read", "files:read"}
    wrong = await team.wrong()
    assert "not granted: files:read, reactions:read. Add under" in wrong
    assert "OAuth & Permissions → Scopes → Bot Token Scopes, then Install App → Reinstall" in wrong


@pytest.mark.parametrize(
    ("scope", "lost"), [("chat:write.customize", "instead of the brand's"), ("usergroups:read", "one by one")]
)
async def test_an_optional_scope_is_advice(team, scope, lost):
    """With what is lost without it."""
    team.slack.scopes -= {scope}
    assert lost in await team.advice()


async def test_groups_without_their_scope_are_wrong_once(team):
    """Nobody can see who the managers are; no group is called missing for it."""
    groups = [team.slack.add_usergroup(f"care-{n}", [team.camille]) for n in range(3)]
    team.brand(managers=f"[{', '.join(f'slack-group:{group}' for group in groups)}]")
    team.slack.scopes -= {"usergroups:read"}
    assert "without usergroups:read nobody sees who is in one" in await team.wrong()


# --- rooms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "click"),
    [
        ({"bot": False}, "Write “/invite @Portevoix” in #avis"),
        ({"archived": True}, "is archived"),
        ({"bot": False, "private": True}, "Slack shows us no such channel. If it is private"),
    ],
)
async def test_a_channel_that_does_not_work_is_said(team, facts, click):
    """Not a member, archived, or not to be seen: each with its remedy and its id."""
    room = team.slack.add_channel("avis", **facts)
    team.brand(channels=f"[slack:{team.room}, slack:{room}]")
    wrong = await team.wrong()
    assert f"slack:{room}" in wrong
    assert click in wrong


@pytest.mark.parametrize("named", [True, False])
async def test_a_shared_channel_without_a_review_room_is_advice(team, named):
    """No card stands where another company reads it."""
    room = team.slack.add_channel("acme", shared=True)
    team.brand(channels=f"[slack:{room}]" if named else None)
    assert "no card stands in #acme, which another company reads" in await team.advice()


async def test_customers_channels_may_be_shared_when_cards_stand_elsewhere(team):
    """That is what a review room is for."""
    customers, cards = team.slack.add_channel("acme", shared=True), team.slack.add_channel("cards")
    team.brand(channels=f"[slack:{customers}]", review=f"slack:{cards}", intake="everything")
    assert not [look for look in await team.looks() if look.wrong or look.advice]


async def test_a_review_room_shared_with_another_company_is_wrong(team):
    """They would read every card."""
    team.brand(review=f"slack:{team.slack.add_channel('cards', shared=True)}")
    assert "they read the cards" in await team.wrong()


async def test_a_lone_brand_without_channels_has_all_that_the_bot_is_in(team):
    """They are told by name."""
    team.brand(channels=None)
    assert "every one with Portevoix in it: #plaintes" in "\n".join(map(str, await team.looks()))


async def test_a_bot_in_no_channel_is_wrong(team):
    """Nothing could come in."""
    team.slack.channels[team.room].members.clear()
    team.brand(channels=None)
    assert "Portevoix is in none. Write “/invite @Portevoix”" in await team.wrong()


async def test_a_brand_without_channels_among_others_is_advice(team):
    """Its complaints come in nowhere."""
    team.brand("north", channels=None)
    assert "brand north, channels: none is named" in await team.advice()


async def test_a_channel_of_two_brands_is_wrong(team):
    """It says whose the complaints would be."""
    team.brand("north")
    assert "brands main and north, #plaintes" in (wrong := await team.wrong())
    assert "what comes in there is main's alone" in wrong


async def test_a_review_room_of_two_brands_is_advice(team):
    """Cards of both may stand there."""
    cards, other = team.slack.add_channel("cards"), team.slack.add_channel("north")
    team.brand(review=f"slack:{cards}")
    team.brand("north", review=f"slack:{cards}", channels=f"[slack:{other}]")
    assert "they share it as review room" in await team.advice()


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, "needs a room for the cards"),
        ({"review": "slack:{room}"}, "needs cards and complaints in two rooms"),
        ({"review": "slack:{room}", "channels": None}, "none is named there"),
    ],
)
async def test_intake_everything_needs_its_rooms(team, rules, said):
    """Without them plain messages are left alone, and nobody would know why."""
    team.brand(intake="everything", **{key: value and value.format(room=team.room) for key, value in rules.items()})
    assert said in await team.wrong()


async def test_three_hundred_channels_are_a_handful_of_calls(team):
    """The rooms that the bot is in come as a list; only the others are asked for."""
    rooms = [team.slack.add_channel(f"acme-{n}") for n in range(300)]
    away = team.slack.add_channel("away", bot=False)
    team.brand(channels=f"[{', '.join(f'slack:{room}' for room in [*rooms, away])}]")
    assert "#away" in await team.wrong()
    assert len(team.slack.calls) < 10


async def test_where_slack_lists_no_rooms_each_is_asked_for(team):
    """A few at a time."""
    rooms = [team.slack.add_channel(f"acme-{n}") for n in range(40)]
    team.brand(channels=f"[{', '.join(f'slack:{room}' for room in rooms)}]")
    team.slack.refuse_next("users.conversations", "internal_error")
    under_way = most = 0

    async def count(_: Any) -> None:
        nonlocal under_way, most
        under_way, most = under_way + 1, max(most, under_way + 1)
        await asyncio.sleep(0.01)
        under_way -= 1

    for n in range(1, 41):
        team.slack.before("conversations.info", n, count)
    assert not [look for look in await team.looks() if look.wrong]
    assert 1 < most <= 8


# --- managers --------------------------------------------------------------------------------------------------------


async def test_managers_without_anybody_in_slack_are_wrong(team):
    """As shipped: the terminal cannot say yes in Slack."""
    team.brand(managers="[console]")
    assert "nobody in Slack can say yes: add slack:U…" in await team.wrong()


async def test_a_topic_that_nobody_in_slack_decides_is_wrong(team):
    """It is named."""
    team.brand(managers=f"{{default: [slack:{team.camille}], legal-threat: [console]}}")
    assert "brand main, managers of legal-threat: nobody" in await team.wrong()


@pytest.mark.parametrize(("facts", "said"), [({"deleted": True}, "is deactivated"), ({"is_bot": True}, "is a bot")])
async def test_a_manager_who_cannot_say_yes_is_wrong(team, facts, said):
    """By name and id."""
    luc = team.slack.add_user("Luc Petit", **facts)
    team.brand(managers=f"[slack:{team.camille}, slack:{luc}]")
    wrong = await team.wrong()
    assert f"Luc Petit (slack:{luc}): {said}" in wrong


async def test_unknown_managers_are_wrong(team):
    """A person and a group, each with where the id is to be found."""
    team.brand(managers=f"[slack:{team.camille}, slack:U0NOBODY, slack-group:S0NOBODY]")
    person, group = [str(look) for look in await team.looks() if look.wrong]
    assert "slack:U0NOBODY: Slack knows nobody of this id" in person
    assert "slack-group:S0NOBODY: Slack knows no such user group" in group


async def test_an_empty_group_is_wrong(team):
    """Nobody is in it who could say yes."""
    group = team.slack.add_usergroup("care", [])
    team.brand(managers=f"[slack-group:{group}]")
    assert f"@care (slack-group:{group}): has no members" in await team.wrong()


async def test_a_disabled_group_is_wrong(team):
    """Slack still lists it when asked."""
    group = team.slack.add_usergroup("care", [team.camille])
    told = {"id": group, "handle": "care", "date_delete": 1_700_000_000, "users": [team.camille]}
    team.slack.before("usergroups.list", 1, lambda call: Answer(200, {"ok": True, "usergroups": [told]}))
    team.brand(managers=f"[slack-group:{group}]")
    assert "is switched off" in await team.wrong()


# --- several workspaces ----------------------------------------------------------------------------------------------


async def test_what_any_workspace_knows_is_well(team):
    """A brand's rooms and people may be spread over the workspaces."""
    second = team.slack.add_workspace("T0SECOND", "Second", "second")
    sam, room = team.slack.add_user("Sam Roy", team=second), team.slack.add_channel("second", team=second)
    group = team.slack.add_usergroup("care", [sam], team=second)
    team.brand(
        channels=f"[slack:{team.room}, slack:{room}]",
        managers=f"[slack:{team.camille}, slack:{sam}, slack-group:{group}]",
    )
    tokens = ",".join(workspace.bot_token for workspace in team.slack.workspaces.values())
    said = [str(look) for look in await team.looks(slack_bot_token=tokens, slack_app_token="xapp-1,xapp-2")]
    assert "✓ slack 2: Second lets us in as @portevoix" in said
    assert "✓ brand main, channels: Portevoix is in #plaintes, #second" in said
    assert "✓ brand main, managers: Camille Durand, Sam Roy, @care (1 person)" in said
