"""Instagram as a network: comments on a business account's posts, through the Graph API."""

from __future__ import annotations

from bot.network.account import Spec
from bot.network.graph_calls import Graph, settle
from bot.network.instagram.account import InstagramAccount


def build(spec: Spec) -> InstagramAccount:
    """The account; ``id`` is that of the Instagram business account, ``page_token`` that of the Page it belongs to.

    ``options``: ``private`` (``true``: replies go to the commenters as private messages), ``version`` of the API.

    Raises:
        SettingsError: the id, the Page's token, the app's secret or an option is missing or wrong.
    """
    settle(spec, "Instagram")
    return InstagramAccount(spec, Graph(spec, spec.handle or spec.name or spec.id))
