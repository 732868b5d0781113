"""A model's server that is dead, slow or lying: how long until a complaint has its card, at 50 complaints a second.

Run by hand: ``uv run python tests/benchmarks/bench_model.py [--seconds 10] [--deadline 5]``. The desk, the queue and
the store (SQLite) are the real ones, the server is a real one on this machine. The bar: every complaint has its card
within the deadline plus 2 s.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "writer")]

from model_answers import down, hangs, html, late, says  # noqa: E402
from model_server import ModelServerStandIn  # noqa: E402

from bot.app import running  # noqa: E402
from bot.chat.console.intake import rows  # noqa: E402
from bot.cli.demo import SAMPLES  # noqa: E402
from bot.desk.case import Case, Complaint, Status  # noqa: E402
from bot.network.manual import Manual  # noqa: E402
from bot.settings import Settings  # noqa: E402
from bot.voice.library import Library  # noqa: E402

A_SECOND = 50
TOLD = {"lang": "en", "kind": "complaint", "topic": "late-delivery", "severity": "normal",
        "reply": "Hello, we are sorry about your parcel. Please send us your order number."}  # fmt: skip

#: What is the matter with the server.
SERVERS: dict[str, Callable[[ModelServerStandIn], object]] = {
    "well, 1 s": lambda server: setattr(server, "default", late(1.0, says(TOLD))),
    "dead": lambda server: server.stop(),
    "hangs": lambda server: setattr(server, "default", hangs),
    "down": lambda server: setattr(server, "default", down()),
    "lying, HTML": lambda server: setattr(server, "default", html()),
    "lying, wrong schema": lambda server: setattr(server, "default", says({"answer": 42})),
}


class Watch:
    """The review: notes when each case first has a draft, and from which pen."""

    def __init__(self, awaited: int) -> None:
        self.awaited = awaited
        self.shown: dict[str, float] = {}
        self.origins: Counter[str] = Counter()
        self.all_shown = asyncio.Event()

    async def show(self, case: Case) -> None:
        if case.status is Status.AWAITING and case.draft and case.id not in self.shown:
            self.shown[case.id] = time.perf_counter()
            self.origins[case.draft.origin] += 1
            if len(self.shown) == self.awaited:
                self.all_shown.set()


async def rush(server: ModelServerStandIn, seconds: float, deadline: float) -> tuple[list[float], Counter[str]]:
    """Complaints for so many seconds; returns how long each waited for its card."""
    with rows(str(SAMPLES)) as found:
        texts = [row.fields["text"] for row in found]
    count = int(A_SECOND * seconds)
    watch, begun = Watch(count), {}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/cases.db",
            openai_base_url=server.url,
            openai_model="m",
            draft_deadline_seconds=deadline,
        )
        async with running(settings, Library.load(ROOT / "prompts"), watch, Manual()) as app:
            start = time.perf_counter()
            for number in range(count):
                await asyncio.sleep(max(0.0, start + number / A_SECOND - time.perf_counter()))
                complaint = Complaint(
                    id=f"x:{number}",
                    brand="main",
                    text=texts[number % len(texts)],
                    received_at=app.desk.clock.now(),
                    network="x",
                )
                begun[complaint.id] = time.perf_counter()
                await app.desk.receive(complaint)
            async with asyncio.timeout(deadline + 60):
                await watch.all_shown.wait()
    return [watch.shown[case] - at for case, at in begun.items()], watch.origins


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="how long complaints come")
    parser.add_argument("--deadline", type=float, default=5, help="DRAFT_DEADLINE_SECONDS")
    given = parser.parse_args()
    logging.disable()  # a line for every failed draft would bury the figures
    late_ones = 0
    for name, spoil in SERVERS.items():
        with ModelServerStandIn() as server:
            spoil(server)
            waited, origins = asyncio.run(rush(server, given.seconds, given.deadline))
            calls = len(server.calls)
        worst, p50 = max(waited), quantiles(waited, n=100)[49]
        late_ones += worst > given.deadline + 2
        told = ", ".join(f"{number} {origin}" for origin, number in origins.items())
        print(f"{name:22} {len(waited)} cards: median {p50:5.2f} s, longest {worst:5.2f} s; {told}; {calls} calls")
    print(f"bar: {given.deadline + 2:g} s; {late_ones} of {len(SERVERS)} past it")
    sys.exit(bool(late_ones))


if __name__ == "__main__":
    main()
