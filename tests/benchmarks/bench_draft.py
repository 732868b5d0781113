"""Drafting beside language detection alone, on the real complaints in ../shared/data; and which template wins.

Run by hand: ``uv run python tests/benchmarks/bench_draft.py``. Drafting is timed as whole processes, start included.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from lingua import IsoCode639_1, LanguageDetectorBuilder

from bot.voice.language import languages

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
FILES = {
    "pairs_en_twitter_twcs.csv": "customer_text",
    "airline_sentiment_en.csv": "text",
    "pairs_fr_trustpilot_showroomprive.csv": "customer_text",
    "tweets_fr_free_customers.csv": "text",
    "injections_multi.jsonl": "text",
}
LONG_ENOUGH = 20


def main() -> None:
    if not DATA.is_dir():
        sys.exit(f"{DATA} is not there: nothing to measure")
    rows = {name: read(DATA / name) for name in FILES}
    alone = drafting = 0.0
    right = judged = 0
    for name, column in FILES.items():
        held = rows[name]
        alone += (floor := detection([row[column] for row in held]))
        seconds, drafts = draft(DATA / name, column)
        drafting += seconds
        assert len(drafts) == len(held), f"{name}: {len(drafts)} lines for {len(held)} rows"
        judgeable = [row for row in held if row.get("lang") in {"fr", "en"} and len(row[column]) >= LONG_ENOUGH]
        found = languages(("fr", "en")).detect_all([row[column] for row in judgeable])
        right += sum(row["lang"] == lang for row, lang in zip(judgeable, found, strict=True))
        judged += len(found)
        print(f"{name}: {len(held)} rows, detection alone {floor:.2f} s, drafting {seconds:.2f} s")
        won = Counter(d.get("template") or f"({d.get('topic', 'unread')})" for d in drafts)
        print("   " + ", ".join(f"{template} {100 * n / len(drafts):.0f}%" for template, n in won.most_common(12)))
    print(f"all: detection alone {alone:.2f} s, drafting {drafting:.2f} s, ratio {drafting / alone:.2f} (bar: 4)")
    print(f"language right on {right} of {judged}: {100 * right / judged:.2f} % (bar: 97 %)")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return [json.loads(line) for line in source] if path.suffix == ".jsonl" else list(csv.DictReader(source))


def detection(texts: list[str]) -> float:
    """Seconds that lingua takes for these texts between French and English, one by one, models loaded."""
    detector = LanguageDetectorBuilder.from_iso_codes_639_1(IsoCode639_1.FR, IsoCode639_1.EN).build()
    detector.detect_language_of("Bonjour tout le monde, hello everybody")
    begun = time.perf_counter()
    for text in texts:
        detector.detect_language_of(text)
    return time.perf_counter() - begun


def draft(path: Path, column: str) -> tuple[float, list[dict[str, str]]]:
    """Seconds of ``portevoix draft`` on the file as a process, and its lines."""
    command = [sys.executable, "-m", "bot", "draft", "--from", str(path), "--text-column", column, "--json"]
    with tempfile.TemporaryFile("w+") as out:
        begun = time.perf_counter()
        subprocess.run(command, stdout=out, check=True, cwd=ROOT)
        seconds = time.perf_counter() - begun
        out.seek(0)
        return seconds, [json.loads(line) for line in out]


if __name__ == "__main__":
    main()
