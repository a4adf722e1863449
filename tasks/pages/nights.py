"""The table of a shard of the night: each tenant, what became of it, and what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from blocks.hub import NightRow, NightState
from ledger.outcome import Outcome
from ledger.text import visible

IN_WORDS = {
    NightState.WAITING: "waits",
    NightState.LOOKING: "is looked at",
    NightState.HANDED_ON: "has a run of its own",
}


def night_table(rows: Sequence[NightRow]) -> list[dict[str, object]]:
    """Return a row for each tenant and system: those that somebody should look at first."""
    return [_row(row) for row in sorted(rows, key=_place)]


def night_summary(rows: Sequence[NightRow]) -> str:
    """Count the tenants by what became of them, and say how many calls that took."""
    counted = Counter(_state(row) for row in rows)
    parts = [f"{count:,} {what}" for what, count in counted.most_common()]
    calls = sum(row.calls for row in rows)
    return f"{len(rows):,} tenants: {', '.join(parts) or 'none'}; {calls:,} calls."


def _row(row: NightRow) -> dict[str, object]:
    since = f"since {row.held_since:%Y-%m-%d}" if row.held_since else ""
    return {
        "tenant": row.tenant,
        "system": row.system,
        "outcome": " ".join(filter(None, (_state(row), since))),
        "calls": row.calls,
        "seconds": round(row.took_s, 1),
        "why": visible(row.reason),
        "run": row.run_id if row.state is not NightState.WAITING else "",
    }


def _state(row: NightRow) -> str:
    return IN_WORDS.get(row.state, row.outcome)


def _place(row: NightRow) -> tuple[int, str, str]:
    if row.state is not NightState.ENDED:
        return 1, row.tenant, row.system
    is_red = row.outcome in {Outcome.FAILED, Outcome.HELD}
    return 0 if is_red else 2, row.tenant, row.system
