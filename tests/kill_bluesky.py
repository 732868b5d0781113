"""Two hundred random faults between Portevoix and a real Bluesky PDS, and count: each approved reply once.

Run by hand: ``uv run python tests/kill_bluesky.py [--faults 200] [--kills 20] [--seed 1]``, after
``tests/network/install_pds.sh``. Complaints are answered by the real desk with its store on SQLite; between it and the
PDS calls are cut before and after they take effect, answered 500 after success and 503 before, held up beyond our
patience, delivered twice, refused with 429, and the PDS is killed with SIGKILL while it writes, and started again on
its data. Exits 1 where a reply is missing, stands twice, or stands anywhere else.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "network")]

from bluesky_faults import Tally, suffer  # noqa: E402


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--faults", type=int, default=200)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    told = asked.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(suffer(told.faults, told.kills, Path(folder), told.seed))
    _say(tally, time.monotonic() - start)
    sys.exit(1 if tally.wrong else 0)


def _say(tally: Tally, seconds: float) -> None:
    kinds = ", ".join(f"{name.lower()} {number}" for name, number in sorted(tally.faults.items()))
    print(f"{tally.replies} replies through {tally.met} faults in {seconds:.0f} s: {kinds}, killed {tally.kills}")
    print(f"{tally.posting} of them, and each kill, met a call that posts")
    print(f"a person had to say “try again” {tally.asked} times")
    print("\n".join(tally.wrong) or "each is there exactly once")


if __name__ == "__main__":
    main()
