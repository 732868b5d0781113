"""doctor in Discord: each thing that can lack is said, with what to click; a healthy team hears nothing."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "chat" / "discord"))  # the stand-in's files know each other by name

import discord_standin
from discord import VoiceClient
from discord.http import Route
from discord_standin import Answer, Discord, fail, reached, wait

from bot.cli import discord as command
from bot.cli import doctor_discord
from bot.cli.doctor import Look
from bot.errors import SettingsError
from bot.settings import Settings
from bot.voice.library import Library

PROTOCOL = "fallback: other\ntopics: {other: {}, legal-threat: {}}\n"
TEMPLATE = "---\ntopic: {topic}\nlang: en\n---\nHello, please tell us what happened.\n"
COMMANDS = [("reply", 1), ("Draft a reply", 3)]
APP = "GET /oauth2/applications/@me"


class Team:
    """A small team in Discord, and its prompts."""

    def __init__(self, discord: Discord, folder: Path) -> None:
        self.discord, self.folder = discord, folder
        discord.bot_token = "MTIzNDU2Nzg5MDEy.Gabcde.stand-in"  # of the shape that real ones have
        self.camille = discord.add_user("Camille Durand")
        self.room = discord.add_channel("plaintes")
        self.own_role = next(role.id for role in discord.guilds[discord.guild].roles.values() if role.managed)
        self.permit()
        self.register(*COMMANDS)
        (folder / "prompts" / "templates").mkdir(parents=True)
        (folder / "prompts" / "protocol.yaml").write_text(PROTOCOL)
        for topic in ("other", "legal-threat"):
            (folder / "prompts" / "templates" / f"{topic}.en.md").write_text(TEMPLATE.format(topic=topic))
        self.brand()

    def permit(self) -> None:
        """Give the bot's own role what the invite link asks for, and @everyone only the sight of channels."""
        from bot.chat.discord.invite import PERMISSIONS

        roles = self.discord.guilds[self.discord.guild].roles
        roles[self.own_role].permissions = PERMISSIONS.value
        roles[self.discord.guild].permissions = 1 << 10

    def register(self, *commands: tuple[str, int]) -> None:
        """Let Discord know these commands: name and type."""
        facts = {"application_id": str(self.discord.app), "description": "", "version": "1", "nsfw": False}
        facts |= {"default_member_permissions": None, "options": []}
        self.discord.commands[None] = [
            facts | {"id": str(self.discord.fresh()), "name": name, "type": kind} for name, kind in commands
        ]

    def brand(self, brand: str = "", **rules: Any) -> None:
        """Write a brand.yaml; values in YAML's flow style."""
        usual = {"name": "Lune", "languages": "[en]", "channels": f"[discord:{self.room}]"}
        rules = usual | {"managers": f"[discord:{self.camille}]"} | rules
        path = self.folder / "prompts" / brand / "brand.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{key}: {value}\n" for key, value in rules.items() if value is not None))

    def settings(self, **more: Any) -> Settings:
        """This team's settings."""
        usual = {"prompts_dir": self.folder / "prompts", "discord_bot_token": self.discord.bot_token}
        return Settings(_env_file=None, **(usual | more))  # type: ignore[call-arg]

    async def looks(self, *, patience: float = command.PATIENCE, **more: Any) -> list[Look]:
        """What doctor sees; ``more`` are settings."""
        settings = self.settings(**more)
        library = Library.load(settings.prompts)
        assert library.problems == ()
        return await doctor_discord.looks(settings, library, patience=patience)

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
def _no_discord_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_BOT_TOKEN", raising=False)


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as discord:
        with reached(discord):
            yield discord


@pytest.fixture
def team(discord: Discord, tmp_path: Path) -> Team:
    return Team(discord, tmp_path)


# --- a healthy team --------------------------------------------------------------------------------------------------


async def test_a_healthy_team_hears_who_and_where_it_is(team):
    """Every line is well: the bot, its servers, the switches, the commands, the rooms and the managers by name."""
    cards, role = team.discord.add_channel("cards"), team.discord.add_role("Service client")
    team.brand(review=f"discord:{cards}", managers=f"[discord:{team.camille}, discord-role:{role}]")
    assert [str(look) for look in await team.looks()] == [
        "✓ discord: Discord lets us in as @portevoix",
        "✓ discord servers: Atelier Dupont",
        "✓ discord message content: is switched on: we may read what is written in channels",
        "✓ discord commands: “/reply” and “Draft a reply” are registered",
        "✓ brand main, channel: Portevoix is in #plaintes",
        "✓ brand main, review room: Portevoix is in #cards",
        "✓ brand main, managers: Camille Durand, @Service client",
    ]


