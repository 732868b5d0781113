"""What waits for a person, gathered for ``/reply queue`` and the like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.chat.team import Team
from bot.chat.waiting import Pile, Queue, QueuedCase
from bot.desk.case import Case, Status

WEEK = timedelta(days=7)
#: Cases of a pile that are handed over; the App Home shows fewer, and says how many there are.
MOST = 20


async def queue_of(team: Team, person: str, brand: str = "") -> Queue:
    """The queue as this person (``slack:U…``) sees it: of one brand, or of all. May raise ``StoreError``."""
    brands = [brand] if brand else list(team.library.houses)
    waiting = await team.board.waiting(brands)
    counts = await team.board.counts(brands)
    stuck = [case for case in waiting if case.status in {Status.REFUSED, Status.UNKNOWN}]
    unsent = [case for case in waiting if case.status is Status.APPROVED and case.reason]
    escalated = [case for case in waiting if case.escalated and case.status is Status.AWAITING]
    mine = [case for case in waiting if case.taken_id == person and case not in (*stuck, *unsent)]
    plain = [case for case in waiting if case.status is Status.AWAITING and not case.escalated and case not in mine]
    others = counts[Status.AWAITING] - len(escalated) - sum(case.status is Status.AWAITING for case in mine)
    return Queue(
        refused_or_unknown=await _pile(team, stuck, counts[Status.REFUSED] + counts[Status.UNKNOWN]),
        unsent=await _pile(team, unsent),
        escalated=await _pile(team, escalated),
        mine=await _pile(team, mine),
        waiting=await _pile(team, plain, max(others, len(plain))),
        week=await team.board.since(brands, team.now() - WEEK),
    )


async def _pile(team: Team, cases: Sequence[Case], count: int | None = None) -> Pile:
    shown = [await _held(team, case) for case in cases[:MOST]]
    return Pile(tuple(shown), len(cases) if count is None else count)


async def _held(team: Team, case: Case) -> QueuedCase:
    cards = [card for card in await team.cards.of(case.id, team.chat) if card.message]
    several = len(team.library.houses) > 1
    link = team.review.wall.link(cards[-1]) if cards else ""
    return QueuedCase(case, link, team.house(case).brand.name if several else "")
