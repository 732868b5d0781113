"""Many moves of many cases, written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter

from sqlalchemy import Connection, Executable, bindparam, insert, select, update

from bot.desk.case import Case, Draft
from bot.desk.decision import Record
from bot.store.rows import Values, amended_row, case_row, decision_row, draft_row, state_row
from bot.store.tables import cases, decisions, drafts


@dataclass(frozen=True, slots=True)
class Move:
    """One case, from one state to the next; ``before`` is None for a case that is not stored yet."""

    case_id: str  # as it is stored
    before: Case | None
    after: Case
    record: Record | None = None

    @property
    def expects(self) -> int | None:
        """The revision at which the case must stand; None where it must be absent."""
        return self.before.revision if self.before else None

    @property
    def amends(self) -> bool:
        """Whether the complaint has got what it lacked."""
        return self.before is not None and self.before.complaint != self.after.complaint

    @property
    def new_draft(self) -> Draft | None:
        """The draft that this move brings."""
        draft, known = self.after.draft, self.before.draft if self.before else None
        return None if draft is None or (known and known.number == draft.number) else draft


# The lock makes another replica's batch wait; taken in the order of the ids, no two batches wait for each other.
_STANDS = (
    select(cases.c.id, cases.c.revision)
    .where(cases.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(cases.c.id)
    .with_for_update()
)
_ADD = insert(cases)
_CHANGE = update(cases).where(cases.c.id == bindparam("case_id"))
_DRAFT = insert(drafts)
_DECISION = insert(decisions)


def write(connection: Connection, moves: Sequence[Move]) -> list[bool]:
    """Write the moves of those cases that stand where the move expects it; returns which, in order.

    Of two moves of one case from the same revision the first wins.
    """
    ids = {move.case_id for move in moves}
    stands: dict[str, int] = {row.id: row.revision for row in connection.execute(_STANDS, {"ids": list(ids)})}
    wins = [_claim(move, stands) for move in moves]
    _write(connection, sorted(compress(moves, wins), key=attrgetter("case_id")))
    return wins


def _claim(move: Move, stands: dict[str, int]) -> bool:
    if stands.get(move.case_id) != move.expects:
        return False
    stands[move.case_id] = move.after.revision
    return True


def _write(connection: Connection, moves: Sequence[Move]) -> None:
    _run(connection, _ADD, [case_row(m.after) for m in moves if m.before is None])
    _run(connection, _CHANGE, [state_row(m.after) | {"case_id": m.case_id} for m in moves if m.before])
    _run(connection, _CHANGE, [amended_row(m.after.complaint) | {"case_id": m.case_id} for m in moves if m.amends])
    _run(connection, _DRAFT, [draft_row(m.case_id, m.new_draft) for m in moves if m.new_draft])
    _run(connection, _DECISION, [decision_row(m.case_id, m.after.revision, m.record) for m in moves if m.record])


def _run(connection: Connection, statement: Executable, rows: Sequence[Values]) -> None:
    if rows:
        connection.execute(statement, rows)