async def test_looking_changes_nothing_and_opens_no_gateway(team):
    """Discord is asked by REST, and only asked."""
    await team.looks()
    assert {call.method for call in team.discord.calls} == {"GET"}
    assert not team.discord.called("GET /gateway/bot")


def test_without_discord_one_line_says_so(portevoix):
    """Not configured is not wrong."""
    ran = portevoix("doctor")
    assert ran.code == 0
    assert "✓ discord: not configured; the README says how" in ran.out.splitlines()


def test_without_discord_its_client_is_not_loaded(folder):
    """Who does not use Discord does not wait for it."""
    code = "import asyncio, sys; from bot.cli import doctor; asyncio.run(doctor.run()); print('discord' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    assert ran.stdout.splitlines()[-1] == "False"


# --- the way in ------------------------------------------------------------------------------------------------------


async def test_a_refused_token_is_said_with_what_to_click(team):
    """Discord says 401 to a token that was reset."""
    wrong = await team.wrong(discord_bot_token="MTIz.old.token")
    assert "Discord does not know this token" in wrong
    assert "Bot → Reset Token" in wrong


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("1234567890123456789", "an id"),
        ("ab" * 32, "the application's public key"),
        ("x-_9" * 8, "the client secret"),
        ("Bot MTIz.a.b", "the word “Bot” before the token"),
        ("MTIz.a. b", "a blank"),
    ],
)
async def test_what_is_no_token_is_known_by_its_shape(team, held, said):
    """Discord is not asked, and what stands there is not shown."""
    wrong = await team.wrong(discord_bot_token=held)
    assert f"DISCORD_BOT_TOKEN holds {said}" in wrong
    assert held not in wrong
    assert not team.discord.calls


async def test_an_unreachable_discord_is_said_once(team, monkeypatch):
    """With the address that was tried."""
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:9/api/v10")
    assert "Discord cannot be reached at http://127.0.0.1:9/api/v10" in await team.wrong()


@pytest.mark.parametrize("body", ["<html>Sign in to the hotel's network</html>", [1], {"hello": "there"}])
async def test_what_is_not_discord_is_said(team, body):
    """Whatever a proxy answers."""
    team.discord.before("GET /users/@me", 1, lambda call: Answer(200, body))
    assert "Something that is not Discord answers" in await team.wrong()


async def test_a_discord_that_refuses_for_now_is_said(team):
    """With its own words, and where to look."""
    team.discord.before("GET /users/@me", 1, fail(503, 0, "upstream down"))
    assert "cannot tell now (503 " in await team.wrong()


async def test_a_discord_that_hangs_is_not_waited_for(team):
    """All looks together end in time, and what was not seen is counted, not called missing."""
    team.discord.before("GET /guilds/*/members/*", 2, wait(3))
    began = time.monotonic()
    wrong = await team.wrong(patience=0.5)
    assert time.monotonic() - began < 2
    assert "could not be looked at: 1 (no answer in time)" in wrong


async def test_a_login_that_hangs_is_not_waited_for(team):
    """The first question is as impatient as the others."""
    team.discord.before("GET /users/@me", 1, wait(3))
    assert "does not answer in time" in await team.wrong(patience=0.3)


async def test_a_bot_in_no_server_is_given_the_link(team):
    """Nothing can come in: the invite link stands in the line."""
    team.discord.guilds[team.discord.guild].bot_in = False
    team.brand(channels=None)
    wrong = await team.wrong()
    assert "Portevoix is in none. Open https://discord.com/oauth2/authorize?client_id=" in wrong


# --- the portal ------------------------------------------------------------------------------------------------------


async def test_message_content_switched_off_is_advice(team):
    """What is lost, what works all the same, and the switch."""
    team.discord.privileged.clear()
    advice = await team.advice()
    assert "forwards and links in a channel do not become cards by themselves" in advice
    assert "“Draft a reply” on a message, /reply, @Portevoix, buttons and reactions work" in advice
    assert "Privileged Gateway Intents → Message Content Intent" in advice


async def test_message_content_is_needed_for_everything(team):
    """A brand that takes every message gets none without: that is wrong, and the brand is named."""
    team.discord.privileged.clear()
    cards = team.discord.add_channel("cards", private=[team.own_role])
    team.brand(review=f"discord:{cards}", intake="everything")
    assert "Brand main needs it" in await team.wrong()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"interactions_endpoint_url": "https://old.example/discord"}, "go to https://old.example/discord, not to us"),
        ({"bot_require_code_grant": True}, "“Requires OAuth2 Code Grant” is on"),
    ],
)
async def test_a_switch_in_the_portal_that_keeps_us_out_is_wrong(team, facts, said):
    """Both are easily switched on, and nothing else would tell."""
    app = discord_standin.discord_routes.app(team.discord, None)  # type: ignore[arg-type]
    team.discord.before(APP, 1, lambda call: Answer(200, app | facts))
    assert said in await team.wrong()


