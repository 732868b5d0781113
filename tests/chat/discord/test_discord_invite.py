"""The invite link: where it leads, and what it asks for."""

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.chat.discord.invite import OPTIONAL, PERMISSIONS, invite_link


def asked(name: str) -> str:
    """What the link asks for under a name."""
    return parse_qs(urlsplit(invite_link(41771983423143936)).query)[name][0]


def test_the_link_leads_to_discord_with_the_application():
    """Whoever opens it is asked into which server."""
    assert invite_link(41771983423143936).startswith("https://discord.com/oauth2/authorize?")
    assert asked("client_id") == "41771983423143936"


def test_the_link_asks_for_a_bot_with_commands():
    """Without the second scope nobody would find /reply."""
    assert asked("scope").split() == ["bot", "applications.commands"]


def test_the_link_asks_for_six_permissions():
    """Reading, writing, reacting, and webhooks for the brand's name; by the bits of Discord's documentation."""
    bits = (6, 10, 11, 16, 29, 38)
    assert int(asked("permissions")) == PERMISSIONS.value == sum(1 << bit for bit in bits)


@pytest.mark.parametrize("dangerous", ["administrator", "manage_guild", "manage_messages", "mention_everyone"])
def test_the_link_asks_for_nothing_dangerous(dangerous):
    """No server owner has to think twice."""
    assert not getattr(PERMISSIONS, dangerous)


def test_what_is_optional_is_asked_for_too():
    """Somebody who refuses it loses little; somebody who never sees it learns of it late."""
    assert OPTIONAL <= PERMISSIONS
