"""The Slack app as a manifest: what Portevoix may do in a workspace and what Slack tells it. Pure.

It is JSON: that is what Slack's own command line keeps, it needs no quoting rules for ``/`` and ``#``, and since YAML
contains it, it can be pasted under either tab of "From a manifest". Limits:
https://docs.slack.dev/reference/app-manifest and https://github.com/slackapi/manifest-schema
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.errors import SettingsError
from bot.locale import Sentences

COMMAND = "/reply"
#: The shortcuts' ``callback_id``s.
DRAFT_REPLY = "draft_reply"
NEW_COMPLAINT = "new_complaint"
#: Where Slack posts everything when it does not use a socket.
PATH = "/slack/events"

#: What Slack tells us, and the scopes without which it would not: of two, each opens its own kind of channel.
EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "app_home_opened": (),
        "app_mention": ("app_mentions:read",),
        "app_uninstalled": (),
        "member_joined_channel": ("channels:read", "groups:read"),
        "message.channels": ("channels:history",),
        "message.groups": ("groups:history",),
        "reaction_added": ("reactions:read",),
        "reaction_removed": ("reactions:read",),
        "subteam_members_changed": ("usergroups:read",),
        "tokens_revoked": (),
    }
)

SCOPES: tuple[str, ...] = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "commands",
    "files:read",
    "groups:history",
    "groups:read",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
)
#: Without these everything else still works: replies bear the bot's name instead of the brand's, and managers have to
#: be named one by one. They stand among the others in the manifest all the same: what Slack calls ``bot_optional`` is
#: a box to tick at installation, and whoever overlooks it learns of it much later.
OPTIONAL_SCOPES: tuple[str, ...] = ("chat:write.customize", "usergroups:read")


def manifest(*, socket_mode: bool = True, request_url: str = "", lang: str = "en") -> str:
    """The manifest as JSON, in the team's language (``en`` or ``fr``).

    Without ``socket_mode`` Slack posts to ``request_url``, the public https address of this Portevoix.

    Raises:
        SettingsError: Slack could not post to that address.
    """
    url = "" if socket_mode else _public(request_url)
    say = Sentences(lang)
    app = {
        "display_information": _display(say),
        "features": _features(say, url),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": _settings(url),
    }
    return json.dumps(app, ensure_ascii=False, indent=2) + "\n"


def _public(address: str) -> str:
    if not address.startswith("https://"):
        raise SettingsError(
            reason=f"Slack posts to a public https address, not to “{address}”: give one, or use Socket Mode."
        )
    return address.rstrip("/").removesuffix(PATH) + PATH


def _display(say: Sentences) -> dict[str, str]:
    return {
        "name": "Portevoix",
        "description": say("Drafts replies to unhappy customers, and posts them only once a manager has said yes."),
        "long_description": say(
            "Forward an unhappy customer's message, paste a link to it or type /reply: Portevoix answers with a draft "
            "in your brand's voice. Your team improves it, a manager approves it with a button, a reaction or a "
            "command, and only then is it posted where the customer wrote. Nothing reaches a customer without that yes."
        ),
        "background_color": "#1f2a44",
    }


def _features(say: Sentences, url: str) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": False,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "Portevoix", "always_online": True},
        "shortcuts": _shortcuts(say),
        "slash_commands": [_command(say, url)],
    }


def _shortcuts(say: Sentences) -> list[dict[str, str]]:
    return [
        {
            "name": say("Draft a reply"),
            "type": "message",
            "callback_id": DRAFT_REPLY,
            "description": say("Have a reply drafted to the complaint in this message."),
        },
        {
            "name": say("New complaint"),
            "type": "global",
            "callback_id": NEW_COMPLAINT,
            "description": say("Paste a complaint from anywhere and have a reply drafted."),
        },
    ]


def _command(say: Sentences, url: str) -> dict[str, Any]:
    command = {
        "command": COMMAND,
        "description": say("Draft a reply to a complaint, see what waits, edit templates."),
        "usage_hint": say("[link or text] | queue | templates | help"),
        # as typed: escaped, a link would come as <https://…> and a customer's "@name" as one of the team
        "should_escape": False,
    }
    return command | _if_any("url", url)


def _settings(url: str) -> dict[str, Any]:
    return {
        "event_subscriptions": {"bot_events": list(EVENTS), **_if_any("request_url", url)},
        "interactivity": {"is_enabled": True, **_if_any("request_url", url)},
        "org_deploy_enabled": False,
        "socket_mode_enabled": not url,
        "token_rotation_enabled": False,
    }


def _if_any(key: str, url: str) -> dict[str, str]:
    """Slack refuses an empty address, not a missing one."""
    return {key: url} if url else {}