@pytest.mark.parametrize(
    ("known", "missing"),
    [((), "“/reply”, “Draft a reply”"), ([("reply", 1)], "“Draft a reply”"), ([("reply", 3), COMMANDS[1]], "“/reply”")],
)
async def test_commands_that_are_not_registered_are_advice(team, known, missing):
    """Of the right kind; the bot registers them when it starts."""
    team.register(*known)
    assert f"not registered: {missing}. “portevoix run” does it" in await team.advice()


# --- rooms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("denied", "called"),
    [
        ("send_messages", "“Send Messages”"),
        ("send_messages_in_threads", "“Send Messages in Threads”"),
        ("read_message_history", "“Read Message History”"),
    ],
)
async def test_a_missing_permission_is_named_as_discord_does(team, denied, called):
    """With the channel, and where to allow it."""
    team.discord.forbid(team.room, team.own_role, denied)
    wrong = await team.wrong()
    assert f"#plaintes (discord:{team.room}): Portevoix lacks {called}. Allow it: #plaintes → Edit Channel" in wrong


async def test_a_private_channel_is_named_though_we_do_not_see_it(team):
    """Its sight is the first thing that lacks."""
    room = team.discord.add_channel("direction", private=[team.camille])
    team.brand(channels=f"[discord:{room}]")
    assert "#direction" in (wrong := await team.wrong())
    assert "lacks “View Channel”" in wrong


async def test_what_is_wrong_gives_no_advice_beside(team):
    """A channel that we do not see lacks everything; that is said once."""
    team.brand(channels=f"[discord:{team.discord.add_channel('direction', private=[team.camille])}]")
    assert not [look for look in await team.looks() if look.advice]


async def test_a_channel_that_nobody_knows_is_wrong(team):
    """With where the id is to be found."""
    team.brand(channels=f"[discord:{team.room}, discord:123]")
    wrong = await team.wrong()
    assert "channel discord:123: Discord shows us no such channel" in wrong
    assert "Developer Mode" in wrong


async def test_a_channel_of_a_server_that_we_are_not_in_is_wrong(team):
    """Discord does not show it to us."""
    other = team.discord.add_guild("Elsewhere", bot=False)
    team.brand(channels=f"[discord:{team.room}, discord:{team.discord.add_channel('far', guild=other)}]")
    assert "Invite Portevoix to its server" in await team.wrong()


async def test_a_forum_needs_no_right_to_begin_posts(team):
    """Customers begin them; we answer in them."""
    forum = team.discord.add_channel("aide", forum=True)
    team.discord.forbid(forum, team.own_role, "send_messages")
    team.brand(channels=f"[discord:{forum}]")
    assert "✓ brand main, channel: Portevoix is in #aide" in map(str, await team.looks())


async def test_a_forum_as_review_room_is_wrong(team):
    """Cards are messages, and a forum holds none."""
    team.brand(review=f"discord:{team.discord.add_channel('cartes', forum=True)}")
    assert "is a forum, and cards need a text channel" in await team.wrong()


async def test_a_category_is_no_channel(team):
    """Its id is the easiest to copy by mistake."""
    team.discord.channels[team.room].kind = 4
    assert "is a category" in await team.wrong()


async def test_a_thread_stands_with_its_channels_permissions(team):
    """brand.yaml may name a thread or a forum post."""
    thread = team.discord.fresh()
    shape = team.discord.channels[team.room]
    team.discord.channels[thread] = type(shape)(thread, shape.guild, "suivi", 11, parent=team.room)
    team.discord.channels[thread].made_at = "2026-03-02T00:00:00+00:00"
    team.discord.forbid(team.room, team.own_role, "send_messages_in_threads")
    team.brand(channels=f"[discord:{thread}]")
    assert "#suivi" in (wrong := await team.wrong())
    assert "“Send Messages in Threads”. Allow it: #plaintes →" in wrong


@pytest.mark.parametrize(
    ("denied", "lost"),
    [
        ("manage_webhooks", "“Manage Webhooks” in #plaintes, replies there bear the bot's name, not “Lune”"),
        ("add_reactions", "“Add Reactions” in #plaintes, no reactions stand under the cards"),
    ],
)
async def test_an_optional_permission_is_advice(team, denied, lost):
    """With what is lost without it."""
    team.discord.forbid(team.room, team.own_role, denied)
    assert lost in await team.advice()


