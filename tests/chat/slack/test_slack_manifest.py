"""The Slack app's manifest: within Slack's limits, and no scope too many or too few."""

import json

import pytest

from bot.chat.slack.manifest import EVENTS, OPTIONAL_SCOPES, SCOPES, manifest
from bot.errors import SettingsError

#: The calls and features that need a scope which no event needs. https://docs.slack.dev/reference/scopes
OTHERWISE_NEEDED = {
    "chat:write": "chat.postMessage, chat.update, chat.postEphemeral",
    "chat:write.customize": "chat.postMessage with the brand's name",
    "commands": "/reply and the shortcuts",
    "files:read": "what hangs on a forwarded message",
    "reactions:write": "the closing mark",
    "users:read": "names and languages of people",
}
LANGUAGES = pytest.mark.parametrize("lang", ["en", "fr"])


def read(**how):
    return json.loads(manifest(**how))


@LANGUAGES
def test_texts_keep_slacks_limits(lang):
    """Slack refuses a manifest with one character too many, or with a long description that is short."""
    told = read(lang=lang)["display_information"]
    assert len(told["name"]) <= 35
    assert len(told["description"]) <= 139
    assert 175 <= len(told["long_description"]) <= 4000


@LANGUAGES
def test_features_keep_slacks_limits(lang):
    """A shortcut's name has 24 characters at most, its description 150."""
    features = read(lang=lang)["features"]
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    (command,) = features["slash_commands"]
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000


def test_nothing_else_is_asked_for():
    """The manifest holds what doctor looks for: no scope and no event more."""
    app = read()
    assert app["oauth_config"] == {"scopes": {"bot": list(SCOPES)}}
    assert app["settings"]["event_subscriptions"] == {"bot_events": list(EVENTS)}
    assert set(OPTIONAL_SCOPES) < set(SCOPES)


def test_every_scope_has_its_use():
    """Each event comes with the scopes it needs, and each scope is needed by an event or a call."""
    assert {scope for needed in EVENTS.values() for scope in needed} | set(OTHERWISE_NEEDED) == set(SCOPES)
    assert sorted(set(SCOPES)) == list(SCOPES)


def test_socket_mode_names_no_address():
    """With a socket Slack posts nowhere, and an empty address would be refused."""
    assert read()["settings"]["socket_mode_enabled"] is True
    assert "url" not in manifest(request_url="https://ignored.example")


@pytest.mark.parametrize("given", ["https://bot.lune.example", "https://bot.lune.example/slack/events/"])
def test_without_a_socket_everything_goes_to_one_address(given):
    """Events, clicks and the command are posted to the same path, however the address was written."""
    app = read(socket_mode=False, request_url=given)
    settings, there = app["settings"], "https://bot.lune.example/slack/events"
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == there
    assert settings["interactivity"] == {"is_enabled": True, "request_url": there}
    assert app["features"]["slash_commands"][0]["url"] == there


@pytest.mark.parametrize("given", ["", "http://bot.lune.example", "bot.lune.example"])
def test_an_address_that_slack_cannot_post_to_is_refused(given):
    """Slack would refuse it too, with less of a sentence."""
    with pytest.raises(SettingsError, match="public https address"):
        manifest(socket_mode=False, request_url=given)


def test_a_french_team_gets_a_french_app():
    """The menu entries are in the team's language, and readable in the JSON."""
    assert [shortcut["name"] for shortcut in read(lang="fr")["features"]["shortcuts"]] == [
        "Préparer une réponse",
        "Nouvelle réclamation",
    ]
    assert "Préparer" in manifest(lang="fr")


def test_what_people_type_arrives_as_typed():
    """A link behind /reply is a link, not Slack's markup of one."""
    assert read()["features"]["slash_commands"][0]["should_escape"] is False
