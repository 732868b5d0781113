"""What stands around a case when its card is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.desk.case import Case, Status
from bot.desk.ports import Length
from bot.locale import Sentences
from bot.network.manual import Handout, handout


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a case does not know of itself.

    ``signature`` is what will stand behind the draft; ``templates`` are the names of all that the brand has for the
    case; ``account`` is the one that would answer, empty where that needs no word; ``by_hand`` says that a person posts
    the reply; ``deletes``: the network would take it away again; ``length`` is that of the signed draft on its
    network; ``handout`` is worked out when there is none; until ``undo_until`` an approval is not sent; ``model`` says
    that a model would write the next draft, and can translate this one.
    """

    say: Sentences
    now: datetime
    signature: str = ""
    templates: tuple[str, ...] = ()
    account: str = ""
    by_hand: bool = False
    deletes: bool = False
    length: Length | None = None
    handout: Handout | None = None
    undo_until: datetime | None = None
    model: bool = False

    def left(self, case: Case) -> int:
        """Seconds until an approval is sent; 0 where it cannot be taken back any more."""
        if case.status is not Status.APPROVED or case.reason or not self.undo_until:
            return 0
        return max(0, round((self.undo_until - self.now).total_seconds()))

    def given(self, case: Case) -> Handout | None:
        """What a person needs to post the approved reply by hand; None while nobody has to."""
        if not self.by_hand or case.status is not Status.APPROVED or not case.reply:
            return None
        return self.handout or handout(case.complaint, case.reply.text)
