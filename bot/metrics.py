"""What happens, in numbers for Prometheus: acknowledgements, drafts, posts, and the cases by status."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.desk.case import Case, Complaint, Origin, Remark, Reply, Status, Usage
from bot.desk.ports import (
    Length,
    Network,
    Networks,
    NotSent,
    Original,
    Outcome,
    Posted,
    Refused,
    Sighting,
    Unclear,
    Writer,
    Writing,
)

log = logging.getLogger(__name__)

#: A chat gives us three seconds.
ACK_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
#: From a template in a millisecond to a model that thinks for a minute.
DRAFT_SECONDS = (0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60)
#: Seconds for which cases are not counted again, however many look.
COUNTED = 15.0
#: Seconds that counting may take: the other numbers do not wait for a slow database.
PATIENCE = 2.0
OUTCOMES: dict[type[Outcome], str] = {Posted: "posted", Refused: "refused", NotSent: "not_sent", Unclear: "unclear"}

CountByStatus = Callable[[], Awaitable[Mapping[Status, int]]]


class Kind(StrEnum):
    """What a chat sent and waits to have acknowledged."""

    EVENT = "event"
    ACTION = "action"  # a button, a menu
    COMMAND = "command"
    SHORTCUT = "shortcut"
    VIEW = "view"  # a form, sent or closed


class Metrics:
    """The numbers of one process. ``count_by_status`` is the store's: those of all processes on its database."""

    def __init__(self, count_by_status: CountByStatus) -> None:
        self._count = count_by_status
        self._counting = asyncio.Lock()
        self._counted: float | None = None
        own = self._registry = CollectorRegistry()
        self._cases = Gauge("portevoix_cases", "Cases by status.", ["status"], registry=own)
        self._acks = Histogram(
            "portevoix_acknowledgement_seconds",
            "From what a chat sent to its acknowledgement.",
            ["kind"],
            buckets=ACK_SECONDS,
            registry=own,
        )
        self._drafts = Histogram(
            "portevoix_draft_seconds", "Time to write a draft.", ["origin"], buckets=DRAFT_SECONDS, registry=own
        )
        self._broken = Counter("portevoix_drafts_failed", "Drafts that no writer could write.", registry=own)
        self._tokens = Counter(
            "portevoix_model_tokens", "Tokens of a model, by what they were.", ["model", "part"], registry=own
        )
        self._calls = Counter("portevoix_model_calls", "Calls of a model's server.", ["model"], registry=own)
        self._price = Counter("portevoix_model_price", "What drafts cost.", ["model", "currency"], registry=own)
        self._posts = Counter(
            "portevoix_posts", "Replies handed to a network, by what came of it.", ["network", "outcome"], registry=own
        )

    @contextmanager
    def acked(self, kind: Kind) -> Iterator[None]:
        """Around all that happens until a chat has its acknowledgement; what raises was not acknowledged."""
        start = perf_counter()
        yield
        self._acks.labels(kind).observe(perf_counter() - start)

    def drafted(self, origin: Origin, seconds: float) -> None:
        """A draft of this origin was written."""
        self._drafts.labels(origin).observe(seconds)

    def asked(self, usage: Usage) -> None:
        """A model's server was asked for a draft."""
        parts = {"in": usage.tokens_in - usage.cached, "cached": usage.cached, "out": usage.tokens_out}
        for part, number in parts.items():
            self._tokens.labels(usage.model, part).inc(number)
        self._calls.labels(usage.model).inc(usage.calls)
        if usage.price is not None:
            self._price.labels(usage.model, usage.currency).inc(usage.price)

    def draft_failed(self) -> None:
        """The writer broke."""
        self._broken.inc()

    def posted(self, network: str, outcome: type[Outcome]) -> None:
        """A network was asked to post."""
        self._posts.labels(network, OUTCOMES[outcome]).inc()

    async def render(self) -> tuple[bytes, str]:
        """All numbers in Prometheus' text format, and its content type."""
        async with self._counting:
            await self._count_cases()
        return generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4

    async def _count_cases(self) -> None:
        if self._counted is not None and perf_counter() - self._counted < COUNTED:
            return
        self._counted = perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                counts = await self._count()
        except Exception:  # the other numbers matter most when the database is away
            log.warning("the cases could not be counted", exc_info=True)
            self._cases.clear()  # no number rather than an old one
            return
        for status, number in counts.items():
            self._cases.labels(status).set(number)


class TimedWriter:
    """A writer whose drafts are timed."""

    def __init__(self, writer: Writer, metrics: Metrics) -> None:
        self._writer = writer
        self._metrics = metrics

    async def write(self, case: Case) -> Writing:
        """Write, and note how long it took."""
        start = perf_counter()
        try:
            writing = await self._writer.write(case)
        except Exception:
            self._metrics.draft_failed()
            raise
        self._metrics.drafted(writing.origin, perf_counter() - start)
        if writing.usage:
            self._metrics.asked(writing.usage)
        return writing


class CountedNetworks:
    """Networks whose posts are counted."""

    def __init__(self, networks: Networks, metrics: Metrics) -> None:
        self._networks = networks
        self._metrics = metrics

    def of(self, complaint: Complaint) -> Network:
        """The network that carries a reply to this complaint."""
        return _Counted(self._networks.of(complaint), self._metrics)


class _Counted:
    def __init__(self, network: Network, metrics: Metrics) -> None:
        self.name = network.name
        self.by_hand = network.by_hand
        self.deletes = network.deletes
        self.settles = network.settles
        self._network = network
        self._metrics = metrics

    def measure(self, complaint: Complaint, text: str) -> Length:
        return self._network.measure(complaint, text)

    def speaks_as(self, complaint: Complaint) -> str:
        return self._network.speaks_as(complaint)

    async def original(self, complaint: Complaint) -> Original | None:
        return await self._network.original(complaint)

    async def check(self, complaint: Complaint) -> Remark | None:
        return await self._network.check(complaint)

    async def publish(self, complaint: Complaint, reply: Reply) -> Outcome:
        try:
            outcome = await self._network.publish(complaint, reply)
        except BaseException:  # cut off by the desk's patience counts too: nobody knows whether it is public
            self._metrics.posted(self.name, Unclear)
            raise
        self._metrics.posted(self.name, type(outcome))
        return outcome

    async def delete(self, complaint: Complaint, reply: Reply) -> Outcome:
        return await self._network.delete(complaint, reply)

    async def find(self, complaint: Complaint, reply: Reply) -> Sighting:
        return await self._network.find(complaint, reply)
