"""How a chat writes, as far as complaints are read from it: what a person sees, the links, the words beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.chat.identity import of_post
from bot.network.links import Place, recognise

#: Characters beside a link that are a remark of a colleague rather than the customer's words.
REMARK = 40


@dataclass(frozen=True, slots=True)
class Writing:
    """One chat's way to write.

    ``network`` is the chat itself: a link to one of its own messages is no post. ``plain`` is a text as a person
    reads it, ``links`` its http(s) links in their order, ``without`` the text, still as the chat writes it, without
    some of them.
    """

    network: str
    plain: Callable[[str], str]
    links: Callable[[str], list[str]]
    without: Callable[[str, Collection[str]], str]

    def post(self, link: str) -> Place | None:
        """The place of a link that names a customer's post elsewhere."""
        place = of_post(link)
        return place if place and place.network != self.network else None

    def beside(self, raw: str, shown: Collection[str] = ()) -> str:
        """The words without the links they are about: of posts, of messages here, of what is ``shown``."""
        about = {link for link in self.links(raw) if link in shown or self._is_about(link)}
        return self.plain(self.without(raw, about))

    def _is_about(self, link: str) -> bool:
        return of_post(link) is not None or recognise(link).network == self.network

    def is_remark(self, said: str, *, asked: bool) -> bool:
        """Whether words beside a link only comment on it: short or, when the bot is ``asked``, any; no quotation."""
        bare = self.without(said, self.links(said)).strip()
        quoted = any(first in bare and last in bare for first, last in ("«»", "“”")) or bare.count('"') > 1
        return (asked or len(bare) <= REMARK) and not quoted and not _QUOTE.search(bare)


_QUOTE = re.compile(r"^(?:>|&gt;)", re.MULTILINE)
