"""Facebook as a network: comments on a Page's posts, through the Graph API."""

from __future__ import annotations

from bot.network.account import Spec
from bot.network.facebook.account import FacebookAccount
from bot.network.graph_calls import Graph, settle


def build(spec: Spec) -> FacebookAccount:
    """The account of a Page; ``id`` is the Page's.

    ``options``: ``private`` (``true``: replies go to the commenters as private messages), ``version`` of the API.

    Raises:
        SettingsError: the id, the Page's token, the app's secret or an option is missing or wrong.
    """
    settle(spec, "Facebook")
    return FacebookAccount(spec, Graph(spec, spec.handle or spec.name or spec.id))
