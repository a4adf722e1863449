"""In which months a load's breaks lie: where to begin to look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.controls import ControlResult
from ledger.money import ZERO
from tasks.pages.markdown import amount, document, table

HEADS = ("Month", "Breaks", "Differences", "Controls")


@dataclass
class _Month:
    """What was found of one month. `differences`: sum of their absolute values."""

    count: int = 0
    differences: Decimal = ZERO
    controls: dict[str, None] = field(default_factory=dict)


def months_of_breaks(results: Sequence[ControlResult]) -> str:
    """Count the breaks of each month, over all controls; nothing when none is of a month.

    Controls keep a limited number of breaks, and those alone are counted here.
    """
    months: dict[str, _Month] = defaultdict(_Month)
    for result in results:
        for item in result.breaks:
            month = months[item.period]
            month.count += 1
            month.differences += abs(item.difference or ZERO)
            month.controls[result.control] = None
    if not any(months):
        return ""
    kept = sum(len(result.breaks) for result in results)
    found = sum(result.break_count for result in results)
    rows = [
        (period or "of no month", f"{it.count:,}", amount(it.differences), ", ".join(it.controls))
        for period, it in sorted(months.items(), key=lambda item: (not item[0], item[0]))
    ]
    return document(
        "## Breaks by month",
        "Of all controls: those that warn or inform count too.",
        f"Of the first {kept:,} of {found:,} breaks." if kept < found else "",
        table(HEADS, rows, right=HEADS[1:3]),
    )
