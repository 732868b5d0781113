"""Leaves a dead server alone for a while, then lets one ask through to see whether it is back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import CLOSED, HALF_OPENED, Context

from bot.writer.trouble import ServerTrouble, Trouble, whole

#: Asks in a row that ended in a dead server, after which it is left alone.
TROUBLES = 3
#: Seconds after which it is tried again.
REST = 30.0


class Breaker:
    """The breaker of one server."""

    def __init__(self, rest: float = REST) -> None:
        self._rest = rest
        self._circuits = AsyncCircuitBreakerFactory(
            default_threshold=TROUBLES, default_ttl=rest, exclude=[(BaseException, self._spares)]
        )
        self._circuit: Context | None = None

    @property
    def trouble(self) -> ServerTrouble | None:
        """Why an ask would be turned away now; None when it would not."""
        if self._circuit is None or self._circuit.state == CLOSED:
            return None
        if self._circuit.state == HALF_OPENED:
            return ServerTrouble(Trouble.TRYING)
        return ServerTrouble(Trouble.RESTING, seconds=whole(self._left)) if self._left >= 0 else None

    @property
    def problem(self) -> ServerTrouble | None:
        """What is known against the server; it stays until an ask has shown the contrary."""
        well = self._circuit is None or self._circuit.state == CLOSED
        return None if well else self.trouble or ServerTrouble(Trouble.TRYING)

    @property
    def _left(self) -> float:
        opened_at = self._circuit.opened_at if self._circuit else None
        return (opened_at or 0.0) + self._rest - time.time()  # purgatory counts in wall time

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """Around one ask. Raises ``ServerTrouble`` at once while the server is left alone."""
        breaker = await self._circuits.get_breaker("model")
        self._circuit = breaker.context
        # purgatory would let everyone through once half open, and its own error grows with each raise
        if trouble := self.trouble:
            raise trouble
        async with breaker:
            yield

    def _spares(self, error: BaseException) -> bool:
        """Whether an error says nothing against the server. A cancelled trial has shown nothing for it either."""
        if isinstance(error, ServerTrouble):
            return not error.dead
        return self._circuit is None or self._circuit.state != HALF_OPENED
