"""A brand's business account on Instagram."""

from __future__ import annotations

from bot.network.account import Spec
from bot.network.graph_account import CommentsAccount
from bot.network.graph_calls import Graph
from bot.network.instagram.comments import InstagramComments


class InstagramAccount(CommentsAccount):
    """The network ``instagram`` for one account. Use ``build``."""

    name = "instagram"

    def __init__(self, spec: Spec, graph: Graph) -> None:
        super().__init__(spec, graph, InstagramComments(graph, spec.id, spec.handle))
