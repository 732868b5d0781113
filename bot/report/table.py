"""A replay's figures at a terminal."""

from __future__ import annotations

from rich.table import Table

from bot.report.figures import Column, Figures, Row

NONE = "–"
LEGEND = (
    "Before an arrow stand the drafts of that time. pass: no check blocks them; to change: the share of characters to "
    "change until it is the approved text; length: the share of the network's limit. These, and the time, are medians."
)


def table(figures: Figures) -> Table:
    """One line per topic and one for all."""
    drawn = Table(box=None, header_style="dim")
    drawn.add_column("topic", no_wrap=True, overflow="ellipsis", max_width=24)
    for name in ("cases", "pass", "to change", "length", "cost", "time"):
        drawn.add_column(name, justify="right", no_wrap=True)
    for topic, row in figures.rows:
        drawn.add_row(topic, *_cells(row))
    if len(figures.rows) > 1:
        drawn.add_section()
        drawn.add_row("all", *_cells(figures.total), style="bold")
    return drawn


def _cells(row: Row) -> tuple[str, ...]:
    then, now = row.then, row.now
    return (
        str(now.complaints),
        _both(_rate(then), _rate(now)),
        _both(_percent(then.distance), _percent(now.distance)),
        _percent(now.share) + (f", {now.too_long} over" if now.too_long else ""),
        _cost(now),
        _seconds(now.time),
    )


def _both(then: str, now: str) -> str:
    return now if then in (NONE, now) else f"{then} → {now}"


def _rate(column: Column) -> str:
    return f"{column.passed}/{column.drafts}" if column.drafts else NONE


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{share:.0%}"


def _cost(column: Column) -> str:
    """``0.42 EUR``; the tokens where no price is known."""
    said = [f"{price:.4g} {currency}" for currency, price in column.prices.items()]
    tokens = f"{column.tokens / 1000:,.1f}k tokens" if column.tokens else NONE
    return " + ".join(said) or tokens


def _seconds(time: float | None) -> str:
    if time is None:
        return NONE
    return f"{time:.1f} s" if time >= 0.1 else f"{time * 1000:.1f} ms"
