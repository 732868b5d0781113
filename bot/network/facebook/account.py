"""A brand's Page."""

from __future__ import annotations

from bot.network.account import Spec
from bot.network.facebook.comments import FacebookComments
from bot.network.graph_account import CommentsAccount
from bot.network.graph_calls import Graph


class FacebookAccount(CommentsAccount):
    """The network ``facebook`` for one Page. Use ``build``."""

    name = "facebook"

    def __init__(self, spec: Spec, graph: Graph) -> None:
        super().__init__(spec, graph, FacebookComments(graph, spec.id))
