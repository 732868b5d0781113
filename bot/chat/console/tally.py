"""What a run at the console came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from bot.desk.case import Case, Status
from bot.locale import Sentences


class Tally:
    """Counts cases by what became of them; holds no case.

    ``answers`` says whether the protocol answers such a case at all.
    """

    def __init__(self, answers: Callable[[Case], bool]) -> None:
        self._answers = answers
        self._counts: Counter[str] = Counter()

    def count(self, case: Case) -> None:
        """A case as it stands when the run is done with it."""
        self._counts[self._became(case)] += 1

    def count_unread(self) -> None:
        """A row that could not be read."""
        self._counts["unread"] += 1

    def count_repeated(self) -> None:
        """A row that repeats a complaint of this run."""
        self._counts["repeated"] += 1

    @property
    def posted(self) -> int:
        """How many replies were posted."""
        return self._counts["posted"]

    @property
    def unread(self) -> int:
        """How many rows could not be read."""
        return self._counts["unread"]

    def lines(self, say: Sentences) -> Iterator[str]:
        """The summary, one sentence a line; what did not happen is left out."""
        for name, (one, other) in SENTENCES.items():
            if self._counts[name] or name == "posted":
                yield say.many(one, other, self._counts[name])

    def _became(self, case: Case) -> str:
        match case.status:
            case Status.POSTED:
                return "posted"
            case Status.REJECTED | Status.AWAITING if not self._answers(case):
                return "unanswered"
            case Status.REJECTED:
                return "rejected"
            case Status.AWAITING if case.draft and case.draft.blocks:
                return "held"
            case Status.REFUSED | Status.UNKNOWN:
                return "stuck"
            case Status.APPROVED:
                return "approved"
            case _:
                return "waiting"


SENTENCES = {
    "posted": ("{number} reply posted.", "{number} replies posted."),
    "approved": ("{number} reply approved, not posted yet.", "{number} replies approved, not posted yet."),
    "held": ("{number} reply held back by a check.", "{number} replies held back by a check."),
    "unanswered": ("{number} message needed no reply.", "{number} messages needed no reply."),
    "rejected": ("{number} draft rejected.", "{number} drafts rejected."),
    "waiting": ("{number} case waits for a decision.", "{number} cases wait for a decision."),
    "stuck": (
        "{number} case needs a look: refused, or perhaps public.",
        "{number} cases need a look: refused, or perhaps public.",
    ),
    "repeated": ("{number} row repeated a complaint.", "{number} rows repeated a complaint."),
    "unread": ("{number} row could not be read.", "{number} rows could not be read."),
}
