"""How much personal data is masked, and how many ordinary complaints are changed. Run by hand:

uv run python tests/benchmarks/bench_privacy.py [--show]

A span counts as masked when every letter and digit of it is, and as touched when any is. Exits 1 where a bar is missed:
98 % of the e-mail addresses, 95 % of the phones and of the cards, fewer than 2 % of ordinary complaints changed.
Handles are meant to be masked; complaints are counted with and without them, the brand's own spared.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.voice.privacy import Kind, Personal, PrivacyRules, personal

DATA = Path(__file__).parents[3] / "shared" / "data"
LABELLED = ("pii_en_presidio", "pii_fr_edspseudo")
ORDINARY = (
    ("pairs_en_twitter_twcs", "customer_text"),
    ("pairs_fr_trustpilot_showroomprive", "customer_text"),
    ("pairs_fr_trustpilot_keytrade", "customer_text"),
    ("tweets_fr_free_customers", "text"),
    ("airline_sentiment_en", "text"),
)
KINDS = {
    "EMAIL_ADDRESS": Kind.EMAIL, "MAIL": Kind.EMAIL, "PHONE_NUMBER": Kind.PHONE, "TEL": Kind.PHONE,
    "CREDIT_CARD": Kind.CARD, "US_SSN": Kind.NATIONAL_ID, "SECU": Kind.NATIONAL_ID,
    "US_DRIVER_LICENSE": Kind.NATIONAL_ID, "STREET_ADDRESS": Kind.ADDRESS, "ADRESSE": Kind.ADDRESS,
    "IP_ADDRESS": Kind.IP,
}  # fmt: skip
BARS = {Kind.EMAIL: 0.98, Kind.PHONE: 0.95, Kind.CARD: 0.95}
MOST_CHANGED = 0.02


def main() -> int:
    parser = argparse.ArgumentParser(description="What privacy finds in labelled texts and in ordinary complaints.")
    parser.add_argument("--show", action="store_true", help="list what is missed and what is changed")
    show = parser.parse_args().show
    if not DATA.is_dir():
        sys.exit(f"{DATA} is not there: nothing to measure")
    missed = [bar for name in LABELLED for bar in labelled(name, show)]
    missed += [bar for name, column in ORDINARY for bar in ordinary(name, column, show)]
    print("missed bars:", ", ".join(missed) or "none")
    return 1 if missed else 0


def labelled(name: str, show: bool) -> Iterator[str]:
    """Print a labelled file's figures per kind; the bars it misses."""
    spans, masked, touched, rightly = Counter[Kind](), Counter[Kind](), Counter[Kind](), Counter[Kind]()
    beside = 0
    for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text, found = row["text"], personal(row["text"])
        wanted = [(KINDS[span["label"]], span["start"], span["end"]) for span in row["spans"] if span["label"] in KINDS]
        beside += sum(not any(d.start < end and start < d.end for _, start, end in wanted) for d in found)
        for kind, start, end in wanted:
            hit = covered(found, text, start, end)
            spans[kind] += 1
            masked[kind] += all(hit)
            touched[kind] += any(hit)
            rightly[kind] += any(d.kind is kind and d.start < end and start < d.end for d in found)
            if show and not all(hit):
                print(f"  missed {kind}: {text[start:end]!r} in {text[max(0, start - 40) : end + 20]!r}")
    print(f"{name}: {beside} found beside the labelled")
    for kind, count in spans.items():
        share = masked[kind] / count
        print(f"  {kind:8} {count:4} spans  {share:7.1%} masked  {touched[kind] / count:7.1%} touched"
              f"  {rightly[kind] / count:7.1%} as {kind}")  # fmt: skip
        if share < BARS.get(kind, 0):
            yield f"{kind} in {name}"


def covered(found: list[Personal], text: str, start: int, end: int) -> list[bool]:
    """For each letter and digit of a span, whether it is masked."""
    return [any(d.start <= at < d.end for d in found) for at in range(start, end) if text[at].isalnum()]


def ordinary(name: str, column: str, show: bool) -> Iterator[str]:
    """Print how many rows of a file of complaints are changed; the bar if it is missed."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    changed, without, kinds, slowest = 0, 0, Counter[Kind](), 0.0
    began = time.perf_counter()
    for row in rows:
        start = time.perf_counter()
        found = personal(row[column], PrivacyRules(spared=frozenset({f"@{row.get('brand', '')}"})))
        slowest = max(slowest, time.perf_counter() - start)
        others = [datum for datum in found if datum.kind is not Kind.HANDLE]
        changed, without = changed + bool(found), without + bool(others)
        kinds.update(datum.kind for datum in found)
        for datum in others if show else ():
            print(f"  {datum.kind}: {datum.text!r} in {row[column][max(0, datum.start - 60) : datum.end + 30]!r}")
    took = (time.perf_counter() - began) / len(rows) * 1e6
    shares = f"{without / len(rows):.2%} changed ({without}), with handles {changed / len(rows):.1%}"
    print(f"{name}: {len(rows)} rows, {shares}; {took:.0f} µs a row, slowest {slowest * 1e3:.1f} ms")
    print(f"  {', '.join(f'{count} {kind}' for kind, count in kinds.items())}")
    if without / len(rows) >= MOST_CHANGED:
        yield f"changed rows in {name}"


if __name__ == "__main__":
    sys.exit(main())
