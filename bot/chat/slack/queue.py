"""What waits for a person, gathered for the App Home and ``/reply queue``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.chat.slack.home import HomeCase, Pile, Queue
from bot.chat.slack.team import SlackTeam
from bot.desk.case import Case, Status

WEEK = timedelta(days=7)
#: Cases of a pile that are handed over; the App Home shows fewer, and says how many there are.
MOST = 20


async def queue_of(team: SlackTeam, user: str, brand: str = "") -> Queue:
    """The queue as this person sees it: of one brand, or of all. May raise ``StoreError``."""
    brands = [brand] if brand else list(team.library.houses)
    waiting = await team.board.waiting(brands)
    counts = await team.board.counts(brands)
    stuck = [case for case in waiting if case.status in {Status.REFUSED, Status.UNKNOWN}]
    escalated = [case for case in waiting if case.escalated and case.status is Status.AWAITING]
    mine = [case for case in waiting if case.taken_id == f"slack:{user}" and case not in stuck]
    plain = [case for case in waiting if case.status is Status.AWAITING and not case.escalated and case not in mine]
    others = counts[Status.AWAITING] - len(escalated) - sum(case.status is Status.AWAITING for case in mine)
    return Queue(
        refused_or_unknown=await _pile(team, stuck, counts[Status.REFUSED] + counts[Status.UNKNOWN]),
        escalated=await _pile(team, escalated),
        mine=await _pile(team, mine),
        waiting=await _pile(team, plain, max(others, len(plain))),
        week=await team.board.since(brands, team.now() - WEEK),
    )


async def _pile(team: SlackTeam, cases: Sequence[Case], count: int | None = None) -> Pile:
    shown = [await _held(team, case) for case in cases[:MOST]]
    return Pile(tuple(shown), len(cases) if count is None else count)


async def _held(team: SlackTeam, case: Case) -> HomeCase:
    cards = [card for card in await team.cards.of(case.id, "slack") if card.message]
    several = len(team.library.houses) > 1
    link = team.review.wall.link(cards[-1]) if cards else ""
    return HomeCase(case, link, team.house(case).brand.name if several else "")
