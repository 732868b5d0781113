"""Kill the demo with -9 at random moments, start it again, and count: every case once, every reply once.

Run by hand: ``uv run python tests/kill_demo.py --times 50``. Exits 1 if a reply is missing or stands twice.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEMO = [sys.executable, "-m", "bot", "demo", "--from", "complaints.csv", "--approve-all"]
EXPORT = [sys.executable, "-m", "bot", "cases", "export"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=50, help="how many kills")
    options.add_argument("--rows", type=int, default=600, help="complaints in the file")
    options.add_argument("--seed", type=int, default=None, help="the same moments again")
    given = options.parse_args()
    seed = given.seed if given.seed is not None else int(time.time())
    moments = random.Random(seed)
    whole = undisturbed(given.rows)
    print(f"seed {seed}; an undisturbed run of {given.rows} rows takes {whole:.1f} s")
    left = Counter[str]()
    bad = sum(not survives(given.rows, moments.uniform(0.1, whole), left) for _ in range(given.times))
    print(f"{given.times - bad} passed, {bad} failed; statuses found after the kills: {dict(left)}")
    sys.exit(1 if bad else 0)


def undisturbed(rows: int) -> float:
    """How long the demo takes when nobody kills it, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        write_complaints(Path(folder), rows)
        begun = time.monotonic()
        run(DEMO, folder)
        return time.monotonic() - begun


def survives(rows: int, moment: float, left: Counter[str]) -> bool:
    """One kill and one restart in a folder of their own; True when every case and every reply is there once."""
    with tempfile.TemporaryDirectory() as folder:
        write_complaints(Path(folder), rows)
        killed = subprocess.Popen(
            DEMO, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        killed.kill()
        killed.wait()
        between = Counter(case["status"] for case in cases(folder))
        left.update(between)
        begun = time.monotonic()
        said = run(DEMO, folder)
        wrong = differences(folder, rows)
        print(
            f"killed at {moment:5.2f} s {dict(between)}; restarted in {time.monotonic() - begun:.1f} s: {wrong or 'ok'}"
        )
        if wrong:
            print(said)
        return not wrong


def differences(folder: str, rows: int) -> str:
    """What is not as it must be, in words; empty when all is well."""
    stored = {case["id"]: case["status"] for case in cases(folder)}
    outbox = (Path(folder) / "outbox.jsonl").read_text().splitlines()
    sent = Counter(json.loads(line)["key"] for line in outbox if line.endswith("}"))
    posted = {case_id for case_id, status in stored.items() if status == "posted"}
    wrong = []
    if len(stored) != rows:
        wrong.append(f"{len(stored)} cases of {rows}")
    if twice := [key for key, times in sent.items() if times > 1]:
        wrong.append(f"{len(twice)} replies twice")
    if posted != set(sent):
        wrong.append(f"{len(posted - set(sent))} posted without a reply, {len(set(sent) - posted)} sent unrecorded")
    if unfinished := [status for status in stored.values() if status in {"received", "approved", "sending", "unknown"}]:
        wrong.append(f"unfinished: {dict(Counter(unfinished))}")
    return "; ".join(wrong)


def cases(folder: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in run(EXPORT, folder).splitlines()]


def run(command: list[str], folder: str) -> str:
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PROMPTS_DIR": str(ROOT / "prompts")}


def write_complaints(folder: Path, rows: int) -> None:
    said = (
        "My parcel is three weeks late, where is it?",
        "Toujours rien reçu, où est mon colis ?",
        "Best crypto deal, click!",
    )
    lines = [f'{number},"{said[number % 3]} ({number})"' for number in range(rows)]
    (folder / "complaints.csv").write_text("id,text\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