async def test_reactions_that_nobody_wants_are_not_missed(team):
    """``seed: false``: the bot puts none under its cards."""
    team.discord.forbid(team.room, team.own_role, "add_reactions")
    team.brand(reactions="{seed: false}")
    assert not [look for look in await team.looks() if look.wrong or look.advice]


async def test_a_review_room_that_customers_see_is_wrong(team):
    """Where every message is a complaint, the server is full of customers."""
    team.brand(review=f"discord:{team.discord.add_channel('cartes')}", intake="everything")
    assert "everybody in Atelier Dupont sees it, and customers would read the cards" in await team.wrong()


async def test_a_private_review_room_is_well(team):
    """Only the team and the bot see it."""
    cards = team.discord.add_channel("cartes", private=[team.camille, team.own_role])
    team.brand(review=f"discord:{cards}", intake="everything")
    assert not [look for look in await team.looks() if look.wrong or look.advice]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, "needs a room for the cards"),
        ({"review": "discord:{room}"}, "needs cards and complaints in two rooms"),
        ({"review": "discord:{cards}", "channels": None}, "none is named there"),
    ],
)
async def test_intake_everything_needs_its_rooms(team, rules, said):
    """Without them plain messages are left alone, and nobody would know why."""
    ids = {"room": team.room, "cards": team.discord.add_channel("cartes", private=[team.own_role])}
    team.brand(intake="everything", **{key: value and value.format(**ids) for key, value in rules.items()})
    assert said in "\n".join(str(look) for look in await team.looks() if look.wrong)


async def test_everything_in_slack_needs_no_rooms_in_discord(team):
    """The team may read along here while customers write there."""
    team.brand(intake="everything", channels="[slack:C024BE91L]", review="slack:C061EG9SL")
    assert not [look for look in await team.looks() if look.wrong or look.advice]


async def test_a_lone_brand_without_channels_has_all_that_the_bot_sees(team):
    """They are told by name; the private ones are not among them."""
    team.discord.add_channel("direction", private=[team.camille])
    team.brand(channels=None)
    said = "\n".join(map(str, await team.looks()))
    assert "none is named, so every one that Portevoix sees: #plaintes" in said
    assert "direction" not in said


async def test_a_channel_of_two_brands_is_wrong(team):
    """It says whose the complaints would be."""
    team.brand("north")
    assert "brands main and north, #plaintes" in (wrong := await team.wrong())
    assert "what comes in there is main's alone" in wrong


async def test_a_brand_that_lives_in_slack_is_left_alone(team):
    """It names its rooms there, and nobody in Discord has to say yes for it."""
    team.brand("north", channels="[slack:C024BE91L]", managers="[slack:U024BE7LH]")
    assert not [look for look in await team.looks() if look.wrong or look.advice]


async def test_many_channels_are_a_handful_of_calls(team):
    """A server tells all of its channels at once."""
    rooms = [team.discord.add_channel(f"acme-{n}") for n in range(200)]
    team.brand(channels=f"[{', '.join(f'discord:{room}' for room in rooms)}]")
    assert not [look for look in await team.looks() if look.wrong]
    assert len(team.discord.calls) < 10


async def test_a_few_questions_at_a_time(team):
    """Discord allows fifty a second; we are far below."""
    people = [team.discord.add_user(f"Person {n}") for n in range(40)]
    team.brand(managers=f"[{', '.join(f'discord:{one}' for one in people)}]")
    under_way = most = 0

    async def count(_: Any) -> None:
        nonlocal under_way, most
        under_way, most = under_way + 1, max(most, under_way + 1)
        await asyncio.sleep(0.01)
        under_way -= 1

    for n in range(1, 42):
        team.discord.before("GET /guilds/*/members/*", n, count)
    assert not [look for look in await team.looks() if look.wrong]
    assert 1 < most <= 8


# --- managers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("managers", ["[console]", "[slack:U024BE7LH]"])
async def test_managers_without_anybody_in_discord_are_wrong(team, managers):
    """As shipped: the terminal cannot say yes in Discord, nor can Slack."""
    team.brand(managers=managers)
    assert "nobody in Discord can say yes: add discord:…" in await team.wrong()


async def test_a_topic_that_nobody_in_discord_decides_is_wrong(team):
    """It is named."""
    team.brand(managers=f"{{default: [discord:{team.camille}], legal-threat: [console]}}")
    assert "brand main, managers of legal-threat: nobody" in await team.wrong()


