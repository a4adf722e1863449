"""The page of a shard of the night: each tenant, what became of it, and what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from blocks.hub import NightRow, NightState
from blocks.translated import with_titles
from ledger.outcome import Outcome
from ledger.text import number_of
from tasks.pages.links import run_page
from tasks.pages.markdown import and_more, document, filled, linked

IN_WORDS = {
    NightState.WAITING: "waiting",
    NightState.LOOKING: "being looked at",
    NightState.HANDED_ON: "in an own run",
}

ROWS_SHOWN: Final = 500
"""Rows of the page, those that somebody should look at first; all others are counted above."""

HEADS: Final = ("Tenant", "System", "Outcome", "Calls", "Seconds", "Why")


def night_page(title: str, rows: Sequence[NightRow]) -> str:
    """Lay out each tenant and system; an outcome leads to the run that it is of."""
    shown = sorted(rows, key=_place)[:ROWS_SHOWN]
    return document(
        f"# {title}",
        night_summary(rows),
        filled(HEADS, map(_row, shown), right=HEADS[3:5]) if shown else "",
        and_more(len(shown), len(rows), "tenant", rest=", none of which needs somebody"),
    )


def night_summary(rows: Sequence[NightRow]) -> str:
    """Count the tenants by what became of them, and say how many calls that took."""
    counted = Counter(_state(row) for row in rows)
    parts = [f"{count:,} {what}" for what, count in counted.most_common()]
    calls = sum(row.calls for row in rows)
    tenants, called = number_of(len(rows), "tenant"), number_of(calls, "call")
    return f"{tenants}: {', '.join(parts) or 'none'}; {called}."


def _row(row: NightRow) -> tuple[str, ...]:
    since = f"since {row.held_since:%Y-%m-%d}" if row.held_since else ""
    outcome = " ".join(filter(None, (_state(row), since)))
    run = run_page(row.run_id) if row.state is not NightState.WAITING else ""
    figures = (f"{row.calls:,}", f"{row.took_s:.1f}") if row.calls or row.took_s else ("", "")
    return (row.tenant, row.system, linked(outcome, run), *figures, with_titles(row.reason))


def _state(row: NightRow) -> str:
    return IN_WORDS.get(row.state, row.outcome)


def _place(row: NightRow) -> tuple[int, str, str]:
    if row.state is not NightState.ENDED:
        return 1, row.tenant, row.system
    is_red = row.outcome in {Outcome.FAILED, Outcome.HELD}
    return 0 if is_red else 2, row.tenant, row.system
