"""The manual network: a person copies the text, posts it, and says so."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk.case import Complaint, Remark, Reply
from bot.desk.ports import Length, Original, Outcome, Refused, Sighting, Unclear
from bot.network.links import composer, recognise
from bot.network.measure import measure


@dataclass(frozen=True, slots=True)
class Handout:
    """What a person needs to post a reply: the text, the network's composer filled in, the complaint.

    ``composer`` and ``link`` are http(s) links, or empty where there is none.
    """

    text: str
    composer: str
    link: str


def handout(complaint: Complaint, reply_text: str) -> Handout:
    """What the card offers to the person who posts this text as the reply to this complaint."""
    place = recognise(complaint.link)
    return Handout(text=reply_text, composer=composer(place, reply_text), link=place.link)


class Manual:
    """Serves every complaint that no connected account can answer."""

    name = "manual"
    by_hand = True
    deletes = False
    settles = 0.0

    def measure(self, complaint: Complaint, text: str) -> Length:
        """The length as the complaint's own network counts it."""
        return measure(complaint.network, text)

    def speaks_as(self, complaint: Complaint) -> str:
        """Nobody's in particular: empty."""
        return ""

    async def original(self, complaint: Complaint) -> Original | None:
        """Nothing more than the complaint tells: None."""
        return None

    async def check(self, complaint: Complaint) -> Remark | None:
        """A person can always take it: None."""
        return None

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Refused: nothing here can send. The desk does not call it."""
        return Refused(
            Remark(
                "{network} is answered by hand: copy the text, post it there, then mark it as posted.",
                {"network": complaint.network},
            )
        )

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        """Refused: here a person does it."""
        return Refused(Remark("It deletes nothing for us; please do it there."))

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        """Unclear: only a person can look."""
        return Unclear(
            Remark(
                "{network} is answered by hand: please look there whether the reply is public.",
                {"network": complaint.network},
            )
        )