async def test_a_manager_who_is_not_in_the_server_is_wrong(team):
    """They exist, and see no card."""
    away = team.discord.add_user("Luc Petit", guild=0)
    team.brand(managers=f"[discord:{team.camille}, discord:{away}]")
    assert f"manager discord:{away}: is not in Atelier Dupont" in await team.wrong()


async def test_a_manager_in_another_of_our_servers_is_wrong(team):
    """The brand's rooms are not there."""
    other = team.discord.add_guild("Communauté")
    away = team.discord.add_user("Luc Petit", guild=other)
    team.brand(managers=f"[discord:{team.camille}, discord:{away}]")
    assert "is not in Atelier Dupont" in await team.wrong()


async def test_a_bot_as_manager_is_wrong(team):
    """By name and id."""
    robot = team.discord.add_user("Robot", bot=True)
    team.brand(managers=f"[discord:{team.camille}, discord:{robot}]")
    assert f"(discord:{robot}): is a bot" in await team.wrong()


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("123", "there is no such role in Atelier Dupont"),
        ("{everyone}", "is everybody in Atelier Dupont, customers too"),
        ("{own}", "belongs to a bot"),
    ],
)
async def test_a_role_that_cannot_say_yes_is_wrong(team, role, said):
    """Unknown, everybody's, or the bot's own."""
    role = role.format(everyone=team.discord.guild, own=team.own_role)
    team.brand(managers=f"[discord:{team.camille}, discord-role:{role}]")
    assert said in await team.wrong()


async def test_a_server_that_does_not_answer_is_counted_and_nothing_in_it_called_missing(team):
    """Rooms, people and roles there may be fine."""
    team.discord.refuse_next("GET /guilds/*/channels", 50001)
    team.brand(managers=f"[discord:{team.camille}, discord-role:77]")
    assert "could not be looked at: 1 (50001 Missing Access)" in await team.wrong()


# --- several servers -------------------------------------------------------------------------------------------------


async def test_a_brand_may_be_at_home_in_two_servers(team):
    """Its people need to be in one of them."""
    other = team.discord.add_guild("Communauté")
    sam, room = team.discord.add_user("Sam Roy", guild=other), team.discord.add_channel("aide", guild=other)
    role = team.discord.add_role("Modération", guild=other)
    team.brand(
        channels=f"[discord:{team.room}, discord:{room}]",
        managers=f"[discord:{team.camille}, discord:{sam}, discord-role:{role}]",
    )
    own = [one.id for one in team.discord.guilds[other].roles.values() if one.managed]
    team.discord.permit(room, own[0], "read_message_history")
    said = [str(look) for look in await team.looks()]
    assert "✓ discord servers: Atelier Dupont, Communauté" in said
    assert "✓ brand main, channels: Portevoix is in #plaintes, #aide" in said
    assert "✓ brand main, managers: Camille Durand, Sam Roy, @Modération" in said


# --- portevoix discord invite ----------------------------------------------------------------------------------------


async def test_the_invite_command_asks_whose_token_it_is(team, capsys):
    """The link stands alone on standard output."""
    await command.write_invite(team.settings(), "")
    assert capsys.readouterr().out.startswith(f"https://discord.com/oauth2/authorize?client_id={team.discord.app}&")


async def test_an_invite_with_a_refused_token_is_a_sentence(team):
    """The same one as doctor's."""
    with pytest.raises(SettingsError, match="Discord does not know this token"):
        await command.write_invite(team.settings(discord_bot_token="MTIz.old.token"), "")


def test_an_invite_that_fails_says_one_sentence(portevoix, monkeypatch):
    """discord.py would warn first that nobody will hear the bot speak."""
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "MTIz.old.token")
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:9/api/v10")
    monkeypatch.setattr(VoiceClient, "warn_nacl", True)
    ran = portevoix("discord", "invite")
    assert ran.err.startswith("portevoix: Discord cannot be reached at http://127.0.0.1:9/api/v10")
    assert ran.err.count("\n") == 1


def test_an_invite_by_id_asks_nobody(portevoix):
    """No token is needed."""
    ran = portevoix("discord", "invite", "--app-id", "41771983423143936")
    assert ran.code == 0
    assert "client_id=41771983423143936&scope=bot+applications.commands&permissions=" in ran.out


def test_an_invite_without_token_and_id_says_what_to_do(portevoix):
    """Either will do."""
    ran = portevoix("discord", "invite")
    assert ran.code == 1
    assert "Set DISCORD_BOT_TOKEN" in ran.err
    assert "--app-id" in ran.err


def test_an_id_that_is_none_is_wrong_usage(portevoix):
    """A name is no id."""
    assert portevoix("discord", "invite", "--app-id", "Portevoix").code == 2
