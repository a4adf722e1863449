"""Tenants below each other, fiscal years side by side: what the overview and a backfill show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ledger.fiscal_year import FiscalYear, short_year
from ledger.unit import Unit
from tasks.pages.markdown import Markup, and_more, below_each_other, document, table

YEARS_ACROSS: Final = 5
"""Columns beside the tenant's that a window of 1440 pixels shows whole; others follow below."""

TENANTS_SHOWN: Final = 300


def grid(cells: Mapping[Unit, str], order: Sequence[str]) -> str:
    """Lay out a cell for each unit, the latest years first.

    Args:
        cells: What stands where; years stand in the column of the year in which they end.
        order: The tenants from above; at most `TENANTS_SHOWN` are shown.
    """
    shown = set(order[:TENANTS_SHOWN])
    placed: dict[tuple[str, int], list[Markup]] = defaultdict(list)
    for unit, cell in sorted(cells.items(), key=lambda item: item[0].year, reverse=True):
        if unit.tenant in shown:
            placed[unit.tenant, unit.year.end_date.year].append(_dated(unit.year, cell))
    blocks = [_block(placed, order, ends) for ends in _columns(placed)]
    return document(*blocks, and_more(len(shown), len(order), "tenant"))


def _columns(placed: Mapping[tuple[str, int], object]) -> Iterator[list[int]]:
    ends = sorted({end for _, end in placed}, reverse=True)
    for first in range(0, len(ends), YEARS_ACROSS):
        yield ends[first : first + YEARS_ACROSS]


def _block(
    placed: Mapping[tuple[str, int], list[Markup]], order: Sequence[str], ends: Sequence[int]
) -> str:
    rows = [
        (tenant, *(below_each_other(*placed.get((tenant, end), ())) for end in ends))
        for tenant in order
        if any((tenant, end) in placed for end in ends)
    ]
    return table(("Tenant", *map(str, ends)), rows)


def _dated(year: FiscalYear, cell: str) -> Markup:
    """Say of a year that is no calendar year on which days it begins and ends."""
    is_calendar = len(short_year(year.key)) == 4
    days = "" if is_calendar else f"{year.start_date:%Y-%m-%d} to {year.end_date:%Y-%m-%d}"
    return below_each_other(cell, days)
